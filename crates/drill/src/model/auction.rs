//! Auctions: lots whose price falls until someone takes them.

use ballast_num::{Amount, Price, RAY, Round, WAD};
use ballast_protocol::{AccountId, AuctionId, AuctionSpec, Breaker, Curve, Holder, Module, Rejected, TypeId, VaultId};

use super::number::{Figure, add, big, normalize, part, power, share, sub, value, worth};
use super::vault::Vault;
use super::{Done, Model};

use Round::{Down, Up};

/// A running auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Auction {
    pub(crate) kind: TypeId,
    /// From which vault, and whose it was.
    pub(crate) vault: VaultId,
    pub(crate) owner: AccountId,
    pub(crate) lot: u128,
    pub(crate) debt: u128,
    pub(crate) booked: u128,
    pub(crate) to_raise: u128,
    /// Minted for keepers, and part of the debt.
    pub(crate) keeper_paid: u128,
    pub(crate) start_price: u128,
    pub(crate) started: u64,
}

/// A lot on its way to a sale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lot {
    pub(super) vault: VaultId,
    pub(super) owner: AccountId,
    pub(super) collateral: u128,
    pub(super) debt: u128,
    /// Debt already booked as a loss.
    pub(super) booked: u128,
    pub(super) penalty: u128,
}

impl Lot {
    pub(super) fn to_raise(self) -> Figure {
        add(add(self.debt, self.booked)?, self.penalty)
    }
}

impl Auction {
    fn price(&self, spec: &AuctionSpec, live_time: u64) -> Figure {
        let age = live_time.saturating_sub(self.started);
        let left = match spec.curve {
            Curve::Linear { duration } if age >= duration.0 => 0,
            Curve::Linear { duration } => part((duration.0 - age).into(), RAY, duration.0.into(), Down)?,
            Curve::Stair { cut, step } => power(cut.raw(), age / step.0, RAY)?,
            Curve::Exponential { cut } => power(cut.raw(), age, RAY)?,
        };
        part(self.start_price, left, RAY, Up)
    }

    fn is_over(&self, spec: &AuctionSpec, price: u128, live_time: u64) -> bool {
        live_time.saturating_sub(self.started) > spec.duration.0
            || price == 0
            || big(price) * WAD < big(self.start_price) * spec.reset_ratio.raw()
    }
}

/// Value, or the most that there can be.
fn value_or_most(amount: u128, price: u128, decimals: u8, round: Round) -> u128 {
    value(amount, price, decimals, round).unwrap_or(u128::MAX)
}

impl Model {
    fn stopped_at(&self, kind: TypeId, level: Breaker) -> Done {
        if self.spec(kind)?.auction.breaker >= level {
            Err(Rejected::Stopped(kind))
        } else {
            Ok(())
        }
    }

    /// How much more may go on sale, under the type's ceiling and that of all.
    pub(super) fn auction_room(&self, kind: TypeId) -> Figure {
        let sum = |of: &dyn Fn(&Auction) -> bool| {
            self.auctions
                .values()
                .filter(|auction| of(auction))
                .map(|auction| auction.to_raise)
                .sum::<u128>()
        };
        let of_type = self
            .spec(kind)?
            .auction
            .ceiling
            .raw()
            .saturating_sub(sum(&|auction| auction.kind == kind));
        Ok(of_type.min(self.limits.auction_ceiling.raw().saturating_sub(sum(&|_| true))))
    }

    /// What an auction leaves at least, unless nothing: debt floor and penalty.
    pub(super) fn least_rest(&self, kind: TypeId) -> Figure {
        let spec = self.spec(kind)?;
        share(spec.debt_floor.raw(), WAD + spec.penalty.raw(), Down)
    }

    /// Flat and share, but at most what the penalty has left and the lot is worth above what it owes.
    fn keeper_pay(&self, auction: &Auction, low: u128) -> Figure {
        let kind = self.kind(auction.kind)?;
        let spec = &kind.spec.auction;
        let asked = add(
            spec.keeper_flat.raw(),
            share(auction.to_raise, spec.keeper_share.raw(), Down)?,
        )?;
        let owed = add(auction.debt, auction.booked)?;
        let lot = value_or_most(auction.lot, low, kind.decimals, Down);
        Ok(asked
            .min(auction.to_raise.saturating_sub(owed))
            .min(lot.saturating_sub(owed)))
    }

