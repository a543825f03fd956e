use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer, quotient, round};

proptest! {
    #[test]
    fn index_grows_exactly(index in integer(), growth in integer(), round in round()) {
        let (now, by) = (Index(index), Index(growth));
        prop_assert_eq!(now.grow(by, round).map(Index::raw), quotient(big(index) * growth, big(RAY), round));
        prop_assert_eq!(now.growth_since(by, round).map(Index::raw), quotient(big(index) * RAY, big(growth), round));
    }

    /// A half-up product of two numbers of at least 1 is at least the larger, so growth never shrinks a debt.
    #[test]
    fn a_rate_of_at_least_one_never_shrinks(part in 0_u128..1 << 70, elapsed in any::<u32>()) {
        let growth = Rate(RAY + part).pow(Seconds(elapsed.into()));
        prop_assert!(growth.is_ok_and(|growth| growth >= Index::ONE) || growth == Err(Arithmetic::Overflow));
    }
}

#[test]
fn compounding() {
    assert_eq!(Rate::ONE.pow(Seconds(u64::MAX)), Ok(Index::ONE));
    assert_eq!(
        Rate::from_raw(2 * RAY).pow(Seconds(38)),
        Ok(Index::from_raw((1 << 38) * RAY))
    );
    assert_eq!(Rate::from_raw(2 * RAY).pow(Seconds(39)), Err(Arithmetic::Overflow));
    assert_eq!(Rate::MAX.pow(Seconds::ZERO), Ok(Index::ONE));
    assert_eq!(
        Index::ONE.growth_since(Index::ZERO, Round::Down),
        Err(Arithmetic::DivisionByZero)
    );
}
