//! What a feeder's file says: which sources it speaks for, with which keys, from where.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ballast_protocol::api::FeedInfo;
use ballast_protocol::{FeedId, SourceId, SourceKey};
use ballast_signing::WalletKey;
use serde::Deserialize;

use super::{BadOrigin, Freshness, Origin, Says, Voice};

/// A feeder's file: `[[source]]` for each source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The sources.
    pub source: Vec<Entry>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The feed's pair, such as `ETH-USD`.
    pub feed: String,
    /// The source's number.
    pub source: u32,
    /// The key file that signs; where packages are relayed there is none.
    pub key: Option<PathBuf>,
    /// Seconds between two words.
    #[serde(default = "ten")]
    pub every: u64,
    /// A recorded series, `ts,price` or bars: what it says at the chain's time.
    pub series: Option<PathBuf>,
    /// A file with the price or the package, read anew each time.
    pub file: Option<PathBuf>,
    /// An HTTP source of the price or the package.
    pub url: Option<String>,
    /// Where in a JSON document the value stands, such as `/data/price`.
    pub pointer: Option<String>,
    /// How old a price may be that is signed, in seconds; a minute unless said.
    pub max_age: Option<MaxAge>,
    /// Where in a JSON document the price's time stands, such as `/data/time`.
    pub time: Option<String>,
}

/// How old a price may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum MaxAge {
    /// So many seconds.
    Seconds(u64),
    /// `none`: a price of any age is taken for a fresh one.
    Any(Any),
}

/// The word for a price of any age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Any {
    /// No bound.
    None,
}

const fn ten() -> u64 {
    10
}

/// Whose key signs for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyOf<'a> {
    /// The source's number.
    pub source: SourceId,
    /// Its key file.
    pub file: &'a Path,
}

/// A file that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// Not TOML, or not of this shape.
    #[error("{0}")]
    Malformed(String),
    /// No source at all.
    #[error("no [[source]]: a feeder speaks for one at least (docs/feeder.md)")]
    Empty,
    /// A feed that the node does not have.
    #[error("the node has no feed {name}: it has {known}")]
    UnknownFeed {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A source that the feed does not have, or twice.
    #[error("source {source_id} of {feed}: {why}")]
    Source {
        /// Of which feed.
        feed: String,
        /// Which.
        source_id: u32,
        /// What is wrong.
        why: String,
    },
    /// Where its prices come from.
    #[error("source {source_id} of {feed}: {origin}")]
    Origin {
        /// Of which feed.
        feed: String,
        /// Which.
        source_id: u32,
        /// What is wrong.
        origin: Box<BadOrigin>,
    },
}

impl Config {
    /// Reads a feeder's file. Errors: `Malformed`, `Empty`.
    pub fn parse(text: &str) -> Result<Self, BadConfig> {
        let config: Self = toml::from_str(text).map_err(|error| BadConfig::Malformed(error.to_string()))?;
        if config.source.is_empty() {
            return Err(BadConfig::Empty);
        }
        Ok(config)
    }

