//! What the whole engine costs, on one core: `cargo bench -p ballast-engine --bench engine`. The figures and what they
//! mean are in docs/performance.md. As a test, it runs on toy populations.

#![allow(clippy::disallowed_types, clippy::unwrap_used, clippy::cast_possible_truncation)] // a bench is a host

mod support;

use std::cell::RefCell;

use ballast_engine::{State, apply_block, execute_block};
use ballast_num::Price;
use ballast_protocol::{Block, Signer};
use divan::{Bencher, counter::ItemsCount};
use support::{Owners, account_for_memory, block, done, reserve, session, tick};

/// The allocator of the `ballast` program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Transactions in a block.
const ADJUSTMENTS: u64 = 1_000;

fn main() {
    account_for_memory(largest());
    divan::main();
}

/// Whether cargo measures (it then says `--bench`) or only tests that the benches run.
fn measures() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

fn largest() -> u64 {
    if measures() { 1_000_000 } else { 400 }
}

/// Populations of the curve.
fn populations() -> Vec<u64> {
    let all = [10_000, 30_000, 100_000, 300_000, 1_000_000];
    if measures() { all.to_vec() } else { vec![largest()] }
}

/// A reserve in which every owner has sent a transaction before, with its owners.
fn settled(vaults: u64) -> (State, Owners) {
    let (mut state, mut owners) = (reserve(vaults, 0), Owners::of(vaults));
    for first in (0..vaults).step_by(10_000) {
        let block = owners.first_deposits(&state, first..vaults.min(first + 10_000));
        apply_block(&mut state, &block).expect("the block follows");
    }
    (state, owners)
}

/// Runs blocks of adjustments; what is not measured makes the next block.
fn adjust(bencher: Bencher<'_, '_>, vaults: u64, run: impl Fn(&mut State, &Block) -> usize) {
    let (state, owners) = settled(vaults);
    let (state, owners, blocks) = (RefCell::new(state), RefCell::new(owners), RefCell::new(0));
    let next = || {
        let mut state = state.borrow_mut();
        let mut blocks = blocks.borrow_mut();
        *blocks += 1;
        if *blocks % 16 == 0 {
            // Commits to what was only executed, so that logs do not grow without end.
            let empty = block(&state, 0);
            apply_block(&mut state, &empty).expect("the block follows");
        }
        owners.borrow_mut().adjustments(&state, ADJUSTMENTS)
    };
    bencher
        .counter(ItemsCount::new(ADJUSTMENTS))
        .with_inputs(next)
        .bench_local_refs(|block| assert_eq!(run(&mut state.borrow_mut(), block), ADJUSTMENTS as usize));
}

/// Adjustments with undo, change tracking, index and receipts.
#[divan::bench(args = populations(), sample_count = 400, sample_size = 1)]
fn vault_adjust(bencher: Bencher<'_, '_>, vaults: u64) {
    adjust(bencher, vaults, |state, block| {
        done(&execute_block(state, block).expect("the block follows").receipts)
    });
}

/// The same, and the state root after every block of 1,000.
#[divan::bench(args = populations(), sample_count = 400, sample_size = 1)]
fn vault_adjust_with_root(bencher: Bencher<'_, '_>, vaults: u64) {
    adjust(bencher, vaults, |state, block| {
        done(&apply_block(state, block).expect("the block follows").receipts)
    });
}

/// Adjustments that sessions sign, with the root: the record of the owner's sessions, of which there are so many, is found and
/// written beside the rest. To be compared with [`vault_adjust_with_root`].
#[divan::bench(args = [1, 8], sample_count = 400, sample_size = 1)]
fn session_adjust_with_root(bencher: Bencher<'_, '_>, sessions: u8) {
    let vaults = largest().min(10_000);
    let (state, owners) = with_sessions(vaults, sessions);
    let (state, owners) = (RefCell::new(state), RefCell::new(owners));
    owners.borrow_mut().signer = Signer::Session(session(sessions));
    bencher
        .counter(ItemsCount::new(ADJUSTMENTS))
        .with_inputs(|| owners.borrow_mut().adjustments(&state.borrow(), ADJUSTMENTS))
        .bench_local_refs(|block| apply_all(&mut state.borrow_mut(), block));
}

