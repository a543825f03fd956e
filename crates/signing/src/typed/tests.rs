//! Digests are those of the peers' reading of our documents, and no two transactions share one.

use alloy_dyn_abi::TypedData;
use ballast_num::{Amount, Price, Ratio, Timestamp};
use ballast_protocol::{
    AssetId, Command, CommandKind, FeeOffer, FeedId, MarketId, Order, ParameterChange, Protection, Repayment,
    SessionKey, Signer, SourceId, SpendingLimit, StandingOrder, TypeId, TypeParameter, VaultId, VaultRef, arbitrary,
};
use proptest::prelude::*;
use serde::Serialize;

use super::types::{Types, type_hashes};
use super::*;
use crate::{SignedTransaction, WalletKey};

fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

fn wallet() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

/// The digest that alloy makes of a document.
fn peers_digest(document: serde_json::Value) -> [u8; 32] {
    let read: TypedData = serde_json::from_value(document).unwrap();
    read.eip712_signing_hash().unwrap().0
}

fn check(transaction: &Transaction) {
    let document = typed_data(transaction, &domain());
    assert_eq!(
        domain().digest(transaction).0,
        peers_digest(document.clone()),
        "{document:#}"
    );
    // Remembered or not, a shape has the same hashes.
    let message = message(transaction);
    assert_eq!(type_hashes(&message), types::remembered(&message));
}

