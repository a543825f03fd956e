//! What must hold of a batch's vaults: between its steps, and at its end.

use std::collections::BTreeMap;

use ballast_num::{Amount, RAY, Round, WAD};
use ballast_protocol::{Rejected, TypeId, VaultId};

use super::{Batch, Vault};
use crate::model::number::{add, big, part, value};
use crate::model::oracle::Quote;
use crate::model::{Done, Model};

use Round::Down;

impl Model {
    /// What each vault of a batch owes beyond what its initial ratio allows at the lower of spot and mean.
    pub(in crate::model) fn beyond_health(&self, vault: &Vault) -> Result<u128, Rejected> {
        let kind = self.kind(vault.kind)?;
        let initial = kind.spec.initial_ratio.raw();
        let price = self.quote(kind.spec.feed).and_then(Quote::borrowing);
        if vault.normalized == 0
            || price
                .as_ref()
                .is_ok_and(|price| kind.reaches(vault.normalized, vault.collateral, *price, initial))
        {
            return Ok(0);
        }
        let allowed = match price {
            Ok(price) => part(value(vault.collateral, price, kind.decimals, Down)?, WAD, initial, Down)?,
            Err(_) => 0,
        };
        Ok(kind.owed(vault.normalized)?.saturating_sub(allowed))
    }

    /// Counts the debt beyond health that a command has added to a batch, all its vaults taken together.
    pub(in crate::model) fn count_deferred(&mut self, before: &BTreeMap<VaultId, Vault>, batch: &Batch) -> Done {
        let mut sums: BTreeMap<TypeId, (u128, u128)> = BTreeMap::new();
        for (id, ..) in &batch.touched {
            for (vaults, now) in [(before, false), (&self.vaults, true)] {
                let Some(vault) = vaults.get(id) else { continue };
                let beyond = self.beyond_health(vault)?;
                let (was, is) = sums.entry(vault.kind).or_default();
                *(if now { is } else { was }) += beyond;
            }
        }
        for (id, (was, is)) in sums {
            let kind = self.kind_mut(id)?;
            let deferred = add(kind.deferred, is.saturating_sub(was))?;
            let ceiling = kind.spec.flash_ceiling;
            if is > was && deferred > ceiling.raw() {
                let deferred = Amount::from_raw(deferred);
                return Err(Rejected::FlashCeilingExceeded {
                    collateral_type: id,
                    deferred,
                    ceiling,
                });
            }
            kind.deferred = deferred;
        }
        Ok(())
    }

    /// What must hold at the end of a batch: no dust, and of each vault that has become riskier or new, was split,
    /// merged or handed over, that it is neither frozen nor under its initial ratio.
    pub(in crate::model) fn judge(&self, batch: &Batch) -> Done {
        for (id, before, must_be_safe) in &batch.touched {
            let Some(after) = self.vaults.get(id).filter(|vault| vault.normalized > 0) else {
                continue;
            };
            let kind = self.kind(after.kind)?;
            let (floor, spec) = (kind.spec.debt_floor, &kind.spec);
            let only_deposited = before
                .is_some_and(|before| before.normalized == after.normalized && before.collateral <= after.collateral);
            if big(after.normalized) * kind.index < big(floor.raw()) * RAY && !only_deposited {
                let debt = Amount::from_raw(kind.owed(after.normalized)?);
                return Err(Rejected::BelowDebtFloor {
                    vault: *id,
                    debt,
                    floor,
                });
            }
            let riskier = before
                .is_none_or(|before| after.normalized > before.normalized || after.collateral < before.collateral);
            if !riskier && !must_be_safe {
                continue;
            }
            let quote = self.quote(spec.feed)?;
            quote.heard()?;
            self.not_quiet(spec.id)?;
            let price = quote.borrowing()?;
            if !kind.reaches(after.normalized, after.collateral, quote.judging, kind.ratio) {
                return Err(Rejected::Frozen { vault: *id });
            }
            if !kind.reaches(after.normalized, after.collateral, price, spec.initial_ratio.raw()) {
                let price = ballast_num::Price::from_raw(price);
                return Err(Rejected::BelowInitialRatio {
                    vault: *id,
                    ratio: spec.initial_ratio,
                    price,
                });
            }
        }
        Ok(())
    }
}
