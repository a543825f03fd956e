//! Why a command is refused: deterministic, part of the protocol, the state unchanged.

use ballast_num::{Amount, Arithmetic, Price, Ratio, Seconds, Timestamp};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AssetId, AuctionId, ClosingCause, CommandKind, FeedId, Lane, MarketId, PoolId, SessionFault, SessionKey,
    SourceId, TicketId, TypeId, VaultId, Venue,
};

/// A refusal: what is wrong, by how much, and what would work.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Rejected {
    /// The nonce was used in a transaction that is still alive.
    #[error("nonce {nonce} was already used: choose another")]
    NonceUsed {
        /// Which.
        #[serde(with = "crate::digits")]
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::digits::schema"))]
        nonce: u64,
    },
    /// The sender's living nonces lie too far apart to remember one more.
    #[error(
        "nonce {nonce} is apart from all that the sender used of late, and too many are: use one next to an earlier one"
    )]
    NoncesScattered {
        /// Which.
        #[serde(with = "crate::digits")]
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::digits::schema"))]
        nonce: u64,
    },
    /// The transaction came too late.
    #[error("expired at {expiry}, it is {now}: sign it again with a later expiry")]
    Expired {
        /// Its expiry.
        expiry: Timestamp,
        /// Block time.
        now: Timestamp,
    },
    /// The expiry lies too far in the future.
    #[error("expiry {expiry} is after {latest}, the latest allowed: choose an earlier one")]
    ExpiryTooFar {
        /// Its expiry.
        expiry: Timestamp,
        /// The latest allowed.
        latest: Timestamp,
    },
    /// A transaction without commands.
    #[error("the transaction has no commands")]
    Empty,
    /// The work costs more than the sender's limit.
    #[error("the fee is {fee}, over the limit of {limit}: raise the limit or wait for emptier blocks")]
    FeeOverLimit {
        /// What the work costs, in base units of the coin.
        fee: Amount,
        /// What the sender pays at most.
        limit: Amount,
    },
    /// The named asset cannot pay fees.
    #[error("{asset} cannot pay fees: use the coin or a listed collateral")]
    NoFeeAsset {
        /// Which.
        asset: AssetId,
    },
    /// The block has no room for the work.
    #[error("the work of {work} units does not fit: {room} are left in this block")]
    BlockFull {
        /// Units needed.
        work: u64,
        /// Units left.
        room: u64,
    },
    /// Someone has too little of something.
    #[error("a balance of {asset} is {balance}, {needed} are needed")]
    InsufficientBalance {
        /// Of what.
        asset: AssetId,
        /// What is there.
        balance: Amount,
        /// What is needed.
        needed: Amount,
    },
    /// Zero where something must move.
    #[error("the amount is zero")]
    ZeroAmount,
    /// A result that no number can hold.
    #[error("arithmetic: {0}")]
    Arithmetic(Arithmetic),
    /// No such asset.
    #[error("there is no {0}")]
    UnknownAsset(AssetId),
    /// No such type.
    #[error("there is no {0}")]
    UnknownType(TypeId),
    /// No such feed.
    #[error("there is no {0}")]
    UnknownFeed(FeedId),
    /// No such vault.
    #[error("there is no {0}")]
    UnknownVault(VaultId),
    /// No such auction, or it has ended.
    #[error("there is no running {0}")]
    UnknownAuction(AuctionId),
    /// No such ticket, or it has been closed.
    #[error("there is no open {0}")]
    UnknownTicket(TicketId),
    /// The batch has not opened that many vaults.
    #[error("this batch has not opened a vault number {0}")]
    NotOpened(u8),
    /// Neither owner nor delegate.
    #[error("{caller} is neither the owner of {vault} nor a delegate")]
    NotOwner {
        /// Which vault.
        vault: VaultId,
        /// Who asked.
        caller: AccountId,
    },
    /// Not the authority.
    #[error("{caller} is not the authority")]
    NotAuthority {
        /// Who asked.
        caller: AccountId,
    },
    /// Not the owner of the ticket.
    #[error("{0} belongs to someone else")]
    NotTicketOwner(TicketId),
    /// A price that is needed is not there.
    #[error(transparent)]
    NoPrice(#[from] NoPrice),
    /// New debt would exceed a type's ceiling.
    #[error("{collateral_type} would owe {debt}, over its ceiling of {ceiling}")]
    CeilingExceeded {
        /// Which type.
        collateral_type: TypeId,
        /// What it would owe.
        debt: Amount,
        /// What it may owe.
        ceiling: Amount,
    },
    /// New debt would exceed the global ceiling.
    #[error("all types would owe {debt}, over the ceiling of {ceiling}")]
    GlobalCeilingExceeded {
        /// What they would owe.
        debt: Amount,
        /// What they may owe.
        ceiling: Amount,
    },
    /// The coin would grow faster than its limit (rule R16).
    #[error(
        "the coin would have grown by {grown} in the window, over its limit of {limit}: {room} are left now, and all of it in \
         {wait}"
    )]
    MintLimit {
        /// Net new coin of the window, with what was asked for.
        grown: Amount,
        /// The most.
        limit: Amount,
        /// What would pass now.
        room: Amount,
        /// Host time until all of the limit is free, if nothing more is minted.
        wait: Seconds,
    },
    /// More collateral would leave than everyone may take, and than the vault's own share (rules R16, R18).
    #[error(
        "{taken} of the collateral of {collateral_type} would have left, and {room} may now: take less, from one vault that was \
         there before and stays, or wait; repaying goes on"
    )]
    OutflowLimit {
        /// Which type.
        collateral_type: TypeId,
        /// What would have left, net.
        taken: Amount,
        /// What may leave now.
        room: Amount,
    },
    /// A type would take new debt faster than its gap (rule R18).
    #[error(
        "{collateral_type} would have taken {drawn} of new debt in the hour, over its gap of {gap}: draw less, or wait"
    )]
    GapExceeded {
        /// Which type.
        collateral_type: TypeId,
        /// Net new debt of the hour, with what was asked for.
        drawn: Amount,
        /// The most.
        gap: Amount,
    },
    /// There is suddenly more of the collateral than there was (rule R18).
    #[error(
        "the supply of {collateral_type}'s collateral is {supply}, more than {most} and so unlike its mean of {mean}: no new debt \
         until the mean has caught up"
    )]
    SupplyJump {
        /// Which type.
        collateral_type: TypeId,
        /// What the feed says.
        supply: Price,
        /// Its time-weighted mean.
        mean: Price,
        /// The most that would pass.
        most: Price,
    },
    /// Between its steps a batch would owe more beyond health than the block has left for that (rule R5).
    #[error(
        "batches of this block owed {deferred} of {collateral_type} beyond health at a step, over {ceiling}: draw less before the collateral is there, or wait for the next block"
    )]
    FlashCeilingExceeded {
        /// Which type.
        collateral_type: TypeId,
        /// Of all batches of the block so far, in the coin.
        deferred: Amount,
        /// The type's flash ceiling.
        ceiling: Amount,
    },
    /// A vault would owe less than the floor.
    #[error("{vault} would owe {debt}, under the floor of {floor}: repay all or leave the floor")]
    BelowDebtFloor {
        /// Which vault.
        vault: VaultId,
        /// What it would owe.
        debt: Amount,
        /// What it must owe, unless nothing.
        floor: Amount,
    },
    /// A vault would end under its initial ratio.
    #[error("{vault} would end under the initial ratio of {ratio} at price {price}")]
    BelowInitialRatio {
        /// Which vault.
        vault: VaultId,
        /// The ratio it must keep.
        ratio: Ratio,
        /// The price at which it was judged.
        price: Price,
    },
    /// A vault is under its liquidation ratio, or would end under it; there it accepts only what makes it no riskier.
    #[error("{vault} is under its liquidation ratio, or would end under it: nothing that makes it riskier is accepted")]
    Frozen {
        /// Which vault.
        vault: VaultId,
    },
    /// The type takes no new debt.
    #[error("{collateral_type} takes no new debt: {cause}")]
    TypeClosed {
        /// Which type.
        collateral_type: TypeId,
        /// Why it is closed.
        cause: ClosingCause,
    },
    /// Vaults of the type are under the ratio to which its liquidation ratio glides (rule R8).
    #[error("{collateral_type} may not issue: {gap} is missing at the ratio to which its liquidation ratio glides")]
    GlideGap {
        /// Which type.
        collateral_type: TypeId,
        /// Σ max(0, debt × target ratio − value) over its vaults, in coins.
        gap: Amount,
    },
    /// The type's stressed loss exceeds its first loss and the line in force.
    #[error("{collateral_type} may not issue: its stressed loss is {stressed_loss}, its first loss and line {cover}")]
    Uncovered {
        /// Which type.
        collateral_type: TypeId,
        /// In coins.
        stressed_loss: Amount,
        /// In coins.
        cover: Amount,
    },
    /// More is repaid or withdrawn than there is.
    #[error("{asked} asked, {available} there")]
    TooMuch {
        /// Asked for.
        asked: Amount,
        /// There.
        available: Amount,
    },
    /// The vaults are of different types, or one and the same.
    #[error("{0} and {1} cannot be merged: they must be two vaults of one type")]
    NotMergeable(VaultId, VaultId),
    /// A standing order that could never help.
    #[error(
        "a standing order needs a trigger between the liquidation ratio {liquidation_ratio} and the warning ratio \
         {warning_ratio}, restore > trigger, and a limit above zero"
    )]
    UselessOrder {
        /// The type's liquidation ratio, in force or still to be glided to, whichever is higher.
        liquidation_ratio: Ratio,
        /// The ratio under which owners are warned.
        warning_ratio: Ratio,
    },
    /// The vault is above its liquidation ratio.
    #[error("{vault} is not under its liquidation ratio at price {price}")]
    NotLiquidatable {
        /// Which vault.
        vault: VaultId,
        /// The price at which it was judged.
        price: Price,
    },
    /// The vault has already lost what one round may take (rule R9).
    #[error("{vault} has lost what one round may take: wait for the next round")]
    RoundLimitReached {
        /// Which vault.
        vault: VaultId,
    },
    /// No room under the auction ceilings, or what fits would be dust.
    #[error("no room under the auction ceilings for what would be seized")]
    NoAuctionRoom,
    /// Nothing would be seized.
    #[error("the seized collateral rounds to zero")]
    NothingToSeize,
    /// A breaker stops this.
    #[error("the breaker of {0} stops this")]
    Stopped(TypeId),
    /// The auction must be reset before anyone can take.
    #[error("{0} is too old or too cheap: reset it first")]
    NeedsReset(AuctionId),
    /// The auction may not be reset yet.
    #[error("{0} is neither too old nor too cheap: it goes on")]
    ResetNotNeeded(AuctionId),
    /// The auction's price is above the buyer's.
    #[error("the price is {price}, above your {price_max}")]
    TooExpensive {
        /// The auction's price.
        price: Price,
        /// The buyer's limit.
        price_max: Price,
    },
    /// The rest of the auction would be too small for anyone to take.
    #[error("the rest would be dust: take all of it, or leave at least {0} to raise")]
    RemainderTooSmall(Amount),
    /// A quiet period after a gap allows only protection (rule R4).
    #[error("{feed} is in the quiet period after a gap: only deposits, repayments and cancels run")]
    Quiet {
        /// Which feed.
        feed: FeedId,
    },
    /// An owner has one order of a kind in the queue of a place (rule R1).
    #[error("your {lane} at {venue} is already queued as {ticket}: wait for it, or cancel it first")]
    AlreadyQueued {
        /// Which ticket.
        ticket: TicketId,
        /// Where.
        venue: Venue,
        /// In which turn.
        lane: Lane,
    },
    /// No shares of the insurance fund.
    #[error("you have no shares of the insurance fund")]
    NoShares,
    /// No such tier of standing bids.
    #[error("there is no {0}")]
    UnknownPool(PoolId),
    /// Too few coins for a place in the queue (rule R1).
    #[error("{amount} is too little for a place in the queue: ask for {least} at least")]
    BelowTicketMin {
        /// Coins asked for.
        amount: Amount,
        /// Least coins; for an exit no more than the whole deposit.
        least: Amount,
    },
    /// No deposit in the pool.
    #[error("there is no deposit in this pool")]
    NoDeposit,
    /// Liquidate and take are refused where the judgement of an account is deferred (rule R5).
    #[error("this cannot be batched with commands whose judgement is deferred")]
    NotInBatch,
    /// A lot is to be shared out over the other vaults in debt of its type (rule R10), and there is none.
    #[error("no other vault of {0} is in debt and holds collateral: the lot cannot be shared out")]
    NobodyToShareWith(TypeId),
    /// A parameter outside its bounds.
    #[error("parameter refused: {0}")]
    BadParameter(ParameterFault),
    /// No such market.
    #[error("there is no {0}")]
    UnknownMarket(MarketId),
    /// Nothing has been put into the market's pool, or not enough of it by the caller.
    #[error("{asked} shares of {market} asked, {held} held")]
    TooFewShares {
        /// Which market.
        market: MarketId,
        /// Shares asked for.
        asked: Amount,
        /// Shares held.
        held: Amount,
    },
    /// What was brought makes fewer shares than was asked for, or too few to count.
    #[error("what was brought makes {shares} shares of {market}, under {least}: bring more, or lower the limit")]
    TooLittleLiquidity {
        /// Which market.
        market: MarketId,
        /// Shares that it would make.
        shares: Amount,
        /// Least shares: the limit of the command, or what a first entry needs.
        least: Amount,
    },
    /// Less would come out than was asked for.
    #[error("{base} of the collateral and {coins} coins would come out of {market}, under the limit of the command")]
    TooLittleOut {
        /// Which market.
        market: MarketId,
        /// Collateral that would come out.
        base: Amount,
        /// Coins that would come out.
        coins: Amount,
    },
    /// A vault stays as it is while its lots are on sale: it would owe what they do not bring in (rule R9).
    #[error(
        "{vault} would owe what its {lots} lots on sale do not bring in: wait until their auctions end, or take them \
         yourself; until then it accepts only deposits and repayments"
    )]
    LotsOnSale {
        /// Which vault.
        vault: VaultId,
        /// How many of its lots are on sale.
        lots: u16,
    },
    /// A key of which the sender has granted no session.
    #[error("{owner} has granted no session to {key}: let the wallet grant one")]
    UnknownSession {
        /// Who would have granted it.
        owner: AccountId,
        /// Which key signed.
        key: SessionKey,
    },
    /// A session that is over.
    #[error("the session of {key} expired at {expiry}, it is {now}: let the wallet grant another")]
    SessionExpired {
        /// Which key signed.
        key: SessionKey,
        /// Last block time at which it was valid.
        expiry: Timestamp,
        /// Block time.
        now: Timestamp,
    },
    /// A command that the session may not send.
    #[error("command {command} is a {kind}, which is not in the session's scope: let the wallet sign it")]
    OutOfScope {
        /// Which command, from 0.
        command: u32,
        /// What it does.
        kind: CommandKind,
    },
    /// More would leave than the session may spend.
    #[error(
        "{asked} of {asset} would leave, and the session may spend {left} more: ask for less, or let the wallet sign"
    )]
    OverSessionLimit {
        /// Of which asset.
        asset: AssetId,
        /// What would leave.
        asked: Amount,
        /// What is left of its limit; none where it has no limit.
        left: Amount,
    },
    /// A session that cannot be granted.
    #[error("session refused: {0}")]
    BadSession(SessionFault),
}

