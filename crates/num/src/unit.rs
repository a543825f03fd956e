//! What every unit shares: its representation, checked addition and subtraction, and its text.

/// Declares a unit over an unsigned integer.
macro_rules! unit {
    ($(#[$doc:meta])* $vis:vis struct $name:ident($field:vis $inner:ty);) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, ::borsh::BorshSerialize, ::borsh::BorshDeserialize,
        )]
        $vis struct $name($field $inner);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest that the type holds.
            pub const MAX: Self = Self(<$inner>::MAX);

            /// The value stored as `raw`.
            #[inline]
            pub const fn from_raw(raw: $inner) -> Self {
                Self(raw)
            }

            /// The stored integer.
            #[inline]
            pub const fn raw(self) -> $inner {
                self.0
            }

            /// Whether this is nothing.
            #[inline]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// `self + other`. Error: `Overflow`.
            #[inline]
            pub const fn try_add(self, other: Self) -> Result<Self, $crate::Arithmetic> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Ok(Self(sum)),
                    None => Err($crate::Arithmetic::Overflow),
                }
            }

            /// `self − other`. Error: `Underflow` if `other` is larger.
            #[inline]
            pub const fn try_sub(self, other: Self) -> Result<Self, $crate::Arithmetic> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Ok(Self(difference)),
                    None => Err($crate::Arithmetic::Underflow),
                }
            }

            /// The sum of all, nothing for none. Error: `Overflow`.
            #[inline]
            pub fn try_sum(terms: impl IntoIterator<Item = Self>) -> Result<Self, $crate::Arithmetic> {
                terms.into_iter().try_fold(Self::ZERO, Self::try_add)
            }

            /// `max(0, self − other)`.
            #[inline]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }
    };
}

/// Gives a unit over `u128` its decimal text: `Display`, the exact inverse `FromStr`, and both as a JSON string.
macro_rules! decimal_text {
    ($name:ident, decimals: $decimals:expr) => {
        /// The exact decimal value, without trailing zeros.
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&$crate::DecimalText::new(self.0, $decimals), f)
            }
        }

        /// Reads a decimal exactly, by the rules of [`parse_decimal`](crate::parse_decimal).
        impl ::core::str::FromStr for $name {
            type Err = $crate::ParseDecimal;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::parse_decimal(text, $decimals).map(Self)
            }
        }

        #[cfg(feature = "serde")]
        $crate::serde_text::as_string!($name(u128), decimals: $decimals);
    };
}

pub(crate) use {decimal_text, unit};
