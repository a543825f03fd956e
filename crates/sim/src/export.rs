//! Every event and receipt of a replay in a file: Parquet for tables, JSON Lines for everything (docs/replay.md has the
//! schema). Both are written as blocks come and hold no more than [`GROUP`] rows in memory.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use ballast_protocol::{Block, BlockResult};
use ballast_rows::{Cell, Column, Kind, Table, rows};
pub use ballast_rows::{GROUP, Row};

/// The columns of a row, in the order of [`cells`].
const COLUMNS: [Column; 14] = [
    Column::required("height", Kind::Wide),
    Column::required("time", Kind::Wide),
    Column::required("index", Kind::Narrow),
    Column::optional("transaction", Kind::Narrow),
    Column::required("kind", Kind::Text),
    Column::optional("collateral_type", Kind::Narrow),
    Column::optional("vault", Kind::Wide),
    Column::optional("auction", Kind::Wide),
    Column::optional("account", Kind::Text),
    Column::optional("amount", Kind::Text),
    Column::optional("collateral", Kind::Text),
    Column::optional("debt", Kind::Text),
    Column::optional("price", Kind::Text),
    Column::required("event", Kind::Text),
];

fn cells(row: Row) -> [Cell; 14] {
    let text = |text: Option<String>| Cell::or_nothing(text, Cell::Text);
    [
        Cell::wide(row.height),
        Cell::wide(row.time),
        Cell::narrow(row.index),
        Cell::or_nothing(row.transaction, Cell::narrow),
        Cell::Text(row.kind),
        Cell::or_nothing(row.collateral_type, Cell::narrow),
        Cell::or_nothing(row.vault, Cell::wide),
        Cell::or_nothing(row.auction, Cell::wide),
        text(row.account),
        text(row.amount),
        text(row.collateral),
        text(row.debt),
        text(row.price),
        Cell::Text(row.event.to_string()),
    ]
}

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Columns, compressed with Snappy.
    Parquet,
}

impl Format {
    /// By the extension of a file's name. Error: neither of the two.
    ///
    /// ```
    /// use ballast_sim::export::Format;
    ///
    /// assert_eq!(Format::of("events.parquet".as_ref()), Ok(Format::Parquet));
    /// assert_eq!(Format::of("events.jsonl".as_ref()), Ok(Format::JsonLines));
    /// assert!(Format::of("events.csv".as_ref()).is_err());
    /// ```
    pub fn of(path: &Path) -> Result<Self, String> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl") => Ok(Self::JsonLines),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(format!(
                "{}: events are written as Parquet or JSON Lines: end the name in .parquet or .jsonl",
                path.display()
            )),
        }
    }
}

/// A file under way.
pub struct Export<W: Write + Send> {
    sink: Sink<W>,
    rows: u64,
}

enum Sink<W: Write + Send> {
    Lines(BufWriter<W>),
    Columns(Box<Table<W>>),
}

impl<W: Write + Send> Export<W> {
    /// Nothing written yet but what a format begins with. Error: the disk's.
    pub fn new(format: Format, file: W) -> io::Result<Self> {
        let sink = match format {
            Format::JsonLines => Sink::Lines(BufWriter::new(file)),
            Format::Parquet => Sink::Columns(Box::new(Table::new(file, "events", &COLUMNS)?)),
        };
        Ok(Self { sink, rows: 0 })
    }

    /// Writes what the engine did in a block, then of each transaction its receipt and its events. Error: the disk's.
    pub fn add(&mut self, block: &Block, result: &BlockResult) -> io::Result<()> {
        for row in rows(block, result) {
            self.rows += 1;
            match &mut self.sink {
                Sink::Lines(file) => {
                    serde_json::to_writer(&mut *file, &row)?;
                    file.write_all(b"\n")?;
                }
                Sink::Columns(columns) => columns.add(cells(row))?,
            }
        }
        Ok(())
    }

    /// Writes what is left, and gives the file back with the number of rows. Error: the disk's.
    pub fn finish(self) -> io::Result<(W, u64)> {
        let file = match self.sink {
            Sink::Lines(file) => file.into_inner().map_err(io::IntoInnerError::into_error)?,
            Sink::Columns(columns) => columns.finish()?.0,
        };
        Ok((file, self.rows))
    }
}

#[cfg(test)]
mod tests;
