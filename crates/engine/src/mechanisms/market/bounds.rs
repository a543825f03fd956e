//! The hard bounds of a market's parameters; docs/parameters.md argues for each.

use std::ops::RangeInclusive;

use ballast_num::{Amount, Ratio, Seconds};
use ballast_protocol::{MarketSpec, ParameterFault, PoolCurve, coins};

const FEE: RangeInclusive<Ratio> = Ratio::basis_points(1)..=Ratio::percent(5);
const BAND_MAX: Ratio = Ratio::percent(20);
const LOCK: RangeInclusive<Seconds> = Seconds::MINUTE..=Seconds(30 * Seconds::DAY.0);
const WEEK: Seconds = Seconds(7 * Seconds::DAY.0);
const TICKET_MIN: RangeInclusive<Amount> = coins(1)..=coins(10_000);
const AMPLIFICATION: RangeInclusive<u32> = 1..=10_000;

/// Error: `OutOfBounds`. A fee of the band or more would leave the engine nothing to sell for.
pub(super) fn check(spec: &MarketSpec) -> Result<(), ParameterFault> {
    let curve = match spec.curve {
        PoolCurve::ConstantProduct => true,
        PoolCurve::StableSwap { amplification } => AMPLIFICATION.contains(&amplification),
    };
    let within = [
        curve,
        FEE.contains(&spec.fee),
        spec.fee < spec.band && spec.band <= BAND_MAX,
        LOCK.contains(&spec.lock),
        spec.cooldown <= WEEK,
        TICKET_MIN.contains(&spec.ticket_min),
        !spec.sale_min.is_zero(),
        spec.mean_window <= WEEK,
    ];
    if within.contains(&false) {
        Err(ParameterFault::OutOfBounds)
    } else {
        Ok(())
    }
}
