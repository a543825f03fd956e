//! What a node answers about the past, from its index. Each page says where the history begins and how far it goes.

use ballast_num::{Amount, Price, Ratio, Seconds, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AuctionId, Event, Fee, FeedId, FeedState, Height, Outcome, SeizureRule, TransactionHash, TypeId, VaultId,
};

shapes! {
    /// An event, and where it stands.
    pub struct PastEvent {
        /// Its block.
        pub height: Height,
        /// The block's time.
        pub time: Timestamp,
        /// Its place among the block's events, from 0: what the engine did by itself, then each transaction's.
        pub seq: u32,
        /// Whose transaction, from 0 in the order of the block; none if the engine did it by itself.
        pub transaction: Option<u32>,
        /// What happened.
        pub event: Event,
    }

    /// Some events.
    pub struct EventPage {
        /// The history tells of blocks above this one.
        pub begins: Height,
        /// The last block that it tells of.
        pub height: Height,
        /// The events.
        pub events: Vec<PastEvent>,
        /// Where the next page begins; none after the last.
        pub next: Option<String>,
    }

    /// What a feed said over a span of time, or in one block.
    pub struct PriceSpan {
        /// Its beginning: the `from` of a page that begins there.
        pub time: Timestamp,
        /// The first price in it.
        pub open: Price,
        /// The highest.
        pub high: Price,
        /// The lowest.
        pub low: Price,
        /// The last.
        pub close: Price,
        /// The mean over the feed's window at its end.
        pub mean: Price,
        /// What vaults were judged by at its end.
        pub judging: Price,
        /// The feed's state at its end.
        pub state: FeedState,
        /// In how many blocks the feed said something new.
        pub blocks: u64,
    }

    /// What a feed has said.
    pub struct PricePage {
        /// Which.
        pub feed: FeedId,
        /// The history tells of blocks above this one.
        pub begins: Height,
        /// The last block that it tells of.
        pub height: Height,
        /// Length of the spans, a second at least.
        pub every: Seconds,
        /// The spans in which it said something, by time.
        pub prices: Vec<PriceSpan>,
        /// The `from` of the next page; none after the last.
        pub next: Option<Timestamp>,
    }

    /// A vault after a block that touched it.
    pub struct VaultMoment {
        /// The block.
        pub height: Height,
        /// Its time.
        pub time: Timestamp,
        /// The names of the events that touched it, in order.
        pub what: Vec<String>,
        /// What it held then, in base units; zero once it is closed.
        pub collateral: Amount,
        /// What it owed then, in coins, rounded up.
        pub debt: Amount,
        /// The price by which it was judged then.
        pub price: Option<Price>,
        /// Collateral value ÷ debt at that price; none without debt or price.
        pub ratio: Option<Ratio>,
    }

    /// What became of a vault.
    pub struct VaultHistory {
        /// Which.
        pub vault: VaultId,
        /// The history tells of blocks above this one.
        pub begins: Height,
        /// The last block that it tells of.
        pub height: Height,
        /// The blocks that touched it.
        pub moments: Vec<VaultMoment>,
        /// Where the next page begins; none after the last.
        pub next: Option<String>,
    }

    /// Collateral, and the coins or debt that it went for.
    #[derive(Copy, Default)]
    pub struct Went {
        /// Base units of the collateral.
        pub collateral: Amount,
        /// Coins.
        pub coins: Amount,
    }

    /// Where seized collateral went so far.
    #[derive(Copy, Default)]
    pub struct Disposal {
        /// To who called, for nothing.
        pub caller: Amount,
        /// To standing bids, for coins.
        pub bids: Went,
        /// To the stability pool, for coins.
        pub pool: Went,
        /// To buyers in the auction, for coins.
        pub buyers: Went,
        /// To a market, for coins.
        pub market: Went,
        /// To the type's other vaults, with so much debt.
        pub shared: Went,
        /// Back to the owner: collateral, and coins that a market paid beyond what was to be raised.
        pub owner: Went,
    }

    /// Who bore what was lost, in coins.
    #[derive(Copy, Default)]
    pub struct LossBorne {
        /// All that was lost.
        pub lost: Amount,
        /// By the type's first-loss capital.
        pub first_loss: Amount,
        /// By the surplus buffer.
        pub surplus: Amount,
        /// By the insurance fund.
        pub fund: Amount,
        /// By the coin's holders, as bad debt.
        pub holders: Amount,
        /// What later proceeds made good, to whoever had borne it.
        pub recovered: Amount,
    }

    /// A seizure, from its cause to its end.
    pub struct LiquidationInfo {
        /// Its block.
        pub height: Height,
        /// The block's time.
        pub time: Timestamp,
        /// The place of its event among the block's.
        pub seq: u32,
        /// Which vault.
        pub vault: VaultId,
        /// Whose.
        pub owner: AccountId,
        /// Of which type.
        pub collateral_type: TypeId,
        /// Why this much.
        pub rule: SeizureRule,
        /// Price at which the vault was judged.
        pub price: Price,
        /// The liquidation ratio in force.
        pub liquidation_ratio: Ratio,
        /// Its ratio just before, rounded down; none if it owed nothing.
        pub ratio_before: Option<Ratio>,
        /// Debt taken off it, in coins.
        pub debt: Amount,
        /// Collateral taken off it.
        pub collateral: Amount,
        /// Penalty asked, in coins.
        pub penalty: Amount,
        /// Who called, if it was not the engine.
        pub caller: Option<AccountId>,
        /// The auction of what neither bids nor pool bought.
        pub auction: Option<AuctionId>,
        /// Whether nothing of it is on sale any more.
        pub is_over: bool,
        /// Where the collateral went so far.
        pub went: Disposal,
        /// What the auction did not raise and the vault owes again, in coins.
        pub owed_again: Amount,
        /// Who bore what was lost.
        pub losses: LossBorne,
        /// The same in words, with the rules.
        pub explanation: String,
    }

    /// Some liquidations.
    pub struct LiquidationPage {
        /// The history tells of blocks above this one.
        pub begins: Height,
        /// The last block that it tells of.
        pub height: Height,
        /// The liquidations.
        pub liquidations: Vec<LiquidationInfo>,
        /// Where the next page begins; none after the last.
        pub next: Option<String>,
    }

    /// A transaction of the past.
    pub struct PastTransaction {
        /// Its hash.
        pub hash: TransactionHash,
        /// Its block.
        pub height: Height,
        /// The block's time.
        pub time: Timestamp,
        /// Its place in the block, from 0.
        pub index: u32,
        /// Whose.
        pub sender: AccountId,
        /// What came of it.
        pub outcome: Outcome,
        /// Work units spent.
        pub work: u64,
        /// What the work cost.
        pub fee: Option<Fee>,
    }

    /// Some transactions.
    pub struct PastTransactionPage {
        /// The history tells of blocks above this one.
        pub begins: Height,
        /// The last block that it tells of.
        pub height: Height,
        /// The transactions.
        pub transactions: Vec<PastTransaction>,
        /// Where the next page begins; none after the last.
        pub next: Option<String>,
    }
}

impl Went {
    /// Whether anything went there.
    pub const fn is_nothing(&self) -> bool {
        self.collateral.is_zero() && self.coins.is_zero()
    }
}
