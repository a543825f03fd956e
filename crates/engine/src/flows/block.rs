//! A block, in the order of DESIGN: rounds and accruals; protective transactions and standing orders; entries to pools, bids and
//! fund; liquidations; of each feed whose round closed the markets, with their entries, batch and exits; exits from pools and
//! bids; all other transactions; restarts of auctions, expired tickets; settlement of losses; the fund's income and exits; root.

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{
    AuctionId, Block, BlockResult, Bounds, Command, Event, FeedId, Height, Module, Outcome, Receipt, Rejected, Trigger,
    TypeId,
};

use super::parts::{BlockPart, BlockRoom};
use super::{fund_queue, liquidation, market_batch, pool_queue, protection, tickets, transaction, warm};
use crate::kernel::table::GROUP;
use crate::kernel::{ChangeSet, Clock, Savepoint};
use crate::mechanisms::auction;
use crate::mechanisms::oracle::Closed;
use crate::mechanisms::vault::{Batch, Issuance};
use crate::state::{Chain, ENGINE, State};

/// Why a block cannot follow a state. Hosts never make such a block; audit refuses it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBlock {
    /// Not the next height.
    #[error("the block has {found}, the state expects {expected}")]
    Height {
        /// The block's.
        found: Height,
        /// One more than the state's.
        expected: Height,
    },
    /// Earlier than its parent.
    #[error("the block's time {found} is before its parent's, {parent}")]
    Time {
        /// The block's.
        found: Timestamp,
        /// The parent's.
        parent: Timestamp,
    },
    /// The engine contradicts itself: nothing that a block says may cause this.
    #[error("the engine failed at a step of its own: {0}")]
    Broken(Rejected),
}

/// Most auctions that one block looks at for a reset.
pub(crate) const RESETS: usize = 64;
/// Accounts whose dead nonces one block forgets: among a million, each has its turn once in two days of blocks of 12 s.
const FORGETFUL: usize = 64;

/// Applies a block and commits to the state after it. On an error the state is as before.
///
/// ```text
/// state: height 41  +  block 42  →  state: height 42, receipts, events, root
/// ```
pub fn apply_block(state: &mut State, block: &Block) -> Result<BlockResult, InvalidBlock> {
    let executed = execute_block(state, block)?;
    state.commit();
    Ok(executed.committed_to(state))
}

/// Like [`apply_block`], and returns the exact changes too.
pub fn apply_block_with_changes(state: &mut State, block: &Block) -> Result<(BlockResult, ChangeSet), InvalidBlock> {
    let executed = execute_block(state, block)?;
    let changes = state.commit_with_changes();
    Ok((executed.committed_to(state), changes))
}

/// What came of a block that is not committed to yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Which block.
    pub height: Height,
    /// One for each transaction, in the block's order.
    pub receipts: Vec<Receipt>,
    /// What the engine did by itself, in order.
    pub events: Vec<Event>,
    /// Work units spent, by the engine and the transactions.
    pub work: u64,
}

impl Executed {
    fn committed_to(self, state: &State) -> BlockResult {
        BlockResult {
            height: self.height,
            receipts: self.receipts,
            events: self.events,
            state_root: state.root(),
            work: self.work,
        }
    }
}

/// Executes a block and leaves the root as it was: for dry runs on a clone, and for measuring what the root costs. On
/// an error the state is as before.
pub fn execute_block(state: &mut State, block: &Block) -> Result<Executed, InvalidBlock> {
    let parent = *state.chain();
    let expected = Height(parent.height.0.saturating_add(1));
    if block.height != expected {
        return Err(InvalidBlock::Height {
            found: block.height,
            expected,
        });
    }
    if block.time < parent.time {
        return Err(InvalidBlock::Time {
            found: block.time,
            parent: parent.time,
        });
    }
    let start = Savepoint::of(state);
    let prices = state.prices.clone();
    let mut run = BlockRun::new(state, block, parent);
    if let Err(reason) = run.all(state, parent) {
        start.restore(state);
        state.prices = prices;
        return Err(InvalidBlock::Broken(reason));
    }
    let receipts: Option<Vec<Receipt>> = run.receipts.into_iter().collect();
    Ok(Executed {
        height: block.height,
        receipts: receipts.expect("each transaction is of one part of the block"),
        events: run.events,
        work: run.work.saturating_add(run.engine_work),
    })
}

/// What the observations of a block did.
struct Rounds {
    /// The rounds that closed.
    closed: Vec<Closed>,
    /// The feeds whose auctions start anew: a gap lies behind them, or takes no longer wait because of one.
    restart: BTreeSet<FeedId>,
}

