//! The summary that a person reads after the command.

use std::fmt::Write;

use ballast_num::Amount;

use super::collateral::rows;
use super::{Report, dollars, percent, tables, utc};
use crate::prices::Order;
use crate::run::Outcome;
use crate::sensitivity::Cell;
use crate::tally::{Buyer, Tally};

/// The lines, without colours.
pub fn text(report: &Report<'_>) -> String {
    let [worse, other] = report.outcomes;
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    line(format!("{}: {}", report.scenario, report.about));
    line(format!(
        "reported: {} (more bad debt, then more debt liquidated; {}: bad debt {}, liquidated {})",
        order(worse.order),
        order(other.order),
        dollars(other.bad_debt()),
        dollars(other.tally.debt_liquidated),
    ));
    line(String::new());
    for (what, figure) in figures(worse) {
        line(format!("  {what:<34} {figure:>24}"));
    }
    line(String::new());
    if report.collaterals.len() > 1 {
        by_type(&mut line, report);
        line(String::new());
    }
    if let Some(compared) = report.compared {
        let stand_in = &compared.stand_in;
        line("beside it, a stand-in for the peers of March 2020 on the same vaults and prices".into());
        line(format!(
            "  zero-price sales {}, bad debt {}, owners lost {}, liquidated {}",
            stand_in.tally.zero_price_sales,
            dollars(stand_in.bad_debt()),
            dollars(stand_in.end.own_collateral),
            dollars(stand_in.tally.debt_liquidated),
        ));
        line(String::new());
        for table in tables::all(report, compared) {
            table.lines(&mut line);
            line(String::new());
        }
    }
    if let Some(breach) = &worse.first_breach {
        line(format!("FIRST BREACH: {breach}"));
    }
    line(format!("state root {}", worse.root));
    out
}

/// A line for each collateral.
fn by_type(line: &mut impl FnMut(String), report: &Report<'_>) {
    let [symbol, vaults, debt, own, bad] = ["", "vaults liquidated", "debt, USD", "owners lost", "bad debt"];
    line(format!("  {symbol:<10}{vaults:>18}{debt:>18}{own:>16}{bad:>16}"));
    for row in rows(report.collaterals, &report.outcomes[0]) {
        line(format!(
            "  {:<10}{:>18}{:>18}{:>16}{:>16}",
            row.symbol, row.liquidated, row.debt, row.own, row.bad_debt
        ));
    }
}

/// The figures of one outcome, each with its name.
pub fn figures(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let tally = &outcome.tally;
    let (booked, marked) = (&outcome.booked, &outcome.marked);
    let seconds = outcome.engine_time.as_secs_f64();
    let ratio = outcome.end.total_ratio().map_or_else(|| "no debt".into(), percent);
    vec![
        ("blocks", outcome.blocks.to_string()),
        ("last block", utc(outcome.end.time)),
        ("vaults", outcome.vaults.to_string()),
        ("vaults liquidated", tally.liquidated.len().to_string()),
        ("debt liquidated, USD", dollars(tally.debt_liquidated)),
        ("collateral sold, USD", dollars(tally.sold)),
        ("  bought by standing bids for", dollars(tally.paid_by(Buyer::Bids))),
        ("  bought by stability pools for", dollars(tally.paid_by(Buyer::Pool))),
        ("  bought in markets for", dollars(tally.paid_by(Buyer::Market))),
        ("  bought in auctions for", dollars(tally.paid_by(Buyer::Auction))),
        ("debt shared out, USD", dollars(tally.debt_shared)),
        ("zero-price sales", tally.zero_price_sales.to_string()),
        ("owners' loss beyond debt, USD", dollars(outcome.end.own_collateral)),
        ("first loss paid, USD", dollars(booked.first_loss)),
        ("first loss marked at the end, USD", dollars(marked.first_loss)),
        ("surplus buffer paid, USD", dollars(booked.surplus)),
        ("surplus buffer marked at the end, USD", dollars(marked.surplus)),
        ("insurance fund paid, USD", dollars(booked.fund)),
        ("insurance fund marked at the end, USD", dollars(marked.fund)),
        ("bad debt booked, USD", dollars(booked.bad_debt)),
        ("bad debt marked at the end, USD", dollars(marked.bad_debt)),
        ("debt in unsold lots, USD", dollars(outcome.end.auction_debt)),
        ("total ratio at the end", ratio),
        ("capital efficiency", percent(outcome.capital_efficiency)),
        (
            "transactions (failed, not admitted)",
            format!(
                "{} ({}, {})",
                sum(tally.transactions),
                tally.transactions[1],
                tally.transactions[2]
            ),
        ),
        ("why they failed", failures(tally)),
        ("invariant checks", outcome.checks.to_string()),
        ("invariant breaches", outcome.breaches.to_string()),
        ("engine seconds", format!("{seconds:.3}")),
    ]
}

fn failures(tally: &Tally) -> String {
    let all = tally.failures.iter().map(|(reason, count)| format!("{count} {reason}"));
    all.collect::<Vec<_>>().join(", ")
}

/// An order's name.
pub fn order(order: Order) -> &'static str {
    match order {
        Order::LowFirst => "low first",
        Order::HighFirst => "high first",
    }
}

fn sum(counts: [u64; 3]) -> u64 {
    counts.iter().sum()
}

/// The table of the recorded ledger: bad debt (vaults liquidated).
pub(super) fn sensitivity(line: &mut impl FnMut(String), cells: &[Cell]) {
    let mut keepers: Vec<u32> = cells.iter().map(|cell| cell.keepers).collect();
    keepers.sort_unstable();
    keepers.dedup();
    let mut header = format!("  {:<16}", "pool \\ keepers");
    for count in &keepers {
        let _ = write!(header, "{count:>26}");
    }
    line(header);
    for row in cells.chunk_by(|one, next| one.pool == next.pool) {
        let mut text = format!(
            "  {:<16}",
            row.first().map_or_else(String::new, |cell| percent(cell.pool))
        );
        for cell in row {
            let figure = format!("{} ({})", dollars(cell.bad_debt), cell.vaults_liquidated);
            let _ = write!(text, "{figure:>26}");
        }
        line(text);
    }
}

/// Whether an amount shows as more than nothing.
pub fn is_shown(amount: Amount) -> bool {
    amount.raw() >= 1_000_000_000_000_000_000
}
