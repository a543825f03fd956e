//! What a chain starts from: assets, feeds, collateral types with their parameters, and balances.
//!
//! Each parameter names its rule (docs/rules.md) or mechanism page. Ratios are fractions: 1.5 is 150 %.

mod growth;
mod market;
mod source;
mod standard;

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, Rate, Ratio, Seconds, Timestamp};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::proof::Hash;
use crate::{AccountId, AssetId, Buyer, FeedId, MarketId, PoolId, SourceId, TypeId};

pub use growth::{FlowLimit, GrowthSpec, SupplyWatch};
pub use market::{MarketSpec, OpeningLiquidity, PoolCurve};
pub use source::{SourceKey, SourceSpec};
pub use standard::coins;

/// Everything that a chain's first state is made of.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// Part of every signature's domain, so that none is valid on two chains.
    pub chain_id: u64,
    /// Block time of height 0.
    pub time: Timestamp,
    /// Who may send parameter commands until votes replace it.
    pub authority: AccountId,
    /// Limits and prices that hold for the whole reserve.
    pub limits: Limits,
    /// The assets that the ledger knows.
    pub assets: Vec<Asset>,
    /// The price feeds.
    pub feeds: Vec<FeedSpec>,
    /// With what the feeds' sources sign, where others bring their words.
    pub sources: Vec<SourceSpec>,
    /// The collateral types.
    pub types: Vec<TypeSpec>,
    /// The markets.
    pub markets: Vec<MarketSpec>,
    /// What stands in the books at height 0.
    pub opening: Opening,
}

impl Genesis {
    /// What names this chain beside its number: BLAKE3 of the canonical bytes.
    pub fn hash(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        borsh::to_writer(&mut hasher, self).expect("a hasher takes all bytes, and no list has 2³² elements");
        Hash(hasher.finalize().into())
    }
}

/// An asset of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// Ticker, for people.
    pub symbol: String,
    /// Base units: 10^decimals make one whole unit; at most 18.
    pub decimals: Decimals,
    /// The feed of its price, if it has one; the reserve's coin has none and counts at its target of 1 USD.
    pub feed: Option<FeedId>,
}

/// Limits and prices that hold for the whole reserve.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The reserve's coin; 18 decimals.
    pub coin: AssetId,
    /// Most debt over all types, in the coin.
    pub debt_ceiling: Amount,
    /// Most debt on sale over all auctions, in the coin.
    pub auction_ceiling: Amount,
    /// Work units that one block may spend (rule R6).
    pub block_work: u64,
    /// Share of a block's work kept for protective transactions (rule R6).
    pub protective_share: Ratio,
    /// Work units that one block may spend on liquidations (rule R7).
    pub liquidation_work: u64,
    /// Share of the liquidation work for `Liquidate` commands, first come first served (rule R7).
    pub caller_work_share: Ratio,
    /// How many vaults of the index are compared by debt inside a band (rule R7, w).
    pub liquidation_window: u32,
    /// In how many blocks all vaults of a type, each at its debt floor, could be liquidated: floors and ceilings that
    /// would take longer are refused (rule R7, N).
    pub blocks_to_clear: u32,
    /// Price of one work unit in base units of the coin, at or under half-full blocks (rule R6).
    pub work_price: Amount,
    /// Most net new coin, whatever made it (rule R16).
    pub mint: FlowLimit,
    /// Coins that the surplus buffer keeps when its income makes good bad debt (rule R12).
    pub surplus_floor: Amount,
    /// The insurance fund.
    pub fund: FundSpec,
    /// Most that host time and live time advance in one block (rule R4, Δ).
    pub clock_step: Seconds,
    /// Longest life of a transaction before its expiry.
    pub transaction_life: Seconds,
    /// Whether lines are cut so that all can be drawn at once (rule R12). A peer's way, as those of [`PeerRules`]: a node
    /// refuses anything but the default.
    pub ring_fence: Bounds,
}

/// The insurance fund: step 4 of the waterfall (docs/insurance-fund.md; rule R20).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FundSpec {
    /// Share of the surplus buffer's growth in a block that insurers earn.
    pub income_share: Ratio,
    /// Host time between asking to enter and entering: longer than any price stays unheard (rule R1).
    pub entry_cooldown: Seconds,
    /// Host time between asking to leave and leaving, slashable to the end (rule R20).
    pub exit_cooldown: Seconds,
    /// Time after the cooldown in which an exit must execute, or it lapses (rule R20).
    pub exit_window: Seconds,
    /// Most of the fund that leaves in a day of host time (rule R20, x).
    pub exit_share: Ratio,
    /// Least coins of an entry, and of an exit that is not of all shares (rule R1).
    pub ticket_min: Amount,
}

