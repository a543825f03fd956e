//! Rows as columns of a Parquet file, written a group at a time.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::Row;

/// Rows that are kept until they are written together.
pub const GROUP: usize = 1 << 16;

/// The schema, in the order in which [`Columns::write`] writes.
const SCHEMA: &str = "message events {
    required int64 height;
    required int64 time;
    required int32 index;
    optional int32 transaction;
    required binary kind (UTF8);
    optional int32 collateral_type;
    optional int64 vault;
    optional int64 auction;
    optional binary account (UTF8);
    optional binary amount (UTF8);
    optional binary collateral (UTF8);
    optional binary debt (UTF8);
    optional binary price (UTF8);
    required binary event (UTF8);
}";

/// A column: what is there, and for each row whether it is.
struct Column<T> {
    values: Vec<T>,
    there: Vec<i16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            there: Vec::new(),
        }
    }
}

impl<T> Column<T> {
    fn push(&mut self, value: Option<T>) {
        self.there.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

/// Rows that wait for their group.
#[derive(Default)]
struct Group {
    rows: usize,
    height: Column<i64>,
    time: Column<i64>,
    index: Column<i32>,
    transaction: Column<i32>,
    kind: Column<ByteArray>,
    collateral_type: Column<i32>,
    vault: Column<i64>,
    auction: Column<i64>,
    account: Column<ByteArray>,
    amount: Column<ByteArray>,
    collateral: Column<ByteArray>,
    debt: Column<ByteArray>,
    price: Column<ByteArray>,
    event: Column<ByteArray>,
}

/// A file under way.
pub(super) struct Columns<W: Write + Send> {
    file: SerializedFileWriter<W>,
    group: Group,
}

impl<W: Write + Send> Columns<W> {
    pub(super) fn new(file: W) -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(failed)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self {
            file: SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?,
            group: Group::default(),
        })
    }

    pub(super) fn add(&mut self, row: &Row) -> io::Result<()> {
        self.group.add(row);
        if self.group.rows == GROUP {
            self.write()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if self.group.rows > 0 {
            self.write()?;
        }
        self.file.into_inner().map_err(failed)
    }

    fn write(&mut self) -> io::Result<()> {
        let group = std::mem::take(&mut self.group);
        let mut to = self.file.next_row_group().map_err(failed)?;
        let mut all = || {
            write::<Int64Type, W>(&mut to, &group.height)?;
            write::<Int64Type, W>(&mut to, &group.time)?;
            write::<Int32Type, W>(&mut to, &group.index)?;
            write::<Int32Type, W>(&mut to, &group.transaction)?;
            write::<ByteArrayType, W>(&mut to, &group.kind)?;
            write::<Int32Type, W>(&mut to, &group.collateral_type)?;
            write::<Int64Type, W>(&mut to, &group.vault)?;
            write::<Int64Type, W>(&mut to, &group.auction)?;
            write::<ByteArrayType, W>(&mut to, &group.account)?;
            write::<ByteArrayType, W>(&mut to, &group.amount)?;
            write::<ByteArrayType, W>(&mut to, &group.collateral)?;
            write::<ByteArrayType, W>(&mut to, &group.debt)?;
            write::<ByteArrayType, W>(&mut to, &group.price)?;
            write::<ByteArrayType, W>(&mut to, &group.event)
        };
        all().map_err(failed)?;
        to.close().map_err(failed)?;
        Ok(())
    }
}

impl Group {
    fn add(&mut self, row: &Row) {
        let text = |text: &String| ByteArray::from(text.as_str());
        let wide = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let narrow = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        self.rows += 1;
        self.height.push(Some(wide(row.height)));
        self.time.push(Some(wide(row.time)));
        self.index.push(Some(narrow(row.index)));
        self.transaction.push(row.transaction.map(narrow));
        self.kind.push(Some(text(&row.kind)));
        self.collateral_type.push(row.collateral_type.map(narrow));
        self.vault.push(row.vault.map(wide));
        self.auction.push(row.auction.map(wide));
        self.account.push(row.account.as_ref().map(text));
        self.amount.push(row.amount.as_ref().map(text));
        self.collateral.push(row.collateral.as_ref().map(text));
        self.debt.push(row.debt.as_ref().map(text));
        self.price.push(row.price.as_ref().map(text));
        self.event.push(Some(text(&row.event.to_string())));
    }
}

/// Writes the next column of a group.
fn write<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    column: &Column<T::T>,
) -> Result<(), ParquetError> {
    let Some(mut to) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns".into()));
    };
    to.typed::<T>().write_batch(&column.values, Some(&column.there), None)?;
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
