//! The index as it is written: blocks in their order, many in one transaction of SQLite.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ballast_engine::State;
use ballast_protocol::{Block, BlockResult, Height, TransactionHash, proof::Hash};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::schema::{INDEXES_SQL, TABLES_SQL, VERSION};
use crate::{Failed, Unusable, events, liquidations, vaults};

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

/// An index, open for writing.
pub struct Index {
    connection: Connection,
    height: Height,
    begins: Height,
}

impl Index {
    /// Opens the index of a chain. Errors: those of [`Unusable`]: make it again.
    pub fn open(path: &Path, chain: &Hash) -> Result<Self, Unusable> {
        if !path.exists() {
            return Err(Unusable::None);
        }
        let connection = Connection::open(path)?;
        let check: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if check != "ok" {
            return Err(Unusable::Damaged(check));
        }
        let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found != VERSION {
            return Err(Unusable::Version { found });
        }
        let of: (Vec<u8>, u64) = connection.query_row("SELECT chain, begins FROM about", [], |row| {
            Ok((row.get(0)?, unsigned(row, 1)?))
        })?;
        if of.0 != chain.0 {
            return Err(Unusable::OtherChain);
        }
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        connection.execute_batch(INDEXES_SQL)?;
        Self::of(connection, Height(of.1)).map_err(|why| Unusable::Damaged(why.to_string()))
    }

    /// Begins the index of a chain after a state, in a file that is not there yet and is of use only once [`Index::finish`] has
    /// returned. Error: `Sqlite`.
    pub(crate) fn create(path: &Path, chain: &Hash, base: &State) -> Result<Self, Failed> {
        remove(path).map_err(|why| Failed::Unreadable(why.to_string()))?;
        let connection = Connection::open(path)?;
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
        Self::of(connection, begins)
    }

    fn of(connection: Connection, begins: Height) -> Result<Self, Failed> {
        connection.set_prepared_statement_cache_capacity(64);
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let last: Option<i64> = connection.query_row("SELECT max(height) FROM blocks", [], |row| row.get(0))?;
        let height = last.and_then(|last| u64::try_from(last).ok()).map_or(begins, Height);
        Ok(Self {
            connection,
            height,
            begins,
        })
    }

    /// The last block that it has.
    pub const fn height(&self) -> Height {
        self.height
    }

    /// It tells of blocks above this one.
    pub const fn begins(&self) -> Height {
        self.begins
    }

    /// The root after the last block that it has; none if it has none. Error: `Sqlite`.
    pub fn root(&self) -> Result<Option<Hash>, Failed> {
        root(&self.connection, self.height)
    }

    /// Takes blocks in one transaction of SQLite: all of them or none. What it has already it passes over. Errors: `OutOfTurn`; `Fork`
    /// if it has another block of a height; `Sqlite`, `TooFar`.
    pub fn apply<'a>(&mut self, blocks: impl IntoIterator<Item = Happened<'a>>) -> Result<(), Failed> {
        let mut height = self.height;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for happened in blocks {
            let of_block = happened.block.height;
            if of_block <= height {
                let known = root(&transaction, of_block)?;
                if known.is_some_and(|known| known != happened.result.state_root) {
                    return Err(Failed::Fork(of_block));
                }
                continue;
            }
            if of_block.0 != height.0.saturating_add(1) {
                return Err(Failed::OutOfTurn {
                    expected: height,
                    found: of_block,
                });
            }
            write(&transaction, happened)?;
            height = of_block;
        }
        transaction.commit()?;
        self.height = height;
        Ok(())
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

fn write(connection: &Connection, happened: Happened<'_>) -> Result<(), Failed> {
    let Happened { block, result, .. } = happened;
    let told = events::write(connection, happened)?;
    connection
        .prepare_cached(
            "INSERT INTO blocks (height, time, root, work, transactions, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            signed(block.height.0),
            signed(block.time.0),
            result.state_root.0,
            signed(result.work),
            signed(block.transactions.len() as u64),
            signed(told.len() as u64),
        ])?;
    events::transactions(connection, happened)?;
    vaults::write(connection, happened, &told)?;
    liquidations::write(connection, happened, &told)
}

fn root(connection: &Connection, height: Height) -> Result<Option<Hash>, Failed> {
    let found: Option<[u8; 32]> = connection
        .query_row("SELECT root FROM blocks WHERE height = ?1", [signed(height.0)], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(found.map(Hash))
}

/// Removes an index and what SQLite keeps beside it, the file itself first: what is beside it is nothing without it.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    for file in [
        path.to_owned(),
        beside(path, "-wal"),
        beside(path, "-shm"),
        beside(path, "-journal"),
    ] {
        match fs::remove_file(&file) {
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
