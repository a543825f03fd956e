//! R1: what a price decides is asked for before anyone knows it.

use ballast_num::{Price, Seconds};
use ballast_protocol::{PoolId, coins};

use crate::common::{COIN, KIND, World, who};

/// Alice owes 12,000 against 10 ether: broken under 1800, deep under 1476.
const ALICE: &str = "alice: open; deposit 10; draw 12000";

fn world() -> World {
    let mut world = World::with_type(|spec| spec.pool.cooldown = Seconds::ZERO);
    world.check(ALICE);
    world
}

fn deposited(world: &World, name: &str) -> u128 {
    let position = world.state.pools().position(PoolId::stability(KIND), who(name));
    position.map_or(0, |position| position.coins.raw())
}

/// Join the pool once the price that breaks a vault is known, and share the discount on its collateral.
#[test]
fn joining_the_pool_after_the_breaking_price_is_known() {
    let mut world = world();
    world.check(
        "carol: enter 20000
         price 2000",
    );
    // The sources have seen 1400 before mallory asks; their word may be as new as his block's time and skew.
    world.check("mallory: enter 20000 -> TicketQueued");
    let names = world.block(10, Some(Price::whole(1_400)), &[]).events;
    assert!(crate::common::names(&names).contains(&"PoolBought".to_owned()));
    assert_eq!(deposited(&world, "mallory"), 0);
    let gained = |name| {
        world
            .state
            .pools()
            .position(PoolId::stability(KIND), who(name))
            .map(|position| position.gain)
    };
    assert!(gained("carol").is_ok_and(|gain| !gain.is_zero()) && gained("mallory").is_err());
    world.check("price 1400 -> PoolEntered");
    assert_eq!(deposited(&world, "mallory"), coins(20_000).raw());
}

/// See the fall coming and leave in the block before it, so that the others bear all of it.
#[test]
fn leaving_one_block_before_the_loss() {
    let mut world = world();
    world.check(
        "carol: enter 10000
         mallory: enter 10000
         price 2000
         mallory: exit 10000 -> TicketQueued",
    );
    let before = world.balance(COIN, "mallory");
    world.check("price 1400 -> PoolBought, PoolExited");
    let paid = world.balance(COIN, "mallory").try_sub(before).unwrap();
    // Both paid the same for the lot; what mallory takes is what is left to him after it.
    assert!(paid < coins(5_000), "{paid}");
    assert_eq!(paid.raw(), deposited(&world, "carol"));
}

/// Look at the round that is forming, and call the entry back before it closes.
#[test]
fn calling_a_ticket_back_once_the_price_is_known() {
    let mut world = world();
    world.check(
        "mallory: enter 10000
         mallory: cancel #1     -> Done, no TicketClosed
         price 1400             -> PoolEntered",
    );
    assert!(deposited(&world, "mallory") > 0);
    // A cancel that a round has passed without executing the ticket takes effect.
    let mut world = World::new();
    world.check(
        "mallory: enter 10000
         mallory: cancel #1
         price 2000             -> TicketClosed, no PoolEntered",
    );
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_000));
}

/// Enter for one round only, to be there when a lot comes and nowhere when nothing does.
#[test]
fn hopping_in_and_out_within_the_cooldown() {
    let mut world = World::new();
    world.check(
        "mallory: enter 10000
         pass 3540",
    );
    assert_eq!(deposited(&world, "mallory"), 0);
    world.check("pass 120");
    assert_eq!(deposited(&world, "mallory"), coins(10_000).raw());
    world.check(
        "mallory: exit 10000
         pass 3540",
    );
    assert_eq!(deposited(&world, "mallory"), coins(10_000).raw());
}

/// Leave an order lying about until a price makes it worth something.
#[test]
fn an_expired_ticket_that_a_late_round_would_execute() {
    let mut world = world();
    world.check(
        "mallory: enter 10000 within 30
         wait 15                -> no TicketClosed
         wait 40                -> TicketClosed, no PoolEntered
         price 1400             -> no PoolEntered",
    );
    assert_eq!(world.balance(COIN, "mallory"), coins(1_000_000));
}

/// Run for the exit while broken vaults wait for work: whoever is first leaves the loss to the rest.
#[test]
fn leaving_while_broken_vaults_wait() {
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 60;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
        genesis.types[0].pool.cooldown = Seconds::ZERO;
    });
    world.check(ALICE);
    world.check(
        "bob: open; deposit 10; draw 12000
         carol: enter 50000
         price 2000
         carol: exit 50000
         price 1400             -> VaultSeized, WorkCarriedOver, no PoolExited
         wait 12                -> VaultSeized, no PoolExited
         price 1400             -> PoolExited",
    );
}

/// Keep an exit ready at all times and call each back late: the right to leave at a round's notice, for nothing.
#[test]
fn keeping_an_exit_ready_at_all_times() {
    let mut world = World::new();
    world.check(
        "mallory: enter 10000
         pass 3660
         mallory: exit 5000
         mallory: exit 5000     -> AlreadyQueued
         pass 3480",
    );
    // Called back in the last block before the round that it is ready for: that round executes it all the same.
    world.check(
        "wait 60
         wait 20
         mallory: cancel #2     -> Done, no TicketClosed
         mallory: exit 5000     -> AlreadyQueued
         price 2000             -> PoolExited, TicketClosed",
    );
    assert_eq!(deposited(&world, "mallory"), coins(5_000).raw());
    // Called back in time it is gone with the next round, and the next exit waits from its own inclusion.
    world.check(
        "mallory: exit 5000
         pass 1800
         mallory: cancel #3
         mallory: exit 5000     -> AlreadyQueued
         price 2000             -> TicketClosed, no PoolExited
         mallory: exit 5000
         pass 3480              -> no PoolExited
         pass 180               -> PoolExited",
    );
}

/// Call an exit back while broken vaults make it wait, having seen what they will cost.
#[test]
fn calling_an_exit_back_while_broken_vaults_wait() {
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 60;
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
        genesis.types[0].pool.cooldown = Seconds::ZERO;
    });
    world.check(ALICE);
    world.check(
        "bob: open; deposit 10; draw 12000
         carol: open; deposit 10; draw 12000
         dave: open; deposit 10; draw 12000
         mallory: enter 90000
         price 2000
         mallory: exit 90000
         price 1400             -> WorkCarriedOver, no PoolExited
         mallory: cancel #2
         price 1400             -> WorkCarriedOver, CancelLapsed, no TicketClosed
         price 1400             -> PoolExited",
    );
}

/// Call a ticket back in the quiet after a gap, when the price is known and nothing executes.
#[test]
fn calling_an_entry_back_in_the_quiet_after_a_gap() {
    let mut world = world();
    world.check(
        "mallory: enter 10000
         wait 1000
         price 1400             -> GapBegan, no PoolEntered
         mallory: cancel #1
         price 1400             -> CancelLapsed, no TicketClosed
         pass 600               -> PoolEntered",
    );
}
