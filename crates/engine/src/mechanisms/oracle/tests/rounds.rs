//! Rules R2 and R3: which words close a round, which count, and what state they leave.

use ballast_num::{Price, Seconds, Timestamp};
use ballast_protocol::{Event, FeedId, FeedState, ObservationRefused as Refused, RoundNumber, SourceId};
use proptest::prelude::*;

use super::*;
use crate::kernel::table::take_changes;
use crate::mechanisms::oracle::{PRICE_MAX, PRICE_MIN};

#[test]
fn refusals_come_in_order_and_change_nothing() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.agreed(60, usd(2_000));
    chain.advance(10);
    let now = chain.clock.now.raw();
    chain.say(1, usd(2_001), now).unwrap();
    let before = chain.bytes();

    let out = |price| Refused::PriceOutOfBounds {
        price,
        least: PRICE_MIN,
        most: PRICE_MAX,
    };
    let beyond = Price::from_raw(PRICE_MAX.raw() + 1);
    for (source, price, time, refused) in [
        (
            9,
            usd(2_000),
            now,
            Refused::UnknownSource {
                feed: FEED,
                signer: SourceId(9),
            },
        ),
        (2, Price::ZERO, now, out(Price::ZERO)),
        (2, beyond, now, out(beyond)),
        (
            2,
            usd(2_000),
            now + 6,
            Refused::FromTheFuture {
                time: Timestamp(now + 6),
                latest: Timestamp(now + 5),
            },
        ),
        (
            2,
            usd(2_000),
            now - 121,
            Refused::TooOld {
                age: Seconds(121),
                heartbeat: Seconds(120),
            },
        ),
        (
            2,
            usd(2_000),
            now - 10,
            Refused::NotNewer {
                time: Timestamp(now - 10),
                last: Timestamp(now - 10),
            },
        ),
        (
            1,
            usd(2_000),
            now + 1,
            Refused::AlreadyInBlock {
                feed: FEED,
                now: Timestamp(now),
            },
        ),
    ] {
        assert_eq!(chain.say(source, price, time), Err(refused));
    }
    let elsewhere = Observation {
        feed: FeedId(2),
        source: SourceId(1),
        price: usd(1),
        time: Timestamp(now),
    };
    assert_eq!(
        chain.oracle.observe(&elsewhere, Timestamp(now)),
        Err(Refused::UnknownFeed(FeedId(2)))
    );
    assert_eq!(chain.bytes(), before);
}

#[test]
fn refusals_say_what_would_work() {
    let refused = Refused::UnknownSource {
        feed: FEED,
        signer: SourceId(9),
    };
    assert_eq!(refused.to_string(), "source 9 is not registered for feed 1");
}

/// The attack of rule R2: a proposer picks the three observations of four that suit it.
#[test]
fn picking_three_of_four_observations() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.agreed(12, usd(2_000));
    // The market has fallen, and the proposer includes the three highest words of the five.
    let chosen = chain.block(12, &[usd(1_990), usd(1_988), usd(1_986)]);
    // The two that it left out still count with what they said before, so it gained their old words, not a choice.
    assert_eq!(chosen.spot, usd(1_990));
    // A block later they are in, and the round is decided by all.
    chain.advance(12);
    let now = chain.clock.now.raw();
    for (source, price) in [(3, 1_980), (4, 1_975), (5, 1_975)] {
        chain.say(source, usd(price), now).unwrap();
    }
    assert_eq!(chain.close().spot, usd(1_980));
}

#[test]
fn closing_a_round_with_words_from_before_the_last() {
    // Words seen before the last close and withheld until after it do not count toward the next.
    let mut chain = Chain::open(spec(), usd(2_000));
    let closed = chain.block(60, &[usd(2_000), usd(2_000), usd(2_000)]).closed.raw();
    chain.advance(6);
    chain.say(4, usd(1_900), closed - 1).unwrap();
    chain.say(5, usd(1_900), closed).unwrap();
    chain.say(1, usd(1_900), closed + 1).unwrap();
    chain.say(2, usd(1_900), closed + 1).unwrap();
    chain.close();
    assert!(
        !chain.has_closed(),
        "two words are newer than the last close, three make a quorum"
    );
    chain.advance(1);
    chain.say(3, usd(1_900), closed + 2).unwrap();
    assert_eq!(
        chain.close().spot,
        usd(1_900),
        "late words count in the median, if they are fresh"
    );
    assert!(chain.has_closed());
}

