//! What a node has done since it started, counted for operators.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ballast_protocol::{Outcome, Receipt};

/// Counters of a node. All only rise but for the blocks in flight.
#[derive(Debug, Default)]
pub struct Counters {
    failed: AtomicU64,
    not_admitted: AtomicU64,
    done: AtomicU64,
    syncs: AtomicU64,
    sync_nanoseconds: AtomicU64,
    in_flight: AtomicU64,
}

impl Counters {
    /// Counts the transactions of a durable block.
    pub(crate) fn count<'a>(&self, receipts: impl IntoIterator<Item = &'a Receipt>) {
        for receipt in receipts {
            let counter = match receipt.outcome {
                Outcome::Done => &self.done,
                Outcome::Failed { .. } => &self.failed,
                Outcome::NotAdmitted(_) => &self.not_admitted,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_sync(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.sync_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.syncs.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn block_executed(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn block_durable(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// Transactions in durable blocks that were done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Transactions in durable blocks that failed, and have paid.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Transactions in durable blocks that were not admitted, and have not paid.
    pub fn not_admitted(&self) -> u64 {
        self.not_admitted.load(Ordering::Relaxed)
    }

    /// How often blocks were made durable, one or some at a time.
    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// How long that took in all.
    pub fn sync_time(&self) -> Duration {
        Duration::from_nanos(self.sync_nanoseconds.load(Ordering::Relaxed))
    }

    /// Blocks that are executed and not durable yet.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }
}
