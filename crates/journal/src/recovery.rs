//! How a node starts: from the newest snapshot that is whole, or genesis, and every block since.

use std::fmt;

use ballast_engine::invariants::Breach;
use ballast_engine::{BadGenesis, InvalidBlock, State, execute_block};
use ballast_protocol::{Genesis, Height, proof::Hash};
use commonware_runtime::Storage;

use crate::entry::{Entry, Unproven};
use crate::{BadSnapshot, Fault, Log, Snapshots};

/// Every how many replayed blocks the root is brought up to date: memory for what changed stays bounded.
const ROOT_EVERY: u64 = 64;

/// Why a journal does not lead to a state.
#[derive(Debug, thiserror::Error)]
pub enum Unrecoverable {
    /// The journal can't be read.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The genesis is none.
    #[error("the genesis can't be used: {0}")]
    Genesis(#[from] BadGenesis),
    /// Blocks between the start and the log are not there.
    #[error(
        "the log begins at {first}, and the newest state to start from is of {from}: put back the older log files, or a \
         snapshot of the height before {first} or above{passed_over}"
    )]
    Gap {
        /// Where the log begins.
        first: Height,
        /// The state that is there.
        from: Height,
        /// Snapshots that were of no use.
        passed_over: PassedOver,
    },
    /// A snapshot of a height that the log does not have: what was acknowledged in between is gone.
    #[error(
        "the log ends at {end} and there is a snapshot of {snapshot}, so that acknowledged blocks are missing: put back the \
         newest log files, or import a state of {snapshot} or above into a new folder"
    )]
    LogTooShort {
        /// The last block of the log.
        end: Height,
        /// Of the snapshot.
        snapshot: Height,
    },
    /// A height was asked for that the log does not lead to.
    #[error("there is no block of {asked}: the journal ends at {last}. Ask for that height or an earlier one")]
    OutOfReach {
        /// What was asked for.
        asked: Height,
        /// The last durable block.
        last: Height,
    },
    /// A record that is no block.
    #[error("the record of {height} is no block of this version: {why}")]
    Undecodable {
        /// Which.
        height: Height,
        /// Why.
        why: String,
    },
    /// A block that the engine can't execute.
    #[error("the block of {height} can't be executed: {why}")]
    Invalid {
        /// Which.
        height: Height,
        /// Why.
        why: Box<InvalidBlock>,
    },
    /// Another root than the one that was written down.
    #[error(
        "the block of {height} leads to the root {found}, and {written} was acknowledged: this program computes otherwise than \
         the one that wrote the journal. Use that version"
    )]
    Root {
        /// Which.
        height: Height,
        /// The root now.
        found: Hash,
        /// As written down.
        written: Hash,
    },
    /// A snapshot that is whole and has another root than the log.
    #[error(
        "the snapshot of {height} has the root {found}, and {written} was acknowledged: remove this snapshot, so that no start \
         uses it"
    )]
    Snapshot {
        /// Which.
        height: Height,
        /// Its root.
        found: Hash,
        /// As written down in the log.
        written: Hash,
    },
    /// Something that nobody has said.
    #[error("the block of {height}: {why}")]
    Unproven {
        /// Which.
        height: Height,
        /// Why.
        why: Box<Unproven>,
    },
    /// A broken invariant.
    #[error("after the block of {height}: {why}")]
    Breach {
        /// Which.
        height: Height,
        /// What broke.
        why: Box<Breach>,
    },
}

/// Snapshots that were of no use, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOver(pub Vec<(Height, BadSnapshot)>);

/// Nothing, or a sentence on each in brackets.
impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(snapshots) = self;
        snapshots
            .iter()
            .try_for_each(|(height, why)| write!(f, " (the snapshot of {height} is of no use: {why})"))
    }
}

/// A state that a journal led to.
pub struct Recovered {
    /// After the last durable block.
    pub state: State,
    /// The height of the snapshot that it began with; none is genesis.
    pub snapshot: Option<Height>,
    /// How many blocks were executed again.
    pub replayed: u64,
    /// How many transactions were in them.
    pub transactions: u64,
    /// Snapshots that were of no use, and why.
    pub passed_over: Vec<(Height, BadSnapshot)>,
}

