//! The figures of a replay: a fold over the events of its blocks.

use std::collections::{BTreeMap, BTreeSet};

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Price, Ratio, Round};
use ballast_protocol::{
    self as protocol, AuctionId, AuctionTaken, BlockResult, Event, LossCause, LotSoldInMarket, Outcome, PoolBought,
    SeizureRule, TypeId, VaultId,
};

use crate::market::usd;
use crate::world::feed_of;

/// A sale below this share of the oracle's price is a zero-price sale.
pub const ZERO_PRICE: Ratio = Ratio::percent(10);

/// What happened in a replay. Amounts are coins, counted at 1 USD, with 18 decimals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Vaults that lost something.
    pub liquidated: BTreeSet<VaultId>,
    /// Seizures, by why so much was taken: to the target ratio, to the round's limit, whole.
    pub seizures: [u64; 3],
    /// Debt taken off vaults.
    pub debt_liquidated: Amount,
    /// What happened to the vaults of each type.
    pub by_type: BTreeMap<TypeId, OfType>,
    /// Sold collateral at the oracle's price of its sale.
    pub sold: Amount,
    /// What was paid for it.
    pub proceeds: Amount,
    /// Of it by each kind of buyer, in the order in which they are asked.
    pub paid_by: BTreeMap<Buyer, Amount>,
    /// Debt of lots that were shared out over the other vaults of their type.
    pub debt_shared: Amount,
    /// Sales below a tenth of the oracle's price.
    pub zero_price_sales: u64,
    /// What owners gave up beyond what their lots owed: of each lot the value sold or shared out − its debt, where above
    /// zero; and callers' shares. What a lot did not bring in is the waterfall's loss, not theirs.
    pub own_collateral: Amount,
    /// Of it what each lot has added, until it is known whether it ends short.
    of_lots: BTreeMap<Lot, Amount>,
    /// Auctions started, reset and ended.
    pub auctions: [u64; 3],
    /// What auctions were short of at their end.
    pub shortfall: Amount,
    /// Keepers' transactions: done, failed, not admitted.
    pub transactions: [u64; 3],
    /// Times that a block's work did not reach all broken vaults.
    pub carried_over: u64,
    /// Why transactions failed or were not admitted, by the kind of refusal.
    pub failures: BTreeMap<String, u64>,
}

/// What happened to the vaults of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfType {
    /// Vaults that lost something.
    pub liquidated: u64,
    /// Debt taken off vaults.
    pub debt_liquidated: Amount,
    /// What owners gave up beyond the debt that it repaid.
    pub own_collateral: Amount,
}

/// One sale, for the plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Of which feed's collateral.
    pub feed: usize,
    /// Price paid ÷ the oracle's price.
    pub to_oracle: Ratio,
    /// Price paid ÷ the market's price.
    pub to_spot: Ratio,
    /// Who bought.
    pub buyer: Buyer,
}

/// Who bought, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Buyer {
    /// A standing bid.
    Bids,
    /// A stability pool.
    Pool,
    /// The batch of a market.
    Market,
    /// Someone in an auction.
    Auction,
}

impl Buyer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Bids, Self::Pool, Self::Market, Self::Auction];
}

/// A lot, by where its loss would come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lot {
    Seized(VaultId),
    OnAuction(AuctionId),
}

/// A sale as an event tells it.
struct Sold {
    lot: Lot,
    kind: TypeId,
    collateral: Amount,
    price: Price,
    oracle: Price,
    /// Debt that it repaid, and booked loss on it that it made good.
    debt: Amount,
    /// What it brought in all.
    paid: Amount,
    /// Of it, what its owner got.
    excess: Amount,
    buyer: Buyer,
}

impl Sold {
    fn to_pool(bought: &PoolBought, state: &State) -> Result<Self, Arithmetic> {
        let kind = bought.pool.collateral_type;
        Ok(Self {
            lot: Lot::Seized(bought.vault),
            kind,
            collateral: bought.collateral,
            price: bought.price,
            oracle: oracle_price(state, kind).unwrap_or(bought.price),
            debt: bought.debt.try_add(bought.recovered)?,
            paid: Amount::try_sum([bought.debt, bought.recovered, bought.penalty])?,
            excess: Amount::ZERO,
            buyer: match bought.pool.buyer {
                protocol::Buyer::Bids(_) => Buyer::Bids,
                protocol::Buyer::StabilityPool => Buyer::Pool,
            },
        })
    }

