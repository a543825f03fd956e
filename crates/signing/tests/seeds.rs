//! The fuzz targets over their seeds, without a fuzzer. The seeds are made here, so that they stay good when what is said
//! changes: `BALLAST_WRITE_SEEDS=1 cargo test -p ballast-signing --test seeds` writes them anew.
#![allow(clippy::unwrap_used, reason = "a helper of tests, where a panic is the failure")]

use std::fs;
use std::path::{Path, PathBuf};

use alloy_primitives::keccak256;
use ballast_num::{Amount, Price, Timestamp};
use ballast_protocol::proof::Hash;
use ballast_protocol::{
    AssetId, Command, FeeOffer, FeedId, Observation, Repayment, Signer, SourceId, Transaction, TypeId, VaultId,
    VaultRef,
};
use ballast_signing::oracle::{Package, redstone};
use ballast_signing::{Domain, Evidence, SessionKeyPair, SignedObservation, WalletKey};

#[path = "../../../fuzz/targets.rs"]
mod targets;

/// A function that takes any bytes.
type Target = fn(&[u8]);

/// Each target by the name of its folder.
const TARGETS: [(&str, Target); 8] = [
    ("signed_transaction", targets::signed_transaction),
    ("signed_transaction_json", targets::signed_transaction_json),
    ("signed_observation", targets::signed_observation),
    ("redstone_package", targets::redstone_package),
    ("pyth_package", targets::pyth_package),
    ("signature_text", targets::signature_text),
    ("typed_data", targets::typed_data),
    ("key_file", targets::key_file),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds")
}

fn wallet() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

fn transaction(signer: Signer) -> Transaction {
    let vault = VaultRef::Opened(0);
    Transaction {
        sender: wallet().address(),
        signer,
        nonce: 3,
        expiry: Timestamp(1_800_000_000),
        fee: FeeOffer {
            asset: AssetId(0),
            on_failure: AssetId(1),
            limit: Amount::from_raw(10_u128.pow(18)),
        },
        commands: vec![
            Command::OpenVault {
                collateral_type: TypeId(1),
            },
            Command::Deposit {
                vault,
                amount: Amount::from_raw(10_u128.pow(19)),
            },
            Command::RepayDebt {
                vault: VaultRef::Id(VaultId(7)),
                amount: Repayment::All,
            },
        ],
    }
}

/// A payload of one package of one feed, as a node of RedStone makes it.
fn redstone_payload() -> Vec<u8> {
    let mut bytes = redstone::data_feed("ETH").unwrap().to_vec();
    bytes.extend([0; 16]);
    bytes.extend(200_012_345_678_u128.to_be_bytes());
    bytes.extend(&1_700_000_000_000_u64.to_be_bytes()[2..]);
    bytes.extend(32_u32.to_be_bytes());
    bytes.extend([0, 0, 1]);
    bytes.extend(wallet().sign_digest(keccak256(&bytes).0));
    bytes.extend([0, 1, 0, 0, 0]);
    bytes.extend(redstone::MARKER);
    bytes
}

/// The published example of the format.
const KEY_FILE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,
"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"version":3}"#;

fn pyth_update() -> Package {
    include_str!("data/pyth-update.hex").trim().parse().unwrap()
}

