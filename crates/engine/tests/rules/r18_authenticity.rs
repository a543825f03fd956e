//! R18: collateral that is suddenly more than it was backs no new debt; and that stops nothing else.

use ballast_engine::{BadGenesis, State, apply_block, invariants};
use ballast_num::{Price, Ratio, Seconds};
use ballast_protocol::{
    BlockResult, FeedId, FeedSpec, GrowthSpec, Observation, ParameterFault, SourceId, SupplyWatch, TypeId, TypeSpec,
};

use crate::common::{FEED, KIND, World, genesis, outcome};

const SUPPLY: FeedId = FeedId(9);
/// First of its five sources.
const SOURCE: u32 = 90;
const MILLION: u32 = 1_000_000;

/// Ether is watched as collateral of the first type, 100 million of it; the second takes the same, unwatched.
fn watched() -> World {
    World::with(|genesis| {
        genesis.feeds.push(FeedSpec {
            confirm_rounds: 0,
            ..FeedSpec::supply(SUPPLY, "ETH", SOURCE)
        });
        genesis.opening.prices.push((SUPPLY, Price::whole(100 * MILLION)));
        genesis.types[0].growth.supply = Some(SupplyWatch {
            feed: SUPPLY,
            sigmas: Ratio::percent(300),
        });
        genesis.types.push(TypeSpec {
            growth: GrowthSpec::standard(),
            ..genesis.types[0].clone()
        });
        genesis.types[1].id = TypeId(2);
        for spec in &mut genesis.types {
            spec.peer.floor = ballast_protocol::Bounds::Waived;
        }
    })
}

/// A block in which ether stands at 2000 and its supply is said to be so much, with these transactions.
fn block(world: &mut World, seconds: u64, supply: Option<u32>, lines: &[&str]) -> BlockResult {
    said(world, seconds, 2_000, supply, lines)
}

fn said(world: &mut World, seconds: u64, price: u32, supply: Option<u32>, lines: &[&str]) -> BlockResult {
    let transactions = lines.iter().map(|line| world.transaction(line)).collect();
    let mut block = world.next(seconds, Some(Price::whole(price)), transactions);
    let words = (SOURCE..SOURCE + 5).map(|source| (source, supply));
    block.observations.extend(words.filter_map(|(source, supply)| {
        Some(Observation {
            feed: SUPPLY,
            source: SourceId(source),
            price: Price::whole(supply?),
            time: block.time,
        })
    }));
    let result = apply_block(&mut world.state, &block).unwrap_or_else(|invalid| panic!("{invalid}"));
    invariants::check_all(&world.state).unwrap_or_else(|breach| panic!("{breach}"));
    result
}

/// What came of the last line of a block.
fn came(result: &BlockResult) -> String {
    let last = result.receipts.last().expect("there is a transaction");
    outcome(last).join(" ")
}

const DRAW: &str = "alice: open; deposit 10; draw 1000";

/// Forge a twentieth of all ether, deposit it, draw.
#[test]
fn forged_collateral_backs_no_new_debt() {
    let mut world = watched();
    assert!(
        came(&block(&mut world, 12, Some(102 * MILLION), &[DRAW])).starts_with("Done"),
        "2 % may be honest"
    );
    let mut world = watched();
    // In the very block whose round says so.
    let result = block(&mut world, 12, Some(105 * MILLION), &[DRAW]);
    assert_eq!(came(&result), "Failed SupplyJump");
    // Nor by a vault that is there already, nor after another round.
    let again = ["bank: draw 1000"];
    assert_eq!(
        came(&block(&mut world, 12, Some(105 * MILLION), &again)),
        "Failed SupplyJump"
    );
    // A jump beyond the feed's own limit is not even believed at first.
    let mut world = watched();
    let jump = block(&mut world, 12, Some(200 * MILLION), &[DRAW]);
    assert_eq!(came(&jump), "Failed SupplyJump");
}

