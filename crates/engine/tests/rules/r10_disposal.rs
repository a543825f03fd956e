//! R10, as far as built: stability pool, then auction.

use ballast_num::{Amount, Price, Ratio, Seconds};
use ballast_protocol::{Event, LossCause, Module, PoolBought, PoolId, VaultId, WaterfallStep, coins};

use crate::common::{COIN, ETH, KIND, World, seizures, who};

/// A pool of 50,000 coins.
fn pooled() -> World {
    let mut world = World::with(|genesis| {
        genesis.types[0].pool.cooldown = Seconds::ZERO;
        genesis.feeds[0].confirm_rounds = 3;
        genesis.feeds[0].round_limit = Ratio::percent(15);
    });
    world.check(
        "carol: enter 50000
         alice: open; deposit 10; draw 12000
         price 2000             -> PoolEntered",
    );
    world
}

/// Leave the auctions just enough room for a crumb, so that they fill with lots that no keeper wants.
#[test]
fn room_for_a_crumb() {
    // The least lot is 500 × 1.13 = 565 coins.
    let mut world = World::with_type(|spec| spec.auction.ceiling = coins(564));
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1400             -> no AuctionStarted, no VaultSeized, WorkCarriedOver",
    );
    let mut world = World::with_type(|spec| spec.auction.ceiling = coins(566));
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1400             -> AuctionStarted, VaultSeized, WorkCarriedOver",
    );
    let on_sale = world.state.auctions().on_sale(KIND).to_raise;
    assert!(on_sale > coins(565) && on_sale <= coins(566), "{on_sale}");
}

/// Let the pool buy all but a crumb, which then goes to auction.
#[test]
fn a_pool_that_leaves_a_crumb() {
    let mut world = World::with_type(|spec| spec.pool.cooldown = Seconds::ZERO);
    // To raise are 13,560, the pool can pay 13,200: 360 would be left.
    world.check(
        "carol: enter 13201
         alice: open; deposit 10; draw 12000
         price 2000             -> PoolEntered
         price 1400             -> PoolBought, AuctionStarted",
    );
    assert_eq!(world.state.auctions().on_sale(KIND).to_raise, coins(565));
}

/// Be the last in the pool, or the first after it, and get what rounding took from the others.
#[test]
fn leaving_last_with_what_rounding_took() {
    let mut world = World::with_type(|spec| {
        spec.pool.cooldown = Seconds::ZERO;
        spec.pool.floor = Amount::ZERO;
    });
    world.check(
        "bob: enter 33333
         carol: enter 7777
         alice: open; deposit 10; draw 12000
         price 2000             -> PoolEntered
         price 1400             -> PoolBought
         carol: exit 10000
         price 1400             -> PoolExited, no ResidueBooked
         carol: claim           -> PoolGainPaid, no ResidueBooked",
    );
    let residue = |world: &World| [COIN, ETH].map(|asset| world.state.ledger().balance(asset, Module::Residue).raw());
    let held =
        |world: &World| [COIN, ETH].map(|asset| world.state.ledger().balance(asset, Module::StabilityPool(KIND)).raw());
    assert_eq!(residue(&world), [0, 0]);
    let shown = world
        .state
        .pools()
        .position(PoolId::stability(KIND), who("bob"))
        .unwrap();
    let in_pool = held(&world);

    world.check(
        "bob: exit 40000
         price 1400             -> ResidueBooked, PoolExited
         bob: claim             -> PoolGainPaid",
    );
    // He got what he was shown, as everyone did, and no unit more; nothing is left in the pool.
    let booked = [in_pool[0] - shown.coins.raw(), in_pool[1] - shown.gain.raw()];
    assert_eq!(residue(&world), booked);
    assert!(booked[0] > 0 && booked[1] > 0, "{booked:?}");
    assert_eq!(held(&world), [0, 0]);

    let before = world.balance(COIN, "mallory");
    world.check(
        "mallory: enter 500
         price 1400             -> PoolEntered
         mallory: exit 500
         price 1400             -> PoolExited, no ResidueBooked",
    );
    assert_eq!(world.balance(COIN, "mallory"), before);
    assert_eq!(residue(&world), booked);
}

fn pool_price(events: &[Event]) -> Option<Price> {
    events.iter().find_map(|event| match event {
        Event::PoolBought(PoolBought { price, .. }) => Some(*price),
        _ => None,
    })
}

/// Let the pool pay a price that the market has left behind: its depositors bail out the owners.
#[test]
fn a_pool_that_overpays_in_a_fall() {
    let mut world = pooled();
    // Halted: alice is judged at 1700 and 1445, but sold at 1200 less the pool's discount of 5 %.
    world.check("price 1200");
    let events = world.round(Price::whole(1_200)).events;
    assert_eq!(pool_price(&events), Some(Price::whole(1_140)));
    let seized = seizures(&events)[0];
    assert_eq!(seized.price, Price::whole(1_445));
    // The deficit is the waterfall's, not the depositors': 12,000 owed, 11,400 paid.
    let lost = events.iter().find_map(|event| match event {
        Event::LossAbsorbed {
            step: WaterfallStep::LossSharing,
            amount,
            cause: LossCause::PoolSale(VaultId(2)),
            ..
        } => Some(*amount),
        _ => None,
    });
    assert_eq!(lost, Some(coins(600)));
    assert_eq!(world.state.backstop().losses(KIND).bad_debt, coins(600));
}

/// Drain the pool to its last unit, so that its shares lose their meaning.
#[test]
fn draining_the_pool_to_nothing() {
    let mut world = World::with_type(|spec| {
        spec.pool.cooldown = Seconds::ZERO;
        spec.pool.floor = coins(10);
    });
    world.check(
        "carol: enter 5000
         alice: open; deposit 10; draw 12000
         price 2000             -> PoolEntered
         price 1400             -> PoolBought, AuctionStarted",
    );
    assert_eq!(
        world.state.ledger().balance(COIN, Module::StabilityPool(KIND)),
        coins(10)
    );
    world.check(
        "carol: exit 5000
         price 1400             -> TicketClosed, no PoolExited",
    );
}

/// Flood the market with more than it can bear: what is on sale at once has a ceiling, and the rest waits.
#[test]
fn flooding_the_auctions() {
    let mut world = World::with_type(|spec| spec.auction.ceiling = coins(10_000));
    world.check(
        "alice: open; deposit 10; draw 12000
         bob: open; deposit 10; draw 12000
         price 1400             -> AuctionStarted, WorkCarriedOver",
    );
    let on_sale = world.state.auctions().on_sale(KIND).to_raise;
    assert!(on_sale > coins(9_999) && on_sale <= coins(10_000), "{on_sale}");
    world.check(
        "keeper: take 10 of #1 at 2000 -> AuctionEnded
         wait 12                -> AuctionStarted",
    );
}
