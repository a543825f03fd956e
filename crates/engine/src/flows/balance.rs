//! Balance sheets: what each collateral type owns, owes and could lose (docs/backstop.md, eq. 1-4).

use ballast_num::{Amount, NormalizedDebt, Price, Ratio, Round};
use ballast_protocol::{FeedId, Module, Rejected, TypeId};

use crate::mechanisms::vault::{Bar, Issuance, Sums, Totals, Vaults};
use crate::state::State;

/// A type's books at a price, in coins. Assets round down, debts and losses up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BalanceSheet {
    /// What the vaults owe.
    pub vault_debt: Amount,
    /// What the vaults hold, at the price.
    pub vault_collateral: Amount,
    /// What the lots on sale owe.
    pub auction_debt: Amount,
    /// Σ min(debt, value) over vaults and lots: what the debts are good for.
    pub assets: Amount,
    /// Σ max(0, debt − value) over vaults and lots: what would be booked now.
    pub marked_loss: Amount,
    /// Σ max(0, debt − value·(1 − s)) over vaults and lots, and what the liquidation ratio has yet to glide.
    pub stressed_loss: Amount,
    /// First-loss capital.
    pub first_loss: Amount,
    /// Loss booked as bad debt and not recovered.
    pub bad_debt: Amount,
}

impl State {
    /// The books of a type at this block's price, whatever the feed's state. Errors: `UnknownType`, `NoPrice::None`.
    pub fn balance_sheet(&self, kind: TypeId) -> Result<BalanceSheet, Rejected> {
        let spec = self.vaults.spec(kind)?;
        let totals = self.vaults.totals(kind)?;
        let price = self.prices.quote(spec.feed)?.low;
        let stressed_price = price.mul_ratio(Ratio::ONE.saturating_sub(spec.stress), Round::Down)?;
        let all = self.vaults.index().sums(kind);
        let vault_debt = debt(totals, &all)?;

        let mut lots = Lots::default();
        for (_, auction) in self
            .auctions
            .iter()
            .filter(|(_, auction)| auction.collateral_type == kind)
        {
            lots.add(
                auction.debt,
                value(totals, auction.lot, price)?,
                value(totals, auction.lot, stressed_price)?,
            )?;
        }
        let vault_loss = self.loss_under(kind, &Vaults::bar(totals, price, Ratio::ONE))?;
        let vault_stress = self.loss_under(kind, &Vaults::bar(totals, stressed_price, Ratio::ONE))?;
        let marked_loss = vault_loss.try_add(lots.loss)?;
        let target = spec.liquidation_ratio;
        let to_glide = if totals.liquidation_ratio < target {
            self.loss_under(kind, &Vaults::bar(totals, price, target))?
        } else {
            Amount::ZERO
        };
        Ok(BalanceSheet {
            vault_debt,
            vault_collateral: value(totals, Amount::from_raw(all.collateral), price)?,
            auction_debt: lots.debt,
            assets: vault_debt.try_add(lots.debt)?.saturating_sub(marked_loss),
            marked_loss,
            stressed_loss: Amount::try_sum([vault_stress, lots.stressed_loss, to_glide])?,
            first_loss: self
                .ledger
                .balance(self.governance.get().limits.coin, Module::FirstLoss(kind)),
            bad_debt: self.backstop.losses(kind).bad_debt,
        })
    }

    /// Σ (debt × ratio − value) over the vaults under a bar, from two prefix sums.
    fn loss_under(&self, kind: TypeId, bar: &Bar) -> Result<Amount, Rejected> {
        let under = self.vaults.index().sums_under(kind, bar);
        let totals = self.vaults.totals(kind)?;
        let due = debt(totals, &under)?.mul_ratio(bar.ratio, Round::Up)?;
        Ok(due.saturating_sub(value(totals, Amount::from_raw(under.collateral), bar.price)?))
    }

    /// Whether a type may issue in this block (rule R12): it may while its stressed loss ≤ its first loss and line.
    pub(crate) fn issuance(&self, kind: TypeId) -> Result<Issuance, Rejected> {
        let sheet = self.balance_sheet(kind)?;
        let cover = sheet.first_loss.try_add(self.vaults.spec(kind)?.line)?;
        Ok(Issuance {
            stressed_loss: sheet.stressed_loss,
            cover,
        })
    }

    /// The types whose collateral a feed prices.
    pub(crate) fn types_of(&self, feed: FeedId) -> Vec<TypeId> {
        self.vaults
            .types()
            .filter(|spec| spec.feed == feed)
            .map(|spec| spec.id)
            .collect()
    }
}

/// What lots owe and could lose.
#[derive(Default)]
struct Lots {
    debt: Amount,
    loss: Amount,
    stressed_loss: Amount,
}

impl Lots {
    fn add(&mut self, debt: Amount, value: Amount, stressed: Amount) -> Result<(), Rejected> {
        self.debt = self.debt.try_add(debt)?;
        self.loss = self.loss.try_add(debt.saturating_sub(value))?;
        self.stressed_loss = self.stressed_loss.try_add(debt.saturating_sub(stressed))?;
        Ok(())
    }
}

fn debt(totals: &Totals, sums: &Sums) -> Result<Amount, Rejected> {
    Ok(NormalizedDebt::from_raw(sums.normalized_debt).debt(totals.index, Round::Up)?)
}

fn value(totals: &Totals, collateral: Amount, price: Price) -> Result<Amount, Rejected> {
    let value = collateral.usd_value(price, totals.decimals, Round::Down)?;
    Ok(Amount::from_raw(value.raw().unsigned_abs()))
}
