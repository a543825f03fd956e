//! Rule R4, and the state Stale of rule R3.

use ballast_num::Seconds;
use ballast_protocol::{Event, FeedState};

use super::*;

#[test]
fn the_opening_price_ages_like_any_other() {
    let mut chain = Chain::open(spec(), usd(2_000));
    assert_eq!(chain.block(120, &[]).state, FeedState::Live);
    assert_eq!(chain.block(1, &[]).state, FeedState::Stale);
    assert_eq!(
        chain.events,
        [Event::FeedStateChanged {
            feed: FEED,
            state: FeedState::Stale
        }]
    );
    chain.block(1, &[]);
    assert_eq!(chain.events, [], "a state is told once");
}

#[test]
fn stale_below_quorum_though_the_round_is_young() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.advance(100);
    let now = chain.clock.now.raw();
    for source in 1..=3 {
        chain.say(source, usd(2_000), now - 90).unwrap();
    }
    assert_eq!(chain.close().state, FeedState::Live);
    let quote = chain.block(31, &[]);
    assert_eq!((quote.state, quote.age), (FeedState::Stale, Seconds(31)));
}

#[test]
fn only_stale_stops_liquidation() {
    let mut chain = Chain::open(spec(), usd(2_000));
    assert!(chain.block(121, &[]).price(Use::Liquidate).is_err());
    assert!(chain.agreed(6, usd(1_000)).price(Use::Liquidate).is_ok(), "halted");
}

#[test]
fn live_time_stops_only_while_stale() {
    let mut chain = Chain::open(spec(), usd(2_000));
    let mut expected = 0;
    for (seconds, speaks, runs) in [
        (30, true, true),
        (30, false, true),
        (100, false, false),
        (30, false, false),
        (30, true, true),
        (6, true, true),
    ] {
        let words: &[Price] = if speaks { &[usd(2_000); 5] } else { &[] };
        let quote = chain.block(seconds, words);
        assert_eq!(quote.state == FeedState::Stale, !runs);
        expected += if runs { seconds } else { 0 };
        assert_eq!(quote.live_time, Seconds(expected));
    }
}

/// The attack of rule R4: an auction falls to half while the chain stands still.
#[test]
fn a_chain_that_stands_still_moves_no_live_time() {
    let mut chain = Chain::open(spec(), usd(2_000));
    let before = chain.agreed(6, usd(2_000)).live_time;
    let after = chain.agreed(7_200, usd(1_000));
    assert_eq!(
        after.live_time.raw() - before.raw(),
        CLOCK_STEP,
        "two hours of silence are one block's step"
    );
    assert!(chain.closed[0].after_gap, "and the flow restarts the auctions");
}

#[test]
fn a_gap_begins_a_quiet_period_of_host_time() {
    let mut chain = Chain::open(spec(), usd(2_000));
    let last = chain.agreed(6, usd(2_000)).closed;
    let quote = chain.agreed(600, usd(2_000));
    assert!(
        !quote.quiet && !chain.closed[0].after_gap,
        "a gap is longer than its limit"
    );
    let last = Timestamp(last.raw() + 600);

    let quote = chain.agreed(601, usd(2_000));
    assert!(quote.quiet);
    assert_eq!(
        chain.closed,
        [Closed {
            feed: FEED,
            as_of: quote.closed,
            after_gap: true
        }]
    );
    assert!(chain.events.contains(&Event::GapBegan { feed: FEED, last }));
    // 90 s of host time, of which a block gives 30 at most.
    for (seconds, quiet) in [(500, true), (30, true), (30, false)] {
        assert_eq!(chain.agreed(seconds, usd(2_000)).quiet, quiet);
    }
}

#[test]
fn stale_too_long_counts_host_time_without_a_break() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.agreed(30, usd(2_000));
    // Ten blocks of a day each pass 300 s of host time.
    for _ in 0..10 {
        chain.block(86_400, &[]);
        assert!(!chain.oracle.stale_too_long(FEED, &chain.clock));
    }
    chain.block(1, &[]);
    assert!(chain.oracle.stale_too_long(FEED, &chain.clock));
    chain.agreed(1, usd(2_000));
    assert!(!chain.oracle.stale_too_long(FEED, &chain.clock));
    chain.block(121, &[]);
    assert!(
        !chain.oracle.stale_too_long(FEED, &chain.clock),
        "the count starts anew"
    );
}

#[test]
fn a_feed_comes_back_by_sources_alone_if_its_round_is_young() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.advance(100);
    let now = chain.clock.now.raw();
    for (source, time) in [(1, now - 100 + 1), (2, now - 100 + 1), (3, now)] {
        chain.say(source, usd(2_000), time).unwrap();
    }
    chain.close();
    assert!(chain.has_closed());
    // Only source 3 is fresh.
    assert_eq!(chain.block(30, &[]).state, FeedState::Stale);
    chain.advance(6);
    let now = chain.clock.now.raw();
    chain.say(4, usd(2_000), now).unwrap();
    chain.say(5, usd(2_000), now).unwrap();
    let quote = chain.close();
    assert!(!chain.has_closed());
    assert_eq!(quote.state, FeedState::Live);
}

#[test]
fn two_rounds_need_two_seconds() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.block(6, &[usd(2_000); 3]);
    assert!(chain.has_closed());
    // Another block of the same time: the two who have not spoken are no quorum, and the three may not speak again.
    chain.advance(0);
    let now = chain.clock.now.raw();
    assert!(
        (1..=5)
            .map(|source| chain.say(source, usd(1_000), now + 1).is_ok())
            .eq([false, false, false, true, true])
    );
    chain.close();
    assert!(!chain.has_closed());
}
