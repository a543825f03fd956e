//! `ballast replay maker-eth-b`: the recorded ledger, whose vaults are not ours to choose.

use ballast_sim::config::Config;
use ballast_sim::ledger_replay::{Ledger, LedgerOutcome, run};
use ballast_sim::prices::Order;
use ballast_sim::report::json::Summary;
use ballast_sim::report::{Report, ledger};
use ballast_sim::scenario::{BUILT_IN, MAKER_ETH_B};

use super::Arguments;
use crate::{Failure, output, progress};

/// Runs both orders and writes the report.
pub(super) fn replay(arguments: &Arguments, config: &Config) -> Result<(), Failure> {
    if arguments.vaults.is_some() {
        return Err(Failure::BadInput(
            "--vaults contradicts maker-eth-b, which replays the recorded vaults".into(),
        ));
    }
    let recorded = Ledger::recorded().map_err(Failure::bad_input)?;
    super::check_outputs(arguments)?;
    let bar = progress::bar(2 * recorded.blocks(), "replay");
    let one = |order| run(&recorded, config, order, &|done| bar.inc(done)).map_err(super::failed);
    let (low_first, high_first) = (one(Order::LowFirst)?, one(Order::HighFirst)?);
    bar.finish_and_clear();
    let outcomes = if high_first.outcome.is_worse_than(&low_first.outcome) {
        [high_first, low_first]
    } else {
        [low_first, high_first]
    };
    write(arguments, config, &outcomes)
}

fn write(arguments: &Arguments, config: &Config, outcomes: &[LedgerOutcome; 2]) -> Result<(), Failure> {
    let [worse, other] = outcomes;
    let figures = [worse.outcome.clone(), other.outcome.clone()];
    let about = BUILT_IN
        .iter()
        .find(|(name, _)| *name == MAKER_ETH_B)
        .map_or("", |(_, about)| about);
    let report = Report {
        scenario: MAKER_ETH_B,
        about,
        symbols: &["ETH".to_owned()],
        config,
        population: "the recorded vaults",
        outcomes: &figures,
    };
    if let Some(path) = &arguments.json {
        output::write(path, &Summary::of(MAKER_ETH_B, &worse.outcome).text())?;
    }
    if let Some(path) = &arguments.html {
        output::write(path, &ledger::html(&report, outcomes))?;
    }
    print!("{}", ledger::terminal(&report, outcomes));
    super::broken(&figures)
}
