//! How a pot is shared; what flows make of it is attacked in `tests/rules/r12_losses.rs`.

use ballast_num::{Amount, Arithmetic};
use ballast_protocol::TypeId;
use proptest::prelude::*;

use super::share_out;

fn claims(of: &[u128]) -> Vec<(TypeId, Amount)> {
    let ids = (1..).map(TypeId);
    ids.zip(of.iter().copied().map(Amount::from_raw)).collect()
}

proptest! {
    /// Nobody gets more than he claims, all together no more than the pot, and whoever claims so many times what another
    /// claims gets as many times as much, to a unit.
    #[test]
    fn a_pot_is_shared_pro_rata(pot in 0_u128..2_000, of in proptest::collection::vec(0_u128..1_000, 1..6)) {
        let shares: Vec<u128> = share_out(Amount::from_raw(pot), claims(&of)).unwrap().values().map(|share| share.raw()).collect();
        let (all, paid): (u128, u128) = (of.iter().sum(), shares.iter().sum());
        prop_assert!(paid <= pot && paid + of.len() as u128 > pot.min(all));
        for (share, claim) in shares.iter().zip(&of) {
            let due = if all <= pot { *claim } else { claim * pot / all };
            prop_assert_eq!(*share, due);
        }
    }
}

#[test]
fn claims_that_no_number_holds_get_nothing() {
    let shared = share_out(Amount::whole(1, ballast_num::Decimals::MAX), claims(&[u128::MAX, 1]));
    assert_eq!(shared, Err(Arithmetic::Overflow));
}
