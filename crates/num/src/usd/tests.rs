use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;
use crate::exact::{big, fit_signed, integer, quotient, round, signed};

/// `⌊numerator ÷ denominator⌋` or the ceiling, of a signed numerator.
fn signed_quotient(numerator: BigInt, denominator: BigInt, round: Round) -> Result<i128, Arithmetic> {
    if denominator == BigInt::ZERO {
        return Err(Arithmetic::DivisionByZero);
    }
    let (quotient, rest) = (&numerator / &denominator, &numerator % &denominator);
    let step = match round {
        Round::Down if rest < BigInt::ZERO => -1,
        Round::Up if rest > BigInt::ZERO => 1,
        _ => 0,
    };
    fit_signed(quotient + step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn sums_and_differences_are_exact_or_refused(a in signed(), b in signed()) {
        let (left, right) = (Usd(a), Usd(b));
        prop_assert_eq!(left.try_add(right).map(Usd::raw), fit_signed(BigInt::from(a) + b));
        prop_assert_eq!(left.try_sub(right).map(Usd::raw), fit_signed(BigInt::from(a) - b));
    }

    #[test]
    fn sum_does_not_depend_on_the_order(terms in prop::collection::vec(signed(), 0..12)) {
        let exact = fit_signed(terms.iter().map(|term| BigInt::from(*term)).sum());
        prop_assert_eq!(Usd::try_sum(terms.iter().map(|term| Usd(*term))).map(Usd::raw), exact);
        prop_assert_eq!(Usd::try_sum(terms.iter().rev().map(|term| Usd(*term))).map(Usd::raw), exact);
    }

    #[test]
    fn down_is_the_floor_and_up_the_ceiling(raw in signed(), part in integer(), whole in integer(), round in round()) {
        let exact = signed_quotient(BigInt::from(raw) * part, whole.into(), round);
        prop_assert_eq!(Usd(raw).prorate(part, whole, round).map(Usd::raw), exact);
        let (ratio, wad) = (Ratio::from_raw(part), BigInt::from(WAD));
        let product = signed_quotient(BigInt::from(raw) * part, wad.clone(), round);
        prop_assert_eq!(Usd(raw).mul_ratio(ratio, round).map(Usd::raw), product);
        let divided = signed_quotient(wad * raw, part.into(), round);
        prop_assert_eq!(Usd(raw).div_ratio(ratio, round).map(Usd::raw), divided);
    }

    #[test]
    fn amount_is_value_over_price(raw in signed(), price in integer(), decimals in 0_u8..=18, round in round()) {
        let amount = Usd(raw).to_amount(Price::from_raw(price), Decimals::new(decimals).unwrap(), round);
        let expected = match u128::try_from(raw) {
            Ok(raw) => quotient(big(raw) * big(10).pow(u32::from(decimals) + 9), big(price), round),
            Err(_) => Err(Arithmetic::Underflow),
        };
        prop_assert_eq!(amount.map(Amount::raw), expected);
    }

    #[test]
    fn text_and_value_are_inverse(raw in signed()) {
        prop_assert_eq!(Usd(raw).to_string().parse(), Ok(Usd(raw)));
    }
}

#[test]
fn edges() {
    assert_eq!(Usd::MAX.try_add(Usd::from_raw(1)), Err(Arithmetic::Overflow));
    assert_eq!(Usd::MIN.try_sub(Usd::from_raw(1)), Err(Arithmetic::Underflow));
    assert_eq!(Usd::MIN.try_neg(), Err(Arithmetic::Overflow));
    assert_eq!(Usd::MAX.try_neg(), Ok(Usd::from_raw(-i128::MAX)));
    assert_eq!(Usd::MIN.prorate(1, 1, Round::Up), Ok(Usd::MIN));
    assert_eq!(
        Usd::try_sum([Usd::MAX, Usd::MAX, Usd::MIN, Usd::MIN]),
        Ok(Usd::from_raw(-2))
    );
    assert_eq!(Usd::try_sum([Usd::MIN, Usd::MIN]), Err(Arithmetic::Underflow));
    assert_eq!(Usd::from_unsigned(1 << 127), Err(Arithmetic::Overflow));
    assert_eq!(Usd::whole(i64::MIN).raw(), i128::from(i64::MIN) * 10_i128.pow(18));
}

#[test]
fn one_minus_sign_is_read() {
    assert_eq!("-1.5".parse(), Ok(Usd::from_raw(-1_500_000_000_000_000_000)));
    assert_eq!("--1".parse::<Usd>(), Err(ParseDecimal::Character { found: '-', at: 0 }));
    assert_eq!("-".parse::<Usd>(), Err(ParseDecimal::Empty));
    assert_eq!(
        "170141183460469231731.687303715884105728".parse::<Usd>(),
        Err(ParseDecimal::TooLarge)
    );
    assert_eq!("-170141183460469231731.687303715884105728".parse(), Ok(Usd::MIN));
}
