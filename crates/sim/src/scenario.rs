//! What is replayed: which recorded prices, from when to when.

use std::path::{Path, PathBuf};

use ballast_num::{Price, Seconds, Timestamp};

use crate::prices::{LoadError, Malformed, Order, Path as PricePath, Series};

/// The scenarios that a name starts, with what each is.
pub const BUILT_IN: [(&str, &str); 2] = [
    (BLACK_THURSDAY, "12-13 March 2020: ether falls by half in a day"),
    (
        MAKER_ETH_B,
        "October 2020 to January 2023: the recorded ledger of every Maker ETH-B vault",
    ),
];

/// The crash of 12-13 March 2020.
pub const BLACK_THURSDAY: &str = "black-thursday";
/// The recorded ledger of a real collateral type; see [`crate::ledger_replay`].
pub const MAKER_ETH_B: &str = "maker-eth-b";

/// 2020-03-12 00:00 and 2020-03-14 00:00 UTC.
const BLACK_THURSDAY_SPAN: (Timestamp, Timestamp) = (Timestamp(1_583_971_200), Timestamp(1_584_144_000));

/// Recorded prices and the stretch of them that is replayed.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name; of files, `prices`.
    pub name: String,
    /// What it is, for people.
    pub about: String,
    /// One for each price file.
    pub feeds: Vec<History>,
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
    /// The crash of March 2020, from the two files that come with the program.
    ///
    /// Nine vaults in ten are backed by ether, as nearly all debt was then, and one by bitcoin, so that two types share the
    /// work of a block. Errors: none, unless the program was built with broken files.
    pub fn black_thursday() -> Result<Self, BadScenario> {
        let eth = include_bytes!("../../../data/prices/ETH-USD_1h_kraken_2020-03.csv.zst");
        let btc = include_bytes!("../../../data/prices/BTC-USD_1h_kraken_2020-03.csv.zst");
        let (from, to) = BLACK_THURSDAY_SPAN;
        Ok(Self {
            name: BLACK_THURSDAY.into(),
            about: BUILT_IN[0].1.into(),
            feeds: vec![
                History::parse("data/prices/ETH-USD_1h_kraken_2020-03.csv.zst", eth, 9)?,
                History::parse("data/prices/BTC-USD_1h_kraken_2020-03.csv.zst", btc, 1)?,
            ],
            from,
            to,
        })
    }

    /// The built-in scenario of this name that is made of prices alone. Error: `Unknown`.
    pub fn built_in(name: &str) -> Result<Self, BadScenario> {
        if name == BLACK_THURSDAY {
            return Self::black_thursday();
        }
        let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        Err(BadScenario::Unknown {
            name: name.into(),
            known: known.join(", "),
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
            series: Series::load(path)?,
        })
    }

    pub(crate) fn parse(source: &str, bytes: &[u8], weight: u32) -> Result<Self, Malformed> {
        Ok(Self {
            symbol: symbol(Path::new(source)),
            source: source.into(),
            weight,
            series: Series::parse(source, bytes)?,
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
