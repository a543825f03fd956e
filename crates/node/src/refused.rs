//! Why a node takes something not, or no more.

use ballast_num::Amount;
use ballast_protocol::{AccountId, AssetId, ObservationRefused, Rejected, SourceId};
use ballast_signing::{ObservationUnproven, SignatureRefused};

/// Why a node has not taken a transaction or an observation. But for `Waiting`, and `NonceUsed` of a transaction that was
/// brought before, nothing of it will be in a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its signer has not signed it for this chain.
    #[error(transparent)]
    Signature(#[from] SignatureRefused),
    /// It could not be admitted now: it would not even pay.
    #[error(transparent)]
    NotAdmissible(#[from] Rejected),
    /// The same transaction waits already.
    #[error("this transaction waits already: ask for its outcome by its hash")]
    Waiting,
    /// Another with the same nonce waits, or is in a block that is not durable yet: only one of them can be admitted.
    #[error(
        "another transaction of {sender} with the nonce {nonce} waits already: ask for its outcome, or take another nonce"
    )]
    NonceWaiting {
        /// Whose.
        sender: AccountId,
        /// Which.
        nonce: u64,
    },
    /// Together with those that wait it may cost more than is there: one of them might not pay.
    #[error(
        "it may cost {cost_max} base units of {asset}, those that wait {waiting}, and there are {means} to pay for all: wait \
         until they are done, or offer a lower fee limit"
    )]
    CostsWaiting {
        /// What the fees are paid in.
        asset: AssetId,
        /// The most that this one may cost.
        cost_max: Amount,
        /// The most that those cost that wait or are in a block that is not durable yet.
        waiting: Amount,
        /// The sender's balance, or what his session may still spend.
        means: Amount,
    },
    /// Too many of one sender wait.
    #[error("{limit} transactions of {sender} wait already: send more when they are done")]
    TooManyOfSender {
        /// Whose.
        sender: AccountId,
        /// How many may wait.
        limit: usize,
    },
    /// Too many wait, or too many bytes of them.
    #[error("{transactions} transactions of {bytes} bytes wait, and there is no room for it: try again in a moment")]
    PoolFull {
        /// How many wait.
        transactions: usize,
        /// Bytes of all of them, in their canonical form.
        bytes: usize,
    },
    /// Larger than a node takes.
    #[error("the transaction has {bytes} bytes and may have {limit}: send fewer commands at a time")]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// More work than a block has room for.
    #[error("the transaction takes {work} work units and a block has room for {room}: send fewer commands at a time")]
    TooMuchWork {
        /// Its work.
        work: u64,
        /// Most of a block.
        room: u64,
    },
    /// Its source has not made it.
    #[error(transparent)]
    Unproven(#[from] ObservationUnproven),
    /// The feed does not take it.
    #[error(transparent)]
    Observation(#[from] ObservationRefused),
    /// Its source has no key.
    #[error("{0} has no key at genesis: nobody can bring its observations")]
    NoSourceKey(SourceId),
    /// The node takes nothing any more.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Why a node has stopped. What it acknowledged is durable; what it did not may or may not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It was told to.
    #[error("the node is stopping: send it again when it is back, under the same nonce")]
    Asked,
    /// It failed.
    #[error("the node has stopped: {0}")]
    Failed(String),
}
