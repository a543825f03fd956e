//! Figures by path: what a peer reports, and what we compute from our state and events.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use num_bigint::BigInt;
use serde_json::Value;

use crate::schema::integer;

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    /// An integer in the peer's base units.
    Number(BigInt),
    /// A name, a status, `max`.
    Text(String),
    /// Names in their order.
    List(Vec<String>),
}

impl Figure {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(is) => Some(Self::Number(BigInt::from(u8::from(*is)))),
            Value::Array(names) => {
                let names = names.iter().map(|name| name.as_str().map(str::to_owned));
                names.collect::<Option<_>>().map(Self::List)
            }
            Value::String(text) => Some(integer(value).map_or_else(|| Self::Text(text.clone()), Self::Number)),
            Value::Number(_) => integer(value).map(Self::Number),
            _ => None,
        }
    }

    /// Zero, an empty name or an empty list: the figure is not listed then.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Number(number) => *number == BigInt::ZERO,
            Self::Text(text) => text.is_empty(),
            Self::List(names) => names.is_empty(),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::List(names) => f.write_str(&names.join(" ")),
        }
    }
}

/// All figures that are something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures(BTreeMap<String, Figure>);

impl Figures {
    pub(crate) fn set(&mut self, path: &str, figure: Figure) {
        if figure.is_nothing() {
            self.0.remove(path);
        } else {
            self.0.insert(path.to_owned(), figure);
        }
    }

    pub(crate) fn put(&mut self, path: &str, number: impl Into<BigInt>) {
        self.set(path, Figure::Number(number.into()));
    }

    pub(crate) fn add(&mut self, path: &str, number: &BigInt) {
        self.put(path, self.number(path) + number);
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Figure> {
        self.0.get(path)
    }

    /// A number; zero if it is not listed, or no number.
    pub(crate) fn number(&self, path: &str) -> BigInt {
        match self.0.get(path) {
            Some(Figure::Number(number)) => number.clone(),
            _ => BigInt::ZERO,
        }
    }

    pub(crate) fn text(&self, path: &str) -> &str {
        match self.0.get(path) {
            Some(Figure::Text(text)) => text,
            _ => "",
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Figure)> {
        self.0.iter().map(|(path, figure)| (path.as_str(), figure))
    }

    /// The figures whose path begins with `prefix`, by what follows it.
    pub(crate) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Figure)> {
        let from = self.0.range(prefix.to_owned()..);
        from.map_while(move |(path, figure)| Some((path.strip_prefix(prefix)?, figure)))
    }

    /// The sum of the numbers under a prefix.
    pub(crate) fn sum(&self, prefix: &str) -> BigInt {
        self.under(prefix)
            .map(|(_, figure)| match figure {
                Figure::Number(number) => number.clone(),
                _ => BigInt::ZERO,
            })
            .sum()
    }

    /// The first path, in alphabetical order, at which the two differ by more than `bound` allows.
    pub(crate) fn first_difference(
        &self,
        ours: &Self,
        bound: impl Fn(&str, &Figure, &Figure) -> Allowed,
    ) -> Option<Difference> {
        let nothing = Figure::Number(BigInt::ZERO);
        let paths: BTreeSet<&String> = self.0.keys().chain(ours.0.keys()).collect();
        paths.into_iter().find_map(|path| {
            let expected = self.get(path).unwrap_or(&nothing);
            let got = ours.get(path).unwrap_or(&nothing);
            if expected == got {
                return None;
            }
            let is_within = match bound(path, expected, got) {
                Allowed::Equal => false,
                Allowed::Anything => true,
                Allowed::Within(bound) => match (expected, got) {
                    (Figure::Number(expected), Figure::Number(got)) => distance(expected, got) <= bound,
                    _ => false,
                },
            };
            (!is_within).then(|| Difference {
                path: path.clone(),
                expected: expected.to_string(),
                got: got.to_string(),
            })
        })
    }
}

/// How far a figure of ours may lie from the peer's.
pub(crate) enum Allowed {
    /// Not at all.
    Equal,
    /// So many base units, either way.
    Within(BigInt),
    /// The adapter has compared it otherwise.
    Anything,
}

/// |a − b|.
pub(crate) fn distance(a: &BigInt, b: &BigInt) -> BigInt {
    if a > b { a - b } else { b - a }
}

/// The first figure that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) expected: String,
    pub(crate) got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.path, self.expected, self.got)
    }
}
