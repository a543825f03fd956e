//! Pyth: accumulator updates, as Hermes gives them, under a root that Wormhole's guardians attest.
//!
//! ```text
//! update     = "PNAU" ‖ major 1 (1) ‖ minor (1) ‖ length of header (1) ‖ header ‖ kind 0 (1)
//!              ‖ length of VAA (2) ‖ VAA ‖ number of messages (1) ‖ message…
//! message    = length (2) ‖ bytes ‖ depth (1) ‖ sibling (20) …
//! VAA        = version 1 (1) ‖ guardian set (4) ‖ number of signatures (1) ‖ signature… ‖ body
//! signature  = guardian (1) ‖ r (32) ‖ s (32) ‖ 0 or 1 (1)
//! body       = time (4) ‖ nonce (4) ‖ chain (2) ‖ emitter (32) ‖ sequence (8) ‖ consistency (1) ‖ root
//! root       = "AUWV" ‖ kind 0 (1) ‖ slot (8) ‖ ring size (4) ‖ Merkle root (20)
//! price feed = kind 0 (1) ‖ id (32) ‖ price (8) ‖ confidence (8) ‖ exponent (4) ‖ time (8) ‖ earlier time (8)
//!              ‖ mean price (8) ‖ mean confidence (8)
//! ```
//!
//! All integers have their highest byte first; price, exponent and times are signed. Guardians sign the Keccak-256 of the
//! Keccak-256 of the body. The tree's hash is the first 20 bytes of Keccak-256: of 0 and the message at a leaf, of 1, the
//! smaller and the larger child above.
//!
//! The set's number is not looked at, since no guardian signs it: the guardians that genesis names are the ones that count.

use ballast_num::{Price, Timestamp};
use ballast_protocol::AccountId;

pub use super::reader::Malformed;
use super::reader::Reader;
use super::{Quote, power_of_ten};
use crate::keccak::keccak;
use crate::signature::{SignatureRefused, recover};

/// A price whose confidence interval is wider than one part in so many says too little to be one.
pub const CONFIDENCE_PARTS: u64 = 10;
/// Decimals of a [`Price`].
const PRICE_DECIMALS: i32 = 27;

/// Who emits the roots: an account on a chain of Wormhole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emitter {
    /// Wormhole's number of the chain.
    pub chain: u16,
    /// The account there.
    pub address: [u8; 32],
}

/// Why an update shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Cut off, or too long.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Not an accumulator update of version 1.
    #[error("not an accumulator update (PNAU, version 1): bring the binary data that Hermes gives")]
    NotAnUpdate,
    /// Not a VAA of version 1.
    #[error("a VAA of version {found}: only version 1 is known")]
    VaaVersion {
        /// Which.
        found: u8,
    },
    /// Fewer than more than two thirds.
    #[error("{found} of {guardians} guardians have signed, {quorum} are needed")]
    NoQuorum {
        /// Signatures that there are.
        found: usize,
        /// How many guardians there are.
        guardians: usize,
        /// ⌊2n/3⌋ + 1.
        quorum: usize,
    },
    /// Twice the same guardian, or not in the order of the set.
    #[error("guardian {index} comes after {before}: each may sign once, in the order of the set")]
    GuardianOrder {
        /// Which.
        index: u8,
        /// The one before it.
        before: u8,
    },
    /// There is no such guardian.
    #[error("there is no guardian {index} among the {guardians} of this source")]
    NoGuardian {
        /// Which.
        index: u8,
        /// How many guardians there are.
        guardians: usize,
    },
    /// A signature that shows nothing.
    #[error("the signature of guardian {index}: {error}")]
    Signature {
        /// Which.
        index: u8,
        /// Why not.
        error: SignatureRefused,
    },
    /// Somebody else's signature, or one of other words.
    #[error("guardian {index} is {guardian}, and the signature is of {recovered}: an older or newer set of guardians?")]
    OtherGuardian {
        /// Which.
        index: u8,
        /// Who should have signed.
        guardian: AccountId,
        /// Whose signature it is of the body as it stands.
        recovered: AccountId,
    },
    /// Somebody else's words, attested by the guardians.
    #[error("emitted on chain {} by 0x{}, not by this source's emitter", .found.chain, hex(&.found.address))]
    OtherEmitter {
        /// Who emitted it.
        found: Emitter,
    },
    /// A body that is no Merkle root.
    #[error("the guardians attest something else than a Merkle root of prices")]
    NotARoot,
    /// The price is not there.
    #[error("the update has no price 0x{}: ask Hermes for it", hex(.id))]
    NoPrice {
        /// Which.
        id: [u8; 32],
    },
    /// The message is not under the root.
    #[error("the price is not under the root that the guardians attest")]
    NotUnderRoot,
    /// Zero, negative, or out of the range of a price.
    #[error("{price} × 10^{exponent} is no price in USD that can be told")]
    PriceOutOfRange {
        /// The mantissa.
        price: i64,
        /// The exponent of ten.
        exponent: i32,
    },
    /// Too uncertain.
    #[error(
        "{price} ± {confidence} is too uncertain: the interval is over one part in {CONFIDENCE_PARTS}, wait for a better one"
    )]
    TooUncertain {
        /// The mantissa.
        price: i64,
        /// On the same scale.
        confidence: u64,
    },
    /// Before 1970.
    #[error("a publish time of {found} is before 1970")]
    BadTime {
        /// In seconds.
        found: i64,
    },
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the update says of the price `id`: of several messages about it the first.
///
/// Errors: what is wrong with the bytes, from the front; in their VAA the guardians' signatures, `OtherEmitter` and
/// `NotARoot`; then `NoPrice`, `NotUnderRoot`, `PriceOutOfRange`, `TooUncertain`, `BadTime`.
pub fn verify(update: &[u8], guardians: &[AccountId], emitter: Emitter, id: &[u8; 32]) -> Result<Quote, Refused> {
    find(update, guardians, emitter, id).map(|(quote, _)| quote)
}

