//! R16, R18: collateral leaves no faster than its limit, and nobody is locked in by what others take out.

use ballast_engine::{BadGenesis, State};
use ballast_num::{Amount, Ratio, Seconds};
use ballast_protocol::{Bounds, FlowLimit, MarketSpec, Module, Outcome, ParameterFault, Rejected, coins};

use crate::common::{ETH, FEED, KIND, MARKET, World, genesis, outcome};

/// The bank has a hundred thousand ether in its vault, of which it may take nearly all; alice has a thousand.
fn with_alice() -> World {
    let mut world = World::new();
    world.check("alice: open; deposit 1000");
    world
}

fn used(world: &World) -> Amount {
    world.state.outflow().used(KIND)
}

/// The whale takes out all that may leave, again and again, so that nobody else gets out.
#[test]
fn a_whale_that_uses_up_the_room() {
    let mut world = with_alice();
    world.check(
        "bank: withdraw 25251       -> OutflowLimit     // a quarter of 101,000 is 25,250
         bank: withdraw 25250
         bank: withdraw 18939       -> OutflowLimit     // a quarter of its 74,750 left is 18,687.5
         bank: withdraw 18680                           // its own share
         bank: withdraw 20          -> OutflowLimit
         alice: withdraw 251        -> OutflowLimit
         alice: withdraw 250                            // hers is as good as ever
         alice: withdraw 1          -> OutflowLimit",
    );
    // And from hour to hour more, whatever the whale does: a quarter of what is hers, less what drains slower.
    for _ in 0..24 {
        world.pass(3_600);
        world.send("bank: withdraw 2000");
        world.send("bank: withdraw 500");
        assert_eq!(world.send("alice: withdraw 6").outcome, Outcome::Done);
    }
}

/// What would work is told.
#[test]
fn the_room_that_is_told_is_there() {
    let mut world = with_alice();
    world.check("bank: withdraw 25250");
    let Outcome::Failed {
        reason: Rejected::OutflowLimit { room, .. },
        ..
    } = world.send("alice: withdraw 600").outcome
    else {
        panic!("she has a quarter");
    };
    assert_eq!(room, coins(250));
    world.check("alice: withdraw 250");
}

/// Deposit and withdraw until the room is gone: it is the net that counts.
#[test]
fn going_to_and_fro_until_the_room_is_gone() {
    let mut world = with_alice();
    world.check("mallory: open");
    for _ in 0..12 {
        world.check(
            "mallory: deposit 1000; withdraw 1000
             mallory: deposit 1000
             mallory: withdraw 1000",
        );
    }
    assert!(
        used(&world) <= coins(1_000),
        "as much as has left since it last came in"
    );
    world.check("bank: withdraw 24000");
}

/// Split the vault and take a share of each part, merge it into another, give it away: what it has taken goes along.
#[test]
fn splitting_a_vault_for_a_second_share() {
    let mut world = with_alice();
    world.check(
        "bank: withdraw 25250
         bank: withdraw 18000
         bank: split 40000 0
         bank: withdraw 2000 #3             -> OutflowLimit
         bank: split 30000 0 #3
         bank: withdraw 2000 #4             -> OutflowLimit
         bank: give #4 to bob
         bob: withdraw 2000 #4              -> OutflowLimit
         bob: open; deposit 1
         bob: merge #4 into #5
         bob: withdraw 2000 #5              -> OutflowLimit
         bank: split 10000 0; withdraw 100  -> OutflowLimit // by one vault that was there before
         bank: open; deposit 10; withdraw 5 #1",
    );
}

