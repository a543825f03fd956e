//! A block, in its published order.

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{RAY, Ratio, Round, WAD};
use ballast_protocol::{Block, ClosingCause, Command, FeedId, Module, Rejected, Transaction, TypeId};

use super::number::{add, owed, part, power, share, value};
use super::oracle::Closed;
use super::transaction::{Settled, work};
use super::{Done, Model};

use Round::{Down, Up};

/// What came of a block.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    /// Of each transaction.
    pub(crate) settled: Vec<Settled>,
    /// Broken vaults that the budget did not reach, by type.
    pub(crate) carried_over: BTreeMap<TypeId, u64>,
    /// Work units, by the engine and the transactions.
    pub(crate) work: u64,
}

/// When a transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Protective,
    Liquidating,
    Ordinary,
}

fn part_of(transaction: &Transaction) -> Part {
    let protects = |command: &Command| {
        matches!(
            command,
            Command::Deposit { .. } | Command::RepayDebt { .. } | Command::CancelTicket { .. }
        )
    };
    let commands = &transaction.commands;
    if !commands.is_empty() && commands.iter().all(protects) {
        Part::Protective
    } else if !commands.is_empty()
        && commands
            .iter()
            .all(|command| matches!(command, Command::Liquidate { .. }))
    {
        Part::Liquidating
    } else {
        Part::Ordinary
    }
}

fn portion(work: u64, ratio: Ratio) -> u64 {
    share(work.into(), ratio.raw(), Down).map_or(work, |part| u64::try_from(part).unwrap_or(work))
}

impl Model {
    /// Moves the state on by a block that follows it. An error is a step of the reserve's own that failed: never.
    pub(crate) fn apply(&mut self, block: &Block) -> Result<Applied, Rejected> {
        let limits = self.limits.clone();
        let step = self.begin(block);
        self.drain_minted(step);
        self.open_doors(step);
        let waited = self.buyers_wait(self.host_time - step);
        let buffer = self.balance(self.coin(), Module::SurplusBuffer);
        let closed = self.close_rounds(block, step);
        let wait = self.buyers_wait(self.host_time);
        let gaps = closed
            .iter()
            .filter(|closed| closed.after_gap)
            .map(|closed| closed.feed);
        self.fix_lines();
        self.accrue(&waited.difference(&wait).copied().chain(gaps).collect(), step)?;

        let mut run = Run {
            block,
            settled: vec![None; block.transactions.len()],
            used: 0,
        };
        let kinds = self.kinds_of(&closed);
        for (kind, closed) in &kinds {
            self.remember_price(*kind, closed.feed)?;
        }
        run.part(self, Part::Protective, limits.block_work);
        let protective = run.used;
        let ids: Vec<TypeId> = kinds.iter().map(|(kind, _)| *kind).collect();
        let mut engine_work = self.protect(&ids, limits.liquidation_work / 4);

        for (kind, closed) in &kinds {
            self.enter_due(*kind, closed)?;
        }
        if !closed.is_empty() {
            self.enter_fund()?;
        }
        run.part(
            self,
            Part::Liquidating,
            protective + portion(limits.liquidation_work, limits.caller_work_share),
        );
        let mut budget = limits.liquidation_work.saturating_sub(run.used - protective);
        let before = budget;
        let carried_over = self.liquidate_all(&kinds, &mut budget)?;
        engine_work += before - budget;
        for round in &closed {
            self.market_round(round)?;
        }
        for (kind, closed) in &kinds {
            self.leave_due(*kind, closed, carried_over.get(kind).copied().unwrap_or(0))?;
        }

        let kept = portion(limits.block_work, limits.protective_share).max(protective);
        run.part(self, Part::Ordinary, limits.block_work.saturating_sub(kept) + run.used);
        engine_work += self.reset_in_turn();
        self.expire_tickets()?;
        self.settle_losses()?;
        self.end_fund(buffer)?;
        let window = self.time / self.limits.transaction_life.0;
        self.nonces.retain(|(used, ..)| *used + 1 >= window);
        self.price_work(run.used);
        let work = run.used + engine_work;
        Ok(Applied {
            settled: run.settled.into_iter().flatten().collect(),
            carried_over,
            work,
        })
    }

    /// Moves the clocks; returns by how much host time advanced.
    fn begin(&mut self, block: &Block) -> u64 {
        let step = (block.time.0 - self.time).min(self.limits.clock_step.0);
        self.height += 1;
        self.time = block.time.0;
        self.host_time += step;
        step
    }

