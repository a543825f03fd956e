//! What goes wrong with an index. None of it touches the chain.

use std::io;

use ballast_protocol::Height;
use rusqlite::ErrorCode;

use crate::TooFar;

/// Why an index did not take blocks or answer. Only what [`Failed::is_damage`] wants it made again.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// SQLite's, or the disk's.
    #[error("the index failed: {0}")]
    Sqlite(rusqlite::Error),
    /// The file system's.
    #[error("the index's file: {0}")]
    Io(#[from] io::Error),
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
    /// Work that was asked to stop.
    #[error("the work on the index was ended early")]
    Ended,
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Ended,
            _ => Self::Sqlite(error),
        }
    }
}

impl Failed {
    /// The error of a question, which is interrupted because of its time alone.
    pub(crate) fn of(error: rusqlite::Error) -> Self {
        match error.into() {
            Self::Ended => Self::TooLong,
            failed => failed,
        }
    }

    /// Whether the file is of no use any more, rather than the question, the disk or the moment.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => holds_what_it_can_not(error),
            Self::Fork(_) | Self::Unreadable(_) => true,
            Self::Io(_) | Self::OutOfTurn { .. } | Self::TooFar(_) | Self::TooLong | Self::Ended => false,
        }
    }
}

/// Whether SQLite says that a file is torn, is none of its own, or has other contents than an index.
fn holds_what_it_can_not(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    match error {
        Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation
        ),
        // What is asked is always the same: a table or column that it names is not there.
        Error::SqlInputError { .. }
        | Error::QueryReturnedNoRows
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..) => true,
        _ => false,
    }
}

/// Why an index that is there can't be gone on with. But for `NotNow` it has to be made again.
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
    /// The disk or the moment: nothing is wrong with the file, as far as one can tell.
    #[error("it can't be opened now: {0}")]
    NotNow(Failed),
}

impl From<Failed> for Unusable {
    fn from(failed: Failed) -> Self {
        match failed.is_damage() {
            true => Self::Damaged(failed.to_string()),
            false => Self::NotNow(failed),
        }
    }
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Failed::from(error).into()
    }
}

#[cfg(test)]
mod tests;
