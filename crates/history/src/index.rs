//! The index as it is written: blocks in their order, many in one transaction of SQLite.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ballast_engine::State;
use ballast_protocol::{Block, BlockResult, Height, TransactionHash, proof::Hash};
use rusqlite::{Connection, OptionalExtension, params};

use crate::chapters::{CHAPTER, Chapter};
use crate::schema::{INDEXES_SQL, TABLES_SQL, VERSION};
use crate::{Failed, Unusable, events, liquidations, transactions, vaults};

/// A block, what came of it, and the state after it.
#[derive(Clone, Copy)]
pub struct Happened<'a> {
    /// What was executed.
    pub block: &'a Block,
    /// The transactions' hashes, in their order.
    pub hashes: &'a [TransactionHash],
    /// Receipts, events and root.
    pub result: &'a BlockResult,
    /// The state after it; of its tree and root nothing is asked.
    pub state: &'a State,
}

/// Asked while something takes long: whether to end it.
pub type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// Ends nothing early.
pub fn never() -> Stop {
    Arc::new(|| false)
}

/// How an index that grows is kept: 64 MiB of pages stay in memory between groups of blocks, in which a chapter's trees fit for some
/// hundred million rows, and what was written goes from the log of writes to the file when that has 64 MiB: a page is written often while
/// its chapter grows.
const LIVING_SQL: &str = "
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384;
PRAGMA journal_size_limit = 134217728;";

/// Steps of SQLite's machine between looks at whether to stop.
const STEPS: i32 = 10_000;

/// Where an index ends.
#[derive(Clone, Copy, Debug)]
struct End {
    /// The last block.
    height: Height,
    /// Its chapter.
    chapter: Chapter,
}

/// An index, open for writing.
pub struct Index {
    connection: Connection,
    committed: End,
    /// What is written, which may not be committed yet.
    written: End,
    /// Rows of a chapter.
    chapter_rows: u64,
    begins: Height,
    stop: Stop,
    /// Where the index lies that this one has not replaced.
    pub(crate) aside: Option<PathBuf>,
}

impl Index {
    /// Opens the index of a chain and looks through all of it. Errors: those of [`Unusable`].
    pub fn open(path: &Path, chain: &Hash) -> Result<Self, Unusable> {
        Self::open_unless(path, chain, &never())
    }

    /// Like [`Index::open`], unless told to stop: then `NotNow`. [`crate::catch_up`] asks the same.
    pub fn open_unless(path: &Path, chain: &Hash, stop: &Stop) -> Result<Self, Unusable> {
        if !path.try_exists().map_err(Failed::from)? {
            return Err(Unusable::None);
        }
        let mut connection = Connection::open(path)?;
        watch(&mut connection, Some(stop))?;
        let check: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if check != "ok" {
            return Err(Unusable::Damaged(check));
        }
        let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found != VERSION {
            return Err(Unusable::Version { found });
        }
        let about = about(&connection)?;
        if about.chain != *chain {
            return Err(Unusable::OtherChain);
        }
        connection.execute_batch(LIVING_SQL)?;
        connection.execute_batch(INDEXES_SQL)?;
        empty_log(&connection);
        // Groups of blocks are short: each is written whole.
        watch(&mut connection, None)?;
        Ok(Self::of(connection, about.begins, stop)?)
    }

    /// Begins the index of a chain after a state, in a file that is not there yet and is of use only once [`Index::finish`] has
    /// returned. Errors: `Sqlite`, `Io`; `Ended`, as whatever is done with it until then.
    pub(crate) fn create(path: &Path, chain: &Hash, base: &State, stop: &Stop) -> Result<Self, Failed> {
        remove(path)?;
        let mut connection = Connection::open(path)?;
        watch(&mut connection, Some(stop))?;
        // A crash leaves a file that nobody uses.
        connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")?;
        connection.execute_batch(TABLES_SQL)?;
        // By auction they are looked up while they are written.
        connection.execute_batch(
            "CREATE INDEX liquidations_by_auction ON liquidations (auction) WHERE auction IS NOT NULL;",
        )?;
        connection.pragma_update(None, "user_version", VERSION)?;
        let begins = base.chain().height;
        connection.execute(
            "INSERT INTO about (chain, begins) VALUES (?1, ?2)",
            params![chain.0, signed(begins.0)],
        )?;
        events::prices(&connection, base, |_| true)?;
        Self::of(connection, begins, stop)
    }

    fn of(connection: Connection, begins: Height, stop: &Stop) -> Result<Self, Failed> {
        connection.set_prepared_statement_cache_capacity(64);
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let last: Option<i64> = connection.query_row("SELECT max(height) FROM blocks", [], |row| row.get(0))?;
        let end = End {
            height: last.and_then(|last| u64::try_from(last).ok()).map_or(begins, Height),
            chapter: Chapter::last(&connection)?,
        };
        Ok(Self {
            connection,
            committed: end,
            written: end,
            chapter_rows: CHAPTER,
            begins,
            stop: stop.clone(),
            aside: None,
        })
    }

    /// Whom to ask whether to stop.
    pub(crate) const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Where the index lies that stood in this one's place and was not removed, since it begins earlier or can't be read.
    pub fn aside(&self) -> Option<&Path> {
        self.aside.as_deref()
    }

    /// From now on chapters of so many rows, instead of [`CHAPTER`]; what is there stays as it is.
    #[must_use]
    pub const fn with_chapters(mut self, rows: u64) -> Self {
        self.chapter_rows = rows;
        self
    }

    /// The last block that it has.
    pub const fn height(&self) -> Height {
        self.committed.height
    }

