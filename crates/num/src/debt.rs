//! Debt that grows without being touched.

use crate::unit::{decimal_text, unit};
use crate::{Amount, Arithmetic, Index, RAY, Round, mul_div};

unit! {
    /// Debt ÷ debt index, in base units of the debt asset. It stays as it is while the index grows.
    pub struct NormalizedDebt(u128);
}

decimal_text!(NormalizedDebt, decimals: 0);

impl NormalizedDebt {
    /// What is owed, `self × index`, rounded: up for what a vault owes, down for what a total is sure to bring in.
    /// Error: `Overflow`.
    ///
    /// Debt that is normalized up is never owed as less, nor as `index + 1` base units more:
    ///
    /// ```
    /// # use ballast_num::{Amount, Index, Round};
    /// let index: Index = "1.5".parse()?;
    /// let debt = Amount::from_raw(100).normalize(index, Round::Up)?;
    /// assert_eq!(debt.raw(), 67);
    /// assert_eq!(debt.debt(index, Round::Up)?, Amount::from_raw(101));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub const fn debt(self, index: Index, round: Round) -> Result<Amount, Arithmetic> {
        match mul_div(self.0, index.raw(), RAY, round) {
            Ok(raw) => Ok(Amount::from_raw(raw)),
            Err(error) => Err(error),
        }
    }
}
