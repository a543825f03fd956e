//! State that can be undone: tables and single records that log what they overwrite.
//!
//! One log carries three loads. A savepoint is a length of the log, and going back replays it from the end; nested
//! savepoints are nested lengths. At the end of a block the first logged value of each key, beside the present one, is
//! the block's exact change feed; and the state root is brought up to date from that feed.

use borsh::{BorshDeserialize, BorshSerialize};

use super::changes::{ChangeSet, ChangeSink};
use super::records::{BadRecords, RecordSource};
use super::tree::{Range, Tree};

/// What a table can hold: copyable by `Clone`, comparable, with canonical bytes.
pub trait Record: Clone + PartialEq + BorshSerialize + BorshDeserialize {}
impl<T: Clone + PartialEq + BorshSerialize + BorshDeserialize> Record for T {}

/// What every piece of state can do, whatever it holds.
pub trait Stored {
    /// The length of the log: where a savepoint stands.
    fn mark(&self) -> usize;
    /// Undoes all that was written since `mark`.
    fn rewind(&mut self, mark: usize);
    /// Adds what changed since the last call to the set and forgets how to undo it.
    fn take_changes(&mut self, changes: &mut impl ChangeSink);
    /// Adds every entry to the set as if it were new: for a root from scratch, exports and checks.
    fn all_entries(&self, changes: &mut impl ChangeSink);
    /// The canonical value at a canonical key, if the record stands here.
    fn find(&self, _table: u16, _key: &[u8]) -> Option<Vec<u8>> {
        None
    }
    /// Holds what a source has next, in the order of [`Stored::all_entries`], and nothing else; no change to be told.
    fn load(&mut self, source: &mut RecordSource<'_, '_>) -> Result<(), BadRecords>;
}

/// A part of the state: visits all its pieces in a fixed order.
pub trait Pieces {
    /// Shows each piece to the visitor.
    fn each(&mut self, visitor: &mut impl Visitor);
}

/// Whoever visits the pieces of a state, whatever each holds.
pub trait Visitor {
    /// Looks at one piece.
    fn visit(&mut self, piece: &mut impl Stored);
}

/// Implements [`Pieces`] by naming the pieces.
#[macro_export]
#[doc(hidden)]
macro_rules! pieces {
    ($state:ty { $($field:ident),* $(,)? }) => {
        impl $crate::kernel::Pieces for $state {
            fn each(&mut self, visitor: &mut impl $crate::kernel::Visitor) {
                $(visitor.visit(&mut self.$field);)*
            }
        }
    };
}

/// How many records are worth looking up together: the way to them fits into a second-level cache.
pub(crate) const GROUP: usize = 32;

/// A table of fewer records is near the processor anyway: reading ahead would cost as much as it spares.
pub(crate) const NEAR: usize = 4_000;

/// An ordered map that can be undone, cloned in O(1) and committed to by the state root.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    id: u16,
    tree: Tree<K, V>,
    log: Vec<(K, Option<V>)>,
}

impl<K: Record + Ord, V: Record> Table<K, V> {
    /// An empty table with its number in proofs ([`ballast_protocol::table`]).
    pub const fn new(id: u16) -> Self {
        Self {
            id,
            tree: Tree::new(),
            log: Vec::new(),
        }
    }

    /// The record at `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.tree.get(key)
    }

    /// The records at these keys, now near the processor. See [`Tree::warm`].
    pub(crate) fn get_all(&self, keys: &[&K]) -> Vec<Option<&V>> {
        if self.len() < NEAR {
            return keys.iter().map(|key| self.get(key)).collect();
        }
        self.tree.get_all(keys)
    }

    /// Whether there is a record at `key`.
    pub fn contains_key(&self, key: &K) -> bool {
        self.tree.contains_key(key)
    }

    /// Writes a record and returns what stood there.
    pub fn set(&mut self, key: K, value: V) -> Option<V> {
        let before = self.tree.insert(key.clone(), value);
        self.log.push((key, before.clone()));
        before
    }

    /// Changes a record in place, if it is there: one search instead of two. Returns `None` if there is no record; if
    /// `change` refuses, the record is as before.
    pub fn change<R, E>(&mut self, key: &K, change: impl FnOnce(&mut V) -> Result<R, E>) -> Option<Result<R, E>> {
        let mut outcome = None;
        self.tree.update(key, |value| {
            let before = value.clone();
            let done = change(value);
            match done {
                Ok(_) => self.log.push((key.clone(), Some(before))),
                Err(_) => *value = before,
            }
            outcome = Some(done);
        });
        outcome
    }

    /// Removes a record and returns it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let before = self.tree.remove(key)?;
        self.log.push((key.clone(), Some(before.clone())));
        Some(before)
    }

    /// The records in key order.
    pub fn iter(&self) -> Range<'_, K, V> {
        self.tree.iter()
    }

    /// The records with keys in `bounds`, in order.
    pub fn range(&self, bounds: impl std::ops::RangeBounds<K>) -> Range<'_, K, V> {
        self.tree.range(bounds)
    }

    /// The first record.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.tree.first()
    }

    /// How many records there are.
    pub const fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// The records alone, without the log: for readers and memory figures.
    pub const fn tree(&self) -> &Tree<K, V> {
        &self.tree
    }

    /// Like [`Stored::rewind`], and tells each step: the key, what stands there, and what is put back.
    pub(crate) fn rewind_with(&mut self, mark: usize, mut tell: impl FnMut(&K, Option<&V>, Option<&V>)) {
        while self.log.len() > mark {
            let Some((key, before)) = self.log.pop() else { return };
            tell(&key, self.tree.get(&key), before.as_ref());
            match before {
                Some(value) => drop(self.tree.insert(key, value)),
                None => drop(self.tree.remove(&key)),
            }
        }
    }
}

