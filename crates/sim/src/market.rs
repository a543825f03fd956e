//! The market outside the reserve, on which keepers sell what they bought.
//!
//! Selling and buying move the price by the square-root law: impact = σ·√(Q ÷ V), with the volatility σ and the volume V of a day
//! and Q what was sold (or bought) lately and is being sold now (Almgren, Thum, Hauptmann and Li 2005; Tóth et al. 2011; their factor
//! before the root is near 1). What was sold fades by half in each half-life. Everything is sold at the price after its
//! own impact, which is the unkinder end of the way. The recorded price does not answer: it already holds what
//! everyone did on that day.

use ballast_num::{Amount, Arithmetic, Price, Ratio, Round, Seconds, Usd, mul_div};

use crate::config;
use crate::population::DECIMALS;

/// The state of the markets, one a feed.
#[derive(Clone, Debug)]
pub struct Market {
    terms: config::Market,
    /// USD that change hands in a day, one a feed.
    volumes: Vec<Amount>,
    /// USD sold and not faded, with 18 decimals.
    pressure: Vec<Amount>,
    /// USD bought and not faded: neither relieves the other, which is the unkind side.
    pull: Vec<Amount>,
}

impl Market {
    /// Markets on which nobody has sold yet.
    /// `volumes` are what changes hands in a day, in USD, one a feed.
    pub fn new(terms: &config::Market, volumes: Vec<Amount>) -> Self {
        Self {
            terms: terms.clone(),
            pressure: vec![Amount::ZERO; volumes.len()],
            pull: vec![Amount::ZERO; volumes.len()],
            volumes,
        }
    }

    /// Lets time pass: the pressure falls by ln 2 × step ÷ half-life of itself.
    pub fn pass(&mut self, step: Seconds) {
        // ln 2 = 0.693…
        let lost = u128::from(step.0).saturating_mul(693);
        let whole = u128::from(self.terms.half_life.0).saturating_mul(1_000).max(1);
        for pressure in self.pressure.iter_mut().chain(&mut self.pull) {
            let faded = mul_div(pressure.raw(), lost.min(whole), whole, Round::Down).unwrap_or(pressure.raw());
            *pressure = pressure.saturating_sub(Amount::from_raw(faded));
        }
    }

    /// The price at which `value` USD more would be sold now.
    pub fn bid(&self, feed: usize, spot: Price, value: Amount) -> Price {
        let sold = self.pressure(feed).try_add(value).unwrap_or(Amount::MAX);
        let left = self.impact(feed, sold).map_or(Ratio::ZERO, Ratio::complement);
        spot.mul_ratio(left, Round::Down).unwrap_or(Price::ZERO)
    }

    /// The price at which `value` USD more would be bought now.
    pub fn ask(&self, feed: usize, spot: Price, value: Amount) -> Price {
        let pull = self.pull.get(feed).copied().unwrap_or_default();
        let ask = || -> Result<Price, Arithmetic> {
            let impact = self.impact(feed, pull.try_add(value)?)?;
            spot.mul_ratio(Ratio::ONE.try_add(impact)?, Round::Up)
        };
        ask().unwrap_or(Price::MAX)
    }

    /// Remembers that `value` USD were bought. Error: a sum that does not fit.
    pub fn bought(&mut self, feed: usize, value: Amount) -> Result<(), Arithmetic> {
        if let Some(pull) = self.pull.get_mut(feed) {
            *pull = pull.try_add(value)?;
        }
        Ok(())
    }

    /// By what part of itself the price moves for `value` USD in all.
    fn impact(&self, feed: usize, value: Amount) -> Result<Ratio, Arithmetic> {
        let part = Ratio::of(value.raw(), self.volume(feed).raw(), Round::Up).unwrap_or(Ratio::MAX);
        part.sqrt(Round::Up).mul_ratio(self.terms.daily_volatility, Round::Up)
    }

    /// How many USD more can be sold before the price, with `margin` off, is `price`: the inverse of [`Market::bid`].
    pub fn room(&self, feed: usize, spot: Price, margin: Ratio, price: Price) -> Amount {
        let room = || -> Result<Amount, Arithmetic> {
            let best = spot.mul_ratio(margin.complement(), Round::Down)?;
            let impact = price.relative_to(best, Round::Up)?.complement();
            let root = impact.div_ratio(self.terms.daily_volatility, Round::Down)?;
            let part = root.mul_ratio(root, Round::Down)?;
            self.volume(feed).mul_ratio(part, Round::Down)
        };
        room().map_or(Amount::ZERO, |room| room.saturating_sub(self.pressure(feed)))
    }

    /// Sells collateral and returns the coins that it brings, at 1 USD a coin.
    pub fn sell(&mut self, feed: usize, amount: Amount, spot: Price) -> Result<Amount, Arithmetic> {
        let value = usd(amount, spot)?;
        let price = self.bid(feed, spot, value);
        let sold = self.pressure(feed).try_add(value)?;
        if let Some(pressure) = self.pressure.get_mut(feed) {
            *pressure = sold;
        }
        usd(amount, price)
    }

    fn volume(&self, feed: usize) -> Amount {
        self.volumes.get(feed).copied().unwrap_or(Amount::ZERO)
    }

    fn pressure(&self, feed: usize) -> Amount {
        self.pressure.get(feed).copied().unwrap_or(Amount::ZERO)
    }
}

/// The value of collateral, in USD with 18 decimals, rounded down.
pub fn usd(amount: Amount, price: Price) -> Result<Amount, Arithmetic> {
    let value = amount.usd_value(price, DECIMALS, Round::Down)?;
    Ok(Amount::from_raw(value.raw().unsigned_abs()))
}

/// Collateral that `value` USD buys at a price, rounded down. Error: `DivisionByZero` at a price of zero.
pub fn worth(value: Amount, price: Price) -> Result<Amount, Arithmetic> {
    Usd::from_unsigned(value.raw())?.to_amount(price, DECIMALS, Round::Down)
}

#[cfg(test)]
mod tests;
