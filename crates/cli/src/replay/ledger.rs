//! `ballast replay maker-eth-b`: the recorded ledger, whose vaults are not ours to choose.

use ballast_sim::config::{self, Config};
use ballast_sim::ledger_replay::{Ledger, LedgerOutcome, daily_volume, run, run_told, terms};
use ballast_sim::prices::Order;
use ballast_sim::report::json::Summary;
use ballast_sim::report::{Collateral, Report, ledger};
use ballast_sim::scenario::{BUILT_IN, MAKER_ETH_B};
use ballast_sim::sensitivity::{self, Cell, KEEPERS, POOLS};

use super::Arguments;
use crate::{Failure, output, progress};

/// Runs both orders and writes the report.
pub(super) fn replay(arguments: &Arguments, config: &Config) -> Result<(), Failure> {
    check(arguments)?;
    let recorded = Ledger::recorded().map_err(Failure::bad_input)?;
    super::check_outputs(arguments)?;
    let bar = progress::bar(2 * recorded.blocks(), "both orders");
    let one = |order| run(&recorded, config, order, &|done| bar.inc(done)).map_err(super::failed);
    let (low_first, high_first) = (one(Order::LowFirst)?, one(Order::HighFirst)?);
    bar.finish_and_clear();
    let outcomes = if high_first.outcome.is_worse_than(&low_first.outcome) {
        [high_first, low_first]
    } else {
        [low_first, high_first]
    };
    let bar = progress::bar(recorded.blocks() * (POOLS.len() * KEEPERS.len()) as u64, "sensitivity");
    let worse = outcomes[0].outcome.order;
    let cells = sensitivity::table(&recorded, config, worse, &|done| bar.inc(done)).map_err(super::failed)?;
    bar.finish_and_clear();
    if let Some(path) = &arguments.export_events {
        let bar = progress::bar(recorded.blocks(), "events");
        let again = super::export(path, |listener| {
            run_told(&recorded, config, worse, &|done| bar.inc(done), listener).map_err(super::failed)
        })?;
        bar.finish_and_clear();
        super::same(&outcomes[0].outcome, &again.outcome)?;
    }
    write(arguments, &terms(config), &outcomes, &cells)
}

/// Refuses what would have no effect: vaults, blocks and most of the type's terms are those of the record.
fn check(arguments: &Arguments) -> Result<(), Failure> {
    let options = [
        ("--vaults", arguments.vaults.is_some(), "recorded vaults"),
        ("--seed", arguments.seed.is_some(), "recorded vaults, drawn by no seed"),
        (
            "--block-seconds",
            arguments.block_seconds.is_some(),
            "recorded blocks and one each five minutes",
        ),
        (
            "--generation",
            arguments.generation.is_some(),
            "recorded type alone, whose peer had no capital of its own",
        ),
    ];
    if let Some((option, _, has)) = options.into_iter().find(|(_, is_given, _)| *is_given) {
        return Err(Failure::BadInput(format!(
            "{option} has no effect on {MAKER_ETH_B}, which replays the {has}: leave it out"
        )));
    }
    match &arguments.config {
        Some(path) => config::check_ledger(path).map_err(Failure::bad_input),
        None => Ok(()),
    }
}

fn write(arguments: &Arguments, config: &Config, outcomes: &[LedgerOutcome; 2], cells: &[Cell]) -> Result<(), Failure> {
    let [worse, other] = outcomes;
    let figures = [worse.outcome.clone(), other.outcome.clone()];
    let about = BUILT_IN
        .iter()
        .find(|(name, _)| *name == MAKER_ETH_B)
        .map_or("", |(_, about)| about);
    let report = Report {
        scenario: MAKER_ETH_B,
        about,
        collaterals: &[Collateral {
            symbol: "ETH".into(),
            vaults: worse.outcome.vaults,
            initial_ratio: config.collateral.initial_ratio,
            liquidation_ratio: config.collateral.liquidation_ratio,
            daily_volume: daily_volume(config),
        }],
        config,
        population: "the recorded vaults",
        outcomes: &figures,
        compared: None,
    };
    if let Some(path) = &arguments.json {
        output::write(path, &Summary::of(MAKER_ETH_B, &worse.outcome).text())?;
    }
    if let Some(path) = &arguments.html {
        output::write(path, &ledger::html(&report, outcomes, cells))?;
    }
    output::print(&ledger::terminal(&report, outcomes, cells))?;
    super::broken(&figures)
}
