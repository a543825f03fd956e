//! How units are written: borsh as little-endian integers; JSON as decimal strings, seconds and decimals as numbers.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "a helper of tests, where a panic is the failure")]

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, Rate, Ratio, Seconds, Timestamp, U256, Usd};
use serde::{Serialize, de::DeserializeOwned};

/// A value's JSON is `json`, which reads back as the value, and its borsh bytes read back as well.
fn check<T>(value: T, json: &str)
where
    T: Serialize + DeserializeOwned + borsh::BorshSerialize + borsh::BorshDeserialize + PartialEq + std::fmt::Debug,
{
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert_eq!(serde_json::from_str::<T>(json).unwrap(), value);
    assert_eq!(borsh::from_slice::<T>(&borsh::to_vec(&value).unwrap()).unwrap(), value);
}

#[test]
fn every_unit() {
    check(Amount::MAX, r#""340282366920938463463374607431768211455""#);
    check(NormalizedDebt::from_raw(5), r#""5""#);
    check(Price::whole(2_000), r#""2000""#);
    check(Usd::whole(-3), r#""-3""#);
    check(Ratio::basis_points(15_050), r#""1.505""#);
    check(Rate::ONE, r#""1""#);
    check(Index::from_raw(1), r#""0.000000000000000000000000001""#);
    check(Seconds::HOUR, "3600");
    check(Timestamp(1_700_000_000), "1700000000");
    check(Decimals::MAX, "18");
    check(U256::from_parts(1, 0), r#""340282366920938463463374607431768211456""#);
    check(U256::MAX, &format!(r#""{}""#, U256::MAX));
}

#[test]
fn borsh_is_little_endian() {
    assert_eq!(
        borsh::to_vec(&Usd::from_raw(-2)).unwrap(),
        [&[254_u8][..], &[255; 15]].concat()
    );
    assert_eq!(
        borsh::to_vec(&Amount::from_raw(258)).unwrap(),
        [&[2_u8, 1][..], &[0; 14]].concat()
    );
}

#[test]
fn json_numbers_and_bad_text_are_refused() {
    for bad in ["1", "1.5", r#""1.5""#, r#""-1""#, r#""""#, "null"] {
        assert!(serde_json::from_str::<Amount>(bad).is_err(), "{bad}");
    }
    assert!(serde_json::from_str::<Ratio>("1.5").is_err());
    assert!(serde_json::from_str::<Decimals>("19").is_err());
    for bad in ["1", r#""""#, r#""1.5""#, r#""-1""#, &format!(r#""{}0""#, U256::MAX)] {
        assert!(serde_json::from_str::<U256>(bad).is_err(), "{bad}");
    }
    let error = serde_json::from_str::<Ratio>(r#""1.5x""#).unwrap_err().to_string();
    assert!(error.contains("'x' at byte 3"), "{error}");
}
