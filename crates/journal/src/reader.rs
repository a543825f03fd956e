//! Reading a log while it is written: what is durable, beside whoever appends.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use ballast_protocol::Height;
use commonware_runtime::{Blob, Storage};

use crate::Fault;
use crate::frame::{Frame, Key};
use crate::log::{corrupt, name, place, read};
use crate::segment::{self, Walked};

/// Reads the durable records of a [`crate::Log`] that somebody else appends to, for as long as that one is open. It holds nobody up.
pub struct LogReader<S: Storage> {
    storage: S,
    partition: String,
    key: Key,
    written: Weak<RwLock<Written<S::Blob>>>,
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
    pub(crate) fn new(storage: S, partition: String, key: Key, written: &Arc<RwLock<Written<S::Blob>>>) -> Self {
        Self {
            storage,
            partition,
            key,
            written: Arc::downgrade(written),
        }
    }

    /// What is durable now. Error: `Closed`.
    fn written(&self) -> Result<Written<S::Blob>, Fault> {
        let written = self.written.upgrade().ok_or(Fault::Closed)?;
        let written = written.read().unwrap_or_else(PoisonError::into_inner);
        Ok(written.clone())
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

    /// Shows the durable records from one height to below another to `visit`, in order. Errors: `Closed`; those of
    /// [`crate::Log::read_between`].
    pub async fn read_between<E: From<Fault>>(
        &self,
        from: Height,
        below: Height,
        visit: impl FnMut(Height, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let written = self.written()?;
        let between = (from, below.min(written.durable));
        written
            .read_between(&self.storage, &self.partition, &self.key, between, visit)
            .await
    }
}

impl<B: Blob> Written<B> {
    /// Shows every durable record from one height to below another. Errors: `Storage`, `Corrupt`, `Missing`; those of `visit`.
    pub(crate) async fn read_between<S: Storage<Blob = B>, E: From<Fault>>(
        &self,
        storage: &S,
        partition: &str,
        key: &Key,
        (from, below): (Height, Height),
        mut visit: impl FnMut(Height, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let begins = self.segments.partition_point(|first| *first <= from).saturating_sub(1);
        let segments = self.segments.iter().enumerate().skip(begins);
        for (at, first) in segments.take_while(|(_, first)| **first < below && from < below) {
            let visit = |frame: Frame<'_>| {
                if (from..below).contains(&frame.height) {
                    visit(frame.height, frame.payload)
                } else {
                    Ok(())
                }
            };
            let end = self.segments.get(at + 1).copied();
            let bytes = match end {
                None => read(&*self.tail, self.end).await?,
                Some(_) => {
                    let opened = storage.open(partition, &name(*first)).await;
                    let (blob, size) = opened.map_err(Fault::from)?;
                    read(&blob, size).await?
                }
            };
            let walked = segment::walk(key, *first, bytes.as_ref(), visit)?;
            let end = end.unwrap_or(self.durable);
            if walked.next < end {
                return Err(lost(partition, *first, &walked, (bytes.len(), end)).into());
            }
        }
        Ok(())
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
