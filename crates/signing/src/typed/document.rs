//! A message as the JSON document that wallets take.

use ballast_num::U256;
use serde_json::{Map, Value as Json, json};

use super::types::Types;
use super::value::{Atom, Struct, Value};
use super::{Domain, NAME, VERSION};

/// The largest integer that every reader of JSON keeps.
const SAFE_MAX: u64 = (1 << 53) - 1;

/// Types, domain and message.
pub(super) fn document(message: &Value, domain: &Domain) -> Json {
    let types = Types::of(message);
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let mut all = Map::new();
    all.insert(
        "EIP712Domain".to_owned(),
        json!([
            field("name", "string"),
            field("version", "string"),
            field("chainId", "uint256"),
            field("salt", "bytes32")
        ]),
    );
    for definition in &types.all {
        let fields = definition.fields.iter().map(|(name, kind)| field(name, kind)).collect();
        all.insert(definition.name.clone(), Json::Array(fields));
    }
    // A structure ends after its parts, so the message itself is the last.
    let primary = types.all.last().map(|definition| definition.name.as_str());
    let chain_id = match domain.chain_id {
        safe @ ..=SAFE_MAX => json!(safe),
        large => json!(large.to_string()),
    };
    json!({
        "types": all,
        "primaryType": primary,
        "domain": { "name": NAME, "version": VERSION, "chainId": chain_id, "salt": hex(&domain.genesis.0) },
        "message": json_of(message),
    })
}

/// Numbers as decimal strings, bytes as hexadecimal ones.
fn json_of(value: &Value) -> Json {
    match value {
        Value::Word(Atom::Bool, word) => json!(word.last() == Some(&1)),
        Value::Word(Atom::Uint64 | Atom::Uint256, word) => json!(unsigned(word).to_string()),
        Value::Word(Atom::Int64 | Atom::Int256, word) => json!(signed(word).to_string()),
        Value::Word(Atom::Address, word) => json!(hex(word.get(12..).unwrap_or(word))),
        Value::Word(Atom::Bytes32, word) => json!(hex(word)),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!(hex(bytes)),
        Value::Variant(_, value) => json_of(value),
        Value::Array(items) => items.iter().map(json_of).collect(),
        Value::Struct(Struct { fields, .. }) => {
            let named = fields.iter().map(|(label, field)| (label.of(field), json_of(field)));
            Json::Object(named.collect())
        }
    }
}

/// The lower half of a word.
fn low(word: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&word[16..]);
    half
}

fn unsigned(word: &[u8; 32]) -> U256 {
    let mut high = [0; 16];
    high.copy_from_slice(&word[..16]);
    U256::from_parts(u128::from_be_bytes(high), u128::from_be_bytes(low(word)))
}

/// No integer of more than 128 bits is signed.
fn signed(word: &[u8; 32]) -> i128 {
    i128::from_be_bytes(low(word))
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once("0x".to_owned()).chain(digits).collect()
}
