//! R7: who goes first when a block cannot do all.

use ballast_num::{Price, Ratio};
use ballast_protocol::{AssetId, Event, FeedId, FeedSpec, OpeningVault, TypeId, TypeSpec, VaultId, coins};

use crate::common::{COIN, ETH, FEED, KIND, World, endow, names, outcome, seizures, who};

/// Work for so many liquidations in a block and none for callers.
fn work_for(liquidations: u64) -> World {
    World::with(|genesis| {
        genesis.limits.liquidation_work = 60 * liquidations;
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

/// Break a thousand vaults of one type, so that another's wait until they are bad debt.
#[test]
fn one_type_starves_another() {
    let mut world = World::with(|genesis| {
        genesis.limits.liquidation_work = 60 * 4;
        let other = TypeId(2);
        genesis.feeds.push(FeedSpec {
            confirm_rounds: 0,
            ..FeedSpec::standard(FeedId(2), "BTC-USD", 11)
        });
        genesis.types.push(TypeSpec {
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
    let mut world = World::with(|genesis| genesis.limits.liquidation_work = 1_200);
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
