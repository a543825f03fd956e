//! What the ordered map costs: `cargo bench -p ballast-engine --bench tree`. Each figure is the time of one operation
//! on a tree of the given size; keys are drawn at random.

#![allow(clippy::disallowed_types, clippy::unwrap_used, clippy::cast_possible_truncation)] // a bench is a host

use std::{cmp::Ordering, hint::black_box};

use ballast_engine::kernel::tree::{Summary, Tree};
use divan::{Bencher, counter::ItemsCount};

const SIZES: [usize; 2] = [10_000, 1_000_000];
const BATCH: usize = 1_000;

fn main() {
    divan::main();
}

/// A row of a state table: 96 bytes under an 8-byte key.
type Rows = Tree<u64, [u64; 12]>;

/// Numbers that look random and never repeat within a run (Weyl sequence through the SplitMix64 finalizer).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }
}

fn rows(len: usize) -> (Rows, Vec<u64>) {
    let mut draw = Draw(1);
    let keys: Vec<u64> = (0..len).map(|_| draw.next()).collect();
    let mut tree = Rows::new();
    for key in &keys {
        tree.insert(*key, [*key; 12]);
    }
    (tree, keys)
}

/// Keys that `keys` holds, in random order.
fn picks(keys: &[u64], seed: u64) -> Vec<u64> {
    let mut draw = Draw(seed);
    (0..BATCH).map(|_| keys[draw.below(keys.len())]).collect()
}

#[divan::bench(args = SIZES)]
fn get(bencher: Bencher, len: usize) {
    let (tree, keys) = rows(len);
    let mut seed = 0;
    let next = || {
        seed += 1;
        picks(&keys, seed)
    };
    bencher
        .with_inputs(next)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_refs(|picks| {
            for key in picks {
                black_box(tree.get(key).map(|value| value[3]));
            }
        });
}

#[divan::bench(args = SIZES)]
fn overwrite(bencher: Bencher, len: usize) {
    let (mut tree, keys) = rows(len);
    let mut seed = 0;
    let next = || {
        seed += 1;
        picks(&keys, seed)
    };
    bencher
        .with_inputs(next)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_refs(|picks| {
            for key in picks {
                black_box(tree.insert(*key, [7; 12]));
            }
        });
}

#[divan::bench(args = SIZES)]
fn update(bencher: Bencher, len: usize) {
    let (mut tree, keys) = rows(len);
    let mut seed = 0;
    let next = || {
        seed += 1;
        picks(&keys, seed)
    };
    bencher
        .with_inputs(next)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_refs(|picks| {
            for key in picks {
                black_box(tree.update(key, |value| value[3] += 1));
            }
        });
}

/// The first change after a clone: copies the path, and drops the copy again.
#[divan::bench(args = SIZES)]
fn first_touch(bencher: Bencher, len: usize) {
    let (tree, keys) = rows(len);
    let mut seed = 0;
    let next = || {
        seed += 1;
        picks(&keys, seed)
    };
    bencher
        .with_inputs(next)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_refs(|picks| {
            for key in picks {
                let mut fork = tree.clone();
                black_box(fork.insert(*key, [7; 12]));
            }
        });
}

/// A block of a thousand changes on a fork, and the end of the version before.
#[divan::bench(args = SIZES)]
fn fork_of_a_thousand(bencher: Bencher, len: usize) {
    let (mut tree, keys) = rows(len);
    let mut seed = 0;
    let next = || {
        seed += 1;
        picks(&keys, seed)
    };
    bencher
        .with_inputs(next)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_refs(|picks| {
            let before = tree.clone();
            for key in picks {
                black_box(tree.insert(*key, [7; 12]));
            }
            drop(before);
        });
}

#[divan::bench(args = SIZES)]
fn remove_and_insert(bencher: Bencher, len: usize) {
    let (mut tree, mut keys) = rows(len);
    let mut draw = Draw(u64::MAX / 2);
    let moves = || -> Vec<[u64; 2]> {
        let one = |_| {
            let (at, after) = (draw.below(keys.len()), draw.next());
            [std::mem::replace(&mut keys[at], after), after]
        };
        (0..BATCH).map(one).collect()
    };
    bencher
        .with_inputs(moves)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_values(|moves| {
            for [before, after] in moves {
                black_box(tree.remove(&before));
                black_box(tree.insert(after, [7; 12]));
            }
        });
}

#[divan::bench(args = SIZES)]
fn iterate(bencher: Bencher, len: usize) {
    let (tree, _) = rows(len);
    bencher
        .counter(ItemsCount::new(len))
        .bench_local(|| tree.iter().fold(0, |sum: u64, (key, _)| sum.wrapping_add(*key)));
}