    /// The voices of this file for a node with these feeds; paths are relative to `folder`, and `open` opens a key file.
    ///
    /// Errors: `UnknownFeed`; `Source` for one that the feed does not have, one that is named twice, a key that is not the
    /// registered one, or an entry that says too little or too much; `Origin`.
    pub fn voices(
        &self,
        feeds: &[FeedInfo],
        folder: &Path,
        mut open: impl FnMut(KeyOf<'_>) -> Result<WalletKey, String>,
    ) -> Result<Vec<Voice>, BadConfig> {
        let mut voices: Vec<Voice> = Vec::new();
        for entry in &self.source {
            let feed = feeds.iter().find(|feed| feed.name == entry.feed);
            let feed = feed.ok_or_else(|| BadConfig::UnknownFeed {
                name: entry.feed.clone(),
                known: feeds
                    .iter()
                    .map(|feed| feed.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })?;
            let wrong = |why: String| BadConfig::Source {
                feed: entry.feed.clone(),
                source_id: entry.source,
                why,
            };
            let source = feed.sources.iter().find(|source| source.id.0 == entry.source);
            let source = source.ok_or_else(|| {
                let known: Vec<String> = feed.sources.iter().map(|source| source.id.0.to_string()).collect();
                wrong(format!("the feed's sources are {}", known.join(", ")))
            })?;
            if voices.iter().any(|voice| same(voice, feed.id, source.id)) {
                return Err(wrong("named twice".into()));
            }
            if entry.every == 0 {
                return Err(wrong("every must be a second at least".into()));
            }
            let origin = entry.origin(folder).map_err(|error| match error {
                Unusable::Said(why) => wrong(why),
                Unusable::Origin(origin) => BadConfig::Origin {
                    feed: entry.feed.clone(),
                    source_id: entry.source,
                    origin: Box::new(origin),
                },
            })?;
            let key = entry.key.as_ref().map(|file| {
                open(KeyOf {
                    source: source.id,
                    file: &folder.join(file),
                })
            });
            let key = key.transpose().map_err(&wrong)?;
            let is_bounded = entry.max_age.is_some() || entry.time.is_some();
            let says = says(source.key.as_ref(), key, origin, is_bounded).map_err(&wrong)?;
            voices.push(Voice {
                feed: feed.id,
                source: source.id,
                says,
                every: Duration::from_secs(entry.every),
            });
        }
        Ok(voices)
    }
}

fn same(voice: &Voice, feed: FeedId, source: SourceId) -> bool {
    (voice.feed, voice.source) == (feed, source)
}

/// How a source with this registered key speaks.
fn says(
    registered: Option<&SourceKey>,
    key: Option<WalletKey>,
    origin: Origin,
    is_bounded: bool,
) -> Result<Says, String> {
    match (registered, key) {
        (None, _) => Err("the source has no key: the node takes nothing of it".into()),
        (Some(SourceKey::Wallet(wallet)), Some(key)) if key.address() == *wallet => Ok(Says::Signed(key, origin)),
        (Some(SourceKey::Wallet(wallet)), Some(key)) => Err(format!(
            "its words are signed by {wallet}, and the key file is that of {}",
            key.address()
        )),
        (Some(SourceKey::Wallet(wallet)), None) => Err(format!(
            "its words are signed by {wallet}: name the key file, key = \"…\""
        )),
        (Some(_), Some(_)) => Err("an oracle network signs for it: leave key out".into()),
        (Some(_), None) if is_bounded => {
            Err("an oracle network signs for it, and its packages have a time: leave max_age and time out".into())
        }
        (Some(_), None) if matches!(origin, Origin::Series(_)) => {
            Err("an oracle network signs for it: name a file or url of its packages, not a series".into())
        }
        (Some(network), None) => Ok(Says::Relayed(network.clone(), origin)),
    }
}

/// Why an entry has no origin.
enum Unusable {
    Said(String),
    Origin(BadOrigin),
}

impl From<BadOrigin> for Unusable {
    fn from(origin: BadOrigin) -> Self {
        Self::Origin(origin)
    }
}

impl Entry {
    fn fresh(&self) -> Freshness {
        let max_age = match self.max_age {
            None => Freshness::default().max_age,
            Some(MaxAge::Seconds(seconds)) => Some(Duration::from_secs(seconds)),
            Some(MaxAge::Any(Any::None)) => None,
        };
        let time = self.time.clone();
        Freshness { max_age, time }
    }

    fn origin(&self, folder: &Path) -> Result<Origin, Unusable> {
        let pointer = self.pointer.clone();
        match (&self.series, &self.file, &self.url) {
            (Some(series), None, None) if pointer.is_none() && self.max_age.is_none() && self.time.is_none() => {
                Ok(Origin::series(&folder.join(series))?)
            }
            (Some(_), None, None) => Err(Unusable::Said("a series has no pointer, max_age or time".into())),
            (None, Some(file), None) => Ok(Origin::file(folder.join(file), pointer, self.fresh())?),
            (None, None, Some(url)) => Ok(Origin::http(url, pointer, self.fresh())?),
            _ => Err(Unusable::Said("name one of series, file and url".into())),
        }
    }
}

#[cfg(test)]
mod tests;
