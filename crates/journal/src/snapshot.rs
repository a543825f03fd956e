//! Whole states on disk: where a node starts from without replaying everything.
//!
//! ```text
//! magic 8 | height 8 | root 32 | records … | 0xFFFF | number of records 8 | hash 32
//! record: table 2 | key's length 4 | value's length 4 | key | value
//! ```
//!
//! Integers are little-endian; `hash` is BLAKE3, keyed by the chain, of all before it. A snapshot without its end is none,
//! so that a crash while it is written costs nothing. Who loads one gets a state whose root is the one written down.

use std::sync::Arc;

use ballast_engine::State;
use ballast_engine::kernel::RecordBytes;
use ballast_protocol::{Height, proof::Hash};
use commonware_runtime::{Blob, Error as StorageError, IoBufMut, Storage, WriteOptions};
use tokio::sync::Mutex;

use crate::frame::Key;
use crate::partition::{self, name};
use crate::{Fault, log};

const MAGIC: [u8; 8] = *b"BALSNAP\x01";
const TITLE: usize = 48;
const END: u16 = u16::MAX;
/// The end mark, the number of records and the hash.
const CLOSING: usize = 42;
/// Bytes written at a time.
const CHUNK: usize = 1 << 20;

/// Why a snapshot is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSnapshot {
    /// Torn, damaged, or of another chain.
    #[error("it is torn, damaged, or of another chain")]
    NotWhole,
    /// Removed meanwhile.
    #[error("it is not there any more")]
    Gone,
    /// Its records are not those of a state.
    #[error(transparent)]
    Records(#[from] ballast_engine::kernel::BadRecords),
    /// Its records have another root.
    #[error("its records have the root {found}, not {written}")]
    Root {
        /// Of the records.
        found: Hash,
        /// As written down.
        written: Hash,
    },
}

/// How far a snapshot is read back once it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBack {
    /// Its bytes: the disk has what was hashed when it was made.
    Bytes,
    /// The state that they lead to, and its root, which takes longer: for where nothing else leads there.
    State,
}

/// A state as the bytes of a snapshot, to be written.
pub struct Encoded {
    height: Height,
    chunks: Vec<Vec<u8>>,
}

/// What the disk has of a snapshot.
pub struct Written {
    height: Height,
    bytes: IoBufMut,
}

/// The snapshots of a chain.
pub struct Snapshots<S> {
    storage: S,
    partition: String,
    key: Key,
    /// Held while one is read, written or removed: opened too late it would be made again, empty.
    gate: Arc<Mutex<()>>,
}

impl<S: Storage> Snapshots<S> {
    /// Snapshots in a storage partition, of the chain whose genesis has this hash.
    pub fn new(storage: S, partition: impl Into<String>, chain: &Hash) -> Self {
        Self {
            storage,
            partition: partition.into(),
            key: Key::of(chain),
            gate: Arc::default(),
        }
    }

    /// The same, for another task: what one removes the other does not make again by looking at it.
    pub fn beside<T: Storage>(&self, storage: T) -> Snapshots<T> {
        Snapshots {
            storage,
            partition: self.partition.clone(),
            key: self.key,
            gate: self.gate.clone(),
        }
    }

    /// The heights of what is there, whole or not, rising. Errors: `Storage`, `Foreign`.
    pub async fn heights(&self) -> Result<Vec<Height>, Fault> {
        partition::heights(&self.storage, &self.partition).await
    }

    /// Writes a state; it is durable when this returns. Error: that of [`Snapshots::write`].
    pub async fn save(&self, state: &State) -> Result<Height, Fault> {
        self.write(self.encode(state)).await
    }

    /// A state as bytes: all work of the processor that a snapshot needs, and no wait for the disk.
    pub fn encode(&self, state: &State) -> Encoded {
        Encoded {
            height: state.chain().height,
            chunks: encode(&self.key, state),
        }
    }