#[test]
fn post_dated_words_close_one_round_only() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.advance(60);
    let now = chain.clock.now.raw();
    for source in 1..=3 {
        chain.say(source, usd(2_000), now + 5).unwrap();
    }
    let quote = chain.close();
    assert!(chain.has_closed());
    assert_eq!(
        (quote.round, chain.closed[0].as_of),
        (RoundNumber(2), Timestamp(now + 5))
    );
    // They are still later than the close, by source time, but they have counted.
    for _ in 0..4 {
        chain.block(1, &[]);
        assert!(!chain.has_closed());
    }
}

#[test]
fn an_early_late_word_does_not_shut_its_source_out() {
    let mut chain = Chain::open(spec(), usd(2_000));
    let quote = chain.agreed(60, usd(2_000));
    let closed = quote.closed.raw();
    chain.advance(6);
    chain.say(1, usd(2_100), closed + 1).unwrap();
    chain.close();
    chain.advance(6);
    // A newer word of the same source takes the older one's place while the round is open.
    chain.say(1, usd(1_900), closed + 12).unwrap();
    chain.say(2, usd(1_900), closed + 12).unwrap();
    chain.say(3, usd(1_900), closed + 12).unwrap();
    assert_eq!(chain.close().spot, usd(1_900));
}

#[test]
fn a_round_tells_since_when_a_quorum_has_spoken() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.advance(60);
    let now = chain.clock.now.raw();
    for (source, time) in [(1, now - 9), (2, now), (3, now - 1), (4, now - 30)] {
        chain.say(source, usd(2_000), time).unwrap();
    }
    chain.close();
    let third_latest = Timestamp(now - 9);
    assert_eq!(
        chain.closed,
        [Closed {
            feed: FEED,
            as_of: third_latest,
            after_gap: false
        }]
    );
}

#[test]
fn an_even_number_gives_the_middle_rounded_down() {
    let mut four = spec();
    four.sources.pop();
    let mut chain = Chain::open(four, usd(2_000));
    assert_eq!(
        chain.block(6, &[usd(1_990), usd(2_000), usd(2_003), usd(2_010)]).spot,
        "2001.5".parse().unwrap()
    );
}

#[test]
fn no_one_is_rejected_among_four() {
    let mut four = spec();
    four.sources.pop();
    let mut chain = Chain::open(four, usd(2_000));
    let quote = chain.block(6, &[usd(2_000), usd(2_000), usd(2_000), usd(4_000)]);
    assert_eq!((quote.state, quote.spot), (FeedState::Disputed, usd(2_000)));
}

#[test]
fn a_liar_among_five_is_rejected_and_counted() {
    let mut chain = Chain::open(spec(), usd(2_000));
    let quote = chain.block(6, &[usd(2_000), usd(2_002), usd(1_998), usd(2_004), usd(9)]);
    // Of the accepted four the middle two are 2000 and 2002.
    assert_eq!((quote.state, quote.spot), (FeedState::Live, usd(2_001)));
    let told = Event::RoundClosed {
        feed: FEED,
        round: RoundNumber(2),
        median: usd(2_001),
        accepted: 4,
        rejected: 1,
    };
    assert_eq!(chain.events, [told]);
}

