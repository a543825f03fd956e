//! 256 bits as decimal text.

use core::{fmt, str::FromStr};

use super::U256;
use crate::divide::div_rem_wide;
use crate::{ParseDecimal, parse_decimal};

/// In decimal digits.
impl fmt::Display for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Digits of a group.
        const GROUP: u128 = 10_u128.pow(38);
        let (mut high, mut low) = (self.high, self.low);
        let mut groups = [0; 3];
        for group in &mut groups {
            let (next, rest) = div_rem_wide(high % GROUP, low, GROUP);
            (high, low, *group) = (high / GROUP, next, rest);
        }
        let [last, middle, first] = groups;
        match (first, middle) {
            (0, 0) => f.pad_integral(true, "", &format!("{last}")),
            (0, _) => f.pad_integral(true, "", &format!("{middle}{last:038}")),
            _ => f.pad_integral(true, "", &format!("{first}{middle:038}{last:038}")),
        }
    }
}

/// Reads an integer exactly, by the rules of [`parse_decimal`] without a point.
impl FromStr for U256 {
    type Err = ParseDecimal;

    fn from_str(text: &str) -> Result<Self, ParseDecimal> {
        // What else may stand there is `parse_decimal`'s to say.
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return parse_decimal(text, 0).map(Self::from_u128);
        }
        text.bytes()
            .try_fold(Self::ZERO, |value, digit| {
                value.try_mul(10)?.try_add(Self::from_u128(u128::from(digit - b'0')))
            })
            .map_err(|_| ParseDecimal::TooLarge)
    }
}

/// As a decimal string in formats that people read, and as its two halves in all others.
#[cfg(feature = "serde")]
impl serde::Serialize for U256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.parts().serialize(serializer)
        }
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for U256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            crate::serde_text::from_string(deserializer)
        } else {
            <(u128, u128)>::deserialize(deserializer).map(|(high, low)| Self::from_parts(high, low))
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for U256 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "U256".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        crate::serde_text::schema(0, false)
    }
}
