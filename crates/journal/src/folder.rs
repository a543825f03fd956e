//! A node's folder on a disk: what lies where, and that one program at a time has it.
//!
//! ```text
//! DIR/genesis.json   the chain, written last: a folder without it is none
//! DIR/blocks/        the log
//! DIR/snapshots/     states
//! DIR/lock           held by the program that has the folder; .hold is the storage library's own
//! ```
//!
//! The storage library lets a second program wait for the first, without a word. Here it is told at once who is in the
//! way. The operating system frees the lock when its holder ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ballast_protocol::{Genesis, Height, proof::Hash};
use commonware_runtime::{Storage, tokio};

use crate::{Cut, Fault, Log, LogConfig, Snapshots};

/// The storage partition of the log.
pub const LOG: &str = "blocks";
/// The storage partition of the snapshots.
pub const SNAPSHOTS: &str = "snapshots";
/// Size at which a file of the log is ended, where nothing else is said: 64 MiB.
pub const SEGMENT_BYTES: u64 = 64 << 20;

const GENESIS: &str = "genesis.json";
const DRAFT: &str = "genesis.json.new";
const LOCK: &str = "lock";
/// What an attempt to make a folder may have left: nothing that anyone could miss.
const EMPTY: [&str; 3] = [LOCK, ".hold", DRAFT];

/// Why a folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadFolder {
    /// There is none.
    #[error("{} holds no reserve: there is no {GENESIS} in it", .0.display())]
    None(PathBuf),
    /// Another program has it.
    #[error("{} is in use by another program: stop it first, or name another folder", .0.display())]
    InUse(PathBuf),
    /// To be made, and something is there.
    #[error("{} is not empty (it has {found}): name a new folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// One of the things in it.
        found: String,
    },
    /// A genesis that can't be read.
    #[error("{} is no genesis of this version: {why}", path.display())]
    Genesis {
        /// Its file.
        path: PathBuf,
        /// Why.
        why: serde_json::Error,
    },
    /// The file system refuses.
    #[error("{}: {why}", path.display())]
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

impl BadFolder {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |why| Self::Io { path, why }
    }
}

/// A node's folder, which nobody else has open while this value lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    genesis: Genesis,
    chain: Hash,
    _lock: File,
}

impl Folder {
    /// Whether a folder holds a reserve: whether it has a genesis.
    pub fn is_there(path: &Path) -> bool {
        path.join(GENESIS).exists()
    }

    /// Opens the folder of a reserve. Errors: `None`, `InUse`, `Genesis`, `Io`.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, BadFolder> {
        let path = path.into();
        if !Self::is_there(&path) {
            return Err(BadFolder::None(path));
        }
        let lock = lock(&path)?;
        let file = path.join(GENESIS);
        let text = fs::read(&file).map_err(BadFolder::io(&file))?;
        let genesis: Genesis = serde_json::from_slice(&text).map_err(|why| BadFolder::Genesis { path: file, why })?;
        Ok(Self::of(path, genesis, lock))
    }

    /// Makes the folder of a new reserve: the log is begun by who opens it. Errors: those of [`NewFolder::claim`].
    pub fn create(path: impl Into<PathBuf>, genesis: Genesis) -> Result<Self, BadFolder> {
        NewFolder::claim(path)?.finish(genesis)
    }

    fn of(path: PathBuf, genesis: Genesis, lock: File) -> Self {
        Self {
            path,
            chain: genesis.hash(),
            genesis,
            _lock: lock,
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The chain's genesis.
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// A runtime whose storage is this folder. The folder has to outlive it.
    pub fn runtime(&self) -> tokio::Config {
        tokio::Config::new().with_storage_directory(&self.path)
    }

    /// The log, opened or begun at height 1; what a crash has torn is cut off. Errors: those of [`Log::open`].
    pub async fn open_log<S: Storage>(&self, storage: S, segment_bytes: u64) -> Result<(Log<S>, Option<Cut>), Fault> {
        Log::open(storage, log_config(self.chain, Height(1), segment_bytes)).await
    }

    /// The snapshots.
    pub fn snapshots<S: Storage>(&self, storage: S) -> Snapshots<S> {
        Snapshots::new(storage, SNAPSHOTS, &self.chain)
    }
}

/// The log of a chain in a node's folder, which begins with this height if it is made anew.
pub(crate) fn log_config(chain: Hash, first: Height, segment_bytes: u64) -> LogConfig {
    LogConfig {
        partition: LOG.into(),
        chain,
        first,
        segment_bytes,
    }
}

/// A folder that is to become a reserve's: empty, and nobody else's. It is none until [`NewFolder::finish`].
#[derive(Debug)]
pub struct NewFolder {
    path: PathBuf,
    lock: File,
}

impl NewFolder {
    /// Makes the folder, or takes an empty one. Errors: `NotEmpty`, `InUse`, `Io`.
    pub fn claim(path: impl Into<PathBuf>) -> Result<Self, BadFolder> {
        let path = path.into();
        empty(&path)?; // before anything is left there
        fs::create_dir_all(&path).map_err(BadFolder::io(&path))?;
        let lock = lock(&path)?;
        empty(&path)?;
        Ok(Self { path, lock })
    }

    /// A runtime whose storage is this folder. The folder has to outlive it.
    pub fn runtime(&self) -> tokio::Config {
        tokio::Config::new().with_storage_directory(&self.path)
    }

    /// Writes the genesis, durably: from now on it is a reserve's folder. Error: `Io`.
    pub fn finish(self, genesis: Genesis) -> Result<Folder, BadFolder> {
        let Self { path, lock } = self;
        let (draft, file) = (path.join(DRAFT), path.join(GENESIS));
        let written = || -> io::Result<()> {
            let mut text = serde_json::to_vec_pretty(&genesis)?;
            text.push(b'\n');
            let mut new = File::create(&draft)?;
            new.write_all(&text)?;
            new.sync_all()?;
            fs::rename(&draft, &file)?;
            sync_folder(&path)
        };
        written().map_err(BadFolder::io(&file))?;
        Ok(Folder::of(path, genesis, lock))
    }

    /// Gives up: removes what storage has made in it.
    pub fn abandon(self) -> Result<(), BadFolder> {
        for partition in [LOG, SNAPSHOTS] {
            let path = self.path.join(partition);
            match fs::remove_dir_all(&path) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(BadFolder::Io { path, why }),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Error: `NotEmpty` if something is there that an attempt to make a folder does not leave; `Io`.
fn empty(path: &Path) -> Result<(), BadFolder> {
    let entries = match fs::read_dir(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(BadFolder::io(path))?,
    };
    for entry in entries {
        let found = entry.map_err(BadFolder::io(path))?.file_name();
        let found = found.to_string_lossy();
        if !EMPTY.contains(&found.as_ref()) {
            return Err(BadFolder::NotEmpty {
                path: path.to_owned(),
                found: found.into_owned(),
            });
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, BadFolder> {
    let place = path.join(LOCK);
    let mut options = File::options();
    let opened = options.write(true).create(true).truncate(false).open(&place);
    let file = opened.map_err(BadFolder::io(&place))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BadFolder::InUse(path.to_owned())),
        Err(TryLockError::Error(why)) => Err(BadFolder::Io { path: place, why }),
    }
}

/// Makes the names in a folder durable.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
