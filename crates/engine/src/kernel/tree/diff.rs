//! What differs between two versions.

use std::{cmp::Ordering, iter::FusedIterator};

use super::node::Node;

/// A key whose entry differs between two versions; at least one of `before` and `after` is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a, K, V> {
    /// The key, as the later version has it if it has it.
    pub key: &'a K,
    /// The value in the earlier version.
    pub before: Option<&'a V>,
    /// The value in the later version.
    pub after: Option<&'a V>,
}

/// The changes between two versions, in key order. See [`Tree::diff`](super::Tree::diff).
pub struct Diff<'a, K, V, S = ()> {
    before: Walk<'a, K, V, S>,
    after: Walk<'a, K, V, S>,
}

/// What is left of one version: the last item comes first.
struct Walk<'a, K, V, S>(Vec<Step<'a, K, V, S>>);

enum Step<'a, K, V, S> {
    Below(&'a Node<K, V, S>),
    Entry(&'a K, &'a V),
}

impl<'a, K, V, S> Diff<'a, K, V, S> {
    pub(super) fn new(before: Option<&'a Node<K, V, S>>, after: Option<&'a Node<K, V, S>>) -> Self {
        let walk = |root: Option<&'a Node<K, V, S>>| Walk(root.map(Step::Below).into_iter().collect());
        Self {
            before: walk(before),
            after: walk(after),
        }
    }
}

impl<'a, K, V, S> Walk<'a, K, V, S> {
    fn pop_entry(&mut self) -> Option<(&'a K, &'a V)> {
        match self.0.pop() {
            Some(Step::Entry(key, value)) => Some((key, value)),
            _ => None,
        }
    }

    /// Puts what is in the node in front in its place.
    fn open(&mut self) {
        if let Some(Step::Below(node)) = self.0.pop() {
            match node {
                Node::Leaf(leaf) => {
                    self.0.extend(
                        leaf.keys
                            .iter()
                            .zip(&leaf.values)
                            .rev()
                            .map(|(key, value)| Step::Entry(key, value)),
                    );
                }
                Node::Branch(branch) => self.0.extend(branch.children.iter().rev().map(Step::Below)),
            }
        }
    }
}

impl<'a, K: Ord, V: PartialEq, S> Iterator for Diff<'a, K, V, S> {
    type Item = Change<'a, K, V>;

    fn next(&mut self) -> Option<Self::Item> {
        use Step::{Below, Entry};
        loop {
            let order = match (self.before.0.last(), self.after.0.last()) {
                (None, None) => return None,
                (Some(Below(left)), Some(Below(right))) => {
                    if left.ptr_eq(right) {
                        self.before.0.pop();
                        self.after.0.pop();
                        continue;
                    }
                    // The deeper one first, so that equal nodes meet at equal depth.
                    match (left, right) {
                        (Node::Branch(_), Node::Leaf(_)) => self.before.open(),
                        (Node::Leaf(_), Node::Branch(_)) => self.after.open(),
                        _ => {
                            self.before.open();
                            self.after.open();
                        }
                    }
                    continue;
                }
                (Some(Below(_)), _) => {
                    self.before.open();
                    continue;
                }
                (_, Some(Below(_))) => {
                    self.after.open();
                    continue;
                }
                (Some(Entry(..)), None) => Ordering::Less,
                (None, Some(Entry(..))) => Ordering::Greater,
                (Some(Entry(left, _)), Some(Entry(right, _))) => left.cmp(right),
            };
            let before = if order.is_le() { self.before.pop_entry() } else { None };
            let after = if order.is_ge() { self.after.pop_entry() } else { None };
            let (before, after, (key, _)) = (before.map(|e| e.1), after.map(|e| e.1), after.or(before)?);
            if before != after {
                return Some(Change { key, before, after });
            }
        }
    }
}

impl<K: Ord, V: PartialEq, S> FusedIterator for Diff<'_, K, V, S> {}
