//! The types of a message: their names, strings and hashes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::value::{Label, Struct, Value};
use crate::keccak::{keccak, keccak_words};

/// A structure of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    /// Scope and name of the value, and a number if another of this name has other fields.
    pub(super) name: String,
    /// Names and types, in the order of the fields.
    pub(super) fields: Vec<(String, String)>,
    /// Scope and name of the value, without a number.
    stem: String,
}

/// The structures of a message, each before those that contain it.
#[derive(Debug, Default)]
pub(super) struct Types {
    pub(super) all: Vec<Definition>,
}

/// The type hash of each structure value of a message, in the order in which [`hash_of`] ends them.
pub(crate) type Shape = Arc<[[u8; 32]]>;

impl Types {
    /// The structures of `message`.
    pub(super) fn of(message: &Value) -> Self {
        let mut types = Self::default();
        types.name(message, &mut |_| {});
        types
    }

    /// The EIP-712 name of a value's type. Tells `ended` of each structure value when its type is known.
    fn name(&mut self, value: &Value, ended: &mut impl FnMut(usize)) -> String {
        match value {
            Value::Word(atom, _) => atom.name().to_owned(),
            Value::Text(_) => "string".to_owned(),
            Value::Bytes(_) => "bytes".to_owned(),
            Value::Variant(_, value) => self.name(value, ended),
            Value::Array(items) => {
                // Every item is gone through, since each structure in it is a value that ends.
                let names: Vec<String> = items.iter().map(|item| self.name(item, ended)).collect();
                names.first().map_or("string", String::as_str).to_owned() + "[]"
            }
            Value::Struct(named) => {
                let at = self.define(named, ended);
                ended(at);
                self.all
                    .get(at)
                    .map_or_else(String::new, |definition| definition.name.clone())
            }
        }
    }

    /// The place of a structure's definition, which is added if it is new.
    fn define(&mut self, value: &Struct, ended: &mut impl FnMut(usize)) -> usize {
        let named = |(label, field): &(Label, Value)| (label.of(field), self.name(field, ended));
        let fields: Vec<(String, String)> = value.fields.iter().map(named).collect();
        let stem = [value.scope, value.name].concat();
        let known = |definition: &Definition| definition.stem == stem && definition.fields == fields;
        if let Some(at) = self.all.iter().position(known) {
            return at;
        }
        let name = match self.all.iter().filter(|definition| definition.stem == stem).count() {
            0 => stem.clone(),
            others => format!("{stem}_{}", others + 1),
        };
        self.all.push(Definition { name, fields, stem });
        self.all.len() - 1
    }

    /// `encodeType`: the structure, then all that it refers to in the order of their names.
    fn encode(&self, definition: &Definition) -> String {
        let mut referred = BTreeSet::new();
        self.collect(definition, &mut referred);
        referred.remove(definition.name.as_str());
        let others = self.sorted(&referred);
        [definition]
            .into_iter()
            .chain(others)
            .map(Definition::written)
            .collect()
    }

    fn sorted(&self, names: &BTreeSet<&str>) -> Vec<&Definition> {
        names.iter().filter_map(|name| self.find(name)).collect()
    }

    fn collect<'a>(&'a self, definition: &'a Definition, names: &mut BTreeSet<&'a str>) {
        if names.insert(&definition.name) {
            let types = definition.fields.iter().map(|(_, name)| name.trim_end_matches("[]"));
            types
                .filter_map(|name| self.find(name))
                .for_each(|found| self.collect(found, names));
        }
    }

    fn find(&self, name: &str) -> Option<&Definition> {
        self.all.iter().find(|definition| definition.name == name)
    }
}

impl Definition {
    /// `Name(type name,…)`.
    fn written(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, kind)| format!("{kind} {name}"))
            .collect();
        format!("{}({})", self.name, fields.join(","))
    }
}

/// The type hashes of a message, worked out.
pub(super) fn type_hashes(message: &Value) -> Shape {
    let (mut types, mut ends) = (Types::default(), Vec::new());
    types.name(message, &mut |at| ends.push(at));
    let hashes: Vec<[u8; 32]> = types
        .all
        .iter()
        .map(|definition| keccak([types.encode(definition).as_bytes()]))
        .collect();
    ends.iter().filter_map(|at| hashes.get(*at).copied()).collect()
}

