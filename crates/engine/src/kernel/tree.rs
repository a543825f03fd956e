//! [`Tree`]: the persistent ordered map that holds all state.
//!
//! A B+tree whose nodes are shared between versions. Cloning a tree copies one pointer; whoever then changes a
//! version copies the nodes on the path that it touches, if another version still holds them, and changes them in
//! place otherwise. So a fork of a block, a reader of the last height and a snapshot each keep a whole map at the
//! cost of what differs.
//!
//! - Entries lie in leaves of [`LEAF`] and all leaves at one depth; a full node first gives entries to a neighbour
//!   and splits only if both are full, so random insertions fill nodes to about five sixths and sorted ones wholly.
//! - Every branch knows how many entries each child holds, so a position is found, and a range counted, in
//!   O(log n); with a [`Summary`] it also knows their sum.
//! - The shape depends on the order of operations; nothing that this module returns does, but for the order-free
//!   [`Tree::heap_bytes`]. No hash of a state may be taken over nodes.
//!
//! ```
//! use ballast_engine::kernel::tree::Tree;
//!
//! let mut tree: Tree<u32, &str> = [(2, "two"), (1, "one")].into_iter().collect();
//! let before = tree.clone();
//! tree.insert(2, "deux");
//!
//! assert_eq!(before.get(&2), Some(&"two"));
//! let changes: Vec<_> = before.diff(&tree).map(|change| (*change.key, change.after.copied())).collect();
//! assert_eq!(changes, [(2, Some("deux"))]);
//! ```

mod bulk;
mod diff;
mod node;
mod range;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fmt, hint, mem,
    ops::{Bound, RangeBounds},
};

pub use diff::{Change, Diff};
pub use range::Range;

use node::{Known, Node, Way};

/// Most entries in a leaf. Larger leaves are leaner and shallower; smaller ones are cheaper to copy once shared.
pub const LEAF: usize = 32;

/// Most children of a branch: a branch that is copied counts one more owner for each of them.
pub const FAN: usize = 32;

/// What a tree adds up over its entries, so that the sum over any prefix costs O(log n).
///
/// `sub` must undo `add` exactly and order must not matter, so integers add with wrapping or within known bounds.
/// Keys that compare equal may differ in what they add: an insertion replaces the key together with the value.
pub trait Summary<K, V>: Clone + Default {
    /// What one entry adds.
    fn of(key: &K, value: &V) -> Self;
    /// Adds another sum to this one.
    fn add(&mut self, other: &Self);
    /// Takes away what an `add` of the same sum added.
    fn sub(&mut self, other: &Self);
}

/// No sum: takes no memory and no time.
impl<K, V> Summary<K, V> for () {
    fn of(_: &K, _: &V) {}
    fn add(&mut self, (): &Self) {}
    fn sub(&mut self, (): &Self) {}
}

/// An ordered map with O(1) clones that share what they have in common. See the [module](self).
pub struct Tree<K, V, S = ()> {
    root: Option<Node<K, V, S>>,
    len: usize,
}

impl<K, V, S> Tree<K, V, S> {
    /// The empty tree; it allocates nothing.
    pub const fn new() -> Self {
        Self { root: None, len: 0 }
    }

