//! What waits for a block: transactions in the order of their arrival, and the last word of each source.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use ballast_protocol::{AccountId, Command, FeedId, SourceId};
use ballast_signing::{SignedObservation, SignedTransaction, TransactionHash};
use tokio::sync::oneshot;

use crate::handle::Included;
use crate::{Refused, Settings, Stopped};

/// Who waits for a transaction to be durable.
pub(crate) type Reply = oneshot::Sender<Result<Included, Stopped>>;

/// A transaction that waits. Its signature has been checked.
pub(crate) struct Pending {
    pub(crate) hash: TransactionHash,
    pub(crate) signed: SignedTransaction,
    pub(crate) reply: Option<Reply>,
    work: u64,
    bytes: usize,
}

impl Pending {
    /// `bytes` is how long its canonical form is.
    pub(crate) fn new(hash: TransactionHash, signed: SignedTransaction, bytes: usize, reply: Option<Reply>) -> Self {
        let work = signed.transaction.work();
        Self {
            hash,
            signed,
            reply,
            work,
            bytes,
        }
    }

    /// As the engine has it: only repays, deposits and cancels run in the reserved share of a block (rule R6).
    fn is_protective(&self) -> bool {
        let commands = &self.signed.transaction.commands;
        commands.iter().all(|command| {
            matches!(
                command,
                Command::Deposit { .. } | Command::RepayDebt { .. } | Command::CancelTicket { .. }
            )
        })
    }
}

/// How much work a block has room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// In all.
    pub(crate) work: u64,
    /// Kept for protective transactions.
    pub(crate) reserved: u64,
}

/// What waits.
pub(crate) struct Pool {
    protective: VecDeque<Pending>,
    ordinary: VecDeque<Pending>,
    /// What waits, and what is in a block that is not durable yet: brought again it would only fail.
    waiting: HashSet<TransactionHash>,
    bytes: usize,
    of_sender: HashMap<AccountId, usize>,
    observations: BTreeMap<(FeedId, SourceId), SignedObservation>,
    /// Whether all observations that wait are of sources that have spoken in the present second: a feed takes one a block
    /// time (rule R6), so they wait for the next.
    early: bool,
    limit: usize,
    bytes_limit: usize,
    block_bytes: usize,
    per_sender: usize,
    per_block: usize,
}

