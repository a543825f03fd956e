//! Which key has signed: the wallet that an account is named after, or one that it has lent a part of its rights.

#[cfg(test)]
mod tests;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::hex_text;

/// Which key of its sender has signed a transaction.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Signer {
    /// The wallet whose address the sender is; it may do everything.
    #[default]
    Wallet,
    /// A key that the wallet has granted a session.
    Session(SessionKey),
}

/// The key of a session: 32 bytes of an ed25519 public key, shown as `0x` and 64 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct SessionKey(pub [u8; 32]);

hex_text!(SessionKey(32));
