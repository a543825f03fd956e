//! With what executing a journal begins: genesis, or a snapshot.

use ballast_engine::State;
use ballast_protocol::{Genesis, Height};
use commonware_runtime::Storage;

use crate::recovery::{PassedOver, after};
use crate::{Snapshots, Unrecoverable};

/// A state to begin with.
pub(crate) struct Beginning {
    pub(crate) state: State,
    /// The height of the snapshot that it is; none is genesis.
    pub(crate) snapshot: Option<Height>,
    /// Snapshots that were of no use.
    pub(crate) passed_over: PassedOver,
}

/// The state that all of a log follows from: genesis if the log, whose first record is `first`, begins there, else the oldest snapshot
/// of use that the log continues. Errors: `Fault`, `Genesis`; `Gap` if there is none.
pub(crate) async fn oldest<S: Storage>(
    genesis: &Genesis,
    snapshots: &Snapshots<S>,
    first: Height,
) -> Result<Beginning, Unrecoverable> {
    let state = State::genesis(genesis)?;
    let from = state.chain().height;
    if first <= after(from) {
        return of_use(snapshots, std::iter::empty(), state).await;
    }
    let heights = snapshots.heights().await?.into_iter();
    let found = of_use(snapshots, heights.filter(|height| after(*height) >= first), state).await?;
    match found.snapshot {
        Some(_) => Ok(found),
        None => Err(Unrecoverable::Gap {
            first,
            from,
            passed_over: found.passed_over,
        }),
    }
}

/// The newest snapshot of use up to a height, or genesis. Errors: `Fault`, `Genesis`.
pub(crate) async fn newest<S: Storage>(
    genesis: &Genesis,
    snapshots: &Snapshots<S>,
    up_to: Height,
) -> Result<Beginning, Unrecoverable> {
    let heights = snapshots.heights().await?.into_iter().rev();
    of_use(
        snapshots,
        heights.filter(|height| *height <= up_to),
        State::genesis(genesis)?,
    )
    .await
}

/// The first of some snapshots that is of use, or genesis.
async fn of_use<S: Storage>(
    snapshots: &Snapshots<S>,
    heights: impl Iterator<Item = Height>,
    genesis: State,
) -> Result<Beginning, Unrecoverable> {
    let mut passed_over = PassedOver::default();
    for height in heights {
        match snapshots.load(height).await? {
            Ok(state) => {
                return Ok(Beginning {
                    state,
                    snapshot: Some(height),
                    passed_over,
                });
            }
            Err(why) => passed_over.0.push((height, why)),
        }
    }
    Ok(Beginning {
        state: genesis,
        snapshot: None,
        passed_over,
    })
}
