//! Good seeds: what a fuzzer begins with.
#![allow(clippy::unwrap_used, reason = "a helper of tests, where a panic is the failure")]

use ballast_decoders::{journal, world};
use ballast_engine::apply_block;
use ballast_journal::{Entry, Portable, SignedBlock};
use ballast_num::{Amount, Price, Timestamp};
use ballast_protocol::api::{Brought, Positions, Told};
use ballast_protocol::proof::Hash;
use ballast_protocol::{
    AccountId, AssetId, Block, Command, Event, FeeOffer, FeedId, Height, Observation, Order, PoolId, Receipt, Rejected,
    Repayment, Scope, Signer, SourceId, SpendingLimit, Transaction, TypeId, VaultId, VaultRef, arbitrary, coins, table,
};
use ballast_signing::oracle::{Package, redstone};
use ballast_signing::{Domain, Evidence, SessionKeyPair, SignedObservation, WalletKey};
use borsh::BorshSerialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha3::{Digest, Keccak256};

pub(crate) fn wallet() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

pub(crate) fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

pub(crate) fn transaction(signer: Signer) -> Transaction {
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
pub(crate) fn redstone_payload() -> Vec<u8> {
    let mut bytes = redstone::data_feed("ETH").unwrap().to_vec();
    bytes.extend([0; 16]);
    bytes.extend(200_012_345_678_u128.to_be_bytes());
    bytes.extend(&1_700_000_000_000_u64.to_be_bytes()[2..]);
    bytes.extend(32_u32.to_be_bytes());
    bytes.extend([0, 0, 1]);
    bytes.extend(wallet().sign_digest(Keccak256::digest(&bytes).into()));
    bytes.extend([0, 1, 0, 0, 0]);
    bytes.extend(redstone::MARKER);
    bytes
}

/// The published example of the format.
pub(crate) const KEY_FILE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,
"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"version":3}"#;

fn pyth_update() -> Package {
    include_str!("../../../signing/tests/data/pyth-update.hex")
        .trim()
        .parse()
        .unwrap()
}

/// Target, name and bytes.
type Seed = (&'static str, &'static str, Vec<u8>);

/// All seeds that are made and not found.
pub(crate) fn seeds() -> Vec<Seed> {
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
    let batch = vec![by_wallet.clone(), by_session.clone()];
    let mut seeds = vec![
        ("signed_batch", "two", borsh::to_vec(&batch).unwrap()),
        ("signed_batch", "json", serde_json::to_vec(&batch).unwrap()),
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
    ];
    seeds.extend(of_what_is_said());
    seeds.extend(of_reserves());
    seeds.extend(of_journals());
    seeds
}

/// Any value of a type, with most of its parts.
fn any<T: DeserializeOwned>(from: u8) -> T {
    let bytes: Vec<u8> = (0..=250_u8)
        .cycle()
        .step_by(37)
        .map(|byte| byte ^ from)
        .take(400)
        .collect();
    arbitrary::value(&bytes).unwrap_or_else(|| any(from + 1))
}

/// The canonical bytes after the number of their type.
fn canonical(kind: u8, value: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(&(kind, value)).unwrap()
}

/// The JSON after the number of its type.
fn json(kind: u8, value: &impl Serialize) -> Vec<u8> {
    [&[kind][..], &serde_json::to_vec(value).unwrap()].concat()
}

fn of_what_is_said() -> Vec<Seed> {
    let scope = Scope::default();
    let limits = vec![SpendingLimit {
        asset: world::COIN,
        amount: coins(5),
    }];
    let block = block(12, Price::whole(2_000), 0);
    let result = apply_block(&mut world::state(), &block).unwrap();
    let answers = [
        ("told", json(0, &any::<Told>(1))),
        ("brought", json(1, &vec![any::<Brought>(2)])),
        ("positions", json(5, &any::<Positions>(3))),
        ("result", json(11, &result)),
    ];
    let mut seeds: Vec<Seed> = answers.map(|(name, bytes)| ("answer_json", name, bytes)).to_vec();
    seeds.extend([
        ("said", "transaction", canonical(0, &transaction(Signer::Wallet))),
        ("said", "command", canonical(1, &any::<Command>(0))),
        ("said", "block", canonical(3, &block)),
        ("said", "event", canonical(4, &any::<Event>(0))),
        ("said", "rejected", canonical(5, &any::<Rejected>(0))),
        ("said", "receipt", canonical(6, &result.receipts[0])),
        ("said", "order", canonical(7, &any::<Order>(0))),
        ("said", "genesis", canonical(8, &world::least())),
        ("said", "type", canonical(9, &world::genesis().types[0])),
        ("said", "limits", canonical(10, &(scope, &limits))),
        ("said_json", "transaction", json(0, &transaction(Signer::Wallet))),
        ("said_json", "command", json(1, &any::<Command>(0))),
        ("said_json", "block", json(3, &block)),
        ("said_json", "event", json(4, &any::<Event>(0))),
        ("said_json", "rejected", json(5, &any::<Rejected>(0))),
        ("said_json", "receipt", json(6, &any::<Receipt>(0))),
        ("said_json", "order", json(7, &any::<Order>(0))),
        ("said_json", "limits", json(9, &(scope, &limits))),
    ]);
    seeds.extend(of_proofs());
    let numbers = [
        ("amount", "340282366920938463463374607431768211455"),
        ("price", "2000.000000000000000001"),
        ("usd", "-170141183460469231731.687303715884105728"),
        ("account", "0x1a642f0e3c3af545e7acbd38b07251b3990914f1"),
    ];
    seeds.extend(numbers.map(|(name, text)| ("number_text", name, text.as_bytes().to_vec())));
    seeds
}

/// That somebody has an account, and that somebody else has none.
fn of_proofs() -> Vec<Seed> {
    let state = world::state();
    let proof = |account: u64| {
        let key = borsh::to_vec(&AccountId::numbered(account)).unwrap();
        let value = state.record(table::ACCOUNTS, &key).unwrap_or_default();
        let proof = state.prove(table::ACCOUNTS, &key);
        borsh::to_vec(&(state.root(), table::ACCOUNTS, key, value, proof)).unwrap()
    };
    vec![("proof", "member", proof(1)), ("proof", "absent", proof(99))]
}

/// A block of the small reserve in which all sources agree, one opens a vault and puts coins into the pool, and one sells.
fn block(later: u64, price: Price, nonce: u64) -> Block {
    let time = Timestamp(world::START.0 + later);
    let said = |source| Observation {
        feed: world::FEED,
        source: SourceId(source),
        price,
        time,
    };
    let vault = VaultRef::Opened(0);
    let first = vec![
        Command::OpenVault {
            collateral_type: world::TYPE,
        },
        Command::Deposit {
            vault,
            amount: coins(10),
        },
        Command::DrawDebt {
            vault,
            amount: coins(12_000),
        },
    ];
    let second = Command::Queue {
        order: Order::EnterPool {
            pool: PoolId::stability(world::TYPE),
            amount: coins(500),
        },
        expiry: Timestamp(time.0 + 3_600),
    };
    let from = |number, commands| Transaction {
        sender: AccountId::numbered(number),
        nonce,
        expiry: Timestamp(time.0 + 600),
        fee: FeeOffer {
            asset: world::COIN,
            on_failure: world::COIN,
            limit: coins(1),
        },
        commands,
        signer: Signer::Wallet,
    };
    Block {
        height: Height(1),
        time,
        observations: (1..=5).map(said).collect(),
        transactions: vec![from(4, first), from(5, vec![second])],
    }
}

/// Blocks in which ether falls by a tenth.
pub(crate) fn falling() -> Vec<Block> {
    let prices = [2_000, 1_800].map(Price::whole);
    (1..)
        .zip(prices)
        .map(|(turn, price)| block(12 * turn, price, turn))
        .collect()
}

fn of_reserves() -> Vec<Seed> {
    let counting: Vec<u8> = (0..=250_u8).cycle().take(1_024).collect();
    let hashed: Vec<u8> = (0..32_u8).flat_map(|at| *blake3::hash(&[at]).as_bytes()).collect();
    vec![
        ("genesis_json", "small", serde_json::to_vec(&world::genesis()).unwrap()),
        ("genesis_json", "least", serde_json::to_vec(&world::least()).unwrap()),
        ("genesis_changed", "counting", counting[..32].to_vec()),
        ("genesis_changed", "three", vec![0, 8, 3, 7, 0, 20, 3, 7, 0, 28, 4, 7]),
        ("blocks", "falling", borsh::to_vec(&falling()).unwrap()),
        ("commands", "counting", counting),
        ("commands", "hashes", hashed),
    ]
}

fn of_journals() -> Vec<Seed> {
    let block = block(12, Price::whole(2_000), 0);
    let signed = |observation| wallet().sign_observation(observation, &domain()).evidence;
    let entry = Entry {
        root: world::state().root(),
        block: SignedBlock {
            evidence: block.observations.iter().copied().map(signed).collect(),
            signatures: block
                .transactions
                .iter()
                .cloned()
                .map(|said| wallet().sign(said, &domain()).signature)
                .collect(),
            block,
        },
    };
    let least = ballast_engine::State::genesis(&world::least()).unwrap();
    let mut file = Vec::new();
    Portable::new(world::least(), least.clone()).write(&mut file).unwrap();
    vec![
        ("log_entry", "signed", entry.encode()),
        ("log_segment", "three", segment(&[b"one", b"", b"three"], 3)),
        ("log_segment", "lost", segment(&[b"one"], 9)),
        ("state_records", "small", journal::told(&world::state())),
        ("state_records", "least", journal::told(&least)),
        ("portable_file", "least", file),
    ]
}

/// Some records of a segment in which so many were durable, with checks that the target makes good.
fn segment(records: &[&[u8]], durable: u64) -> Vec<u8> {
    let mut bytes = vec![0; 24];
    for marked in [durable, durable.saturating_sub(1)] {
        bytes.extend(marked.to_le_bytes());
        bytes.extend([0; 8]);
    }
    for (height, record) in (1_u64..).zip(records) {
        bytes.extend(b"BLK\x02");
        bytes.extend(u32::try_from(record.len()).unwrap().to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend(*record);
    }
    bytes
}
