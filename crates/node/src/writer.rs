//! Makes executed blocks durable, as many at a time as wait, then publishes them and tells who waits; makes snapshots.

use std::sync::Arc;

use ballast_engine::State;
use ballast_journal::{Fault, Log, Snapshots};
use ballast_protocol::Height;
use commonware_runtime::{Handle, Spawner, Storage};
use tokio::sync::mpsc;

use crate::handle::{Inbox, Included};
use crate::sequencer::Executed;
use crate::{Pruning, Settings, Stopped, View};

/// Writes the log.
pub(crate) struct Writer<E: Storage> {
    pub(crate) context: E,
    pub(crate) log: Log<E>,
    pub(crate) snapshots: Arc<Snapshots<E>>,
    /// The height of the newest snapshot, or where the node began.
    pub(crate) last_snapshot: Height,
    pub(crate) view: View,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) settings: Settings,
    pub(crate) executed: mpsc::Receiver<Executed>,
}

impl<E: Storage + Spawner> Writer<E> {
    /// Until the sequencer ends or the disk fails.
    pub(crate) async fn run(mut self) {
        let mut snapshot: Option<Handle<Result<(), Fault>>> = None;
        while let Some(group) = self.next_group().await {
            if let Err(fault) = self.write(group).await {
                tracing::error!(%fault, "the journal can't be written");
                return self.inbox.stop(Stopped::Failed(fault.to_string()));
            }
            snapshot = self.snapshot(snapshot).await;
        }
        let closed = self.log.close().await;
        self.inbox.stop(match closed {
            Ok(_) => Stopped::Asked,
            Err(fault) => Stopped::Failed(fault.to_string()),
        });
    }

    /// The next executed block, and all that have been executed meanwhile.
    async fn next_group(&mut self) -> Option<Vec<Executed>> {
        let mut group = vec![self.executed.recv().await?];
        while group.len() < self.settings.blocks_in_flight.max(1) {
            match self.executed.try_recv() {
                Ok(executed) => group.push(executed),
                Err(_) => break,
            }
        }
        Some(group)
    }

    async fn write(&mut self, group: Vec<Executed>) -> Result<(), Fault> {
        for executed in &group {
            self.log.append(executed.height, &executed.record)?;
        }
        #[cfg(feature = "planted")]
        if self.settings.acknowledge_early {
            self.acknowledge(group);
            return self.log.sync().await.map(drop);
        }
        self.log.sync().await?;
        self.acknowledge(group);
        Ok(())
    }

    /// Publishes what is durable and tells who waits for it.
    fn acknowledge(&self, group: Vec<Executed>) {
        for mut executed in group {
            let height = executed.height;
            let replies: Vec<_> = executed.replies().collect();
            self.inbox.pool().published(&executed.hashes());
            self.view.publish(executed.published);
            for (hash, index, receipt, reply) in replies {
                let included = Included {
                    hash,
                    height,
                    index,
                    receipt,
                };
                // Who asked may be gone.
                let _ = reply.send(Ok(included));
            }
        }
    }

    /// Begins a snapshot when it is time and none is under way, beside the blocks; after the last one, prunes.
    async fn snapshot(&mut self, under_way: Option<Handle<Result<(), Fault>>>) -> Option<Handle<Result<(), Fault>>> {
        let latest = self.view.latest();
        let height = latest.state.chain().height;
        let due = self.settings.snapshot_every > 0
            && height.0.saturating_sub(self.last_snapshot.0) >= self.settings.snapshot_every;
        if !due {
            return under_way;
        }
        if let Some(handle) = under_way {
            // So much later it is done, or the disk is far too slow: wait for it.
            match handle.await {
                Ok(Ok(())) => self.prune().await,
                Ok(Err(fault)) => {
                    tracing::warn!(%fault, "a snapshot could not be written; the journal is whole without it")
                }
                Err(error) => tracing::warn!(%error, "a snapshot ended early"),
            }
        }
        self.last_snapshot = height;
        let (snapshots, keep) = (self.snapshots.clone(), self.settings.snapshots_kept);
        let state: State = latest.state.clone();
        let task = self.context.child("snapshot").shared(true).spawn(move |_| async move {
            let height = snapshots.save(&state).await?;
            snapshots.keep(keep).await?;
            tracing::info!(%height, "snapshot written");
            Ok(())
        });
        Some(task)
    }

    /// Removes journal files below the oldest snapshot kept.
    async fn prune(&mut self) {
        if self.settings.pruning == Pruning::KeepAll {
            return;
        }
        let oldest = match self.snapshots.heights().await {
            Ok(heights) => heights.first().copied(),
            Err(fault) => return tracing::warn!(%fault, "snapshots can't be listed"),
        };
        if let Some(oldest) = oldest
            && let Err(fault) = self.log.prune(oldest).await
        {
            tracing::warn!(%fault, "old journal files can't be removed");
        }
    }
}
