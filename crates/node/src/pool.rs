//! What waits for a block: transactions in the order of their arrival, and the last word of each source.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use ballast_engine::{Admission, BlockPart, BlockRoom};
use ballast_num::Amount;
use ballast_protocol::{AccountId, AssetId, FeedId, SessionKey, Signer, SourceId};
use ballast_signing::{SignedObservation, SignedTransaction, TransactionHash};
use tokio::sync::oneshot;

use crate::handle::Included;
use crate::{Refused, Settings, Stopped};

/// Who waits for a transaction to be durable.
pub(crate) type Reply = oneshot::Sender<Result<Included, Refused>>;

/// A transaction that waits. Its signature has been checked.
pub(crate) struct Pending {
    pub(crate) hash: TransactionHash,
    pub(crate) signed: SignedTransaction,
    pub(crate) reply: Option<Reply>,
    admission: Admission,
    work: u64,
    bytes: usize,
}

impl Pending {
    /// `bytes` is how long its canonical form is; `admission` what the latest state says of it.
    pub(crate) fn new(
        hash: TransactionHash,
        signed: SignedTransaction,
        bytes: usize,
        admission: Admission,
        reply: Option<Reply>,
    ) -> Self {
        let work = signed.transaction.work();
        Self {
            hash,
            signed,
            reply,
            admission,
            work,
            bytes,
        }
    }

    fn answer(self, outcome: Result<Included, Refused>) {
        if let Some(reply) = self.reply {
            // Who asked may be gone.
            let _ = reply.send(outcome);
        }
    }

    fn hold(&self) -> Hold {
        let transaction = &self.signed.transaction;
        Hold {
            sender: transaction.sender,
            nonce: transaction.nonce,
            session: match transaction.signer {
                Signer::Wallet => None,
                Signer::Session(key) => Some(key),
            },
            asset: self.admission.asset,
            cost_max: cost_max(&self.admission),
        }
    }
}

/// What a transaction takes up from when it is taken until its block is durable: its nonce, and the most that it may cost.
#[derive(Clone, Copy)]
struct Hold {
    sender: AccountId,
    nonce: u64,
    session: Option<SessionKey>,
    asset: AssetId,
    cost_max: Amount,
}

/// The most that a transaction may take for its fee: what it offers, as far as its sender has it and its session may spend it.
fn cost_max(admission: &Admission) -> Amount {
    let Admission {
        cost_max,
        balance,
        allowance,
        ..
    } = *admission;
    cost_max.min(balance).min(allowance.unwrap_or(Amount::MAX))
}

/// Out of which pocket a fee comes: of a sender in all, or of one of his sessions.
type Pocket = (AccountId, Option<SessionKey>, AssetId);

impl Hold {
    fn pockets(&self) -> impl Iterator<Item = Pocket> {
        let of_sender = (self.sender, None, self.asset);
        let of_session = self.session.map(|key| (self.sender, Some(key), self.asset));
        std::iter::once(of_sender).chain(of_session)
    }
}

