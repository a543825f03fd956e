//! What readers see: the last durable states, by height, and each block as it becomes durable.

use std::sync::{Arc, PoisonError, RwLock};

use ballast_engine::kernel::ChangeSet;
use ballast_engine::{History, State};
use ballast_journal::SignedBlock;
use ballast_protocol::{BlockResult, Height};
use ballast_signing::TransactionHash;
use tokio::sync::{broadcast, watch};

/// A durable block, and the state after it.
pub struct Published {
    /// The state after the block; before the first, that which the node began with.
    pub state: State,
    /// The block; none before the first since the start.
    pub sealed: Option<Sealed>,
}

/// A block with all that came of it.
pub struct Sealed {
    /// What was executed, and who said it.
    pub block: SignedBlock,
    /// The transactions' hashes, in order.
    pub hashes: Vec<TransactionHash>,
    /// Receipts, events and root.
    pub result: BlockResult,
    /// What changed, exactly.
    pub changes: ChangeSet,
}

/// The readers' side of a node. Reading waits for nobody: a state is a clone of a few pointers.
#[derive(Clone)]
pub struct View {
    latest: watch::Sender<Arc<Published>>,
    blocks: broadcast::Sender<Arc<Published>>,
    history: Arc<RwLock<History>>,
}

impl View {
    pub(crate) fn new(state: State, heights_kept: usize, subscriber_lag: usize) -> Self {
        let mut history = History::new(heights_kept);
        history.record(&state);
        let first = Published { state, sealed: None };
        Self {
            latest: watch::Sender::new(Arc::new(first)),
            blocks: broadcast::Sender::new(subscriber_lag.max(1)),
            history: Arc::new(RwLock::new(history)),
        }
    }

    pub(crate) fn publish(&self, published: Published) {
        let mut history = self.history.write().unwrap_or_else(PoisonError::into_inner);
        history.record(&published.state);
        drop(history);
        let published = Arc::new(published);
        self.latest.send_replace(published.clone());
        // Nobody may be listening.
        let _ = self.blocks.send(published);
    }

    /// The last durable block and its state.
    pub fn latest(&self) -> Arc<Published> {
        self.latest.borrow().clone()
    }

    /// The state after a recent height.
    pub fn at(&self, height: Height) -> Option<State> {
        let history = self.history.read().unwrap_or_else(PoisonError::into_inner);
        history.at(height).cloned()
    }

    /// The heights that [`View::at`] knows, oldest and newest.
    pub fn heights(&self) -> (Height, Height) {
        let history = self.history.read().unwrap_or_else(PoisonError::into_inner);
        let mut heights = history.heights();
        let oldest = heights.next().unwrap_or_default();
        (oldest, heights.last().unwrap_or(oldest))
    }

    /// Each block from now on, as it becomes durable.
    pub fn blocks(&self) -> broadcast::Receiver<Arc<Published>> {
        self.blocks.subscribe()
    }

    /// Wakes up when a block became durable.
    pub fn changed(&self) -> watch::Receiver<Arc<Published>> {
        self.latest.subscribe()
    }
}
