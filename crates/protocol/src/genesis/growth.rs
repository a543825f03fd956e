//! How fast the reserve and each of its types may grow (rules R16, R18; docs/limits.md).

use ballast_num::{Amount, Ratio, Round, Seconds};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::coins;
use crate::FeedId;

/// The most that may flow one way, net of what flows back, in a window of host time: max(`floor`, `share` × stock).
///
/// It is a bucket that what flows fills and that empties by its limit a window: no more than the limit at once, and no
/// more than twice the limit in any window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowLimit {
    /// What may flow however little there is, in base units; [`Amount::MAX`] limits nothing.
    pub floor: Amount,
    /// Share of the stock at the block's start that may flow.
    pub share: Ratio,
    /// Host time in which a full bucket empties.
    pub window: Seconds,
}

impl FlowLimit {
    /// Limits nothing: a peer's way, and that of measurements which fill a reserve at once.
    pub const NONE: Self = Self {
        floor: Amount::MAX,
        share: Ratio::ZERO,
        window: Seconds::DAY,
    };

    /// Net new coin: a fifth of the supply a day, or 50 million coins.
    pub const fn standard_mint() -> Self {
        Self {
            floor: coins(50_000_000),
            share: Ratio::percent(20),
            window: Seconds::DAY,
        }
    }

    /// Collateral that leaves: a quarter of it a day. No floor, since it has the collateral's own units.
    pub const fn standard_outflow() -> Self {
        Self {
            floor: Amount::ZERO,
            share: Ratio::percent(25),
            window: Seconds::DAY,
        }
    }

    /// Whether it limits nothing.
    pub fn is_none(&self) -> bool {
        self.floor == Amount::MAX
    }

    /// The most that may flow out of or into `stock` in a window, rounded down.
    pub fn of(&self, stock: Amount) -> Amount {
        // A share that no number holds is more than any floor.
        let share = stock.mul_ratio(self.share, Round::Down).unwrap_or(Amount::MAX);
        self.floor.max(share)
    }
}

/// How fast and how far a type may take new debt (rules R10, R18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GrowthSpec {
    /// Most net new debt in an hour of host time, in the coin; [`Amount::MAX`] limits nothing.
    pub debt_gap: Amount,
    /// Host time from the type's listing in which its ceiling rises in a line from nothing; zero gives all at once.
    pub ramp: Seconds,
    /// Most debt for each coin that a pool of the type's market of the smallest locked depth of 24 h would hold at the low
    /// price; zero binds the ceiling to no market (rule R10).
    pub depth_multiple: Ratio,
    /// The feed of the collateral's supply, if its authenticity is watched.
    pub supply: Option<SupplyWatch>,
}

/// A watch over how much of a collateral there is: what is forged makes it more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SupplyWatch {
    /// A feed whose price is the collateral's total supply, in a unit that all its sources share.
    pub feed: FeedId,
    /// Supply above its mean by more than so many standard deviations of the mean's window, and by 2 %, stops new debt (k).
    pub sigmas: Ratio,
}

impl GrowthSpec {
    /// Ten million coins an hour, all of the ceiling at once and whatever the market, no watch over the supply.
    pub const fn standard() -> Self {
        Self {
            debt_gap: coins(10_000_000),
            ramp: Seconds::ZERO,
            depth_multiple: Ratio::ZERO,
            supply: None,
        }
    }

    /// Limits nothing: a peer's way.
    pub const fn unlimited() -> Self {
        Self {
            debt_gap: Amount::MAX,
            ..Self::standard()
        }
    }
}