impl<K: Record + Ord, V: Record> Stored for Table<K, V> {
    fn mark(&self) -> usize {
        self.log.len()
    }

    fn rewind(&mut self, mark: usize) {
        self.rewind_with(mark, |_, _, _| ());
    }

    fn take_changes(&mut self, changes: &mut impl ChangeSink) {
        let keys = self.log.iter().map(|(key, _)| key.clone());
        let mut order: Vec<(K, usize)> = keys.zip(0..).collect();
        order.sort_unstable();
        // The first entry of a key is the value that it had before the block.
        order.dedup_by(|later, first| later.0 == first.0);
        changes.expect(order.len());
        for group in order.chunks(GROUP) {
            let keys: Vec<&K> = group.iter().map(|(key, _)| key).collect();
            for ((key, at), after) in group.iter().zip(self.get_all(&keys)) {
                let (_, before) = &self.log[*at];
                changes.add(self.id, key, before.as_ref(), after);
            }
        }
        self.log.clear();
    }

    fn all_entries(&self, changes: &mut impl ChangeSink) {
        for (key, value) in self.tree.iter() {
            changes.add(self.id, key, None, Some(value));
        }
    }

    fn find(&self, table: u16, key: &[u8]) -> Option<Vec<u8>> {
        let key = (table == self.id).then(|| borsh::from_slice(key).ok())??;
        self.get(&key).map(canonical)
    }

    fn load(&mut self, source: &mut RecordSource<'_, '_>) -> Result<(), BadRecords> {
        let mut fault = None;
        let mut last: Option<K> = None;
        let entries = std::iter::from_fn(|| match source.next::<K, V>(self.id)? {
            Ok((key, _)) if last.as_ref().is_some_and(|last| *last >= key) => {
                fault = Some(BadRecords::Unsorted { table: self.id });
                None
            }
            Ok((key, value)) => {
                last = Some(key.clone());
                Some((key, value))
            }
            Err(undecodable) => {
                fault = Some(undecodable);
                None
            }
        });
        self.tree = Tree::from_sorted(entries);
        self.log.clear();
        fault.map_or(Ok(()), Err)
    }
}

/// A single record that can be undone.
#[derive(Clone, Debug)]
pub struct Var<V> {
    id: u16,
    value: V,
    /// The values before each write; none before the first.
    log: Vec<Option<V>>,
}

impl<V: Record> Var<V> {
    /// A record with its table number and first value. It is part of the root from the first change feed on.
    pub fn new(id: u16, value: V) -> Self {
        Self {
            id,
            value,
            log: vec![None],
        }
    }

    /// Its value.
    pub const fn get(&self) -> &V {
        &self.value
    }

    /// Overwrites it.
    pub fn set(&mut self, value: V) {
        self.log.push(Some(std::mem::replace(&mut self.value, value)));
    }
}

impl<V: Record> Stored for Var<V> {
    fn mark(&self) -> usize {
        self.log.len()
    }

    fn rewind(&mut self, mark: usize) {
        while self.log.len() > mark {
            let Some(Some(value)) = self.log.pop() else { return };
            self.value = value;
        }
    }

    fn take_changes(&mut self, changes: &mut impl ChangeSink) {
        if let Some(before) = self.log.first() {
            changes.add(self.id, &(), before.as_ref(), Some(&self.value));
        }
        self.log.clear();
    }

    fn all_entries(&self, changes: &mut impl ChangeSink) {
        changes.add(self.id, &(), None, Some(&self.value));
    }

