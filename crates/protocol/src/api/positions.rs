//! What waits and stands ready: markets, pools, tickets, sources, and what an account has in them.

use ballast_num::{Amount, Decimals, Price, Ratio, Seconds, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AssetId, CommandKind, Height, MarketId, MarketSpec, Order, PoolId, SessionKey, SourceId, SourceKey,
    TicketId,
};

shapes! {
    /// A source of a feed.
    pub struct SourceInfo {
        /// Which.
        pub id: SourceId,
        /// With what it signs; none is the host's own.
        pub key: Option<SourceKey>,
        /// What it said last, USD; none before its first word.
        pub price: Option<Price>,
        /// When it saw that.
        pub time: Option<Timestamp>,
    }

    /// A market and its pool.
    pub struct MarketInfo {
        /// Its parameters.
        pub spec: MarketSpec,
        /// Decimals of the collateral.
        pub decimals: Decimals,
        /// Collateral in the pool.
        pub base: Amount,
        /// Coins in the pool.
        pub coins: Amount,
        /// Shares of the pool.
        pub shares: Amount,
        /// The pool's price now, coins for a whole unit; none while it is empty.
        pub price: Option<Price>,
        /// The pool's time-weighted price: for reports, never for credit.
        pub mean: Option<Price>,
        /// Liquidity that has no exit queued.
        pub locked_depth: Amount,
        /// The least of it in the last 24 h: what the engine counts on.
        pub least_depth: Amount,
    }

    /// A pool of coins that buys liquidated collateral.
    pub struct PoolInfo {
        /// Which.
        pub id: PoolId,
        /// How far under the low price it buys at least.
        pub discount: Ratio,
        /// Coins in it.
        pub coins: Amount,
        /// Coins that it may spend now.
        pub spendable: Amount,
        /// Time from asking to enter or leave to doing so, at least.
        pub cooldown: Seconds,
        /// Least coins of an entry.
        pub least_entry: Amount,
    }

    /// What an account has in a pool.
    pub struct PoolPosition {
        /// In which.
        pub pool: PoolId,
        /// Coins still in it, rounded down.
        pub coins: Amount,
        /// Collateral bought and not yet claimed, rounded down.
        pub gain: Amount,
    }

    /// What an account has in a market.
    pub struct MarketPosition {
        /// In which.
        pub market: MarketId,
        /// Shares of its pool.
        pub shares: Amount,
        /// Collateral that they would pay now, rounded down.
        pub base: Amount,
        /// Coins that they would pay now, rounded down.
        pub coins: Amount,
    }

    /// An order that waits for a round.
    pub struct TicketInfo {
        /// Its number.
        pub id: TicketId,
        /// Whose.
        pub owner: AccountId,
        /// What it asks for.
        pub order: Order,
        /// When it was queued.
        pub queued: Timestamp,
        /// Time until it may execute, on the host clock of the chain; zero is the next round.
        pub ready_in: Seconds,
        /// After that it is given back.
        pub expiry: Timestamp,
        /// When a cancel was asked for.
        pub cancelled: Option<Timestamp>,
    }

    /// What a key may do for an account.
    pub struct SessionInfo {
        /// Which key.
        pub key: SessionKey,
        /// What it may do.
        pub commands: Vec<CommandKind>,
        /// Last block time at which it may sign.
        pub expiry: Timestamp,
        /// What may still leave, by asset; of others nothing.
        pub left: Vec<(AssetId, Amount)>,
    }

    /// Whatever an account has beside its balances and vaults.
    pub struct Positions {
        /// Whose.
        pub account: AccountId,
        /// Of which state.
        pub height: Height,
        /// Deposits in stability pools, and standing bids.
        pub pools: Vec<PoolPosition>,
        /// Liquidity in markets.
        pub markets: Vec<MarketPosition>,
        /// Orders that wait.
        pub tickets: Vec<TicketInfo>,
        /// Keys that may act for it.
        pub sessions: Vec<SessionInfo>,
        /// Shares of the insurance fund.
        pub fund_shares: Amount,
        /// What they are worth in coins now, rounded down.
        pub fund_value: Amount,
    }
}
