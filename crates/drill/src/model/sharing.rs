//! Sharing out, vault by vault: everyone in debt gets his part of a lot, computed for him alone.
//!
//! The rule fixes what a share is worth after each sharing (docs/sharing.md); here that is worked out with numbers of any
//! size, applied to one vault after the other, and each is held against his plain part of the lot, pro rata.

use ballast_num::{Arithmetic, Round};
use ballast_protocol::{Module, Rejected, TypeId, VaultId};
use num_bigint::BigUint;

use super::number::{add, big, fit, normalize, sub};
use super::vault::{Type, Vault};
use super::{Done, Model};

use Round::Up;

/// Binary digits below the point of what a share is worth.
const DIGITS: u32 = 127;

/// What a share of a type is worth.
#[derive(Clone, Debug)]
pub(crate) struct Worth {
    /// Collateral of a share, × 2¹²⁷: at first a base unit is 2²⁴ shares.
    pub(crate) unit: u128,
    /// Normalized debt of a share, × 2¹²⁷, at first and after each sharing.
    pub(crate) debts: Vec<BigUint>,
}

impl Worth {
    pub(super) fn at_first() -> Self {
        Self {
            unit: 1 << (DIGITS - 24),
            debts: vec![BigUint::ZERO],
        }
    }

    /// How often the type has shared out.
    pub(crate) fn sharings(&self) -> usize {
        self.debts.len() - 1
    }

    fn debt(&self, sharings: usize) -> &BigUint {
        self.debts
            .get(sharings)
            .expect("a vault is written after a sharing that was")
    }

    /// Collateral of so many shares, rounded down.
    fn collateral(&self, shares: u128) -> Result<u128, Rejected> {
        fit(&((big(shares) * self.unit) >> DIGITS))
    }

    /// What so many shares owe after so many sharings, rounded up.
    fn owed(&self, shares: u128, sharings: usize) -> BigUint {
        up(self.debt(sharings) * shares)
    }
}

/// `value ÷ 2¹²⁷`, rounded up.
fn up(value: BigUint) -> BigUint {
    (value + ((BigUint::from(1_u8) << DIGITS) - 1_u8)) >> DIGITS
}

impl Type {
    /// What a vault owes and holds with nothing rounded, both × 2¹²⁷.
    pub(super) fn exact(&self, vault: &Vault) -> (BigUint, BigUint) {
        let Some(worth) = self.worth.as_ref().filter(|_| vault.normalized > 0) else {
            return (big(vault.normalized) << DIGITS, big(vault.collateral) << DIGITS);
        };
        // What was written, and what has been shared out since: the part before was rounded up when it was written.
        let before = worth.owed(vault.shares, vault.written_after) << DIGITS;
        let now = worth.debt(worth.sharings()) * vault.shares;
        let written = big(vault.written) << DIGITS;
        (written + now - before, big(vault.shares) * worth.unit)
    }

    /// Whether a vault has collateral value ≥ debt × ratio, with nothing rounded.
    pub(super) fn stands(&self, vault: &Vault, price: u128, ratio: u128) -> bool {
        let (debt, collateral) = self.exact(vault);
        let scale = BigUint::from(10_u8).pow(36 - u32::from(self.decimals));
        collateral * price * scale >= debt * self.index * ratio
    }

    /// What these vaults owe together, rounded up once, and hold, rounded down once.
    pub(super) fn together<'a>(&self, vaults: impl Iterator<Item = &'a Vault>) -> Result<(u128, u128), Rejected> {
        let (mut debt, mut collateral) = (BigUint::ZERO, BigUint::ZERO);
        for vault in vaults {
            let (owes, holds) = self.exact(vault);
            debt += owes;
            collateral += holds;
        }
        Ok((fit(&up(debt))?, fit(&(collateral >> DIGITS))?))
    }

    /// Takes debt off the total; vaults that were shared out to may owe a little more than it.
    pub(super) fn settle_debt(&mut self, normalized: u128) -> Done {
        let shared = self.worth.as_ref().is_some_and(|worth| worth.sharings() > 0);
        self.total = if shared {
            self.total.saturating_sub(normalized)
        } else {
            sub(self.total, normalized)?
        };
        Ok(())
    }
}

impl Model {
    /// Keeps a vault as it is now. The shares of one in debt are the fewest that are worth its collateral; one whose
    /// collateral and debt are as before keeps those that it had.
    pub(super) fn keep(&mut self, id: VaultId, vault: Vault) -> Done {
        let kind = self.kind(vault.kind)?;
        let mut kept = vault;
        if let Some(worth) = &kind.worth {
            let before = self.vaults.get(&id);
            let same = before.filter(|before| {
                (before.normalized, before.collateral) == (vault.normalized, vault.collateral) && vault.normalized > 0
            });
            kept = match same {
                Some(before) => Vault {
                    shares: before.shares,
                    written: before.written,
                    written_after: before.written_after,
                    ..vault
                },
                None if vault.normalized == 0 => Vault {
                    shares: 0,
                    written: 0,
                    written_after: 0,
                    ..vault
                },
                None => {
                    let wanted = big(vault.collateral) << DIGITS;
                    Vault {
                        shares: fit(&((wanted + (worth.unit - 1)) / worth.unit))?,
                        written: vault.normalized,
                        written_after: worth.sharings(),
                        ..vault
                    }
                }
            };
        }
        self.vaults.insert(id, kept);
        Ok(())
    }