    fn close_rounds(&mut self, block: &Block, step: u64) -> Vec<Closed> {
        for word in &block.observations {
            if let Some(feed) = self.feeds.get_mut(&word.feed) {
                feed.observe(word, self.time);
            }
        }
        let (now, host_time) = (self.time, self.host_time);
        let closed = self
            .feeds
            .values_mut()
            .filter_map(|feed| feed.close(now, host_time, step))
            .collect();
        self.quote_all();
        closed
    }

    fn buyers_wait(&self, host_time: u64) -> BTreeSet<FeedId> {
        let waiting = self.feeds.iter().filter(|(_, feed)| feed.buyers_wait(host_time));
        waiting.map(|(id, _)| *id).collect()
    }

    /// What each feed says now.
    pub(crate) fn quote_all(&mut self) {
        let quotes = self
            .feeds
            .values()
            .filter_map(|feed| feed.quote(self.time, self.host_time));
        self.quotes = quotes.map(|quote| (quote.feed, quote)).collect();
    }

    /// The types whose feed closed a round.
    fn kinds_of(&self, closed: &[Closed]) -> Vec<(TypeId, Closed)> {
        let of = |feed| closed.iter().find(|closed| closed.feed == feed).copied();
        self.types
            .iter()
            .filter_map(|(id, kind)| Some((*id, of(kind.spec.feed)?)))
            .collect()
    }

    /// Interest, glide, closing of types whose feed is silent for good, restarts, and what may be issued.
    fn accrue(&mut self, restart: &BTreeSet<FeedId>, step: u64) -> Done {
        let ids: Vec<TypeId> = self.types.keys().copied().collect();
        for id in ids {
            let feed = self.spec(id)?.feed;
            let live_time = self.quotes.get(&feed).map_or(0, |quote| quote.live_time);
            self.drain_debt(id, step)?;
            self.charge_interest(id, live_time)?;
            let silent = self
                .feeds
                .get(&feed)
                .and_then(|feed| Some((feed.last.as_ref()?.stale_since?, feed.spec.stale_limit.0)));
            if silent.is_some_and(|(since, limit)| self.host_time - since > limit) {
                self.kind_mut(id)?.closed.get_or_insert(ClosingCause::FeedSilent);
            }
            if restart.contains(&feed) {
                self.restart_all(id)?;
            }
            self.remember_depth(id)?;
            if let Ok(issuance) = self.issuance(id) {
                self.kind_mut(id)?.issuance = Some(issuance);
            }
        }
        Ok(())
    }

    /// index × fee^seconds, rounded up; the surplus buffer gets what all vaults owe more, rounded down. If a figure
    /// does not fit, the type is closed and charges no more.
    fn charge_interest(&mut self, id: TypeId, live_time: u64) -> Done {
        self.begin_shares_anew(id)?;
        let (now, coin) = (self.time, self.coin());
        let kind = self.kind_mut(id)?;
        (kind.opening, kind.drawn, kind.deferred) = (kind.total, 0, 0);
        let target = kind.spec.liquidation_ratio.raw();
        let moved = part(
            kind.spec.glide_per_day.raw(),
            live_time.saturating_sub(kind.glided).into(),
            86_400,
            Down,
        )?;
        kind.ratio = if kind.ratio < target {
            (kind.ratio + moved).min(target)
        } else {
            kind.ratio.saturating_sub(moved).max(target)
        };
        kind.glided = live_time;
        let (elapsed, fee) = (now - kind.accrued, kind.spec.stability_fee.raw());
        kind.accrued = now;
        if elapsed == 0 || fee == RAY {
            return Ok(());
        }
        let (before, total) = (kind.index, kind.total);
        let grown = || {
            let index = part(before, power(fee, elapsed, RAY)?, RAY, Up)?;
            owed(total, index, Up)?;
            Ok::<_, Rejected>((index, owed(total, index - before, Down)?))
        };
        let Ok((index, interest)) = grown() else {
            self.kind_mut(id)?.closed.get_or_insert(ClosingCause::InterestOverflow);
            return Ok(());
        };
        if self.mint(coin, Module::SurplusBuffer.into(), interest).is_ok() {
            self.kind_mut(id)?.index = index;
        } else {
            self.kind_mut(id)?.closed.get_or_insert(ClosingCause::InterestOverflow);
        }
        Ok(())
    }

