//! Follows what the node publishes and writes it into the index; opens, mends and makes that anew.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ballast_engine::State;
use ballast_history::{Failed, Happened, Index, NotRebuilt, Unusable, catch_up, rebuild};
use ballast_journal::{LogReader, Snapshots};
use ballast_protocol::{Genesis, Height};
use commonware_runtime::Storage;

use super::History;
use crate::handle::Inbox;
use crate::{Host, Published, View};

/// Published blocks that are written together, at most.
const BLOCKS: usize = 256;
/// How long it waits before it tries again what has failed: at first, and at most.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Who writes the index.
pub(crate) struct Follower<E: Storage> {
    pub(crate) context: E,
    pub(crate) genesis: Genesis,
    pub(crate) log: LogReader<E>,
    pub(crate) snapshots: Snapshots<E>,
    pub(crate) view: View,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) history: History,
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
        match failed.is_damage() || matches!(failed, Failed::OutOfTurn { .. }) {
            true => Self::MakeAnew(failed.to_string()),
            false => Self::TryAgain(failed.to_string()),
        }
    }
}

impl From<NotRebuilt> for Trouble {
    fn from(why: NotRebuilt) -> Self {
        match why {
            NotRebuilt::Index(failed) => failed.into(),
            // What an index needs is not in the journal any more: what is there will do for a new one.
            NotRebuilt::Journal(why) => Self::MakeAnew(why.to_string()),
            NotRebuilt::Io(why) => Self::TryAgain(why.to_string()),
            NotRebuilt::Ended => Self::Ended,
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
            let why = match self.follow(anew).await {
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
            self.context.sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
    }

    async fn follow(&self, anew: bool) -> Trouble {
        match self.opened(anew).await {
            Ok(index) => match self.write(index).await {
                Ok(()) => Trouble::Ended,
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        }
    }

    /// The index as it lies there, or made of the journal.
    async fn opened(&self, anew: bool) -> Result<Index, Trouble> {
        let opened = match anew {
            true => Err("it was of no use".to_owned()),
            false => match Index::open(self.history.path(), &self.genesis.hash()) {
                Ok(index) => self
                    .of_this_journal(index)?
                    .ok_or_else(|| "it is of another journal".into()),
                Err(Unusable::None) => Err("there is none yet".into()),
                Err(why) => Err(why.to_string()),
            },
        };
        let why = match opened {
            Ok(index) => return Ok(index),
            Err(why) => why,
        };
        tracing::info!(%why, "the history is made of the journal");
        let (log, snapshots, path) = (&self.log, &self.snapshots, self.history.path());
        let index = rebuild(&self.genesis, log, snapshots, path, &mut |height| self.go_on(height)).await?;
        self.history.shared.rebuilds.fetch_add(1, Ordering::Relaxed);
        self.history.shared.damaged.store(false, Ordering::Release);
        tracing::info!(begins = %index.begins(), height = %index.height(), "the history is made");
        Ok(index)
    }

    /// An index, unless it has blocks that this journal has not.
    fn of_this_journal(&self, index: Index) -> Result<Option<Index>, Failed> {
        let height = index.height();
        if height > self.view.latest().height() {
            return Ok(None);
        }
        let here = self.view.at(height).map(|published| published.state.root());
        let is_other = here.is_some_and(|here| index.root().is_ok_and(|root| root.is_some_and(|root| root != here)));
        Ok((!is_other).then_some(index))
    }

    /// Tells how far it has come; false once the node stops.
    fn go_on(&self, height: Height) -> bool {
        self.history.reached(height);
        !self.inbox.is_stopping()
    }

    /// Writes what is published as it comes, and takes from the journal what is not kept any more.
    async fn write(&self, mut index: Index) -> Result<(), Trouble> {
        let mut state: Option<State> = None;
        let mut changed = self.view.changed();
        loop {
            let latest = changed.borrow_and_update().height();
            while index.height() < latest {
                let group = self.kept(index.height());
                if group.is_empty() {
                    if self.inbox.is_stopping() {
                        return Ok(());
                    }
                    let progress = &mut |height| self.go_on(height);
                    let (log, snapshots) = (&self.log, &self.snapshots);
                    catch_up(&self.genesis, log, snapshots, &mut index, state.take(), progress).await?;
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
                news = changed.changed() => if news.is_err() { return Ok(()) },
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
