//! R7: who goes first when a block cannot do all.

use ballast_engine::{BadGenesis, State, apply_block};
use ballast_num::{Price, Ratio, Seconds};
use ballast_protocol::{
    AssetId, Bounds, Event, FeedId, FeedSpec, Height, OpeningVault, ParameterFault, TypeId, TypeSpec, VaultId, coins,
};

use crate::common::{COIN, ETH, FEED, KIND, World, endow, genesis, names, outcome, seizures, who};

/// Work for so many liquidations in a block and none for callers.
fn work_for(liquidations: u64) -> World {
    World::with(|genesis| {
        genesis.limits.liquidation_work = 60 * liquidations;
        genesis.types[0].peer.floor = Bounds::Waived;
        genesis.limits.caller_work_share = Ratio::ZERO;
        genesis.types[0].line = coins(1_000_000);
        endow(genesis, 1_000_000);
    })
}

fn seized(world: &mut World, price: u32) -> Vec<u64> {
    let events = world.round(Price::whole(price)).events;
    seizures(&events).iter().map(|seized| seized.vault.0).collect()
}

/// Put many small vaults just above a large one: they break first and use the block up.
#[test]
fn dust_that_shields_a_whale() {
    let mut world = work_for(2);
    for _ in 0..10 {
        world.check("mallory: open; deposit 0.482; draw 600");
    }
    world.check("mallory: open; deposit 500; draw 600000");
    // At 1400 all are between 1 and 1 + penalty; dust at 1.12, the whale, number 12, at 1.17.
    assert_eq!(seized(&mut world, 1_340).first(), Some(&12));
}

/// Keep the engine busy with vaults whose loss has already happened, while others fall from a penalty into a loss.
#[test]
fn the_lost_go_before_those_that_can_be_saved() {
    let mut world = work_for(1);
    world.check(
        "alice: open; deposit 10; draw 12500
         bob: open; deposit 10; draw 11000
         carol: open; deposit 10; draw 10000",
    );
    // alice is worth 0.96 of her debt, bob 1.09, carol 1.2.
    assert_eq!(seized(&mut world, 1_200), [3]);
    let rest: Vec<u64> = (0..2)
        .flat_map(|_| seizures(&world.block(12, None, &[]).events))
        .map(|one| one.vault.0)
        .collect();
    assert_eq!(rest, [4, 2]);
}

/// Split a type's ceiling into more vaults than the blocks can liquidate before the price falls on.
#[test]
fn a_ceiling_of_dust() {
    let fault = |ceiling: u64, floor: u64| {
        let mut genesis = genesis();
        genesis.types[0].debt_ceiling = coins(ceiling);
        genesis.types[0].debt_floor = coins(floor);
        State::genesis(&genesis).map(drop)
    };
    // Four fifths of 6,000,000 are 80,000 vaults a block, 4,000,000 in 50 blocks.
    assert_eq!(fault(1_000_000_000, 250), Ok(()));
    let refused = ParameterFault::DebtFloorTooLow {
        floor: coins(249),
        floor_min: coins(250),
        ceiling_max: coins(996_000_000),
    };
    let bad = BadGenesis::BadType {
        collateral_type: KIND,
        fault: refused,
    };
    assert_eq!(fault(1_000_000_000, 249), Err(bad));
    assert_eq!(fault(996_000_000, 249), Ok(()));

    let mut world = World::new();
    world.check(
        "authority: set floor 249          -> BadParameter
         authority: set ceiling 2000000001 -> BadParameter
         authority: set ceiling 2000000000 -> ParameterChanged
         authority: set floor 499          -> BadParameter",
    );
    let spec = world.state.vaults().spec(KIND).unwrap();
    assert_eq!((spec.debt_ceiling, spec.debt_floor), (coins(2_000_000_000), coins(500)));
    // Every further type shares the work.
    let mut genesis = genesis();
    genesis.types.push(TypeSpec {
        liquidation_deposit: ballast_num::Amount::ZERO,
        ..TypeSpec::standard(TypeId(2), "ETH-B", ETH, FEED)
    });
    assert_eq!(State::genesis(&genesis).map(drop), Ok(()));
    genesis.types.push(TypeSpec::standard(TypeId(3), "ETH-C", ETH, FEED));
    assert!(matches!(
        State::genesis(&genesis).map(drop),
        Err(BadGenesis::BadType {
            fault: ParameterFault::DebtFloorTooLow { .. },
            ..
        })
    ));
}

