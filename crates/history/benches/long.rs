//! What a block costs an index that is already long: `cargo bench -p ballast-history --bench long`, in a temporary folder (set
//! `TMPDIR` to choose the disk). 100,000 vaults, touched in no order; written as a busy node writes them, some 10,000
//! transactions together. Once in chapters, as they are kept, and once with all in one, for comparison. As a test, it runs on a toy.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss)] // a bench is a host

#[path = "../../engine/benches/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use ballast_engine::{State, apply_block};
use ballast_history::{CHAPTER, FILE, Happened, Index, never, rebuild};
use ballast_journal::{Folder, SEGMENT_BYTES};
use ballast_protocol::{Genesis, TransactionHash};
use ballast_signing::Domain;
use commonware_runtime::{Runner as _, Supervisor as _, tokio};
use support::{Owners, books};

/// The allocator of the `ballast` program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Transactions of a block, and of what is written together.
const BLOCK: u64 = 2_500;
const TOGETHER: u64 = 10_000;

fn main() {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let (vaults, all, shown) = match measures {
        true => (100_000, 1_000_000, 200_000),
        false => (100, TOGETHER, TOGETHER),
    };
    for (name, chapter) in [("in chapters", CHAPTER), ("in one chapter", u64::MAX)] {
        println!("{name}, {vaults} vaults:");
        write(vaults, (all, shown), chapter);
    }
}

/// Writes blocks, and says what a transaction has cost after each so many.
fn write(vaults: u64, (all, shown): (u64, u64), chapter: u64) {
    let (place, genesis) = (tempfile::tempdir().unwrap(), books(vaults, 0));
    let mut index = empty(place.path(), &genesis).with_chapters(chapter);
    let (mut state, mut owners) = (State::genesis(&genesis).unwrap(), Owners::of(vaults));
    let (domain, mut written, mut spent) = (Domain::of(&genesis), 0, Duration::ZERO);
    while written < all {
        let blocks: Vec<_> = (0..TOGETHER / BLOCK)
            .map(|_| {
                let block = owners.adjustments(&state, BLOCK);
                let result = apply_block(&mut state, &block).unwrap();
                let hashes: Vec<TransactionHash> = block.transactions.iter().map(|said| domain.digest(said)).collect();
                (block, hashes, result, state.clone())
            })
            .collect();
        let happened = blocks.iter().map(|(block, hashes, result, state)| Happened {
            block,
            hashes,
            result,
            state,
        });
        let begun = Instant::now();
        index.apply(happened).unwrap();
        spent += begun.elapsed();
        written += TOGETHER;
        if written % shown == 0 {
            let each = spent.as_secs_f64() * 1e6 / shown as f64;
            println!("  {written:>9} transactions, the last {shown}: {each:6.1} µs each");
            spent = Duration::ZERO;
        }
    }
    drop(index);
    let bytes = place.path().join(FILE).metadata().unwrap().len();
    println!("  {} bytes a transaction", bytes / all);
}

/// The index of a reserve in which nothing has happened yet.
fn empty(place: &Path, genesis: &Genesis) -> Index {
    let folder = Folder::create(place.join("reserve"), genesis.clone()).unwrap();
    tokio::Runner::new(folder.runtime()).start(|context| async move {
        let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
        let (log, snapshots) = (
            log.reader(context.child("reader")),
            folder.snapshots(context.child("snapshots")),
        );
        let made = rebuild(genesis, &log, &snapshots, &place.join(FILE), &never(), &mut |_| ()).await;
        made.unwrap().0
    })
}
