//! R23 as far as built: a loss is marked in every block, of vaults and of lots, at a cost that no number of them raises.

use ballast_num::{Amount, Price, Seconds};
use ballast_protocol::{AuctionId, OpeningAuction, coins};

use crate::common::{KIND, World, who};

/// A reserve with so many lots on sale, one ether to 10 ether each, that owe 1 to 10,000 coins.
fn with_lots(lots: u64) -> World {
    let lot = |id: u64| OpeningAuction {
        id: AuctionId(id),
        collateral_type: KIND,
        owner: who("alice"),
        lot: coins(1 + id % 10),
        debt: coins(1 + id * 7_919 % 10_000),
        to_raise: coins(20_000),
        elapsed: Seconds::ZERO,
        start_price: Price::whole(2_200),
    };
    World::with(|genesis| genesis.opening.auctions = (1..=lots).map(lot).collect())
}

/// Hide the loss of one lot behind what another is worth above its debt, or make a lot's loss vanish when it is bought
/// in part: the mark is the sum over lots, each for itself, at every price.
#[test]
fn a_lot_under_water_hides_behind_one_above() {
    let mut world = with_lots(500);
    for price in [4_000, 1_000, 700, 2_000, 150, 1] {
        // A round in which nothing is seized: nobody but the bank has a vault, and its ratio is far above.
        world.check(&format!("price {price}"));
        world.check("keeper: take 0.1 of #7 at 3000; take 1 of #499 at 3000");
        let price = world.state.prices().quote(crate::common::FEED).unwrap().low.raw() / 10_u128.pow(27);
        let lost = world.state.auctions().iter().map(|(_, auction)| {
            let value = Amount::from_raw(auction.lot.raw() * price);
            auction.debt.saturating_sub(value)
        });
        let bank = world.state.vaults().totals(KIND).unwrap().normalized_debt.raw();
        let vault = Amount::from_raw(bank.saturating_sub(coins(100_000).raw() * price));
        let expected = Amount::try_sum(lost.chain([vault])).unwrap();
        let marked = world.books().marked_loss;
        assert_eq!(marked, expected, "at {price}");
    }
}
