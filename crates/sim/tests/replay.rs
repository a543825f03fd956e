//! A short replay, whole: its root, its figures, and that both repeat.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_num::{Amount, Ratio, Round, Seconds};
use ballast_sim::compare::check;
use ballast_sim::config::Config;
use ballast_sim::generation::Generation;
use ballast_sim::population::Population;
use ballast_sim::prices::Order;
use ballast_sim::run::{Outcome, Setup, run};
use ballast_sim::scenario::Scenario;
use ballast_sim::tally::Buyer;
use ballast_sim::world::Rules;

/// Twelve hours of the crash, 200 vaults, a block a minute.
fn short(seed: u64, keepers: u32, rules: Rules) -> Outcome {
    replay(seed, keepers, rules, |_| ())
}

/// The same with other settings.
fn replay(seed: u64, keepers: u32, rules: Rules, configure: impl Fn(&mut Config)) -> Outcome {
    let mut scenario = Scenario::black_thursday().unwrap();
    scenario.from.0 += 6 * 3_600;
    scenario.to.0 = scenario.from.0 + 12 * 3_600;
    let mut config = Config::default();
    config.keepers.count = keepers;
    configure(&mut config);
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
    assert_eq!(outcome.tally.paid_by(Buyer::Auction), Amount::ZERO);
    assert_eq!(outcome.tally.zero_price_sales, 0);
    assert_eq!(outcome.tally.transactions, [0; 3]);
    assert_eq!((outcome.breaches, outcome.first_breach), (0, None));
    assert!(outcome.checks > 720);
}

#[test]
fn keepers_buy_and_pay_for_it() {
    let outcome = short(1, 2, Rules::Ballast);
    assert!(!outcome.tally.paid_by(Buyer::Auction).is_zero());
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

#[test]
fn what_the_stand_in_cannot_begin_with_is_found_before_the_first_block() {
    let scenario = Scenario::black_thursday().unwrap();
    let mut config = Config::default();
    // Deposits of half the debt leave ours enough, but not the stand-in's bidder, who has half of it himself.
    (config.keepers.count, config.pool.share_of_debt) = (0, Ratio::ZERO);
    config.collateral.liquidation_deposit = config.collateral.debt_floor;
    config.population.mean_debt = config.collateral.debt_floor.prorate(1, 100, Round::Down).unwrap();
    let population = Population::drawn(&scenario, &config, 50, 1).unwrap();
    let setup = Setup {
        scenario: &scenario,
        config: &config,
        population: &population,
        step: Seconds::MINUTE,
        rules: Rules::Ballast,
    };
    assert!(check(&setup).is_err_and(|error| error.is_bad_input()));
}

#[test]
fn first_loss_takes_the_mark_before_anyone_is_owed_it() {
    let with = |share| {
        replay(1, 0, Rules::Ballast, |config| {
            config.pool.share_of_debt = Ratio::ZERO;
            (config.capital.generation, config.capital.share_of_debt) = (Generation::Isolated, share);
        })
    };
    let (bare, cushioned) = (with(Ratio::ZERO), with(Ratio::percent(20)));
    let unpaid = |outcome: &Outcome| {
        let losses = outcome.end.losses;
        Amount::try_sum([losses.first_loss, losses.surplus, losses.bad_debt]).unwrap()
    };
    // Without keepers and pool nothing is sold: all that is lost is marked or was booked at a seizure.
    assert!(!bare.marked.bad_debt.is_zero());
    assert_eq!(bare.end.losses.bad_debt, bare.bad_debt());
    // Capital that stands in changes who pays, not how much is lost.
    assert_eq!(unpaid(&cushioned), unpaid(&bare));
    assert!(!cushioned.marked.first_loss.is_zero());
    assert_eq!(cushioned.bad_debt(), Amount::ZERO);
}

/// One root for debug, release and every platform: what a replay computes depends on nothing but its input.
///
/// It changes with every rule, parameter and encoding of the state, so it must be changed on purpose: run
/// `cargo nextest run -p ballast-sim golden`, read in the failure what the root is now, and say in the commit's message why
/// the old one no longer holds.
const GOLDEN: &str = "36476309586a3e6309fd8298f8d8938e355768bab94ba0c64b2551eec2a5eae0";

#[test]
fn the_golden_root_is_the_same_twice_and_everywhere() {
    let (first, again) = (short(7, 2, Rules::Ballast), short(7, 2, Rules::Ballast));
    assert_eq!(first.root, again.root);
    assert_eq!(first.root.to_string(), GOLDEN);
    // It tells of what was done, and not of a state in which nothing happened.
    assert!(Buyer::ALL.iter().all(|buyer| !first.tally.paid_by(*buyer).is_zero()));
}
