//! A record of the log as bytes.
//!
//! ```text
//! magic 4 | payload's length 4 | height 8 | check 16 | payload
//! ```
//!
//! Integers are little-endian. `check` is the beginning of a BLAKE3 hash, keyed by the chain, of all other bytes of the
//! record: a record of another chain, or a torn one, is none.

use ballast_protocol::{Height, proof::Hash};

/// Bytes before the payload.
pub(crate) const HEADER: usize = 32;
/// Most bytes of a payload: 64 MiB.
pub const RECORD_MAX: usize = 64 << 20;
const MAGIC: [u8; 4] = *b"BLK\x02";
const CHECKED: usize = 16;

/// The key of a chain's checks.
#[derive(Clone, Copy)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn of(chain: &Hash) -> Self {
        Self(blake3::derive_key("Ballast journal v1", &chain.0))
    }

    /// The first bytes of the keyed hash of these parts.
    pub(crate) fn check<const N: usize>(&self, parts: &[&[u8]]) -> [u8; N] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(part);
        }
        let mut check = [0; N];
        hasher.finalize_xof().fill(&mut check);
        check
    }
}

/// A record that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) height: Height,
    pub(crate) payload: &'a [u8],
}

impl Frame<'_> {
    /// Bytes of the whole record.
    pub(crate) const fn len(&self) -> usize {
        HEADER + self.payload.len()
    }

    /// Appends the record to `bytes`.
    pub(crate) fn write(&self, key: &Key, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        let length = u32::try_from(self.payload.len()).expect("the log has checked the length");
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&self.height.0.to_le_bytes());
        let check: [u8; 16] = key.check(&[&bytes[start..], self.payload]);
        bytes.extend_from_slice(&check);
        bytes.extend_from_slice(self.payload);
    }
}

/// The record at the start of `bytes`, if there is a whole one.
pub(crate) fn read<'a>(key: &Key, bytes: &'a [u8]) -> Option<Frame<'a>> {
    let (header, rest) = bytes.split_at_checked(HEADER)?;
    let (checked, check) = header.split_at(CHECKED);
    let (magic, checked_rest) = checked.split_first_chunk::<4>()?;
    let (length, checked_rest) = checked_rest.split_first_chunk::<4>()?;
    let (height, _) = checked_rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if *magic != MAGIC || length > RECORD_MAX {
        return None;
    }
    let payload = rest.get(..length)?;
    let expected: [u8; 16] = key.check(&[checked, payload]);
    (check == expected).then_some(Frame {
        height: Height(u64::from_le_bytes(*height)),
        payload,
    })
}
