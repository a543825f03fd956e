//! What keeps a journal from being used.

use ballast_protocol::Height;
use commonware_runtime::Error as StorageError;

/// Why a journal can't be read or written any more.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// Disk or file system. Nothing that was waiting for the write is acknowledged, and nothing is written after it.
    #[error("storage failed: {0}; nothing was acknowledged since. Mend the disk or make room, then start again")]
    Storage(#[from] StorageError),
    /// What was durable is gone or changed: no crash does that.
    #[error(
        "{place} is damaged at byte {at}: {height} was acknowledged and can't be read. Restore this file from a copy, or \
         import a state of that height or above, which `ballast export` has written, into a new folder"
    )]
    Corrupt {
        /// Which file, as partition and name.
        place: String,
        /// Where the damage begins.
        at: u64,
        /// The first block that is lost.
        height: Height,
    },
    /// A file between two others is gone.
    #[error("{place} is missing: blocks from {from} to {to} were acknowledged. Restore it from a copy")]
    Missing {
        /// Which file.
        place: String,
        /// The first block that is lost.
        from: Height,
        /// The last.
        to: Height,
    },
    /// Blocks that were removed, as others than the newest may be: asked for beside a log that is pruned.
    #[error("the blocks from {asked} on were removed: the log begins at {first}")]
    Pruned {
        /// The first block that was asked for.
        asked: Height,
        /// The first one that is there.
        first: Height,
    },
    /// A file that is not one of a journal's, or of another chain.
    #[error("{place} is no file of this chain's journal: {why}")]
    Foreign {
        /// Which file.
        place: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A record larger than a log takes.
    #[error("a record of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// Read beside a log that nobody has open any more.
    #[error("the log is closed")]
    Closed,
    /// A record out of turn.
    #[error("the log continues at {expected}, not at {found}")]
    OutOfTurn {
        /// The height that comes next.
        expected: Height,
        /// The height given.
        found: Height,
    },
}