/// Grants in place of the eighth of so many sessions, with the root.
#[divan::bench(args = [1, 8], sample_count = 400, sample_size = 1)]
fn session_grant_with_root(bencher: Bencher<'_, '_>, sessions: u8) {
    let vaults = largest().min(10_000);
    let (state, owners) = with_sessions(vaults, sessions);
    let (state, owners, first) = (RefCell::new(state), RefCell::new(owners), RefCell::new(0));
    let next = || {
        let mut first = first.borrow_mut();
        let each = ADJUSTMENTS.min(vaults);
        *first = if *first + each > vaults { 0 } else { *first };
        *first += each;
        owners.borrow_mut().grants(&state.borrow(), *first - each..*first, 1)
    };
    bencher
        .counter(ItemsCount::new(ADJUSTMENTS))
        .with_inputs(next)
        .bench_local_refs(|block| apply_all(&mut state.borrow_mut(), block));
}

/// A reserve in which every owner has so many sessions.
fn with_sessions(vaults: u64, sessions: u8) -> (State, Owners) {
    let (mut state, mut owners) = settled(vaults);
    for first in (0..vaults).step_by(1_000) {
        let block = owners.grants(&state, first..vaults.min(first + 1_000), sessions);
        apply_all(&mut state, &block);
    }
    (state, owners)
}

/// Applies a block of which every transaction must succeed.
fn apply_all(state: &mut State, block: &Block) {
    let receipts = apply_block(state, block).expect("the block follows").receipts;
    assert_eq!(done(&receipts), block.transactions.len());
}

/// Ticks of the price back and forth, none of which breaks a vault.
fn harmless_ticks(bencher: Bencher<'_, '_>, run: impl Fn(&mut State, &Block)) {
    let state = RefCell::new(reserve(largest(), 0));
    let prices = RefCell::new([1_990, 2_000].into_iter().cycle());
    let next = || {
        let price = prices.borrow_mut().next().unwrap_or(2_000);
        tick(&state.borrow(), 12, Price::whole(price))
    };
    bencher
        .with_inputs(next)
        .bench_local_refs(|block| run(&mut state.borrow_mut(), block));
}

#[divan::bench(sample_count = 100, sample_size = 1)]
fn tick_none(bencher: Bencher<'_, '_>) {
    harmless_ticks(bencher, |state, block| {
        execute_block(state, block).expect("the block follows");
    });
}

#[divan::bench(sample_count = 100, sample_size = 1)]
fn tick_none_with_root(bencher: Bencher<'_, '_>) {
    harmless_ticks(bencher, |state, block| {
        apply_block(state, block).expect("the block follows");
    });
}

/// A tick that breaks a tenth of all vaults. The round before has the same price: a single one does not break them
/// (rule R9).
fn crash(bencher: Bencher<'_, '_>, run: impl Fn(&mut State, &Block)) {
    let price = Price::whole(1_710);
    let input = || {
        let mut state = reserve(largest(), largest() / 10);
        let first = tick(&state, 12, price);
        apply_block(&mut state, &first).expect("the block follows");
        let second = tick(&state, 12, price);
        (state, second)
    };
    bencher
        .counter(ItemsCount::new(largest() / 10))
        .with_inputs(input)
        .bench_local_refs(|(state, block)| run(state, block));
}

fn assert_seized(events: &[ballast_protocol::Event]) {
    let seized = events
        .iter()
        .filter(|event| matches!(event, ballast_protocol::Event::VaultSeized(_)));
    assert_eq!(seized.count() as u64, largest() / 10);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn tick_100k(bencher: Bencher<'_, '_>) {
    crash(bencher, |state, block| {
        assert_seized(&execute_block(state, block).expect("the block follows").events);
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn tick_100k_with_root(bencher: Bencher<'_, '_>) {
    crash(bencher, |state, block| {
        assert_seized(&apply_block(state, block).expect("the block follows").events);
    });
}

/// A snapshot of all vaults: the state is cloned, and the clone lives on while the next block runs.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn snapshot_and_a_block(bencher: Bencher<'_, '_>) {
    let (state, owners) = settled(largest());
    let (state, owners, kept) = (RefCell::new(state), RefCell::new(owners), RefCell::new(None));
    bencher
        .with_inputs(|| {
            kept.borrow_mut().take();
            owners.borrow_mut().adjustments(&state.borrow(), ADJUSTMENTS)
        })
        .bench_local_refs(|block| {
            *kept.borrow_mut() = Some(state.borrow().clone());
            apply_block(&mut state.borrow_mut(), block).expect("the block follows");
        });
}

/// Two blocks on one parent, all three alive.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn fork_of_two_blocks(bencher: Bencher<'_, '_>) {
    let (parent, mut owners) = settled(largest());
    let blocks = [(); 2].map(|()| owners.adjustments(&parent, ADJUSTMENTS));
    bencher.bench_local(|| {
        blocks.each_ref().map(|block| {
            let mut child = parent.clone();
            apply_block(&mut child, block).expect("the block follows");
            child
        })
    });
}
