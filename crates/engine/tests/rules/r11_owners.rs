//! R11: owners can protect themselves, and nobody else can do so at their cost.

use ballast_num::Amount;
use ballast_protocol::coins;

use crate::common::{COIN, ETH, World};

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
