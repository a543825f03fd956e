//! Proofs about the state, checked without the engine: all that a light client or an auditor has to read.
//!
//! The state is a set of entries (table, key, value). An entry's **path** is a hash of table and key; the paths are the
//! leaves of a binary tree of depth 256, walked from the first bit of the path to the last:
//!
//! | subtree | its hash |
//! |---|---|
//! | empty | 32 zero bytes |
//! | one entry, at any depth | `leaf = H_leaf(path ‖ H_value(value))` |
//! | several entries | `inner = H_inner(left ‖ right)`, also where one side is empty |
//!
//! Each `H` is keyed BLAKE3 under a key of its own. The hash of the whole tree is the **state root**; it depends on the
//! entries alone, not on the order in which they came.
//!
//! **Why a root binds its contents.** Suppose two accepted proofs about one key under one root. Both follow the bits of
//! the same path. Compare them from the root down: the hashes are equal, so while both proofs go on, two equal `inner`
//! hashes have equal halves, and the next hashes are equal too. If one ends before the other, a leaf or an empty subtree
//! has the hash of an `inner`. If both end, they end in the same hash, and a leaf commits to its whole path and value:
//! the same value, or twice absent. Anything else exhibits a collision of BLAKE3 or a preimage of zero. That a leaf
//! stands high in the tree, at no fixed depth, does not matter for that very reason: its path is inside it.
//!
//! ```
//! use ballast_protocol::proof::{End, Proof, leaf_hash, path, value_hash, verify_absence, verify_membership};
//!
//! // A state of one entry: its leaf is the root, and there are no siblings to tell.
//! let root = leaf_hash(&path(7, b"alice"), &value_hash(b"100"));
//! let here = Proof { siblings: vec![], end: End::Here };
//! assert!(verify_membership(&root, 7, b"alice", b"100", &here).is_ok());
//! assert!(verify_membership(&root, 7, b"alice", b"101", &here).is_err());
//!
//! // Where bob would be, there is alice.
//! let other = End::Other { path: path(7, b"alice"), value: value_hash(b"100") };
//! assert!(verify_absence(&root, 7, b"bob", &Proof { siblings: vec![], end: other }).is_ok());
//! ```

use std::fmt;
use std::io::{Error, ErrorKind, Read, Result as IoResult};

use borsh::{BorshDeserialize, BorshSerialize};

/// Bits of a path, and so the most siblings that a proof can have.
pub const MAX_DEPTH: usize = 256;

/// The key of each hash function: `blake3::derive_key(context, b"")`, with the context beside it.
pub mod keys {
    /// Key of [`path`](super::path()): "ballast state tree v1 path".
    pub const PATH: [u8; 32] = [
        0x33, 0xe7, 0xfb, 0x5d, 0x90, 0x56, 0xf7, 0xdf, 0x4e, 0x9b, 0xd1, 0x6c, 0x0e, 0xcc, 0x2c, 0x79, 0x47, 0x2b,
        0xdf, 0xf6, 0xa3, 0xd9, 0x37, 0xea, 0x5d, 0x93, 0x60, 0xf0, 0x95, 0xee, 0xf3, 0x16,
    ];
    /// Key of [`value_hash`](super::value_hash): "ballast state tree v1 value".
    pub const VALUE: [u8; 32] = [
        0xba, 0x47, 0x8e, 0xdf, 0x33, 0x40, 0x01, 0xc3, 0x34, 0xde, 0x3d, 0x1c, 0x47, 0x69, 0xbe, 0x6f, 0x89, 0x78,
        0x03, 0x14, 0x2b, 0xeb, 0xb9, 0xb4, 0x95, 0xe3, 0x76, 0x94, 0x73, 0xb0, 0xa6, 0x40,
    ];
    /// Key of [`leaf_hash`](super::leaf_hash): "ballast state tree v1 leaf".
    pub const LEAF: [u8; 32] = [
        0xaa, 0x09, 0x96, 0xd1, 0x71, 0x17, 0x42, 0xc6, 0xb2, 0x58, 0xfe, 0x3c, 0x0f, 0x3c, 0x5c, 0x58, 0x58, 0x3c,
        0x23, 0xa4, 0x5d, 0x8c, 0x21, 0x00, 0x11, 0xa3, 0x90, 0x09, 0x0e, 0xb1, 0x88, 0x08,
    ];
    /// Key of [`inner_hash`](super::inner_hash): "ballast state tree v1 inner".
    pub const INNER: [u8; 32] = [
        0xa7, 0xbc, 0x55, 0xc2, 0x84, 0x3a, 0xb4, 0xf3, 0x29, 0x11, 0x98, 0x22, 0x2d, 0xf7, 0x57, 0xa3, 0xd2, 0x16,
        0x10, 0xa9, 0x22, 0xfa, 0xa3, 0x95, 0xf1, 0x4e, 0x67, 0x49, 0x0d, 0xa5, 0x00, 0x85,
    ];
}

