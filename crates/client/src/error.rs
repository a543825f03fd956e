//! What can go wrong between a client and a node.

use std::time::Duration;

use ballast_num::Timestamp;
use ballast_protocol::api::{ApiError, TransactionInfo};
use ballast_protocol::proof::{Hash, ProofError};
use ballast_protocol::{Height, Outcome, TransactionHash};

/// Why a client has no answer, or not the one that was hoped for.
///
/// Of a transaction that was sent: [`Error::Failed`] has paid and changed nothing else; after [`Error::Refused`],
/// [`Error::NotAdmitted`], [`Error::Expired`] and [`Error::Unreachable`] it is in no block and has paid nothing; after
/// [`Error::Unknown`] it may be either, and only its hash tells.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names no node.
    #[error("{url} is no URL of a node: {why}; write http://HOST:PORT")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// No connection could be made: nothing was said.
    #[error("no node answers at {url}: {why}")]
    Unreachable {
        /// Where.
        url: String,
        /// What the network says.
        why: String,
    },
    /// The connection broke, or no answer came in time: what was said may have been heard.
    #[error("the node at {url} did not answer: {why}")]
    NoAnswer {
        /// Where.
        url: String,
        /// What the network says.
        why: String,
    },
    /// The node refuses, and says why.
    #[error("{}", error.message)]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// What it says.
        error: Box<ApiError>,
        /// How long to wait before asking again, where it says so.
        retry_after: Option<Duration>,
    },
    /// What answers does not speak as a node does.
    #[error("{url} answers as no node does (status {status}): {why}")]
    BadAnswer {
        /// Where.
        url: String,
        /// The status of HTTP.
        status: u16,
        /// What is wrong.
        why: String,
    },
    /// The transaction is in a block, and the engine refused one of its commands: it has paid its fee and changed nothing else.
    #[error("{}", told(.0))]
    Failed(Box<TransactionInfo>),
    /// The transaction is in a block, but something else came first: nothing changed, nothing was paid.
    #[error("{}", told(.0))]
    NotAdmitted(Box<TransactionInfo>),
    /// The transaction has not been executed by its expiry, and so never will be.
    #[error("transaction {hash} was in no block until its expiry at {expiry}: send it again")]
    Expired {
        /// Which.
        hash: TransactionHash,
        /// Its expiry.
        expiry: Timestamp,
    },
    /// The transaction may or may not be in a block.
    #[error("what came of transaction {hash} is not known: {why}; ask for it by its hash before sending another")]
    Unknown {
        /// Which.
        hash: TransactionHash,
        /// Why it is not known.
        why: String,
    },
    /// Blocks from this height on are not kept any more.
    #[error("{asked} is not kept any more: the oldest block that can be told is {oldest}")]
    NotKept {
        /// Where the stream should have begun or gone on.
        asked: Height,
        /// Where it can begin.
        oldest: Height,
    },
    /// Blocks up to this height do not exist yet.
    #[error("{asked} does not exist yet: the last block is {latest}, begin at the next at most")]
    Ahead {
        /// Where the stream should have begun.
        asked: Height,
        /// The last block.
        latest: Height,
    },
    /// Another chain answers now.
    #[error("another chain answers at {url}: its genesis is {found}, not {expected}")]
    OtherChain {
        /// Where.
        url: String,
        /// That of the chain that was connected to.
        expected: Hash,
        /// That of the one that answers.
        found: Hash,
    },
    /// A proof does not show what it is said to show.
    #[error("the node's proof is none: {0}")]
    Unproven(#[from] ProofError),
}

impl Error {
    /// Whether a transaction that ended so is in no block and will be in none.
    pub(crate) const fn is_unused(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Expired { .. } | Self::Unreachable { .. } | Self::NotAdmitted(_)
        )
    }

    /// The name that a refusal has for programs.
    pub fn code(&self) -> &str {
        match self {
            Self::BadUrl { .. } => "BadUrl",
            Self::Unreachable { .. } => "Unreachable",
            Self::NoAnswer { .. } => "NoAnswer",
            Self::Refused { error, .. } => &error.code,
            Self::BadAnswer { .. } => "BadAnswer",
            Self::Failed(_) => "Failed",
            Self::NotAdmitted(_) => "NotAdmitted",
            Self::Expired { .. } => "Expired",
            Self::Unknown { .. } => "Unknown",
            Self::NotKept { .. } => "HeightNotKept",
            Self::Ahead { .. } => "HeightAhead",
            Self::OtherChain { .. } => "OtherChain",
            Self::Unproven(_) => "Unproven",
        }
    }
}

/// What a receipt says, other than that all is done.
fn told(info: &TransactionInfo) -> String {
    match &info.receipt.outcome {
        Outcome::Done => format!("done at {}", info.height),
        Outcome::Failed { reason, .. } => format!("failed: {reason}"),
        Outcome::NotAdmitted(reason) => format!("not admitted: {reason}"),
    }
}