    fn in_market(sale: &LotSoldInMarket, state: &State) -> Result<Self, Arithmetic> {
        let paid = Amount::try_sum([sale.debt, sale.recovered, sale.penalty, sale.excess])?;
        let oracle = oracle_price(state, sale.collateral_type).unwrap_or(Price::ZERO);
        let value = usd(sale.collateral, oracle)?;
        let part = Ratio::of(paid.raw(), value.raw(), Round::Down).unwrap_or(Ratio::ONE);
        Ok(Self {
            lot: Lot::OnAuction(sale.auction),
            kind: sale.collateral_type,
            collateral: sale.collateral,
            price: oracle.mul_ratio(part, Round::Down)?,
            oracle,
            debt: sale.debt.try_add(sale.recovered)?,
            paid,
            excess: sale.excess,
            buyer: Buyer::Market,
        })
    }

    fn in_auction(taken: &AuctionTaken) -> Result<Self, Arithmetic> {
        Ok(Self {
            lot: Lot::OnAuction(taken.auction),
            kind: taken.collateral_type,
            collateral: taken.collateral,
            price: taken.price,
            oracle: taken.oracle_price.unwrap_or(taken.price),
            debt: taken.debt.try_add(taken.recovered)?,
            paid: Amount::try_sum([taken.debt, taken.recovered, taken.penalty])?,
            excess: Amount::ZERO,
            buyer: Buyer::Auction,
        })
    }
}

impl Tally {
    /// Adds what a block did. `state` is the one after it, `spots` the market's prices at its time. Returns its sales.
    /// Error: a sum that does not fit.
    pub fn add(
        &mut self,
        state: &State,
        result: &BlockResult,
        spots: &[Option<Price>],
    ) -> Result<Vec<Sale>, Arithmetic> {
        let mut sales = Vec::new();
        for event in &result.events {
            sales.extend(self.event(state, event, spots)?);
        }
        for receipt in &result.receipts {
            let (which, refused) = match &receipt.outcome {
                Outcome::Done => (0, None),
                Outcome::Failed { reason, .. } => (1, Some(reason)),
                Outcome::NotAdmitted(reason) => (2, Some(reason)),
            };
            if let Some(reason) = refused {
                let text = format!("{reason:?}");
                let name = text.split([' ', '(', '{']).next().unwrap_or_default();
                *self.failures.entry(name.to_owned()).or_default() += 1;
            }
            self.transactions[which] += 1;
            for event in &receipt.events {
                sales.extend(self.event(state, event, spots)?);
            }
        }
        Ok(sales)
    }

