//! Auctions of seized collateral, whose price falls until someone buys (docs/auction.md).
//!
//! A lot carries the debt of the vault that it was seized from. It is for sale to anyone, in parts, at once against
//! coins: the price starts above the oracle's and falls with the feed's live time, so that nobody has to bid. What
//! comes in pays the debt first, then a loss that was already booked on it, then the penalty; once all three are
//! raised, the rest of the lot goes back to the owner.

mod curve;
mod keeper;
mod lot;
mod start;
mod take;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Bound;

use ballast_num::{Amount, Arithmetic, Decimals, Price, Ratio, Round, Seconds, Usd, WAD, cmp_products};
use ballast_protocol::{AccountId, AuctionId, AuctionSpec, Rejected, TypeId, TypeSpec, VaultId, table};
use borsh::{BorshDeserialize, BorshSerialize};

pub use curve::price;
pub use lot::Lot;
pub(crate) use lot::Received;
pub use take::{Ending, Taken};

use crate::kernel::ranking::{Book, Position, Ranking};
use crate::kernel::share_map::{Base, Standing};
use crate::kernel::{Table, Var, coin_value};
use crate::pieces;

/// A running auction: something on sale, and something left to raise. Amounts are in the coin except `lot`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Auction {
    /// Of which type the collateral is.
    pub collateral_type: TypeId,
    /// From which vault it was seized; 0 if the auction stands in the books since genesis.
    pub vault: VaultId,
    /// Who gets what the sale does not need.
    pub owner: AccountId,
    /// Collateral still on sale, in its base units.
    pub lot: Amount,
    /// Coins in circulation that the lot owes: the rest of the seized debt, and keeper pay minted against it.
    pub debt: Amount,
    /// Loss already booked on this debt: what comes in after `debt` is paid makes it good.
    pub booked: Amount,
    /// What is still to come in: `debt`, `booked` and the penalty.
    pub to_raise: Amount,
    /// Penalty asked at the start.
    pub penalty: Amount,
    /// Paid to keepers so far.
    pub keeper_paid: Amount,
    /// Price at the last start or reset.
    pub start_price: Price,
    /// The feed's live time then.
    pub started: Seconds,
    /// How old the auction was then: above zero only for one that genesis opened at some age.
    pub age_at_start: Seconds,
    /// How many times it was reset or restarted.
    pub resets: u32,
    /// How many restarts of its type it has followed: the others are still to be applied when it is looked at.
    pub restarts: u64,
}

impl Position for Auction {
    fn collateral_type(&self) -> TypeId {
        self.collateral_type
    }

    /// A lot's debt bears no interest, and nothing is shared out over lots.
    fn standing(&self) -> Option<Standing> {
        (!self.debt.is_zero()).then(|| Standing {
            base: Base::Above(self.debt.raw()),
            holding: self.lot.raw(),
        })
    }
}

/// The last time that all auctions of a type started anew together (rule R4). Those that ran then take its price and
/// time when they are next looked at, so that a restart costs the same however many run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Restart {
    /// How many there have been.
    pub number: u64,
    /// Price at the new start.
    pub start_price: Price,
    /// The feed's live time then.
    pub started: Seconds,
}

/// What a type has on sale, in the coin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OnSale {
    /// Coins in circulation that its lots owe.
    pub debt: Amount,
    /// What its lots are to raise: the ceilings count this.
    pub to_raise: Amount,
    /// How many auctions run.
    pub auctions: u64,
}

/// What the auctions of one type go by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The type's parameters.
    pub spec: &'a TypeSpec,
    /// Decimals of its collateral.
    pub decimals: Decimals,
}

/// All running auctions.
#[derive(Clone, Debug)]
pub struct Auctions {
    /// As they were last written: [`Auctions::auction`] applies what their type's restart has changed since.
    book: Book<AuctionId, Auction>,
    restarts: Table<TypeId, Restart>,
    on_sale: Table<TypeId, OnSale>,
    last: Var<AuctionId>,
}

pieces!(Auctions {
    book,
    restarts,
    on_sale,
    last
});

