//! Markets: pools of a collateral against the coin, in which users trade and the engine sells what it has seized
//! (rule R10; docs/market.md).
//!
//! Nothing here trades at once: orders and the engine's sales clear in one batch at one price ([`clear`]), liquidity comes
//! and goes by queued commands. The price of a pool is told, never used to judge credit. This is accounting alone: the
//! flow that calls it moves the ledger.
//!
//! ```
//! use ballast_engine::kernel::Clock;
//! use ballast_engine::mechanisms::market::{Forced, Markets};
//! use ballast_num::{Amount, Decimals, Price, Ratio};
//! use ballast_protocol::{AccountId, AssetId, FeedId, MarketId, MarketSpec, coins};
//!
//! let (id, clock) = (MarketId(1), Clock::default());
//! let mut markets = Markets::default();
//! let spec = MarketSpec { fee: Ratio::percent(1), ..MarketSpec::standard(id, AssetId(1), FeedId(1)) };
//! markets.add(spec, Decimals::MAX).expect("standard parameters are within their bounds");
//! // 990 ether and 1,980,000 coins: 2,000 each.
//! markets.enter(id, &clock, AccountId::numbered(1), (coins(990), coins(1_980_000)), Amount::ZERO, Amount::ZERO)?;
//!
//! // Ten of ether leave 9.9 after the fee, which trade at 1,980,000 ÷ (990 + 9.9).
//! let forced = Forced { amount: coins(10), limit: Price::whole(1_900) };
//! let batch = markets.clear(id, &[], Some(forced))?.expect("the price is above the limit");
//! assert_eq!(batch.forced.got.in_units(Decimals::MAX).to_string(), "19603.960396039603960396");
//! # Ok::<(), ballast_protocol::Rejected>(())
//! ```

mod batch;
mod bounds;
mod curve;
mod depth;
mod invariants;
mod shares;

use ballast_num::{Amount, Arithmetic, Decimals, Price, Ratio, Round};
use ballast_protocol::{AccountId, MarketId, MarketSpec, ParameterFault, Rejected, table};
use borsh::{BorshDeserialize, BorshSerialize};

pub use self::batch::{Cleared, Fill, Forced, Side, TRADES, Trade, clear};
pub use self::curve::{Curve, Exchange, RESERVE_MAX};
use self::depth::Trough;
pub use self::shares::{DEAD_SHARES, Liquidity};
use crate::kernel::mean::{Held, Mark};
use crate::kernel::{Clock, Table};
use crate::pieces;

/// All markets, their pools, and who has which share of them.
#[derive(Clone, Debug)]
pub struct Markets {
    specs: Table<MarketId, MarketSpec>,
    pools: Table<MarketId, Pool>,
    shares: Table<(MarketId, AccountId), Amount>,
    depths: Table<(MarketId, u8), Trough>,
    marks: Table<(MarketId, u8), Mark>,
}

pieces!(Markets {
    specs,
    pools,
    shares,
    depths,
    marks
});

impl Default for Markets {
    fn default() -> Self {
        Self {
            specs: Table::new(table::MARKETS),
            pools: Table::new(table::MARKET_POOLS),
            shares: Table::new(table::MARKET_SHARES),
            depths: Table::new(table::MARKET_DEPTHS),
            marks: Table::new(table::MARKET_MEANS),
        }
    }
}

/// What stands in a market's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pool {
    /// The collateral's decimals.
    pub decimals: Decimals,
    /// Collateral.
    pub base: Amount,
    /// Coins.
    pub coins: Amount,
    /// Shares of it; of those of the first entry [`DEAD_SHARES`] belong to nobody.
    pub shares: Amount,
    /// Liquidity of the shares that have no exit queued, rounded down.
    pub locked: Amount,
    /// The spot price since the last change, and its integral; none before the first entry.
    held: Option<Held>,
    /// The hour of host time in which it last changed.
    hour: u64,
}

/// What the engine may sell in a batch (rule R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Most collateral.
    pub most: Amount,
    /// Least price, after the fee.
    pub limit: Price,
}

impl Markets {
    /// Lists a market of an asset with `decimals`, with an empty pool. Errors: `Duplicate`, `OutOfBounds`.
    pub fn add(&mut self, spec: MarketSpec, decimals: Decimals) -> Result<(), ParameterFault> {
        bounds::check(&spec)?;
        if self.specs.contains_key(&spec.id) {
            return Err(ParameterFault::Duplicate);
        }
        let pool = Pool {
            decimals,
            base: Amount::ZERO,
            coins: Amount::ZERO,
            shares: Amount::ZERO,
            locked: Amount::ZERO,
            held: None,
            hour: 0,
        };
        self.pools.set(spec.id, pool);
        self.specs.set(spec.id, spec);
        Ok(())
    }

    /// A market's parameters. Error: `UnknownMarket`.
    pub fn spec(&self, id: MarketId) -> Result<&MarketSpec, Rejected> {
        self.specs.get(&id).ok_or(Rejected::UnknownMarket(id))
    }

    /// All markets' parameters, by number.
    pub fn specs(&self) -> impl Iterator<Item = &MarketSpec> {
        self.specs.iter().map(|(_, spec)| spec)
    }

    /// A market's pool. Error: `UnknownMarket`.
    pub fn pool(&self, id: MarketId) -> Result<&Pool, Rejected> {
        self.pools.get(&id).ok_or(Rejected::UnknownMarket(id))
    }

