//! What operators watch, in Prometheus' text.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use ballast_protocol::Outcome;

use crate::{History, Node};

/// Counters of the API; what the chain shows is read when asked.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) requests: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) limited: AtomicU64,
    pub(crate) connections: AtomicU64,
    /// Connections refused since their address had its share.
    pub(crate) turned_away: AtomicU64,
    /// Idle connections ended for others.
    pub(crate) made_room: AtomicU64,
    /// Connections ended since nobody read an answer.
    pub(crate) unread: AtomicU64,
    pub(crate) subscribers: AtomicU64,
    /// Subscriptions ended since they were read too slowly.
    pub(crate) too_slow: AtomicU64,
}

impl Metrics {
    pub(crate) fn text(&self, node: &Node) -> String {
        let mut text = String::new();
        let latest = node.view().latest();
        let chain = latest.state.chain();
        let of_block = latest.sealed.as_ref().map(|sealed| &sealed.result.receipts);
        let failed = of_block.map_or(0, |receipts| {
            receipts
                .iter()
                .filter(|receipt| receipt.outcome != Outcome::Done)
                .count()
        });
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (counters, history) = (node.counters(), node.history());
        let rows: [(&str, &str, &str, u64); 22] = [
            (
                "ballast_height",
                "gauge",
                "Height of the last durable block",
                chain.height.0,
            ),
            (
                "ballast_block_time_seconds",
                "gauge",
                "Time of the last durable block",
                chain.time.0,
            ),
            (
                "ballast_vaults",
                "gauge",
                "Open vaults",
                latest.state.vaults().len() as u64,
            ),
            (
                "ballast_waiting_transactions",
                "gauge",
                "Transactions that wait for a block",
                node.waiting() as u64,
            ),
            (
                "ballast_block_failed_transactions",
                "gauge",
                "Transactions of the last block that were not done",
                failed as u64,
            ),
            (
                "ballast_transactions_done_total",
                "counter",
                "Transactions in durable blocks that were done, since the start",
                counters.done(),
            ),
            (
                "ballast_transactions_failed_total",
                "counter",
                "Transactions in durable blocks that failed and have paid, since the start",
                counters.failed(),
            ),
            (
                "ballast_transactions_not_admitted_total",
                "counter",
                "Transactions in durable blocks that were not admitted and have not paid, since the start",
                counters.not_admitted(),
            ),
            (
                "ballast_blocks_in_flight",
                "gauge",
                "Blocks that are executed and not durable yet",
                counters.in_flight(),
            ),
            (
                "ballast_journal_sync_seconds_count",
                "counter",
                "How often blocks were made durable, one or some at a time",
                counters.syncs(),
            ),
            (
                "ballast_connections_turned_away_total",
                "counter",
                "Connections closed at once since their address had its share",
                count(&self.turned_away),
            ),
            (
                "ballast_connections_made_room_total",
                "counter",
                "Idle connections closed for new ones",
                count(&self.made_room),
            ),
            (
                "ballast_connections_unread_total",
                "counter",
                "Connections closed since nobody read their answer",
                count(&self.unread),
            ),
            (
                "ballast_history_height",
                "gauge",
                "Last block that the index of the past has",
                history.map_or(0, |history| history.height().0),
            ),
            (
                "ballast_history_ready",
                "gauge",
                "1 while the index of the past answers",
                u64::from(history.is_some_and(History::is_ready)),
            ),
            (
                "ballast_history_rebuilds_total",
                "counter",
                "How often the index of the past was made anew",
                history.map_or(0, History::rebuilds),
            ),
            (
                "ballast_http_requests_total",
                "counter",
                "Requests answered",
                count(&self.requests),
            ),
            (
                "ballast_http_refused_total",
                "counter",
                "Requests refused with a status of 400 or above",
                count(&self.refused),
            ),
            (
                "ballast_http_limited_total",
                "counter",
                "Requests over the rate of their address",
                count(&self.limited),
            ),
            (
                "ballast_connections",
                "gauge",
                "Open connections",
                count(&self.connections),
            ),
            (
                "ballast_subscribers",
                "gauge",
                "Open subscriptions",
                count(&self.subscribers),
            ),
            (
                "ballast_subscribers_too_slow_total",
                "counter",
                "Subscriptions ended since a message did not leave in time, or a block was not kept any more",
                count(&self.too_slow),
            ),
        ];
        for (name, kind, help, value) in rows {
            let written = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
            written.expect("writing to memory does not fail");
        }
        let (name, seconds) = ("ballast_journal_sync_seconds_sum", counters.sync_time());
        let (whole, part) = (seconds.as_secs(), seconds.subsec_nanos());
        let written = write!(
            text,
            "# HELP {name} How long that took in all\n# TYPE {name} counter\n{name} {whole}.{part:09}\n"
        );
        written.expect("writing to memory does not fail");
        text
    }
}