/// A feed and how its rounds close (rules R2-R4).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FeedSpec {
    /// Its id.
    pub id: FeedId,
    /// Pair, for people, such as `ETH-USD`.
    pub name: String,
    /// Who may sign observations.
    pub sources: Vec<SourceId>,
    /// How many newer observations close a round.
    pub quorum: u8,
    /// Age at which an observation is no longer fresh.
    pub heartbeat: Seconds,
    /// How far a source's clock may run ahead of block time.
    pub skew: Seconds,
    /// Outlier test: rejected beyond max(`outlier_floor`, `outlier_sigmas`·σ·√age) of the median (b).
    pub outlier_floor: Ratio,
    /// Outlier test (c).
    pub outlier_sigmas: Ratio,
    /// `Disputed` when (max − min) ÷ median of the accepted observations exceeds this.
    pub spread_limit: Ratio,
    /// `Halted` when the median moves more than this in one round.
    pub round_limit: Ratio,
    /// Further rounds within `round_limit` of each other that end a halt.
    pub confirm_rounds: u32,
    /// Window of the time-weighted mean; zero makes the mean the spot price.
    pub mean_window: Seconds,
    /// Factor a second by which the EWMA variance forgets, under 1.
    pub variance_decay: Rate,
    /// Variance a second before the first observations.
    pub initial_variance: Ratio,
    /// Host time that a feed may stay Stale before its types close to new debt for good (rule R3, T).
    pub stale_limit: Seconds,
    /// Silence after which auctions restart and a quiet period begins (rule R4, G).
    pub gap: Seconds,
    /// Host time of that quiet period (rule R4, N).
    pub gap_grace: Seconds,
}

/// A collateral type's parameters.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TypeSpec {
    /// Its id.
    pub id: TypeId,
    /// Name, for people, such as `ETH-A`.
    pub name: String,
    /// What is locked.
    pub collateral: AssetId,
    /// The collateral's price.
    pub feed: FeedId,
    /// Collateral value ÷ debt that a draw or withdrawal must leave; jumps at once (rule R8).
    pub initial_ratio: Ratio,
    /// Collateral value ÷ debt under which a vault is liquidated: the target of the glide (rule R8).
    pub liquidation_ratio: Ratio,
    /// Most that the liquidation ratio moves in a day of live time (rule R8, g).
    pub glide_per_day: Ratio,
    /// Least distance of the initial ratio above the target liquidation ratio (rule R8).
    pub initial_gap: Ratio,
    /// Share of the seized debt that the owner pays on top.
    pub penalty: Ratio,
    /// Share of value that a forced sale is expected to lose (rule R9).
    pub slippage: Ratio,
    /// A partial liquidation restores the liquidation ratio plus this (rule R9).
    pub restore_margin: Ratio,
    /// Above 1 + penalty + this, a vault is judged at the kinder of two rounds (rule R9).
    pub wick_band: Ratio,
    /// Live time for which such a vault is judged at the best price of the last while (rule R11); zero grants none.
    pub grace: Seconds,
    /// Most of a vault's debt that such a vault loses in one round (rule R9, x).
    pub round_seizure: Ratio,
    /// Growth of debt a second, at least 1.
    pub stability_fee: Rate,
    /// Share of each draw that is charged once.
    pub borrowing_fee: Ratio,
    /// Coins that a vault with debt leaves for its liquidator; part of its debt.
    pub liquidation_deposit: Amount,
    /// Share of the seized collateral that goes to the caller of a liquidation.
    pub caller_share: Ratio,
    /// Most debt of the type.
    pub debt_ceiling: Amount,
    /// How fast it may take new debt (rule R18).
    pub growth: GrowthSpec,
    /// How much of the collateral may leave freely in a while; beyond that each vault may let the same share of its own
    /// leave (rules R16, R18).
    pub outflow: FlowLimit,
    /// Most debt that the batches of a block may run up, between their steps, beyond what health allows (rule R5).
    pub flash_ceiling: Amount,
    /// Least debt of a vault that has any.
    pub debt_floor: Amount,
    /// Owners are warned under liquidation ratio + this (rule R11).
    pub warning_band: Ratio,
    /// Fall of the collateral's price in the stress of the balance sheet (s).
    pub stress: Ratio,
    /// Drawing right on the common steps of the waterfall, over the type's life (rule R12).
    pub line: Amount,
    /// The stability pool.
    pub pool: PoolSpec,
    /// Standing bids, asked before the stability pool.
    pub bids: BidSpec,
    /// The auctions.
    pub auction: AuctionSpec,
    /// The market in which lots that are on auction sell too, once a round (rule R10).
    pub market: Option<MarketId>,
    /// Whether lots that nobody can buy are shared out over the type's other vaults (rule R10).
    pub sharing: Sharing,
    /// Where a peer behaves otherwise; a node refuses anything but the default.
    pub peer: PeerRules,
}

