//! How much a feed moves: an exponentially weighted mean of squared returns a second (docs/oracle.md, eq. 4 and 5).

use ballast_num::{Price, RAY, Rate, Ratio, Round, Seconds, U256, WAD, mul_div};

/// The variance after a move: `v·d + r²/t·(1 − d)`, with `r` the return, at most 1, `t` the time since the last round and
/// `d = decay^t`. Rounded up, so that a feed is never taken for calmer than it is.
pub(super) fn update(variance: Ratio, decay: Rate, from: Price, to: Price, elapsed: Seconds) -> Ratio {
    let Ok(kept) = decay.pow(elapsed).map(|kept| kept.raw().min(RAY)) else {
        return variance;
    };
    let size = from.max(to).saturating_sub(from.min(to));
    let change = size
        .relative_to(from, Round::Up)
        .map_or(Ratio::ONE, |change| change.min(Ratio::ONE))
        .raw();
    // A round lasts a second at least.
    let time = WAD.saturating_mul(u128::from(elapsed.raw().max(1)));
    let fresh = mul_div(change, change, time, Round::Up).unwrap_or(WAD);
    let weighted = U256::product(variance.raw(), kept).try_add(U256::product(fresh, RAY.saturating_sub(kept)));
    weighted
        .and_then(|sum| sum.try_div(RAY, Round::Up))
        .map_or(variance, Ratio::from_raw)
}

/// `max(floor, sigmas·√(variance·age))`: how far from the median, as a share of it, a word may lie. Rounded up: accepted.
pub(super) fn band(floor: Ratio, sigmas: Ratio, variance: Ratio, age: Seconds) -> Ratio {
    let expected = variance
        .prorate(u128::from(age.raw()), 1, Round::Up)
        .unwrap_or(Ratio::MAX)
        .sqrt(Round::Up);
    floor.max(sigmas.mul_ratio(expected, Round::Up).unwrap_or(Ratio::MAX))
}

/// `√(variance·time)`: the standard deviation to expect over `time`, as a share of the price, rounded down.
pub(super) fn deviation(variance: Ratio, time: Seconds) -> Ratio {
    let squared = variance.prorate(u128::from(time.raw()), 1, Round::Down);
    squared.unwrap_or(Ratio::MAX).sqrt(Round::Down)
}
