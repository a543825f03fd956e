//! Starting a node: journal, recovery, tasks.

use std::sync::Arc;

use ballast_journal::{
    BadSnapshot, Cut, Fault, Log, LogConfig, Replayed, SNAPSHOTS, Shown, Snapshots, Unrecoverable, recover_showing,
};
use ballast_protocol::{Genesis, Height};
use ballast_signing::Domain;
use commonware_runtime::{Clock, Handle, Spawner, Storage};
use tokio::sync::mpsc;

use crate::chain_time::Timekeeper;
use crate::handle::Inbox;
use crate::history::{Follower, History};
use crate::pool::Pool;
use crate::sequencer::Sequencer;
use crate::snapshots::Keeper;
use crate::view::Recent;
use crate::writer::Writer;
use crate::{ChainTime, Node, Published, Sealed, Settings, View};

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

impl NotStarted {
    /// Whether a promise is broken: what was acknowledged is gone, or leads elsewhere, or the disk fails. Else the folder or its
    /// genesis can't be used as they are.
    pub const fn is_broken(&self) -> bool {
        match self {
            Self::Journal(fault) | Self::Recovery(Unrecoverable::Fault(fault)) => is_broken_log(fault),
            Self::Recovery(Unrecoverable::Genesis(_) | Unrecoverable::OutOfReach { .. }) => false,
            Self::Recovery(_) => true,
        }
    }
}

const fn is_broken_log(fault: &Fault) -> bool {
    match fault {
        Fault::Storage(_) | Fault::Corrupt { .. } | Fault::Missing { .. } => true,
        Fault::Pruned { .. }
        | Fault::Foreign { .. }
        | Fault::TooLarge { .. }
        | Fault::OutOfTurn { .. }
        | Fault::Closed => false,
    }
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
    /// Writes the index of the past, if there is one.
    pub history: Option<Handle<()>>,
}

/// Opens or makes the journal of a genesis, recovers the state and starts to take transactions. `time` is told the last
/// block's time. Errors: those of [`NotStarted`].
pub async fn start<E: Host>(
    context: E,
    genesis: &Genesis,
    settings: Settings,
    time: impl FnOnce(ballast_num::Timestamp) -> ChainTime,
) -> Result<(Node, Running, Started), NotStarted> {
    let chain = genesis.hash();
    let config = LogConfig::of_node(chain, Height(1), settings.segment_bytes);
    let (log, cut) = Log::open(context.child("log"), config).await?;
    let snapshots = Snapshots::new(context.child("snapshots"), SNAPSHOTS, &chain);
    let domain = Domain::of(genesis);
    let mut recent = Recent::new(&settings);
    let shown = Shown {
        blocks: u64::try_from(settings.heights_kept).unwrap_or(u64::MAX),
        transactions: u64::try_from(settings.transactions_kept).unwrap_or(u64::MAX),
    };
    let show = |replayed| recent.add(Arc::new(published(replayed, &domain)));
    let recovered = recover_showing(genesis, &log, &snapshots, shown, show).await?;
    for (height, why) in &recovered.passed_over {
        forget_torn(&snapshots, *height, why).await;
    }
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

    let view = View::new(state.clone(), recent);
    let clock = context.child("time");
    let node = Node {
        transaction_bytes: settings.transaction_bytes,
        time: Arc::new(Timekeeper::new(time(state.chain().time), move || clock.current())),
        history: settings.history.clone().map(History::new),
        inbox: Arc::new(Inbox::new(Pool::new(&settings))),
        view,
        domain,
        counters: Arc::default(),
    };
    let (to_writer, executed) = mpsc::channel(settings.blocks_in_flight.max(1));
    let sequencer = Sequencer {
        clock: context.child("clock"),
        state,
        inbox: node.inbox.clone(),
        time: node.time.clone(),
        settings: settings.clone(),
        executed: to_writer,
        counters: node.counters.clone(),
    };
    let seen_beside = snapshots.beside(context.child("history_snapshots"));
    let keeper = Keeper::new(context.child("snapshot"), snapshots, &settings, &started);
    let follower = node.history.clone().map(|history| Follower {
        context: context.child("history"),
        genesis: genesis.clone(),
        log: log.reader(context.child("history_log")),
        snapshots: seen_beside,
        view: node.view.clone(),
        inbox: node.inbox.clone(),
        history,
        is_cramped: Arc::default(),
    });
    let writer = Writer {
        log,
        keeper,
        view: node.view.clone(),
        inbox: node.inbox.clone(),
        settings,
        executed,
        counters: node.counters.clone(),
    };
    let sequencer = context.child("sequencer").dedicated().spawn(|_| sequencer.run());
    let writer = context.child("writer").dedicated().spawn(|_| writer.run());
    let history = follower.map(|follower| {
        let task = context.child("follower").dedicated();
        task.spawn(|_| follower.run())
    });
    let running = Running {
        sequencer,
        writer,
        history,
    };
    Ok((node, running, started))
}

fn published(replayed: Replayed, domain: &Domain) -> Published {
    let transactions = &replayed.block.block.transactions;
    let hashes = transactions
        .iter()
        .map(|transaction| domain.digest(transaction))
        .collect();
    Published {
        state: replayed.state,
        sealed: Some(Sealed {
            block: replayed.block,
            hashes,
            result: replayed.result,
            changes: replayed.changes,
        }),
    }
}

/// Removes what a crash or a failed write has left of a snapshot. What is whole and of no use stays: it is evidence.
async fn forget_torn<S: Storage>(snapshots: &Snapshots<S>, height: Height, why: &BadSnapshot) {
    if *why == BadSnapshot::NotWhole
        && let Err(fault) = snapshots.remove(height).await
    {
        tracing::warn!(%fault, %height, "a torn snapshot can't be removed");
    }
}
