//! A state's records in canonical bytes, one after the other: how snapshots are written and read back.

use std::iter::Peekable;

use borsh::{BorshDeserialize, BorshSerialize};

use super::changes::ChangeSink;
use super::table::Record;

/// One record in canonical bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordBytes<'a> {
    /// Table number ([`ballast_protocol::table`]).
    pub table: u16,
    /// Canonical key.
    pub key: &'a [u8],
    /// Canonical value.
    pub value: &'a [u8],
}

/// Why records are not those of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRecords {
    /// Not what such a table holds.
    #[error("a record of table {table} can't be decoded")]
    Undecodable {
        /// Of which table.
        table: u16,
    },
    /// Keys that do not rise, or one that is there twice.
    #[error("the keys of table {table} do not rise")]
    Unsorted {
        /// Of which table.
        table: u16,
    },
    /// A table of one record without it.
    #[error("the record of table {table} is missing")]
    Missing {
        /// Which table.
        table: u16,
    },
    /// A record where no table of this engine expects one.
    #[error("a record of table {table} stands where none is expected: another version has written it")]
    Unexpected {
        /// Of which table.
        table: u16,
    },
}

/// Records on their way into a state.
pub struct RecordSource<'s, 'r> {
    records: Peekable<&'s mut (dyn Iterator<Item = RecordBytes<'r>> + 's)>,
}

impl<'s, 'r> RecordSource<'s, 'r> {
    /// Records in the order in which a state tells them.
    pub fn new(records: &'s mut (dyn Iterator<Item = RecordBytes<'r>> + 's)) -> Self {
        Self {
            records: records.peekable(),
        }
    }

    /// The next record, if it is of this table. Error: `Undecodable`.
    pub(super) fn next<K: Record, V: Record>(&mut self, table: u16) -> Option<Result<(K, V), BadRecords>> {
        let record = self.records.next_if(|record| record.table == table)?;
        Some(record.decode())
    }

    /// Error: `Unexpected` if a record is left.
    pub fn finish(mut self) -> Result<(), BadRecords> {
        self.records
            .next()
            .map_or(Ok(()), |left| Err(BadRecords::Unexpected { table: left.table }))
    }
}

impl RecordBytes<'_> {
    /// Key and value. Error: `Undecodable`, also where bytes are left over.
    pub fn decode<K: BorshDeserialize, V: BorshDeserialize>(&self) -> Result<(K, V), BadRecords> {
        let undecodable = |_| BadRecords::Undecodable { table: self.table };
        let key = borsh::from_slice(self.key).map_err(undecodable)?;
        let value = borsh::from_slice(self.value).map_err(undecodable)?;
        Ok((key, value))
    }
}

/// Shows each record to a function, without keeping it.
pub struct RecordSink<F> {
    tell: F,
    bytes: Vec<u8>,
}

impl<F: FnMut(RecordBytes<'_>)> RecordSink<F> {
    /// Tells this function.
    pub const fn new(tell: F) -> Self {
        Self {
            tell,
            bytes: Vec::new(),
        }
    }
}

impl<F: FnMut(RecordBytes<'_>)> ChangeSink for RecordSink<F> {
    fn add<K: BorshSerialize, V: BorshSerialize + PartialEq>(
        &mut self,
        table: u16,
        key: &K,
        _: Option<&V>,
        after: Option<&V>,
    ) {
        let Some(after) = after else { return };
        self.bytes.clear();
        let written = key.serialize(&mut self.bytes).map(|()| self.bytes.len());
        let end = written.expect("writing to memory does not fail");
        after
            .serialize(&mut self.bytes)
            .expect("writing to memory does not fail");
        let (key, value) = self.bytes.split_at(end);
        (self.tell)(RecordBytes { table, key, value });
    }
}
