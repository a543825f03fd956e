//! A running reserve: takes signed transactions and observations, orders them into blocks, executes them through the
//! engine, keeps them, and only then says that they are done.
//!
//! - [`start`] opens the journal, recovers the state and runs the [`Node`]; everything goes through its handle.
//! - The sequencer makes and executes blocks; the writer makes them durable, a group at a time, and publishes them. What is
//!   not durable nobody sees, and nobody is told that it is done.
//! - [`History`]: the index of the past, which follows beside and may fail.
//!
//! Written against `commonware_runtime`'s traits: the same code runs on a disk under tokio and in a deterministic runtime
//! under injected faults (docs/node.md).

pub mod api;
mod chain_time;
#[cfg(test)]
#[path = "../../journal/tests/common/mod.rs"]
mod common;
mod counters;
mod handle;
mod history;
mod pool;
mod refused;
mod sequencer;
mod settings;
mod snapshots;
mod start;
mod view;
mod writer;

pub use chain_time::ChainTime;
pub use counters::Counters;
pub use handle::{Included, Node, Submitted};
pub use history::{History, NoAnswer};
pub use refused::{Refused, Stopped};
pub use settings::{Pruning, Settings};
pub use start::{Host, NotStarted, Running, Started, start};
pub use view::{Published, Sealed, View};
