//! What a node answers: the shapes of its API, for clients and servers alike. Each answer that tells of a state names the
//! height of that state.

use ballast_num::{Amount, Decimals, Price, Ratio, Seconds, Timestamp, Usd};
use serde::{Deserialize, Serialize};

use crate::proof::{Hash, Proof};
use crate::{
    AccountId, AssetId, AuctionId, Event, FeedId, FeedState, Height, Observation, Receipt, Rejected, RoundNumber,
    StandingOrder, Transaction, TransactionHash, TypeId, TypeSpec, VaultId,
};

/// A shape of the API: JSON both ways, and a schema where asked for.
macro_rules! shapes {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            pub struct $name { $($(#[$field_doc])* pub $field: $type),* }
        )*
    };
}

mod history;
mod positions;

pub use history::{
    Disposal, EventPage, LiquidationInfo, LiquidationPage, LossBorne, PastEvent, PastTransaction, PastTransactionPage,
    PricePage, PriceSpan, VaultHistory, VaultMoment, Went,
};
pub use positions::{
    MarketInfo, MarketPosition, PoolInfo, PoolPosition, Positions, SessionInfo, SourceInfo, TicketInfo,
};

/// How a vault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Health {
    /// It owes nothing.
    NoDebt,
    /// Above the warning band.
    Healthy,
    /// In the warning band above the liquidation ratio.
    Warned,
    /// Under the liquidation ratio.
    Liquidatable,
    /// No price to judge it by.
    Unknown,
}

/// That a node takes transactions; one that does not answers with a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Readiness {
    /// It does.
    Ready,
}

/// What became of one transaction of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Brought {
    /// It is in a durable block.
    Included(TransactionInfo),
    /// It will be in none, unless the node stopped meanwhile and says so.
    Refused(ApiError),
}

