//! Who pays for losses below the positions themselves: what the engine has booked, and what it would book now.
//!
//! A loss that is only marked has not asked the waterfall yet (docs/backstop.md). To say who would bear it, the mark is
//! let run through the same steps: the type's first-loss capital, then surplus buffer and insurance fund up to the type's
//! line in force; all types ask at once, and should the two hold less, each gets its part. What is left then is bad debt.

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Round};
use ballast_protocol::{Module, Rejected};

use crate::world::COIN;

/// Coins by the step that pays them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// First-loss capital.
    pub first_loss: Amount,
    /// Surplus buffer.
    pub surplus: Amount,
    /// Insurance fund.
    pub fund: Amount,
    /// Nobody: bad debt.
    pub bad_debt: Amount,
}

impl Steps {
    /// Both together. Error: a sum that does not fit.
    pub fn try_add(self, other: Self) -> Result<Self, Arithmetic> {
        Ok(Self {
            first_loss: self.first_loss.try_add(other.first_loss)?,
            surplus: self.surplus.try_add(other.surplus)?,
            fund: self.fund.try_add(other.fund)?,
            bad_debt: self.bad_debt.try_add(other.bad_debt)?,
        })
    }

    /// All together. Error: a sum that does not fit.
    pub fn sum(all: &[Self]) -> Result<Self, Arithmetic> {
        all.iter().try_fold(Self::default(), |sum, steps| sum.try_add(*steps))
    }
}

/// Coins of the common steps: surplus buffer and insurance fund. Error: a sum that does not fit.
pub fn common(state: &State) -> Result<Amount, Arithmetic> {
    let steps = [Module::SurplusBuffer, Module::InsuranceFund];
    Amount::try_sum(steps.map(|step| state.ledger().balance(COIN, step)))
}

/// What was booked of each type, net of what came back, by type ids. Error: a sum that does not fit.
pub fn booked(state: &State) -> Result<Vec<Steps>, Arithmetic> {
    let types = state.vaults().types();
    let steps = types.map(|spec| {
        let lost = state.backstop().losses(spec.id);
        Ok(Steps {
            first_loss: lost.first_loss,
            surplus: lost.surplus.try_add(lost.repaid)?,
            fund: lost.fund,
            bad_debt: lost.bad_debt,
        })
    });
    steps.collect()
}

/// What would be booked now on open vaults and lots of each type, by type ids. Error: a sum that does not fit.
pub fn marked(state: &State) -> Result<Vec<Steps>, Arithmetic> {
    let ledger = state.ledger();
    let common = [Module::SurplusBuffer, Module::InsuranceFund].map(|step| ledger.balance(COIN, step));
    let types = state.vaults().types();
    let asking = types.map(|spec| {
        let loss = match state.balance_sheet(spec.id) {
            Ok(sheet) => sheet.marked_loss,
            Err(Rejected::Arithmetic(error)) => return Err(error),
            Err(_) => Amount::ZERO, // a type whose feed never had a price has no loss to mark
        };
        let line = state.backstop().losses(spec.id).left_of(spec.line);
        Ok(Asking {
            loss,
            first_loss: ledger.balance(COIN, Module::FirstLoss(spec.id)),
            line: line.min(state.backstop().line(spec.id)),
        })
    });
    paid(&asking.collect::<Result<Vec<_>, Arithmetic>>()?, common)
}

/// A type's loss, and what may pay for it.
#[derive(Clone, Copy, Debug)]
struct Asking {
    loss: Amount,
    first_loss: Amount,
    line: Amount,
}

/// How losses of all types at once fall on their first-loss capital, then within their lines on `[buffer, fund]`: pro rata if
/// these hold less, the buffer before the fund, as the engine settles a block (docs/backstop.md). Parts round down; what
/// rounding leaves is bad debt. Error: a sum that does not fit.
fn paid(asking: &[Asking], [buffer, fund]: [Amount; 2]) -> Result<Vec<Steps>, Arithmetic> {
    let first_loss = |each: &Asking| each.loss.min(each.first_loss);
    let asked = |each: &Asking| each.loss.saturating_sub(first_loss(each)).min(each.line);
    let all = Amount::try_sum(asking.iter().map(asked))?;
    let part = |asked: Amount, of: Amount| {
        if all.is_zero() {
            return Ok(Amount::ZERO);
        }
        of.min(all).prorate(asked.raw(), all.raw(), Round::Down)
    };
    let by_fund = all.saturating_sub(buffer).min(fund);
    let steps = asking.iter().map(|each| {
        let first_loss = first_loss(each);
        let surplus = part(asked(each), buffer)?;
        let fund = part(asked(each), by_fund)?;
        Ok(Steps {
            first_loss,
            surplus,
            fund,
            bad_debt: each.loss.try_sub(Amount::try_sum([first_loss, surplus, fund])?)?,
        })
    });
    steps.collect()
}

#[cfg(test)]
mod tests;
