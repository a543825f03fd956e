//! Balance sheets: what each collateral type owns, owes and could lose (docs/backstop.md, eq. 2-5).

use ballast_num::{Amount, Index, Price, Ratio, Round};
use ballast_protocol::{FeedId, Module, Rejected, TypeId, Venue};

use crate::kernel::ranking::Ranking;
use crate::kernel::{Clock, Use, coin_value};
use crate::mechanisms::vault::{Bar, Issuance, Totals, Vaults};
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
    /// Σ max(0, debt − value·(1 − s)) over vaults and lots, and the glide gap.
    pub stressed_loss: Amount,
    /// Σ max(0, debt × target ratio − value) over the vaults, while the liquidation ratio glides up to its target.
    pub glide_gap: Amount,
    /// First-loss capital.
    pub first_loss: Amount,
    /// Loss booked as bad debt and not recovered.
    pub bad_debt: Amount,
}

impl State {
    /// Coins that a pool of the smallest locked depth of 24 h of the type's market would hold at the low price (rule R10),
    /// rounded down: none where the ceiling counts no market. Errors: `NoPrice`, `UnknownMarket`.
    pub(crate) fn ceiling_depth(&self, kind: TypeId, clock: &Clock) -> Result<Amount, Rejected> {
        let spec = self.vaults.spec(kind)?;
        match spec.market.filter(|_| !spec.growth.depth_multiple.is_zero()) {
            Some(market) => self
                .markets
                .locked_coins(market, clock, self.prices.quote(spec.feed)?.low),
            None => Ok(Amount::ZERO),
        }
    }

    /// The books of a type at this block's price, whatever the feed's state. Errors: `UnknownType`, `NoPrice::None`.
    pub fn balance_sheet(&self, kind: TypeId) -> Result<BalanceSheet, Rejected> {
        let spec = self.vaults.spec(kind)?;
        let totals = self.vaults.totals(kind)?;
        let price = self.prices.quote(spec.feed)?.price(Use::Mark)?;
        let stressed_price = price.mul_ratio(Ratio::ONE.saturating_sub(spec.stress), Round::Down)?;
        let map = self.vaults.share_map(kind);
        let (owed, held) = map.totals(&self.vaults.index().sums(kind))?;
        let vault_debt = owed.debt(totals.index, Round::Up)?;
        let auction_debt = self.auctions.on_sale(kind).debt;

        let vaults = |price, ratio| {
            let bar = Bar {
                map,
                ..Vaults::bar(totals, price, ratio)
            };
            loss_under(self.vaults.index(), totals, &bar, kind)
        };
        // A lot's debt bears no interest.
        let lots = |price| {
            let bar = Bar {
                index: Index::ONE,
                ..Vaults::bar(totals, price, Ratio::ONE)
            };
            loss_under(self.auctions.ranking(), totals, &bar, kind)
        };
        let marked_loss = vaults(price, Ratio::ONE)?.try_add(lots(price)?)?;
        let target = spec.liquidation_ratio;
        let glide_gap = if totals.liquidation_ratio < target {
            vaults(price, target)?
        } else {
            Amount::ZERO
        };
        Ok(BalanceSheet {
            vault_debt,
            vault_collateral: value(totals, held, price)?,
            auction_debt,
            assets: vault_debt.try_add(auction_debt)?.saturating_sub(marked_loss),
            marked_loss,
            stressed_loss: Amount::try_sum([vaults(stressed_price, Ratio::ONE)?, lots(stressed_price)?, glide_gap])?,
            glide_gap,
            first_loss: self
                .ledger
                .balance(self.governance.get().limits.coin, Module::FirstLoss(kind)),
            bad_debt: self.backstop.losses(kind).bad_debt,
        })
    }

    /// Fixes the lines of a block at its start: together at most what surplus buffer and insurance fund hold, less what
    /// insurers have asked to take out of it (rule R12).
    pub(crate) fn fix_lines(&mut self) {
        let spend = self.common_steps().unwrap_or_default();
        let ring_fence = self.governance.get().limits.ring_fence;
        self.backstop.fix_lines(self.vaults.types(), spend, ring_fence);
    }

    /// Coins of the surplus buffer, and of the insurance fund net of queued exits.
    pub fn common_steps(&self) -> Result<Amount, Rejected> {
        let coin = self.governance.get().limits.coin;
        let [buffer, fund] = [Module::SurplusBuffer, Module::InsuranceFund].map(|step| self.ledger.balance(coin, step));
        let all = self.fund.totals().shares;
        let staying = all.saturating_sub(self.queue.leaving(Venue::Fund));
        Ok(buffer.try_add(self.fund.value(staying, fund)?)?)
    }

    /// What the losses that are marked now would draw on the insurance fund, were they booked: of each type what first loss
    /// does not bear, at most what is left of its line, all together what the buffer does not bear.
    pub(crate) fn marked_on_fund(&self) -> Result<Amount, Rejected> {
        let coin = self.governance.get().limits.coin;
        let mut drawn = Amount::ZERO;
        for spec in self.vaults.types() {
            let loss = match self.balance_sheet(spec.id) {
                Ok(sheet) => sheet.marked_loss.saturating_sub(sheet.first_loss),
                Err(Rejected::NoPrice(_)) => Amount::ZERO, // nothing was ever lent on it
                Err(other) => return Err(other),
            };
            let line = self.backstop.losses(spec.id).left_of(spec.line);
            drawn = drawn.try_add(loss.min(line))?;
        }
        Ok(drawn.saturating_sub(self.ledger.balance(coin, Module::SurplusBuffer)))
    }

    /// Whether a type may issue in this block: it may while its stressed loss ≤ its first loss and the line in force
    /// (rule R12), and no glide gap is open (rule R8).
    pub(crate) fn issuance(&self, kind: TypeId) -> Result<Issuance, Rejected> {
        let sheet = self.balance_sheet(kind)?;
        let cover = sheet.first_loss.try_add(self.backstop.line(kind))?;
        Ok(Issuance {
            stressed_loss: sheet.stressed_loss,
            cover,
            glide_gap: sheet.glide_gap,
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

/// Σ (debt × ratio − value) over the positions of a type under a bar, from two prefix sums.
fn loss_under<K: Copy + Ord>(
    ranking: &Ranking<K>,
    totals: &Totals,
    bar: &Bar,
    kind: TypeId,
) -> Result<Amount, Rejected> {
    let under = ranking.sums_under(kind, bar);
    let (owed, held) = bar.map.totals(&under)?;
    let due = owed.debt(bar.index, Round::Up)?.mul_ratio(bar.ratio, Round::Up)?;
    Ok(due.saturating_sub(value(totals, held, bar.price)?))
}

fn value(totals: &Totals, collateral: Amount, price: Price) -> Result<Amount, Rejected> {
    Ok(coin_value(collateral, price, totals.decimals, Round::Down)?)
}
