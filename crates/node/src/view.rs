//! What readers see: the last durable blocks with the states after them, by height, as they become durable.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use ballast_engine::State;
use ballast_engine::kernel::ChangeSet;
use ballast_journal::SignedBlock;
use ballast_protocol::{BlockResult, Height, Outcome, TransactionHash};
use tokio::sync::watch;

use crate::Settings;

/// A durable block, and the state after it.
pub struct Published {
    /// The state after the block.
    pub state: State,
    /// The block; none of the state that a start began with, if no block was executed again.
    pub sealed: Option<Sealed>,
}

impl Published {
    /// Its height.
    pub fn height(&self) -> Height {
        self.state.chain().height
    }

    /// How many transactions it holds.
    pub(crate) fn transactions(&self) -> usize {
        self.sealed.as_ref().map_or(0, |sealed| sealed.hashes.len())
    }
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
    recent: Arc<RwLock<Recent>>,
}

/// The last so many blocks, fewer where they hold many transactions: each keeps what its transactions have changed.
pub(crate) struct Recent {
    heights_kept: usize,
    transactions_kept: usize,
    blocks: BTreeMap<Height, Arc<Published>>,
    /// Transactions of these blocks together.
    count: usize,
    transactions: HashMap<TransactionHash, (Height, usize)>,
}

impl View {
    /// The view of a node that starts with a state, and knows these blocks before it.
    pub(crate) fn new(state: State, mut recent: Recent) -> Self {
        let latest = recent.blocks.last_key_value().map(|(_, latest)| latest.clone());
        let latest = latest.unwrap_or_else(|| {
            let first = Arc::new(Published { state, sealed: None });
            recent.add(first.clone());
            first
        });
        Self {
            latest: watch::Sender::new(latest),
            recent: Arc::new(RwLock::new(recent)),
        }
    }

    pub(crate) fn publish(&self, published: Published) {
        let published = Arc::new(published);
        self.recent
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add(published.clone());
        self.latest.send_replace(published);
    }

    fn recent(&self) -> RwLockReadGuard<'_, Recent> {
        self.recent.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last durable block and its state.
    pub fn latest(&self) -> Arc<Published> {
        self.latest.borrow().clone()
    }

    /// A recent block and its state.
    pub fn at(&self, height: Height) -> Option<Arc<Published>> {
        self.recent().blocks.get(&height).cloned()
    }

    /// How many blocks are kept at most.
    pub(crate) fn capacity(&self) -> usize {
        self.recent().heights_kept
    }

    /// The oldest height that [`View::at`] knows.
    pub fn oldest(&self) -> Height {
        let recent = self.recent();
        let oldest = recent.blocks.first_key_value().map(|(height, _)| *height);
        oldest.unwrap_or_default()
    }

    /// The oldest height whose block is kept, or the next.
    pub fn oldest_block(&self) -> Height {
        let recent = self.recent();
        let mut blocks = recent.blocks.iter();
        let oldest = blocks.find(|(_, published)| published.sealed.is_some());
        oldest.map_or_else(
            || Height(self.latest().height().0.saturating_add(1)),
            |(height, _)| *height,
        )
    }

    /// The block of a recent transaction, and its place there.
    pub fn transaction(&self, hash: TransactionHash) -> Option<(Arc<Published>, usize)> {
        let recent = self.recent();
        let (height, index) = *recent.transactions.get(&hash)?;
        Some((recent.blocks.get(&height)?.clone(), index))
    }

    /// Wakes up whenever a block has become durable.
    pub fn changed(&self) -> watch::Receiver<Arc<Published>> {
        self.latest.subscribe()
    }
}

impl Recent {
    /// None yet; the last is kept whatever its size.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            heights_kept: settings.heights_kept.max(1),
            transactions_kept: settings.transactions_kept,
            blocks: BTreeMap::new(),
            count: 0,
            transactions: HashMap::new(),
        }
    }

    pub(crate) fn add(&mut self, published: Arc<Published>) {
        let height = published.height();
        if let Some(sealed) = &published.sealed {
            for ((hash, receipt), index) in sealed.hashes.iter().zip(&sealed.result.receipts).zip(0..) {
                // Brought again it is not admitted, which must not hide what became of it.
                if !matches!(receipt.outcome, Outcome::NotAdmitted(_)) || !self.transactions.contains_key(hash) {
                    self.transactions.insert(*hash, (height, index));
                }
            }
        }
        self.count += published.transactions();
        self.blocks.insert(height, published);
        while self.blocks.len() > 1 && self.holds_too_much() {
            if let Some((height, oldest)) = self.blocks.pop_first() {
                self.forget(height, &oldest);
            }
        }
    }

    fn holds_too_much(&self) -> bool {
        self.blocks.len() > self.heights_kept || self.count > self.transactions_kept
    }

    /// Forgets the transactions of a block that is no longer kept.
    fn forget(&mut self, height: Height, block: &Published) {
        self.count -= block.transactions();
        for hash in block.sealed.iter().flat_map(|sealed| &sealed.hashes) {
            // The same transaction may have been brought again, to be refused in a later block.
            if self.transactions.get(hash).is_some_and(|(at, _)| *at == height) {
                self.transactions.remove(hash);
            }
        }
    }
}