impl Default for Auctions {
    fn default() -> Self {
        Self {
            book: Book::new(table::AUCTIONS),
            restarts: Table::new(table::AUCTION_RESTARTS),
            on_sale: Table::new(table::ON_SALE),
            last: Var::new(table::LAST_AUCTION, AuctionId(0)),
        }
    }
}

impl Auctions {
    /// A running auction. Error: `UnknownAuction`.
    pub fn auction(&self, id: AuctionId) -> Result<Auction, Rejected> {
        let written = self.book.records().get(&id).ok_or(Rejected::UnknownAuction(id))?;
        Ok(self.present(written))
    }

    /// The running auctions, by id.
    pub fn iter(&self) -> impl Iterator<Item = (AuctionId, Auction)> {
        self.after(AuctionId(0))
    }

    /// The running auctions with a number above `id`, by id: for work that goes on where it stopped.
    pub fn after(&self, id: AuctionId) -> impl Iterator<Item = (AuctionId, Auction)> {
        let later = (Bound::Excluded(id), Bound::Unbounded);
        let written = self.book.records().range(later);
        written.map(|(id, auction)| (*id, self.present(auction)))
    }

    /// The auctions whose lots owe anything, in the order in which a falling price leaves them short.
    pub fn ranking(&self) -> &Ranking<AuctionId> {
        self.book.ranking()
    }

    /// An auction as it stands, after the restarts of its type that it has not followed yet.
    fn present(&self, written: &Auction) -> Auction {
        match self.restarts.get(&written.collateral_type) {
            Some(restart) if restart.number > written.restarts => {
                let missed = restart.number - written.restarts;
                Auction {
                    restarts: restart.number,
                    ..written.started_anew(restart.start_price, restart.started, missed)
                }
            }
            _ => *written,
        }
    }

    /// How many restarts a type has had.
    fn restarts(&self, collateral_type: TypeId) -> u64 {
        self.restarts.get(&collateral_type).map_or(0, |restart| restart.number)
    }

    /// What a type has on sale.
    pub fn on_sale(&self, collateral_type: TypeId) -> OnSale {
        self.on_sale.get(&collateral_type).copied().unwrap_or_default()
    }

    /// What all types have on sale. Error: `Overflow`.
    pub fn all_on_sale(&self) -> Result<OnSale, Arithmetic> {
        self.on_sale
            .iter()
            .try_fold(OnSale::default(), |sum, (_, on_sale)| sum.plus(on_sale))
    }

    /// How much more may go on sale, in terms of what is to be raised: the smaller of what is left under the type's
    /// ceiling and under that of all types, and nothing above either.
    pub fn room(&self, collateral_type: TypeId, type_ceiling: Amount, global_ceiling: Amount) -> Amount {
        let of_type = type_ceiling.saturating_sub(self.on_sale(collateral_type).to_raise);
        let used = self.on_sale.iter().map(|(_, on_sale)| on_sale.to_raise);
        of_type.min(used.fold(global_ceiling, Amount::saturating_sub))
    }

    /// What each type has on sale by the auctions themselves: [`Auctions::on_sale`] must say the same.
    /// Error: `Overflow`.
    pub fn recount(&self) -> Result<BTreeMap<TypeId, OnSale>, Arithmetic> {
        let mut sums = BTreeMap::new();
        for (_, auction) in self.book.records().iter() {
            let sum: &mut OnSale = sums.entry(auction.collateral_type).or_default();
            *sum = sum.plus(&OnSale::of(auction))?;
        }
        Ok(sums)
    }

    /// A running auction of that type. Error: `UnknownAuction`.
    fn running(&self, id: AuctionId, collateral_type: TypeId) -> Result<Auction, Rejected> {
        let auction = self.auction(id)?;
        if auction.collateral_type == collateral_type {
            Ok(auction)
        } else {
            Err(Rejected::UnknownAuction(id))
        }
    }

