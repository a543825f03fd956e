//! Executing everything again, with every check there is.

use std::collections::BTreeMap;

use ballast_engine::{State, apply_block, invariants};
use ballast_protocol::{Genesis, Height, proof::Hash};
use ballast_signing::Domain;
use commonware_runtime::Storage;

use crate::beginning::{self, Beginning};
use crate::recovery::{PassedOver, after, check_logged_root, check_root, decode, last};
use crate::{Log, Snapshots, Unrecoverable};

/// What an audit has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// The snapshot that it began with, taken as it is; none is genesis.
    pub since: Option<Height>,
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
    /// Snapshots whose root is that of the log.
    pub snapshots: u64,
    /// Snapshots that no start could use: damaged, and passed over.
    pub passed_over: PassedOver,
}

/// Executes every block from genesis on and checks who said what, every root, and every invariant: what must hold after
/// each block after each block, and all of them every `all_every` blocks and at the end. `progress` is told of each height.
/// Errors: those of [`Unrecoverable`]; `Gap` if the log does not begin at genesis.
pub async fn audit<S: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    all_every: u64,
    progress: impl FnMut(Height),
) -> Result<Audited, Unrecoverable> {
    let start = Beginning {
        state: State::genesis(genesis)?,
        snapshot: None,
        passed_over: PassedOver::default(),
    };
    execute(genesis, log, start, all_every, |_, _| (), progress).await
}

/// Like [`audit`], of all that a folder has: snapshots must have the roots of the log; and where the log does not begin at genesis
/// (older files pruned, or a state imported), it begins with the oldest snapshot that the log continues. Who wants to know more about that
/// one than that it is whole and keeps the invariants compares its root with one that he trusts.
pub async fn audit_with_snapshots<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    snapshots: &Snapshots<T>,
    all_every: u64,
    progress: impl FnMut(Height),
) -> Result<Audited, Unrecoverable> {
    let heights = snapshots.heights().await?;
    let start = beginning::oldest(genesis, snapshots, log.first()).await?;
    if start.snapshot.is_some() {
        check_logged_root(&start.state, log).await?;
    }
    let mut roots = BTreeMap::new();
    let told = |height, root| {
        if heights.binary_search(&height).is_ok() {
            roots.insert(height, root);
        }
    };
    let mut seen = execute(genesis, log, start, all_every, told, progress).await?;
    for (height, written) in roots {
        let found = match snapshots.load(height).await? {
            Ok(state) => state.root(),
            Err(why) => {
                seen.passed_over.0.push((height, why));
                continue;
            }
        };
        if found != written {
            return Err(Unrecoverable::Snapshot { height, found, written });
        }
        seen.snapshots += 1;
    }
    let newest = heights.last().copied().unwrap_or_default();
    if newest > last(log) {
        return Err(Unrecoverable::LogTooShort {
            end: last(log),
            snapshot: newest,
        });
    }
    Ok(seen)
}

async fn execute<S: Storage>(
    genesis: &Genesis,
    log: &Log<S>,
    start: Beginning,
    all_every: u64,
    mut told: impl FnMut(Height, Hash),
    mut progress: impl FnMut(Height),
) -> Result<Audited, Unrecoverable> {
    let domain = Domain::of(genesis);
    let Beginning {
        mut state,
        snapshot: since,
        passed_over,
    } = start;
    let from = state.chain().height;
    if log.first() > after(from) {
        return Err(Unrecoverable::Gap {
            first: log.first(),
            from,
            passed_over,
        });
    }
    if last(log) < from {
        return Err(Unrecoverable::LogTooShort {
            end: last(log),
            snapshot: from,
        });
    }
    check_everything(&state, from)?;
    let mut seen = Audited {
        since,
        height: from,
        root: state.root(),
        passed_over,
        ..Audited::default()
    };
    let end = last(log);
    log.read(after(from), |height, payload| {
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
        if height.0.is_multiple_of(all_every.max(1)) || height == end {
            check_everything(&state, height)?;
        }
        let count = |length| u64::try_from(length).unwrap_or(u64::MAX);
        seen.height = height;
        seen.root = entry.root;
        seen.blocks += 1;
        seen.transactions += count(block.transactions.len());
        seen.observations += count(block.observations.len());
        told(height, entry.root);
        progress(height);
        Ok::<(), Unrecoverable>(())
    })
    .await?;
    Ok(seen)
}

/// Every invariant, and the root from all records anew.
fn check_everything(state: &State, height: Height) -> Result<(), Unrecoverable> {
    let all = invariants::check_all(state).and_then(|()| invariants::root_is_exact(state));
    all.map_err(|why| {
        let why = Box::new(why);
        Unrecoverable::Breach { height, why }
    })
}