    /// The vaults of a type that owe something, but for one.
    fn others_in_debt(&self, kind: TypeId, but: VaultId) -> Vec<VaultId> {
        let all = self.vaults.iter().filter(|(id, _)| **id != but);
        let indebted = all.filter(|(_, vault)| vault.kind == kind && vault.normalized > 0);
        indebted.map(|(id, _)| *id).collect()
    }

    /// Whether another vault in debt has collateral.
    pub(super) fn has_heirs(&self, kind: TypeId, but: VaultId) -> bool {
        let others = self.others_in_debt(kind, but);
        others
            .iter()
            .any(|id| self.vaults.get(id).is_some_and(|vault| vault.shares > 0))
    }

    /// Collateral that is kept for a type's vaults in debt: all but what the others have.
    pub(crate) fn kept_for_debt(&self, kind: TypeId) -> Result<u128, Rejected> {
        let free = self
            .vaults
            .values()
            .filter(|vault| vault.kind == kind && vault.normalized == 0);
        let free: u128 = free.map(|vault| vault.collateral).sum();
        sub(self.balance(self.spec(kind)?.collateral, Module::Vaults(kind)), free)
    }

    /// Gives a lot to every vault in debt but the one that it comes from, each his part.
    pub(super) fn share_out(&mut self, id: TypeId, from: VaultId, lot: u128, debt: u128) -> Done {
        let heirs = self.others_in_debt(id, from);
        if !self.has_heirs(id, from) {
            return Err(Rejected::NobodyToShareWith(id));
        }
        let own = self.vaults.get(&from).filter(|vault| vault.normalized > 0).copied();
        // The lot lies with the vaults' collateral already.
        let held = sub(self.kept_for_debt(id)?, own.map_or(0, |own| own.collateral))?;
        let kind = self.kind(id)?;
        let debt = normalize(debt, kind.index, Up)?;
        let total = add(kind.total, debt)?;
        let worth = kind.worth.clone().ok_or(Arithmetic::Underflow)?;
        let shares: u128 = heirs
            .iter()
            .filter_map(|id| self.vaults.get(id))
            .map(|vault| vault.shares)
            .sum();
        let count = heirs.len() as u128;

        let mut after = worth.clone();
        after.unit = fit(&((big(held) << DIGITS) / shares))?;
        if after.unit > 1 << DIGITS {
            return Err(Arithmetic::Overflow.into());
        }
        if after.unit < worth.unit {
            return Err(Arithmetic::Underflow.into());
        }
        let each = ((big(debt) + count) << DIGITS) + (shares - 1);
        after.debts.push(worth.debt(worth.sharings()) + each / shares);
        for heir in &heirs {
            let Some(before) = self.vaults.get(heir).copied() else {
                continue;
            };
            let owed = big(before.written) + after.owed(before.shares, after.sharings())
                - after.owed(before.shares, before.written_after);
            let now = Vault {
                normalized: fit(&owed)?,
                collateral: after.collateral(before.shares)?,
                ..before
            };
            is_his_part(&before, &now, (lot, debt), (shares, count));
            self.vaults.insert(*heir, now);
        }
        let kind = self.kind_mut(id)?;
        (kind.total, kind.worth) = (total, Some(after));
        if let Some(own) = own {
            // As much as before, in shares that are worth more.
            self.vaults.remove(&from);
            self.keep(from, own)?;
        }
        Ok(())
    }

    /// When nobody is in debt any more shares begin anew, and what is left over belongs to nobody.
    pub(super) fn begin_shares_anew(&mut self, id: TypeId) -> Done {
        let kind = self.kind(id)?;
        let shared = kind.worth.as_ref().is_some_and(|worth| worth.sharings() > 0);
        if shared && self.others_in_debt(id, VaultId(0)).is_empty() {
            let rest = self.kept_for_debt(id)?;
            self.pay(self.spec(id)?.collateral, Module::Vaults(id), Module::Residue, rest)?;
            self.kind_mut(id)?.worth = Some(Worth::at_first());
        }
        Ok(())
    }
}

/// Whether a vault got its part of a lot, pro rata, but for what rounding explains (docs/sharing.md).
fn is_his_part(before: &Vault, after: &Vault, (lot, debt): (u128, u128), (shares, count): (u128, u128)) {
    let part = |of: u128| big(of) * before.shares;
    let got = big(after.collateral) * shares;
    let fair = big(before.collateral) * shares + part(lot);
    let slack = big(3) * shares + part(count + 3);
    assert!(
        got <= &fair + &slack && fair <= &got + &slack,
        "{before:?} became {after:?} of {lot}"
    );
    let (owes, fair) = (
        big(after.normalized) * shares,
        big(before.normalized) * shares + part(debt),
    );
    assert!(
        owes + shares > fair,
        "{before:?} became {after:?} and owes too little of {debt}"
    );
    let (owes, most) = (big(after.normalized) * shares, fair + big(2) * shares + part(count));
    assert!(owes <= most, "{before:?} became {after:?} and owes too much of {debt}");
}
