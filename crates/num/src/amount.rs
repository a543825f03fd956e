//! How much of an asset.

use crate::unit::{decimal_text, unit};
use crate::{
    Arithmetic, DecimalText, Decimals, Index, NormalizedDebt, ParseDecimal, Price, RAY, Ratio, Round, Usd, WAD,
};
use crate::{mul_div, parse_decimal};

unit! {
    /// Base units of one asset, the one that its field names.
    ///
    /// Its text is the integer of base units. [`Amount::in_units`] and [`Amount::parse_units`] speak of whole units.
    pub struct Amount(u128);
}

decimal_text!(Amount, decimals: 0);

impl Amount {
    /// One base unit, the least that can be moved.
    pub const ONE: Self = Self(1);

    /// `units` whole units of an asset with `decimals`. It always fits.
    ///
    /// ```
    /// # use ballast_num::{Amount, Decimals};
    /// let usdc = Decimals::new(6)?;
    /// assert_eq!(Amount::whole(20, usdc), Amount::from_raw(20_000_000));
    /// # Ok::<(), ballast_num::Arithmetic>(())
    /// ```
    #[inline]
    pub const fn whole(units: u64, decimals: Decimals) -> Self {
        // Below 2⁶⁴ · 10¹⁸ < 2¹²⁴.
        Self((units as u128).wrapping_mul(decimals.base_units()))
    }

    /// Value in USD at `price` for a whole unit, rounded. Error: `Overflow`.
    ///
    /// ```
    /// # use ballast_num::{Amount, Decimals, Price, Round, Usd};
    /// let (satoshi, decimals) = (Amount::from_raw(1), Decimals::new(8)?);
    /// assert_eq!(satoshi.usd_value(Price::whole(60_000), decimals, Round::Down)?.to_string(), "0.0006");
    /// # Ok::<(), ballast_num::Arithmetic>(())
    /// ```
    #[inline]
    pub const fn usd_value(self, price: Price, decimals: Decimals, round: Round) -> Result<Usd, Arithmetic> {
        match mul_div(self.0, price.raw(), decimals.per_usd(), round) {
            Ok(raw) => Usd::from_unsigned(raw),
            Err(error) => Err(error),
        }
    }

    /// `self × ratio`, rounded. Error: `Overflow`.
    #[inline]
    pub const fn mul_ratio(self, ratio: Ratio, round: Round) -> Result<Self, Arithmetic> {
        self.prorate(ratio.raw(), WAD, round)
    }

    /// `self ÷ ratio`, rounded. Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn div_ratio(self, ratio: Ratio, round: Round) -> Result<Self, Arithmetic> {
        self.prorate(WAD, ratio.raw(), round)
    }

    /// `self × part ÷ whole`, rounded: the share of a holder of `part` in `whole`. Errors: `DivisionByZero`, `Overflow`.
    ///
    /// Shares rounded down leave less than one base unit a holder: book it.
    ///
    /// ```
    /// # use ballast_num::{Amount, Round};
    /// assert_eq!(Amount::from_raw(100).prorate(1, 3, Round::Down), Ok(Amount::from_raw(33)));
    /// ```
    #[inline]
    pub const fn prorate(self, part: u128, whole: u128, round: Round) -> Result<Self, Arithmetic> {
        match mul_div(self.0, part, whole, round) {
            Ok(raw) => Ok(Self(raw)),
            Err(error) => Err(error),
        }
    }

    /// The normalized debt `self ÷ index` of this much debt, rounded: up when it is drawn, down when it is repaid.
    /// Errors: `DivisionByZero`, `Overflow`.
    #[inline]
    pub const fn normalize(self, index: Index, round: Round) -> Result<NormalizedDebt, Arithmetic> {
        match mul_div(self.0, RAY, index.raw(), round) {
            Ok(raw) => Ok(NormalizedDebt::from_raw(raw)),
            Err(error) => Err(error),
        }
    }

    /// Reads whole units, "1.5", exactly, by the rules of [`parse_decimal`].
    pub fn parse_units(text: &str, decimals: Decimals) -> Result<Self, ParseDecimal> {
        parse_decimal(text, decimals.get()).map(Self)
    }

    /// The text of this amount in whole units, the inverse of [`Amount::parse_units`].
    ///
    /// ```
    /// # use ballast_num::{Amount, Decimals};
    /// let usdc = Decimals::new(6)?;
    /// assert_eq!(Amount::from_raw(1_500_000).in_units(usdc).to_string(), "1.5");
    /// # Ok::<(), ballast_num::Arithmetic>(())
    /// ```
    pub const fn in_units(self, decimals: Decimals) -> DecimalText {
        DecimalText::new(self.0, decimals.get())
    }
}

#[cfg(test)]
mod tests;
