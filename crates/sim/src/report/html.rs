//! The report that a risk manager reads: one file with everything in it, nothing fetched from elsewhere.

use std::fmt::Write;

use ballast_num::{Amount, Ratio, Round};

use super::assumptions::{self, Assumption};
use super::collateral::rows;
use super::tables::{self, Table};
use super::terminal::{figures, order};
use super::{Report, dollars, percent, plots, utc};
use crate::compare::Compared;
use crate::run::Outcome;
use crate::sensitivity::{Cell, KEEPERS, POOLS};

const STYLE: &str = include_str!("style.css");

/// The text of an HTML file.
pub fn text(report: &Report<'_>, compared: &Compared) -> String {
    let [worse, other] = report.outcomes;
    let span = worse.timeline.moments.first().map(|moment| moment.time);
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"about\">{}. {} to {} UTC, {} vaults, {} blocks. Of the two orders of each bar's extremes \
         the worse is shown: {}.</p>\n",
        escape(report.scenario),
        escape(report.about),
        span.map_or_else(String::new, utc),
        utc(worse.end.time),
        worse.vaults,
        worse.blocks,
        order(worse.order),
    );
    in_short(&mut body, worse, &compared.stand_in);
    cards(&mut body, worse);
    heading(&mut body, "What happened");
    for chart in plots::all(report) {
        body.push_str(&chart.html());
    }
    if report.collaterals.len() > 1 {
        heading(&mut body, "Each collateral");
        by_type(&mut body, report);
    }
    heading(&mut body, "Beside a stand-in for the peers of March 2020");
    body.push_str(
        "<p>The same engine, vaults and prices, configured as the peers were: a price one hour old, no bids, pool, \
         market or capital, one auction of six hours that falls to zero and is never reset, and one bidder who pays less than 5 % of \
         the market's price. A stand-in, not a model of any one protocol: on the day about a third of the auctions went \
         for nothing, here all do.</p>\n",
    );
    compare(&mut body, &["Ballast", "Stand-in"], &[worse, &compared.stand_in]);
    heading(&mut body, "Generations, depth and liquidity");
    body.push_str(
        "<p>Isolated: each type has first-loss capital of its own and nothing else. Pooled: all capital stands behind every \
         type at once. Modular: own capital first, then a line on what is common.</p>\n",
    );
    for table in tables::all(report, compared) {
        words(&mut body, &table);
    }
    heading(&mut body, "Both orders");
    compare(&mut body, &[order(worse.order), order(other.order)], &[worse, other]);
    heading(&mut body, "Assumptions and their sources");
    table_of(&mut body, &assumptions::all(report));
    let _ = writeln!(
        body,
        "<footer>State root <code>{}</code>. {} invariants checked, {} broken. The engine took {:.3} s. A coin counts as \
         1 USD throughout.</footer>",
        worse.root,
        worse.checks,
        worse.breaches,
        worse.engine_time.as_secs_f64()
    );
    page(report.scenario, &body)
}

/// A row for each collateral.
fn by_type(body: &mut String, report: &Report<'_>) {
    body.push_str(
        "<p>Ratios are the initial and the liquidation ratio; the lowest price is a share of the first. What the cushion \
         paid is first-loss capital, surplus buffer and insurance fund; with bad debt it is booked, and marked at the end.</p>\n",
    );
    let names = [
        "",
        "ratios",
        "market, USD a day",
        "lowest price",
        "total ratio at the end",
        "vaults liquidated",
        "debt liquidated",
        "owners lost",
        "cushion paid",
        "bad debt",
    ];
    body.push_str("<table>\n<tr>");
    for name in names {
        let _ = write!(body, "<th>{name}</th>");
    }
    body.push_str("</tr>\n");
    for row in rows(report.collaterals, &report.outcomes[0]) {
        let _ = write!(body, "<tr><td>{}</td>", escape(&row.symbol));
        let figures = [
            row.ratios,
            row.volume,
            row.fall,
            row.total_ratio,
            row.liquidated,
            row.debt,
            row.own,
            row.cushion,
            row.bad_debt,
        ];
        for figure in figures {
            let _ = write!(body, "<td class=\"n\">{}</td>", escape(&figure));
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</table>\n");
}

/// Assumptions with their values and sources.
pub(super) fn table_of(body: &mut String, assumptions: &[Assumption]) {
    body.push_str("<table>\n<tr><th>what</th><th>value</th><th>source</th></tr>\n");
    for (what, value, source) in assumptions {
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td>{}</td><td class=\"why\">{}</td></tr>",
            escape(what),
            escape(value),
            escape(source)
        );
    }
    body.push_str("</table>\n");
}

/// A whole page around a body.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}: Ballast replay</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}

/// The text with what HTML gives a meaning to made harmless.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub(crate) fn heading(body: &mut String, text: &str) {
    let _ = writeln!(body, "<h2>{text}</h2>");
}

