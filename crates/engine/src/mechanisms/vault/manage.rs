//! Splitting, merging and handing over vaults; delegates and standing orders.

use ballast_num::{Amount, NormalizedDebt, Ratio, Round};
use ballast_protocol::{
    AccountId, Event, Module, Permission, Protection, Rejected, StandingOrder, VaultId, VaultSplit,
};

use super::{Batch, Vault, Vaults};
use crate::kernel::Context;

impl Vaults {
    /// Moves collateral and debt of a vault into a new one of the same owner, which leaves a deposit of its own.
    /// Errors: `UnknownVault`, `NotOwner`, `LotsOnSale`, `TooMuch`; at the batch's end those of the judgement, for both.
    pub(crate) fn split(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        from: VaultId,
        collateral: Amount,
        debt: Amount,
    ) -> Result<VaultId, Rejected> {
        let vault = self.unencumbered(from, ctx.caller)?;
        let kind = vault.collateral_type;
        let normalized = debt
            .normalize(self.totals(kind)?.index, Round::Up)?
            .min(vault.normalized_debt);
        let owed = vault.normalized_debt.debt(self.totals(kind)?.index, Round::Up)?;
        if debt > owed {
            return Err(Rejected::TooMuch {
                asked: debt,
                available: owed,
            });
        }
        let rest = vault.collateral.try_sub(collateral);
        let rest = Vault {
            collateral: rest.map_err(|_| Rejected::TooMuch {
                asked: collateral,
                available: vault.collateral,
            })?,
            normalized_debt: vault.normalized_debt.try_sub(normalized)?,
            ..vault
        };
        let mut part = Vault {
            collateral,
            normalized_debt: NormalizedDebt::ZERO,
            deposit: Amount::ZERO,
            seizures: vault.seizures.without_lots(),
            ..vault
        };
        let deposit = if normalized.is_zero() {
            Amount::ZERO
        } else {
            self.missing_deposit(&part)?
        };
        let mut deposit_normalized = NormalizedDebt::ZERO;
        if !deposit.is_zero() {
            (deposit_normalized, part) = self.with_debt(ctx, &part, deposit, deposit)?;
            ctx.ledger
                .mint(ctx.limits.coin, Module::LiquidationDeposits(kind), deposit)?;
        }
        part.normalized_debt = part.normalized_debt.try_add(normalized)?;

        batch.touch(from, &vault, Some(&rest));
        batch.must_be_safe(from);
        self.write(from, &rest)?;
        let into = self.add(part)?;
        self.inherit_taken(from, into)?;
        batch.open(into, &part);
        ctx.tell(Event::VaultSplit(VaultSplit {
            from,
            into,
            collateral_type: kind,
            collateral,
            normalized,
            deposit,
            deposit_normalized,
        }));
        Ok(into)
    }

    /// Moves all of `from` into `into`, which may have lots on sale: what it takes on is worth more than it owes, or
    /// would have been the reserve's loss. Not so if the same batch has made it, since a vault that its judgement has
    /// not seen could bring a draw in disguise. Errors: `UnknownVault`, `NotOwner`, `LotsOnSale`, `NotMergeable`,
    /// `NotInBatch`; at the batch's end those of the judgement.
    pub(crate) fn merge(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        from: VaultId,
        into: VaultId,
    ) -> Result<(), Rejected> {
        let source = self.unencumbered(from, ctx.caller)?;
        let target = self.managed_by(into, ctx.caller)?;
        if from == into || source.collateral_type != target.collateral_type {
            return Err(Rejected::NotMergeable(from, into));
        }
        if batch.defers(from) && self.lots_held_for(&target)? > 0 {
            return Err(Rejected::NotInBatch);
        }
        let last = target.seizures.round().max(source.seizures.round());
        let after = Vault {
            collateral: target.collateral.try_add(source.collateral)?,
            normalized_debt: target.normalized_debt.try_add(source.normalized_debt)?,
            deposit: target.deposit.try_add(source.deposit)?,
            // The round limit of either vault (rule R9) holds for both from now on.
            seizures: target.seizures.in_round(last)?,
            ..target
        };

        batch.touch(from, &source, None);
        batch.touch(into, &target, Some(&after));
        batch.must_be_safe(into);
        self.inherit_taken(from, into)?;
        self.forget(from)?;
        self.write(into, &after)?;
        ctx.tell(Event::VaultsMerged { from, into });
        Ok(())
    }

