//! Who pays for losses below the positions themselves: what the engine has booked, and what it would book now.
//!
//! A loss that is only marked has not asked the waterfall yet (docs/backstop.md). To say who would bear it, the mark is
//! let run through the same steps: the type's first-loss capital, then surplus buffer and insurance fund up to what is
//! left of the type's line; what is left then is bad debt. Both are shared, and types are asked in the order of their ids.

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic};
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

    /// How a loss falls on first-loss capital, then within a line on the buffer, then on the fund.
    ///
    /// ```
    /// use ballast_protocol::coins;
    /// use ballast_sim::waterfall::Steps;
    ///
    /// // 2000 are missing; first loss 500, 700 left of the line, 300 in the buffer and 10000 in the fund.
    /// let steps = Steps::of(coins(2_000), coins(500), coins(700), (coins(300), coins(10_000)));
    /// assert_eq!((steps.first_loss, steps.surplus), (coins(500), coins(300)));
    /// assert_eq!((steps.fund, steps.bad_debt), (coins(400), coins(800)));
    /// ```
    pub fn of(loss: Amount, first_loss: Amount, line: Amount, (buffer, fund): (Amount, Amount)) -> Self {
        let first_loss = loss.min(first_loss);
        let left = loss.saturating_sub(first_loss);
        let surplus = left.min(line).min(buffer);
        let by_fund = left.min(line).saturating_sub(surplus).min(fund);
        Self {
            first_loss,
            surplus,
            fund: by_fund,
            bad_debt: left.saturating_sub(surplus).saturating_sub(by_fund),
        }
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
    let [mut buffer, mut fund] =
        [Module::SurplusBuffer, Module::InsuranceFund].map(|step| state.ledger().balance(COIN, step));
    let types = state.vaults().types();
    let steps = types.map(|spec| {
        let loss = match state.balance_sheet(spec.id) {
            Ok(sheet) => sheet.marked_loss,
            Err(Rejected::Arithmetic(error)) => return Err(error),
            Err(_) => Amount::ZERO, // a type whose feed never had a price has no loss to mark
        };
        let first_loss = state.ledger().balance(COIN, Module::FirstLoss(spec.id));
        let line = state.backstop().losses(spec.id).left_of(spec.line);
        let steps = Steps::of(loss, first_loss, line, (buffer, fund));
        (buffer, fund) = (buffer.saturating_sub(steps.surplus), fund.saturating_sub(steps.fund));
        Ok(steps)
    });
    steps.collect()
}
