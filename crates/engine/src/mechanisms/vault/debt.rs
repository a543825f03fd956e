//! Drawing and repaying debt (docs/vault.md, eq. 1-3).

use ballast_num::{Amount, NormalizedDebt, RAY, Round, U256, cmp_products};
use ballast_protocol::{DebtDrawn, Event, Module, Rejected, Repayment, TypeId, TypeSpec, VaultId};

use super::custody::not_zero;
use super::{Admission, Batch, ShareMap, Totals, Vault, Vaults};
use crate::kernel::Context;

impl Vaults {
    /// Mints `amount` to the caller; the vault owes it with the borrowing fee and, on its first debt, the liquidation
    /// deposit. Errors, in order: `ZeroAmount`, `UnknownVault`, `NotOwner`, `LotsOnSale`, `Quiet`, `TypeClosed`,
    /// `NoPrice` and `SupplyJump` (of the supply), `GlideGap`, `Uncovered`, `CeilingExceeded`, `GlobalCeilingExceeded`,
    /// `GapExceeded`; at the batch's end those of the judgement.
    pub(crate) fn draw(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        id: VaultId,
        amount: Amount,
    ) -> Result<(), Rejected> {
        not_zero(amount)?;
        let vault = self.unencumbered(id, ctx.caller)?;
        let kind = vault.collateral_type;
        let spec = self.spec(kind)?;
        let fee = amount.mul_ratio(spec.borrowing_fee, Round::Up)?;
        let deposit = self.missing_deposit(&vault)?;
        let added = Amount::try_sum([amount, fee, deposit])?;

        let (normalized, after) = self.with_debt(ctx, &vault, added, deposit)?;
        batch.touch(id, &vault, Some(&after));
        self.write(id, &after)?;
        ctx.ledger.mint(ctx.limits.coin, ctx.caller, amount)?;
        ctx.ledger.mint(ctx.limits.coin, Module::SurplusBuffer, fee)?;
        ctx.ledger
            .mint(ctx.limits.coin, Module::LiquidationDeposits(kind), deposit)?;
        ctx.tell(Event::DebtDrawn(DebtDrawn {
            vault: id,
            collateral_type: kind,
            to: ctx.caller,
            amount,
            fee,
            deposit,
            normalized,
        }));
        Ok(())
    }

    /// Burns coins of the caller against anyone's vault. Errors: `ZeroAmount`, `UnknownVault`, `TooMuch`,
    /// `InsufficientBalance`; at the batch's end `BelowDebtFloor`.
    pub(crate) fn repay(
        &mut self,
        ctx: &mut Context<'_>,
        batch: &mut Batch,
        id: VaultId,
        repayment: Repayment,
    ) -> Result<Amount, Rejected> {
        let vault = self.vault(id)?;
        let index = self.totals(vault.collateral_type)?.index;
        let owed = vault.normalized_debt.debt(index, Round::Up)?;
        let (amount, normalized) = match repayment {
            Repayment::All => (owed, vault.normalized_debt),
            Repayment::Exactly(amount) if amount == owed => (owed, vault.normalized_debt),
            Repayment::Exactly(amount) => (amount, amount.normalize(index, Round::Down)?),
        };
        not_zero(amount)?;
        // Where a unit of normalized debt is worth several coins, a little too much would still round down to all.
        if amount > owed {
            return Err(Rejected::TooMuch {
                asked: amount,
                available: owed,
            });
        }
        let rest = vault.normalized_debt.try_sub(normalized)?;

        ctx.ledger.burn(ctx.limits.coin, ctx.caller, amount)?;
        self.remove_debt(vault.collateral_type, normalized)?;
        let after = Vault {
            normalized_debt: rest,
            ..vault
        };
        batch.touch(id, &vault, Some(&after));
        self.write(id, &after)?;
        ctx.tell(Event::DebtRepaid {
            vault: id,
            by: ctx.caller,
            amount,
            normalized,
        });
        Ok(amount)
    }

