//! Standing orders: what the engine does for an owner whose vault a round brought under his trigger.

use ballast_num::{Amount, Round};
use ballast_protocol::{Protection, Repayment, StandingOrder, TypeId, VaultId};

use super::number::{part, share, value, worth};
use super::vault::Batch;
use super::{Done, Model};

use Round::{Down, Up};

impl Model {
    /// Warns those whom the round brought under the warning ratio (which costs work), and executes the orders of those
    /// under it, riskiest first.
    pub(super) fn protect(&mut self, id: TypeId, budget: &mut u64) -> Done {
        let kind = self.kind(id)?.clone();
        let Ok(quote) = self.quote(kind.spec.feed).copied() else {
            return Ok(());
        };
        if quote.heard().is_err() {
            return Ok(());
        }
        let bar = kind.ratio + kind.spec.warning_band.raw();
        let under = |price: u128| {
            self.riskiest(id, |vault| {
                !kind.reaches(vault.normalized, vault.collateral, price, bar)
            })
        };
        let (now, before) = (under(quote.judging), under(quote.judging_before));
        let affordable = |budget: u64| usize::try_from(budget / 2).unwrap_or(usize::MAX);
        let warned = now.len().saturating_sub(before.len()).min(affordable(*budget));
        *budget -= 2 * warned as u64;
        if self.orders.is_empty() {
            return Ok(());
        }
        let looked = now.len().min(affordable(*budget));
        *budget -= 2 * looked as u64;
        let with_orders: Vec<(VaultId, StandingOrder)> = now
            .iter()
            .take(looked)
            .filter_map(|(vault, _)| Some((*vault, *self.orders.get(vault)?)))
            .collect();
        for (vault, order) in with_orders {
            if *budget < 60 {
                break;
            }
            *budget -= 60;
            let mut trial = self.clone();
            if trial.execute_order(vault, order).is_ok() {
                *self = trial;
            }
        }
        Ok(())
    }

    /// As far as the owner's balance and the order's limit go, and so that no dust is left.
    fn execute_order(&mut self, id: VaultId, order: StandingOrder) -> Done {
        let vault = self.vault(id)?;
        let kind = self.kind(vault.kind)?.clone();
        let price = self.quote(kind.spec.feed)?.judging;
        if kind.reaches(vault.normalized, vault.collateral, price, order.trigger.raw()) {
            return Ok(());
        }
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
                    return Ok(());
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
                    return Ok(());
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
        } else {
            self.orders.insert(id, StandingOrder { action: left, ..order });
        }
        Ok(())
    }
}
