//! What users say: commands, and the transactions and blocks that carry them.

use ballast_num::{Amount, Price, Rate, Ratio, Timestamp};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AssetId, AuctionId, Breaker, Curve, FeedId, Height, Order, PoolId, Scope, SessionKey, Signer, SourceId,
    SpendingLimit, TicketId, TypeId, VaultId,
};

/// A block: what a host has ordered, with authenticated senders and sources.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// One more than its parent's.
    pub height: Height,
    /// Not before its parent's.
    pub time: Timestamp,
    /// Observations of prices, in the free lane (rule R6).
    pub observations: Vec<Observation>,
    /// Transactions, in the host's order.
    pub transactions: Vec<Transaction>,
}

/// A source's word on a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Of which feed.
    pub feed: FeedId,
    /// By whom; the host has checked the signature.
    pub source: SourceId,
    /// USD for one whole unit.
    pub price: Price,
    /// When the source saw it.
    pub time: Timestamp,
}

/// One or more commands of one sender that succeed or fail together (rule R5).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// Whose balances and vaults it acts on.
    pub sender: AccountId,
    /// Which key of the sender has signed; the host has checked the signature.
    pub signer: Signer,
    /// Any number that the sender has not used in a living transaction; order does not matter.
    #[serde(with = "crate::digits")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::digits::schema"))]
    pub nonce: u64,
    /// Last block time at which it may execute.
    pub expiry: Timestamp,
    /// How its work is paid (rule R6).
    pub fee: FeeOffer,
    /// What to do, in order.
    pub commands: Vec<Command>,
}

/// From which balances the fee is taken (rule R6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FeeOffer {
    /// Taken from this balance after success; the batch may draw it first.
    pub asset: AssetId,
    /// Taken from this balance, held before the batch, if the batch fails.
    pub on_failure: AssetId,
    /// Most to pay, in base units of the coin.
    pub limit: Amount,
}

/// A vault named by its id, or as the n-th that this batch has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum VaultRef {
    /// An existing vault.
    Id(VaultId),
    /// The vault that the n-th `OpenVault` or `SplitVault` of this batch made, from 0.
    Opened(u8),
}

impl From<VaultId> for VaultRef {
    fn from(id: VaultId) -> Self {
        Self::Id(id)
    }
}

/// How much debt to repay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Repayment {
    /// This many coins.
    Exactly(Amount),
    /// Whatever the vault owes, rounded up.
    All,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Command {
    /// Opens an empty vault owned by the sender.
    OpenVault {
        /// Of which type.
        collateral_type: TypeId,
    },
    /// Locks collateral of the sender in anyone's vault.
    Deposit {
        /// Which vault.
        vault: VaultRef,
        /// Base units of the collateral.
        amount: Amount,
    },
    /// Releases collateral to the sender, who owns the vault or is its delegate.
    Withdraw {
        /// Which vault.
        vault: VaultRef,
        /// Base units of the collateral.
        amount: Amount,
    },
    /// Mints coins to the sender, who owns the vault or is its delegate.
    DrawDebt {
        /// Which vault.
        vault: VaultRef,
        /// Coins that the sender receives.
        amount: Amount,
    },
    /// Burns coins of the sender against anyone's vault.
    RepayDebt {
        /// Which vault.
        vault: VaultRef,
        /// How much.
        amount: Repayment,
    },
    /// Repays what is owed and returns all collateral and the deposit; the vault is gone.
    CloseVault {
        /// Which vault.
        vault: VaultRef,
    },
    /// Moves part of a vault into a new one of the same owner.
    SplitVault {
        /// Which vault.
        vault: VaultRef,
        /// Collateral that moves.
        collateral: Amount,
        /// Debt that moves, in the coin.
        debt: Amount,
    },
    /// Moves all of one vault into another of the same type; the first is gone.
    MergeVaults {
        /// The vault that ends.
        from: VaultRef,
        /// The vault that stays.
        into: VaultRef,
    },
    /// Gives a vault to another owner.
    TransferVault {
        /// Which vault.
        vault: VaultRef,
        /// To whom.
        to: AccountId,
    },
    /// Lets another account act on all vaults of the sender, or stops it.
    SetDelegate {
        /// Who.
        delegate: AccountId,
        /// Whether he may from now on.
        permission: Permission,
    },
    /// Sets or clears the standing order of a vault (rule R11).
    SetStandingOrder {
        /// Which vault.
        vault: VaultRef,
        /// What the engine does when a round breaks the vault.
        order: Option<StandingOrder>,
    },
    /// Moves a balance of the sender.
    Send {
        /// Of what.
        asset: AssetId,
        /// To whom.
        to: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Liquidates a vault that is under its liquidation ratio; anyone may.
    Liquidate {
        /// Which vault.
        vault: VaultId,
    },
    /// Buys from an auction at its present price.
    TakeAuction {
        /// Which auction.
        auction: AuctionId,
        /// Most collateral to buy.
        amount: Amount,
        /// Highest price to pay.
        price_max: Price,
    },
    /// Restarts an auction that is too old or too cheap; anyone may.
    ResetAuction {
        /// Which auction.
        auction: AuctionId,
    },
    /// Queues an order whose value depends on a price or a share value: a later round executes it (rule R1).
    Queue {
        /// What to do then; what it brings along is escrowed at once.
        order: Order,
        /// Returned if not executed by then.
        expiry: Timestamp,
    },
    /// Pays out collateral that the sender's deposit in a pool has already bought.
    ClaimPoolGain {
        /// Which pool.
        pool: PoolId,
    },
    /// Queues the cancel of a queued command; it takes effect after the round that would have executed it.
    CancelTicket {
        /// Which.
        ticket: TicketId,
    },
    /// Adds coins of the sender to a type's first-loss capital.
    AddFirstLoss {
        /// Of which type.
        collateral_type: TypeId,
        /// How much.
        amount: Amount,
    },
    /// Changes a parameter; only the authority may.
    SetParameter(ParameterChange),
    /// Lets a key sign for the sender, within bounds; replaces what the same key was granted before (docs/sessions.md).
    GrantSession {
        /// Which key.
        key: SessionKey,
        /// What it may do.
        scope: Scope,
        /// How much may leave meanwhile, at most [`LIMITS_MAX`](crate::LIMITS_MAX) assets; of others nothing.
        #[borsh(deserialize_with = "crate::session::limits::from_bytes")]
        #[serde(deserialize_with = "crate::session::limits::from_json")]
        #[cfg_attr(feature = "schema", schemars(length(max = 8)))]
        limits: Vec<SpendingLimit>,
        /// Last block time at which it may sign.
        expiry: Timestamp,
    },
    /// Takes a key's session back at once.
    RevokeSession {
        /// Which key.
        key: SessionKey,
    },
}

/// Whether a delegate may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Permission {
    /// He may.
    Granted,
    /// He may not.
    Revoked,
}

