//! Orders that wait for a round (rule R1): what each asks for, where it waits and in whose turn.

use std::fmt;

use ballast_num::{Amount, Price};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{MarketId, PoolId};

/// What a queued command does when a round executes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Order {
    /// Puts coins into a pool: a deposit in the stability pool, or a standing bid.
    EnterPool {
        /// Which pool.
        pool: PoolId,
        /// Coins, escrowed.
        amount: Amount,
    },
    /// Takes coins out of a pool; it is also how a standing bid is cancelled.
    ExitPool {
        /// Which pool.
        pool: PoolId,
        /// Most coins to take out; what the pool has spent meanwhile is gone. All goes if too little would be left.
        amount: Amount,
    },
    /// Sells the base of a market for coins, in one batch; what is not sold comes back.
    Sell {
        /// In which market.
        market: MarketId,
        /// Base units of the collateral, escrowed; the fee is taken out of it.
        amount: Amount,
        /// Least price for a whole unit, after the fee.
        limit: Price,
    },
    /// Buys the base of a market with coins, in one batch; what is not spent comes back.
    Buy {
        /// In which market.
        market: MarketId,
        /// Coins, escrowed; the fee is taken out of it.
        amount: Amount,
        /// Highest price for a whole unit, after the fee.
        limit: Price,
    },
    /// Adds liquidity to a market; what does not fit its ratio comes back.
    AddLiquidity {
        /// To which market.
        market: MarketId,
        /// Most base units of the collateral, escrowed.
        base: Amount,
        /// Most coins, escrowed.
        coins: Amount,
        /// Least shares; fewer are refused and all comes back.
        least: Amount,
    },
    /// Takes liquidity out of a market, after its lock.
    RemoveLiquidity {
        /// Out of which market.
        market: MarketId,
        /// Shares; all of the owner's go if too little would be left.
        shares: Amount,
        /// Least base units of the collateral; for less the shares stay.
        least_base: Amount,
        /// Least coins; for less the shares stay.
        least_coins: Amount,
    },
    /// Puts coins into the insurance fund, for shares.
    EnterFund {
        /// Coins, escrowed.
        amount: Amount,
        /// Returned if it would bring fewer shares.
        shares_min: Amount,
    },
    /// Takes the value of shares out of the insurance fund (rule R20).
    ExitFund {
        /// How many to give back, of those that the sender has; all go if too little would be left.
        shares: Amount,
    },
}

impl Order {
    /// Where it waits.
    pub const fn venue(&self) -> Venue {
        match self {
            Self::EnterPool { pool, .. } | Self::ExitPool { pool, .. } => Venue::Pool(*pool),
            Self::Sell { market, .. }
            | Self::Buy { market, .. }
            | Self::AddLiquidity { market, .. }
            | Self::RemoveLiquidity { market, .. } => Venue::Market(*market),
            Self::EnterFund { .. } | Self::ExitFund { .. } => Venue::Fund,
        }
    }

    /// In whose turn it executes there.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::EnterPool { .. } | Self::AddLiquidity { .. } | Self::EnterFund { .. } => Lane::Entry,
            Self::ExitPool { .. } | Self::RemoveLiquidity { .. } | Self::ExitFund { .. } => Lane::Exit,
            Self::Sell { .. } | Self::Buy { .. } => Lane::Trade,
        }
    }

    /// What it is about, in base units of what it is counted in: collateral, coins or shares; of liquidity the coins.
    pub const fn amount(&self) -> Amount {
        match self {
            Self::EnterPool { amount, .. }
            | Self::ExitPool { amount, .. }
            | Self::EnterFund { amount, .. }
            | Self::Sell { amount, .. }
            | Self::Buy { amount, .. } => *amount,
            Self::AddLiquidity { coins, .. } => *coins,
            Self::RemoveLiquidity { shares, .. } | Self::ExitFund { shares } => *shares,
        }
    }

    /// Shares of its venue that it will give back: they are no depth of a market and no cover of the fund any more.
    pub const fn leaving(&self) -> Amount {
        match self {
            Self::RemoveLiquidity { shares, .. } | Self::ExitFund { shares } => *shares,
            _ => Amount::ZERO,
        }
    }
}

/// Where an order waits.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Venue {
    /// At a pool that buys collateral: the rounds of its type's feed decide.
    Pool(PoolId),
    /// At a market: the rounds of its base's feed decide.
    Market(MarketId),
    /// At the insurance fund: it executes at the end of a block, when the losses of the block are settled.
    Fund,
}

/// Whose turn it is: entries execute before the liquidations of their round, exits after, so that both share what the
/// round decides.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Lane {
    /// Value goes in.
    Entry,
    /// Value comes out.
    Exit,
    /// Value changes hands, in the batch of its round.
    Trade,
}

impl fmt::Display for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool(pool) => pool.fmt(f),
            Self::Market(market) => market.fmt(f),
            Self::Fund => f.write_str("the insurance fund"),
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::Trade => "trade",
        })
    }
}
