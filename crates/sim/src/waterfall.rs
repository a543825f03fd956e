//! Who pays for losses below the positions themselves: what the engine has booked, and what it would book now.
//!
//! A loss that is only marked has not asked the waterfall yet (docs/backstop.md). To say who would bear it, the mark is
//! let run through the same steps: the type's first-loss capital, then the surplus buffer up to what is left of the
//! type's line; what is left then is bad debt. The buffer is shared, and types are asked in the order of their ids.

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
    /// Nobody: bad debt.
    pub bad_debt: Amount,
}

impl Steps {
    /// Both together. Error: a sum that does not fit.
    pub fn try_add(self, other: Self) -> Result<Self, Arithmetic> {
        Ok(Self {
            first_loss: self.first_loss.try_add(other.first_loss)?,
            surplus: self.surplus.try_add(other.surplus)?,
            bad_debt: self.bad_debt.try_add(other.bad_debt)?,
        })
    }

    /// All together. Error: a sum that does not fit.
    pub fn sum(all: &[Self]) -> Result<Self, Arithmetic> {
        all.iter().try_fold(Self::default(), |sum, steps| sum.try_add(*steps))
    }

    /// How a loss falls on first-loss capital, then on the buffer within a line.
    ///
    /// ```
    /// use ballast_protocol::coins;
    /// use ballast_sim::waterfall::Steps;
    ///
    /// // 2000 are missing; first loss 500, 300 left of the line, 10000 in the buffer.
    /// let steps = Steps::of(coins(2_000), coins(500), coins(300).min(coins(10_000)));
    /// assert_eq!(steps, Steps { first_loss: coins(500), surplus: coins(300), bad_debt: coins(1_200) });
    /// ```
    pub fn of(loss: Amount, first_loss: Amount, line: Amount) -> Self {
        let first_loss = loss.min(first_loss);
        let left = loss.saturating_sub(first_loss);
        let surplus = left.min(line);
        Self {
            first_loss,
            surplus,
            bad_debt: left.saturating_sub(surplus),
        }
    }
}

/// What was booked of each type, net of what came back, by type ids. Error: a sum that does not fit.
pub fn booked(state: &State) -> Result<Vec<Steps>, Arithmetic> {
    let types = state.vaults().types();
    let steps = types.map(|spec| {
        let lost = state.backstop().losses(spec.id);
        Ok(Steps {
            first_loss: lost.first_loss,
            surplus: lost.surplus.try_add(lost.repaid)?,
            bad_debt: lost.bad_debt,
        })
    });
    steps.collect()
}

/// What would be booked now on open vaults and lots of each type, by type ids. Error: a sum that does not fit.
pub fn marked(state: &State) -> Result<Vec<Steps>, Arithmetic> {
    let mut buffer = state.ledger().balance(COIN, Module::SurplusBuffer);
    let types = state.vaults().types();
    let steps = types.map(|spec| {
        let loss = match state.balance_sheet(spec.id) {
            Ok(sheet) => sheet.marked_loss,
            Err(Rejected::Arithmetic(error)) => return Err(error),
            Err(_) => Amount::ZERO, // a type whose feed never had a price has no loss to mark
        };
        let first_loss = state.ledger().balance(COIN, Module::FirstLoss(spec.id));
        let line = spec.line.saturating_sub(state.backstop().losses(spec.id).surplus);
        let steps = Steps::of(loss, first_loss, line.min(buffer));
        buffer = buffer.saturating_sub(steps.surplus);
        Ok(steps)
    });
    steps.collect()
}