fn with(commands: Vec<Command>) -> Transaction {
    Transaction {
        sender: wallet().address(),
        signer: Signer::Wallet,
        nonce: 3,
        expiry: Timestamp(1_800_000_000),
        fee: FeeOffer {
            asset: AssetId(0),
            on_failure: AssetId(1),
            limit: Amount::from_raw(10_u128.pow(18)),
        },
        commands,
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_transaction_has_the_digest_that_wallets_make(bytes in bytes()) {
        if let Some(transaction) = arbitrary::value::<Transaction>(&bytes) {
            check(&transaction);
        }
    }

    #[test]
    fn any_observation_has_the_digest_that_wallets_make(bytes in bytes()) {
        let observation: Observation = arbitrary::value(&bytes).unwrap();
        let document = typed_observation(&observation, &domain());
        prop_assert_eq!(domain().observation_digest(&observation), peers_digest(document));
    }

    /// One byte of what a transaction is made from changes, and with it the transaction or nothing.
    #[test]
    fn another_transaction_has_another_digest(bytes in bytes(), at in 0..300_usize, to: u8) {
        let mut others = bytes.clone();
        if let Some(byte) = others.get_mut(at) {
            *byte = to;
        }
        let one: Option<Transaction> = arbitrary::value(&bytes);
        let other: Option<Transaction> = arbitrary::value(&others);
        if let (Some(one), Some(other)) = (one, other) {
            prop_assert_eq!(one == other, domain().digest(&one) == domain().digest(&other));
        }
    }

    /// Names mean one thing in a document, and are names.
    #[test]
    fn types_are_named_like_types(bytes in bytes()) {
        if let Some(transaction) = arbitrary::value::<Transaction>(&bytes) {
            let types = Types::of(&message(&transaction)).all;
            for definition in &types {
                let (stem, number) = definition.name.split_once('_').unwrap_or((&definition.name, "2"));
                prop_assert!(stem.chars().all(|letter| letter.is_ascii_alphanumeric()), "{stem}");
                prop_assert!(stem.starts_with(|letter: char| letter.is_ascii_uppercase()) && stem != "EIP712Domain");
                prop_assert!(number.parse::<u32>().is_ok_and(|number| number >= 2));
                let fields: std::collections::BTreeSet<_> = definition.fields.iter().map(|(name, _)| name).collect();
                prop_assert_eq!(fields.len(), definition.fields.len());
                for (name, _) in &definition.fields {
                    prop_assert!(name.starts_with(|letter: char| letter.is_ascii_lowercase()), "{name}");
                    prop_assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_'), "{name}");
                }
            }
            let names: std::collections::BTreeSet<_> = types.iter().map(|definition| &definition.name).collect();
            prop_assert_eq!(names.len(), types.len());
        }
    }
}

/// The first byte names the variant, so that each command comes up, alone and beside others.
#[test]
fn every_command() {
    let mut kinds = std::collections::BTreeSet::new();
    for first in 0..=u8::MAX {
        for rest in [0, 1, 2, 3, 5, 0x51, 0xff] {
            let bytes: Vec<u8> = std::iter::once(first).chain(std::iter::repeat_n(rest, 200)).collect();
            let Some(command) = arbitrary::value::<Command>(&bytes) else {
                continue;
            };
            let json = serde_json::to_value(&command).unwrap();
            kinds.insert(json.as_object().unwrap().keys().next().unwrap().clone());
            check(&with(vec![command.clone()]));
            check(&with(vec![
                deposit(VaultRef::Opened(1)),
                command,
                deposit(VaultRef::Id(VaultId(7))),
            ]));
        }
    }
    assert!(kinds.len() >= 20, "{kinds:?}");
}

fn deposit(vault: VaultRef) -> Command {
    Command::Deposit {
        vault,
        amount: Amount::from_raw(5),
    }
}

/// The types of a transaction, one a line, as wallets hash them.
fn written(transaction: &Transaction) -> String {
    let document = typed_data(transaction, &domain());
    let digest = domain().digest(transaction);
    format!("{document:#}\ndigest {digest}\n")
}

#[test]
fn golden_open_deposit_and_draw() {
    let vault = VaultRef::Opened(0);
    let transaction = with(vec![
        Command::OpenVault {
            collateral_type: TypeId(1),
        },
        Command::Deposit {
            vault,
            amount: Amount::from_raw(10_000_000_000_000_000_000),
        },
        Command::DrawDebt {
            vault,
            amount: Amount::from_raw(12_000_000_000_000_000_000_000),
        },
    ]);
    insta::assert_snapshot!(written(&transaction));

    // `cast wallet sign --private-key 0x0101… --data --from-file` made this of the document above (cast 1.7.1).
    let signature = "0xd07df0e7f302a7bfbd822559ef4354d83a9c8ed84770dcb212850f72da5f09ba0beef1cacfe0e06d071842bff8be6ec7b20f5a1c16450cd106c53ddedea19aa51b";
    let signed = SignedTransaction {
        transaction,
        signature: signature.parse().unwrap(),
    };
    assert_eq!(signed.verify(&domain()), Ok(domain().digest(&signed.transaction)));
    assert_eq!(wallet().sign(signed.transaction.clone(), &domain()), signed);
}

#[test]
fn golden_one_name_with_two_shapes() {
    let mut transaction = with(vec![deposit(VaultRef::Opened(0)), deposit(VaultRef::Id(VaultId(7)))]);
    transaction.signer = Signer::Session(SessionKey([9; 32]));
    insta::assert_snapshot!(written(&transaction));
}

#[test]
fn golden_choices_within_choices() {
    let order = StandingOrder {
        trigger: Ratio::percent(160),
        restore: Ratio::percent(200),
        action: Protection::Repay {
            limit: Amount::from_raw(1_000),
        },
    };
    let vault = VaultRef::Id(VaultId(7));
    let parameter = ParameterChange::Type(TypeId(1), TypeParameter::DebtFloor(Amount::from_raw(100)));
    let transaction = with(vec![
        Command::SetStandingOrder {
            vault,
            order: Some(order),
        },
        Command::SetStandingOrder { vault, order: None },
        Command::RepayDebt {
            vault,
            amount: Repayment::All,
        },
        Command::Queue {
            order: Order::Sell {
                market: MarketId(0),
                amount: Amount::from_raw(4),
                limit: Price::whole(2_000),
            },
            expiry: Timestamp(1_800_000_000),
        },
        Command::SetParameter(parameter),
    ]);
    insta::assert_snapshot!(written(&transaction));
}

#[test]
fn golden_a_session_granted_and_revoked() {
    let limits = [(AssetId(0), 5_000), (AssetId(1), 1)].map(|(asset, amount)| SpendingLimit {
        asset,
        amount: Amount::from_raw(amount),
    });
    let transaction = with(vec![
        Command::GrantSession {
            key: SessionKey([9; 32]),
            scope: [CommandKind::Deposit, CommandKind::RepayDebt].into_iter().collect(),
            limits: limits.to_vec(),
            expiry: Timestamp(1_800_000_000),
        },
        Command::RevokeSession {
            key: SessionKey([8; 32]),
        },
    ]);
    insta::assert_snapshot!(written(&transaction));
}

#[test]
fn golden_observation() {
    let observation = Observation {
        feed: FeedId(1),
        source: SourceId(4),
        price: Price::whole(2_000),
        time: Timestamp(1_700_000_000),
    };
    let document = typed_observation(&observation, &domain());
    insta::assert_snapshot!(format!("{document:#}"));
}

/// What is hashed of any value under one type.
fn hash(said: &impl Serialize) -> [u8; 32] {
    let fields = vec![(Label::Name("it"), value(said))];
    let message = Value::Struct(Struct {
        scope: "",
        name: "Said",
        fields,
    });
    hash_of(&message, &type_hashes(&message))
}

/// All these have different hashes, though their text looks alike.
#[test]
fn choices_of_one_type_are_told_apart() {
    #[derive(Serialize)]
    enum Inner {
        None,
        Some,
        Value { value: u64 },
        Pair(u64, u64),
    }
    #[derive(Serialize)]
    struct Holder {
        may: Option<Option<Inner>>,
        texts: Vec<Option<&'static str>>,
    }
    let holder = |may, texts| hash(&Holder { may, texts });
    let all = [
        holder(None, vec![]),
        holder(Some(None), vec![]),
        holder(Some(Some(Inner::None)), vec![]),
        holder(Some(Some(Inner::Some)), vec![]),
        holder(Some(Some(Inner::Value { value: 1 })), vec![]),
        holder(Some(Some(Inner::Pair(1, 1))), vec![]),
        holder(Some(Some(Inner::Pair(1, 2))), vec![]),
        holder(None, vec![None]),
        holder(None, vec![Some("None")]),
        holder(None, vec![Some("")]),
        holder(None, vec![None, None]),
        holder(None, vec![None, Some("None")]),
        holder(None, vec![Some("None"), None]),
    ];
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}

/// `A` and `Bc` write as `AB` and `c` do: one name, and still two meanings in one document.
#[test]
fn names_that_run_together_are_numbered() {
    #[derive(Serialize)]
    enum Or {
        DerSell { amount: u64 },
    }
    #[derive(Serialize)]
    enum OrDer {
        Sell { amount: u128 },
    }
    #[derive(Serialize)]
    struct Both(Or, OrDer);
    let message = value(&Both(Or::DerSell { amount: 1 }, OrDer::Sell { amount: 1 }));
    let names: Vec<String> = Types::of(&message)
        .all
        .into_iter()
        .map(|definition| definition.name)
        .collect();
    assert_eq!(names, ["OrDerSell", "OrDerSell_2", "Both"]);
    let document = document::document(&message, &domain());
    assert_eq!(domain().digest_of(&message), peers_digest(document));
}

/// Shapes come and go, and their hashes stay what they are.
#[test]
fn more_shapes_than_are_remembered() {
    for bits in 0..1_500 {
        let command = |at: u32| match bits >> at & 1 {
            0 => Command::OpenVault {
                collateral_type: TypeId(at),
            },
            _ => deposit(VaultRef::Opened(1)),
        };
        let message = message(&with((0..11).map(command).collect()));
        assert_eq!(types::remembered(&message), type_hashes(&message));
        assert_eq!(types::remembered(&message), type_hashes(&message));
    }
}

#[test]
fn floats_and_maps_are_refused() {
    assert!(1.5_f64.serialize(Builder).is_err());
    assert!(std::collections::BTreeMap::from([(1, 2)]).serialize(Builder).is_err());
}

#[test]
fn domains_differ_in_chain_and_genesis() {
    let transaction = with(vec![deposit(VaultRef::Opened(0))]);
    let digests = [
        domain().digest(&transaction),
        Domain::new(1, Hash([7; 32])).digest(&transaction),
        Domain::new(8_453, Hash([8; 32])).digest(&transaction),
    ];
    assert!(digests[0] != digests[1] && digests[0] != digests[2] && digests[1] != digests[2]);
}
