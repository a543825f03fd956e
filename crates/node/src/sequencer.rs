//! Makes blocks of what waits and executes them, one on top of the other, ahead of the disk by a few.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ballast_engine::{State, apply_block_with_changes};
use ballast_journal::{Entry, SignedBlock};
use ballast_num::Timestamp;
use ballast_protocol::{Block, BlockResult, Height, ObservationRefused, Receipt};
use ballast_signing::{SignedObservation, TransactionHash};
use commonware_runtime::Clock;
use tokio::sync::mpsc;

use crate::chain_time::Timekeeper;
use crate::handle::{Inbox, room};
use crate::pool::{Pending, Reply};
use crate::view::{Published, Sealed};
use crate::{Counters, Settings, Stopped};

/// How often it is looked whether another second has begun, while something waits for it.
const SECOND_CHECK: Duration = Duration::from_millis(50);

/// A block that is executed and not durable yet.
pub(crate) struct Executed {
    pub(crate) height: Height,
    /// Its record of the log.
    pub(crate) record: Vec<u8>,
    pub(crate) published: Published,
    /// Who waits, by place in the block.
    pub(crate) replies: Vec<Option<Reply>>,
}

/// Makes and executes blocks.
pub(crate) struct Sequencer<C> {
    pub(crate) clock: C,
    pub(crate) state: State,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) time: Arc<Timekeeper>,
    pub(crate) settings: Settings,
    pub(crate) executed: mpsc::Sender<Executed>,
    pub(crate) counters: Arc<Counters>,
}

impl<C: Clock> Sequencer<C> {
    /// Until it is told to stop and nothing waits any more, or the engine breaks a promise. Then the writer, which is told
    /// nothing more, ends too.
    pub(crate) async fn run(mut self) {
        loop {
            let more = self.gather().await;
            match self.next_block() {
                Ok(Some(executed)) => {
                    self.counters.block_executed();
                    if self.executed.send(executed).await.is_err() {
                        return; // The writer has failed and said why.
                    }
                }
                Ok(None) => {}
                Err(broken) => {
                    tracing::error!(%broken, "the engine can't execute its own block");
                    return self.inbox.stop(Stopped::Failed(broken));
                }
            }
            if !more {
                return;
            }
        }
    }

    /// Waits for something to put into a block, then for others that come with it. False: this is the last block.
    async fn gather(&self) -> bool {
        // Waits are spans of time, not points: a clock that is set back holds up no block.
        let mut idle = pin!(self.clock.sleep(self.settings.idle));
        while self.inbox.pool().is_empty() {
            if self.inbox.is_stopping() {
                return false;
            }
            // Observations that came too early wake it when the chain's clock shows another second.
            let early = self.inbox.pool().is_early();
            if early && self.time.now() > self.state.chain().time {
                return true;
            }
            // In this order, not a random one: the same run again is the same.
            tokio::select! {
                biased;
                () = self.inbox.arrived.notified() => {}
                () = idle.as_mut() => return true,
                () = self.clock.sleep(SECOND_CHECK), if early => {}
            }
        }
        let mut full = pin!(self.clock.sleep(self.settings.block_wait));
        while !self.inbox.pool().fills_a_block() && !self.inbox.is_stopping() {
            // In this order, not a random one: the same run again is the same.
            tokio::select! {
                biased;
                () = self.inbox.arrived.notified() => {}
                () = full.as_mut() => break,
            }
        }
        true
    }

    /// What a block of this time holds. An observation that the feed would not take, which is known only now, is dropped: it
    /// would change nothing. A transaction that could not be admitted any more is refused: it would not even pay for its place.
    fn take(&self, time: Timestamp) -> (Vec<SignedObservation>, Vec<Pending>) {
        let mut pool = self.inbox.pool();
        let (waiting, pending) = pool.take(room(&self.state));
        let (mut taken, mut early) = (Vec::with_capacity(waiting.len()), Vec::new());
        for signed in waiting {
            match self.state.oracle().check(&signed.observation, time) {
                Ok(()) => taken.push(signed),
                Err(ObservationRefused::AlreadyInBlock { .. }) => early.push(signed),
                Err(_) => {}
            }
        }
        pool.give_back(early);
        let mut admissible = Vec::with_capacity(pending.len());
        for pending in pending {
            match self.state.check_admission(&pending.signed.transaction, time) {
                Ok(_) => admissible.push(pending),
                Err(why) => pool.refuse(pending, why.into()),
            }
        }
        (taken, admissible)
    }

    /// The next block, executed. None is made while stopping with nothing to say. Error: what the engine said.
    fn next_block(&mut self) -> Result<Option<Executed>, String> {
        let parent = *self.state.chain();
        let time = self.time.now().max(parent.time);
        let (observations, pending) = self.take(time);
        if self.inbox.is_stopping() && observations.is_empty() && pending.is_empty() {
            return Ok(None);
        }
        let (mut hashes, mut replies) = (Vec::with_capacity(pending.len()), Vec::with_capacity(pending.len()));
        let (mut transactions, mut signatures) = (Vec::with_capacity(pending.len()), Vec::with_capacity(pending.len()));
        for pending in pending {
            hashes.push(pending.hash);
            replies.push(pending.reply);
            transactions.push(pending.signed.transaction);
            signatures.push(pending.signed.signature);
        }
        let (observations, evidence) = observations
            .into_iter()
            .map(|signed| (signed.observation, signed.evidence))
            .unzip();
        let block = Block {
            height: Height(parent.height.0.saturating_add(1)),
            time,
            observations,
            transactions,
        };
        let done = apply_block_with_changes(&mut self.state, &block);
        let (result, changes) = done.map_err(|invalid| invalid.to_string())?;
        let BlockResult { height, state_root, .. } = result;
        let entry = Entry {
            root: state_root,
            block: SignedBlock {
                block,
                evidence,
                signatures,
            },
        };
        let record = entry.encode();
        Ok(Some(Executed {
            height,
            record,
            replies,
            published: Published {
                state: self.state.clone(),
                sealed: Some(Sealed {
                    block: entry.block,
                    hashes,
                    result,
                    changes,
                }),
            },
        }))
    }
}

impl Executed {
    /// The transactions' names.
    pub(crate) fn hashes(&self) -> Vec<TransactionHash> {
        let sealed = self.published.sealed.as_ref();
        sealed.map(|sealed| sealed.hashes.clone()).unwrap_or_default()
    }

    /// What came of its transactions.
    pub(crate) fn receipts(&self) -> &[Receipt] {
        let sealed = self.published.sealed.as_ref();
        sealed.map_or(&[], |sealed| &sealed.result.receipts)
    }

    /// The transactions' names, receipts and who waits for them.
    pub(crate) fn replies(&mut self) -> impl Iterator<Item = (TransactionHash, u32, Receipt, Reply)> {
        let replies = std::mem::take(&mut self.replies);
        let sealed = self.published.sealed.as_ref();
        let of_block = sealed.map(|sealed| (sealed.hashes.clone(), sealed.result.receipts.clone()));
        let (hashes, receipts) = of_block.unwrap_or_default();
        let all = hashes.into_iter().zip(receipts).zip(replies).zip(0_u32..);
        all.filter_map(|(((hash, receipt), reply), index)| Some((hash, index, receipt, reply?)))
    }
}

#[cfg(test)]
mod tests;
