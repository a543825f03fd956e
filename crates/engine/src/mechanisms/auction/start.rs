//! Starting an auction, and starting it anew.

use ballast_num::{Amount, Arithmetic, Price, Round, Seconds};
use ballast_protocol::{AccountId, AuctionId, Breaker, Event, Module, OpeningAuction, Rejected, VaultId};

use super::keeper::{reset_pay, start_pay};
use super::{Auction, Auctions, Lot, Restart, Terms};
use crate::kernel::prices::Use;
use crate::kernel::{Context, Ledger};

impl Auctions {
    /// Puts a lot on sale at low price × start factor, rounded up, and pays the keeper, if one caused it, out of the
    /// penalty. The ceilings are the caller's to check, with [`Auctions::room`], before it seizes.
    ///
    /// Errors, in this order: `Stopped` by the breaker; `NothingToSeize` without collateral; `ZeroAmount` with nothing
    /// to raise; `NoPrice` without a price or with a Stale one; `InsufficientBalance` if the collateral is not there.
    pub fn start(
        &mut self,
        ctx: &mut Context<'_>,
        terms: Terms<'_>,
        lot: &Lot,
        keeper: Option<AccountId>,
    ) -> Result<AuctionId, Rejected> {
        let kind = terms.spec.id;
        check_breaker(&terms, Breaker::NoStart)?;
        let to_raise = lot.to_raise()?;
        if lot.collateral.is_zero() {
            return Err(Rejected::NothingToSeize);
        }
        if to_raise.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let quote = ctx.prices.quote(terms.spec.feed)?;
        let low = quote.price(Use::Sell)?;
        let id = AuctionId(self.last.get().0.checked_add(1).ok_or(Arithmetic::Overflow)?);
        let before_pay = Auction {
            collateral_type: kind,
            vault: lot.vault,
            owner: lot.owner,
            lot: lot.collateral,
            debt: lot.debt,
            booked: lot.booked,
            to_raise,
            penalty: lot.penalty,
            keeper_paid: Amount::ZERO,
            start_price: start_price(low, &terms)?,
            started: quote.live_time,
            age_at_start: Seconds::ZERO,
            resets: 0,
            restarts: self.restarts(kind),
        };
        let pay = keeper.map_or(Ok(Amount::ZERO), |_| start_pay(&before_pay, &terms, low))?;
        let after = before_pay.with_pay(pay)?;
        let on_sale = self.exchanged(kind, None, Some(&after))?;
        check_mintable(ctx, pay)?;

        ctx.ledger.transfer(
            terms.spec.collateral,
            Module::Vaults(kind),
            Module::Auctions(kind),
            lot.collateral,
        )?;
        // Nothing below can fail.
        self.last.set(id);
        self.write(id, kind, Some(after), on_sale);
        ctx.tell(Event::AuctionStarted {
            auction: id,
            vault: lot.vault,
            collateral_type: kind,
            lot: lot.collateral,
            debt: lot.debt,
            to_raise,
            start_price: after.start_price,
        });
        pay_keeper(ctx, id, keeper, pay)?;
        Ok(id)
    }

    /// Starts an auction anew at the present low price × start factor, if it needs that, and pays the keeper, if one
    /// caused it, out of what is left of the penalty.
    ///
    /// Errors, in this order: `UnknownAuction`; `Stopped` by the breaker; `NoPrice`; `Quiet` after a gap;
    /// `ResetNotNeeded`.
    pub fn reset(
        &mut self,
        ctx: &mut Context<'_>,
        terms: Terms<'_>,
        id: AuctionId,
        keeper: Option<AccountId>,
    ) -> Result<(), Rejected> {
        let kind = terms.spec.id;
        let before = self.running(id, kind)?;
        check_breaker(&terms, Breaker::NoReset)?;
        let quote = ctx.prices.quote(terms.spec.feed)?;
        let low = quote.price(Use::Take)?;
        if !before.needs_reset(&terms.spec.auction, quote.live_time)? {
            return Err(Rejected::ResetNotNeeded(id));
        }
        let pay = keeper.map_or(Ok(Amount::ZERO), |_| reset_pay(&before, &terms, low))?;
        let after = before
            .started_anew(start_price(low, &terms)?, quote.live_time, 1)
            .with_pay(pay)?;
        let on_sale = self.exchanged(kind, Some(&before), Some(&after))?;
        check_mintable(ctx, pay)?;

        // Nothing below can fail.
        self.write(id, kind, Some(after), on_sale);
        ctx.tell(Event::AuctionReset {
            auction: id,
            start_price: after.start_price,
        });
        pay_keeper(ctx, id, keeper, pay)
    }

