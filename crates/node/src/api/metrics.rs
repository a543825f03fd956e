//! What operators watch, in Prometheus' text.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use ballast_protocol::Outcome;

use crate::Node;

/// Counters of the API; what the chain shows is read when asked.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) requests: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) limited: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) subscribers: AtomicU64,
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
        let rows: [(&str, &str, &str, u64); 10] = [
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
        ];
        for (name, kind, help, value) in rows {
            let written = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
            written.expect("writing to memory does not fail");
        }
        text
    }
}
