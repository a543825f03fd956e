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

/// Writes a table of an index as Parquet, its rows in the order of its key; returns the file and the number of rows. Errors: the
/// index's, the file's.
pub fn export<W: Write + Send>(index: &Path, table: &Table, file: W) -> Result<(W, u64), NotExported> {
    let connection = Connection::open_with_flags(index, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let names: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    let query = format!("SELECT {} FROM {} ORDER BY {}", names.join(", "), table.name, table.key);
    let mut statement = connection.prepare(&query)?;
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
