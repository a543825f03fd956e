//! What came of a transaction and of a block.

use ballast_num::{Amount, Price};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AccountId, AssetId, Event, Height, Rejected, proof::Hash};

/// What came of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Done, failed at a command, or not admitted at all.
    pub outcome: Outcome,
    /// Work units spent.
    pub work: u64,
    /// What the work cost, unless the transaction was not admitted.
    pub fee: Option<Fee>,
    /// What happened, in order; empty unless done.
    pub events: Vec<Event>,
}

/// The end of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Outcome {
    /// All commands succeeded.
    Done,
    /// A command was rejected: nothing changed but nonce and fee.
    Failed {
        /// Which command, from 0; the number of commands for the judgement at the end.
        command: u32,
        /// Why.
        reason: Rejected,
    },
    /// Nothing changed at all, not even the nonce.
    NotAdmitted(Rejected),
}

/// The explanation of a fee (rule R6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Who paid it, to the surplus buffer.
    pub payer: AccountId,
    /// In which asset it was paid.
    pub asset: AssetId,
    /// Base units of that asset.
    pub amount: Amount,
    /// The same in base units of the coin: work × work price.
    pub in_coin: Amount,
    /// Price of one work unit, in base units of the coin.
    pub work_price: Amount,
    /// Price of the asset by which one became the other; none where it is the coin, or nothing was due.
    pub price: Option<Price>,
}

/// What came of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BlockResult {
    /// Which block.
    pub height: Height,
    /// One for each transaction, in the block's order.
    pub receipts: Vec<Receipt>,
    /// What the engine did by itself, in order.
    pub events: Vec<Event>,
    /// Commitment to the whole state after the block.
    pub state_root: Hash,
    /// Work units spent, by the engine and the transactions.
    pub work: u64,
}
