//! The report of the recorded ledger: its seizures beside ours.

use std::collections::BTreeSet;
use std::fmt::Write;

use ballast_num::{Price, Timestamp};

use super::format::cents;
use super::html::{escape, heading, page, sensitivity, table_of};
use super::terminal::{self, figures, order};
use super::{Report, assumptions, dollars, plots, utc};
use crate::ledger_replay::compare::{Compared, Timing, Why, counts};
use crate::ledger_replay::losses::When;
use crate::ledger_replay::{BOOK, LedgerOutcome};
use crate::sensitivity::Cell;

/// The lines for a terminal: figures, counts, and every recorded seizure that is not the same.
pub fn terminal(report: &Report<'_>, outcomes: &[LedgerOutcome; 2], cells: &[Cell]) -> String {
    let [worse, other] = outcomes;
    let mut out = format!(
        "{}: {}\nreported: {}\n\n",
        report.scenario,
        report.about,
        order(worse.outcome.order)
    );
    for (what, figure) in figures(&worse.outcome) {
        let _ = writeln!(out, "  {what:<34} {figure:>24}");
    }
    let _ = writeln!(out, "\nwhere the losses come from, USD");
    for (what, amount) in bad_debt(worse) {
        let _ = writeln!(out, "  {what:<66} {amount:>12}");
    }
    let _ = writeln!(out, "\nrecorded operations");
    for (what, count) in operations(worse) {
        let _ = writeln!(out, "  {what:<66} {count:>12}");
    }
    let _ = writeln!(
        out,
        "\nrecorded seizures beside ours, {}; last column {}",
        order(worse.outcome.order),
        order(other.outcome.order)
    );
    let _ = writeln!(
        out,
        "  {:<9} {:>8} {:>5} {:>6} {:>12} {:>8}  why",
        HEADS[0], HEADS[1], HEADS[2], HEADS[3], HEADS[4], HEADS[1]
    );
    for (cells, why) in rows(worse, other) {
        let [timing, seizures, blocks, vaults, debt, there] = cells;
        let _ = writeln!(
            out,
            "  {timing:<9} {seizures:>8} {blocks:>5} {vaults:>6} {debt:>12} {there:>8}  {why}"
        );
    }
    let _ = writeln!(
        out,
        "\nseizures of ours without a recorded one of the vault within a day (vaults)"
    );
    for (what, count) in only_ours(worse) {
        let _ = writeln!(out, "  {count:>12}  {what}");
    }
    let _ = writeln!(
        out,
        "\nsensitivity: bad debt (vaults liquidated), {}; pools as shares of {} coins",
        order(worse.outcome.order),
        dollars(BOOK)
    );
    terminal::sensitivity(
        &mut |text| {
            let _ = writeln!(out, "{text}");
        },
        cells,
    );
    let _ = writeln!(out, "\nassumptions");
    for (what, value, source) in assumptions::of_ledger(report.config, worse.outcome.vaults) {
        let _ = writeln!(out, "  {what}: {value}\n    {source}");
    }
    let _ = writeln!(
        out,
        "\n{:<6} {:<16} {:>6} {:>11} {:<16} {:>12} {:>8} {:>8} {:>8} {:<9} why",
        FIELDS[0], FIELDS[1], FIELDS[2], FIELDS[3], FIELDS[4], FIELDS[5], FIELDS[6], FIELDS[7], FIELDS[8], FIELDS[9]
    );
    for compared in worse.compared.iter().filter(|compared| compared.timing != Timing::Same) {
        let [
            vault,
            recorded,
            blocks,
            debt,
            ours,
            lead,
            price,
            implied,
            sampled,
            timing,
            why,
        ] = fields(compared);
        let _ = writeln!(
            out,
            "{vault:<6} {recorded:<16} {blocks:>6} {debt:>11} {ours:<16} {lead:>12} {price:>8} {implied:>8} {sampled:>8} {timing:<9} {why}"
        );
    }
    if let Some(breach) = &worse.outcome.first_breach {
        let _ = writeln!(out, "FIRST BREACH: {breach}");
    }
    let _ = writeln!(out, "\nstate root {}", worse.outcome.root);
    out
}

