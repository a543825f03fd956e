//! Ways to hurt the reserve through its auctions, and that they fail.

use ballast_num::{Amount, Decimals, Price, Ratio};
use ballast_protocol::{AuctionId, FeedState, Rejected};

use super::desk::{ALICE, BOB, COIN, Desk, KEEPER, coins, eth, lot};
use super::{ALL, ANY, HALVING, Lot};
use crate::kernel::Savepoint;
use crate::kernel::table::take_changes;

/// Buy all but a crumb, so that nobody finds the rest worth the work, and the debt stays for ever.
#[test]
fn a_buyer_leaves_a_crumb_to_raise() {
    let mut desk = Desk::new();
    desk.spec.debt_floor = coins(1_000);
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    // 4.5 at 2400 are 10800 of 11000: cut to 9900, so that the 1100 of a smallest auction stay.
    let most = Amount::from_raw(4_500_000_000_000_000_000);
    let taken = desk.take(ALICE, id, most, ANY).unwrap();
    assert_eq!(
        (taken.paid, taken.collateral.to_string()),
        (coins(9_900), "4125000000000000000".into())
    );
    // Now it is all or nothing.
    assert_eq!(
        desk.take(ALICE, id, Amount::ONE, ANY),
        Err(Rejected::RemainderTooSmall(coins(1_100)))
    );
    let taken = desk.take(BOB, id, ALL, ANY).unwrap();
    assert!(taken.ending.is_some_and(|ending| ending.shortfall.is_zero()));
}

/// Liquidate, let the auction run out, reset, again and again: each time for pay.
#[test]
fn a_keeper_farms_resets() {
    let mut desk = Desk::new();
    (desk.spec.auction.keeper_flat, desk.spec.auction.keeper_share) = (coins(300), Ratio::percent(2));
    let id = desk.start(&lot(10, 10_000), Some(KEEPER)).unwrap();
    for _ in 0..50 {
        desk.wait(7_201);
        desk.reset(id, Some(KEEPER)).unwrap();
    }
    // 520 + 480, and nothing after that: the penalty.
    assert_eq!(desk.ledger.balance(COIN, KEEPER), coins(1_000));
    let taken = desk.take(ALICE, id, ALL, ANY).unwrap();
    assert_eq!((taken.debt, taken.surplus), (coins(11_000), coins(0)));
    assert!(taken.ending.is_some_and(|ending| ending.shortfall.is_zero()));
}

/// Be paid for auctions that can't bring the pay in: their lots are worth less than they owe.
#[test]
fn a_keeper_is_paid_by_nobody() {
    let mut desk = Desk::new();
    desk.spec.auction.keeper_flat = coins(300);
    let id = desk.start(&lot(10, 20_000), Some(KEEPER)).unwrap();
    assert_eq!(desk.ledger.balance(COIN, KEEPER), coins(0));
    // Worth 20100 now: 100 more than it owes.
    desk.wait(7_201);
    desk.quote_at(Price::whole(2_010));
    desk.reset(id, Some(KEEPER)).unwrap();
    assert_eq!(desk.ledger.balance(COIN, KEEPER), coins(100));
}

/// Reset a crumb for pay: a lot, or a rest to raise, that is under what a take may leave.
#[test]
fn a_keeper_resets_crumbs() {
    for (floor, paid) in [(10_000, 50), (10_001, 0)] {
        let mut desk = Desk::new();
        let id = desk.start(&lot(10, 10_000), None).unwrap();
        (desk.spec.debt_floor, desk.spec.auction.keeper_flat) = (coins(floor), coins(50));
        desk.wait(7_201);
        desk.reset(id, Some(KEEPER)).unwrap();
        assert_eq!(desk.ledger.balance(COIN, KEEPER), coins(paid));
    }
}

/// Stop the chain, or silence the feed, and come back first: to buy at a price that fell while nobody could bid.
#[test]
fn the_price_falls_while_the_chain_stands_still() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    desk.wait(90);
    let price = desk.price(id);
    // Hours of block time pass; the feed is Stale, so its live time stands.
    desk.quote.state = FeedState::Stale;
    assert_eq!(desk.price(id), price);
    // It is heard again, far higher, and live time runs through the quiet period, in which nobody can take.
    desk.quote_at(Price::whole(3_000));
    desk.quote.quiet = true;
    desk.restart().unwrap();
    assert_eq!(desk.price(id), Price::whole(3_600));
    desk.wait(1_800);
    assert_eq!(
        desk.take(ALICE, id, ALL, ANY),
        Err(Rejected::Quiet { feed: desk.spec.feed })
    );
    desk.quote.quiet = false;
    desk.restart().unwrap();
    assert!(desk.take(ALICE, id, ALL, Price::whole(3_599)).is_err());
    assert_eq!(
        desk.take(ALICE, id, ALL, ANY).map(|taken| taken.paid),
        Ok(coins(11_000))
    );
}

