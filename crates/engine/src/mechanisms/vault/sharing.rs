//! Sharing a lot out: its debt and its collateral go to all other vaults in debt of the type, in proportion to their
//! collateral, at one cost however many they are (rule R10; docs/sharing.md).

#[cfg(test)]
mod tests;

use ballast_num::{Amount, Arithmetic, NormalizedDebt, Round, U256, mul_div};
use ballast_protocol::{Event, LotShared, Module, Rejected, TypeId, VaultId};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{ShareMap, Totals, Vaults};
use crate::kernel::Context;
use crate::kernel::share_map::{DEBT_END, FIRST_UNIT, ONE};

/// What all shares of a type are worth, and what rounding may have left beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Shares {
    /// Collateral of a share × 2¹²⁷.
    pub unit: u128,
    /// Normalized debt of a share × 2¹²⁷.
    pub debt: U256,
    /// Collateral held for the vaults in debt, since the first sharing; before it is what their shares are worth.
    pub held: Amount,
    /// How many lots have been shared out.
    pub sharings: u64,
    /// Most that the vaults owe together above the type's total.
    pub owed_more: u128,
    /// Most that is held above what the vaults have together.
    pub held_more: u128,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            unit: FIRST_UNIT,
            debt: U256::ZERO,
            held: Amount::ZERO,
            sharings: 0,
            owed_more: 0,
            held_more: 0,
        }
    }
}

impl Shares {
    /// The map on the type's vaults.
    pub(super) const fn map(&self) -> ShareMap {
        match self.sharings {
            0 => ShareMap::Unshared,
            _ => ShareMap::Shared {
                unit: self.unit,
                debt: self.debt,
            },
        }
    }

    /// The shares after a lot of `collateral` and `debt` has gone to `vaults` vaults with `shares` shares, for which
    /// `held` was there.
    ///
    /// unit' = (held + collateral) ÷ shares, rounded down, so that all shares are worth no more than is held.
    /// debt' = debt + (lot's debt + vaults) ÷ shares, rounded up: a base unit for each vault covers what reading its debt
    /// may round off, so that they never owe less together than the lot did.
    ///
    /// Errors: `DivisionByZero` without shares; `Overflow` once a share is worth more than a base unit, and if a figure
    /// does not fit; `Underflow` if the lot is less than what rounding up of shares has promised.
    fn after(&self, held: Amount, vaults: u128, shares: u128, lot: Lot) -> Result<Self, Arithmetic> {
        let held = held.try_add(lot.collateral)?;
        let unit = mul_div(held.raw(), ONE, shares, Round::Down)?;
        if unit > ONE {
            return Err(Arithmetic::Overflow);
        }
        if unit < self.unit {
            return Err(Arithmetic::Underflow);
        }
        let owed = lot.debt.raw().checked_add(vaults).ok_or(Arithmetic::Overflow)?;
        let debt = self.debt.try_add(U256::product(owed, ONE).try_div_wide_up(shares)?)?;
        if debt.try_mul(shares)?.try_div(ONE, Round::Up)? >= DEBT_END {
            return Err(Arithmetic::Overflow);
        }
        let more = vaults.checked_add(2).ok_or(Arithmetic::Overflow)?;
        Ok(Self {
            unit,
            debt,
            held,
            sharings: self.sharings.checked_add(1).ok_or(Arithmetic::Overflow)?,
            owed_more: self
                .owed_more
                .checked_add(more)
                .and_then(|sum| sum.checked_add(vaults))
                .ok_or(Arithmetic::Overflow)?,
            held_more: more,
        })
    }
}

/// What is shared out.
#[derive(Clone, Copy, Debug)]
struct Lot {
    collateral: Amount,
    debt: NormalizedDebt,
}

impl Vaults {
    /// What has been shared out over a type; `None` if it never may.
    pub fn shares(&self, kind: TypeId) -> Option<&Shares> {
        self.shares.get(&kind)
    }

    /// Lets a type share out from now on; at genesis, before it has a vault.
    pub(super) fn let_share(&mut self, kind: TypeId) {
        self.shares.set(kind, Shares::default());
    }

