//! A reserve at one height as one file, so that it can be moved, kept and checked.
//!
//! ```text
//! magic 8 | genesis' length 8 | genesis in JSON | a snapshot's bytes
//! ```
//!
//! The length is little-endian. The snapshot's hash is keyed by the chain, so that a change to the genesis is told as any other. Whole
//! is not yet true: whoever makes a file chooses what is in it. The root tells; compare it with one that you trust.

use std::io::{self, Write};

use ballast_engine::State;
use ballast_protocol::{Genesis, proof::Hash};
use commonware_runtime::{Runner as _, Supervisor, tokio};

use crate::frame::Key;
use crate::recovery::after;
use crate::{BadFolder, BadSnapshot, Fault, Folder, Log, LogConfig, NewFolder, SEGMENT_BYTES, snapshot};

const MAGIC: [u8; 8] = *b"BALFILE\x01";

/// A reserve at one height.
#[derive(Clone)]
pub struct Portable {
    genesis: Genesis,
    state: State,
}

/// Why a file is no reserve.
#[derive(Debug, thiserror::Error)]
pub enum BadPortable {
    /// Other bytes.
    #[error("it is no exported state of this version: it does not begin as one")]
    Foreign,
    /// A genesis that can't be read.
    #[error("its genesis can't be read: {0}")]
    Genesis(serde_json::Error),
    /// Torn, damaged, or not what it says.
    #[error("{0}: copy or export it again")]
    Snapshot(#[from] BadSnapshot),
}

/// Why a state was not imported.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// The folder can't be made.
    #[error(transparent)]
    Folder(#[from] BadFolder),
    /// Nor written.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Portable {
    /// This state of this chain.
    pub const fn new(genesis: Genesis, state: State) -> Self {
        Self { genesis, state }
    }

    /// The chain.
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The state, which has the root that was written down.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Writes the file.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        let genesis = serde_json::to_vec(&self.genesis)?;
        let length = u64::try_from(genesis.len()).expect("a length fits");
        to.write_all(&MAGIC)?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(&genesis)?;
        for chunk in snapshot::encode(&self.key(), &self.state) {
            to.write_all(&chunk)?;
        }
        to.flush()
    }

    /// Reads a file: all its bytes. Errors: in the order of [`BadPortable`].
    pub fn read(bytes: &[u8]) -> Result<Self, BadPortable> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(BadPortable::Foreign)?;
        let whole = |rest: &[u8]| -> Option<(usize, usize)> {
            let length = usize::try_from(u64::from_le_bytes(*rest.first_chunk()?)).ok()?;
            Some((8, length.checked_add(8).filter(|end| *end <= rest.len())?))
        };
        let (begin, end) = whole(rest).ok_or(BadSnapshot::NotWhole)?;
        let genesis: Genesis = serde_json::from_slice(&rest[begin..end]).map_err(BadPortable::Genesis)?;
        let state = snapshot::decode(&Key::of(&genesis.hash()), &rest[end..], None)?;
        Ok(Self { genesis, state })
    }

    /// Makes a folder that a node starts from: this state as a snapshot, and a log that goes on after it. If it fails, the folder
    /// is none, and empty as far as the disk lets it. Errors: those of [`NotImported`].
    pub fn import(self, folder: NewFolder) -> Result<Folder, NotImported> {
        let Self { genesis, state } = self;
        let chain = genesis.hash();
        let written = tokio::Runner::new(folder.runtime()).start(|context| write(context, chain, state));
        match written {
            Ok(()) => Ok(folder.finish(genesis)?),
            Err(fault) => {
                folder.abandon()?;
                Err(fault.into())
            }
        }
    }

    fn key(&self) -> Key {
        Key::of(&self.genesis.hash())
    }
}

async fn write(context: tokio::Context, chain: Hash, state: State) -> Result<(), Fault> {
    let snapshots = crate::Snapshots::new(context.child("snapshots"), crate::SNAPSHOTS, &chain);
    let height = snapshots.save(&state).await?;
    let config = LogConfig::of_node(chain, after(height), SEGMENT_BYTES);
    let (log, _) = Log::open(context.child("log"), config).await?;
    log.close().await?;
    Ok(())
}
