//! Collateral types: their parameters, bounds, interest and gliding liquidation ratio.

use std::ops::RangeInclusive;

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Rate, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{
    Bounds, ClosingCause, Curve, Event, Module, ParameterFault, Rejected, Rest, Sharing, TypeId, TypeParameter,
    TypeSpec, coins,
};

use super::{Admission, Totals, Vaults};
use crate::kernel::{Clock, Context};

/// Hard bound of the stability fee: about 10 times in a year of 31,536,000 seconds.
pub(super) const STABILITY_FEE_MAX: Rate = Rate::from_raw(1_000_000_073_000_000_000_000_000_000);
/// Hard bound of every share that is paid by users: penalty, borrowing fee, caller's share, discount, slippage.
pub(super) const SHARE_MAX: Ratio = Ratio::percent(50);
/// Hard bound of every ratio of collateral value to debt.
pub(super) const RATIO_MAX: Ratio = Ratio::percent(1_000);
/// Hard bound of ceilings and lines: 2⁶⁰ coins. Ten times as much, a debt at the highest ratio, still fits 128 bits.
pub(crate) const CEILING_MAX: Amount = coins(1 << 60);
/// Hard bound of the least debt, so that a reserve for the few cannot be made of one for all.
const DEBT_FLOOR_MAX: Amount = coins(100_000);
/// Hard bound of what a liquidator or keeper is paid flat.
const FLAT_PAY_MAX: Amount = coins(1_000);
/// Hard bound of the coins that a pool keeps back.
const POOL_FLOOR_MAX: Amount = coins(1_000_000);
/// Hard bound of how long depositors of a pool wait, and auctions run.
const WAIT_MAX: Seconds = Seconds(7 * Seconds::DAY.0);
/// Hard bounds of the least coins for a place in the queue: never free, and never out of reach.
const TICKET_MIN: RangeInclusive<Amount> = coins(1)..=coins(10_000);
/// Hard bound of the tiers of standing bids: each is asked for each lot.
const TIERS_MAX: usize = 8;
/// Hard bound of the grace: no price older than an hour judges anyone.
const GRACE_MAX: Seconds = Seconds::HOUR;
/// Hard bound of the ramp: a collateral that is not trusted after a year is not trusted.
const RAMP_MAX: Seconds = Seconds(365 * Seconds::DAY.0);
/// Hard bound of the multiple of locked depth: a ceiling of a hundred times the market's coins is bound to no market.
const DEPTH_MULTIPLE_MAX: Ratio = Ratio::percent(10_000);
/// Hard bounds of the outflow limit: nobody waits for more than seven days for what is his and goes nowhere, and what
/// leaves within an hour nobody can look at.
const OUTFLOW_SHARE: RangeInclusive<Ratio> = Ratio::percent(2)..=Ratio::ONE;
const OUTFLOW_WINDOW: RangeInclusive<Seconds> = Seconds::HOUR..=Seconds(7 * Seconds::DAY.0);
/// Hard bound of the debt beyond health between the steps of a block's batches.
const FLASH_CEILING_MAX: Amount = coins(1_000_000_000);

impl Vaults {
    /// Adds a type at genesis. Error: what its parameters break.
    pub(crate) fn add_type(
        &mut self,
        spec: TypeSpec,
        decimals: Decimals,
        index: Index,
        now: Timestamp,
    ) -> Result<(), ParameterFault> {
        check_spec(&spec)?;
        let totals = Totals {
            normalized_debt: NormalizedDebt::ZERO,
            opening: NormalizedDebt::ZERO,
            drawn: NormalizedDebt::ZERO,
            recent: NormalizedDebt::ZERO,
            listed: Seconds::ZERO,
            deferred: Amount::ZERO,
            index,
            accrued: now,
            liquidation_ratio: spec.liquidation_ratio,
            glided: Seconds(0),
            admission: Admission::Open,
            decimals,
        };
        self.totals.set(spec.id, totals);
        if spec.sharing != Sharing::Never || spec.peer.rest == Rest::Shared {
            self.let_share(spec.id);
        }
        self.types.set(spec.id, spec);
        Ok(())
    }

    /// Starts a type's block: charges interest since the last block, moves the liquidation ratio, opens the ceilings.
    ///
    /// index' = index × fee^seconds, rounded up; the surplus buffer gets normalized debt × (index' − index), rounded
    /// down, so that all coins stay owed. A type whose index would overflow is closed and charges no more.
    pub(crate) fn begin_block(
        &mut self,
        ctx: &mut Context<'_>,
        id: TypeId,
        live_time: Seconds,
    ) -> Result<(), Rejected> {
        self.settle_shares(ctx, id)?;
        let (spec, before) = (self.spec(id)?, *self.totals(id)?);
        let mut totals = before;
        totals.drain(spec, ctx.clock.step);
        totals.opening = totals.normalized_debt;
        totals.drawn = NormalizedDebt::ZERO;
        totals.deferred = Amount::ZERO;
        totals.glide(spec, live_time);
        let minted = totals.accrue(spec.stability_fee, ctx.clock);
        let minted = minted.and_then(|minted| {
            ctx.ledger
                .mint(ctx.limits.coin, Module::SurplusBuffer, minted)
                .map(|()| minted)
        });
        match minted {
            Ok(minted) if !minted.is_zero() => {
                ctx.tell(Event::InterestAccrued {
                    collateral_type: id,
                    index: totals.index,
                    minted,
                });
            }
            Ok(_) => (),
            Err(_) => {
                totals = Totals {
                    index: before.index,
                    accrued: ctx.clock.now,
                    ..totals
                };
                totals.close(ctx, id, ClosingCause::InterestOverflow);
            }
        }
        if totals != before {
            self.totals.set(id, totals);
        }
        Ok(())
    }