    /// Collateral held for a type's vaults in debt.
    pub fn held(&self, kind: TypeId) -> Amount {
        let map = self.share_map(kind);
        match self.shares.get(&kind) {
            Some(shares) if shares.sharings > 0 => shares.held,
            _ => map.collateral(self.index().sums(kind).holding),
        }
    }

    /// Follows a vault in debt whose collateral changes, once its type has shared out. Error: `Overflow`.
    pub(super) fn move_held(&mut self, kind: TypeId, was: Amount, is: Amount) -> Result<(), Arithmetic> {
        let Some(shares) = self.shares.get(&kind).filter(|shares| shares.sharings > 0).copied() else {
            return Ok(());
        };
        let held = shares.held.try_add(is)?.try_sub(was)?;
        if held != shares.held {
            self.shares.set(kind, Shares { held, ..shares });
        }
        Ok(())
    }

    /// Shares of the vaults in debt of a type, one of them left out.
    fn shares_beside(&self, kind: TypeId, id: VaultId) -> u128 {
        let own = self.place(id).map_or(0, |place| place.standing().holding);
        self.index().sums(kind).holding.saturating_sub(own)
    }

    /// Whether anyone could take part in what is shared out of a vault.
    pub(crate) fn could_share(&self, kind: TypeId, id: VaultId) -> bool {
        self.shares.contains_key(&kind) && self.shares_beside(kind, id) > 0
    }

    /// Gives a lot of collateral, which is still in [`Module::Vaults`], and coins of debt to all vaults in debt of a type
    /// but the one that it was seized from. Errors: `NobodyToShareWith`; `Overflow` and `Underflow` where a figure does not
    /// fit.
    pub(crate) fn share_out(
        &mut self,
        ctx: &mut Context<'_>,
        kind: TypeId,
        from: VaultId,
        collateral: Amount,
        debt: Amount,
    ) -> Result<(), Rejected> {
        if !self.could_share(kind, from) {
            return Err(Rejected::NobodyToShareWith(kind));
        }
        let totals = *self.totals(kind)?;
        let lot = Lot {
            collateral,
            debt: debt.normalize(totals.index, Round::Up)?,
        };
        // What is left of the vault itself stands aside, and comes back as it was.
        let aside = self.vault(from).ok().filter(|vault| !vault.normalized_debt.is_zero());
        if aside.is_some() {
            self.erase(from)?;
        }
        let (shares, vaults) = (self.index().sums(kind).holding, self.index().len(kind) as u128);
        let before = self.shares.get(&kind).copied().unwrap_or_default();
        let after = before.after(self.held(kind), vaults, shares, lot)?;

        self.shares.set(kind, after);
        self.totals.set(
            kind,
            Totals {
                normalized_debt: totals.normalized_debt.try_add(lot.debt)?,
                ..totals
            },
        );
        if let Some(vault) = aside {
            self.write(from, &vault)?;
        }
        ctx.tell(Event::LotShared(LotShared {
            collateral_type: kind,
            vault: from,
            collateral,
            debt,
            normalized: lot.debt,
            shares,
            unit: after.unit,
            debt_per_share: after.debt,
        }));
        Ok(())
    }

    /// Starts a type's shares anew once no vault in debt is left; what rounding has left of collateral goes to the account
    /// `Residue`, which pays nobody.
    pub(super) fn settle_shares(&mut self, ctx: &mut Context<'_>, kind: TypeId) -> Result<(), Rejected> {
        let Some(shares) = self.shares.get(&kind).filter(|shares| shares.sharings > 0).copied() else {
            return Ok(());
        };
        if self.index().len(kind) > 0 {
            return Ok(());
        }
        let (from, asset) = (Module::Vaults(kind), self.spec(kind)?.collateral);
        ctx.ledger.transfer(asset, from, Module::Residue, shares.held)?;
        if !shares.held.is_zero() {
            ctx.tell(Event::ResidueBooked {
                from,
                asset,
                amount: shares.held,
            });
        }
        self.shares.set(kind, Shares::default());
        Ok(())
    }
}
