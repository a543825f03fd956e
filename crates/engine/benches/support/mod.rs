//! A reserve of many vaults, and blocks for it.

#![allow(dead_code)] // each bench uses its part

use std::ops::Range;

use ballast_engine::State;
use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, Block, Command, CommandKind, FeeOffer, FeedId, FeedSpec, FlowLimit, Genesis, GrowthSpec,
    Height, Limits, Observation, Opening, OpeningBalance, OpeningDeposit, OpeningVault, PoolId, Repayment, SessionKey,
    Signer, SourceId, SpendingLimit, Transaction, TypeId, TypeSpec, VaultId, VaultRef, coins,
};

pub(crate) const COIN: AssetId = AssetId(0);
pub(crate) const ETHER: AssetId = AssetId(1);
pub(crate) const FEED: FeedId = FeedId(1);
pub(crate) const TYPE: TypeId = TypeId(1);
pub(crate) const START: u64 = 1_600_000_000;

/// A fixed sequence of pseudo-random numbers (SplitMix64).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// An account with an address as random as real ones.
pub(crate) fn account(number: u64) -> AccountId {
    let mut bits = Numbers(number);
    let mut bytes = [0; 20];
    bytes.fill_with(|| bits.below(256) as u8);
    AccountId(bytes)
}

/// `vaults` vaults of one owner each, 10 ether at 2,000 USD against 4,000 to 10,000 coins: ratios of 2 to 5, of which
/// `broken` have 12,000 to 13,000 (ratios of 1.54 to 1.67). Budgets are off.
pub(crate) fn reserve(vaults: u64, broken: u64) -> State {
    State::genesis(&books(vaults, broken)).unwrap()
}

/// The genesis of [`reserve`].
pub(crate) fn books(vaults: u64, broken: u64) -> Genesis {
    let mut numbers = Numbers(7);
    let mut opening = Opening {
        prices: vec![(FEED, Price::whole(2_000))],
        ..Opening::default()
    };
    let mut supply = Amount::ZERO;
    for number in 1..=vaults {
        let owner = account(number);
        let millionths = if number <= broken {
            12_000_000_000 + numbers.below(1_000_000_000)
        } else {
            4_000_000_000 + numbers.below(6_000_000_000)
        };
        let debt = Amount::from_raw(coins(1).raw() / 1_000_000 * u128::from(millionths));
        opening.balances.push(OpeningBalance {
            asset: COIN,
            account: owner,
            amount: debt,
        });
        opening.balances.push(OpeningBalance {
            asset: ETHER,
            account: owner,
            amount: coins(1),
        });
        supply = supply.try_add(debt).unwrap();
        opening.vaults.push(OpeningVault {
            owner,
            collateral_type: TYPE,
            collateral: coins(10),
            normalized_debt: debt.normalize(Index::ONE, ballast_num::Round::Up).unwrap(),
            deposit: Amount::ZERO,
        });
    }
    // A depositor whose coins are backed by one very safe vault.
    let whale = AccountId::numbered(u64::MAX);
    let pool = supply.max(coins(1));
    opening.pool_deposits.push(OpeningDeposit {
        owner: whale,
        pool: PoolId::stability(TYPE),
        amount: pool,
        gain: Amount::ZERO,
    });
    opening.vaults.push(OpeningVault {
        owner: whale,
        collateral_type: TYPE,
        collateral: pool,
        normalized_debt: NormalizedDebt::from_raw(pool.raw()),
        deposit: Amount::ZERO,
    });
    let limits = Limits {
        mint: FlowLimit {
            floor: coins(1 << 60),
            ..FlowLimit::standard_mint()
        },
        debt_ceiling: coins(1 << 60),
        auction_ceiling: coins(1 << 60),
        block_work: u64::MAX / 8,
        liquidation_work: u64::MAX / 8,
        work_price: Amount::ONE,
        ..Limits::standard(COIN)
    };
    let spec = TypeSpec {
        growth: GrowthSpec {
            debt_gap: coins(1 << 60),
            ..GrowthSpec::standard()
        },
        outflow: FlowLimit {
            floor: coins(1 << 60),
            ..FlowLimit::standard_outflow()
        },
        debt_ceiling: coins(1 << 60),
        liquidation_deposit: Amount::ZERO,
        ..TypeSpec::standard(TYPE, "ETH-A", ETHER, FEED)
    };
    let asset = |id, symbol: &str, feed| Asset {
        id,
        symbol: symbol.to_owned(),
        decimals: Decimals::MAX,
        feed,
    };
    Genesis {
        chain_id: 1,
        time: Timestamp(START),
        authority: AccountId::numbered(u64::MAX - 1),
        limits,
        assets: vec![asset(COIN, "BUSD", None), asset(ETHER, "ETH", Some(FEED))],
        feeds: vec![FeedSpec::standard(FEED, "ETH-USD", 1)],
        sources: Vec::new(),
        types: vec![spec],
        markets: Vec::new(),
        opening,
    }
}

