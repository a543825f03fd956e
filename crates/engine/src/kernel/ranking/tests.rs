//! What a sum under a bar is, and how many places it asks.

use ballast_num::{Index, Price, Ratio};
use ballast_protocol::{AuctionId, TypeId};

use super::{Bar, Base, Place, Ranking, ShareMap, Standing, Sums};

const KIND: TypeId = TypeId(1);
const WHOLE: u128 = 10_u128.pow(18);

/// So many lots, one ether to 10 ether each, that owe 1 to 10,000 coins.
fn lots(count: u64) -> Vec<Place<AuctionId>> {
    let lot = |id: u64| {
        let (debt, collateral) = (u128::from(1 + id * 7_919 % 10_000), u128::from(1 + id % 10));
        let base = Base::Above(debt * WHOLE);
        let holding = collateral * WHOLE;
        Place::new(AuctionId(id), Standing { base, holding })
    };
    (1..=count).map(lot).collect()
}

/// Put up so many lots that the balance sheets, which every block and every check of new debt computes, stall the chain:
/// each is made of sums under a bar, and such a sum asks of 65,536 lots only some dozens. It is what a walk over all of
/// them makes it.
#[test]
fn lots_that_make_every_sheet_slow() {
    for count in [1, 16, 1_024, 65_536] {
        let lots = lots(count);
        let mut ranking = Ranking::default();
        for lot in &lots {
            ranking.tree(KIND).insert(*lot, ());
        }
        for price in [1, 150, 700, 1_000, 2_000, 4_000, 20_000] {
            let bar = Bar {
                price: Price::whole(price),
                scale: WHOLE,
                index: Index::ONE,
                ratio: Ratio::ONE,
                map: ShareMap::Plain,
            };
            let mut asked = 0;
            let sums = ranking.sums_where(KIND, |place| {
                asked += 1;
                bar.is_missed_by(place)
            });
            let mut expected = Sums::default();
            for lot in lots.iter().filter(|lot| lot.base > lot.holding * u128::from(price)) {
                expected.base += lot.base;
                expected.holding += lot.holding;
            }
            assert_eq!(sums, expected, "{count} lots at {price}");
            assert_eq!(sums, ranking.sums_under(KIND, &bar));
            assert!(
                asked <= 2 * count.ilog2() + 4,
                "{asked} of {count} lots were asked at {price}"
            );
        }
    }
}
