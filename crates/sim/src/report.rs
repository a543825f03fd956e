//! What came of a replay, told three ways: [`json`] for programs, [`terminal`] for a glance, [`html`] for a decision.

mod assumptions;
mod chart;
mod collateral;
mod format;
pub mod html;
pub mod json;
pub mod ledger;
mod plots;
mod tables;
pub mod terminal;

use crate::compare::Compared;
use crate::config::Config;
use crate::run::Outcome;

pub use collateral::Collateral;
pub use format::{dollars, percent, utc};

/// Everything that a report tells.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// What it is.
    pub about: &'a str,
    /// One a feed.
    pub collaterals: &'a [Collateral],
    /// The assumptions.
    pub config: &'a Config,
    /// Where the vaults come from.
    pub population: &'a str,
    /// Both orders, the worse first.
    pub outcomes: &'a [Outcome; 2],
    /// What stands beside them; nothing for the recorded ledger.
    pub compared: Option<&'a Compared>,
}
