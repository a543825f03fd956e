//! How a pool's price follows its reserves (docs/market.md, eq. 1-4).
//!
//! Both curves answer the same four questions: how much liquidity there is, what the spot price is, whether a trade keeps
//! the invariant, and whether a price is too high for what is to be traded at it. The rest of the market asks no more.

mod stable;

use ballast_num::{Amount, Arithmetic, Decimals, Price, Ratio, Round, cmp_products, mul_div, sqrt_product};
use ballast_protocol::PoolCurve;

use self::stable::Stable;

/// Most that a pool may hold of either side, and that a batch may bring, scaled to 18 decimals: 2¹¹¹, 2.6·10¹⁵ whole
/// units. Below it no sum or product of a curve overflows.
pub const RESERVE_MAX: Amount = Amount::from_raw(1 << 111);

/// An exact price: so many coins for so much of the collateral, both in base units and above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    coins: u128,
    base: u128,
}

impl Exchange {
    /// The price of a whole unit of an asset with `decimals`; a coin counts as its target of 1 USD.
    pub const fn at(price: Price, decimals: Decimals) -> Self {
        Self {
            coins: price.raw(),
            base: decimals.per_usd(),
        }
    }

    /// Its coins and its base: for exact comparisons.
    pub const fn parts(self) -> [u128; 2] {
        [self.coins, self.base]
    }

    #[cfg(test)]
    pub(super) const fn of([coins, base]: [u128; 2]) -> Self {
        Self { coins, base }
    }

    /// What `base` of the collateral is worth in coins, rounded. Error: `Overflow`.
    pub fn coins(self, base: Amount, round: Round) -> Result<Amount, Arithmetic> {
        base.prorate(self.coins, self.base, round)
    }

    /// What `coins` are worth in the collateral, rounded. Errors: `DivisionByZero` at a price of zero, `Overflow`.
    pub fn base(self, coins: Amount, round: Round) -> Result<Amount, Arithmetic> {
        coins.prorate(self.base, self.coins, round)
    }

    /// Coins for a whole unit, rounded down; [`Price::MAX`] above.
    pub fn price(self, decimals: Decimals) -> Price {
        mul_div(self.coins, decimals.per_usd(), self.base, Round::Down).map_or(Price::MAX, Price::from_raw)
    }
}

/// A curve and the reserves that stand on it, both above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    kind: PoolCurve,
    decimals: Decimals,
    base: Amount,
    coins: Amount,
    liquidity: Amount,
}

impl Curve {
    /// A pool of `base`, an asset with `decimals`, and `coins`. Errors: `DivisionByZero` if either is nothing; `Overflow`
    /// above [`RESERVE_MAX`].
    pub fn new(kind: PoolCurve, decimals: Decimals, base: Amount, coins: Amount) -> Result<Self, Arithmetic> {
        fits(decimals, base, coins)?;
        let liquidity = match stable(kind, decimals, base, coins) {
            None => sqrt_product(base.raw(), coins.raw(), Round::Down),
            Some(pool) => pool.invariant(),
        };
        Ok(Self {
            kind,
            decimals,
            base,
            coins,
            liquidity: Amount::from_raw(liquidity),
        })
    }

    /// The pool of this much liquidity whose spot price is `price`, each reserve rounded down.
    /// Errors: as [`Curve::new`], if a reserve would be nothing or too much.
    pub fn standing_at(
        kind: PoolCurve,
        decimals: Decimals,
        liquidity: Amount,
        price: Price,
    ) -> Result<Self, Arithmetic> {
        let (coins, base) = (price.raw(), decimals.per_usd());
        let (base, coins) = match kind {
            // √(base × coins) is the liquidity, and coins ÷ base the price.
            PoolCurve::ConstantProduct => {
                let root = sqrt_product(base, coins, Round::Down);
                (
                    liquidity.prorate(root, coins, Round::Down)?,
                    liquidity.prorate(root, base, Round::Down)?,
                )
            }
            PoolCurve::StableSwap { amplification } => {
                let pool = Stable::standing_at(amplification, price)?;
                // One more than it is, so that neither side has too much.
                let invariant = pool.invariant() + 1;
                let [base, coins] = pool
                    .reserves()
                    .map(|side| liquidity.prorate(side, invariant, Round::Down));
                (base?.prorate(1, per_unit(decimals), Round::Down)?, coins?)
            }
        };
        Self::new(kind, decimals, base, coins)
    }

