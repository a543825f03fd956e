//! R9: a vault answers for what its lots do not bring in, and its owner does not get away from that.

use ballast_num::{Amount, NormalizedDebt, Price, Rate, Ratio, Seconds};
use ballast_protocol::{Curve, Event, LossCause, VaultId, coins};

use crate::common::{KIND, World, outcome};

/// A lot of a fifth of 12,000 at 1500, on an auction whose price falls to `cut` % in a block, and room for no other.
fn on_sale_at(cut: u32) -> World {
    falling(cut, coins(2_712))
}

/// The same with so much room on the auctions.
fn falling(cut: u32, ceiling: Amount) -> World {
    let mut world = World::with_type(|spec| {
        spec.auction.reset_ratio = Ratio::percent(10);
        spec.auction.ceiling = ceiling;
        spec.auction.curve = Curve::Stair {
            cut: Rate::from_raw(u128::from(cut) * 10_000_000_000_000_000_000_000_000),
            step: Seconds(12),
        };
    });
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1500
         price 1500             -> VaultSeized, AuctionStarted",
    );
    let on_sale = world.state.auctions().on_sale(KIND).debt;
    assert_eq!((world.debt(2), on_sale), (coins(9_600), coins(2_400)));
    world
}

fn losses(events: &[Event]) -> Vec<(LossCause, Amount)> {
    let loss = |event: &Event| match event {
        Event::LossAbsorbed { cause, amount, .. } => Some((*cause, *amount)),
        _ => None,
    };
    events.iter().filter_map(loss).collect()
}

fn take_all(world: &mut World) -> Vec<Event> {
    world
        .block(12, None, &["keeper: take 10 of #1 at 2000"])
        .receipts
        .remove(0)
        .events
}

/// Let a lot sell short and keep the rest of the vault's collateral, while the reserve bears the loss.
#[test]
fn walking_away_from_a_lot_that_sold_short() {
    let mut world = on_sale_at(50);
    // 2400 × 1.13 ÷ 1500 = 1.808 ether at 1500 × 1.1 × 0.5 = 825 are 1491.6 of 2400 coins.
    let events = take_all(&mut world);
    assert_eq!(losses(&events), []);
    assert!(
        events.contains(&Event::ShortfallOwed {
            vault: VaultId(2),
            amount: Amount::from_raw(908_400_000_000_000_000_000),
            normalized: NormalizedDebt::from_raw(908_400_000_000_000_000_000),
        }),
        "{events:?}"
    );
    assert_eq!(world.debt(2).raw(), 10_508_400_000_000_000_000_000);
    assert!(world.state.backstop().losses(KIND).bad_debt.is_zero());
}

/// A vault of 8.192 ether and 9600 coins at 2000, safe again, while its lot of 2400 can only sell short; that what its
/// owner tries is refused, and that he then owes the shortfall.
fn held_to_it(before: &str, attempt: &str, refusal: &str) {
    let mut world = on_sale_at(80);
    world.check(&format!("price 2000\n{before}"));
    let owed = world.debt(2);
    let told = outcome(&world.send(attempt));
    assert_eq!(told, ["Failed", refusal], "{attempt}");
    let events = take_all(&mut world);
    assert_eq!(losses(&events), [], "{attempt}");
    // 1.808 ether at 1500 × 1.1 × 0.8³ or less: at least 872.58 are missing.
    let missing = world.debt(2).raw() - owed.raw();
    assert!(missing > coins(872).raw(), "{attempt}: {missing}");
}

/// Close the vault while its lot is on sale.
#[test]
fn attack_closing_before_the_lot_sells_short() {
    held_to_it("", "alice: close #2", "LotsOnSale");
}

/// Repay all and take the collateral out while the lot is on sale.
#[test]
fn attack_withdrawing_before_the_lot_sells_short() {
    held_to_it("alice: repay all", "alice: withdraw 8 #2", "LotsOnSale");
    held_to_it("", "alice: repay all; withdraw 8 #2", "LotsOnSale");
}

/// Draw what the collateral bears, so that it bears nothing more.
#[test]
fn attack_drawing_before_the_lot_sells_short() {
    held_to_it("alice: repay all", "alice: draw 10000 #2", "LotsOnSale");
}

/// Move the collateral into a vault that has no lot, and out of there.
#[test]
fn attack_splitting_the_collateral_off() {
    held_to_it("alice: repay all", "alice: split 8 0 #2", "LotsOnSale");
    held_to_it(
        "",
        "alice: repay all; split 8 0 #2; withdraw 8 #3; close #3",
        "LotsOnSale",
    );
}

