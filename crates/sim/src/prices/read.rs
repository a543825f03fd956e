//! From a file's bytes to a checked series.
//!
//! The format has no quoting, so a row is split at its commas here: a CSV library would accept more than the format
//! and, after a Windows line end, name the wrong line.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ballast_num::{ParseDecimal, Price, Timestamp, parse_decimal};

use super::malformed::shortened;
use super::unpack::{TEXT_MAX, unpack};
use super::{BadRows, Bar, Malformed, Problem, Rows, Sample, Series};

/// The most rows that are kept, 31 years of minutes: as bars 1.3 GB.
const ROWS_MAX: usize = 1 << 24;

const PRICE_DECIMALS: u8 = 27;
const VOLUME_DECIMALS: u8 = 18;

/// Why a file of prices gave no series.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The disk failed, or there is no such file.
    #[error("{} can't be read: {error}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It was read and can't be used.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Series {
    /// Reads a file, plain or compressed. Errors: `Failed`, else as [`Series::parse`].
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let failed = |error| LoadError::Failed {
            path: path.to_owned(),
            error,
        };
        let mut bytes = Vec::new();
        // One byte over the limit, so that `parse` sees that it is over.
        File::open(path)
            .and_then(|file| file.take(TEXT_MAX + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
        Ok(Self::parse(&path.display().to_string(), &bytes)?)
    }

    /// Reads CSV text, plain or compressed with gzip or zstd (told by its first bytes), called `file` in messages.
    ///
    /// Header `ts,open,high,low,close,volume`, with or without volume, or `ts,price`; `ts` in Unix seconds, for a bar its
    /// start. Prices are read exactly, to 27 decimals. Volume may be empty and is checked, not kept.
    ///
    /// Errors, in order: `TooLarge`, `Corrupt`, `NotUtf8`, `Empty`, `Header`; the first line with wrong `Columns`, a
    /// `Number` that is none, `Negative`, or `TooManyRows`; then those of [`Series::new`].
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Malformed> {
        let malformed = |(line, problem)| Malformed {
            file: file.into(),
            line,
            problem,
        };
        let bytes = unpack(bytes, TEXT_MAX).map_err(|problem| malformed((None, problem)))?;
        let text = str::from_utf8(&bytes).map_err(|error| {
            let line_ends = bytes[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            malformed((Some(number(line_ends)), Problem::NotUtf8))
        })?;
        read(text).map_err(malformed)
    }
}

/// A problem and its line, if it has one.
type Located = (Option<u64>, Problem);

/// The number of the line with this index.
fn number(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1)
}

fn read(text: &str) -> Result<Series, Located> {
    // Empty lines at the end are no rows; one in between is, without columns.
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err((None, Problem::Empty));
    }
    let (header, rows) = text.split_once('\n').unwrap_or((text, ""));
    let header = header.strip_suffix('\r').unwrap_or(header);
    let lines = rows.lines();
    let rows = match header {
        "ts,open,high,low,close,volume" => Rows::Bars(rows_of(lines, bar_with_volume)?),
        "ts,open,high,low,close" => Rows::Bars(rows_of(lines, bar)?),
        "ts,price" => Rows::Samples(rows_of(lines, sample)?),
        _ => {
            return Err((
                Some(1),
                Problem::Header {
                    found: shortened(header),
                },
            ));
        }
    };
    Series::new(rows).map_err(|BadRows { row, problem }| (row.map(line_of), problem))
}

/// The line of a row: below the header.
fn line_of(row: usize) -> u64 {
    number(row.saturating_add(1))
}

fn rows_of<'a, Row, const N: usize>(
    lines: impl Iterator<Item = &'a str>,
    row: impl Fn([&'a str; N]) -> Result<Row, Problem>,
) -> Result<Vec<Row>, Located> {
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate() {
        if index >= ROWS_MAX {
            return Err((Some(line_of(index)), Problem::TooManyRows { limit: ROWS_MAX }));
        }
        rows.push(
            columns(line)
                .and_then(&row)
                .map_err(|problem| (Some(line_of(index)), problem))?,
        );
    }
    Ok(rows)
}

fn bar(columns: [&str; 5]) -> Result<Bar, Problem> {
    let [start, open, high, low, close] = columns;
    Ok(Bar {
        start: time(start)?,
        open: price("open", open)?,
        high: price("high", high)?,
        low: price("low", low)?,
        close: price("close", close)?,
    })
}

fn bar_with_volume(columns: [&str; 6]) -> Result<Bar, Problem> {
    let [start, open, high, low, close, volume] = columns;
    let bar = bar([start, open, high, low, close])?;
    if !volume.is_empty() {
        decimal("volume", volume, VOLUME_DECIMALS)?;
    }
    Ok(bar)
}

fn sample(columns: [&str; 2]) -> Result<Sample, Problem> {
    let [at, worth] = columns;
    Ok(Sample {
        at: time(at)?,
        price: price("price", worth)?,
    })
}

fn columns<const N: usize>(line: &str) -> Result<[&str; N], Problem> {
    let mut columns = [""; N];
    let mut found = 0;
    for field in line.split(',') {
        if let Some(column) = columns.get_mut(found) {
            *column = field;
        }
        found += 1;
    }
    if found == N {
        Ok(columns)
    } else {
        Err(Problem::Columns { found, expected: N })
    }
}

fn time(text: &str) -> Result<Timestamp, Problem> {
    // What exceeds 64 bits is refused as `NotSeconds` later, like all that exceeds TIME_MAX.
    Ok(Timestamp(u64::try_from(decimal("ts", text, 0)?).unwrap_or(u64::MAX)))
}

fn price(column: &'static str, text: &str) -> Result<Price, Problem> {
    decimal(column, text, PRICE_DECIMALS).map(Price::from_raw)
}

fn decimal(column: &'static str, text: &str, decimals: u8) -> Result<u128, Problem> {
    parse_decimal(text, decimals).map_err(|reason| match reason {
        ParseDecimal::Character { found: '-', at: 0 } => Problem::Negative {
            column,
            text: shortened(text),
        },
        reason => Problem::Number {
            column,
            text: shortened(text),
            reason,
        },
    })
}

#[cfg(test)]
mod tests;