/// Who lost what, as one would tell it.
fn in_short(body: &mut String, outcome: &Outcome, baseline: &Outcome) {
    let debt = outcome
        .timeline
        .moments
        .first()
        .map_or(Amount::ZERO, |moment| moment.vault_debt);
    let bad_debt = outcome.bad_debt();
    let share = Ratio::of(bad_debt.raw(), debt.raw(), Round::Up).unwrap_or(Ratio::ZERO);
    let losses = &outcome.end.losses;
    let _ = writeln!(
        body,
        "<p>Of {} USD of debt {} were liquidated. Their owners lost {} beyond what it repaid, first-loss capital {}, the \
         surplus buffer {}, the insurance fund {}; {} are bad debt, {} of all debt at the start. The stand-in for the peers, on the same vaults and \
         prices, has bad debt of {} and owners who lost {}.</p>",
        dollars(debt),
        dollars(outcome.tally.debt_liquidated),
        dollars(outcome.end.own_collateral),
        dollars(losses.first_loss),
        dollars(losses.surplus),
        dollars(losses.fund),
        dollars(bad_debt),
        percent(share),
        dollars(baseline.bad_debt()),
        dollars(baseline.end.own_collateral)
    );
}

fn cards(body: &mut String, outcome: &Outcome) {
    let mood = |is_bad: bool| if is_bad { "bad" } else { "good" };
    let (bad_debt, tally) = (outcome.bad_debt(), &outcome.tally);
    let marked = format!(
        "{} booked, {} marked at the end",
        dollars(outcome.booked.bad_debt),
        dollars(outcome.marked.bad_debt)
    );
    let all = [
        (
            mood(super::terminal::is_shown(bad_debt)),
            dollars(bad_debt),
            "bad debt, USD",
            marked,
        ),
        (
            mood(tally.zero_price_sales > 0),
            tally.zero_price_sales.to_string(),
            "zero-price sales",
            "below 10 % of the oracle's price".to_owned(),
        ),
        (
            "",
            tally.liquidated.len().to_string(),
            "vaults liquidated",
            format!("{} USD of debt", dollars(tally.debt_liquidated)),
        ),
        (
            "",
            dollars(outcome.end.own_collateral),
            "owners' loss beyond debt, USD",
            "penalty and discount".to_owned(),
        ),
        (
            "",
            dollars(outcome.end.auction_debt),
            "debt in unsold lots, USD",
            "at the last block".to_owned(),
        ),
        (
            mood(outcome.breaches > 0),
            outcome.breaches.to_string(),
            "broken invariants",
            format!("of {} checked", outcome.checks),
        ),
    ];
    body.push_str("<div class=\"cards\">\n");
    for (mood, figure, what, detail) in all {
        let _ = writeln!(
            body,
            "<div class=\"card {mood}\"><b>{figure}</b>{what}<br><span>{detail}</span></div>"
        );
    }
    body.push_str("</div>\n");
}

/// A table of figures, one column an outcome.
fn compare(body: &mut String, names: &[&str], outcomes: &[&Outcome]) {
    body.push_str("<table>\n<tr><th></th>");
    for name in names {
        let _ = write!(body, "<th class=\"n\">{name}</th>");
    }
    body.push_str("</tr>\n");
    let columns: Vec<_> = outcomes.iter().map(|outcome| figures(outcome)).collect();
    for (row, (what, _)) in columns.first().into_iter().flatten().enumerate() {
        let _ = write!(body, "<tr><td>{}</td>", escape(what));
        for column in &columns {
            let figure = column.get(row).map_or("", |(_, figure)| figure);
            let _ = write!(body, "<td class=\"n\">{}</td>", escape(figure));
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</table>\n");
}

/// A table of words under its title, with its note.
fn words(body: &mut String, table: &Table) {
    let _ = writeln!(body, "<h3>{}</h3>\n<table>", escape(&table.title));
    for (row, cell) in std::iter::once((&table.head, "th")).chain(table.rows.iter().map(|row| (row, "td"))) {
        body.push_str("<tr>");
        for (column, text) in row.iter().enumerate() {
            let class = if column == 0 { "" } else { " class=\"n\"" };
            let _ = write!(body, "<{cell}{class}>{}</{cell}>", escape(text));
        }
        body.push_str("</tr>\n");
    }
    let _ = writeln!(body, "</table>\n<p>{}</p>", escape(&table.note));
}

/// The table of the recorded ledger.
pub(super) fn sensitivity(body: &mut String, cells: &[Cell]) {
    body.push_str("<table>\n<tr><th>pool, share of debt</th>");
    for count in KEEPERS {
        let name = match count {
            0 => "no keepers".to_owned(),
            1 => "one keeper".to_owned(),
            many => format!("{many} keepers"),
        };
        let _ = write!(body, "<th class=\"n\">{name}</th>");
    }
    body.push_str("</tr>\n");
    for pool in POOLS {
        let _ = write!(body, "<tr><td>{}</td>", percent(pool));
        for count in KEEPERS {
            let cell = cells.iter().find(|cell| cell.pool == pool && cell.keepers == count);
            let text = cell.map_or_else(String::new, |cell| {
                format!(
                    "<b>{}</b><br>owners {}, unsold {}",
                    dollars(cell.bad_debt),
                    short(cell.own_collateral),
                    short(cell.unsold)
                )
            });
            let _ = write!(body, "<td class=\"n\">{text}</td>");
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</table>\n");
}

/// Millions with one decimal, rounded down: "12.3 M".
fn short(amount: Amount) -> String {
    let tenths = amount.raw() / 100_000_000_000_000_000_000_000;
    format!("{}.{} M", tenths / 10, tenths % 10)
}
