//! What becomes of a feed, and of the types that depend on it.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A feed's state (docs/oracle.md).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FeedState {
    /// Fresh and agreed upon.
    Live,
    /// Older than its heartbeat, or below quorum.
    Stale,
    /// Sources too far apart.
    Disputed,
    /// Moved more than its limit in one round; waits for confirming rounds.
    Halted,
}

/// Why a type takes no new debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ClosingCause {
    /// Its feed stayed Stale past its limit (rule R3).
    FeedSilent,
    /// Interest that 128 bits do not hold: it was not charged (rule R23).
    InterestOverflow,
}

impl fmt::Display for ClosingCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FeedSilent => "its feed was silent for too long",
            Self::InterestOverflow => "its interest outgrew the largest number",
        })
    }
}
