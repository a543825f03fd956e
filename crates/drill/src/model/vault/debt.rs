//! Debt drawn and repaid, and what may forbid it.

use ballast_num::{Amount, RAY, Round};
use ballast_protocol::{AccountId, Module, Rejected, Repayment, TypeId, VaultId};

use super::{Batch, Vault, some, too_much};
use crate::model::number::{add, big, normalize, owed, quotient, share};
use crate::model::{Done, Model};

use Round::{Down, Up};

impl Model {
    pub(in crate::model) fn draw(&mut self, batch: &mut Batch, caller: AccountId, id: VaultId, amount: u128) -> Done {
        some(amount)?;
        let vault = self.free(id, caller)?;
        let (coin, kind) = (self.coin(), vault.kind);
        let fee = share(amount, self.spec(kind)?.borrowing_fee.raw(), Up)?;
        let deposit = self.deposit_due(&vault)?;
        let normalized = self.issue(kind, add(add(amount, fee)?, deposit)?)?;
        let after = Vault {
            normalized: add(vault.normalized, normalized)?,
            deposit: add(vault.deposit, deposit)?,
            ..vault
        };
        batch.touch(id, Some(vault));
        self.keep(id, after)?;
        self.mint(coin, caller.into(), amount)?;
        self.mint(coin, Module::SurplusBuffer.into(), fee)?;
        self.mint(coin, Module::LiquidationDeposits(kind).into(), deposit)
    }

    /// A vault leaves its liquidation deposit with its first debt.
    pub(super) fn deposit_due(&self, vault: &Vault) -> Result<u128, Rejected> {
        let asked = self.spec(vault.kind)?.liquidation_deposit.raw();
        Ok(if vault.normalized == 0 {
            asked.saturating_sub(vault.deposit)
        } else {
            0
        })
    }

    /// New debt of a type, normalized, after all that may forbid it.
    pub(super) fn issue(&mut self, id: TypeId, debt: u128) -> Result<u128, Rejected> {
        self.not_quiet(id)?;
        let kind = self.kind(id)?;
        if let Some(cause) = kind.closed {
            return Err(Rejected::TypeClosed {
                collateral_type: id,
                cause,
            });
        }
        self.authentic(id)?;
        if let Some((_, _, gap)) = kind.issuance.filter(|(_, _, gap)| *gap > 0) {
            return Err(Rejected::GlideGap {
                collateral_type: id,
                gap: Amount::from_raw(gap),
            });
        }
        if let Some((loss, cover, _)) = kind.issuance.filter(|(loss, cover, _)| loss > cover) {
            return Err(Rejected::Uncovered {
                collateral_type: id,
                stressed_loss: Amount::from_raw(loss),
                cover: Amount::from_raw(cover),
            });
        }
        let normalized = normalize(debt, kind.index, Up)?;
        let (total, drawn) = (add(kind.total, normalized)?, add(kind.drawn, normalized)?);
        let counted = add(kind.opening, drawn)?;
        let (index, ceiling) = (kind.index, Amount::from_raw(self.ceiling(id)?));
        if big(counted) * index > big(ceiling.raw()) * RAY {
            return Err(Rejected::CeilingExceeded {
                collateral_type: id,
                debt: Amount::from_raw(owed(counted, index, Up)?),
                ceiling,
            });
        }
        let others = self.types.iter().filter(|(other, _)| **other != id);
        let all = others.fold(big(counted) * index, |sum, (_, other)| {
            sum + (big(other.opening) + other.drawn) * other.index
        });
        let ceiling = self.limits.debt_ceiling;
        if all > big(ceiling.raw()) * RAY {
            let debt = Amount::from_raw(quotient(&all, RAY, Up)?);
            return Err(Rejected::GlobalCeilingExceeded { debt, ceiling });
        }
        self.within_gap(id, total)?;
        let kind = self.kind_mut(id)?;
        (kind.total, kind.drawn) = (total, drawn);
        Ok(normalized)
    }

    pub(in crate::model) fn repay(
        &mut self,
        batch: &mut Batch,
        caller: AccountId,
        id: VaultId,
        how: Repayment,
    ) -> Done {
        let vault = self.vault(id)?;
        let kind = self.kind(vault.kind)?;
        let all = kind.owed(vault.normalized)?;
        let amount = match how {
            Repayment::All => all,
            Repayment::Exactly(amount) => amount.raw(),
        };
        some(amount)?;
        if amount > all {
            return Err(too_much(amount, all));
        }
        let normalized = if amount == all {
            vault.normalized
        } else {
            normalize(amount, kind.index, Down)?
        };
        self.burn(self.coin(), caller, amount)?;
        self.kind_mut(vault.kind)?.settle_debt(normalized)?;
        batch.touch(id, Some(vault));
        self.keep(
            id,
            Vault {
                normalized: vault.normalized - normalized,
                ..vault
            },
        )
    }
}
