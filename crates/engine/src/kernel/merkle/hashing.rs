//! Many hashes at once.

use std::mem;

use ballast_protocol::proof::{self, Hash, Path, keys};
use blake3::IncrementCounter;
use blake3::platform::{Platform, words_from_le_bytes_32};
use borsh::BorshSerialize;

use super::Change;
use crate::kernel::changes::ChangeSink;

/// Length of a BLAKE3 block.
const BLOCK: usize = 64;

/// Inputs given to BLAKE3 in one call: as many as its widest implementation hashes side by side.
const LANES: usize = 16;

/// The flags of a keyed message that is a single chunk of whole blocks: `KEYED_HASH` on every block, `CHUNK_START` on
/// the first, `CHUNK_END | ROOT` on the last (BLAKE3 paper, table 3).
const FLAGS: [u8; 3] = [1 << 4, 1, 1 << 1 | 1 << 3];

/// An entry of the state as its table writes it; without a value, a deleted one.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Number of the table.
    pub table: u16,
    /// Canonical bytes of the key.
    pub key: &'a [u8],
    /// Canonical bytes of the value.
    pub value: Option<&'a [u8]>,
}

/// What [`MerkleTree::update`](super::MerkleTree::update) takes: [`proof::path`] and [`proof::value_hash`] of every entry,
/// in order.
#[must_use]
pub fn hash_entries<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Vec<Change> {
    let mut batch = EntryBatch::default();
    entries.into_iter().for_each(|entry| batch.push(entry));
    batch.hash()
}

/// Entries that are to be hashed together: keys up to 61 bytes and values up to 255 go in batches, longer ones one by one.
#[derive(Default)]
pub struct EntryBatch {
    hashes: Vec<Change>,
    keys: Padded<BLOCK>,
    one: Padded<BLOCK>,
    two: Padded<{ 2 * BLOCK }>,
    three: Padded<{ 3 * BLOCK }>,
    four: Padded<{ 4 * BLOCK }>,
    /// Where a record is written before it is padded.
    bytes: Vec<u8>,
    /// Hashes while they are handed out.
    scratch: Vec<Hash>,
}

/// Entries that are hashed together: enough to fill the lanes, and few enough for their bytes to stay in the processor's cache
/// and in memory that the allocator has at hand.
const TOGETHER: usize = 256;

impl EntryBatch {
    /// Adds an entry.
    pub fn push(&mut self, Entry { table, key, value }: Entry<'_>) {
        let slot = self.hashes.len();
        let path = if self.keys.push(slot, &table.to_le_bytes(), key) {
            Path([0; 32])
        } else {
            proof::path(table, key)
        };
        let hash = value.map(|value| {
            let batched = match value.len() / BLOCK {
                0 => self.one.push(slot, &[], value),
                1 => self.two.push(slot, &[], value),
                2 => self.three.push(slot, &[], value),
                _ => self.four.push(slot, &[], value),
            };
            if batched { Hash::EMPTY } else { proof::value_hash(value) }
        });
        self.hashes.push((path, hash));
        if self.hashes.len().is_multiple_of(TOGETHER) {
            self.hash_waiting();
        }
    }

    /// Path and hash of every entry, in the order in which they were added.
    #[must_use]
    pub fn hash(mut self) -> Vec<Change> {
        self.hash_waiting();
        self.hashes
    }

    /// Hashes what waits for it.
    fn hash_waiting(&mut self) {
        let (hashes, scratch) = (&mut self.hashes, &mut self.scratch);
        self.keys
            .hash(&keys::PATH, scratch, |slot, hash| hashes[slot].0 = Path(hash.0));
        let mut write = |slot: usize, hash| hashes[slot].1 = Some(hash);
        self.one.hash(&keys::VALUE, scratch, &mut write);
        self.two.hash(&keys::VALUE, scratch, &mut write);
        self.three.hash(&keys::VALUE, scratch, &mut write);
        self.four.hash(&keys::VALUE, scratch, &mut write);
    }
}

/// Needs no more than the value of each changed key.
impl ChangeSink for EntryBatch {
    fn expect(&mut self, keys: usize) {
        self.hashes.reserve(keys);
    }

