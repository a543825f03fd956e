//! What is acknowledged is there again after any crash: a log of blocks, snapshots of the state, and how a node starts
//! from both (docs/journal.md).
//!
//! Everything is written against `commonware_runtime`'s `Storage`, so that the same code runs on a disk and under
//! injected faults.
//!
//! - [`Log`]: append-only records with checksums; durable is what [`Log::sync`] has returned.
//! - [`Snapshots`]: whole states, each of use only if it is whole.

mod fault;
mod frame;
mod log;
mod segment;
mod snapshot;

pub use fault::Fault;
pub use frame::RECORD_MAX;
pub use log::{Cut, Log, LogConfig};
pub use snapshot::{BadSnapshot, Snapshots};
