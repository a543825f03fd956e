//! Signatures: their bytes and text, and the one rule by which all of them are verified.
//!
//! - **Wallets**: secp256k1, as `r ‖ s ‖ v` of 65 bytes, from which the signer's address is recovered. `s` is in the lower half
//!   of the curve's order (EIP-2), `v` is 27 or 28: nobody makes a second signature out of a first one.
//! - **Session keys**: ed25519, 64 bytes, verified strictly: no small-order keys, no cofactor, never in batches, whose rule
//!   differs from that of single signatures.

use std::fmt;
use std::str::FromStr;

use ballast_protocol::hex::{self, ParseHex};
use ballast_protocol::proof::Hash;
use ballast_protocol::{AccountId, SessionKey, Signer};
use borsh::{BorshDeserialize, BorshSerialize};
use secp256k1::Message;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::keccak::keccak;

/// A signature. Its text is `0x` and 130 or 128 hexadecimal digits, by which the two are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum Signature {
    /// Of a wallet: `r ‖ s ‖ v`.
    Secp256k1([u8; 65]),
    /// Of a session key.
    Ed25519([u8; 64]),
}

/// Why a text is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSignature {
    /// Neither of the two lengths.
    #[error("{found} characters: a wallet's signature is 0x and 130 hexadecimal digits, a session key's 0x and 128")]
    Length {
        /// Characters that there are.
        found: usize,
    },
    /// Not hexadecimal.
    #[error(transparent)]
    Hex(#[from] ParseHex),
}

/// Why a signature shows nothing about who has signed.
///
/// A signature says neither for which chain nor for which words it was made. So a right key on a wrong chain, genesis or
/// transaction looks like a wrong key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefused {
    /// Another last byte than the two that are accepted.
    #[error("the signature ends in {found}: write 27 or 28 there; where a tool gives 0 or 1, add 27")]
    RecoveryByte {
        /// The last byte.
        found: u8,
    },
    /// The malleated twin of a signature.
    #[error(
        "the signature's s is above half of the curve's order: replace it by the order minus s, and 27 by 28 or 28 by 27"
    )]
    HighS,
    /// Numbers outside the curve's order, or no point of the curve.
    #[error("no key can have made this signature: sign again")]
    NoKey,
    /// Another wallet, or the same one for another chain or other words.
    #[error(
        "this is a signature of {recovered}, not of the sender {sender}, unless it was made for other words: check the \
         sender's key, and that chain {chain_id}, genesis {genesis:?} and every field are what was signed"
    )]
    OtherWallet {
        /// Who should have signed.
        sender: AccountId,
        /// Whose signature it is of the words as they stand.
        recovered: AccountId,
        /// The number in the domain.
        chain_id: u64,
        /// The salt of the domain.
        genesis: Hash,
    },
    /// A wallet's signature under a session key's name, or the other way round.
    #[error(
        "the transaction names {named} as its signer, and the signature is one of {found}: let the one sign that is named"
    )]
    OtherKind {
        /// What the transaction says.
        named: KeyKind,
        /// What the signature is.
        found: KeyKind,
    },
    /// Not 32 bytes that ed25519 has as a key, or one of those that verify anything.
    #[error("{key} is no key of ed25519: make a new session key")]
    BadSessionKey {
        /// The key that is named.
        key: SessionKey,
    },
    /// Another key, or the same one for another chain or other words.
    #[error(
        "this is no signature of the session key {key} for these words: check the key, and that chain {chain_id}, genesis \
         {genesis:?} and every field are what was signed"
    )]
    OtherSession {
        /// The key that is named.
        key: SessionKey,
        /// The number in the domain.
        chain_id: u64,
        /// The salt of the domain.
        genesis: Hash,
    },
}

/// The two kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// secp256k1.
    Wallet,
    /// ed25519.
    Session,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wallet => "a wallet (65 bytes)",
            Self::Session => "a session key (64 bytes)",
        })
    }
}

impl From<Signer> for KeyKind {
    fn from(signer: Signer) -> Self {
        match signer {
            Signer::Wallet => Self::Wallet,
            Signer::Session(_) => Self::Session,
        }
    }
}

/// Half of the curve's order, rounded down: the largest `s` that is accepted (EIP-2).
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e,
    0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// The wallet that signed `digest`. Errors, in order: `RecoveryByte`, `HighS`, `NoKey`.
pub(crate) fn recover(digest: [u8; 32], signature: &[u8; 65]) -> Result<AccountId, SignatureRefused> {
    let (rs, v) = match signature {
        [rs @ .., 27] => (rs, RecoveryId::Zero),
        [rs @ .., 28] => (rs, RecoveryId::One),
        [.., found] => return Err(SignatureRefused::RecoveryByte { found: *found }),
    };
    if rs[32..] > HALF_ORDER[..] {
        return Err(SignatureRefused::HighS);
    }
    let signature = RecoverableSignature::from_compact(rs, v).map_err(|_| SignatureRefused::NoKey)?;
    let key = signature
        .recover(Message::from_digest(digest))
        .map_err(|_| SignatureRefused::NoKey)?;
    Ok(address(&key))
}

/// The account of a key: the last 20 bytes of the hash of its point.
pub(crate) fn address(key: &secp256k1::PublicKey) -> AccountId {
    let point = key.serialize_uncompressed(); // a byte that says so, and 64 of the point
    let hash = keccak([&point[1..]]);
    let mut account = [0; 20];
    account.copy_from_slice(&hash[12..]);
    AccountId(account)
}

/// The point of a session key. Error: `BadSessionKey`, where there is none or one of small order.
pub(crate) fn session_key(key: SessionKey) -> Result<ed25519_dalek::VerifyingKey, SignatureRefused> {
    ed25519_dalek::VerifyingKey::from_bytes(&key.0)
        .ok()
        .filter(|verifying| !verifying.is_weak())
        .ok_or(SignatureRefused::BadSessionKey { key })
}

/// Whether `key` has signed `digest`. Errors, in order: `BadSessionKey`, `OtherSession`.
pub(crate) fn verify_session(
    digest: &[u8; 32],
    signature: &[u8; 64],
    key: SessionKey,
    domain: &crate::Domain,
) -> Result<(), SignatureRefused> {
    let verifying = session_key(key)?;
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    verifying
        .verify_strict(digest, &signature)
        .map_err(|_| SignatureRefused::OtherSession {
            key,
            chain_id: domain.chain_id(),
            genesis: domain.genesis(),
        })
}

impl Signature {
    /// Which kind of key made it.
    pub const fn kind(&self) -> KeyKind {
        match self {
            Self::Secp256k1(_) => KeyKind::Wallet,
            Self::Ed25519(_) => KeyKind::Session,
        }
    }

    /// Its bytes without a word on their kind, which their number tells.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Secp256k1(bytes) => bytes,
            Self::Ed25519(bytes) => bytes,
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(self.as_bytes(), f)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Signature {
    type Err = ParseSignature;

    fn from_str(text: &str) -> Result<Self, ParseSignature> {
        match text.len() {
            132 => Ok(Self::Secp256k1(hex::parse(text)?)),
            130 => Ok(Self::Ed25519(hex::parse(text)?)),
            found => Err(ParseSignature::Length { found }),
        }
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Signature;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a signature, as text 0x and 130 or 128 hexadecimal digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Signature, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Signature {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Signature".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^0x([0-9a-fA-F]{130}|[0-9a-fA-F]{128})$" })
    }
}

#[cfg(test)]
mod tests;