    /// Closes a type whose feed was silent for too long to new debt (rule R3).
    pub(crate) fn close_to_new_debt(&mut self, ctx: &mut Context<'_>, id: TypeId) -> Result<(), Rejected> {
        let mut totals = *self.totals(id)?;
        if totals.admission == Admission::Open {
            totals.close(ctx, id, ClosingCause::FeedSilent);
            self.totals.set(id, totals);
        }
        Ok(())
    }

    /// Changes one parameter of a type, inside its bounds and consistent with the others (rule R8).
    pub(crate) fn change_type(&mut self, id: TypeId, parameter: TypeParameter) -> Result<(), Rejected> {
        let mut spec = self.spec(id)?.clone();
        match parameter {
            TypeParameter::InitialRatio(ratio) => spec.initial_ratio = ratio,
            TypeParameter::LiquidationRatio(ratio) => spec.liquidation_ratio = ratio,
            TypeParameter::GlidePerDay(ratio) => spec.glide_per_day = ratio,
            TypeParameter::Penalty(share) => spec.penalty = share,
            TypeParameter::StabilityFee(fee) => spec.stability_fee = fee,
            TypeParameter::BorrowingFee(share) => spec.borrowing_fee = share,
            TypeParameter::LiquidationDeposit(amount) => spec.liquidation_deposit = amount,
            TypeParameter::CallerShare(share) => spec.caller_share = share,
            TypeParameter::DebtCeiling(amount) => spec.debt_ceiling = amount,
            TypeParameter::FlashCeiling(amount) => spec.flash_ceiling = amount,
            TypeParameter::DebtFloor(amount) => spec.debt_floor = amount,
            TypeParameter::Stress(share) => spec.stress = share,
            TypeParameter::PoolDiscount(share) => spec.pool.discount = share,
            TypeParameter::AuctionStartFactor(ratio) => spec.auction.start_factor = ratio,
            TypeParameter::AuctionCurve(curve) => spec.auction.curve = curve,
            TypeParameter::AuctionDuration(seconds) => spec.auction.duration = seconds,
            TypeParameter::AuctionResetRatio(ratio) => spec.auction.reset_ratio = ratio,
            TypeParameter::KeeperFlat(amount) => spec.auction.keeper_flat = amount,
            TypeParameter::KeeperShare(share) => spec.auction.keeper_share = share,
            TypeParameter::AuctionCeiling(amount) => spec.auction.ceiling = amount,
            TypeParameter::AuctionBreaker(level) => spec.auction.breaker = level,
        }
        check_spec(&spec).map_err(Rejected::BadParameter)?;
        self.types.set(id, spec);
        Ok(())
    }
}

impl Totals {
    /// Moves the liquidation ratio toward the type's by at most `glide_per_day` a day of live time, in whole steps that
    /// round toward the owner's side of a raise.
    fn glide(&mut self, spec: &TypeSpec, live_time: Seconds) {
        let elapsed = live_time.0.saturating_sub(self.glided.0);
        self.glided = live_time;
        let (now, target) = (self.liquidation_ratio, spec.liquidation_ratio);
        if now == target {
            return;
        }
        let step = spec
            .glide_per_day
            .prorate(u128::from(elapsed), u128::from(Seconds::DAY.0), Round::Down);
        let step = step.unwrap_or(Ratio::MAX);
        self.liquidation_ratio = if target > now {
            now.try_add(step).unwrap_or(target).min(target)
        } else {
            now.saturating_sub(step).max(target)
        };
    }

    /// Lets no new debt in, and tells why if it is the first cause.
    fn close(&mut self, ctx: &mut Context<'_>, id: TypeId, cause: ClosingCause) {
        if self.admission == Admission::Open {
            self.admission = Admission::Closed(cause);
            ctx.tell(Event::TypeClosedToNewDebt {
                collateral_type: id,
                cause,
            });
        }
    }

    /// Charges interest and returns the coins to mint for it.
    fn accrue(&mut self, fee: Rate, clock: Clock) -> Result<Amount, Rejected> {
        let elapsed = clock.now.saturating_since(self.accrued);
        self.accrued = clock.now;
        if elapsed.0 == 0 || fee == Rate::ONE {
            return Ok(Amount::ZERO);
        }
        let index = self.index.grow(fee.pow(elapsed)?, Round::Up)?;
        let growth = Index::from_raw(index.raw().saturating_sub(self.index.raw()));
        let minted = self.normalized_debt.debt(growth, Round::Down)?;
        // The whole must stay representable, rounded up, for every later check.
        self.normalized_debt.debt(index, Round::Up)?;
        self.index = index;
        Ok(minted)
    }
}

