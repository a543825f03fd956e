//! Iteration over a stretch of positions.

use std::{iter::FusedIterator, iter::Zip, slice};

use super::Tree;

type Run<'a, K, V> = Zip<slice::Iter<'a, K>, slice::Iter<'a, V>>;

/// The entries between two positions, from either end; of known length.
///
/// It holds positions, not a path: each leaf is looked up by position when the one before is used up, which costs
/// O(log n) a leaf and makes skipping with [`Iterator::nth`] as cheap.
pub struct Range<'a, K, V, S = ()> {
    tree: &'a Tree<K, V, S>,
    start: usize,
    end: usize,
    front: Run<'a, K, V>,
    back: Run<'a, K, V>,
}

impl<'a, K, V, S> Range<'a, K, V, S> {
    pub(super) fn new(tree: &'a Tree<K, V, S>, start: usize, end: usize) -> Self {
        Self {
            tree,
            start,
            end: end.max(start),
            front: run(&[], &[]),
            back: run(&[], &[]),
        }
    }
}

fn run<'a, K, V>(keys: &'a [K], values: &'a [V]) -> Run<'a, K, V> {
    keys.iter().zip(values)
}

impl<'a, K, V, S> Iterator for Range<'a, K, V, S> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.start >= self.end {
            return None;
        }
        let next = match self.front.next() {
            Some(entry) => entry,
            None => {
                let (leaf, at) = self.tree.root.as_ref()?.locate(self.start)?;
                self.front = run(leaf.keys.get(at..)?, leaf.values.get(at..)?);
                self.front.next()?
            }
        };
        self.start += 1;
        Some(next)
    }

    fn nth(&mut self, skipped: usize) -> Option<Self::Item> {
        if skipped > 0 {
            self.start = self.start.saturating_add(skipped).min(self.end);
            self.front = run(&[], &[]);
        }
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.start;
        (left, Some(left))
    }
}

impl<K, V, S> DoubleEndedIterator for Range<'_, K, V, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.start >= self.end {
            return None;
        }
        let last = match self.back.next_back() {
            Some(entry) => entry,
            None => {
                let (leaf, at) = self.tree.root.as_ref()?.locate(self.end - 1)?;
                self.back = run(leaf.keys.get(..=at)?, leaf.values.get(..=at)?);
                self.back.next_back()?
            }
        };
        self.end -= 1;
        Some(last)
    }
}

impl<K, V, S> ExactSizeIterator for Range<'_, K, V, S> {}
impl<K, V, S> FusedIterator for Range<'_, K, V, S> {}

impl<K, V, S> Clone for Range<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self {
            front: self.front.clone(),
            back: self.back.clone(),
            ..*self
        }
    }
}
