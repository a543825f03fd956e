//! Depth: how much can be sold at once, and to whom. One factor scales every route (`[market] depth`, `--depth`).
//!
//! A route that is added joins by a field, scaled where [`Depth::of`] fills it.

use ballast_num::{Amount, Arithmetic, Ratio, Round};

use crate::config::Config;
use crate::scenario::Scenario;

/// The least factor above none.
pub const DEPTH_MIN: Ratio = Ratio::percent(1);
/// The greatest factor.
pub const DEPTH_MAX: Ratio = Ratio::percent(10_000);
/// However deep, a stability pool holds at most this share of its type's debt, unless the settings ask for more: a pool of
/// more than half of all coins would be the coin's holders themselves.
pub const POOL_MAX: Ratio = Ratio::percent(50);

/// The routes of a replay, in the order of the feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    /// USD that change hands in a day on each collateral's market.
    pub volumes: Vec<Amount>,
    /// Coins in each type's stability pool at the start.
    pub pools: Vec<Amount>,
}

impl Depth {
    /// The routes of types with these debts. Error: `Overflow`.
    pub fn of(scenario: &Scenario, config: &Config, debts: &[Amount]) -> Result<Self, Arithmetic> {
        let volumes = scenario.daily_volumes(config).into_iter();
        let pool = pool_share(config)?;
        Ok(Self {
            volumes: volumes
                .map(|volume| scaled(volume, config))
                .collect::<Result<_, Arithmetic>>()?,
            pools: debts
                .iter()
                .map(|debt| debt.mul_ratio(pool, Round::Down))
                .collect::<Result<_, Arithmetic>>()?,
        })
    }
}

/// What can be sold into, times the factor, rounded down. Error: `Overflow`.
pub fn scaled(amount: Amount, config: &Config) -> Result<Amount, Arithmetic> {
    amount.mul_ratio(config.market.depth, Round::Down)
}

/// The pool's share of a type's debt: the configured one, times the factor, at most [`POOL_MAX`]. Error: `Overflow`.
pub fn pool_share(config: &Config) -> Result<Ratio, Arithmetic> {
    let share = config.pool.share_of_debt;
    let scaled = share.mul_ratio(config.market.depth, Round::Down)?;
    Ok(scaled.min(POOL_MAX.max(share)))
}