    /// Error: `Overflow` if a pool could not hold what it has and this too.
    pub(super) fn check_room(&self, base: Amount, coins: Amount) -> Result<(), Arithmetic> {
        Self::new(
            self.kind,
            self.decimals,
            self.base.try_add(base)?,
            self.coins.try_add(coins)?,
        )
        .map(drop)
    }

    /// Collateral in the pool.
    pub const fn base(&self) -> Amount {
        self.base
    }

    /// Coins in the pool.
    pub const fn coins(&self) -> Amount {
        self.coins
    }

    /// Liquidity, rounded down: √(base × coins), or the invariant of the stable-swap. It doubles with both reserves.
    pub const fn liquidity(&self) -> Amount {
        self.liquidity
    }

    /// Coins that an infinitely small sale would bring for a whole unit, rounded down.
    pub fn spot(&self) -> Price {
        match stable(self.kind, self.decimals, self.base, self.coins) {
            None => Exchange {
                coins: self.coins.raw(),
                base: self.base.raw(),
            }
            .price(self.decimals),
            Some(pool) => pool.spot(self.liquidity.raw()),
        }
    }

    /// Whether the reserves may become these: the invariant, compared exactly, does not fall.
    pub fn is_kept_by(&self, base: Amount, coins: Amount) -> bool {
        fits(self.decimals, base, coins).is_ok()
            && match stable(self.kind, self.decimals, base, coins) {
                None => cmp_products(base.raw(), coins.raw(), self.base.raw(), self.coins.raw()).is_ge(),
                Some(after) => after.is_worth(self.liquidity.raw()),
            }
    }

    /// Whether `price` is too high for the pool to take what stays over when `sells` of the collateral and `buys` coins
    /// all trade at it. It rises with the price and with `sells`, and falls with `buys`.
    ///
    /// Above the spot price the answer is also yes where the pool just agrees: so at or under spot the highest price
    /// that is not too high is right, above it the lowest that is.
    pub fn is_above(&self, price: Price, sells: Amount, buys: Amount) -> bool {
        let at = Exchange::at(price, self.decimals);
        let under_spot = self.is_at_most_spot(price);
        let surplus = match self.kind {
            // The pool pays coins − base × price net: price × (base + sells) against coins + buys.
            PoolCurve::ConstantProduct => {
                let (Ok(base), Ok(coins)) = (self.base.try_add(sells), self.coins.try_add(buys)) else {
                    return true;
                };
                cmp_products(at.coins, base.raw(), at.base, coins.raw())
            }
            PoolCurve::StableSwap { .. } => {
                let worth = cmp_products(at.coins, sells.raw(), at.base, buys.raw());
                return if under_spot {
                    worth.is_gt() && !self.agrees(at, sells, buys)
                } else {
                    worth.is_ge() || self.agrees(at, sells, buys)
                };
            }
        };
        if under_spot { surplus.is_gt() } else { surplus.is_ge() }
    }

    /// The price at which `sells` and `buys` all trade, between one that is not too high and one that is.
    /// Error: `Overflow`.
    pub fn clearing(
        &self,
        (sells, buys): (Amount, Amount),
        (from, to): (Option<Price>, Option<Price>),
    ) -> Result<Exchange, Arithmetic> {
        if self.kind == PoolCurve::ConstantProduct {
            return Ok(Exchange {
                coins: self.coins.try_add(buys)?.raw(),
                base: self.base.try_add(sells)?.raw(),
            });
        }
        let least = from.unwrap_or(Price::ZERO).raw();
        let most = to.unwrap_or(Price::MAX).raw();
        let above = partition(least, most, |raw| self.is_above(Price::from_raw(raw), sells, buys));
        let [under, above] =
            [above.saturating_sub(1), above].map(|raw| Exchange::at(Price::from_raw(raw), self.decimals));
        let agreed = under.coins > 0 && self.agrees(under, sells, buys);
        Ok(if agreed { under } else { above })
    }

