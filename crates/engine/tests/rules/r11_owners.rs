//! R11: owners can protect themselves, and nobody else can do so at their cost.

use ballast_engine::{BadGenesis, State};
use ballast_num::{Amount, NormalizedDebt, Price, Ratio, Seconds};
use ballast_protocol::{Bounds, Event, Genesis, OpeningBalance, OpeningVault, ParameterFault, TypeId, TypeSpec, coins};

use crate::common::{COIN, ETH, KIND, World, genesis, names, who};

/// Crash while the owner sleeps: the standing order acts in the round that would have broken him, before liquidation.
#[test]
fn liquidating_an_owner_who_sleeps() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         alice: order repay 5000 under 1.5 to 1.6 -> StandingOrderSet
         bob: open; deposit 10; draw 12000
         bob: order topup 4 under 1.5 to 1.6
         carol: open; deposit 10; draw 12000
         price 1400             -> StandingOrderExecuted, VaultSeized",
    );
    // 14000 ÷ 1.6 = 8750 is left of alice's debt; bob has 12000 × 1.6 ÷ 1400 ether; carol has no order and nothing left.
    assert_eq!((world.debt(2), world.collateral(2)), (coins(8_750), coins(10)));
    assert_eq!(
        (world.debt(3), world.collateral(3).raw() / coins(1).raw()),
        (coins(12_000), 13)
    );
    assert_eq!((world.debt(4), world.collateral(4)), (Amount::ZERO, Amount::ZERO));
}

/// Break an owner without a word.
#[test]
fn breaking_an_owner_without_a_warning() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1900             -> VaultWarned, no VaultSeized  // 1.583 is inside 1.5 + 0.1
         price 1900             -> no VaultWarned",
    );
}

/// Get hold of a vault and let its order spend the old owner's balance; or set one as a delegate.
#[test]
fn spending_someone_elses_balance_by_a_standing_order() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         alice: order repay 5000 under 1.5 to 1.6
         alice: delegate mallory
         mallory: order repay 5000 under 1.5 to 1.6 #2 -> NotOwner
         alice: give #2 to bob  -> VaultTransferred",
    );
    let (alice, bob) = (world.balance(COIN, "alice"), world.balance(COIN, "bob"));
    world.check("price 1400 -> VaultSeized, no StandingOrderExecuted");
    assert_eq!((world.balance(COIN, "alice"), world.balance(COIN, "bob")), (alice, bob));
}

/// Wait until an order has spent its limit, and see it go on.
#[test]
fn an_order_that_spends_more_than_its_limit() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         alice: order topup 1 under 1.5 to 1.6",
    );
    let before = world.balance(ETH, "alice");
    world.check(
        "price 1500             -> StandingOrderExecuted
         price 1300             -> no StandingOrderExecuted",
    );
    assert_eq!(before.try_sub(world.balance(ETH, "alice")), Ok(coins(1)));
}

/// Raise the liquidation ratio past the trigger of an order, and seize its vault while the order sits unused.
#[test]
fn gliding_past_a_standing_order() {
    let glided = |seconds| {
        let mut world = gliding();
        world.check(
            "alice: open; deposit 10; draw 10000
             alice: order repay 5000 under 1.5 to 1.6
             authority: set initial-ratio 1.75; set liquidation-ratio 1.7",
        );
        world.pass(seconds);
        world
    };
    // Two days at 10 % a day. Trigger and restore have moved up by 0.2: 16,200 ÷ 1.8 is left of the debt.
    let mut world = glided(2 * 86_400 + 600);
    world.check("price 1620 -> StandingOrderExecuted, no VaultSeized");
    assert_eq!(world.debt(2), coins(9_000));
    // A ratio that has not passed it leaves the order where its owner set it.
    let mut world = glided(600);
    world.check(
        "price 1620             -> no StandingOrderExecuted, no VaultSeized
         price 1490             -> StandingOrderExecuted, no VaultSeized",
    );
}

/// Let the ratio glide over a vault between two rounds, and call before the engine looks again: the order comes first.
#[test]
fn calling_before_the_order_is_looked_at() {
    let mut world = gliding();
    world.check(
        "alice: open; deposit 10; draw 10000
         alice: order repay 5000 under 1.5 to 1.6
         authority: set initial-ratio 1.75; set liquidation-ratio 1.7
         price 1500.6
         price 1500.6           -> no StandingOrderExecuted
         mallory: liquidate #2  -> NotLiquidatable",
    );
    for _ in 0..9 {
        world.block(60, None, &[]);
    }
    world.check("mallory: liquidate #2 -> StandingOrderExecuted, no VaultSeized");
    assert!(world.debt(2) < coins(9_500), "{}", world.debt(2));
}

