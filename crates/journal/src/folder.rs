//! A node's folder on a disk: what lies where, and that one program at a time has it.
//!
//! ```text
//! DIR/genesis.json   the chain, written last: a folder without it is none
//! DIR/blocks/        the log
//! DIR/snapshots/     states
//! DIR/unfinished     a folder that is being made: what is in it is worth nothing
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
/// There while a folder is being made.
const UNFINISHED: &str = "unfinished";
/// What an attempt to make a folder may have left: nothing that anyone could miss.
const EMPTY: [&str; 4] = [LOCK, ".hold", DRAFT, UNFINISHED];
/// What may lie in a folder that is being made, beside.
const PARTITIONS: [&str; 2] = [LOG, SNAPSHOTS];

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
        Log::open(storage, LogConfig::of_node(self.chain, Height(1), segment_bytes)).await
    }

    /// The snapshots.
    pub fn snapshots<S: Storage>(&self, storage: S) -> Snapshots<S> {
        Snapshots::new(storage, SNAPSHOTS, &self.chain)
    }
}

/// A folder that is to become a reserve's: empty, and nobody else's. It is none until [`NewFolder::finish`].
#[derive(Debug)]
pub struct NewFolder {
    path: PathBuf,
    lock: File,
}

impl NewFolder {
    /// Makes the folder, durably, or takes an empty one; what an attempt has left that was not finished is removed. Errors:
    /// `NotEmpty`, `InUse`, `Io`.
    pub fn claim(path: impl Into<PathBuf>) -> Result<Self, BadFolder> {
        let path = path.into();
        empty(&path)?; // before anything is left there
        make(&path).map_err(BadFolder::io(&path))?;
        let lock = lock(&path)?;
        empty(&path)?;
        let folder = Self { path, lock };
        folder.clear()?;
        let unfinished = folder.path.join(UNFINISHED);
        let marked = || {
            File::create(&unfinished)?.sync_all()?;
            sync_folder(&folder.path)
        };
        marked().map_err(BadFolder::io(&unfinished))?;
        Ok(folder)
    }

    /// A runtime whose storage is this folder. The folder has to outlive it.
    pub fn runtime(&self) -> tokio::Config {
        tokio::Config::new().with_storage_directory(&self.path)
    }

    /// Writes the genesis, durably: from now on it is a reserve's folder. Error: `Io`; then it is none, and empty as far as the
    /// disk lets it.
    pub fn finish(self, genesis: Genesis) -> Result<Folder, BadFolder> {
        let (draft, file) = (self.path.join(DRAFT), self.path.join(GENESIS));
        let written = || -> io::Result<()> {
            let mut text = serde_json::to_vec_pretty(&genesis)?;
            text.push(b'\n');
            let mut new = File::create(&draft)?;
            new.write_all(&text)?;
            new.sync_all()?;
            fs::rename(&draft, &file)?;
            sync_folder(&self.path)
        };
        if let Err(why) = written() {
            // Its name may stand in memory alone: a folder that is not durably one is none.
            let _ = fs::remove_file(&file);
            self.abandon()?;
            return Err(BadFolder::Io { path: file, why });
        }
        // A genesis beside it says that all is there.
        let _ = fs::remove_file(self.path.join(UNFINISHED));
        let Self { path, lock } = self;
        Ok(Folder::of(path, genesis, lock))
    }

    /// Gives up: removes what was made in it. Error: `Io`.
    pub fn abandon(self) -> Result<(), BadFolder> {
        self.clear()?;
        for left in [DRAFT, UNFINISHED] {
            missing_is_fine(&self.path.join(left), |path| fs::remove_file(path))?;
        }
        Ok(())
    }

    fn clear(&self) -> Result<(), BadFolder> {
        PARTITIONS
            .iter()
            .try_for_each(|partition| missing_is_fine(&self.path.join(partition), |path| fs::remove_dir_all(path)))
    }
}

/// Removes something that need not be there. Error: `Io`.
fn missing_is_fine(path: &Path, remove: impl Fn(&Path) -> io::Result<()>) -> Result<(), BadFolder> {
    match remove(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(BadFolder::Io {
            path: path.to_owned(),
            why,
        }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes a folder and those above it that are missing, durably: each is named in the one above.
fn make(path: &Path) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    let above = above.unwrap_or(Path::new("."));
    if !above.exists() {
        make(above)?;
    }
    match fs::create_dir(path) {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(why) => Err(why),
        Ok(()) => sync_folder(above),
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
        let is_leftover =
            PARTITIONS.contains(&found.as_ref()) && path.join(UNFINISHED).exists() && !Folder::is_there(path);
        if !EMPTY.contains(&found.as_ref()) && !is_leftover {
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

/// Makes the names in a folder durable. Error: the disk's.
#[cfg(unix)]
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the names in a folder durable, where a folder can be synced.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