/// Break many vaults while nothing can be sold, so that each block looks at them over and over.
#[test]
fn vaults_that_all_stay() {
    const VAULTS: u64 = 100_000;
    let mut genesis = genesis();
    genesis.types[0].auction.ceiling = ballast_num::Amount::ZERO;
    genesis.opening.vaults.extend((0..VAULTS).map(|number| OpeningVault {
        owner: who("mallory"),
        collateral_type: KIND,
        collateral: coins(1),
        normalized_debt: ballast_num::NormalizedDebt::from_raw(coins(1_200).raw() + u128::from(number)),
        deposit: ballast_num::Amount::ZERO,
    }));
    let mut state = State::genesis(&genesis).unwrap();
    let world = World::new();
    let result = apply_block(&mut state, &world.next(12, Some(Price::whole(1_420)), Vec::new())).unwrap();
    assert_eq!(seizures(&result.events), []);
    let waiting = Event::WorkCarriedOver {
        collateral_type: KIND,
        vaults: VAULTS,
    };
    assert!(result.events.contains(&waiting));
    // Nothing but looks of two units: for its type's share, and once more for what the share left.
    let mut next = world.next(12, None, Vec::new());
    next.height = Height(2);
    next.time = state.chain().time.after(Seconds(12)).unwrap();
    let result = apply_block(&mut state, &next).unwrap();
    assert_eq!(result.work, 2 * 2 * VAULTS);
}

/// Keep exits waiting by vaults that the round may not take more of.
#[test]
fn spared_vaults_that_count_as_work() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         bob: open; deposit 10; draw 12000
         price 1500             -> no VaultSeized
         price 1500             -> VaultSeized, no WorkCarriedOver
         wait 12                -> no VaultSeized, no WorkCarriedOver",
    );
    assert_eq!((world.debt(2), world.debt(3)), (coins(9_600), coins(9_600)));
}

/// Break a thousand vaults of one type, so that another's wait until they are bad debt.
#[test]
fn one_type_starves_another() {
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 60 * 4;
        genesis.types[0].peer.floor = Bounds::Waived;
        let other = TypeId(2);
        genesis.feeds.push(FeedSpec {
            confirm_rounds: 0,
            ..FeedSpec::standard(FeedId(2), "BTC-USD", 11)
        });
        genesis.types.push(TypeSpec {
            peer: genesis.types[0].peer,
            collateral: AssetId(1),
            liquidation_deposit: ballast_num::Amount::ZERO,
            ..TypeSpec::standard(other, "ETH-B", ETH, FEED)
        });
        let vault = |collateral_type| OpeningVault {
            owner: who("mallory"),
            collateral_type,
            collateral: coins(10),
            normalized_debt: ballast_num::NormalizedDebt::from_raw(coins(12_000).raw()),
            deposit: ballast_num::Amount::ZERO,
        };
        genesis.opening.vaults.extend(vec![vault(KIND); 20]);
        genesis.opening.vaults.push(vault(other));
    });
    // Half of the work is the other type's; what it leaves passes on.
    let vaults = seized(&mut world, 1_300);
    assert!(vaults.contains(&22), "{vaults:?}");
    assert_eq!(vaults.len(), 4);
}

/// Fill the block with calls, so that the engine has no work left for what matters.
#[test]
fn callers_crowd_the_engine_out() {
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 1_200;
        genesis.types[0].peer.floor = Bounds::Waived;
    });
    for _ in 0..8 {
        world.check("mallory: open; deposit 10; draw 12000");
    }
    let calls = ["keeper: liquidate #2", "keeper: liquidate #3", "keeper: liquidate #4"];
    let result = world.block(12, Some(Price::whole(1_400)), &calls);
    // A fifth of 1200 is two calls of 110 units.
    assert_eq!(
        result
            .receipts
            .iter()
            .map(|receipt| outcome(receipt)[0].clone())
            .collect::<Vec<_>>(),
        ["Done", "Done", "NotAdmitted"]
    );
    assert_eq!(seizures(&result.events).len(), 6);
}

