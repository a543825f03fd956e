//! Starting a node: journal, recovery, tasks.

use std::sync::Arc;

use ballast_journal::{Cut, Fault, LOG, Log, LogConfig, SNAPSHOTS, Snapshots, Unrecoverable, recover};
use ballast_protocol::{Genesis, Height};
use ballast_signing::Domain;
use commonware_runtime::{Clock, Handle, Spawner, Storage};
use tokio::sync::mpsc;

use crate::handle::Inbox;
use crate::pool::Pool;
use crate::sequencer::Sequencer;
use crate::writer::Writer;
use crate::{ChainTime, Node, Settings, View};

/// What a node runs on: a disk, a clock and tasks; `commonware_runtime`'s contexts are such.
pub trait Host: Storage + Clock + Spawner {}
impl<E: Storage + Clock + Spawner> Host for E {}

/// Why a node has not started.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The journal can't be opened.
    #[error(transparent)]
    Journal(#[from] Fault),
    /// The journal leads to no state.
    #[error(transparent)]
    Recovery(#[from] Unrecoverable),
}

/// What a start has found and done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The last durable height.
    pub height: Height,
    /// The snapshot that it began with; none is genesis.
    pub snapshot: Option<Height>,
    /// Blocks executed again.
    pub replayed: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// What a crash had torn, acknowledged to nobody.
    pub cut: Option<Cut>,
    /// Snapshots that were of no use, and why.
    pub passed_over: Vec<(Height, String)>,
}

/// The tasks of a node. Dropping it stops them at once, as a crash would; [`Node::stop`] ends them well.
pub struct Running {
    /// Makes and executes blocks.
    pub sequencer: Handle<()>,
    /// Makes them durable.
    pub writer: Handle<()>,
}

/// The log of a genesis in the storage of a host.
pub async fn open_log<E: Storage>(
    storage: E,
    genesis: &Genesis,
    settings: &Settings,
) -> Result<(Log<E>, Option<Cut>), Fault> {
    let config = LogConfig {
        partition: LOG.into(),
        chain: genesis.hash(),
        first: Height(1),
        segment_bytes: settings.segment_bytes,
    };
    Log::open(storage, config).await
}

/// Opens or makes the journal of a genesis, recovers the state and starts to take transactions. `time` is told the last
/// block's time. Errors: those of [`NotStarted`].
pub async fn start<E: Host>(
    context: E,
    genesis: &Genesis,
    settings: Settings,
    time: impl FnOnce(ballast_num::Timestamp) -> ChainTime,
) -> Result<(Node, Running, Started), NotStarted> {
    let (log, cut) = open_log(context.child("log"), genesis, &settings).await?;
    let snapshots = Snapshots::new(context.child("snapshots"), SNAPSHOTS, &genesis.hash());
    let recovered = recover(genesis, &log, &snapshots).await?;
    let state = recovered.state;
    let height = state.chain().height;
    let started = Started {
        height,
        snapshot: recovered.snapshot,
        replayed: recovered.replayed,
        transactions: recovered.transactions,
        cut,
        passed_over: recovered
            .passed_over
            .into_iter()
            .map(|(height, why)| (height, why.to_string()))
            .collect(),
    };

    let view = View::new(state.clone(), settings.heights_kept);
    let clock = context.child("time");
    let node = Node {
        transaction_bytes: settings.transaction_bytes,
        clock: Arc::new(move || clock.current()),
        inbox: Arc::new(Inbox::new(Pool::new(&settings))),
        view,
        domain: Domain::of(genesis),
        time: time(state.chain().time),
    };
    let (to_writer, executed) = mpsc::channel(settings.blocks_in_flight.max(1));
    let sequencer = Sequencer {
        clock: context.child("clock"),
        state,
        inbox: node.inbox.clone(),
        time: node.time,
        settings: settings.clone(),
        executed: to_writer,
    };
    let writer = Writer {
        context: context.child("snapshot"),
        log,
        snapshots: Arc::new(snapshots),
        last_snapshot: started.snapshot.unwrap_or(Height(0)),
        view: node.view.clone(),
        inbox: node.inbox.clone(),
        settings,
        executed,
    };
    let sequencer = context.child("sequencer").dedicated().spawn(|_| sequencer.run());
    let writer = context.child("writer").spawn(|_| writer.run());
    Ok((node, Running { sequencer, writer }, started))
}
