//! The log of blocks: one record a height, durable once [`Log::sync`] has returned.
//!
//! A log is a row of segments, each named by the height of its first record. Only the last may end in the middle of a
//! record: a new one is begun when all before it is durable.

use std::sync::Arc;

use ballast_protocol::{Height, proof::Hash};
use commonware_runtime::{Blob, Error as StorageError, IoBufMut, ReadOptions, Storage, WriteOptions};

use crate::frame::{Frame, Key, RECORD_MAX};
use crate::partition::{heights, name, place};
use crate::reader::{LogReader, Shared, Written};
use crate::segment::{self, FIRST, Walked};
use crate::{Fault, LOG};

/// Where a log lies and whose it is.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The storage partition (a folder on disk).
    pub partition: String,
    /// The chain: the hash of its genesis. Records of another are refused.
    pub chain: Hash,
    /// The height of the first record, if the log is made anew.
    pub first: Height,
    /// A segment of so many bytes is the last's end: the next record begins another.
    pub segment_bytes: u64,
}

impl LogConfig {
    /// The log in a node's folder: with `first` where it is made anew.
    pub fn of_node(chain: Hash, first: Height, segment_bytes: u64) -> Self {
        Self {
            partition: LOG.into(),
            chain,
            first,
            segment_bytes,
        }
    }
}

/// What was cut off at the end of a log when it was opened: a write that a crash has torn, acknowledged to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The first height that was not whole.
    pub height: Height,
    /// How many bytes went.
    pub bytes: u64,
}

/// An append-only log, open for appending.
pub struct Log<S: Storage> {
    storage: S,
    config: LogConfig,
    key: Key,
    /// The first heights of all segments, rising; the last is the tail's.
    segments: Vec<Height>,
    tail: Tail<S::Blob>,
    /// Records that are not written yet.
    pending: Vec<u8>,
    /// The height of the next record.
    next: Height,
    /// Everything below this is durable.
    durable: Height,
    /// The first fault: after it nothing is written any more.
    failed: Option<Fault>,
    /// What readers beside it may read.
    shared: Arc<Shared<S::Blob>>,
}

struct Tail<B> {
    blob: Arc<B>,
    end: u64,
    marks: usize,
}

impl<S: Storage> Log<S> {
    /// Opens a log, or makes an empty one; cuts off what a crash has torn. Errors: `Storage`; `Corrupt` if a block that was
    /// durable is gone; `Foreign`.
    pub async fn open(storage: S, mut config: LogConfig) -> Result<(Self, Option<Cut>), Fault> {
        let key = Key::of(&config.chain);
        let mut segments = heights(&storage, &config.partition).await?;
        // A last segment whose first page was torn, before any record could follow.
        let mut removed: Option<Cut> = None;
        loop {
            let Some(first) = segments.last().copied() else {
                return Ok((Self::begin(storage, config, key).await?, said(removed)));
            };
            let place = place(&config.partition, first);
            let (blob, size) = open(&storage, &config.partition, first).await?;
            let bytes = read(&blob, size).await?;
            if size < FIRST || !segment::has_title(&key, first, bytes.as_ref()) {
                if size > FIRST {
                    let why = "its first bytes are of another chain, another version, or damaged";
                    return Err(Fault::Foreign { place, why });
                }
                if segment::marked(&key, bytes.as_ref()).is_some_and(|durable| durable > first) {
                    return Err(Fault::Corrupt {
                        place,
                        at: size,
                        height: first,
                    });
                }
                drop(blob);
                storage.remove(&config.partition, Some(&name(first))).await?;
                segments.pop();
                config.first = first;
                removed = Some(Cut {
                    height: first,
                    bytes: size,
                });
                continue;
            }
            let Ok(walked) = segment::walk(&key, first, bytes.as_ref(), |_| Ok::<(), std::convert::Infallible>(()));
            // A segment is begun when all before it is durable.
            if walked.has_lost() || removed.is_some_and(|removed| removed.height > walked.next) {
                return Err(corrupt(place, &walked));
            }
            // What this file shows may stand in memory alone: written before a crash, or by a sync that failed and would not say
            // so twice. What no mark vouches for is therefore written again before anyone builds on it.
            let doubtful = bytes
                .as_ref()
                .get(offset(walked.doubtful)?..offset(walked.end)?)
                .unwrap_or_default();
            let torn = size.saturating_sub(walked.end);
            if torn > 0 {
                blob.resize(walked.end).await?;
            }
            if !doubtful.is_empty() {
                let (at, again) = (walked.doubtful, doubtful.to_vec());
                blob.write_at(at, again, WriteOptions::default()).await?;
            }
            blob.sync().await?;
            let cut = said(Some(Cut {
                height: walked.next,
                bytes: torn,
            }));
            let cut = cut.or(said(removed));
            let tail = Tail {
                blob: Arc::new(blob),
                end: walked.end,
                marks: 0,
            };
            return Ok((Self::of(storage, (config, key), segments, tail, walked.next), cut));
        }
    }

