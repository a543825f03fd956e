//! From what serde writes to what EIP-712 signs.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeTuple, Serializer};
use serde::ser::{SerializeStructVariant, SerializeTupleStruct, SerializeTupleVariant};

use super::value::{Atom, Label, Struct, Value};

/// Builds the [`Value`] of anything that has neither floats nor maps.
pub(super) struct Builder;

/// Around the value of an option where it could be taken for an empty one.
const SOME: &str = "Some";

/// A float or a map, which EIP-712 has not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsupported(String);

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no EIP-712 type", self.0)
    }
}

impl std::error::Error for Unsupported {}

impl serde::ser::Error for Unsupported {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Fields of a structure so far.
pub(super) struct Fields(Struct);

/// Items of a list so far.
pub(super) struct Items(Vec<Value>);

impl Fields {
    fn new(scope: &'static str, name: &'static str, count: usize) -> Self {
        Self(Struct {
            scope,
            name,
            fields: Vec::with_capacity(count),
        })
    }

    fn named<T: Serialize + ?Sized>(&mut self, name: &'static str, field: &T) -> Result<(), Unsupported> {
        self.0.fields.push((Label::Name(name), field.serialize(Builder)?));
        Ok(())
    }

    fn numbered<T: Serialize + ?Sized>(&mut self, field: &T) -> Result<(), Unsupported> {
        let number = self.0.fields.len() + 1;
        self.0
            .fields
            .push((Label::Numbered("item", number), field.serialize(Builder)?));
        Ok(())
    }
}

fn variant(name: &'static str, value: Value) -> Value {
    Value::Variant(name, Box::new(value))
}

/// Serializes integers as words of one type.
macro_rules! integers {
    ($($method:ident($int:ty) $make:ident $atom:ident),*) => {$(
        fn $method(self, number: $int) -> Result<Value, Unsupported> {
            Ok(Value::$make(Atom::$atom, number.into()))
        }
    )*};
}

impl Serializer for Builder {
    type Ok = Value;
    type Error = Unsupported;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Fields;
    type SerializeTupleVariant = Fields;
    type SerializeMap = Impossible<Value, Unsupported>;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    /// So that amounts are integers and keys are bytes.
    fn is_human_readable(&self) -> bool {
        false
    }

    integers!(
        serialize_u8(u8) unsigned Uint64, serialize_u16(u16) unsigned Uint64, serialize_u32(u32) unsigned Uint64,
        serialize_u64(u64) unsigned Uint64, serialize_u128(u128) unsigned Uint256,
        serialize_i8(i8) signed Int64, serialize_i16(i16) signed Int64, serialize_i32(i32) signed Int64,
        serialize_i64(i64) signed Int64, serialize_i128(i128) signed Int256,
        serialize_bool(bool) unsigned Bool
    );

    fn serialize_str(self, text: &str) -> Result<Value, Unsupported> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn serialize_char(self, letter: char) -> Result<Value, Unsupported> {
        Ok(Value::Text(Cow::Owned(letter.to_string())))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, Unsupported> {
        let mut word = [0; 32];
        Ok(match bytes.len() {
            20 => {
                word[12..].copy_from_slice(bytes);
                Value::Word(Atom::Address, word)
            }
            32 => {
                word.copy_from_slice(bytes);
                Value::Word(Atom::Bytes32, word)
            }
            _ => Value::Bytes(bytes.to_vec()),
        })
    }

    fn serialize_none(self) -> Result<Value, Unsupported> {
        Ok(Value::Text(Cow::Borrowed("None")))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Unsupported> {
        Ok(match value.serialize(Self)? {
            // What might pass as an empty option, or as one that holds such a thing.
            value @ (Value::Text(_) | Value::Variant(SOME, _)) => variant(SOME, value),
            value => value,
        })
    }

    fn serialize_unit(self) -> Result<Value, Unsupported> {
        Err(Unsupported("nothing".to_owned()))
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, Unsupported> {
        Ok(Value::Text(Cow::Borrowed(name)))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Unsupported> {
        Ok(Value::Text(Cow::Borrowed(variant)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Unsupported> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Unsupported> {
        Ok(self::variant(variant, value.serialize(self)?))
    }

    fn serialize_seq(self, count: Option<usize>) -> Result<Items, Unsupported> {
        Ok(Items(Vec::with_capacity(count.unwrap_or(0))))
    }

    fn serialize_tuple(self, count: usize) -> Result<Items, Unsupported> {
        Ok(Items(Vec::with_capacity(count)))
    }

    fn serialize_tuple_struct(self, name: &'static str, count: usize) -> Result<Fields, Unsupported> {
        Ok(Fields::new("", name, count))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        count: usize,
    ) -> Result<Fields, Unsupported> {
        Ok(Fields::new(name, variant, count))
    }

    fn serialize_struct(self, name: &'static str, count: usize) -> Result<Fields, Unsupported> {
        Ok(Fields::new("", name, count))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        count: usize,
    ) -> Result<Fields, Unsupported> {
        Ok(Fields::new(name, variant, count))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unsupported> {
        Err(Unsupported("a map".to_owned()))
    }

    fn serialize_f32(self, _: f32) -> Result<Value, Unsupported> {
        Err(Unsupported("a float".to_owned()))
    }

    fn serialize_f64(self, _: f64) -> Result<Value, Unsupported> {
        Err(Unsupported("a float".to_owned()))
    }
}

/// Collects the parts of a compound by one method.
macro_rules! collect {
    ($($for:ident: $trait:ident::$method:ident),*) => {$(
        impl $trait for $for {
            type Ok = Value;
            type Error = Unsupported;

            fn $method<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<(), Unsupported> {
                self.add(part)
            }

            fn end(self) -> Result<Value, Unsupported> {
                Ok(self.value())
            }
        }
    )*};
}

collect!(Items: SerializeSeq::serialize_element, Items: SerializeTuple::serialize_element);
collect!(Fields: SerializeTupleStruct::serialize_field, Fields: SerializeTupleVariant::serialize_field);

impl Items {
    fn add<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Unsupported> {
        self.0.push(item.serialize(Builder)?);
        Ok(())
    }

    fn value(self) -> Value {
        Value::list(self.0)
    }
}

impl Fields {
    fn add<T: Serialize + ?Sized>(&mut self, field: &T) -> Result<(), Unsupported> {
        self.numbered(field)
    }

    fn value(self) -> Value {
        match self.0 {
            // A struct stands for itself.
            named @ Struct { scope: "", .. } => Value::Struct(named),
            named => variant(named.name, Value::Struct(named)),
        }
    }
}

/// Collects named fields.
macro_rules! collect_named {
    ($($trait:ident),*) => {$(
        impl $trait for Fields {
            type Ok = Value;
            type Error = Unsupported;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, field: &T) -> Result<(), Unsupported> {
                self.named(name, field)
            }

            fn end(self) -> Result<Value, Unsupported> {
                Ok(self.value())
            }
        }
    )*};
}

collect_named!(SerializeStruct, SerializeStructVariant);