/// What [`verify`] finds, and an update with that price alone: without other messages, and with zeroes for what no guardian
/// signs.
pub fn strip(
    update: &[u8],
    guardians: &[AccountId],
    emitter: Emitter,
    id: &[u8; 32],
) -> Result<(Quote, Vec<u8>), Refused> {
    let (quote, found) = find(update, guardians, emitter, id)?;
    let [length_of_vaa, length_of_message] = [found.vaa, found.message].map(|part| {
        let length = u16::try_from(part.len()).expect("such a number was read before it");
        length.to_be_bytes()
    });
    let depth = u8::try_from(found.siblings.len() / 20).expect("such a number was read before them");
    let mut vaa = found.vaa.to_vec();
    if let Some(set) = vaa.get_mut(1..5) {
        set.fill(0);
    }
    // Major version 1; minor version, header and kind are zero.
    let parts = [
        b"PNAU\x01\0\0\0",
        length_of_vaa.as_slice(),
        &vaa,
        &[1],
        &length_of_message,
        found.message,
        &[depth],
    ];
    Ok((quote, [parts.concat(), found.siblings.to_vec()].concat()))
}

/// What an update says of one price, and what shows it.
struct Found<'a> {
    vaa: &'a [u8],
    message: &'a [u8],
    siblings: &'a [u8],
}

fn find<'a>(
    update: &'a [u8],
    guardians: &[AccountId],
    emitter: Emitter,
    id: &[u8; 32],
) -> Result<(Quote, Found<'a>), Refused> {
    let mut reader = Reader::new(update);
    let [p, n, a, u, major, _minor] = reader.array()?;
    if [p, n, a, u] != *b"PNAU" || major != 1 {
        return Err(Refused::NotAnUpdate);
    }
    let header = usize::from(reader.u8()?);
    reader.take(header)?;
    if reader.u8()? != 0 {
        return Err(Refused::NotAnUpdate);
    }
    let length = usize::from(reader.u16()?);
    let vaa = reader.take(length)?;
    let mut found = None;
    for _ in 0..reader.u8()? {
        let length = usize::from(reader.u16()?);
        let message = reader.take(length)?;
        let depth = usize::from(reader.u8()?);
        let siblings = reader.take(20 * depth)?;
        if found.is_none() && message.first() == Some(&0) && message.get(1..33) == Some(id.as_slice()) {
            found = Some((message, siblings));
        }
    }
    reader.end()?;

    let root = attested_root(vaa, guardians, emitter)?;
    let (message, siblings) = found.ok_or(Refused::NoPrice { id: *id })?;
    if root_above(message, siblings) != root {
        return Err(Refused::NotUnderRoot);
    }
    let found = Found { vaa, message, siblings };
    Ok((quote(message)?, found))
}

