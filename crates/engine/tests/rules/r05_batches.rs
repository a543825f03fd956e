//! R5: what a batch may put off to its end, and what it may not.

use crate::common::{COIN, World, outcome};
use ballast_num::Amount;
use ballast_protocol::coins;

/// Draw, repay, and let a friend draw the room again: as much debt as one likes passes under any ceiling.
#[test]
fn refilling_a_ceiling_inside_a_block() {
    let mut world = World::with_type(|spec| spec.debt_ceiling = coins(8_010_000));
    let lines = [
        "alice: open; deposit 10; draw 10000; repay all",
        "bob: open; deposit 10; draw 10000",
    ];
    let receipts = world.block(12, None, &lines).receipts;
    assert!(outcome(&receipts[0]).contains(&"Done".to_owned()));
    assert!(
        outcome(&receipts[1]).contains(&"CeilingExceeded".to_owned()),
        "{receipts:?}"
    );
    world.check("bob: open; deposit 10; draw 10000 -> DebtDrawn");
    // The same under the ceiling of all types.
    let mut world = World::with(|genesis| genesis.limits.debt_ceiling = coins(8_010_000));
    let receipts = world.block(12, None, &lines).receipts;
    assert!(
        outcome(&receipts[1]).contains(&"GlobalCeilingExceeded".to_owned()),
        "{receipts:?}"
    );
}

/// Draw first and never bring the collateral.
#[test]
fn a_draw_that_its_batch_never_covers() {
    let mut world = World::new();
    world.check(
        "alice: open; draw 12000; deposit 10     -> DebtDrawn
         bob: open; draw 12000                   -> Frozen
         bob: open; deposit 10; draw 12000; withdraw 1 -> BelowInitialRatio
         bob: open; deposit 10; draw 499         -> BelowDebtFloor
         bob: open; deposit 10; draw 12000; split 1 400 -> BelowDebtFloor",
    );
}

/// Spend what only a later command would bring.
#[test]
fn spending_what_is_not_there_yet() {
    let mut world = World::new();
    world.check(
        "mallory: send 1000001 USD to bob; open; deposit 10; draw 12000 -> InsufficientBalance
         mallory: open; deposit 10; draw 12000; send 1000001 USD to bob -> Done
         mallory: withdraw 1000; deposit 1000                           -> TooMuch",
    );
}

/// Make one's own vault unsafe for the length of a batch and liquidate it at the reserve's cost (Euler, 2023).
#[test]
fn liquidating_oneself_inside_a_batch() {
    let mut world = World::new();
    world.check(
        "mallory: open; deposit 10; draw 12000
         mallory: withdraw 9; liquidate #2; deposit 9 -> NotInBatch
         alice: open; deposit 10; draw 12000
         price 1400                                   -> AuctionStarted
         mallory: deposit 1 #1; take 1 of #1 at 2000  -> NotInBatch",
    );
}

/// Change everything, then fail: see what is left of it.
#[test]
fn a_failed_batch_that_leaves_a_trace() {
    let mut world = World::new();
    world.check("alice: open; deposit 10; draw 12000");
    let (ether, coin) = (world.balance(crate::common::ETH, "alice"), world.balance(COIN, "alice"));
    world
        .check("alice: repay 5000; split 2 1000; withdraw 1 #2; send 10 ETH to bob; draw 3100 #2 -> BelowInitialRatio");
    assert_eq!(
        (world.debt(2), world.collateral(2), world.debt(3)),
        (coins(12_000), coins(10), Amount::ZERO)
    );
    assert_eq!(
        (world.balance(crate::common::ETH, "alice"), world.balance(COIN, "alice")),
        (ether, coin)
    );
}

/// Touch so many vaults that one of them is no longer remembered.
#[test]
fn hiding_a_vault_among_many() {
    let mut world = World::new();
    for _ in 0..20 {
        world.check("mallory: open; deposit 10; draw 12000");
    }
    let deposits: Vec<String> = (2..22).map(|vault| format!("deposit 1 #{vault}")).collect();
    let deposits = deposits.join("; ");
    world.check(&format!(
        "mallory: {deposits}; draw 2300 #2      -> BelowInitialRatio
         mallory: {deposits}; draw 2300 #21     -> BelowInitialRatio
         mallory: {deposits}; withdraw 1.8 #15    -> BelowInitialRatio
         mallory: {deposits}; liquidate #2      -> NotInBatch
         mallory: {deposits}; liquidate #21     -> NotInBatch
         mallory: {deposits}; draw 2000 #2; draw 2000 #21 -> DebtDrawn"
    ));
}

/// Take a ceiling's room with coins that nothing stands behind, give them back in the same batch, and do so in every block.
#[test]
fn emptying_a_ceiling_with_coins_that_nothing_backs() {
    let mut world = World::with_type(|spec| {
        spec.debt_ceiling = coins(8_060_000);
        spec.flash_ceiling = coins(20_000);
    });
    let lines = [
        "mallory: open; draw 60000; repay all",
        "mallory: open; draw 20000; repay all",
        "mallory: open; draw 600; repay all",
        "alice: open; deposit 10; draw 12000",
    ];
    let results = world.block(12, None, &lines).receipts;
    let refused = |at: usize| outcome(&results[at]).contains(&"FlashCeilingExceeded".to_owned());
    // The cap is the block's, not the batch's; those who bring collateral first do not need it.
    assert!(refused(0) && !refused(1) && refused(2), "{results:?}");
    assert!(
        outcome(&results[1]).contains(&"Done".to_owned()) && outcome(&results[3]).contains(&"DebtDrawn".to_owned())
    );
    world.check("mallory: open; draw 20000; repay all -> Done");
}

/// Draw against collateral and take it away for a while: by withdrawing it, or by splitting the debt off it.
#[test]
fn hiding_from_the_flash_ceiling() {
    let mut world = World::with_type(|spec| spec.flash_ceiling = coins(20_000));
    world.check(
        "mallory: open; deposit 100; draw 120000; withdraw 100; deposit 100 -> FlashCeilingExceeded
         mallory: open; deposit 100; draw 120000; split 0 120000; repay 60000 -> FlashCeilingExceeded
         mallory: open; deposit 100; draw 120000                 -> Done
         mallory: withdraw 90; deposit 90                        -> FlashCeilingExceeded
         mallory: withdraw 10; deposit 10                        -> Done",
    );
    // What moves between the vaults of a batch is counted once: 10000 here, though two vaults owe it in turn.
    let mut world = World::with_type(|spec| spec.flash_ceiling = coins(10_000));
    world.check(
        "mallory: open; deposit 10; draw 10000
         mallory: open; draw 10000; merge #3 into #2; repay 10000 #2 -> VaultsMerged",
    );
}