    fn event(&mut self, state: &State, event: &Event, spots: &[Option<Price>]) -> Result<Option<Sale>, Arithmetic> {
        match *event {
            Event::VaultSeized(ref seized) => {
                let is_first = self.liquidated.insert(seized.vault);
                self.of_lots.remove(&Lot::Seized(seized.vault));
                let which = match seized.rule {
                    SeizureRule::PartialToTarget => 0,
                    SeizureRule::PartialRoundLimit => 1,
                    SeizureRule::WholeTooDeep | SeizureRule::WholeAvoidsDust | SeizureRule::Peer => 2,
                };
                self.seizures[which] += 1;
                self.debt_liquidated = self.debt_liquidated.try_add(seized.debt)?;
                let called = usd(seized.caller_collateral, seized.price_low)?;
                self.own(seized.collateral_type, called)?;
                let own = self.by_type.entry(seized.collateral_type).or_default();
                own.liquidated += u64::from(is_first);
                own.debt_liquidated = own.debt_liquidated.try_add(seized.debt)?;
            }
            Event::PoolBought(ref bought) => return self.sale(&Sold::to_pool(bought, state)?, spots).map(Some),
            Event::LotSoldInMarket(ref sale) => return self.sale(&Sold::in_market(sale, state)?, spots).map(Some),
            Event::AuctionTaken(ref taken) => return self.sale(&Sold::in_auction(taken)?, spots).map(Some),
            Event::LotShared(ref shared) => {
                self.debt_shared = self.debt_shared.try_add(shared.debt)?;
                let price = oracle_price(state, shared.collateral_type).unwrap_or(Price::ZERO);
                let beyond = usd(shared.collateral, price)?.saturating_sub(shared.debt);
                self.own(shared.collateral_type, beyond)?;
            }
            Event::LossAbsorbed {
                collateral_type,
                amount,
                cause: LossCause::PoolSale(vault),
                ..
            } => self.fell_short(Lot::Seized(vault), collateral_type, amount),
            Event::LossAbsorbed {
                collateral_type,
                amount,
                cause: LossCause::Auction(auction),
                ..
            } => self.fell_short(Lot::OnAuction(auction), collateral_type, amount),
            Event::AuctionStarted { .. } => self.auctions[0] += 1,
            Event::AuctionReset { .. } => self.auctions[1] += 1,
            Event::AuctionsRestarted { auctions, .. } => self.auctions[1] += auctions,
            Event::AuctionEnded { shortfall, .. } => {
                self.auctions[2] += 1;
                self.shortfall = self.shortfall.try_add(shortfall)?;
            }
            Event::ShortfallOwed { amount, .. } => self.shortfall = self.shortfall.saturating_sub(amount),
            Event::WorkCarriedOver { .. } => self.carried_over += 1,
            _ => {}
        }
        Ok(None)
    }

    /// Counts a sale, and says what a plot shows of it.
    fn sale(&mut self, sold: &Sold, spots: &[Option<Price>]) -> Result<Sale, Arithmetic> {
        let value = usd(sold.collateral, sold.oracle)?;
        self.sold = self.sold.try_add(value)?;
        self.proceeds = self.proceeds.try_add(sold.paid)?;
        let paid = self.paid_by.entry(sold.buyer).or_default();
        *paid = paid.try_add(sold.paid)?;
        let beyond = value.saturating_sub(sold.debt).saturating_sub(sold.excess);
        self.own(sold.kind, beyond)?;
        let of_lot = self.of_lots.entry(sold.lot).or_default();
        *of_lot = of_lot.try_add(beyond)?;
        if sold.price < sold.oracle.mul_ratio(ZERO_PRICE, Round::Down)? {
            self.zero_price_sales += 1;
        }
        let feed = feed_of(sold.kind);
        let spot = spots.get(feed).copied().flatten().unwrap_or(sold.oracle);
        Ok(Sale {
            feed,
            to_oracle: sold.price.relative_to(sold.oracle, Round::Down)?,
            to_spot: sold.price.relative_to(spot, Round::Down)?,
            buyer: sold.buyer,
        })
    }

    /// Counts what an owner of this type gave up beyond his debt.
    fn own(&mut self, kind: TypeId, beyond: Amount) -> Result<(), Arithmetic> {
        self.own_collateral = self.own_collateral.try_add(beyond)?;
        let own = self.by_type.entry(kind).or_default();
        own.own_collateral = own.own_collateral.try_add(beyond)?;
        Ok(())
    }

    /// Takes back what a lot has added, as far as it owed more than it brought in: that loss the waterfall tells.
    fn fell_short(&mut self, lot: Lot, kind: TypeId, amount: Amount) {
        let of_lot = self.of_lots.entry(lot).or_default();
        let not_own = amount.min(*of_lot);
        *of_lot = of_lot.saturating_sub(not_own);
        self.own_collateral = self.own_collateral.saturating_sub(not_own);
        let own = self.by_type.entry(kind).or_default();
        own.own_collateral = own.own_collateral.saturating_sub(not_own);
    }

    /// What this kind of buyer paid.
    pub fn paid_by(&self, buyer: Buyer) -> Amount {
        self.paid_by.get(&buyer).copied().unwrap_or_default()
    }
}

/// The oracle's price of a type in the block of `state`, whatever its feed's state.
fn oracle_price(state: &State, kind: TypeId) -> Option<Price> {
    let spec = state.vaults().spec(kind).ok()?;
    Some(state.prices().quote(spec.feed).ok()?.spot)
}

#[cfg(test)]
mod tests;
