//! The exact change feed of a block: which keys changed, from what to what, in canonical bytes.

use std::ops::Range;

use borsh::BorshSerialize;

/// What collects changes: the exact feed, or only what the state root needs.
pub trait ChangeSink {
    /// Says that at most so many keys follow.
    fn expect(&mut self, _keys: usize) {}
    /// Adds a key, unless its value is as before.
    fn add<K: BorshSerialize, V: BorshSerialize + PartialEq>(
        &mut self,
        table: u16,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    );
}

/// One changed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Table number ([`ballast_protocol::table`]).
    pub table: u16,
    /// Canonical key.
    pub key: &'a [u8],
    /// Canonical value before; `None` if there was none.
    pub before: Option<&'a [u8]>,
    /// Canonical value now; `None` if it is gone.
    pub after: Option<&'a [u8]>,
}

/// The changes of a block, ordered by table and key. A key whose value is as before is not among them.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    table: u16,
    start: usize,
    key_end: usize,
    before: Option<usize>,
    after: Option<usize>,
}

impl ChangeSet {
    /// How many keys changed.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all changes and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    fn write(&mut self, value: &impl BorshSerialize) -> usize {
        value
            .serialize(&mut self.bytes)
            .expect("writing to memory does not fail");
        self.bytes.len()
    }

    fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// The changes in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Change<'_>> {
        self.entries.iter().map(|entry| {
            let before_end = entry.before.unwrap_or(entry.key_end);
            Change {
                table: entry.table,
                key: self.slice(entry.start..entry.key_end),
                before: entry.before.map(|end| self.slice(entry.key_end..end)),
                after: entry.after.map(|end| self.slice(before_end..end)),
            }
        })
    }
}

impl ChangeSink for ChangeSet {
    fn add<K: BorshSerialize, V: BorshSerialize + PartialEq>(
        &mut self,
        table: u16,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) {
        if before == after {
            return;
        }
        let start = self.bytes.len();
        let key_end = self.write(key);
        let before = before.map(|value| self.write(value));
        let after = after.map(|value| self.write(value));
        self.entries.push(Entry {
            table,
            start,
            key_end,
            before,
            after,
        });
    }
}
