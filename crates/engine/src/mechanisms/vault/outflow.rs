//! What a vault may take out when all that everyone may take has left: a share of its own (rule R18, docs/limits.md).

use ballast_num::{Amount, Round, Seconds};
use ballast_protocol::{FlowLimit, Rejected, VaultId};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{Batch, Vaults};
use crate::kernel::Context;
use crate::kernel::outflow::Excess;

/// What a vault has taken out beyond the type's limit, as a bucket that drains by the vault's own share a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Taken {
    /// How much, when it was last counted.
    pub amount: Amount,
    /// Host time of that.
    pub at: Seconds,
}

impl Taken {
    /// What a vault of so much collateral may still take, share × (collateral + taken) − taken, rounded down; and what it
    /// has taken after what has drained since, rounded down too.
    fn room(self, terms: &FlowLimit, collateral: Amount, now: Seconds) -> Result<(Amount, Amount), Rejected> {
        let own = |taken: Amount| collateral.try_add(taken)?.mul_ratio(terms.share, Round::Down);
        // Beyond a window all has drained.
        let lapsed = now.saturating_sub(self.at).min(terms.window);
        let (lapsed, window) = (u128::from(lapsed.raw()), u128::from(terms.window.raw().max(1)));
        let drained = own(self.amount)?.prorate(lapsed, window, Round::Down)?;
        let taken = self.amount.saturating_sub(drained);
        Ok((own(taken)?.saturating_sub(taken), taken))
    }
}

impl Vaults {
    /// What a vault has taken out beyond its type's limit, if it ever has since it was opened.
    pub fn taken(&self, id: VaultId) -> Option<&Taken> {
        self.taken.get(&id)
    }

    /// Counts what a transaction takes out beyond the type's limit as the share of the one vault of the type that it
    /// touches. Error: `OutflowLimit`, if that is more than the vault's share, or if it is not one vault that was there
    /// before and is still, that so much has left, and that the caller might manage before. So a fault elsewhere uses up
    /// nobody's share.
    pub(crate) fn take_share(&mut self, ctx: &Context<'_>, batch: &Batch, excess: &Excess) -> Result<(), Rejected> {
        let mut of_type = batch.touched_of(excess.collateral_type);
        let (Some((id, Some(before), Some(after))), None) = (of_type.next(), of_type.next()) else {
            return Err(excess.refused(Amount::ZERO));
        };
        let gone = before.collateral.saturating_sub(after.collateral);
        if excess.taken > gone || !self.is_manager(before, ctx.caller) {
            return Err(excess.refused(Amount::ZERO));
        }
        let now = ctx.clock.host_time;
        let so_far = self.taken.get(&id).copied().unwrap_or(Taken {
            amount: Amount::ZERO,
            at: now,
        });
        let (room, taken) = so_far.room(&excess.terms, before.collateral, now)?;
        if excess.taken > room {
            return Err(excess.refused(room));
        }
        let amount = taken.try_add(excess.taken)?;
        self.taken.set(id, Taken { amount, at: now });
        Ok(())
    }

    /// What one vault has taken counts against another that takes over its collateral, or a part of it, as well.
    pub(super) fn inherit_taken(&mut self, from: VaultId, into: VaultId) -> Result<(), Rejected> {
        if let Some(of_from) = self.taken.get(&from).copied() {
            let of_into = self.taken.get(&into).copied().unwrap_or(Taken {
                amount: Amount::ZERO,
                at: of_from.at,
            });
            let both = Taken {
                amount: of_from.amount.try_add(of_into.amount)?,
                at: of_from.at.max(of_into.at),
            };
            self.taken.set(into, both);
        }
        Ok(())
    }
}
