//! Standing orders: what the engine does for an owner whose vault a round brought under his trigger.

use std::collections::VecDeque;

use ballast_num::{Amount, Ratio, Round};
use ballast_protocol::{Protection, Rejected, Repayment, StandingOrder, TypeId, VaultId};

use super::Model;
use super::number::{add, part, share, value, worth};
use super::vault::Batch;

use Round::{Down, Up};

/// Vaults that wait to be looked at.
type Line = VecDeque<VaultId>;

impl Model {
    /// Executes what orders are due of the vaults under the warning ratio, riskiest first, then warns those whom the
    /// round brought there. All of it costs work; returns how much.
    pub(super) fn protect(&mut self, kinds: &[TypeId], budget: u64) -> u64 {
        let heard: Vec<TypeId> = kinds
            .iter()
            .copied()
            .filter(|kind| self.prices(*kind).is_some())
            .collect();
        let kept = budget / 8;
        let mut left = budget - kept;
        if !self.orders.is_empty() {
            let lines = heard.iter().map(|kind| self.in_danger(*kind, |(now, _)| now)).collect();
            self.in_turns(lines, &mut left, Self::serve);
        }
        left += kept;
        let warned = |kind: &TypeId| {
            let before = self.in_danger(*kind, |(_, before)| before).len();
            self.in_danger(*kind, |(now, _)| now).into_iter().skip(before).collect()
        };
        let lines = heard.iter().map(warned).collect();
        self.in_turns(lines, &mut left, |_, _, room| {
            let affordable = *room >= 2;
            *room -= if affordable { 2 } else { 0 };
            affordable
        });
        budget - left
    }

    /// The prices by which a type's vaults are judged in this round and were in the one before.
    fn prices(&self, kind: TypeId) -> Option<(u128, u128)> {
        let quote = self.quote(self.spec(kind).ok()?.feed).ok()?;
        quote.heard().ok()?;
        Some((quote.judging, quote.judging_before))
    }

    /// The vaults under the warning ratio at one of the two prices, riskiest first.
    fn in_danger(&self, id: TypeId, which: impl Fn((u128, u128)) -> u128) -> Line {
        let (Ok(kind), Some(prices)) = (self.kind(id), self.prices(id)) else {
            return Line::default();
        };
        let bar = kind.warned().1;
        let under = self.riskiest(id, |vault| !kind.stands(vault, which(prices), bar));
        under.into_iter().map(|(vault, _)| vault).collect()
    }

    /// Serves each line with an equal part of what the budget has left, then each again with all that is left. A line
    /// that cannot pay for its next vault waits.
    fn in_turns(&mut self, mut lines: Vec<Line>, left: &mut u64, serve: impl Fn(&mut Self, VaultId, &mut u64) -> bool) {
        let count = lines.len();
        for turn in 0..2 * count {
            let parts = count.saturating_sub(turn).max(1) as u64;
            let mut room = *left / parts;
            *left -= room;
            let Some(line) = lines.get_mut(turn % count) else {
                return;
            };
            while let Some(vault) = line.front().copied() {
                if !serve(self, vault, &mut room) {
                    break;
                }
                line.pop_front();
            }
            *left += room;
        }
    }

    /// Looks at a vault for 2 units and executes its order, if it has one that is due, for 60 more; or cannot pay.
    fn serve(&mut self, vault: VaultId, room: &mut u64) -> bool {
        let due = self.due_order(vault);
        let work = if due.is_some() { 62 } else { 2 };
        if *room < work {
            return false;
        }
        *room -= work;
        if let Some(order) = due {
            let mut trial = self.clone();
            if trial.execute_order(vault, order).is_ok() {
                *self = trial;
            }
        }
        true
    }

    /// What a vault's order does now, if the vault is under its trigger. The distance from trigger to restore stays when
    /// the liquidation ratio has risen above the trigger.
    fn due_order(&self, id: VaultId) -> Option<StandingOrder> {
        let order = self.orders.get(&id)?;
        let vault = self.vault(id).ok()?;
        let kind = self.kind(vault.kind).ok()?;
        let (price, _) = self.prices(vault.kind)?;
        let trigger = order.trigger.raw().max(kind.ratio);
        let restore = add(trigger, order.restore.raw() - order.trigger.raw()).ok()?;
        let is_due = !kind.stands(&vault, price, trigger);
        is_due.then_some(StandingOrder {
            trigger: Ratio::from_raw(trigger),
            restore: Ratio::from_raw(restore),
            action: order.action,
        })
    }

    /// Whether a call to liquidate a vault was answered by its owner's order.
    pub(super) fn answered(&mut self, id: VaultId) -> bool {
        let Some(order) = self.due_order(id) else { return false };
        let mut trial = self.clone();
        let acted = trial.execute_order(id, order).unwrap_or(false);
        if acted {
            *self = trial;
        }
        acted
    }

    /// As far as the owner's balance and the order's limit go, and so that no dust is left.
    /// Returns whether it did anything.
    fn execute_order(&mut self, id: VaultId, order: StandingOrder) -> Result<bool, Rejected> {
        let vault = self.vault(id)?;
        let kind = self.kind(vault.kind)?.clone();
        let price = self.quote(kind.spec.feed)?.judging;
        let owed = kind.owed(vault.normalized)?;
        let held = value(vault.collateral, price, kind.decimals, Down)?;
        let restore = order.restore.raw();
        let mut batch = Batch::default();
        let left = match order.action {
            Protection::Repay { limit } => {
                let most = limit.raw().min(self.balance(self.coin(), vault.owner));
                let floor = kind.spec.debt_floor.raw();
                let needed = owed.saturating_sub(part(held, ballast_num::WAD, restore, Down)?);
                let paid = match needed.min(most) {
                    paid if owed - paid >= floor || owed == paid => paid,
                    _ if owed <= most => owed,
                    paid => paid.min(owed.saturating_sub(floor)),
                };
                if paid == 0 {
                    return Ok(false);
                }
                self.repay(&mut batch, vault.owner, id, Repayment::Exactly(Amount::from_raw(paid)))?;
                Protection::Repay {
                    limit: limit.saturating_sub(Amount::from_raw(paid)),
                }
            }
            Protection::TopUp { limit } => {
                let most = limit.raw().min(self.balance(kind.spec.collateral, vault.owner));
                let missing = share(owed, restore, Up)?.saturating_sub(held);
                let added = worth(missing, price, kind.decimals, Up)?.min(most);
                if added == 0 {
                    return Ok(false);
                }
                self.deposit(&mut batch, vault.owner, id, added)?;
                Protection::TopUp {
                    limit: limit.saturating_sub(Amount::from_raw(added)),
                }
            }
        };
        let (Protection::Repay { limit } | Protection::TopUp { limit }) = left;
        if limit.is_zero() {
            self.orders.remove(&id);
        } else if let Some(order) = self.orders.get_mut(&id) {
            order.action = left;
        }
        Ok(true)
    }
}
