//! The tables as Parquet files, for analytics engines.

use std::io::Write;
use std::path::Path;

use ballast_protocol::hex;
use ballast_rows::{Cell, Kind};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::Failed;
use crate::schema::Table;

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// The index.
    #[error(transparent)]
    Index(#[from] Failed),
    /// The file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<rusqlite::Error> for NotExported {
    fn from(error: rusqlite::Error) -> Self {
        Self::Index(error.into())
    }
}

/// The tables of an index, all as they are at one moment.
pub struct Tables {
    connection: Connection,
}

impl Tables {
    /// Opens an index for reading, beside whoever writes it. Error: the index's.
    pub fn open(index: &Path) -> Result<Self, NotExported> {
        let connection = Connection::open_with_flags(index, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // Ended with the connection.
        connection.execute_batch("BEGIN; SELECT * FROM about;")?;
        Ok(Self { connection })
    }

    /// Writes a table as Parquet, its rows in the order of its key; returns the file and the number of rows. Errors: the index's, the
    /// file's.
    pub fn write<W: Write + Send>(&self, table: &Table, file: W) -> Result<(W, u64), NotExported> {
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        let query = format!("SELECT {} FROM {} ORDER BY {}", names.join(", "), table.name, table.key);
        let mut statement = self.connection.prepare(&query)?;
        let mut rows = statement.query([])?;
        let mut to = ballast_rows::Table::new(file, table.name, table.columns)?;
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(table.columns.len());
            for (at, column) in table.columns.iter().enumerate() {
                cells.push(cell(row.get_ref(at)?, column.kind)?);
            }
            to.add(cells)?;
        }
        Ok(to.finish()?)
    }
}

fn cell(value: ValueRef<'_>, kind: Kind) -> Result<Cell, Failed> {
    let unreadable = || Failed::Unreadable("a value that its table does not have".into());
    match (value, kind) {
        (ValueRef::Null, _) => Ok(Cell::Nothing),
        (ValueRef::Integer(number), Kind::Wide) => Ok(Cell::Wide(number)),
        (ValueRef::Text(text), Kind::Text) => {
            let text = std::str::from_utf8(text).map_err(|_| unreadable())?;
            Ok(Cell::Text(text.to_owned()))
        }
        (ValueRef::Blob(bytes), Kind::Text) => Ok(Cell::Text(hex::text(bytes))),
        _ => Err(unreadable()),
    }
}
