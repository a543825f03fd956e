use proptest::prelude::*;

use super::*;
use crate::RAY;
use crate::exact::{big, fit, integer};

/// The peer's loop in integers without bounds.
fn slow_rpow(x: u128, n: u64, base: u128) -> Result<u128, Arithmetic> {
    let times = |a, b| (a * b + base / 2) / base;
    let (mut power, mut result, mut left) = (big(x), if n % 2 == 1 { big(x) } else { big(base) }, n / 2);
    while left > 0 {
        power = times(power.clone(), power);
        if left % 2 == 1 {
            result = times(result, power.clone());
        }
        left /= 2;
        if power.bits() > 4_096 {
            return Err(Arithmetic::Overflow); // Far beyond reach of anything that comes back, and about to explode.
        }
    }
    fit(result)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn agrees_with_the_unbounded_loop(x in integer(), n in 0_u64..200, base in 1..=u128::MAX, shift in 0_u32..128) {
        let base = (base >> shift).max(1);
        prop_assert_eq!(rpow(x, n, base), slow_rpow(x, n, base));
    }

    #[test]
    fn agrees_near_one(part in 0_u128..1 << 70, below in any::<bool>(), n in 0..100_000_000_u64) {
        let x = if below { RAY - part } else { RAY + part };
        prop_assert_eq!(rpow(x, n, RAY), slow_rpow(x, n, RAY));
    }

    #[test]
    fn overflow_is_the_only_error_of_a_decay_and_only_above_one(base in integer(), minutes in any::<u64>()) {
        match dec_pow(base, minutes) {
            Ok(power) => prop_assert!(base > WAD || power <= WAD),
            Err(error) => prop_assert!(base > WAD && error == Arithmetic::Overflow),
        }
    }
}

#[test]
fn small_exponents_divide_nothing() {
    for (x, base) in [(0, 0), (0, RAY), (7, 0), (u128::MAX, 1), (u128::MAX, u128::MAX)] {
        assert_eq!(rpow(x, 0, base), Ok(base));
        assert_eq!(rpow(x, 1, base), Ok(x));
    }
    assert_eq!(rpow(7, 2, 0), Err(Arithmetic::DivisionByZero));
    assert_eq!(rpow(0, 5, RAY), Ok(0));
}

#[test]
fn the_largest_result_fits_and_one_more_does_not() {
    assert_eq!(
        rpow(u128::from(u64::MAX), 2, 1),
        Ok(u128::from(u64::MAX) * u128::from(u64::MAX))
    );
    assert_eq!(rpow(1 << 64, 2, 1), Err(Arithmetic::Overflow));
    assert_eq!(rpow(u128::MAX, u64::MAX, u128::MAX), Ok(u128::MAX));
    assert_eq!(rpow(2, u64::MAX, 1), Err(Arithmetic::Overflow));
}

#[test]
fn decay_stops_after_a_thousand_years() {
    let barely_below_one = WAD - 1;
    assert_eq!(
        dec_pow(barely_below_one, u64::MAX),
        dec_pow(barely_below_one, LONGEST_DECAY)
    );
    assert_ne!(
        dec_pow(barely_below_one, LONGEST_DECAY - 1),
        dec_pow(barely_below_one, LONGEST_DECAY)
    );
}