/// Target, name and bytes of each seed.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let pair = SessionKeyPair::from_bytes([2; 32]);
    let by_wallet = wallet().sign(transaction(Signer::Wallet), &domain());
    let by_session = pair.sign(transaction(Signer::Session(pair.key())), &domain());
    let (feed, source, price, time) = (FeedId(1), SourceId(4), Price::whole(2_000), Timestamp(1_700_000_000));
    let observation = Observation {
        feed,
        source,
        price,
        time,
    };
    let of = |evidence| borsh::to_vec(&SignedObservation { observation, evidence }).unwrap();
    let redstone = Package::new(redstone_payload()).unwrap();
    vec![
        ("signed_transaction", "wallet", borsh::to_vec(&by_wallet).unwrap()),
        ("signed_transaction", "session", borsh::to_vec(&by_session).unwrap()),
        (
            "signed_transaction_json",
            "wallet",
            serde_json::to_vec_pretty(&by_wallet).unwrap(),
        ),
        (
            "signed_transaction_json",
            "session",
            serde_json::to_vec_pretty(&by_session).unwrap(),
        ),
        (
            "signed_observation",
            "wallet",
            borsh::to_vec(&wallet().sign_observation(observation, &domain())).unwrap(),
        ),
        (
            "signed_observation",
            "redstone",
            of(Evidence::RedStone(redstone.clone())),
        ),
        ("signed_observation", "pyth", of(Evidence::Pyth(pyth_update()))),
        ("redstone_package", "one", redstone.as_bytes().to_vec()),
        ("pyth_package", "recorded", pyth_update().as_bytes().to_vec()),
        ("signature_text", "wallet", by_wallet.signature.to_string().into_bytes()),
        (
            "signature_text",
            "session",
            by_session.signature.to_string().into_bytes(),
        ),
        ("typed_data", "counting", (0..=255).collect()),
        ("typed_data", "ones", vec![1; 100]),
        ("key_file", "scrypt", KEY_FILE.as_bytes().to_vec()),
    ]
}

/// The seeds on disk are those made here; or they are made so.
fn check_seeds() {
    for (target, name, bytes) in seeds() {
        let path = folder().join(target).join(name);
        if std::env::var_os("BALLAST_WRITE_SEEDS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        assert!(
            fs::read(&path).unwrap() == bytes,
            "{}: write the seeds anew",
            path.display()
        );
    }
}

#[test]
fn every_target_takes_its_seeds() {
    check_seeds();
    for (name, target) in TARGETS {
        let seeds = fs::read_dir(folder().join(name)).unwrap();
        let mut count = 0;
        for seed in seeds {
            let bytes = fs::read(seed.unwrap().path()).unwrap();
            target(&bytes);
            // And each of its beginnings, and what a fuzzer would make of it first.
            (0..bytes.len()).step_by(7).for_each(|end| target(&bytes[..end]));
            (0..MUTATIONS).for_each(|number| target(&mutated(&bytes, number)));
            count += 1;
        }
        assert!(count > 0, "{name} has no seeds");
    }
}

/// How many variants of each seed are tried.
const MUTATIONS: u64 = 300;

/// The seed with one to four changes that follow from a number: a byte, a bit, a repeated or a lost stretch.
fn mutated(seed: &[u8], number: u64) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    let hash = keccak256(number.to_le_bytes());
    for change in hash.chunks_exact(8).take(1 + usize::from(hash[31] % 4)) {
        let [kind, value, length, at @ ..] = change else {
            continue;
        };
        let from = at.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) % (bytes.len() + 1);
        let upto = (from + usize::from(*length)).min(bytes.len());
        match (kind % 4, bytes.get_mut(from)) {
            (0, Some(byte)) => *byte = *value,
            (1, Some(byte)) => *byte ^= 1 << (value % 8),
            (2, _) => drop(bytes.drain(from..upto)),
            _ => {
                let stretch = bytes[from..upto].to_vec();
                bytes.splice(from..from, stretch);
            }
        }
    }
    bytes
}

/// The good seeds are good: the fuzzer starts behind the first check, not before it.
#[test]
fn good_seeds_are_accepted() {
    let feed = redstone::data_feed("ETH").unwrap();
    assert_eq!(targets::REDSTONE_SIGNER, wallet().address());
    assert!(redstone::verify(&redstone_payload(), wallet().address(), &feed).is_ok());
    assert!(ballast_signing::keystore::check(KEY_FILE.as_bytes()).is_ok());
    let good = wallet().sign(transaction(Signer::Wallet), &domain());
    assert!(good.verify(&domain()).is_ok());
}
