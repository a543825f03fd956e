//! What is said reads back as itself from JSON and from canonical bytes, and its JSON knows no other fields.

use std::fmt::Debug;

use borsh::{BorshDeserialize, BorshSerialize};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::value;
use crate::{
    About, AccountId, Block, BlockResult, Command, Event, Genesis, Observation, Order, ParameterChange, Receipt,
    Rejected, Transaction, proof,
};

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

/// What the fields of an event's JSON name, by their names.
fn about_by_names(event: &Event) -> About {
    let said = serde_json::to_value(event).unwrap();
    let fields = said.as_object().unwrap().values().next().unwrap();
    let number = |name: &&str| fields.get(*name).and_then(Value::as_u64);
    let inside = |name: &str, of: &[&str]| of.iter().find_map(|of| fields.get(name)?.get(of)?.as_u64());
    let of_type = number(&"collateral_type").or_else(|| inside("pool", &["collateral_type"]));
    let mut vaults: Vec<_> = ["vault", "from", "into"].iter().filter_map(number).collect();
    vaults.extend(inside("cause", &["Seizure", "PoolSale"]).or_else(|| inside("sale", &["Pool"])));
    let auction = number(&"auction")
        .or_else(|| inside("cause", &["Auction"]))
        .or_else(|| inside("sale", &["Auction"]));
    let names = ["owner", "by", "to", "from", "keeper", "delegate", "caller", "payer"];
    let texts = names.iter().filter_map(|name| fields.get(*name)?.as_str());
    let mut about = About {
        auction: auction.map(crate::AuctionId),
        collateral_type: of_type.map(|of| crate::TypeId(u32::try_from(of).unwrap())),
        ..About::default()
    };
    for vault in vaults.into_iter().map(crate::VaultId) {
        if !about.vaults.contains(&vault) {
            about.vaults.push(vault);
        }
    }
    for account in texts.filter_map(|text| text.parse::<AccountId>().ok()) {
        if !about.accounts.contains(&account) {
            about.accounts.push(account);
        }
    }
    about
}

/// A field that is forgotten would hide the event from whoever asks by it.
#[test]
fn an_event_is_about_all_that_its_fields_name() {
    let mut kinds = std::collections::BTreeSet::new();
    for first in 0..=u8::MAX {
        for seed in 0..20_u8 {
            let noise = (0..64_u8).flat_map(|at| *blake3::hash(&[seed, at]).as_bytes());
            let bytes: Vec<u8> = std::iter::once(first).chain(noise).collect();
            let Some(event) = value::<Event>(&bytes) else { continue };
            if let Event::ParameterChanged(change) = &event {
                let of_type = match change {
                    ParameterChange::Type(of, _) => Some(*of),
                    _ => None,
                };
                assert_eq!(event.about().collateral_type, of_type, "{event:?}");
                continue;
            }
            let about = event.about();
            assert_eq!(about, about_by_names(&event), "{event:?}");
            let said = serde_json::to_value(&event).unwrap();
            let mut named = Vec::new();
            accounts(&said, &mut named);
            // What an order asks for is not yet about anybody else.
            let is_known = |account| about.accounts.contains(account) || matches!(event, Event::TicketQueued { .. });
            assert!(named.iter().all(is_known), "{event:?}");
            kinds.extend(said.as_object().unwrap().keys().cloned());
        }
    }
    assert!(kinds.len() > 50, "{kinds:?}");
}

/// Every account that is named anywhere in a tree.
fn accounts(tree: &Value, to: &mut Vec<AccountId>) {
    match tree {
        Value::String(text) => to.extend(text.parse::<AccountId>()),
        Value::Array(items) => items.iter().for_each(|item| accounts(item, to)),
        Value::Object(fields) => fields.values().for_each(|field| accounts(field, to)),
        _ => {}
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
