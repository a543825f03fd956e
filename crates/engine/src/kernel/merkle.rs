//! The authenticated state: a tree over the entries of all tables whose root is the state root.
//!
//! What is hashed, and why it binds, is told where it is verified: [`ballast_protocol::proof`]. Here is how the root is
//! kept up to date, a few thousand changes at a time.
//!
//! **Shape.** Branches with two children on top, and below them buckets: sorted runs of at most `BUCKET` leaves. A
//! subtree is a bucket if and only if it has at most `BUCKET` leaves, so the shape too is a function of the contents.
//! A branch keeps the hashes of its children beside the pointers to them, and with that an update reads no node off the
//! changed paths; the hashes inside a bucket are computed when it changes, and not kept. The hash of a value is kept, not
//! that of its leaf, so that the tree alone can prove that a neighbour is absent.
//!
//! **Versions.** A clone is O(1) and shares every node. An update copies the nodes on its paths that somebody else still
//! holds, and changes the others in place. The nodes have two children because copying one counts a reference on each.
//!
//! **Speed.** Nearly all the time of an update goes into hashes and waiting for memory, so it works in breadth: all
//! changes go down a level together, and all hashes of a level are computed together, as many at once as the processor
//! has lanes.
//!
//! **Depth.** Paths are hashes, so two that share d bits are found by about 2^(d/2) attempts: a tree that anybody can
//! build is about a hundred deep at the very most, and 256 is the limit of any. Only dropping a tree recurses.

mod bucket;
mod hashing;
mod update;

use ballast_protocol::proof::{End, Hash, Path, Proof};
use triomphe::{Arc, ThinArc};

use bucket::{Cell, Climb};
pub use hashing::{Entry, EntryBatch, hash_batch, hash_entries};

/// The most leaves that a bucket holds: more cost hashes, fewer cost memory. With 4, a leaf takes 107 bytes in all.
const BUCKET: usize = 4;

/// A change to one leaf: the hash of its value from now on, or `None` to delete it.
pub type Change = (Path, Option<Hash>);

/// The state tree: a persistent map from paths to hashes of values, with a root that binds it.
///
/// ```
/// use ballast_engine::kernel::merkle::MerkleTree;
/// use ballast_protocol::proof::{path, value_hash, verify_absence, verify_membership};
///
/// let (alice, bob) = (path(7, b"alice"), path(7, b"bob"));
/// let mut tree = MerkleTree::from_leaves([(alice, value_hash(b"100")), (bob, value_hash(b"5"))]);
/// let before = tree.clone();
/// tree.update(vec![(bob, None)]);
///
/// assert!(verify_membership(&before.root(), 7, b"bob", b"5", &before.prove(&bob)).is_ok());
/// assert!(verify_absence(&tree.root(), 7, b"bob", &tree.prove(&bob)).is_ok());
/// ```
#[derive(Clone, Default)]
pub struct MerkleTree {
    node: Node,
    root: Hash,
    len: usize,
}

/// An entry, as the tree knows it.
#[derive(Clone, Copy)]
struct Leaf {
    path: Path,
    value: Hash,
}

/// A subtree. Its hash stands in its parent, or in the tree.
#[derive(Clone, Default)]
enum Node {
    #[default]
    Empty,
    /// From one to `BUCKET` leaves, by rising path.
    Bucket(ThinArc<(), Leaf>),
    /// More leaves than that.
    Branch(Arc<Branch>),
}

#[derive(Clone, Default)]
struct Branch {
    children: [Node; 2],
    hashes: [Hash; 2],
}

impl MerkleTree {
    /// The tree of these leaves, in any order; of two with the same path the later counts.
    pub fn from_leaves(leaves: impl IntoIterator<Item = (Path, Hash)>) -> Self {
        let mut tree = Self::default();
        tree.update(leaves.into_iter().map(|(path, value)| (path, Some(value))).collect());
        tree
    }

    /// The state root: a function of the leaves alone.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// How many leaves there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Hash of the value at `path`, if there is one.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<Hash> {
        let (mut node, mut depth) = (&self.node, 0);
        while let Node::Branch(branch) = node {
            let [left, right] = &branch.children;
            node = if path.bit(depth) { right } else { left };
            depth += 1;
        }
        node.leaves()
            .iter()
            .find(|leaf| leaf.path == *path)
            .map(|leaf| leaf.value)
    }

    /// What the nodes take on the heap, those shared with other versions included.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let (mut bytes, mut nodes) = (0, vec![&self.node]);
        while let Some(node) = nodes.pop() {
            bytes += match node {
                Node::Empty => 0,
                Node::Bucket(bucket) => 2 * size_of::<usize>() + size_of_val(&bucket.slice),
                Node::Branch(branch) => {
                    nodes.extend(&branch.children);
                    size_of::<usize>() + size_of::<Branch>()
                }
            };
        }
        bytes
    }

    /// Applies changes in any order; of two to the same path the later counts. Deleting what is not there does nothing.
    pub fn update(&mut self, changes: Vec<Change>) {
        update::update(self, changes);
    }

    /// The proof that `path` is in the tree if it is, and that it is not if it is not.
    #[must_use]
    pub fn prove(&self, path: &Path) -> Proof {
        let (mut node, mut siblings) = (&self.node, Vec::new());
        while let Node::Branch(branch) = node {
            let ([left, right], [left_hash, right_hash]) = (&branch.children, &branch.hashes);
            let (next, sibling) = if path.bit(siblings.len()) {
                (right, left_hash)
            } else {
                (left, right_hash)
            };
            siblings.push(*sibling);
            node = next;
        }
        let mut leaves = node.leaves();
        while leaves.len() > 1 {
            let depth = siblings.len();
            let (left, right) = leaves.split_at(leaves.partition_point(|leaf| !leaf.path.bit(depth)));
            let (next, sibling) = if path.bit(depth) { (right, left) } else { (left, right) };
            siblings.extend(Climb::default().roots(
                sibling,
                &[Cell {
                    leaves: 0..sibling.len(),
                    depth: depth + 1,
                }],
            ));
            leaves = next;
        }
        let end = match leaves.first() {
            None => End::Empty,
            Some(leaf) if leaf.path == *path => End::Here,
            Some(leaf) => End::Other {
                path: leaf.path,
                value: leaf.value,
            },
        };
        Proof { siblings, end }
    }
}

impl Node {
    /// The leaves of a bucket; none of a branch.
    fn leaves(&self) -> &[Leaf] {
        match self {
            Self::Bucket(bucket) => &bucket.slice,
            Self::Empty | Self::Branch(_) => &[],
        }
    }
}

/// The first 64 bits of a path as a number.
fn leading_bits(path: &Path) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = path.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests;
