//! The tables of a replay, once for terminal and page: generations, depth, liquidity coverage.

use ballast_num::Ratio;

use super::{Report, dollars, percent, utc};
use crate::compare::{Compared, Figures, cell, depths};
use crate::coverage::{Coverage, Horizon, Line};
use crate::generation::Generation;

/// Stands for a cell that cannot be.
const IMPOSSIBLE: &str = "too few coins";
/// Stands for a figure that does not exist.
const NONE: &str = "–";

/// A table of words: the first column names the row.
pub(super) struct Table {
    /// Above it.
    pub(super) title: String,
    /// Below the title: how to read it.
    pub(super) note: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// All tables of a report.
pub(super) fn all(report: &Report<'_>, compared: &Compared) -> Vec<Table> {
    let mut all = vec![generations(report, compared), sensitivity(compared)];
    all.extend(coverage(report));
    all
}

impl Table {
    /// Its lines for a terminal, each column as wide as its widest word.
    pub(super) fn lines(&self, line: &mut impl FnMut(String)) {
        line(self.title.clone());
        let rows = || std::iter::once(&self.head).chain(&self.rows);
        let columns = self.head.len();
        let width = |column: usize| {
            let words = rows().filter_map(|row| row.get(column));
            words.map(|word| word.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows() {
            let mut text = String::from(" ");
            for (column, (word, width)) in row.iter().zip(&widths).enumerate() {
                text.push(' ');
                text.push_str(&if column == 0 {
                    format!("{word:<width$}")
                } else {
                    format!(" {word:>width$}")
                });
            }
            line(text.trim_end().to_owned());
        }
        line(format!("  {}", self.note));
    }
}

/// One row a generation at the chosen depth: who lost what, and what its capital admits.
fn generations(report: &Report<'_>, compared: &Compared) -> Table {
    let depth = report.config.market.depth;
    let rows = Generation::ALL.into_iter().map(|generation| {
        let mut row = vec![generation.name().to_owned()];
        let figures = cell(&compared.cells, generation, depth).and_then(|cell| cell.figures.as_ref());
        match figures {
            None => row.push(IMPOSSIBLE.into()),
            Some(figures) => {
                row.extend(losses(figures));
                row.extend(admitted(figures));
            }
        }
        row
    });
    let mut head = vec![String::new()];
    head.extend(words(&LOSSES));
    head.extend(words(&["coins admitted", "uncovered"]));
    Table {
        title: format!(
            "generations: the same capital of {} of debt, by three designs; USD, the worse of both orders",
            percent(report.config.capital.share_of_debt)
        ),
        note: "capital efficiency: coins ÷ all value behind them, mean over blocks; coins admitted: debt that the issuance \
               check would let a coin of capital carry; income of isolated types stays unused; uncovered: what of its stressed loss no capital covers"
            .into(),
        head,
        rows: rows.collect(),
    }
}

/// Bad debt, liquidations, loss by step and capital efficiency.
fn losses(figures: &Figures) -> Vec<String> {
    vec![
        dollars(figures.losses.bad_debt),
        figures.vaults_liquidated.to_string(),
        dollars(figures.debt_liquidated),
        dollars(figures.own_collateral),
        dollars(figures.losses.first_loss),
        dollars(figures.losses.surplus),
        dollars(figures.losses.fund),
        percent(figures.capital_efficiency),
    ]
}

/// The heads of [`losses`].
const LOSSES: [&str; 8] = [
    "bad debt",
    "vaults",
    "debt liquidated",
    "owners",
    "first loss",
    "surplus",
    "fund",
    "capital efficiency",
];

/// What a coin of capital carries before any crash.
fn admitted(figures: &Figures) -> [String; 2] {
    let efficiency = figures.admission.efficiency();
    [
        efficiency.map_or_else(|| NONE.into(), times),
        dollars(figures.admission.uncovered),
    ]
}

/// One row a depth and generation: who lost what.
fn sensitivity(compared: &Compared) -> Table {
    let rows = depths(&compared.cells).into_iter().flat_map(|depth| {
        let name = if depth.is_zero() {
            "no depth".to_owned()
        } else {
            format!("× {depth}")
        };
        Generation::ALL.into_iter().map(move |generation| {
            let mut row = vec![format!("{name}, {generation}")];
            let figures = cell(&compared.cells, generation, depth).and_then(|cell| cell.figures.as_ref());
            row.extend(figures.map_or_else(|| vec![IMPOSSIBLE.to_owned()], losses));
            row
        })
    });
    let mut head = vec![String::new()];
    head.extend(words(&LOSSES));
    Table {
        title: "sensitivity to depth (volume outside, bids, pools, liquidity); USD, the worse of both orders".into(),
        note: "no depth: no bids, pools and liquidity, and nobody buys since nobody could sell: all loss is marked, at the last \
               price"
            .into(),
        head,
        rows: rows.collect(),
    }
}

/// Liquidity coverage, at the start and when it was worst.
fn coverage(report: &Report<'_>) -> Option<Table> {
    let [start, worst] = report.outcomes[0].coverage.as_ref()?;
    let terms = &report.config.coverage;
    let mut rows = Vec::new();
    for (coverage, when) in [(start, "start"), (worst, "worst")] {
        rows.push(covered(&format!("{when}, {}", utc(coverage.time)), &coverage.all));
        rows.extend(by_type(report, coverage));
    }
    Some(Table {
        title: format!(
            "liquidity coverage: raised within 24 h and 7 d, against {} and {} of all coins redeemed; USD",
            percent(terms.redeemed_in_a_day),
            percent(terms.redeemed_in_a_week)
        ),
        note: format!(
            "ready: bids, stability pools, first loss and, in all, surplus buffer and insurance fund; sold: collateral, within {} of slippage and \
             {} of a market's turnover",
            percent(terms.slippage),
            percent(terms.participation)
        ),
        head: words(&[
            "",
            "ready",
            "sold, 24 h",
            "redeemed",
            "covered",
            "sold, 7 d",
            "redeemed",
            "covered",
        ]),
        rows,
    })
}

fn by_type<'a>(report: &'a Report<'_>, coverage: &'a Coverage) -> impl Iterator<Item = Vec<String>> + 'a {
    let named = report.collaterals.iter().zip(&coverage.by_type);
    named.map(|(collateral, line)| covered(&format!("  {}", collateral.symbol), line))
}

fn covered(name: &str, line: &Line) -> Vec<String> {
    let of = |horizon: &Horizon| {
        let ratio = horizon.ratio().map_or_else(|| NONE.into(), percent);
        [dollars(horizon.sold), dollars(horizon.redeemed), ratio]
    };
    let mut row = vec![name.to_owned(), dollars(line.day.ready)];
    row.extend(of(&line.day));
    row.extend(of(&line.week));
    row
}

/// A factor with one decimal, rounded down: "12.3".
fn times(ratio: Ratio) -> String {
    let tenths = ratio.raw() / 100_000_000_000_000_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
