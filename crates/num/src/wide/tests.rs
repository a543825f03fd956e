use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer, quotient, round};

fn exact(value: U256) -> BigUint {
    (big(value.high) << 128) + value.low
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn products_are_exact(a in integer(), b in integer()) {
        prop_assert_eq!(exact(U256::product(a, b)), big(a) * b);
    }

    #[test]
    fn digits_are_those_of_the_integer(high in integer(), low in integer()) {
        let value = U256::from_parts(high, low);
        prop_assert_eq!(value.to_string(), exact(value).to_string());
    }

    #[test]
    fn sums_and_differences_are_exact_or_refused(a in integer(), b in integer(), c in integer(), d in integer()) {
        let (left, right) = (U256::from_parts(a, b), U256::from_parts(c, d));
        let sum = exact(left) + exact(right);
        let fits = sum < big(1) << 256;
        prop_assert_eq!(left.try_add(right).map(exact), if fits { Ok(sum) } else { Err(Arithmetic::Overflow) });
        let fits = exact(left) >= exact(right);
        let difference = || exact(left) - exact(right);
        prop_assert_eq!(left.try_sub(right).map(exact), if fits { Ok(difference()) } else { Err(Arithmetic::Underflow) });
    }

    #[test]
    fn order_is_that_of_the_integers(a in integer(), b in integer(), c in integer(), d in integer()) {
        for (left, right) in [((a, b), (c, d)), ((a, b), (a, d)), ((a, b), (a, b))] {
            let (left, right) = (U256::from_parts(left.0, left.1), U256::from_parts(right.0, right.1));
            let truth = exact(left).cmp(&exact(right));
            prop_assert_eq!(left.compare(right), truth);
            prop_assert_eq!(left.cmp(&right), truth);
        }
    }

    #[test]
    fn division_is_exact_for_any_dividend(high in integer(), low in integer(), divisor in integer(), round in round()) {
        let dividend = U256::from_parts(high, low);
        prop_assert_eq!(dividend.try_div(divisor, round), quotient(exact(dividend), big(divisor), round));
    }

    #[test]
    fn wide_products_and_quotients_are_exact_or_refused(
        high in integer(), low in integer(), factor in integer(), other in integer(),
    ) {
        let left = U256::from_parts(high, low);
        let product = exact(left) * factor;
        let fits = product < big(1) << 256;
        prop_assert_eq!(left.try_mul(factor).map(exact), if fits { Ok(product) } else { Err(Arithmetic::Overflow) });
        let expected = match factor {
            0 => Err(Arithmetic::DivisionByZero),
            _ => Ok((exact(left) + factor - 1_u8) / factor),
        };
        prop_assert_eq!(left.try_div_wide_up(factor).map(exact), expected);
        let right = U256::from_parts(factor, other);
        let (upper, lower) = product_wide(left, right);
        prop_assert_eq!((exact(upper) << 256) + exact(lower), exact(left) * exact(right));
        let beside = U256::from_parts(factor, other ^ 1);
        prop_assert_eq!(cmp_products_wide([left, right], [beside, left]), (exact(left) * exact(right)).cmp(&(exact(beside) * exact(left))));
    }

    #[test]
    fn products_compare_as_integers(a in integer(), b in integer(), c in integer(), d in integer()) {
        prop_assert_eq!(cmp_products(a, b, c, d), (big(a) * b).cmp(&(big(c) * d)));
    }

    /// Near ties: the same product from other factors, moved by at most one factor of one.
    #[test]
    fn near_ties_are_told_apart(a in 0..u128::MAX / 6, b in 0..u128::MAX / 6, c in integer(), step in 0_u128..2) {
        prop_assert_eq!(cmp_products(a * 6, b, a * 2, b * 3), Ordering::Equal);
        prop_assert_eq!(cmp_products(a * 6 + step, b, a * 2, b * 3), (big(a * 6 + step) * b).cmp(&(big(a * 2) * (b * 3))));
        prop_assert_eq!(cmp_products3([a * 6, b, c], [c, a * 2, b * 3]), Ordering::Equal);
        let moved = (big(a * 6 + step) * b * c).cmp(&(big(a * 2) * (b * 3) * c));
        prop_assert_eq!(cmp_products3([a * 6 + step, b, c], [c, b * 3, a * 2]), moved);
    }

    #[test]
    fn triple_products_compare_as_integers(left in [integer(), integer(), integer()], right in [integer(), integer(), integer()]) {
        let exact = |[a, b, c]: [u128; 3]| big(a) * b * c;
        prop_assert_eq!(cmp_products3(left, right), exact(left).cmp(&exact(right)));
    }
}

#[test]
fn only_128_bits_narrow() {
    assert_eq!(U256::from_u128(u128::MAX).to_u128(), Ok(u128::MAX));
    assert_eq!(U256::from_parts(1, 0).to_u128(), Err(Arithmetic::Overflow));
    assert_eq!(U256::MAX.try_add(U256::from_u128(1)), Err(Arithmetic::Overflow));
    assert_eq!(U256::ZERO.try_sub(U256::from_u128(1)), Err(Arithmetic::Underflow));
}

#[test]
fn comparisons_work_in_constants() {
    const LARGER: bool = matches!(
        cmp_products3([u128::MAX; 3], [u128::MAX, u128::MAX, 1]),
        Ordering::Greater
    );
    const { assert!(LARGER) };
}
