//! A small reserve whose accounts have real keys.

#![allow(dead_code, clippy::unwrap_used)] // each test uses its part; a helper that cannot go on has failed

pub(crate) mod chain;

use ballast_num::{Amount, Decimals, Price, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, Command, FeeOffer, FeedId, FeedSpec, Genesis, Limits, Observation, Opening,
    OpeningBalance, Signer, SourceId, SourceKey, SourceSpec, Transaction, TypeId, TypeSpec, VaultRef, coins,
};
use ballast_signing::{Domain, SignedObservation, SignedTransaction, WalletKey};

pub(crate) const COIN: AssetId = AssetId(0);
pub(crate) const ETHER: AssetId = AssetId(1);
pub(crate) const FEED: FeedId = FeedId(1);
pub(crate) const TYPE: TypeId = TypeId(1);
pub(crate) const START: u64 = 1_700_000_000;
pub(crate) const WALLETS: u8 = 8;

/// The key of a wallet, from 1.
pub(crate) fn wallet(number: u8) -> WalletKey {
    WalletKey::from_bytes([number; 32]).unwrap()
}

/// The key of a source of prices: sources 1 to 5.
pub(crate) fn source(number: u8) -> WalletKey {
    WalletKey::from_bytes([100 + number; 32]).unwrap()
}

/// Ether at 2,000 USD; each wallet has 1,000 ether.
pub(crate) fn genesis() -> Genesis {
    let feed = FeedSpec::standard(FEED, "ETH-USD", 1);
    let sources = feed.sources.iter().zip(1..).map(|(id, number)| SourceSpec {
        id: *id,
        key: SourceKey::Wallet(source(number).address()),
    });
    let opening = Opening {
        prices: vec![(FEED, Price::whole(2_000))],
        balances: (1..=WALLETS)
            .map(|number| OpeningBalance {
                asset: ETHER,
                account: wallet(number).address(),
                amount: coins(1_000),
            })
            .collect(),
        ..Opening::default()
    };
    Genesis {
        chain_id: 31_337,
        time: Timestamp(START),
        authority: wallet(1).address(),
        limits: Limits::standard(COIN),
        assets: vec![
            Asset {
                id: COIN,
                symbol: "USB".into(),
                decimals: Decimals::MAX,
                feed: None,
            },
            Asset {
                id: ETHER,
                symbol: "ETH".into(),
                decimals: Decimals::MAX,
                feed: Some(FEED),
            },
        ],
        sources: sources.collect(),
        feeds: vec![feed],
        types: vec![TypeSpec::standard(TYPE, "ETH-A", ETHER, FEED)],
        markets: Vec::new(),
        opening,
    }
}

/// A signed transaction that pays its fee in ether.
pub(crate) fn signed(
    from: u8,
    nonce: u64,
    now: Timestamp,
    commands: Vec<Command>,
    domain: &Domain,
) -> SignedTransaction {
    let key = wallet(from);
    let transaction = Transaction {
        sender: key.address(),
        signer: Signer::Wallet,
        nonce,
        expiry: Timestamp(now.0 + 600),
        fee: FeeOffer {
            asset: ETHER,
            on_failure: ETHER,
            limit: coins(1),
        },
        commands,
    };
    key.sign(transaction, domain)
}

/// Sends a base unit of ether to somebody.
pub(crate) fn send(from: u8, nonce: u64, now: Timestamp, domain: &Domain) -> SignedTransaction {
    let command = Command::Send {
        asset: ETHER,
        to: AccountId::numbered(nonce),
        amount: Amount::ONE,
    };
    signed(from, nonce, now, vec![command], domain)
}

/// Opens a vault, puts ether into it and draws coins.
pub(crate) fn open_vault(from: u8, nonce: u64, now: Timestamp, domain: &Domain) -> SignedTransaction {
    let vault = VaultRef::Opened(0);
    let commands = vec![
        Command::OpenVault { collateral_type: TYPE },
        Command::Deposit {
            vault,
            amount: coins(20),
        },
        Command::DrawDebt {
            vault,
            amount: coins(5_000),
        },
    ];
    signed(from, nonce, now, commands, domain)
}

/// What a source says of ether.
pub(crate) fn price(of: u8, price: Price, time: Timestamp, domain: &Domain) -> SignedObservation {
    let observation = Observation {
        feed: FEED,
        source: SourceId(of.into()),
        price,
        time,
    };
    source(of).sign_observation(observation, domain)
}
