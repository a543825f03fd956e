//! The state tree. `cargo bench -p ballast-engine --bench merkle`
//!
//! The memory that a tree holds is what `drop_tree` gives back (column `dealloc`).

#![allow(clippy::disallowed_types, clippy::unwrap_used, clippy::cast_possible_truncation)] // a bench is a host

use std::cell::Cell;

use ballast_engine::kernel::merkle::{Change, Entry, MerkleTree, hash_entries};
use ballast_protocol::proof::{Path, Proof, path, value_hash};
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Leaves in the tree, and how many of them change at once.
const CASES: [(u64, u64); 9] = [
    (10_000, 1_000),
    (10_000, 4_000),
    (10_000, 100_000),
    (1_000_000, 1_000),
    (1_000_000, 4_000),
    (1_000_000, 100_000),
    (3_000_000, 1_000),
    (3_000_000, 4_000),
    (3_000_000, 300_000),
];

fn main() {
    divan::main();
}

fn leaf(number: u64) -> Path {
    path(1, &number.to_le_bytes())
}

fn tree(leaves: u64) -> MerkleTree {
    MerkleTree::from_leaves((0..leaves).map(|number| (leaf(number), value_hash(b"before"))))
}

/// New values for leaves spread over the tree; each call chooses others.
fn batches((leaves, size): (u64, u64)) -> impl FnMut() -> Vec<Change> {
    let (next, value) = (Cell::new(0), value_hash(b"after"));
    move || {
        let first = next.replace(next.get() + size);
        (first..first + size)
            .map(|number| (leaf(number * 7_919 % leaves), Some(value)))
            .collect()
    }
}

/// Nobody else holds the tree: nodes change in place.
#[divan::bench(args = CASES, sample_count = 20, sample_size = 1)]
fn update_in_place(bencher: Bencher<'_, '_>, case: (u64, u64)) {
    let mut tree = tree(case.0);
    bencher
        .with_inputs(batches(case))
        .bench_local_values(|changes| tree.update(changes));
}

/// The tree before the update is kept, as a node keeps the parent of a block.
#[divan::bench(args = CASES, sample_count = 20, sample_size = 1)]
fn update_a_clone(bencher: Bencher<'_, '_>, case: (u64, u64)) {
    let parent = tree(case.0);
    bencher.with_inputs(batches(case)).bench_local_values(|changes| {
        let mut next = parent.clone();
        next.update(changes);
        next
    });
}

/// Paths and value hashes of 4,000 entries: keys of 20 bytes, values of 100.
#[divan::bench]
fn hash_4000_entries(bencher: Bencher<'_, '_>) {
    let entry = Entry {
        table: 1,
        key: &[3; 20],
        value: Some(&[5; 100]),
    };
    bencher.bench_local(|| hash_entries(black_box([entry; 4_000])));
}

#[divan::bench(args = [10_000, 1_000_000, 3_000_000])]
fn prove(bencher: Bencher<'_, '_>, leaves: u64) {
    let tree = tree(leaves);
    let number = Cell::new(0);
    let next = || leaf(number.replace(number.get() + 7_919) % leaves);
    bencher
        .with_inputs(next)
        .bench_local_values(|path| -> Proof { tree.prove(&path) });
}

#[divan::bench(args = [10_000, 1_000_000, 3_000_000], sample_count = 2, sample_size = 1)]
fn from_leaves(bencher: Bencher<'_, '_>, leaves: u64) {
    let input = || {
        (0..leaves)
            .map(|number| (leaf(number), value_hash(b"before")))
            .collect::<Vec<_>>()
    };
    bencher.with_inputs(input).bench_local_values(MerkleTree::from_leaves);
}

#[divan::bench(args = [10_000, 1_000_000, 3_000_000], sample_count = 2, sample_size = 1)]
fn drop_tree(bencher: Bencher<'_, '_>, leaves: u64) {
    bencher.with_inputs(|| tree(leaves)).bench_local_values(drop);
}