    async fn begin(storage: S, config: LogConfig, key: Key) -> Result<Self, Fault> {
        let first = config.first;
        let tail = begin_segment(&storage, &config.partition, &key, first).await?;
        Ok(Self::of(storage, (config, key), vec![first], tail, first))
    }

    fn of(
        storage: S,
        (config, key): (LogConfig, Key),
        segments: Vec<Height>,
        tail: Tail<S::Blob>,
        next: Height,
    ) -> Self {
        let written = Written {
            segments: segments.clone(),
            tail: tail.blob.clone(),
            end: tail.end,
            durable: next,
        };
        Self {
            storage,
            config,
            key,
            segments,
            tail,
            pending: Vec::new(),
            next,
            durable: next,
            failed: None,
            shared: Arc::new(Shared::new(written)),
        }
    }

    /// Who reads beside it, through a storage of the same files.
    pub fn reader<T: Storage<Blob = S::Blob>>(&self, storage: T) -> LogReader<T> {
        LogReader::new(storage, self.config.partition.clone(), self.key, &self.shared)
    }

    /// Lets readers see what is durable now.
    fn show(&self) {
        self.shared.show(|written| {
            if written.segments != self.segments {
                written.segments.clone_from(&self.segments);
            }
            written.tail = self.tail.blob.clone();
            written.end = self.tail.end;
            written.durable = self.durable;
        });
    }

    /// The height of the next record.
    pub const fn next(&self) -> Height {
        self.next
    }

    /// The height of the first record that is still there.
    pub fn first(&self) -> Height {
        self.segments.first().copied().unwrap_or(self.config.first)
    }

    /// The height below which every record is durable.
    pub const fn durable(&self) -> Height {
        self.durable
    }

    /// Adds a record; it is durable after the next [`Log::sync`]. Errors: `OutOfTurn`, `TooLarge`, and the fault after which
    /// nothing is written any more.
    pub fn append(&mut self, height: Height, payload: &[u8]) -> Result<(), Fault> {
        self.usable()?;
        if height != self.next {
            return Err(Fault::OutOfTurn {
                expected: self.next,
                found: height,
            });
        }
        if payload.len() > RECORD_MAX {
            return Err(Fault::TooLarge {
                bytes: payload.len(),
                limit: RECORD_MAX,
            });
        }
        let frame = Frame { height, payload };
        frame.write(&self.key, &mut self.pending);
        self.next = Height(height.0.saturating_add(1));
        Ok(())
    }

    /// Writes what was appended and makes it durable; returns the height below which all is durable. After an
    /// error nothing is durable that was not before, as far as anyone may say, and the log takes nothing any more: a disk that has failed once to
    /// keep a write may have dropped it, and would not say so again.
    pub async fn sync(&mut self) -> Result<Height, Fault> {
        self.usable()?;
        if self.pending.is_empty() {
            return Ok(self.durable);
        }
        let done = self.write_and_sync().await;
        if let Err(fault) = &done {
            self.failed = Some(fault.clone());
        }
        done.map(|()| self.durable)
    }

