//! The engine's own parameters, with its standard ones as defaults.

use ballast_num::{Amount, Arithmetic, Rate, Ratio, Seconds};
use ballast_protocol::{
    AssetId, AuctionSpec, Bounds, Breaker, Curve, FeedId, FeedSpec, FlowLimit, GrowthSpec, Limits as EngineLimits,
    PeerRules, PoolSpec, Sharing, TypeId, TypeSpec,
};
use serde::Deserialize;

use super::{Pool, text};

/// Parameters of every collateral type, as in [`TypeSpec`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each is told where the engine defines it")]
pub struct Collateral {
    #[serde(deserialize_with = "text::decimal")]
    pub initial_ratio: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub liquidation_ratio: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub glide_per_day: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub initial_gap: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub penalty: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub slippage: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub restore_margin: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub wick_band: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub round_seizure: Ratio,
    #[serde(deserialize_with = "text::seconds")]
    pub grace: Seconds,
    /// Growth factor of debt a second, at least 1.
    #[serde(deserialize_with = "text::decimal")]
    pub stability_fee_per_second: Rate,
    #[serde(deserialize_with = "text::decimal")]
    pub borrowing_fee: Ratio,
    #[serde(deserialize_with = "text::coins")]
    pub liquidation_deposit: Amount,
    #[serde(deserialize_with = "text::decimal")]
    pub caller_share: Ratio,
    #[serde(deserialize_with = "text::coins")]
    pub debt_ceiling: Amount,
    #[serde(deserialize_with = "text::coins")]
    pub flash_ceiling: Amount,
    #[serde(deserialize_with = "text::coins")]
    pub debt_floor: Amount,
    #[serde(deserialize_with = "text::decimal")]
    pub warning_band: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub stress: Ratio,
    /// Whether a lot that nobody can take is shared out over the type's other vaults, while it is covered.
    pub share_out: bool,
}

/// Parameters of every type's auctions, as in [`AuctionSpec`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each is told where the engine defines it")]
pub struct Auction {
    #[serde(deserialize_with = "text::decimal")]
    pub start_factor: Ratio,
    pub curve: AuctionCurve,
    #[serde(deserialize_with = "text::seconds")]
    pub duration: Seconds,
    #[serde(deserialize_with = "text::decimal")]
    pub reset_ratio: Ratio,
    #[serde(deserialize_with = "text::coins")]
    pub keeper_flat: Amount,
    #[serde(deserialize_with = "text::decimal")]
    pub keeper_share: Ratio,
    #[serde(deserialize_with = "text::coins")]
    pub ceiling: Amount,
}

/// How an auction's price falls: `{ kind = "stair", cut = 0.99, step = 90 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum AuctionCurve {
    /// In a line to zero.
    Linear {
        /// When it is zero.
        #[serde(deserialize_with = "text::seconds")]
        duration: Seconds,
    },
    /// By a factor each step.
    Stair {
        /// The factor.
        #[serde(deserialize_with = "text::decimal")]
        cut: Rate,
        /// Seconds of a step.
        #[serde(deserialize_with = "text::seconds")]
        step: Seconds,
    },
    /// By a factor each second.
    Exponential {
        /// The factor.
        #[serde(deserialize_with = "text::decimal")]
        cut: Rate,
    },
}

/// Parameters of every feed, as in [`FeedSpec`]; its five sources sign the recorded price in each block.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each is told where the engine defines it")]
pub struct Feed {
    pub quorum: u8,
    #[serde(deserialize_with = "text::seconds")]
    pub heartbeat: Seconds,
    #[serde(deserialize_with = "text::seconds")]
    pub skew: Seconds,
    #[serde(deserialize_with = "text::decimal")]
    pub outlier_floor: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub outlier_sigmas: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub spread_limit: Ratio,
    #[serde(deserialize_with = "text::decimal")]
    pub round_limit: Ratio,
    pub confirm_rounds: u32,
    #[serde(deserialize_with = "text::seconds")]
    pub mean_window: Seconds,
    #[serde(deserialize_with = "text::decimal")]
    pub variance_decay: Rate,
    #[serde(deserialize_with = "text::decimal")]
    pub initial_variance: Ratio,
    #[serde(deserialize_with = "text::seconds")]
    pub stale_limit: Seconds,
    #[serde(deserialize_with = "text::seconds")]
    pub gap: Seconds,
    #[serde(deserialize_with = "text::seconds")]
    pub gap_grace: Seconds,
}

