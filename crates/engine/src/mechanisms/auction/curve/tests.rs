use std::fs;

use ballast_num::{Arithmetic, Price, Rate, Seconds};
use ballast_protocol::Curve;
use proptest::prelude::*;
use serde_json::Value;

use super::price;

/// MakerDAO's calculators round down, we round up: equal, or one unit above. What exceeds 128 bits we refuse.
#[test]
fn every_price_of_the_peer_is_ours_or_one_unit_below() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/maker/clip-price.jsonl");
    let (mut exact, mut above, mut refused) = (0, 0, 0);
    for line in fs::read_to_string(path)
        .expect("the vectors are in the repository")
        .lines()
    {
        let vector: Value = serde_json::from_str(line).expect("a vector is JSON");
        for case in vector["cases"].as_array().expect("cases") {
            let args = &case["args"];
            let number = |name: &str| args[name].as_str().expect("a decimal").parse::<u128>();
            let seconds = |name: &str| Seconds(number(name).unwrap().try_into().unwrap());
            let cut = || Rate::from_raw(number("cut").unwrap());
            let curve = match args["kind"].as_str() {
                Some("linear") => Curve::Linear {
                    duration: seconds("tau"),
                },
                Some("stair") => Curve::Stair {
                    cut: cut(),
                    step: seconds("step"),
                },
                _ => Curve::Exponential { cut: cut() },
            };
            let Ok(start) = number("top") else {
                assert!(case["ret"].is_null(), "the peer has a price: {case}");
                refused += 1;
                continue;
            };
            let ours = price(Price::from_raw(start), &curve, seconds("dur")).unwrap().raw();
            let peers: u128 = case["ret"].as_str().expect("a price").parse().unwrap();
            match ours - peers {
                0 => exact += 1,
                1 => above += 1,
                more => panic!("{more} units above the peer: {case}"),
            }
        }
    }
    assert_eq!((exact, above, refused), (47, 11, 1));
}

#[test]
fn a_curve_that_divides_by_zero_is_an_error() {
    let stair = Curve::Stair {
        cut: Rate::ONE,
        step: Seconds(0),
    };
    assert_eq!(price(Price::ONE, &stair, Seconds(1)), Err(Arithmetic::DivisionByZero));
    assert_eq!(
        price(Price::ONE, &Curve::Linear { duration: Seconds(0) }, Seconds(0)),
        Ok(Price::ZERO)
    );
}

fn curve() -> impl Strategy<Value = Curve> {
    let cut = || (1_u128..=1_000_000_000).prop_map(|billionths| Rate::from_raw(billionths * 1_000_000_000_000_000_000));
    let time = || (1_u64..1_000_000).prop_map(Seconds);
    prop_oneof![
        time().prop_map(|duration| Curve::Linear { duration }),
        (cut(), time()).prop_map(|(cut, step)| Curve::Stair { cut, step }),
        cut().prop_map(|cut| Curve::Exponential { cut }),
    ]
}

proptest! {
    #[test]
    fn starts_at_the_start(start in any::<u128>(), curve in curve()) {
        prop_assert_eq!(price(Price::from_raw(start), &curve, Seconds(0)), Ok(Price::from_raw(start)));
    }

    /// No time makes it rise above the start, fail, or go on above zero for ever. Powers that are rounded half up can
    /// rise by a unit of the power from one second to the next, and by no more.
    #[test]
    fn falls(start in any::<u128>(), curve in curve(), at in any::<u32>(), later in 0_u64..100_000) {
        let start = Price::from_raw(start);
        let first = price(start, &curve, Seconds(at.into())).unwrap();
        let second = price(start, &curve, Seconds(u64::from(at) + later)).unwrap();
        prop_assert!(first <= start);
        let unit_of_power = start.raw() / ballast_num::RAY + 1;
        let products = 2 * 40;
        prop_assert!(second.raw() <= first.raw().saturating_add(products * unit_of_power), "{first} then {second}");
    }

    /// Under one dollar, whose factor has as many digits as the price.
    #[test]
    fn a_line_is_exact_to_a_unit(start in any::<u64>(), duration in 1_u64..u64::MAX, at in any::<u64>()) {
        let ours = price(Price::from_raw(start.into()), &Curve::Linear { duration: Seconds(duration) }, Seconds(at));
        let exact = u128::from(start) * u128::from(duration.saturating_sub(at));
        let ours = ours.unwrap().raw() * u128::from(duration);
        prop_assert!(ours.abs_diff(exact) < u128::from(duration));
    }
}