    /// Starts all auctions of a type anew, whatever their price, age and breaker, and pays nobody: what the engine does
    /// when a feed is heard again after a gap, and once more when takes are let in again (rule R4). So the price has
    /// not fallen while nobody could buy. It costs the same however many run: see [`Restart`].
    ///
    /// Errors: `NoPrice`, `Arithmetic`; nothing is restarted then.
    pub fn restart(&mut self, ctx: &mut Context<'_>, terms: Terms<'_>) -> Result<(), Rejected> {
        let kind = terms.spec.id;
        let quote = ctx.prices.quote(terms.spec.feed)?;
        let start_price = start_price(quote.price(Use::Sell)?, &terms)?;
        let auctions = self.on_sale(kind).auctions;
        if auctions == 0 {
            return Ok(());
        }
        let number = self.restarts(kind).checked_add(1).ok_or(Arithmetic::Overflow)?;
        let restart = Restart {
            number,
            start_price,
            started: quote.live_time,
        };
        self.restarts.set(kind, restart);
        ctx.tell(Event::AuctionsRestarted {
            collateral_type: kind,
            auctions,
            start_price,
        });
        Ok(())
    }

    /// Puts an auction into the books at genesis, with collateral that is minted for it.
    ///
    /// Errors: `ZeroAmount` without collateral or anything to raise; `UnknownAuction` for number 0 or one that is taken;
    /// `Arithmetic` if debt exceeds what is to be raised, or a sum does not fit.
    pub fn open(
        &mut self,
        ledger: &mut Ledger,
        terms: Terms<'_>,
        opening: &OpeningAuction,
        live_time: Seconds,
    ) -> Result<(), Rejected> {
        let (id, kind) = (opening.id, terms.spec.id);
        if opening.lot.is_zero() || opening.to_raise.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        if id == AuctionId(0) || self.book.records().contains_key(&id) || opening.collateral_type != kind {
            return Err(Rejected::UnknownAuction(id));
        }
        let auction = Auction {
            collateral_type: kind,
            vault: VaultId(0),
            owner: opening.owner,
            lot: opening.lot,
            debt: opening.debt,
            booked: Amount::ZERO,
            to_raise: opening.to_raise,
            penalty: opening.to_raise.try_sub(opening.debt)?,
            keeper_paid: Amount::ZERO,
            start_price: opening.start_price,
            started: live_time,
            age_at_start: opening.elapsed,
            resets: 0,
            restarts: self.restarts(kind),
        };
        let on_sale = self.exchanged(kind, None, Some(&auction))?;

        ledger.mint(terms.spec.collateral, Module::Auctions(kind), opening.lot)?;
        self.write(id, kind, Some(auction), on_sale);
        self.last.set(id.max(*self.last.get()));
        Ok(())
    }
}

impl Auction {
    /// The same auction, its price at the top again, for the `times`th time since it was written.
    pub(super) fn started_anew(self, start_price: Price, live_time: Seconds, times: u64) -> Self {
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        Self {
            start_price,
            started: live_time,
            age_at_start: Seconds::ZERO,
            resets: self.resets.saturating_add(times),
            ..self
        }
    }

    /// The same auction, owing what its keeper was paid. Error: `Overflow`.
    fn with_pay(self, pay: Amount) -> Result<Self, Arithmetic> {
        Ok(Self {
            debt: self.debt.try_add(pay)?,
            keeper_paid: self.keeper_paid.try_add(pay)?,
            ..self
        })
    }
}

/// Error: `Stopped`, if the breaker is at `level` or beyond.
pub(super) fn check_breaker(terms: &Terms<'_>, level: Breaker) -> Result<(), Rejected> {
    if terms.spec.auction.breaker >= level {
        Err(Rejected::Stopped(terms.spec.id))
    } else {
        Ok(())
    }
}

fn start_price(low: Price, terms: &Terms<'_>) -> Result<Price, Arithmetic> {
    low.mul_ratio(terms.spec.auction.start_factor, Round::Up)
}

fn check_mintable(ctx: &Context<'_>, pay: Amount) -> Result<(), Arithmetic> {
    ctx.ledger.supply(ctx.limits.coin).try_add(pay).map(|_| ())
}

fn pay_keeper(
    ctx: &mut Context<'_>,
    auction: AuctionId,
    keeper: Option<AccountId>,
    pay: Amount,
) -> Result<(), Rejected> {
    let Some(keeper) = keeper.filter(|_| !pay.is_zero()) else {
        return Ok(());
    };
    ctx.ledger.mint(ctx.limits.coin, keeper, pay)?;
    ctx.tell(Event::KeeperPaid {
        auction,
        keeper,
        amount: pay,
    });
    Ok(())
}
