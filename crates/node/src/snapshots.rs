//! When a node makes snapshots, and which of them it trusts enough to remove what lies below.

use std::collections::BTreeSet;
use std::sync::Arc;

use ballast_engine::State;
use ballast_journal::{Fault, Log, ReadBack, Snapshots};
use ballast_protocol::Height;
use commonware_runtime::{Spawner, Storage};
use tokio::sync::oneshot;

use crate::{Pruning, Settings, Started, View};

/// So many blocks are executed again rather than written as a snapshot when a node stops.
const FEW: u64 = 16;

/// A snapshot that is due waits for the one under way until so many times as much has happened since that was begun.
const PATIENCE: u64 = 2;

/// What became of a snapshot: its height, if the disk has it whole.
type Saved = Result<Option<Height>, Fault>;

/// Makes snapshots beside the blocks, one at a time.
pub(crate) struct Keeper<E> {
    context: E,
    snapshots: Arc<Snapshots<E>>,
    /// The height of the newest, or where the node began.
    last: Height,
    /// Blocks since the last was begun, and the transactions in them.
    since: (u64, u64),
    /// Those that were read back well, by this program.
    read_back: BTreeSet<Height>,
    under_way: Option<oneshot::Receiver<Saved>>,
    every: u64,
    after: u64,
    keep: usize,
    gives_way: bool,
    pruning: Pruning,
}

impl<E: Storage + Spawner> Keeper<E> {
    pub(crate) fn new(context: E, snapshots: Snapshots<E>, settings: &Settings, started: &Started) -> Self {
        Self {
            context,
            snapshots: Arc::new(snapshots),
            last: started.snapshot.unwrap_or_default(),
            since: (started.replayed, started.transactions),
            read_back: started.snapshot.into_iter().collect(),
            under_way: None,
            every: settings.snapshot_every,
            after: settings.snapshot_after,
            keep: settings.snapshots_kept.max(1),
            gives_way: settings.snapshots_give_way,
            pruning: settings.pruning,
        }
    }

    /// Counts a durable block.
    pub(crate) fn count(&mut self, transactions: usize) {
        self.since.0 += 1;
        self.since.1 += u64::try_from(transactions).unwrap_or(u64::MAX);
    }

    /// Begins a snapshot when it is time, and prunes when one is done.
    pub(crate) async fn keep_up(&mut self, view: &View, log: &mut Log<E>) {
        // One that ended early counts as under way, too: the next comes the later.
        let is_under_way = self.under_way.as_ref().is_some_and(oneshot::Receiver::is_empty);
        if !self.is_due(if is_under_way { PATIENCE } else { 1 }) {
            return;
        }
        // So much later it is done, or the disk is far too slow: wait for it.
        self.end(log).await;
        let state = behind(view);
        if state.chain().height <= self.last {
            return;
        }
        self.since = (0, 0);
        self.last = state.chain().height;
        let (snapshots, aside, keep) = (self.snapshots.clone(), self.aside(self.gives_way), self.keep);
        let how = self.how(log);
        let (done, under_way) = oneshot::channel();
        self.context.child("snapshot").spawn(move |_| async move {
            // A node that stops at once does not ask.
            let _ = done.send(save(&snapshots, &aside, state, how, keep).await);
        });
        self.under_way = Some(under_way);
    }

    fn aside(&self, gives_way: bool) -> Aside<E> {
        let context = self.context.child("aside");
        Aside { context, gives_way }
    }

    /// How far snapshots are read back: to the state, unless the journal leads there from genesis, and will.
    fn how(&self, log: &Log<E>) -> ReadBack {
        match self.pruning {
            Pruning::KeepAll if log.first().0 <= 1 => ReadBack::Bytes,
            Pruning::KeepAll | Pruning::BelowSnapshots => ReadBack::State,
        }
    }

    /// Whether so many times as much as a snapshot is made after has happened since the last was begun.
    const fn is_due(&self, times: u64) -> bool {
        let (blocks, transactions) = self.since;
        let after = if self.after == 0 { 1 } else { self.after };
        self.every > 0 && (blocks >= self.every.saturating_mul(times) || transactions >= after.saturating_mul(times))
    }

