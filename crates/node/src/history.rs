//! The index of the past beside a node (docs/history.md): a task of its own that follows what is published, and the readers of
//! the API. It holds the node up in nothing, and whatever happens to it, the chain goes on.

mod follower;
mod room;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use ballast_history::{Failed, Reader};
use ballast_protocol::Height;
use tokio::sync::{Notify, Semaphore};

pub(crate) use follower::Follower;

/// Questions that are answered at a time: each has a thread while it lasts.
const READERS: usize = 4;
/// How long a question may take, and how long it waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// The index of a node, to ask. Clones speak of the same one.
#[derive(Clone)]
pub struct History {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    status: RwLock<Status>,
    /// The last block that the index has.
    height: AtomicU64,
    /// How often it was made anew.
    rebuilds: AtomicU64,
    /// Whether a question has met damage.
    damaged: AtomicBool,
    /// Told when one has.
    damage: Notify,
}

#[derive(Clone)]
enum Status {
    /// Opened, made anew or catching up.
    Making,
    Ready(Arc<Readers>),
}

/// Connections to one index.
struct Readers {
    free: Mutex<Vec<Reader>>,
    places: Arc<Semaphore>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The index is not there yet, or not there where the answer would stand.
    #[error("the history has come to {0} so far: ask again in a while")]
    NotReady(Height),
    /// Too many ask.
    #[error("too many questions to the history are under way: ask again in a moment")]
    Busy,
    /// The question, or the index.
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl History {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            shared: Arc::new(Shared {
                path,
                status: RwLock::new(Status::Making),
                height: AtomicU64::new(0),
                rebuilds: AtomicU64::new(0),
                damaged: AtomicBool::new(false),
                damage: Notify::new(),
            }),
        }
    }

    /// The last block that the index has; while it is made, the last that was written.
    pub fn height(&self) -> Height {
        Height(self.shared.height.load(Ordering::Relaxed))
    }

    /// Whether it answers.
    pub fn is_ready(&self) -> bool {
        matches!(self.status(), Status::Ready(_))
    }

    /// How often it was made anew since the start.
    pub fn rebuilds(&self) -> u64 {
        self.shared.rebuilds.load(Ordering::Relaxed)
    }

    fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Whether the disk has room for more of it.
    fn has_room(&self) -> bool {
        room::is_enough(self.path(), room::FLOOR)
    }

    fn status(&self) -> Status {
        self.shared
            .status
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, status: Status) {
        *self.shared.status.write().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// Lets questions come.
    fn open(&self) {
        self.set(Status::Ready(Arc::new(Readers {
            free: Mutex::new(Vec::new()),
            places: Arc::new(Semaphore::new(READERS)),
        })));
    }

    /// Lets none come any more.
    fn close(&self) {
        self.set(Status::Making);
    }

    fn reached(&self, height: Height) {
        self.shared.height.store(height.0, Ordering::Relaxed);
    }

    /// Asks, on a thread for what blocks. Errors: those of [`NoAnswer`]. Works under tokio alone.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Reader) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let Status::Ready(readers) = self.status() else {
            return Err(NoAnswer::NotReady(self.height()));
        };
        let turn = tokio::time::timeout(PATIENCE, readers.places.clone().acquire_owned());
        let Ok(Ok(place)) = turn.await else {
            return Err(NoAnswer::Busy);
        };
        let path = self.path().to_owned();
        let asked = tokio::task::spawn_blocking(move || {
            let _place = place;
            let free = || readers.free.lock().unwrap_or_else(PoisonError::into_inner);
            let known = free().pop();
            let mut reader = match known {
                Some(reader) => reader,
                None => Reader::open(&path, PATIENCE)?,
            };
            let answer = question(&mut reader);
            if answer.is_ok() || matches!(answer, Err(Failed::TooLong)) {
                free().push(reader);
            }
            answer
        });
        // A task that ends otherwise than by its end has met a bug, which the runtime has told.
        let answer = asked.await.map_err(|_| NoAnswer::Busy)?;
        if answer.as_ref().is_err_and(Failed::is_damage) {
            self.shared.damaged.store(true, Ordering::Release);
            self.shared.damage.notify_one();
        }
        Ok(answer?)
    }
}
