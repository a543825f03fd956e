//! Products wider than 128 bits, so that predicates compare exactly what they claim and round nothing.

use core::cmp::Ordering;

use crate::divide::{div_rem_wide, join, lower, product, upper};
use crate::{Arithmetic, Round};

/// An unsigned integer of 256 bits, large enough for any product of two `u128`.
///
/// ```
/// use ballast_num::{Round, U256};
/// let square = U256::product(u128::MAX, u128::MAX);
/// assert_eq!(square.try_div(u128::MAX, Round::Down), Ok(u128::MAX));
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct U256 {
    // The derived order compares `high` first: keep it first.
    high: u128,
    low: u128,
}

impl U256 {
    /// 0.
    pub const ZERO: Self = Self::from_parts(0, 0);
    /// 2²⁵⁶ − 1.
    pub const MAX: Self = Self::from_parts(u128::MAX, u128::MAX);

    /// `high·2¹²⁸ + low`.
    #[inline]
    pub const fn from_parts(high: u128, low: u128) -> Self {
        Self { high, low }
    }

    /// `value`, widened.
    #[inline]
    pub const fn from_u128(value: u128) -> Self {
        Self::from_parts(0, value)
    }

    /// `a·b`, exactly: it always fits.
    #[inline]
    pub const fn product(a: u128, b: u128) -> Self {
        let (a1, a0, b1, b0) = (upper(a), lower(a), upper(b), lower(b));
        let low = product(a0, b0);
        // Each sum is at most (2⁶⁴ − 1)² + 2·(2⁶⁴ − 1) = 2¹²⁸ − 1.
        let middle = product(a1, b0).wrapping_add(upper(low) as u128);
        let other = product(a0, b1).wrapping_add(lower(middle) as u128);
        let high = product(a1, b1)
            .wrapping_add(upper(middle) as u128)
            .wrapping_add(upper(other) as u128);
        Self::from_parts(high, join(lower(other), lower(low)))
    }

    /// The upper and the lower 128 bits.
    #[inline]
    pub const fn parts(self) -> (u128, u128) {
        (self.high, self.low)
    }

    /// `self` as 128 bits. Error: `Overflow`.
    #[inline]
    pub const fn to_u128(self) -> Result<u128, Arithmetic> {
        if self.high == 0 {
            Ok(self.low)
        } else {
            Err(Arithmetic::Overflow)
        }
    }

    /// `self + other`. Error: `Overflow`.
    #[inline]
    pub const fn try_add(self, other: Self) -> Result<Self, Arithmetic> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let (high, over) = self.high.overflowing_add(other.high);
        let (high, over_by_carry) = high.overflowing_add(carry as u128);
        if over || over_by_carry {
            Err(Arithmetic::Overflow)
        } else {
            Ok(Self { high, low })
        }
    }

    /// `self − other`. Error: `Underflow`.
    #[inline]
    pub const fn try_sub(self, other: Self) -> Result<Self, Arithmetic> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let (high, under) = self.high.overflowing_sub(other.high);
        let (high, under_by_borrow) = high.overflowing_sub(borrow as u128);
        if under || under_by_borrow {
            Err(Arithmetic::Underflow)
        } else {
            Ok(Self { high, low })
        }
    }

    /// `self ÷ divisor`, rounded. Errors: `DivisionByZero`; `Overflow` if the quotient exceeds 128 bits.
    #[inline]
    pub const fn try_div(self, divisor: u128, round: Round) -> Result<u128, Arithmetic> {
        match self.div_rem(divisor) {
            Err(error) => Err(error),
            Ok((quotient, rest)) => increment_if(quotient, matches!(round, Round::Up) && rest != 0),
        }
    }

    /// Quotient, rounded down, and remainder. Errors as [`U256::try_div`].
    #[inline]
    pub const fn div_rem(self, divisor: u128) -> Result<(u128, u128), Arithmetic> {
        if divisor == 0 {
            Err(Arithmetic::DivisionByZero)
        } else if self.high == 0 {
            let quotient = self.low / divisor;
            Ok((quotient, self.low.wrapping_sub(quotient.wrapping_mul(divisor))))
        } else if self.high >= divisor {
            Err(Arithmetic::Overflow)
        } else {
            Ok(div_rem_wide(self.high, self.low, divisor))
        }
    }

    /// `self·factor`. Error: `Overflow`.
    #[inline]
    pub const fn try_mul(self, factor: u128) -> Result<Self, Arithmetic> {
        let (low, high) = (Self::product(self.low, factor), Self::product(self.high, factor));
        let (middle, carry) = low.high.overflowing_add(high.low);
        if high.high != 0 || carry {
            return Err(Arithmetic::Overflow);
        }
        Ok(Self::from_parts(middle, low.low))
    }

    /// `self ÷ divisor` as 256 bits, rounded up. Errors: `DivisionByZero`; `Overflow` if rounding carries out of them.
    pub const fn try_div_wide_up(self, divisor: u128) -> Result<Self, Arithmetic> {
        if divisor == 0 {
            return Err(Arithmetic::DivisionByZero);
        }
        let high = self.high / divisor;
        let (low, rest) = div_rem_wide(self.high % divisor, self.low, divisor);
        Self::from_parts(high, low).try_add(Self::from_u128((rest != 0) as u128))
    }

    /// The order of two integers, for `const` use.
    #[inline]
    pub const fn compare(self, other: Self) -> Ordering {
        if self.high == other.high {
            compare(self.low, other.low)
        } else {
            compare(self.high, other.high)
        }
    }
}
/// Compares `a·b` with `c·d`, exactly.
///
/// ```
/// # use ballast_num::cmp_products;
/// // Is 10 at a price of 3 worth at least 20 at a ratio of 1.5, both scaled alike?
/// assert!(cmp_products(10, 30, 20, 15).is_ge());
/// ```
#[inline]
pub const fn cmp_products(a: u128, b: u128, c: u128, d: u128) -> Ordering {
    U256::product(a, b).compare(U256::product(c, d))
}