    /// It tells of blocks above this one.
    pub const fn begins(&self) -> Height {
        self.begins
    }

    /// The root after the last block that it has; none if it has none. Error: `Sqlite`.
    pub fn root(&self) -> Result<Option<Hash>, Failed> {
        root(&self.connection, self.height())
    }

    /// Takes blocks in one transaction of SQLite: all of them or none. What it has already it passes over. Errors: `OutOfTurn`; `Fork`
    /// if it has another block of a height; `Sqlite`, `TooFar`.
    pub fn apply<'a>(&mut self, blocks: impl IntoIterator<Item = Happened<'a>>) -> Result<(), Failed> {
        let written = self.begin().and_then(|()| {
            blocks.into_iter().try_for_each(|happened| self.add(happened))?;
            self.commit()
        });
        if written.is_err() {
            self.roll_back();
        }
        written
    }

    /// Begins a transaction of SQLite. Whoever begins it commits it or rolls it back; left open, it is undone when the index is
    /// dropped. Error: `Sqlite`.
    pub(crate) fn begin(&mut self) -> Result<(), Failed> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        self.written = self.committed;
        Ok(())
    }

    /// Writes a block, in a transaction that has begun. Errors: those of [`Index::apply`].
    pub(crate) fn add(&mut self, happened: Happened<'_>) -> Result<(), Failed> {
        let of_block = happened.block.height;
        let last = self.written.height;
        if of_block <= last {
            let known = root(&self.connection, of_block)?;
            if known.is_some_and(|known| known != happened.result.state_root) {
                return Err(Failed::Fork(of_block));
            }
            return Ok(());
        }
        if of_block.0 != last.0.saturating_add(1) {
            return Err(Failed::OutOfTurn {
                expected: last,
                found: of_block,
            });
        }
        let chapter = self
            .written
            .chapter
            .of_next(&self.connection, of_block, self.chapter_rows)?;
        let rows = write(&self.connection, happened, chapter.number)?;
        self.written = End {
            height: of_block,
            chapter: chapter.grown(rows),
        };
        Ok(())
    }

    /// Ends the transaction: what was written in it is there. Error: `Sqlite`.
    pub(crate) fn commit(&mut self) -> Result<(), Failed> {
        self.connection.execute_batch("COMMIT")?;
        self.committed = self.written;
        Ok(())
    }

    /// Undoes what was written in a transaction that has begun. Of an index that is being made nothing is of use then.
    pub(crate) fn roll_back(&mut self) {
        // There is none where beginning it failed, or SQLite has undone it by itself.
        let _ = self.connection.execute_batch("ROLLBACK");
    }

    /// Ends the making of an index: from now on it may be read, and goes on as any other. Error: `Sqlite`.
    pub(crate) fn finish(self) -> Result<(), Failed> {
        self.connection.execute_batch(INDEXES_SQL)?;
        self.connection
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);")?;
        self.connection.close().map_err(|(_, why)| why)?;
        Ok(())
    }
}

/// Moves what a process that was killed has left in the log of writes to the file: killed often, it would grow without end.
fn empty_log(connection: &Connection) {
    let emptied = connection
        .busy_timeout(std::time::Duration::ZERO)
        .and_then(|()| connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    // Somebody reads, or the disk is full: the index is good all the same, and the log waits for the next time.
    drop(emptied);
}

/// Writes a block into a chapter; returns how many rows of it count.
fn write(connection: &Connection, happened: Happened<'_>, chapter: i64) -> Result<u64, Failed> {
    let Happened { block, result, .. } = happened;
    let told = events::write(connection, happened, chapter)?;
    let (of_transactions, of_events) = (block.transactions.len() as u64, told.len() as u64);
    connection
        .prepare_cached(
            "INSERT INTO blocks (height, time, root, work, transactions, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            signed(block.height.0),
            signed(block.time.0),
            result.state_root.0,
            signed(result.work),
            signed(of_transactions),
            signed(of_events),
        ])?;
    transactions::write(connection, happened, chapter)?;
    vaults::write(connection, happened, &told, chapter)?;
    liquidations::write(connection, happened, &told)?;
    Ok(of_transactions.saturating_add(of_events))
}

fn root(connection: &Connection, height: Height) -> Result<Option<Hash>, Failed> {
    let found: Option<[u8; 32]> = connection
        .query_row("SELECT root FROM blocks WHERE height = ?1", [signed(height.0)], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(found.map(Hash))
}

/// What an index says of itself.
pub(crate) struct About {
    pub(crate) chain: Hash,
    pub(crate) begins: Height,
}

pub(crate) fn about(connection: &Connection) -> rusqlite::Result<About> {
    connection.query_row("SELECT chain, begins FROM about", [], |row| {
        Ok(About {
            chain: Hash(row.get(0)?),
            begins: Height(unsigned(row, 1)?),
        })
    })
}

/// Has whatever a connection does ended once somebody says so.
fn watch(connection: &mut Connection, stop: Option<&Stop>) -> rusqlite::Result<()> {
    let stop = stop.cloned();
    connection.progress_handler(STEPS, stop.map(|stop| move || stop()))
}

/// What SQLite keeps beside a file.
pub(crate) const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Removes an index and what SQLite keeps beside it, the file itself first: what is beside it is nothing without it.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let more = BESIDE.map(|more| beside(path, more));
    for file in std::iter::once(path).chain(more.iter().map(PathBuf::as_path)) {
        match fs::remove_file(file) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// A file beside another: its name and more.
pub(crate) fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    name.into()
}

/// SQLite's integers have a sign; heights, times and ids beyond them are not met, and would be the largest.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that is never negative.
pub(crate) fn unsigned(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}