/// Most shapes that are remembered. When there are as many, all are forgotten: the few that are in use come back at once.
const REMEMBERED_MAX: usize = 1_024;
/// Longest shape that is remembered, some twenty commands; with the number of shapes it bounds the memory to a few
/// megabytes, whatever others send.
const SHAPE_MAX: usize = 2_048;

/// The type hashes of shapes that have come up. They are a function of the shape alone, so that what is remembered never
/// changes a result; it saves a dozen hashes of a thousand bytes.
static REMEMBERED: LazyLock<RwLock<HashMap<Box<[u8]>, Shape>>> = LazyLock::new(RwLock::default);

/// The type hashes of a message, remembered from an earlier one of the same shape, or worked out.
pub(super) fn remembered(message: &Value) -> Shape {
    let mut shape = Vec::with_capacity(512);
    write_shape(message, &mut shape);
    let known = REMEMBERED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(shape.as_slice())
        .cloned();
    known.unwrap_or_else(|| {
        let hashes = type_hashes(message);
        if shape.len() <= SHAPE_MAX {
            let mut all = REMEMBERED.write().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= REMEMBERED_MAX {
                all.clear();
            }
            all.insert(shape.into_boxed_slice(), Arc::clone(&hashes));
        }
        hashes
    })
}

/// All of a value but its words: equal for two values exactly if they have the same types throughout and the same number
/// of items in each array. Names hold no sign that is used between them.
fn write_shape(value: &Value, shape: &mut Vec<u8>) {
    match value {
        Value::Word(atom, _) => shape.push(*atom as u8),
        Value::Text(_) => shape.push(b'"'),
        Value::Bytes(_) => shape.push(b'#'),
        Value::Variant(name, value) => {
            shape.push(b'_');
            shape.extend_from_slice(name.as_bytes());
            shape.push(b'=');
            write_shape(value, shape);
        }
        Value::Array(items) => {
            shape.push(b'[');
            items.iter().for_each(|item| write_shape(item, shape));
            shape.push(b']');
        }
        Value::Struct(Struct { scope, name, fields }) => {
            shape.extend_from_slice(scope.as_bytes());
            shape.push(b'.');
            shape.extend_from_slice(name.as_bytes());
            shape.push(b'(');
            for (label, field) in fields {
                match label {
                    Label::Name(name) => shape.extend_from_slice(name.as_bytes()),
                    Label::Numbered(name, number) => {
                        shape.extend_from_slice(name.as_bytes());
                        shape.push(b'*');
                        shape.extend_from_slice(&number.to_le_bytes());
                    }
                }
                shape.push(b':');
                write_shape(field, shape);
            }
            shape.push(b')');
        }
    }
}

/// What nearly every transaction names as its signer.
const WALLET: &str = "Wallet";
static WALLET_HASH: LazyLock<[u8; 32]> = LazyLock::new(|| keccak([WALLET.as_bytes()]));

/// `hashStruct` of a message, by the type hashes of its structures.
pub(crate) fn hash_of(message: &Value, types: &Shape) -> [u8; 32] {
    word(message, &mut types.iter())
}

/// `encodeData` of one value: its word, or the hash of what it holds.
fn word<'a>(value: &Value, types: &mut impl Iterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    match value {
        Value::Word(_, word) => *word,
        Value::Text(text) if text == WALLET => *WALLET_HASH,
        Value::Text(text) => keccak([text.as_bytes()]),
        Value::Bytes(bytes) => keccak([bytes]),
        Value::Variant(_, value) => word(value, types),
        Value::Array(items) => {
            let words: Vec<[u8; 32]> = items.iter().map(|item| word(item, types)).collect();
            keccak_words(&words)
        }
        Value::Struct(Struct { fields, .. }) => {
            let mut words = Vec::with_capacity(fields.len() + 1);
            words.push([0; 32]);
            words.extend(fields.iter().map(|(_, field)| word(field, types)));
            if let (Some(first), Some(own)) = (words.first_mut(), types.next()) {
                *first = *own;
            }
            keccak_words(&words)
        }
    }
}
