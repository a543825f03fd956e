//! Where prices and packages come from: files, recorded series, HTTP.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use ballast_num::{Price, Timestamp};
use ballast_protocol::hex;
use ballast_sim::prices::{LoadError, Order, Path as PricePath, Series};
use serde_json::Value;

/// Most bytes of an answer or a file that is read again and again.
const BYTES_MAX: usize = 1 << 20;
/// How long an answer may take.
const ANSWERING: Duration = Duration::from_secs(10);

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
    },
    /// An answer over HTTP, asked for anew each time.
    Http {
        /// Whom to ask.
        client: reqwest::Client,
        /// What.
        url: reqwest::Url,
        /// Where in a JSON document the value stands (RFC 6901); none is the whole body.
        pointer: Option<String>,
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
    pub fn file(path: PathBuf, pointer: Option<String>) -> Result<Self, BadOrigin> {
        let pointer = checked(pointer)?;
        Ok(Self::File { path, pointer })
    }

    /// An HTTP source. Errors: `Url`, `Pointer`.
    pub fn http(url: &str, pointer: Option<String>) -> Result<Self, BadOrigin> {
        let bad = |why: String| BadOrigin::Url { url: url.into(), why };
        let parsed = reqwest::Url::from_str(url).map_err(|error| bad(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad("it begins with http:// or https://".into()));
        }
        let client = reqwest::Client::builder()
            .timeout(ANSWERING)
            .user_agent(concat!("ballast-feeder/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self::Http {
            client: client.map_err(|error| bad(error.to_string()))?,
            url: parsed,
            pointer: checked(pointer)?,
        })
    }

    /// The price at `now`, the chain's time. Errors: those of [`NoPrice`].
    pub async fn price(&self, now: Timestamp) -> Result<Price, NoPrice> {
        if let Self::Series(path) = self {
            return path.price_at(now).ok_or(NoPrice::Gap(now));
        }
        let (from, value) = self.value().await?;
        let text = match &value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        Price::from_str(&text).map_err(|error| no_number(from, &text, error.to_string()))
    }

    /// The bytes of a package: as they are, or as hexadecimal digits. Errors: those of [`NoPrice`].
    pub async fn package(&self) -> Result<Vec<u8>, NoPrice> {
        let (pointer, (from, bytes)) = match self {
            Self::Series(_) => return Err(NoPrice::NotPackages),
            Self::File { pointer, .. } | Self::Http { pointer, .. } => (pointer, self.bytes().await?),
        };
        if pointer.is_none() && str::from_utf8(&bytes).is_err() {
            return Ok(bytes);
        }
        let value = pointed(&from, &bytes, pointer.as_deref())?;
        let text = value.as_str().unwrap_or_default().trim();
        let digits = text.strip_prefix("0x").unwrap_or(text);
        hex::parse_all(&format!("0x{digits}")).map_err(|error| no_number(from, text, error.to_string()))
    }

    /// What stands where the pointer points, and who said it.
    async fn value(&self) -> Result<(String, Value), NoPrice> {
        let pointer = match self {
            Self::File { pointer, .. } | Self::Http { pointer, .. } => pointer.as_deref(),
            Self::Series(_) => None,
        };
        let (from, bytes) = self.bytes().await?;
        let value = pointed(&from, &bytes, pointer)?;
        Ok((from, value))
    }

    /// All that it says, and who says it.
    async fn bytes(&self) -> Result<(String, Vec<u8>), NoPrice> {
        match self {
            Self::Series(_) => Err(NoPrice::NotPackages),
            Self::File { path, .. } => {
                let from = path.display().to_string();
                let bytes = read(path)?;
                Ok((from, bytes))
            }
            Self::Http { client, url, .. } => {
                // A query may hold a key.
                let from = format!("{}{}", url.origin().ascii_serialization(), url.path());
                let bytes = ask(client, url, &from).await?;
                Ok((from, bytes))
            }
        }
    }
}

fn checked(pointer: Option<String>) -> Result<Option<String>, BadOrigin> {
    match pointer {
        Some(pointer) if !pointer.starts_with('/') => Err(BadOrigin::Pointer(pointer)),
        pointer => Ok(pointer),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, NoPrice> {
    use std::io::Read;
    let unreadable = |error| NoPrice::Unreadable {
        path: path.to_owned(),
        error,
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    bounded(path.display().to_string(), bytes)
}

async fn ask(client: &reqwest::Client, url: &reqwest::Url, from: &str) -> Result<Vec<u8>, NoPrice> {
    let unreachable = |error: reqwest::Error| NoPrice::Unreachable {
        url: from.into(),
        why: error.without_url().to_string(),
    };
    let mut answer = client.get(url.clone()).send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(NoPrice::Status {
            from: from.into(),
            status: answer.status().as_u16(),
        });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > BYTES_MAX {
            break;
        }
    }
    bounded(from.into(), bytes)
}

fn bounded(from: String, bytes: Vec<u8>) -> Result<Vec<u8>, NoPrice> {
    if bytes.len() > BYTES_MAX {
        return Err(NoPrice::TooLong { from });
    }
    Ok(bytes)
}

/// The value at a pointer of a JSON document; without one the whole text.
fn pointed(from: &str, bytes: &[u8], pointer: Option<&str>) -> Result<Value, NoPrice> {
    let text = String::from_utf8_lossy(bytes);
    let Some(pointer) = pointer else {
        return Ok(Value::String(text.trim().to_owned()));
    };
    let document: Value =
        serde_json::from_slice(bytes).map_err(|error| no_number(from.into(), &text, format!("no JSON: {error}")))?;
    document.pointer(pointer).cloned().ok_or_else(|| NoPrice::Nowhere {
        from: from.into(),
        pointer: pointer.into(),
    })
}

fn no_number(from: String, text: &str, why: String) -> NoPrice {
    let text: String = text.chars().take(60).collect();
    NoPrice::NoNumber { from, text, why }
}

#[cfg(test)]
mod tests;
