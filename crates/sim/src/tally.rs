//! The figures of a replay: a fold over the events of its blocks.

use std::collections::{BTreeMap, BTreeSet};

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Price, Ratio, Round};
use ballast_protocol::{AuctionTaken, BlockResult, Event, Outcome, PoolBought, SeizureRule, TypeId, VaultId};

use crate::keepers::feed_of;
use crate::market::usd;

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
    /// Of it by stability pools.
    pub pool_proceeds: Amount,
    /// Of it in auctions.
    pub auction_proceeds: Amount,
    /// Sales below a tenth of the oracle's price.
    pub zero_price_sales: u64,
    /// What owners gave up beyond the debt that it repaid: sold value − debt repaid, where above zero, and callers' shares.
    pub own_collateral: Amount,
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
    /// Whether the stability pool bought; else someone in an auction.
    pub buyer: Buyer,
}

/// Who bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buyer {
    /// A stability pool.
    Pool,
    /// Someone in an auction.
    Auction,
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
                let which = match seized.rule {
                    SeizureRule::PartialToTarget => 0,
                    SeizureRule::PartialRoundLimit => 1,
                    SeizureRule::WholeTooDeep | SeizureRule::WholeAvoidsDust | SeizureRule::Peer => 2,
                };
                self.seizures[which] += 1;
                self.debt_liquidated = self.debt_liquidated.try_add(seized.debt)?;
                let called = usd(seized.caller_collateral, seized.price_low)?;
                self.own_collateral = self.own_collateral.try_add(called)?;
                let own = self.by_type.entry(seized.collateral_type).or_default();
                own.liquidated += u64::from(is_first);
                own.debt_liquidated = own.debt_liquidated.try_add(seized.debt)?;
                own.own_collateral = own.own_collateral.try_add(called)?;
            }
            Event::PoolBought(PoolBought {
                pool,
                collateral,
                debt,
                recovered,
                penalty,
                price,
                ..
            }) => {
                let collateral_type = pool.collateral_type;
                let oracle = oracle_price(state, collateral_type).unwrap_or(price);
                let paid = Amount::try_sum([debt, recovered, penalty])?;
                self.pool_proceeds = self.pool_proceeds.try_add(paid)?;
                self.sale((collateral_type, collateral), (price, oracle), (debt, paid))?;
                return sale(collateral_type, (price, oracle), spots, Buyer::Pool).map(Some);
            }
            Event::AuctionTaken(AuctionTaken {
                collateral_type,
                collateral,
                price,
                oracle_price: oracle,
                debt,
                recovered,
                penalty,
                ..
            }) => {
                let oracle = oracle.unwrap_or(price);
                let paid = Amount::try_sum([debt, recovered, penalty])?;
                self.auction_proceeds = self.auction_proceeds.try_add(paid)?;
                self.sale((collateral_type, collateral), (price, oracle), (debt, paid))?;
                return sale(collateral_type, (price, oracle), spots, Buyer::Auction).map(Some);
            }
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

    /// Counts a sale of `collateral` at `price`, when the oracle said `oracle`, that repaid `debt` out of `paid`.
    fn sale(
        &mut self,
        (kind, collateral): (TypeId, Amount),
        (price, oracle): (Price, Price),
        (debt, paid): (Amount, Amount),
    ) -> Result<(), Arithmetic> {
        let value = usd(collateral, oracle)?;
        self.sold = self.sold.try_add(value)?;
        self.proceeds = self.proceeds.try_add(paid)?;
        let beyond = value.saturating_sub(debt);
        self.own_collateral = self.own_collateral.try_add(beyond)?;
        let own = self.by_type.entry(kind).or_default();
        own.own_collateral = own.own_collateral.try_add(beyond)?;
        if price < oracle.mul_ratio(ZERO_PRICE, Round::Down)? {
            self.zero_price_sales += 1;
        }
        Ok(())
    }
}

/// The oracle's price of a type in the block of `state`, whatever its feed's state.
fn oracle_price(state: &State, kind: TypeId) -> Option<Price> {
    let spec = state.vaults().spec(kind).ok()?;
    Some(state.prices().quote(spec.feed).ok()?.spot)
}

fn sale(
    kind: TypeId,
    (price, oracle): (Price, Price),
    spots: &[Option<Price>],
    buyer: Buyer,
) -> Result<Sale, Arithmetic> {
    let feed = feed_of(kind);
    let spot = spots.get(feed).copied().flatten().unwrap_or(oracle);
    Ok(Sale {
        feed,
        to_oracle: price.relative_to(oracle, Round::Down)?,
        to_spot: price.relative_to(spot, Round::Down)?,
        buyer,
    })
}

#[cfg(test)]
mod tests;
