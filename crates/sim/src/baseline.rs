//! A stand-in for the peers of March 2020: the same engine, vaults and prices, with their ways.
//!
//! | | the stand-in | what it stands for |
//! |---|---|---|
//! | price | one hour old | Maker's oracle security module |
//! | sale | one auction of six hours to zero, whole vaults, no reset | its auctions, which took any bid at their end |
//! | pool, first loss | none | it had none |
//! | bidders | one, who pays less than 5 % of the market's price | those who bid nothing, unopposed in congestion |
//!
//! It is not a model of that protocol: on the day about a third of its auctions went for nothing, here all do. It
//! bounds from above what these ways can cost.

use ballast_num::Seconds;

use crate::config::Config;
use crate::population::Population;
use crate::prices::Order;
use crate::run::{Failed, Outcome, Setup, check_step, run};
use crate::scenario::Scenario;
use crate::world::{self, Rules};

/// What the stand-in lost.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The worse of both orders.
    pub worse: Outcome,
}

/// Whether replay and stand-in can begin with this, found without a block. Errors: `Config`, `World`.
pub fn check(setup: &Setup<'_>) -> Result<(), Failed> {
    check_step(setup)?;
    for rules in [Rules::Ballast, Rules::PeersOf2020] {
        world::state(setup.scenario, setup.config, setup.population, rules)?;
    }
    Ok(())
}

/// Runs the stand-in in both orders. Errors: those of [`run`].
pub fn baseline(
    scenario: &Scenario,
    config: &Config,
    population: &Population,
    step: Seconds,
    progress: &dyn Fn(u64),
) -> Result<Baseline, Failed> {
    let setup = Setup {
        scenario,
        config,
        population,
        step,
        rules: Rules::PeersOf2020,
    };
    let [worse, _] = both_orders(&setup, progress)?;
    Ok(Baseline { worse })
}

/// Runs both orders and puts the worse first; of equals, low first. Errors: those of [`run`].
pub fn both_orders(setup: &Setup<'_>, progress: &dyn Fn(u64)) -> Result<[Outcome; 2], Failed> {
    let low_first = run(setup, Order::LowFirst, progress)?;
    let high_first = run(setup, Order::HighFirst, progress)?;
    Ok(if high_first.is_worse_than(&low_first) {
        [high_first, low_first]
    } else {
        [low_first, high_first]
    })
}