    pub(super) fn start(&mut self, kind: TypeId, lot: &Lot, keeper: Option<AccountId>) -> Done {
        self.stopped_at(kind, Breaker::NoStart)?;
        let spec = self.spec(kind)?;
        let quote = *self.quote(spec.feed)?;
        quote.heard()?;
        let mut auction = Auction {
            kind,
            vault: lot.vault,
            keeper_paid: 0,
            owner: lot.owner,
            lot: lot.collateral,
            debt: lot.debt,
            booked: lot.booked,
            to_raise: lot.to_raise()?,
            start_price: share(quote.low, spec.auction.start_factor.raw(), Up)?,
            started: quote.live_time,
        };
        let collateral = spec.collateral;
        if let Some(keeper) = keeper {
            let pay = self.keeper_pay(&auction, quote.low)?;
            auction.debt += pay;
            auction.keeper_paid += pay;
            self.mint(self.coin(), keeper.into(), pay)?;
        }
        self.pay(collateral, Module::Vaults(kind), Module::Auctions(kind), lot.collateral)?;
        self.last_auction += 1;
        self.auctions.insert(AuctionId(self.last_auction), auction);
        Ok(())
    }

    fn running(&self, id: AuctionId) -> Result<Auction, Rejected> {
        self.auctions.get(&id).copied().ok_or(Rejected::UnknownAuction(id))
    }

    pub(super) fn reset(&mut self, id: AuctionId, keeper: Option<AccountId>) -> Done {
        let mut auction = self.running(id)?;
        let kind = self.kind(auction.kind)?;
        let (spec, decimals) = (&kind.spec, kind.decimals);
        self.stopped_at(auction.kind, Breaker::NoReset)?;
        let quote = *self.quote(spec.feed)?;
        quote.heard()?;
        if quote.quiet {
            return Err(Rejected::Quiet { feed: quote.feed });
        }
        if !auction.is_over(
            &spec.auction,
            auction.price(&spec.auction, quote.live_time)?,
            quote.live_time,
        ) {
            return Err(Rejected::ResetNotNeeded(id));
        }
        if let Some(keeper) = keeper {
            let least = self.least_rest(auction.kind)?;
            let is_dust = auction.to_raise < least || value_or_most(auction.lot, quote.low, decimals, Down) < least;
            let pay = if is_dust {
                0
            } else {
                self.keeper_pay(&auction, quote.low)?
            };
            auction.debt += pay;
            auction.keeper_paid += pay;
            self.mint(self.coin(), keeper.into(), pay)?;
        }
        auction.start_price = share(quote.low, self.spec(auction.kind)?.auction.start_factor.raw(), Up)?;
        auction.started = quote.live_time;
        self.auctions.insert(id, auction);
        Ok(())
    }

    /// After a gap all auctions of a type start anew at the present price.
    pub(super) fn restart_all(&mut self, kind: TypeId) -> Done {
        let spec = self.spec(kind)?;
        let quote = *self.quote(spec.feed)?;
        quote.heard()?;
        let start_price = share(quote.low, spec.auction.start_factor.raw(), Up)?;
        for auction in self.auctions.values_mut().filter(|auction| auction.kind == kind) {
            (auction.start_price, auction.started) = (start_price, quote.live_time);
        }
        Ok(())
    }

    /// The engine looks at 64 auctions a block, in turn. Returns the work: 20 units for a reset, 2 for a look.
    pub(super) fn reset_in_turn(&mut self) -> u64 {
        let ids: Vec<AuctionId> = self
            .auctions
            .keys()
            .copied()
            .filter(|id| id.0 > self.cursor)
            .take(64)
            .collect();
        let mut work = 0;
        for id in &ids {
            // Refused where not needed, stopped, quiet or without a price.
            work += if self.reset(*id, None).is_ok() { 20 } else { 2 };
        }
        self.cursor = ids.last().filter(|_| ids.len() == 64).map_or(0, |id| id.0);
        work
    }

