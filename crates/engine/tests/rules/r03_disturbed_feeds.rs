//! R3: liquidation survives a disturbed feed. The oracle's own tests hold the rest.

use ballast_engine::apply_block;
use ballast_engine::mechanisms::vault::Admission;
use ballast_num::{Price, Rate, Ratio};
use ballast_protocol::{ClosingCause, Event, FeedState, Outcome, SourceId};

use crate::common::{KIND, World, names, seizures};

/// As the standard has it: more than 15 % in one round halts.
fn halting() -> World {
    let mut world = World::with(|genesis| {
        genesis.feeds[0].confirm_rounds = 3;
        genesis.feeds[0].round_limit = Ratio::percent(15);
    });
    world.check("alice: open; deposit 10; draw 12000");
    world
}

/// Crash so fast that the feed halts, and hope that nobody is liquidated meanwhile.
#[test]
fn a_crash_that_halts_the_feed_stops_no_liquidation() {
    let mut world = halting();
    // Judged at 2000 × 0.85 = 1700 at first, then at 1445: 14450 ÷ 12000 is under 1 + penalty + wick band.
    let first = world.round(Price::whole(1_200)).events;
    assert!(first.iter().any(|event| matches!(
        event,
        Event::FeedStateChanged {
            state: FeedState::Halted,
            ..
        }
    )));
    assert_eq!(seizures(&first), []);
    let seized = seizures(&world.round(Price::whole(1_200)).events)[0];
    // Kind to the owner where he is judged, unkind where the lot is sold.
    assert_eq!(
        (seized.price, seized.price_low),
        (Price::whole(1_445), Price::whole(1_200))
    );
}

/// Borrow against a price that jumped up and that nobody has confirmed.
#[test]
fn borrowing_against_an_unconfirmed_jump() {
    let mut world = halting();
    world.check(
        "price 4000             -> FeedStateChanged
         alice: draw 5000       -> Halted
         alice: withdraw 1      -> Halted
         alice: deposit 1; repay 100",
    );
}

/// One source among five lies, whatever it says.
#[test]
fn a_single_liar_liquidates_nobody() {
    for lie in [1, 1_799, 1_000_000] {
        let mut world = World::new();
        world.check("alice: open; deposit 10; draw 12000");
        for _ in 0..3 {
            let mut block = world.next(12, Some(Price::whole(2_000)), Vec::new());
            block
                .observations
                .iter_mut()
                .filter(|word| word.source == SourceId(5))
                .for_each(|word| {
                    word.price = Price::whole(lie);
                });
            let result = apply_block(&mut world.state, &block).unwrap();
            assert_eq!(seizures(&result.events), []);
        }
        world.check("alice: draw 100 -> DebtDrawn");
    }
}

/// Silence the feed and borrow on its last price; silence it for good and wait for a type that nobody can liquidate.
#[test]
fn borrowing_on_a_feed_that_fell_silent() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 5000
         wait 600               -> FeedStateChanged
         alice: draw 100        -> Stale
         alice: deposit 1; repay 100",
    );
    // T is six hours of host time, at most a minute a block.
    let events: Vec<Event> = (0..361).flat_map(|_| world.block(60, None, &[]).events).collect();
    assert!(names(&events).contains(&"TypeClosedToNewDebt".to_owned()));
    world.check("price 2000");
    world.pass(660);
    world.check(
        "alice: draw 100        -> TypeClosed
         alice: repay all; withdraw 11",
    );
}

/// Send everyone to the wrong cause: a type that interest closed is told of, kept and refused as that, also when its
/// feed falls silent later.
#[test]
fn blaming_the_feed_for_interest_that_does_not_fit() {
    let mut world = World::with_type(|spec| spec.stability_fee = Rate::from_raw(1_000_000_073 * 10_u128.pow(18)));
    world.check("alice: open; deposit 10; draw 1000");
    let told = |events: &[Event]| -> Vec<ClosingCause> {
        let causes = events.iter().filter_map(|event| match event {
            Event::TypeClosedToNewDebt { cause, .. } => Some(*cause),
            _ => None,
        });
        causes.collect()
    };
    let century = world.block(100 * 31_536_000, Some(Price::whole(2_000)), &[]);
    assert_eq!(told(&century.events), [ClosingCause::InterestOverflow]);
    world.pass(660);
    let receipt = world.send("alice: draw 100");
    let refused = match &receipt.outcome {
        Outcome::Failed { reason, .. } => reason.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused,
        format!("{KIND} takes no new debt: its interest outgrew the largest number")
    );
    let silent: Vec<Event> = (0..400).flat_map(|_| world.block(60, None, &[]).events).collect();
    assert_eq!(told(&silent), []);
    let admission = world.state.vaults().totals(KIND).unwrap().admission;
    assert_eq!(admission, Admission::Closed(ClosingCause::InterestOverflow));
    // A type whose feed was silent says so.
    let mut world = World::new();
    let silent: Vec<Event> = (0..400).flat_map(|_| world.block(60, None, &[]).events).collect();
    assert_eq!(told(&silent), [ClosingCause::FeedSilent]);
}
