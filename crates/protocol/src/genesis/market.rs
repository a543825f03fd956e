//! Markets: pools of a collateral against the coin (rules R1, R10; docs/market.md).

use ballast_num::{Amount, Ratio, Seconds};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::coins;
use crate::{AccountId, AssetId, FeedId, MarketId};

/// A market's parameters.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MarketSpec {
    /// Its id.
    pub id: MarketId,
    /// The collateral that it trades against the coin.
    pub base: AssetId,
    /// The collateral's price: its rounds execute what waits, and it says how far the pool may stand away.
    pub feed: FeedId,
    /// How the pool's price follows its reserves.
    pub curve: PoolCurve,
    /// Share of what a trade brings along that stays in the pool.
    pub fee: Ratio,
    /// The engine sells only while the pool is within this of the feed's low price, and on average at most this far
    /// under it (rule R10, b).
    pub band: Ratio,
    /// Host time between asking to take liquidity out and doing so (rule R10, W).
    pub lock: Seconds,
    /// Host time between asking to trade or to add liquidity and doing so (rule R1).
    pub cooldown: Seconds,
    /// Least coins of a purchase, of what a sale is worth at the feed's low price, and of the coin side of liquidity that is
    /// added, leaves or stays (rule R1).
    pub ticket_min: Amount,
    /// Least base units of a sale, which is all that is asked before the feed's first round (rule R1).
    pub sale_min: Amount,
    /// Window of the pool's time-weighted price, which is for reports and controllers, never for credit.
    pub mean_window: Seconds,
}

/// How a pool's price follows its reserves (docs/market.md, eq. 1 and 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum PoolCurve {
    /// Base × coins stays: for a collateral whose price moves.
    ConstantProduct,
    /// Flat around one coin for one whole unit: for a collateral whose target is the coin's.
    StableSwap {
        /// How flat: the `A` of the peer's pools, 1 and more.
        amplification: u32,
    },
}

/// Liquidity of a market at height 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningLiquidity {
    /// Whose.
    pub owner: AccountId,
    /// Of which market.
    pub market: MarketId,
    /// Base units of the collateral, in addition to the balances.
    pub base: Amount,
    /// Coins, in addition to the balances.
    pub coins: Amount,
}

impl MarketSpec {
    /// A market of a volatile, liquid collateral such as ether: 0.3 % a trade, 5 % of the oracle's low price, a day's
    /// lock.
    pub const fn standard(id: MarketId, base: AssetId, feed: FeedId) -> Self {
        Self {
            id,
            base,
            feed,
            curve: PoolCurve::ConstantProduct,
            fee: Ratio::basis_points(30),
            band: Ratio::percent(5),
            lock: Seconds::DAY,
            cooldown: Seconds::MINUTE,
            ticket_min: coins(100),
            sale_min: Amount::ONE,
            mean_window: Seconds(1_800),
        }
    }
}