/// Ten entries from a key on.
#[divan::bench(args = SIZES)]
fn range_of_ten(bencher: Bencher, len: usize) {
    let (tree, keys) = rows(len);
    let mut seed = 0;
    let next = || {
        seed += 1;
        picks(&keys, seed)
    };
    bencher
        .with_inputs(next)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_refs(|picks| {
            for key in picks {
                black_box(
                    tree.range(*key..)
                        .take(10)
                        .fold(0, |sum: u64, (key, _)| sum.wrapping_add(*key)),
                );
            }
        });
}

#[divan::bench(args = SIZES)]
fn load_sorted(bencher: Bencher, len: usize) {
    bencher
        .counter(ItemsCount::new(len))
        .bench_local(|| Rows::from_sorted((0..len as u64).map(|key| (key, [key; 12]))));
}

/// The difference of two versions a thousand changes apart.
#[divan::bench(args = SIZES)]
fn diff_of_a_thousand(bencher: Bencher, len: usize) {
    let (tree, keys) = rows(len);
    let mut after = tree.clone();
    for key in picks(&keys, 1) {
        after.insert(key, [7; 12]);
    }
    bencher
        .counter(ItemsCount::new(BATCH))
        .bench_local(|| tree.diff(&after).count());
}

/// An entry of the liquidation index: ordered by debt / collateral, exactly, and then by vault.
#[derive(Clone)]
struct Leverage {
    debt: u128,
    collateral: u128,
    vault: u64,
}

/// A product of two `u128` in 256 bits, high half first.
fn product(left: u128, right: u128) -> (u128, u128) {
    let (low, high) = left.carrying_mul(right, 0);
    (high, low)
}

impl Ord for Leverage {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = product(self.debt, other.collateral).cmp(&product(other.debt, self.collateral));
        order.then(self.vault.cmp(&other.vault))
    }
}

impl PartialEq for Leverage {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Leverage {}

impl PartialOrd for Leverage {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Default)]
struct Totals {
    debt: u128,
    collateral: u128,
    vaults: u64,
}

impl Summary<Leverage, ()> for Totals {
    fn of(key: &Leverage, (): &()) -> Self {
        Self {
            debt: key.debt,
            collateral: key.collateral,
            vaults: 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.debt = self.debt.wrapping_add(other.debt);
        self.collateral = self.collateral.wrapping_add(other.collateral);
        self.vaults = self.vaults.wrapping_add(other.vaults);
    }

    fn sub(&mut self, other: &Self) {
        self.debt = self.debt.wrapping_sub(other.debt);
        self.collateral = self.collateral.wrapping_sub(other.collateral);
        self.vaults = self.vaults.wrapping_sub(other.vaults);
    }
}

fn leverage(draw: &mut Draw, vault: u64) -> Leverage {
    Leverage {
        debt: u128::from(draw.next()) << 20,
        collateral: u128::from(draw.next() | 1) << 20,
        vault,
    }
}

fn index(len: usize) -> (Tree<Leverage, (), Totals>, Vec<Leverage>, Draw) {
    let mut draw = Draw(3);
    let keys: Vec<Leverage> = (0..len as u64).map(|vault| leverage(&mut draw, vault)).collect();
    let mut tree = Tree::new();
    for key in &keys {
        tree.insert(key.clone(), ());
    }
    (tree, keys, draw)
}

/// A vault changes its place in the liquidation index.
#[divan::bench(args = SIZES)]
fn reindex(bencher: Bencher, len: usize) {
    let (mut tree, mut keys, mut draw) = index(len);
    let moves = || -> Vec<[Leverage; 2]> {
        let one = |_| {
            let at = draw.below(keys.len());
            let after = leverage(&mut draw, keys[at].vault);
            [std::mem::replace(&mut keys[at], after.clone()), after]
        };
        (0..BATCH).map(one).collect()
    };
    bencher
        .with_inputs(moves)
        .input_counter(|_| ItemsCount::new(BATCH))
        .bench_local_values(|moves| {
            for [before, after] in moves {
                black_box(tree.remove(&before));
                black_box(tree.insert(after, ()));
            }
        });
}

/// How much would be liquidatable at a price.
#[divan::bench(args = SIZES)]
fn prefix_summary(bencher: Bencher, len: usize) {
    let (tree, _, mut draw) = index(len);
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        for _ in 0..BATCH {
            let border = leverage(&mut draw, 0);
            black_box(tree.prefix_summary(|key| *key < border));
        }
    });
}
