//! What readers see: the last durable blocks with the states after them, by height, as they become durable.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use ballast_engine::State;
use ballast_engine::kernel::ChangeSet;
use ballast_journal::SignedBlock;
use ballast_protocol::{BlockResult, Height, Outcome, TransactionHash};
use tokio::sync::watch;

/// A durable block, and the state after it.
pub struct Published {
    /// The state after the block; before the first, that which the node began with.
    pub state: State,
    /// The block; none before the first since the start.
    pub sealed: Option<Sealed>,
}

impl Published {
    /// Its height.
    pub fn height(&self) -> Height {
        self.state.chain().height
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

/// The last so many blocks.
struct Recent {
    keep: usize,
    blocks: BTreeMap<Height, Arc<Published>>,
    transactions: HashMap<TransactionHash, (Height, usize)>,
}

impl View {
    pub(crate) fn new(state: State, heights_kept: usize) -> Self {
        let first = Arc::new(Published { state, sealed: None });
        let mut recent = Recent {
            keep: heights_kept.max(1),
            blocks: BTreeMap::new(),
            transactions: HashMap::new(),
        };
        recent.add(first.clone());
        Self {
            latest: watch::Sender::new(first),
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

    /// The oldest height that [`View::at`] knows.
    pub fn oldest(&self) -> Height {
        let recent = self.recent();
        let oldest = recent.blocks.first_key_value().map(|(height, _)| *height);
        oldest.unwrap_or_default()
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
    fn add(&mut self, published: Arc<Published>) {
        let height = published.height();
        if let Some(sealed) = &published.sealed {
            for ((hash, receipt), index) in sealed.hashes.iter().zip(&sealed.result.receipts).zip(0..) {
                // Brought again it is not admitted, which must not hide what became of it.
                if !matches!(receipt.outcome, Outcome::NotAdmitted(_)) || !self.transactions.contains_key(hash) {
                    self.transactions.insert(*hash, (height, index));
                }
            }
        }
        self.blocks.insert(height, published);
        while self.blocks.len() > self.keep {
            let oldest = self.blocks.pop_first();
            let Some((height, sealed)) = oldest
                .as_ref()
                .and_then(|(height, old)| Some((height, old.sealed.as_ref()?)))
            else {
                continue;
            };
            for hash in &sealed.hashes {
                // The same transaction may have been brought again, to be refused in a later block.
                if self.transactions.get(hash).is_some_and(|(at, _)| at == height) {
                    self.transactions.remove(hash);
                }
            }
        }
    }
}