    /// Stressed loss, with what the liquidation ratio has yet to glide; what covers it; and that glide alone.
    fn issuance(&self, id: TypeId) -> Result<(u128, u128, u128), Rejected> {
        let kind = self.kind(id)?;
        let spec = &kind.spec;
        let low = self.quote(spec.feed)?.low;
        let stressed = share(low, WAD - spec.stress.raw(), Down)?;
        let mut loss = self.missing(id, stressed, WAD)?;
        loss = add(loss, self.missing_of_lots(id, stressed)?)?;
        let gap = if kind.ratio < spec.liquidation_ratio.raw() {
            self.missing(id, low, spec.liquidation_ratio.raw())?
        } else {
            0
        };
        let cover = add(self.balance(self.coin(), Module::FirstLoss(id)), self.line(id))?;
        Ok((add(loss, gap)?, cover, gap))
    }

    /// Σ (debt × ratio − value) over the vaults under a ratio, the debts rounded up together, the values down.
    fn missing(&self, id: TypeId, price: u128, ratio: u128) -> Result<u128, Rejected> {
        let kind = self.kind(id)?;
        let under = self.riskiest(id, |vault| !kind.stands(vault, price, ratio));
        let (normalized, collateral) = kind.together(under.iter().map(|(_, vault)| vault))?;
        let due = share(owed(normalized, kind.index, Up)?, ratio, Up)?;
        Ok(due.saturating_sub(value(collateral, price, kind.decimals, Down)?))
    }

    /// The same over the lots on sale, at a ratio of 1: their debts bear no interest.
    fn missing_of_lots(&self, id: TypeId, price: u128) -> Result<u128, Rejected> {
        let decimals = self.kind(id)?.decimals;
        let (mut debt, mut lots) = (0, 0);
        for auction in self.auctions.values().filter(|auction| auction.kind == id) {
            if value(auction.lot, price, decimals, Down)? < auction.debt {
                (debt, lots) = (add(debt, auction.debt)?, add(lots, auction.lot)?);
            }
        }
        Ok(debt.saturating_sub(value(lots, price, decimals, Down)?))
    }

    /// What would be booked now.
    pub(super) fn marked_loss(&self, id: TypeId) -> Result<u128, Rejected> {
        let low = self.quote(self.spec(id)?.feed)?.low;
        add(self.missing(id, low, WAD)?, self.missing_of_lots(id, low)?)
    }

    /// Each type has an equal share of what is left of the budget; what a type leaves passes on, at last to the earlier.
    fn liquidate_all(
        &mut self,
        kinds: &[(TypeId, Closed)],
        budget: &mut u64,
    ) -> Result<BTreeMap<TypeId, u64>, Rejected> {
        let all = kinds
            .iter()
            .map(|(kind, _)| *kind)
            .chain(self.left_over.iter().copied());
        let mut left: BTreeMap<TypeId, u64> = all.map(|kind| (kind, 0)).collect();
        let mut sharing = left.len() as u64;
        for (kind, left) in &mut left {
            let mut room = *budget / sharing;
            *budget -= room;
            *left = self.liquidate_type(*kind, &mut room)?;
            *budget += room;
            sharing -= 1;
        }
        for (kind, left) in left.iter_mut().filter(|(_, left)| **left > 0) {
            *left = self.liquidate_type(*kind, budget)?;
        }
        left.retain(|_, left| *left > 0);
        self.left_over = left.keys().copied().collect();
        Ok(left)
    }

    /// An eighth more after a full block, an eighth less, not below the base price, after an empty one.
    fn price_work(&mut self, used: u64) {
        let base = self.limits.work_price.raw();
        let price = self.work_price.max(base);
        let target = u128::from(self.limits.block_work / 2).max(1);
        let used = u128::from(used).min(2 * target);
        let next = if used > target {
            price + (price * (used - target) / target / 8).max(1)
        } else {
            price - price * (target - used) / target / 8
        };
        self.work_price = if base == 0 { 0 } else { next.max(base) };
    }
}

/// The transactions of a block under way.
struct Run<'a> {
    block: &'a Block,
    settled: Vec<Option<Settled>>,
    /// Work so far.
    used: u64,
}

impl Run<'_> {
    /// Settles the transactions of one part as long as all work stays within `room`.
    fn part(&mut self, model: &mut Model, which: Part, room: u64) {
        for (at, transaction) in self.block.transactions.iter().enumerate() {
            if part_of(transaction) != which {
                continue;
            }
            let (work, room) = (work(transaction), room.saturating_sub(self.used));
            let settled = if work > room {
                Settled::not_admitted(Rejected::BlockFull { work, room })
            } else {
                model.settle(transaction)
            };
            self.used += settled.work;
            self.settled[at] = Some(settled);
        }
    }
}
