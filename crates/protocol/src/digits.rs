//! Integers that JavaScript would round, as decimal strings: for `#[serde(with)]`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// As text where people read, as the integer elsewhere.
pub(crate) fn serialize<T, S>(number: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: fmt::Display + Serialize,
    S: Serializer,
{
    if serializer.is_human_readable() {
        serializer.collect_str(number)
    } else {
        number.serialize(serializer)
    }
}

/// The inverse of [`serialize`]: digits alone, without sign, space or leading zero.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display> + Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct Digits<T>(PhantomData<T>);
    impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Digits<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an integer as a string of digits")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            if !text.bytes().all(|byte| byte.is_ascii_digit()) || (text.len() > 1 && text.starts_with('0')) {
                return Err(E::invalid_value(de::Unexpected::Str(text), &self));
            }
            text.parse().map_err(E::custom)
        }
    }
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Digits(PhantomData))
    } else {
        T::deserialize(deserializer)
    }
}

/// What JSON Schema says of it.
#[cfg(feature = "schema")]
pub(crate) fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "pattern": "^(0|[1-9][0-9]*)$" })
}