/// The state after the last durable block. The root of every so many blocks, and of the last, is compared; signatures are
/// not checked again. Errors: those of [`Unrecoverable`] but `OutOfReach`, `Snapshot`, `Unproven` and `Breach`.
pub async fn recover<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
) -> Result<Recovered, Unrecoverable> {
    let from = start(genesis, snapshots, Height(u64::MAX)).await?;
    replay(from, log, last(log)).await
}

/// Like [`recover`], for the state after an earlier block. Errors: `OutOfReach` too; `Gap` if the log begins after that height
/// and no snapshot is of it.
pub async fn recover_at<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
    height: Height,
) -> Result<Recovered, Unrecoverable> {
    let last = last(log);
    if height > last {
        return Err(Unrecoverable::OutOfReach { asked: height, last });
    }
    let from = start(genesis, snapshots, height).await?;
    replay(from, log, height).await
}

/// The last durable height.
pub(crate) fn last<S: Storage>(log: &Log<S>) -> Height {
    Height(log.durable().0.saturating_sub(1))
}

/// Executes the blocks after a state, to a height that the log has.
async fn replay<S: Storage>(mut from: Recovered, log: &Log<S>, to: Height) -> Result<Recovered, Unrecoverable> {
    let Recovered {
        state,
        replayed,
        transactions,
        ..
    } = &mut from;
    let height = state.chain().height;
    if to < height {
        return Err(Unrecoverable::LogTooShort {
            end: to,
            snapshot: height,
        });
    }
    let next = after(height);
    if height < to && log.first() > next {
        return Err(Unrecoverable::Gap {
            first: log.first(),
            from: height,
            passed_over: PassedOver(from.passed_over),
        });
    }
    log.read_between(next, after(to), |height, payload| {
        let entry = decode(height, payload)?;
        let block = &entry.block.block;
        execute_block(state, block).map_err(|why| Unrecoverable::Invalid {
            height,
            why: Box::new(why),
        })?;
        *replayed += 1;
        *transactions += u64::try_from(block.transactions.len()).unwrap_or(u64::MAX);
        if height.0.is_multiple_of(ROOT_EVERY) || height == to {
            state.commit();
            check_root(state, height, entry.root)?;
        }
        Ok::<(), Unrecoverable>(())
    })
    .await?;
    Ok(from)
}

/// What to begin with: the newest snapshot up to a height that is whole, or genesis.
async fn start<S: Storage>(
    genesis: &Genesis,
    snapshots: &Snapshots<S>,
    newest: Height,
) -> Result<Recovered, Unrecoverable> {
    let mut passed_over = Vec::new();
    let begin = |state, snapshot, passed_over| Recovered {
        state,
        snapshot,
        replayed: 0,
        transactions: 0,
        passed_over,
    };
    let heights = snapshots.heights().await?;
    for height in heights.into_iter().rev().filter(|height| *height <= newest) {
        match snapshots.load(height).await? {
            Ok(state) => return Ok(begin(state, Some(height), passed_over)),
            Err(why) => passed_over.push((height, why)),
        }
    }
    Ok(begin(State::genesis(genesis)?, None, passed_over))
}

pub(crate) fn after(height: Height) -> Height {
    Height(height.0.saturating_add(1))
}

pub(crate) fn decode(height: Height, payload: &[u8]) -> Result<Entry, Unrecoverable> {
    let entry = Entry::decode(payload).map_err(|why| Unrecoverable::Undecodable {
        height,
        why: why.to_string(),
    })?;
    if entry.block.block.height == height {
        Ok(entry)
    } else {
        Err(Unrecoverable::Undecodable {
            height,
            why: format!("it says that it is {}", entry.block.block.height),
        })
    }
}

pub(crate) fn check_root(state: &State, height: Height, written: Hash) -> Result<(), Unrecoverable> {
    let found = state.root();
    if found == written {
        Ok(())
    } else {
        Err(Unrecoverable::Root { height, found, written })
    }
}
