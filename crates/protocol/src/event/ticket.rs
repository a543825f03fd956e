//! Queued commands: where they stand, and how they end (rule R1).

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

/// Which side of a pool a ticket is on: entries execute before the liquidations of their round, exits after, so that
/// both share what the round decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize)]
pub enum Lane {
    /// Coins go in.
    Entry,
    /// Coins come out.
    Exit,
}

/// How a queued command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
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