/// Give an order with a large limit a drop to spend, again before each call, so that it answers all of them and saves
/// nothing: the call that finds the vault still broken seizes.
#[test]
fn answering_every_call_with_a_drop() {
    let mut world = gliding();
    world.check(
        "alice: open; deposit 10; draw 10000
         alice: order topup 5 under 1.5 to 1.6
         alice: send 989.9999 ETH to bob
         authority: set initial-ratio 1.75; set liquidation-ratio 1.7
         price 1500.6
         price 1500.6",
    );
    for _ in 0..9 {
        world.block(60, None, &[]);
    }
    let before = world.collateral(2);
    world.check("mallory: liquidate #2  -> StandingOrderExecuted, VaultSeized");
    assert_eq!(world.balance(ETH, "alice"), Amount::ZERO);
    assert!(world.collateral(2) < before, "{}", world.collateral(2));
}

/// Accept an order during a glide that is then not looked for where it should act, or that could never act.
#[test]
fn an_accepted_order_that_does_nothing() {
    // Up: the coming ratio is what counts, from the first day.
    let mut world = gliding();
    world.check(
        "alice: open; deposit 10; draw 10000
         authority: set initial-ratio 1.75; set liquidation-ratio 1.7
         alice: order repay 5000 under 1.69 to 1.9 -> UselessOrder
         alice: order repay 5000 under 1.81 to 1.9 -> UselessOrder
         alice: order repay 5000 under 1.75 to 1.9 -> StandingOrderSet
         price 1740             -> StandingOrderExecuted",
    );
    // Down: as long as the old ratio seizes, a trigger under it is refused.
    let mut world = gliding();
    world.check(
        "alice: open; deposit 10; draw 10000
         authority: set liquidation-ratio 1.3
         alice: order repay 5000 under 1.4 to 1.9  -> UselessOrder
         alice: order repay 5000 under 1.55 to 1.9 -> StandingOrderSet
         price 1540             -> StandingOrderExecuted",
    );
    world.pass(2 * 86_400 + 600);
    world.check("alice: order repay 1000 under 1.35 to 1.9 -> StandingOrderSet");
}

/// A glide of 10 % a day.
fn gliding() -> World {
    World::with_type(|spec| {
        spec.glide_per_day = Ratio::percent(10);
        spec.line = coins(1_000_000);
    })
}

/// So many vaults that a round warns: work for 12 units is theirs, the rest for orders.
fn crowded(genesis: &mut Genesis, kind: TypeId, vaults: u64) {
    let vault = |_| OpeningVault {
        owner: who("bank"),
        collateral_type: kind,
        collateral: coins(10),
        normalized_debt: NormalizedDebt::from_raw(coins(12_000).raw()),
        deposit: Amount::ZERO,
    };
    genesis.opening.vaults.extend((0..vaults).map(vault));
    let balance = OpeningBalance {
        asset: COIN,
        account: who("bank"),
        amount: coins(12_000 * vaults),
    };
    genesis.opening.balances.push(balance);
}

fn count(events: &[Event], name: &str) -> usize {
    names(events).iter().filter(|event| *event == name).count()
}

/// Open so many vaults at the edge that their warnings use up the work of everyone's orders; or so many orders that
/// nobody is warned.
#[test]
fn crowding_orders_out_with_warnings() {
    let mut world = World::with(|genesis| {
        // A quarter of it protects: 800 units, of which 100 are kept for warnings.
        genesis.limits.liquidation_work = 3_200;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
        crowded(genesis, KIND, 1_100);
    });
    world.check(
        "alice: open; deposit 9.9; draw 12000
         alice: order topup 1 under 1.6 to 1.65",
    );
    let result = world.round(Price::whole(1_900));
    assert_eq!(count(&result.events, "StandingOrderExecuted"), 1);
    // 800 − 62 units are left, two for a warning; looking further for orders took most of them.
    assert_eq!(count(&result.events, "VaultWarned"), 50);

    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 3_200;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
    });
    for _ in 0..20 {
        world.check("mallory: open; deposit 10; draw 12000; order topup 1 under 1.6 to 1.65");
    }
    let result = world.round(Price::whole(1_900));
    // Eleven orders for 62 units each are what 700 units pay for; nine vaults are under the ratio still.
    assert_eq!(count(&result.events, "StandingOrderExecuted"), 11);
    assert_eq!(count(&result.events, "VaultWarned"), 9);
}

/// Crowd one type, so that no owner of another is protected: each type has its share, and what it leaves passes on.
#[test]
fn one_type_whose_orders_starve_another() {
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 3_200;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
        genesis.types.push(TypeSpec {
            id: TypeId(2),
            ..genesis.types[0].clone()
        });
        crowded(genesis, TypeId(2), 3);
    });
    for _ in 0..20 {
        world.check("mallory: open; deposit 10; draw 12000; order topup 1 under 1.6 to 1.65");
    }
    world.check("bank: order topup 1 under 1.6 to 1.65 #2");
    let result = world.round(Price::whole(1_900));
    let executed = |world: &World, id: u64| world.collateral(id) > coins(10);
    assert!(
        executed(&world, 2),
        "of the crowded-out type: {:?}",
        names(&result.events)
    );
    // 62 and two looks of 2 units there; what is left of its 350 serves the first type, ten instead of five.
    assert_eq!(count(&result.events, "StandingOrderExecuted"), 1 + 10);
    assert_eq!(count(&result.events, "VaultWarned"), 2 + 10);
}