    /// Writes what was encoded; it is durable when this returns. Error: `Storage`; what was written then is no snapshot, and is
    /// removed if the disk lets it.
    pub async fn write(&self, encoded: Encoded) -> Result<Height, Fault> {
        let Encoded { height, chunks } = encoded;
        let written = self.put(height, chunks).await;
        if written.is_err() && self.remove(height).await.is_err() {
            // What keeps it from being removed may pass; who starts next removes what is not whole.
        }
        written.map(|()| height)
    }

    /// What the disk has of a snapshot; inside, why there is nothing. Error: `Storage`.
    pub async fn read(&self, height: Height) -> Result<Result<Written, BadSnapshot>, Fault> {
        let read = self.bytes(height).await?;
        Ok(read.map(|bytes| Written { height, bytes }))
    }

    /// Whether what was read is of use, as far as it is asked.
    pub fn check(&self, written: &Written, how: ReadBack) -> Result<(), BadSnapshot> {
        let Written { height, bytes } = written;
        match how {
            ReadBack::Bytes => Content::of(&self.key, bytes.as_ref(), Some(*height)).map(drop),
            ReadBack::State => decode(&self.key, bytes.as_ref(), Some(*height)).map(drop),
        }
    }

    /// Removes a snapshot. Error: `Storage`.
    pub async fn remove(&self, height: Height) -> Result<(), Fault> {
        let _alone = self.gate.lock().await;
        let removed = partition::remove(&self.storage, &self.partition, height).await;
        removed.map_err(|(why, _)| why)
    }

    async fn put(&self, height: Height, chunks: Vec<Vec<u8>>) -> Result<(), Fault> {
        let _alone = self.gate.lock().await;
        let (blob, size) = self.storage.open(&self.partition, &name(height)).await?;
        if size > 0 {
            blob.resize(0).await?;
        }
        let mut at = 0_u64;
        for chunk in chunks {
            let written = u64::try_from(chunk.len()).expect("a length fits");
            blob.write_at(at, chunk, WriteOptions::default()).await?;
            at = at.saturating_add(written);
        }
        blob.sync().await?;
        Ok(())
    }

    /// The state of a snapshot; inside, why it is of no use. Error: `Storage`.
    pub async fn load(&self, height: Height) -> Result<Result<State, BadSnapshot>, Fault> {
        Ok(match self.bytes(height).await? {
            Ok(bytes) => decode(&self.key, bytes.as_ref(), Some(height)),
            Err(why) => Err(why),
        })
    }

    async fn bytes(&self, height: Height) -> Result<Result<IoBufMut, BadSnapshot>, Fault> {
        let _alone = self.gate.lock().await;
        if !partition::is_there(&self.storage, &self.partition, height).await? {
            return Ok(Err(BadSnapshot::Gone));
        }
        let (blob, size) = match self.storage.open(&self.partition, &name(height)).await {
            // The storage library's own first bytes.
            Err(StorageError::BlobCorrupt(..)) => return Ok(Err(BadSnapshot::NotWhole)),
            opened => opened?,
        };
        Ok(Ok(log::read(&blob, size).await?))
    }

    /// Removes all but the newest `keep`. Error: `Storage`.
    pub async fn keep(&self, keep: usize) -> Result<(), Fault> {
        let heights = self.heights().await?;
        let old = heights.len().saturating_sub(keep.max(1));
        for height in heights.into_iter().take(old) {
            self.remove(height).await?;
        }
        Ok(())
    }
}