/// Fill the hall with lots, so that a restart has to write them all in one block: it writes one record, and no lot can be
/// had at the price from before it, whether it was written since its start or not.
#[test]
fn a_restart_that_has_to_visit_every_lot() {
    let mut desk = Desk::new();
    let ids: Vec<AuctionId> = (0..200).map(|_| desk.start(&lot(10, 10_000), None).unwrap()).collect();
    desk.wait(1_800);
    let fallen = desk.price(ids[0]);
    assert!(fallen < Price::whole(2_000));
    desk.take(ALICE, ids[0], eth(1), ANY).unwrap();
    drop(take_changes(&mut desk.auctions));

    let start = Savepoint::of(&mut desk.auctions);
    desk.restart().unwrap();
    assert_eq!(ids.iter().map(|id| desk.price(*id)).max(), Some(Price::whole(2_400)));
    assert_eq!(ids.iter().map(|id| desk.price(*id)).min(), Some(Price::whole(2_400)));
    for id in [ids[0], ids[199]] {
        let refused = desk.take(ALICE, id, eth(1), fallen);
        assert!(matches!(refused, Err(Rejected::TooExpensive { .. })), "{refused:?}");
        assert_eq!(desk.reset(id, None), Err(Rejected::ResetNotNeeded(id)));
    }
    // What is put up after a restart has nothing to follow, not even at the same live time.
    desk.quote_at(Price::whole(1_000));
    let late = desk.start(&lot(10, 5_000), None).unwrap();
    assert_eq!(desk.price(late), Price::whole(1_200));
    let resets = |desk: &Desk, id| desk.auctions.auction(id).unwrap().resets;
    assert_eq!((resets(&desk, ids[1]), resets(&desk, late)), (1, 0));
    desk.restart().unwrap();
    assert_eq!(
        (desk.price(ids[1]), desk.price(late)),
        (Price::whole(1_200), Price::whole(1_200))
    );
    assert_eq!((resets(&desk, ids[1]), resets(&desk, late)), (2, 1));

    // Undone, it never was; done, it is one record, beside the lot, the sums and the number of the late one.
    let mut undone = desk.auctions.clone();
    start.restore(&mut undone);
    assert_eq!(undone.auction(ids[1]).unwrap().resets, 0);
    assert_eq!(take_changes(&mut desk.auctions).len(), 4);
}

/// Wait until the price rounds to nothing, under parameters that ask for no reset.
#[test]
fn a_lot_is_given_away_at_a_price_of_zero() {
    let mut desk = Desk::new();
    (desk.spec.auction.curve, desk.spec.auction.reset_ratio) = (HALVING, Ratio::ZERO);
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    desk.wait(89);
    assert!(!desk.price(id).is_zero());
    desk.wait(10);
    assert!(desk.price(id).is_zero());
    assert_eq!(desk.take(ALICE, id, ALL, ANY), Err(Rejected::NeedsReset(id)));
}

/// Buy in slices so small that each costs less than a coin's base unit.
#[test]
fn a_buyer_slices_the_lot_until_rounding_pays() {
    let mut desk = Desk::new();
    desk.quote_at("0.000000001".parse().unwrap());
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    for _ in 0..100 {
        let taken = desk.take(ALICE, id, Amount::ONE, ANY).unwrap();
        assert_eq!(taken.paid, Amount::ONE);
    }
}

/// Lock so much of a cheap asset that its value fits no number, and nobody can buy or liquidate.
#[test]
fn a_lot_is_too_large_to_be_valued() {
    let mut desk = Desk::new();
    desk.decimals = Decimals::ZERO;
    desk.spec.auction.keeper_flat = coins(10);
    let collateral = Amount::from_raw(u128::MAX / 2);
    let id = desk
        .start(
            &Lot {
                collateral,
                ..lot(0, 10_000)
            },
            Some(KEEPER),
        )
        .unwrap();
    let taken = desk.take(ALICE, id, ALL, ANY).unwrap();
    assert_eq!((taken.paid, taken.collateral.raw()), (coins(11_000), 4));
}

/// Take the last of a lot whose collateral is worth nothing beside what it is to raise: the loss shows at once.
#[test]
fn a_worthless_rest_hides_a_loss() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 30_000), None).unwrap();
    let most = Amount::from_raw(eth(10).raw() - 1);
    assert_eq!(desk.take(ALICE, id, most, ANY).map(|taken| taken.ending), Ok(None));
    // Anyone ends it, for one wei at its price.
    let taken = desk.take(BOB, id, ALL, ANY).unwrap();
    assert_eq!(taken.paid, Amount::from_raw(2_400));
    assert!(taken.ending.is_some_and(|ending| ending.shortfall == coins(6_000)));
}
