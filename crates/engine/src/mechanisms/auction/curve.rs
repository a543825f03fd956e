//! How a price falls with time.

use ballast_num::{Arithmetic, Price, RAY, Round, Seconds, mul_div, rpow};
use ballast_protocol::Curve;

/// The price after `elapsed` seconds: `start × factor`, rounded up since the protocol sells (docs/auction.md, eq. 1-3).
///
/// | curve | factor |
/// |---|---|
/// | linear | `(duration − elapsed) ÷ duration`, rounded down; zero from `duration` on |
/// | stair | `cut^⌊elapsed ÷ step⌋` by [`rpow`] |
/// | exponential | `cut^elapsed` by [`rpow`] |
///
/// The formulas are those of MakerDAO's `abaci.sol`, with its factors of 27 digits, bit by bit. Its last product rounds
/// down: so its price is ours, or one unit (10⁻²⁷ USD) below.
///
/// Errors: `Overflow`, only for a cut above 1; `DivisionByZero` for a stair with a step of zero.
///
/// ```
/// # use ballast_engine::mechanisms::auction::price;
/// # use ballast_num::{Arithmetic, Price, Rate, Seconds};
/// # use ballast_protocol::Curve;
/// let hour = Curve::Linear { duration: Seconds::HOUR };
/// assert_eq!(price(Price::whole(2_000), &hour, Seconds(2_700)), Ok(Price::whole(500)));
/// assert_eq!(price(Price::whole(2_000), &hour, Seconds::HOUR), Ok(Price::ZERO));
///
/// let cut = Rate::from_raw(990_000_000_000_000_000_000_000_000);
/// let stair = Curve::Stair { cut, step: Seconds(90) };
/// assert_eq!(price(Price::whole(100), &stair, Seconds(89)), Ok(Price::whole(100)));
/// assert_eq!(price(Price::whole(100), &stair, Seconds(90)), Ok(Price::whole(99)));
/// # Ok::<(), Arithmetic>(())
/// ```
pub fn price(start: Price, curve: &Curve, elapsed: Seconds) -> Result<Price, Arithmetic> {
    let factor = factor(curve, elapsed)?;
    mul_div(start.raw(), factor, RAY, Round::Up).map(Price::from_raw)
}

/// Which part of the start price is left, 10²⁷ to the one.
fn factor(curve: &Curve, elapsed: Seconds) -> Result<u128, Arithmetic> {
    match *curve {
        Curve::Linear { duration } => {
            let left = duration.saturating_sub(elapsed);
            if left.is_zero() {
                Ok(0)
            } else {
                mul_div(left.raw().into(), RAY, duration.raw().into(), Round::Down)
            }
        }
        Curve::Stair { cut, step } => {
            let steps = elapsed
                .raw()
                .checked_div(step.raw())
                .ok_or(Arithmetic::DivisionByZero)?;
            rpow(cut.raw(), steps, RAY)
        }
        Curve::Exponential { cut } => rpow(cut.raw(), elapsed.raw(), RAY),
    }
}

#[cfg(test)]
mod tests;