/// The text of an HTML file.
pub fn html(report: &Report<'_>, outcomes: &[LedgerOutcome; 2], cells: &[Cell]) -> String {
    let [worse, other] = outcomes;
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"about\">{}. {} blocks to {} UTC. Of the two orders of each bar's extremes the worse is \
         shown: {}.</p>\n",
        escape(report.scenario),
        escape(report.about),
        worse.outcome.blocks,
        utc(worse.outcome.end.time),
        order(worse.outcome.order)
    );
    heading(&mut body, "The recorded seizures beside ours");
    let _ = writeln!(
        body,
        "<p>A recorded seizure is the lots of one vault, each within a day of the one before; its rows are the distinct \
         blocks, {} in all. Same: in one round with ours, or within the hour by which the peer's oracle is late. After a \
         seizure of ours {} recorded operations were skipped.</p>",
        worse
            .compared
            .iter()
            .map(|compared| compared.recorded.blocks)
            .sum::<u64>(),
        worse.operations.skipped
    );
    let _ = writeln!(
        body,
        "<table><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th \
         class=\"n\">{}</th><th class=\"n\">seizures, {}</th><th>why</th></tr>",
        HEADS[0],
        HEADS[1],
        HEADS[2],
        HEADS[3],
        HEADS[4],
        order(other.outcome.order)
    );
    for (cells, why) in rows(worse, other) {
        let [timing, counts @ ..] = cells;
        let _ = write!(body, "<tr><td>{timing}</td>");
        for count in counts {
            let _ = write!(body, "<td class=\"n\">{count}</td>");
        }
        let _ = writeln!(body, "<td class=\"why\">{}</td></tr>", escape(why));
    }
    body.push_str("</table>\n");
    heading(&mut body, "Seizures that only ours made");
    body.push_str(
        "<p>With no recorded one of the vault within a day, by the most that the peer's oracle could show, and (in brackets) of how many vaults; several of one vault within a day are one. The recorded vault lived on, so its owner \
         restores ours; a vault that stays near its ratio is counted each time.</p>\n",
    );
    table(&mut body, only_ours(worse));
    heading(&mut body, "What happened");
    for chart in plots::all(report) {
        body.push_str(&chart.html());
    }
    heading(&mut body, "Figures");
    table(&mut body, figures(&worse.outcome));
    heading(&mut body, "Where the losses come from, USD");
    body.push_str(
        "<p>By when the vault was seized, and by what was then too little. The first two stretches tell of the record, not \
         of the engine: docs/replay.md says why.</p>\n",
    );
    table(&mut body, bad_debt(worse));
    heading(&mut body, "Recorded operations");
    table(&mut body, operations(worse));
    heading(&mut body, "How much depends on pool and keepers");
    let _ = writeln!(
        body,
        "<p>The peer had no pool; each other pool is a share of {} coins, of the order of its debt. Each cell: bad debt in USD; \
         below it what owners lost beyond their debt, and debt in lots that nobody had bought at the end; {}.</p>",
        dollars(BOOK),
        order(worse.outcome.order)
    );
    sensitivity(&mut body, cells);
    heading(&mut body, "Assumptions and their sources");
    table_of(&mut body, &assumptions::of_ledger(report.config, worse.outcome.vaults));
    heading(&mut body, "Every recorded seizure");
    body.push_str(
        "<p>Ours: the nearest to it, by how much it was earlier (or later), and the price that judged it. Beside it the most \
         that the peer's price can have been, by which the vault breaks as recorded, and Kraken's at the full hour that \
         then counted; USD.</p>\n",
    );
    let heads: Vec<String> = FIELDS.iter().map(|head| format!("<th>{head}</th>")).collect();
    let _ = writeln!(body, "<table><tr>{}</tr>", heads.concat());
    for compared in &worse.compared {
        let cells: Vec<String> = fields(compared)
            .iter()
            .map(|field| format!("<td>{}</td>", escape(field)))
            .collect();
        let _ = writeln!(body, "<tr>{}</tr>", cells.concat());
    }
    body.push_str("</table>\n");
    let _ = writeln!(
        body,
        "<footer>State root <code>{}</code>. {} invariants checked, {} broken.</footer>",
        worse.outcome.root, worse.outcome.checks, worse.outcome.breaches
    );
    page(report.scenario, &body)
}

/// Of each kind of comparison.
const HEADS: [&str; 5] = ["how", "seizures", "rows", "vaults", "debt, coins"];
/// Of each recorded seizure.
const FIELDS: [&str; 11] = [
    "vault",
    "recorded",
    "rows",
    "debt",
    "ours",
    "earlier by",
    "at price",
    "peer's ≤",
    "Kraken's",
    "how",
    "why",
];

/// All kinds by timing, with what there is of each, and why.
fn rows(worse: &LedgerOutcome, other: &LedgerOutcome) -> Vec<([String; 6], &'static str)> {
    let (here, there) = (counts(&worse.compared), counts(&other.compared));
    let kinds: BTreeSet<(Timing, Why)> = here.keys().chain(there.keys()).copied().collect();
    let rows = kinds.into_iter().map(|kind| {
        let count = here.get(&kind).cloned().unwrap_or_default();
        let cells = [
            kind.0.name().to_owned(),
            count.seizures.to_string(),
            count.blocks.to_string(),
            count.vaults.len().to_string(),
            dollars(count.debt),
            there.get(&kind).map_or(0, |count| count.seizures).to_string(),
        ];
        (cells, kind.1.text())
    });
    rows.collect()
}

