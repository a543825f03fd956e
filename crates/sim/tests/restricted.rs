//! A replay of prices that we may use and not hand on: the crash of 10-11 October 2025, five collaterals by the hour.
//!
//! `BALLAST_RESTRICTED_DATA` names the folder that has `prices/`. Where it is not set, the test says so and passes; where it
//! is, a missing file fails. Nothing of the data is in this repository, so only promises are asserted, no figure.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use std::path::PathBuf;

use ballast_num::{Seconds, Timestamp};
use ballast_sim::config::Config;
use ballast_sim::generation::Generation;
use ballast_sim::population::Population;
use ballast_sim::prices::Order;
use ballast_sim::run::{Setup, run};
use ballast_sim::scenario::Scenario;
use ballast_sim::world::Rules;

/// The variable.
const FOLDER: &str = "BALLAST_RESTRICTED_DATA";

#[test]
fn a_crash_of_restricted_prices_breaks_no_promise() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        eprintln!("skipped: {FOLDER} is not set");
        return;
    };
    let file = |symbol: &&str| folder.join(format!("prices/{symbol}-USDT_1h_binance_2024-2026.csv.zst"));
    let files: Vec<PathBuf> = ["ETH", "SOL", "LINK", "UNI", "AAVE"].iter().map(file).collect();
    let mut scenario = Scenario::of_files(&files).unwrap();
    // 2025-10-10 and 2025-10-12, 00:00 UTC.
    (scenario.from, scenario.to) = (Timestamp(1_760_054_400), Timestamp(1_760_227_200));
    for generation in Generation::ALL {
        let mut config = Config::default();
        config.capital.generation = generation;
        let population = Population::drawn(&scenario, &config, 500, 1).unwrap();
        let setup = Setup {
            scenario: &scenario,
            config: &config,
            population: &population,
            step: Seconds::MINUTE,
            rules: Rules::Ballast,
        };
        let outcome = run(&setup, Order::LowFirst, &|_| ()).unwrap();
        assert_eq!((outcome.breaches, outcome.first_breach), (0, None), "{generation}");
        assert!(!outcome.tally.liquidated.is_empty(), "{generation}");
        assert_eq!(outcome.tally.zero_price_sales, 0, "{generation}");
    }
}