    /// Gives a vault to `to`; its standing order, which spends the old owner's balances, ends. Errors: `UnknownVault`,
    /// `NotOwner`, `LotsOnSale`; at the batch's end those of the judgement.
    pub(crate) fn hand_over(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        id: VaultId,
        to: AccountId,
    ) -> Result<(), Rejected> {
        let vault = self.unencumbered(id, ctx.caller)?;
        let after = Vault { owner: to, ..vault };
        batch.touch(id, &vault, Some(&after));
        batch.must_be_safe(id);
        self.orders.remove(&id);
        self.write(id, &after)?;
        ctx.tell(Event::VaultTransferred {
            vault: id,
            from: vault.owner,
            to,
        });
        Ok(())
    }

    /// Lets `delegate` act on all vaults of the caller, or stops it.
    pub(crate) fn set_delegate(&mut self, ctx: &mut Context<'_>, delegate: AccountId, permission: Permission) {
        match permission {
            Permission::Granted => drop(self.delegates.set((ctx.caller, delegate), ())),
            Permission::Revoked => drop(self.delegates.remove(&(ctx.caller, delegate))),
        }
        ctx.tell(Event::DelegateSet {
            owner: ctx.caller,
            delegate,
            permission,
        });
    }

    /// Sets or clears a vault's standing order. Only the owner may: it spends his balances. Errors: `UnknownVault`,
    /// `NotOwner`, `UselessOrder`.
    pub(crate) fn set_standing_order(
        &mut self,
        ctx: &mut Context<'_>,
        id: VaultId,
        order: Option<StandingOrder>,
    ) -> Result<(), Rejected> {
        let vault = self.vault(id)?;
        if vault.owner != ctx.caller {
            return Err(Rejected::NotOwner {
                vault: id,
                caller: ctx.caller,
            });
        }
        // Orders are looked for among the vaults that are warned.
        let kind = vault.collateral_type;
        let warned = self.totals(kind)?.warned(self.spec(kind)?);
        if let Some(order) = order {
            let limit = match order.action {
                Protection::Repay { limit } | Protection::TopUp { limit } => limit,
            };
            let useful = warned.contains(&order.trigger) && order.restore > order.trigger && !limit.is_zero();
            if !useful || order.restore > Ratio::percent(10_000) {
                return Err(Rejected::UselessOrder {
                    liquidation_ratio: *warned.start(),
                    warning_ratio: *warned.end(),
                });
            }
            self.orders.set(id, order);
        } else {
            self.orders.remove(&id);
        }
        ctx.tell(Event::StandingOrderSet { vault: id, order });
        Ok(())
    }

    /// What is left of a standing order after part of its limit was used; an order with nothing left ends.
    pub(crate) fn use_standing_order(&mut self, id: VaultId, used: Amount) {
        let Some(order) = self.orders.get(&id).copied() else {
            return;
        };
        let (action, left) = match order.action {
            Protection::Repay { limit } => {
                let limit = limit.saturating_sub(used);
                (Protection::Repay { limit }, limit)
            }
            Protection::TopUp { limit } => {
                let limit = limit.saturating_sub(used);
                (Protection::TopUp { limit }, limit)
            }
        };
        if left.is_zero() {
            self.orders.remove(&id);
        } else {
            self.orders.set(id, StandingOrder { action, ..order });
        }
    }
}
