//! What a whole unit of an asset is worth.

use crate::unit::{decimal_text, unit};
use crate::{Arithmetic, RAY, Ratio, Round, Seconds, WAD, mul_div};

unit! {
    /// USD for one whole unit of an asset, 10²⁷ to the dollar: up to 3.4·10¹¹ USD.
    pub struct Price(u128);
}

decimal_text!(Price, decimals: 27);

impl Price {
    /// One USD.
    pub const ONE: Self = Self(RAY);

    /// A price of `usd` dollars. It always fits.
    #[inline]
    pub const fn whole(usd: u32) -> Self {
        // Below 2³² · 10²⁷ < 2¹²².
        Self((usd as u128).wrapping_mul(RAY))
    }

    /// `self × ratio`, rounded. Error: `Overflow`.
    #[inline]
    pub const fn mul_ratio(self, ratio: Ratio, round: Round) -> Result<Self, Arithmetic> {
        self.scale(ratio.raw(), WAD, round)
    }

    /// `self ÷ ratio`, rounded. Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn div_ratio(self, ratio: Ratio, round: Round) -> Result<Self, Arithmetic> {
        self.scale(WAD, ratio.raw(), round)
    }

    /// `self × part ÷ whole` of a time, rounded. Errors: `DivisionByZero`, `Overflow`.
    ///
    /// ```
    /// # use ballast_num::{Price, Round, Seconds};
    /// let quarter = Price::whole(2_000).prorate(Seconds(900), Seconds(3_600), Round::Up);
    /// assert_eq!(quarter, Ok(Price::whole(500)));
    /// ```
    #[inline]
    pub const fn prorate(self, part: Seconds, whole: Seconds, round: Round) -> Result<Self, Arithmetic> {
        self.scale(part.0 as u128, whole.0 as u128, round)
    }

    /// Half-way between two prices, rounded: the median of an even number of sources. It always fits.
    ///
    /// ```
    /// # use ballast_num::{Price, Round};
    /// assert_eq!(Price::whole(1).midpoint(Price::whole(4), Round::Down).to_string(), "2.5");
    /// ```
    #[inline]
    pub const fn midpoint(self, other: Self, round: Round) -> Self {
        let middle = self.0.midpoint(other.0);
        // An odd sum lost a half, and its middle is below the larger price.
        let odd = (self.0 ^ other.0) & 1;
        match round {
            Round::Down => Self(middle),
            Round::Up => Self(middle.wrapping_add(odd)),
        }
    }

    /// How many units at `other` one unit at this price buys, `self ÷ other`, rounded.
    /// Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn relative_to(self, other: Self, round: Round) -> Result<Ratio, Arithmetic> {
        Ratio::of(self.0, other.0, round)
    }

    #[inline]
    const fn scale(self, numerator: u128, denominator: u128, round: Round) -> Result<Self, Arithmetic> {
        match mul_div(self.0, numerator, denominator, round) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
