//! What is said: commands, blocks, events, refusals and a genesis, what a node answers, and proofs.

use std::fmt::Debug;

use ballast_protocol::api::{
    ApiError, Brought, EventPage, LiquidationPage, PastTransactionPage, Positions, PricePage, Status, Told,
    TransactionInfo, VaultHistory,
};
use ballast_protocol::proof::{Hash, Proof, ProofError, verify_absence, verify_membership};
use ballast_protocol::{
    Block, BlockResult, Command, Event, Genesis, Observation, Order, Receipt, Rejected, Scope, SpendingLimit,
    Transaction, TypeSpec,
};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Canonical bytes of what the first byte names: one value has one encoding, and a JSON form that reads back.
pub fn canonical(data: &[u8]) -> bool {
    let Some((kind, bytes)) = data.split_first() else {
        return false;
    };
    match kind % 11 {
        0 => encoded::<Transaction>(bytes),
        1 => encoded::<Command>(bytes),
        2 => encoded::<Observation>(bytes),
        3 => encoded::<Block>(bytes),
        4 => encoded::<Event>(bytes),
        5 => encoded::<Rejected>(bytes),
        6 => encoded::<Receipt>(bytes),
        7 => encoded::<Order>(bytes),
        8 => encoded::<Genesis>(bytes),
        9 => encoded::<TypeSpec>(bytes),
        _ => encoded::<(Scope, Vec<SpendingLimit>)>(bytes),
    }
}

fn encoded<T>(bytes: &[u8]) -> bool
where
    T: BorshSerialize + BorshDeserialize + Serialize + DeserializeOwned + Debug + PartialEq,
{
    let Ok(value) = borsh::from_slice::<T>(bytes) else {
        return false;
    };
    let again = borsh::to_vec(&value).expect("memory takes all bytes");
    assert_eq!(again, bytes, "one value has one encoding");
    reads_back(&value);
    true
}

/// JSON of what the first byte names: what is read reads back, and has canonical bytes that do.
pub fn json(data: &[u8]) -> bool {
    let Some((kind, text)) = data.split_first() else {
        return false;
    };
    match kind % 10 {
        0 => written::<Transaction>(text),
        1 => written::<Command>(text),
        2 => written::<Observation>(text),
        3 => written::<Block>(text),
        4 => written::<Event>(text),
        5 => written::<Rejected>(text),
        6 => written::<Receipt>(text),
        7 => written::<Order>(text),
        8 => written::<Proof>(text),
        _ => written::<(Scope, Vec<SpendingLimit>)>(text),
    }
}

fn written<T>(text: &[u8]) -> bool
where
    T: BorshSerialize + BorshDeserialize + Serialize + DeserializeOwned + Debug + PartialEq,
{
    let Ok(value) = serde_json::from_slice::<T>(text) else {
        return false;
    };
    reads_back(&value);
    let bytes = borsh::to_vec(&value).expect("memory takes all bytes");
    assert_eq!(borsh::from_slice::<T>(&bytes).expect("our own bytes"), value);
    true
}

fn reads_back<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
    let json = serde_json::to_vec(value).expect("what is said has a JSON form");
    assert_eq!(serde_json::from_slice::<T>(&json).expect("our own JSON"), *value);
}

/// What a node answers, as the first byte names it: what a client reads reads back.
pub fn answer(data: &[u8]) -> bool {
    let Some((kind, text)) = data.split_first() else {
        return false;
    };
    match kind % 12 {
        0 => answered::<Told>(text),
        1 => answered::<Vec<Brought>>(text),
        2 => answered::<ApiError>(text),
        3 => answered::<Status>(text),
        4 => answered::<TransactionInfo>(text),
        5 => answered::<Positions>(text),
        6 => answered::<EventPage>(text),
        7 => answered::<PricePage>(text),
        8 => answered::<VaultHistory>(text),
        9 => answered::<LiquidationPage>(text),
        10 => answered::<PastTransactionPage>(text),
        _ => answered::<BlockResult>(text),
    }
}

fn answered<T: Serialize + DeserializeOwned + Debug + PartialEq>(text: &[u8]) -> bool {
    let read = serde_json::from_slice::<T>(text);
    read.is_ok_and(|value| {
        reads_back(&value);
        true
    })
}

/// A root, an entry and a proof about it: it shows membership or absence, never both; and it shows this of one value only.
pub fn proof(data: &[u8]) -> bool {
    let Ok(read) = borsh::from_slice::<(Hash, u16, Vec<u8>, Vec<u8>, Proof)>(data) else {
        return false;
    };
    let again = borsh::to_vec(&read).expect("memory takes all bytes");
    assert_eq!(again, data, "one value has one encoding");
    let (root, table, key, value, proof) = read;
    reads_back(&proof);
    let member = |root: &Hash, value: &[u8]| verify_membership(root, table, &key, value, &proof);
    let absent = |root: &Hash| verify_absence(root, table, &key, &proof);
    assert!(member(&root, &value).is_err() || absent(&root).is_err());
    // Under the root that it leads to, what it says holds, and of nothing else.
    if let Err(ProofError::WrongRoot { found, .. }) = member(&root, &value) {
        assert_eq!(member(&found, &value), Ok(()));
        assert!(member(&found, &[&value[..], &[0]].concat()).is_err());
        assert!(absent(&found).is_err());
    }
    if let Err(ProofError::WrongRoot { found, .. }) = absent(&root) {
        assert_eq!(absent(&found), Ok(()));
        assert!(member(&found, &value).is_err());
    }
    member(&root, &value).is_ok() || absent(&root).is_ok()
}
