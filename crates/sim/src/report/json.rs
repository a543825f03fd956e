//! The summary that programs read: fixed keys, amounts as decimal strings, counts as numbers.

use ballast_num::Amount;
use serde::Serialize;

use super::format::exact;
use crate::run::Outcome;

/// The summary of one order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The scenario's name.
    pub scenario: String,
    /// Blocks after genesis.
    pub blocks: u64,
    /// Vaults at the start.
    pub vaults: u64,
    /// Vaults that lost something, each counted once.
    pub vaults_liquidated: u64,
    /// Debt taken off them.
    pub debt_liquidated_usd: String,
    /// Collateral sold for it, each sale at the oracle's price of its moment.
    pub collateral_sold_usd: String,
    /// Sales below a tenth of the oracle's price.
    pub zero_price_sales: u64,
    /// Booked, net of recoveries, and what would be booked at the end.
    pub bad_debt_usd: String,
    /// Who paid.
    pub loss_by_step: LossByStep,
    /// Mean over all blocks of debt ÷ value behind it.
    pub capital_efficiency: String,
    /// Invariants checked.
    pub invariant_checks: u64,
    /// Invariants broken.
    pub invariant_breaches: u64,
    /// Commitment to the state at the end, in hexadecimal.
    pub state_root: String,
    /// Seconds inside the engine.
    pub engine_seconds: f64,
    /// Blocks ÷ these seconds.
    pub blocks_per_second: f64,
}

/// What each step of the waterfall paid, net of what came back to it, and would pay at the end for what is marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LossByStep {
    /// Value that owners gave up beyond the debt that it repaid.
    pub own_collateral: String,
    /// First-loss capital.
    pub first_loss: String,
    /// Surplus buffer.
    pub surplus_buffer: String,
    /// Insurance fund: none yet.
    pub insurance_fund: String,
    /// Issue of the governance token: none yet.
    pub token_issue: String,
    /// Holders of the coin: bad debt, booked and marked.
    pub loss_sharing: String,
}

impl Summary {
    /// The summary of an outcome.
    pub fn of(scenario: &str, outcome: &Outcome) -> Self {
        let losses = &outcome.end.losses;
        let seconds = outcome.engine_time.as_secs_f64();
        let per_second = if seconds > 0.0 {
            blocks(outcome.blocks) / seconds
        } else {
            0.0
        };
        Self {
            scenario: scenario.to_owned(),
            blocks: outcome.blocks,
            vaults: outcome.vaults,
            vaults_liquidated: outcome.tally.liquidated.len() as u64,
            debt_liquidated_usd: exact(outcome.tally.debt_liquidated),
            collateral_sold_usd: exact(outcome.tally.sold),
            zero_price_sales: outcome.tally.zero_price_sales,
            bad_debt_usd: exact(outcome.bad_debt()),
            loss_by_step: LossByStep {
                own_collateral: exact(outcome.end.own_collateral),
                first_loss: exact(losses.first_loss),
                surplus_buffer: exact(losses.surplus),
                insurance_fund: exact(Amount::ZERO),
                token_issue: exact(Amount::ZERO),
                loss_sharing: exact(losses.bad_debt),
            },
            capital_efficiency: outcome.capital_efficiency.to_string(),
            invariant_checks: outcome.checks,
            invariant_breaches: outcome.breaches,
            state_root: outcome.root.to_string(),
            engine_seconds: round(seconds, 1_000.0),
            blocks_per_second: round(per_second, 1.0),
        }
    }

    /// The text of a JSON file, with a line end.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings and finite numbers have a JSON form");
        text.push('\n');
        text
    }
}

/// Exact below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "a replay has far fewer than 2⁵³ blocks")]
fn blocks(count: u64) -> f64 {
    count as f64
}

fn round(figure: f64, parts: f64) -> f64 {
    (figure * parts).round() / parts
}
