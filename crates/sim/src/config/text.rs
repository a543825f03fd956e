//! Exact numbers from TOML: a decimal may be written as a number or as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use ballast_num::{Amount, Decimals, Seconds};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A ratio, rate or price. A number in TOML is binary, and is taken for the shortest decimal that gives it.
pub(super) fn decimal<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    deserializer.deserialize_any(Decimal(PhantomData))
}

/// An amount of the coin, or of USD, in whole units.
pub(super) fn coins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    let text: String = decimal(deserializer)?;
    Amount::parse_units(&text, Decimals::MAX).map_err(D::Error::custom)
}

/// The same where there may be none.
pub(super) fn some_coins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Amount>, D::Error> {
    coins(deserializer).map(Some)
}

/// A whole number of seconds.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Seconds, D::Error> {
    u64::deserialize(deserializer).map(Seconds)
}

struct Decimal<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Decimal<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, such as 1.5 or \"1.5\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}
