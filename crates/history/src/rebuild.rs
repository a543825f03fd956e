//! The index made of a journal: all of it anew, or what it lacks.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ballast_engine::State;
use ballast_journal::{Fault, LogReader, Snapshots, Unrecoverable, oldest_state, retell, state_at, sync_folder};
use ballast_protocol::proof::Hash;
use ballast_protocol::{Genesis, Height};
use ballast_signing::Domain;
use commonware_runtime::Storage;
use rusqlite::{Connection, OpenFlags};

use crate::index::{Stop, about, beside, remove};
use crate::{Failed, Happened, Index, Unusable};

/// Blocks that are written together, at most; fewer if they are full.
const BLOCKS: usize = 256;
/// Transactions that are written together, about.
const TRANSACTIONS: usize = 20_000;

/// Why an index was not made. The journal is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotRebuilt {
    /// The journal does not lead there.
    #[error(transparent)]
    Journal(#[from] Unrecoverable),
    /// The index's own file.
    #[error(transparent)]
    Index(Failed),
    /// The disk.
    #[error("the index can't be put in its place: {0}")]
    Io(#[from] io::Error),
    /// Asked to stop.
    #[error("the making of the index was ended early")]
    Ended,
}

impl NotRebuilt {
    /// Whether an index that is made anew would be of use where this one can't be gone on with; else the same one, later.
    pub fn wants_anew(&self) -> bool {
        match self {
            // What the index needs is not in the journal any more, or not of this journal.
            Self::Journal(why) => matches!(why, Unrecoverable::Gap { .. } | Unrecoverable::Root { .. }),
            Self::Index(failed) => failed.is_damage(),
            Self::Io(_) | Self::Ended => false,
        }
    }
}

impl From<Fault> for NotRebuilt {
    fn from(fault: Fault) -> Self {
        Self::Journal(fault.into())
    }
}

impl From<Failed> for NotRebuilt {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Ended => Self::Ended,
            failed => Self::Index(failed),
        }
    }
}

impl From<Unusable> for NotRebuilt {
    fn from(why: Unusable) -> Self {
        match why {
            Unusable::NotNow(failed) => failed.into(),
            why => Self::Index(Failed::Unreadable(why.to_string())),
        }
    }
}

/// What is done with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Executed again.
    Executed(Height),
    /// In the index, with all before it.
    Written(Height),
}

/// What is told of the blocks.
pub type Progress<'a> = dyn FnMut(Stage) + Send + 'a;

/// Makes the index of a journal anew, of all blocks from genesis on, or from the oldest snapshot that the log continues, beside the
/// old one, which it then replaces; one that begins earlier, or whose beginning can't be read, is kept ([`Index::aside`]) unless the new one begins at genesis.
/// Nobody may have the old one open. Returns the state after the last block, too. Errors: those of [`NotRebuilt`]; an index
/// that was there is there still, but for `Io`.
pub async fn rebuild<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    snapshots: &Snapshots<T>,
    path: &Path,
    stop: &Stop,
    progress: &mut Progress<'_>,
) -> Result<(Index, State), NotRebuilt> {
    let (draft, chain) = (beside(path, ".new"), genesis.hash());
    let mut state = oldest_state(genesis, log, snapshots).await?;
    let begins = state.chain().height;
    let made = async {
        let mut index = Index::create(&draft, &chain, &state, stop)?;
        let to = log.last()?;
        write(genesis, log, (&mut state, to), &mut index, progress).await?;
        index.finish().map_err(NotRebuilt::from)
    };
    if let Err(why) = made.await {
        remove(&draft)?;
        return Err(why);
    }
    fs::File::open(&draft)?.sync_all()?;
    // The old one first, so that nothing of what lies beside it is taken for the new one's.
    let aside = make_room(path, &chain, begins)?;
    fs::rename(&draft, path)?;
    sync_folder_of(path)?;
    remove(&draft)?; // what SQLite may have left beside it
    let mut index = Index::open_unless(path, &chain, stop)?;
    index.aside = aside;
    Ok((index, state))
}

