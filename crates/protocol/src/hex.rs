//! Bytes as text: `0x` and two hexadecimal digits a byte.
//!
//! Written in lower case and read in either, since Ethereum's tools write addresses in mixed case.

use std::fmt;

use serde::{Deserializer, Serializer, de};

/// Why a text is not so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseHex {
    /// It does not begin as hexadecimal text does.
    #[error("0x is missing: write 0x and {digits} hexadecimal digits")]
    Prefix {
        /// How many digits belong after it.
        digits: usize,
    },
    /// Too few digits or too many.
    #[error("{found} digits after 0x instead of {digits}: write all of them, leading zeros too")]
    Length {
        /// Digits that there are.
        found: usize,
        /// Digits that belong there.
        digits: usize,
    },
    /// Something other than a hexadecimal digit.
    #[error("byte {at} of the text is no hexadecimal digit: write 0-9 and a-f")]
    Digit {
        /// The first such byte.
        at: usize,
    },
}

/// Bytes whose digits are written together.
const TOGETHER: usize = 32;

/// Writes bytes as text.
pub fn write(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("0x")?;
    let mut digits = [0; 2 * TOGETHER];
    bytes.chunks(TOGETHER).try_for_each(|bytes| {
        let digits = digits.get_mut(..2 * bytes.len()).ok_or(fmt::Error)?;
        f.write_str(const_hex::encode_to_str(bytes, digits).map_err(|_| fmt::Error)?)
    })
}

/// Reads exactly `N` bytes. Errors: those of [`ParseHex`], in their order.
///
/// ```
/// use ballast_protocol::hex;
/// assert_eq!(hex::parse("0x00fF"), Ok([0, 255]));
/// assert!(hex::parse::<2>("0x0ff").is_err() && hex::parse::<2>("0x0fg0").is_err());
/// ```
pub fn parse<const N: usize>(text: &str) -> Result<[u8; N], ParseHex> {
    let digits = digits(text, 2 * N)?;
    if digits.len() != 2 * N {
        return Err(ParseHex::Length {
            found: digits.len(),
            digits: 2 * N,
        });
    }
    let mut bytes = [0; N];
    bytes
        .iter_mut()
        .zip(read(digits)?)
        .for_each(|(byte, read)| *byte = read);
    Ok(bytes)
}

/// The text of bytes: `0x` and two digits each.
pub fn text(bytes: &[u8]) -> String {
    const_hex::encode_prefixed(bytes)
}

/// Reads as many bytes as there are. Errors: those of [`ParseHex`]; `Length` where half a byte is left over.
pub fn parse_all(text: &str) -> Result<Vec<u8>, ParseHex> {
    let digits = digits(text, 2)?;
    if digits.len() % 2 != 0 {
        return Err(ParseHex::Length {
            found: digits.len(),
            digits: digits.len() + 1,
        });
    }
    Ok(read(digits)?.collect())
}

/// What stands after `0x`. Error: `Prefix`, which tells how many digits belong there.
fn digits(text: &str, expected: usize) -> Result<&[u8], ParseHex> {
    text.strip_prefix("0x")
        .map(str::as_bytes)
        .ok_or(ParseHex::Prefix { digits: expected })
}

/// The bytes of an even number of digits. Error: `Digit`.
fn read(digits: &[u8]) -> Result<impl Iterator<Item = u8>, ParseHex> {
    if let Some(at) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
        return Err(ParseHex::Digit { at: 2 + at });
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    };
    let byte = move |pair: &[u8]| pair.iter().fold(0, |high, digit| high << 4 | value(*digit));
    Ok(digits.chunks_exact(2).map(byte))
}

/// As text where people read, as bytes elsewhere: the `serialize` of `#[serde(with)]`.
pub fn serialize<const N: usize, S: Serializer>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(const_hex::Buffer::<N, true>::new().format(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

/// The inverse of [`serialize`].
pub fn deserialize<'de, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; N], D::Error> {
    struct Bytes<const N: usize>;
    impl<const N: usize> de::Visitor<'_> for Bytes<N> {
        type Value = [u8; N];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{N} bytes, as text 0x and {} hexadecimal digits", 2 * N)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            parse(text).map_err(E::custom)
        }

        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
            bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
        }
    }
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Bytes)
    } else {
        deserializer.deserialize_bytes(Bytes)
    }
}

/// What JSON Schema says of `N` bytes as text.
#[cfg(feature = "schema")]
pub fn schema<const N: usize>(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "pattern": format!("^0x[0-9a-fA-F]{{{}}}$", 2 * N) })
}

/// Gives a newtype over bytes its text: `Display`, `Debug`, the inverse `FromStr`, both in JSON, and its schema.
#[macro_export]
macro_rules! hex_text {
    ($name:ident($length:literal)) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::hex::write(&self.0, f)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::hex::write(&self.0, f)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::hex::ParseHex;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::parse(text).map(Self)
            }
        }

        $crate::hex_json!($name($length));
    };
}

/// Gives a newtype over bytes its JSON and its schema.
#[macro_export]
macro_rules! hex_json {
    ($name:ident($length:literal)) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::hex::serialize(&self.0, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::hex::deserialize(deserializer).map(Self)
            }
        }

        #[cfg(feature = "schema")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::hex::schema::<$length>(generator)
            }
        }
    };
}
