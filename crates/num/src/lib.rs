//! Integers with units, for software that handles other people's money.
//!
//! A number here is a newtype that says what it measures and at which scale, so that a price can't be added to an
//! amount. Arithmetic is exact or names its [`Round`]ing; what does not fit is an [`Arithmetic`] error. Nothing wraps,
//! nothing panics, and no result depends on the machine: there is no floating point in this crate.
//!
//! | type | meaning | one is |
//! |---|---|---|
//! | [`Amount`] | base units of one asset | 1 |
//! | [`NormalizedDebt`] | debt ÷ debt index | 1 |
//! | [`Price`] | USD for one whole unit | 10²⁷ |
//! | [`Usd`] | signed value | 10¹⁸ |
//! | [`Ratio`] | dimensionless: 1.5 is 150 % | 10¹⁸ |
//! | [`Rate`] | growth factor per second | 10²⁷ |
//! | [`Index`] | accumulated growth | 10²⁷ |
//! | [`Seconds`], [`Timestamp`] | a duration, a moment of Unix time | 1 |
//!
//! Movements of value use [`mul_div`], which rounds once. Predicates don't round at all: they compare products with
//! [`cmp_products`], [`cmp_products3`] and [`cmp_products_wide`].
//!
//! ```
//! use ballast_num::{Amount, Arithmetic, Decimals, Price, Ratio, Round};
//!
//! // 10 whole units at 2000 USD back at most 20000 / 1.5 of a coin worth 1 USD: 13333.33…, rounded down.
//! let decimals = Decimals::new(18)?;
//! let value = Amount::whole(10, decimals).usd_value(Price::whole(2_000), decimals, Round::Down)?;
//! let coin = value.to_amount(Price::ONE, decimals, Round::Down)?;
//! let drawn = coin.div_ratio(Ratio::percent(150), Round::Down)?;
//! assert_eq!(drawn, Amount::from_raw(13_333_333_333_333_333_333_333));
//! # Ok::<(), Arithmetic>(())
//! ```

mod amount;
mod arithmetic;
mod debt;
mod decimal;
mod divide;
#[cfg(test)]
mod exact;
mod mul_div;
mod pow;
mod price;
mod rate;
mod ratio;
mod root;
#[cfg(feature = "serde")]
mod serde_text;
mod time;
mod unit;
mod usd;
mod wide;

pub use amount::Amount;
pub use arithmetic::{Arithmetic, Round};
pub use debt::NormalizedDebt;
pub use decimal::{DecimalText, Decimals, ParseDecimal, parse_decimal};
pub use mul_div::{mul_div, mul_div_half_up};
pub use pow::{dec_pow, rpow};
pub use price::Price;
pub use rate::{Index, Rate};
pub use ratio::Ratio;
pub use root::{isqrt, sqrt_product};
pub use time::{Seconds, Timestamp};
pub use usd::Usd;
pub use wide::{U256, cmp_products, cmp_products_wide, cmp_products3};

/// 10¹⁸: what 1 is stored as in [`Ratio`] and [`Usd`].
pub const WAD: u128 = 1_000_000_000_000_000_000;

/// 10²⁷: what 1 is stored as in [`Price`], [`Rate`] and [`Index`].
pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
