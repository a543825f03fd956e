//! What happened: facts in the past tense, from which every balance and loss can be explained.

use std::fmt;

use ballast_num::{Amount, Index, NormalizedDebt, Price, Ratio, Timestamp};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::{AccountId, AssetId, AuctionId, FeedId, ParameterChange, RoundNumber, TicketId, TypeId, VaultId};

/// One fact. Amounts are base units of the asset that the name implies: collateral or coin.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
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
        /// Who paid.
        by: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Collateral was released.
    CollateralWithdrawn {
        /// From which vault.
        vault: VaultId,
        /// Who received.
        to: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Debt was drawn.
    DebtDrawn {
        /// From which vault.
        vault: VaultId,
        /// Who received `amount`.
        to: AccountId,
        /// Coins received.
        amount: Amount,
        /// One-off fee, minted to the surplus buffer and owed by the vault.
        fee: Amount,
        /// Liquidation deposit, minted aside and owed by the vault.
        deposit: Amount,
        /// Normalized debt added.
        normalized: NormalizedDebt,
    },
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
    VaultClosed {
        /// Which.
        vault: VaultId,
        /// Who received what it held.
        to: AccountId,
        /// Collateral returned.
        collateral: Amount,
        /// Liquidation deposit that paid for the last of the debt.
        deposit: Amount,
    },
    /// Part of a vault became a new one.
    VaultSplit {
        /// The old one.
        from: VaultId,
        /// The new one.
        into: VaultId,
        /// Collateral moved.
        collateral: Amount,
        /// Normalized debt moved.
        normalized: NormalizedDebt,
    },
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
    /// The stability pool bought collateral of a lot.
    PoolBought {
        /// Of which type.
        collateral_type: TypeId,
        /// From which vault.
        vault: VaultId,
        /// Collateral bought.
        collateral: Amount,
        /// Coins burned against the lot's debt.
        debt: Amount,
        /// Coins paid as penalty to the surplus buffer.
        penalty: Amount,
        /// Price paid for one whole unit.
        price: Price,
    },
    /// Collateral that a sale did not need went back to its owner.
    CollateralReturned {
        /// Whose.
        owner: AccountId,
        /// Of which type.
        collateral_type: TypeId,
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
        /// What it is to raise: debt and penalty.
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
    AuctionTaken {
        /// Which.
        auction: AuctionId,
        /// Who.
        by: AccountId,
        /// Collateral bought.
        collateral: Amount,
        /// Price for one whole unit.
        price: Price,
        /// The oracle's price at that moment, if it had one.
        oracle_price: Option<Price>,
        /// Coins burned against the debt.
        debt: Amount,
        /// Coins paid as penalty or recovered loss to the reserve.
        surplus: Amount,
    },
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
        /// Coins.
        amount: Amount,
    },
    /// A step of the waterfall took part of a loss: first-loss capital, or, until the block's draws are settled, the
    /// coin's holders, as bad debt.
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
    /// The surplus buffer paid, at the block's end, what the block's losses of a type asked of it: so much less is bad
    /// debt (rule R12).
    DrawSettled {
        /// Of which type.
        collateral_type: TypeId,
        /// Bad debt of this block, in coins.
        asked: Amount,
        /// Coins burned: at most the line in force.
        paid: Amount,
    },
    /// The surplus buffer made good bad debt out of what it had above all lines.
    BadDebtRepaid {
        /// Of which type.
        collateral_type: TypeId,
        /// Coins burned.
        amount: Amount,
    },
    /// What a loss had cost was made good by proceeds that came later.
    LossRecovered {
        /// Of which type.
        collateral_type: TypeId,
        /// Coins burned.
        amount: Amount,
    },
    /// A command was queued (rule R1).
    TicketQueued {
        /// Its number.
        ticket: TicketId,
        /// Whose.
        owner: AccountId,
    },
    /// A queued command left the queue.
    TicketClosed {
        /// Its number.
        ticket: TicketId,
        /// How.
        outcome: TicketOutcome,
    },
    /// The cancel of a ticket came too late and is forgotten (rule R1).
    CancelLapsed {
        /// Which.
        ticket: TicketId,
    },
    /// Coins entered a stability pool.
    PoolEntered {
        /// Which.
        collateral_type: TypeId,
        /// Whose.
        owner: AccountId,
        /// How many.
        amount: Amount,
    },
    /// Coins left a stability pool.
    PoolExited {
        /// Which.
        collateral_type: TypeId,
        /// Whose.
        owner: AccountId,
        /// How many.
        amount: Amount,
    },
    /// Collateral that a pool deposit had bought was paid out.
    PoolGainPaid {
        /// Which.
        collateral_type: TypeId,
        /// Whose.
        owner: AccountId,
        /// How much.
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
    },
}

