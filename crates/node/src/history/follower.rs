//! Follows what the node publishes and writes it into the index; opens, mends and makes that anew.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use ballast_engine::State;
use ballast_history::{Failed, Happened, Index, NotRebuilt, Stage, Stop, Unusable, catch_up, rebuild};
use ballast_journal::{LogReader, Snapshots};
use ballast_protocol::Genesis;
use ballast_protocol::Height;
use commonware_runtime::Storage;

use super::{History, room};
use crate::handle::Inbox;
use crate::{Host, Published, View};

/// Published blocks that are written together, at most.
const BLOCKS: usize = 256;
/// Blocks gather in steps of this: a transaction of SQLite writes whole each page that it touches, and the more rows share one, the
/// less each costs.
const GATHERING: Duration = Duration::from_millis(100);
/// Most steps.
const STEPS: usize = 10;
/// With fewer transactions than this it is not worth more than a step, with more not needed.
const WORTH: std::ops::Range<usize> = 200..10_000;
/// How long it waits before it tries again what has failed: at first, and at most.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// How often it looks whether the disk has room again.
const ROOM: Duration = Duration::from_secs(10);

/// Who writes the index.
pub(crate) struct Follower<E: Storage> {
    pub(crate) context: E,
    pub(crate) genesis: Genesis,
    pub(crate) log: LogReader<E>,
    pub(crate) snapshots: Snapshots<E>,
    pub(crate) view: View,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) history: History,
    /// Whether the making of the index has left the disk too little room.
    pub(crate) is_cramped: Arc<AtomicBool>,
}

/// What to do with an index that can't be gone on with.
enum Trouble {
    /// Made anew, it is of use again.
    MakeAnew(String),
    /// Opened again, it may be.
    TryAgain(String),
    /// The node stops.
    Ended,
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Self {
        NotRebuilt::from(failed).into()
    }
}

impl From<NotRebuilt> for Trouble {
    fn from(why: NotRebuilt) -> Self {
        match why {
            NotRebuilt::Ended => Self::Ended,
            why if why.wants_anew() => Self::MakeAnew(why.to_string()),
            why => Self::TryAgain(why.to_string()),
        }
    }
}

