//! The vectors as they stand in the files (vectors/README.md).

use std::collections::BTreeMap;
use std::str::FromStr;

use num_bigint::BigInt;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::figures::{Figure, Figures};

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// No JSON, or a field missing or of a wrong type.
    #[error("not a vector: {0}")]
    Json(#[from] serde_json::Error),
    /// Another version of the schema.
    #[error("schema version {0}, only 1 is known")]
    Version(u64),
    /// Not a peer that is known.
    #[error("unknown suite `{0}`: maker or liquity")]
    Suite(String),
    /// Neither a scenario nor a table of cases, or both.
    #[error("a vector has either `steps`, with `start` and `final`, or `cases`")]
    Shape,
    /// A figure that is neither an integer nor a name nor a list of names.
    #[error("`{path}`: {value} is no figure")]
    Figure {
        /// Which.
        path: String,
        /// What it says.
        value: String,
    },
}

#[derive(Deserialize)]
struct RawVector {
    v: u64,
    id: String,
    suite: String,
    mechanism: String,
    #[serde(default)]
    init: Option<Map<String, Value>>,
    start: Option<Map<String, Value>>,
    steps: Option<Vec<RawStep>>,
    r#final: Option<Map<String, Value>>,
    cases: Option<Vec<RawCase>>,
}

#[derive(Deserialize)]
struct RawStep {
    op: String,
    by: String,
    #[serde(default)]
    dt: u64,
    #[serde(default)]
    args: Map<String, Value>,
    ok: bool,
    ret: Option<Value>,
    #[serde(default)]
    changed: Map<String, Value>,
}

#[derive(Deserialize)]
struct RawCase {
    r#fn: String,
    args: Map<String, Value>,
    ret: Option<Value>,
    revert: Option<String>,
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) suite: Suite,
    pub(crate) mechanism: String,
    pub(crate) body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suite {
    Maker,
    Liquity,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Scenario(Scenario),
    Cases(Vec<Case>),
}

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) init: Map<String, Value>,
    pub(crate) start: Figures,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: Figures,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) op: String,
    pub(crate) by: String,
    pub(crate) dt: u64,
    pub(crate) args: Args,
    pub(crate) ok: bool,
    pub(crate) ret: Option<Value>,
    pub(crate) changed: Vec<(String, Figure)>,
}

/// A pure function at one point; no result means that the peer refuses.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) function: String,
    pub(crate) args: Args,
    pub(crate) ret: Option<Value>,
}

/// The arguments of an operation or function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args(pub(crate) Map<String, Value>);

impl Args {
    /// A name; an empty one if it is absent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An integer; nothing if it is absent or none.
    pub(crate) fn integer(&self, name: &str) -> Option<BigInt> {
        self.0.get(name).and_then(integer)
    }

    /// An integer; zero if it is absent.
    pub(crate) fn amount(&self, name: &str) -> BigInt {
        self.integer(name).unwrap_or_default()
    }
}

/// A decimal string, or a JSON integer.
pub(crate) fn integer(value: &Value) -> Option<BigInt> {
    match value {
        Value::String(text) => BigInt::from_str(text).ok(),
        Value::Number(number) => BigInt::from_str(&number.to_string()).ok(),
        _ => None,
    }
}

impl Vector {
    pub(crate) fn parse(line: &str) -> Result<Self, Malformed> {
        // The version first: another one may have other fields.
        let value: Value = serde_json::from_str(line)?;
        if let Some(version) = value.get("v").and_then(Value::as_u64).filter(|version| *version != 1) {
            return Err(Malformed::Version(version));
        }
        let raw: RawVector = serde_json::from_value(value)?;
        if raw.v != 1 {
            return Err(Malformed::Version(raw.v));
        }
        let suite = match raw.suite.as_str() {
            "maker" => Suite::Maker,
            "liquity" => Suite::Liquity,
            _ => return Err(Malformed::Suite(raw.suite)),
        };
        let body = match (raw.steps, raw.start, raw.r#final, raw.cases) {
            (Some(steps), Some(start), Some(end), None) => Body::Scenario(Scenario {
                init: raw.init.ok_or(Malformed::Shape)?,
                start: figures(&start)?,
                steps: steps.into_iter().map(Step::of).collect::<Result<_, _>>()?,
                end: figures(&end)?,
            }),
            (None, None, None, Some(cases)) if !cases.is_empty() => {
                Body::Cases(cases.into_iter().map(Case::of).collect::<Result<_, _>>()?)
            }
            _ => return Err(Malformed::Shape),
        };
        Ok(Self {
            id: raw.id,
            suite,
            mechanism: raw.mechanism,
            body,
        })
    }
}

impl Step {
    fn of(raw: RawStep) -> Result<Self, Malformed> {
        let changed = figures_of(&raw.changed)?.into_iter().collect();
        Ok(Self {
            op: raw.op,
            by: raw.by,
            dt: raw.dt,
            args: Args(raw.args),
            ok: raw.ok,
            ret: raw.ret,
            changed,
        })
    }
}

impl Case {
    fn of(raw: RawCase) -> Result<Self, Malformed> {
        if raw.ret.is_some() == raw.revert.is_some() {
            return Err(Malformed::Shape);
        }
        Ok(Self {
            function: raw.r#fn,
            args: Args(raw.args),
            ret: raw.ret,
        })
    }
}

fn figures(map: &Map<String, Value>) -> Result<Figures, Malformed> {
    let mut figures = Figures::default();
    for (path, figure) in figures_of(map)? {
        figures.set(&path, figure);
    }
    Ok(figures)
}

fn figures_of(map: &Map<String, Value>) -> Result<BTreeMap<String, Figure>, Malformed> {
    map.iter()
        .map(|(path, value)| {
            let figure = Figure::of(value);
            let figure = figure.ok_or_else(|| Malformed::Figure {
                path: path.clone(),
                value: value.to_string(),
            })?;
            Ok((path.clone(), figure))
        })
        .collect()
}
