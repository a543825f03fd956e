//! Where prices and packages come from: files, recorded series, HTTP.

mod freshness;
mod read;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ballast_client::cause;
use ballast_num::{Price, Timestamp};
use ballast_protocol::hex;
use ballast_sim::prices::{LoadError, Order, Path as PricePath, Series};
use tokio::sync::Semaphore;

use super::json::{NoValue, pointed};
pub use freshness::Freshness;
use read::Content;

/// Most bytes of an answer or a file that is read again and again.
const BYTES_MAX: usize = 1 << 20;
/// How long an answer, or a disk, may take.
const ANSWERING: Duration = Duration::from_secs(10);
/// How often a source may send elsewhere.
const REDIRECTS_MAX: usize = 5;

/// Where a price or a package comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A recorded series: the price at the chain's present time.
    Series(Box<PricePath>),
    /// A file that somebody else writes, read anew each time.
    File {
        /// Which.
        path: PathBuf,
        /// Where in a JSON document the value stands (RFC 6901); none is the whole text.
        pointer: Option<String>,
        /// How old a price may be.
        fresh: Freshness,
        /// Held while it is being read: a disk that hangs is not asked again.
        reading: Arc<Semaphore>,
    },
    /// An answer over HTTP, asked for anew each time.
    Http {
        /// Whom to ask.
        client: reqwest::Client,
        /// What.
        url: reqwest::Url,
        /// Where in a JSON document the value stands (RFC 6901); none is the whole body.
        pointer: Option<String>,
        /// How old a price may be.
        fresh: Freshness,
    },
}

/// An origin that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadOrigin {
    /// A recorded series that can't be read.
    #[error(transparent)]
    Series(#[from] LoadError),
    /// No URL.
    #[error("{url} is no URL of a price: {why}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// No pointer into a document.
    #[error("{0:?} is no JSON pointer: it begins with /, as in /data/price")]
    Pointer(String),
}

/// Why there is no price now.
#[derive(Debug, thiserror::Error)]
pub enum NoPrice {
    /// The file can't be read.
    #[error("{} can't be read: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A pipe, a device or a folder.
    #[error("{} is no plain file", path.display())]
    NoFile {
        /// Which.
        path: PathBuf,
    },
    /// The disk does not answer.
    #[error("{} can't be read within {} s", path.display(), ANSWERING.as_secs())]
    Hangs {
        /// Which.
        path: PathBuf,
    },
    /// The price was made too long ago.
    #[error("{from} has had nothing newer for {} s, over the limit of {} s", age.as_secs(), limit.as_secs())]
    TooOld {
        /// Which.
        from: String,
        /// How old it is.
        age: Duration,
        /// How old it may be.
        limit: Duration,
    },
    /// The price was made later than now.
    #[error("{from} has a price of {} s from now: one of the clocks is wrong", ahead.as_secs())]
    FromLater {
        /// Which.
        from: String,
        /// How much later.
        ahead: Duration,
    },
    /// Nothing says when the price was made.
    #[error(
        "{from} does not say how old its price is: name where the answer has its time, time = \"/…\", or write \
         max_age = \"none\" to take a price of any age for a fresh one"
    )]
    Ageless {
        /// Which.
        from: String,
    },
    /// The source does not answer.
    #[error("{url} does not answer: {why}")]
    Unreachable {
        /// Which.
        url: String,
        /// Why.
        why: String,
    },
    /// It answers, with something else than what was asked for.
    #[error("{from} answers with status {status}")]
    Status {
        /// Which.
        from: String,
        /// The status of HTTP.
        status: u16,
    },
    /// More than a price needs.
    #[error("{from} says more than {BYTES_MAX} bytes")]
    TooLong {
        /// Which.
        from: String,
    },
    /// Nothing where the value should stand.
    #[error("{from} says nothing at {pointer:?}")]
    Nowhere {
        /// Which.
        from: String,
        /// Where it was looked for.
        pointer: String,
    },
    /// What stands there is none.
    #[error("{from} says {text:?}, which is {why}")]
    NoNumber {
        /// Which.
        from: String,
        /// What stands there, its beginning.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// The record has a gap, or has ended.
    #[error("the record has no price at {0}")]
    Gap(Timestamp),
    /// Packages do not come from a recorded series.
    #[error("a recorded series holds no packages")]
    NotPackages,
}

impl Origin {
    /// A recorded series from a file of bars or samples (data/README.md). Errors: `Series`.
    pub fn series(path: &Path) -> Result<Self, BadOrigin> {
        let series = Series::load(path)?;
        Ok(Self::Series(Box::new(PricePath::new(series, Order::LowFirst))))
    }