/// Merge the vault into one that no auction names.
#[test]
fn attack_merging_the_vault_away() {
    held_to_it("alice: open; deposit 10", "alice: merge #2 into #3", "LotsOnSale");
}

/// Give the vault to someone else, who owes nothing for lots that were not his.
#[test]
fn attack_giving_the_vault_away() {
    held_to_it("", "alice: give #2 to bob", "LotsOnSale");
}

/// Let a delegate do it.
#[test]
fn attack_leaving_by_a_delegate() {
    for attempt in [
        "bob: close #2",
        "bob: repay all #2; withdraw 8 #2",
        "bob: repay all #2; draw 10000 #2",
        "bob: repay all #2; split 8 0 #2",
        "bob: give #2 to bob",
    ] {
        held_to_it("alice: delegate bob", attempt, "LotsOnSale");
    }
}

/// Draw on a vault that has nothing, and merge it into the one that may not draw, before either is judged.
#[test]
fn attack_a_draw_disguised_as_a_merge() {
    held_to_it(
        "alice: repay all",
        "alice: open; draw 10000; merge #3 into #2",
        "NotInBatch",
    );
    // A vault that was judged brings more than it owes: that is welcome.
    let mut world = on_sale_at(50);
    world.check(
        "price 2000
         alice: open; deposit 10; draw 5000
         alice: merge #3 into #2 -> VaultsMerged
         alice: close #2         -> LotsOnSale",
    );
}

/// Repay so much that the shortfall alone would be dust, and leave it to the reserve for that.
#[test]
fn attack_a_shortfall_under_the_debt_floor() {
    let mut world = on_sale_at(70);
    world.check("price 2000\nalice: repay all");
    // At 1500 × 1.1 × 0.7⁴ = 396 a piece it is 1684 short, under a floor of 2000.
    world.check("authority: set floor 2000");
    let events = take_all(&mut world);
    assert_eq!(losses(&events), []);
    assert_eq!(world.debt(2).raw(), 1_683_733_680_000_000_000_000);
    world.check(
        "alice: withdraw 1 -> BelowDebtFloor
         alice: close      -> VaultClosed",
    );
}

/// Be let go when the first of two lots is sold.
#[test]
fn attack_leaving_after_the_first_of_two_lots() {
    let mut world = falling(95, coins(1_000_000));
    world.check(
        "price 1490                    -> VaultSeized
         price 2000
         alice: repay all",
    );
    let lots = |world: &World| world.state.vaults().vault(VaultId(2)).unwrap().seizures.lots();
    assert_eq!(lots(&world), 2);
    world.check("keeper: take 10 of #1 at 3000 -> AuctionEnded");
    assert_eq!(lots(&world), 1);
    world.check(
        "alice: close                  -> LotsOnSale
         alice: deposit 1              -> CollateralDeposited
         keeper: take 1 of #2 at 3000  -> no AuctionEnded
         alice: close                  -> LotsOnSale
         alice: take 10 of #2 at 3000; close -> AuctionEnded, VaultClosed",
    );
}

/// Owe again more than the collateral is worth.
#[test]
fn a_shortfall_that_makes_a_hole() {
    // Without room on the auctions the vault stays at 1190, worth 8.192 × 1190 − 9600 = 148.48 more than it owes.
    let mut world = on_sale_at(50);
    let lines = ["keeper: take 10 of #1 at 2000"];
    let result = world.block(12, Some(Price::whole(1_190)), &lines);
    let lost: u128 = losses(&result.receipts[0].events)
        .iter()
        .map(|(_, amount)| amount.raw())
        .sum();
    assert_eq!(world.debt(2).raw(), 9_748_480_000_000_000_000_000);
    assert_eq!(lost, 759_920_000_000_000_000_000);
}

/// Count a lot for a vault that was seized whole after it: nobody is left to owe what it does not bring in.
#[test]
fn a_lot_whose_vault_is_gone() {
    let mut world = falling(80, coins(1_000_000));
    world.check("price 1000 -> VaultSeized, AuctionStarted");
    assert!(world.state.vaults().vault(VaultId(2)).is_err());
    let events = take_all(&mut world);
    assert!(
        matches!(losses(&events)[..], [(LossCause::Auction(_), _)]),
        "{events:?}"
    );
}
