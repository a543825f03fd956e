//! The uniform-price batch (rule R10; docs/market.md, eq. 5-8): users' orders and the engine's forced sales all trade at
//! one price, and the pool takes what stays over at that price on average.
//!
//! The higher the price, the more is offered and the less is asked for, and the less the pool pays for: so there is one
//! price at which all three agree. It lies between two limits, where all orders that admit it are filled whole, or on one,
//! where the orders with just this limit are filled in part.

use std::cmp::Ordering;

use ballast_num::{Amount, Arithmetic, Decimals, Price, Ratio, Round};

use super::curve::{Curve, Exchange, after_fee, partition};
use crate::kernel::Portions;

/// Most users' orders in a batch, and most lots.
pub const TRADES: usize = 256;

/// On which side of a market an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Brings the collateral and takes coins.
    Sell,
    /// Brings coins and takes the collateral.
    Buy,
}

/// A user's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Its number: among orders of one limit the units that do not divide go by it.
    pub number: u64,
    /// What it wants.
    pub side: Side,
    /// What it brings along, the fee included.
    pub amount: Amount,
    /// Least price of a sale or highest of a purchase, for a whole unit and after the fee.
    pub limit: Price,
}

/// What the engine has to sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forced {
    /// Collateral, the fee included.
    pub amount: Amount,
    /// Least price for a whole unit, after the fee.
    pub limit: Price,
}

/// What a batch made of one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// What the order gave, the fee included; the rest is the owner's.
    pub given: Amount,
    /// What it got.
    pub got: Amount,
}

/// A batch that has traded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    /// The one price, before fees.
    pub price: Exchange,
    /// The orders' fills, in the order in which they were handed in.
    pub fills: Vec<Fill>,
    /// The engine's.
    pub forced: Fill,
    /// Collateral in the pool afterwards.
    pub base: Amount,
    /// Coins in the pool afterwards.
    pub coins: Amount,
}

/// Clears a batch: `None` if nothing trades. Of more than [`TRADES`] orders the first by number take part.
///
/// Error: `Overflow` if the batch brings more than a pool can hold.
pub fn clear(
    curve: &Curve,
    decimals: Decimals,
    fee: Ratio,
    orders: &[Trade],
    forced: Option<Forced>,
) -> Result<Option<Cleared>, Arithmetic> {
    let book = Book::of(fee, orders, forced)?;
    let Some(agreed) = book.agree(curve, decimals)? else {
        return Ok(None);
    };
    let mut fills = vec![Fill::default(); orders.len()];
    let (mut own, mut sold, mut bought) = (Fill::default(), Fill::default(), Fill::default());
    for (entry, net) in book.entries.iter().zip(agreed.nets) {
        let fill = entry.fill(net, agreed.price, fee)?;
        let sum = match entry.side {
            Side::Sell => &mut sold,
            Side::Buy => &mut bought,
        };
        sum.given = sum.given.try_add(fill.given)?;
        sum.got = sum.got.try_add(fill.got)?;
        match entry.place {
            None => own = fill,
            Some(place) => fills[place] = fill,
        }
    }
    let base = curve.base().try_add(sold.given)?.try_sub(bought.got);
    let coins = curve.coins().try_add(bought.given)?.try_sub(sold.got);
    let (Ok(base), Ok(coins)) = (base, coins) else {
        // A price beyond all that a number holds was agreed on: the pool has not so much to give.
        return Ok(None);
    };
    // The guard: whatever the price, the pool is worth no less than before.
    let trades = !sold.given.is_zero() || !bought.given.is_zero();
    Ok((trades && curve.is_kept_by(base, coins)).then_some(Cleared {
        price: agreed.price,
        fills,
        forced: own,
        base,
        coins,
    }))
}

/// An order as the price search sees it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where it stands among the orders handed in; the engine's has no place there.
    place: Option<usize>,
    number: u64,
    side: Side,
    amount: Amount,
    /// What the fee leaves of it.
    net: Amount,
    /// The batch's price that just gives it its limit after the fee.
    limit: Price,
}

