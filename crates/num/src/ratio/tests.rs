use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer, quotient, round};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn is_the_exact_quotient_rounded_once(a in integer(), b in integer(), c in integer(), round in round()) {
        prop_assert_eq!(Ratio::of(a, b, round).map(Ratio::raw), quotient(big(a) * WAD, big(b), round));
        prop_assert_eq!(Ratio(a).div_ratio(Ratio(b), round), Ratio::of(a, b, round));
        prop_assert_eq!(Ratio(a).mul_ratio(Ratio(b), round).map(Ratio::raw), quotient(big(a) * b, big(WAD), round));
        prop_assert_eq!(Ratio(a).prorate(b, c, round).map(Ratio::raw), quotient(big(a) * b, big(c), round));
    }

    /// √(raw/10¹⁸)·10¹⁸ = √(raw·10¹⁸).
    #[test]
    fn root_is_exact_to_the_last_decimal(raw in integer()) {
        let floor = BigUint::sqrt(&(big(raw) * WAD));
        let up = if &floor * &floor == big(raw) * WAD { floor.clone() } else { &floor + 1_u8 };
        prop_assert_eq!(big(Ratio(raw).sqrt(Round::Down).raw()), floor);
        prop_assert_eq!(big(Ratio(raw).sqrt(Round::Up).raw()), up);
    }

    #[test]
    fn text_and_ratio_are_inverse(raw in integer()) {
        prop_assert_eq!(Ratio(raw).to_string().parse(), Ok(Ratio(raw)));
    }
}

#[test]
fn named_ratios() {
    assert_eq!(Ratio::percent(150).to_string(), "1.5");
    assert_eq!(Ratio::basis_points(5).to_string(), "0.0005");
    assert_eq!(Ratio::percent(13).complement(), Ratio::percent(87));
    assert_eq!(Ratio::percent(101).complement(), Ratio::ZERO);
    assert_eq!(Ratio::percent(u32::MAX).raw(), u128::from(u32::MAX) * 10_u128.pow(16));
    assert_eq!(Ratio::of(0, 0, Round::Up), Err(Arithmetic::DivisionByZero));
}