    async fn write_and_sync(&mut self) -> Result<(), Fault> {
        if self.tail.end >= self.config.segment_bytes.max(FIRST + 1) {
            self.tail = begin_segment(&self.storage, &self.config.partition, &self.key, self.durable).await?;
            self.segments.push(self.durable);
        }
        let records = std::mem::take(&mut self.pending);
        let written = u64::try_from(records.len()).expect("a length fits");
        let blob = &self.tail.blob;
        blob.write_at(self.tail.end, records, WriteOptions::default()).await?;
        blob.sync().await?;
        self.tail.end = self.tail.end.saturating_add(written);
        self.durable = self.next;
        self.show();
        let (at, mark) = segment::mark(&self.key, self.durable, self.tail.marks);
        self.tail.marks = self.tail.marks.wrapping_add(1);
        blob.write_at(at, mark, WriteOptions::default()).await?;
        Ok(())
    }

    /// Ends well: makes durable what was appended, and the mark that says so, which else waits for the next sync.
    pub async fn close(mut self) -> Result<Height, Fault> {
        let durable = self.sync().await?;
        self.tail.blob.sync().await?;
        Ok(durable)
    }

    /// Shows every durable record from a height on to `visit`, in order. Errors: `Pruned` if the first of them
    /// are not there any more; `Storage`, `Corrupt`, `Missing`; those of `visit`.
    pub async fn read<E: From<Fault>>(
        &self,
        from: Height,
        visit: impl FnMut(Height, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_between(from, self.durable, visit).await
    }

    /// Like [`Log::read`], of the heights from one to below another.
    pub async fn read_between<E: From<Fault>>(
        &self,
        from: Height,
        below: Height,
        visit: impl FnMut(Height, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (storage, partition) = (&self.storage, &self.config.partition);
        let shared = self.shared.clone();
        shared
            .read_between(storage, partition, &self.key, (from, below), visit)
            .await
    }

    /// Removes the segments whose records all stand below a height; never the last. Who reads beside it is told that they go before
    /// they do. Error: `Storage`; what was not removed may be by the next try.
    pub async fn prune(&mut self, below: Height) -> Result<(), Fault> {
        while self.segments.get(1).is_some_and(|next| *next <= below) {
            let first = self.segments.remove(0);
            self.show();
            let removed = self.shared.remove(&self.storage, &self.config.partition, first).await;
            if let Err((why, is_there)) = removed {
                if is_there {
                    self.segments.insert(0, first);
                    self.show();
                }
                return Err(why);
            }
        }
        Ok(())
    }

    fn usable(&self) -> Result<(), Fault> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}

/// A cut of something.
fn said(cut: Option<Cut>) -> Option<Cut> {
    cut.filter(|cut| cut.bytes > 0)
}

/// An offset in memory. Error: it does not fit this machine.
fn offset(at: u64) -> Result<usize, Fault> {
    usize::try_from(at).map_err(|_| StorageError::OffsetOverflow.into())
}

pub(crate) fn corrupt(place: String, walked: &Walked) -> Fault {
    Fault::Corrupt {
        place,
        at: walked.end,
        height: walked.next,
    }
}

/// A segment that is there, and its length. Errors: `Corrupt` if the storage's own first bytes are damaged; `Storage`.
pub(crate) async fn open<S: Storage>(storage: &S, partition: &str, first: Height) -> Result<(S::Blob, u64), Fault> {
    match storage.open(partition, &name(first)).await {
        Err(StorageError::BlobCorrupt(..)) => Err(Fault::Corrupt {
            place: place(partition, first),
            at: 0,
            height: first,
        }),
        opened => Ok(opened?),
    }
}

/// An empty segment, durable.
async fn begin_segment<S: Storage>(
    storage: &S,
    partition: &str,
    key: &Key,
    first: Height,
) -> Result<Tail<S::Blob>, Fault> {
    let (blob, size) = storage.open(partition, &name(first)).await?;
    if size > 0 {
        blob.resize(0).await?;
    }
    blob.write_at(0, segment::title(key, first), WriteOptions::default())
        .await?;
    blob.sync().await?;
    Ok(Tail {
        blob: Arc::new(blob),
        end: FIRST,
        marks: 0,
    })
}

pub(crate) async fn read<B: Blob>(blob: &B, size: u64) -> Result<IoBufMut, Fault> {
    let length = usize::try_from(size).map_err(|_| StorageError::OffsetOverflow)?;
    let bytes = blob.read_at(0, length, ReadOptions::default()).await?;
    Ok(bytes.coalesce())
}