impl Entry {
    /// What comes of `net` after the fee: the whole amount if that is all of it, else as much as leaves `net`.
    fn fill(&self, net: Amount, price: Exchange, fee: Ratio) -> Result<Fill, Arithmetic> {
        if net.is_zero() {
            return Ok(Fill::default());
        }
        let given = if net == self.net {
            self.amount
        } else {
            net.div_ratio(fee.complement(), Round::Up)?.min(self.amount)
        };
        let got = match self.side {
            Side::Sell => price.coins(net, Round::Down)?,
            Side::Buy => price.base(net, Round::Down)?,
        };
        Ok(Fill { given, got })
    }
}

/// Orders: purchases first, then sales, the engine's before those of users; each by number.
struct Book {
    entries: Vec<Entry>,
}

/// A price, and how much of each entry trades at it.
struct Agreed {
    price: Exchange,
    nets: Vec<Amount>,
}

impl Book {
    fn of(fee: Ratio, orders: &[Trade], forced: Option<Forced>) -> Result<Self, Arithmetic> {
        let mut entries = Vec::new();
        for (place, order) in orders.iter().enumerate() {
            let limit = match order.side {
                // What no price reaches never trades.
                Side::Sell => order.limit.div_ratio(fee.complement(), Round::Up).unwrap_or(Price::MAX),
                Side::Buy => order.limit.mul_ratio(fee.complement(), Round::Down)?,
            };
            entries.push(Entry {
                place: Some(place),
                number: order.number,
                side: order.side,
                amount: order.amount,
                net: after_fee(order.amount, fee)?,
                limit,
            });
        }
        entries.sort_by_key(|entry| entry.number);
        entries.truncate(TRADES);
        if let Some(Forced { amount, limit }) = forced {
            entries.push(Entry {
                place: None,
                number: 0,
                side: Side::Sell,
                amount,
                net: after_fee(amount, fee)?,
                limit: limit.div_ratio(fee.complement(), Round::Up)?,
            });
        }
        entries.sort_by_key(|entry| (entry.side == Side::Sell, entry.place.is_some(), entry.number));
        Ok(Self { entries })
    }

    /// Σ of what the entries of one side bring whose limit stands so to `price`.
    fn sum(&self, side: Side, price: Price, wanted: impl Fn(Ordering) -> bool) -> Result<Amount, Arithmetic> {
        let of_side = self.entries.iter().filter(|entry| entry.side == side);
        Amount::try_sum(
            of_side
                .filter(|entry| wanted(entry.limit.cmp(&price)))
                .map(|entry| entry.net),
        )
    }

    /// The price and the fills; `None` without orders.
    fn agree(&self, curve: &Curve, decimals: Decimals) -> Result<Option<Agreed>, Arithmetic> {
        // Refused here rather than in the midst of the search.
        curve.check_room(
            self.sum(Side::Sell, Price::ZERO, |_| true)?,
            self.sum(Side::Buy, Price::ZERO, |_| true)?,
        )?;
        let mut limits: Vec<Price> = self.entries.iter().map(|entry| entry.limit).collect();
        limits.sort_unstable();
        limits.dedup();
        let (sells, buys) = (
            |price, wanted: fn(Ordering) -> bool| self.sum(Side::Sell, price, wanted),
            |price, wanted: fn(Ordering) -> bool| self.sum(Side::Buy, price, wanted),
        );
        // Sums that all fit cannot overflow in part.
        let too_high = |price: &Price| {
            let (Ok(sells), Ok(buys)) = (sells(*price, Ordering::is_le), buys(*price, Ordering::is_gt)) else {
                return true;
            };
            curve.is_above(*price, sells, buys)
        };
        let at = limits.partition_point(|price| !too_high(price));
        let (under, limit) = (at.checked_sub(1).and_then(|at| limits.get(at)), limits.get(at));
        let all_in = |under: Option<Price>, over: Option<Price>| {
            // Between two limits the same orders are inside at every price.
            let sold = under.map_or(Ok(Amount::ZERO), |price| sells(price, Ordering::is_le))?;
            let bought = over.map_or(Ok(Amount::ZERO), |price| buys(price, Ordering::is_ge))?;
            if sold.is_zero() && bought.is_zero() {
                return Ok(None);
            }
            let price = curve.clearing((sold, bought), (under, over))?;
            let inside = |entry: &Entry| match entry.side {
                Side::Sell => under.is_some_and(|price| entry.limit <= price),
                Side::Buy => over.is_some_and(|price| entry.limit >= price),
            };
            let net = |entry: &Entry| if inside(entry) { entry.net } else { Amount::ZERO };
            let nets = self.entries.iter().map(net).collect();
            Ok(Some(Agreed { price, nets }))
        };
        let Some(limit) = limit.copied() else {
            return all_in(under.copied(), None);
        };
        if curve.is_above(limit, sells(limit, Ordering::is_lt)?, buys(limit, Ordering::is_ge)?) {
            return all_in(under.copied(), Some(limit));
        }
        self.in_part(curve, limit, Exchange::at(limit, decimals)).map(Some)
    }

