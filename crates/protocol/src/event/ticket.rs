//! How queued commands end (rule R1).

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// How a queued command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TicketOutcome {
    /// Executed.
    Executed,
    /// Its own expiry passed first.
    Expired,
    /// Its owner's cancel took effect first.
    Cancelled,
    /// It could not be executed: nothing was left to take out.
    Void,
}
