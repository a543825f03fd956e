//! The summary that programs read: fixed keys, amounts as decimal strings, counts as numbers.

use ballast_num::Amount;
use serde::Serialize;

use super::Report;
use super::format::exact;
use crate::compare::Cell;
use crate::coverage::{Coverage, Line};
use crate::run::Outcome;
use crate::tally::{Buyer, Tally};
use crate::waterfall::Steps;

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
    /// What was paid for it, by who bought.
    pub proceeds_by_route: ProceedsByRoute,
    /// Debt of lots that were shared out over their type's other vaults.
    pub debt_shared_usd: String,
    /// Sales below a tenth of the oracle's price.
    pub zero_price_sales: u64,
    /// Booked, net of recoveries, and what would be booked at the end.
    pub bad_debt_usd: String,
    /// Who paid.
    pub loss_by_step: LossByStep,
    /// Mean over all blocks of debt ÷ value behind it.
    pub capital_efficiency: String,
    /// Each generation at each depth; empty for the recorded ledger.
    pub generations: Vec<OfGeneration>,
    /// At the start and when it was worst; empty for the recorded ledger.
    pub liquidity_coverage: Vec<Covered>,
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

/// What each route paid for collateral, in the order in which they are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProceedsByRoute {
    /// Standing bids.
    pub standing_bids: String,
    /// Stability pools.
    pub stability_pools: String,
    /// The reserve's markets.
    pub markets: String,
    /// Takers of auctions.
    pub auctions: String,
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
    /// Insurance fund.
    pub insurance_fund: String,
    /// Issue of the governance token: none yet.
    pub token_issue: String,
    /// Holders of the coin: bad debt, booked and marked.
    pub loss_sharing: String,
}

/// One generation at one depth, the worse of both orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfGeneration {
    /// `isolated`, `pooled` or `modular`.
    pub generation: &'static str,
    /// Factor of the depth that scenario and settings say; 0 is no route and no buyer.
    pub depth: String,
    /// Nothing if routes, capital and keepers together would hold more coins than vaults owe.
    pub figures: Option<GenerationFigures>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GenerationFigures {
    /// As in the summary.
    pub bad_debt_usd: String,
    /// As in the summary.
    pub vaults_liquidated: u64,
    /// As in the summary.
    pub debt_liquidated_usd: String,
    /// As in the summary.
    pub loss_by_step: LossByStep,
    /// As in the summary.
    pub capital_efficiency: String,
    /// First-loss capital, surplus buffer and insurance fund after the first block.
    pub capital_usd: String,
    /// Debt that the issuance check admits then.
    pub admitted_debt_usd: String,
    /// What the stress would take of that debt, all types at once, beyond the capital.
    pub uncovered_usd: String,
    /// Invariants broken, in both orders.
    pub invariant_breaches: u64,
}

/// Liquidity coverage at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// `start` or `worst`.
    pub moment: &'static str,
    /// Block time, seconds since 1970.
    pub time: u64,
    /// The collateral's ticker; nothing for the whole reserve.
    pub collateral: Option<String>,
    /// Bids, pools, first loss and, for the whole reserve, surplus buffer and insurance fund.
    pub ready_usd: String,
    /// Collateral sold within 24 hours.
    pub sold_24h_usd: String,
    /// Coins redeemed within 24 hours.
    pub redeemed_24h_usd: String,
    /// Collateral sold within seven days.
    pub sold_7d_usd: String,
    /// Coins redeemed within seven days.
    pub redeemed_7d_usd: String,
}

impl ProceedsByRoute {
    fn of(tally: &Tally) -> Self {
        let paid = |buyer| exact(tally.paid_by(buyer));
        Self {
            standing_bids: paid(Buyer::Bids),
            stability_pools: paid(Buyer::Pool),
            markets: paid(Buyer::Market),
            auctions: paid(Buyer::Auction),
        }
    }
}

impl LossByStep {
    fn of(own_collateral: Amount, losses: &Steps) -> Self {
        Self {
            own_collateral: exact(own_collateral),
            first_loss: exact(losses.first_loss),
            surplus_buffer: exact(losses.surplus),
            insurance_fund: exact(losses.fund),
            token_issue: exact(Amount::ZERO),
            loss_sharing: exact(losses.bad_debt),
        }
    }
}

impl OfGeneration {
    fn of(cell: &Cell) -> Self {
        Self {
            generation: cell.generation.name(),
            depth: cell.depth.to_string(),
            figures: cell.figures.as_ref().map(|figures| GenerationFigures {
                bad_debt_usd: exact(figures.losses.bad_debt),
                vaults_liquidated: figures.vaults_liquidated,
                debt_liquidated_usd: exact(figures.debt_liquidated),
                loss_by_step: LossByStep::of(figures.own_collateral, &figures.losses),
                capital_efficiency: figures.capital_efficiency.to_string(),
                capital_usd: exact(figures.admission.capital),
                admitted_debt_usd: exact(figures.admission.admitted),
                uncovered_usd: exact(figures.admission.uncovered),
                invariant_breaches: figures.breaches,
            }),
        }
    }
}

/// The coverage of the reserve, then of each collateral.
fn covered(moment: &'static str, coverage: &Coverage, symbols: &[&str]) -> Vec<Covered> {
    let of = |collateral: Option<&str>, line: &Line| Covered {
        moment,
        time: coverage.time.0,
        collateral: collateral.map(str::to_owned),
        ready_usd: exact(line.day.ready),
        sold_24h_usd: exact(line.day.sold),
        redeemed_24h_usd: exact(line.day.redeemed),
        sold_7d_usd: exact(line.week.sold),
        redeemed_7d_usd: exact(line.week.redeemed),
    };
    let each = symbols.iter().zip(&coverage.by_type);
    let mut all = vec![of(None, &coverage.all)];
    all.extend(each.map(|(symbol, line)| of(Some(*symbol), line)));
    all
}

impl Summary {
    /// The summary of a report.
    pub fn of_report(report: &Report<'_>) -> Self {
        let [worse, _] = report.outcomes;
        let symbols: Vec<&str> = report.collaterals.iter().map(|each| each.symbol.as_str()).collect();
        let cells = report.compared.map_or(&[][..], |compared| &compared.cells);
        let moments = worse
            .coverage
            .iter()
            .flat_map(|[start, worst]| [("start", start), ("worst", worst)]);
        Self {
            generations: cells.iter().map(OfGeneration::of).collect(),
            liquidity_coverage: moments
                .flat_map(|(moment, coverage)| covered(moment, coverage, &symbols))
                .collect(),
            ..Self::of(report.scenario, worse)
        }
    }

    /// The summary of an outcome, beside which nothing stands.
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
            proceeds_by_route: ProceedsByRoute::of(&outcome.tally),
            debt_shared_usd: exact(outcome.tally.debt_shared),
            zero_price_sales: outcome.tally.zero_price_sales,
            bad_debt_usd: exact(outcome.bad_debt()),
            loss_by_step: LossByStep::of(outcome.end.own_collateral, losses),
            capital_efficiency: outcome.capital_efficiency.to_string(),
            generations: Vec::new(),
            liquidity_coverage: Vec::new(),
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
