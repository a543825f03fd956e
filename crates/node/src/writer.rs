//! Makes executed blocks durable, as many at a time as wait, then publishes them and tells who waits.

use std::sync::Arc;
use std::time::Instant;

use ballast_journal::{Fault, Log};
use commonware_runtime::{Spawner, Storage};
use tokio::sync::mpsc;

use crate::handle::{Inbox, Included};
use crate::sequencer::Executed;
use crate::snapshots::Keeper;
use crate::{Counters, Settings, Stopped, View};

/// Writes the log.
pub(crate) struct Writer<E: Storage> {
    pub(crate) log: Log<E>,
    pub(crate) keeper: Keeper<E>,
    pub(crate) view: View,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) settings: Settings,
    pub(crate) executed: mpsc::Receiver<Executed>,
    pub(crate) counters: Arc<Counters>,
}

impl<E: Storage + Spawner> Writer<E> {
    /// Until the sequencer ends or the disk fails.
    pub(crate) async fn run(mut self) {
        while let Some(group) = self.next_group().await {
            if let Err(fault) = self.write(group).await {
                tracing::error!(%fault, "the journal can't be written");
                return self.inbox.stop(Stopped::Failed(fault.to_string()));
            }
            self.keeper.keep_up(&self.view, &mut self.log).await;
        }
        self.keeper.stop(&self.view, &mut self.log).await;
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
        let began = Instant::now();
        self.log.sync().await?;
        self.counters.count_sync(began.elapsed());
        self.acknowledge(group);
        Ok(())
    }

    /// Publishes what is durable and tells who waits for it.
    fn acknowledge(&mut self, group: Vec<Executed>) {
        for mut executed in group {
            let height = executed.height;
            let replies: Vec<_> = executed.replies().collect();
            let hashes = executed.hashes();
            self.keeper.count(hashes.len());
            self.counters.count(executed.receipts());
            self.counters.block_durable();
            // In this order: the pool lets go of a nonce and of a fee once the state shows that they are gone.
            self.view.publish(executed.published);
            self.inbox.pool().published(&hashes);
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
}