/// Limits of the whole reserve, as in [`EngineLimits`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each is told where the engine defines it")]
pub struct Limits {
    #[serde(deserialize_with = "text::coins")]
    pub debt_ceiling: Amount,
    #[serde(deserialize_with = "text::coins")]
    pub auction_ceiling: Amount,
    pub block_work: u64,
    #[serde(deserialize_with = "text::decimal")]
    pub protective_share: Ratio,
    pub liquidation_work: u64,
    #[serde(deserialize_with = "text::decimal")]
    pub caller_work_share: Ratio,
    pub liquidation_window: u32,
    pub blocks_to_clear: u32,
    #[serde(deserialize_with = "text::coins")]
    pub work_price: Amount,
    #[serde(deserialize_with = "text::coins")]
    pub surplus_floor: Amount,
    #[serde(deserialize_with = "text::seconds")]
    pub clock_step: Seconds,
    #[serde(deserialize_with = "text::seconds")]
    pub transaction_life: Seconds,
}

impl Default for Collateral {
    fn default() -> Self {
        let standard = TypeSpec::standard(TypeId(1), "", AssetId(1), FeedId(1));
        Self {
            initial_ratio: standard.initial_ratio,
            liquidation_ratio: standard.liquidation_ratio,
            glide_per_day: standard.glide_per_day,
            initial_gap: standard.initial_gap,
            penalty: standard.penalty,
            slippage: standard.slippage,
            restore_margin: standard.restore_margin,
            wick_band: standard.wick_band,
            round_seizure: standard.round_seizure,
            grace: standard.grace,
            flash_ceiling: standard.flash_ceiling,
            stability_fee_per_second: standard.stability_fee,
            borrowing_fee: standard.borrowing_fee,
            liquidation_deposit: standard.liquidation_deposit,
            caller_share: standard.caller_share,
            debt_ceiling: standard.debt_ceiling,
            debt_floor: standard.debt_floor,
            warning_band: standard.warning_band,
            stress: standard.stress,
            share_out: standard.sharing == Sharing::WhenCovered,
        }
    }
}

impl Default for Auction {
    fn default() -> Self {
        let standard = AuctionSpec::standard();
        Self {
            start_factor: standard.start_factor,
            curve: standard.curve.into(),
            duration: standard.duration,
            reset_ratio: standard.reset_ratio,
            keeper_flat: standard.keeper_flat,
            keeper_share: standard.keeper_share,
            ceiling: standard.ceiling,
        }
    }
}

impl From<Curve> for AuctionCurve {
    fn from(curve: Curve) -> Self {
        match curve {
            Curve::Linear { duration } => Self::Linear { duration },
            Curve::Stair { cut, step } => Self::Stair { cut, step },
            Curve::Exponential { cut } => Self::Exponential { cut },
        }
    }
}

impl From<AuctionCurve> for Curve {
    fn from(curve: AuctionCurve) -> Self {
        match curve {
            AuctionCurve::Linear { duration } => Self::Linear { duration },
            AuctionCurve::Stair { cut, step } => Self::Stair { cut, step },
            AuctionCurve::Exponential { cut } => Self::Exponential { cut },
        }
    }
}

impl Default for Feed {
    fn default() -> Self {
        let standard = FeedSpec::standard(FeedId(1), "", 1);
        Self {
            quorum: standard.quorum,
            heartbeat: standard.heartbeat,
            skew: standard.skew,
            outlier_floor: standard.outlier_floor,
            outlier_sigmas: standard.outlier_sigmas,
            spread_limit: standard.spread_limit,
            round_limit: standard.round_limit,
            confirm_rounds: standard.confirm_rounds,
            mean_window: standard.mean_window,
            variance_decay: standard.variance_decay,
            initial_variance: standard.initial_variance,
            stale_limit: standard.stale_limit,
            gap: standard.gap,
            gap_grace: standard.gap_grace,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let standard = EngineLimits::standard(AssetId(0));
        Self {
            debt_ceiling: standard.debt_ceiling,
            auction_ceiling: standard.auction_ceiling,
            block_work: standard.block_work,
            protective_share: standard.protective_share,
            liquidation_work: standard.liquidation_work,
            caller_work_share: standard.caller_work_share,
            liquidation_window: standard.liquidation_window,
            blocks_to_clear: standard.blocks_to_clear,
            work_price: standard.work_price,
            surplus_floor: standard.surplus_floor,
            clock_step: standard.clock_step,
            transaction_life: standard.transaction_life,
        }
    }
}

impl Collateral {
    /// The same for a riskier collateral: initial and liquidation ratio are greater by `extra`. Error: `Overflow`.
    pub fn riskier_by(&self, extra: Ratio) -> Result<Self, Arithmetic> {
        Ok(Self {
            initial_ratio: self.initial_ratio.try_add(extra)?,
            liquidation_ratio: self.liquidation_ratio.try_add(extra)?,
            ..self.clone()
        })
    }