    /// A file that is read anew each time. Errors: `Pointer`.
    pub fn file(path: PathBuf, pointer: Option<String>, fresh: Freshness) -> Result<Self, BadOrigin> {
        Ok(Self::File {
            path,
            pointer: checked(pointer)?,
            fresh: fresh.checked()?,
            reading: Arc::new(Semaphore::new(1)),
        })
    }

    /// An HTTP source. Errors: `Url`, `Pointer`.
    pub fn http(url: &str, pointer: Option<String>, fresh: Freshness) -> Result<Self, BadOrigin> {
        let bad = |why: String| BadOrigin::Url { url: url.into(), why };
        let parsed = reqwest::Url::from_str(url).map_err(|error| bad(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad("it begins with http:// or https://".into()));
        }
        let builder = || {
            reqwest::Client::builder()
                .timeout(ANSWERING)
                .redirect(reqwest::redirect::Policy::custom(read::follow))
                .user_agent(concat!("ballast-feeder/", env!("CARGO_PKG_VERSION")))
        };
        let mut client = builder().build();
        if client.is_err() && parsed.scheme() == "http" {
            // So that a machine without certificates can ask a source beside it.
            client = builder().tls_certs_only([]).build();
        }
        Ok(Self::Http {
            client: client.map_err(|error| bad(cause(&error)))?,
            url: parsed,
            pointer: checked(pointer)?,
            fresh: fresh.checked()?,
        })
    }

    /// The price at `now`, the chain's time. Errors: those of [`NoPrice`].
    pub async fn price(&self, now: Timestamp) -> Result<Price, NoPrice> {
        if let Self::Series(path) = self {
            return path.price_at(now).ok_or(NoPrice::Gap(now));
        }
        let (pointer, fresh) = match self {
            Self::File { pointer, fresh, .. } | Self::Http { pointer, fresh, .. } => (pointer.as_deref(), fresh),
            Self::Series(_) => return Err(NoPrice::Gap(now)),
        };
        let content = self.content().await?;
        let text = value(&content, pointer)?;
        fresh.check(&content, SystemTime::now())?;
        Price::from_str(&text).map_err(|error| no_number(&content.from, &text, error.to_string()))
    }

    /// The bytes of a package: as they are, or as hexadecimal digits. Errors: those of [`NoPrice`].
    pub async fn package(&self) -> Result<Vec<u8>, NoPrice> {
        let pointer = match self {
            Self::Series(_) => return Err(NoPrice::NotPackages),
            Self::File { pointer, .. } | Self::Http { pointer, .. } => pointer.as_deref(),
        };
        let content = self.content().await?;
        if pointer.is_none() && str::from_utf8(&content.bytes).is_err() {
            return Ok(content.bytes);
        }
        let text = value(&content, pointer)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        hex::parse_all(&format!("0x{digits}")).map_err(|error| no_number(&content.from, &text, error.to_string()))
    }

    /// All that it says.
    async fn content(&self) -> Result<Content, NoPrice> {
        match self {
            Self::Series(_) => Err(NoPrice::NotPackages),
            Self::File { path, reading, .. } => read::file(path, reading).await,
            Self::Http { client, url, .. } => read::answer(client, url).await,
        }
    }
}

/// What stands where the pointer points; without one the whole text.
fn value(content: &Content, pointer: Option<&str>) -> Result<String, NoPrice> {
    let text = || String::from_utf8_lossy(&content.bytes);
    let Some(pointer) = pointer else {
        return Ok(text().trim().to_owned());
    };
    let found = pointed(&content.bytes, pointer).map_err(|why| match why {
        NoValue::NoJson(error) => no_number(&content.from, &text(), format!("no JSON: {error}")),
        NoValue::Nowhere => NoPrice::Nowhere {
            from: content.from.clone(),
            pointer: pointer.into(),
        },
    })?;
    Ok(found.trim().to_owned())
}

fn checked(pointer: Option<String>) -> Result<Option<String>, BadOrigin> {
    match pointer {
        Some(pointer) if !pointer.starts_with('/') => Err(BadOrigin::Pointer(pointer)),
        pointer => Ok(pointer),
    }
}

fn no_number(from: &str, text: &str, why: String) -> NoPrice {
    let (from, text) = (from.to_owned(), text.chars().take(60).collect());
    NoPrice::NoNumber { from, text, why }
}

#[cfg(test)]
mod tests;
