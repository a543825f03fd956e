//! Shares: what they are worth never grows by coming or going.

use ballast_num::Amount;
use ballast_protocol::{AccountId, Rejected};
use proptest::prelude::{Strategy, any, proptest};

use super::Fund;

fn amount(most: u128) -> impl Strategy<Value = Amount> {
    (1..=most).prop_map(Amount::from_raw)
}

#[test]
fn a_share_of_nothing_is_none() {
    let mut fund = Fund::default();
    let (alice, one) = (AccountId::numbered(1), Amount::ONE);
    assert_eq!(fund.value(one, one), Ok(Amount::ZERO));
    assert_eq!(fund.enter(alice, Amount::ZERO, Amount::ZERO), Err(Rejected::ZeroAmount));
    fund.enter(alice, one, Amount::ZERO).unwrap();
    // A unit beside a million that one share stands for buys no share.
    let million = Amount::from_raw(1_000_000);
    assert_eq!(fund.enter(alice, one, million), Err(Rejected::ZeroAmount));
    let refused = fund.exit(alice, million);
    assert!(matches!(refused, Err(Rejected::TooMuch { .. })), "{refused:?}");
}

proptest! {
    /// Whoever enters and leaves at once gets no more than he brought, and nobody else's shares lose by it.
    #[test]
    fn in_and_out_gains_nothing(
        first in amount(1 << 100),
        second in amount(1 << 100),
        assets in amount(1 << 100),
        wiped in any::<bool>(),
    ) {
        let (alice, bob) = (AccountId::numbered(1), AccountId::numbered(2));
        let mut fund = Fund::default();
        fund.enter(alice, first, Amount::ZERO).unwrap();
        if wiped && fund.wipe(assets).is_some() {
            return Ok(());
        }
        let before = fund.value(first, assets).unwrap();
        let Ok(shares) = fund.enter(bob, second, assets) else {
            return Ok(());
        };
        let both = assets.try_add(second).unwrap();
        assert!(fund.value(first, both).unwrap() >= before);
        let paid = fund.value(shares, both).unwrap();
        assert!(paid <= second);
        fund.exit(bob, shares).unwrap();
        assert!(fund.value(first, both.try_sub(paid).unwrap()).unwrap() >= before);
    }
}
