//! Pages: where one goes on, and how long it is.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// Rows of a page where nothing is said.
const ROWS: u64 = 50;
/// Most rows of a page.
pub(super) const ROWS_MAX: u64 = 500;

/// Most rows of a page, 1 to [`ROWS_MAX`]; another number is refused.
#[derive(Clone, Copy)]
pub(super) struct Limit(u64);

impl Limit {
    pub(super) fn rows(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(ROWS)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            rows @ 1..=ROWS_MAX => Ok(Self(rows)),
            rows => Err(D::Error::custom(format!(
                "limit={rows}: a page has 1 to {ROWS_MAX} rows"
            ))),
        }
    }
}

impl JsonSchema for Limit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": ROWS_MAX, "default": ROWS })
    }
}

/// `next` of the page before.
#[derive(Clone, Copy)]
pub(super) struct Cursor<T>(pub(super) T);

impl<'de, T: FromStr> Deserialize<'de> for Cursor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bad = |_| D::Error::custom(format!("after={text} is no `next` of a page: leave it out to begin"));
        text.parse().map(Self).map_err(bad)
    }
}

impl<T> JsonSchema for Cursor<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