/// A hash of the tree: of a value, a leaf, a subtree, or all of it. Shown in hexadecimal.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of an empty subtree, and the root of an empty state.
    pub const EMPTY: Self = Self([0; 32]);
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

// In JSON with 0x before the digits, as all bytes.
crate::hex_json!(Hash(32));

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where an entry stands in the tree. Equal paths mean equal table and key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Path(pub [u8; 32]);

impl Path {
    /// The turn at `depth`: left if false, right if true. The first bit is the highest of the first byte; beyond the
    /// last there is only left.
    #[must_use]
    pub fn bit(&self, depth: usize) -> bool {
        self.0
            .get(depth / 8)
            .is_some_and(|byte| byte & (0x80 >> (depth % 8)) != 0)
    }

    /// How many leading bits two paths share: 256 if they are equal.
    #[must_use]
    pub fn common_bits(&self, other: &Self) -> usize {
        let same = self.0.iter().zip(&other.0).take_while(|(a, b)| a == b).count();
        let Some((a, b)) = self.0.get(same).zip(other.0.get(same)) else {
            return MAX_DEPTH;
        };
        8 * same + (a ^ b).leading_zeros() as usize
    }
}

crate::hex_json!(Path(32));

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hash(self.0), f)
    }
}

/// What leads from an entry, or from the place where it would be, up to the root.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The subtree beside the path at each depth, from the root down.
    #[borsh(deserialize_with = "read_siblings")]
    pub siblings: Vec<Hash>,
    /// What stands below the last sibling.
    pub end: End,
}

/// Where a walk along a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum End {
    /// The entry itself.
    Here,
    /// Nothing, so the entry is absent.
    Empty,
    /// One entry with another path, so this one is absent.
    Other {
        /// Path of that entry.
        path: Path,
        /// Hash of its value.
        value: Hash,
    },
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// More siblings than a path has bits.
    #[error("{0} siblings, more than the {MAX_DEPTH} bits of a path")]
    TooDeep(usize),
    /// A proof of absence where membership was to be proved.
    #[error("the proof ends away from the entry: it may show absence, not membership")]
    NotMembership,
    /// A proof of membership where absence was to be proved.
    #[error("the proof ends at the entry itself: it may show membership, not absence")]
    NotAbsence,
    /// The other entry is not where this one would be.
    #[error("the other entry shares {shared} bits with the path, less than its depth of {depth}")]
    Elsewhere {
        /// Leading bits that the two paths share.
        shared: usize,
        /// Depth at which the other entry is said to stand.
        depth: usize,
    },
    /// The proof is of another root, entry or value.
    #[error("the proof leads to root {found}, not to {expected}")]
    WrongRoot {
        /// The root that was given.
        expected: Hash,
        /// The root that the proof leads to.
        found: Hash,
    },
}

/// Path of the entry `key` of `table`: `H_path(pad(table ‖ key))`, the table in two bytes, low byte first.
#[must_use]
pub fn path(table: u16, key: &[u8]) -> Path {
    Path(keyed(&keys::PATH, &pad(&[&table.to_le_bytes(), key].concat())))
}

