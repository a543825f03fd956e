//! How old a price may be that is signed as one of now.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::read::Content;
use super::{BadOrigin, NoPrice, checked, value};

/// How much later than this machine's clock a price may have been made.
const AHEAD: Duration = Duration::from_secs(30);
/// A time that is larger counts milliseconds: in seconds it would be after the year 5000.
const MILLISECONDS: u64 = 100_000_000_000;

/// How old a price may be, and what tells its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// How old it may be; none takes a price of any age for a fresh one.
    pub max_age: Option<Duration>,
    /// Where in the JSON document its time stands (RFC 6901): seconds or milliseconds since 1970, or RFC 3339. Without it
    /// the time of a file's last change counts, or that which an answer names as `Last-Modified`.
    pub time: Option<String>,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            max_age: Some(Duration::from_secs(60)),
            time: None,
        }
    }
}

impl Freshness {
    /// Error: `Pointer`.
    pub(super) fn checked(self) -> Result<Self, BadOrigin> {
        let time = checked(self.time)?;
        Ok(Self { time, ..self })
    }

    /// Whether what was read is young enough when the clock shows `now`. Errors: `Ageless`, `TooOld`, `FromLater`, and those of
    /// finding the time.
    pub(super) fn check(&self, content: &Content, now: SystemTime) -> Result<(), NoPrice> {
        let Some(limit) = self.max_age else { return Ok(()) };
        let from = || content.from.clone();
        let made = match &self.time {
            Some(pointer) => {
                let text = value(content, Some(pointer))?;
                let time = moment(&text);
                Some(time.ok_or_else(|| super::no_number(&content.from, &text, "no time".into()))?)
            }
            None => content.made,
        };
        let made = made.ok_or_else(|| NoPrice::Ageless { from: from() })?;
        match now.duration_since(made) {
            Ok(age) if age > limit => Err(NoPrice::TooOld {
                from: from(),
                age,
                limit,
            }),
            Err(later) if later.duration() > AHEAD => Err(NoPrice::FromLater {
                from: from(),
                ahead: later.duration(),
            }),
            _ => Ok(()),
        }
    }
}

/// A time as sources write it: seconds or milliseconds since 1970, with or without a fraction, or RFC 3339.
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if let Ok(count) = whole.parse::<u64>() {
        let since = if count >= MILLISECONDS {
            Duration::from_millis(count)
        } else {
            Duration::from_secs(count)
        };
        return UNIX_EPOCH.checked_add(since);
    }
    text.parse::<jiff::Timestamp>().ok().map(Into::into)
}

/// A date as HTTP writes it.
pub(super) fn http_date(text: &str) -> Option<SystemTime> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(date.timestamp().into())
}

#[cfg(test)]
mod tests;
