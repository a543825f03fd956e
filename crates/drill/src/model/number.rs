//! Arithmetic without bounds: every figure is computed exactly and must then fit.

use ballast_num::{Arithmetic, RAY, Round, WAD};
use ballast_protocol::Rejected;
use num_bigint::BigUint;

use Round::{Down, Up};

/// A figure, or why there is none.
pub(super) type Figure = Result<u128, Rejected>;

pub(super) fn big(value: u128) -> BigUint {
    BigUint::from(value)
}

/// The figure if 128 bits hold it.
pub(super) fn fit(value: &BigUint) -> Figure {
    u128::try_from(value).map_err(|_| Arithmetic::Overflow.into())
}

pub(super) fn add(left: u128, right: u128) -> Figure {
    left.checked_add(right).ok_or_else(|| Arithmetic::Overflow.into())
}

pub(super) fn sub(left: u128, right: u128) -> Figure {
    left.checked_sub(right).ok_or_else(|| Arithmetic::Underflow.into())
}

/// `numerator ÷ denominator`, rounded.
pub(super) fn quotient(numerator: &BigUint, denominator: u128, round: Round) -> Figure {
    if denominator == 0 {
        return Err(Arithmetic::DivisionByZero.into());
    }
    let raised = match round {
        Down => numerator.clone(),
        Up => numerator + (denominator - 1),
    };
    fit(&(raised / denominator))
}

/// `a × b ÷ c`, rounded.
pub(super) fn part(a: u128, b: u128, c: u128, round: Round) -> Figure {
    match a.checked_mul(b) {
        Some(product) if c > 0 => {
            let rest = u128::from(round == Up && !product.is_multiple_of(c));
            Ok(product / c + rest)
        }
        _ => quotient(&(big(a) * b), c, round),
    }
}

/// A share, 10¹⁸ to the one, of something.
pub(super) fn share(of: u128, ratio: u128, round: Round) -> Figure {
    part(of, ratio, WAD, round)
}

/// Debt of so much normalized debt.
pub(super) fn owed(normalized: u128, index: u128, round: Round) -> Figure {
    part(normalized, index, RAY, round)
}

/// Normalized debt of so much debt.
pub(super) fn normalize(debt: u128, index: u128, round: Round) -> Figure {
    part(debt, RAY, index, round)
}

/// The largest value in USD that the reserve counts with.
const USD_MAX: u128 = i128::MAX as u128;

fn as_usd(raw: u128) -> Figure {
    if raw <= USD_MAX {
        Ok(raw)
    } else {
        Err(Arithmetic::Overflow.into())
    }
}

/// Value of so much collateral, in coins of 1 USD and 18 decimals: `amount ÷ 10^decimals × price ÷ 10²⁷ × 10¹⁸`.
pub(super) fn value(amount: u128, price: u128, decimals: u8, round: Round) -> Figure {
    as_usd(part(amount, price, 10_u128.pow(9 + u32::from(decimals)), round)?)
}

/// Collateral that is worth so many coins.
pub(super) fn worth(coins: u128, price: u128, decimals: u8, round: Round) -> Figure {
    part(as_usd(coins)?, 10_u128.pow(9 + u32::from(decimals)), price, round)
}

/// `(x ÷ one)^n × one`, squaring and multiplying with each product rounded to the nearest, halves up.
pub(super) fn power(x: u128, n: u64, one: u128) -> Figure {
    let times = |a: u128, b: u128| fit(&((big(a) * b + one / 2) / one));
    let mut result = if n % 2 == 1 { x } else { one };
    let (mut square, mut left) = (x, n / 2);
    while left > 0 {
        square = times(square, square)?;
        if left % 2 == 1 {
            result = times(result, square)?;
        }
        left /= 2;
    }
    Ok(result)
}

/// `√(value × 10¹⁸)` rounded up: the root of a ratio.
pub(super) fn root_up(value: u128) -> u128 {
    let square = big(value) * WAD;
    let root = square.sqrt();
    let exact = &root * &root == square;
    fit(&root).map_or(u128::MAX, |root| root + u128::from(!exact))
}

/// The same rounded down, of a ratio that is first cut to the largest there is.
pub(super) fn root_down(value: &BigUint) -> u128 {
    let root = (value.min(&big(u128::MAX)) * WAD).sqrt();
    fit(&root).unwrap_or(u128::MAX)
}