/// A feed's state (docs/oracle.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum FeedState {
    /// Fresh and agreed upon.
    Live,
    /// Older than its heartbeat, or below quorum.
    Stale,
    /// Sources too far apart.
    Disputed,
    /// Moved more than its limit in one round; waits for confirming rounds.
    Halted,
}

/// The explanation of a seizure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Seized {
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
    /// Lowest price that the pool and auctions use.
    pub price_low: Price,
    /// The liquidation ratio in force.
    pub liquidation_ratio: Ratio,
    /// Debt taken off the vault, in coins.
    pub debt: Amount,
    /// Normalized debt taken off the vault.
    pub normalized: NormalizedDebt,
    /// Collateral taken off the vault.
    pub collateral: Amount,
    /// Penalty asked on top of the debt, in coins.
    pub penalty: Amount,
    /// Loss booked at once: debt above the collateral's value.
    pub loss: Amount,
    /// Who called, if it was not the engine.
    pub caller: Option<AccountId>,
    /// Collateral paid to the caller.
    pub caller_collateral: Amount,
    /// Liquidation deposit paid to the caller, or kept by the reserve.
    pub deposit: Amount,
}

/// Which part of rule R9 decided how much was seized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum SeizureRule {
    /// As much as restores the target ratio.
    PartialToTarget,
    /// As much as one round may take inside the wick band.
    PartialRoundLimit,
    /// Whole, because a partial liquidation would not help.
    WholeTooDeep,
    /// Whole, because the rest would be under the debt floor.
    WholeAvoidsDust,
    /// The peers' ways.
    Peer,
}

/// A step of the waterfall, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum WaterfallStep {
    /// 1: the position's own collateral and penalty.
    OwnCollateral,
    /// 2: the type's first-loss capital.
    FirstLoss,
    /// 3: the surplus buffer, up to the type's line.
    SurplusBuffer,
    /// 4: the insurance fund, up to the type's line.
    InsuranceFund,
    /// 5: a capped issue of the governance token.
    TokenIssue,
    /// 6: shared by the coin's holders: booked as bad debt.
    LossSharing,
}

/// Why a type takes no new debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ClosingCause {
    /// Its feed stayed Stale past its limit (rule R3).
    FeedSilent,
    /// Interest that 128 bits do not hold: it was not charged (rule R23).
    InterestOverflow,
}

impl fmt::Display for ClosingCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FeedSilent => "its feed was silent for too long",
            Self::InterestOverflow => "its interest outgrew the largest number",
        })
    }
}

/// Where a loss came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum LossCause {
    /// A seized vault owed more than its collateral was worth.
    Seizure(VaultId),
    /// A lot sold to the stability pool brought less than its debt.
    PoolSale(VaultId),
    /// An auction ended short of its debt.
    Auction(AuctionId),
}

/// How a queued command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum TicketOutcome {
    /// Executed.
    Executed,
    /// Its own expiry passed first.
    Expired,
    /// Its owner's cancel took effect first.
    Cancelled,
    /// It could not be executed: nothing was left to take out.
    Void,
}