/// Our seizures that the record does not have: when and what the peer could see of them, how many, and of how many vaults.
fn only_ours(outcome: &LedgerOutcome) -> Vec<(String, String)> {
    let of_kind = |(&(when, seen), (seizures, vaults)): (&(When, &'static str), &(u64, BTreeSet<u64>))| {
        (
            format!("{}: {seen}", when.text()),
            format!("{seizures} ({})", vaults.len()),
        )
    };
    outcome.only_ours.iter().map(of_kind).collect()
}

fn fields(compared: &Compared) -> [String; 11] {
    let none = || "-".to_owned();
    let price = |price: Option<Price>| price.map_or_else(none, cents);
    let (recorded, ours) = (&compared.recorded, compared.ours);
    [
        recorded.vault.to_string(),
        utc(recorded.at),
        recorded.blocks.to_string(),
        dollars(recorded.debt),
        ours.map_or_else(none, |own| utc(own.at)),
        ours.map_or_else(none, |own| lead(recorded.at, own.at)),
        price(ours.map(|own| own.price)),
        price(compared.implied),
        price(compared.sampled),
        compared.timing.name().to_owned(),
        compared.why.text().to_owned(),
    ]
}

/// How much earlier ours was, in hours and minutes; with a minus, later.
fn lead(recorded: Timestamp, ours: Timestamp) -> String {
    let minutes = recorded.0.abs_diff(ours.0) / 60;
    let sign = if ours > recorded { "-" } else { "" };
    format!("{sign}{} h {:02} min", minutes / 60, minutes % 60)
}

/// The parts of the losses, what the surplus buffer paid of them, and the bad debt that is left.
fn bad_debt(outcome: &LedgerOutcome) -> Vec<(String, String)> {
    let parts = outcome.losses.parts();
    let mut rows: Vec<(String, String)> = parts
        .map(|(when, cause, amount)| (format!("{}: {}", when.text(), cause.text()), dollars(amount)))
        .collect();
    let by_buffer = outcome.outcome.end.losses.surplus;
    rows.push(("made good by the surplus buffer".to_owned(), dollars(by_buffer)));
    rows.push(("left as bad debt".to_owned(), dollars(outcome.outcome.bad_debt())));
    rows
}

fn operations(outcome: &LedgerOutcome) -> Vec<(String, String)> {
    let operations = &outcome.operations;
    let mut all = vec![
        (
            "recorded, seizures not counted".to_owned(),
            operations.recorded.to_string(),
        ),
        ("carried out".to_owned(), operations.done.to_string()),
        (
            "skipped after a seizure of ours".to_owned(),
            operations.skipped.to_string(),
        ),
        (
            "vaults restored after a seizure that only ours made".to_owned(),
            operations.restored.to_string(),
        ),
        (
            "coins that they drew for it, which the record does not have".to_owned(),
            dollars(operations.redrawn),
        ),
        (
            "repayments taken as all that was owed".to_owned(),
            operations.rounded.to_string(),
        ),
    ];
    for (reason, count) in &operations.refused {
        all.push((format!("refused: {reason} ({})", explained(reason)), count.to_string()));
    }
    let [done, refused, no_equal] = outcome.changes;
    all.push(("parameter changes carried out".to_owned(), done.to_string()));
    all.push(("parameter changes refused".to_owned(), refused.to_string()));
    all.push((
        "parameter changes without an equal here".to_owned(),
        no_equal.to_string(),
    ));
    all
}

/// Why the engine refuses what the peer allowed.
fn explained(reason: &str) -> &'static str {
    match reason {
        "BelowInitialRatio" => "borrowing counts the lower of spot and mean, the peer its price of an hour before",
        "Frozen" => "under the ratio at the present price; the peer did not know it yet",
        "CeilingExceeded" => {
            "draws of one block count before its repayments, and our vaults owe more where we avoided a seizure"
        }
        "BelowDebtFloor" => "what is left would be dust",
        "InsufficientBalance" => "an earlier operation of the vault was refused",
        "Quiet" => "the quiet period after a gap of the record",
        "TypeClosed" => {
            "the feed was silent for longer than its limit, or interest no longer fits: the type takes no new debt"
        }
        "Uncovered" => "the vaults are worth less than they owe",
        "LotsOnSale" => "the vault would owe what its lots on sale do not bring in: not until their auctions end",
        "UnknownVault" => "our vault is gone",
        _ if reason.starts_with("NoPrice") => "no borrowing without a Live price",
        _ => "see docs/replay.md",
    }
}

fn table(body: &mut String, rows: impl IntoIterator<Item = (impl AsRef<str>, String)>) {
    body.push_str("<table>\n");
    for (what, figure) in rows {
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td class=\"n\">{}</td></tr>",
            escape(what.as_ref()),
            escape(&figure)
        );
    }
    body.push_str("</table>\n");
}
