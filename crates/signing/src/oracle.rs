//! Packages of oracle networks: what their signers have said, verified from the bytes alone (docs/oracle.md).
//!
//! Nothing is trusted but the keys that genesis names. Each reader takes any bytes, goes through them once within bounds,
//! and refuses what is left over.

use std::fmt;
use std::str::FromStr;

use ballast_num::{Price, Timestamp};
use ballast_protocol::hex::{self, ParseHex};
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub mod pyth;
mod reader;
pub mod redstone;

/// Most bytes of a package: ten times what the networks send for one price.
pub const PACKAGE_MAX: usize = 16 * 1_024;

/// What a package says of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// USD for one whole unit, what the package says more precisely rounded down.
    pub price: Price,
    /// When it was seen, parts of a second dropped: never newer than it is.
    pub time: Timestamp,
}

/// The bytes of a package, at most [`PACKAGE_MAX`]. Their text is `0x` and two hexadecimal digits a byte.
#[derive(Clone, PartialEq, Eq, BorshSerialize)]
pub struct Package(Vec<u8>);

/// More bytes than a package may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPackage {
    /// Too many bytes.
    #[error("{found} bytes are more than the {PACKAGE_MAX} of a package: ask the network for this price alone")]
    TooLong {
        /// How many there are.
        found: usize,
    },
    /// Not hexadecimal.
    #[error(transparent)]
    Hex(#[from] ParseHex),
}

impl Package {
    /// These bytes, if they are not too many.
    pub fn new(bytes: Vec<u8>) -> Result<Self, BadPackage> {
        match bytes.len() {
            ..=PACKAGE_MAX => Ok(Self(bytes)),
            found => Err(BadPackage::TooLong { found }),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl BorshDeserialize for Package {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let length = u32::deserialize_reader(reader)?;
        let found = usize::try_from(length).unwrap_or(usize::MAX);
        if found > PACKAGE_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                BadPackage::TooLong { found },
            ));
        }
        let mut bytes = vec![0; found];
        reader.read_exact(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

impl FromStr for Package {
    type Err = BadPackage;

    fn from_str(text: &str) -> Result<Self, BadPackage> {
        let found = text.len().saturating_sub(2).div_ceil(2);
        if found > PACKAGE_MAX {
            return Err(BadPackage::TooLong { found });
        }
        Ok(Self(hex::parse_all(text)?))
    }
}

impl Serialize for Package {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Package {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Package;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a package, as text 0x and two hexadecimal digits a byte")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Package, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Package {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Package".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^0x([0-9a-fA-F]{2})*$",
            "maxLength": 2 + 2 * PACKAGE_MAX,
        })
    }
}

/// 10 to the power of `exponent`, as long as 128 bits hold it.
fn power_of_ten(exponent: u32) -> Option<u128> {
    10_u128.checked_pow(exponent)
}
