//! The judgement of vaults: what must hold of each that a batch has touched, at the batch's end (rule R5).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ballast_num::{Amount, Price, RAY, Ratio, Round, cmp_products};
use ballast_protocol::{Rejected, TypeId, VaultId};

use super::{Bar, ShareMap, Totals, Vault, Vaults};
use crate::kernel::{Context, Use};

/// What a transaction has opened and touched so far.
#[derive(Debug, Default)]
pub struct Batch {
    opened: Vec<VaultId>,
    /// In the order in which they were first touched: that is how they are judged.
    touched: Vec<Touched>,
    /// Where the vaults after the first [`FEW`] stand in `touched`, so that a batch of many finds each in O(log n).
    later: BTreeMap<VaultId, usize>,
    /// Which of them changed since what they defer was last measured.
    unmeasured: Vec<usize>,
}

/// How many touched vaults are looked through one by one. Nearly all batches touch no more: they build no map.
const FEW: usize = 8;

#[derive(Debug)]
pub(super) struct Touched {
    id: VaultId,
    /// The vault before the batch; `None` if the batch has opened it.
    pub(super) before: Option<Vault>,
    /// The vault now; `None` if the batch has closed it.
    pub(super) after: Option<Vault>,
    /// What it owed beyond health when that was last measured; `None` before the first time.
    pub(super) deferred: Option<Amount>,
    /// Whether it must be safe at the end even if it has not become riskier.
    must_be_safe: bool,
}

impl Batch {
    /// Makes it ready for the next transaction.
    pub fn clear(&mut self) {
        self.opened.clear();
        self.touched.clear();
        self.later.clear();
        self.unmeasured.clear();
    }

    /// The n-th vault that the batch opened.
    pub fn opened(&self, n: u8) -> Result<VaultId, Rejected> {
        self.opened.get(usize::from(n)).copied().ok_or(Rejected::NotOpened(n))
    }

    /// Whether the judgement of `vault` is deferred to the end.
    pub fn defers(&self, vault: VaultId) -> bool {
        self.place(vault).is_some()
    }

    /// Whether anything is deferred.
    pub fn defers_any(&self) -> bool {
        !self.touched.is_empty()
    }

    /// Whether a command has changed anything whose judgement is deferred.
    pub fn has_unmeasured(&self) -> bool {
        !self.unmeasured.is_empty()
    }

    /// The next vault that changed since it was last measured.
    pub(super) fn next_unmeasured(&mut self) -> Option<&mut Touched> {
        let at = self.unmeasured.pop()?;
        self.touched.get_mut(at)
    }

    pub(super) fn open(&mut self, id: VaultId, vault: &Vault) {
        self.opened.push(id);
        self.unmeasured.push(self.touched.len());
        self.add(Touched {
            id,
            before: None,
            after: Some(*vault),
            deferred: None,
            must_be_safe: false,
        });
    }

    /// Remembers that a vault changes from `before`, for the first time in the batch or again.
    pub(super) fn touch(&mut self, id: VaultId, before: &Vault, after: Option<&Vault>) {
        let after = after.copied();
        let at = self.place(id);
        self.unmeasured.push(at.unwrap_or(self.touched.len()));
        match at.and_then(|at| self.touched.get_mut(at)) {
            Some(touched) => touched.after = after,
            None => self.add(Touched {
                id,
                before: Some(*before),
                after,
                deferred: None,
                must_be_safe: false,
            }),
        }
    }

    pub(super) fn must_be_safe(&mut self, id: VaultId) {
        if let Some(touched) = self.find(id) {
            touched.must_be_safe = true;
        }
    }

    /// The vaults of a type that were touched, each before and now, in the order in which they first were.
    pub(super) fn touched_of(
        &self,
        collateral_type: TypeId,
    ) -> impl Iterator<Item = (VaultId, Option<&Vault>, Option<&Vault>)> {
        self.touched
            .iter()
            .map(|touched| (touched.id, touched.before.as_ref(), touched.after.as_ref()))
            .filter(move |(_, before, after)| {
                let vault = before.or(*after);
                vault.is_some_and(|vault| vault.collateral_type == collateral_type)
            })
    }

    fn add(&mut self, touched: Touched) {
        if self.touched.len() >= FEW {
            self.later.insert(touched.id, self.touched.len());
        }
        self.touched.push(touched);
    }

    /// The vaults that a search looks through; all others are in `later`.
    fn few(&self) -> &[Touched] {
        self.touched.get(..FEW).unwrap_or(&self.touched)
    }

    fn place(&self, id: VaultId) -> Option<usize> {
        let few = self.few().iter().position(|touched| touched.id == id);
        few.or_else(|| self.later.get(&id).copied())
    }

