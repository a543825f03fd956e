//! The reserve of a trial: owners with keys, each with as many vaults, and what they say of them.

use std::time::{SystemTime, UNIX_EPOCH};

use ballast_num::{Amount, Decimals, NormalizedDebt, Price, Timestamp};
use ballast_protocol::{
    Asset, AssetId, Command, FeeOffer, FeedId, FeedSpec, Genesis, Limits, Observation, Opening, OpeningBalance,
    OpeningVault, Repayment, Signer, SourceKey, SourceSpec, Transaction, TypeId, TypeSpec, VaultId, VaultRef, coins,
};
use ballast_signing::{Domain, SignedObservation, SignedTransaction, WalletKey};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

const COIN: AssetId = AssetId(0);
const ETHER: AssetId = AssetId(1);
const FEED: FeedId = FeedId(1);
const TYPE: TypeId = TypeId(1);
const SOURCES: u32 = 5;
/// What each vault holds and owes: far from its ratio.
const COLLATERAL: Amount = coins(10);
const DEBT: Amount = coins(2_000);
/// How long a transaction may wait: signed long before it is sent.
const LIFE: u64 = 80_000;

/// A key of the trial: a hash of its name.
fn key(role: &str, number: u32) -> WalletKey {
    let secret = blake3::hash(format!("stress {role} {number}").as_bytes());
    WalletKey::from_bytes(*secret.as_bytes()).expect("of 2²⁵⁶ hashes, all but some 2¹²⁸ are keys")
}

/// The time of the clock on the wall.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| since.as_secs()))
}

/// Owners with as many vaults each.
pub(crate) struct Reserve {
    /// Its first state.
    pub(crate) genesis: Genesis,
    /// For which everything is signed.
    pub(crate) domain: Domain,
    owners: Vec<Owner>,
    sources: Vec<WalletKey>,
}

/// A transaction, and the place of its owner.
pub(crate) struct Unsigned {
    owner: usize,
    transaction: Transaction,
}

struct Owner {
    key: WalletKey,
    nonce: u64,
    vaults: Vec<VaultId>,
}

impl Reserve {
    /// So many owners, and so many vaults among them.
    pub(crate) fn new(owners: u32, vaults: u64) -> Self {
        let mut owners: Vec<Owner> = (1..=owners.max(1))
            .map(|number| Owner {
                key: key("owner", number),
                nonce: 0,
                vaults: Vec::new(),
            })
            .collect();
        let sources: Vec<WalletKey> = (1..=SOURCES).map(|number| key("source", number)).collect();
        let mut opening = Opening {
            prices: vec![(FEED, Price::whole(2_000))],
            ..Opening::default()
        };
        let count = owners.len();
        for (id, place) in (1..=vaults).zip((0..count).cycle()) {
            let owner = &mut owners[place];
            owner.vaults.push(VaultId(id));
            opening.vaults.push(OpeningVault {
                owner: owner.key.address(),
                collateral_type: TYPE,
                collateral: COLLATERAL,
                normalized_debt: NormalizedDebt::from_raw(DEBT.raw()),
                deposit: coins(20),
            });
        }
        for owner in &owners {
            let vaults = u128::try_from(owner.vaults.len()).unwrap_or(0);
            let account = owner.key.address();
            let balance = |asset, amount| OpeningBalance { asset, account, amount };
            let drawn = Amount::from_raw(DEBT.saturating_sub(coins(20)).raw().saturating_mul(vaults));
            opening
                .balances
                .extend([balance(COIN, drawn), balance(ETHER, coins(1_000))]);
        }
        let feed = FeedSpec::standard(FEED, "ETH-USD", 1);
        let asset = |id, symbol: &str, feed| Asset {
            id,
            symbol: symbol.into(),
            decimals: Decimals::MAX,
            feed,
        };
        let genesis = Genesis {
            chain_id: 31_337,
            time: now(),
            authority: owners[0].key.address(),
            limits: Limits::standard(COIN),
            assets: vec![asset(COIN, "USB", None), asset(ETHER, "ETH", Some(FEED))],
            sources: feed
                .sources
                .iter()
                .zip(&sources)
                .map(|(id, key)| SourceSpec {
                    id: *id,
                    key: SourceKey::Wallet(key.address()),
                })
                .collect(),
            feeds: vec![feed],
            types: vec![TypeSpec::standard(TYPE, "ETH-A", ETHER, FEED)],
            markets: Vec::new(),
            opening,
        };
        Self {
            domain: Domain::of(&genesis),
            genesis,
            owners,
            sources,
        }
    }

    /// The next transaction of a random owner, unsigned: a little into or out of one of his vaults, as collateral or debt.
    pub(crate) fn next(&mut self, random: &mut ChaCha8Rng) -> Unsigned {
        let count = u64::try_from(self.owners.len()).unwrap_or(1);
        let place = usize::try_from(random.next_u64() % count).unwrap_or(0);
        let owner = &mut self.owners[place];
        owner.nonce += 1;
        let vaults = u64::try_from(owner.vaults.len()).unwrap_or(1).max(1);
        let picked = usize::try_from(random.next_u64() % vaults).unwrap_or(0);
        let vault = VaultRef::Id(owner.vaults.get(picked).copied().unwrap_or(VaultId(1)));
        let amount = Amount::from_raw(u128::from(1_000_000_000 + random.next_u64() % 1_000_000));
        let command = match random.next_u64() % 4 {
            0 => Command::Deposit { vault, amount },
            1 => Command::Withdraw { vault, amount },
            2 => Command::DrawDebt { vault, amount },
            _ => Command::RepayDebt {
                vault,
                amount: Repayment::Exactly(amount),
            },
        };
        let transaction = Transaction {
            sender: owner.key.address(),
            signer: Signer::Wallet,
            nonce: owner.nonce,
            expiry: Timestamp(now().0 + LIFE),
            fee: FeeOffer {
                asset: COIN,
                on_failure: COIN,
                limit: coins(1),
            },
            commands: vec![command],
        };
        Unsigned {
            owner: place,
            transaction,
        }
    }

    /// The same, signed by its owner.
    pub(crate) fn sign_one(&self, unsigned: Unsigned) -> SignedTransaction {
        self.owners[unsigned.owner].key.sign(unsigned.transaction, &self.domain)
    }

    /// The same of many, on all processors.
    pub(crate) fn sign(&self, unsigned: Vec<Unsigned>) -> Vec<SignedTransaction> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let part = unsigned.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = unsigned
                .chunks(part)
                .map(|part| {
                    scope.spawn(|| {
                        let signed = part.iter().map(|unsigned| {
                            let owner = &self.owners[unsigned.owner];
                            owner.key.sign(unsigned.transaction.clone(), &self.domain)
                        });
                        signed.collect::<Vec<_>>()
                    })
                })
                .collect();
            parts
                .into_iter()
                .flat_map(|part| part.join().expect("signing does not panic"))
                .collect()
        })
    }

    /// What each source says at a time: the price as it was.
    pub(crate) fn words(&self, time: Timestamp) -> impl Iterator<Item = SignedObservation> + '_ {
        let ids = self.genesis.feeds.iter().flat_map(|feed| feed.sources.clone());
        ids.zip(&self.sources).map(move |(source, key)| {
            let observation = Observation {
                feed: FEED,
                source,
                price: Price::whole(2_000),
                time,
            };
            key.sign_observation(observation, &self.domain)
        })
    }
}
