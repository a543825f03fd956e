//! What liquidation takes from a vault, and what comes back to it when the sale is over.

#[cfg(test)]
mod tests;

use ballast_num::{Amount, Arithmetic, NormalizedDebt, Price, Round};
use ballast_protocol::{Event, Rejected, RoundNumber, VaultId};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{Totals, Vault, Vaults};
use crate::kernel::{Context, coin_value};

/// The last round of the feed in which part of a vault was seized (rule R9), and how many lots from it are on sale.
///
/// Both share one word, 48 bits and 16, so that the second makes no record larger. At a round a second the first lasts
/// nine million years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Seizures(u64);

/// Bits of the round.
const ROUND_BITS: u32 = 48;
/// One lot.
const LOT: u64 = 1 << ROUND_BITS;

impl Seizures {
    /// The last round of the feed in which part was seized; 0 if none was.
    pub const fn round(self) -> RoundNumber {
        RoundNumber(self.0 % LOT)
    }

    /// How many lots are on sale.
    pub const fn lots(self) -> u16 {
        (self.0 >> ROUND_BITS) as u16
    }

    /// The same, last seized from in `round`. Error: `Overflow` at 2⁴⁸.
    pub const fn in_round(self, round: RoundNumber) -> Result<Self, Arithmetic> {
        if round.0 >= LOT {
            return Err(Arithmetic::Overflow);
        }
        Ok(Self(self.0 - self.0 % LOT + round.0))
    }

    /// The same, none of its lots on sale: what a part that is split off has.
    pub const fn without_lots(self) -> Self {
        Self(self.0 % LOT)
    }

    /// One more lot on sale. Error: `Overflow` beyond 65,535.
    fn lot_started(self) -> Result<Self, Arithmetic> {
        self.0.checked_add(LOT).map(Self).ok_or(Arithmetic::Overflow)
    }

    /// One lot fewer. Error: `Underflow` if none is on sale.
    fn lot_ended(self) -> Result<Self, Arithmetic> {
        self.0.checked_sub(LOT).map(Self).ok_or(Arithmetic::Underflow)
    }
}

impl Vaults {
    /// Takes debt and collateral off a vault that is liquidated; a vault with neither left is gone. The collateral is
    /// still in [`Module::Vaults`], the deposit in [`Module::LiquidationDeposits`]: the flow moves both.
    pub(crate) fn seize(
        &mut self,
        id: VaultId,
        normalized: NormalizedDebt,
        collateral: Amount,
        deposit: Amount,
        round: RoundNumber,
    ) -> Result<(), Rejected> {
        let vault = self.vault(id)?;
        let after = Vault {
            normalized_debt: vault.normalized_debt.try_sub(normalized)?,
            collateral: vault.collateral.try_sub(collateral)?,
            deposit: vault.deposit.try_sub(deposit)?,
            seizures: vault.seizures.in_round(round)?,
            ..vault
        };
        self.remove_debt(vault.collateral_type, normalized)?;
        if after.normalized_debt.is_zero() && after.collateral.is_zero() {
            self.forget(id)?;
        } else {
            self.write(id, &after)?;
        }
        Ok(())
    }

    /// Counts a lot of a vault that goes on sale; a vault that was seized whole is gone and counts none.
    /// Error: `Overflow` beyond 65,535 of one vault.
    pub(crate) fn lot_started(&mut self, id: VaultId) -> Result<(), Rejected> {
        if let Ok(vault) = self.vault(id) {
            let seizures = vault.seizures.lot_started()?;
            self.write(id, &Vault { seizures, ..vault })?;
        }
        Ok(())
    }

    /// Counts a lot of a vault whose sale is over, and lets the vault owe its shortfall again, as far as its collateral
    /// is worth more than it owes at the low price, rounded against the vault; returns how much. Nothing, if the vault
    /// is gone, its type does not work so, or no record holds the figures: one lot's end stops no block. The debt may be
    /// under the floor: it is one of a vault that paid the rest.
    pub(crate) fn lot_ended(
        &mut self,
        ctx: &mut Context<'_>,
        id: VaultId,
        shortfall: Amount,
        low: Price,
    ) -> Result<Amount, Rejected> {
        let Ok(vault) = self.vault(id) else {
            return Ok(Amount::ZERO);
        };
        let ended = Vault {
            seizures: vault.seizures.lot_ended()?,
            ..vault
        };
        if self.lots_held_for(&vault)? > 0
            && let Ok((amount, normalized)) = self.owe_again(id, &ended, shortfall, low)
        {
            if !amount.is_zero() {
                ctx.tell(Event::ShortfallOwed {
                    vault: id,
                    amount,
                    normalized,
                });
            }
            return Ok(amount);
        }
        self.write(id, &ended)?;
        Ok(Amount::ZERO)
    }

    /// Writes a vault with what it owes again of a shortfall; returns that in coins and normalized. An error has written
    /// nothing: `Arithmetic`, if a figure of the vault or of its type does not fit.
    fn owe_again(
        &mut self,
        id: VaultId,
        vault: &Vault,
        shortfall: Amount,
        low: Price,
    ) -> Result<(Amount, NormalizedDebt), Rejected> {
        let totals = *self.totals(vault.collateral_type)?;
        let owed = vault.normalized_debt.debt(totals.index, Round::Up)?;
        // What no number holds is enough.
        let value = coin_value(vault.collateral, low, totals.decimals, Round::Down).unwrap_or(Amount::MAX);
        let amount = shortfall.min(value.saturating_sub(owed));
        let normalized = amount.normalize(totals.index, Round::Up)?;
        let after = Vault {
            normalized_debt: vault.normalized_debt.try_add(normalized)?,
            ..*vault
        };
        let totals = Totals {
            normalized_debt: totals.normalized_debt.try_add(normalized)?,
            ..totals
        };

        self.write(id, &after)?;
        if !amount.is_zero() {
            self.totals.set(vault.collateral_type, totals);
        }
        Ok((amount, normalized))
    }
}
