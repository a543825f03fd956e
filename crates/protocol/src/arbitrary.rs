//! Any value of any type that is said, made from bytes: for property tests and fuzzing.
//!
//! It is a format that is only read: serde asks it for each part of a value, and it answers from the bytes, with ends of
//! ranges more often than chance would give them. A new command, event or refusal is covered without a line here.
//!
//! ```
//! use ballast_protocol::{Command, arbitrary};
//! let command: Command = arbitrary::value(&[3, 1, 4, 1, 5, 9]).expect("commands hold no number that a byte can miss");
//! assert_eq!(arbitrary::value(&[3, 1, 4, 1, 5, 9]), Some(command));
//! ```

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, SeqAccess,
    VariantAccess, Visitor, value::U32Deserializer,
};

/// The value that these bytes stand for; `None` where a part came out of its range, such as an asset's decimals.
pub fn value<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    T::deserialize(&mut Source { bytes }).ok()
}

/// Most elements of a list.
const LIST_MAX: u8 = 3;

/// Bytes that are used up; then there are only zeros.
struct Source<'a> {
    bytes: &'a [u8],
}

/// A part out of its range.
#[derive(Debug)]
struct OutOfRange(String);

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OutOfRange {}

impl serde::de::Error for OutOfRange {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// An integer of `bits`: none, the largest, a small one, or any.
    fn integer(&mut self, bits: u32) -> u128 {
        let most = u128::MAX >> (128 - bits);
        match self.byte() % 8 {
            0 => 0,
            1 => most,
            2..=4 => u128::from(self.byte()) & most,
            _ => u128::from_be_bytes(self.bytes()) & most,
        }
    }

    fn text(&mut self) -> String {
        let length = self.byte() % 8;
        let letters = (0..length).map(|_| char::from_u32(u32::from(u16::from_be_bytes(self.bytes()))).unwrap_or('"'));
        letters.collect()
    }
}

/// Reads an integer type by its width.
macro_rules! integers {
    ($($method:ident $visit:ident $int:ty),*) => {$(
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_possible_wrap,
            clippy::unnecessary_cast,
            reason = "no more bits are made than the type has, and half of its values may be below zero"
        )]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
            let value = self.integer(<$int>::BITS) as $int;
            visitor.$visit(value)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Source<'_> {
    type Error = OutOfRange;

    fn is_human_readable(&self) -> bool {
        false
    }

    integers!(
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_u128 visit_u128 u128,
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128
    );

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_bool(self.byte() % 2 == 1)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_string(self.text())
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_string(self.text())
    }

    /// Addresses are asked for first, then keys and hashes: a length that does not fit is the visitor's to refuse.
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        let all: [u8; 32] = self.bytes();
        let length = expected_length(&visitor);
        visitor.visit_bytes(all.get(..length).unwrap_or(&all))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        if self.byte() % 2 == 1 {
            visitor.visit_some(self)
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutOfRange> {
        let left = usize::from(self.byte() % (LIST_MAX + 1));
        visitor.visit_seq(Parts { source: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_seq(Parts { source: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, OutOfRange> {
        visitor.visit_seq(Parts { source: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &str, names: &[&str], visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_seq(Parts {
            source: self,
            left: names.len(),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, names: &[&str], visitor: V) -> Result<V::Value, OutOfRange> {
        let count = u32::try_from(names.len()).map_err(OutOfRange::custom)?.max(1);
        let variant = u32::from(self.byte()) % count;
        visitor.visit_enum(Choice { source: self, variant })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, OutOfRange> {
        Err(OutOfRange("what is said names its types".to_owned()))
    }

    serde::forward_to_deserialize_any! { f32 f64 char byte_buf map identifier ignored_any }
}

/// The length that a visitor of bytes says it expects ("20 bytes, as text …").
fn expected_length<'de, V: Visitor<'de>>(visitor: &V) -> usize {
    struct Said<'a, V>(&'a V);
    impl<'de, V: Visitor<'de>> fmt::Display for Said<'_, V> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.expecting(f)
        }
    }
    let said = Said(visitor).to_string();
    said.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

/// The elements of a list or the fields of a structure.
struct Parts<'a, 'b> {
    source: &'a mut Source<'b>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Parts<'_, '_> {
    type Error = OutOfRange;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, OutOfRange> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        seed.deserialize(&mut *self.source).map(Some)
    }
}

/// A variant of an enum.
struct Choice<'a, 'b> {
    source: &'a mut Source<'b>,
    variant: u32,
}

impl<'de, 'a, 'b> EnumAccess<'de> for Choice<'a, 'b> {
    type Error = OutOfRange;
    type Variant = &'a mut Source<'b>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self::Variant), OutOfRange> {
        let variant: U32Deserializer<OutOfRange> = self.variant.into_deserializer();
        Ok((seed.deserialize(variant)?, self.source))
    }
}

impl<'de> VariantAccess<'de> for &mut Source<'_> {
    type Error = OutOfRange;

    fn unit_variant(self) -> Result<(), OutOfRange> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, OutOfRange> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, OutOfRange> {
        visitor.visit_seq(Parts { source: self, left })
    }

    fn struct_variant<V: Visitor<'de>>(self, names: &[&str], visitor: V) -> Result<V::Value, OutOfRange> {
        self.tuple_variant(names.len(), visitor)
    }
}

#[cfg(test)]
mod tests;
