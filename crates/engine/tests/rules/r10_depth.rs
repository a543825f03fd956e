//! R10: a ceiling follows the depth that is locked in the type's market.

use ballast_engine::{BadGenesis, State};
use ballast_num::{Amount, Ratio, Seconds};
use ballast_protocol::{Genesis, ParameterFault, coins};

use crate::common::{COIN, KIND, World, genesis};
use crate::r10_market::market;

/// A thousand ether and two million coins in the market, and 5.05 coins of debt for each of these: 10.1 million, of which ten
/// are owed.
fn bound(genesis: &mut Genesis) {
    market(genesis, 1_000);
    genesis.types[0].growth.depth_multiple = Ratio::percent(505);
}

/// Liquidity that comes for a block, an hour or nearly a day lets nobody draw more.
#[test]
fn lending_depth_to_a_ceiling() {
    let mut world = World::with(bound);
    world.check(
        "alice: open; deposit 1000; draw 100001     -> CeilingExceeded
         alice: open; deposit 1000; draw 99000
         alice: draw 1001 #2                        -> CeilingExceeded
         mallory: add 400 800000
         price 2000                                 -> LiquidityAdded
         alice: draw 2000                           -> CeilingExceeded",
    );
    world.pass(3_600);
    world.check("alice: draw 2000 -> CeilingExceeded");
    world.pass(79_200);
    world.check("alice: draw 2000 -> CeilingExceeded");
    world.pass(7_200);
    world.check(
        "alice: draw 300000                         // 0.4 × 10.1 million more
         mallory: remove 100
         alice: draw 600                            -> CeilingExceeded",
    );
}

/// Depth that leaves ends new debt at once, before it has left, and nothing else.
#[test]
fn leaving_with_the_depth_that_debt_was_drawn_on() {
    let mut world = World::with(bound);
    world.check(
        "alice: open; deposit 900; draw 50000
         dave: remove 50
         alice: draw 600                            -> CeilingExceeded
         bob: open; deposit 100; draw 600           -> CeilingExceeded
         alice: repay 20000
         alice: deposit 1
         alice: withdraw 10
         price 2000                                 -> no VaultSeized, no VaultWarned, no TypeClosedToNewDebt
         alice: close",
    );
    // Back in a moment: what was about to leave counts again a day after.
    world.check("dave: cancel #1");
    world.pass(120);
    world.check("bob: open; deposit 100; draw 600 -> CeilingExceeded");
}

/// Buying and selling moves the pool's price, and what the ceiling counts does not follow it.
#[test]
fn pushing_the_pool_to_raise_a_ceiling() {
    for order in ["mallory: sell 900 at 0", "mallory: buy 900000 at 9000"] {
        let mut world = World::with(bound);
        world.check(order);
        world.check("price 2000");
        let depth = world.state.markets().locked_coins(
            crate::common::MARKET,
            &world.state.clock(),
            ballast_num::Price::whole(2_000),
        );
        // The fee of 1 % deepens the pool a little, and only tomorrow.
        let depth = depth.expect("it is listed");
        assert!(
            depth <= coins(2_000_000) && depth >= coins(1_999_999),
            "{order}: {depth}"
        );
        world.check(
            "alice: open; deposit 1000; draw 100001     -> CeilingExceeded
             alice: open; deposit 1000; draw 99000",
        );
    }
}

/// The lowest of ceiling, ramp and depth binds.
#[test]
fn the_lowest_of_three_ceilings() {
    let ceiling = |ramp: u64, percent: u64, ceiling: u64, depth: u64| {
        let mut genesis = genesis();
        let spec = &mut genesis.types[0];
        spec.debt_ceiling = coins(ceiling);
        spec.growth.ramp = Seconds(ramp);
        spec.growth.depth_multiple = Ratio::percent(percent.try_into().unwrap());
        let world = World::new();
        let totals = *world.state.vaults().totals(KIND).unwrap();
        totals.ceiling(spec, Seconds(100), coins(depth))
    };
    assert_eq!(ceiling(0, 0, 1_000, 0), coins(1_000));
    assert_eq!(ceiling(400, 0, 1_000, 0), coins(250));
    assert_eq!(ceiling(400, 500, 1_000, 40), coins(200));
    assert_eq!(ceiling(0, 500, 1_000, 40), coins(200));
    assert_eq!(ceiling(0, 500, 1_000, 201), coins(1_000));
    assert_eq!(ceiling(0, 500, 1_000, 0), Amount::ZERO);
}

/// A multiple that binds nothing, or that has no market to follow.
#[test]
fn a_multiple_of_no_depth() {
    let fault = |change: fn(&mut Genesis)| {
        let mut genesis = genesis();
        change(&mut genesis);
        State::genesis(&genesis).map(drop).err()
    };
    let refused = Some(BadGenesis::BadType {
        collateral_type: KIND,
        fault: ParameterFault::OutOfBounds,
    });
    assert_eq!(fault(bound), None);
    assert_eq!(
        fault(|genesis| genesis.types[0].growth.depth_multiple = Ratio::percent(100)),
        refused
    );
    let beyond = |genesis: &mut Genesis| {
        bound(genesis);
        genesis.types[0].growth.depth_multiple = Ratio::percent(10_001);
    };
    assert_eq!(fault(beyond), refused);
    assert!(!World::with(bound).balance(COIN, "alice").is_zero());
}