impl From<Arithmetic> for Rejected {
    fn from(error: Arithmetic) -> Self {
        Self::Arithmetic(error)
    }
}

/// Why there is no price for something.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize, thiserror::Error,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum NoPrice {
    /// No fresh round.
    #[error("{feed} is {age} old, over its limit of {limit}: wait for the next round")]
    Stale {
        /// Which feed.
        feed: FeedId,
        /// Age of its last round.
        age: Seconds,
        /// Its heartbeat.
        limit: Seconds,
    },
    /// Sources too far apart for new debt.
    #[error("the sources of {feed} disagree: wait until they agree")]
    Disputed {
        /// Which feed.
        feed: FeedId,
    },
    /// A jump that is not confirmed yet.
    #[error("{feed} jumped and is not confirmed yet: wait for further rounds")]
    Halted {
        /// Which feed.
        feed: FeedId,
    },
    /// Never heard of.
    #[error("{feed} has no round yet: wait for the first")]
    None {
        /// Which feed.
        feed: FeedId,
    },
}

/// Why a source's observation is not stored: the state is unchanged, and the source is told.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize, thiserror::Error,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum ObservationRefused {
    /// No such feed.
    #[error("there is no {0}")]
    UnknownFeed(FeedId),
    /// Not a source of this feed.
    #[error("{signer} is not registered for {feed}")]
    UnknownSource {
        /// Which feed.
        feed: FeedId,
        /// Who signed.
        signer: SourceId,
    },
    /// Zero, or so small or large that products with it would lose digits or overflow.
    #[error("a price of {price} is outside {least} to {most}: check the unit")]
    PriceOutOfBounds {
        /// What was said.
        price: Price,
        /// The least price.
        least: Price,
        /// The largest.
        most: Price,
    },
    /// Not later than what this source said before.
    #[error("the observation is of {time}, the last one of this source of {last}: send a later one")]
    NotNewer {
        /// Source time.
        time: Timestamp,
        /// Source time of the stored one.
        last: Timestamp,
    },
    /// The source has already spoken in this block.
    #[error("this source has spoken on {feed} at block time {now}: wait for the next block")]
    AlreadyInBlock {
        /// Which feed.
        feed: FeedId,
        /// Block time.
        now: Timestamp,
    },
    /// From the future.
    #[error("the observation is of {time}, after {latest}, the latest accepted: set the source's clock")]
    FromTheFuture {
        /// Source time.
        time: Timestamp,
        /// Block time + skew.
        latest: Timestamp,
    },
    /// No longer fresh when it arrived.
    #[error("the observation is {age} old, over the heartbeat of {heartbeat}: send a fresh one")]
    TooOld {
        /// Block time − source time.
        age: Seconds,
        /// The feed's heartbeat.
        heartbeat: Seconds,
    },
}

