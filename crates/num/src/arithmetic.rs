//! Which way a result rounds, and why there may be none.

use borsh::{BorshDeserialize, BorshSerialize};

/// The direction of a result that is not exact. There is no default: what the protocol is owed rounds up, what it
/// pays rounds down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Round {
    /// To the next lower integer; for a signed value, away from zero below zero.
    Down,
    /// To the next higher integer; for a signed value, towards zero below zero.
    Up,
}

impl Round {
    /// The other direction, for the other side of a trade.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

/// Why an operation has no result. The operands are unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Arithmetic {
    /// The exact result is above the largest that the type holds.
    #[error("the result is larger than its type can hold: use smaller operands")]
    Overflow,
    /// The divisor is zero, so there is no result.
    #[error("division by zero: the divisor (a price, ratio, index or total) must be above zero")]
    DivisionByZero,
    /// The exact result is below the smallest that the type holds, mostly zero.
    #[error("the result is smaller than its type can hold: more would be taken than is there")]
    Underflow,
}