/// A type's stability pool (docs/stability-pool.md).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    /// The pool pays at most low price × (1 − discount) (rule R10).
    pub discount: Ratio,
    /// Coins that always stay in the pool.
    pub floor: Amount,
    /// Host time between asking to enter or leave and doing so (rule R1).
    pub cooldown: Seconds,
    /// Least coins of an entry, and of an exit that is not of the whole deposit (rule R1).
    pub ticket_min: Amount,
}

/// A type's standing bids (docs/bids.md): coins that stand ready to buy at a discount of their own choice.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BidSpec {
    /// The discount of each tier, rising, each at most the stability pool's (rule R10).
    pub discounts: Vec<Ratio>,
    /// Host time between asking to place or cancel a bid and doing so (rule R1).
    pub cooldown: Seconds,
    /// Least coins of a bid, and of a cancel that is not of the whole bid (rule R1).
    pub ticket_min: Amount,
}

/// On which terms a pool buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolTerms {
    /// It pays at most low price × (1 − discount) (rule R10).
    pub discount: Ratio,
    /// Coins that always stay in it.
    pub floor: Amount,
    /// Host time between asking to enter or leave and doing so (rule R1).
    pub cooldown: Seconds,
    /// Least coins of an entry, and of an exit that is not of the whole deposit (rule R1).
    pub ticket_min: Amount,
}

impl TypeSpec {
    /// The pools that buy its lots, in the order in which they are asked.
    pub fn pools(&self) -> impl Iterator<Item = PoolId> + use<> {
        let (id, tiers) = (self.id, self.bids.discounts.len());
        let bids = (0..=u8::MAX).take(tiers).map(move |tier| PoolId::bids(id, tier));
        bids.chain([PoolId::stability(id)])
    }

    /// On which terms one of its pools buys; none if it has no such pool.
    pub fn pool_terms(&self, buyer: Buyer) -> Option<PoolTerms> {
        match buyer {
            Buyer::StabilityPool => Some(PoolTerms {
                discount: self.pool.discount,
                floor: self.pool.floor,
                cooldown: self.pool.cooldown,
                ticket_min: self.pool.ticket_min,
            }),
            Buyer::Bids(tier) => self.bids.discounts.get(usize::from(tier)).map(|discount| PoolTerms {
                discount: *discount,
                floor: Amount::ZERO,
                cooldown: self.bids.cooldown,
                ticket_min: self.bids.ticket_min,
            }),
        }
    }
}

/// A type's auctions (docs/auction.md).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuctionSpec {
    /// Start price ÷ oracle price.
    pub start_factor: Ratio,
    /// How the price falls.
    pub curve: Curve,
    /// Live time after which an auction must be reset.
    pub duration: Seconds,
    /// Share of the start price under which an auction must be reset.
    pub reset_ratio: Ratio,
    /// Keeper pay per start or reset, flat, in the coin.
    pub keeper_flat: Amount,
    /// Keeper pay per start or reset, as a share of what is to be raised.
    pub keeper_share: Ratio,
    /// Most debt of the type on sale at once.
    pub ceiling: Amount,
    /// What is switched off.
    pub breaker: Breaker,
}

/// How an auction's price falls with live time (docs/auction.md, eq. 1-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Curve {
    /// start × (duration − t) ÷ duration.
    Linear {
        /// When the price is zero.
        duration: Seconds,
    },
    /// start × cut^⌊t ÷ step⌋.
    Stair {
        /// Factor of each step, in 1e27, under 1.
        cut: Rate,
        /// Seconds of a step.
        step: Seconds,
    },
    /// start × cut^t.
    Exponential {
        /// Factor of each second, in 1e27, under 1.
        cut: Rate,
    },
}

/// Whether a lot that neither bids nor pool nor auctions can take goes to the other vaults of its type (docs/sharing.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Sharing {
    /// No: its vault waits.
    #[default]
    Never,
    /// Yes, while its collateral covers its debt at the low price.
    WhenCovered,
}

/// Levels of stopping a type's auctions; each includes those before it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Breaker {
    /// All works.
    #[default]
    Open,
    /// No new auctions.
    NoStart,
    /// Nor resets.
    NoReset,
    /// Nor takes.
    NoTake,
}

