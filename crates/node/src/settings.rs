//! How a node works: sizes, waits and what it keeps.

use std::path::PathBuf;
use std::time::Duration;

/// What a node does with journal files that no snapshot needs any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pruning {
    /// Keeps them: `audit` replays from genesis.
    #[default]
    KeepAll,
    /// Removes those below the oldest of the snapshots kept, once all of these have been read back well.
    BelowSnapshots,
}

/// How a node works. The default is for one machine that serves a reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Most transactions of a block; its work is bounded by the chain's own limits beside.
    pub block_transactions: usize,
    /// How long the first transaction of a block waits for others.
    pub block_wait: Duration,
    /// A block without anything in it comes after so much silence, so that interest, auctions and expiries go on.
    pub idle: Duration,
    /// Most transactions that wait.
    pub pool_transactions: usize,
    /// Most bytes of all transactions that wait, in their canonical form.
    pub pool_bytes: usize,
    /// Most bytes of a transaction.
    pub transaction_bytes: usize,
    /// Most bytes of a block's transactions.
    pub block_bytes: usize,
    /// Most transactions of one sender that wait.
    pub pool_per_sender: usize,
    /// Blocks that may be executed and wait for the disk.
    pub blocks_in_flight: usize,
    /// Recent heights that can be read by name.
    pub heights_kept: usize,
    /// Most transactions of these heights together: of full blocks fewer are kept, and their memory stays bounded.
    pub transactions_kept: usize,
    /// Blocks between snapshots; zero makes none.
    pub snapshot_every: u64,
    /// Transactions after which one is made sooner, so that no start has to execute many more again.
    pub snapshot_after: u64,
    /// Snapshots kept, at least one.
    pub snapshots_kept: usize,
    /// Whether the thread that puts them together lowers its own priority; for runtimes in which it has one.
    pub snapshots_give_way: bool,
    /// What becomes of old journal files.
    pub pruning: Pruning,
    /// Size at which a journal file is ended.
    pub segment_bytes: u64,
    /// The file of the index of the past; none keeps no index.
    pub history: Option<PathBuf>,
    /// Acknowledges before the disk has a block: the planted mistake.
    #[cfg(feature = "planted")]
    pub acknowledge_early: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            block_transactions: 5_000,
            block_wait: Duration::from_millis(10),
            idle: Duration::from_secs(5),
            pool_transactions: 100_000,
            pool_bytes: 256 << 20,
            transaction_bytes: 64 << 10,
            block_bytes: 16 << 20,
            pool_per_sender: 1_000,
            blocks_in_flight: 4,
            heights_kept: 256,
            transactions_kept: 50_000,
            snapshot_every: 10_000,
            snapshot_after: 100_000,
            snapshots_kept: 2,
            snapshots_give_way: false,
            pruning: Pruning::KeepAll,
            segment_bytes: 64 << 20,
            history: None,
            #[cfg(feature = "planted")]
            acknowledge_early: false,
        }
    }
}
