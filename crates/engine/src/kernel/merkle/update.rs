//! Applying changes: down the tree with all of them at once, and up again with the hashes.

use std::ops::Range;
use std::{hint, mem};

use ballast_protocol::proof::{Hash, keys};
use triomphe::{Arc, ThinArc};

use super::bucket::{Cell, roots};
use super::hashing::{hash_batch, join};
use super::{BUCKET, Branch, Change, Leaf, MerkleTree, Node};

/// How many changes travel together. Enough to fill the lanes at every depth, and few enough for their leaves to stay
/// in the processor's cache.
const CARAVAN: usize = 256;

/// Applies `changes` to `tree`.
pub(super) fn update(tree: &mut MerkleTree, mut changes: Vec<Change>) {
    changes.sort_by_key(|change| change.0);
    changes.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = later.1;
        }
        same
    });
    for caravan in changes.chunks(CARAVAN) {
        let deletes = caravan.iter().any(|change| change.1.is_none());
        let mut descent = Descent {
            deletes,
            ..Descent::default()
        };
        descent.run(mem::take(&mut tree.node), caravan);
        tree.len = tree.len + descent.added - descent.removed;
        (tree.node, tree.root) = descent.ascend();
    }
}

/// Work to be done on the next level.
enum Visit<'a> {
    /// Changes to apply to a subtree.
    Change(Node, &'a [Change]),
    /// Leaves to form a new subtree of: a range of [`Descent::leaves`].
    Form(Range<usize>),
}

/// A node that has been visited.
enum Visited {
    /// A branch, and which of its children were visited in turn.
    Branch(Arc<Branch>, [bool; 2]),
    /// Leaves few enough for a bucket, perhaps none: an index into [`Descent::cells`].
    Cell(usize),
}

#[derive(Default)]
struct Descent {
    /// The visited nodes of each depth, from left to right.
    levels: Vec<Vec<Visited>>,
    /// Leaves of all visited buckets as they are after the changes.
    leaves: Vec<Leaf>,
    /// The visited buckets as they are after the changes.
    cells: Vec<Cell>,
    added: usize,
    removed: usize,
    /// Whether any change deletes: else no branch can have become too small.
    deletes: bool,
}

impl Descent {
    /// Applies the changes, level by level. Paths are sorted and differ, so at depth 256 no two leaves are together.
    fn run(&mut self, node: Node, changes: &[Change]) {
        let mut visits = vec![Visit::Change(node, changes)];
        while !visits.is_empty() {
            let depth = self.levels.len();
            let mut next = Vec::with_capacity(visits.len());
            warm(&visits);
            let level = visits
                .into_iter()
                .map(|visit| self.visit(visit, depth, &mut next))
                .collect();
            self.levels.push(level);
            visits = next;
        }
    }

    fn visit<'a>(&mut self, visit: Visit<'a>, depth: usize, next: &mut Vec<Visit<'a>>) -> Visited {
        match visit {
            Visit::Change(Node::Branch(mut branch), changes) => {
                let (left, right) = changes.split_at(changes.partition_point(|(path, _)| !path.bit(depth)));
                let inner = Arc::make_mut(&mut branch);
                for (child, changes) in inner.children.iter_mut().zip([left, right]) {
                    if !changes.is_empty() {
                        next.push(Visit::Change(mem::take(child), changes));
                    }
                }
                Visited::Branch(branch, [!left.is_empty(), !right.is_empty()])
            }
            Visit::Change(bucket, changes) => {
                let (before, start) = (bucket.leaves(), self.leaves.len());
                merge(before, changes, &mut self.leaves);
                self.removed += before.len();
                self.added += self.leaves.len() - start;
                self.form(start..self.leaves.len(), depth, next)
            }
            Visit::Form(leaves) => self.form(leaves, depth, next),
        }
    }

    /// A bucket of the leaves if they are few enough; else a branch, and visits to form its children.
    fn form(&mut self, leaves: Range<usize>, depth: usize, next: &mut Vec<Visit<'_>>) -> Visited {
        if leaves.len() <= BUCKET {
            self.cells.push(Cell { leaves, depth });
            return Visited::Cell(self.cells.len() - 1);
        }
        let split = leaves.start + self.leaves[leaves.clone()].partition_point(|leaf| !leaf.path.bit(depth));
        let halves = [leaves.start..split, split..leaves.end];
        let visited = halves.clone().map(|half| !half.is_empty());
        next.extend(halves.into_iter().filter(|half| !half.is_empty()).map(Visit::Form));
        Visited::Branch(Arc::default(), visited)
    }

    /// Puts the tree together again, from the deepest level up, and hashes it. Returns it with its root.
    fn ascend(self) -> (Node, Hash) {
        let cell_roots = roots(&self.leaves, &self.cells);
        let mut below = Vec::new();
        for level in self.levels.into_iter().rev() {
            let mut children = below.into_iter();
            let mut inputs = Vec::new();
            let mut nodes = Vec::with_capacity(level.len());
            for visited in level {
                nodes.push(match visited {
                    Visited::Cell(index) => {
                        let leaves = &self.leaves[self.cells[index].leaves.clone()];
                        (Node::bucket(leaves), Some(cell_roots[index]))
                    }
                    Visited::Branch(mut branch, visited) => {
                        let inner = Arc::make_mut(&mut branch); // nobody else's: see `visit` and `form`
                        let sides = inner.children.iter_mut().zip(&mut inner.hashes).zip(visited);
                        for ((child, hash), _) in sides.filter(|(_, visited)| *visited) {
                            (*child, *hash) = children.next().expect("each visited child comes up once");
                        }
                        let (node, hash) = if self.deletes { inner.settle() } else { (None, None) };
                        if hash.is_none() {
                            inputs.push(join(&inner.hashes[0].0, &inner.hashes[1].0));
                        }
                        (node.unwrap_or(Node::Branch(branch)), hash)
                    }
                });
            }
            let mut hashes = hash_batch(&keys::INNER, &inputs).into_iter();
            let mut hashed = || hashes.next().expect("one hash for each input");
            below = nodes
                .into_iter()
                .map(|(node, hash)| (node, hash.unwrap_or_else(&mut hashed)))
                .collect();
        }
        below.pop().unwrap_or_default()
    }
}