/// Ways of the peers that only the conformance adapter and replay baselines choose, in a type; [`Limits::ring_fence`] is one
/// of the whole reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PeerRules {
    /// Who liquidates.
    pub trigger: Trigger,
    /// How much of a vault is seized.
    pub seizure: Seizure,
    /// What the stability pool pays for a lot.
    pub pool_price: PoolPrice,
    /// Who resets an auction.
    pub reset: Trigger,
    /// How much a keeper is paid out of an auction.
    pub keeper_pay: KeeperPay,
    /// Whether the ratio bounds and the issuance check of Ballast apply.
    pub bounds: Bounds,
    /// Whether the debt floor has to keep the number of vaults within what the blocks can liquidate (rule R7).
    pub floor: Bounds,
    /// What becomes of what the stability pool does not buy.
    pub rest: Rest,
}

/// What becomes of the part of a lot that the stability pool does not buy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Rest {
    /// It goes to auction.
    #[default]
    Auction,
    /// It is shared out over the type's other vaults, whether its collateral covers its debt or not (Liquity).
    Shared,
}

/// Who starts a liquidation or resets an auction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Trigger {
    /// The engine by itself, and anyone by command.
    #[default]
    Engine,
    /// Only a command.
    CommandOnly,
}

/// How much of a vault a liquidation seizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Seizure {
    /// Rule R9: partial where it helps, else whole.
    #[default]
    Restore,
    /// All debt that fits under the auction ceilings, collateral in proportion (Maker).
    UpToCeiling,
    /// All debt and all collateral (Liquity).
    Whole,
}

/// What the stability pool pays for a lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PoolPrice {
    /// Low price × (1 − discount), rule R10.
    #[default]
    Discounted,
    /// The lot's debt, whatever the collateral is worth (Liquity).
    Debt,
}

/// How much a keeper is paid for starting or resetting an auction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum KeeperPay {
    /// Over all starts and resets at most the penalty, as long as the lot is worth it (rule R7).
    #[default]
    WithinPenalty,
    /// Always all that is asked; what the penalty does not cover is a loss of the reserve (Maker).
    InFull,
}

/// Whether Ballast's own parameter bounds apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Bounds {
    /// They do.
    #[default]
    Enforced,
    /// They do not: ratios may touch the penalty, means may be spot, fees may be zero; lines may promise the same coins twice.
    Waived,
}

/// What stands in the books at height 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Balances of accounts.
    pub balances: Vec<OpeningBalance>,
    /// First prices of feeds: each counts as a closed Live round at genesis time.
    pub prices: Vec<(FeedId, Price)>,
    /// Debt indices of types that do not start at 1.
    pub debt_indices: Vec<(TypeId, Index)>,
    /// Open vaults.
    pub vaults: Vec<OpeningVault>,
    /// Deposits in stability pools, and standing bids.
    pub pool_deposits: Vec<OpeningDeposit>,
    /// Running auctions.
    pub auctions: Vec<OpeningAuction>,
    /// Liquidity of markets.
    pub liquidity: Vec<OpeningLiquidity>,
    /// Coins of insurers in the insurance fund, in addition to the balances; a coin is a share.
    pub fund: Vec<(AccountId, Amount)>,
    /// First-loss capital of types, minted as coins that booked bad debt backs unless vault debt does.
    pub first_loss: Vec<(TypeId, Amount)>,
    /// Coins in the surplus buffer.
    pub surplus: Amount,
    /// Booked bad debt: coins in circulation that no vault or auction owes.
    pub bad_debt: Amount,
}

/// An account's opening balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningBalance {
    /// Of what.
    pub asset: AssetId,
    /// Whose.
    pub account: AccountId,
    /// How much.
    pub amount: Amount,
}

/// A vault that is open at height 0; its coins are not minted by this entry but listed as balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningVault {
    /// Whose.
    pub owner: AccountId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Locked collateral, in addition to the balances.
    pub collateral: Amount,
    /// Debt ÷ index, the liquidation deposit included.
    pub normalized_debt: NormalizedDebt,
    /// Liquidation deposit, in addition to the balances.
    pub deposit: Amount,
}

/// A deposit in a pool at height 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningDeposit {
    /// Whose.
    pub owner: AccountId,
    /// In which pool.
    pub pool: PoolId,
    /// Coins, in addition to the balances.
    pub amount: Amount,
    /// Collateral gained and not yet claimed, in addition to the balances.
    pub gain: Amount,
}

/// An auction that runs at height 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpeningAuction {
    /// Its number.
    pub id: crate::AuctionId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Who gets what is left.
    pub owner: AccountId,
    /// Collateral on sale, in addition to the balances.
    pub lot: Amount,
    /// Debt of the lot.
    pub debt: Amount,
    /// What is to be raised: debt and penalty.
    pub to_raise: Amount,
    /// Live time since its start.
    pub elapsed: Seconds,
    /// Price at its start.
    pub start_price: Price,
}
