//! The time-weighted mean and the variance.

use ballast_num::{Price, Ratio, Seconds};
use proptest::prelude::*;

use super::*;
use crate::kernel::mean::SLICES;
use crate::mechanisms::oracle::variance;

/// Price × time from `start`, second by second, over closes at (time, price): the obvious way.
fn slow_mean(closes: &[(u64, Price)], start: u64, now: u64) -> Price {
    let mut area = 0_u128;
    for second in start..now {
        let held = closes.iter().rev().find(|(time, _)| *time <= second).unwrap();
        area += held.1.raw();
    }
    Price::from_raw(area / u128::from(now - start))
}

proptest! {
    /// Equal to the slow mean from the last multiple of a 32nd of the window that is at least a window ago.
    #[test]
    fn the_mean_is_exact_over_its_window(
        window in 1_u64..4_000,
        blocks in proptest::collection::vec((1_u64..700, 1_u32..5_000, any::<bool>()), 1..60),
    ) {
        let mut chain = Chain::open(FeedSpec { mean_window: Seconds(window), ..spec() }, usd(2_000));
        let mut closes = vec![(GENESIS.raw(), usd(2_000))];
        let slice = window.div_ceil(SLICES);
        for (seconds, dollars, speaks) in blocks {
            let quote = if speaks { chain.agreed(seconds, usd(dollars)) } else { chain.block(seconds, &[]) };
            let now = chain.clock.now.raw();
            if speaks {
                closes.push((now, usd(dollars)));
            }
            let start = ((now - window) / slice * slice).max(GENESIS.raw());
            prop_assert!(start == GENESIS.raw() || (now - start >= window && now - start < window + slice));
            prop_assert_eq!(quote.mean, slow_mean(&closes, start, now));
        }
        prop_assert!(chain.oracle.marks.len() as u64 <= SLICES + 1);
    }

    /// It lies between the least and the largest price, whatever the scale.
    #[test]
    fn the_mean_is_a_mean(prices in proptest::collection::vec(1_000_000_000_000_u128..1_u128 << 119, 1..40)) {
        let mut chain = Chain::open(FeedSpec { mean_window: Seconds(604_800), ..spec() }, usd(1));
        let (mut least, mut most) = (usd(1), usd(1));
        for raw in prices {
            let price = Price::from_raw(raw);
            (least, most) = (least.min(price), most.max(price));
            let mean = chain.agreed(3_600, price).mean;
            prop_assert!(least <= mean && mean <= most);
        }
    }

    /// A round has no weight until time has passed: who moves one close moves no borrowing price.
    #[test]
    fn a_single_round_moves_no_mean(dollars in 1_u32..1_000_000) {
        let mut chain = Chain::open(spec(), usd(2_000));
        for _ in 0..10 {
            chain.agreed(60, usd(2_000));
        }
        prop_assert_eq!(chain.agreed(60, usd(dollars)).mean, usd(2_000));
    }

    /// Never over the largest return of a second yet seen, and never an error.
    #[test]
    fn variance_stays_bounded(
        moves in proptest::collection::vec((1_u128..u128::MAX, 0_u64..u64::MAX), 1..30),
        decay in 0_u128..RAY,
    ) {
        let (mut variance, mut from) = (Ratio::ZERO, Price::ONE);
        for (raw, elapsed) in moves {
            let to = Price::from_raw(raw);
            variance = variance::update(variance, Rate::from_raw(decay), from, to, Seconds(elapsed));
            prop_assert!(variance <= Ratio::ONE);
            from = to;
        }
    }
}

/// The numbers of docs/oracle.md: 30 minutes at 2000, then 15 at 1800.
#[test]
fn worked_example_of_a_mean() {
    let mut chain = Chain::open(
        FeedSpec {
            mean_window: Seconds(3_600),
            ..spec()
        },
        usd(2_000),
    );
    chain.agreed(1_800, usd(1_800));
    assert_eq!(chain.quote().mean, usd(2_000), "it has not lasted yet");
    let quote = chain.agreed(900, usd(1_800));
    assert_eq!(
        quote.mean.to_string().get(..9),
        Some("1933.3333"),
        "(1800 × 2000 + 900 × 1800) ÷ 2700"
    );
}

#[test]
fn no_window_is_spot() {
    let mut chain = Chain::open(
        FeedSpec {
            mean_window: Seconds::ZERO,
            ..spec()
        },
        usd(2_000),
    );
    assert_eq!(chain.agreed(60, usd(1_990)).mean, usd(1_990));
    assert!(chain.oracle.marks.is_empty());
}

/// A long silence marks 33 multiples, not millions.
#[test]
fn a_long_silence_costs_no_more_than_a_window() {
    let mut chain = Chain::open(
        FeedSpec {
            mean_window: Seconds(32),
            ..spec()
        },
        usd(2_000),
    );
    chain.agreed(1_000_000_000, usd(1_000));
    assert_eq!(chain.oracle.marks.len(), 33);
    assert_eq!(chain.agreed(16, usd(1_000)).mean, usd(1_500));
}

/// The numbers of docs/oracle.md: 1 % in a minute, remembered for a half-life of a minute.
#[test]
fn worked_example_of_a_variance() {
    // 2^(−1/60) a second.
    let decay: Rate = "0.988514020352896135356867505".parse().unwrap();
    let before: Ratio = "0.00000002".parse().unwrap();
    let after = variance::update(before, decay, usd(2_000), usd(2_020), Seconds(60));
    // Half of 2·10⁻⁸ and half of 0.01² ÷ 60.
    let expected = 10_000_000_000 + 833_333_333_333;
    assert!(after.raw().abs_diff(expected) <= 2, "{after}");
}

#[test]
fn the_band_widens_with_the_root_of_time() {
    let variance: Ratio = "0.00000004".parse().unwrap();
    let band = |age| variance::band(Ratio::percent(1), Ratio::percent(600), variance, Seconds(age));
    assert_eq!(band(1), Ratio::percent(1), "6 × 0.02 % is under the floor");
    assert_eq!(band(100), "0.012".parse().unwrap(), "6 × 0.02 % × 10");
    assert_eq!(band(400), "0.024".parse().unwrap());
    let widest = variance::band(Ratio::ZERO, Ratio::MAX, Ratio::MAX, Seconds::MAX);
    assert_eq!(widest, Ratio::MAX);
}

#[test]
fn variance_rounds_up() {
    let still = variance::update(Ratio::from_raw(1), Rate::from_raw(RAY - 1), usd(1), usd(1), Seconds(1));
    assert_eq!(still, Ratio::from_raw(1), "it never decays to nothing");
}
