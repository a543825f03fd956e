//! Depth: how much can be sold at once, and to whom. One factor scales every route (`[market] depth`, `--depth`).
//!
//! A route that is added joins by a field, scaled where [`Depth::of`] and [`shares`] fill it.

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
/// The same of standing bids.
pub const BIDS_MAX: Ratio = Ratio::percent(10);
/// The same of the coins in the reserve's market.
pub const LIQUIDITY_MAX: Ratio = Ratio::percent(20);

/// The routes of a replay, in the order of the feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    /// USD that change hands in a day on each collateral's market outside.
    pub volumes: Vec<Amount>,
    /// Coins in each type's standing bids at the start, all tiers together.
    pub bids: Vec<Amount>,
    /// Coins in each type's stability pool at the start.
    pub pools: Vec<Amount>,
    /// Coins in the reserve's market of each collateral at the start.
    pub liquidity: Vec<Amount>,
}

/// What stands ready with coins at the start, as shares of a type's debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// In standing bids: at most [`BIDS_MAX`].
    pub bids: Ratio,
    /// In the stability pool: at most [`POOL_MAX`].
    pub pool: Ratio,
    /// In the reserve's market: at most [`LIQUIDITY_MAX`].
    pub liquidity: Ratio,
}

impl Shares {
    /// All together. Error: `Overflow`.
    pub fn sum(self) -> Result<Ratio, Arithmetic> {
        Ratio::try_sum([self.bids, self.pool, self.liquidity])
    }
}

impl Depth {
    /// The routes of types with these debts, each rounded down. Error: `Overflow`.
    pub fn of(scenario: &Scenario, config: &Config, debts: &[Amount]) -> Result<Self, Arithmetic> {
        let volumes = scenario.daily_volumes(config).into_iter();
        let shares = shares(config)?;
        let of_debts = |share: Ratio| {
            let coins = debts.iter().map(|debt| debt.mul_ratio(share, Round::Down));
            coins.collect::<Result<Vec<Amount>, Arithmetic>>()
        };
        Ok(Self {
            volumes: volumes
                .map(|volume| scaled(volume, config))
                .collect::<Result<_, Arithmetic>>()?,
            bids: of_debts(shares.bids)?,
            pools: of_debts(shares.pool)?,
            liquidity: of_debts(shares.liquidity)?,
        })
    }
}

/// What can be sold into, times the factor, rounded down. Error: `Overflow`.
pub fn scaled(amount: Amount, config: &Config) -> Result<Amount, Arithmetic> {
    amount.mul_ratio(config.market.depth, Round::Down)
}

/// The configured shares, times the factor, rounded down, each at most its maximum or what is configured. Error: `Overflow`.
pub fn shares(config: &Config) -> Result<Shares, Arithmetic> {
    let scaled = |share: Ratio, most: Ratio| {
        let scaled = share.mul_ratio(config.market.depth, Round::Down)?;
        Ok::<_, Arithmetic>(scaled.min(most.max(share)))
    };
    Ok(Shares {
        bids: scaled(config.bids.share_of_debt, BIDS_MAX)?,
        pool: scaled(config.pool.share_of_debt, POOL_MAX)?,
        liquidity: scaled(config.liquidity.share_of_debt, LIQUIDITY_MAX)?,
    })
}