/// What is wrong with a parameter.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize, thiserror::Error,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum ParameterFault {
    /// initial ≥ target liquidation ratio + initial gap (rule R8).
    #[error("the initial ratio must be at least the liquidation ratio and the initial gap")]
    InitialRatioTooLow,
    /// liquidation ratio > 1 + penalty + slippage (rule R9).
    #[error("the liquidation ratio must exceed 1 + penalty + slippage")]
    LiquidationRatioTooLow,
    /// Growth under 1 a second, or over the bound.
    #[error("the stability fee must be between 1 and its bound a second")]
    StabilityFeeOutOfBounds,
    /// A share above 1, or above its bound.
    #[error("the share is above its bound")]
    ShareTooLarge,
    /// A curve that does not fall.
    #[error("the auction's price must fall: cut under 1 and above 0, times above 0")]
    BadCurve,
    /// A start price under the oracle's, or above its bound.
    #[error("the auction's start factor must lie between 1 and its bound")]
    BadStartFactor,
    /// A quorum of none, of no majority, or of more sources than there are.
    #[error("the quorum must be a majority of the sources, and no more than all")]
    QuorumOutOfBounds,
    /// The debt floor lets the ceiling be split into more vaults than the blocks can liquidate in time (rule R7).
    #[error(
        "a debt floor of {floor} under this ceiling allows more vaults than blocks_to_clear can liquidate: set the floor to \
         {floor_min} or more, or the ceiling to {ceiling_max} or less"
    )]
    DebtFloorTooLow {
        /// The floor.
        floor: Amount,
        /// The least floor at this ceiling.
        floor_min: Amount,
        /// The highest ceiling at this floor.
        ceiling_max: Amount,
    },
    /// A supply feed that would excuse the jumps that it is there to find (rule R18).
    #[error(
        "the supply's feed must be another than the price's, with a mean over an hour at least, and forget so slowly that \
         sigmas² × (1 − decay) × window ≤ 1/4"
    )]
    BadSupplyFeed,
    /// The same id twice.
    #[error("this id is already in use")]
    Duplicate,
    /// Zero where something is needed, or over a bound.
    #[error("the value is out of its bounds")]
    OutOfBounds,
}
