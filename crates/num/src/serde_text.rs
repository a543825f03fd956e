//! Units in JSON: text that JavaScript can't round.

use core::{fmt, marker::PhantomData, str::FromStr};

use serde::de::{Deserializer, Error, Visitor};

/// Implements `Serialize` and `Deserialize`: through `Display` and `FromStr` in formats that people read, and as the
/// stored integer in all others.
macro_rules! as_string {
    ($name:ident($int:ty), decimals: $decimals:expr) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    ::serde::Serialize::serialize(&self.raw(), serializer)
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    $crate::serde_text::from_string(deserializer)
                } else {
                    <$int as ::serde::Deserialize>::deserialize(deserializer).map(Self::from_raw)
                }
            }
        }

        #[cfg(feature = "schema")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::serde_text::schema($decimals, <$int>::MIN != 0)
            }
        }
    };
}

pub(crate) use as_string;

/// What JSON Schema says of a decimal number in a string: its digits, at most so many after the point.
#[cfg(feature = "schema")]
pub(crate) fn schema(decimals: u8, signed: bool) -> schemars::Schema {
    let sign = if signed { "-?" } else { "" };
    let fraction = match decimals {
        0 => String::new(),
        most => format!(r"(\.[0-9]{{1,{most}}})?"),
    };
    schemars::json_schema!({ "type": "string", "pattern": format!("^{sign}[0-9]+{fraction}$") })
}

/// Reads a value from a string, and from nothing else: a JSON number may have lost digits on its way.
pub(crate) fn from_string<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a decimal number as a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}