/// What the engine does for an owner when a round brings his vault under `trigger` (rule R11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StandingOrder {
    /// Executes when the ratio is under this; at least the liquidation ratio.
    pub trigger: Ratio,
    /// Brings the ratio up to this, if the balance allows.
    pub restore: Ratio,
    /// With what.
    pub action: Protection,
}

/// The two ways to bring a ratio up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Protection {
    /// Repays from the owner's coins, at most this many in all.
    Repay {
        /// What is left of the order, in the coin.
        limit: Amount,
    },
    /// Adds collateral from the owner's balance, at most this much in all.
    TopUp {
        /// What is left of the order, in base units of the collateral.
        limit: Amount,
    },
}

/// A change of one parameter, with hard bounds and a direction (docs/parameters.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ParameterChange {
    /// Most debt over all types.
    GlobalDebtCeiling(Amount),
    /// Most debt on sale over all auctions.
    GlobalAuctionCeiling(Amount),
    /// Price of one work unit.
    WorkPrice(Amount),
    /// A parameter of one type.
    Type(TypeId, TypeParameter),
}

/// The parameters of a type that a command may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TypeParameter {
    /// Jumps at once.
    InitialRatio(Ratio),
    /// The target; the ratio in force glides there.
    LiquidationRatio(Ratio),
    /// Speed of the glide.
    GlidePerDay(Ratio),
    /// Liquidation penalty.
    Penalty(Ratio),
    /// Growth of debt a second.
    StabilityFee(Rate),
    /// One-off fee on draws.
    BorrowingFee(Ratio),
    /// Deposit of vaults that draw from now on.
    LiquidationDeposit(Amount),
    /// Share of the caller.
    CallerShare(Ratio),
    /// Most debt of the type.
    DebtCeiling(Amount),
    /// Most debt beyond health between the steps of a block's batches (rule R5).
    FlashCeiling(Amount),
    /// Least debt of a vault.
    DebtFloor(Amount),
    /// Stress of the balance sheet.
    Stress(Ratio),
    /// Pool discount.
    PoolDiscount(Ratio),
    /// Auction start factor.
    AuctionStartFactor(Ratio),
    /// Auction price curve.
    AuctionCurve(Curve),
    /// Auction life.
    AuctionDuration(ballast_num::Seconds),
    /// Auction reset ratio.
    AuctionResetRatio(Ratio),
    /// Keeper pay, flat.
    KeeperFlat(Amount),
    /// Keeper pay, share.
    KeeperShare(Ratio),
    /// Most debt of the type on sale.
    AuctionCeiling(Amount),
    /// Breaker level of the auctions.
    AuctionBreaker(Breaker),
}
