//! What is removed while another task reads: it is told so, and makes nothing of it again.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests: one that cannot go on has failed

mod common;

use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};

use ballast_journal::{BadSnapshot, Fault, Log, LogConfig, Unrecoverable};
use ballast_protocol::{Height, proof::Hash};
use common::chain::Chain;
use commonware_runtime::deterministic::{Context, Runner};
use commonware_runtime::{BlobVersion, Error, Runner as _, Storage, Supervisor};

fn config() -> LogConfig {
    LogConfig {
        partition: "blocks".into(),
        chain: Hash([7; 32]),
        first: Height(1),
        segment_bytes: 16 << 10,
    }
}

/// A log of 60 records in several segments.
async fn log<S: Storage>(storage: S) -> Log<S> {
    let (mut log, _) = Log::open(storage, config()).await.unwrap();
    for height in 1..=60 {
        log.append(Height(height), &[7; 1_500]).unwrap();
        log.sync().await.unwrap();
    }
    log
}

/// What a future in the deterministic runtime's memory gives at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits"),
    }
}

async fn files(context: &Context) -> Vec<Vec<u8>> {
    let mut names = context.scan("blocks").await.unwrap();
    names.sort_unstable();
    names
}

#[test]
fn a_reader_that_is_overtaken_by_a_prune_is_told_and_makes_no_empty_segment() {
    Runner::default().start(|context| async move {
        let mut log = log(context.child("log")).await;
        let reader = log.reader(context.child("reader"));
        let (mut seen, mut pruned) = (0, false);
        let read = reader.read_between(Height(1), Height(61), |height, _| {
            seen = height.0;
            if !std::mem::replace(&mut pruned, true) {
                now(log.prune(Height(1_000))).unwrap();
            }
            Ok::<(), Fault>(())
        });
        let fault = read.await.unwrap_err();
        let first = log.first();
        assert!(1 < seen && seen < first.0, "in the middle: {seen}, {first}");
        assert!(matches!(fault, Fault::Pruned { .. }), "{fault}");
        let gap = Unrecoverable::from(fault);
        assert!(matches!(gap, Unrecoverable::Gap { .. }), "{gap}");
        assert_eq!(files(&context).await, [first.0.to_be_bytes().to_vec()], "no new file");

        let below = reader.read_between(Height(1), Height(61), |_, _| Ok::<(), Fault>(()));
        let fault = below.await.unwrap_err();
        assert!(
            matches!(fault, Fault::Pruned { asked: Height(1), first: begins } if begins == first),
            "{fault}"
        );
    });
}

/// A storage whose next removals are done and then said to have failed, as when the folder can't be synced.
struct Unsynced {
    inner: Context,
    fails: Arc<AtomicBool>,
}

impl Storage for Unsynced {
    type Blob = <Context as Storage>::Blob;

    async fn open_versioned(
        &self,
        partition: &str,
        name: &[u8],
        versions: RangeInclusive<BlobVersion>,
    ) -> Result<(Self::Blob, u64, BlobVersion), Error> {
        self.inner.open_versioned(partition, name, versions).await
    }

    async fn remove(&self, partition: &str, name: Option<&[u8]>) -> Result<(), Error> {
        self.inner.remove(partition, name).await?;
        match self.fails.load(Ordering::SeqCst) {
            true => Err(std::io::Error::other("not synced").into()),
            false => Ok(()),
        }
    }

    async fn scan(&self, partition: &str) -> Result<Vec<Vec<u8>>, Error> {
        self.inner.scan(partition).await
    }
}

#[test]
fn a_removal_that_could_not_be_synced_does_not_end_all_pruning() {
    Runner::default().start(|context| async move {
        let fails = Arc::new(AtomicBool::new(true));
        let storage = Unsynced {
            inner: context.child("log"),
            fails: fails.clone(),
        };
        let mut log = log(storage).await;
        let before = files(&context).await.len();
        assert!(log.prune(Height(1_000)).await.is_err());
        assert_eq!(files(&context).await.len(), before - 1, "removed all the same");
        fails.store(false, Ordering::SeqCst);
        log.prune(Height(1_000)).await.unwrap();
        assert_eq!(files(&context).await, [log.first().0.to_be_bytes().to_vec()]);
    });
}

#[test]
fn a_snapshot_that_was_removed_is_not_made_again_by_loading_it() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(3);
        let snapshots = chain.snapshots(&context);
        let beside = snapshots.beside(context.child("beside"));
        let height = snapshots.save(chain.last()).await.unwrap();
        let listed = beside.heights().await.unwrap();
        snapshots.remove(height).await.unwrap();
        assert_eq!(listed, [height]);
        assert_eq!(beside.load(height).await.unwrap().err(), Some(BadSnapshot::Gone));
        assert!(snapshots.heights().await.unwrap().is_empty());
    });
}