    /// The number of entries.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether both are the same version, found without a look at the entries; `false` leaves open that they are equal.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (None, None) => true,
            (Some(left), Some(right)) => left.ptr_eq(right),
            _ => false,
        }
    }

    /// The entry at `position` in the order, counted from zero.
    pub fn nth(&self, position: usize) -> Option<(&K, &V)> {
        let (leaf, at) = self.root.as_ref()?.locate(position)?;
        leaf.keys.get(at).zip(leaf.values.get(at))
    }

    /// The entry with the least key.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.nth(0)
    }

    /// The entry with the greatest key.
    pub fn last(&self) -> Option<(&K, &V)> {
        self.nth(self.len.checked_sub(1)?)
    }

    /// All entries in order.
    pub fn iter(&self) -> Range<'_, K, V, S> {
        Range::new(self, 0, self.len)
    }

    /// The entries at these positions in the order, `start` included and `end` not.
    pub fn slice(&self, start: usize, end: usize) -> Range<'_, K, V, S> {
        Range::new(self, start, end.min(self.len))
    }

    /// The leading entries for which `pred` holds, `pred` being true and then false along the order.
    pub fn iter_while(&self, pred: impl FnMut(&K) -> bool) -> Range<'_, K, V, S> {
        self.slice(0, self.prefix_len(pred))
    }

    /// The entries from the first for which `pred` fails, `pred` being true and then false along the order.
    pub fn range_from_partition(&self, pred: impl FnMut(&K) -> bool) -> Range<'_, K, V, S> {
        self.slice(self.prefix_len(pred), self.len)
    }

    /// How many leading entries `pred` holds for, `pred` being true and then false along the order.
    ///
    /// It is asked about O(log n) keys; some may have been removed from the tree since.
    pub fn prefix_len(&self, mut pred: impl FnMut(&K) -> bool) -> usize {
        let Some(mut node) = self.root.as_ref() else { return 0 };
        let mut len = 0;
        loop {
            match node {
                Node::Leaf(leaf) => return len + leaf.keys.partition_point(pred),
                Node::Branch(branch) => {
                    let at = branch.child_where(&mut pred);
                    len += branch.counts[..at].iter().sum::<usize>();
                    node = &branch.children[at];
                }
            }
        }
    }

    /// What the nodes take on the heap, those shared with other versions included. Not what keys and values own there.
    pub fn heap_bytes(&self) -> usize {
        self.heap_bytes_beside(&mut BTreeSet::new())
    }

    /// Like [`Tree::heap_bytes`], but only nodes not `seen` yet, which it adds: so versions are counted once together.
    pub fn heap_bytes_beside(&self, seen: &mut BTreeSet<usize>) -> usize {
        self.root.as_ref().map_or(0, |root| root.heap_bytes(seen))
    }
}

impl<K: Ord, V, S> Tree<K, V, S> {
    /// Brings the nodes on the way to these keys near the processor: worth it before a batch of operations on a tree that
    /// is larger than the processor's caches.
    ///
    /// All keys go down a level together. A search waits for one line of memory before it knows the next; so all lines of a
    /// node are first asked for, and those of the other keys' nodes, and none is waited for. Processors that cannot be asked
    /// (the library `prefetch-index` knows x86 and ARM) find nothing nearer.
    pub fn warm(&self, keys: &[&K]) {
        self.leaves_of(keys);
    }

    /// The values at these keys, which are then near the processor too. See [`Tree::warm`].
    pub fn get_all(&self, keys: &[&K]) -> Vec<Option<&V>> {
        let leaves = self.leaves_of(keys);
        leaves
            .iter()
            .zip(keys)
            .map(|(leaf, key)| leaf.and_then(|leaf| leaf.glimpse(key)))
            .collect()
    }

    /// The leaves that hold these keys, if any do; none in an empty tree.
    fn leaves_of(&self, keys: &[&K]) -> Vec<Option<&Node<K, V, S>>> {
        let mut nodes = vec![self.root.as_ref(); keys.len()];
        while let Some(Some(Node::Branch(_))) = nodes.first() {
            for (node, key) in nodes.iter_mut().zip(keys) {
                if let Some(Node::Branch(branch)) = node {
                    *node = branch.children.get(branch.child_of(key));
                }
            }
            // Sizes first: a guess at how far to look would be wrong, and found out late.
            hint::black_box(nodes.iter().flatten().map(|node| node.glance()).sum::<usize>());
            nodes.iter().flatten().for_each(|node| node.look());
        }
        nodes
    }

