//! Parameters: what the authority may set them to.

use ballast_num::{Amount, RAY, Round, WAD};
use ballast_protocol::{AccountId, Bounds, Curve, ParameterChange, ParameterFault, Rejected, TypeParameter, TypeSpec};

use super::number::{Figure, big, part, share};
use super::{Done, Model};

use Round::{Down, Up};

/// No ceiling is above so many coins.
const MOST_COINS: u128 = 1 << 60;
const WEEK: u64 = 604_800;

impl Model {
    pub(super) fn set_parameter(&mut self, caller: AccountId, change: ParameterChange) -> Done {
        if caller != self.authority {
            return Err(Rejected::NotAuthority { caller });
        }
        match change {
            ParameterChange::GlobalDebtCeiling(amount) | ParameterChange::GlobalAuctionCeiling(amount)
                if amount.raw() > MOST_COINS * WAD =>
            {
                return Err(Rejected::BadParameter(ParameterFault::OutOfBounds));
            }
            ParameterChange::GlobalDebtCeiling(amount) => self.limits.debt_ceiling = amount,
            ParameterChange::GlobalAuctionCeiling(amount) => self.limits.auction_ceiling = amount,
            ParameterChange::WorkPrice(amount) => self.limits.work_price = amount,
            ParameterChange::Type(id, parameter) => {
                let kind = self.kind_mut(id)?;
                let mut after = kind.spec.clone();
                change_one(&mut after, parameter);
                check(&after).map_err(Rejected::BadParameter)?;
                self.check_floor(&after).map_err(Rejected::BadParameter)?;
                let kind = self.kind_mut(id)?;
                kind.spec = after;
            }
        }
        Ok(())
    }

    /// A ceiling's worth of vaults at the floor takes no more blocks than agreed, if every type gets an equal share of
    /// what callers leave.
    fn check_floor(&self, spec: &TypeSpec) -> Result<(), ParameterFault> {
        let limits = &self.limits;
        let of_callers = share(limits.liquidation_work.into(), limits.caller_work_share.raw(), Up).unwrap_or_default();
        let work = u128::from(limits.liquidation_work).saturating_sub(of_callers) * u128::from(limits.blocks_to_clear);
        let each = 60 * self.types.len() as u128;
        let (floor, ceiling) = (spec.debt_floor, spec.debt_ceiling);
        if spec.peer.floor == Bounds::Waived || big(ceiling.raw()) * each <= big(floor.raw()) * work {
            return Ok(());
        }
        let most = |figure: Figure| Amount::from_raw(figure.unwrap_or(u128::MAX));
        Err(ParameterFault::DebtFloorTooLow {
            floor,
            floor_min: most(part(ceiling.raw(), each, work, Up)),
            ceiling_max: most(part(floor.raw(), work, each, Down)),
        })
    }
}

fn change_one(spec: &mut TypeSpec, parameter: TypeParameter) {
    let auction = &mut spec.auction;
    match parameter {
        TypeParameter::InitialRatio(to) => spec.initial_ratio = to,
        TypeParameter::LiquidationRatio(to) => spec.liquidation_ratio = to,
        TypeParameter::GlidePerDay(to) => spec.glide_per_day = to,
        TypeParameter::Penalty(to) => spec.penalty = to,
        TypeParameter::StabilityFee(to) => spec.stability_fee = to,
        TypeParameter::BorrowingFee(to) => spec.borrowing_fee = to,
        TypeParameter::LiquidationDeposit(to) => spec.liquidation_deposit = to,
        TypeParameter::CallerShare(to) => spec.caller_share = to,
        TypeParameter::DebtCeiling(to) => spec.debt_ceiling = to,
        TypeParameter::FlashCeiling(to) => spec.flash_ceiling = to,
        TypeParameter::DebtFloor(to) => spec.debt_floor = to,
        TypeParameter::Stress(to) => spec.stress = to,
        TypeParameter::PoolDiscount(to) => spec.pool.discount = to,
        TypeParameter::AuctionStartFactor(to) => auction.start_factor = to,
        TypeParameter::AuctionCurve(to) => auction.curve = to,
        TypeParameter::AuctionDuration(to) => auction.duration = to,
        TypeParameter::AuctionResetRatio(to) => auction.reset_ratio = to,
        TypeParameter::KeeperFlat(to) => auction.keeper_flat = to,
        TypeParameter::KeeperShare(to) => auction.keeper_share = to,
        TypeParameter::AuctionCeiling(to) => auction.ceiling = to,
        TypeParameter::AuctionBreaker(to) => auction.breaker = to,
    }
}

