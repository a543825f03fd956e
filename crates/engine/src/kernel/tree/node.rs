//! Leaves and branches: search, change on the way down, balance on the way up.

use std::{collections::BTreeSet, mem};

use arrayvec::ArrayVec;
use prefetch_index::prefetch_index;
use triomphe::Arc;

use super::{FAN, LEAF, Summary};

/// Bytes of a line of memory, as processors read it.
const LINE: usize = 64;

/// A node with fewer entries or children than this is merged with a neighbour or given some of its own.
pub(super) const fn least(capacity: usize) -> usize {
    capacity * 3 / 8
}

/// Neighbours with no more than this together become one, which leaves room for what is inserted next.
const fn mergeable(capacity: usize) -> usize {
    capacity * 7 / 8
}

pub(super) enum Node<K, V, S> {
    Leaf(Arc<Leaf<K, V>>),
    Branch(Arc<Branch<K, V, S>>),
}

/// Keys lie apart from values so that a search reads few cache lines.
#[derive(Clone)]
pub(super) struct Leaf<K, V> {
    pub(super) keys: ArrayVec<K, LEAF>,
    pub(super) values: ArrayVec<V, LEAF>,
}

/// One row a child: `keys[i]` is above every key in child `i - 1` and at most every key in child `i`. The first key is
/// the one that the branch above has for this branch, so that it is right when children move to a neighbour. Only at
/// the left edge of the tree may it be too great, where no search reads it and nothing moves further left.
#[derive(Clone)]
pub(super) struct Branch<K, V, S> {
    pub(super) keys: ArrayVec<K, FAN>,
    pub(super) counts: ArrayVec<usize, FAN>,
    pub(super) sums: ArrayVec<S, FAN>,
    pub(super) children: ArrayVec<Node<K, V, S>, FAN>,
}

/// A child with what its branch knows of it.
pub(super) struct Row<K, V, S> {
    pub(super) key: K,
    pub(super) count: usize,
    pub(super) sum: S,
    pub(super) child: Node<K, V, S>,
}

/// The way from the root down to a leaf: which child each branch was left by. Every node but the root is three eighths
/// full, so that a tree of 2^64 entries is less than twenty nodes high.
pub(super) type Way = ArrayVec<usize, 24>;

/// What is known of a key before its leaf is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Shared nodes are to be copied only if it is there.
    Nothing,
    /// They are to be copied whether it is there or not.
    Wanted,
}

impl<K, V, S> Node<K, V, S> {
    pub(super) fn empty() -> Self {
        Self::Leaf(Arc::new(Leaf::new()))
    }