/// A block under way.
struct BlockRun<'a> {
    block: &'a Block,
    clock: Clock,
    receipts: Vec<Option<Receipt>>,
    events: Vec<Event>,
    /// Scratch space of transactions.
    batch: Batch,
    /// Work of transactions so far.
    work: u64,
    /// Work of the engine's own steps so far.
    engine_work: u64,
}

impl<'a> BlockRun<'a> {
    fn new(state: &State, block: &'a Block, parent: Chain) -> Self {
        let step = block
            .time
            .saturating_since(parent.time)
            .min(state.governance().limits.clock_step);
        let host_time = Seconds(parent.host_time.0.saturating_add(step.0));
        Self {
            block,
            clock: Clock {
                now: block.time,
                host_time,
                step,
            },
            receipts: vec![None; block.transactions.len()],
            events: Vec::new(),
            batch: Batch::default(),
            work: 0,
            engine_work: 0,
        }
    }

    fn all(&mut self, state: &mut State, parent: Chain) -> Result<(), Rejected> {
        let limits = state.governance().limits.clone();
        let room = BlockRoom::of(&limits)?;

        let coin = limits.coin;
        let buffer = state.ledger.balance(coin, Module::SurplusBuffer);
        let supply = state.ledger.supply(limits.coin);
        state.limiter.begin_block(&limits.mint, supply, self.clock.step);
        state
            .outflow
            .begin_block(state.vaults.types(), &state.ledger, self.clock.step);
        let Rounds { closed, restart } = self.rounds(state);
        self.accruals(state, &restart)?;
        let judged: BTreeMap<TypeId, Timestamp> = closed
            .iter()
            .flat_map(|closed| state.types_of(closed.feed).into_iter().map(|kind| (kind, closed.as_of)))
            .collect();

        for kind in judged.keys() {
            state
                .vaults
                .remember_price(*kind, state.prices.quote(state.vaults.spec(*kind)?.feed)?)?;
        }

        self.transactions(state, BlockPart::Protective, limits.block_work);
        let mut budget = limits.liquidation_work;
        let kinds: Vec<TypeId> = judged.keys().copied().collect();
        self.engine_work += protection::protect(state, self.clock, &kinds, budget / 4, &mut self.events);

        for (kind, as_of) in &judged {
            pool_queue::enter(state, self.clock, *kind, *as_of, &mut self.events)?;
        }
        if !closed.is_empty() {
            fund_queue::enter(state, self.clock, &mut self.events)?;
        }
        let used = self.transactions(state, BlockPart::Liquidating, self.work.saturating_add(room.callers));
        budget = budget.saturating_sub(used);
        let left_over = self.liquidations(state, &judged, budget)?;
        for closed in &closed {
            market_batch::run(state, self.clock, (closed.feed, closed.as_of), &mut self.events)?;
        }
        for (kind, as_of) in &judged {
            let left = left_over.get(kind).copied().unwrap_or(0);
            pool_queue::leave(state, self.clock, *kind, *as_of, left, &mut self.events)?;
        }

        let kept = room.reserved.max(self.protective_work());
        self.transactions(
            state,
            BlockPart::Ordinary,
            limits.block_work.saturating_sub(kept).saturating_add(self.work),
        );

        self.reset_auctions(state)?;
        tickets::expire(state, self.clock, &mut self.events)?;
        self.settle(state)?;
        fund_queue::end_block(state, self.clock, buffer, &mut self.events)?;
        self.forget_nonces(state);
        state.outflow.end_block();
        self.close(state, parent);
        Ok(())
    }

    /// Step 1: observations, rounds, quotes.
    fn rounds(&mut self, state: &mut State) -> Rounds {
        let parent_host_time = self.clock.host_time.saturating_sub(self.clock.step);
        let waited: BTreeSet<FeedId> = state.oracle.holding_takes(parent_host_time).collect();
        for observation in &self.block.observations {
            // A refused observation changes nothing; its source learns of it from the host, which checks the same.
            let _ = state.oracle.observe(observation, self.clock.now);
        }
        let closed = state.oracle.close_rounds(&self.clock, &mut self.events);
        state.prices = state.oracle.prices(&self.clock);
        let wait: BTreeSet<FeedId> = state.oracle.holding_takes(self.clock.host_time).collect();
        let after_gap = closed
            .iter()
            .filter(|closed| closed.after_gap)
            .map(|closed| closed.feed);
        let restart = waited.difference(&wait).copied().chain(after_gap).collect();
        Rounds { closed, restart }
    }

