//! A lot on its way to a sale, and what coins paid for it are used for.

use ballast_num::{Amount, Arithmetic};
use ballast_protocol::{AccountId, VaultId};

/// Seized collateral with what it owes, in the coin except `collateral`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// From which vault.
    pub vault: VaultId,
    /// Who gets what the sale does not need.
    pub owner: AccountId,
    /// Base units of the collateral, held by [`Module::Vaults`](ballast_protocol::Module::Vaults) of the type until they
    /// are sold to the pool or the auction starts.
    pub collateral: Amount,
    /// Coins in circulation that it owes.
    pub debt: Amount,
    /// Penalty asked on top.
    pub penalty: Amount,
    /// Loss already booked on this debt, which later proceeds make good.
    pub booked: Amount,
}

/// What coins paid for part of a lot were used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) debt: Amount,
    pub(crate) recovered: Amount,
    pub(crate) penalty: Amount,
}

impl Lot {
    /// What a sale is to raise. Error: `Overflow`.
    pub(crate) fn to_raise(self) -> Result<Amount, Arithmetic> {
        Amount::try_sum([self.debt, self.booked, self.penalty])
    }

    /// Takes coins paid for part of the lot off what it owes: debt, then the booked loss, then the penalty.
    /// Error: `Underflow` cannot happen, since each part is at most what is left.
    pub(crate) fn receive(&mut self, coins: Amount) -> Result<Received, Arithmetic> {
        let debt = coins.min(self.debt);
        let recovered = coins.try_sub(debt)?.min(self.booked);
        let penalty = coins.try_sub(debt)?.try_sub(recovered)?;
        self.debt = self.debt.try_sub(debt)?;
        self.booked = self.booked.try_sub(recovered)?;
        self.penalty = self.penalty.saturating_sub(penalty);
        Ok(Received {
            debt,
            recovered,
            penalty,
        })
    }
}