    pub(super) fn ptr_eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Leaf(left), Self::Leaf(right)) => Arc::ptr_eq(left, right),
            (Self::Branch(left), Self::Branch(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }

    /// Whether no other version holds this node.
    fn is_unique(&self) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.is_unique(),
            Self::Branch(branch) => branch.is_unique(),
        }
    }

    /// Entries of a leaf, children of a branch.
    fn size(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.keys.len(),
            Self::Branch(branch) => branch.children.len(),
        }
    }

    /// Reads the lines of memory that say how many hold the node and how large it is. The result means nothing.
    pub(super) fn glance(&self) -> usize {
        let sizes = match self {
            Self::Leaf(leaf) => leaf.keys.len() + leaf.values.len(),
            Self::Branch(branch) => branch.keys.len() + branch.children.len(),
        };
        sizes + usize::from(self.is_unique())
    }

    /// Asks for the lines of memory that hold the keys, and waits for none.
    pub(super) fn look(&self) {
        let keys: &[K] = match self {
            Self::Leaf(leaf) => &leaf.keys,
            Self::Branch(branch) => &branch.keys,
        };
        let step = (LINE / size_of::<K>().max(1)).max(1);
        for at in (0..keys.len()).step_by(step) {
            prefetch_index(keys, at);
        }
    }

    /// The value at `key`, of which the first lines of memory are asked for and not waited for.
    pub(super) fn glimpse(&self, key: &K) -> Option<&V>
    where
        K: Ord,
    {
        let Self::Leaf(leaf) = self else { return self.get(key) };
        let at = leaf.keys.binary_search(key).ok()?;
        prefetch_index(&leaf.values, at);
        prefetch_index(&leaf.values, at + 1);
        leaf.values.get(at)
    }

    const fn capacity(&self) -> usize {
        match self {
            Self::Leaf(_) => LEAF,
            Self::Branch(_) => FAN,
        }
    }

    /// Entries below this node.
    fn count(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.keys.len(),
            Self::Branch(branch) => branch.counts.iter().sum(),
        }
    }

    /// The leaf that holds the entry at `position`, and the place in it.
    pub(super) fn locate(&self, mut position: usize) -> Option<(&Leaf<K, V>, usize)> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(leaf) => return (position < leaf.keys.len()).then_some((leaf, position)),
                Self::Branch(branch) => {
                    let mut at = 0;
                    while let Some(&count) = branch.counts.get(at)
                        && position >= count
                    {
                        position -= count;
                        at += 1;
                    }
                    node = branch.children.get(at)?;
                }
            }
        }
    }

    pub(super) fn heap_bytes(&self, seen: &mut BTreeSet<usize>) -> usize {
        let counter = size_of::<usize>();
        match self {
            Self::Leaf(leaf) => match seen.insert(Arc::as_ptr(leaf).addr()) {
                true => counter + size_of::<Leaf<K, V>>(),
                false => 0,
            },
            Self::Branch(branch) => match seen.insert(Arc::as_ptr(branch).addr()) {
                true => {
                    let below: usize = branch.children.iter().map(|child| child.heap_bytes(seen)).sum();
                    counter + size_of::<Branch<K, V, S>>() + below
                }
                false => 0,
            },
        }
    }
}

impl<K: Ord, V, S> Node<K, V, S> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(leaf) => return leaf.values.get(leaf.keys.binary_search(key).ok()?),
                Self::Branch(branch) => node = &branch.children[branch.child_of(key)],
            }
        }
    }

    /// Whether `key` lies before, among or after what this node holds, as a place between 0 and its size.
    fn place(&self, key: &K) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.keys.partition_point(|k| k < key),
            Self::Branch(branch) => match branch.child_of(key) + 1 {
                1 => 0,
                place => place,
            },
        }
    }
}

impl<K, V, S: Summary<K, V>> Node<K, V, S> {
    pub(super) fn summary(&self) -> S {
        let mut sum = S::default();
        match self {
            Self::Leaf(leaf) => {
                leaf.keys
                    .iter()
                    .zip(&leaf.values)
                    .for_each(|(key, value)| sum.add(&S::of(key, value)));
            }
            Self::Branch(branch) => branch.sums.iter().for_each(|child| sum.add(child)),
        }
        sum
    }
}

impl<K: Ord + Clone, V: Clone, S: Summary<K, V>> Node<K, V, S> {
    /// The leaf that `key` belongs to, to be changed: no other version holds it, nor a node on its way. `None`, and
    /// nothing is copied, if the key is not there and not wanted.
    #[inline]
    pub(super) fn claim(&mut self, key: &K, mut known: Known, way: &mut Way) -> Option<&mut Leaf<K, V>> {
        let mut node = self;
        loop {
            if known == Known::Nothing && !node.is_unique() {
                node.get(key)?;
                known = Known::Wanted;
            }
            match node {
                Self::Leaf(leaf) => return Some(own(leaf)),
                Self::Branch(branch) => {
                    let branch = own(branch);
                    let at = branch.child_of(key);
                    way.push(at);
                    node = &mut branch.children[at];
                }
            }
        }
    }

    /// Shows each branch on a way that was claimed, from the root, with the child that it was left by.
    #[inline]
    pub(super) fn along(&mut self, way: &Way, mut visit: impl FnMut(&mut Branch<K, V, S>, usize)) {
        let mut node = self;
        for &at in way {
            let Self::Branch(branch) = node else { return };
            let branch = own(branch);
            visit(branch, at);
            node = &mut branch.children[at];
        }
    }