/// A crash breaks more than a block can do: the rest goes in the next blocks without a new price, and meanwhile takes
/// only what makes it safer.
#[test]
fn escaping_while_carried_over() {
    let mut world = work_for(1);
    world.check(
        "alice: open; deposit 10; draw 12000
         mallory: open; deposit 10; draw 11900
         bob: open; deposit 10; draw 11800
         price 1400           -> VaultSeized, WorkCarriedOver",
    );
    let lines = [
        "mallory: withdraw 1",
        "mallory: draw 1",
        "mallory: give #3 to bob",
        "mallory: split 5 5000",
        "bob: repay 4000",
    ];
    let result = world.block(12, None, &lines);
    let outcomes: Vec<String> = result
        .receipts
        .iter()
        .map(|receipt| outcome(receipt).swap_remove(1))
        .collect();
    // bob repaid before the liquidations of the block, and is free: frozen is what a price makes of a vault, no record.
    assert_eq!(outcomes[4], "DebtRepaid");
    assert_eq!(
        seizures(&result.events).iter().map(|one| one.vault).collect::<Vec<_>>(),
        [VaultId(3)]
    );
    world.check("wait 12 -> no VaultSeized");
    assert!(world.debt(4) == coins(7_800));
    // The same while mallory's vault still waits.
    let mut world = work_for(1);
    world.check(
        "alice: open; deposit 10; draw 12000
         mallory: open; deposit 10; draw 11900
         bob: open; deposit 10; draw 11800
         bob: open; deposit 10; draw 11700
         price 1400           -> VaultSeized",
    );
    let lines = [
        "bob: withdraw 1 #4",
        "bob: draw 1 #4",
        "bob: give #4 to alice",
        "bob: split 5 5000 #4",
    ];
    for receipt in world.block(12, None, &lines).receipts {
        assert!(outcome(&receipt).contains(&"Frozen".to_owned()), "{receipt:?}");
    }
}

/// Earn more by liquidating than the owner is fined: then it pays to break one's own vaults.
#[test]
fn pay_above_the_penalty() {
    let mut world = World::with_type(|spec| {
        spec.caller_share = Ratio::percent(50);
        spec.auction.keeper_flat = coins(1_000);
    });
    world.check("mallory: open; deposit 10; draw 12000");
    let before = (world.balance(COIN, "keeper"), world.balance(ETH, "keeper"));
    // At 1370 the lot is worth 1.1417 of its debt: the whole penalty of 13 % is there to be paid, and no more.
    let calls = ["keeper: liquidate #2"];
    let result = world.block(12, Some(Price::whole(1_370)), &calls);
    assert!(outcome(&result.receipts[0]).contains(&"VaultSeized".to_owned()));
    let gained = world.balance(COIN, "keeper").try_sub(before.0).unwrap();
    let ether = world.balance(ETH, "keeper").try_sub(before.1).unwrap();
    let worth = gained.raw() + ether.raw() * 1_370;
    assert!(worth > 0 && worth <= coins(1_560).raw(), "{worth}");
    let told: Vec<_> = result.receipts[0]
        .events
        .iter()
        .filter(|event| matches!(event, Event::KeeperPaid { .. }))
        .collect();
    assert!(told.len() <= 1, "{:?}", names(&result.receipts[0].events));
}

/// Call for one's own liquidation with a deposit in the pool: the caller's share eats the penalty, the discount becomes a
/// loss of the reserve, and the depositor shares it.
#[test]
fn a_discount_that_the_reserve_pays_for() {
    let mut world = World::with_type(|spec| {
        spec.caller_share = Ratio::percent(50);
        spec.pool.cooldown = ballast_num::Seconds::ZERO;
        spec.line = coins(1_000_000);
    });
    world.check(
        "mallory: open; deposit 10; draw 12000
         mallory: first-loss 5000
         mallory: enter 50000
         price 2000             -> PoolEntered",
    );
    let books = world.books();
    // At 1370 the penalty of 1560 first bears the pool's discount of 12000 × 5 ÷ 95.
    let result = world.block(12, Some(Price::whole(1_370)), &["mallory: liquidate #2"]);
    let told = names(&result.receipts[0].events);
    assert!(
        told.contains(&"PoolBought".to_owned()) && !told.contains(&"LossAbsorbed".to_owned()),
        "{told:?}"
    );
    assert_eq!(world.books().first_loss, books.first_loss);
}
