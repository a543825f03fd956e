//! What a vault's owner may still draw and take out, to the base unit: found by the engine's own comparison, so that one more
//! would be refused.

use ballast_engine::State;
use ballast_engine::kernel::Use;
use ballast_engine::mechanisms::vault::{Admission, Totals, Vault, Vaults};
use ballast_num::{Amount, Price, Round};
use ballast_protocol::{FeedId, Rejected, TypeSpec};

/// The prices by which a vault is judged after its owner drew or took out.
#[derive(Clone, Copy)]
pub(super) struct Judged {
    /// For the initial ratio.
    borrow: Price,
    /// For the liquidation ratio.
    liquidate: Price,
}

impl Judged {
    /// At a price that somebody asks about.
    pub(super) const fn at(price: Price) -> Self {
        Self {
            borrow: price,
            liquidate: price,
        }
    }

    /// As the engine would now; none where it allows nothing for want of a price.
    pub(super) fn now(state: &State, feed: FeedId) -> Result<Option<Self>, Rejected> {
        let prices = || {
            let quote = state.prices().quote(feed)?;
            Ok(Self {
                borrow: quote.price(Use::Borrow)?,
                liquidate: quote.price(Use::Liquidate)?,
            })
        };
        match prices() {
            Ok(judged) => Ok(Some(judged)),
            Err(Rejected::NoPrice(_) | Rejected::Quiet { .. }) => Ok(None),
            Err(rejected) => Err(rejected),
        }
    }
}

/// A vault, and what its type says.
pub(super) struct Case<'a> {
    pub(super) vault: Vault,
    pub(super) spec: &'a TypeSpec,
    pub(super) totals: &'a Totals,
}

impl<'a> Case<'a> {
    pub(super) fn of(state: &'a State, vault: Vault) -> Result<Self, Rejected> {
        Ok(Self {
            vault,
            spec: state.vaults().spec(vault.collateral_type)?,
            totals: state.vaults().totals(vault.collateral_type)?,
        })
    }

    /// The vault after a draw: with the borrowing fee and, on its first debt, the liquidation deposit. Error: `Overflow`.
    pub(super) fn after_draw(&self, amount: Amount) -> Result<Vault, Rejected> {
        let fee = amount.mul_ratio(self.spec.borrowing_fee, Round::Up)?;
        let deposit = if self.vault.normalized_debt.is_zero() {
            self.spec.liquidation_deposit.saturating_sub(self.vault.deposit)
        } else {
            Amount::ZERO
        };
        let added = Amount::try_sum([amount, fee, deposit])?;
        let normalized = added.normalize(self.totals.index, Round::Up)?;
        Ok(Vault {
            normalized_debt: self.vault.normalized_debt.try_add(normalized)?,
            deposit: self.vault.deposit.try_add(deposit)?,
            ..self.vault
        })
    }

    /// The most that its owner may draw, as far as it is up to the vault: ceilings, limits of flow and the cover of its type may
    /// leave less. None without a price.
    pub(super) fn drawable(&self, judged: Option<Judged>) -> Option<Amount> {
        let judged = judged?;
        if self.vault.seizures.lots() > 0 || self.totals.admission != Admission::Open {
            return Some(Amount::ZERO);
        }
        let most = greatest(Amount::MAX, |amount| {
            self.after_draw(amount).is_ok_and(|after| self.is_safe(&after, judged))
        });
        let reaches_floor = |after: Vault| {
            let debt = after.normalized_debt.debt(self.totals.index, Round::Down);
            debt.is_ok_and(|debt| debt >= self.spec.debt_floor)
        };
        Some(match self.after_draw(most) {
            Ok(after) if reaches_floor(after) => most,
            // Less than a vault must owe at least.
            _ => Amount::ZERO,
        })
    }

    /// The most collateral that its owner may take out. None without a price.
    pub(super) fn releasable(&self, judged: Option<Judged>) -> Option<Amount> {
        let judged = judged?;
        if self.vault.seizures.lots() > 0 {
            return Some(Amount::ZERO);
        }
        let debt = self.vault.normalized_debt.debt(self.totals.index, Round::Down);
        let below_floor = debt.is_ok_and(|debt| debt < self.spec.debt_floor);
        if below_floor && !self.vault.normalized_debt.is_zero() {
            return Some(Amount::ZERO);
        }
        Some(greatest(self.vault.collateral, |amount| {
            let after = Vault {
                collateral: self.vault.collateral.saturating_sub(amount),
                ..self.vault
            };
            self.is_safe(&after, judged)
        }))
    }

    /// Whether the engine would let an owner leave a vault so.
    fn is_safe(&self, after: &Vault, judged: Judged) -> bool {
        let reaches =
            |price, ratio| Vaults::bar(self.totals, price, ratio).is_reached(after.normalized_debt, after.collateral);
        after.normalized_debt.is_zero()
            || reaches(judged.borrow, self.spec.initial_ratio)
                && reaches(judged.liquidate, self.totals.liquidation_ratio)
    }
}

/// The greatest amount up to `most` of which something holds that holds of every smaller one; zero if of none.
fn greatest(most: Amount, holds: impl Fn(Amount) -> bool) -> Amount {
    if holds(most) {
        return most;
    }
    let (mut good, mut bad) = (0_u128, most.raw());
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if holds(Amount::from_raw(middle)) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Amount::from_raw(good)
}

#[cfg(test)]
mod tests;