/// The watch as a weapon: who can move the supply stops others' protection, sales or other types.
#[test]
fn a_watch_that_stops_more_than_new_debt() {
    let mut world = watched();
    block(
        &mut world,
        12,
        None,
        &[
            "alice: open; deposit 10; draw 12000",
            "bob: open; deposit 10",
            "carol: open; deposit 10; draw 5000",
        ],
    );
    let lines = [
        "alice: repay 500",
        "alice: deposit 1",
        "bob: withdraw 10",
        "carol: withdraw 1",
        "carol: repay all",
    ];
    let result = block(&mut world, 12, Some(110 * MILLION), &lines);
    for (line, receipt) in lines.iter().zip(&result.receipts) {
        assert_eq!(outcome(receipt)[0], "Done", "{line}");
    }
    let mut other = world.transaction("dave: open; deposit 10; draw 1000");
    other.commands[0] = ballast_protocol::Command::OpenVault {
        collateral_type: TypeId(2),
    };
    let result = world.apply(12, Some(Price::whole(2_000)), vec![other]);
    assert_eq!(outcome(&result.receipts[0])[0], "Done", "another type goes on");
    let fall = said(&mut world, 12, 1_200, Some(110 * MILLION), &[]);
    let seized = crate::common::names(&fall.events);
    assert!(seized.contains(&"VaultSeized".to_owned()), "{seized:?}");
}

/// Forge by steps so small that none is a jump: the mean remembers a day.
#[test]
fn forging_by_small_steps() {
    let mut world = watched();
    let mut lent = Vec::new();
    for step in 1..=20_u32 {
        // A quarter of a percent every ten minutes.
        let supply = 100 * MILLION + step * 250_000;
        let result = block(&mut world, 600, Some(supply), &["alice: open; deposit 1; draw 600"]);
        lent.push(came(&result).starts_with("Done"));
    }
    let stopped = lent.iter().position(|done| !done).expect("it is stopped");
    assert!(
        stopped < 18,
        "at 4.5 % at the latest, while the mean follows: {stopped}"
    );
    assert!(lent[..8].iter().all(|done| *done), "2 % are no forgery");
    assert!(lent[stopped..].iter().all(|done| !done), "and it stays stopped");
}

/// Nobody confirms a forgery, and nobody has to deny one: the stop lapses when the mean has caught up.
#[test]
fn a_stop_that_never_ends() {
    let mut world = watched();
    assert_eq!(
        came(&block(&mut world, 600, Some(103 * MILLION), &[DRAW])),
        "Failed SupplyJump"
    );
    let lapsed = (0..144).find(|_| came(&block(&mut world, 600, Some(103 * MILLION), &[DRAW])).starts_with("Done"));
    assert!(lapsed.is_some(), "within the mean's window of a day");
    // A supply that falls is no forgery.
    assert!(came(&block(&mut world, 600, Some(90 * MILLION), &[DRAW])).starts_with("Done"));
}

/// Silence the sources of the supply first: then nothing is known, and nothing is lent.
#[test]
fn drawing_while_nobody_watches() {
    let mut world = watched();
    for _ in 0..3 {
        assert!(came(&block(&mut world, 600, None, &["alice: open; deposit 1; draw 600"])).starts_with("Done"));
    }
    assert_eq!(came(&block(&mut world, 600, None, &[DRAW])), "Failed Stale");
    assert!(
        came(&block(&mut world, 12, Some(100 * MILLION), &[DRAW])).starts_with("Done"),
        "heard again"
    );
}

/// A feed that would excuse its own jump, that has no mean, or that is the price's own.
#[test]
fn a_watch_that_sees_nothing() {
    let fault = |change: fn(&mut FeedSpec), feed, sigmas| {
        let mut genesis = genesis();
        let mut supply = FeedSpec::supply(SUPPLY, "ETH", SOURCE);
        change(&mut supply);
        genesis.feeds.push(supply);
        let sigmas = Ratio::percent(sigmas);
        genesis.types[0].growth.supply = Some(SupplyWatch { feed, sigmas });
        State::genesis(&genesis).map(drop).err()
    };
    let bad = Some(BadGenesis::BadType {
        collateral_type: KIND,
        fault: ParameterFault::BadSupplyFeed,
    });
    assert_eq!(fault(|_| (), SUPPLY, 300), None);
    assert_eq!(fault(|_| (), SUPPLY, 330), bad);
    assert_eq!(fault(|_| (), FEED, 0), bad);
    assert_eq!(fault(|feed| feed.mean_window = Seconds(3_599), SUPPLY, 0), bad);
    let forgetful = FeedSpec::standard(SUPPLY, "", 1).variance_decay;
    assert_ne!(forgetful, FeedSpec::supply(SUPPLY, "", 1).variance_decay);
    assert_eq!(
        fault(
            |feed| feed.variance_decay = FeedSpec::standard(SUPPLY, "", 1).variance_decay,
            SUPPLY,
            100
        ),
        bad
    );
    assert_eq!(
        fault(|_| (), FeedId(77), 300),
        Some(BadGenesis::UnknownFeed(FeedId(77)))
    );
}
