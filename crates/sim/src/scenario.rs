//! What is replayed: which recorded prices, from when to when.

mod built_in;

use std::path::{Path, PathBuf};

use ballast_num::{Amount, Price, Ratio, Seconds, Timestamp};

use crate::config::Config;
use crate::prices::{LoadError, Malformed, Order, Path as PricePath, Series};

pub use built_in::{APRIL_2024, BLACK_THURSDAY, BUILT_IN, FTX, JUNE_2022, MAKER_ETH_B, MAY_2021};

/// USD that change hands in a day on the market of one price file, where neither settings nor scenario say.
///
/// About what Kraken alone traded in ether on 12 March 2020: 107 M USD by the volumes of its file.
pub const DAILY_VOLUME: Amount = ballast_protocol::coins(100_000_000);

/// Recorded prices and the stretch of them that is replayed.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name; of files, `prices`.
    pub name: String,
    /// What it is, for people.
    pub about: String,
    /// One for each price file.
    pub feeds: Vec<History>,
    /// Settings in TOML that belong to it, under those that are given; mostly none.
    pub settings: &'static str,
    /// Time of genesis.
    pub from: Timestamp,
    /// No block is later.
    pub to: Timestamp,
}

/// The recorded price of one collateral.
#[derive(Clone, Debug)]
pub struct History {
    /// The collateral's ticker.
    pub symbol: String,
    /// The file, for people.
    pub source: String,
    /// How many of all drawn vaults hold this collateral, in proportion to the other weights.
    pub weight: u32,
    /// By how much its initial and liquidation ratio exceed the configured ones.
    pub riskier: Ratio,
    /// USD that change hands in a day on its market; if there is none, [`DAILY_VOLUME`].
    pub daily_volume: Option<Amount>,
    /// The price.
    pub series: Series,
}

/// Why there is no such scenario.
#[derive(Debug, thiserror::Error)]
pub enum BadScenario {
    /// No built-in one of this name.
    #[error("there is no scenario {name:?}: choose one of {known}, or give price files with --prices")]
    Unknown {
        /// As asked.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// Neither a name nor files.
    #[error("no prices: name a scenario or give files with --prices")]
    NoFiles,
    /// A file of prices.
    #[error(transparent)]
    Prices(#[from] LoadError),
    /// The files have no time in common.
    #[error("the price files have no time in common: the last begins at {from}, the first ends at {to}")]
    NoOverlap {
        /// The latest start.
        from: Timestamp,
        /// The earliest end.
        to: Timestamp,
    },
}

impl From<Malformed> for BadScenario {
    fn from(error: Malformed) -> Self {
        Self::Prices(error.into())
    }
}

impl Scenario {
    /// The crash of March 2020. Errors: none, unless the program was built with broken files.
    pub fn black_thursday() -> Result<Self, BadScenario> {
        Self::built_in(BLACK_THURSDAY)
    }

    /// The built-in scenario of this name that is made of prices alone, from files that come with the program.
    /// Errors: `Unknown`; `Prices` if the program was built with broken files.
    pub fn built_in(name: &str) -> Result<Self, BadScenario> {
        let Some(recorded) = built_in::find(name) else {
            let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            return Err(BadScenario::Unknown {
                name: name.into(),
                known: known.join(", "),
            });
        };
        let feeds = recorded.feeds.iter().map(|feed| {
            Ok(History {
                symbol: symbol(Path::new(feed.file)),
                source: feed.file.into(),
                weight: feed.weight,
                riskier: feed.riskier,
                daily_volume: feed.daily_volume,
                series: Series::parse(feed.file, feed.bytes)?,
            })
        });
        Ok(Self {
            name: recorded.name.into(),
            about: recorded.about.into(),
            settings: recorded.settings,
            feeds: feeds.collect::<Result<_, Malformed>>()?,
            from: recorded.from,
            to: recorded.to,
        })
    }

    /// A scenario of files, one a feed, over the time that they have in common; vaults are dealt to them evenly.
    /// Errors: `NoFiles`, `Prices`, `NoOverlap`.
    pub fn of_files(files: &[PathBuf]) -> Result<Self, BadScenario> {
        let feeds: Vec<History> = files
            .iter()
            .map(|file| History::load(file))
            .collect::<Result<_, LoadError>>()?;
        let from = feeds.iter().map(|feed| feed.series.start()).max();
        let to = feeds.iter().map(|feed| feed.series.end()).min();
        let (Some(from), Some(to)) = (from, to) else {
            return Err(BadScenario::NoFiles);
        };
        if from >= to {
            return Err(BadScenario::NoOverlap { from, to });
        }
        let sources: Vec<&str> = feeds.iter().map(|feed| feed.source.as_str()).collect();
        Ok(Self {
            name: "prices".into(),
            about: format!("recorded prices of {}", sources.join(", ")),
            settings: "",
            feeds,
            from,
            to,
        })
    }

    /// The price paths in one order.
    pub fn paths(&self, order: Order) -> Vec<PricePath> {
        self.feeds
            .iter()
            .map(|feed| PricePath::new(feed.series.clone(), order))
            .collect()
    }

    /// The first price of each feed at or after the start, in the order of the feeds: both orders begin alike.
    pub fn opening_prices(&self) -> Vec<Option<Price>> {
        let paths = self.paths(Order::LowFirst);
        paths.iter().map(|path| path.price_at(self.from)).collect()
    }

    /// USD that change hands in a day on each collateral's market: as configured, else as the scenario says.
    pub fn daily_volumes(&self, config: &Config) -> Vec<Amount> {
        let own = |feed: &History| feed.daily_volume.unwrap_or(DAILY_VOLUME);
        let volumes = self
            .feeds
            .iter()
            .map(|feed| config.market.daily_volume.unwrap_or_else(|| own(feed)));
        volumes.collect()
    }

    /// How many blocks of `step` fit.
    pub fn blocks(&self, step: Seconds) -> u64 {
        self.to.saturating_since(self.from).0 / step.0.max(1)
    }
}

impl History {
    /// Reads a file. Error: as [`Series::load`].
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let source = path.display().to_string();
        Ok(Self {
            symbol: symbol(path),
            source,
            weight: 1,
            riskier: Ratio::ZERO,
            daily_volume: None,
            series: Series::load(path)?,
        })
    }
}

/// What a file name says before its first separator: `ETH` of `ETH-USD_1h_kraken.csv`.
fn symbol(path: &Path) -> String {
    let stem = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_default();
    let name: String = stem.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    if name.is_empty() { "COLLATERAL".into() } else { name }
}

#[cfg(test)]
mod tests;
