//! How fast a node starts and a log replays: `cargo bench -p ballast-journal --bench restart`, on a real disk, in a
//! temporary folder (set `TMPDIR` to choose the disk). As a test, it runs on a toy population.
//!
//! What it prints before the figures: what a restart is made of, each part measured by itself. The files have just been
//! written, so that the system's cache has them, as after the crash of a process.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss)] // a bench is a host

#[path = "../../engine/benches/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use ballast_engine::State;
use ballast_journal::{Entry, Folder, Recovered, SEGMENT_BYTES, SignedBlock, recover};
use ballast_protocol::{Block, Height};
use ballast_signing::Signature;
use commonware_runtime::{Runner as _, Supervisor, tokio};
use divan::Bencher;
use divan::counter::ItemsCount;
use support::{Owners, books};

/// The allocator of the `ballast` program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Transactions of a block, as a busy node makes them.
const BLOCK: u64 = 2_500;

fn main() {
    if measures() {
        show_parts(100_000, 10_000);
        show_parts(100_000, 500_000);
        show_parts(10_000, 500_000);
    }
    divan::main();
}

/// Whether cargo measures (it then says `--bench`) or only tests that the bench runs.
fn measures() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// A node with 100,000 vaults is killed and starts: snapshot, log, root.
#[divan::bench(args = [10_000, 100_000], sample_count = 10, sample_size = 1)]
fn restart(bencher: Bencher<'_, '_>, vaults: u64) {
    let disk = Disk::written(scaled(vaults), scaled(10_000));
    bencher.bench_local(|| disk.restart());
}

/// Only the replay: what a restart with a long log takes beyond one with none, for each transaction.
#[divan::bench(args = [10_000, 100_000], sample_count = 3, sample_size = 1)]
fn restart_with_a_long_log(bencher: Bencher<'_, '_>, vaults: u64) {
    let transactions = scaled(500_000);
    let disk = Disk::written(scaled(vaults), transactions);
    let bencher = bencher.counter(ItemsCount::new(transactions));
    bencher.bench_local(|| disk.restart());
}

/// Toys where nothing is measured.
fn scaled(count: u64) -> u64 {
    if measures() { count } else { count / 100 }
}

/// What a node has left on its disk: a snapshot and a log behind it.
struct Disk {
    path: tempfile::TempDir,
    transactions: u64,
}

impl Disk {
    /// The state of a reserve, and adjustments of its vaults after it. Nobody has signed them: a start does not ask again.
    fn written(vaults: u64, transactions: u64) -> Self {
        let path = tempfile::tempdir().unwrap();
        let genesis = books(vaults, 0);
        let mut state = State::genesis(&genesis).unwrap();
        let folder = Folder::create(path.path(), genesis).unwrap();
        tokio::Runner::new(folder.runtime()).start(|context| async move {
            folder.snapshots(context.child("snapshots")).save(&state).await.unwrap();
            let (mut log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
            let mut owners = Owners::of(vaults);
            let mut left = transactions;
            while left > 0 {
                let count = left.min(BLOCK);
                let block = owners.adjustments(&state, count);
                let result = ballast_engine::apply_block(&mut state, &block).unwrap();
                assert_eq!(support::done(&result.receipts), count as usize);
                log.append(block.height, &entry(block, &state).encode()).unwrap();
                log.sync().await.unwrap();
                left -= count;
            }
            log.close().await.unwrap();
        });
        Self { path, transactions }
    }

    fn restart(&self) -> Height {
        let folder = Folder::open(self.path.path()).unwrap();
        tokio::Runner::new(folder.runtime()).start(|context| async move {
            let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
            let snapshots = folder.snapshots(context.child("snapshots"));
            let recovered = recover(folder.genesis(), &log, &snapshots).await.unwrap();
            assert_eq!(
                (recovered.snapshot, recovered.transactions),
                (Some(Height(0)), self.transactions)
            );
            std::hint::black_box(recovered.state.chain().height)
        })
    }
}

fn entry(block: Block, state: &State) -> Entry {
    let signatures = vec![Signature::Secp256k1([7; 65]); block.transactions.len()];
    Entry {
        root: state.root(),
        block: SignedBlock {
            block,
            evidence: Vec::new(),
            signatures,
        },
    }
}

/// Each part of a restart by itself.
fn show_parts(vaults: u64, transactions: u64) {
    let disk = Disk::written(vaults, transactions);
    let (folder, opening) = timed(|| Folder::open(disk.path.path()).unwrap());
    println!("{vaults} vaults, {transactions} transactions behind the snapshot:");
    println!("  genesis read               {}", shown(opening));
    tokio::Runner::new(folder.runtime()).start(|context| async move {
        let start = Instant::now();
        let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
        println!("  log opened, tail walked    {}", shown(start.elapsed()));

        let snapshots = folder.snapshots(context.child("snapshots"));
        let start = Instant::now();
        let state = snapshots.load(Height(0)).await.unwrap().unwrap();
        let loading = start.elapsed();
        println!("  snapshot read, root equal  {}", shown(loading));

        let start = Instant::now();
        let read = log.read(Height(1), |_, _| Ok::<(), ballast_journal::Fault>(()));
        read.await.unwrap();
        println!("  log read and checked       {}", shown(start.elapsed()));
        let mut blocks = Vec::new();
        let mut decoding = Duration::ZERO;
        let read = log.read(Height(1), |_, payload| {
            let (entry, took) = timed(|| Entry::decode(payload).unwrap());
            decoding += took;
            blocks.push(entry.block.block);
            Ok::<(), ballast_journal::Fault>(())
        });
        read.await.unwrap();
        println!("  blocks decoded             {}", shown(decoding));

        let mut replica = state;
        let ((), executing) = timed(|| {
            for block in &blocks {
                ballast_engine::execute_block(&mut replica, block).unwrap();
            }
        });
        println!("  blocks executed            {}", shown(executing));
        let ((), committing) = timed(|| replica.commit());
        println!("  one root for all           {}", shown(committing));
        drop((replica, blocks));

        let start = Instant::now();
        let recovered: Recovered = recover(folder.genesis(), &log, &snapshots).await.unwrap();
        let recovering = start.elapsed();
        let replaying = recovering.saturating_sub(loading).as_secs_f64();
        let rate = recovered.transactions as f64 / replaying;
        println!("  recovery, all together     {}", shown(recovering));
        println!("  replay without snapshot    {:.0} transactions/s", rate);
    });
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

fn shown(took: Duration) -> String {
    format!("{:8.1} ms", took.as_secs_f64() * 1e3)
}
