//! How a node starts: from the newest snapshot that is whole, or genesis, and every block since.

use ballast_engine::invariants::{self, Breach};
use ballast_engine::{BadGenesis, InvalidBlock, State, apply_block, execute_block};
use ballast_protocol::{Genesis, Height, proof::Hash};
use ballast_signing::Domain;
use commonware_runtime::Storage;

use crate::entry::{Entry, Unproven};
use crate::{BadSnapshot, Fault, Log, Snapshots};

/// Every how many replayed blocks the root is brought up to date: memory for what changed stays bounded.
const ROOT_EVERY: u64 = 64;

/// Why a journal does not lead to a state.
#[derive(Debug, thiserror::Error)]
pub enum Unrecoverable {
    /// The journal can't be read.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The genesis is none.
    #[error("the genesis can't be used: {0}")]
    Genesis(#[from] BadGenesis),
    /// Blocks between the start and the log are not there.
    #[error(
        "the log begins at {first}, and the newest state to start from is of {from}: put back the older log files, or a \
         snapshot of the height before {first} or above"
    )]
    Gap {
        /// Where the log begins.
        first: Height,
        /// The state that is there.
        from: Height,
    },
    /// A snapshot of a height that the log does not have: what was acknowledged in between is gone.
    #[error("the log ends before {snapshot}, of which there is a snapshot: put back the newest log files")]
    LogTooShort {
        /// Of the snapshot.
        snapshot: Height,
    },
    /// A record that is no block.
    #[error("the record of {height} is no block of this version: {why}")]
    Undecodable {
        /// Which.
        height: Height,
        /// Why.
        why: String,
    },
    /// A block that the engine can't execute.
    #[error("the block of {height} can't be executed: {why}")]
    Invalid {
        /// Which.
        height: Height,
        /// Why.
        why: Box<InvalidBlock>,
    },
    /// Another root than the one that was written down.
    #[error(
        "the block of {height} leads to the root {found}, and {written} was acknowledged: this program computes otherwise than \
         the one that wrote the journal. Use that version"
    )]
    Root {
        /// Which.
        height: Height,
        /// The root now.
        found: Hash,
        /// As written down.
        written: Hash,
    },
    /// Something that nobody has said.
    #[error("the block of {height}: {why}")]
    Unproven {
        /// Which.
        height: Height,
        /// Why.
        why: Box<Unproven>,
    },
    /// A broken invariant.
    #[error("after the block of {height}: {why}")]
    Breach {
        /// Which.
        height: Height,
        /// What broke.
        why: Box<Breach>,
    },
}

/// A state that a journal led to.
pub struct Recovered {
    /// After the last durable block.
    pub state: State,
    /// The height of the snapshot that it began with; none is genesis.
    pub snapshot: Option<Height>,
    /// How many blocks were executed again.
    pub replayed: u64,
    /// How many transactions were in them.
    pub transactions: u64,
    /// Snapshots that were of no use, and why.
    pub passed_over: Vec<(Height, BadSnapshot)>,
}

/// The state after the last durable block. The root of every so many blocks, and of the last, is compared; signatures are
/// not checked again. Errors: those of [`Unrecoverable`] but `Unproven` and `Breach`.
pub async fn recover<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
) -> Result<Recovered, Unrecoverable> {
    let mut recovered = start(genesis, snapshots).await?;
    let from = recovered.state.chain().height;
    let next = Height(from.0.saturating_add(1));
    if log.next() < next {
        return Err(Unrecoverable::LogTooShort { snapshot: from });
    }
    if log.first() > next {
        return Err(Unrecoverable::Gap {
            first: log.first(),
            from,
        });
    }
    let Recovered {
        state,
        replayed,
        transactions,
        ..
    } = &mut recovered;
    let last = log.durable().0.saturating_sub(1);
    log.read(next, |height, payload| {
        let entry = decode(height, payload)?;
        let block = &entry.block.block;
        execute_block(state, block).map_err(|why| Unrecoverable::Invalid {
            height,
            why: Box::new(why),
        })?;
        *replayed += 1;
        *transactions += u64::try_from(block.transactions.len()).unwrap_or(u64::MAX);
        if height.0.is_multiple_of(ROOT_EVERY) || height.0 == last {
            state.commit();
            check_root(state, height, entry.root)?;
        }
        Ok::<(), Unrecoverable>(())
    })
    .await?;
    Ok(recovered)
}

