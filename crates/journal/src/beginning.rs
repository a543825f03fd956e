//! With what executing a journal begins: genesis, or a snapshot.

use ballast_engine::State;
use ballast_protocol::{Genesis, Height};
use commonware_runtime::Storage;

use crate::recovery::{PassedOver, after};
use crate::{Snapshots, Unrecoverable};

/// The height of genesis.
const GENESIS: Height = Height(0);

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
    if first <= after(GENESIS) {
        return Beginning::genesis(genesis, PassedOver::default());
    }
    let heights = snapshots.heights().await?.into_iter();
    match of_use(snapshots, heights.filter(|height| after(*height) >= first)).await? {
        Found::Whole(beginning) => Ok(*beginning),
        Found::None(passed_over) => Err(Unrecoverable::Gap {
            first,
            from: GENESIS,
            passed_over,
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
    match of_use(snapshots, heights.filter(|height| *height <= up_to)).await? {
        Found::Whole(beginning) => Ok(*beginning),
        // Only now: the books of a large genesis take longer to make than a snapshot to read.
        Found::None(passed_over) => Beginning::genesis(genesis, passed_over),
    }
}

impl Beginning {
    /// Error: `Genesis`.
    fn genesis(genesis: &Genesis, passed_over: PassedOver) -> Result<Self, Unrecoverable> {
        Ok(Self {
            state: State::genesis(genesis)?,
            snapshot: None,
            passed_over,
        })
    }
}

/// What became of the search for a snapshot.
enum Found {
    /// One that is of use.
    Whole(Box<Beginning>),
    /// None is.
    None(PassedOver),
}

/// The first of some snapshots that is of use.
async fn of_use<S: Storage>(
    snapshots: &Snapshots<S>,
    heights: impl Iterator<Item = Height>,
) -> Result<Found, Unrecoverable> {
    let mut passed_over = PassedOver::default();
    for height in heights {
        match snapshots.load(height).await? {
            Ok(state) => {
                return Ok(Found::Whole(Box::new(Beginning {
                    state,
                    snapshot: Some(height),
                    passed_over,
                })));
            }
            Err(why) => passed_over.0.push((height, why)),
        }
    }
    Ok(Found::None(passed_over))
}
