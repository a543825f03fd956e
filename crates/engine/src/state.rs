//! The whole state of a chain: everything that a block can change, and what is derived from it.

use std::mem;

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, AuctionId, Event, Height, Limits, Rejected, SourceId, SourceKey, Transaction, TypeId,
    proof, table,
};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::flows::transaction::{Admission, check_admission};
use crate::kernel::merkle::{self, Entry, EntryBatch, MerkleTree, hash_entries};
use crate::kernel::records::{BadRecords, RecordBytes, RecordSink, RecordSource};
use crate::kernel::table::{all_entries, all_entries_into, find, load, take_changes, take_changes_into};
use crate::kernel::{ChangeSet, Clock, Context, Ledger, Limiter, Outflow, Pieces, Prices, Table, Var, Visitor};
use crate::mechanisms::auction::Auctions;
use crate::mechanisms::backstop::Backstop;
use crate::mechanisms::fund::Fund;
use crate::mechanisms::market::Markets;
use crate::mechanisms::oracle::Oracle;
use crate::mechanisms::queue::Queue;
use crate::mechanisms::sessions::Sessions;
use crate::mechanisms::stability_pool::StabilityPools;
use crate::mechanisms::vault::Vaults;

/// Where the chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Chain {
    /// Part of every signature's domain.
    pub chain_id: u64,
    /// Height of the last block.
    pub height: Height,
    /// Its block time.
    pub time: Timestamp,
    /// Host time since genesis (rule R4).
    pub host_time: Seconds,
    /// Price of a work unit in the next block, in base units of the coin (rule R6).
    pub work_price: Amount,
}

/// What governance has set for the whole reserve.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Governance {
    /// Who may send parameter commands.
    pub authority: AccountId,
    /// Limits and prices that hold for the whole reserve.
    pub limits: Limits,
}

/// The state after some block. `Clone` is O(1) in the number of records: forks, readers and snapshots are clones.
#[derive(Clone)]
pub struct State {
    pub(crate) chain: Var<Chain>,
    pub(crate) governance: Var<Governance>,
    pub(crate) assets: Table<AssetId, Asset>,
    pub(crate) ledger: Ledger,
    pub(crate) limiter: Limiter,
    pub(crate) outflow: Outflow,
    pub(crate) oracle: Oracle,
    pub(crate) vaults: Vaults,
    pub(crate) queue: Queue,
    pub(crate) pools: StabilityPools,
    pub(crate) auctions: Auctions,
    pub(crate) markets: Markets,
    pub(crate) auction_cursor: Var<AuctionId>,
    pub(crate) backstop: Backstop,
    pub(crate) fund: Fund,
    pub(crate) sessions: Sessions,
    /// Types with broken vaults that the last block did not reach (rule R7).
    pub(crate) left_over: Var<Vec<TypeId>>,
    /// Quotes of this block; derived from the oracle.
    pub(crate) prices: Prices,
    /// Commitment to all records; derived from them.
    merkle: MerkleTree,
}

impl Pieces for State {
    fn each(&mut self, visitor: &mut impl Visitor) {
        visitor.visit(&mut self.chain);
        visitor.visit(&mut self.governance);
        visitor.visit(&mut self.assets);
        self.ledger.each(visitor);
        self.limiter.each(visitor);
        self.outflow.each(visitor);
        self.oracle.each(visitor);
        self.vaults.each(visitor);
        self.queue.each(visitor);
        self.pools.each(visitor);
        self.auctions.each(visitor);
        self.markets.each(visitor);
        visitor.visit(&mut self.auction_cursor);
        self.backstop.each(visitor);
        self.fund.each(visitor);
        self.sessions.each(visitor);
        visitor.visit(&mut self.left_over);
    }
}

impl State {
    pub(crate) fn new(chain: Chain, governance: Governance) -> Self {
        Self {
            chain: Var::new(table::CHAIN, chain),
            governance: Var::new(table::LIMITS, governance),
            assets: Table::new(table::ASSETS),
            ledger: Ledger::default(),
            limiter: Limiter::default(),
            outflow: Outflow::default(),
            oracle: Oracle::default(),
            vaults: Vaults::default(),
            queue: Queue::default(),
            pools: StabilityPools::default(),
            auctions: Auctions::default(),
            markets: Markets::default(),
            auction_cursor: Var::new(table::AUCTION_CURSOR, AuctionId(0)),
            backstop: Backstop::default(),
            fund: Fund::default(),
            sessions: Sessions::default(),
            left_over: Var::new(table::LEFT_OVER, Vec::new()),
            prices: Prices::default(),
            merkle: MerkleTree::default(),
        }
    }