/// The bounds, in the order in which a breach is told.
fn check(spec: &TypeSpec) -> Result<(), ParameterFault> {
    let auction = &spec.auction;
    let half = WAD / 2;
    let falls = match auction.curve {
        Curve::Linear { duration } => duration.0 > 0,
        Curve::Stair { cut, step } => (1..RAY).contains(&cut.raw()) && step.0 > 0,
        Curve::Exponential { cut } => (1..RAY).contains(&cut.raw()),
    };
    let shares = [
        spec.penalty,
        spec.slippage,
        spec.borrowing_fee,
        spec.caller_share,
        spec.pool.discount,
        auction.keeper_share,
        spec.wick_band,
    ];
    let (penalty, slippage, discount) = (spec.penalty.raw(), spec.slippage.raw(), spec.pool.discount.raw());
    let (initial, liquidation) = (spec.initial_ratio.raw(), spec.liquidation_ratio.raw());
    let pool_pays = || (WAD + penalty) * (WAD - discount) / WAD >= WAD;
    let rest_in_bounds = || {
        initial <= 10 * WAD
            && !spec.initial_gap.is_zero()
            && spec.bids.discounts.last().is_none_or(|last| last.raw() <= discount)
            && (1..=WAD / 10).contains(&spec.glide_per_day.raw())
            && (1..=WAD).contains(&spec.round_seizure.raw())
            && spec.restore_margin.raw() <= WAD
            && spec.wick_band >= spec.slippage
            && spec.warning_band.raw() <= WAD
            && [spec.debt_ceiling, spec.line, auction.ceiling]
                .iter()
                .all(|most| most.raw() <= MOST_COINS * WAD)
            && spec.debt_floor.raw() <= 100_000 * WAD
            && [spec.liquidation_deposit, auction.keeper_flat]
                .iter()
                .all(|pay| pay.raw() <= 1_000 * WAD)
            && spec.pool.floor.raw() <= 1_000_000 * WAD
            && spec.pool.cooldown.0 <= WEEK
            && (1..=WEEK).contains(&auction.duration.0)
            && spec.grace.0 <= 3_600
            && spec.flash_ceiling.raw() <= 1_000_000_000 * WAD
            && (WAD..=10_000 * WAD).contains(&spec.pool.ticket_min.raw())
            && !auction.reset_ratio.is_zero()
    };
    if !(RAY..=RAY + 73_000_000_000_000_000_000).contains(&spec.stability_fee.raw()) {
        Err(ParameterFault::StabilityFeeOutOfBounds)
    } else if !falls {
        Err(ParameterFault::BadCurve)
    } else if shares.iter().any(|share| share.raw() > half)
        || spec.stress.raw() >= WAD
        || auction.reset_ratio.raw() >= WAD
    {
        Err(ParameterFault::ShareTooLarge)
    } else if !(WAD..=2 * WAD).contains(&auction.start_factor.raw()) {
        Err(ParameterFault::BadStartFactor)
    } else if liquidation <= WAD + penalty + slippage {
        Err(ParameterFault::LiquidationRatioTooLow)
    } else if liquidation
        .checked_add(spec.initial_gap.raw())
        .is_none_or(|least| initial < least)
    {
        Err(ParameterFault::InitialRatioTooLow)
    } else if slippage < discount || !pool_pays() {
        Err(ParameterFault::ShareTooLarge)
    } else if !rest_in_bounds() {
        Err(ParameterFault::OutOfBounds)
    } else {
        Ok(())
    }
}
