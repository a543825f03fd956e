//! The node's API: HTTP and WebSocket, JSON, described by the document that it serves (docs/api.md).
//!
//! Every endpoint stands once, in one list, of which router and OpenAPI document are both made.

mod answer;
mod auctions;
mod batch;
mod blocks;
mod connections;
mod descriptors;
mod endpoint;
mod error;
mod extract;
mod history;
mod limiter;
mod metrics;
mod pages;
mod positions;
mod reads;
mod server;
mod stream;
mod texts;
mod transactions;
mod trials;
mod vaults;
mod what_if;

use std::sync::Arc;
use std::time::Duration;

pub use descriptors::raise_descriptors;
pub use server::{Bound, serve};

use crate::Node;
use connections::Shares;
use endpoint::Endpoint;
use limiter::Limiter;
use metrics::Metrics;
use texts::Texts;
use trials::Trials;

/// How an API serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSettings {
    /// Most connections at a time: for another the one that has been idle for the longest makes room.
    pub connections: usize,
    /// Most connections of one address, IPv6 by /64; zero is a quarter of all.
    pub connections_per_address: usize,
    /// Most bytes of a body.
    pub body_bytes: usize,
    /// How long a request's head, and then its body, may take to arrive; how long a piece of an answer may wait for its
    /// reader, and a message for a subscriber.
    pub patience: Duration,
    /// Most requests a second of one address over a while, and at once; none does not count them.
    pub rate: Option<Rate>,
    /// Most subscriptions at a time.
    pub subscribers: usize,
    /// Most subscriptions of one address.
    pub subscribers_per_address: usize,
    /// Most transactions tried, or made into documents, at a time; eight times as many may wait for that.
    pub trials: usize,
}

/// How many requests one address may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// A second, in the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 0,
            body_bytes: 1 << 20,
            patience: Duration::from_secs(10),
            rate: None,
            subscribers: 1_000,
            subscribers_per_address: 16,
            trials: 2,
        }
    }
}

/// What all requests share.
pub(crate) struct Api {
    pub(crate) node: Node,
    pub(crate) settings: ApiSettings,
    pub(crate) metrics: Metrics,
    /// The OpenAPI document.
    pub(crate) document: axum::body::Bytes,
    /// Who asks how often; none counts nobody.
    pub(crate) limiter: Option<Limiter>,
    /// Free places for subscribers.
    pub(crate) subscribers: Arc<tokio::sync::Semaphore>,
    /// How many of them each address has.
    pub(crate) subscribers_of: Arc<Shares>,
    /// How many large answers each address has not taken yet.
    pub(crate) large_answers_of: Arc<Shares>,
    /// The texts of recent blocks, made once for all.
    pub(crate) texts: Texts,
    /// Work that would hold up whoever serves.
    pub(crate) trials: Trials,
}

/// Every endpoint that answers in JSON.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        reads::endpoints(),
        vaults::endpoints(),
        auctions::endpoints(),
        positions::endpoints(),
        blocks::endpoints(),
        transactions::endpoints(),
        batch::endpoints(),
        history::endpoints(),
        stream::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The OpenAPI 3.1 document of the API, as the node serves it.
pub fn document() -> serde_json::Value {
    endpoint::document(&endpoints())
}
