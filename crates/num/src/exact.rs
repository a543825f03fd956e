//! For tests: the same arithmetic without bounds, and operands that find edges.

use num_bigint::{BigInt, BigUint};
use proptest::prelude::*;

use crate::{Arithmetic, Round};

/// Integers of every length, with those at and beside 0, the powers of two, the scales and the largest.
pub(crate) fn integer() -> impl Strategy<Value = u128> {
    let any_length = (any::<u128>(), 0_u32..128).prop_map(|(bits, shift)| bits >> shift);
    let beside_power =
        (0_u32..128, 0_u128..4).prop_map(|(shift, step)| (1_u128 << shift).wrapping_add(step).wrapping_sub(2));
    let scaled = (0_u128..1_000, 0_u32..36).prop_map(|(digits, zeros)| digits * 10_u128.pow(zeros));
    let largest = (0_u128..4).prop_map(|step| u128::MAX - step);
    prop_oneof![4 => any_length, 2 => beside_power, 2 => scaled, 1 => largest]
}

pub(crate) fn signed() -> impl Strategy<Value = i128> {
    (integer(), any::<bool>()).prop_map(|(bits, negative)| {
        let size = bits.cast_signed();
        if negative { size.wrapping_neg() } else { size }
    })
}

pub(crate) fn round() -> impl Strategy<Value = Round> {
    prop_oneof![Just(Round::Down), Just(Round::Up)]
}

pub(crate) fn big(value: u128) -> BigUint {
    BigUint::from(value)
}

/// `numerator ÷ denominator` as the library should give it.
pub(crate) fn quotient(numerator: BigUint, denominator: BigUint, round: Round) -> Result<u128, Arithmetic> {
    if denominator == BigUint::ZERO {
        return Err(Arithmetic::DivisionByZero);
    }
    let carried = match round {
        Round::Down => numerator,
        Round::Up => numerator + &denominator - 1_u8,
    };
    fit(carried / denominator)
}

/// `value` if it fits.
pub(crate) fn fit(value: BigUint) -> Result<u128, Arithmetic> {
    value.try_into().map_err(|_| Arithmetic::Overflow)
}

/// `value` if it fits a signed integer.
pub(crate) fn fit_signed(value: BigInt) -> Result<i128, Arithmetic> {
    let error = if value < BigInt::ZERO {
        Arithmetic::Underflow
    } else {
        Arithmetic::Overflow
    };
    value.try_into().map_err(|_| error)
}