/// What to begin with: the newest snapshot that is whole, or genesis.
async fn start<S: Storage>(genesis: &Genesis, snapshots: &Snapshots<S>) -> Result<Recovered, Unrecoverable> {
    let mut passed_over = Vec::new();
    let begin = |state, snapshot, passed_over| Recovered {
        state,
        snapshot,
        replayed: 0,
        transactions: 0,
        passed_over,
    };
    for height in snapshots.heights().await?.into_iter().rev() {
        match snapshots.load(height).await? {
            Ok(state) => return Ok(begin(state, Some(height), passed_over)),
            Err(why) => passed_over.push((height, why)),
        }
    }
    Ok(begin(State::genesis(genesis)?, None, passed_over))
}

/// What an audit has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// The last height.
    pub height: Height,
    /// Its root.
    pub root: Hash,
    /// Blocks executed.
    pub blocks: u64,
    /// Transactions whose signatures were checked.
    pub transactions: u64,
    /// Observations whose evidence was checked.
    pub observations: u64,
}

/// Executes every block from genesis on and checks who said what, every root, and every invariant: what must hold after
/// each block after each block, and all of them every `all_every` blocks and at the end. `progress` is told of each height.
pub async fn audit<S: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    all_every: u64,
    mut progress: impl FnMut(Height),
) -> Result<Audited, Unrecoverable> {
    let domain = Domain::of(genesis);
    let mut state = State::genesis(genesis)?;
    let from = state.chain().height;
    let mut seen = Audited {
        height: from,
        root: state.root(),
        ..Audited::default()
    };
    let next = Height(from.0.saturating_add(1));
    if log.first() > next {
        return Err(Unrecoverable::Gap {
            first: log.first(),
            from,
        });
    }
    let last = log.durable().0.saturating_sub(1);
    log.read(next, |height, payload| {
        let entry = decode(height, payload)?;
        let block = &entry.block.block;
        let proven = entry.block.verify(&domain, |source| state.source_key(source).cloned());
        proven.map_err(|why| {
            let why = Box::new(why);
            Unrecoverable::Unproven { height, why }
        })?;
        let breach = |why| Unrecoverable::Breach {
            height,
            why: Box::new(why),
        };
        let invalid = |why| Unrecoverable::Invalid {
            height,
            why: Box::new(why),
        };
        let before = invariants::Standing::of(&state).map_err(breach)?;
        let result = apply_block(&mut state, block).map_err(invalid)?;
        check_root(&state, height, entry.root)?;
        invariants::check_block(&before, &state, &result).map_err(breach)?;
        invariants::check_cheap(&state).map_err(breach)?;
        if height.0.is_multiple_of(all_every.max(1)) || height.0 == last {
            invariants::check_all(&state).map_err(breach)?;
            invariants::root_is_exact(&state).map_err(breach)?;
        }
        let count = |length| u64::try_from(length).unwrap_or(u64::MAX);
        seen = Audited {
            height,
            root: entry.root,
            blocks: seen.blocks + 1,
            transactions: seen.transactions + count(block.transactions.len()),
            observations: seen.observations + count(block.observations.len()),
        };
        progress(height);
        Ok::<(), Unrecoverable>(())
    })
    .await?;
    Ok(seen)
}

fn decode(height: Height, payload: &[u8]) -> Result<Entry, Unrecoverable> {
    let entry = Entry::decode(payload).map_err(|why| Unrecoverable::Undecodable {
        height,
        why: why.to_string(),
    })?;
    if entry.block.block.height == height {
        Ok(entry)
    } else {
        Err(Unrecoverable::Undecodable {
            height,
            why: format!("it says that it is {}", entry.block.block.height),
        })
    }
}

fn check_root(state: &State, height: Height, written: Hash) -> Result<(), Unrecoverable> {
    let found = state.root();
    if found == written {
        Ok(())
    } else {
        Err(Unrecoverable::Root { height, found, written })
    }
}
