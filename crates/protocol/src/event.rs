//! What happened: facts in the past tense, from which every balance and loss can be explained.
//!
//! The events of a chain and the fees of its receipts name every movement of value since genesis: of which asset, from
//! whom, to whom, how much. `crates/drill/src/fold.rs` is such a reader, held against the engine's ledger in every block
//! of the drill.

mod about;
mod feed;
mod loss;
mod sale;
mod seizure;
mod sharing;
mod ticket;
mod vault;

use ballast_num::{Amount, Index, NormalizedDebt, Price, Seconds, Timestamp};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

pub use self::about::About;
pub use self::feed::{ClosingCause, FeedState};
pub use self::loss::{DrawSettled, LossCause, LossRecovered, Sale, WaterfallStep};
pub use self::sale::{AuctionTaken, LotSoldInMarket, PoolBought};
pub use self::seizure::{Seized, SeizureRule};
pub use self::sharing::LotShared;
pub use self::ticket::TicketOutcome;
pub use self::vault::{DebtDrawn, VaultClosed, VaultSplit};
use crate::{
    AccountId, AssetId, AuctionId, FeedId, MarketId, Module, Order, ParameterChange, PoolId, RoundNumber, Scope,
    SessionKey, SpendingLimit, TicketId, TypeId, VaultId,
};