/// Whether a type's parameters are inside their bounds and consistent with each other.
pub(crate) fn check_spec(spec: &TypeSpec) -> Result<(), ParameterFault> {
    let auction = &spec.auction;
    if spec.stability_fee < Rate::ONE || spec.stability_fee > STABILITY_FEE_MAX && spec.peer.bounds == Bounds::Enforced
    {
        return Err(ParameterFault::StabilityFeeOutOfBounds);
    }
    let falls = match auction.curve {
        Curve::Linear { duration } => duration.0 > 0,
        Curve::Stair { cut, step } => !cut.is_zero() && cut < Rate::ONE && step.0 > 0,
        Curve::Exponential { cut } => !cut.is_zero() && cut < Rate::ONE,
    };
    if !falls && spec.peer.bounds == Bounds::Enforced {
        return Err(ParameterFault::BadCurve);
    }
    if spec.peer.bounds == Bounds::Waived {
        return Ok(());
    }
    let shares = [
        spec.penalty,
        spec.slippage,
        spec.borrowing_fee,
        spec.caller_share,
        spec.pool.discount,
        auction.keeper_share,
        spec.wick_band,
    ];
    if shares.iter().any(|share| *share > SHARE_MAX) || spec.stress >= Ratio::ONE || auction.reset_ratio >= Ratio::ONE {
        return Err(ParameterFault::ShareTooLarge);
    }
    if auction.start_factor < Ratio::ONE || auction.start_factor > Ratio::percent(200) {
        return Err(ParameterFault::BadStartFactor);
    }
    let deep = Ratio::ONE
        .try_add(spec.penalty)
        .and_then(|sum| sum.try_add(spec.slippage));
    if deep.is_ok_and(|deep| spec.liquidation_ratio <= deep) {
        return Err(ParameterFault::LiquidationRatioTooLow);
    }
    // A sum that no number holds is more than any initial ratio.
    let least = spec.liquidation_ratio.try_add(spec.initial_gap);
    if least.is_err() || least.is_ok_and(|least| spec.initial_ratio < least) {
        return Err(ParameterFault::InitialRatioTooLow);
    }
    // A lot sold to the pool at its discount still pays the debt: (1 + penalty) × (1 − discount) ≥ 1.
    let pays = Ratio::ONE
        .try_add(spec.penalty)
        .and_then(|sum| sum.mul_ratio(spec.pool.discount.complement(), Round::Down));
    if spec.slippage < spec.pool.discount || pays.is_ok_and(|pays| pays < Ratio::ONE) {
        return Err(ParameterFault::ShareTooLarge);
    }
    let in_bounds = spec.initial_ratio <= RATIO_MAX
        && !spec.initial_gap.is_zero()
        && !spec.glide_per_day.is_zero()
        && spec.glide_per_day <= Ratio::percent(10)
        && !spec.round_seizure.is_zero()
        && spec.round_seizure <= Ratio::ONE
        && spec.restore_margin <= Ratio::ONE
        && spec.wick_band >= spec.slippage
        && spec.warning_band <= Ratio::ONE
        && spec.debt_ceiling.max(spec.line).max(auction.ceiling) <= CEILING_MAX
        && spec.debt_floor <= DEBT_FLOOR_MAX
        && spec.liquidation_deposit.max(auction.keeper_flat) <= FLAT_PAY_MAX
        && spec.pool.floor <= POOL_FLOOR_MAX
        && spec.pool.cooldown <= WAIT_MAX
        && (1..=WAIT_MAX.0).contains(&auction.duration.0)
        && spec.grace <= GRACE_MAX
        && spec.growth.debt_gap <= CEILING_MAX
        && spec.growth.ramp <= RAMP_MAX
        && spec.growth.depth_multiple <= DEPTH_MULTIPLE_MAX
        && (spec.growth.depth_multiple.is_zero() || spec.market.is_some())
        && OUTFLOW_SHARE.contains(&spec.outflow.share)
        && OUTFLOW_WINDOW.contains(&spec.outflow.window)
        && !spec.outflow.is_none()
        && spec.flash_ceiling <= FLASH_CEILING_MAX
        && TICKET_MIN.contains(&spec.pool.ticket_min)
        && TICKET_MIN.contains(&spec.bids.ticket_min)
        && spec.bids.cooldown <= WAIT_MAX
        && spec.bids.discounts.len() <= TIERS_MAX
        && spec.bids.discounts.is_sorted_by(|left, right| left < right)
        && spec
            .bids
            .discounts
            .iter()
            .all(|discount| *discount <= spec.pool.discount)
        && !auction.reset_ratio.is_zero();
    if in_bounds {
        Ok(())
    } else {
        Err(ParameterFault::OutOfBounds)
    }
}
