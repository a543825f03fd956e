//! Buying from an auction.

use ballast_num::{Amount, Price, Round};
use ballast_protocol::{
    AuctionId, AuctionTaken, Breaker, Event, Holder, LotSoldInMarket, MarketId, Module, Rejected, TypeId,
};

use super::start::check_breaker;
use super::{Auction, Auctions, Terms};
use crate::kernel::Context;
use crate::kernel::prices::Use;

/// What a take did, for the flow that books losses and recoveries. Amounts are in the coin except `collateral`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// From which auction.
    pub auction: AuctionId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Collateral sold, in its base units.
    pub collateral: Amount,
    /// What the buyer paid for it: `debt` + `recovered` + `surplus`.
    pub paid: Amount,
    /// Burned against what the lot owed.
    pub debt: Amount,
    /// Burned against a loss that had been booked on the lot: so much bad debt is made good.
    pub recovered: Amount,
    /// Penalty, now in the surplus buffer.
    pub surplus: Amount,
    /// How the auction ended, if it did.
    pub ending: Option<Ending>,
}

/// How an auction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Collateral that went back to the owner, in its base units.
    pub returned: Amount,
    /// Coins that the lot owed and did not bring in: a loss that the waterfall has to absorb.
    pub shortfall: Amount,
}

impl Auctions {
    /// Sells to the caller at the auction's present price at most `amount_max` of the lot: less if the rest is not
    /// needed, or if it would leave too little for another buyer (docs/auction.md, eq. 4).
    ///
    /// The caller pays what the collateral costs, rounded up. Where that is cut to what is still needed, he gets what it
    /// buys, rounded down, and so pays less than one base unit of collateral too much.
    ///
    /// Errors, in this order: `UnknownAuction`; `Stopped` by the breaker; `NoPrice` without a price or with a Stale
    /// one; `Quiet` after a gap;
    /// `NeedsReset`; `TooExpensive`; `ZeroAmount`; `RemainderTooSmall`; `OverSessionLimit`;
    /// `InsufficientBalance`.
    pub fn take(
        &mut self,
        ctx: &mut Context<'_>,
        terms: Terms<'_>,
        id: AuctionId,
        amount_max: Amount,
        price_max: Price,
    ) -> Result<Taken, Rejected> {
        let (kind, buyer) = (terms.spec.id, ctx.caller);
        let before = self.running(id, kind)?;
        check_breaker(&terms, Breaker::NoTake)?;
        let quote = ctx.prices.quote(terms.spec.feed)?;
        quote.price(Use::Take)?;
        let price = before.price(&terms.spec.auction, quote.live_time)?;
        if before.is_over_at(price, &terms.spec.auction, quote.live_time) {
            return Err(Rejected::NeedsReset(id));
        }
        if price > price_max {
            return Err(Rejected::TooExpensive { price, price_max });
        }
        let (collateral, paid) = before.bargain(&terms, amount_max, price)?;
        let taken = self.exchange(ctx, terms, id, (collateral, paid), buyer.into())?;
        ctx.tell(Event::AuctionTaken(AuctionTaken {
            auction: id,
            collateral_type: kind,
            by: buyer,
            collateral,
            price,
            oracle_price: Some(quote.spot),
            debt: taken.debt,
            recovered: taken.recovered,
            penalty: taken.surplus,
        }));
        if let Some(ending) = taken.ending {
            close(ctx, terms, &before, &taken, ending)?;
        }
        Ok(taken)
    }

    /// Books that a market, which holds `coins` for it, has bought `collateral` of a lot: what the sale brought beyond what
    /// was to be raised goes to the lot's owner. Errors: `UnknownAuction`; `TooMuch` of the lot; `InsufficientBalance`.
    pub(crate) fn sell_to_market(
        &mut self,
        ctx: &mut Context<'_>,
        terms: Terms<'_>,
        (id, market): (AuctionId, MarketId),
        collateral: Amount,
        coins: Amount,
    ) -> Result<Taken, Rejected> {
        let before = self.running(id, terms.spec.id)?;
        if collateral > before.lot {
            return Err(Rejected::TooMuch {
                asked: collateral,
                available: before.lot,
            });
        }
        let paid = coins.min(before.to_raise);
        let excess = coins.try_sub(paid)?;
        let taken = self.exchange(ctx, terms, id, (collateral, paid), Module::Market(market).into())?;
        ctx.ledger
            .transfer(ctx.limits.coin, Module::Market(market), before.owner, excess)?;
        ctx.tell(Event::LotSoldInMarket(LotSoldInMarket {
            auction: id,
            collateral_type: terms.spec.id,
            market,
            collateral,
            debt: taken.debt,
            recovered: taken.recovered,
            penalty: taken.surplus,
            owner: before.owner,
            excess,
        }));
        if let Some(ending) = taken.ending {
            close(ctx, terms, &before, &taken, ending)?;
        }
        Ok(taken)
    }

