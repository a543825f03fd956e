//! A node in the deterministic runtime: what waits for blocks, and what is there again after a start.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../../journal/tests/common/mod.rs"]
mod common;

mod pool;
mod restart;
mod snapshots;

use std::time::Duration;

use ballast_node::{ChainTime, Node, Settings, Started, start};
use ballast_num::{Amount, Timestamp};
use ballast_protocol::Command;
use ballast_signing::SignedTransaction;
use commonware_runtime::deterministic::{Config, Context, Runner};
use commonware_runtime::{Clock, Runner as _, Supervisor};

/// Blocks when the test says so: after a pause that it waits for.
const BLOCK: Duration = Duration::from_secs(1);

fn settings() -> Settings {
    Settings {
        block_wait: BLOCK,
        idle: Duration::from_secs(1_000),
        ..Settings::default()
    }
}

async fn begin(context: &Context, settings: Settings) -> (Node, Started) {
    let time = |last| ChainTime::Scaled {
        wall: context.current(),
        chain: last,
        speed: 1,
    };
    let started = start(context.child("node"), &common::genesis(), settings, time).await;
    let (node, running, started) = started.unwrap();
    drop(running); // Its tasks go on until the context ends.
    (node, started)
}

fn run<F: Future<Output = ()>>(test: impl FnOnce(Context) -> F) {
    Runner::new(Config::new()).start(test);
}

/// A transaction that may cost so many coins.
fn limited(node: &Node, nonce: u64, limit: Amount, commands: Vec<Command>) -> SignedTransaction {
    let mut transaction = common::signed(1, nonce, now(node), commands, node.domain()).transaction;
    transaction.fee.limit = limit;
    common::wallet(1).sign(transaction, node.domain())
}

fn now(node: &Node) -> Timestamp {
    node.now()
}