    /// Replaces `removed` by `added` in the sums along a way.
    #[inline]
    pub(super) fn adjust(&mut self, way: &Way, removed: &S, added: &S) {
        if size_of::<S>() > 0 {
            self.along(way, |branch, at| {
                branch.sums[at].sub(removed);
                branch.sums[at].add(added);
            });
        }
    }

    /// Gives the leaf that `key` belongs to room for one more entry; `false` if this node must be given room first.
    pub(super) fn give_room(&mut self, key: &K) -> bool {
        let branch = match self {
            Self::Leaf(leaf) => return !leaf.keys.is_full(),
            Self::Branch(branch) => own(branch),
        };
        loop {
            let at = branch.child_of(key);
            if branch.children[at].give_room(key) {
                return true;
            }
            if !branch.make_room(at, key) {
                return false;
            }
        }
    }

    /// Brings the nodes along a way back to their least size, from the leaf up.
    pub(super) fn refill(&mut self, way: &[usize]) {
        if let (Self::Branch(branch), Some((&at, below))) = (self, way.split_first()) {
            let branch = own(branch);
            branch.children[at].refill(below);
            branch.refill(at);
        }
    }

    /// Puts a branch above a full root, so that the root can be split.
    pub(super) fn grow(&mut self) {
        let root = mem::replace(self, Self::empty());
        *self = Self::Branch(Arc::new(Branch::of(root.into_row())));
    }

    /// Takes away branches that have a single child from above the root.
    pub(super) fn shrink(&mut self) {
        while let Self::Branch(branch) = self
            && let [child] = branch.children.as_slice()
        {
            *self = child.clone();
        }
    }

    /// The node as a child to be; `None` if it is empty.
    pub(super) fn into_row(self) -> Option<Row<K, V, S>> {
        let key = match &self {
            Self::Leaf(leaf) => leaf.keys.first()?.clone(),
            Self::Branch(branch) => branch.keys.first()?.clone(),
        };
        Some(Row {
            key,
            count: self.count(),
            sum: self.summary(),
            child: self,
        })
    }
}

impl<K, V> Leaf<K, V> {
    pub(super) const fn new() -> Self {
        Self {
            keys: ArrayVec::new_const(),
            values: ArrayVec::new_const(),
        }
    }
}

impl<K, V, S> Branch<K, V, S> {
    /// The branch of these children, of which there are no more than [`FAN`].
    pub(super) fn of(rows: impl IntoIterator<Item = Row<K, V, S>>) -> Self {
        let mut branch = Self {
            keys: ArrayVec::new(),
            counts: ArrayVec::new(),
            sums: ArrayVec::new(),
            children: ArrayVec::new(),
        };
        for row in rows {
            branch.keys.push(row.key);
            branch.counts.push(row.count);
            branch.sums.push(row.sum);
            branch.children.push(row.child);
        }
        branch
    }

    /// The child in which `pred`, true and then false along the order, changes.
    #[inline]
    pub(super) fn child_where(&self, pred: impl FnMut(&K) -> bool) -> usize {
        self.keys.get(1..).map_or(0, |keys| keys.partition_point(pred))
    }
}

impl<K: Ord, V, S> Branch<K, V, S> {
    /// The child that holds `key`, if any does.
    #[inline]
    pub(super) fn child_of(&self, key: &K) -> usize {
        self.child_where(|least| least <= key)
    }
}

impl<K: Ord + Clone, V: Clone, S: Summary<K, V>> Branch<K, V, S> {
    /// Makes room for `key` in the full child `at`: moves entries to a neighbour, or else splits the child. `false`
    /// if neighbours and branch are full too. Both sides of the border that moves have room then, or the one that
    /// `key` does not belong to is full: a run of rising or falling keys fills what it leaves behind.
    fn make_room(&mut self, at: usize, key: &K) -> bool {
        let child = &self.children[at];
        let (size, place) = (child.size(), child.place(key));
        let room = |child: &Node<K, V, S>| child.capacity() - child.size();
        let left = at.checked_sub(1).map_or(0, |left| room(&self.children[left]));
        let right = self.children.get(at + 1).map_or(0, room);
        if left > 1 {
            let moved = if place == size { left } else { left / 2 };
            self.move_border(at - 1, child.capacity() - left + moved);
        } else if right > 1 {
            let moved = if place == 0 { right } else { right / 2 };
            self.move_border(at, size - moved);
        } else if self.children.is_full() {
            return false;
        } else {
            let beside = match child {
                Node::Leaf(_) => Node::empty(),
                Node::Branch(_) => Node::Branch(Arc::new(Branch::of([]))),
            };
            self.keys.insert(at + 1, key.clone());
            self.counts.insert(at + 1, 0);
            self.sums.insert(at + 1, S::default());
            self.children.insert(at + 1, beside);
            self.move_border(at, size / 2);
        }
        true
    }