    /// Gives `collateral` of a lot to a buyer for what he paid, at most what is still to be raised: debt first, then a
    /// booked loss, then the penalty. Error: `InsufficientBalance`; nothing has changed then.
    fn exchange(
        &mut self,
        ctx: &mut Context<'_>,
        terms: Terms<'_>,
        id: AuctionId,
        (collateral, paid): (Amount, Amount),
        buyer: Holder,
    ) -> Result<Taken, Rejected> {
        let (kind, coin) = (terms.spec.id, ctx.limits.coin);
        let before = self.running(id, kind)?;
        let debt = paid.min(before.debt);
        let recovered = paid.saturating_sub(debt).min(before.booked);
        let surplus = paid.saturating_sub(debt).saturating_sub(recovered);
        let after = Auction {
            lot: before.lot.try_sub(collateral)?,
            debt: before.debt.try_sub(debt)?,
            booked: before.booked.try_sub(recovered)?,
            to_raise: before.to_raise.try_sub(paid)?,
            ..before
        };
        let is_over = after.lot.is_zero() || after.to_raise.is_zero();
        let ending = is_over.then_some(Ending {
            returned: after.lot,
            shortfall: after.debt,
        });
        let left = (!is_over).then_some(after);
        let on_sale = self.exchanged(kind, Some(&before), left.as_ref())?;
        ctx.ledger.check(coin, buyer, paid)?;

        // Nothing below can fail: the buyer has the coins and may spend them, and the module has all lots.
        self.write(id, kind, left, on_sale);
        ctx.ledger.burn(coin, buyer, debt)?;
        ctx.ledger.burn(coin, buyer, recovered)?;
        ctx.ledger.transfer(coin, buyer, Module::SurplusBuffer, surplus)?;
        ctx.ledger
            .transfer(terms.spec.collateral, Module::Auctions(kind), buyer, collateral)?;
        Ok(Taken {
            auction: id,
            collateral_type: kind,
            collateral,
            paid,
            debt,
            recovered,
            surplus,
            ending,
        })
    }
}

/// Returns the rest of the lot to its owner and tells that the auction is over.
fn close(
    ctx: &mut Context<'_>,
    terms: Terms<'_>,
    auction: &Auction,
    taken: &Taken,
    Ending { returned, shortfall }: Ending,
) -> Result<(), Rejected> {
    let (owner, collateral_type) = (auction.owner, taken.collateral_type);
    if !returned.is_zero() {
        ctx.ledger.transfer(
            terms.spec.collateral,
            Module::Auctions(collateral_type),
            owner,
            returned,
        )?;
        ctx.tell(Event::CollateralReturned {
            owner,
            collateral_type,
            from: Module::Auctions(collateral_type),
            amount: returned,
        });
    }
    ctx.tell(Event::AuctionEnded {
        auction: taken.auction,
        shortfall,
    });
    Ok(())
}

impl Auction {
    /// How much collateral goes to a buyer of at most `amount_max`, and what it costs: at least its worth at `price`. Where
    /// less is left to raise than a base unit is worth, it is paid for nothing: so no lot is kept for what buys none of it.
    ///
    /// Errors: `ZeroAmount`; `RemainderTooSmall` if what would be left to raise is neither nothing nor enough for another
    /// buyer, and taking less would not help.
    fn bargain(&self, terms: &Terms<'_>, amount_max: Amount, price: Price) -> Result<(Amount, Amount), Rejected> {
        let wanted = amount_max.min(self.lot);
        if wanted.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let cost = terms.worth(wanted, price, Round::Up);
        if cost >= self.to_raise {
            let enough = terms.bought_with(self.to_raise, price)?.min(wanted);
            return Ok((enough, self.to_raise));
        }
        let least = terms.least_remainder()?;
        if wanted == self.lot || self.to_raise.saturating_sub(cost) >= least {
            return Ok((wanted, cost));
        }
        let paid = self.to_raise.saturating_sub(least);
        let collateral = terms.bought_with(paid, price)?.min(wanted);
        if collateral.is_zero() {
            Err(Rejected::RemainderTooSmall(least))
        } else {
            Ok((collateral, paid))
        }
    }
}
