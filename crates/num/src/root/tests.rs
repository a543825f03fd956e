use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn geometric_mean_is_the_exact_root(a in integer(), b in integer()) {
        let square = big(a) * b;
        let floor = square.sqrt();
        let ceiling = if &floor * &floor == square { floor.clone() } else { &floor + 1_u8 };
        prop_assert_eq!(big(sqrt_product(a, b, Round::Down)), floor);
        prop_assert_eq!(big(sqrt_product(a, b, Round::Up)), ceiling);
    }

    #[test]
    fn squares_have_their_root(a in integer()) {
        prop_assert_eq!(sqrt_product(a, a, Round::Down), a);
        prop_assert_eq!(sqrt_product(a, a, Round::Up), a);
    }

    #[test]
    fn any_256_bits_have_their_floor(high in integer(), low in integer()) {
        let square = U256::from_parts(high, low);
        prop_assert_eq!(big(floor_root(square)), BigUint::sqrt(&((big(high) << 128) + low)));
    }

    #[test]
    fn isqrt_is_the_floor(value in integer()) {
        prop_assert_eq!(big(isqrt(value)), big(value).sqrt());
    }
}

#[test]
fn largest() {
    assert_eq!(floor_root(U256::MAX), u128::MAX);
    assert_eq!(sqrt_product(u128::MAX, u128::MAX - 1, Round::Down), u128::MAX - 1);
    assert_eq!(sqrt_product(u128::MAX, u128::MAX - 1, Round::Up), u128::MAX);
}