    /// Before an orderly stop: ends the snapshot that is under way, and makes one if a start would have to execute more than a
    /// few blocks again beyond those that it shows.
    pub(crate) async fn stop(&mut self, view: &View, log: &mut Log<E>) {
        self.end(log).await;
        let state = behind(view);
        let height = state.chain().height;
        if self.every > 0 && height.0.saturating_sub(self.last.0) > FEW {
            let saved = save(&self.snapshots, &self.aside(false), state, self.how(log), self.keep).await;
            self.settle(saved, log).await;
        }
    }

    async fn end(&mut self, log: &mut Log<E>) {
        let Some(under_way) = self.under_way.take() else { return };
        match under_way.await {
            Ok(saved) => self.settle(saved, log).await,
            Err(_) => tracing::warn!("a snapshot ended early"),
        }
    }

    async fn settle(&mut self, saved: Saved, log: &mut Log<E>) {
        match saved {
            Ok(Some(height)) => {
                tracing::info!(%height, "snapshot written and read back");
                self.read_back.insert(height);
                self.prune(log).await;
            }
            Ok(None) => {}
            Err(fault) => tracing::warn!(%fault, "a snapshot could not be written; the journal is whole without it"),
        }
    }

    /// Removes journal files below the oldest snapshot kept, once as many as are kept have been read back well.
    async fn prune(&mut self, log: &mut Log<E>) {
        if self.pruning == Pruning::KeepAll {
            return;
        }
        let there = match self.snapshots.heights().await {
            Ok(heights) => heights,
            Err(fault) => return tracing::warn!(%fault, "snapshots can't be listed"),
        };
        self.read_back.retain(|height| there.contains(height));
        let Some(oldest) = self.read_back.iter().rev().nth(self.keep - 1).copied() else {
            return;
        };
        if let Err(fault) = log.prune(oldest).await {
            tracing::warn!(%fault, "old journal files can't be removed");
        }
    }
}

/// The state to write: the oldest that is kept, so that a start executes again what readers then find, and no more.
fn behind(view: &View) -> State {
    let oldest = view.at(view.oldest());
    oldest.unwrap_or_else(|| view.latest()).state.clone()
}

/// Makes a snapshot, and keeps so many in all.
async fn save<E: Storage + Spawner>(
    snapshots: &Arc<Snapshots<E>>,
    aside: &Aside<E>,
    state: State,
    how: ReadBack,
    keep: usize,
) -> Saved {
    let height = state.chain().height;
    let encoding = snapshots.clone();
    let Some(encoded) = aside.run(move || encoding.encode(&state)).await else {
        return Ok(None);
    };
    snapshots.write(encoded).await?;
    let checked = match snapshots.read(height).await? {
        Ok(written) => {
            let checking = snapshots.clone();
            aside.run(move || checking.check(&written, how)).await
        }
        Err(why) => Some(Err(why)),
    };
    match checked {
        Some(Ok(())) => {
            snapshots.keep(keep).await?;
            Ok(Some(height))
        }
        Some(Err(why)) => {
            tracing::warn!(%height, %why, "a snapshot could not be read back; it is removed");
            snapshots.remove(height).await?;
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Does a snapshot's work on a thread of its own, and nothing that waits for the disk: the threads that do that for a runtime are begun
/// by whoever needs one more, have its priority from then on, and do it for the journal as well.
struct Aside<E> {
    context: E,
    gives_way: bool,
}

impl<E: Spawner> Aside<E> {
    /// What came of work; none if it ended early.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let gives_way = self.gives_way;
        let thread = self.context.child("work").dedicated();
        let done = thread.spawn(move |_| async move {
            if gives_way {
                give_way();
            }
            work()
        });
        let done = done.await;
        if let Err(error) = &done {
            tracing::warn!(%error, "a snapshot ended early");
        }
        done.ok()
    }
}

/// Lets other threads go before this one where both want the processor: blocks wait for no snapshot then. Elsewhere than on Linux a
/// priority is that of the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "snapshots go on at the priority of all else");
    }
}

/// Of 19: about a tenth of a processor that others want too.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

#[cfg(test)]
mod tests;