impl Pool {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            protective: VecDeque::new(),
            ordinary: VecDeque::new(),
            waiting: HashSet::new(),
            bytes: 0,
            of_sender: HashMap::new(),
            observations: BTreeMap::new(),
            early: false,
            limit: settings.pool_transactions.max(1),
            bytes_limit: settings.pool_bytes,
            block_bytes: settings.block_bytes,
            per_sender: settings.pool_per_sender.max(1),
            per_block: settings.block_transactions.max(1),
        }
    }

    /// Whether nothing waits that a block could take now.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0 && (self.early || self.observations.is_empty())
    }

    /// Whether observations wait for the next second.
    pub(crate) fn is_early(&self) -> bool {
        self.early
    }

    /// Gives back observations that came too early for a block.
    pub(crate) fn give_back(&mut self, early: Vec<SignedObservation>) {
        let fresh = self.observations.is_empty();
        self.early = fresh && !early.is_empty();
        for signed in early {
            let place = (signed.observation.feed, signed.observation.source);
            // What came meanwhile is newer.
            self.observations.entry(place).or_insert(signed);
        }
    }

    /// Whether there are as many transactions as a block takes.
    pub(crate) fn fills_a_block(&self) -> bool {
        self.len() >= self.per_block
    }

    pub(crate) fn len(&self) -> usize {
        self.protective.len() + self.ordinary.len()
    }

    /// Takes a transaction. Errors, in order: `TooMuchWork`, `Waiting`, `PoolFull`, `TooManyOfSender`.
    pub(crate) fn add(&mut self, pending: Pending, room: Room) -> Result<(), Refused> {
        let sender = pending.signed.transaction.sender;
        let of_sender = self.of_sender.get(&sender).copied().unwrap_or(0);
        let most = if pending.is_protective() {
            room.work
        } else {
            room.work.saturating_sub(room.reserved)
        };
        let refused = if pending.work > most {
            Refused::TooMuchWork {
                work: pending.work,
                room: most,
            }
        } else if self.waiting.contains(&pending.hash) {
            Refused::Waiting
        } else if self.len() >= self.limit || self.bytes.saturating_add(pending.bytes) > self.bytes_limit {
            Refused::PoolFull { limit: self.limit }
        } else if of_sender >= self.per_sender {
            let limit = self.per_sender;
            Refused::TooManyOfSender { sender, limit }
        } else {
            self.waiting.insert(pending.hash);
            self.bytes += pending.bytes;
            self.of_sender.insert(sender, of_sender + 1);
            let queue = if pending.is_protective() {
                &mut self.protective
            } else {
                &mut self.ordinary
            };
            queue.push_back(pending);
            return Ok(());
        };
        Err(refused)
    }

    /// Takes an observation in place of what its source said before, if it is newer.
    pub(crate) fn observe(&mut self, signed: SignedObservation) {
        let place = (signed.observation.feed, signed.observation.source);
        let newer = self
            .observations
            .get(&place)
            .is_none_or(|waiting| waiting.observation.time < signed.observation.time);
        if newer {
            self.observations.insert(place, signed);
            self.early = false;
        }
    }

    /// What the next block holds: every observation, and as many transactions as it has room for, protective ones first.
    pub(crate) fn take(&mut self, room: Room) -> (Vec<SignedObservation>, Vec<Pending>) {
        let observations = std::mem::take(&mut self.observations).into_values().collect();
        self.early = false;
        let (mut taken, mut protective) = (Vec::new(), 0);
        let (most, mut bytes) = ((self.per_block, self.block_bytes), 0);
        fill(
            &mut self.protective,
            &mut taken,
            room.work,
            most,
            (&mut protective, &mut bytes),
        );
        let mut ordinary = protective.max(room.reserved);
        fill(
            &mut self.ordinary,
            &mut taken,
            room.work,
            most,
            (&mut ordinary, &mut bytes),
        );
        self.bytes -= bytes;
        for pending in &taken {
            let sender = pending.signed.transaction.sender;
            if let Some(count) = self.of_sender.get_mut(&sender) {
                *count -= 1;
                if *count == 0 {
                    self.of_sender.remove(&sender);
                }
            }
        }
        (observations, taken)
    }

    /// Transactions of a block that is durable now: whoever brings one again is told by its nonce.
    pub(crate) fn published(&mut self, hashes: &[TransactionHash]) {
        for hash in hashes {
            self.waiting.remove(hash);
        }
    }

    /// Forgets what waits and tells those who wait why.
    pub(crate) fn abandon(&mut self, why: &Stopped) {
        for pending in self.protective.drain(..).chain(self.ordinary.drain(..)) {
            if let Some(reply) = pending.reply {
                // Who asked may be gone.
                let _ = reply.send(Err(why.clone()));
            }
        }
        self.waiting.clear();
        self.of_sender.clear();
    }
}

/// Moves transactions from the front of a queue until one does not fit the block's work, number or bytes.
fn fill(
    queue: &mut VecDeque<Pending>,
    taken: &mut Vec<Pending>,
    room: u64,
    (most, most_bytes): (usize, usize),
    (work, bytes): (&mut u64, &mut usize),
) {
    while taken.len() < most {
        let Some(next) = queue.front() else { return };
        let after = (work.saturating_add(next.work), bytes.saturating_add(next.bytes));
        // The first goes whatever its size: it is under the limit of a transaction.
        if after.0 > room || (after.1 > most_bytes && *bytes > 0) {
            return;
        }
        (*work, *bytes) = after;
        taken.extend(queue.pop_front());
    }
}
