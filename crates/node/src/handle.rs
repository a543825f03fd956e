//! How others speak to a node.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ballast_engine::{BlockRoom, State};
use ballast_num::Timestamp;
use ballast_protocol::{Height, ObservationRefused, Receipt};
use ballast_signing::{Domain, SignedObservation, SignedTransaction, TransactionHash};
use tokio::sync::{Notify, oneshot, watch};

use crate::chain_time::Timekeeper;
use crate::pool::{Pending, Pool};
use crate::{Counters, History, Refused, Stopped, View};

/// A transaction that is in a durable block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// Its name.
    pub hash: TransactionHash,
    /// The block's height.
    pub height: Height,
    /// Its place in the block, from 0.
    pub index: u32,
    /// What came of it.
    pub receipt: Receipt,
}

/// A running node, to speak to. Clones speak to the same one.
#[derive(Clone)]
pub struct Node {
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) view: View,
    pub(crate) domain: Domain,
    pub(crate) time: Arc<Timekeeper>,
    pub(crate) transaction_bytes: usize,
    pub(crate) counters: Arc<Counters>,
    pub(crate) history: Option<History>,
}

/// Where transactions and observations wait for the sequencer.
pub(crate) struct Inbox {
    pool: Mutex<Pool>,
    /// Told when something waits, when a block is full, and when to stop.
    pub(crate) arrived: Notify,
    stopping: AtomicBool,
    /// Why the node has stopped, once it has.
    pub(crate) stopped: watch::Sender<Option<Stopped>>,
}

impl Inbox {
    pub(crate) fn new(pool: Pool) -> Self {
        Self {
            pool: Mutex::new(pool),
            arrived: Notify::new(),
            stopping: AtomicBool::new(false),
            stopped: watch::Sender::new(None),
        }
    }

    /// The pool. Nobody holds it for longer than one transaction takes to move.
    pub(crate) fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Takes nothing any more, and tells those who wait.
    pub(crate) fn stop(&self, why: Stopped) {
        self.stopping.store(true, Ordering::Release);
        self.pool().abandon(&why);
        self.stopped.send_if_modified(|stopped| {
            let first = stopped.is_none();
            if first {
                *stopped = Some(why);
            }
            first
        });
    }

    /// Returns when the node has stopped, and why.
    pub(crate) async fn stopped(&self) -> Stopped {
        let mut stopped = self.stopped.subscribe();
        let why = stopped.wait_for(Option::is_some).await;
        why.ok().and_then(|why| why.clone()).unwrap_or(Stopped::Asked)
    }

    fn check_running(&self) -> Result<(), Stopped> {
        if self.is_stopping() {
            Err(self.stopped.borrow().clone().unwrap_or(Stopped::Asked))
        } else {
            Ok(())
        }
    }
}

impl Node {
    /// What readers see.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// The index of the past, unless the node keeps none.
    pub const fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// The domain for which everything is signed.
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// What time it is on the chain now: that of the next block, if it were made at once.
    pub fn now(&self) -> Timestamp {
        let last = self.view.latest().state.chain().time;
        self.time.now().max(last)
    }

    /// What the node has done since it started.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many transactions wait for a block.
    pub fn waiting(&self) -> usize {
        self.inbox.pool().len()
    }

    /// Checks a transaction and lets it wait for a block; its outcome comes when that is durable. Errors: those of
    /// [`Refused`]; then it will be in no block.
    pub fn submit(&self, signed: SignedTransaction) -> Result<Submitted, Refused> {
        let bytes = signed.encoded_len();
        if bytes > self.transaction_bytes {
            let limit = self.transaction_bytes;
            return Err(Refused::TooLarge { bytes, limit });
        }
        let hash = signed.verify(&self.domain)?;
        let mut latest = self.view.latest();
        let mut admission = latest.state.check_admission(&signed.transaction, self.now())?;
        let (reply, outcome) = oneshot::channel();
        let wake = {
            let mut pool = self.inbox.pool();
            // Under the lock, so that nothing is taken after the last block.
            self.inbox.check_running()?;
            let newest = self.view.latest();
            if newest.height() != latest.height() {
                // A block became durable meanwhile, and the pool holds nothing for its transactions any more.
                admission = newest.state.check_admission(&signed.transaction, self.now())?;
                latest = newest;
            }
            let was_empty = pool.is_empty();
            let pending = Pending::new(hash, signed, bytes, admission, Some(reply));
            pool.add(pending, room(&latest.state))?;
            was_empty || pool.fills_a_block()
        };
        if wake {
            self.inbox.arrived.notify_one();
        }
        let inbox = self.inbox.clone();
        Ok(Submitted { hash, outcome, inbox })
    }

    /// Checks an observation, which then waits for a block; false if something as new of its source waits already. Errors:
    /// `NoSourceKey`, `Observation`, `Unproven`, `Stopped`.
    pub fn observe(&self, signed: SignedObservation) -> Result<bool, Refused> {
        let latest = self.view.latest();
        let observation = &signed.observation;
        let key = latest.state.source_key(observation.source);
        let key = key.ok_or(Refused::NoSourceKey(observation.source))?;
        match latest.state.oracle().check(observation, self.now()) {
            // It waits for the next second.
            Ok(()) | Err(ObservationRefused::AlreadyInBlock { .. }) => {}
            Err(refused) => return Err(refused.into()),
        }
        let signed = signed.verified(key, &self.domain)?;
        let taken = {
            let mut pool = self.inbox.pool();
            self.inbox.check_running()?;
            pool.observe(signed)
        };
        if taken {
            self.inbox.arrived.notify_one();
        }
        Ok(taken)
    }

    /// Takes nothing more, makes a last block of what waits, makes it durable, and stops. Returns when that is done.
    pub async fn stop(&self) -> Stopped {
        self.inbox.stopping.store(true, Ordering::Release);
        self.inbox.arrived.notify_one();
        self.stopped().await
    }

    /// Why the node has stopped, if it has.
    pub fn has_stopped(&self) -> Option<Stopped> {
        self.inbox.check_running().err()
    }

    /// Returns when the node has stopped, and why.
    pub async fn stopped(&self) -> Stopped {
        self.inbox.stopped().await
    }
}

/// How much work a block on top of this state has room for.
pub(crate) fn room(state: &State) -> BlockRoom {
    let limits = &state.governance().limits;
    // Limits that a chain has overflow nothing: with others no block could be made.
    BlockRoom::of(limits).unwrap_or(BlockRoom {
        work: limits.block_work,
        reserved: limits.block_work,
        callers: 0,
    })
}

/// A transaction that waits for its block.
pub struct Submitted {
    /// Its name.
    pub hash: TransactionHash,
    outcome: oneshot::Receiver<Result<Included, Refused>>,
    inbox: Arc<Inbox>,
}

impl Submitted {
    /// Returns when the transaction is durable. Errors: `NotAdmissible` if it can't be admitted any more when its turn comes, and
    /// will be in no block; `Stopped` if the node stopped before, and whether it is in a block is known when the node is back, by
    /// its hash.
    pub async fn included(self) -> Result<Included, Refused> {
        match self.outcome.await {
            Ok(outcome) => outcome,
            // Whoever would have answered has ended, and says why.
            Err(_) => Err(self.inbox.stopped().await.into()),
        }
    }
}
