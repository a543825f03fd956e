//! The hard bounds of a feed's parameters; docs/oracle.md argues for each.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use ballast_num::{Price, RAY, Rate, Ratio, Seconds};
use ballast_protocol::{FeedSpec, ParameterFault};

/// The least price of an observation, 10⁻¹⁵ USD: a unit in its last place is 10⁻¹² of it.
pub const PRICE_MIN: Price = Price::from_raw(RAY / 1_000_000_000_000_000);
/// The largest price of an observation, 10⁹ USD: 340 times it still fit a [`Price`].
pub const PRICE_MAX: Price = Price::whole(1_000_000_000);

const SOURCES: RangeInclusive<usize> = 1..=32;
const HEARTBEAT: RangeInclusive<Seconds> = Seconds::ONE..=WEEK;
const SKEW_MAX: Seconds = Seconds::MINUTE;
const FRACTION: RangeInclusive<Ratio> = Ratio::basis_points(1)..=Ratio::percent(50);
const SIGMAS_MAX: Ratio = Ratio::percent(2_000);
const CONFIRM_ROUNDS_MAX: u32 = 30;
const DECAY: RangeInclusive<Rate> = Rate::from_raw(RAY / 100 * 99)..=Rate::from_raw(RAY - 1);
/// 10⁻⁶ a second is 5.6 = 560 % a year.
const VARIANCE_MAX: Ratio = Ratio::from_raw(1_000_000_000_000);
const STALE_LIMIT_MAX: Seconds = Seconds(30 * Seconds::DAY.0);
const GAP_MAX: Seconds = Seconds(30 * Seconds::DAY.0);
const WEEK: Seconds = Seconds(7 * Seconds::DAY.0);

/// Whether an observation may say this. Zero and less cannot be said (rule R17).
pub(super) fn admits(price: Price) -> bool {
    (PRICE_MIN..=PRICE_MAX).contains(&price)
}

/// Errors, in order: `Duplicate` (a source listed twice), `QuorumOutOfBounds`, `OutOfBounds`.
pub(super) fn check(spec: &FeedSpec) -> Result<(), ParameterFault> {
    let count = spec.sources.len();
    if spec.sources.iter().collect::<BTreeSet<_>>().len() != count {
        return Err(ParameterFault::Duplicate);
    }
    let quorum = usize::from(spec.quorum);
    if quorum > count || quorum <= count / 2 {
        return Err(ParameterFault::QuorumOutOfBounds);
    }
    let within = [
        SOURCES.contains(&count),
        HEARTBEAT.contains(&spec.heartbeat),
        spec.skew <= SKEW_MAX && spec.skew < spec.heartbeat,
        FRACTION.contains(&spec.outlier_floor),
        spec.outlier_sigmas <= SIGMAS_MAX,
        FRACTION.contains(&spec.spread_limit),
        FRACTION.contains(&spec.round_limit),
        spec.confirm_rounds <= CONFIRM_ROUNDS_MAX,
        spec.mean_window <= WEEK,
        DECAY.contains(&spec.variance_decay),
        spec.initial_variance <= VARIANCE_MAX,
        spec.stale_limit <= STALE_LIMIT_MAX,
        (spec.heartbeat..=GAP_MAX).contains(&spec.gap),
        spec.gap_grace <= Seconds::DAY,
    ];
    if within.contains(&false) {
        Err(ParameterFault::OutOfBounds)
    } else {
        Ok(())
    }
}