shapes! {
    /// Where the chain stands.
    pub struct Status {
        /// Part of every signature's domain.
        pub chain_id: u64,
        /// The hash of the genesis, also part of it.
        pub genesis: Hash,
        /// The last durable block.
        pub height: Height,
        /// Its time.
        pub time: Timestamp,
        /// What time it is on the chain now: expiries count from here.
        pub now: Timestamp,
        /// The state root after the last block.
        pub root: Hash,
        /// The reserve's coin.
        pub coin: AssetId,
        /// All coins.
        pub supply: Amount,
        /// Booked bad debt.
        pub bad_debt: Amount,
        /// Coins in the surplus buffer.
        pub surplus: Amount,
        /// Coins in the insurance fund.
        pub insurance_fund: Amount,
        /// USD that vaults and lots hold ÷ USD that they owe, over all types; none without debt or without a price.
        pub total_ratio: Option<Ratio>,
        /// Open vaults.
        pub vaults: u64,
        /// Price of a work unit, in base units of the coin.
        pub work_price: Amount,
        /// Transactions that wait for a block.
        pub waiting: u64,
        /// The oldest height that reads can name.
        pub oldest_height: Height,
        /// The oldest block that the stream can tell; the next, if it can tell none yet.
        pub oldest_block: Height,
    }

    /// An asset.
    pub struct AssetInfo {
        /// Its id.
        pub id: AssetId,
        /// Ticker.
        pub symbol: String,
        /// Base units: 10^decimals make one whole unit.
        pub decimals: Decimals,
        /// The feed of its price.
        pub feed: Option<FeedId>,
        /// All there is, in base units.
        pub supply: Amount,
    }

    /// What a feed says.
    pub struct FeedInfo {
        /// Which.
        pub id: FeedId,
        /// Pair.
        pub name: String,
        /// Its state.
        pub state: FeedState,
        /// Rounds closed so far.
        pub round: RoundNumber,
        /// When the last one closed.
        pub closed: Timestamp,
        /// Median of the last round.
        pub spot: Price,
        /// Time-weighted mean.
        pub mean: Price,
        /// What vaults are judged by.
        pub judging: Price,
        /// What lots are sold by.
        pub low: Price,
        /// Age at which a word is no longer fresh.
        pub heartbeat: Seconds,
        /// How many newer words close a round.
        pub quorum: u8,
        /// Who speaks.
        pub sources: Vec<SourceInfo>,
    }

    /// A collateral type.
    pub struct TypeInfo {
        /// Its parameters.
        pub spec: TypeSpec,
        /// What its vaults owe, in the coin.
        pub debt: Amount,
        /// What its lots on sale owe.
        pub on_sale: Amount,
        /// The liquidation ratio in force: it glides to the parameter.
        pub liquidation_ratio: Ratio,
        /// Open vaults with debt.
        pub indebted_vaults: u64,
        /// First-loss capital.
        pub first_loss: Amount,
        /// Σ max(0, debt − value): what would be booked now; none without a price.
        pub marked_loss: Option<Amount>,
    }

    /// A vault.
    pub struct VaultInfo {
        /// Which.
        pub id: VaultId,
        /// Whose.
        pub owner: AccountId,
        /// Of which type.
        pub collateral_type: TypeId,
        /// Base units of the collateral.
        pub collateral: Amount,
        /// Coins owed, rounded up.
        pub debt: Amount,
        /// Collateral value ÷ debt, rounded down, the greatest number where it is above it; none without debt or without a price.
        pub ratio: Option<Ratio>,
        /// The price at which it is liquidated when it falls below; none without debt.
        pub liquidation_price: Option<Price>,
        /// How it stands.
        pub health: Health,
        /// Lots of it on sale.
        pub lots_on_sale: u16,
        /// What the engine does when a round breaks it.
        pub standing_order: Option<StandingOrder>,
    }

    /// Some vaults.
    pub struct VaultPage {
        /// Of which state.
        pub height: Height,
        /// The vaults.
        pub vaults: Vec<VaultInfo>,
        /// Where the next page begins; none after the last.
        pub next: Option<String>,
    }

    /// What a vault would be if.
    pub struct WhatIf {
        /// Of which state.
        pub height: Height,
        /// At which price of the collateral.
        pub price: Price,
        /// The vault as it would be.
        pub vault: VaultInfo,
        /// What its collateral would be worth, USD.
        pub value: Usd,
        /// Most coins that it could still draw, the borrowing fee and the liquidation deposit beside them, as far as the vault
        /// itself goes: its type may have less room. None while there is no price to borrow by.
        pub drawable: Option<Amount>,
        /// Most collateral that could be taken out, as far as the vault itself goes: limits of flow may leave less. None while
        /// there is no price to borrow by.
        pub releasable: Option<Amount>,
        /// Stability fee of a year at the present rate, in coins, rounded up.
        pub yearly_fee: Amount,
        /// Coins that are left over now for its liquidator.
        pub deposit: Amount,
        /// What a liquidation would cost on top of the debt seized: its penalty.
        pub penalty: Ratio,
    }

    /// What somebody has of an asset.
    pub struct BalanceInfo {
        /// Of what.
        pub asset: AssetId,
        /// Its ticker.
        pub symbol: String,
        /// How many base units.
        pub amount: Amount,
    }

    /// An account.
    pub struct AccountInfo {
        /// Whose.
        pub account: AccountId,
        /// Of which state.
        pub height: Height,
        /// What it has.
        pub balances: Vec<BalanceInfo>,
        /// Shares of the insurance fund.
        pub fund_shares: Amount,
        /// The nonce right behind the most that it has used in a row and the chain remembers; 0 if it remembers none. Who
        /// counts up from there shares that span (docs/fees.md); what waits for its block is not in it yet.
        #[serde(with = "crate::digits")]
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::digits::schema"))]
        pub nonce_next: u64,
    }

    /// A lot on sale.
    pub struct AuctionInfo {
        /// Which.
        pub id: AuctionId,
        /// Of which type.
        pub collateral_type: TypeId,
        /// From which vault.
        pub vault: VaultId,
        /// Collateral on sale.
        pub lot: Amount,
        /// Coins still to come in.
        pub to_raise: Amount,
        /// The price now; none while the feed is silent or the auction must be reset first.
        pub price: Option<Price>,
        /// Whether it must be reset before anyone can buy.
        pub needs_reset: bool,
        /// Live time since it was started or reset.
        pub elapsed: Seconds,
    }

    /// Some lots on sale.
    pub struct AuctionPage {
        /// Of which state.
        pub height: Height,
        /// The lots.
        pub auctions: Vec<AuctionInfo>,
        /// Where the next page begins; none after the last.
        pub next: Option<String>,
    }

    /// A transaction in a durable block.
    pub struct TransactionInfo {
        /// Its hash.
        pub hash: TransactionHash,
        /// The block's height.
        pub height: Height,
        /// Its place in the block, from 0.
        pub index: u32,
        /// What came of it.
        pub receipt: Receipt,
    }

    /// What would come of a transaction in the next block.
    pub struct DryRun {
        /// On top of which state.
        pub height: Height,
        /// What would come of it.
        pub receipt: Receipt,
    }

    /// A durable block.
    pub struct BlockInfo {
        /// Which.
        pub height: Height,
        /// Its time.
        pub time: Timestamp,
        /// The state root after it.
        pub root: Hash,
        /// What sources said.
        pub observations: Vec<Observation>,
        /// What users said.
        pub transactions: Vec<Transaction>,
        /// The transactions' hashes.
        pub hashes: Vec<TransactionHash>,
        /// What came of them.
        pub receipts: Vec<Receipt>,
        /// What the engine did by itself.
        pub events: Vec<Event>,
        /// Work units spent.
        pub work: u64,
    }

    /// A changed record, in canonical bytes.
    pub struct ChangeInfo {
        /// Its table.
        pub table: u16,
        /// Its key.
        pub key: String,
        /// What stood there; none if nothing did.
        pub before: Option<String>,
        /// What stands there; none if it is gone.
        pub after: Option<String>,
    }

    /// What becomes of an observation that is in order: the rounds of its feed tell whether it counts.
    pub struct Taken {
        /// True: it waits for a block, which takes it unless its feed would not any more or its source says something newer first.
        /// False: something as new of the same source waits already.
        pub taken: bool,
    }

    /// A record of the state, or that there is none, and its proof.
    pub struct ProofInfo {
        /// Of which state.
        pub height: Height,
        /// Its root.
        pub root: Hash,
        /// In which table.
        pub table: u16,
        /// Canonical key, `0x` and hexadecimal digits.
        pub key: String,
        /// Canonical value; none if there is no such record.
        pub value: Option<String>,
        /// What shows it.
        pub proof: Proof,
    }

    /// Why a request was not answered.
    pub struct ApiError {
        /// A name that programs can tell apart.
        pub code: String,
        /// What is wrong, and what would work.
        pub message: String,
        /// What the engine said, where it is the engine that refuses.
        pub rejected: Option<Rejected>,
    }
}

/// A message of the subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    /// The block.
    pub block: BlockInfo,
    /// What changed, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<ChangeInfo>>,
}