    fn find(&mut self, id: VaultId) -> Option<&mut Touched> {
        let place = self.place(id)?;
        self.touched.get_mut(place)
    }
}

/// Whether a type's stressed loss is covered (rule R12); derived at the start of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuance {
    /// Σ max(0, debt − stressed value), and what the liquidation ratio has yet to glide (rule R8), in coins.
    pub stressed_loss: Amount,
    /// First-loss capital and the line in force, in coins.
    pub cover: Amount,
    /// What vaults are short of the ratio to which the liquidation ratio glides, in coins (rule R8).
    pub glide_gap: Amount,
}

impl Vaults {
    /// The bar that a vault of this type must reach at `price` and `ratio`, once read: places want the type's map too.
    pub fn bar(totals: &Totals, price: Price, ratio: Ratio) -> Bar {
        Bar {
            price,
            scale: totals.scale(),
            index: totals.index,
            ratio,
            map: ShareMap::Plain,
        }
    }

    /// Judges every vault that the batch has touched. Errors, in order: `BelowDebtFloor`, `NoPrice`, `Quiet`,
    /// `Frozen`, `BelowInitialRatio`.
    pub(crate) fn judge(&self, ctx: &Context<'_>, batch: &Batch) -> Result<(), Rejected> {
        batch
            .touched
            .iter()
            .try_for_each(|touched| self.judge_one(ctx, touched))
    }

    fn judge_one(&self, ctx: &Context<'_>, touched: &Touched) -> Result<(), Rejected> {
        let Some(after) = &touched.after else { return Ok(()) };
        if after.normalized_debt.is_zero() {
            return Ok(());
        }
        let spec = self.spec(after.collateral_type)?;
        let totals = self.totals(after.collateral_type)?;
        // A deposit is welcome even where a raised floor has left the vault under it.
        let only_deposited = touched.before.is_some_and(|before| {
            after.normalized_debt == before.normalized_debt && after.collateral >= before.collateral
        });
        let above_floor = cmp_products(
            after.normalized_debt.raw(),
            totals.index.raw(),
            spec.debt_floor.raw(),
            RAY,
        );
        if above_floor.is_lt() && !only_deposited {
            let debt = after.normalized_debt.debt(totals.index, Round::Up)?;
            return Err(Rejected::BelowDebtFloor {
                vault: touched.id,
                debt,
                floor: spec.debt_floor,
            });
        }
        let riskier = touched.before.is_none_or(|before| {
            after.normalized_debt > before.normalized_debt || after.collateral < before.collateral
        });
        if !riskier && !touched.must_be_safe {
            return Ok(());
        }
        let quote = ctx.prices.quote(spec.feed)?;
        let price = quote.price(Use::Borrow)?;
        let frozen = Self::bar(totals, quote.price(Use::Liquidate)?, totals.liquidation_ratio);
        if !frozen.is_reached(after.normalized_debt, after.collateral) {
            return Err(Rejected::Frozen { vault: touched.id });
        }
        let bar = Self::bar(totals, price, spec.initial_ratio);
        if !bar.is_reached(after.normalized_debt, after.collateral) {
            return Err(Rejected::BelowInitialRatio {
                vault: touched.id,
                ratio: spec.initial_ratio,
                price,
            });
        }
        Ok(())
    }

    /// Sets how much of each type's risk is covered; new debt of an uncovered type is refused.
    pub(crate) fn set_issuance(&mut self, collateral_type: TypeId, issuance: Option<Issuance>) {
        match issuance {
            Some(issuance) => self.issuance.insert(collateral_type, issuance),
            None => self.issuance.remove(&collateral_type),
        };
    }

    /// Sets the coins of a type's market that its ceiling may count in this block (rule R10).
    pub(crate) fn set_depth(&mut self, collateral_type: TypeId, coins: Amount) {
        self.depths.insert(collateral_type, coins);
    }

    pub(super) fn depth(&self, collateral_type: TypeId) -> Amount {
        self.depths.get(&collateral_type).copied().unwrap_or(Amount::ZERO)
    }

    pub(super) fn check_covered(&self, collateral_type: TypeId) -> Result<(), Rejected> {
        match self.issuance.get(&collateral_type) {
            Some(Issuance { glide_gap, .. }) if !glide_gap.is_zero() => Err(Rejected::GlideGap {
                collateral_type,
                gap: *glide_gap,
            }),
            Some(Issuance {
                stressed_loss, cover, ..
            }) if stressed_loss > cover => Err(Rejected::Uncovered {
                collateral_type,
                stressed_loss: *stressed_loss,
                cover: *cover,
            }),
            _ => Ok(()),
        }
    }
}
