//! How fast and how far a type may take new debt: the ceiling in force, the gap, and the watch over the collateral's supply
//! (docs/limits.md).

use ballast_num::{Amount, Arithmetic, NormalizedDebt, RAY, Ratio, Round, Seconds, cmp_products, mul_div};
use ballast_protocol::{Rejected, TypeSpec};

use super::{Totals, Vaults};
use crate::kernel::{Context, Use};

/// What a supply may lie above its mean in any case (rule R18): mints and burns of an honest collateral.
const SUPPLY_FLOOR: Ratio = Ratio::percent(2);

impl Totals {
    /// The debt ceiling in force, rounded down: it rises in a line over the type's ramp (rule R18), and is no more than
    /// `depth_multiple` times `depth`, the coins that the type's market holds in locked depth (rule R10).
    pub fn ceiling(&self, spec: &TypeSpec, host_time: Seconds, depth: Amount) -> Amount {
        let (age, ramp) = (host_time.saturating_sub(self.listed), spec.growth.ramp);
        let by_age = if age >= ramp {
            spec.debt_ceiling
        } else {
            let part = spec
                .debt_ceiling
                .prorate(u128::from(age.raw()), u128::from(ramp.raw()), Round::Down);
            part.unwrap_or(Amount::ZERO)
        };
        if spec.growth.depth_multiple.is_zero() {
            return by_age;
        }
        // A product that no number holds is more than any ceiling.
        let by_depth = depth.mul_ratio(spec.growth.depth_multiple, Round::Down);
        by_age.min(by_depth.unwrap_or(Amount::MAX))
    }

    /// Counts the debt of the last block, net, and lets drain what an hour lets pass, rounded down. To be called before
    /// the block's opening is set.
    pub(super) fn drain(&mut self, spec: &TypeSpec, step: Seconds) {
        let gap = spec.growth.debt_gap;
        if gap == Amount::MAX {
            return;
        }
        // A sum that no number holds is over any gap.
        let recent = self.grown().unwrap_or(NormalizedDebt::MAX);
        let drained = gap
            .normalize(self.index, Round::Down)
            .and_then(|hour| mul_div(hour.raw(), step.raw().into(), Seconds::HOUR.raw().into(), Round::Down))
            .map_or(NormalizedDebt::MAX, NormalizedDebt::from_raw);
        self.recent = recent.saturating_sub(drained);
    }

    /// Net new debt of the hour, with what this block has made of it: never below nothing.
    fn grown(&self) -> Result<NormalizedDebt, Arithmetic> {
        Ok(self.recent.try_add(self.normalized_debt)?.saturating_sub(self.opening))
    }

    /// The gap counts net, otherwise than ceilings (rule R5): who draws and repays in a block takes no room from others.
    /// Error: `GapExceeded`.
    pub(super) fn check_gap(&self, spec: &TypeSpec) -> Result<(), Rejected> {
        let gap = spec.growth.debt_gap;
        if gap == Amount::MAX {
            return Ok(());
        }
        let counted = self.grown()?;
        if cmp_products(counted.raw(), self.index.raw(), gap.raw(), RAY).is_gt() {
            return Err(Rejected::GapExceeded {
                collateral_type: spec.id,
                drawn: counted.debt(self.index, Round::Up)?,
                gap,
            });
        }
        Ok(())
    }
}

impl Vaults {
    /// Whether there is as much of a type's collateral as there was, within max(k·σ, 2 %) of the mean. A predicate, not a
    /// record: it lapses when the mean has caught up. Errors: `NoPrice` unless the feed is Live, `SupplyJump`.
    pub(super) fn check_supply(ctx: &Context<'_>, spec: &TypeSpec) -> Result<(), Rejected> {
        let Some(watch) = spec.growth.supply else {
            return Ok(());
        };
        let quote = ctx.prices.quote(watch.feed)?;
        quote.price(Use::Health)?;
        let expected = watch.sigmas.mul_ratio(quote.deviation, Round::Down);
        let band = Ratio::ONE.try_add(expected.unwrap_or(Ratio::MAX).max(SUPPLY_FLOOR));
        let most = quote.mean.mul_ratio(band.unwrap_or(Ratio::MAX), Round::Down)?;
        if quote.spot > most {
            return Err(Rejected::SupplyJump {
                collateral_type: spec.id,
                supply: quote.spot,
                mean: quote.mean,
                most,
            });
        }
        Ok(())
    }
}
