//! What goes wrong with an index. None of it touches the chain.

use ballast_protocol::Height;

use crate::TooFar;

/// Why an index did not take blocks or answer. But for `OutOfTurn` and `TooLong`, make it again.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// SQLite's, or the disk's.
    #[error("the index failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A block out of turn.
    #[error("the index goes on after {expected}, not with {found}")]
    OutOfTurn {
        /// The last height that it has.
        expected: Height,
        /// The height given.
        found: Height,
    },
    /// A block that it has, with another root.
    #[error("the index has another block of {0}")]
    Fork(Height),
    /// Something in it that it has not written.
    #[error("the index holds what it can't have: {0}")]
    Unreadable(String),
    /// A height beyond its numbers.
    #[error(transparent)]
    TooFar(#[from] TooFar),
    /// A question that took longer than it may.
    #[error("the answer takes longer than it may: ask for less at a time, or name fewer or other filters")]
    TooLong,
}

impl Failed {
    /// SQLite's error, told apart from a question that was ended because of its time.
    pub(crate) fn of(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::OperationInterrupted) => Self::TooLong,
            _ => error.into(),
        }
    }

    /// Whether the file is of no use any more, rather than the question, the disk or the moment.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode;
        match self {
            Self::Sqlite(error) => !matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::CannotOpen
                        | ErrorCode::OutOfMemory
                        | ErrorCode::ReadOnly
                        | ErrorCode::PermissionDenied
                )
            ),
            Self::Fork(_) | Self::Unreadable(_) => true,
            Self::OutOfTurn { .. } | Self::TooFar(_) | Self::TooLong => false,
        }
    }
}

/// Why an index that is there can't be gone on with: it has to be made again.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is none.
    #[error("there is no index yet")]
    None,
    /// Of another version.
    #[error("it is of version {found}, and this program's is {}", crate::VERSION)]
    Version {
        /// What it says.
        found: i64,
    },
    /// Of another chain.
    #[error("it is of another chain")]
    OtherChain,
    /// Torn or damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}
