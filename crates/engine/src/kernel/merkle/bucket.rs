//! Hashes of buckets.

use std::ops::Range;

use ballast_protocol::proof::{Hash, MAX_DEPTH, keys};

use super::Leaf;
use super::hashing::{hash_batch, join};

/// A run of leaves that share their first `depth` bits: a subtree at that depth.
pub(super) struct Cell {
    /// Where its leaves stand among all leaves.
    pub(super) leaves: Range<usize>,
    /// Depth of the subtree.
    pub(super) depth: usize,
}

/// A subtree inside a cell, on the way up from the leaves to the root of the cell.
#[derive(Clone, Copy)]
struct Part {
    /// Its first leaf, in whose place its hash is kept.
    leaf: usize,
    /// Whether there are others: then it has a hash at every depth, else only the hash of that leaf.
    several: bool,
    /// Depth at which it turns left and the next part of the cell right; after the last, [`MAX_DEPTH`].
    fork: usize,
}

/// A cell that has not come up to its root.
struct Climb {
    parts: Range<usize>,
    /// Depths at which there is something to hash: from that of the cell to its deepest fork.
    depths: Range<usize>,
}

/// The hash of every cell. The leaves of each are sorted by path and differ.
///
/// All cells climb together, one depth at a time: two parts that fork there are joined, other parts of several leaves are
/// joined with nothing, and parts of one leaf stay as they are.
pub(super) fn roots(leaves: &[Leaf], cells: &[Cell]) -> Vec<Hash> {
    let mut inputs: Vec<_> = leaves.iter().map(|leaf| join(&leaf.path.0, &leaf.value.0)).collect();
    let mut hashes = hash_batch(&keys::LEAF, &inputs);

    let mut parts = Vec::with_capacity(leaves.len());
    let mut climbs: Vec<_> = cells.iter().map(|cell| split(leaves, cell, &mut parts)).collect();
    let bottom = climbs.iter().map(|climb| climb.depths.end).max().unwrap_or(0);
    let mut slots = Vec::new();
    for depth in (0..bottom).rev() {
        inputs.clear();
        slots.clear();
        for climb in climbs.iter_mut().filter(|climb| climb.depths.contains(&depth)) {
            let (mut next, mut kept) = (climb.parts.start, climb.parts.start);
            while next < climb.parts.end {
                let mut part = parts[next];
                next += 1;
                if part.fork == depth {
                    let right = parts[next];
                    next += 1;
                    inputs.push(join(&hashes[part.leaf].0, &hashes[right.leaf].0));
                    slots.push(part.leaf);
                    part = Part {
                        leaf: part.leaf,
                        several: true,
                        fork: right.fork,
                    };
                } else if part.several {
                    let (hash, nothing) = (&hashes[part.leaf].0, &Hash::EMPTY.0);
                    let is_right = leaves[part.leaf].path.bit(depth);
                    inputs.push(if is_right {
                        join(nothing, hash)
                    } else {
                        join(hash, nothing)
                    });
                    slots.push(part.leaf);
                }
                parts[kept] = part;
                kept += 1;
            }
            climb.parts.end = kept;
        }
        let joined = hash_batch(&keys::INNER, &inputs);
        slots.iter().zip(joined).for_each(|(slot, hash)| hashes[*slot] = hash);
    }
    cells
        .iter()
        .map(|cell| {
            if cell.leaves.is_empty() {
                Hash::EMPTY
            } else {
                hashes[cell.leaves.start]
            }
        })
        .collect()
}

/// Every leaf of the cell as a part of its own.
fn split(leaves: &[Leaf], cell: &Cell, parts: &mut Vec<Part>) -> Climb {
    let (start, mut bottom) = (parts.len(), cell.depth);
    for leaf in cell.leaves.clone() {
        let next = leaves[..cell.leaves.end].get(leaf + 1);
        let fork = next.map_or(MAX_DEPTH, |next| next.path.common_bits(&leaves[leaf].path));
        if fork < MAX_DEPTH {
            bottom = bottom.max(fork + 1);
        }
        parts.push(Part {
            leaf,
            several: false,
            fork,
        });
    }
    Climb {
        parts: start..parts.len(),
        depths: cell.depth..bottom,
    }
}