    /// The value at `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.root.as_ref()?.get(key)
    }

    /// Whether there is an entry at `key`.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The entries with keys in `bounds`; none if the bounds are the wrong way round.
    pub fn range(&self, bounds: impl RangeBounds<K>) -> Range<'_, K, V, S> {
        let start = match bounds.start_bound() {
            Bound::Unbounded => 0,
            Bound::Included(least) => self.prefix_len(|key| key < least),
            Bound::Excluded(below) => self.prefix_len(|key| key <= below),
        };
        let end = match bounds.end_bound() {
            Bound::Unbounded => self.len,
            Bound::Included(greatest) => self.prefix_len(|key| key <= greatest),
            Bound::Excluded(above) => self.prefix_len(|key| key < above),
        };
        self.slice(start, end)
    }

    /// What turns `self` into `after`: one change a key, in order, for entries only one has or whose values differ.
    ///
    /// Nodes that both share are skipped, so between two versions it costs what changed, not what they hold.
    pub fn diff<'a>(&'a self, after: &'a Self) -> Diff<'a, K, V, S> {
        Diff::new(self.root.as_ref(), after.root.as_ref())
    }
}

impl<K, V, S: Summary<K, V>> Tree<K, V, S> {
    /// The sum over all entries.
    pub fn summary(&self) -> S {
        self.root.as_ref().map_or_else(S::default, Node::summary)
    }

    /// The sum over the leading entries for which `pred` holds, `pred` being true and then false along the order.
    ///
    /// It is asked about O(log n) keys; some may have been removed from the tree since.
    pub fn prefix_summary(&self, mut pred: impl FnMut(&K) -> bool) -> S {
        let mut sum = S::default();
        let mut next = self.root.as_ref();
        while let Some(node) = next {
            next = match node {
                Node::Leaf(leaf) => {
                    let end = leaf.keys.partition_point(&mut pred);
                    leaf.keys
                        .iter()
                        .zip(&leaf.values)
                        .take(end)
                        .for_each(|(key, value)| sum.add(&S::of(key, value)));
                    None
                }
                Node::Branch(branch) => {
                    let at = branch.child_where(&mut pred);
                    branch.sums[..at].iter().for_each(|child| sum.add(child));
                    branch.children.get(at)
                }
            };
        }
        sum
    }
}

