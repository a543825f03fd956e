//! Every event and receipt of a replay in a file: Parquet for tables, JSON Lines for everything (docs/replay.md has the
//! schema). Both are written as blocks come and hold no more than [`GROUP`] rows in memory.

mod columns;
mod row;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use ballast_protocol::{Block, BlockResult};

use self::columns::Columns;
pub use self::columns::GROUP;
pub use self::row::Row;
use self::row::rows;

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
    Columns(Box<Columns<W>>),
}

impl<W: Write + Send> Export<W> {
    /// Nothing written yet but what a format begins with. Error: the disk's.
    pub fn new(format: Format, file: W) -> io::Result<Self> {
        let sink = match format {
            Format::JsonLines => Sink::Lines(BufWriter::new(file)),
            Format::Parquet => Sink::Columns(Box::new(Columns::new(file)?)),
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
                Sink::Columns(columns) => columns.add(&row)?,
            }
        }
        Ok(())
    }

    /// Writes what is left, and gives the file back with the number of rows. Error: the disk's.
    pub fn finish(self) -> io::Result<(W, u64)> {
        let file = match self.sink {
            Sink::Lines(file) => file.into_inner().map_err(io::IntoInnerError::into_error)?,
            Sink::Columns(columns) => columns.finish()?,
        };
        Ok((file, self.rows))
    }
}

#[cfg(test)]
mod tests;
