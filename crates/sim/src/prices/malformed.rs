//! What can be wrong with a file of prices.

use core::fmt;

use ballast_num::{ParseDecimal, Price, Seconds, Timestamp};

use super::series::{PRICE_MAX, PRICE_MIN};

/// A file of prices that can't be used: which, where and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The file, as the caller named it.
    pub file: Box<str>,
    /// The line, the header being 1; `None` if the whole file is meant.
    pub line: Option<u64>,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.problem),
            None => write!(f, "{}: {}", self.file, self.problem),
        }
    }
}

impl std::error::Error for Malformed {}

/// Rows that make no series: which row and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRows {
    /// Its index; `None` if all are meant.
    pub row: Option<usize>,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {row}: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

impl std::error::Error for BadRows {}

/// Why a file of prices can't be used, and what would work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No bytes, or none but line ends.
    #[error("the file is empty: give a header line and at least two rows")]
    Empty,
    /// Compressed bytes that don't decompress.
    #[error("the {format} data is corrupt or cut short ({reason}): fetch or compress the file again")]
    Corrupt {
        /// gzip or zstd.
        format: &'static str,
        /// What the decompressor said.
        reason: String,
    },
    /// More text than is read, which guards against a small file that decompresses without end.
    #[error("the file has more than {limit} bytes of text: cut it into shorter spans")]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },
    /// More rows than are kept in memory.
    #[error("the file has more than {limit} rows: cut it into shorter spans")]
    TooManyRows {
        /// The most that are kept.
        limit: usize,
    },
    /// Bytes that are no UTF-8 text.
    #[error("the text is not UTF-8: save it as UTF-8, or compress it as gzip or zstd")]
    NotUtf8,
    /// A first line other than the known ones.
    #[error("unknown header {found:?}: use ts,open,high,low,close,volume (volume may be left out) or ts,price")]
    Header {
        /// The line, shortened.
        found: String,
    },
    /// A row that does not match the header.
    #[error("{found} columns where the header has {expected}: give one value a column, without quotes")]
    Columns {
        /// Columns of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A field that is no decimal number of its kind.
    #[error("{column} is {text:?}: {reason}")]
    Number {
        /// The column.
        column: &'static str,
        /// The field, shortened.
        text: String,
        /// Why it can't be read.
        reason: ParseDecimal,
    },
    /// A field that begins with a minus sign.
    #[error("{column} is negative, {text:?}: prices are above zero, times and volumes not below it")]
    Negative {
        /// The column.
        column: &'static str,
        /// The field, shortened.
        text: String,
    },
    /// A price of zero.
    #[error("{column} is zero: leave out the row if nothing was traded")]
    Zero {
        /// The column.
        column: &'static str,
    },
    /// A price that no asset has.
    #[error("{column} is {price} USD, outside {PRICE_MIN} to {PRICE_MAX}: check the column and its unit")]
    Absurd {
        /// The column.
        column: &'static str,
        /// The price.
        price: Price,
    },
    /// A bar whose high is below its low.
    #[error("high {high} is below low {low}: check the order of the columns")]
    HighBelowLow {
        /// Highest price of the bar.
        high: Price,
        /// Lowest price of the bar.
        low: Price,
    },
    /// A bar that opens or closes above its high or below its low.
    #[error("{column} {price} is outside the bar's range {low} to {high}: check the order of the columns")]
    OutsideRange {
        /// open or close.
        column: &'static str,
        /// Its price.
        price: Price,
        /// Lowest price of the bar.
        low: Price,
        /// Highest price of the bar.
        high: Price,
    },
    /// A time too late to be in seconds.
    #[error("time {found} is beyond the year 5138: give Unix seconds, not milliseconds")]
    NotSeconds {
        /// The time.
        found: u64,
    },
    /// A row earlier than the one before it.
    #[error("time {found} comes after {previous}: sort the rows by time")]
    OutOfOrder {
        /// Time of this row.
        found: Timestamp,
        /// Time of the row before.
        previous: Timestamp,
    },
    /// Two rows of one time.
    #[error("time {found} is there twice: keep one of the two rows")]
    Duplicate {
        /// The time.
        found: Timestamp,
    },
    /// A bar that begins before the last one is over.
    #[error("a bar begins {spacing} after the last one, but most are {length} long: give bars of one length")]
    Overlap {
        /// From the start of the bar before to the start of this one.
        spacing: Seconds,
        /// The most common spacing, which is the length of a bar.
        length: Seconds,
    },
    /// No row, or one, which tells no spacing.
    #[error("{found} rows of data: give at least two, which tell the time between rows")]
    TooFewRows {
        /// How many there are.
        found: usize,
    },
}

/// At most 40 characters of what was found, for a message.
pub(crate) fn shortened(text: &str) -> String {
    const KEPT: usize = 40;
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
