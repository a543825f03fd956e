//! How much debt a design of the backstop would let its types issue, and what of that its capital would not cover.
//!
//! A type issues while its stressed loss ≤ its first loss + its line in force (docs/backstop.md). At the mix of vaults that
//! stands in the books its stressed loss grows as its debt does, so the check admits debt × cover ÷ stressed loss, at most
//! the debt ceiling (docs/replay.md, eq. 3). Where coins are promised to several types at once, all of them filled and
//! stressed together would lose more than there is: that is the part that nothing covers (eq. 4).

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Ratio, Round};
use ballast_protocol::Rejected;

use crate::waterfall;

/// What the issuance check admits at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// First-loss capital, surplus buffer and insurance fund, each coin once.
    pub capital: Amount,
    /// Debt that the types may reach, each by its own check.
    pub admitted: Amount,
    /// What all types would lose in the stress together, had they reached it, beyond the capital.
    pub uncovered: Amount,
}

impl Admission {
    /// The admission in the block that `state` is after, by its lines in force. Error: a sum that does not fit.
    pub fn of(state: &State) -> Result<Self, Arithmetic> {
        let mut capital = waterfall::common(state)?;
        let (mut admitted, mut stressed) = (Amount::ZERO, Amount::ZERO);
        for spec in state.vaults().types() {
            let sheet = match state.balance_sheet(spec.id) {
                Ok(sheet) => sheet,
                Err(Rejected::Arithmetic(error)) => return Err(error),
                Err(_) => continue, // a feed that never had a price: nothing is issued against it
            };
            capital = capital.try_add(sheet.first_loss)?;
            let debt = sheet.vault_debt.try_add(sheet.auction_debt)?;
            let cover = sheet.first_loss.try_add(state.backstop().line(spec.id))?;
            let (most, lost) = admit(debt, sheet.stressed_loss, cover, spec.debt_ceiling)?;
            admitted = admitted.try_add(most)?;
            stressed = stressed.try_add(lost)?;
        }
        Ok(Self {
            capital,
            admitted,
            uncovered: stressed.saturating_sub(capital),
        })
    }

    /// Debt admitted for a coin of capital, rounded down; none without capital.
    pub fn efficiency(&self) -> Option<Ratio> {
        Ratio::of(self.admitted.raw(), self.capital.raw(), Round::Down).ok()
    }
}

/// The debt that `cover` admits of a type that owes `debt` and would lose `stressed` of it, and what that debt would lose.
fn admit(debt: Amount, stressed: Amount, cover: Amount, ceiling: Amount) -> Result<(Amount, Amount), Arithmetic> {
    if debt.is_zero() {
        return Ok((Amount::ZERO, Amount::ZERO));
    }
    if stressed.is_zero() {
        return Ok((ceiling, Amount::ZERO));
    }
    let by_cover = debt
        .prorate(cover.raw(), stressed.raw(), Round::Down)
        .unwrap_or(ceiling);
    let most = by_cover.min(ceiling);
    Ok((most, stressed.prorate(most.raw(), debt.raw(), Round::Up)?))
}

#[cfg(test)]
mod tests;