/// Set a warning band that no number holds beside the ratio, and break every block with a round.
#[test]
fn a_band_that_breaks_every_block() {
    for band in [Ratio::MAX, Ratio::percent(101)] {
        let mut genesis = genesis();
        genesis.types[0].warning_band = band;
        let refused = State::genesis(&genesis).err();
        let fault = ParameterFault::OutOfBounds;
        let collateral_type = KIND;
        assert_eq!(refused, Some(BadGenesis::BadType { collateral_type, fault }));
    }
    // Where a peer's ways waive the bounds, all are warned and nothing breaks.
    let mut world = World::with_type(|spec| {
        spec.peer.bounds = Bounds::Waived;
        spec.warning_band = Ratio::MAX;
    });
    world.check(
        "alice: open; deposit 10; draw 12000; order topup 1 under 150 to 90 -> UselessOrder
         alice: open; deposit 10; draw 12000; order topup 1 under 50 to 90
         price 1900             -> StandingOrderExecuted, no VaultSeized",
    );
}

/// Act on vaults after the owner has dismissed one; act on those of others.
#[test]
fn acting_as_a_delegate_who_is_none() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         mallory: draw 100 #2   -> NotOwner
         mallory: withdraw 1 #2 -> NotOwner
         mallory: give #2 to mallory -> NotOwner
         alice: delegate mallory
         mallory: draw 100 #2   -> DebtDrawn
         alice: dismiss mallory
         mallory: draw 100 #2   -> NotOwner
         mallory: close #2      -> NotOwner
         mallory: deposit 1 #2; repay 100 #2 -> DebtRepaid",
    );
}

/// Alice owes 12,000 against 10 ether in a type that grants 640 seconds: broken under 1800, deep under 1476.
fn graceful(change: impl FnOnce(&mut ballast_protocol::FeedSpec)) -> World {
    let mut world = World::with(|genesis| {
        genesis.types[0].grace = Seconds(640);
        genesis.types[0].line = coins(1_000_000_000);
        change(&mut genesis.feeds[0]);
    });
    world.check("alice: open; deposit 10; draw 12000");
    world
}

/// Liquidate an owner whom the type gives time, as soon as two rounds have broken him.
#[test]
fn liquidating_within_the_grace() {
    let mut world = graceful(|_| ());
    // Slices of 20 seconds: more than 620 seconds pass, and 640 at most.
    world.check(
        "price 1700             -> no VaultSeized
         pass 600               -> no VaultSeized
         price 1700             -> no VaultSeized   // 612
         price 1700             -> no VaultSeized   // 624, less than a slice after the fall began to lie so far back
         price 1700             -> VaultSeized",
    );
    // Who recovered in between is judged anew.
    let mut world = graceful(|_| ());
    world.check(
        "price 1700
         pass 540
         price 1810
         price 1700
         pass 540               -> no VaultSeized
         pass 120               -> VaultSeized",
    );
}

/// Claim the grace for a vault that is worth hardly more than its debt and penalty.
#[test]
fn grace_where_waiting_costs_the_reserve() {
    let mut world = graceful(|_| ());
    world.check(
        "price 1700
         pass 120               -> no VaultSeized
         price 1475             -> VaultSeized",
    );
}

/// Wait for the sources to fall silent, so that the grace starts anew or runs on for ever.
#[test]
fn stretching_the_grace_by_silence() {
    let mut world = graceful(|feed| {
        feed.heartbeat = Seconds(60);
        feed.gap = Seconds::DAY;
    });
    world.check(
        "price 1700
         pass 300               -> no VaultSeized",
    );
    for _ in 0..60 {
        world.check("wait 60        -> no VaultSeized");
    }
    // Live time stood still. What was left of the grace is left, and no more.
    world.check(
        "price 1700
         pass 180               -> no VaultSeized
         pass 180               -> VaultSeized",
    );
}

/// Do something to the vault, so that it counts as another and waits from the start.
#[test]
fn renewing_the_grace() {
    let mut world = graceful(|_| ());
    world.check(
        "price 1700
         pass 300
         alice: split 5 6000            -> Frozen
         alice: open; merge #2 into #3  -> Frozen
         alice: give #2 to bob          -> Frozen
         alice: draw 1                  -> Uncovered
         alice: withdraw 0.001          -> Frozen
         alice: deposit 0.001           -> Done
         alice: repay 1                 -> Done
         pass 180                       -> no VaultSeized
         pass 120                       -> VaultSeized",
    );
}