/// The Merkle root that enough guardians have signed.
fn attested_root(vaa: &[u8], guardians: &[AccountId], emitter: Emitter) -> Result<[u8; 20], Refused> {
    let mut reader = Reader::new(vaa);
    match reader.u8()? {
        1 => {}
        found => return Err(Refused::VaaVersion { found }),
    }
    let _set: [u8; 4] = reader.array()?;
    let count = usize::from(reader.u8()?);
    let quorum = guardians.len() * 2 / 3 + 1;
    if count < quorum {
        return Err(Refused::NoQuorum {
            found: count,
            guardians: guardians.len(),
            quorum,
        });
    }
    let mut signatures = Reader::new(reader.take(66 * count)?);
    let body = reader.rest();
    let digest = keccak([&keccak([body])]);
    let mut before = None;
    while !signatures.rest().is_empty() {
        let index = signatures.u8()?;
        let signature = signatures.array()?;
        if let Some(before) = before.filter(|before| index <= *before) {
            return Err(Refused::GuardianOrder { index, before });
        }
        before = Some(index);
        check_guardian(index, signature, digest, guardians)?;
    }
    root_in(body, emitter)
}

/// Whether the guardian `index` has signed.
fn check_guardian(
    index: u8,
    mut signature: [u8; 65],
    digest: [u8; 32],
    guardians: &[AccountId],
) -> Result<(), Refused> {
    let there_is_none = Refused::NoGuardian {
        index,
        guardians: guardians.len(),
    };
    let guardian = *guardians.get(usize::from(index)).ok_or(there_is_none)?;
    // Wormhole writes 0 and 1 where wallets write 27 and 28.
    let written = signature[64];
    signature[64] = written.checked_add(27).unwrap_or(written);
    let recovered = recover(digest, &signature).map_err(|error| Refused::Signature { index, error })?;
    if recovered == guardian {
        Ok(())
    } else {
        Err(Refused::OtherGuardian {
            index,
            guardian,
            recovered,
        })
    }
}

/// The Merkle root in the body of a VAA, if `emitter` has emitted it.
fn root_in(body: &[u8], emitter: Emitter) -> Result<[u8; 20], Refused> {
    let mut reader = Reader::new(body);
    let _time_and_nonce: [u8; 8] = reader.array()?;
    let found = Emitter {
        chain: reader.u16()?,
        address: reader.array()?,
    };
    if found != emitter {
        return Err(Refused::OtherEmitter { found });
    }
    let _sequence_and_consistency: [u8; 9] = reader.array()?;
    let kind: [u8; 5] = reader.array()?;
    if kind != *b"AUWV\0" {
        return Err(Refused::NotARoot);
    }
    let _slot_and_ring_size: [u8; 12] = reader.array()?;
    let root = reader.array()?;
    reader.end()?;
    Ok(root)
}

/// The root of the tree in which `message` has these siblings, from the lowest up.
fn root_above(message: &[u8], siblings: &[u8]) -> [u8; 20] {
    let leaf = short(keccak([&[0], message]));
    siblings.as_chunks::<20>().0.iter().fold(leaf, |node, sibling| {
        let (low, high) = if node <= *sibling {
            (&node, sibling)
        } else {
            (sibling, &node)
        };
        short(keccak([&[1], low, high]))
    })
}

fn short(hash: [u8; 32]) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&hash[..20]);
    bytes
}

/// What a price feed message says. Errors: that of its bytes, `PriceOutOfRange`, `TooUncertain`, `BadTime`.
fn quote(message: &[u8]) -> Result<Quote, Refused> {
    let mut reader = Reader::new(message);
    let _kind_and_id: [u8; 33] = reader.array()?;
    let price = i64::from_be_bytes(reader.array()?);
    let confidence = u64::from_be_bytes(reader.array()?);
    let exponent = i32::from_be_bytes(reader.array()?);
    let published = i64::from_be_bytes(reader.array()?);
    let _earlier_and_means: [u8; 24] = reader.array()?;
    reader.end()?;

    let raw = scaled(price, exponent).ok_or(Refused::PriceOutOfRange { price, exponent })?;
    if confidence.saturating_mul(CONFIDENCE_PARTS) > price.unsigned_abs() {
        return Err(Refused::TooUncertain { price, confidence });
    }
    let time = u64::try_from(published).map_err(|_| Refused::BadTime { found: published })?;
    Ok(Quote {
        price: Price::from_raw(raw),
        time: Timestamp(time),
    })
}

/// `price × 10^exponent` in the units of a price, rounded down. `None` unless it is above zero and fits.
fn scaled(price: i64, exponent: i32) -> Option<u128> {
    let price = u128::try_from(price).ok()?;
    let shift = PRICE_DECIMALS.checked_add(exponent)?;
    let scale = power_of_ten(shift.unsigned_abs())?;
    let raw = if shift < 0 {
        price / scale
    } else {
        price.checked_mul(scale)?
    };
    (raw > 0).then_some(raw)
}

#[cfg(test)]
mod tests;