/// What waits.
pub(crate) struct Pool {
    protective: VecDeque<Pending>,
    liquidating: VecDeque<Pending>,
    ordinary: VecDeque<Pending>,
    /// What waits, and what is in a block that is not durable yet: brought again it would only fail.
    held: HashMap<TransactionHash, Hold>,
    /// The nonces of these: of two with the same only one can be admitted.
    nonces: HashSet<(AccountId, u64)>,
    /// How many of these a pocket pays for, and the most that they cost together.
    costs: HashMap<Pocket, (usize, Amount)>,
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
            liquidating: VecDeque::new(),
            ordinary: VecDeque::new(),
            held: HashMap::new(),
            nonces: HashSet::new(),
            costs: HashMap::new(),
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
        self.protective.len() + self.liquidating.len() + self.ordinary.len()
    }

    /// Takes a transaction. Errors, in order: `TooMuchWork`, `Waiting`, `NonceWaiting`, `PoolFull`, `TooManyOfSender`,
    /// `CostsWaiting`.
    pub(crate) fn add(&mut self, pending: Pending, room: BlockRoom) -> Result<(), Refused> {
        let hold = pending.hold();
        let (sender, nonce) = (hold.sender, hold.nonce);
        let of_sender = self.of_sender.get(&sender).copied().unwrap_or(0);
        let part = BlockPart::of(&pending.signed.transaction);
        let most = match part {
            BlockPart::Protective => room.work,
            BlockPart::Liquidating => room.callers,
            BlockPart::Ordinary => room.work.saturating_sub(room.reserved),
        };
        if pending.work > most {
            return Err(Refused::TooMuchWork {
                work: pending.work,
                room: most,
            });
        }
        if self.held.contains_key(&pending.hash) {
            return Err(Refused::Waiting);
        }
        if self.nonces.contains(&(sender, nonce)) {
            return Err(Refused::NonceWaiting { sender, nonce });
        }
        if self.len() >= self.limit || self.bytes.saturating_add(pending.bytes) > self.bytes_limit {
            let (transactions, bytes) = (self.len(), self.bytes);
            return Err(Refused::PoolFull { transactions, bytes });
        }
        if of_sender >= self.per_sender {
            let limit = self.per_sender;
            return Err(Refused::TooManyOfSender { sender, limit });
        }
        self.check_costs(&hold, &pending.admission)?;

        self.held.insert(pending.hash, hold);
        self.nonces.insert((sender, nonce));
        for pocket in hold.pockets() {
            let (count, sum) = self.costs.entry(pocket).or_default();
            *count += 1;
            *sum = sum.try_add(hold.cost_max).unwrap_or(Amount::MAX);
        }
        self.bytes += pending.bytes;
        self.of_sender.insert(sender, of_sender + 1);
        let queue = match part {
            BlockPart::Protective => &mut self.protective,
            BlockPart::Liquidating => &mut self.liquidating,
            BlockPart::Ordinary => &mut self.ordinary,
        };
        queue.push_back(pending);
        Ok(())
    }

    /// Whether a pocket can pay for a transaction and for all others that it has to pay for. Of one alone admission has
    /// judged already, by the fee as it is now. Error: `CostsWaiting`.
    fn check_costs(&self, hold: &Hold, admission: &Admission) -> Result<(), Refused> {
        let Admission {
            asset,
            balance,
            allowance,
            ..
        } = *admission;
        let cost_max = hold.cost_max;
        for (pocket, means) in hold.pockets().zip([Some(balance), allowance]) {
            let Some(((_, waiting), means)) = self.costs.get(&pocket).zip(means) else {
                continue;
            };
            if waiting.try_add(cost_max).unwrap_or(Amount::MAX) > means {
                return Err(Refused::CostsWaiting {
                    asset,
                    cost_max,
                    waiting: *waiting,
                    means,
                });
            }
        }
        Ok(())
    }

    /// Takes an observation in place of what its source said before, if it is newer; says whether it is.
    pub(crate) fn observe(&mut self, signed: SignedObservation) -> bool {
        let place = (signed.observation.feed, signed.observation.source);
        let newer = self
            .observations
            .get(&place)
            .is_none_or(|waiting| waiting.observation.time < signed.observation.time);
        if newer {
            self.observations.insert(place, signed);
            self.early = false;
        }
        newer
    }

    /// What the next block holds: every observation, and as many transactions as it has room for, protective ones first, then
    /// liquidations.
    pub(crate) fn take(&mut self, room: BlockRoom) -> (Vec<SignedObservation>, Vec<Pending>) {
        let observations = std::mem::take(&mut self.observations).into_values().collect();
        self.early = false;
        let mut block = Filled {
            taken: Vec::new(),
            bytes: 0,
            most: self.per_block,
            most_bytes: self.block_bytes,
        };
        let protective = block.fill(&mut self.protective, room.work);
        block.fill(&mut self.liquidating, room.callers);
        block.fill(
            &mut self.ordinary,
            room.work.saturating_sub(protective.max(room.reserved)),
        );
        self.bytes -= block.bytes;
        for pending in &block.taken {
            let sender = pending.signed.transaction.sender;
            if let Some(count) = self.of_sender.get_mut(&sender) {
                *count -= 1;
                if *count == 0 {
                    self.of_sender.remove(&sender);
                }
            }
        }
        (observations, block.taken)
    }

    /// Transactions of a block that is durable now and can be seen: whoever brings one again is told by its nonce.
    pub(crate) fn published(&mut self, hashes: &[TransactionHash]) {
        for hash in hashes {
            self.release(hash);
        }
    }

    /// Tells who waits for a transaction that has been taken that it will be in no block.
    pub(crate) fn refuse(&mut self, pending: Pending, why: Refused) {
        self.release(&pending.hash);
        pending.answer(Err(why));
    }

    /// Lets go of a transaction's nonce and of its fee.
    fn release(&mut self, hash: &TransactionHash) {
        let Some(hold) = self.held.remove(hash) else { return };
        self.nonces.remove(&(hold.sender, hold.nonce));
        for pocket in hold.pockets() {
            let Some((count, sum)) = self.costs.get_mut(&pocket) else {
                continue;
            };
            *count -= 1;
            *sum = sum.saturating_sub(hold.cost_max);
            if *count == 0 {
                self.costs.remove(&pocket);
            }
        }
    }

    /// Forgets what waits and tells those who wait why.
    pub(crate) fn abandon(&mut self, why: &Stopped) {
        let Self {
            protective,
            liquidating,
            ordinary,
            ..
        } = self;
        let waiting = [protective, liquidating, ordinary]
            .into_iter()
            .flat_map(|queue| queue.drain(..));
        for pending in waiting {
            pending.answer(Err(why.clone().into()));
        }
        self.held.clear();
        self.nonces.clear();
        self.costs.clear();
        self.of_sender.clear();
    }
}

/// A block's transactions, as far as they are taken.
struct Filled {
    taken: Vec<Pending>,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Filled {
    /// Moves transactions from the front of a queue until one does not fit the room for its part, or the block's number or
    /// bytes. Returns the work of those that were moved.
    fn fill(&mut self, queue: &mut VecDeque<Pending>, room: u64) -> u64 {
        let mut work = 0_u64;
        while self.taken.len() < self.most {
            let Some(next) = queue.front() else { break };
            let after = work.saturating_add(next.work);
            let bytes = self.bytes.saturating_add(next.bytes);
            // The first goes whatever its size: it is under the limit of a transaction.
            if after > room || (bytes > self.most_bytes && self.bytes > 0) {
                break;
            }
            (work, self.bytes) = (after, bytes);
            self.taken.extend(queue.pop_front());
        }
        work
    }
}