    /// The most that can be sold to this pool, after a fee on it, for `limit` on average: the invariant is kept.
    pub fn most_sold_at(&self, limit: Exchange, fee: Ratio) -> Amount {
        let most = limit.base(self.coins, Round::Down).unwrap_or(Amount::ZERO);
        let too_much = |sold: u128| {
            let sold = Amount::from_raw(sold);
            let trade = || {
                let base = self.base.try_add(after_fee(sold, fee)?)?;
                Ok::<_, Arithmetic>((base, self.coins.try_sub(limit.coins(sold, Round::Up)?)?))
            };
            !trade().is_ok_and(|(base, coins)| self.is_kept_by(base, coins))
        };
        Amount::from_raw(partition(0, most.raw().saturating_add(1), too_much).saturating_sub(1))
    }

    /// Whether the spot price is at least `price`.
    pub fn is_at_most_spot(&self, price: Price) -> bool {
        match self.kind {
            PoolCurve::ConstantProduct => {
                cmp_products(price.raw(), self.base.raw(), self.decimals.per_usd(), self.coins.raw()).is_le()
            }
            PoolCurve::StableSwap { .. } => price <= self.spot(),
        }
    }

    /// Whether the pool, at an average of `price`, takes what stays over of `sells` and `buys` and keeps its invariant.
    fn agrees(&self, price: Exchange, sells: Amount, buys: Amount) -> bool {
        let trade = || {
            let base = self.base.try_add(sells)?.try_sub(price.base(buys, Round::Up)?)?;
            let coins = self.coins.try_add(buys)?.try_sub(price.coins(sells, Round::Up)?)?;
            Ok::<_, Arithmetic>((base, coins))
        };
        trade().is_ok_and(|(base, coins)| self.is_kept_by(base, coins))
    }
}

/// Errors: `DivisionByZero` if either side is nothing; `Overflow` above [`RESERVE_MAX`].
fn fits(decimals: Decimals, base: Amount, coins: Amount) -> Result<(), Arithmetic> {
    if base.is_zero() || coins.is_zero() {
        Err(Arithmetic::DivisionByZero)
    } else if coins.max(scaled(base, decimals)?) > RESERVE_MAX {
        Err(Arithmetic::Overflow)
    } else {
        Ok(())
    }
}

/// Reserves that fit, on the stable curve if that is theirs.
fn stable(kind: PoolCurve, decimals: Decimals, base: Amount, coins: Amount) -> Option<Stable> {
    match kind {
        PoolCurve::ConstantProduct => None,
        PoolCurve::StableSwap { amplification } => {
            let base = base.raw().saturating_mul(per_unit(decimals));
            Some(Stable::new(amplification, base, coins.raw()))
        }
    }
}

/// What a fee leaves of an amount, rounded down: the fee rounds up.
pub(super) fn after_fee(amount: Amount, fee: Ratio) -> Result<Amount, Arithmetic> {
    amount.mul_ratio(fee.complement(), Round::Down)
}

/// The least number above `least`, up to `most`, that is `above`; `most` counts as such, `least` does not.
pub(super) fn partition(least: u128, most: u128, above: impl Fn(u128) -> bool) -> u128 {
    let (mut under, mut over) = (least, most.max(least));
    while over - under > 1 {
        let middle = under.midpoint(over);
        if above(middle) {
            over = middle;
        } else {
            under = middle;
        }
    }
    over
}

/// Base units of 18 decimals in one of an asset with `decimals`.
const fn per_unit(decimals: Decimals) -> u128 {
    Decimals::MAX.base_units() / decimals.base_units()
}

/// An amount of an asset with `decimals`, in base units of 18. Error: `Overflow`.
fn scaled(amount: Amount, decimals: Decimals) -> Result<Amount, Arithmetic> {
    amount.prorate(per_unit(decimals), 1, Round::Down)
}

#[cfg(test)]
pub(super) mod tests;