impl Branch {
    /// What this branch has to become if deletions left too few leaves for a branch; and its hash, if that is not the
    /// hash of its children's.
    fn settle(&self) -> (Option<Node>, Option<Hash>) {
        let [left, right] = &self.children;
        if matches!(left, Node::Branch(_)) || matches!(right, Node::Branch(_)) {
            return (None, None); // more leaves below that child alone than a bucket holds
        }
        match left.leaves().len() + right.leaves().len() {
            0 => (Some(Node::Empty), Some(Hash::EMPTY)),
            1 => {
                let side = usize::from(left.leaves().is_empty());
                (Some(self.children[side].clone()), Some(self.hashes[side]))
            }
            2..=BUCKET => (Some(Node::bucket(&[left.leaves(), right.leaves()].concat())), None),
            _ => (None, None),
        }
    }
}

impl Node {
    /// How many hold this node.
    fn references(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Bucket(bucket) => ThinArc::strong_count(bucket),
            Self::Branch(branch) => Arc::count(branch),
        }
    }

    /// At most [`BUCKET`] leaves as a node.
    fn bucket(leaves: &[Leaf]) -> Self {
        if leaves.is_empty() {
            Self::Empty
        } else {
            Self::Bucket(ThinArc::from_header_and_slice((), leaves))
        }
    }
}

/// The leaves of a bucket after the changes, appended to `after`.
fn merge(before: &[Leaf], changes: &[Change], after: &mut Vec<Leaf>) {
    let mut rest = before;
    for (path, value) in changes {
        let (smaller, others) = rest.split_at(rest.partition_point(|leaf| leaf.path < *path));
        after.extend_from_slice(smaller);
        rest = match others.split_first() {
            Some((leaf, larger)) if leaf.path == *path => larger,
            _ => others,
        };
        after.extend(value.map(|value| Leaf { path: *path, value }));
    }
    after.extend_from_slice(rest);
}

/// Reads what is about to be visited, and the reference counts of what a copy of it will hold. Reads overlap; changing a
/// count waits for memory, so the counts had better be near by then.
fn warm(visits: &[Visit<'_>]) {
    let nodes = visits.iter().filter_map(|visit| match visit {
        Visit::Change(node, _) => Some(node),
        Visit::Form(_) => None,
    });
    let mut touched: usize = nodes.clone().map(Node::references).sum();
    for node in nodes {
        match node {
            Node::Branch(branch) if Arc::count(branch) > 1 => {
                touched += branch.children.iter().map(Node::references).sum::<usize>();
            }
            Node::Bucket(bucket) => {
                touched += bucket
                    .slice
                    .iter()
                    .map(|leaf| usize::from(leaf.path.0[0]))
                    .sum::<usize>()
            }
            Node::Empty | Node::Branch(_) => {}
        }
    }
    hint::black_box(touched);
}