    /// The fills at a price that is the limit of some orders: of these the side of which there is too much is cut.
    fn in_part(&self, curve: &Curve, limit: Price, price: Exchange) -> Result<Agreed, Arithmetic> {
        let sold = self.sum(Side::Sell, limit, Ordering::is_lt)?;
        let bought = self.sum(Side::Buy, limit, Ordering::is_gt)?;
        let mut sells = self.sum(Side::Sell, limit, Ordering::is_eq)?;
        let mut buys = self.sum(Side::Buy, limit, Ordering::is_eq)?;
        let above = |sells: u128, buys: u128| {
            let (sells, buys) = (
                Amount::from_raw(sells).try_add(sold),
                Amount::from_raw(buys).try_add(bought),
            );
            match (sells, buys) {
                (Ok(sells), Ok(buys)) => curve.is_above(limit, sells, buys),
                _ => true,
            }
        };
        let under_spot = curve.is_at_most_spot(limit);
        if above(sells.raw(), buys.raw()) {
            let over = partition(0, sells.raw(), |sells| above(sells, buys.raw()));
            sells = Amount::from_raw(if under_spot { over.saturating_sub(1) } else { over });
        } else {
            let under = partition(0, buys.raw(), |buys| !above(sells.raw(), buys));
            buys = Amount::from_raw(if under_spot { under } else { under.saturating_sub(1) });
        }
        let mut nets = Vec::with_capacity(self.entries.len());
        let forced = self
            .entries
            .iter()
            .find(|entry| entry.place.is_none() && entry.limit == limit);
        // Of sales with one limit the engine's are cut last.
        let forced = forced.map_or(Amount::ZERO, |entry| entry.net.min(sells));
        let mut sales = Portions::of(sells.try_sub(forced)?, self.sum_of_users(Side::Sell, limit)?);
        let mut purchases = Portions::of(buys, self.sum_of_users(Side::Buy, limit)?);
        for entry in &self.entries {
            let net = match (entry.side, entry.limit.cmp(&limit)) {
                (Side::Sell, Ordering::Less) | (Side::Buy, Ordering::Greater) => entry.net,
                (_, Ordering::Equal) if entry.place.is_none() => forced,
                (Side::Sell, Ordering::Equal) => sales.next(entry.net)?,
                (Side::Buy, Ordering::Equal) => purchases.next(entry.net)?,
                _ => Amount::ZERO,
            };
            nets.push(net);
        }
        Ok(Agreed { price, nets })
    }

    fn sum_of_users(&self, side: Side, limit: Price) -> Result<Amount, Arithmetic> {
        let users = self.entries.iter().filter(|entry| entry.place.is_some());
        let equal = users.filter(|entry| entry.side == side && entry.limit == limit);
        Amount::try_sum(equal.map(|entry| entry.net))
    }
}

#[cfg(test)]
mod tests;
