//! R4: three clocks, so that neither a chain nor a feed that stood still is worth anything.

use ballast_num::{Price, Seconds};
use ballast_protocol::{AuctionId, coins};

use crate::common::{COIN, KIND, World, names};

/// A lot of 10 ether, of which 13,560 coins are to be raised, on sale since the last block.
fn on_sale() -> World {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1400             -> VaultSeized, AuctionStarted",
    );
    world
}

fn price(world: &World) -> Price {
    let auction = world.state.auctions().auction(AuctionId(1)).unwrap();
    let spec = &world.state.vaults().spec(KIND).unwrap().auction;
    let live = world.state.prices().quote(crate::common::FEED).unwrap().live_time;
    auction.price(spec, live).unwrap()
}

/// Stop the chain until the auction has fallen to half, and be the first to bid when it wakes up.
#[test]
fn an_auction_that_fell_while_the_chain_stood_still() {
    let mut world = on_sale();
    world.check(
        "pass 600
         wait 3600              -> FeedStateChanged
         price 1400             -> GapBegan, AuctionsRestarted
         keeper: take 10 of #1 at 2000 -> Quiet",
    );
    assert_eq!(price(&world), Price::whole(1_540));
    // It falls through the quiet period, in which nobody can buy; so it starts anew when they can.
    world.check("pass 480");
    assert!(price(&world) < Price::whole(1_500));
    let events = world.pass(120);
    assert_eq!(
        names(&events)
            .iter()
            .filter(|name| *name == "AuctionsRestarted")
            .count(),
        1
    );
    assert_eq!(price(&world), Price::whole(1_540));
    world.check("keeper: take 10 of #1 at 1540 -> AuctionTaken, AuctionEnded");
}

/// Let the quiet period run out while the feed is Stale: nobody can buy at its end either.
#[test]
fn an_auction_that_fell_before_the_feed_was_lost_again() {
    let mut world = World::with(|genesis| genesis.feeds[0].gap_grace = Seconds(700));
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1400             -> AuctionStarted
         wait 3600
         price 1400             -> GapBegan, AuctionsRestarted",
    );
    // Live time runs for the ten minutes of the heartbeat, then the feed is Stale beyond the end of the quiet period.
    (0..13).for_each(|_| drop(world.block(60, None, &[])));
    assert!(price(&world) < Price::whole(1_500));
    world.check(
        "keeper: take 10 of #1 at 2000 -> Stale
         price 1400             -> no GapBegan, AuctionsRestarted",
    );
    assert_eq!(price(&world), Price::whole(1_540));
}

/// Come back from an outage and seize whoever could not act in it.
#[test]
fn seizing_owners_who_could_not_act_in_an_outage() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         bob: open; deposit 10; draw 12000
         carol: open; deposit 10; draw 8900
         wait 3600
         price 1340             -> GapBegan, VaultSeized   // alice and bob: 13400 ÷ 12000 is under 1 + penalty
         wait 12                -> no VaultSeized
         price 1320             -> no VaultSeized         // carol: 13200 ÷ 8900 is under 1.5 only
         price 1320             -> no VaultSeized         // at both of the last two rounds
         mallory: liquidate #4  -> NotLiquidatable
         carol: draw 1          -> Quiet
         carol: withdraw 1      -> Quiet
         carol: split 5 4450    -> Quiet
         carol: deposit 1 -> CollateralDeposited",
    );
    world.check("carol: repay 3000; close -> VaultClosed");
}

/// Jump the block's time to be rid of a cooldown.
#[test]
fn jumping_the_clock_to_be_rid_of_a_cooldown() {
    let mut world = World::with_type(|spec| spec.pool.cooldown = Seconds(600));
    world.check("mallory: enter 10000");
    // Thirteen minutes at once, less than a gap: host time moves by one.
    let jumped = world.block(800, Some(Price::whole(2_000)), &[]);
    assert!(!names(&jumped.events).contains(&"PoolEntered".to_owned()), "{jumped:?}");
    assert_eq!(world.balance(COIN, "mallory"), coins(990_000));
    assert!(names(&world.pass(600)).contains(&"PoolEntered".to_owned()));
}