    /// Step 1: interest, glides, ceilings, and what each type may issue; auctions restart after a gap, and again when
    /// takes are let in (rule R4).
    fn accruals(&mut self, state: &mut State, restart: &BTreeSet<FeedId>) -> Result<(), Rejected> {
        let issuing = |command: &Command| matches!(command, Command::DrawDebt { .. } | Command::SplitVault { .. });
        let issues = self.block.transactions.iter().any(|tx| tx.commands.iter().any(issuing));
        let types: Vec<_> = state.vaults.types().map(|spec| (spec.id, spec.feed)).collect();
        state.fix_lines();
        for (kind, feed) in types {
            let live_time = state.prices.quote(feed).map_or(Seconds(0), |quote| quote.live_time);
            let stale = state.oracle.stale_too_long(feed, &self.clock);
            let bounded = state.vaults.spec(kind)?.peer.bounds == Bounds::Enforced;
            let (mechanisms, mut ctx) = state.lend(self.clock, ENGINE, &mut self.events);
            mechanisms.vaults.begin_block(&mut ctx, kind, live_time)?;
            if stale {
                mechanisms.vaults.close_to_new_debt(&mut ctx, kind)?;
            }
            if restart.contains(&feed) {
                let decimals = mechanisms.vaults.totals(kind)?.decimals;
                let terms = auction::Terms {
                    spec: mechanisms.vaults.spec(kind)?,
                    decimals,
                };
                mechanisms.auctions.restart(&mut ctx, terms)?;
            }
            if issues {
                let depth = state.ceiling_depth(kind, &self.clock).unwrap_or(Amount::ZERO);
                state.vaults.set_depth(kind, depth);
            }
            // Room for new debt is judged as of the block's start (rule R5), where the block asks for any.
            if issues && bounded {
                // What cannot be computed is not covered; without a price nothing is drawn anyway.
                let uncovered = Issuance {
                    stressed_loss: Amount::MAX,
                    cover: Amount::ZERO,
                    glide_gap: Amount::ZERO,
                };
                let issuance = state.issuance(kind).or_else(|reason| match reason {
                    Rejected::NoPrice(_) => Err(reason),
                    _ => Ok(uncovered),
                });
                state.vaults.set_issuance(kind, issuance.ok());
            }
        }
        Ok(())
    }

    /// Runs the transactions of one part in the block's order while the work used stays within `room`; returns the work
    /// that they used.
    fn transactions(&mut self, state: &mut State, which: BlockPart, room: u64) -> u64 {
        let before = self.work;
        let all = self.block.transactions.iter().enumerate();
        let mine: Vec<_> = all.filter(|(_, tx)| BlockPart::of(tx) == which).collect();
        for (turn, (at, tx)) in mine.iter().enumerate() {
            if turn % GROUP == 0 {
                warm::warm(state, &mine[turn..mine.len().min(turn + GROUP)]);
            }
            let needed = tx.work();
            let left = room.saturating_sub(self.work);
            let receipt = if needed > left {
                let reason = Rejected::BlockFull {
                    work: needed,
                    room: left,
                };
                Receipt {
                    outcome: Outcome::NotAdmitted(reason),
                    work: 0,
                    fee: None,
                    events: Vec::new(),
                }
            } else {
                transaction::execute(state, self.clock, tx, &mut self.batch)
            };
            self.work = self.work.saturating_add(receipt.work);
            self.receipts[*at] = Some(receipt);
        }
        self.work - before
    }

    /// Work that the protective transactions have used.
    fn protective_work(&self) -> u64 {
        let pairs = self.block.transactions.iter().zip(&self.receipts);
        let protective = pairs.filter(|(tx, _)| BlockPart::of(tx) == BlockPart::Protective);
        protective
            .filter_map(|(_, receipt)| receipt.as_ref())
            .map(|receipt| receipt.work)
            .sum()
    }

