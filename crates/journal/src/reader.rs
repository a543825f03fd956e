//! Reading a log while it is written: what is durable, beside whoever appends.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use ballast_protocol::Height;
use commonware_runtime::{Blob, IoBufMut, Storage};
use tokio::sync::Mutex;

use crate::Fault;
use crate::frame::{Frame, Key};
use crate::log::{corrupt, open, read};
use crate::partition::{self, place};
use crate::segment::{self, Walked};

/// Reads the durable records of a [`crate::Log`] that somebody else appends to, for as long as that one is open. It holds nobody up.
pub struct LogReader<S: Storage> {
    storage: S,
    partition: String,
    key: Key,
    shared: Weak<Shared<S::Blob>>,
}

/// What a log and its readers share.
pub(crate) struct Shared<B> {
    written: RwLock<Written<B>>,
    /// Held while a segment is removed, and while one is opened that is still listed: opened too late it would be made again, empty.
    gate: Mutex<()>,
}

/// What of a log is durable, and where it lies.
pub(crate) struct Written<B> {
    /// The first heights of all segments, rising; the last is the tail's.
    pub(crate) segments: Vec<Height>,
    /// The last segment: storage opens a file once at a time.
    pub(crate) tail: Arc<B>,
    /// Its length.
    pub(crate) end: u64,
    /// Everything below this is durable.
    pub(crate) durable: Height,
}

impl<B> Clone for Written<B> {
    fn clone(&self) -> Self {
        Self {
            segments: self.segments.clone(),
            tail: self.tail.clone(),
            end: self.end,
            durable: self.durable,
        }
    }
}

impl<S: Storage> LogReader<S> {
    pub(crate) fn new(storage: S, partition: String, key: Key, shared: &Arc<Shared<S::Blob>>) -> Self {
        Self {
            storage,
            partition,
            key,
            shared: Arc::downgrade(shared),
        }
    }

    /// What is durable now. Error: `Closed`.
    fn written(&self) -> Result<Written<S::Blob>, Fault> {
        Ok(self.shared.upgrade().ok_or(Fault::Closed)?.written())
    }

    /// The height of the first record that is still there. Error: `Closed`.
    pub fn first(&self) -> Result<Height, Fault> {
        let written = self.written()?;
        Ok(written.segments.first().copied().unwrap_or(written.durable))
    }

    /// The last durable height. Error: `Closed`.
    pub fn last(&self) -> Result<Height, Fault> {
        Ok(Height(self.written()?.durable.0.saturating_sub(1)))
    }

    /// Shows the durable records from one height to below another to `visit`, in order. Errors: `Closed`; `Pruned` if the first of
    /// them are not there any more; those of [`crate::Log::read_between`].
    pub async fn read_between<E: From<Fault>>(
        &self,
        from: Height,
        below: Height,
        visit: impl FnMut(Height, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let shared = self.shared.upgrade().ok_or(Fault::Closed)?;
        let (storage, partition) = (&self.storage, &self.partition);
        shared
            .read_between(storage, partition, &self.key, (from, below), visit)
            .await
    }
}

impl<B> Shared<B> {
    pub(crate) fn new(written: Written<B>) -> Self {
        Self {
            written: RwLock::new(written),
            gate: Mutex::new(()),
        }
    }

    fn written(&self) -> Written<B> {
        self.written.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows what is durable now.
    pub(crate) fn show(&self, change: impl FnOnce(&mut Written<B>)) {
        change(&mut self.written.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Removes a segment that is listed no more. Errors: those of [`partition::remove`].
    pub(crate) async fn remove<S: Storage>(
        &self,
        storage: &S,
        partition: &str,
        first: Height,
    ) -> Result<(), (Fault, bool)> {
        let _alone = self.gate.lock().await;
        partition::remove(storage, partition, first).await
    }
}

impl<B: Blob> Shared<B> {
    /// Shows every durable record from one height to below another. Errors: `Pruned` if the first of them are not there any more;
    /// `Storage`, `Corrupt`, `Missing`; those of `visit`.
    pub(crate) async fn read_between<S: Storage<Blob = B>, E: From<Fault>>(
        &self,
        storage: &S,
        partition: &str,
        key: &Key,
        (from, below): (Height, Height),
        mut visit: impl FnMut(Height, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let written = self.written();
        let below = below.min(written.durable);
        if from >= below {
            return Ok(());
        }
        written.has_still(from)?;
        let begins = written.segments.partition_point(|first| *first <= from) - 1;
        let segments = written.segments.iter().enumerate().skip(begins);
        for (at, first) in segments.take_while(|(_, first)| **first < below) {
            let visit = |frame: Frame<'_>| {
                if (from..below).contains(&frame.height) {
                    visit(frame.height, frame.payload)
                } else {
                    Ok(())
                }
            };
            let next = written.segments.get(at + 1).copied();
            let bytes = match next {
                None => read(&*written.tail, written.end).await?,
                Some(next) => self.read(storage, partition, *first, next).await?,
            };
            let walked = segment::walk(key, *first, bytes.as_ref(), visit)?;
            let end = next.unwrap_or(written.durable);
            if walked.next < end {
                return Err(lost(partition, *first, &walked, (bytes.len(), end)).into());
            }
        }
        Ok(())
    }

    /// All bytes of a segment before the last. Errors: `Pruned`, `Missing`, `Corrupt`, `Storage`.
    async fn read<S: Storage<Blob = B>>(
        &self,
        storage: &S,
        partition: &str,
        first: Height,
        next: Height,
    ) -> Result<IoBufMut, Fault> {
        let (blob, size) = {
            let _alone = self.gate.lock().await;
            self.written().has_still(first)?;
            if !partition::is_there(storage, partition, first).await? {
                return Err(Fault::Missing {
                    place: place(partition, first),
                    from: first,
                    to: Height(next.0.saturating_sub(1)),
                });
            }
            open(storage, partition, first).await?
        };
        read(&blob, size).await
    }
}

impl<B> Written<B> {
    /// Error: `Pruned` if a block stands below all that is there.
    fn has_still(&self, asked: Height) -> Result<(), Fault> {
        match self.segments.first().copied() {
            Some(first) if first <= asked => Ok(()),
            first => Err(Fault::Pruned {
                asked,
                first: first.unwrap_or(self.durable),
            }),
        }
    }
}

/// What is wrong where a segment of so many bytes ends before the next one begins.
fn lost(partition: &str, first: Height, walked: &Walked, (bytes, end): (usize, Height)) -> Fault {
    let is_whole = usize::try_from(walked.end).is_ok_and(|end| end == bytes) && !walked.has_lost();
    if is_whole {
        Fault::Missing {
            place: place(partition, walked.next),
            from: walked.next,
            to: Height(end.0.saturating_sub(1)),
        }
    } else {
        corrupt(place(partition, first), walked)
    }
}
