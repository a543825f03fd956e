//! What came of all vectors.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::schema::{Body, Suite, Vector};
use crate::suite::Verdict;

/// The share of a mechanism's steps, in percent, above which deviating is failing.
const DEVIATING_MAX: u64 = 10;

/// How the vectors of one mechanism went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mechanism {
    /// Vectors that came out as the peer's.
    pub passed: u64,
    /// Vectors that did not.
    pub failed: u64,
    /// Vectors of mechanisms that we do not have yet.
    pub not_yet: u64,
    /// Steps and cases run.
    pub steps: u64,
    /// Steps in which we do otherwise on purpose.
    pub deviating: u64,
}

impl Mechanism {
    /// More than a tenth of the steps deviate: that is another mechanism, not the peer's.
    pub fn deviates_too_much(&self) -> bool {
        self.deviating * 100 > self.steps * DEVIATING_MAX
    }
}

/// How all vectors went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// By `suite/mechanism`.
    pub mechanisms: BTreeMap<String, Mechanism>,
    /// Vectors that passed, but in which some step deviates on purpose.
    pub deviate: u64,
}

impl Summary {
    /// Vectors that passed.
    pub fn passed(&self) -> u64 {
        self.mechanisms.values().map(|mechanism| mechanism.passed).sum()
    }

    /// Vectors that failed, and mechanisms that deviate too much.
    pub fn failed(&self) -> u64 {
        let failed: u64 = self.mechanisms.values().map(|mechanism| mechanism.failed).sum();
        failed
            + self
                .mechanisms
                .values()
                .filter(|mechanism| mechanism.deviates_too_much())
                .count() as u64
    }

    /// Vectors of mechanisms that we do not have yet.
    pub fn not_yet(&self) -> u64 {
        self.mechanisms.values().map(|mechanism| mechanism.not_yet).sum()
    }

    /// 0 if nothing failed, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.failed() > 0)
    }

    pub(crate) fn add(&mut self, vector: &Vector, verdict: &Verdict) {
        let suite = match vector.suite {
            Suite::Maker => "maker",
            Suite::Liquity => "liquity",
        };
        let mechanism = self
            .mechanisms
            .entry(format!("{suite}/{}", vector.mechanism))
            .or_default();
        let steps = match &vector.body {
            Body::Scenario(scenario) => scenario.steps.len() as u64,
            Body::Cases(cases) => cases.len() as u64,
        };
        let mut count_steps = |deviating: u64| {
            mechanism.steps += steps;
            mechanism.deviating += deviating;
        };
        match verdict {
            Verdict::NotYet => mechanism.not_yet += 1,
            Verdict::Failed { deviating, .. } => {
                count_steps(*deviating);
                mechanism.failed += 1;
            }
            Verdict::Passed { deviating } => {
                count_steps(*deviating);
                mechanism.passed += 1;
                self.deviate += u64::from(*deviating > 0);
            }
        }
    }

    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, mechanism) in self
            .mechanisms
            .iter()
            .filter(|(_, mechanism)| mechanism.deviates_too_much())
        {
            let Mechanism { deviating, steps, .. } = mechanism;
            writeln!(
                out,
                "{name}: {deviating} of {steps} steps deviate, over {DEVIATING_MAX} %"
            )?;
        }
        writeln!(out, "{} deviate, {} not yet", self.deviate, self.not_yet())?;
        writeln!(out, "{} passed, {} failed", self.passed(), self.failed())
    }
}
