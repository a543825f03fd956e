//! Division of 256 bits by 128: one machine division for a reciprocal, then two words of quotient by multiplication.
//!
//! The algorithms are those of Möller and Granlund, "Improved division by invariant integers", IEEE Transactions on
//! Computers 60 (2011): 6 gives the reciprocal of two words from that of one, 4 and 5 a quotient word. Their algorithm 2,
//! a reciprocal from a table, was measured and is slower here than the machine's division.
//! All arithmetic is modulo a power of two where the paper's is, hence `wrapping_*`.

/// Quotient and remainder of `(high·2¹²⁸ + low) ÷ divisor`.
///
/// The caller guarantees `high < divisor`, so that the quotient fits; otherwise both results are meaningless.
#[inline]
pub(crate) const fn div_rem_wide(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    if upper(divisor) == 0 {
        div_rem_by_word(lower(high), low, lower(divisor))
    } else {
        div_rem_by_two_words(high, low, divisor)
    }
}

const fn div_rem_by_word(high: u64, low: u128, divisor: u64) -> (u128, u128) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let (top, low) = (shift_in(high, upper(low), shift), low << shift);
    let inverse = reciprocal(divisor);
    let (first, rest) = div_two_by_one(top, upper(low), divisor, inverse);
    let (second, rest) = div_two_by_one(rest, lower(low), divisor, inverse);
    (join(first, second), (rest >> shift) as u128)
}

const fn div_rem_by_two_words(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let high = join(
        shift_in(upper(high), lower(high), shift),
        shift_in(lower(high), upper(low), shift),
    );
    let low = low << shift;
    let inverse = reciprocal_of_two(divisor);
    let (first, rest) = div_three_by_two(high, upper(low), divisor, inverse);
    let (second, rest) = div_three_by_two(rest, lower(low), divisor, inverse);
    (join(first, second), rest >> shift)
}

/// `⌊(2¹²⁸ − 1) / d⌋ − 2⁶⁴` for `d ≥ 2⁶³`, with `2¹²⁸ − 1 − 2⁶⁴·d` divided in its place.
const fn reciprocal(d: u64) -> u64 {
    lower(join(!d, u64::MAX) / d as u128)
}

/// `⌊(2¹⁹² − 1) / d⌋ − 2⁶⁴` for `d ≥ 2¹²⁷` (algorithm 6).
const fn reciprocal_of_two(d: u128) -> u64 {
    let (d1, d0) = (upper(d), lower(d));
    let mut v = reciprocal(d1);
    let mut p = d1.wrapping_mul(v).wrapping_add(d0);
    if p < d0 {
        v = v.wrapping_sub(1);
        if p >= d1 {
            v = v.wrapping_sub(1);
            p = p.wrapping_sub(d1);
        }
        p = p.wrapping_sub(d1);
    }
    let t = product(v, d0);
    p = p.wrapping_add(upper(t));
    if p < upper(t) {
        v = v.wrapping_sub(1);
        if join(p, lower(t)) >= d {
            v = v.wrapping_sub(1);
        }
    }
    v
}

/// Quotient and remainder of `(u1·2⁶⁴ + u0) ÷ d` for `u1 < d` (algorithm 4).
const fn div_two_by_one(u1: u64, u0: u64, d: u64, inverse: u64) -> (u64, u64) {
    let q = product(inverse, u1).wrapping_add(join(u1, u0));
    let mut quotient = upper(q).wrapping_add(1);
    let mut rest = u0.wrapping_sub(quotient.wrapping_mul(d));
    if rest > lower(q) {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(d);
    }
    if rest >= d {
        quotient = quotient.wrapping_add(1);
        rest = rest.wrapping_sub(d);
    }
    (quotient, rest)
}

/// Quotient and remainder of `(u21·2⁶⁴ + u0) ÷ d` for `u21 < d` (algorithm 5).
const fn div_three_by_two(u21: u128, u0: u64, d: u128, inverse: u64) -> (u64, u128) {
    let q = product(inverse, upper(u21)).wrapping_add(u21);
    let mut quotient = upper(q);
    let high = lower(u21).wrapping_sub(quotient.wrapping_mul(upper(d)));
    let mut rest = join(high, u0).wrapping_sub(product(lower(d), quotient)).wrapping_sub(d);
    quotient = quotient.wrapping_add(1);
    if upper(rest) >= lower(q) {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(d);
    }
    if rest >= d {
        quotient = quotient.wrapping_add(1);
        rest = rest.wrapping_sub(d);
    }
    (quotient, rest)
}

/// The upper word of `high·2⁶⁴ + low`, shifted left by `shift < 64` bits.
const fn shift_in(high: u64, low: u64, shift: u32) -> u64 {
    upper(join(high, low) << shift)
}

pub(crate) const fn product(a: u64, b: u64) -> u128 {
    (a as u128).wrapping_mul(b as u128)
}

pub(crate) const fn join(high: u64, low: u64) -> u128 {
    ((high as u128) << 64) | low as u128
}

pub(crate) const fn upper(value: u128) -> u64 {
    (value >> 64) as u64
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
pub(crate) const fn lower(value: u128) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests;
