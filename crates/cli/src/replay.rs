//! `ballast replay`: from arguments to a report.

mod ledger;

use std::io;
use std::path::{Path, PathBuf};

use ballast_num::{Ratio, Seconds};
use ballast_sim::compare::{self, Cell, Compared, RUNS};
use ballast_sim::config::{Config, KEEPERS_MAX};
use ballast_sim::export::{Export, Format};
use ballast_sim::generation::Generation;
use ballast_sim::population::{Population, VAULTS_MAX};
use ballast_sim::report::json::Summary;
use ballast_sim::report::{Collateral, Report, html, terminal};
use ballast_sim::run::{Failed, Listener, Outcome, Setup, run_told};
use ballast_sim::scenario::{MAKER_ETH_B, Scenario};
use ballast_sim::world::Rules;
use clap::{ArgGroup, Args};

use crate::{Failure, output, progress};

/// Vaults that are drawn if nothing else is said.
const VAULTS: u64 = 10_000;

/// Blocks are so far apart if nothing else is said.
const STEP: u64 = 12;
/// What the vaults are drawn from if nothing else is said.
const SEED: u64 = 1;

#[derive(Args)]
#[command(group = ArgGroup::new("prices of").required(true), allow_negative_numbers = true)]
pub(crate) struct Arguments {
    /// A built-in scenario: black-thursday, may-2021, june-2022, ftx, april-2024 or maker-eth-b
    #[arg(group = "prices of")]
    scenario: Option<String>,
    /// Recorded prices, one file a collateral: CSV (ts,open,high,low,close,volume or ts,price), plain, gzip or zstd
    #[arg(long, value_name = "FILE", num_args = 1.., group = "prices of")]
    prices: Vec<PathBuf>,
    /// How many vaults to draw, or a CSV file of them (collateral,debt in whole units) [default: 10000]
    #[arg(long, value_name = "N|FILE.csv")]
    vaults: Option<String>,
    /// Settings that differ from the defaults, in TOML (docs/replay.md)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How many keepers buy from auctions; 0 means no takers and no arbitrage [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(KEEPERS_MAX)))]
    keepers: Option<u32>,
    /// Draws the vaults: the same seed, the same vaults [default: 1]
    #[arg(long, value_name = "S", value_parser = whole)]
    seed: Option<u64>,
    /// How the types share the reserve's capital: isolated, pooled or modular [default: modular]
    #[arg(long, value_name = "DESIGN")]
    generation: Option<Generation>,
    /// Scales what can be sold into (volume outside, bids, pools, liquidity): 0.01 to 100 [default: 1]
    #[arg(long, value_name = "X")]
    depth: Option<Ratio>,
    /// Time between two blocks [default: 12]
    #[arg(long, value_name = "SECONDS", value_parser = whole)]
    block_seconds: Option<u64>,
    /// Writes every event and receipt of the reported run: .parquet or .jsonl
    #[arg(long, value_name = "FILE")]
    export_events: Option<PathBuf>,
    /// Writes the summary for programs
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Writes the report with plots, in one file
    #[arg(long, value_name = "OUT")]
    html: Option<PathBuf>,
}

impl Arguments {
    /// The vaults' file, if they are not drawn.
    fn vaults_file(&self) -> Option<&Path> {
        let text = self.vaults.as_deref()?;
        text.parse::<i128>().is_err().then(|| Path::new(text))
    }
}

/// A number of no sign.
fn whole(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("a whole number from 0 to {} is wanted", u64::MAX))
}

/// Runs the command.
pub(crate) fn replay(arguments: &Arguments) -> Result<(), Failure> {
    // Everything that can be wrong is found before the first block runs.
    if arguments.scenario.as_deref() == Some(MAKER_ETH_B) {
        return ledger::replay(arguments, &config(arguments, "")?);
    }
    let scenario = match &arguments.scenario {
        Some(name) => Scenario::built_in(name),
        None => Scenario::of_files(&arguments.prices),
    };
    let scenario = scenario.map_err(Failure::bad_input)?;
    let config = config(arguments, scenario.settings)?;
    let population = population(arguments, &scenario, &config)?;
    let setup = Setup {
        scenario: &scenario,
        config: &config,
        population: &population,
        step: Seconds(arguments.block_seconds.unwrap_or(STEP)),
        rules: Rules::Ballast,
    };
    compare::check(&setup).map_err(failed)?;
    check_outputs(arguments)?;
    report(arguments, &setup)
}

/// The settings: the scenario's own, over them the file's, over them the options.
fn config(arguments: &Arguments, settings: &str) -> Result<Config, Failure> {
    let mut config = Config::load(settings, arguments.config.as_deref()).map_err(Failure::bad_input)?;
    if let Some(count) = arguments.keepers {
        config.keepers.count = count;
    }
    if let Some(generation) = arguments.generation {
        config.capital.generation = generation;
    }
    if let Some(depth) = arguments.depth {
        config.market.depth = depth;
    }
    config.check().map_err(Failure::bad_input)?;
    Ok(config)
}