#[test]
fn the_band_is_closed_at_its_floor() {
    let mut calm = spec();
    calm.initial_variance = Ratio::ZERO;
    for (word, rejected) in [(2_020, 0), (2_021, 1), (1_980, 0), (1_979, 1)] {
        let mut chain = Chain::open(calm.clone(), usd(2_000));
        chain.block(6, &[usd(2_000), usd(2_000), usd(2_000), usd(2_000), usd(word)]);
        assert!(
            matches!(chain.events[0], Event::RoundClosed { rejected: counted, .. } if counted == rejected),
            "{word}: {:?}",
            chain.events
        );
    }
}

/// Three against three: the middle is no one's price, and a band around it would reject all.
#[test]
fn two_camps_are_a_dispute_not_outliers() {
    let mut six = spec();
    six.sources.push(SourceId(6));
    six.quorum = 4;
    let mut chain = Chain::open(six, usd(2_000));
    let camps = [usd(2_000), usd(2_000), usd(2_000), usd(1_000), usd(1_000), usd(1_000)];
    let quote = chain.block(6, &camps);
    assert_eq!((quote.state, quote.spot), (FeedState::Disputed, usd(1_500)));
    assert!(matches!(
        chain.events[0],
        Event::RoundClosed {
            accepted: 6,
            rejected: 0,
            ..
        }
    ));
    // Kinder for judging: one limit of 10 % from the last Live price. Unkinder for sales.
    assert_eq!((quote.judging, quote.low), (usd(1_800), usd(1_500)));
}

/// With only a quorum fresh, an outlier is still one: else a liar could dispute every round in which others are silent.
#[test]
fn a_liar_is_rejected_though_only_a_quorum_is_fresh() {
    let mut seven = spec();
    seven.sources.extend([SourceId(6), SourceId(7)]);
    seven.quorum = 5;
    let mut chain = Chain::open(seven, usd(2_000));
    let words = [usd(2_000), usd(2_000), usd(2_000), usd(2_000), usd(1)];
    let quote = chain.block(121, &words);
    assert_eq!((quote.state, quote.spot), (FeedState::Live, usd(2_000)));
    assert!(matches!(
        chain.events[0],
        Event::RoundClosed {
            accepted: 4,
            rejected: 1,
            ..
        }
    ));
}

/// The worked example of docs/oracle.md.
#[test]
fn worked_example_of_a_halt() {
    let mut chain = Chain::open(spec(), usd(2_000));
    let live = chain.agreed(60, usd(2_000));
    assert_eq!(
        (live.state, live.judging, live.low),
        (FeedState::Live, usd(2_000), usd(2_000))
    );

    let rounds = [
        // median, state, judging, low
        (1_500, FeedState::Halted, 1_800, 1_500),
        (1_480, FeedState::Halted, 1_620, 1_480),
        (1_490, FeedState::Live, 1_490, 1_490),
    ];
    let mut before = usd(2_000);
    for (median, state, judging, low) in rounds {
        let quote = chain.agreed(60, usd(median));
        assert_eq!((quote.spot, quote.state), (usd(median), state));
        assert_eq!((quote.judging, quote.low), (usd(judging), usd(low)));
        assert_eq!(quote.wick(), before.max(quote.judging));
        before = quote.judging;
    }
}

#[test]
fn a_further_jump_starts_the_confirmation_anew() {
    let mut chain = Chain::open(spec(), usd(2_000));
    for (median, state) in [
        (1_500, FeedState::Halted),
        (1_500, FeedState::Halted),
        (1_200, FeedState::Halted),
        (1_200, FeedState::Halted),
        (1_200, FeedState::Live),
    ] {
        assert_eq!(chain.agreed(60, usd(median)).state, state);
    }
}

#[test]
fn a_disputed_round_confirms_nothing() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.agreed(60, usd(1_500));
    chain.agreed(60, usd(1_500));
    let apart = [usd(1_400), usd(1_400), usd(1_500), usd(1_600), usd(1_600)];
    assert_eq!(chain.block(60, &apart).state, FeedState::Disputed);
    assert_eq!(chain.last().halt, Some(1));
    assert_eq!(chain.agreed(60, usd(1_500)).state, FeedState::Live);
}

