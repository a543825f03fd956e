//! Executing the blocks of a journal again and telling what came of each: for indexes and reports that are derived from it.

use ballast_engine::{State, execute_block};
use ballast_protocol::{BlockResult, Genesis, Height};
use commonware_runtime::Storage;

use crate::recovery::{after, decode};
use crate::roots::Roots;
use crate::{Fault, LogReader, SignedBlock, Snapshots, Unrecoverable, beginning};

/// A block with what came of it, and the state after it.
pub struct Retold<'a> {
    /// What was executed.
    pub block: SignedBlock,
    /// Receipts, events and root.
    pub result: BlockResult,
    /// The state after it, of whose tree and root nothing may be asked: they may be lent away. A clone of it makes the next block copy what it
    /// changes.
    pub state: &'a State,
}

/// The state that everything there is follows from: genesis if the log begins there, else the oldest snapshot of use that the
/// log continues. Errors: `Fault`, `Genesis`; `Gap` if there is none.
pub async fn oldest_state<S: Storage, T: Storage>(
    genesis: &Genesis,
    log: &LogReader<S>,
    snapshots: &Snapshots<T>,
) -> Result<State, Unrecoverable> {
    Ok(beginning::oldest(genesis, snapshots, log.first()?).await?.state)
}

/// The state after a block, from the newest snapshot up to it, or genesis; tells each height that is executed. Errors: `Fault`,
/// `Genesis`; `OutOfReach` beyond the last block; `Gap` if blocks in between are gone; those of executing them; those of `tell`.
pub async fn state_at<S: Storage, T: Storage, E: From<Unrecoverable> + From<Fault>>(
    genesis: &Genesis,
    log: &LogReader<S>,
    snapshots: &Snapshots<T>,
    height: Height,
    mut tell: impl FnMut(Height) -> Result<(), E>,
) -> Result<State, E> {
    let last = log.last()?;
    if height > last {
        return Err(Unrecoverable::OutOfReach { asked: height, last }.into());
    }
    let mut state = beginning::newest(genesis, snapshots, height).await?.state;
    retell(&mut state, log, height, |retold| tell(retold.result.height)).await?;
    state.commit();
    Ok(state)
}

/// Executes the blocks after a state, to a height that the log has, and tells each. The root of every so many is compared with the
/// one written down; signatures are not checked again. Errors: `Fault`; `Gap`, `Undecodable`, `Invalid`, `Root`; those of `tell`.
pub async fn retell<S: Storage, E: From<Unrecoverable> + From<Fault>>(
    state: &mut State,
    log: &LogReader<S>,
    to: Height,
    mut tell: impl FnMut(Retold<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let next = after(state.chain().height);
    let mut roots = Roots::default();
    log.read_between(next, after(to), |height, payload| {
        let entry = decode(height, payload)?;
        let executed = execute_block(state, &entry.block.block).map_err(|why| Unrecoverable::Invalid {
            height,
            why: Box::new(why),
        })?;
        if height == to {
            roots.finish(state, height, entry.root)?;
        } else {
            roots.executed(state, (height, entry.root), entry.block.block.transactions.len())?;
        }
        tell(Retold {
            result: BlockResult {
                height,
                receipts: executed.receipts,
                events: executed.events,
                state_root: entry.root,
                work: executed.work,
            },
            block: entry.block,
            state,
        })
    })
    .await
}
