//! What a map reads is what was written, and records and prefixes of the order agree under any map.

use ballast_num::{Index, Price, Ratio};
use ballast_protocol::{TypeId, VaultId};
use proptest::prelude::*;

use super::super::ranking::{Bar, Place, Ranking, Sums};
use super::*;

const KIND: TypeId = TypeId(1);

fn maps() -> impl Strategy<Value = ShareMap> {
    let shared = (FIRST_UNIT..=ONE, any::<u128>(), 0_u128..1 << 40).prop_map(|(unit, low, high)| ShareMap::Shared {
        unit,
        debt: U256::from_parts(high, low),
    });
    prop_oneof![1 => Just(ShareMap::Plain), 1 => Just(ShareMap::Unshared), 4 => shared]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Collateral and debt are read exactly as they were written, whatever has been shared out; the shares are the fewest.
    #[test]
    fn what_is_read_is_what_was_written(map in maps(), collateral in 0_u128..1 << 60, debt in 0_u128..1 << 100) {
        let (collateral, debt) = (Amount::from_raw(collateral), NormalizedDebt::from_raw(debt));
        let holding = map.holding(collateral).unwrap();
        let standing = Standing { base: map.base(debt, holding).unwrap(), holding };
        prop_assert_eq!(map.collateral(holding), collateral);
        prop_assert_eq!(map.normalized_debt(&standing), debt);
        if holding > 0 {
            prop_assert!(map.collateral(holding - 1) < collateral);
        }
    }

    /// A vault is found under a bar by its own record exactly if it is in the prefix that the order finds, under any map; and
    /// the prefix owes and holds what its vaults do, rounded once.
    #[test]
    fn record_and_prefix_agree_exactly(
        map in maps(),
        vaults in proptest::collection::vec((1_u128..1 << 30, 0_u128..1 << 20), 1..60),
        price in 1_u32..2_000,
        ratio in 50_u32..300,
    ) {
        let bar = Bar {
            price: Price::whole(price),
            scale: 10_u128.pow(18),
            index: Index::ONE,
            ratio: Ratio::percent(ratio),
            map,
        };
        let mut ranking = Ranking::default();
        let mut places = Vec::new();
        for (id, (debt, collateral)) in vaults.into_iter().enumerate() {
            let holding = map.holding(Amount::from_raw(collateral)).unwrap();
            let base = map.base(NormalizedDebt::from_raw(debt), holding).unwrap();
            let place = Place::new(VaultId(id as u64), Standing { base, holding });
            ranking.insert(KIND, place);
            places.push(place);
        }
        places.sort_unstable();
        let under: Vec<_> = places.iter().filter(|place| bar.is_missed_by(*place)).collect();
        prop_assert_eq!(ranking.count_under(KIND, &bar), under.len());
        prop_assert!(places.iter().take(under.len()).all(|place| bar.is_missed_by(place)), "not a prefix");

        let sums: Sums = ranking.sums_under(KIND, &bar);
        let (owed, held) = map.totals(&sums).unwrap();
        let (mut exact_owed, mut exact_held) = (U256::ZERO, U256::ZERO);
        for place in under {
            let (holds, owes) = map.exact(&place.standing());
            exact_owed = exact_owed.try_add(owes).unwrap();
            exact_held = exact_held.try_add(holds).unwrap();
        }
        prop_assert_eq!(Ok(owed.raw()), exact_owed.try_div(ONE, Round::Up));
        prop_assert_eq!(Ok(held.raw()), exact_held.try_div(ONE, Round::Down));
    }
}

/// Collateral that a type which may share cannot count in shares is refused, not cut.
#[test]
fn collateral_beyond_its_shares_is_refused() {
    let most = Amount::from_raw(u128::MAX >> SHARE_BITS);
    assert_eq!(ShareMap::Unshared.holding(most), Ok(most.raw() << SHARE_BITS));
    let more = Amount::from_raw(most.raw() + 1);
    assert_eq!(ShareMap::Unshared.holding(more), Err(Arithmetic::Overflow));
    assert_eq!(ShareMap::Plain.holding(Amount::MAX), Ok(u128::MAX));
}