impl<K: Ord + Clone, V: Clone, S: Summary<K, V>> Tree<K, V, S> {
    /// Puts an entry at `key` and returns the value that it replaces, if there was one.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let added = S::of(&key, &value);
        let root = self.root.get_or_insert_with(Node::empty);
        loop {
            let mut way = Way::new();
            let leaf = root.claim(&key, Known::Wanted, &mut way)?; // wanted, so there
            match leaf.keys.binary_search(&key) {
                Ok(at) => {
                    let removed = S::of(&leaf.keys[at], &leaf.values[at]);
                    leaf.keys[at] = key;
                    let before = mem::replace(&mut leaf.values[at], value);
                    root.adjust(&way, &removed, &added);
                    return Some(before);
                }
                Err(at) if !leaf.keys.is_full() => {
                    leaf.keys.insert(at, key);
                    leaf.values.insert(at, value);
                    root.along(&way, |branch, at| {
                        branch.counts[at] += 1;
                        branch.sums[at].add(&added);
                    });
                    self.len += 1;
                    return None;
                }
                Err(_) => {
                    while !root.give_room(&key) {
                        root.grow();
                    }
                }
            }
        }
    }

    /// Takes out the entry at `key` and returns its value. Copies nothing if there is none.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let root = self.root.as_mut()?;
        let mut way = Way::new();
        let leaf = root.claim(key, Known::Nothing, &mut way)?;
        let at = leaf.keys.binary_search(key).ok()?;
        let (key, value) = (leaf.keys.remove(at), leaf.values.remove(at));
        let (removed, left) = (S::of(&key, &value), leaf.keys.len());
        root.along(&way, |branch, at| {
            branch.counts[at] -= 1;
            branch.sums[at].sub(&removed);
        });
        self.len -= 1;
        if self.len == 0 {
            self.root = None;
        } else if left < node::least(LEAF) {
            root.refill(&way);
            root.shrink();
        }
        Some(value)
    }

    /// Changes the value at `key` in place; `false`, and nothing copied, if there is none.
    pub fn update(&mut self, key: &K, change: impl FnOnce(&mut V)) -> bool {
        self.update_with(key, change).is_some()
    }

    fn update_with(&mut self, key: &K, change: impl FnOnce(&mut V)) -> Option<()> {
        let root = self.root.as_mut()?;
        let mut way = Way::new();
        let leaf = root.claim(key, Known::Nothing, &mut way)?;
        let at = leaf.keys.binary_search(key).ok()?;
        let (key, value) = (&leaf.keys[at], &mut leaf.values[at]);
        let removed = S::of(key, value);
        change(value);
        let added = S::of(key, value);
        root.adjust(&way, &removed, &added);
        Some(())
    }

    /// Moves the entry at `from` to `to`, over what stands there; `false`, and nothing done, if there is none. It does
    /// what a removal and an insertion do, and costs half where the two keys are near.
    pub fn rekey(&mut self, from: &K, to: K) -> bool {
        match self.rekey_in_leaf(from, &to) {
            Some(true) => true,
            Some(false) => self.remove(from).map(|value| self.insert(to, value)).is_some(),
            None => false,
        }
    }

    /// [`Tree::rekey`] if the entry stays in its leaf; `Some(false)` if it would not, `None` if there is no entry.
    fn rekey_in_leaf(&mut self, from: &K, to: &K) -> Option<bool> {
        let root = self.root.as_mut()?;
        let mut way = Way::new();
        let leaf = root.claim(from, Known::Nothing, &mut way)?;
        let at = leaf.keys.binary_search(from).ok()?;
        let Err(place) = leaf.keys.binary_search(to) else {
            return Some(false);
        };
        if place == 0 || place == leaf.keys.len() {
            return Some(false); // It may belong to a neighbour.
        }
        let removed = S::of(&leaf.keys[at], &leaf.values[at]);
        let at_last = if at < place {
            leaf.keys[at..place].rotate_left(1);
            leaf.values[at..place].rotate_left(1);
            place - 1
        } else {
            leaf.keys[place..=at].rotate_right(1);
            leaf.values[place..=at].rotate_right(1);
            place
        };
        leaf.keys[at_last].clone_from(to);
        let added = S::of(&leaf.keys[at_last], &leaf.values[at_last]);
        root.adjust(&way, &removed, &added);
        Some(true)
    }

    /// The tree of these entries, in O(n) and with full nodes if their keys rise. Where they do not, the rest is
    /// inserted one by one, so any order is right and the last of equal keys stays.
    pub fn from_sorted(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut entries = entries.into_iter();
        let (mut tree, unsorted) = bulk::load(&mut entries);
        tree.extend(unsorted.into_iter().chain(entries));
        tree
    }
}

impl<K: Ord + Clone, V: Clone, S: Summary<K, V>> Extend<(K, V)> for Tree<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord + Clone, V: Clone, S: Summary<K, V>> FromIterator<(K, V)> for Tree<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::from_sorted(entries)
    }
}

impl<'a, K, V, S> IntoIterator for &'a Tree<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Range<'a, K, V, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V, S> Clone for Tree<K, V, S> {
    fn clone(&self) -> Self {
        Self {
            root: self.root.clone(),
            len: self.len,
        }
    }
}

impl<K, V, S> Default for Tree<K, V, S> {
    fn default() -> Self {
        Self::new()
    }
}

/// Equal entries, whatever the shape.
impl<K: Ord, V: PartialEq, S> PartialEq for Tree<K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.diff(other).next().is_none()
    }
}

impl<K: Ord, V: Eq, S> Eq for Tree<K, V, S> {}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Tree<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
