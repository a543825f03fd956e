//! Numbers without dimension.

use crate::unit::{decimal_text, unit};
use crate::{Arithmetic, Round, WAD, mul_div, sqrt_product};

unit! {
    /// A dimensionless number, 10¹⁸ to the one: 1.5 is 150 %. Up to 3.4·10²⁰.
    pub struct Ratio(u128);
}

decimal_text!(Ratio, decimals: 18);

impl Ratio {
    /// 1, or 100 %.
    pub const ONE: Self = Self(WAD);

    /// `percent` hundredths. It always fits.
    #[inline]
    pub const fn percent(percent: u32) -> Self {
        // Below 2³² · 10¹⁶ < 2⁸⁶.
        Self((percent as u128).wrapping_mul(WAD / 100))
    }

    /// `points` hundredths of a percent. It always fits.
    #[inline]
    pub const fn basis_points(points: u32) -> Self {
        Self((points as u128).wrapping_mul(WAD / 10_000))
    }

    /// `numerator ÷ denominator`, rounded. Errors: `DivisionByZero`, `Overflow`.
    ///
    /// ```
    /// # use ballast_num::{Ratio, Round};
    /// assert_eq!(Ratio::of(3, 2, Round::Down), Ok(Ratio::percent(150)));
    /// ```
    #[inline]
    pub const fn of(numerator: u128, denominator: u128, round: Round) -> Result<Self, Arithmetic> {
        match mul_div(numerator, WAD, denominator, round) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(error),
        }
    }

    /// `self × other`, rounded. Error: `Overflow`.
    #[inline]
    pub const fn mul_ratio(self, other: Self, round: Round) -> Result<Self, Arithmetic> {
        self.prorate(other.0, WAD, round)
    }

    /// `self ÷ other`, rounded. Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn div_ratio(self, other: Self, round: Round) -> Result<Self, Arithmetic> {
        Self::of(self.0, other.0, round)
    }

    /// `self × part ÷ whole`, rounded. Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn prorate(self, part: u128, whole: u128, round: Round) -> Result<Self, Arithmetic> {
        match mul_div(self.0, part, whole, round) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(error),
        }
    }

    /// `max(0, 1 − self)`: what a discount, haircut or fee leaves.
    #[inline]
    pub const fn complement(self) -> Self {
        Self::ONE.saturating_sub(self)
    }

    /// `√self`, rounded. It always fits.
    ///
    /// ```
    /// # use ballast_num::{Ratio, Round};
    /// assert_eq!(Ratio::percent(225).sqrt(Round::Down), Ratio::percent(150));
    /// assert_eq!(Ratio::percent(200).sqrt(Round::Down).to_string(), "1.414213562373095048");
    /// ```
    #[inline]
    pub const fn sqrt(self, round: Round) -> Self {
        Self(sqrt_product(self.0, WAD, round))
    }
}

#[cfg(test)]
mod tests;