    /// The type `id` with these parameters and no line.
    pub fn spec(
        &self,
        (id, name): (TypeId, &str),
        (collateral, feed): (AssetId, FeedId),
        pool: &Pool,
        auction: &Auction,
        peer: PeerRules,
    ) -> TypeSpec {
        TypeSpec {
            id,
            name: name.to_owned(),
            collateral,
            feed,
            initial_ratio: self.initial_ratio,
            liquidation_ratio: self.liquidation_ratio,
            glide_per_day: self.glide_per_day,
            initial_gap: self.initial_gap,
            penalty: self.penalty,
            slippage: self.slippage,
            restore_margin: self.restore_margin,
            wick_band: self.wick_band,
            grace: self.grace,
            round_seizure: self.round_seizure,
            stability_fee: self.stability_fee_per_second,
            borrowing_fee: self.borrowing_fee,
            liquidation_deposit: self.liquidation_deposit,
            caller_share: self.caller_share,
            debt_ceiling: self.debt_ceiling,
            // A peer lends as fast as it is asked to.
            growth: match peer.bounds {
                Bounds::Enforced => GrowthSpec::standard(),
                Bounds::Waived => GrowthSpec::unlimited(),
            },
            outflow: match peer.bounds {
                Bounds::Enforced => FlowLimit::standard_outflow(),
                Bounds::Waived => FlowLimit::NONE,
            },
            flash_ceiling: self.flash_ceiling,
            debt_floor: self.debt_floor,
            warning_band: self.warning_band,
            stress: self.stress,
            line: Amount::ZERO,
            pool: PoolSpec {
                discount: pool.discount,
                floor: pool.floor,
                cooldown: pool.cooldown,
                ..PoolSpec::standard()
            },
            bids: pool.tiers_of_bids(),
            market: None,
            auction: AuctionSpec {
                start_factor: auction.start_factor,
                curve: auction.curve.into(),
                duration: auction.duration,
                reset_ratio: auction.reset_ratio,
                keeper_flat: auction.keeper_flat,
                keeper_share: auction.keeper_share,
                ceiling: auction.ceiling,
                breaker: Breaker::Open,
            },
            sharing: if self.share_out {
                Sharing::WhenCovered
            } else {
                Sharing::Never
            },
            peer,
        }
    }
}

impl Feed {
    /// The feed `id` with these parameters and five sources, numbered from `first_source`.
    pub fn spec(&self, id: FeedId, name: &str, first_source: u32) -> FeedSpec {
        FeedSpec {
            quorum: self.quorum,
            heartbeat: self.heartbeat,
            skew: self.skew,
            outlier_floor: self.outlier_floor,
            outlier_sigmas: self.outlier_sigmas,
            spread_limit: self.spread_limit,
            round_limit: self.round_limit,
            confirm_rounds: self.confirm_rounds,
            mean_window: self.mean_window,
            variance_decay: self.variance_decay,
            initial_variance: self.initial_variance,
            stale_limit: self.stale_limit,
            gap: self.gap,
            gap_grace: self.gap_grace,
            ..FeedSpec::standard(id, name, first_source)
        }
    }
}

impl Limits {
    /// The limits of a reserve whose coin is `coin`.
    pub fn spec(&self, coin: AssetId) -> EngineLimits {
        EngineLimits {
            coin,
            debt_ceiling: self.debt_ceiling,
            auction_ceiling: self.auction_ceiling,
            block_work: self.block_work,
            protective_share: self.protective_share,
            liquidation_work: self.liquidation_work,
            caller_work_share: self.caller_work_share,
            liquidation_window: self.liquidation_window,
            blocks_to_clear: self.blocks_to_clear,
            work_price: self.work_price,
            surplus_floor: self.surplus_floor,
            clock_step: self.clock_step,
            transaction_life: self.transaction_life,
            ..EngineLimits::standard(coin)
        }
    }
}