    /// What a vault must still leave as its liquidation deposit when it draws debt.
    pub(super) fn missing_deposit(&self, vault: &Vault) -> Result<Amount, Rejected> {
        let asked = self.spec(vault.collateral_type)?.liquidation_deposit;
        // A deposit is left once, with the first debt: a change of the parameter does not reach back.
        Ok(if vault.normalized_debt.is_zero() {
            asked.saturating_sub(vault.deposit)
        } else {
            Amount::ZERO
        })
    }

    /// The vault with `added` more debt, of which `deposit` is its deposit, after every check that concerns new debt;
    /// the totals are written.
    pub(super) fn with_debt(
        &mut self,
        ctx: &Context<'_>,
        vault: &Vault,
        added: Amount,
        deposit: Amount,
    ) -> Result<(NormalizedDebt, Vault), Rejected> {
        let kind = vault.collateral_type;
        self.check_not_quiet(ctx, kind)?;
        let totals = *self.totals(kind)?;
        if let Admission::Closed(cause) = totals.admission {
            return Err(Rejected::TypeClosed {
                collateral_type: kind,
                cause,
            });
        }
        let spec = self.spec(kind)?;
        Self::check_supply(ctx, spec)?;
        self.check_covered(kind)?;
        let normalized = added.normalize(totals.index, Round::Up)?;
        let totals = Totals {
            normalized_debt: totals.normalized_debt.try_add(normalized)?,
            drawn: totals.drawn.try_add(normalized)?,
            ..totals
        };
        let after = Vault {
            normalized_debt: vault.normalized_debt.try_add(normalized)?,
            deposit: vault.deposit.try_add(deposit)?,
            ..*vault
        };
        self.check_ceilings(ctx, spec, &totals)?;
        totals.check_gap(spec)?;
        self.totals.set(kind, totals);
        Ok((normalized, after))
    }

    /// Ceilings count the debt at the block's start and all that the block has drawn, so that a repayment inside the
    /// block makes no room (rule R5).
    fn check_ceilings(&self, ctx: &Context<'_>, spec: &TypeSpec, totals: &Totals) -> Result<(), Rejected> {
        let counted = totals.opening.try_add(totals.drawn)?;
        let (kind, ceiling) = (spec.id, totals.ceiling(spec, ctx.clock.host_time, self.depth(spec.id)));
        if cmp_products(counted.raw(), totals.index.raw(), ceiling.raw(), RAY).is_gt() {
            let debt = counted.debt(totals.index, Round::Up)?;
            return Err(Rejected::CeilingExceeded {
                collateral_type: kind,
                debt,
                ceiling,
            });
        }
        let mut all = U256::product(counted.raw(), totals.index.raw());
        for (_, other) in self.totals.iter().filter(|(id, _)| **id != kind) {
            let counted = other.opening.try_add(other.drawn)?;
            all = all.try_add(U256::product(counted.raw(), other.index.raw()))?;
        }
        let ceiling = ctx.limits.debt_ceiling;
        if all.compare(U256::product(ceiling.raw(), RAY)).is_gt() {
            let debt = Amount::from_raw(all.try_div(RAY, Round::Up)?);
            return Err(Rejected::GlobalCeilingExceeded { debt, ceiling });
        }
        Ok(())
    }

    /// Takes normalized debt off a type's total. Where lots are shared out vaults may owe a few base units more than it
    /// together, and it ends at zero.
    pub(crate) fn remove_debt(&mut self, kind: TypeId, normalized: NormalizedDebt) -> Result<(), Rejected> {
        let totals = *self.totals(kind)?;
        let normalized_debt = match self.share_map(kind) {
            ShareMap::Shared { .. } => totals.normalized_debt.saturating_sub(normalized),
            ShareMap::Plain | ShareMap::Unshared => totals.normalized_debt.try_sub(normalized)?,
        };
        if !normalized.is_zero() {
            self.totals.set(
                kind,
                Totals {
                    normalized_debt,
                    ..totals
                },
            );
        }
        Ok(())
    }
}