/// Hash of a value's canonical bytes: `H_value(pad(value))`.
#[must_use]
pub fn value_hash(value: &[u8]) -> Hash {
    Hash(keyed(&keys::VALUE, &pad(value)))
}

/// Hash of a subtree of one entry: `H_leaf(path ‖ value hash)`.
#[must_use]
pub fn leaf_hash(path: &Path, value: &Hash) -> Hash {
    Hash(keyed(&keys::LEAF, &[path.0, value.0].concat()))
}

/// Hash of a subtree of several entries: `H_inner(left ‖ right)`.
#[must_use]
pub fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(keyed(&keys::INNER, &[left.0, right.0].concat()))
}

/// Checks that under `root` the entry `key` of `table` is `value`.
///
/// # Errors
/// [`ProofError::TooDeep`], [`ProofError::NotMembership`], [`ProofError::WrongRoot`].
pub fn verify_membership(root: &Hash, table: u16, key: &[u8], value: &[u8], proof: &Proof) -> Result<(), ProofError> {
    let path = path(table, key);
    match proof.end {
        End::Here => leads_to(root, &path, leaf_hash(&path, &value_hash(value)), &proof.siblings),
        End::Empty | End::Other { .. } => Err(ProofError::NotMembership),
    }
}

/// Checks that under `root` there is no entry `key` in `table`.
///
/// # Errors
/// [`ProofError::TooDeep`], [`ProofError::NotAbsence`], [`ProofError::Elsewhere`], [`ProofError::WrongRoot`].
pub fn verify_absence(root: &Hash, table: u16, key: &[u8], proof: &Proof) -> Result<(), ProofError> {
    let (path, depth) = (path(table, key), proof.siblings.len());
    match proof.end {
        End::Empty => leads_to(root, &path, Hash::EMPTY, &proof.siblings),
        End::Other { path: other, value } => match path.common_bits(&other) {
            MAX_DEPTH => Err(ProofError::NotAbsence),
            shared if shared < depth => Err(ProofError::Elsewhere { shared, depth }),
            _ => leads_to(root, &path, leaf_hash(&other, &value), &proof.siblings),
        },
        End::Here => Err(ProofError::NotAbsence),
    }
}

/// Folds `end` with its siblings, the deepest first, and compares the outcome with `root`.
fn leads_to(root: &Hash, path: &Path, end: Hash, siblings: &[Hash]) -> Result<(), ProofError> {
    if siblings.len() > MAX_DEPTH {
        return Err(ProofError::TooDeep(siblings.len()));
    }
    let found = siblings
        .iter()
        .enumerate()
        .rev()
        .fold(end, |hash, (depth, sibling)| match path.bit(depth) {
            false => inner_hash(&hash, sibling),
            true => inner_hash(sibling, &hash),
        });
    if found == *root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot { expected: *root, found })
    }
}

/// `bytes`, a byte 0x80, then zeros up to a whole number of 64-byte blocks: whole blocks can be hashed many at a time.
fn pad(bytes: &[u8]) -> Vec<u8> {
    let mut padded = [bytes, &[0x80]].concat();
    padded.resize(padded.len().next_multiple_of(64), 0);
    padded
}

fn keyed(key: &[u8; 32], input: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(key, input).as_bytes()
}

/// Refuses a proof that is too deep before making room for it.
fn read_siblings<R: Read>(reader: &mut R) -> IoResult<Vec<Hash>> {
    let count = u32::deserialize_reader(reader)?;
    if usize::try_from(count).is_ok_and(|count| count <= MAX_DEPTH) {
        (0..count).map(|_| Hash::deserialize_reader(reader)).collect()
    } else {
        Err(Error::new(
            ErrorKind::InvalidData,
            format!("{count} siblings, more than {MAX_DEPTH}"),
        ))
    }
}

#[cfg(test)]
mod tests;
