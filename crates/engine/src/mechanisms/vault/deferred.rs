//! What a batch owes beyond health between its steps, under a ceiling of its own (rule R5; docs/vault.md, eq. 5).

use ballast_num::{Amount, Round};
use ballast_protocol::Rejected;

use super::{Batch, Totals, Vault, Vaults};
use crate::kernel::{Context, Use, coin_value};

impl Vaults {
    /// Counts by how much the last command has raised the debt beyond health of the vaults that it touched. What it only
    /// moved from one to another is not counted again; what it lowered makes no room in this block.
    /// Error: `FlashCeilingExceeded`.
    pub(crate) fn count_deferred(&mut self, ctx: &Context<'_>, batch: &mut Batch) -> Result<(), Rejected> {
        let (mut before, mut after) = (Amount::ZERO, Amount::ZERO);
        let mut kind = None;
        while let Some(touched) = batch.next_unmeasured() {
            let was = match (touched.deferred, &touched.before) {
                (Some(deferred), _) => deferred,
                (None, Some(vault)) => self.beyond_health(ctx, vault)?,
                (None, None) => Amount::ZERO,
            };
            let is = match &touched.after {
                Some(vault) => self.beyond_health(ctx, vault)?,
                None => Amount::ZERO,
            };
            touched.deferred = Some(is);
            before = before.try_add(was)?;
            after = after.try_add(is)?;
            kind = touched.after.or(touched.before).map(|vault| vault.collateral_type);
        }
        let raised = after.saturating_sub(before);
        let Some(kind) = kind.filter(|_| !raised.is_zero()) else {
            return Ok(());
        };
        let totals = *self.totals(kind)?;
        let (deferred, ceiling) = (totals.deferred.try_add(raised)?, self.spec(kind)?.flash_ceiling);
        if deferred > ceiling {
            return Err(Rejected::FlashCeilingExceeded {
                collateral_type: kind,
                deferred,
                ceiling,
            });
        }
        self.totals.set(kind, Totals { deferred, ..totals });
        Ok(())
    }

    /// max(0, debt − value ÷ initial ratio) at min(spot, mean), rounded up; without such a price all of the debt.
    fn beyond_health(&self, ctx: &Context<'_>, vault: &Vault) -> Result<Amount, Rejected> {
        let (nd, kind) = (vault.normalized_debt, vault.collateral_type);
        if nd.is_zero() {
            return Ok(Amount::ZERO);
        }
        let (spec, totals) = (self.spec(kind)?, self.totals(kind)?);
        let quote = ctx.prices.quote(spec.feed).map_err(Rejected::from);
        let healthy = match quote.and_then(|quote| quote.price(Use::Health)) {
            Ok(price) if Self::bar(totals, price, spec.initial_ratio).is_reached(nd, vault.collateral) => {
                return Ok(Amount::ZERO);
            }
            Ok(price) => coin_value(vault.collateral, price, totals.decimals, Round::Down)?
                .div_ratio(spec.initial_ratio, Round::Down)?,
            Err(_) => Amount::ZERO,
        };
        Ok(nd.debt(totals.index, Round::Up)?.saturating_sub(healthy))
    }
}