/// One fact. Amounts are base units of the asset that the name implies: collateral or coin.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Event {
    /// A feed's round closed (rule R2).
    RoundClosed {
        /// Which feed.
        feed: FeedId,
        /// Its number.
        round: RoundNumber,
        /// Median of the accepted observations.
        median: Price,
        /// How many observations counted.
        accepted: u8,
        /// How many were outliers.
        rejected: u8,
    },
    /// A feed's state changed.
    FeedStateChanged {
        /// Which feed.
        feed: FeedId,
        /// From now on.
        state: FeedState,
    },
    /// A feed was silent for too long: its auctions restart and a quiet period begins (rule R4).
    GapBegan {
        /// Which feed.
        feed: FeedId,
        /// When it was last heard.
        last: Timestamp,
    },
    /// A type takes no new debt from now on.
    TypeClosedToNewDebt {
        /// Which type.
        collateral_type: TypeId,
        /// Why.
        cause: ClosingCause,
    },
    /// Interest was charged to all vaults of a type and minted to the surplus buffer.
    InterestAccrued {
        /// Which type.
        collateral_type: TypeId,
        /// The debt index from now on.
        index: Index,
        /// Coins minted.
        minted: Amount,
    },
    /// A vault was opened.
    VaultOpened {
        /// Which.
        vault: VaultId,
        /// Whose.
        owner: AccountId,
        /// Of which type.
        collateral_type: TypeId,
    },
    /// Collateral was locked.
    CollateralDeposited {
        /// In which vault.
        vault: VaultId,
        /// Of which type.
        collateral_type: TypeId,
        /// Who paid.
        by: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Collateral was released.
    CollateralWithdrawn {
        /// From which vault.
        vault: VaultId,
        /// Of which type.
        collateral_type: TypeId,
        /// Who received.
        to: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Debt was drawn.
    DebtDrawn(DebtDrawn),
    /// Debt was repaid.
    DebtRepaid {
        /// Of which vault.
        vault: VaultId,
        /// Who paid.
        by: AccountId,
        /// Coins burned.
        amount: Amount,
        /// Normalized debt removed.
        normalized: NormalizedDebt,
    },
    /// A vault was closed.
    VaultClosed(VaultClosed),
    /// Part of a vault became a new one.
    VaultSplit(VaultSplit),
    /// A vault went into another.
    VaultsMerged {
        /// The one that ended.
        from: VaultId,
        /// The one that stays.
        into: VaultId,
    },
    /// A vault changed hands.
    VaultTransferred {
        /// Which.
        vault: VaultId,
        /// From whom.
        from: AccountId,
        /// To whom.
        to: AccountId,
    },
    /// A delegate was named or dismissed.
    DelegateSet {
        /// By whom.
        owner: AccountId,
        /// Whom.
        delegate: AccountId,
        /// Whether he may act now.
        permission: crate::Permission,
    },
    /// A key may sign for an account, within bounds. It ends at its expiry without a further word.
    SessionGranted {
        /// By whom.
        owner: AccountId,
        /// Which key.
        key: SessionKey,
        /// What it may do.
        scope: Scope,
        /// How much may leave meanwhile; what an earlier session of this key has spent no longer counts.
        limits: Vec<SpendingLimit>,
        /// Last block time at which it may sign.
        expiry: Timestamp,
    },
    /// A key may no longer sign for an account.
    SessionRevoked {
        /// Whose session it was.
        owner: AccountId,
        /// Which key.
        key: SessionKey,
    },
    /// A standing order was set or cleared.
    StandingOrderSet {
        /// Of which vault.
        vault: VaultId,
        /// The order now.
        order: Option<crate::StandingOrder>,
    },
    /// The engine executed a standing order (rule R11).
    StandingOrderExecuted {
        /// Of which vault.
        vault: VaultId,
        /// Coins repaid, or collateral added.
        protection: crate::Protection,
        /// At which price.
        price: Price,
    },
    /// A vault came under its warning ratio (rule R11).
    VaultWarned {
        /// Which.
        vault: VaultId,
        /// Whose.
        owner: AccountId,
        /// At which price.
        price: Price,
    },
    /// A balance moved between accounts.
    Sent {
        /// Of what.
        asset: AssetId,
        /// From whom.
        from: AccountId,
        /// To whom.
        to: AccountId,
        /// How much.
        amount: Amount,
    },
    /// A vault was seized in part or whole: what, why, at which price, by which rule.
    VaultSeized(Seized),
    /// A pool bought collateral of a lot.
    PoolBought(PoolBought),
    /// Collateral that a sale did not need went back to its owner.
    CollateralReturned {
        /// Whose.
        owner: AccountId,
        /// Of which type.
        collateral_type: TypeId,
        /// From where: the type's vaults, or its auctions.
        from: Module,
        /// How much.
        amount: Amount,
    },
    /// An auction started.
    AuctionStarted {
        /// Which.
        auction: AuctionId,
        /// For which vault.
        vault: VaultId,
        /// Of which type.
        collateral_type: TypeId,
        /// Collateral on sale.
        lot: Amount,
        /// Debt that it carries.
        debt: Amount,
        /// What it is to raise: debt, what of it is already booked as a loss, and penalty.
        to_raise: Amount,
        /// Price at the start.
        start_price: Price,
    },
    /// An auction started anew at the present price.
    AuctionReset {
        /// Which.
        auction: AuctionId,
        /// Price at the new start.
        start_price: Price,
    },
    /// After a gap all auctions of a type started anew at the present price (rule R4).
    AuctionsRestarted {
        /// Of which type.
        collateral_type: TypeId,
        /// How many.
        auctions: u64,
        /// Price at the new start.
        start_price: Price,
    },
    /// Someone bought from an auction.
    AuctionTaken(AuctionTaken),
    /// An auction ended.
    AuctionEnded {
        /// Which.
        auction: AuctionId,
        /// Debt that nobody paid: a loss.
        shortfall: Amount,
    },
    /// A keeper was paid out of an auction's penalty.
    KeeperPaid {
        /// For which auction.
        auction: AuctionId,
        /// Who.
        keeper: AccountId,
        /// Coins minted to him and owed by the lot.
        amount: Amount,
    },
    /// A step of the waterfall took part of a loss: first-loss capital, whose coins were burned, or, until the block's
    /// draws are settled, the coin's holders, as bad debt.
    LossAbsorbed {
        /// Of which type.
        collateral_type: TypeId,
        /// Which step.
        step: WaterfallStep,
        /// Coins.
        amount: Amount,
        /// Where the loss came from.
        cause: LossCause,
    },
    /// Surplus buffer and insurance fund paid, at the block's end, what the block's losses of a type asked of them: so much
    /// less is bad debt (rule R12). Together at most the line in force.
    DrawSettled(DrawSettled),
    /// The surplus buffer made good bad debt out of what it had above all lines.
    BadDebtRepaid {
        /// Of which type.
        collateral_type: TypeId,
        /// Coins burned.
        amount: Amount,
    },
    /// What a loss had cost was made good by later proceeds, which the sale's own event burned: bad debt first, and what
    /// others had borne was minted back to them.
    LossRecovered(LossRecovered),
    /// A command was queued (rule R1).
    TicketQueued {
        /// Its number.
        ticket: TicketId,
        /// Whose.
        owner: AccountId,
        /// What it asks for.
        order: Order,
        /// What it brings along, from the owner into escrow.
        escrow: Vec<(AssetId, Amount)>,
        /// Host time from which it may execute.
        ready: Seconds,
        /// Block time after which it is returned.
        expiry: Timestamp,
    },
    /// The cancel of a ticket was queued (rule R1).
    CancelQueued {
        /// Which.
        ticket: TicketId,
    },
    /// A queued command left the queue.
    TicketClosed {
        /// Its number.
        ticket: TicketId,
        /// Whose.
        owner: AccountId,
        /// How.
        outcome: TicketOutcome,
        /// What went back to the owner out of escrow.
        returned: Vec<(AssetId, Amount)>,
    },
    /// The cancel of a ticket came too late and is forgotten (rule R1).
    CancelLapsed {
        /// Which.
        ticket: TicketId,
    },
    /// Coins entered a pool out of escrow.
    PoolEntered {
        /// Which.
        pool: PoolId,
        /// Whose.
        owner: AccountId,
        /// How many.
        amount: Amount,
    },
    /// Coins left a pool.
    PoolExited {
        /// Which.
        pool: PoolId,
        /// Whose.
        owner: AccountId,
        /// How many.
        amount: Amount,
    },
    /// Collateral that a pool deposit had bought was paid out.
    PoolGainPaid {
        /// Which.
        pool: PoolId,
        /// Whose.
        owner: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Liquidity was added to a market out of escrow.
    LiquidityAdded {
        /// To which.
        market: MarketId,
        /// Whose.
        owner: AccountId,
        /// Shares made for the owner.
        shares: Amount,
        /// Collateral.
        base: Amount,
        /// Coins.
        coins: Amount,
    },
    /// Liquidity left a market.
    LiquidityRemoved {
        /// Which.
        market: MarketId,
        /// Whose.
        owner: AccountId,
        /// Shares ended.
        shares: Amount,
        /// Collateral.
        base: Amount,
        /// Coins.
        coins: Amount,
    },
    /// A market's batch traded at one price.
    MarketCleared {
        /// Which market.
        market: MarketId,
        /// Before fees, for a whole unit, rounded down.
        price: Price,
        /// Collateral in the pool afterwards.
        base: Amount,
        /// Coins in the pool afterwards.
        coins: Amount,
    },
    /// A sale in a market's batch.
    SoldInMarket {
        /// Which market.
        market: MarketId,
        /// Whose.
        owner: AccountId,
        /// Collateral, out of escrow into the pool.
        base: Amount,
        /// Coins, out of the pool.
        coins: Amount,
    },
    /// A purchase in a market's batch.
    BoughtInMarket {
        /// Which market.
        market: MarketId,
        /// Whose.
        owner: AccountId,
        /// Coins, out of escrow into the pool.
        coins: Amount,
        /// Collateral, out of the pool.
        base: Amount,
    },
    /// A lot on auction was sold, or part of it, in a market's batch.
    LotSoldInMarket(LotSoldInMarket),
    /// Coins entered the insurance fund out of escrow.
    FundEntered {
        /// Whose.
        owner: AccountId,
        /// How many.
        amount: Amount,
        /// Shares that they became.
        shares: Amount,
    },
    /// Coins left the insurance fund.
    FundExited {
        /// Whose.
        owner: AccountId,
        /// Shares given back.
        shares: Amount,
        /// Coins paid: their value when the exit was asked for or now, whichever is less (rule R20).
        amount: Amount,
    },
    /// Insurers earned their share of what the surplus buffer grew by.
    FundIncomePaid {
        /// Coins, from the surplus buffer to the insurance fund.
        amount: Amount,
    },
    /// Losses left so little in the insurance fund that its shares are void: who enters now begins anew.
    FundWiped {
        /// How many shares.
        shares: Amount,
    },
    /// Coins of the insurance fund that no share stands for went to the surplus buffer.
    FundReturned {
        /// Coins.
        amount: Amount,
    },
    /// First-loss capital was added.
    FirstLossAdded {
        /// Of which type.
        collateral_type: TypeId,
        /// By whom.
        by: AccountId,
        /// Coins.
        amount: Amount,
    },
    /// The authority changed a parameter.
    ParameterChanged(ParameterChange),
    /// Vaults that the block's work budget did not reach; they go in later blocks (rule R7).
    WorkCarriedOver {
        /// Of which type.
        collateral_type: TypeId,
        /// How many.
        vaults: u64,
    },
    /// An auction ended short, and the vault that its lot was seized from owes that again: it is no loss yet.
    ShortfallOwed {
        /// Which vault.
        vault: VaultId,
        /// Coins.
        amount: Amount,
        /// Normalized debt added.
        normalized: NormalizedDebt,
    },
    /// What divisions had left over in a module went to the residue account, for good.
    ResidueBooked {
        /// From where.
        from: Module,
        /// Of what.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// A lot went to the other vaults of its type, in proportion to their collateral (rule R10).
    LotShared(LotShared),
}
