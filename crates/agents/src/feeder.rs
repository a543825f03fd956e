//! A feeder: brings prices to a node, from files, from HTTP sources, or as packages that oracle networks have signed.
//!
//! Each source of a feed is a task of its own, so that one that fails or waits holds up no other. A price is read, signed
//! with the source's key (or taken as it was signed), and brought; whatever goes wrong is told and tried again later, with
//! growing waits (docs/feeder.md).

mod config;
mod origin;

use std::time::Duration;

use ballast_client::{Client, Error};
use ballast_num::{Price, Timestamp};
use ballast_protocol::{FeedId, Observation, SourceId, SourceKey};
use ballast_signing::oracle::{BadPackage, Package};
use ballast_signing::{ObservationUnproven, SignedObservation, WalletKey};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use config::{BadConfig, Config, Entry, KeyOf};
pub use origin::{BadOrigin, NoPrice, Origin};

/// The longest wait after failures.
const WAITS_MAX: Duration = Duration::from_secs(60);

/// A source that a feeder speaks for.
#[derive(Debug)]
pub struct Voice {
    /// Of which feed.
    pub feed: FeedId,
    /// As which of its sources.
    pub source: SourceId,
    /// How what it says is signed.
    pub says: Says,
    /// Time between two words.
    pub every: Duration,
}

/// How a source's words are signed.
#[derive(Debug)]
pub enum Says {
    /// Prices that the feeder signs itself.
    Signed(WalletKey, Origin),
    /// Packages that an oracle network has signed, of the registered key.
    Relayed(SourceKey, Origin),
}

/// Why a word was not brought.
#[derive(Debug, thiserror::Error)]
pub enum NotSaid {
    /// There was no price.
    #[error(transparent)]
    NoPrice(#[from] NoPrice),
    /// What should be a package is none.
    #[error("what came is no package: {0}")]
    BadPackage(#[from] BadPackage),
    /// The package does not show what it should.
    #[error("the package is not one of this source: {0}")]
    Unproven(#[from] ObservationUnproven),
    /// The node did not take it.
    #[error(transparent)]
    Node(#[from] Error),
}

/// What a source has said, or why it has not.
pub type Word = (FeedId, SourceId, Result<Observation, NotSaid>);

/// Speaks for all these sources until it is dropped; tells each word and each failure.
pub async fn run(client: &Client, voices: Vec<Voice>, mut tell: impl FnMut(Word)) {
    let (words, mut told) = mpsc::channel(64);
    let mut speaking = JoinSet::new();
    for voice in voices {
        speaking.spawn(speak(client.clone(), voice, words.clone()));
    }
    drop(words);
    while let Some(word) = told.recv().await {
        tell(word);
    }
}

async fn speak(client: Client, voice: Voice, words: mpsc::Sender<Word>) {
    let mut failures = 0_u32;
    let mut last = None;
    loop {
        let said = voice.say(&client, last).await;
        match &said {
            Ok(Some(observation)) => (failures, last) = (0, Some(*observation)),
            Ok(None) => failures = 0,
            Err(_) => failures = failures.saturating_add(1),
        }
        let word = match said {
            Ok(None) => None,
            Ok(Some(observation)) => Some(Ok(observation)),
            Err(why) => Some(Err(why)),
        };
        if let Some(word) = word
            && words.send((voice.feed, voice.source, word)).await.is_err()
        {
            return;
        }
        tokio::time::sleep(wait(voice.every, failures)).await;
    }
}

/// How long to wait after so many failures in a row: twice as long after each, a minute at most.
fn wait(every: Duration, failures: u32) -> Duration {
    let longer = every.saturating_mul(2_u32.saturating_pow(failures.min(16)));
    if failures == 0 {
        every
    } else {
        longer.min(WAITS_MAX).max(every)
    }
}

impl Voice {
    /// Reads a price and brings it; nothing if it would say no more than `last` did, or than the chain has heard. Errors: those of [`NotSaid`].
    pub async fn say(&self, client: &Client, last: Option<Observation>) -> Result<Option<Observation>, NotSaid> {
        let signed = match &self.says {
            Says::Signed(key, origin) => {
                let now = client.status().await?.now;
                let price = origin.price(now).await?;
                key.sign_observation(self.observed(price, now), client.domain())
            }
            Says::Relayed(key, origin) => {
                let package = Package::new(origin.package().await?)?;
                SignedObservation::of_package(self.feed, self.source, key, package)?
            }
        };
        let observation = signed.observation;
        if last.is_some_and(|last| observation.time <= last.time) {
            return Ok(None);
        }
        match client.observe(&signed).await {
            Ok(_) => Ok(Some(observation)),
            // The chain has heard this source since: a second has not passed, or the package is the one of before.
            Err(Error::Refused { error, .. }) if error.code == "NotNewer" => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    const fn observed(&self, price: Price, time: Timestamp) -> Observation {
        Observation {
            feed: self.feed,
            source: self.source,
            price,
            time,
        }
    }
}

#[cfg(test)]
mod tests;