/// An empty block `seconds` after the state's last.
pub(crate) fn block(state: &State, seconds: u64) -> Block {
    let chain = state.chain();
    Block {
        height: Height(chain.height.0 + 1),
        time: Timestamp(chain.time.0 + seconds),
        observations: Vec::new(),
        transactions: Vec::new(),
    }
}

/// A block in which all sources say `price`.
pub(crate) fn tick(state: &State, seconds: u64, price: Price) -> Block {
    let mut block = block(state, seconds);
    let word = |source| Observation {
        feed: FEED,
        source: SourceId(source),
        price,
        time: block.time,
    };
    block.observations = (1..=5).map(word).collect();
    block
}

/// The owners of the vaults of a reserve, who count their nonces.
pub(crate) struct Owners {
    numbers: Numbers,
    nonces: Vec<u64>,
    /// With which of their keys they sign.
    pub(crate) signer: Signer,
}

/// The session key of a number.
pub(crate) fn session(number: u8) -> SessionKey {
    SessionKey([number; 32])
}

impl Owners {
    pub(crate) fn of(vaults: u64) -> Self {
        Self {
            numbers: Numbers(1),
            nonces: vec![0; vaults as usize],
            signer: Signer::Wallet,
        }
    }

    /// A block in which owners of random vaults adjust them: a deposit, a withdrawal, a draw or a repayment each.
    pub(crate) fn adjustments(&mut self, state: &State, count: u64) -> Block {
        let mut block = block(state, 0);
        for _ in 0..count {
            let at = self.numbers.below(self.nonces.len() as u64);
            let vault = VaultRef::Id(VaultId(at + 1));
            let amount = Amount::from_raw(u128::from(1 + self.numbers.below(1_000)) * 1_000_000_000_000);
            let command = match self.numbers.below(4) {
                0 => Command::Deposit { vault, amount },
                1 => Command::Withdraw { vault, amount },
                2 => Command::DrawDebt { vault, amount },
                _ => Command::RepayDebt {
                    vault,
                    amount: Repayment::Exactly(amount),
                },
            };
            block.transactions.push(self.send(&block, at, command));
        }
        block
    }

    /// A block in which these owners, counted from 0, deposit a little.
    pub(crate) fn first_deposits(&mut self, state: &State, owners: Range<u64>) -> Block {
        let mut block = block(state, 0);
        for at in owners {
            let command = Command::Deposit {
                vault: VaultRef::Id(VaultId(at + 1)),
                amount: Amount::from_raw(1_000_000_000_000),
            };
            block.transactions.push(self.send(&block, at, command));
        }
        block
    }

    /// A block in which the first few of these owners grant each of so many keys a session that may adjust.
    pub(crate) fn grants(&mut self, state: &State, owners: Range<u64>, keys: u8) -> Block {
        let mut block = block(state, 0);
        let kinds = [
            CommandKind::Deposit,
            CommandKind::Withdraw,
            CommandKind::DrawDebt,
            CommandKind::RepayDebt,
        ];
        for at in owners {
            for number in 1..=keys {
                let most = |asset| SpendingLimit {
                    asset,
                    amount: Amount::MAX,
                };
                let command = Command::GrantSession {
                    key: session(number),
                    scope: kinds.into_iter().collect(),
                    limits: vec![most(COIN), most(ETHER)],
                    expiry: Timestamp(block.time.0 + 86_400),
                };
                block.transactions.push(self.send(&block, at, command));
            }
        }
        block
    }

    fn send(&mut self, block: &Block, at: u64, command: Command) -> Transaction {
        let nonce = &mut self.nonces[at as usize];
        *nonce += 1;
        Transaction {
            sender: account(at + 1),
            signer: self.signer,
            nonce: *nonce,
            expiry: Timestamp(block.time.0 + 60),
            fee: FeeOffer {
                asset: COIN,
                on_failure: COIN,
                limit: coins(1),
            },
            commands: vec![command],
        }
    }
}

/// Prints what a vault takes: record and key, place in the index, leaf of the state tree.
pub(crate) fn account_for_memory(vaults: u64) {
    let state = reserve(vaults, 0);
    let (records, index) = state.vaults().heap_bytes();
    let leaf = state.tree().heap_bytes() as f64 / state.tree().len() as f64;
    let each = |bytes: usize| bytes as f64 / vaults as f64;
    let (records, index) = (each(records), each(index));
    println!(
        "{vaults} vaults: {records:.0} bytes for record and key, {index:.0} for the index, {leaf:.0} for the leaf of the \
         state tree: {:.0} in all",
        records + index + leaf
    );
}

/// How many transactions of an executed block succeeded.
pub(crate) fn done(receipts: &[ballast_protocol::Receipt]) -> usize {
    receipts
        .iter()
        .filter(|receipt| receipt.outcome == ballast_protocol::Outcome::Done)
        .count()
}
