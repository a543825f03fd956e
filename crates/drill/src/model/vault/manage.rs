//! Splitting, merging and handing over; delegates and standing orders.

use ballast_num::{Ratio, Round};
use ballast_protocol::{AccountId, Module, Permission, Protection, Rejected, StandingOrder, VaultId};

use super::{Batch, Vault, too_much};
use crate::model::number::{add, normalize, sub};
use crate::model::{Done, Model};

use Round::Up;

impl Model {
    pub(in crate::model) fn split(
        &mut self,
        batch: &mut Batch,
        caller: AccountId,
        id: VaultId,
        collateral: u128,
        debt: u128,
    ) -> Done {
        let vault = self.free(id, caller)?;
        let kind = self.kind(vault.kind)?;
        let all = kind.owed(vault.normalized)?;
        let moved = normalize(debt, kind.index, Up)?.min(vault.normalized);
        if debt > all {
            return Err(too_much(debt, all));
        }
        let rest = sub(vault.collateral, collateral).map_err(|_| too_much(collateral, vault.collateral))?;
        let empty = Vault {
            collateral,
            normalized: 0,
            deposit: 0,
            ..vault
        };
        let deposit = if moved == 0 { 0 } else { self.deposit_due(&empty)? };
        let for_deposit = if deposit == 0 {
            0
        } else {
            self.issue(vault.kind, deposit)?
        };
        self.mint(self.coin(), Module::LiquidationDeposits(vault.kind).into(), deposit)?;
        batch.touch(id, Some(vault));
        batch.must_be_safe(id);
        self.keep(
            id,
            Vault {
                collateral: rest,
                normalized: vault.normalized - moved,
                ..vault
            },
        )?;
        let part = self.add_vault(Vault {
            normalized: moved + for_deposit,
            deposit,
            ..empty
        })?;
        self.inherit_taken(id, part);
        batch.opened.push(part);
        batch.touch(part, None);
        Ok(())
    }

    pub(in crate::model) fn merge(
        &mut self,
        batch: &mut Batch,
        caller: AccountId,
        from: VaultId,
        into: VaultId,
    ) -> Done {
        let (source, target) = (self.free(from, caller)?, self.managed(into, caller)?);
        if from == into || source.kind != target.kind {
            return Err(Rejected::NotMergeable(from, into));
        }
        // What this very batch has made of the source, nobody has judged yet.
        if self.lots_of(into) > 0 && batch.has_touched(from) {
            return Err(Rejected::NotInBatch);
        }
        batch.touch(from, Some(source));
        batch.touch(into, Some(target));
        batch.must_be_safe(into);
        self.inherit_taken(from, into);
        self.forget_vault(from);
        let after = Vault {
            collateral: add(target.collateral, source.collateral)?,
            normalized: add(target.normalized, source.normalized)?,
            deposit: add(target.deposit, source.deposit)?,
            seized_in: target.seized_in.max(source.seized_in),
            ..target
        };
        self.keep(into, after)
    }

    pub(in crate::model) fn transfer(
        &mut self,
        batch: &mut Batch,
        caller: AccountId,
        id: VaultId,
        to: AccountId,
    ) -> Done {
        let vault = self.free(id, caller)?;
        batch.touch(id, Some(vault));
        batch.must_be_safe(id);
        self.orders.remove(&id);
        self.keep(id, Vault { owner: to, ..vault })
    }

    pub(in crate::model) fn set_delegate(&mut self, owner: AccountId, delegate: AccountId, permission: Permission) {
        match permission {
            Permission::Granted => self.delegates.insert((owner, delegate)),
            Permission::Revoked => self.delegates.remove(&(owner, delegate)),
        };
    }

    pub(in crate::model) fn set_order(&mut self, caller: AccountId, id: VaultId, order: Option<StandingOrder>) -> Done {
        let vault = self.vault(id)?;
        if vault.owner != caller {
            return Err(Rejected::NotOwner { vault: id, caller });
        }
        let (least, most) = self.kind(vault.kind)?.warned();
        let (liquidation_ratio, warning_ratio) = (Ratio::from_raw(least), Ratio::from_raw(most));
        let Some(order) = order else {
            self.orders.remove(&id);
            return Ok(());
        };
        let (Protection::Repay { limit } | Protection::TopUp { limit }) = order.action;
        let useless = order.trigger < liquidation_ratio
            || order.trigger > warning_ratio
            || order.restore <= order.trigger
            || order.restore > Ratio::percent(10_000)
            || limit.is_zero();
        if useless {
            return Err(Rejected::UselessOrder {
                liquidation_ratio,
                warning_ratio,
            });
        }
        self.orders.insert(id, order);
        Ok(())
    }
}
