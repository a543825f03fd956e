use ballast_num::Arithmetic;
use ballast_protocol::RoundNumber;
use proptest::prelude::*;

use super::Seizures;

const LAST: RoundNumber = RoundNumber((1 << 48) - 1);

#[test]
fn the_ends_of_both_counts_are_refused() {
    let none = Seizures::default();
    assert_eq!((none.round(), none.lots()), (RoundNumber(0), 0));
    assert_eq!(none.lot_ended(), Err(Arithmetic::Underflow));
    assert_eq!(none.in_round(RoundNumber(LAST.0 + 1)), Err(Arithmetic::Overflow));

    let mut full = none.in_round(LAST).unwrap();
    assert_eq!(full.lot_ended(), Err(Arithmetic::Underflow));
    for _ in 0..u16::MAX {
        full = full.lot_started().unwrap();
    }
    assert_eq!((full.round(), full.lots()), (LAST, u16::MAX));
    assert_eq!(full.lot_started(), Err(Arithmetic::Overflow));
    assert_eq!(full.without_lots(), none.in_round(LAST).unwrap());
}

proptest! {
    /// Neither count ever disturbs the other.
    #[test]
    fn two_counts_in_one_word(steps in prop::collection::vec((0..3_u8, 0..=LAST.0), 1..60)) {
        let (mut kept, mut round, mut lots) = (Seizures::default(), 0, 0_u16);
        for (step, number) in steps {
            match step {
                0 => (kept, round) = (kept.in_round(RoundNumber(number)).unwrap(), number),
                1 => (kept, lots) = (kept.lot_started().unwrap(), lots + 1),
                _ if lots == 0 => prop_assert_eq!(kept.lot_ended(), Err(Arithmetic::Underflow)),
                _ => (kept, lots) = (kept.lot_ended().unwrap(), lots - 1),
            }
            prop_assert_eq!((kept.round().0, kept.lots()), (round, lots));
        }
    }
}