    pub(super) fn take(&mut self, buyer: AccountId, id: AuctionId, most: u128, price_max: Price) -> Done {
        let auction = self.running(id)?;
        let kind = self.kind(auction.kind)?;
        let spec = kind.spec.clone();
        self.stopped_at(spec.id, Breaker::NoTake)?;
        let quote = *self.quote(spec.feed)?;
        quote.heard()?;
        if quote.quiet {
            return Err(Rejected::Quiet { feed: quote.feed });
        }
        let price = auction.price(&spec.auction, quote.live_time)?;
        if auction.is_over(&spec.auction, price, quote.live_time) {
            return Err(Rejected::NeedsReset(id));
        }
        if price > price_max.raw() {
            return Err(Rejected::TooExpensive {
                price: Price::from_raw(price),
                price_max,
            });
        }
        let (collateral, paid) = self.bargain(&auction, price, most)?;
        let (coin, has) = (self.coin(), self.balance(self.coin(), buyer));
        // What it costs leaves at once, wherever it goes.
        if let Some(acting) = self.acting {
            self.within_limit(acting, coin, paid)?;
        }
        if has < paid {
            return Err(Rejected::InsufficientBalance {
                asset: coin,
                balance: Amount::from_raw(has),
                needed: Amount::from_raw(paid),
            });
        }
        self.exchange(id, buyer.into(), collateral, paid)
    }

    /// Gives part of a lot to a buyer for what he paid; what ends here goes back, is owed again, or is lost.
    pub(super) fn exchange(&mut self, id: AuctionId, buyer: Holder, collateral: u128, paid: u128) -> Done {
        let mut auction = self.running(id)?;
        let spec = self.spec(auction.kind)?.clone();
        let low = self.quote(spec.feed)?.low;
        let coin = self.coin();
        let debt = paid.min(auction.debt);
        let recovered = (paid - debt).min(auction.booked);
        self.burn(coin, buyer, debt + recovered)?;
        self.pay(coin, buyer, Module::SurplusBuffer, paid - debt - recovered)?;
        self.pay(spec.collateral, Module::Auctions(spec.id), buyer, collateral)?;
        auction.lot -= collateral;
        auction.debt -= debt;
        auction.booked -= recovered;
        auction.to_raise = sub(auction.to_raise, paid)?;
        self.recover(spec.id, recovered)?;
        if auction.lot > 0 && auction.to_raise > 0 {
            self.auctions.insert(id, auction);
            return Ok(());
        }
        self.auctions.remove(&id);
        self.pay(spec.collateral, Module::Auctions(spec.id), auction.owner, auction.lot)?;
        let owed_again = self.owe_again(&auction, low)?;
        self.absorb(spec.id, auction.debt - owed_again)
    }

    /// What an auction ended short of, but for keepers' pay, its vault owes again: no more than its collateral is worth
    /// above its debt.
    fn owe_again(&mut self, auction: &Auction, low: u128) -> Figure {
        let kind = self.kind(auction.kind)?.clone();
        let Some(vault) = self.vaults.get(&auction.vault).copied() else {
            return Ok(0);
        };
        let owes = kind.owed(vault.normalized)?;
        let spare = value_or_most(vault.collateral, low, kind.decimals, Down).saturating_sub(owes);
        let more = auction.debt.saturating_sub(auction.keeper_paid).min(spare);
        let normalized = normalize(more, kind.index, Up)?;
        self.keep(
            auction.vault,
            Vault {
                normalized: vault.normalized + normalized,
                ..vault
            },
        )?;
        self.kind_mut(auction.kind)?.total += normalized;
        Ok(more)
    }

    /// How much a buyer of at most `most` gets, and what he pays.
    fn bargain(&self, auction: &Auction, price: u128, most: u128) -> Result<(u128, u128), Rejected> {
        let decimals = self.kind(auction.kind)?.decimals;
        let wanted = most.min(auction.lot);
        if wanted == 0 {
            return Err(Rejected::ZeroAmount);
        }
        let cost = value_or_most(wanted, price, decimals, Up);
        let bought = |coins: u128| -> Figure { Ok(worth(coins, price, decimals, Down)?.min(wanted)) };
        if cost >= auction.to_raise {
            return Ok((bought(auction.to_raise)?, auction.to_raise));
        }
        let least = self.least_rest(auction.kind)?;
        if wanted == auction.lot || auction.to_raise - cost >= least {
            return Ok((wanted, cost));
        }
        // Less, so that the rest is enough for another buyer.
        let paid = auction.to_raise.saturating_sub(least);
        match bought(paid)? {
            0 => Err(Rejected::RemainderTooSmall(Amount::from_raw(least))),
            less => Ok((less, paid)),
        }
    }
}
