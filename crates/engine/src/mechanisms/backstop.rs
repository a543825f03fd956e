//! The waterfall that absorbs losses, a published step at a time (docs/backstop.md).
//!
//! A loss takes first-loss capital at once and stands as bad debt for the rest. What the losses of a block ask of the
//! common steps is paid at the block's end, all together, so that no type is ahead of another by the order of seizures
//! (rule R12). What the surplus buffer has above all lines then makes good bad debt of earlier blocks.

use std::collections::BTreeMap;

use ballast_num::{Amount, Arithmetic, Round};
use ballast_protocol::{
    Bounds, DrawSettled, Event, LossCause, LossRecovered, Module, Rejected, Sale, TypeId, TypeSpec, WaterfallStep,
    table,
};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::{Context, Table};
use crate::pieces;

/// What a type has lost so far and who paid, in coins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Losses {
    /// Paid by first-loss capital.
    pub first_loss: Amount,
    /// Paid by the surplus buffer for the block in which they were lost; with `fund` at most the type's line.
    pub surplus: Amount,
    /// Paid by the insurance fund for the block in which they were lost.
    pub fund: Amount,
    /// Bad debt: coins in circulation that this type's vaults owed and nobody owes now.
    pub bad_debt: Amount,
    /// Bad debt that the surplus buffer made good in later blocks, out of what it had above all lines.
    pub repaid: Amount,
    /// Bad debt that asks for the common steps at the end of this block; zero between blocks.
    pub unsettled: Amount,
}

impl Losses {
    /// What is left of a line.
    pub fn left_of(&self, line: Amount) -> Amount {
        line.saturating_sub(self.surplus).saturating_sub(self.fund)
    }
}

/// The losses of all types.
#[derive(Clone, Debug)]
pub struct Backstop {
    losses: Table<TypeId, Losses>,
    /// What each type may draw in this block; derived at its start, not state.
    lines: BTreeMap<TypeId, Amount>,
}

pieces!(Backstop { losses });

impl Default for Backstop {
    fn default() -> Self {
        Self {
            losses: Table::new(table::LOSSES),
            lines: BTreeMap::new(),
        }
    }
}

impl Backstop {
    /// The losses of a type.
    pub fn losses(&self, kind: TypeId) -> Losses {
        self.losses.get(&kind).copied().unwrap_or_default()
    }

    /// Booked bad debt of all types, in coins. Error: `Overflow`.
    pub fn bad_debt(&self) -> Result<Amount, Rejected> {
        Ok(Amount::try_sum(self.losses.iter().map(|(_, losses)| losses.bad_debt))?)
    }

    /// The line in force in this block: what the type may draw on the common steps (docs/backstop.md, eq. 1).
    pub fn line(&self, kind: TypeId) -> Amount {
        self.lines.get(&kind).copied().unwrap_or_default()
    }

    /// Books bad debt that stands in the books at genesis.
    pub(crate) fn open(&mut self, kind: TypeId, bad_debt: Amount) {
        self.losses.set(
            kind,
            Losses {
                bad_debt,
                ..Losses::default()
            },
        );
    }

