//! `a × b ÷ c`, rounded once.

use crate::wide::{U256, increment_if};
use crate::{Arithmetic, Round};

/// `a·b ÷ c` with an exact 256-bit product, rounded in the named direction.
///
/// Errors: `DivisionByZero` if `c` is 0, even if the product is; `Overflow` if the rounded quotient exceeds 128 bits.
///
/// ```
/// use ballast_num::{Arithmetic, Round, mul_div};
/// assert_eq!(mul_div(10, 10, 3, Round::Down), Ok(33));
/// assert_eq!(mul_div(10, 10, 3, Round::Up), Ok(34));
/// assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX, Round::Up), Ok(u128::MAX));
/// assert_eq!(mul_div(u128::MAX, 2, 1, Round::Down), Err(Arithmetic::Overflow));
/// ```
#[inline]
pub const fn mul_div(a: u128, b: u128, c: u128, round: Round) -> Result<u128, Arithmetic> {
    U256::product(a, b).try_div(c, round)
}

/// `a·b ÷ c`, rounded to the nearest integer and a tie up. Errors as [`mul_div`].
///
/// For [`rpow`](crate::rpow), whose peers round so at each product; movements of value use [`mul_div`].
///
/// ```
/// use ballast_num::mul_div_half_up;
/// assert_eq!(mul_div_half_up(5, 1, 2), Ok(3));
/// assert_eq!(mul_div_half_up(4, 1, 3), Ok(1));
/// ```
#[inline]
pub const fn mul_div_half_up(a: u128, b: u128, c: u128) -> Result<u128, Arithmetic> {
    match U256::product(a, b).div_rem(c) {
        Err(error) => Err(error),
        // rest + ⌊c/2⌋ ≥ c, written so that it can't overflow: rest < c.
        Ok((quotient, rest)) => increment_if(quotient, rest >= c - c / 2),
    }
}

#[cfg(test)]
mod tests;
