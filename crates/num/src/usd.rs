//! Signed value.

use core::{fmt, str::FromStr};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    Amount, Arithmetic, DecimalText, Decimals, ParseDecimal, Price, Ratio, Round, WAD, mul_div, parse_decimal,
};

/// A value in USD, 10¹⁸ to the dollar, below zero for a loss or a debt: ±1.7·10²⁰ USD.
///
/// [`Round::Down`] is towards −∞, so that it is against the account on both sides of zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, BorshSerialize, BorshDeserialize)]
pub struct Usd(i128);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One dollar.
    #[expect(clippy::cast_possible_wrap, reason = "10¹⁸ is far below 2¹²⁷")]
    pub const ONE: Self = Self(WAD as i128);
    /// The smallest that the type holds.
    pub const MIN: Self = Self(i128::MIN);
    /// The largest that the type holds.
    pub const MAX: Self = Self(i128::MAX);

    /// The value stored as `raw`.
    #[inline]
    pub const fn from_raw(raw: i128) -> Self {
        Self(raw)
    }

    /// The stored integer.
    #[inline]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// `dollars`. It always fits.
    #[inline]
    pub const fn whole(dollars: i64) -> Self {
        // At most 2⁶³ · 10¹⁸ < 2¹²³ in size.
        Self((dollars as i128).wrapping_mul(Self::ONE.0))
    }

    /// Whether this is nothing.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether this is below zero.
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// `self + other`. Errors: `Overflow`, `Underflow`.
    #[inline]
    pub const fn try_add(self, other: Self) -> Result<Self, Arithmetic> {
        match self.0.checked_add(other.0) {
            Some(sum) => Ok(Self(sum)),
            None => Err(beyond(other.is_negative())),
        }
    }

    /// `self − other`. Errors: `Overflow`, `Underflow`.
    #[inline]
    pub const fn try_sub(self, other: Self) -> Result<Self, Arithmetic> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Ok(Self(difference)),
            None => Err(beyond(!other.is_negative())),
        }
    }

    /// `−self`. Error: `Overflow`, only for [`Usd::MIN`].
    #[inline]
    pub const fn try_neg(self) -> Result<Self, Arithmetic> {
        Self::ZERO.try_sub(self)
    }

    /// The sum of all, nothing for none, whatever their order: an intermediate sum is never refused for its size.
    /// Errors: `Overflow`, `Underflow`.
    pub fn try_sum(terms: impl IntoIterator<Item = Self>) -> Result<Self, Arithmetic> {
        // The sum as wraps·2¹²⁸ + rest: no iterator yields enough terms to move `wraps` beyond 64 bits.
        let (rest, wraps) = terms.into_iter().fold((0_i128, 0_i64), |(rest, wraps), term| {
            let (sum, wrapped) = rest.overflowing_add(term.0);
            let wrap = i64::from(wrapped) * if term.is_negative() { -1 } else { 1 };
            (sum, wraps.saturating_add(wrap))
        });
        if wraps == 0 {
            Ok(Self(rest))
        } else {
            Err(beyond(wraps < 0))
        }
    }

    /// `self × ratio`, rounded. Errors: `Overflow`, `Underflow`.
    #[inline]
    pub const fn mul_ratio(self, ratio: Ratio, round: Round) -> Result<Self, Arithmetic> {
        self.prorate(ratio.raw(), WAD, round)
    }

    /// `self ÷ ratio`, rounded. Errors: `DivisionByZero`, `Overflow`, `Underflow`.
    #[inline]
    pub const fn div_ratio(self, ratio: Ratio, round: Round) -> Result<Self, Arithmetic> {
        self.prorate(WAD, ratio.raw(), round)
    }

    /// `self × part ÷ whole`, rounded. Errors: `DivisionByZero`, `Overflow`, `Underflow`.
    ///
    /// ```
    /// # use ballast_num::{Round, Usd};
    /// assert_eq!(Usd::from_raw(-10).prorate(1, 3, Round::Down), Ok(Usd::from_raw(-4)));
    /// assert_eq!(Usd::from_raw(-10).prorate(1, 3, Round::Up), Ok(Usd::from_raw(-3)));
    /// ```
    #[inline]
    pub const fn prorate(self, part: u128, whole: u128, round: Round) -> Result<Self, Arithmetic> {
        let negative = self.is_negative();
        // Below zero the size rounds the other way.
        let size_round = if negative { round.opposite() } else { round };
        match mul_div(self.0.unsigned_abs(), part, whole, size_round) {
            Ok(size) => Self::from_sign_and_size(negative, size),
            Err(Arithmetic::Overflow) => Err(beyond(negative)),
            Err(error) => Err(error),
        }
    }

    /// How much of an asset at `price` for a whole unit this value buys, rounded.
    ///
    /// Errors: `Underflow` below zero, `DivisionByZero` at a price of zero, `Overflow`.
    ///
    /// ```
    /// # use ballast_num::{Amount, Decimals, Price, Round, Usd};
    /// let amount = Usd::whole(1).to_amount(Price::whole(3), Decimals::new(6)?, Round::Up);
    /// assert_eq!(amount, Ok(Amount::from_raw(333_334)));
    /// # Ok::<(), ballast_num::Arithmetic>(())
    /// ```
    #[inline]
    pub const fn to_amount(self, price: Price, decimals: Decimals, round: Round) -> Result<Amount, Arithmetic> {
        if self.is_negative() {
            return Err(Arithmetic::Underflow);
        }
        match mul_div(self.0.unsigned_abs(), decimals.per_usd(), price.raw(), round) {
            Ok(raw) => Ok(Amount::from_raw(raw)),
            Err(error) => Err(error),
        }
    }

    /// A value of `raw` / 10¹⁸, not below zero. Error: `Overflow`.
    #[inline]
    pub const fn from_unsigned(raw: u128) -> Result<Self, Arithmetic> {
        Self::from_sign_and_size(false, raw)
    }

    #[inline]
    const fn from_sign_and_size(negative: bool, size: u128) -> Result<Self, Arithmetic> {
        let value = if negative {
            0_i128.checked_sub_unsigned(size)
        } else {
            0_i128.checked_add_unsigned(size)
        };
        match value {
            Some(value) => Ok(Self(value)),
            None => Err(beyond(negative)),
        }
    }
}

/// The error of a result beyond the lower or the upper end.
const fn beyond(lower_end: bool) -> Arithmetic {
    if lower_end {
        Arithmetic::Underflow
    } else {
        Arithmetic::Overflow
    }
}

/// The exact decimal value, without trailing zeros: "-1.5".
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        DecimalText::new(self.0.unsigned_abs(), 18)
            .negative_if(self.is_negative())
            .fmt(f)
    }
}

/// Reads a decimal exactly, by the rules of [`parse_decimal`] after at most one minus sign.
impl FromStr for Usd {
    type Err = ParseDecimal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let size = parse_decimal(digits, 18)?;
        Self::from_sign_and_size(negative, size).map_err(|_| ParseDecimal::TooLarge)
    }
}

#[cfg(feature = "serde")]
crate::serde_text::as_string!(Usd(i128), decimals: 18);

#[cfg(test)]
mod tests;
