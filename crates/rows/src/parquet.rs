//! Rows as columns of a Parquet file, written a group at a time.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// Rows that are kept until they are written together.
pub const GROUP: usize = 1 << 16;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit integers.
    Wide,
    /// 32-bit integers.
    Narrow,
    /// UTF-8.
    Text,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: Kind,
    /// Whether something stands in every row.
    pub required: bool,
}

impl Column {
    /// One that every row fills.
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: true,
        }
    }

    /// One that a row may leave empty.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: false,
        }
    }
}

/// What stands in a row under a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// Under [`Kind::Wide`].
    Wide(i64),
    /// Under [`Kind::Narrow`].
    Narrow(i32),
    /// Under [`Kind::Text`].
    Text(String),
}

impl Cell {
    /// A number that is never negative; what does not fit is the largest.
    pub fn wide(number: u64) -> Self {
        Self::Wide(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// A number that is never negative; what does not fit is the largest.
    pub fn narrow(number: u32) -> Self {
        Self::Narrow(i32::try_from(number).unwrap_or(i32::MAX))
    }

    /// What is there, or nothing.
    pub fn or_nothing<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Nothing, cell)
    }
}

/// The cells of a column that wait for their group: what is there, and for each row whether it is.
enum Waiting {
    Wide(Vec<i64>, Vec<i16>),
    Narrow(Vec<i32>, Vec<i16>),
    Text(Vec<ByteArray>, Vec<i16>),
}

impl Waiting {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Wide => Self::Wide(Vec::new(), Vec::new()),
            Kind::Narrow => Self::Narrow(Vec::new(), Vec::new()),
            Kind::Text => Self::Text(Vec::new(), Vec::new()),
        }
    }

    /// Error: another kind of cell.
    fn push(&mut self, cell: Cell) -> Result<(), ParquetError> {
        let there = match (self, cell) {
            (Self::Wide(_, there) | Self::Narrow(_, there) | Self::Text(_, there), Cell::Nothing) => {
                there.push(0);
                return Ok(());
            }
            (Self::Wide(values, there), Cell::Wide(value)) => {
                values.push(value);
                there
            }
            (Self::Narrow(values, there), Cell::Narrow(value)) => {
                values.push(value);
                there
            }
            (Self::Text(values, there), Cell::Text(value)) => {
                values.push(ByteArray::from(value.into_bytes()));
                there
            }
            (_, cell) => return Err(ParquetError::General(format!("{cell:?} is not what the column takes"))),
        };
        there.push(1);
        Ok(())
    }

    fn write<W: Write + Send>(
        &self,
        required: bool,
        to: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Wide(values, there) => write::<Int64Type, W>(to, values, there, required),
            Self::Narrow(values, there) => write::<Int32Type, W>(to, values, there, required),
            Self::Text(values, there) => write::<ByteArrayType, W>(to, values, there, required),
        }
    }
}

/// A table of rows as a Parquet file under way, compressed with Snappy. It holds no more than [`GROUP`] rows in memory.
pub struct Table<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<(Column, Waiting)>,
    waiting: usize,
    rows: u64,
}

impl<W: Write + Send> Table<W> {
    /// A table without rows. Errors: names that are none, the disk's.
    pub fn new(file: W, name: &str, columns: &[Column]) -> io::Result<Self> {
        let fields: String = columns.iter().map(field).collect();
        let schema = format!("message {name} {{ {fields}}}");
        let schema = Arc::new(parse_message_type(&schema).map_err(failed)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self {
            file: SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?,
            columns: columns
                .iter()
                .map(|column| (*column, Waiting::of(column.kind)))
                .collect(),
            waiting: 0,
            rows: 0,
        })
    }

    /// Adds a row: a cell for each column, in their order. Errors: other cells than the columns take; the disk's.
    pub fn add(&mut self, row: impl IntoIterator<Item = Cell>) -> io::Result<()> {
        let mut cells = row.into_iter();
        for (column, waiting) in &mut self.columns {
            let cell = cells.next().unwrap_or(Cell::Nothing);
            if column.required && cell == Cell::Nothing {
                return Err(io::Error::other(format!("{} is empty", column.name)));
            }
            waiting.push(cell).map_err(failed)?;
        }
        self.waiting += 1;
        self.rows += 1;
        if self.waiting == GROUP {
            self.write()?;
        }
        Ok(())
    }

    /// Writes what is left, and gives the file back with the number of rows. Error: the disk's.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        if self.waiting > 0 {
            self.write()?;
        }
        Ok((self.file.into_inner().map_err(failed)?, self.rows))
    }

    fn write(&mut self) -> io::Result<()> {
        let mut to = self.file.next_row_group().map_err(failed)?;
        for (column, waiting) in &mut self.columns {
            let cells = std::mem::replace(waiting, Waiting::of(column.kind));
            cells.write(column.required, &mut to).map_err(failed)?;
        }
        to.close().map_err(failed)?;
        self.waiting = 0;
        Ok(())
    }
}

/// A column in the schema's own language.
fn field(column: &Column) -> String {
    let Column { name, kind, required } = column;
    let often = if *required { "required" } else { "optional" };
    match kind {
        Kind::Wide => format!("{often} int64 {name}; "),
        Kind::Narrow => format!("{often} int32 {name}; "),
        Kind::Text => format!("{often} binary {name} (UTF8); "),
    }
}

/// Writes the next column of a group.
fn write<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    there: &[i16],
    required: bool,
) -> Result<(), ParquetError> {
    let Some(mut to) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns".into()));
    };
    let there = (!required).then_some(there);
    to.typed::<T>().write_batch(values, there, None)?;
    to.close()
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}
