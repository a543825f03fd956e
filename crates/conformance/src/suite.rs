//! One vector from start to end: decisions, returned values and figures against the peer's.

use std::fmt;

use serde_json::Value;

use crate::deviation::Deviation;
use crate::figures::{Allowed, Difference, Figure, Figures};
use crate::liquity::Liquity;
use crate::maker::Maker;
use crate::pure;
use crate::schema::{Body, Scenario, Step, Suite, Vector};

/// Mechanisms that we have; all others are `not yet`.
const COVERED: [(Suite, &[&str]); 2] = [
    (
        Suite::Maker,
        &[
            "rpow",
            "rates",
            "frob",
            "auth",
            "fork",
            "bark",
            "clip-price",
            "take",
            "redo",
        ],
    ),
    (Suite::Liquity, &["trove", "liquidation", "sp", "redistribution"]),
];

/// What came of a vector.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// Everything is the peer's, but for so many steps in which we do otherwise on purpose.
    Passed { deviating: u64 },
    /// Something is not.
    Failed { deviating: u64, difference: Failure },
    /// We do not have this yet.
    NotYet,
}

/// Where and how a vector first differs.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The start cannot be made a genesis.
    Start(String),
    /// A step cannot be run or is decided otherwise; from 1, with its operation.
    Step(usize, String, String),
    /// A figure differs; at the start (0), after a step, or at the end.
    Figure(String, Difference),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(why) => write!(f, "start: {why}"),
            Self::Step(at, op, why) => write!(f, "step {at} {op}: {why}"),
            Self::Figure(place, difference) => write!(f, "{place}: {difference}"),
        }
    }
}

/// What came of a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Why the step was refused, if it was; the state is then as before.
    pub(crate) refused: Option<String>,
    /// What it returned: `ret`, or `ret.name` for each of several.
    pub(crate) ret: Figures,
}

impl Outcome {
    pub(crate) fn refused(why: impl fmt::Display) -> Self {
        Self {
            refused: Some(why.to_string()),
            ret: Figures::default(),
        }
    }
}

/// A peer's ways, translated into commands of the engine and back into the peer's figures.
pub(crate) trait Adapter: Sized {
    /// The genesis of a scenario. Error: why there is none.
    fn start(scenario: &Scenario) -> Result<Self, String>;

    /// The peer's figures, computed from our state and folds over our events.
    fn figures(&self) -> Result<Figures, String>;

    /// Lets time pass.
    fn wait(&mut self, seconds: u64);

    /// Runs a step. Error: the operation is unknown, or the engine contradicts itself.
    fn step(&mut self, step: &Step) -> Result<Outcome, String>;

    /// How far a figure may lie from the peer's.
    fn allowed(&self, path: &str, expected: &Figure, got: &Figure) -> Allowed;

    /// The rule by which we do otherwise in this step, judged by the operation and the peer's state before it.
    fn deviation(&self, step: &Step, before: &Figures) -> Option<Deviation>;

    /// Runs a deviating step and asserts what we do instead. Error: we did something else.
    fn deviate(&mut self, rule: Deviation, step: &Step) -> Result<(), String>;

    /// Goes on from the peer's state after a deviating step.
    fn resume(&mut self, step: &Step, figures: &Figures) -> Result<(), String>;
}

/// Runs a vector.
pub(crate) fn run(vector: &Vector) -> Verdict {
    let covered = COVERED.iter().find(|(suite, _)| *suite == vector.suite);
    if !covered.is_some_and(|(_, mechanisms)| mechanisms.contains(&vector.mechanism.as_str())) {
        return Verdict::NotYet;
    }
    let mut deviating = 0;
    let result = match &vector.body {
        Body::Cases(cases) => cases.iter().enumerate().try_for_each(|(at, case)| {
            let rule = pure::check(case).map_err(|why| Failure::Step(at + 1, case.function.clone(), why))?;
            deviating += u64::from(rule.is_some());
            Ok(())
        }),
        Body::Scenario(scenario) => match vector.suite {
            Suite::Maker => play::<Maker>(scenario, &mut deviating),
            Suite::Liquity => play::<Liquity>(scenario, &mut deviating),
        },
    };
    match result {
        Ok(()) => Verdict::Passed { deviating },
        Err(difference) => Verdict::Failed { deviating, difference },
    }
}

fn play<A: Adapter>(scenario: &Scenario, deviating: &mut u64) -> Result<(), Failure> {
    let mut adapter = A::start(scenario).map_err(Failure::Start)?;
    let mut expected = scenario.start.clone();
    compare(&adapter, &expected, "start")?;
    for (at, step) in scenario.steps.iter().enumerate() {
        let failed = |why| Failure::Step(at + 1, step.op.clone(), why);
        let place = format!("step {} {}", at + 1, step.op);
        let before = expected.clone();
        for (path, figure) in &step.changed {
            expected.set(path, figure.clone());
        }
        adapter.wait(step.dt);
        if let Some(rule) = adapter.deviation(step, &before) {
            if rule.peer_accepts().is_some_and(|accepts| accepts != step.ok) {
                return Err(failed(format!("{rule}: the peer is expected to decide otherwise")));
            }
            adapter
                .deviate(rule, step)
                .map_err(|why| failed(format!("{rule}: {why}")))?;
            adapter.resume(step, &expected).map_err(failed)?;
            *deviating += 1;
        } else {
            let outcome = adapter.step(step).map_err(failed)?;
            match (&outcome.refused, step.ok) {
                (None, false) => return Err(failed("expected a refusal, got none".to_owned())),
                (Some(why), true) => return Err(failed(format!("expected no refusal, got: {why}"))),
                _ => {}
            }
            if !step.ok && !step.changed.is_empty() {
                return Err(failed("a refused step changes figures".to_owned()));
            }
            if let Some(ret) = &step.ret {
                let difference = returned(ret)
                    .first_difference(&outcome.ret, |path, left, right| adapter.allowed(path, left, right));
                if let Some(difference) = difference {
                    return Err(Failure::Figure(place, difference));
                }
            }
        }
        compare(&adapter, &expected, &place)?;
    }
    match scenario.end.first_difference(&expected, |_, _, _| Allowed::Equal) {
        Some(difference) => Err(Failure::Figure("final against the steps".to_owned(), difference)),
        None => compare(&adapter, &scenario.end, "final"),
    }
}

fn compare<A: Adapter>(adapter: &A, expected: &Figures, place: &str) -> Result<(), Failure> {
    let ours = adapter.figures().map_err(Failure::Start)?;
    let difference = expected.first_difference(&ours, |path, left, right| adapter.allowed(path, left, right));
    difference.map_or(Ok(()), |difference| Err(Failure::Figure(place.to_owned(), difference)))
}

/// Returned values as figures.
fn returned(ret: &Value) -> Figures {
    let mut figures = Figures::default();
    let mut set = |path: &str, value: &Value| {
        if let Some(figure) = Figure::of(value) {
            figures.set(path, figure);
        }
    };
    match ret {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| set(&format!("ret.{name}"), value)),
        value => set("ret", value),
    }
    figures
}
