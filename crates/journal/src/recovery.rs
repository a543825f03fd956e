//! How a node starts: from the newest snapshot that is whole, or genesis, and every block since.

use std::fmt;

use ballast_engine::invariants::Breach;
use ballast_engine::kernel::ChangeSet;
use ballast_engine::{BadGenesis, InvalidBlock, State, apply_block_with_changes, execute_block};
use ballast_protocol::{BlockResult, Genesis, Height, proof::Hash};
use commonware_runtime::Storage;

use crate::entry::{Entry, SignedBlock, Unproven};
use crate::roots::Roots;
use crate::{BadSnapshot, Fault, Log, Snapshots, beginning};

/// Why a journal does not lead to a state.
#[derive(Debug, thiserror::Error)]
pub enum Unrecoverable {
    /// The journal can't be read.
    #[error(transparent)]
    Fault(Fault),
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

/// Blocks that were removed are a gap before those that are there.
impl From<Fault> for Unrecoverable {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Pruned { asked, first } => Self::Gap {
                first,
                from: Height(asked.0.saturating_sub(1)),
                passed_over: PassedOver::default(),
            },
            fault => Self::Fault(fault),
        }
    }
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

/// A block that was executed again, with all that came of it.
pub struct Replayed {
    /// The state after it.
    pub state: State,
    /// The block, and who said it.
    pub block: SignedBlock,
    /// Receipts, events and root.
    pub result: BlockResult,
    /// What changed, exactly.
    pub changes: ChangeSet,
}

/// The state after the last durable block. The root of the snapshot, of every so many blocks, and of the last, is compared;
/// signatures are not checked again. Errors: those of [`Unrecoverable`] but `OutOfReach`, `Unproven` and `Breach`.
pub async fn recover<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
) -> Result<Recovered, Unrecoverable> {
    recover_showing(genesis, log, snapshots, Shown::default(), |_| ()).await
}

/// Which of the blocks that are executed again are shown: the last so many, fewer where they hold more transactions than so many
/// together, but the last of all in any case. None by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Blocks.
    pub blocks: u64,
    /// Transactions.
    pub transactions: u64,
}

/// Like [`recover`]; shows the last blocks that are executed again, one by one, and compares the root of each.
pub async fn recover_showing<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
    shown: Shown,
    show: impl FnMut(Replayed),
) -> Result<Recovered, Unrecoverable> {
    let from = start(genesis, log, snapshots, Height(u64::MAX)).await?;
    replay(from, log, last(log), (shown, show)).await
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
    let from = start(genesis, log, snapshots, height).await?;
    replay(from, log, height, (Shown::default(), |_| ())).await
}

/// The last durable height.
pub(crate) fn last<S: Storage>(log: &Log<S>) -> Height {
    Height(log.durable().0.saturating_sub(1))
}

/// Executes the blocks after a state, to a height that the log has, and shows so many of the last.
async fn replay<S: Storage>(
    mut from: Recovered,
    log: &Log<S>,
    to: Height,
    (shown, mut show): (Shown, impl FnMut(Replayed)),
) -> Result<Recovered, Unrecoverable> {
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
    // What is shown has exact changes, which count from the block before.
    let shown_after = shown_after(log, (next, to), shown).await?;
    let mut roots = Roots::default();
    log.read_between(next, after(to), |height, payload| {
        let entry = decode(height, payload)?;
        let block = &entry.block.block;
        let invalid = |why| Unrecoverable::Invalid {
            height,
            why: Box::new(why),
        };
        *replayed += 1;
        *transactions += u64::try_from(block.transactions.len()).unwrap_or(u64::MAX);
        if height.0 > shown_after {
            let (result, changes) = apply_block_with_changes(state, block).map_err(invalid)?;
            check_root(state, height, entry.root)?;
            show(Replayed {
                state: state.clone(),
                block: entry.block,
                result,
                changes,
            });
            return Ok(());
        }
        execute_block(state, block).map_err(invalid)?;
        if height == to || height.0 == shown_after {
            return roots.finish(state, height, entry.root);
        }
        roots.executed(state, (height, entry.root), block.transactions.len())
    })
    .await?;
    Ok(from)
}

/// The height above which the blocks up to another are shown, for which the last of them are read a first time. Of those before
/// nothing is kept, so that they are executed faster.
async fn shown_after<S: Storage>(
    log: &Log<S>,
    (from, to): (Height, Height),
    shown: Shown,
) -> Result<u64, Unrecoverable> {
    let first = Height(after(to).0.saturating_sub(shown.blocks)).max(from);
    let mut counts = Vec::new();
    log.read_between(first, after(to), |height, payload| {
        let transactions = decode(height, payload)?.block.block.transactions.len();
        counts.push((height, u64::try_from(transactions).unwrap_or(u64::MAX)));
        Ok::<(), Unrecoverable>(())
    })
    .await?;
    let Some((last, mut sum)) = counts.pop() else {
        return Ok(to.0);
    };
    let mut oldest = last;
    while let Some((height, count)) = counts.pop() {
        sum = sum.saturating_add(count);
        if sum > shown.transactions {
            break;
        }
        oldest = height;
    }
    Ok(oldest.0.saturating_sub(1))
}

/// What to begin with: the newest snapshot up to a height that is whole, or genesis.
async fn start<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
    newest: Height,
) -> Result<Recovered, Unrecoverable> {
    let from = beginning::newest(genesis, snapshots, newest).await?;
    if from.snapshot.is_some() {
        check_logged_root(&from.state, log).await?;
    }
    Ok(Recovered {
        state: from.state,
        snapshot: from.snapshot,
        replayed: 0,
        transactions: 0,
        passed_over: from.passed_over.0,
    })
}

/// Compares the root of a snapshot with the one that was acknowledged, where the log has that block. Error: `Snapshot`.
pub(crate) async fn check_logged_root<S: Storage>(state: &State, log: &Log<S>) -> Result<(), Unrecoverable> {
    let height = state.chain().height;
    if !(log.first()..log.durable()).contains(&height) {
        return Ok(());
    }
    log.read_between(height, after(height), |height, payload| {
        let (found, written) = (state.root(), decode(height, payload)?.root);
        if found == written {
            Ok(())
        } else {
            Err(Unrecoverable::Snapshot { height, found, written })
        }
    })
    .await
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