/// Compares the product of three integers with that of three others, exactly (384 bits).
///
/// ```
/// # use ballast_num::cmp_products3;
/// assert!(cmp_products3([u128::MAX; 3], [u128::MAX, u128::MAX, u128::MAX - 1]).is_gt());
/// ```
#[inline]
pub const fn cmp_products3([a, b, c]: [u128; 3], [d, e, f]: [u128; 3]) -> Ordering {
    let (left, right) = (product3(a, b, c), product3(d, e, f));
    if left.0 == right.0 {
        left.1.compare(right.1)
    } else {
        compare(left.0, right.0)
    }
}

/// `a·b·c` as its upper 128 and lower 256 bits.
#[inline]
const fn product3(a: u128, b: u128, c: u128) -> (u128, U256) {
    let ab = U256::product(a, b);
    let (low, high) = (U256::product(ab.low, c), U256::product(ab.high, c));
    let (middle, carry) = low.high.overflowing_add(high.low);
    // The product is below 2³⁸⁴, so its upper third holds the carry.
    (high.high.wrapping_add(carry as u128), U256::from_parts(middle, low.low))
}

/// Compares the product of two integers of 256 bits with that of two others, exactly (512 bits).
///
/// ```
/// # use ballast_num::{U256, cmp_products_wide};
/// let most = U256::MAX;
/// assert!(cmp_products_wide([most, most], [most, U256::from_parts(u128::MAX, 0)]).is_gt());
/// ```
pub fn cmp_products_wide([a, b]: [U256; 2], [c, d]: [U256; 2]) -> Ordering {
    product_wide(a, b).cmp(&product_wide(c, d))
}

/// `a·b` as its upper and lower 256 bits.
fn product_wide(a: U256, b: U256) -> (U256, U256) {
    let (low, first) = (U256::product(a.low, b.low), U256::product(a.high, b.low));
    let (second, high) = (U256::product(a.low, b.high), U256::product(a.high, b.high));
    let (middle, over) = low.high.overflowing_add(first.low);
    let (middle, over_again) = middle.overflowing_add(second.low);
    // The product is below 2⁵¹², so its upper half holds every carry.
    let (third, carry) = first.high.overflowing_add(second.high);
    let (third, carry_again) = third.overflowing_add(high.low);
    let (third, carry_last) = third.overflowing_add(u128::from(over) + u128::from(over_again));
    let carries = u128::from(carry) + u128::from(carry_again) + u128::from(carry_last);
    let upper = U256::from_parts(high.high.wrapping_add(carries), third);
    (upper, U256::from_parts(middle, low.low))
}

#[inline]
pub(crate) const fn increment_if(value: u128, condition: bool) -> Result<u128, Arithmetic> {
    match value.checked_add(condition as u128) {
        Some(value) => Ok(value),
        None => Err(Arithmetic::Overflow),
    }
}

#[inline]
const fn compare(a: u128, b: u128) -> Ordering {
    if a < b {
        Ordering::Less
    } else if a == b {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

mod text;

#[cfg(test)]
mod tests;
