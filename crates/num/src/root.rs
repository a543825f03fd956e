//! Square roots.

use crate::Round;
use crate::wide::U256;

/// `⌊√value⌋`.
///
/// ```
/// # use ballast_num::isqrt;
/// assert_eq!(isqrt(99), 9);
/// assert_eq!(isqrt(u128::MAX), u128::from(u64::MAX));
/// ```
pub const fn isqrt(value: u128) -> u128 {
    value.isqrt()
}

/// `√(a·b)`, the geometric mean of two integers, rounded once. It always fits: it lies between the two.
///
/// ```
/// # use ballast_num::{Round, sqrt_product};
/// assert_eq!(sqrt_product(2, 3, Round::Down), 2);
/// assert_eq!(sqrt_product(2, 3, Round::Up), 3);
/// assert_eq!(sqrt_product(u128::MAX, u128::MAX, Round::Up), u128::MAX);
/// ```
pub const fn sqrt_product(a: u128, b: u128, round: Round) -> u128 {
    let square = U256::product(a, b);
    let root = floor_root(square);
    let exact = U256::product(root, root).compare(square).is_eq();
    // A root that is not exact is below the larger factor, so one more fits.
    root.wrapping_add((matches!(round, Round::Up) && !exact) as u128)
}

/// Newton's iteration from above, which falls until it reaches `⌊√square⌋` and then stops.
const fn floor_root(square: U256) -> u128 {
    let (high, low) = square.parts();
    if high == 0 {
        return low.isqrt();
    }
    let start = high.isqrt().wrapping_add(1);
    let mut root = if start > u64::MAX as u128 {
        u128::MAX
    } else {
        start << 64
    };
    loop {
        match square.try_div(root, Round::Down) {
            Ok(quotient) if quotient < root => root = root.midpoint(quotient),
            // An error means high ≥ root ≥ ⌊√square⌋, which only the largest root allows.
            _ => return root,
        }
    }
}

#[cfg(test)]
mod tests;
