//! The waterfall that absorbs losses, a published step at a time (docs/backstop.md).

use ballast_num::Amount;
use ballast_protocol::{Event, LossCause, Module, Rejected, TypeId, TypeSpec, WaterfallStep, table};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::{Context, Table};
use crate::pieces;

/// The steps after the position's own collateral, in the order in which they pay.
pub const WATERFALL: [WaterfallStep; 5] = [
    WaterfallStep::FirstLoss,
    WaterfallStep::SurplusBuffer,
    WaterfallStep::InsuranceFund,
    WaterfallStep::TokenIssue,
    WaterfallStep::LossSharing,
];

/// What a type has lost so far and who paid, in coins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Losses {
    /// Paid by first-loss capital.
    pub first_loss: Amount,
    /// Paid by the surplus buffer; at most the type's line.
    pub surplus: Amount,
    /// Bad debt: coins in circulation that this type's vaults owed and nobody owes now.
    pub bad_debt: Amount,
}

/// The losses of all types.
#[derive(Clone, Debug)]
pub struct Backstop {
    losses: Table<TypeId, Losses>,
}

pieces!(Backstop { losses });

impl Default for Backstop {
    fn default() -> Self {
        Self {
            losses: Table::new(table::LOSSES),
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

    /// What a step can still pay for a type.
    fn available(&self, ctx: &Context<'_>, spec: &TypeSpec, step: WaterfallStep) -> Amount {
        let coin = ctx.limits.coin;
        match step {
            WaterfallStep::FirstLoss => ctx.ledger.balance(coin, Module::FirstLoss(spec.id)),
            WaterfallStep::SurplusBuffer => {
                let line = spec.line.saturating_sub(self.losses(spec.id).surplus);
                ctx.ledger.balance(coin, Module::SurplusBuffer).min(line)
            }
            WaterfallStep::LossSharing => Amount::MAX,
            // A position pays before the waterfall is asked; there is no fund and no token yet.
            WaterfallStep::OwnCollateral | WaterfallStep::InsuranceFund | WaterfallStep::TokenIssue => Amount::ZERO,
        }
    }

    /// Lets the steps absorb a loss in their order; each part is a ledger movement or booked bad debt, and told.
    pub(crate) fn absorb(
        &mut self,
        ctx: &mut Context<'_>,
        spec: &TypeSpec,
        loss: Amount,
        cause: LossCause,
    ) -> Result<(), Rejected> {
        let mut left = loss;
        for step in WATERFALL {
            let amount = left.min(self.available(ctx, spec, step));
            if amount.is_zero() {
                continue;
            }
            let mut losses = self.losses(spec.id);
            match step {
                WaterfallStep::FirstLoss => {
                    ctx.ledger.burn(ctx.limits.coin, Module::FirstLoss(spec.id), amount)?;
                    losses.first_loss = losses.first_loss.try_add(amount)?;
                }
                WaterfallStep::SurplusBuffer => {
                    ctx.ledger.burn(ctx.limits.coin, Module::SurplusBuffer, amount)?;
                    losses.surplus = losses.surplus.try_add(amount)?;
                }
                _ => losses.bad_debt = losses.bad_debt.try_add(amount)?,
            }
            self.losses.set(spec.id, losses);
            ctx.tell(Event::LossAbsorbed {
                collateral_type: spec.id,
                step,
                amount,
                cause,
            });
            left = left.try_sub(amount)?;
        }
        Ok(())
    }

    /// Gives back, in reverse order, what a loss cost, out of `amount` coins that were burned when later proceeds
    /// repaid it: bad debt first, then the surplus buffer, then first-loss capital.
    pub(crate) fn recover(&mut self, ctx: &mut Context<'_>, kind: TypeId, amount: Amount) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Ok(());
        }
        let mut losses = self.losses(kind);
        let to_debt = amount.min(losses.bad_debt);
        let left = amount.try_sub(to_debt)?;
        let to_surplus = left.min(losses.surplus);
        let left = left.try_sub(to_surplus)?;
        let to_first_loss = left.min(losses.first_loss);
        let rest = left.try_sub(to_first_loss)?;

        losses.bad_debt = losses.bad_debt.try_sub(to_debt)?;
        losses.surplus = losses.surplus.try_sub(to_surplus)?;
        losses.first_loss = losses.first_loss.try_sub(to_first_loss)?;
        self.losses.set(kind, losses);
        ctx.ledger
            .mint(ctx.limits.coin, Module::SurplusBuffer, to_surplus.try_add(rest)?)?;
        ctx.ledger
            .mint(ctx.limits.coin, Module::FirstLoss(kind), to_first_loss)?;
        ctx.tell(Event::LossRecovered {
            collateral_type: kind,
            amount,
        });
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