/// Twenty accounts that a fault lets take what they like take no more than the limit and their shares, in a block or in many.
#[test]
fn a_drain_by_many() {
    let mut world = with_alice();
    world.check(
        "bank: split 20000 0 #1; split 20000 0 #1; split 20000 0 #1
         bob: open; deposit 1000",
    );
    let before = 102_000;
    for amount in [4_600, 4_600, 3_500, 3_500] {
        let lines = [1, 3, 4, 5].map(|vault| format!("bank: withdraw {amount} #{vault}"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        world.block(12, None, &lines);
    }
    let most = coins(before / 4).try_add(coins(before / 4)).unwrap();
    assert!(
        used(&world) > coins(before / 4),
        "more than leaves freely: {}",
        used(&world)
    );
    assert!(used(&world) <= most);
    for name in ["alice", "bob"] {
        let receipt = world.send(&format!("{name}: withdraw 250"));
        assert_eq!(receipt.outcome, Outcome::Done, "{name}");
    }
}

/// A limit that is used up stops no repayment, deposit, liquidation or take; and who has repaid has his share.
#[test]
fn an_outflow_that_stops_protection_is_a_weapon() {
    let mut world = World::with_type(|spec| spec.peer.floor = Bounds::Waived);
    world.check(
        "alice: open; deposit 100; draw 100000
         bob: open; deposit 10; draw 12000
         bank: withdraw 25027
         bank: withdraw 18000
         alice: close                   -> OutflowLimit
         alice: repay all
         alice: withdraw 25
         bob: deposit 0.1; repay 100
         price 1700
         price 1700                     -> VaultSeized, AuctionStarted
         keeper: take 10 of #1 at 2000
         alice: deposit 50
         alice: draw 1000",
    );
    // What was bought has left and was not counted against anyone.
    let flowed = used(&world);
    world.check("alice: deposit 1");
    assert!(used(&world) < flowed);
}

/// All leave at once: a quarter goes, a quarter of the rest, and the same again a day later.
#[test]
fn a_run_for_the_exit() {
    let mut world = World::new();
    world.check(
        "bank: repay 1000000
         bank: withdraw 25000
         bank: withdraw 18750",
    );
    world.pass(86_400);
    // Others' outflow has not drained yet, but a vault's own share has: a quarter of what is there.
    world.check("bank: withdraw 14000");
    assert_eq!(world.collateral(1), coins(100_000 - 25_000 - 18_750 - 14_000));
}

/// A limit that locks in, or that lets out all at once unseen.
#[test]
fn an_outflow_limit_out_of_bounds() {
    let refused = |outflow: FlowLimit| {
        let mut genesis = genesis();
        genesis.types[0].outflow = outflow;
        matches!(
            State::genesis(&genesis),
            Err(BadGenesis::BadType {
                fault: ParameterFault::OutOfBounds,
                ..
            })
        )
    };
    let standard = FlowLimit::standard_outflow();
    assert!(!refused(standard) && refused(FlowLimit::NONE));
    for (share, is_refused) in [(1, true), (2, false), (100, false), (101, true)] {
        let share = Ratio::percent(share);
        assert_eq!(refused(FlowLimit { share, ..standard }), is_refused, "{share}");
    }
    for (window, is_refused) in [(3_599, true), (3_600, false), (604_800, false), (604_801, true)] {
        let window = Seconds(window);
        assert_eq!(refused(FlowLimit { window, ..standard }), is_refused, "{window}");
    }
}

/// A floor lets out what little there is at once.
#[test]
fn the_last_owner_is_not_kept_for_days() {
    let mut world = World::with_type(|spec| spec.outflow.floor = coins(200_000));
    world.check("alice: open; deposit 1000");
    assert_eq!(outcome(&world.send("alice: close"))[0], "Done");
    world.check("bank: withdraw 90000");
}

/// A run: carol's vault has been broken, mallory's pool or an auction has got what was seized, and the bank has taken out
/// all that everyone may.
fn run(pool: &str) -> World {
    let mut world = World::with(|genesis| {
        let spec = &mut genesis.types[0];
        (spec.pool.cooldown, spec.peer.floor) = (Seconds::ZERO, Bounds::Waived);
        genesis.markets = vec![MarketSpec::standard(MARKET, ETH, FEED)];
    });
    world.check(
        "alice: open; deposit 1000
         bob: open; deposit 100
         carol: open; deposit 800; draw 990000",
    );
    world.check(pool);
    world.check("price 1300\nprice 1300");
    let locked = world.state.ledger().balance(ETH, Module::Vaults(KIND));
    let free = locked.raw() / 4 / coins(1).raw();
    world.check(&format!("bank: withdraw {free}\nbob: withdraw 26 -> OutflowLimit"));
    world
}

/// Buy seized collateral and pay a crumb into a victim's vault, so that what was bought uses up the victim's share.
#[test]
fn a_crumb_that_charges_a_victim() {
    for (pool, attack) in [("mallory: enter 300000", "claim"), ("", "take 240 of #1 at 2000")] {
        let mut world = run(pool);
        let before = world.balance(ETH, "mallory");
        world.check(&format!("mallory: {attack}; deposit 0.001 #2; send 1 ETH to dave"));
        let bought = world.balance(ETH, "mallory").saturating_sub(before);
        assert!(bought > coins(230) && bought < coins(250), "{bought}");
        world.check(
            "alice: withdraw 250
             alice: withdraw 10     -> OutflowLimit",
        );
    }
}

/// Buy seized collateral in a transaction with anything else, so that it uses up what everyone may take out.
#[test]
fn buying_what_fills_the_room() {
    for (pool, attack) in [("mallory: enter 900000", "claim"), ("", "take 250 of #1 at 2000")] {
        let [alone, together] = ["", "; send 1 ETH to dave"].map(|more| {
            let mut world = run(pool);
            world.check(&format!("mallory: {attack}{more}"));
            used(&world)
        });
        assert_eq!(alone, together, "{attack}");
    }
}

/// Sell what was bought in the same transaction, as keepers do, in a run.
#[test]
fn a_run_that_stops_keepers() {
    let mut world = run("");
    world.check("keeper: take 250 of #1 at 2000; sell 250 at 1");
    // What is withdrawn beside it is judged as ever, and what comes in makes room as ever.
    world.check(
        "bob: take 10 of #1 at 2000; withdraw 50        -> OutflowLimit
         bob: take 100 of #1 at 2000; deposit 100; withdraw 100",
    );
}
