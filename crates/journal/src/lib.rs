//! What is acknowledged is there again after any crash: a log of blocks, snapshots of the state, and how a node starts
//! from both (docs/journal.md).
//!
//! Everything is written against `commonware_runtime`'s `Storage`, so that the same code runs on a disk and under
//! injected faults.
//!
//! - [`Log`]: append-only records with checksums; durable is what [`Log::sync`] has returned.
//! - [`Snapshots`]: whole states, each of use only if it is whole.
//! - [`Portable`]: a reserve at one height as one file.
//! - [`Folder`]: a node's folder on a disk, which one program at a time has open.
//! - [`recover`]: the state after the last durable block; [`audit`]: the same from genesis, with every check there is.
//! - [`retell`]: each block again with what came of it, also beside a node that writes, through a [`LogReader`].

mod audit;
mod beginning;
mod entry;
mod fault;
mod folder;
mod frame;
mod log;
mod partition;
mod portable;
mod reader;
mod recovery;
mod retold;
mod roots;
#[cfg(test)]
mod samples;
mod segment;
mod snapshot;
mod worker;

pub use audit::{Audited, audit, audit_with_snapshots};
pub use entry::{Entry, SignedBlock, Unproven};
pub use fault::Fault;
pub use folder::{BadFolder, Folder, LOG, NewFolder, SEGMENT_BYTES, SNAPSHOTS, sync_folder};
pub use frame::RECORD_MAX;
pub use log::{Cut, Log, LogConfig};
pub use portable::{BadPortable, NotImported, Portable};
pub use reader::LogReader;
pub use recovery::{PassedOver, Recovered, Replayed, Shown, Unrecoverable, recover, recover_at, recover_showing};
pub use retold::{Retold, oldest_state, retell, state_at};
pub use snapshot::{BadSnapshot, Encoded, ReadBack, Snapshots, Written};
