use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer, quotient, round};

fn decimals() -> impl Strategy<Value = Decimals> {
    (0_u8..=18).prop_map(|decimals| Decimals::new(decimals).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn value_is_amount_times_price_rounded_once(raw in integer(), price in integer(), decimals in decimals(), round in round()) {
        let exact = quotient(big(raw) * price, big(10).pow(u32::from(decimals.get()) + 9), round);
        let expected = exact.and_then(|value| i128::try_from(value).map_err(|_| Arithmetic::Overflow));
        let value = Amount(raw).usd_value(Price::from_raw(price), decimals, round);
        prop_assert_eq!(value.map(Usd::raw), expected);
    }

    #[test]
    fn value_and_back_never_gains(raw in integer(), price in 1..=u128::MAX, shift in 0_u32..128, decimals in decimals()) {
        let price = Price::from_raw((price >> shift).max(1));
        if let Ok(value) = Amount(raw).usd_value(price, decimals, Round::Down) {
            prop_assert!(value.to_amount(price, decimals, Round::Down).unwrap() <= Amount(raw));
        }
        if let Ok(value) = Amount(raw).usd_value(price, decimals, Round::Up)
            && let Ok(back) = value.to_amount(price, decimals, Round::Up)
        {
            prop_assert!(back >= Amount(raw));
        }
    }

    #[test]
    fn ratios_scale_exactly(raw in integer(), ratio in integer(), round in round()) {
        let (amount, by) = (Amount(raw), Ratio::from_raw(ratio));
        prop_assert_eq!(amount.mul_ratio(by, round).map(Amount::raw), quotient(big(raw) * ratio, big(WAD), round));
        prop_assert_eq!(amount.div_ratio(by, round).map(Amount::raw), quotient(big(raw) * WAD, big(ratio), round));
    }

    #[test]
    fn shares_rounded_down_never_exceed_the_whole(raw in integer(), first in any::<u64>(), second in any::<u64>()) {
        let whole = u128::from(first) + u128::from(second);
        prop_assume!(whole > 0);
        let shares = [first, second].map(|part| Amount(raw).prorate(part.into(), whole, Round::Down).unwrap());
        let left = Amount(raw).try_sub(Amount::try_sum(shares).unwrap()).unwrap();
        prop_assert!(left.raw() < 2);
    }

    #[test]
    fn debt_round_trip_is_never_owed_as_less(raw in integer(), index in integer(), round in round()) {
        let by = Index::from_raw(index);
        let normalized = Amount(raw).normalize(by, round);
        prop_assert_eq!(normalized.map(NormalizedDebt::raw), quotient(big(raw) * RAY, big(index), round));
        if let Ok(normalized) = normalized {
            let debt = normalized.debt(by, round);
            prop_assert_eq!(debt.map(Amount::raw), quotient(big(normalized.raw()) * index, big(RAY), round));
            match (round, debt) {
                (Round::Up, Ok(debt)) => prop_assert!(debt >= Amount(raw)),
                (Round::Down, debt) => prop_assert!(debt.unwrap() <= Amount(raw)),
                (Round::Up, Err(error)) => prop_assert_eq!(error, Arithmetic::Overflow),
            }
        }
    }

    #[test]
    fn sums_and_differences_are_exact_or_refused(a in integer(), b in integer()) {
        prop_assert_eq!(Amount(a).try_add(Amount(b)).ok(), a.checked_add(b).map(Amount));
        prop_assert_eq!(Amount(a).try_sub(Amount(b)).ok(), a.checked_sub(b).map(Amount));
        prop_assert_eq!(Amount::try_sum([Amount(a), Amount(b)]), Amount(a).try_add(Amount(b)));
    }
}

#[test]
fn edges_of_a_unit() {
    assert_eq!(Amount::MAX.try_add(Amount::ONE), Err(Arithmetic::Overflow));
    assert_eq!(Amount::ZERO.try_sub(Amount::ONE), Err(Arithmetic::Underflow));
    assert_eq!(Amount::ONE.saturating_sub(Amount::MAX), Amount::ZERO);
    assert_eq!(Amount::try_sum([]), Ok(Amount::ZERO));
    assert_eq!(
        Amount::MAX.usd_value(Price::ONE, Decimals::ZERO, Round::Down),
        Err(Arithmetic::Overflow)
    );
    assert_eq!(
        Amount::ONE.normalize(Index::ZERO, Round::Up),
        Err(Arithmetic::DivisionByZero)
    );
    assert_eq!(Amount::whole(u64::MAX, Decimals::MAX).raw(), u128::from(u64::MAX) * WAD);
}

#[test]
fn whole_units_are_read_and_written() {
    let usdc = Decimals::new(6).unwrap();
    assert_eq!(Amount::parse_units("1.5", usdc), Ok(Amount(1_500_000)));
    assert_eq!(
        Amount::parse_units("0.0000001", usdc),
        Err(ParseDecimal::TooPrecise { found: 7, allowed: 6 })
    );
    assert_eq!("15".parse(), Ok(Amount(15)));
    assert_eq!(Amount(15).to_string(), "15");
}
