//! The report of the recorded ledger: its seizures beside ours.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::html::{escape, heading, page, sensitivity, table_of};
use super::terminal::{self, figures, order};
use super::{Report, assumptions, dollars, plots, utc};
use crate::ledger_replay::compare::{Compared, Timing, Why, counts};
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
        "\nrecorded seizures beside ours{:>32}{:>14}",
        order(worse.outcome.order),
        order(other.outcome.order)
    );
    for row in rows(worse, other) {
        let Row {
            timing,
            why,
            here,
            vaults,
            there,
        } = row;
        let _ = writeln!(out, "  {timing:<9} {here:>5} of {vaults:>3} vaults {there:>5}  {why}");
    }
    let _ = writeln!(
        out,
        "\nsensitivity: bad debt (vaults liquidated), {}; pools as shares of {} coins",
        order(worse.outcome.order),
        dollars(BOOK)
    );
    terminal::table(
        &mut |text| {
            let _ = writeln!(out, "{text}");
        },
        cells,
    );
    let _ = writeln!(out, "\nassumptions");
    for (what, value, source) in assumptions::of_ledger(report.config, worse.outcome.vaults) {
        let _ = writeln!(out, "  {what}: {value}\n    {source}");
    }
    let _ = writeln!(out, "\nvault     recorded          ours              how       why");
    for compared in worse.compared.iter().filter(|compared| compared.timing != Timing::Same) {
        let [vault, recorded, ours, timing, why] = fields(compared);
        let _ = writeln!(out, "{vault:<9} {recorded:<17} {ours:<17} {timing:<9} {why}");
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
        "<p>A recorded seizure is the lots of one vault in one block. Same: in one round with ours, or within the hour by \
         which the peer's oracle is late. After a seizure of ours {} recorded operations were skipped; {} seizures of ours, \
         of {} vaults, have no recorded one within a day.</p>",
        worse.operations.skipped, worse.only_ours.0, worse.only_ours.1
    );
    let _ = writeln!(
        body,
        "<table><tr><th>how</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th>why</th></tr>",
        order(worse.outcome.order),
        order(other.outcome.order)
    );
    for row in rows(worse, other) {
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td class=\"n\">{} of {} vaults</td><td class=\"n\">{}</td><td class=\"why\">{}</td></tr>",
            row.timing,
            row.here,
            row.vaults,
            row.there,
            escape(row.why)
        );
    }
    body.push_str("</table>\n");
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
    body.push_str("<table><tr><th>vault</th><th>recorded</th><th>ours</th><th>how</th><th>why</th></tr>\n");
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

/// A kind of comparison: its counts in both orders, and of how many vaults in the first.
struct Row {
    timing: &'static str,
    why: &'static str,
    here: u64,
    vaults: usize,
    there: u64,
}

/// All kinds, by timing.
fn rows(worse: &LedgerOutcome, other: &LedgerOutcome) -> Vec<Row> {
    let (here, there) = (counts(&worse.compared), counts(&other.compared));
    let kinds: BTreeSet<_> = here.keys().chain(there.keys()).copied().collect();
    let of_kind = |kind| {
        let alike = worse
            .compared
            .iter()
            .filter(move |compared| (compared.timing, compared.why) == kind);
        alike
            .map(|compared| compared.recorded.vault)
            .collect::<BTreeSet<u64>>()
            .len()
    };
    let rows = kinds.into_iter().map(|kind: (Timing, Why)| Row {
        timing: kind.0.name(),
        why: kind.1.text(),
        here: here.get(&kind).copied().unwrap_or(0),
        vaults: of_kind(kind),
        there: there.get(&kind).copied().unwrap_or(0),
    });
    rows.collect()
}

fn fields(compared: &Compared) -> [String; 5] {
    let ours = compared.ours.map_or_else(|| "-".to_owned(), |own| utc(own.at));
    [
        compared.recorded.vault.to_string(),
        utc(compared.recorded.at),
        ours,
        compared.timing.name().to_owned(),
        compared.why.text().to_owned(),
    ]
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
            "vaults restored a day after a seizure that only ours made".to_owned(),
            operations.restored.to_string(),
        ),
        (
            "coins that they drew for it, which the record does not have".to_owned(),
            dollars(operations.redrawn),
        ),
        (
            "seizures of ours without a recorded one within a day (vaults)".to_owned(),
            format!("{} ({})", outcome.only_ours.0, outcome.only_ours.1),
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
