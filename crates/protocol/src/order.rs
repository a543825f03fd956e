//! Orders that wait for a round (rule R1): what each asks for, where it waits and in whose turn.

use std::fmt;

use ballast_num::Amount;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::PoolId;

/// What a queued command does when a round executes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
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
}

impl Order {
    /// Where it waits.
    pub const fn venue(&self) -> Venue {
        match self {
            Self::EnterPool { pool, .. } | Self::ExitPool { pool, .. } => Venue::Pool(*pool),
        }
    }

    /// In whose turn it executes there.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::EnterPool { .. } => Lane::Entry,
            Self::ExitPool { .. } => Lane::Exit,
        }
    }
}

/// Where an order waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize)]
pub enum Venue {
    /// At a pool that buys collateral: the rounds of its type's feed decide.
    Pool(PoolId),
}

/// Whose turn it is: entries execute before the liquidations of their round, exits after, so that both share what the
/// round decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize)]
pub enum Lane {
    /// Value goes in.
    Entry,
    /// Value comes out.
    Exit,
}

impl fmt::Display for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool(pool) => pool.fmt(f),
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entry => "entry",
            Self::Exit => "exit",
        })
    }
}
