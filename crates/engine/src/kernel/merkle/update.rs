//! Applying changes: down the tree with all of them at once, and up again with the hashes.

use std::ops::Range;
use std::{hint, mem};

use ballast_protocol::proof::{Hash, keys};
use triomphe::{Arc, ThinArc};

use super::bucket::{Cell, Climb};
use super::hashing::{hash_batch_into, join};
use super::{BUCKET, Branch, Change, Leaf, MerkleTree, Node, leading_bits};

/// How many changes travel together. Enough to fill the lanes at every depth, and few enough for their leaves to stay
/// in the processor's cache.
const CARAVAN: usize = 1_024;

/// Applies `changes` to `tree`.
pub(super) fn update(tree: &mut MerkleTree, changes: Vec<Change>) {
    let changes = sorted(&changes);
    let mut descent = Descent::default();
    for caravan in changes.chunks(CARAVAN) {
        descent.deletes = caravan.iter().any(|change| change.1.is_none());
        descent.run(mem::take(&mut tree.node), caravan);
        (tree.node, tree.root) = descent.ascend();
    }
    tree.len = tree.len + descent.added - descent.removed;
}

/// The changes by rising path, the last of each. Their order is found on their leading bytes, which are rarely equal and
/// lie close together.
fn sorted(changes: &[Change]) -> Vec<Change> {
    let mut order: Vec<(u64, u32)> = changes
        .iter()
        .zip(0..)
        .map(|((path, _), at)| (leading_bits(path), at))
        .collect();
    order.sort_unstable();
    let mut sorted: Vec<Change> = Vec::with_capacity(changes.len());
    for run in order.chunk_by(|left, right| left.0 == right.0) {
        let start = sorted.len();
        sorted.extend(run.iter().map(|(_, at)| changes[*at as usize]));
        if run.len() > 1 {
            sorted[start..].sort_by_key(|change| change.0);
        }
    }
    sorted.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = later.1;
        }
        same
    });
    sorted
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
    /// The same where the bucket could be changed in place.
    Kept(Node, usize),
}

/// One way down and up, and the memory for the next.
#[derive(Default)]
struct Descent<'a> {
    /// The nodes to visit at this depth, from left to right.
    visits: Vec<Visit<'a>>,
    /// The nodes to visit at the next.
    next: Vec<Visit<'a>>,
    /// The visited nodes of each depth, from left to right.
    levels: Vec<Vec<Visited>>,
    /// Leaves of all visited buckets as they are after the changes.
    leaves: Vec<Leaf>,
    /// The visited buckets as they are after the changes.
    cells: Vec<Cell>,
    /// Hashes of buckets.
    climb: Climb,
    /// The nodes of one level after the changes, and of the level below with their hashes.
    nodes: Vec<(Node, Option<Hash>)>,
    below: Vec<(Node, Hash)>,
    inputs: Vec<[u8; 64]>,
    hashes: Vec<Hash>,
    added: usize,
    removed: usize,
    /// Whether any change deletes: else no branch can have become too small.
    deletes: bool,
}

impl<'a> Descent<'a> {
    /// Applies the changes, level by level. Paths are sorted and differ, so at depth 256 no two leaves are together.
    fn run(&mut self, node: Node, changes: &'a [Change]) {
        self.leaves.clear();
        self.cells.clear();
        self.visits.push(Visit::Change(node, changes));
        for depth in 0.. {
            if self.visits.is_empty() {
                return;
            }
            if self.levels.len() == depth {
                self.levels.push(Vec::new());
            }
            warm(&self.visits);
            let (mut visits, mut level) = (mem::take(&mut self.visits), mem::take(&mut self.levels[depth]));
            level.extend(visits.drain(..).map(|visit| self.visit(visit, depth)));
            self.levels[depth] = level;
            self.visits = mem::replace(&mut self.next, visits);
        }
    }

    fn visit(&mut self, visit: Visit<'a>, depth: usize) -> Visited {
        match visit {
            Visit::Change(Node::Branch(mut branch), changes) => {
                let (left, right) = changes.split_at(changes.partition_point(|(path, _)| !path.bit(depth)));
                let inner = Arc::make_mut(&mut branch);
                for (child, changes) in inner.children.iter_mut().zip([left, right]) {
                    if !changes.is_empty() {
                        self.next.push(Visit::Change(mem::take(child), changes));
                    }
                }
                Visited::Branch(branch, [!left.is_empty(), !right.is_empty()])
            }
            Visit::Change(mut bucket, changes) => {
                let (count, start) = (bucket.leaves().len(), self.leaves.len());
                merge(bucket.leaves(), changes, &mut self.leaves);
                let after = start..self.leaves.len();
                self.removed += count;
                self.added += after.len();
                if count == after.len() && bucket.overwrite(&self.leaves[after.clone()]) {
                    return Visited::Kept(bucket, self.cell(after, depth));
                }
                self.form(after, depth)
            }
            Visit::Form(leaves) => self.form(leaves, depth),
        }
    }

    /// A bucket of the leaves if they are few enough; else a branch, and visits to form its children.
    fn form(&mut self, leaves: Range<usize>, depth: usize) -> Visited {
        if leaves.len() <= BUCKET {
            return Visited::Cell(self.cell(leaves, depth));
        }
        let split = leaves.start + self.leaves[leaves.clone()].partition_point(|leaf| !leaf.path.bit(depth));
        let halves = [leaves.start..split, split..leaves.end];
        let visited = halves.clone().map(|half| !half.is_empty());
        self.next
            .extend(halves.into_iter().filter(|half| !half.is_empty()).map(Visit::Form));
        Visited::Branch(Arc::default(), visited)
    }

    fn cell(&mut self, leaves: Range<usize>, depth: usize) -> usize {
        self.cells.push(Cell { leaves, depth });
        self.cells.len() - 1
    }

    /// Puts the tree together again, from the deepest level up, and hashes it. Returns it with its root.
    fn ascend(&mut self) -> (Node, Hash) {
        let Self {
            cells,
            leaves,
            climb,
            nodes,
            below,
            inputs,
            hashes,
            ..
        } = self;
        let cell_roots = climb.roots(leaves, cells);
        for level in self.levels.iter_mut().rev() {
            let mut children = below.drain(..);
            inputs.clear();
            nodes.extend(level.drain(..).map(|visited| match visited {
                Visited::Cell(index) => {
                    let leaves = &leaves[cells[index].leaves.clone()];
                    (Node::bucket(leaves), Some(cell_roots[index]))
                }
                Visited::Kept(bucket, index) => (bucket, Some(cell_roots[index])),
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
            }));
            drop(children);
            hash_batch_into(&keys::INNER, inputs, hashes);
            let mut hashed = hashes.iter();
            below.extend(nodes.drain(..).map(|(node, hash)| {
                (
                    node,
                    hash.unwrap_or_else(|| *hashed.next().expect("one hash for each input")),
                )
            }));
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

    /// Writes as many leaves over those of a bucket; `false`, and nothing done, if somebody else holds it too.
    fn overwrite(&mut self, leaves: &[Leaf]) -> bool {
        let Self::Bucket(bucket) = self else {
            return leaves.is_empty();
        };
        bucket.with_arc_mut(|bucket| match Arc::get_mut(bucket) {
            Some(bucket) => {
                bucket.slice_mut().copy_from_slice(leaves);
                true
            }
            None => false,
        })
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
