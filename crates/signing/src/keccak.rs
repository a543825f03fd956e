//! Keccak-256, Ethereum's hash.

use sha3::{Digest, Keccak256};

/// Keccak-256 of the parts, one after the other.
pub(crate) fn keccak<const N: usize>(parts: [&[u8]; N]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    parts.into_iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// Keccak-256 of 32-byte words, one after the other.
pub(crate) fn keccak_words<'a>(words: impl IntoIterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    words.into_iter().for_each(|word| hasher.update(word));
    hasher.finalize().into()
}
