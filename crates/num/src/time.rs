//! Durations and moments, in whole seconds.

use core::fmt;

use crate::Arithmetic;
use crate::unit::unit;

unit! {
    /// A duration.
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Seconds(pub u64);
}

unit! {
    /// A moment: seconds since 1970-01-01 00:00 UTC, without leap seconds. [`Timestamp::ZERO`] is that midnight.
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Timestamp(pub u64);
}

impl Seconds {
    /// One second.
    pub const ONE: Self = Self(1);
    /// 60 seconds.
    pub const MINUTE: Self = Self(60);
    /// 3 600 seconds.
    pub const HOUR: Self = Self(3_600);
    /// 86 400 seconds.
    pub const DAY: Self = Self(86_400);
    /// 365 days.
    pub const YEAR: Self = Self(31_536_000);

    /// `self × times`. Error: `Overflow`.
    #[inline]
    pub const fn try_mul(self, times: u64) -> Result<Self, Arithmetic> {
        match self.0.checked_mul(times) {
            Some(product) => Ok(Self(product)),
            None => Err(Arithmetic::Overflow),
        }
    }
}

impl Timestamp {
    /// The moment `elapsed` later. Error: `Overflow`.
    ///
    /// ```
    /// # use ballast_num::{Seconds, Timestamp};
    /// assert_eq!(Timestamp(1_700_000_000).after(Seconds::DAY), Ok(Timestamp(1_700_086_400)));
    /// ```
    #[inline]
    pub const fn after(self, elapsed: Seconds) -> Result<Self, Arithmetic> {
        self.try_add(Self(elapsed.0))
    }

    /// The moment `elapsed` earlier. Error: `Underflow` if that is before 1970.
    #[inline]
    pub const fn before(self, elapsed: Seconds) -> Result<Self, Arithmetic> {
        self.try_sub(Self(elapsed.0))
    }

    /// The time from `earlier` to here. Error: `Underflow` if `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Self) -> Result<Seconds, Arithmetic> {
        match self.try_sub(earlier) {
            Ok(difference) => Ok(Seconds(difference.0)),
            Err(error) => Err(error),
        }
    }

    /// The time from `earlier` to here, and none if `earlier` is later.
    #[inline]
    pub const fn saturating_since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

/// "90 s".
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

/// The number of seconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
