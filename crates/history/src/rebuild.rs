//! The index made of a journal: all of it anew, or what it lacks.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::path::Path;

use ballast_engine::State;
use ballast_journal::{Fault, LogReader, Retold, Snapshots, Unrecoverable, oldest_state, retell, state_at};
use ballast_protocol::{Genesis, Height, TransactionHash};
use ballast_signing::Domain;
use commonware_runtime::Storage;

use crate::index::{beside, remove};
use crate::{Failed, Happened, Index};

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
    Index(#[from] Failed),
    /// The disk.
    #[error("the index can't be put in its place: {0}")]
    Io(#[from] io::Error),
    /// Asked to stop.
    #[error("the making of the index was ended early")]
    Ended,
}

impl From<Fault> for NotRebuilt {
    fn from(fault: Fault) -> Self {
        Self::Journal(fault.into())
    }
}

/// What is told of each block that is written: its height. False ends the work.
pub type Progress<'a> = dyn FnMut(Height) -> bool + Send + 'a;

/// Makes the index of a journal anew, of all blocks from genesis on, or from the oldest snapshot that the log continues, beside the
/// old one, which it then replaces. Nobody may have that one open. Errors: those of [`NotRebuilt`]; an index that was there is there
/// still, but for `Io`.
pub async fn rebuild<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    snapshots: &Snapshots<T>,
    path: &Path,
    progress: &mut Progress<'_>,
) -> Result<Index, NotRebuilt> {
    let (draft, chain) = (beside(path, ".new"), genesis.hash());
    let mut state = oldest_state(genesis, log, snapshots).await?;
    let mut index = Index::create(&draft, &chain, &state)?;
    let to = log.last()?;
    let done = write(genesis, log, (&mut state, to), &mut index, progress).await;
    let done = match done {
        Ok(()) => index.finish().map_err(NotRebuilt::from),
        Err(why) => {
            drop(index);
            Err(why)
        }
    };
    if let Err(why) = done {
        remove(&draft)?;
        return Err(why);
    }
    // The old one first, so that nothing of what lies beside it is taken for the new one's.
    remove(path)?;
    fs::File::open(&draft)?.sync_all()?;
    fs::rename(&draft, path)?;
    remove(&draft)?; // what SQLite may have left beside it
    Index::open(path, &chain).map_err(|why| Failed::Unreadable(why.to_string()).into())
}

/// Writes the blocks of a journal that an index lacks. `state` may be the one after its last block, which spares executing everything
/// since a snapshot. Errors: those of [`NotRebuilt`].
pub async fn catch_up<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    snapshots: &Snapshots<T>,
    index: &mut Index,
    state: Option<State>,
    progress: &mut Progress<'_>,
) -> Result<(), NotRebuilt> {
    let (height, to) = (index.height(), log.last()?);
    match height.cmp(&to) {
        Ordering::Less => {}
        Ordering::Equal => return Ok(()),
        // Of blocks that the journal has not: of another journal.
        Ordering::Greater => return Err(Failed::Fork(height).into()),
    }
    let mut state = match state.filter(|state| state.chain().height == height) {
        Some(state) => state,
        None => {
            let state = state_at(genesis, log, snapshots, height).await?;
            if index.root()?.is_some_and(|root| root != state.root()) {
                return Err(Failed::Fork(height).into());
            }
            state
        }
    };
    write(genesis, log, (&mut state, to), index, progress).await
}

async fn write<S: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    (state, to): (&mut State, Height),
    index: &mut Index,
    progress: &mut Progress<'_>,
) -> Result<(), NotRebuilt> {
    let domain = Domain::of(genesis);
    let mut waiting: Vec<(Retold, Vec<TransactionHash>)> = Vec::new();
    let mut transactions = 0;
    retell(state, log, to, |retold| {
        let said = &retold.block.block;
        let hashes: Vec<_> = said.transactions.iter().map(|said| domain.digest(said)).collect();
        let height = said.height;
        transactions += hashes.len();
        waiting.push((retold, hashes));
        if waiting.len() >= BLOCKS || transactions >= TRANSACTIONS || height == to {
            index.apply(waiting.iter().map(|(retold, hashes)| Happened {
                block: &retold.block.block,
                hashes,
                result: &retold.result,
                state: &retold.state,
            }))?;
            waiting.clear();
            transactions = 0;
        }
        if progress(height) {
            Ok(())
        } else {
            Err(NotRebuilt::Ended)
        }
    })
    .await
}
