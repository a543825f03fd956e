//! How fast the index takes blocks: `cargo bench -p ballast-history --bench index`, in a temporary folder (set `TMPDIR` to choose
//! the disk). Three hours of a recorded crash, written again and again: as a node writes it, block by block as it comes, and as
//! a rebuild does, many at a time. Counted are events; with them come their subjects, spans, transactions, prices, vaults and liquidations.

#![allow(clippy::unwrap_used)] // a bench is a host

#[path = "../tests/index/crash.rs"]
#[allow(dead_code)]
mod crash;

use ballast_history::Index;
use crash::{Step, crash, place};
use divan::Bencher;
use divan::counter::ItemsCount;

/// The allocator of the `ballast` program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    divan::main();
}

fn events() -> usize {
    let of_step = |step: &Step| {
        let of_receipts = step.result.receipts.iter().map(|receipt| receipt.events.len());
        step.result.events.len() + of_receipts.sum::<usize>()
    };
    crash().steps.iter().map(of_step).sum()
}

/// Blocks that are written together.
#[divan::bench(args = [1, 256])]
fn indexed(bencher: Bencher<'_, '_>, together: usize) {
    bencher
        .counter(ItemsCount::new(events()))
        .with_inputs(|| {
            let (folder, path) = place();
            // Made and opened again: as a node has it, with every index.
            let index = crash().empty(&path);
            (folder, index)
        })
        .bench_local_values(|(folder, mut index): (_, Index)| {
            for group in crash().steps.chunks(together) {
                index.apply(group.iter().map(Step::happened)).unwrap();
            }
            (folder, index)
        });
}