    /// Fixes the lines at a block's start: what is left of each, or, where they are more together than what the common
    /// steps have to `spend`, its share of that. So all lines can be drawn at once (rule R12). What cannot be added up is
    /// no line.
    ///
    /// With the ring-fence waived each is all that there is to spend, as far as the line reaches: the same coins stand
    /// behind all types at once.
    pub(crate) fn fix_lines<'a>(
        &mut self,
        specs: impl Iterator<Item = &'a TypeSpec>,
        spend: Amount,
        ring_fence: Bounds,
    ) {
        let left = specs.map(|spec| (spec.id, self.losses(spec.id).left_of(spec.line)));
        self.lines = match ring_fence {
            Bounds::Enforced => share_out(spend, left.collect()).unwrap_or_default(),
            Bounds::Waived => left.map(|(kind, left)| (kind, left.min(spend))).collect(),
        };
    }

    /// Lets first-loss capital absorb a loss and books the rest as bad debt, until [`Backstop::settle`]; both are told.
    pub(crate) fn absorb(
        &mut self,
        ctx: &mut Context<'_>,
        spec: &TypeSpec,
        loss: Amount,
        cause: LossCause,
    ) -> Result<(), Rejected> {
        if loss.is_zero() {
            return Ok(());
        }
        let (coin, payer) = (ctx.limits.coin, Module::FirstLoss(spec.id));
        let first_loss = loss.min(ctx.ledger.balance(coin, payer));
        let booked = loss.try_sub(first_loss)?;
        let before = self.losses(spec.id);
        let after = Losses {
            first_loss: before.first_loss.try_add(first_loss)?,
            bad_debt: before.bad_debt.try_add(booked)?,
            unsettled: before.unsettled.try_add(booked)?,
            ..before
        };

        ctx.ledger.burn(coin, payer, first_loss)?;
        self.losses.set(spec.id, after);
        let parts = [
            (WaterfallStep::FirstLoss, first_loss),
            (WaterfallStep::LossSharing, booked),
        ];
        for (step, amount) in parts.into_iter().filter(|(_, amount)| !amount.is_zero()) {
            ctx.tell(Event::LossAbsorbed {
                collateral_type: spec.id,
                step,
                amount,
                cause,
            });
        }
        Ok(())
    }

    /// Pays at a block's end what its losses ask of the common steps: of each type at most its line, all types together
    /// and, should the steps hold less, pro rata; the surplus buffer before the insurance fund. What is not paid stays bad
    /// debt.
    pub(crate) fn settle(&mut self, ctx: &mut Context<'_>) -> Result<(), Rejected> {
        let asking: Vec<(TypeId, Losses)> = self
            .losses
            .iter()
            .filter(|(_, losses)| !losses.unsettled.is_zero())
            .map(|(kind, losses)| (*kind, *losses))
            .collect();
        if asking.is_empty() {
            return Ok(());
        }
        // A recovery in the same block may have left less bad debt than was asked for.
        let asked = |losses: &Losses| losses.unsettled.min(losses.bad_debt);
        let due = asking
            .iter()
            .map(|(kind, losses)| (*kind, asked(losses).min(self.line(*kind))));
        let coin = ctx.limits.coin;
        let [buffer, fund] = [Module::SurplusBuffer, Module::InsuranceFund].map(|step| ctx.ledger.balance(coin, step));
        let shares = share_out(buffer.try_add(fund)?, due.collect())?;
        let all = Amount::try_sum(shares.values().copied())?;
        let mut left = fund;
        for (kind, before) in asking {
            let paid = shares.get(&kind).copied().unwrap_or_default();
            // Of the buffer each type gets the same part; what rounding leaves to a fund that has no more is the buffer's.
            let by_buffer = paid.prorate(buffer.min(all).raw(), all.raw().max(1), Round::Down)?;
            let by_fund = paid.try_sub(by_buffer)?.min(left);
            let by_buffer = paid.try_sub(by_fund)?;
            left = left.try_sub(by_fund)?;
            ctx.ledger.burn(coin, Module::SurplusBuffer, by_buffer)?;
            ctx.ledger.burn(coin, Module::InsuranceFund, by_fund)?;
            self.losses.set(
                kind,
                Losses {
                    surplus: before.surplus.try_add(by_buffer)?,
                    fund: before.fund.try_add(by_fund)?,
                    bad_debt: before.bad_debt.try_sub(paid)?,
                    unsettled: Amount::ZERO,
                    ..before
                },
            );
            ctx.tell(Event::DrawSettled(DrawSettled {
                collateral_type: kind,
                asked: asked(&before),
                surplus: by_buffer,
                fund: by_fund,
            }));
        }
        Ok(())
    }

    /// Makes good bad debt out of what the surplus buffer holds above what is left of all lines and above its floor:
    /// all of it if that suffices, else pro rata to the bad debt of each type. Lines are not used up by it. With the
    /// ring-fence waived nothing is kept for lines.
    pub(crate) fn repay<'a>(
        &mut self,
        ctx: &mut Context<'_>,
        specs: impl Iterator<Item = &'a TypeSpec>,
    ) -> Result<(), Rejected> {
        let owing = self.losses.iter().filter(|(_, losses)| !losses.bad_debt.is_zero());
        let owing: Vec<_> = owing.map(|(kind, losses)| (*kind, losses.bad_debt)).collect();
        if owing.is_empty() {
            return Ok(());
        }
        let (coin, payer) = (ctx.limits.coin, Module::SurplusBuffer);
        let lines = match ctx.limits.ring_fence {
            Bounds::Enforced => {
                Amount::try_sum(specs.map(|spec| self.losses(spec.id).left_of(spec.line))).unwrap_or(Amount::MAX)
            }
            Bounds::Waived => Amount::ZERO,
        };
        let kept = lines.max(ctx.limits.surplus_floor);
        let spare = ctx.ledger.balance(coin, payer).saturating_sub(kept);
        for (kind, amount) in share_out(spare, owing)? {
            if amount.is_zero() {
                continue;
            }
            let before = self.losses(kind);
            ctx.ledger.burn(coin, payer, amount)?;
            self.losses.set(
                kind,
                Losses {
                    bad_debt: before.bad_debt.try_sub(amount)?,
                    repaid: before.repaid.try_add(amount)?,
                    ..before
                },
            );
            ctx.tell(Event::BadDebtRepaid {
                collateral_type: kind,
                amount,
            });
        }
        Ok(())
    }

    /// Gives back, in reverse order, what a loss cost, out of `amount` coins that were burned when the proceeds of `sale`
    /// repaid it: bad debt first, then what the surplus buffer repaid later, then what insurance fund and surplus buffer
    /// paid on the line, then first-loss capital. Where the fund has
    /// no shares, what comes back to it is the buffer's at the block's end.
    pub(crate) fn recover(
        &mut self,
        ctx: &mut Context<'_>,
        kind: TypeId,
        sale: Sale,
        amount: Amount,
    ) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Ok(());
        }
        let before = self.losses(kind);
        let mut left = amount;
        let mut give_back = |borne: Amount| -> Result<(Amount, Amount), Arithmetic> {
            let back = left.min(borne);
            left = left.try_sub(back)?;
            Ok((back, borne.try_sub(back)?))
        };
        let (made_good, bad_debt) = give_back(before.bad_debt)?;
        let (to_income, repaid) = give_back(before.repaid)?;
        let (to_fund, fund) = give_back(before.fund)?;
        let (to_line, surplus) = give_back(before.surplus)?;
        let (to_first_loss, first_loss) = give_back(before.first_loss)?;
        let to_buffer = Amount::try_sum([to_income, to_line, left])?;

        self.losses.set(
            kind,
            Losses {
                first_loss,
                surplus,
                fund,
                bad_debt,
                repaid,
                unsettled: before.unsettled,
            },
        );
        ctx.ledger.mint(ctx.limits.coin, Module::SurplusBuffer, to_buffer)?;
        ctx.ledger.mint(ctx.limits.coin, Module::InsuranceFund, to_fund)?;
        ctx.ledger
            .mint(ctx.limits.coin, Module::FirstLoss(kind), to_first_loss)?;
        ctx.tell(Event::LossRecovered(LossRecovered {
            collateral_type: kind,
            sale,
            bad_debt: made_good,
            surplus: to_buffer,
            fund: to_fund,
            first_loss: to_first_loss,
        }));
        Ok(())
    }

    /// Adds coins of the caller to a type's first-loss capital. Errors: `ZeroAmount`, `InsufficientBalance`.
    pub(crate) fn add_first_loss(ctx: &mut Context<'_>, kind: TypeId, amount: Amount) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        ctx.ledger
            .transfer(ctx.limits.coin, ctx.caller, Module::FirstLoss(kind), amount)?;
        ctx.tell(Event::FirstLossAdded {
            collateral_type: kind,
            by: ctx.caller,
            amount,
        });
        Ok(())
    }
}

/// What each of several claims gets of a pot: all, if it suffices; else pro rata, rounded down, and what that leaves over
/// stays in the pot. Error: `Overflow` of the claims together.
fn share_out(pot: Amount, claims: Vec<(TypeId, Amount)>) -> Result<BTreeMap<TypeId, Amount>, Arithmetic> {
    let all = Amount::try_sum(claims.iter().map(|(_, claim)| *claim))?;
    if all <= pot {
        return Ok(claims.into_iter().collect());
    }
    let share = |(kind, claim): (TypeId, Amount)| Ok((kind, claim.prorate(pot.raw(), all.raw(), Round::Down)?));
    claims.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests;
