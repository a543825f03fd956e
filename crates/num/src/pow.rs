//! Compounding: integer powers of a fixed-point factor.

use crate::{Arithmetic, WAD, mul_div_half_up};

/// The longest decay that [`dec_pow`] computes, in minutes: a thousand years of 365 days.
const LONGEST_DECAY: u64 = 525_600_000;

/// `base·(x/base)ⁿ` by squaring and multiplying, each product rounded half up, lowest bit of `n` first.
///
/// Bit-equal to `rpow` of MakerDAO's `jug.sol` and `pot.sol` wherever `x`, `base > 0` and the result fit 128 bits. Where
/// the peer's 256-bit result does not, this is `Overflow`. No intermediate overflows alone: below `base` powers fall,
/// and from `base` up each is at most the result. `rpow(0, 0, base)` is `base`.
///
/// Errors: `Overflow`; `DivisionByZero` if `base` is 0 and `n` above 1 (the peer's division then gives 0).
///
/// ```
/// # use ballast_num::rpow;
/// assert_eq!(rpow(1_500, 2, 1_000), Ok(2_250));
/// ```
pub const fn rpow(x: u128, n: u64, base: u128) -> Result<u128, Arithmetic> {
    let (mut power, mut left) = (x, n >> 1);
    let mut result = if n & 1 == 1 { x } else { base };
    while left > 0 {
        power = match mul_div_half_up(power, power, base) {
            Ok(square) => square,
            Err(error) => return Err(error),
        };
        if left & 1 == 1 {
            result = match mul_div_half_up(result, power, base) {
                Ok(product) => product,
                Err(error) => return Err(error),
            };
        }
        left >>= 1;
    }
    Ok(result)
}

/// `base^minutes` for a `base` scaled by 10¹⁸, as `decPow` of Liquity's `LiquityMath.sol`: half up at each product, and
/// no more than 525 600 000 minutes. Error: `Overflow`, only for a `base` above one.
///
/// ```
/// # use ballast_num::{WAD, dec_pow};
/// assert_eq!(dec_pow(WAD / 2, 2), Ok(WAD / 4));
/// ```
pub const fn dec_pow(base: u128, minutes: u64) -> Result<u128, Arithmetic> {
    let minutes = if minutes > LONGEST_DECAY {
        LONGEST_DECAY
    } else {
        minutes
    };
    rpow(base, minutes, WAD)
}

#[cfg(test)]
mod tests;
