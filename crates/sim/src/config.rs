//! Every assumption of a replay, as a file of settings (docs/replay.md lists them with their sources).
//!
//! What a file does not say keeps its default. Numbers are read exactly: `0.13` and `"0.13"` mean the same.
//!
//! ```
//! use ballast_num::Ratio;
//! use ballast_sim::config::Config;
//!
//! let config = Config::parse("mine.toml", "[pool]\nshare_of_debt = 0.2\n[type]\npenalty = \"0.10\"")?;
//! assert_eq!(config.pool.share_of_debt, Ratio::percent(20));
//! assert_eq!(config.collateral.penalty, Ratio::percent(10));
//! assert!(Config::parse("mine.toml", "[pool]\nshares = 1").is_err());
//! # Ok::<(), ballast_sim::config::BadConfig>(())
//! ```

mod keys;
mod parameters;
mod routes;
mod text;

use std::path::{Path, PathBuf};

use ballast_num::{Amount, Ratio};
use ballast_protocol::coins;
use serde::Deserialize;

use crate::depth::{self, DEPTH_MAX, DEPTH_MIN, Shares};
use crate::generation::Generation;

pub use keys::check_ledger;
pub use parameters::{Auction, AuctionCurve, Collateral, Feed, Limits};
pub use routes::{Bids, Keepers, Liquidity, Market, Pool};

/// The most keepers: each is asked in every block.
pub const KEEPERS_MAX: u32 = 10_000;

/// Every assumption of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Parameters of every collateral type.
    #[serde(rename = "type")]
    pub collateral: Collateral,
    /// Parameters of every type's auctions.
    pub auction: Auction,
    /// Parameters of every feed.
    pub feed: Feed,
    /// Limits of the whole reserve.
    pub limits: Limits,
    /// Standing bids at the start.
    pub bids: Bids,
    /// Stability pools at the start.
    pub pool: Pool,
    /// The reserve's own markets at the start.
    pub liquidity: Liquidity,
    /// Loss-absorbing capital at the start, and how the types share it.
    pub capital: Capital,
    /// Who buys from auctions.
    pub keepers: Keepers,
    /// Where they sell what they bought.
    pub market: Market,
    /// The vaults that are drawn when no file lists them.
    pub population: Drawn,
    /// What the liquidity coverage is judged by.
    pub coverage: Coverage,
}

/// What absorbs losses below the positions themselves (docs/backstop.md), as coins at the start.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capital {
    /// By which design the types share it.
    pub generation: Generation,
    /// All of it, as a share of all debt: the same in each generation.
    #[serde(deserialize_with = "text::decimal")]
    pub share_of_debt: Ratio,
    /// Of it, what the modular generation gives the types as their own; the rest stands in the common steps.
    #[serde(deserialize_with = "text::decimal")]
    pub own_share: Ratio,
    /// Of the common steps, what stands in the insurance fund; the rest is the surplus buffer.
    #[serde(deserialize_with = "text::decimal")]
    pub fund_share: Ratio,
    /// The line of a modular type: so many times its part of what is common, in proportion to debt, at most all.
    #[serde(deserialize_with = "text::decimal")]
    pub line_factor: Ratio,
}

impl Default for Capital {
    fn default() -> Self {
        Self {
            generation: Generation::Modular,
            share_of_debt: Ratio::percent(1),
            own_share: Ratio::percent(50),
            fund_share: Ratio::percent(50),
            line_factor: Ratio::percent(200),
        }
    }
}

/// How vaults are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drawn {
    /// Mean debt of a vault, in coins, before small ones are raised to the debt floor.
    #[serde(deserialize_with = "text::coins")]
    pub mean_debt: Amount,
}

impl Default for Drawn {
    fn default() -> Self {
        Self {
            mean_debt: coins(12_000),
        }
    }
}

/// The stress and the bounds of the liquidity coverage ([`crate::coverage`]).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    /// Share of all coins that is redeemed within a day.
    #[serde(deserialize_with = "text::decimal")]
    pub redeemed_in_a_day: Ratio,
    /// Share of all coins that is redeemed within seven days.
    #[serde(deserialize_with = "text::decimal")]
    pub redeemed_in_a_week: Ratio,
    /// Most that selling may move the price.
    #[serde(deserialize_with = "text::decimal")]
    pub slippage: Ratio,
    /// Most of a market's turnover that is ours.
    #[serde(deserialize_with = "text::decimal")]
    pub participation: Ratio,
}

impl Default for Coverage {
    fn default() -> Self {
        Self {
            redeemed_in_a_day: Ratio::percent(10),
            redeemed_in_a_week: Ratio::percent(30),
            slippage: Ratio::percent(5),
            participation: Ratio::percent(20),
        }
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// The disk failed, or there is no such file.
    #[error("{} can't be read: {error}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{file}: {reason}")]
    Malformed {
        /// The file.
        file: String,
        /// Where and why.
        reason: String,
    },
    /// Values that exclude each other.
    #[error("contradictory configuration: {0}")]
    Contradictory(String),
}

impl Config {
    /// Reads a file over the settings that a scenario brings along ([`Scenario::settings`](crate::scenario::Scenario)); none
    /// is those alone. Errors: `Failed`, else as [`Config::parse`].
    pub fn load(settings: &str, path: Option<&Path>) -> Result<Self, BadConfig> {
        let Some(path) = path else {
            return Self::parse("the scenario's settings", settings);
        };
        let text = std::fs::read_to_string(path).map_err(|error| BadConfig::Failed {
            path: path.to_owned(),
            error,
        })?;
        Self::parse_over(settings, &path.display().to_string(), &text)
    }