    /// Where the chain stands.
    pub fn chain(&self) -> &Chain {
        self.chain.get()
    }

    /// Authority and limits.
    pub fn governance(&self) -> &Governance {
        self.governance.get()
    }

    /// The clocks as they stand after the last block.
    pub fn clock(&self) -> Clock {
        let chain = self.chain.get();
        Clock {
            now: chain.time,
            host_time: chain.host_time,
            step: Seconds(0),
        }
    }

    /// An asset.
    pub fn asset(&self, id: AssetId) -> Option<&Asset> {
        self.assets.get(&id)
    }

    /// Every asset, by id.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.iter().map(|(_, asset)| asset)
    }

    /// Balances and supplies.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How much coin was made in the window of its limit.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// How much collateral has left in the windows of its limits.
    pub fn outflow(&self) -> &Outflow {
        &self.outflow
    }

    /// Feeds and rounds.
    pub fn oracle(&self) -> &Oracle {
        &self.oracle
    }

    /// With what a source signs; none for one that is the host's own.
    pub fn source_key(&self, source: SourceId) -> Option<&SourceKey> {
        self.oracle.keys.get(&source)
    }

    /// The quotes of the last block.
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// Vaults and types.
    pub fn vaults(&self) -> &Vaults {
        &self.vaults
    }

    /// Queued commands.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Stability pools.
    pub fn pools(&self) -> &StabilityPools {
        &self.pools
    }

    /// Running auctions.
    pub fn auctions(&self) -> &Auctions {
        &self.auctions
    }

    /// Markets and their pools.
    pub fn markets(&self) -> &Markets {
        &self.markets
    }

    /// Losses booked so far.
    pub fn backstop(&self) -> &Backstop {
        &self.backstop
    }

    /// The insurance fund.
    pub fn fund(&self) -> &Fund {
        &self.fund
    }

    /// Keys that may sign for accounts.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The commitment to all records after the last block.
    pub fn root(&self) -> proof::Hash {
        self.merkle.root()
    }

    /// The tree whose root that is: for memory figures.
    pub fn tree(&self) -> &MerkleTree {
        &self.merkle
    }

    /// A proof that a record is, or is not, in the state with the present root: for
    /// [`proof::verify_membership`] and [`proof::verify_absence`].
    pub fn prove(&self, table: u16, key: &[u8]) -> proof::Proof {
        self.merkle.prove(&proof::path(table, key))
    }

    /// Whether a transaction would be admitted to a block of this time on top of the last, and what it may cost. Errors: those
    /// of admission, as `NotAdmitted` in a receipt has them.
    pub fn check_admission(&self, transaction: &Transaction, now: Timestamp) -> Result<Admission, Rejected> {
        check_admission(self, transaction, now)
    }

    /// Brings the root up to date with everything that changed since the last time: a block's end, or several's where a host
    /// executes what is already known to be valid.
    pub fn commit(&mut self) {
        let mut entries = EntryBatch::default();
        take_changes_into(self, &mut entries);
        self.merkle.update(entries.hash());
    }

    /// Like [`State::commit`], in two parts: the state goes on to execute blocks while its tree is brought up to date elsewhere,
    /// without being asked for its root or proofs until it has the tree back ([`State::take_tree`]).
    #[must_use = "the tree is in it"]
    pub fn lend_tree(&mut self) -> TreeUpdate {
        let mut entries = EntryBatch::default();
        take_changes_into(self, &mut entries);
        TreeUpdate {
            tree: mem::take(&mut self.merkle),
            changes: entries.hash(),
        }
    }

    /// Takes the tree back that was lent last.
    pub fn take_tree(&mut self, tree: MerkleTree) {
        self.merkle = tree;
    }

    /// Like [`State::commit`], and returns the exact changes.
    pub(crate) fn commit_with_changes(&mut self) -> ChangeSet {
        let changes = take_changes(self);
        self.merkle.update(leaves(&changes));
        changes
    }

    /// The root computed from all records anew; equal to [`State::root`] after every block.
    pub fn root_from_scratch(&self) -> proof::Hash {
        let mut merkle = MerkleTree::default();
        merkle.update(leaves(&self.records()));
        merkle.root()
    }

    /// Every record in canonical bytes, in the order of tables and keys.
    pub fn records(&self) -> ChangeSet {
        all_entries(&mut self.clone())
    }

    /// The canonical value of a record by table number and canonical key ([`ballast_protocol::table`]); what
    /// [`State::prove`] proves.
    pub fn record(&self, table: u16, key: &[u8]) -> Option<Vec<u8>> {
        find(&mut self.clone(), table, key)
    }

    /// Tells every record in canonical bytes, one after the other, in the order of [`State::records`]: for snapshots.
    pub fn tell_records(&self, tell: impl FnMut(RecordBytes<'_>)) {
        all_entries_into(&mut self.clone(), &mut RecordSink::new(tell));
    }

    /// The state that has told these records. Whether it is the one expected, its root says. Errors: the first fault.
    pub fn restore<'a>(records: impl IntoIterator<Item = RecordBytes<'a>>) -> Result<Self, BadRecords> {
        let mut records = records.into_iter();
        let mut first = |table| {
            records
                .next()
                .filter(|record| record.table == table)
                .ok_or(BadRecords::Missing { table })
        };
        let (chain, governance) = (first(table::CHAIN)?, first(table::LIMITS)?);
        let (((), of_chain), ((), of_governance)) = (chain.decode()?, governance.decode()?);
        let mut state = Self::new(of_chain, of_governance);
        let mut all = [chain, governance].into_iter().chain(records);
        load(&mut state, RecordSource::new(&mut all))?;
        state.prices = state.oracle.prices(&state.clock());
        let mut entries = EntryBatch::default();
        all_entries_into(&mut state, &mut entries);
        state.merkle.update(entries.hash());
        Ok(state)
    }
}