    /// Step 3b: the broken vaults of every type. Each type has an equal share of the budget; what a type leaves passes
    /// on (rule R7). Returns how many vaults each type has left over.
    fn liquidations(
        &mut self,
        state: &mut State,
        judged: &BTreeMap<TypeId, Timestamp>,
        mut budget: u64,
    ) -> Result<BTreeMap<TypeId, u64>, Rejected> {
        let carried = state.left_over.get().iter();
        let mut left_over: BTreeMap<TypeId, u64> = judged.keys().chain(carried).map(|kind| (*kind, 0)).collect();
        let mut sharing = left_over.len() as u64;
        for (kind, left) in &mut left_over {
            *left = self.liquidate(state, *kind, budget / sharing.max(1), &mut budget)?;
            sharing -= 1;
        }
        // What the later types have not used passes on to the earlier ones.
        for (kind, left) in left_over.iter_mut().filter(|(_, left)| **left > 0) {
            *left = self.liquidate(state, *kind, budget, &mut budget)?;
        }
        left_over.retain(|_, left| *left > 0);
        let open: Vec<TypeId> = left_over.keys().copied().collect();
        if *state.left_over.get() != open {
            state.left_over.set(open);
        }
        for (collateral_type, vaults) in &left_over {
            self.events.push(Event::WorkCarriedOver {
                collateral_type: *collateral_type,
                vaults: *vaults,
            });
        }
        Ok(left_over)
    }

    /// Liquidates one type with a share of the budget; returns how many broken vaults are left. Without a price none is.
    fn liquidate(&mut self, state: &mut State, kind: TypeId, share: u64, budget: &mut u64) -> Result<u64, Rejected> {
        let mut room = share;
        let left = match liquidation::by_engine(state, self.clock, kind, &mut room, &mut self.events) {
            Err(Rejected::NoPrice(_)) => 0,
            other => other?,
        };
        *budget -= share - room;
        self.engine_work += share - room;
        Ok(left)
    }

    /// Step 5: restarts auctions that are too old or too cheap, some in each block, in turn.
    fn reset_auctions(&mut self, state: &mut State) -> Result<(), Rejected> {
        let cursor = *state.auction_cursor.get();
        let looked: Vec<AuctionId> = state.auctions.after(cursor).map(|(id, _)| id).take(RESETS).collect();
        for id in &looked {
            let (mechanisms, mut ctx) = state.lend(self.clock, ENGINE, &mut self.events);
            let kind = mechanisms.auctions.auction(*id)?.collateral_type;
            let spec = mechanisms.vaults.spec(kind)?;
            if spec.peer.reset == Trigger::CommandOnly {
                continue;
            }
            let terms = auction::Terms {
                spec,
                decimals: mechanisms.vaults.totals(kind)?.decimals,
            };
            // Refused: not needed yet, stopped, quiet, or without a price. It is looked at again in its turn.
            let done = mechanisms.auctions.reset(&mut ctx, terms, *id, None);
            self.engine_work += match done {
                Ok(()) => Command::ResetAuction { auction: *id }.work(),
                Err(_) => transaction::LOOK_WORK,
            };
        }
        let next = if looked.len() < RESETS {
            AuctionId(0)
        } else {
            looked.last().copied().unwrap_or_default()
        };
        if next != cursor {
            state.auction_cursor.set(next);
        }
        Ok(())
    }

    /// Step 6: the surplus buffer pays what the block's losses ask of it, all together, and then, out of what it has
    /// above all lines, bad debt (rule R12).
    fn settle(&mut self, state: &mut State) -> Result<(), Rejected> {
        let (mechanisms, mut ctx) = state.lend(self.clock, ENGINE, &mut self.events);
        mechanisms.backstop.settle(&mut ctx)?;
        mechanisms.backstop.repay(&mut ctx, mechanisms.vaults.types())
    }

    /// Step 6: forgets dead nonces of some accounts, in turn.
    fn forget_nonces(&self, state: &mut State) {
        let window = transaction::nonce_window(self.clock.now, state.governance().limits.transaction_life);
        state.ledger.forget_nonces(window, self.block.height.0, FORGETFUL);
    }

    /// Step 6: the next height; the work price rises by an eighth after a full block, and falls by an eighth, not below
    /// the base price, after an empty one (rule R6).
    fn close(&self, state: &mut State, parent: Chain) {
        let limits = &state.governance().limits;
        let target = u128::from(limits.block_work / 2).max(1);
        let price = parent.work_price.raw().max(limits.work_price.raw());
        let used = u128::from(self.work).min(2 * target);
        let change = |distance: u128| price.saturating_mul(distance) / target / 8;
        let next = if used > target {
            price.saturating_add(change(used - target).max(1))
        } else {
            price.saturating_sub(change(target - used))
        };
        let work_price = if limits.work_price.is_zero() {
            Amount::ZERO
        } else {
            Amount::from_raw(next.max(limits.work_price.raw()))
        };
        state.chain.set(Chain {
            height: self.block.height,
            time: self.clock.now,
            host_time: self.clock.host_time,
            work_price,
            ..parent
        });
    }
}