/// Removes the index of a place durably, or renames it, so that nothing is lost that one that begins so does not tell. Returns where it is then.
fn make_room(path: &Path, chain: &Hash, begins: Height) -> io::Result<Option<PathBuf>> {
    let is_told = || begins == Height(0) || old_begins(path, chain).is_some_and(|old| old >= begins);
    let mut aside = None;
    if path.try_exists()? && !is_told() {
        let names = (1_u64..).map(|turn| beside(path, &format!(".before-{}.{turn}", begins.0)));
        let name = names.into_iter().find(|name| !name.exists());
        if let Some(name) = name {
            // Its last blocks may stand beside it.
            let (wal, wal_aside) = (beside(path, "-wal"), beside(&name, "-wal"));
            if wal.try_exists()? {
                fs::rename(wal, wal_aside)?;
            }
            fs::rename(path, &name)?;
            aside = Some(name);
        }
    }
    remove(path)?;
    sync_folder_of(path)?;
    Ok(aside)
}

/// Where an index of this chain begins, as far as that can be read.
fn old_begins(path: &Path, chain: &Hash) -> Option<Height> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let about = about(&connection).ok()?;
    (about.chain == *chain).then_some(about.begins)
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))
}

/// Writes the blocks of a journal that an index lacks; returns the state after its last block, if it is known. `state` may be the one after
/// the last block that it has, which spares executing everything since a snapshot. Errors: those of [`NotRebuilt`].
pub async fn catch_up<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    snapshots: &Snapshots<T>,
    index: &mut Index,
    state: Option<State>,
    progress: &mut Progress<'_>,
) -> Result<Option<State>, NotRebuilt> {
    let (height, to) = (index.height(), log.last()?);
    let state = state.filter(|state| state.chain().height == height);
    match height.cmp(&to) {
        Ordering::Less => {}
        Ordering::Equal => return Ok(state),
        // Of blocks that the journal has not: of another journal.
        Ordering::Greater => return Err(Failed::Fork(height).into()),
    }
    let mut state = match state {
        Some(state) => state,
        None => {
            let stop = index.stop().clone();
            let tell = |height| {
                progress(Stage::Executed(height));
                go_on(&stop)
            };
            let state = state_at(genesis, log, snapshots, height, tell).await?;
            if index.root()?.is_some_and(|root| root != state.root()) {
                return Err(Failed::Fork(height).into());
            }
            state
        }
    };
    write(genesis, log, (&mut state, to), index, progress).await?;
    Ok(Some(state))
}

/// Error: `Ended` if asked to.
fn go_on(stop: &Stop) -> Result<(), NotRebuilt> {
    if stop() { Err(NotRebuilt::Ended) } else { Ok(()) }
}

async fn write<S: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    (state, to): (&mut State, Height),
    index: &mut Index,
    progress: &mut Progress<'_>,
) -> Result<(), NotRebuilt> {
    let domain = Domain::of(genesis);
    let (mut blocks, mut transactions) = (0, 0);
    let retelling = retell(state, log, to, |retold| {
        let said = &retold.block.block;
        let hashes: Vec<_> = said.transactions.iter().map(|said| domain.digest(said)).collect();
        let height = said.height;
        progress(Stage::Executed(height));
        go_on(index.stop())?;
        if blocks == 0 {
            index.begin()?;
        }
        index.add(Happened {
            block: said,
            hashes: &hashes,
            result: &retold.result,
            state: retold.state,
        })?;
        blocks += 1;
        transactions += hashes.len();
        if blocks >= BLOCKS || transactions >= TRANSACTIONS || height == to {
            index.commit()?;
            (blocks, transactions) = (0, 0);
            progress(Stage::Written(height));
        }
        Ok(())
    });
    let written = retelling.await;
    if written.is_err() {
        index.roll_back();
    }
    written
}
