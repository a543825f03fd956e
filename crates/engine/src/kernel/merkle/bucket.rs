//! Hashes of buckets.

use std::ops::Range;

use ballast_protocol::proof::{Hash, MAX_DEPTH, Path, keys};

use super::hashing::{hash_batch_into, join};
use super::{Leaf, leading_bits};

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
struct Climber {
    parts: Range<usize>,
    /// Depths at which there is something to hash: from that of the cell to its deepest fork.
    depths: Range<usize>,
}

/// Computes hashes of cells; kept for its memory.
#[derive(Default)]
pub(super) struct Climb {
    /// Of each leaf; in the place of a part's first leaf, of the part.
    hashes: Vec<Hash>,
    parts: Vec<Part>,
    climbers: Vec<Climber>,
    inputs: Vec<[u8; 64]>,
    /// Where the hash of each input belongs.
    slots: Vec<usize>,
    joined: Vec<Hash>,
}

impl Climb {
    /// The hash of every cell. The leaves of each are sorted by path and differ.
    ///
    /// All cells climb together, one depth at a time: two parts that fork there are joined, other parts of several
    /// leaves are joined with nothing, and parts of one leaf stay as they are.
    pub(super) fn roots(&mut self, leaves: &[Leaf], cells: &[Cell]) -> Vec<Hash> {
        let Self {
            hashes,
            parts,
            climbers,
            inputs,
            slots,
            joined,
        } = self;
        inputs.clear();
        inputs.extend(leaves.iter().map(|leaf| join(&leaf.path.0, &leaf.value.0)));
        hash_batch_into(&keys::LEAF, inputs, hashes);

        parts.clear();
        climbers.clear();
        climbers.extend(cells.iter().map(|cell| split(leaves, cell, parts)));
        climbers.retain(|climber| !climber.depths.is_empty());
        let bottom = climbers.iter().map(|climber| climber.depths.end).max().unwrap_or(0);
        for depth in (0..bottom).rev() {
            inputs.clear();
            slots.clear();
            for climber in climbers.iter_mut().filter(|climber| climber.depths.contains(&depth)) {
                let (mut next, mut kept) = (climber.parts.start, climber.parts.start);
                while next < climber.parts.end {
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
                climber.parts.end = kept;
            }
            hash_batch_into(&keys::INNER, inputs, joined);
            slots
                .iter()
                .zip(&*joined)
                .for_each(|(slot, hash)| hashes[*slot] = *hash);
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
}

/// Every leaf of the cell as a part of its own.
fn split(leaves: &[Leaf], cell: &Cell, parts: &mut Vec<Part>) -> Climber {
    let (start, mut bottom) = (parts.len(), cell.depth);
    for leaf in cell.leaves.clone() {
        let next = leaves[..cell.leaves.end].get(leaf + 1);
        let fork = next.map_or(MAX_DEPTH, |next| common_bits(&next.path, &leaves[leaf].path));
        if fork < MAX_DEPTH {
            bottom = bottom.max(fork + 1);
        }
        parts.push(Part {
            leaf,
            several: false,
            fork,
        });
    }
    Climber {
        parts: start..parts.len(),
        depths: cell.depth..bottom,
    }
}

/// How many leading bits two paths share.
fn common_bits(left: &Path, right: &Path) -> usize {
    match leading_bits(left) ^ leading_bits(right) {
        0 => left.common_bits(right),
        differing => differing.leading_zeros() as usize,
    }
}
