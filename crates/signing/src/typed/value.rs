//! A value as EIP-712 sees it: words, texts, structures and lists.

use std::borrow::Cow;

/// A value with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// One word.
    Word(Atom, [u8; 32]),
    /// A string.
    Text(Cow<'static, str>),
    /// Bytes of another length than an address or a key.
    Bytes(Vec<u8>),
    /// A structure.
    Struct(Struct),
    /// An enum's variant with its payload: the variant's name goes to the name of the field.
    Variant(&'static str, Box<Self>),
    /// An array; all items have one type.
    Array(Vec<Value>),
}

/// The types of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    Bool,
    Uint64,
    Uint256,
    Int64,
    Int256,
    Address,
    Bytes32,
}

impl Atom {
    /// Its name in EIP-712.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Uint64 => "uint64",
            Self::Uint256 => "uint256",
            Self::Int64 => "int64",
            Self::Int256 => "int256",
            Self::Address => "address",
            Self::Bytes32 => "bytes32",
        }
    }
}

/// A structure: a Rust struct, or an enum (the scope) and its variant (the name).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Struct {
    pub(crate) scope: &'static str,
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<(Label, Value)>,
}

/// A field's name, without that of a variant in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Name(&'static str),
    /// Counted from 1.
    Numbered(&'static str, usize),
}

impl Label {
    /// The whole name of a field with this value: `vault_Id` for `VaultRef::Id` in the field `vault`.
    pub(crate) fn of(self, value: &Value) -> String {
        let mut name = match self {
            Self::Name(name) => name.to_owned(),
            Self::Numbered(name, number) => format!("{name}{number}"),
        };
        let mut inner = value;
        while let Value::Variant(variant, value) = inner {
            name.push('_');
            name.push_str(variant);
            inner = value;
        }
        name
    }
}

impl Value {
    /// An unsigned integer.
    pub(crate) fn unsigned(atom: Atom, number: u128) -> Self {
        let mut word = [0; 32];
        word[16..].copy_from_slice(&number.to_be_bytes());
        Self::Word(atom, word)
    }

    /// A signed integer, in two's complement.
    pub(crate) fn signed(atom: Atom, number: i128) -> Self {
        let mut word = if number < 0 { [0xff; 32] } else { [0; 32] };
        word[16..].copy_from_slice(&number.to_be_bytes());
        Self::Word(atom, word)
    }

    /// Items as an array if they have one type, and as a structure of numbered items otherwise, or where their fields must
    /// tell their variants.
    pub(crate) fn list(items: Vec<Self>) -> Self {
        let uniform = items.windows(2).all(|pair| match pair {
            [a, b] => a.has_type_of(b),
            _ => true,
        });
        if uniform && !matches!(items.first(), Some(Self::Variant(..))) {
            return Self::Array(items);
        }
        let numbered = items.into_iter().enumerate();
        let fields = numbered
            .map(|(at, item)| (Label::Numbered("item", at + 1), item))
            .collect();
        Self::Struct(Struct {
            scope: "",
            name: "List",
            fields,
        })
    }

    /// Whether both have one type, in all their parts.
    fn has_type_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(a, _), Self::Word(b, _)) => a == b,
            (Self::Text(_), Self::Text(_)) | (Self::Bytes(_), Self::Bytes(_)) => true,
            (Self::Array(a), Self::Array(b)) => match (a.first(), b.first()) {
                (Some(a), Some(b)) => a.has_type_of(b),
                (None, Some(item)) | (Some(item), None) => matches!(item, Self::Text(_)),
                (None, None) => true,
            },
            (Self::Struct(a), Self::Struct(b)) => {
                (a.scope, a.name, a.fields.len()) == (b.scope, b.name, b.fields.len())
                    && a.fields
                        .iter()
                        .zip(&b.fields)
                        .all(|((a, of_a), (b, of_b))| a == b && of_a.has_type_of(of_b))
            }
            // Variants among them: two of them are told apart by their fields' names, which items of arrays have not.
            _ => false,
        }
    }
}
