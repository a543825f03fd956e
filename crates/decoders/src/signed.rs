//! What somebody has signed, and the files of their keys.

use ballast_protocol::proof::Hash;
use ballast_protocol::{AccountId, SourceKey, Transaction, arbitrary};
use ballast_signing::oracle::{Package, pyth, redstone};
use ballast_signing::{Domain, Signature, SignedObservation, SignedTransaction, keystore, typed_data as document};

fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

/// Canonical bytes: what is read is written back the same, in both forms, and verified or refused.
pub fn transaction(data: &[u8]) -> bool {
    let Ok(signed) = SignedTransaction::decode(data) else {
        return false;
    };
    assert_eq!(
        borsh::to_vec(&signed).expect("memory takes all bytes"),
        data,
        "one value has one encoding"
    );
    let json = serde_json::to_vec(&signed).expect("what is said has a JSON form");
    assert_eq!(
        serde_json::from_slice::<SignedTransaction>(&json).expect("our own JSON"),
        signed
    );
    is_verified(&signed)
}

/// JSON: what is read reads back.
pub fn transaction_json(data: &[u8]) -> bool {
    let Ok(signed) = serde_json::from_slice::<SignedTransaction>(data) else {
        return false;
    };
    let json = serde_json::to_vec(&signed).expect("what is said has a JSON form");
    assert_eq!(
        serde_json::from_slice::<SignedTransaction>(&json).expect("our own JSON"),
        signed
    );
    is_verified(&signed)
}

/// The list of transactions in one request, in both forms.
pub fn batch(data: &[u8]) -> bool {
    if let Ok(batch) = SignedTransaction::decode_batch(data) {
        let bytes = borsh::to_vec(&batch).expect("memory takes all bytes");
        assert_eq!(bytes, data, "one list has one encoding");
        return reads_back(&batch);
    }
    if let Ok(batch) = serde_json::from_slice::<Vec<SignedTransaction>>(data) {
        let bytes = borsh::to_vec(&batch).expect("memory takes all bytes");
        assert_eq!(SignedTransaction::decode_batch(&bytes).expect("our own bytes"), batch);
        return reads_back(&batch);
    }
    false
}

/// Whether all are verified, too.
fn reads_back(batch: &Vec<SignedTransaction>) -> bool {
    let json = serde_json::to_vec(batch).expect("what is said has a JSON form");
    let read: Vec<SignedTransaction> = serde_json::from_slice(&json).expect("our own JSON");
    assert_eq!(read, *batch);
    batch.iter().filter(|signed| is_verified(signed)).count() == batch.len()
}

fn is_verified(signed: &SignedTransaction) -> bool {
    signed.verify(&domain()).map_err(|refused| refused.to_string()).is_ok()
}

/// Canonical bytes of an observation, under a key of each kind.
pub fn observation(data: &[u8]) -> bool {
    let Ok(signed) = SignedObservation::decode(data) else {
        return false;
    };
    assert_eq!(
        borsh::to_vec(&signed).expect("memory takes all bytes"),
        data,
        "one value has one encoding"
    );
    let pyth = SourceKey::Pyth {
        guardians: vec![AccountId([1; 20]); 19],
        emitter_chain: 26,
        emitter: [0xe1; 32],
        price_id: [0xff; 32],
    };
    let redstone = SourceKey::RedStone {
        signer: AccountId([1; 20]),
        data_feed: [b'E'; 32],
    };
    for key in [SourceKey::Wallet(AccountId([1; 20])), redstone, pyth] {
        let _ = signed.verify(&key, &domain()).map_err(|refused| refused.to_string());
    }
    true
}

/// A payload of RedStone.
pub fn redstone_package(data: &[u8]) -> bool {
    let feed = redstone::data_feed("ETH").expect("a short name");
    let quote = redstone::verify(data, REDSTONE_SIGNER, &feed);
    assert!(quote.as_ref().is_ok_and(|quote| !quote.price.is_zero()) || quote.is_err());
    round_trip(data);
    quote.is_ok()
}

/// The signer of the seeds: the wallet of the key 0x0101….
pub const REDSTONE_SIGNER: AccountId = AccountId([
    0x1a, 0x64, 0x2f, 0x0e, 0x3c, 0x3a, 0xf5, 0x45, 0xe7, 0xac, 0xbd, 0x38, 0xb0, 0x72, 0x51, 0xb3, 0x99, 0x09, 0x14,
    0xf1,
]);

/// An update of Pyth.
pub fn pyth_package(data: &[u8]) -> bool {
    let set = include_str!("../../signing/tests/data/wormhole-set-3.txt");
    let guardians: Vec<AccountId> = set.lines().filter_map(|line| line.parse().ok()).collect();
    let bytes = |text| ballast_protocol::hex::parse(text).expect("32 bytes");
    let address = bytes("0xe101faedac5851e32b9b23b5f9411a8c2bac4aae3ed4dd7b811dd1a72ea4aa71");
    let id = bytes("0xc96458d393fe9deb7a7d63a0ac41e2898a67a7750dbd166673279e06c868df0a");
    let quote = pyth::verify(data, &guardians, pyth::Emitter { chain: 26, address }, &id);
    assert!(quote.as_ref().is_ok_and(|quote| !quote.price.is_zero()) || quote.is_err());
    round_trip(data);
    quote.is_ok()
}

/// The text of any bytes is read back.
fn round_trip(data: &[u8]) {
    if let Ok(package) = Package::new(data.to_vec()) {
        assert_eq!(package.to_string().parse(), Ok(package));
    }
}

/// The text of a signature.
pub fn signature_text(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else { return false };
    let Ok(signature) = text.parse::<Signature>() else {
        return false;
    };
    assert_eq!(signature.to_string(), text.to_ascii_lowercase());
    true
}

/// The document and the digest of any transaction.
pub fn typed_data(data: &[u8]) -> bool {
    let Some(transaction) = arbitrary::value::<Transaction>(data) else {
        return false;
    };
    let shown = document(&transaction, &domain());
    let message = shown["message"].as_object().expect("a message is an object");
    assert_eq!(
        message.len(),
        5 + transaction.commands.len(),
        "each field and command is shown"
    );
    let types = shown["types"]["Transaction"].as_array().expect("the type is a list");
    assert_eq!(types.len(), message.len());
    true
}

/// The text of a key file, up to where a password would be tried.
pub fn key_file(data: &[u8]) -> bool {
    keystore::check(data).map_err(|refused| refused.to_string()).is_ok()
}
