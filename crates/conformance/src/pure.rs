//! Pure functions at single points: powers and auction prices.

use ballast_engine::mechanisms::auction;
use ballast_num::{Price, Rate, Seconds, rpow};
use ballast_protocol::Curve;
use num_bigint::BigInt;

use crate::deviation::Deviation;
use crate::figures::distance;
use crate::schema::{Args, Case, integer};

/// Our result must be the peer's: bit by bit for powers, at most one unit above for prices, which we round up and the
/// peer down (docs/conformance.md). What the peer refuses we refuse; and what no 128 bits hold, as a rule says that is
/// returned then.
pub(crate) fn check(case: &Case) -> Result<Option<Deviation>, String> {
    let (ours, above) = match case.function.as_str() {
        "rpow" => (power(&case.args), 0),
        "calc.price" => (price(&case.args), 1),
        other => return Err(format!("unknown function `{other}`")),
    };
    match (case.ret.as_ref(), ours) {
        (None, None) => Ok(None),
        (None, Some(ours)) => Err(format!("expected a refusal, got {ours}")),
        (Some(expected), None) if is_wider(case, expected) => Ok(Some(Deviation::WiderNumber)),
        (Some(expected), None) => Err(format!("expected {expected}, got a refusal")),
        (Some(expected), Some(ours)) => {
            let expected = integer(expected).ok_or_else(|| format!("{expected} is no number"))?;
            if ours >= expected && distance(&expected, &ours) <= BigInt::from(above) {
                Ok(None)
            } else {
                Err(format!("expected {expected}, got {ours}"))
            }
        }
    }
}

/// Whether the result, or an argument, does not fit 128 bits.
fn is_wider(case: &Case, ret: &serde_json::Value) -> bool {
    let mut numbers = case.args.0.values().chain([ret]).filter_map(integer);
    numbers.any(|number| u128::try_from(number).is_err())
}

fn number<T: TryFrom<BigInt>>(args: &Args, name: &str) -> Option<T> {
    T::try_from(args.integer(name)?).ok()
}

fn power(args: &Args) -> Option<BigInt> {
    let (base, exponent, one) = (number(args, "x")?, number(args, "n")?, number(args, "base")?);
    rpow(base, exponent, one).ok().map(BigInt::from)
}

fn price(args: &Args) -> Option<BigInt> {
    let seconds = |name| number(args, name).map(Seconds);
    let curve = curve(args.text("kind"), |name| args.integer(name))?;
    let start = Price::from_raw(number(args, "top")?);
    let price = auction::price(start, &curve, seconds("dur")?).ok()?;
    Some(BigInt::from(price.raw()))
}

/// A curve by the peer's name; a parameter that is not given is zero.
pub(crate) fn curve(kind: &str, parameter: impl Fn(&str) -> Option<BigInt>) -> Option<Curve> {
    let seconds = |name| u64::try_from(parameter(name).unwrap_or_default()).ok().map(Seconds);
    let cut = || {
        u128::try_from(parameter("cut").unwrap_or_default())
            .ok()
            .map(Rate::from_raw)
    };
    match kind {
        "linear" => Some(Curve::Linear {
            duration: seconds("tau")?,
        }),
        "stair" => Some(Curve::Stair {
            cut: cut()?,
            step: seconds("step")?,
        }),
        "exp" => Some(Curve::Exponential { cut: cut()? }),
        _ => None,
    }
}