    /// Reads TOML text over such settings: what the text says replaces them, key by key. Errors: as [`Config::parse`].
    pub fn parse_over(settings: &str, file: &str, text: &str) -> Result<Self, BadConfig> {
        // Alone first, for its messages name the line.
        let alone = Self::parse(file, text);
        if settings.is_empty() {
            return alone;
        }
        match alone {
            Ok(_) | Err(BadConfig::Contradictory(_)) => {}
            Err(error) => return Err(error),
        }
        let mut all = table(file, settings)?;
        for (section, values) in table(file, text)? {
            match (all.get_mut(&section), values) {
                (Some(toml::Value::Table(all)), toml::Value::Table(values)) => all.extend(values),
                (_, values) => {
                    all.insert(section, values);
                }
            }
        }
        let config: Self = all
            .try_into()
            .map_err(|error: toml::de::Error| malformed(file, &error))?;
        config.check()?;
        Ok(config)
    }

    /// Reads TOML text, called `file` in messages. Errors: `Malformed`, then those of [`Config::check`].
    pub fn parse(file: &str, text: &str) -> Result<Self, BadConfig> {
        let config: Self = toml::from_str(text).map_err(|error| malformed(file, &error))?;
        config.check()?;
        Ok(config)
    }

    /// Whether the settings that the engine does not judge fit together. Error: `Contradictory`.
    pub fn check(&self) -> Result<(), BadConfig> {
        let Self {
            liquidity,
            capital,
            keepers,
            market,
            coverage,
            ..
        } = self;
        let one = Ratio::ONE;
        let all_keepers = keepers
            .capital_share
            .raw()
            .checked_mul(keepers.count.into())
            .map_or(Ratio::MAX, Ratio::from_raw);
        let routes = depth::shares(self).and_then(Shares::sum).unwrap_or(Ratio::MAX);
        let tied = Ratio::try_sum([routes, capital.share_of_debt, all_keepers]).unwrap_or(Ratio::MAX);
        let faults = [
            (
                !(DEPTH_MIN..=DEPTH_MAX).contains(&market.depth),
                format!("the depth is {}: choose {DEPTH_MIN} to {DEPTH_MAX}", market.depth),
            ),
            (
                tied > one,
                format!(
                    "bids, pools and liquidity of {routes} of the debt, capital.share_of_debt {} and {} × \
                     keepers.capital_share {} exceed all debt: there are no more coins than debt",
                    capital.share_of_debt, keepers.count, keepers.capital_share
                ),
            ),
            (
                capital.own_share.max(capital.fund_share) > one,
                format!(
                    "capital.own_share {} and capital.fund_share {} are parts of the capital: at most 1",
                    capital.own_share, capital.fund_share
                ),
            ),
            (
                coverage.slippage >= one || coverage.participation > one,
                "coverage.slippage must be under 1, coverage.participation at most 1".into(),
            ),
            (
                coverage.redeemed_in_a_day > coverage.redeemed_in_a_week || coverage.redeemed_in_a_week > one,
                "coverage.redeemed_in_a_day must be at most coverage.redeemed_in_a_week, and that at most 1".into(),
            ),
            (
                !self.bids.share_of_debt.is_zero() && self.pool.tiers_of_bids().discounts.is_empty(),
                "pool.discount is under 1 %, the least of a bid: with it bids.share_of_debt must be 0".into(),
            ),
            (
                keepers.latency_blocks == 0,
                "keepers.latency_blocks is 0: nobody is in the block that he has yet to see".into(),
            ),
            (
                keepers.count > KEEPERS_MAX,
                format!("keepers.count is {}, more than {KEEPERS_MAX}", keepers.count),
            ),
            (
                keepers.margin >= one || liquidity.arbitrage_margin >= one,
                "keepers.margin and liquidity.arbitrage_margin must be under 1".into(),
            ),
            (
                !liquidity.is_within_bounds(),
                "liquidity.fee must be 0.0001 to 0.05 and under liquidity.band, and that at most 0.2 (docs/parameters.md)"
                    .into(),
            ),
            (
                market.daily_volume.is_some_and(Amount::is_zero),
                "market.daily_volume is 0: nobody could sell".into(),
            ),
            (
                market.daily_volatility.is_zero(),
                "market.daily_volatility is 0: how much could be sold would have no bound".into(),
            ),
            (market.half_life.is_zero(), "market.half_life is 0".into()),
            (
                self.population.mean_debt.is_zero(),
                "population.mean_debt is 0: vaults without debt can't break".into(),
            ),
        ];
        match faults.into_iter().find(|(is_fault, _)| *is_fault) {
            Some((_, what)) => Err(BadConfig::Contradictory(what)),
            None => Ok(()),
        }
    }
}

fn table(file: &str, text: &str) -> Result<toml::Table, BadConfig> {
    toml::from_str(text).map_err(|error| malformed(file, &error))
}

fn malformed(file: &str, error: &toml::de::Error) -> BadConfig {
    BadConfig::Malformed {
        file: file.to_owned(),
        reason: error.to_string().trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests;