impl<E: Host> Follower<E> {
    /// Until the node has stopped.
    pub(crate) async fn run(self) {
        let mut pause = PAUSE;
        let mut anew = false;
        while !self.inbox.is_stopping() {
            let began = self.history.rebuilds();
            let trouble = unless_it_panics(self.follow(anew)).await.unwrap_or_else(|| {
                // The runtime would end the node with it, whose chain does not need it.
                Trouble::MakeAnew("a bug has ended the work on it".into())
            });
            let why = match trouble {
                Trouble::Ended if self.is_cramped.swap(false, Ordering::Relaxed) => {
                    anew = false;
                    room::NONE.to_owned()
                }
                Trouble::Ended => return,
                Trouble::MakeAnew(why) => {
                    anew = true;
                    why
                }
                Trouble::TryAgain(why) => {
                    anew = false;
                    why
                }
            };
            self.history.close();
            // After an index that was good for a while the first try comes soon.
            pause = if self.history.rebuilds() > began { PAUSE } else { pause };
            tracing::warn!(%why, anew, ?pause, "the history can't be gone on with; the chain goes on without it");
            self.wait(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
    }

    /// Waits, unless the node stops.
    async fn wait(&self, pause: Duration) {
        tokio::select! {
            () = self.context.sleep(pause) => {}
            _ = self.inbox.stopped() => {}
        }
    }

    async fn follow(&self, anew: bool) -> Trouble {
        match self.opened(anew).await {
            Ok((index, state)) => match self.write(index, state).await {
                Ok(()) => Trouble::Ended,
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        }
    }

    /// The index as it lies there, or made of the journal; and the state after its last block, if it is known.
    async fn opened(&self, anew: bool) -> Result<(Index, Option<State>), Trouble> {
        let stop = self.stop();
        let opened = match anew {
            true => Err("it was of no use".to_owned()),
            false => match Index::open_unless(self.history.path(), &self.genesis.hash(), &stop) {
                Ok(index) => self
                    .of_this_journal(index)?
                    .ok_or_else(|| "it is of another journal".into()),
                Err(Unusable::NotNow(failed)) => return Err(failed.into()),
                Err(why) => Err(why.to_string()),
            },
        };
        let why = match opened {
            Ok(index) => return Ok((index, None)),
            Err(why) => why,
        };
        if !self.history.has_room() {
            return Err(Trouble::TryAgain(room::NONE.into()));
        }
        tracing::info!(%why, "the history is made of the journal");
        let (log, snapshots, path) = (&self.log, &self.snapshots, self.history.path());
        let made = rebuild(&self.genesis, log, snapshots, path, &stop, &mut |step| {
            self.reached(step)
        })
        .await;
        let (index, state) = made?;
        self.history.shared.rebuilds.fetch_add(1, Ordering::Relaxed);
        self.history.shared.damaged.store(false, Ordering::Release);
        if let Some(aside) = index.aside() {
            tracing::warn!(aside = %aside.display(), "the history that was there may tell of older blocks: it is kept");
        }
        tracing::info!(begins = %index.begins(), height = %index.height(), "the history is made");
        Ok((index, Some(state)))
    }

    /// An index, unless it has blocks that this journal has not.
    fn of_this_journal(&self, index: Index) -> Result<Option<Index>, Failed> {
        let height = index.height();
        if height > self.view.latest().height() {
            return Ok(None);
        }
        let here = self.view.at(height).map(|published| published.state.root());
        let there = index.root()?;
        let is_other = here.zip(there).is_some_and(|(here, there)| here != there);
        Ok((!is_other).then_some(index))
    }

    /// Whether to end what takes long.
    fn stop(&self) -> Stop {
        let (inbox, is_cramped) = (self.inbox.clone(), self.is_cramped.clone());
        Arc::new(move || inbox.is_stopping() || is_cramped.load(Ordering::Relaxed))
    }

    /// Tells how far it has come.
    fn reached(&self, step: Stage) {
        if let Stage::Written(height) = step {
            self.history.reached(height);
            let is_cramped = !self.history.has_room();
            self.is_cramped.store(is_cramped, Ordering::Relaxed);
        }
    }

    /// Writes what is published as it comes, and takes from the journal what is not kept any more.
    async fn write(&self, mut index: Index, mut state: Option<State>) -> Result<(), Trouble> {
        let mut changed = self.view.changed();
        loop {
            let latest = changed.borrow_and_update().height();
            while index.height() < latest {
                if !self.history.path().exists() {
                    return Err(Trouble::MakeAnew("its file is gone".into()));
                }
                if !self.history.has_room() {
                    tracing::warn!("{}", room::NONE);
                    self.wait(ROOM).await;
                    if self.inbox.is_stopping() {
                        return Ok(());
                    }
                    continue;
                }
                let group = self.kept(index.height());
                if group.is_empty() {
                    if self.inbox.is_stopping() {
                        return Ok(());
                    }
                    let (log, snapshots) = (&self.log, &self.snapshots);
                    let progress = &mut |step| self.reached(step);
                    state = catch_up(&self.genesis, log, snapshots, &mut index, state.take(), progress).await?;
                    continue;
                }
                let happened = group.iter().filter_map(|published| {
                    let sealed = published.sealed.as_ref()?;
                    Some(Happened {
                        block: &sealed.block.block,
                        hashes: &sealed.hashes,
                        result: &sealed.result,
                        state: &published.state,
                    })
                });
                index.apply(happened)?;
                state = group.last().map(|published| published.state.clone());
                self.history.reached(index.height());
            }
            self.history.reached(index.height());
            if !self.history.is_ready() {
                self.history.open();
            }
            if self.history.shared.damaged.load(Ordering::Acquire) {
                return Err(Trouble::MakeAnew("a question has met damage".into()));
            }
            tokio::select! {
                news = changed.changed() => match news {
                    Ok(()) => self.gather(index.height()).await,
                    Err(_) => return Ok(()),
                },
                () = self.history.shared.damage.notified() => {}
                _ = self.inbox.stopped() => {
                    // The last blocks were published before.
                    if self.view.latest().height() <= index.height() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Lets blocks come that are then written together with those after a height, while that is worth it.
    async fn gather(&self, after: Height) {
        for step in 0..STEPS {
            let kept = self.kept(after);
            let waiting = kept.iter().map(|published| published.transactions()).sum();
            if !is_worth_a_step(step, waiting, (kept.len(), self.view.capacity())) {
                return;
            }
            self.wait(GATHERING).await;
        }
    }

    /// The blocks after a height, as far as they are kept.
    fn kept(&self, after: Height) -> Vec<Arc<Published>> {
        let heights = (after.0.saturating_add(1)..).take(BLOCKS);
        heights
            .map_while(|height| {
                let published = self.view.at(Height(height));
                published.filter(|published| published.sealed.is_some())
            })
            .collect()
    }
}

/// Whether to let more blocks come, after so many steps, to those with so many transactions that are `kept` out of a most that are.
fn is_worth_a_step(step: usize, transactions: usize, (kept, most): (usize, usize)) -> bool {
    let is_worth_it = WORTH.contains(&transactions) || (step == 0 && transactions < WORTH.start);
    // Those that are kept no longer would have to be executed again.
    is_worth_it && kept <= most / 2
}

/// What a future gives, or nothing if it panics: it is not asked again.
async fn unless_it_panics<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        polled.map_or(Poll::Ready(None), |polled| polled.map(Some))
    })
    .await
}

#[cfg(test)]
mod tests;
