//! A feeder: brings prices to a node, from files, from HTTP sources, or as packages that oracle networks have signed.
//!
//! Each source of a feed is a task of its own, so that one that fails or waits holds up no other. A price is read, signed
//! with the source's key (or taken as it was signed), and brought; whatever goes wrong is told and tried again later, with
//! growing waits (docs/feeder.md).

mod config;
mod json;
mod origin;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ballast_client::{Client, Error};
use ballast_num::{Price, Timestamp};
use ballast_protocol::{FeedId, Observation, SourceId, SourceKey};
use ballast_signing::oracle::{BadPackage, Package};
use ballast_signing::{ObservationUnproven, SignedObservation, WalletKey};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use config::{Any, BadConfig, Config, Entry, KeyOf, MaxAge};
pub use origin::{BadOrigin, Freshness, NoPrice, Origin};

/// The longest wait after failures.
const WAITS_MAX: Duration = Duration::from_secs(60);
/// How long a source may have nothing newer before that is said.
const QUIET: Duration = Duration::from_secs(60);
/// How far the chain's time may be from this machine's, in seconds.
const APART: u64 = 30;

/// Whether the chain's time, which a node tells, is signed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// If it is within half a minute of this machine's clock.
    Checked,
    /// Whatever it is: for reserves that replay other days.
    Believed,
}

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
    /// Its node shows another time than this machine: a word that is signed for later is good later.
    #[error(
        "the node says that it is {}, and this machine {}: set the clock that is wrong, or sign at the chain's time whatever \
         it is by --chain-time", chain.0, here.0
    )]
    ClocksApart {
        /// The chain's time.
        chain: Timestamp,
        /// This machine's.
        here: Timestamp,
    },
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

/// What came of a source's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The node has taken this.
    Word(Observation),
    /// For a while there was nothing newer to say than this, if it has said anything: told once until there is.
    NothingNewer(Option<Observation>),
}

/// What a source has said, or why it has not.
pub type Word = (FeedId, SourceId, Result<Said, NotSaid>);

/// Speaks for all these sources until it is dropped; tells each word and each failure.
pub async fn run(client: &Client, voices: Vec<Voice>, clock: Clock, mut tell: impl FnMut(Word)) {
    let (words, mut told) = mpsc::channel(64);
    let mut speaking = JoinSet::new();
    for voice in voices {
        speaking.spawn(speak(client.clone(), voice, clock, words.clone()));
    }
    drop(words);
    while let Some(word) = told.recv().await {
        tell(word);
    }
}

async fn speak(client: Client, voice: Voice, clock: Clock, words: mpsc::Sender<Word>) {
    let mut failures = 0_u32;
    let (mut last, mut newest, mut is_quiet) = (None, Instant::now(), false);
    loop {
        let said = voice.say(&client, clock, last).await;
        let word = match said {
            Ok(Some(observation)) => {
                (failures, last) = (0, Some(observation));
                (newest, is_quiet) = (Instant::now(), false);
                Some(Ok(Said::Word(observation)))
            }
            Ok(None) => {
                failures = 0;
                let is_news = !is_quiet && newest.elapsed() >= QUIET.max(voice.every.saturating_mul(2));
                is_quiet |= is_news;
                is_news.then_some(Ok(Said::NothingNewer(last)))
            }
            Err(why) => {
                failures = failures.saturating_add(1);
                Some(Err(why))
            }
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
    /// Reads a price and brings it; nothing if it would say no more than `last` did, or than the chain has heard. Errors: those
    /// of [`NotSaid`].
    pub async fn say(
        &self,
        client: &Client,
        clock: Clock,
        last: Option<Observation>,
    ) -> Result<Option<Observation>, NotSaid> {
        let signed = match &self.says {
            Says::Signed(key, origin) => {
                let now = time(client.status().await?.now, clock, SystemTime::now())?;
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

/// The chain's time, if it is to be signed at when this machine's clock shows `here`. Error: `ClocksApart`.
fn time(chain: Timestamp, clock: Clock, here: SystemTime) -> Result<Timestamp, NotSaid> {
    let here = here.duration_since(UNIX_EPOCH).unwrap_or_default();
    let here = Timestamp(here.as_secs());
    match clock {
        Clock::Checked if chain.0.abs_diff(here.0) > APART => Err(NotSaid::ClocksApart { chain, here }),
        _ => Ok(chain),
    }
}

#[cfg(test)]
mod tests;
