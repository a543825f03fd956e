//! Integers as decimal text, exactly, and how many decimals an asset has.

use core::fmt;

use borsh::{BorshDeserialize, BorshSerialize, io};

use crate::Arithmetic;

/// How many decimals a whole unit of an asset has, 0 to 18: 10 to that power are its base units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, BorshSerialize)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "u8", into = "u8")
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(extend("maximum" = 18)))]
pub struct Decimals(u8);

impl Decimals {
    /// None: an asset that comes in whole units.
    pub const ZERO: Self = Self(0);
    /// 18, as most coins have.
    pub const MAX: Self = Self(18);

    /// `decimals` of an asset. Error: `Overflow` above 18.
    pub const fn new(decimals: u8) -> Result<Self, Arithmetic> {
        if decimals <= Self::MAX.0 {
            Ok(Self(decimals))
        } else {
            Err(Arithmetic::Overflow)
        }
    }

    /// The number of decimals.
    #[inline]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Base units of a whole unit, at most 10¹⁸.
    #[inline]
    pub const fn base_units(self) -> u128 {
        POWERS_OF_TEN[self.0 as usize]
    }

    /// Amount × price ÷ this = USD, by their scales: 10 to the decimals + 27 − 18, at most 10²⁷.
    ///
    /// ```
    /// # use ballast_num::{Decimals, RAY};
    /// assert_eq!(Decimals::MAX.per_usd(), RAY);
    /// ```
    #[inline]
    pub const fn per_usd(self) -> u128 {
        POWERS_OF_TEN[self.0 as usize + 9]
    }
}

const POWERS_OF_TEN: [u128; 28] = {
    let mut powers = [1; 28];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

impl TryFrom<u8> for Decimals {
    type Error = Arithmetic;

    fn try_from(decimals: u8) -> Result<Self, Arithmetic> {
        Self::new(decimals)
    }
}

impl From<Decimals> for u8 {
    fn from(decimals: Decimals) -> Self {
        decimals.0
    }
}

/// Refuses bytes above 18.
impl BorshDeserialize for Decimals {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let decimals = u8::deserialize_reader(reader)?;
        Self::new(decimals).map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("an asset has at most 18 decimals, not {decimals}"),
            )
        })
    }
}

impl fmt::Display for Decimals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Why a text is not a decimal number that fits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum ParseDecimal {
    /// There is no text.
    #[error("a number is missing: write digits, such as 1.5")]
    Empty,
    /// A character other than a digit or one point: a sign, space, comma, exponent, or NaN.
    #[error("{found:?} at byte {at} is neither a digit nor a first decimal point: write digits, such as 1.5")]
    Character {
        /// The first such character.
        found: char,
        /// The byte at which it begins.
        at: usize,
    },
    /// The decimal point has no digit before or none after it.
    #[error("the decimal point lacks a digit on one side: write 0.5 or 5.0")]
    LonelyPoint,
    /// More digits after the point than the unit has, even if zeros.
    #[error("{found} digits after the decimal point exceed the {allowed} that this unit has: round it yourself")]
    TooPrecise {
        /// Digits after the point.
        found: usize,
        /// Digits that fit.
        allowed: u8,
    },
    /// The number is larger than the type holds.
    #[error("the number is larger than this unit can hold")]
    TooLarge,
}

/// Reads a decimal number as an integer of 10^−`decimals`, exactly or not at all.
///
/// Accepted: ASCII digits, then perhaps a point and one to `decimals` more. Errors, in order: `Empty`, `Character`,
/// `LonelyPoint`, `TooPrecise`, `TooLarge`.
///
/// ```
/// use ballast_num::{ParseDecimal, parse_decimal};
/// assert_eq!(parse_decimal("1.50", 6), Ok(1_500_000));
/// assert_eq!(parse_decimal("1.5", 0), Err(ParseDecimal::TooPrecise { found: 1, allowed: 0 }));
/// assert_eq!(parse_decimal("1e6", 6), Err(ParseDecimal::Character { found: 'e', at: 1 }));
/// ```
pub fn parse_decimal(text: &str, decimals: u8) -> Result<u128, ParseDecimal> {
    if text.is_empty() {
        return Err(ParseDecimal::Empty);
    }
    let mut points = 0_u8;
    let stranger = text.char_indices().find(|(_, found)| {
        let is_first_point = *found == '.' && points == 0;
        points += u8::from(is_first_point);
        !is_first_point && !found.is_ascii_digit()
    });
    if let Some((at, found)) = stranger {
        return Err(ParseDecimal::Character { found, at });
    }
    let (whole, fraction) = match text.split_once('.') {
        Some(("", _) | (_, "")) => return Err(ParseDecimal::LonelyPoint),
        Some(parts) => parts,
        None => (text, ""),
    };
    let missing = usize::from(decimals)
        .checked_sub(fraction.len())
        .ok_or(ParseDecimal::TooPrecise {
            found: fraction.len(),
            allowed: decimals,
        })?;
    let digits = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|digit| u128::from(digit - b'0'));
    digits
        .chain(core::iter::repeat_n(0, missing))
        .try_fold(0_u128, |value, digit| value.checked_mul(10)?.checked_add(digit))
        .ok_or(ParseDecimal::TooLarge)
}

/// An integer of 10^−`decimals`, shown as the exact decimal number without trailing zeros.
///
/// [`parse_decimal`] is its inverse. Width, fill, alignment and `+` work as for integers; precision is ignored, since
/// it would round.
///
/// ```
/// # use ballast_num::DecimalText;
/// assert_eq!(DecimalText::new(1_500_000, 6).to_string(), "1.5");
/// assert_eq!(format!("{:>6}", DecimalText::new(1, 2)), "  0.01");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DecimalText {
    raw: u128,
    decimals: u8,
    negative: bool,
}

impl DecimalText {
    /// `raw` / 10^`decimals`.
    pub const fn new(raw: u128, decimals: u8) -> Self {
        Self {
            raw,
            decimals,
            negative: false,
        }
    }

    pub(crate) const fn negative_if(self, negative: bool) -> Self {
        Self { negative, ..self }
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>width$}", self.raw, width = usize::from(self.decimals) + 1);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(self.decimals));
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        f.pad_integral(!self.negative, "", &[whole, point, fraction].concat())
    }
}

#[cfg(test)]
mod tests;
