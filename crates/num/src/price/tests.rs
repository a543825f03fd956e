use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer, quotient, round};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn scales_exactly(raw in integer(), ratio in integer(), part in any::<u64>(), whole in any::<u64>(), round in round()) {
        let (price, by) = (Price(raw), Ratio::from_raw(ratio));
        prop_assert_eq!(price.mul_ratio(by, round).map(Price::raw), quotient(big(raw) * ratio, big(WAD), round));
        prop_assert_eq!(price.div_ratio(by, round).map(Price::raw), quotient(big(raw) * WAD, big(ratio), round));
        let prorated = price.prorate(Seconds(part), Seconds(whole), round);
        prop_assert_eq!(prorated.map(Price::raw), quotient(big(raw) * part, whole.into(), round));
        let relative = price.relative_to(Price(ratio), round);
        prop_assert_eq!(relative.map(Ratio::raw), quotient(big(raw) * WAD, big(ratio), round));
    }

    #[test]
    fn midpoint_is_half_the_sum(a in integer(), b in integer(), round in round()) {
        let half = quotient(big(a) + b, big(2), round);
        prop_assert_eq!(Ok(Price(a).midpoint(Price(b), round).raw()), half);
    }

    #[test]
    fn text_and_price_are_inverse(raw in integer()) {
        prop_assert_eq!(Price(raw).to_string().parse(), Ok(Price(raw)));
    }
}

#[test]
fn the_largest_whole_price_fits() {
    assert_eq!(Price::whole(u32::MAX).raw(), u128::from(u32::MAX) * RAY);
    assert_eq!(
        Price::ONE.prorate(Seconds(1), Seconds(0), Round::Up),
        Err(Arithmetic::DivisionByZero)
    );
}
