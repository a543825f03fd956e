//! Chapters: runs of blocks with about the same number of rows each. Senders, hashes, accounts and vaults come in no order, so that each new row
//! of a tree by them falls on a page of its own, which is read, written to the log and written to the file for that row alone.
//! Trees that begin with the chapter grow in the present one, which is small: its pages stay in memory and take many rows each
//! before they are written. A question looks into each chapter from the end that it begins with, until its page is full.

use ballast_protocol::Height;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Failed;
use crate::index::{signed, unsigned};

/// Rows of a chapter, transactions and events, after which the next block begins another. More of them make writing dearer, fewer
/// make questions dearer that find little.
pub const CHAPTER: u64 = 40_000;

/// From 40 million rows on a chapter has a thousandth of the rows before it, so that there are never more than a few thousand.
const CHAPTERS: u64 = 1_000;

/// The chapter that grows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chapter {
    /// From 1; 0 before the first.
    pub(crate) number: i64,
    /// Transactions and events in all before it.
    before: u64,
    /// In it.
    rows: u64,
}

impl Chapter {
    /// The last of an index. Error: `Sqlite`.
    pub(crate) fn last(connection: &Connection) -> Result<Self, Failed> {
        let last = "SELECT chapter, rows_before,
                           (SELECT coalesce(sum(transactions + events), 0) FROM blocks WHERE height >= begins)
                    FROM chapters ORDER BY chapter DESC LIMIT 1";
        let last = connection
            .query_row(last, [], |row| {
                Ok(Self {
                    number: row.get(0)?,
                    before: unsigned(row, 1)?,
                    rows: unsigned(row, 2)?,
                })
            })
            .optional()?;
        Ok(last.unwrap_or_default())
    }

    /// The chapter of the next block: this one, or a new one that begins there if this one has `most` rows or more. Error: `Sqlite`.
    pub(crate) fn of_next(self, connection: &Connection, height: Height, most: u64) -> Result<Self, Failed> {
        if self.number > 0 && !self.is_full(most) {
            return Ok(self);
        }
        let next = Self {
            number: self.number + 1,
            before: self.before.saturating_add(self.rows),
            rows: 0,
        };
        connection
            .prepare_cached("INSERT INTO chapters (chapter, begins, rows_before) VALUES (?1, ?2, ?3)")?
            .execute(params![next.number, signed(height.0), signed(next.before)])?;
        Ok(next)
    }

    const fn is_full(self, most: u64) -> bool {
        self.rows >= most && self.rows >= self.before / CHAPTERS
    }

    /// With so many rows more.
    pub(crate) const fn grown(self, rows: u64) -> Self {
        Self {
            rows: self.rows.saturating_add(rows),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_of_a_long_index_has_a_thousandth_of_what_is_before_it() {
        for (before, rows, is_full) in [
            (0, 39_999, false),
            (0, 40_000, true),
            (40_000_000, 39_999, false),
            (40_000_000, 40_000, true),
            (100_000_000, 99_999, false),
            (100_000_000, 100_000, true),
        ] {
            let chapter = Chapter {
                number: 1,
                before,
                rows,
            };
            assert_eq!(chapter.is_full(CHAPTER), is_full, "{rows} after {before}");
        }
    }
}
