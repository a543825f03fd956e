//! R10: lots that nobody can buy are shared out over the other vaults (docs/sharing.md).

use ballast_num::Amount;
use ballast_protocol::{Event, LotShared, Sharing, Trigger, VaultClosed, VaultId, coins};

use crate::common::World;

/// Alice, vault 2, owes 12,000 against 10 ether, Carol, vault 3, 1,000 against 10; the bank's is vault 1. No auction may
/// start, and the pool is empty.
fn crowded(change: impl FnOnce(&mut ballast_protocol::TypeSpec)) -> World {
    let mut world = World::with_type(|spec| {
        spec.sharing = Sharing::WhenCovered;
        spec.auction.ceiling = Amount::ZERO;
        change(spec);
    });
    world.check(
        "alice: open; deposit 10; draw 12000
         carol: open; deposit 10; draw 1000",
    );
    world
}

fn shared(events: &[Event]) -> Vec<LotShared> {
    let shared = events.iter().filter_map(|event| match event {
        Event::LotShared(shared) => Some(*shared),
        _ => None,
    });
    shared.collect()
}

/// A lot that neither pool nor auction has room for goes to the others in the block of its price, debt and all.
#[test]
fn a_lot_that_nobody_can_buy() {
    let mut world = crowded(|_| ());
    let owed = world.books().vault_debt;
    let events = world.round(ballast_num::Price::whole(1_400)).events;
    let lot = shared(&events)[0];
    assert_eq!(
        (lot.vault, lot.collateral, lot.debt),
        (VaultId(2), coins(10), coins(12_000))
    );
    assert!(world.state.vaults().vault(VaultId(2)).is_err());
    // Carol holds 10 of 100,010 ether: of 10 more about a thousandth, of 12,000 coins about 1.2.
    let part = |of: Amount| of.raw() * 10 / 100_010;
    let (held, owes) = (world.collateral(3).raw(), world.debt(3).raw());
    assert!(held.abs_diff(coins(10).raw() + part(coins(10))) <= 3, "{held}");
    assert!(owes.abs_diff(coins(1_000).raw() + part(coins(12_000))) <= 3, "{owes}");
    assert!(world.books().vault_debt >= owed, "debt was lost");
}

/// Where sharing is not allowed, and where a buyer has room, nothing is shared.
#[test]
fn sharing_is_the_last_resort() {
    let mut world = crowded(|spec| spec.sharing = Sharing::Never);
    world.check("price 1400 -> no LotShared, no VaultSeized, WorkCarriedOver");
    let mut world = crowded(|spec| spec.auction.ceiling = coins(1_000_000));
    world.check("price 1400 -> no LotShared, AuctionStarted");
}

/// Open a vault once a lot has been shared out, and get a part of it or bear one.
#[test]
fn attack_a_vault_opened_after_a_sharing() {
    let mut world = crowded(|_| ());
    world.check(
        "price 1400 -> LotShared
         bob: open; deposit 10; draw 1000",
    );
    assert_eq!((world.collateral(4), world.debt(4)), (coins(10), coins(1_000)));
}

/// See the breaking price and close before the lot is shared: the block of the price shares it before any ordinary
/// transaction, and whoever closes then pays his part and takes it along.
#[test]
fn attack_closing_between_the_price_and_the_sharing() {
    let mut world = crowded(|_| ());
    let result = world.block(12, Some(ballast_num::Price::whole(1_400)), &["carol: close"]);
    assert_eq!(shared(&result.events).len(), 1);
    let closed = result.receipts[0].events.iter().find_map(|event| match event {
        Event::VaultClosed(VaultClosed { paid, collateral, .. }) => Some((*paid, *collateral)),
        _ => None,
    });
    let (paid, collateral) = closed.unwrap();
    assert!(paid > coins(1_001) && collateral > coins(10), "{paid} {collateral}");
}

/// What an owner can do in that block: repayments come first, always (rule R18), so who repays all of his debt is out of it.
#[test]
fn who_repays_everything_in_the_block_of_the_price_has_no_part() {
    let mut world = crowded(|_| ());
    let result = world.block(12, Some(ballast_num::Price::whole(1_400)), &["carol: repay all"]);
    assert_eq!(shared(&result.events).len(), 1);
    assert_eq!((world.collateral(3), world.debt(3)), (coins(10), Amount::ZERO));
}

/// Hand a loss on to the other owners: a lot worth less than its debt is never shared. Its vault waits.
#[test]
fn attack_sharing_a_lot_worth_less_than_its_debt() {
    let mut world = crowded(|_| ());
    world.check("price 1199 -> no LotShared, no VaultSeized, WorkCarriedOver");
    assert_eq!((world.collateral(3), world.debt(3)), (coins(10), coins(1_000)));
    world.check("price 1200 -> LotShared");
}

/// Change by a shared lot what a batch has left to be judged at its end.
#[test]
fn attack_sharing_inside_of_a_batch() {
    let mut world = crowded(|spec| spec.peer.trigger = Trigger::CommandOnly);
    world.check(
        "price 1400                       -> no LotShared
         carol: deposit 1; liquidate #2   -> NotInBatch
         carol: liquidate #2; deposit 1   -> LotShared",
    );
}