fn population(arguments: &Arguments, scenario: &Scenario, config: &Config) -> Result<Population, Failure> {
    let population = match (arguments.vaults_file(), arguments.vaults.as_deref()) {
        (Some(_), _) if arguments.seed.is_some() => {
            return Err(Failure::BadInput(
                "--seed has no effect on vaults of a file, which are not drawn: leave one of the two out".into(),
            ));
        }
        (Some(_), _) if drawn_otherwise(scenario, config)? => {
            return Err(Failure::BadInput(
                "population.mean_debt has no effect on vaults of a file, which are not drawn: leave one of the two out"
                    .into(),
            ));
        }
        (Some(file), _) => Population::load(file, scenario, config),
        (None, count) => {
            let count = count.map_or(Ok(VAULTS), str::parse);
            let count = count.map_err(|_| {
                Failure::BadInput(format!(
                    "--vaults {}: give 1 to {VAULTS_MAX}, or a file of them",
                    arguments.vaults.as_deref().unwrap_or_default()
                ))
            })?;
            Population::drawn(scenario, config, count, arguments.seed.unwrap_or(SEED))
        }
    };
    population.map_err(Failure::bad_input)
}

/// Whether the settings say how to draw vaults, other than the scenario does.
fn drawn_otherwise(scenario: &Scenario, config: &Config) -> Result<bool, Failure> {
    let own = Config::load(scenario.settings, None).map_err(Failure::bad_input)?;
    Ok(own.population != config.population)
}

/// Runs everything that the report tells, then writes it.
fn report(arguments: &Arguments, setup: &Setup<'_>) -> Result<(), Failure> {
    let bar = progress::bar(RUNS * setup.scenario.blocks(setup.step), "replays");
    let compared = compare::compare(setup, &|done| bar.inc(done)).map_err(failed)?;
    bar.finish_and_clear();

    let (scenario, config, population) = (setup.scenario, setup.config, setup.population);
    let collaterals = Collateral::all(scenario, config, population).map_err(|error| failed(error.into()))?;
    let report = Report {
        scenario: &scenario.name,
        about: &scenario.about,
        collaterals: &collaterals,
        config,
        population: &population.source,
        outcomes: &compared.outcomes,
        compared: Some(&compared),
    };
    let summary = Summary::of_report(&report);
    if let Some(path) = &arguments.json {
        output::write(path, &summary.text())?;
    }
    if let Some(path) = &arguments.html {
        output::write(path, &html::text(&report, &compared))?;
    }
    if let Some(path) = &arguments.export_events {
        events(setup, &compared.outcomes[0], path)?;
    }
    output::print(&terminal::text(&report))?;
    broken(&compared.outcomes)?;
    broken_elsewhere(&compared)
}

/// Runs the reported order again, and writes down what each block says.
fn events(setup: &Setup<'_>, reported: &Outcome, path: &Path) -> Result<(), Failure> {
    let bar = progress::bar(reported.blocks, "events");
    let again = export(path, |listener| {
        run_told(setup, reported.order, &|done| bar.inc(done), listener).map_err(failed)
    })?;
    bar.finish_and_clear();
    same(reported, &again)
}

/// Writes a file of what `run` tells its listener.
fn export<T>(path: &Path, run: impl FnOnce(&mut Listener<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let draft = output::Draft::new(path)?;
    let unwritten = |error: io::Error| Failure::BadInput(format!("{} can't be written: {error}", path.display()));
    let format = Format::of(path).map_err(Failure::BadInput)?;
    let mut export = Export::new(format, draft.file()).map_err(unwritten)?;
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{} can't be written: {error}", path.display()));
    let outcome = run(&mut |block, result| export.add(block, result).map_err(named))?;
    export.finish().map_err(unwritten)?;
    draft.publish()?;
    Ok(outcome)
}

/// Whether the run whose events were written is the reported one.
fn same(reported: &Outcome, again: &Outcome) -> Result<(), Failure> {
    if reported.root == again.root {
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "the same input gave the roots {} and {}",
        reported.root, again.root
    )))
}

/// Finds a place that cannot be written before the work is done.
fn check_outputs(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(path) = &arguments.export_events {
        Format::of(path).map_err(Failure::BadInput)?;
    }
    let outputs = [
        ("--export-events", arguments.export_events.as_deref()),
        ("--json", arguments.json.as_deref()),
        ("--html", arguments.html.as_deref()),
    ];
    let outputs: Vec<_> = outputs
        .into_iter()
        .filter_map(|(option, path)| Some((option, path?)))
        .collect();
    let mut inputs: Vec<&Path> = arguments.prices.iter().map(PathBuf::as_path).collect();
    inputs.extend(arguments.config.as_deref());
    inputs.extend(arguments.vaults_file());
    output::prepare(&outputs, &inputs)
}

fn failed(error: Failed) -> Failure {
    if error.is_bad_input() {
        Failure::bad_input(error)
    } else {
        Failure::Broken(error.to_string())
    }
}

fn broken(outcomes: &[Outcome; 2]) -> Result<(), Failure> {
    match outcomes.iter().find_map(|outcome| outcome.first_breach.as_ref()) {
        Some(breach) => Err(Failure::Broken(breach.clone())),
        None => Ok(()),
    }
}

/// An invariant that broke in a run whose figures stand only in a table.
fn broken_elsewhere(compared: &Compared) -> Result<(), Failure> {
    let broken = |cell: &&Cell| cell.figures.as_ref().is_some_and(|figures| figures.breaches > 0);
    match compared.cells.iter().find(broken) {
        Some(cell) => Err(Failure::Broken(format!(
            "an invariant broke in the {} generation at depth {}: replay it by --generation and --depth",
            cell.generation, cell.depth
        ))),
        None => Ok(()),
    }
}