/// A state as the bytes of a snapshot, in pieces.
pub(crate) fn encode(key: &Key, state: &State) -> Vec<Vec<u8>> {
    let mut title = Vec::with_capacity(CHUNK);
    title.extend_from_slice(&MAGIC);
    title.extend_from_slice(&state.chain().height.0.to_le_bytes());
    title.extend_from_slice(&state.root().0);
    let (mut chunks, mut count) = (vec![title], 0_u64);
    state.tell_records(|record| {
        if chunks.last().is_none_or(|chunk| chunk.len() >= CHUNK) {
            chunks.push(Vec::with_capacity(CHUNK));
        }
        let chunk = chunks.last_mut().expect("there is one");
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a record is small").to_le_bytes();
        chunk.extend_from_slice(&record.table.to_le_bytes());
        chunk.extend_from_slice(&length(record.key));
        chunk.extend_from_slice(&length(record.value));
        chunk.extend_from_slice(record.key);
        chunk.extend_from_slice(record.value);
        count += 1;
    });
    chunks.push(closing_of(count));
    let parts: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    let hash: [u8; 32] = key.check(&parts);
    chunks.push(hash.to_vec());
    chunks
}

/// What stands in the bytes of a whole snapshot.
struct Content<'a> {
    /// The height, as it is written.
    height: [u8; 8],
    root: Hash,
    records: &'a [u8],
    /// What stands between the records and the hash.
    closing: &'a [u8],
}

impl<'a> Content<'a> {
    /// Of bytes that are as they were hashed, of this chain, and of this height if one is given. Error: `NotWhole`.
    fn of(key: &Key, bytes: &'a [u8], height: Option<Height>) -> Result<Self, BadSnapshot> {
        let body = bytes.len().checked_sub(CLOSING).filter(|end| *end >= TITLE);
        let (content, closing) = bytes.split_at(body.ok_or(BadSnapshot::NotWhole)?);
        let (closing, hash) = closing.split_at(CLOSING - 32);
        let expected: [u8; 32] = key.check(&[content, closing]);
        let (title, records) = content.split_at(TITLE);
        let (magic, title) = title.split_at(MAGIC.len());
        let (told, root) = title.split_first_chunk().ok_or(BadSnapshot::NotWhole)?;
        let root = Hash(root.try_into().map_err(|_| BadSnapshot::NotWhole)?);
        let is_of = |height: Height| *told == height.0.to_le_bytes();
        if hash != expected || magic != MAGIC || !height.is_none_or(is_of) {
            return Err(BadSnapshot::NotWhole);
        }
        Ok(Self {
            height: *told,
            root,
            records,
            closing,
        })
    }
}

/// The state that was written, if the bytes are those of a whole snapshot of this chain, and of this height if one is given.
pub(crate) fn decode(key: &Key, bytes: &[u8], height: Option<Height>) -> Result<State, BadSnapshot> {
    let content = Content::of(key, bytes, height)?;
    let mut records = Records {
        left: content.records,
        count: 0,
    };
    let state = State::restore(&mut records)?;
    let is_whole = records.left.is_empty() && content.closing == closing_of(records.count);
    if !is_whole || content.height != state.chain().height.0.to_le_bytes() {
        return Err(BadSnapshot::NotWhole);
    }
    let (found, written) = (state.root(), content.root);
    if found == written {
        Ok(state)
    } else {
        Err(BadSnapshot::Root { found, written })
    }
}

/// What stands between the records and the hash.
fn closing_of(count: u64) -> Vec<u8> {
    [&END.to_le_bytes()[..], &count.to_le_bytes()].concat()
}

/// The records in a snapshot's content, up to one that is cut short.
struct Records<'a> {
    left: &'a [u8],
    /// How many were read.
    count: u64,
}

impl<'a> Iterator for Records<'a> {
    type Item = RecordBytes<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (table, rest) = self.left.split_first_chunk::<2>()?;
        let (key, rest) = rest.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_first_chunk::<4>()?;
        let length = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
        let (key, rest) = rest.split_at_checked(length(key)?)?;
        let (value, rest) = rest.split_at_checked(length(value)?)?;
        self.left = rest;
        self.count += 1;
        Some(RecordBytes {
            table: u16::from_le_bytes(*table),
            key,
            value,
        })
    }
}

#[cfg(test)]
mod tests;