/// A dispute in which the price slides away must not end as if nothing had happened.
#[test]
fn a_slide_under_cover_of_a_dispute_is_halted() {
    let mut wide = spec();
    wide.sources.truncate(4);
    let mut chain = Chain::open(wide, usd(2_000));
    let apart = [usd(1_200), usd(1_200), usd(1_400), usd(1_600)];
    let quote = chain.block(6, &apart);
    assert_eq!(
        (quote.state, quote.spot, quote.judging),
        (FeedState::Disputed, usd(1_300), usd(1_800))
    );
    let quote = chain.block(6, &[usd(1_300); 4]);
    assert_eq!((quote.state, quote.judging), (FeedState::Halted, usd(1_620)));
}

/// ETH fell 18.7 % in ten minutes on 2020-03-12: the feed halts and liquidation follows it down.
#[test]
fn liquidation_goes_on_in_a_crash() {
    let mut chain = Chain::open(spec(), usd(1_300));
    chain.agreed(60, usd(1_300));
    let quote = chain.agreed(60, usd(1_057));
    assert_eq!(quote.state, FeedState::Halted);
    assert!(quote.price(Use::Borrow).is_err());
    assert_eq!(quote.price(Use::Liquidate), Ok(usd(1_170)));
    assert_eq!(chain.agreed(60, usd(1_057)).price(Use::Liquidate), Ok(usd(1_057)));
}

#[test]
fn a_rise_is_capped_for_sales_only() {
    let mut chain = Chain::open(spec(), usd(1_000));
    chain.agreed(60, usd(1_000));
    let quote = chain.agreed(60, usd(1_500));
    assert_eq!(
        (quote.state, quote.judging, quote.low),
        (FeedState::Halted, usd(1_500), usd(1_100))
    );
}

#[test]
fn without_confirmations_there_is_no_halt() {
    let mut chain = Chain::open(
        FeedSpec {
            confirm_rounds: 0,
            ..spec()
        },
        usd(2_000),
    );
    assert_eq!(chain.agreed(60, usd(500)).state, FeedState::Live);
}

#[test]
fn a_feed_may_start_without_a_price() {
    let mut chain = Chain::silent(spec());
    chain.advance(20);
    chain.oracle.close_rounds(&chain.clock, &mut chain.events);
    assert!(chain.oracle.prices(&chain.clock).quote(FEED).is_err());
    let quote = chain.block(6, &[usd(10), usd(10), usd(10)]);
    assert_eq!(
        (quote.round, quote.state, quote.spot),
        (RoundNumber(1), FeedState::Live, usd(10))
    );
    assert_eq!(
        quote.live_time,
        Seconds(6),
        "live time starts in the block of the first round"
    );
    assert_eq!(
        chain.events.last(),
        Some(&Event::FeedStateChanged {
            feed: FEED,
            state: FeedState::Live
        })
    );
}

#[test]
fn quiet_blocks_write_nothing() {
    let mut chain = Chain::open(spec(), usd(2_000));
    chain.agreed(6, usd(2_000));
    take_changes(&mut chain.oracle);
    chain.block(6, &[]);
    assert!(take_changes(&mut chain.oracle).is_empty() && chain.events.is_empty());
}

proptest! {
    /// What a block's observations amount to does not depend on their order.
    #[test]
    fn order_within_a_block_is_no_choice(
        prices in proptest::collection::vec(1_u32..5_000, 5),
        order in Just([1_usize, 2, 3, 4, 5]).prop_shuffle(),
    ) {
        let mut straight = Chain::open(spec(), usd(2_000));
        let mut shuffled = straight.clone();
        let words: Vec<_> = prices.iter().map(|price| usd(*price)).collect();
        straight.block(6, &words);
        shuffled.advance(6);
        for source in order {
            shuffled.say(u32::try_from(source).unwrap(), words[source - 1], shuffled.clock.now.raw()).unwrap();
        }
        shuffled.close();
        prop_assert_eq!(straight.bytes(), shuffled.bytes());
        prop_assert_eq!(straight.events, shuffled.events);
    }
}