    /// [`Branch::refill`] for the last child.
    pub(super) fn refill_last(&mut self) {
        if let Some(last) = self.children.len().checked_sub(1) {
            self.refill(last);
        }
    }

    /// Merges child `at` with a neighbour, or evens the two out, if it has become too small.
    fn refill(&mut self, at: usize) {
        let capacity = self.children[at].capacity();
        if self.children[at].size() >= least(capacity) || self.children.len() < 2 {
            return;
        }
        let left = at.saturating_sub(1);
        let both = self.children[left].size() + self.children[left + 1].size();
        if both > mergeable(capacity) {
            self.move_border(left, both / 2);
        } else {
            self.move_border(left, both);
            self.keys.remove(left + 1);
            self.counts.remove(left + 1);
            self.sums.remove(left + 1);
            self.children.remove(left + 1);
        }
    }

    /// Moves entries or children between child `left` and the one after it until `left` has `target` of them.
    fn move_border(&mut self, left: usize, target: usize) {
        let Some([lower, upper]) = self.children.get_mut(left..left + 2) else {
            return;
        };
        let border = match (lower, upper) {
            (Node::Leaf(lower), Node::Leaf(upper)) => {
                let (lower, upper) = (own(lower), own(upper));
                shift(&mut lower.keys, &mut upper.keys, target);
                shift(&mut lower.values, &mut upper.values, target);
                upper.keys.first()
            }
            (Node::Branch(lower), Node::Branch(upper)) => {
                let (lower, upper) = (own(lower), own(upper));
                shift(&mut lower.keys, &mut upper.keys, target);
                shift(&mut lower.counts, &mut upper.counts, target);
                shift(&mut lower.sums, &mut upper.sums, target);
                shift(&mut lower.children, &mut upper.children, target);
                upper.keys.first()
            }
            _ => None, // All leaves have one depth, so neighbours are of one kind.
        };
        if let Some(border) = border {
            self.keys[left + 1].clone_from(border);
        }
        for at in [left, left + 1] {
            self.counts[at] = self.children[at].count();
            self.sums[at] = self.children[at].summary();
        }
    }
}

/// The node to change: this one, or a copy put in its place if other versions hold it too.
#[inline]
fn own<T: Clone>(node: &mut Arc<T>) -> &mut T {
    if !node.is_unique() {
        copy(node);
    }
    Arc::get_mut(node).expect("it was the only owner, or has just become it")
}

#[cold]
#[inline(never)]
fn copy<T: Clone>(node: &mut Arc<T>) {
    *node = Arc::new(T::clone(node));
}

/// Moves the end of `lower` to the start of `upper`, or back, until `lower` has `target` items.
fn shift<T, const N: usize>(lower: &mut ArrayVec<T, N>, upper: &mut ArrayVec<T, N>, target: usize) {
    if let Some(moved) = lower.len().checked_sub(target) {
        upper.extend(lower.drain(target..));
        upper.rotate_right(moved);
    } else {
        let moved = target - lower.len();
        lower.extend(upper.drain(..moved));
    }
}

impl<K, V, S> Clone for Node<K, V, S> {
    fn clone(&self) -> Self {
        match self {
            Self::Leaf(leaf) => Self::Leaf(Arc::clone(leaf)),
            Self::Branch(branch) => Self::Branch(Arc::clone(branch)),
        }
    }
}
