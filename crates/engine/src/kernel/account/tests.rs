//! Balances in order; nonces against a set of all that was ever used.

use std::collections::BTreeSet;

use ballast_num::Amount;
use ballast_protocol::AssetId;
use proptest::prelude::*;

use super::{Account, NonceFault, Nonces, SPANS};

#[test]
fn balances_are_kept_by_rising_asset_and_zero_is_none() {
    let mut account = Account::default();
    for (asset, amount) in [(3, 5), (1, 7), (2, 0), (3, 1)] {
        account.give(AssetId(asset), Amount::from_raw(amount)).unwrap();
    }
    let of = |asset, amount| (AssetId(asset), Amount::from_raw(amount));
    assert_eq!(account.balances(), [of(1, 7), of(3, 6)]);
    assert_eq!(account.take(AssetId(3), Amount::from_raw(7)), Err(Amount::from_raw(6)));
    assert_eq!(account.take(AssetId(2), Amount::ONE), Err(Amount::ZERO));
    assert_eq!(account.take(AssetId(2), Amount::ZERO), Ok(()));
    account.take(AssetId(3), Amount::from_raw(6)).unwrap();
    assert!(account.give(AssetId(1), Amount::MAX).is_err());
    assert_eq!(account.balances(), [of(1, 7)]);
    account.take(AssetId(1), Amount::from_raw(7)).unwrap();
    assert!(account.is_empty());
}

#[test]
fn the_canonical_bytes_are_those_of_plain_lists_and_no_others_are_read() {
    let mut account = Account::default();
    account.give(AssetId(1), Amount::from_raw(7)).unwrap();
    account.nonces_mut().use_up(4, 9).unwrap();
    account.nonces_mut().use_up(6, 10).unwrap();
    let plain = (
        vec![(AssetId(1), Amount::from_raw(7))],
        10_u64,
        vec![(4_u64, 4_u64)],
        vec![(6_u64, 6_u64)],
    );
    let bytes = borsh::to_vec(&account).unwrap();
    assert_eq!(bytes, borsh::to_vec(&plain).unwrap());
    assert_eq!(borsh::from_slice::<Account>(&bytes).unwrap(), account);

    let none: Vec<(u64, u64)> = Vec::new();
    let amounts = |amounts: &[(u32, u128)]| -> Vec<(AssetId, Amount)> {
        amounts
            .iter()
            .map(|(asset, amount)| (AssetId(*asset), Amount::from_raw(*amount)))
            .collect()
    };
    for wrong in [
        (amounts(&[(2, 1), (1, 1)]), 0_u64, none.clone(), none.clone()),
        (amounts(&[(1, 1), (1, 1)]), 0, none.clone(), none.clone()),
        (amounts(&[(1, 0)]), 0, none.clone(), none.clone()),
        (amounts(&[]), 0, vec![(5, 4)], none.clone()),
        (amounts(&[]), 0, vec![(1, 2), (3, 4)], none.clone()),
        (
            amounts(&[]),
            0,
            none.clone(),
            (0..=SPANS as u64).map(|at| (2 * at, 2 * at)).collect(),
        ),
    ] {
        assert!(
            borsh::from_slice::<Account>(&borsh::to_vec(&wrong).unwrap()).is_err(),
            "{wrong:?}"
        );
    }
}

#[test]
fn nonces_that_lie_apart_are_few_and_a_neighbour_always_fits() {
    let mut nonces = Nonces::default();
    for at in 0..SPANS as u64 {
        nonces.use_up(10 * at, 1).unwrap();
    }
    assert_eq!(nonces.use_up(5, 1), Err(NonceFault::Scattered));
    assert_eq!(nonces.use_up(11, 1), Ok(()));
    assert_eq!(nonces.use_up(9, 1), Ok(()));
    assert_eq!(nonces.use_up(u64::MAX, 1), Err(NonceFault::Scattered));
    // The next window begins anew, and still knows the last.
    assert_eq!(nonces.use_up(9, 2), Err(NonceFault::Used));
    assert_eq!(nonces.use_up(u64::MAX, 2), Ok(()));
}

#[test]
fn counting_up_takes_one_span() {
    let mut nonces = Nonces::default();
    for block in 0..100_u64 {
        // In whatever order they arrive inside a block.
        for at in (0..10).rev() {
            nonces.use_up(10 * block + at, 1).unwrap();
        }
    }
    assert_eq!(nonces.spans(), 1);
}

#[test]
fn who_goes_on_behind_the_widest_span_needs_no_other() {
    let mut nonces = Nonces::default();
    assert_eq!(nonces.next(), None);
    for nonce in [7, 100, 101, 102, u64::MAX] {
        nonces.use_up(nonce, 1).unwrap();
    }
    assert_eq!(nonces.next(), Some(103));
    let before = nonces.spans();
    for _ in 0..1_000 {
        nonces.use_up(nonces.next().unwrap(), 1).unwrap();
    }
    assert_eq!(nonces.spans(), before);
    // In the next window, what the last has used is not told as free.
    assert_eq!(nonces.next(), Some(1_103));
    nonces.use_up(99, 2).unwrap();
    assert_eq!(nonces.next(), Some(1_103));
    let mut last = Nonces::default();
    last.use_up(u64::MAX, 1).unwrap();
    assert_eq!(last.next(), None, "nothing is behind the last number");
}

proptest! {
    /// A nonce is used if and only if it was used in this window or the one before; what is forgotten is what is dead.
    #[test]
    fn nonces_are_remembered_for_two_windows(
        steps in prop::collection::vec((prop_oneof![0_u64..24, (u64::MAX - 3)..=u64::MAX], 0_u64..3), 1..200),
    ) {
        let (mut nonces, mut all, mut window) = (Nonces::default(), BTreeSet::new(), 0);
        for (nonce, later) in steps {
            window += later / 2 * (1 + nonce % 2);
            let is_used = |age| window >= age && all.contains(&(window - age, nonce));
            let expected = if is_used(0) || is_used(1) { Err(NonceFault::Used) } else { Ok(()) };
            prop_assert_eq!(nonces.use_up(nonce, window), expected);
            if expected.is_ok() {
                all.insert((window, nonce));
            }
            prop_assert!(!nonces.has_dead(window));
            prop_assert!(nonces.is_empty() || nonces.has_dead(window + 2));
            let bytes = borsh::to_vec(&nonces).unwrap();
            prop_assert_eq!(&borsh::from_slice::<Nonces>(&bytes).unwrap(), &nonces);
        }
        nonces.enter(window + 2);
        prop_assert!(nonces.is_empty());
    }
}