    /// The curve on which a market's pool stands; `None` while the pool is empty. Error: `UnknownMarket`.
    pub fn curve(&self, id: MarketId) -> Result<Option<Curve>, Rejected> {
        let (spec, pool) = (self.spec(id)?, self.pool(id)?);
        if pool.shares.is_zero() {
            return Ok(None);
        }
        Ok(Some(Curve::new(spec.curve, pool.decimals, pool.base, pool.coins)?))
    }

    /// The time-weighted spot price of a market over its window, for reports and controllers, never for credit; `None`
    /// before the first entry. Error: `UnknownMarket`.
    pub fn mean(&self, id: MarketId, clock: &Clock) -> Result<Option<Price>, Rejected> {
        let window = self.spec(id)?.mean_window;
        let held = self.pool(id)?.held;
        Ok(held.map(|held| held.mean(&self.marks, id, window, clock.now)))
    }

    /// Clears a batch against a market's pool, without booking it: `None` if nothing trades.
    /// Errors: `UnknownMarket`; `Arithmetic` if the batch brings more than a pool can hold.
    pub fn clear(&self, id: MarketId, orders: &[Trade], forced: Option<Forced>) -> Result<Option<Cleared>, Rejected> {
        let (spec, pool) = (self.spec(id)?, self.pool(id)?);
        match self.curve(id)? {
            None => Ok(None),
            Some(curve) => Ok(clear(&curve, pool.decimals, spec.fee, orders, forced)?),
        }
    }

    /// Books a batch that [`Markets::clear`] has cleared against the pool as it stands, while `leaving` of its shares have
    /// an exit queued. Error: `UnknownMarket`.
    pub fn settle(&mut self, id: MarketId, clock: &Clock, cleared: &Cleared, leaving: Amount) -> Result<(), Rejected> {
        let pool = Pool {
            base: cleared.base,
            coins: cleared.coins,
            ..*self.pool(id)?
        };
        self.replace(id, clock, pool, leaving)
    }

    /// What the engine may sell now, where the feed's low price is `low` (rule R10): nothing while the pool's spot price is
    /// further than the band from it; else as much as a pool of the smallest locked depth of 24 h that stood at `low` would
    /// buy for `low` × (1 − band) on average, after the fee. `None` where that is nothing.
    /// Error: `UnknownMarket`.
    pub fn allowance(&self, id: MarketId, clock: &Clock, low: Price) -> Result<Option<Allowance>, Rejected> {
        let (spec, pool) = (self.spec(id)?, self.pool(id)?);
        let Some(curve) = self.curve(id)? else { return Ok(None) };
        let limit = low.mul_ratio(spec.band.complement(), Round::Up)?;
        let highest = low.mul_ratio(Ratio::ONE.try_add(spec.band)?, Round::Down)?;
        if !(limit..=highest).contains(&curve.spot()) {
            return Ok(None);
        }
        let depth = self.least_depth(id, clock)?;
        // A pool too small to stand at that price buys nothing.
        let most = Curve::standing_at(spec.curve, pool.decimals, depth, low).map_or(Amount::ZERO, |shrunk| {
            shrunk.most_sold_at(Exchange::at(limit, pool.decimals), spec.fee)
        });
        Ok((!most.is_zero()).then_some(Allowance { most, limit }))
    }

    /// Coins in a pool of the smallest locked depth of 24 h that stood at `low`: what a ceiling may count.
    /// Error: `UnknownMarket`.
    pub fn locked_coins(&self, id: MarketId, clock: &Clock, low: Price) -> Result<Amount, Rejected> {
        let (spec, pool) = (self.spec(id)?, self.pool(id)?);
        let depth = self.least_depth(id, clock)?;
        Ok(Curve::standing_at(spec.curve, pool.decimals, depth, low).map_or(Amount::ZERO, |shrunk| shrunk.coins()))
    }

    /// Writes a pool of whose shares `leaving` have an exit queued: remembers the depth that ends and the one that begins,
    /// and the price that held until now.
    fn replace(&mut self, id: MarketId, clock: &Clock, after: Pool, leaving: Amount) -> Result<(), Rejected> {
        let window = self.spec(id)?.mean_window;
        let before = *self.pool(id)?;
        let curve = Curve::new(self.spec(id)?.curve, after.decimals, after.base, after.coins)?;
        let locked = locked(&curve, after.shares, leaving)?;
        let spot = curve.spot();

        // Nothing below can fail.
        let held = match before.held {
            None => Held::first(spot, clock.now),
            Some(held) if held.price == spot => held,
            Some(held) => {
                held.mark(&mut self.marks, id, window, clock.now);
                held.then(spot, clock.now)
            }
        };
        let hour = self.remember_depth(id, clock, before.hour, (before.locked, locked));
        let pool = Pool {
            locked,
            held: Some(held),
            hour,
            ..after
        };
        self.pools.set(id, pool);
        Ok(())
    }
}

/// The liquidity of a pool on `curve` that is left without the part of its shares that is leaving, rounded down.
/// Error: `Overflow` if more leave than there are.
fn locked(curve: &Curve, shares: Amount, leaving: Amount) -> Result<Amount, Arithmetic> {
    curve
        .liquidity()
        .prorate(shares.try_sub(leaving)?.raw(), shares.raw(), Round::Down)
}

#[cfg(test)]
mod tests;
