//! R16: whatever makes the coin, a limit bounds how much; R18: a type takes new debt no faster than its gap and its age let it.

use ballast_engine::{BadGenesis, State};
use ballast_num::{Amount, Ratio, Seconds};
use ballast_protocol::{FlowLimit, Outcome, Rejected, coins};

use crate::common::{COIN, World, genesis, names, outcome, who};

/// A reserve of which a million coins an hour may be made.
fn limited() -> World {
    World::with(|genesis| {
        genesis.limits.mint = FlowLimit {
            floor: coins(1_000_000),
            share: Ratio::ZERO,
            window: Seconds::HOUR,
        };
    })
}

/// A fault, or a mistake such as a ceiling of all the world's money, lets twenty accounts draw what they like in one block.
#[test]
fn a_fault_that_mints_without_end() {
    let mut world = limited();
    world.check("authority: set ceiling 1000000000");
    let before = world.state.ledger().supply(COIN);
    let lines: Vec<String> = (0..21)
        .map(|turn| {
            let name = ["alice", "bob", "carol", "dave", "keeper", "mallory", "bank"][turn % 7];
            format!("{name}: open; deposit 80; draw 99000")
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let receipts = world.block(12, None, &lines).receipts;
    let done = receipts
        .iter()
        .filter(|receipt| receipt.outcome == Outcome::Done)
        .count();
    assert_eq!(done, 10, "10 × 99,000 are within a million, 11 are not");
    assert_eq!(outcome(&receipts[10])[1], "MintLimit");
    let made = |world: &World| world.state.ledger().supply(COIN).try_sub(before).unwrap();
    assert_eq!(made(&world), coins(990_000));
    // What is told would work does: 10,000 at once, and after the time that it says, all of it.
    let Outcome::Failed {
        reason: Rejected::MintLimit { room, wait, .. },
        ..
    } = receipts[10].outcome
    else {
        panic!("{:?}", receipts[10]);
    };
    assert_eq!((room, wait), (coins(10_000), Seconds(3_564)));
    world.check(
        "alice: deposit 20; draw 13334  -> MintLimit    // 12 s free 3333.33 more
         alice: deposit 20; draw 16666  -> DebtDrawn    // 24 s: 6666.66",
    );
}

/// Wait for the turn of an hour and draw twice: the window has no turn.
#[test]
fn a_limit_that_is_doubled_at_the_turn_of_its_window() {
    let mut world = limited();
    world.check(
        "pass 3540
         alice: open; deposit 1000; draw 1000000
         pass 120
         bob: open; deposit 100; draw 37000     -> MintLimit    // 132 s free 36666
         pass 1800
         bob: open; deposit 500; draw 536000    -> Done         // 144 + 1800 s free 540000",
    );
}

/// Coins that are burned make room again, so that nobody takes it from others by drawing and repaying.
#[test]
fn using_up_the_limit_by_going_to_and_fro() {
    let mut world = limited();
    world.check(
        "mallory: open; deposit 800; draw 900000; repay 900000; draw 900000; repay 900000
         mallory: draw 900000
         bob: open; deposit 500; draw 500000    -> MintLimit
         mallory: repay 900000
         bob: open; deposit 800; draw 900000    -> Done",
    );
}

/// The limit refuses the transaction as a whole and takes its fee.
#[test]
fn a_refused_transaction_leaves_nothing_but_its_fee() {
    let mut world = World::with(|genesis| {
        genesis.limits.work_price = Amount::from_raw(10_000_000_000_000);
        genesis.limits.mint.floor = coins(1_000);
        genesis.limits.mint.share = Ratio::ZERO;
    });
    let (vaults, held) = (world.state.vaults().len(), world.balance(COIN, "alice"));
    let receipt = world.send("alice: open; deposit 10; draw 1001; send 1001 USD to bob");
    assert_eq!(outcome(&receipt), ["Failed", "MintLimit"]);
    let fee = receipt.fee.expect("it was admitted");
    assert_eq!((world.state.vaults().len(), fee.payer), (vaults, who("alice")));
    assert!(!fee.amount.is_zero());
    assert_eq!(world.balance(COIN, "alice"), held.try_sub(fee.amount).unwrap());
    // In a batch only what it leaves behind counts.
    world.check("alice: open; deposit 10; draw 1500; repay 500");
}

/// A limit that is used up, or interest beyond it, stops no liquidation, sale, repayment or deposit: it is no weapon.
#[test]
fn a_limit_that_stops_protection_is_a_weapon() {
    let mut world = World::with(|genesis| {
        genesis.limits.mint.floor = coins(12_000);
        genesis.limits.mint.share = Ratio::ZERO;
        // 2,000 coins an hour of eight million: more than the limit lets drain.
        genesis.types[0].stability_fee = ballast_num::Rate::from_raw(1_000_000_070_000_000_000_000_000_000);
        genesis.types[0].peer.floor = ballast_protocol::Bounds::Waived;
        genesis.limits.liquidation_work = 1;
    });
    let supply = world.state.ledger().supply(COIN);
    world.check("alice: open; deposit 10; draw 11900");
    world.pass(3_600);
    world.check("bob: open; deposit 10; draw 600 -> MintLimit");
    assert!(
        world.state.ledger().supply(COIN) > supply.try_add(coins(13_800)).unwrap(),
        "interest is minted all the same"
    );
    world.check(
        "price 1300                              -> WorkCarriedOver
         keeper: deposit 1 #1; liquidate #2      -> VaultSeized, AuctionStarted, KeeperPaid
         keeper: take 10 of #1 at 2000           -> AuctionEnded
         bob: open; deposit 10
         bob: deposit 5
         bob: withdraw 15",
    );
    let events = world.round(ballast_num::Price::whole(1_250)).events;
    assert!(names(&events).iter().all(|name| name != "TypeClosedToNewDebt"));
}

/// A gap of 100,000 an hour, drawn at the end of one hour and again at the start of the next.
#[test]
fn a_gap_that_is_doubled_at_the_turn_of_the_hour() {
    let mut world = World::with_type(|spec| spec.growth.debt_gap = coins(100_000));
    world.check(
        "pass 3540
         alice: open; deposit 1000; draw 100000
         bob: open; deposit 100; draw 600   -> GapExceeded  // 12 s free 333.33
         pass 60
         bob: open; deposit 100; draw 2400  -> GapExceeded  // 84 s: 2333.33
         bob: open; deposit 100; draw 2600  -> Done         // 96 s: 2666.66
         mallory: open; deposit 500; draw 600; repay 600 -> GapExceeded
         alice: repay 100000
         mallory: open; deposit 500; draw 90000; repay 90000; draw 90000; repay 90000
         bob: draw 97000                    -> DebtDrawn    // net: nobody's to and fro has used it up",
    );
}

/// Interest on what is owed already is no new debt.
#[test]
fn interest_uses_up_no_gap() {
    let mut world = World::with_type(|spec| {
        spec.growth.debt_gap = coins(1_000);
        spec.stability_fee = ballast_num::Rate::from_raw(1_000_000_070_000_000_000_000_000_000);
    });
    world.check(
        "pass 3600      -> InterestAccrued
         alice: open; deposit 10; draw 1001 -> GapExceeded
         alice: open; deposit 10; draw 999  -> Done",
    );
}

/// A fresh type is filled to its ceiling on its first day.
#[test]
fn a_fresh_type_that_lends_all_at_once() {
    let mut world = World::with_type(|spec| {
        spec.growth.ramp = Seconds(7_200);
        spec.debt_ceiling = coins(9_000_000);
    });
    world.check(
        "alice: open; deposit 1000; draw 1000   -> CeilingExceeded  // eight million are owed since genesis
         pass 6300                                                  // 7.9 of nine million
         alice: open; deposit 1000; draw 1000   -> CeilingExceeded
         pass 120                                                   // 8.05 million
         alice: open; deposit 1000; draw 40000  -> Done
         alice: draw 100000                     -> CeilingExceeded
         pass 1200
         alice: draw 900000                     -> DebtDrawn",
    );
}

/// Limits that are none, or that never open again, are refused at genesis.
#[test]
fn a_limit_out_of_bounds() {
    let refused = |mint: FlowLimit| {
        let mut genesis = genesis();
        genesis.limits.mint = mint;
        matches!(State::genesis(&genesis), Err(BadGenesis::BadLimits(what)) if what.starts_with("mint "))
    };
    let standard = FlowLimit::standard_mint();
    assert!(!refused(standard) && refused(FlowLimit::NONE));
    for (window, is_refused) in [(3_599, true), (3_600, false), (604_800, false), (604_801, true)] {
        let window = Seconds(window);
        assert_eq!(refused(FlowLimit { window, ..standard }), is_refused, "{window}");
    }
    let share = Ratio::percent(101);
    assert!(refused(FlowLimit { share, ..standard }));
    for (ramp, gap, is_refused) in [
        (31_536_001, 1, true),
        (31_536_000, 1 << 60, false),
        (0, (1 << 60) + 1, true),
    ] {
        let mut genesis = genesis();
        (genesis.types[0].growth.ramp, genesis.types[0].growth.debt_gap) = (Seconds(ramp), coins(gap));
        assert_eq!(State::genesis(&genesis).is_err(), is_refused, "{ramp} {gap}");
    }
}