    /// What the type of `before` and `after` has on sale once one is replaced by the other. Errors: `Overflow`;
    /// `Underflow` cannot happen while the sums are right.
    fn exchanged(&self, kind: TypeId, before: Option<&Auction>, after: Option<&Auction>) -> Result<OnSale, Arithmetic> {
        let of = |auction: Option<&Auction>| auction.map(OnSale::of).unwrap_or_default();
        self.on_sale(kind).minus(&of(before))?.plus(&of(after))
    }

    fn write(&mut self, id: AuctionId, kind: TypeId, after: Option<Auction>, on_sale: OnSale) {
        match after {
            Some(auction) => self.book.set(id, auction),
            None => self.book.remove(id),
        }
        if on_sale.auctions == 0 {
            self.on_sale.remove(&kind);
        } else {
            self.on_sale.set(kind, on_sale);
        }
    }
}

impl Auction {
    /// Live time since the price began to fall.
    pub const fn elapsed(&self, live_time: Seconds) -> Seconds {
        let since = live_time.saturating_sub(self.started);
        Seconds(since.raw().saturating_add(self.age_at_start.raw()))
    }

    /// The price now, rounded up. Errors: those of [`price`], with parameters that the type's bounds refuse.
    pub fn price(&self, spec: &AuctionSpec, live_time: Seconds) -> Result<Price, Arithmetic> {
        price(self.start_price, &spec.curve, self.elapsed(live_time))
    }

    /// Whether nobody can take before a reset: older than its duration, under the reset ratio of its start price, or at
    /// a price of zero, since a lot is never given away. Exact: nothing is rounded. Errors: those of [`price`].
    pub fn needs_reset(&self, spec: &AuctionSpec, live_time: Seconds) -> Result<bool, Arithmetic> {
        Ok(self.is_over_at(self.price(spec, live_time)?, spec, live_time))
    }

    fn is_over_at(&self, price: Price, spec: &AuctionSpec, live_time: Seconds) -> bool {
        let (start, least) = (self.start_price.raw(), spec.reset_ratio.raw());
        self.elapsed(live_time) > spec.duration
            || cmp_products(price.raw(), WAD, start, least).is_lt()
            || price.is_zero()
    }
}

impl OnSale {
    const fn of(auction: &Auction) -> Self {
        Self {
            debt: auction.debt,
            to_raise: auction.to_raise,
            auctions: 1,
        }
    }

    fn plus(&self, other: &Self) -> Result<Self, Arithmetic> {
        Ok(Self {
            debt: self.debt.try_add(other.debt)?,
            to_raise: self.to_raise.try_add(other.to_raise)?,
            auctions: self.auctions.checked_add(other.auctions).ok_or(Arithmetic::Overflow)?,
        })
    }

    fn minus(&self, other: &Self) -> Result<Self, Arithmetic> {
        Ok(Self {
            debt: self.debt.try_sub(other.debt)?,
            to_raise: self.to_raise.try_sub(other.to_raise)?,
            auctions: self.auctions.checked_sub(other.auctions).ok_or(Arithmetic::Underflow)?,
        })
    }
}

impl Terms<'_> {
    /// The least that a take may leave to raise, unless nothing: debt floor × (1 + penalty), rounded down as the
    /// peer's (`chost`). Error: `Overflow`.
    pub fn least_remainder(&self) -> Result<Amount, Arithmetic> {
        let markup = Ratio::ONE.try_add(self.spec.penalty)?;
        self.spec.debt_floor.mul_ratio(markup, Round::Down)
    }

    /// What collateral is worth at a price, in coins. More than a number holds counts as the most that there can be.
    fn worth(&self, collateral: Amount, price: Price, round: Round) -> Amount {
        coin_value(collateral, price, self.decimals, round).unwrap_or(Amount::MAX)
    }

    /// How much collateral coins buy at a price, rounded down. Errors: `Overflow`, `DivisionByZero`.
    fn bought_with(&self, coins: Amount, price: Price) -> Result<Amount, Arithmetic> {
        Usd::from_unsigned(coins.raw())?.to_amount(price, self.decimals, Round::Down)
    }
}