    fn find(&self, table: u16, key: &[u8]) -> Option<Vec<u8>> {
        (table == self.id && key.is_empty()).then(|| canonical(&self.value))
    }

    fn load(&mut self, source: &mut RecordSource<'_, '_>) -> Result<(), BadRecords> {
        let missing = BadRecords::Missing { table: self.id };
        let ((), value) = source.next(self.id).ok_or(missing)??;
        self.value = value;
        self.log.clear();
        Ok(())
    }
}

/// A record's canonical bytes.
fn canonical(record: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(record).expect("writing to memory does not fail")
}

/// The most pieces that a state may have.
const PIECES: usize = 52;

/// A point to go back to. It is void once a later go-back to an earlier point, or a block's end, has passed it.
#[derive(Clone, Copy, Debug)]
pub struct Savepoint {
    marks: [u32; PIECES],
    next: usize,
}

impl Savepoint {
    /// The present point.
    pub fn of(state: &mut impl Pieces) -> Self {
        let mut here = Self {
            marks: [0; PIECES],
            next: 0,
        };
        state.each(&mut Marking(&mut here));
        here
    }

    /// Undoes everything since this point.
    pub fn restore(self, state: &mut impl Pieces) {
        state.each(&mut Rewinding(Self { next: 0, ..self }));
    }
}

struct Marking<'a>(&'a mut Savepoint);

impl Visitor for Marking<'_> {
    #[inline]
    fn visit(&mut self, piece: &mut impl Stored) {
        self.0.marks[self.0.next] = u32::try_from(piece.mark()).expect("a block's log is bounded by its work budget");
        self.0.next += 1;
    }
}

struct Rewinding(Savepoint);

impl Visitor for Rewinding {
    fn visit(&mut self, piece: &mut impl Stored) {
        piece.rewind(self.0.marks[self.0.next] as usize);
        self.0.next += 1;
    }
}

/// The exact changes of a part of the state since the last call, which can be undone no more.
pub fn take_changes(state: &mut impl Pieces) -> ChangeSet {
    let mut changes = ChangeSet::default();
    take_changes_into(state, &mut changes);
    changes
}

/// Like [`take_changes`], into whatever collects them.
pub(crate) fn take_changes_into(state: &mut impl Pieces, changes: &mut impl ChangeSink) {
    state.each(&mut Taking(changes));
}

/// Every record of a part of the state, as if it were new.
pub fn all_entries(state: &mut impl Pieces) -> ChangeSet {
    let mut changes = ChangeSet::default();
    all_entries_into(state, &mut changes);
    changes
}

/// Like [`all_entries`], into whatever collects them.
pub(crate) fn all_entries_into(state: &mut impl Pieces, changes: &mut impl ChangeSink) {
    state.each(&mut Reading(changes));
}

/// Fills a part of the state with the records that another told. Error: the first fault; the part is then of no use.
pub(crate) fn load(state: &mut impl Pieces, mut source: RecordSource<'_, '_>) -> Result<(), BadRecords> {
    let mut loading = Loading {
        source: &mut source,
        outcome: Ok(()),
    };
    state.each(&mut loading);
    loading.outcome?;
    source.finish()
}

struct Taking<'a, C>(&'a mut C);

impl<C: ChangeSink> Visitor for Taking<'_, C> {
    fn visit(&mut self, piece: &mut impl Stored) {
        piece.take_changes(self.0);
    }
}

struct Reading<'a, C>(&'a mut C);

impl<C: ChangeSink> Visitor for Reading<'_, C> {
    fn visit(&mut self, piece: &mut impl Stored) {
        piece.all_entries(self.0);
    }
}

/// The canonical value of a record of a part of the state.
pub(crate) fn find(state: &mut impl Pieces, table: u16, key: &[u8]) -> Option<Vec<u8>> {
    let mut finding = Finding {
        table,
        key,
        found: None,
    };
    state.each(&mut finding);
    finding.found
}

struct Finding<'a> {
    table: u16,
    key: &'a [u8],
    found: Option<Vec<u8>>,
}

impl Visitor for Finding<'_> {
    fn visit(&mut self, piece: &mut impl Stored) {
        self.found = self.found.take().or_else(|| piece.find(self.table, self.key));
    }
}

struct Loading<'a, 's, 'r> {
    source: &'a mut RecordSource<'s, 'r>,
    outcome: Result<(), BadRecords>,
}

impl Visitor for Loading<'_, '_, '_> {
    fn visit(&mut self, piece: &mut impl Stored) {
        if self.outcome.is_ok() {
            self.outcome = piece.load(self.source);
        }
    }
}
