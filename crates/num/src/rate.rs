//! Growth: per second, and accumulated.

use crate::unit::{decimal_text, unit};
use crate::{Arithmetic, RAY, Round, Seconds, mul_div, rpow};

unit! {
    /// Growth factor per second, 10²⁷ to the one. 1.00000000062793719249102981 adds 2 % a year.
    pub struct Rate(u128);
}

decimal_text!(Rate, decimals: 27);

impl Rate {
    /// No growth.
    pub const ONE: Self = Self(RAY);

    /// Growth over `elapsed` seconds, by [`rpow`]: bit-equal to the peers', with products rounded half up.
    ///
    /// Error: `Overflow`, above a growth of 3.4·10¹¹.
    ///
    /// ```
    /// # use ballast_num::{Rate, Seconds};
    /// let fee: Rate = "1.00000000000317082065999".parse()?;
    /// assert_eq!(fee.pow(Seconds(86_400))?.to_string().get(..12), Some("1.0000002739"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub const fn pow(self, elapsed: Seconds) -> Result<Index, Arithmetic> {
        match rpow(self.0, elapsed.0, RAY) {
            Ok(raw) => Ok(Index(raw)),
            Err(error) => Err(error),
        }
    }
}

unit! {
    /// Growth accumulated since an index was [`Index::ONE`], 10²⁷ to the one: up to 3.4·10¹¹.
    pub struct Index(u128);
}

decimal_text!(Index, decimals: 27);

impl Index {
    /// Where an index starts.
    pub const ONE: Self = Self(RAY);

    /// The index after a further `growth`, `self × growth`, rounded: down is what the peers do. Error: `Overflow`.
    #[inline]
    pub const fn grow(self, growth: Self, round: Round) -> Result<Self, Arithmetic> {
        match mul_div(self.0, growth.0, RAY, round) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(error),
        }
    }

    /// The growth from `earlier` to here, `self ÷ earlier`, rounded. Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn growth_since(self, earlier: Self, round: Round) -> Result<Self, Arithmetic> {
        match mul_div(self.0, RAY, earlier.0, round) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
