//! What is said reads back as itself from JSON and from canonical bytes, and its JSON knows no other fields.

use std::fmt::Debug;

use borsh::{BorshDeserialize, BorshSerialize};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::value;
use crate::{Block, BlockResult, Command, Event, Genesis, Observation, Order, Receipt, Rejected, Transaction, proof};

/// JSON reads back as the value, from text and from its parsed form.
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = value(bytes)?;
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    let tree = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(tree.clone()).unwrap(), value);
    for extended in with_stranger(&tree) {
        assert!(serde_json::from_value::<T>(extended.clone()).is_err(), "{extended}");
    }
    Some(value)
}

/// As [`json`], and canonical bytes read back too.
fn check<T>(bytes: &[u8])
where
    T: Serialize + DeserializeOwned + BorshSerialize + BorshDeserialize + PartialEq + Debug,
{
    let Some(value) = json::<T>(bytes) else { return };
    let written = borsh::to_vec(&value).unwrap();
    assert_eq!(borsh::from_slice::<T>(&written).unwrap(), value);
}

/// The tree once for each of its objects, with one more field in it.
fn with_stranger(tree: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match tree {
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("stranger".to_owned(), Value::Null);
            all.push(Value::Object(more));
            for (name, field) in fields {
                all.extend(with_stranger(field).into_iter().map(|changed| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), changed);
                    Value::Object(fields)
                }));
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                all.extend(with_stranger(item).into_iter().map(|changed| {
                    let mut items = items.clone();
                    items[at] = changed;
                    Value::Array(items)
                }));
            }
        }
        _ => {}
    }
    all
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_users_say_reads_back(bytes in bytes()) {
        check::<Command>(&bytes);
        check::<Order>(&bytes);
        check::<Transaction>(&bytes);
        check::<Observation>(&bytes);
        check::<Block>(&bytes);
    }

    #[test]
    fn what_the_engine_says_reads_back(bytes in bytes()) {
        check::<Event>(&bytes);
        check::<Rejected>(&bytes);
        check::<Receipt>(&bytes);
        check::<proof::Proof>(&bytes);
        json::<BlockResult>(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_genesis_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..4_000)) {
        check::<Genesis>(&bytes);
    }
}

/// Every first byte names a variant, so that all commands, events and refusals come up.
#[test]
fn every_variant_reads_back() {
    for first in 0..=u8::MAX {
        for rest in [0, 1, 2, 5, 7, 0x55, 0xff] {
            let bytes: Vec<u8> = std::iter::once(first).chain(std::iter::repeat_n(rest, 500)).collect();
            check::<Command>(&bytes);
            check::<Event>(&bytes);
            check::<Rejected>(&bytes);
        }
    }
}

/// The bytes make whole values mostly: the properties above are not about nothing.
#[test]
fn most_bytes_make_a_genesis() {
    let made = (0..100_u8).filter(|seed| {
        let bytes: Vec<u8> = (0..4_000_u32)
            .map(|at| blake3::hash(&[*seed, at.to_le_bytes()[0], at.to_le_bytes()[1]]).as_bytes()[0])
            .collect();
        value::<Genesis>(&bytes).is_some()
    });
    assert!(made.count() >= 20);
}
