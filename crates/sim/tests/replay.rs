//! A short replay, whole: its root, its figures, and that both repeat.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_num::{Amount, Seconds};
use ballast_sim::config::Config;
use ballast_sim::population::Population;
use ballast_sim::prices::Order;
use ballast_sim::run::{Outcome, Setup, run};
use ballast_sim::scenario::Scenario;
use ballast_sim::world::Rules;

/// Twelve hours of the crash, 200 vaults, a block a minute.
fn short(seed: u64, keepers: u32, rules: Rules) -> Outcome {
    let mut scenario = Scenario::black_thursday().unwrap();
    scenario.from.0 += 6 * 3_600;
    scenario.to.0 = scenario.from.0 + 12 * 3_600;
    let mut config = Config::default();
    config.keepers.count = keepers;
    let population = Population::drawn(&scenario, &config, 200, seed).unwrap();
    let setup = Setup {
        scenario: &scenario,
        config: &config,
        population: &population,
        step: Seconds::MINUTE,
        rules,
    };
    run(&setup, Order::LowFirst, &|_| ()).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_root_and_another_another() {
    let (first, again, other) = (
        short(1, 2, Rules::Ballast),
        short(1, 2, Rules::Ballast),
        short(2, 2, Rules::Ballast),
    );
    assert_eq!(first.root, again.root);
    assert_eq!(first.tally, again.tally);
    assert_ne!(first.root, other.root);
}

#[test]
fn without_keepers_nothing_is_sold_in_auctions_and_every_promise_holds() {
    let outcome = short(1, 0, Rules::Ballast);
    assert_eq!(outcome.blocks, 720);
    assert!(!outcome.tally.liquidated.is_empty());
    assert_eq!(outcome.tally.auction_proceeds, Amount::ZERO);
    assert_eq!(outcome.tally.zero_price_sales, 0);
    assert_eq!(outcome.tally.transactions, [0; 3]);
    assert_eq!((outcome.breaches, outcome.first_breach), (0, None));
    assert!(outcome.checks > 720);
}

#[test]
fn keepers_buy_and_pay_for_it() {
    let outcome = short(1, 2, Rules::Ballast);
    assert!(!outcome.tally.auction_proceeds.is_zero());
    assert_eq!(outcome.tally.zero_price_sales, 0);
    assert_eq!(outcome.breaches, 0);
}

#[test]
fn the_stand_in_sells_for_next_to_nothing() {
    let outcome = short(1, 2, Rules::PeersOf2020);
    assert!(outcome.tally.zero_price_sales > 0);
    assert!(outcome.bad_debt() > short(1, 0, Rules::Ballast).bad_debt());
    assert_eq!(outcome.breaches, 0);
}
