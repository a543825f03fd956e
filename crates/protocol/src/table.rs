//! The tables that the state root commits to: what a proof's table number means.
//!
//! Keys and values are in canonical bytes (Borsh) of the types named here; a table of one record has the empty key.

/// What accounts have, and the nonces of their transactions that may still be alive: `AccountId →` balances above zero by
/// rising `AssetId`, then a window of time and the spans of nonces used in the window before it and in it, first and last
/// included. No entry means no balance and no nonce.
pub const ACCOUNTS: u16 = 1;
/// Supply of an asset: `AssetId → Amount`.
pub const SUPPLIES: u16 = 2;
/// What modules have: `(AssetId, Module) → Amount`. No entry means zero.
pub const MODULE_BALANCES: u16 = 7;
/// Height, block time, host time and the numbers given out so far.
pub const CHAIN: u16 = 3;
/// Net new coin of the mint limit's window, and the coin's supply at the block's start.
pub const MINTED: u16 = 4;
/// Sessions that an account has granted and not revoked, by `AccountId`, sorted by key: key, scope, expiry, and by asset the
/// limit and what was spent of it. One that has expired stays until another is granted.
pub const SESSIONS: u16 = 9;
/// Net outflow of a collateral type's window by `TypeId`; no entry means none.
pub const OUTFLOWS: u16 = 8;
/// Limits of the whole reserve, and the authority.
pub const LIMITS: u16 = 5;
/// Assets by `AssetId`.
pub const ASSETS: u16 = 6;
/// Feeds' parameters by `FeedId`.
pub const FEEDS: u16 = 10;
/// The last stored observation of each `(FeedId, SourceId)`.
pub const OBSERVATIONS: u16 = 11;
/// The last closed round of each `FeedId`, its state and its variance.
pub const ROUNDS: u16 = 12;
/// Price × time up to each 32nd of a mean's window, by `(FeedId, slot)`.
pub const PRICE_MEANS: u16 = 13;
/// With what a source signs, by `SourceId`: `SourceKey`. None for a source that is the host's own.
pub const SOURCES: u16 = 14;
/// Collateral types' parameters by `TypeId`.
pub const TYPES: u16 = 20;
/// Debt index and totals by `TypeId`.
pub const TOTALS: u16 = 21;
/// Vaults by `VaultId`.
pub const VAULTS: u16 = 22;
/// Delegates: `(owner, delegate) → ()`.
pub const DELEGATES: u16 = 23;
/// Standing orders by `VaultId`.
pub const STANDING_ORDERS: u16 = 24;
/// The last `VaultId` given out.
pub const LAST_VAULT: u16 = 25;
/// The best price that ended in each 32nd of a type's grace, by `(TypeId, slot)`; none where no grace is granted.
pub const PEAKS: u16 = 26;
/// What was shared out over a type's vaults, by `TypeId`; none for types that never share.
pub const SHARES: u16 = 27;
/// What vaults have taken out beyond their type's limit, and when, by `VaultId`.
pub const TAKEN: u16 = 28;
/// Queued commands by `TicketId`.
pub const TICKETS: u16 = 30;
/// When tickets are due: `(venue, lane, host seconds, TicketId) → ()`.
pub const TICKETS_DUE: u16 = 35;
/// When tickets expire: `(Timestamp, TicketId) → ()`.
pub const TICKETS_EXPIRING: u16 = 36;
/// When cancels of tickets were included: `(venue, Timestamp, TicketId) → ()`.
pub const TICKETS_CANCELLED: u16 = 37;
/// The one ticket that an owner has in each lane of a venue: `(venue, lane, AccountId) → TicketId`.
pub const TICKETS_OF_OWNER: u16 = 38;
/// The last `TicketId` given out.
pub const LAST_TICKET: u16 = 34;
/// Stability pools and tiers of standing bids by `PoolId`.
pub const POOLS: u16 = 31;
/// Pool deposits by `(PoolId, AccountId)`.
pub const POOL_DEPOSITS: u16 = 32;
/// Collateral gained for each coin, by `(PoolId, scale)`.
pub const POOL_GAINS: u16 = 33;
/// Running auctions by `AuctionId`. One whose `restarts` is under its type's `number` in [`AUCTION_RESTARTS`] stands at
/// the price and time written there.
pub const AUCTIONS: u16 = 40;
/// Debt on sale by `TypeId`.
pub const ON_SALE: u16 = 41;
/// The last `AuctionId` given out.
pub const LAST_AUCTION: u16 = 42;
/// When and at which price all auctions of a type last started anew together, by `TypeId`.
pub const AUCTION_RESTARTS: u16 = 44;
/// The last auction that was looked at for a reset.
pub const AUCTION_CURSOR: u16 = 43;
/// Markets' parameters by `MarketId`.
pub const MARKETS: u16 = 70;
/// What stands in a market's pool by `MarketId`.
pub const MARKET_POOLS: u16 = 71;
/// Shares of a market's pool by `(MarketId, AccountId)`.
pub const MARKET_SHARES: u16 = 72;
/// The smallest locked depth of a market in an hour of host time, by `(MarketId, slot)`.
pub const MARKET_DEPTHS: u16 = 73;
/// Price × time up to each 32nd of the mean's window of a market, by `(MarketId, slot)`.
pub const MARKET_MEANS: u16 = 74;
/// Losses booked and recovered by `TypeId`.
pub const LOSSES: u16 = 50;
/// Shares of the insurance fund by `AccountId`, with the generation that they belong to.
pub const FUND_STAKES: u16 = 51;
/// All shares of the insurance fund, their generation, what has left today and what insurers have earned.
pub const FUND: u16 = 52;
/// Shares with a queued exit: `venue → Amount`.
pub const SHARES_LEAVING: u16 = 39;
/// Types with broken vaults that the last block did not reach.
pub const LEFT_OVER: u16 = 60;
