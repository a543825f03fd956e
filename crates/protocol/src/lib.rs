//! What is said: ids, commands, events, refusals, genesis, and their canonical bytes.
//!
//! Clients need no more than this crate: it can build every transaction, read every receipt and check every
//! proof without the engine. Canonical bytes are Borsh: one value has one encoding, and decoding refuses
//! everything else. JSON is for people and their programs: amounts, prices, ratios and nonces are decimal strings, ids
//! and times are numbers, bytes are `0x` and hexadecimal digits, a choice is its name or an object of its name alone, and
//! fields that are not known are refused.

pub mod api;
#[cfg(any(test, feature = "arbitrary"))]
pub mod arbitrary;
mod command;
mod digits;
mod event;
mod genesis;
pub mod hex;
mod ids;
mod order;
pub mod proof;
mod receipt;
mod rejected;
mod session;
mod signer;
pub mod table;
mod work;

pub use command::{
    Block, Command, FeeOffer, Observation, ParameterChange, Permission, Protection, Repayment, StandingOrder,
    Transaction, TypeParameter, VaultRef,
};
pub use event::{
    About, AuctionTaken, ClosingCause, DebtDrawn, DrawSettled, Event, FeedState, LossCause, LossRecovered, LotShared,
    LotSoldInMarket, PoolBought, Sale, Seized, SeizureRule, TicketOutcome, VaultClosed, VaultSplit, WaterfallStep,
};
pub use genesis::{
    Asset, AuctionSpec, BidSpec, Bounds, Breaker, Curve, FeedSpec, FlowLimit, FundSpec, Genesis, GrowthSpec, KeeperPay,
    Limits, MarketSpec, Opening, OpeningAuction, OpeningBalance, OpeningDeposit, OpeningLiquidity, OpeningVault,
    PeerRules, PoolCurve, PoolPrice, PoolSpec, PoolTerms, Rest, Seizure, Sharing, SourceKey, SourceSpec, SupplyWatch,
    Trigger, TypeSpec, coins,
};
pub use ids::{
    AccountId, AssetId, AuctionId, Buyer, FeedId, Height, Holder, MarketId, Module, PoolId, RoundNumber, SourceId,
    TicketId, TransactionHash, TypeId, VaultId,
};
pub use order::{Lane, Order, Venue};
pub use receipt::{BlockResult, Fee, Outcome, Receipt};
pub use rejected::{NoPrice, ObservationRefused, ParameterFault, Rejected};
pub use session::{CommandKind, LIMITS_MAX, Scope, SessionFault, SpendingLimit};
pub use signer::{SessionKey, Signer};
pub use work::LIQUIDATION_WORK;

#[cfg(all(test, feature = "schema"))]
mod schema_tests;
