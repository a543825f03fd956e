//! Reading a file or an answer, bounded in time and bytes, with the time when it was made.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ballast_client::cause;
use reqwest::header::{AGE, HeaderMap, HeaderName, LAST_MODIFIED};
use tokio::sync::Semaphore;

use super::{ANSWERING, BYTES_MAX, NoPrice, REDIRECTS_MAX};

/// What was read.
pub(super) struct Content {
    /// Who says it, for people.
    pub(super) from: String,
    /// All of it.
    pub(super) bytes: Vec<u8>,
    /// When it was made, as far as that is known.
    pub(super) made: Option<SystemTime>,
}

/// Reads a plain file in a thread of its own: a disk that hangs holds up no other source.
pub(super) async fn file(path: &Path, reading: &Arc<Semaphore>) -> Result<Content, NoPrice> {
    let hangs = || NoPrice::Hangs { path: path.to_owned() };
    let permit = reading.clone().try_acquire_owned().map_err(|_| hangs())?;
    let place = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let read = read(&place);
        drop(permit);
        read
    });
    match tokio::time::timeout(ANSWERING, read).await {
        Ok(Ok(read)) => read,
        _ => Err(hangs()),
    }
}

fn read(path: &Path) -> Result<Content, NoPrice> {
    use std::io::Read;
    let unreadable = |error| NoPrice::Unreadable {
        path: path.to_owned(),
        error,
    };
    // Opening a pipe would wait for whoever writes into it.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(NoPrice::NoFile { path: path.to_owned() });
    }
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let made = file.metadata().and_then(|about| about.modified()).ok();
    let mut bytes = Vec::new();
    let most = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    let from = path.display().to_string();
    bounded(Content { from, bytes, made })
}

/// Asks over HTTP.
pub(super) async fn answer(client: &reqwest::Client, url: &reqwest::Url) -> Result<Content, NoPrice> {
    // A query may hold a key.
    let from = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let unreachable = |error: reqwest::Error| NoPrice::Unreachable {
        url: from.clone(),
        why: cause(&error),
    };
    let mut answer = client.get(url.clone()).send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        let status = answer.status().as_u16();
        return Err(NoPrice::Status { from, status });
    }
    let made = made(answer.headers(), SystemTime::now());
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > BYTES_MAX {
            break;
        }
    }
    bounded(Content { from, bytes, made })
}

/// When what is answered was last changed, no later than a cache took it over. The time of the answer itself says nothing.
fn made(headers: &HeaderMap, now: SystemTime) -> Option<SystemTime> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let changed = super::freshness::http_date(text(LAST_MODIFIED)?)?;
    let age = text(AGE)
        .and_then(|age| age.trim().parse().ok())
        .map(Duration::from_secs);
    let cached = age.and_then(|age| now.checked_sub(age));
    Some(cached.map_or(changed, |cached| cached.min(changed)))
}

/// Follows a source that sends elsewhere, a few times, and never from https to where anyone may answer.
pub(super) fn follow(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let was_secret = attempt.previous().iter().any(|url| url.scheme() == "https");
    if was_secret && attempt.url().scheme() != "https" {
        return attempt.error("it sends from https to a place without");
    }
    if attempt.previous().len() > REDIRECTS_MAX {
        return attempt.error("it sends elsewhere again and again");
    }
    attempt.follow()
}

fn bounded(content: Content) -> Result<Content, NoPrice> {
    if content.bytes.len() > BYTES_MAX {
        return Err(NoPrice::TooLong { from: content.from });
    }
    Ok(content)
}