/// The tree of a state, lent, and what is to be changed in it.
pub struct TreeUpdate {
    tree: MerkleTree,
    changes: Vec<merkle::Change>,
}

impl TreeUpdate {
    /// The tree, up to date.
    #[must_use]
    pub fn apply(mut self) -> MerkleTree {
        self.tree.update(self.changes);
        self.tree
    }
}

/// What changes make of the leaves of the state tree.
fn leaves(changes: &ChangeSet) -> Vec<merkle::Change> {
    let entries = changes.iter().map(|change| Entry {
        table: change.table,
        key: change.key,
        value: change.after,
    });
    hash_entries(entries)
}

/// The mechanisms of a state, each lent apart from the others and from what [`Context`] brings.
pub(crate) struct Mechanisms<'a> {
    pub(crate) vaults: &'a mut Vaults,
    pub(crate) queue: &'a mut Queue,
    pub(crate) pools: &'a mut StabilityPools,
    pub(crate) auctions: &'a mut Auctions,
    pub(crate) markets: &'a mut Markets,
    pub(crate) backstop: &'a mut Backstop,
    pub(crate) fund: &'a mut Fund,
}

impl State {
    /// Lends the mechanisms and the surroundings of what `caller` does now; the engine itself has no account.
    pub(crate) fn lend<'a>(
        &'a mut self,
        clock: Clock,
        caller: AccountId,
        events: &'a mut Vec<Event>,
    ) -> (Mechanisms<'a>, Context<'a>) {
        let Self {
            governance,
            prices,
            ledger,
            vaults,
            queue,
            pools,
            auctions,
            markets,
            backstop,
            fund,
            ..
        } = self;
        let limits = &governance.get().limits;
        let mechanisms = Mechanisms {
            vaults,
            queue,
            pools,
            auctions,
            markets,
            backstop,
            fund,
        };
        (
            mechanisms,
            Context {
                clock,
                caller,
                limits,
                prices,
                ledger,
                events,
            },
        )
    }
}

/// The caller where the engine acts by itself: no key leads to this account.
pub(crate) const ENGINE: AccountId = AccountId([0; 20]);