    fn add<K: BorshSerialize, V: BorshSerialize + PartialEq>(
        &mut self,
        table: u16,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) {
        if before == after {
            return;
        }
        let mut bytes = mem::take(&mut self.bytes);
        bytes.clear();
        let key_end = write(&mut bytes, key);
        let end = after.map(|value| write(&mut bytes, value));
        self.push(Entry {
            table,
            key: &bytes[..key_end],
            value: end.map(|end| &bytes[key_end..end]),
        });
        self.bytes = bytes;
    }
}

/// Appends canonical bytes; returns where they end.
fn write(bytes: &mut Vec<u8>, record: &impl BorshSerialize) -> usize {
    record.serialize(bytes).expect("writing to memory does not fail");
    bytes.len()
}

/// `blake3::keyed_hash(key, input)` of every input, in order, for inputs of `N` bytes: from one to sixteen blocks of 64.
///
/// Seven times as fast as one by one where the processor has sixteen lanes. The function of BLAKE3 that it calls is
/// public but not documented: hence the exact version in `Cargo.toml`, and a test that the two are equal.
#[must_use]
pub fn hash_batch<const N: usize>(key: &[u8; 32], inputs: &[[u8; N]]) -> Vec<Hash> {
    let mut hashes = Vec::new();
    hash_batch_into(key, inputs, &mut hashes);
    hashes
}

/// [`hash_batch`] into a vector whose memory is used again.
pub(super) fn hash_batch_into<const N: usize>(key: &[u8; 32], inputs: &[[u8; N]], hashes: &mut Vec<Hash>) {
    const {
        assert!(
            N.is_multiple_of(BLOCK) && 0 < N && N <= blake3::CHUNK_LEN,
            "a chunk of whole blocks"
        )
    };
    let (platform, key) = (Platform::detect(), words_from_le_bytes_32(key));
    let [flags, first, last] = FLAGS;
    hashes.clear();
    hashes.reserve(inputs.len());
    let mut out = [0; 32 * LANES];
    for inputs in inputs.chunks(LANES) {
        let mut lanes = [&inputs[0]; LANES];
        lanes.iter_mut().zip(inputs).for_each(|(lane, input)| *lane = input);
        platform.hash_many(
            &lanes[..inputs.len()],
            &key,
            0,
            IncrementCounter::No,
            flags,
            first,
            last,
            &mut out,
        );
        hashes.extend(out.as_chunks().0.iter().take(inputs.len()).map(|hash| Hash(*hash)));
    }
}

/// Inputs that are `N` bytes long once padded, and where their hashes belong.
struct Padded<const N: usize> {
    inputs: Vec<[u8; N]>,
    slots: Vec<usize>,
}

impl<const N: usize> Padded<N> {
    /// Adds `head ‖ tail` padded as [`proof`] pads it, if it then has `N` bytes; else returns false.
    fn push(&mut self, slot: usize, head: &[u8], tail: &[u8]) -> bool {
        let length = head.len() + tail.len();
        let fits = length < N && length + BLOCK >= N;
        if fits {
            let mut input = [0; N];
            input[..head.len()].copy_from_slice(head);
            input[head.len()..length].copy_from_slice(tail);
            input[length] = 0x80;
            self.inputs.push(input);
            self.slots.push(slot);
        }
        fits
    }

    /// Hashes all inputs, hands each hash to its slot, and keeps the memory.
    fn hash(&mut self, key: &[u8; 32], hashes: &mut Vec<Hash>, mut write: impl FnMut(usize, Hash)) {
        hash_batch_into(key, &self.inputs, hashes);
        let slots = self.slots.drain(..);
        slots.zip(hashes.iter()).for_each(|(slot, hash)| write(slot, *hash));
        self.inputs.clear();
    }
}

impl<const N: usize> Default for Padded<N> {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            slots: Vec::new(),
        }
    }
}

/// The 64 bytes `left ‖ right`.
pub(super) fn join(left: &[u8; 32], right: &[u8; 32]) -> [u8; 2 * 32] {
    let mut both = [0; 2 * 32];
    both[..32].copy_from_slice(left);
    both[32..].copy_from_slice(right);
    both
}
