use proptest::prelude::*;

use super::*;
use crate::exact::{big, fit, integer, quotient, round};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn is_the_exact_quotient_rounded_once(a in integer(), b in integer(), c in integer(), round in round()) {
        prop_assert_eq!(mul_div(a, b, c, round), quotient(big(a) * b, big(c), round));
    }

    /// Quotients of any length, since most random ones overflow or vanish.
    #[test]
    fn is_exact_where_the_quotient_is_large(a in integer(), c in 1..=u128::MAX, shift in 0_u32..128, round in round()) {
        let c = (c >> shift).max(1);
        let b = c - c / 3;
        prop_assert_eq!(mul_div(a, b, c, round), quotient(big(a) * b, big(c), round));
    }

    #[test]
    fn overflows_exactly_beyond_the_largest(c in integer(), less in 0_u128..3, round in round()) {
        prop_assert_eq!(mul_div(u128::MAX - less, c, c, round), quotient(big(u128::MAX - less) * c, big(c), round));
        let above = c.saturating_add(1);
        prop_assert_eq!(mul_div(u128::MAX - less, above, c, round), quotient(big(u128::MAX - less) * above, big(c), round));
    }

    #[test]
    fn half_up_is_the_nearest_and_a_tie_up(a in integer(), b in integer(), c in integer()) {
        let expected = if c == 0 { Err(Arithmetic::DivisionByZero) } else { fit((big(a) * b * 2_u8 + c) / (big(c) * 2_u8)) };
        prop_assert_eq!(mul_div_half_up(a, b, c), expected);
    }
}

#[test]
fn edges() {
    let max = u128::MAX;
    for (a, b, c, down, up) in [
        (
            0,
            0,
            0,
            Err(Arithmetic::DivisionByZero),
            Err(Arithmetic::DivisionByZero),
        ),
        (
            max,
            max,
            0,
            Err(Arithmetic::DivisionByZero),
            Err(Arithmetic::DivisionByZero),
        ),
        (0, max, 1, Ok(0), Ok(0)),
        (1, 1, max, Ok(0), Ok(1)),
        (max, max, max, Ok(max), Ok(max)),
        (max, 1, 1, Ok(max), Ok(max)),
        (max, max - 1, max, Ok(max - 1), Ok(max - 1)),
        (max, max, max - 1, Err(Arithmetic::Overflow), Err(Arithmetic::Overflow)),
        // 2¹²⁹ − 1, half of which is the largest and a half: only rounded down does it fit.
        (
            97_223_533_405_982_418_132_392_744_980_505_203_273,
            7,
            2,
            Ok(max),
            Err(Arithmetic::Overflow),
        ),
    ] {
        assert_eq!(mul_div(a, b, c, Round::Down), down, "{a} × {b} ÷ {c}, down");
        assert_eq!(mul_div(a, b, c, Round::Up), up, "{a} × {b} ÷ {c}, up");
    }
}

#[test]
fn half_up_overflows_on_the_tie_above_the_largest() {
    let factor = 97_223_533_405_982_418_132_392_744_980_505_203_273;
    assert_eq!(mul_div_half_up(factor, 7, 2), Err(Arithmetic::Overflow));
    assert_eq!(mul_div_half_up(u128::MAX, u128::MAX, u128::MAX), Ok(u128::MAX));
    assert_eq!(mul_div_half_up(1, 1, 0), Err(Arithmetic::DivisionByZero));
}
