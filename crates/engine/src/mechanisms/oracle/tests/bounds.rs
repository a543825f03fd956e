//! Every letter has a hard bound, and genesis prices too.

use ballast_num::{Price, RAY, Rate, Ratio, Seconds};
use ballast_protocol::{FeedId, ParameterFault, SourceId};

use super::*;
use crate::mechanisms::oracle::{PRICE_MAX, PRICE_MIN};

fn fault(change: impl FnOnce(&mut FeedSpec)) -> Option<ParameterFault> {
    let mut changed = spec();
    change(&mut changed);
    Oracle::default().add_feed(changed).err()
}

/// The two sides of each edge.
#[test]
fn the_bounds_hold_at_their_edges() {
    type Change = fn(&mut FeedSpec);
    let edges: &[(Change, Change)] = &[
        (|s| s.heartbeat = Seconds(6), |s| s.heartbeat = Seconds(5)), // not under the skew
        (
            |s| (s.heartbeat, s.skew) = (Seconds(1), Seconds(0)),
            |s| (s.heartbeat, s.skew) = (Seconds(0), Seconds(0)),
        ),
        (
            |s| (s.heartbeat, s.gap) = (Seconds(604_800), Seconds(604_800)),
            |s| (s.heartbeat, s.gap) = (Seconds(604_801), Seconds(604_801)),
        ),
        (|s| s.skew = Seconds(60), |s| s.skew = Seconds(61)),
        (
            |s| s.outlier_floor = Ratio::basis_points(1),
            |s| s.outlier_floor = Ratio::ZERO,
        ),
        (
            |s| s.outlier_floor = Ratio::percent(50),
            |s| s.outlier_floor = Ratio::percent(51),
        ),
        (
            |s| s.outlier_sigmas = Ratio::percent(2_000),
            |s| s.outlier_sigmas = Ratio::percent(2_001),
        ),
        (
            |s| s.spread_limit = Ratio::basis_points(1),
            |s| s.spread_limit = Ratio::ZERO,
        ),
        (
            |s| s.spread_limit = Ratio::percent(50),
            |s| s.spread_limit = Ratio::percent(51),
        ),
        (
            |s| s.round_limit = Ratio::basis_points(1),
            |s| s.round_limit = Ratio::ZERO,
        ),
        (
            |s| s.round_limit = Ratio::percent(50),
            |s| s.round_limit = Ratio::percent(51),
        ),
        (|s| s.confirm_rounds = 30, |s| s.confirm_rounds = 31),
        (
            |s| s.mean_window = Seconds(604_800),
            |s| s.mean_window = Seconds(604_801),
        ),
        (
            |s| s.variance_decay = Rate::from_raw(RAY - 1),
            |s| s.variance_decay = Rate::ONE,
        ),
        (
            |s| s.variance_decay = Rate::from_raw(RAY / 100 * 99),
            |s| s.variance_decay = Rate::from_raw(RAY / 100 * 99 - 1),
        ),
        (
            |s| s.initial_variance = Ratio::from_raw(1_000_000_000_000),
            |s| s.initial_variance = Ratio::from_raw(1_000_000_000_001),
        ),
        (
            |s| s.stale_limit = Seconds(2_592_000),
            |s| s.stale_limit = Seconds(2_592_001),
        ),
        (|s| s.gap = Seconds(120), |s| s.gap = Seconds(119)), // not under the heartbeat
        (|s| s.gap = Seconds(2_592_000), |s| s.gap = Seconds(2_592_001)),
        (|s| s.gap_grace = Seconds(86_400), |s| s.gap_grace = Seconds(86_401)),
    ];
    for (number, (within, beyond)) in edges.iter().enumerate() {
        assert_eq!(fault(within), None, "edge {number}");
        assert_eq!(fault(beyond), Some(ParameterFault::OutOfBounds), "edge {number}");
    }
}

#[test]
fn the_default_feed_is_within_bounds() {
    assert_eq!(
        Oracle::default().add_feed(FeedSpec::standard(FEED, "ETH-USD", 1)),
        Ok(())
    );
}

#[test]
fn a_quorum_is_a_majority() {
    let sources = |count: u32| (1..=count).map(SourceId).collect::<Vec<_>>();
    for (count, quorum, refused) in [
        (0, 0, Some(ParameterFault::QuorumOutOfBounds)),
        (1, 0, Some(ParameterFault::QuorumOutOfBounds)),
        (1, 1, None),
        (1, 2, Some(ParameterFault::QuorumOutOfBounds)),
        (4, 2, Some(ParameterFault::QuorumOutOfBounds)),
        (4, 3, None),
        (5, 2, Some(ParameterFault::QuorumOutOfBounds)),
        (5, 5, None),
        (32, 17, None),
        (33, 17, Some(ParameterFault::OutOfBounds)),
    ] {
        assert_eq!(
            fault(|s| (s.sources, s.quorum) = (sources(count), quorum)),
            refused,
            "{quorum} of {count}"
        );
    }
}

#[test]
fn ids_are_used_once() {
    assert_eq!(fault(|s| s.sources[1] = SourceId(1)), Some(ParameterFault::Duplicate));
    let mut oracle = Oracle::default();
    oracle.add_feed(spec()).unwrap();
    assert_eq!(oracle.add_feed(spec()), Err(ParameterFault::Duplicate));
}

#[test]
fn opening_prices_are_bounded_and_said_once() {
    let mut oracle = Oracle::default();
    oracle.add_feed(spec()).unwrap();
    for price in [
        Price::ZERO,
        Price::from_raw(PRICE_MIN.raw() - 1),
        Price::from_raw(PRICE_MAX.raw() + 1),
    ] {
        assert_eq!(oracle.open(FEED, price, GENESIS), Err(ParameterFault::OutOfBounds));
    }
    assert_eq!(
        oracle.open(FeedId(2), usd(1), GENESIS),
        Err(ParameterFault::OutOfBounds)
    );
    assert_eq!(oracle.open(FEED, PRICE_MAX, GENESIS), Ok(()));
    assert_eq!(oracle.open(FEED, usd(1), GENESIS), Err(ParameterFault::OutOfBounds));
}
