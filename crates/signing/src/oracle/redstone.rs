//! RedStone: data packages that each oracle node signs by itself.
//!
//! A payload is what RedStone's tools append to a call. It is read from its end:
//!
//! ```text
//! payload  = package… ‖ number of packages (2) ‖ metadata ‖ length of metadata (3) ‖ 0x000002ed57011e0000
//! package  = point… ‖ milliseconds (6) ‖ bytes of a value (4) ‖ number of points (3) ‖ signature (65)
//! point    = data feed (32) ‖ value, with 8 decimals
//! ```
//!
//! All integers have their highest byte first. A package's signature is of the Keccak-256 of all that precedes it in the
//! package. The metadata is signed by nobody and means nothing.

use ballast_num::{Price, Timestamp};
use ballast_protocol::AccountId;

pub use super::reader::Malformed;
use super::reader::Reader;
use super::{Quote, power_of_ten};
use crate::keccak::keccak;
use crate::signature::{SignatureRefused, recover};

/// How a payload ends.
pub const MARKER: [u8; 9] = [0x00, 0x00, 0x02, 0xed, 0x57, 0x01, 0x1e, 0x00, 0x00];
/// Most packages of a payload: several times the signers of one data service.
pub const PACKAGES_MAX: usize = 32;
/// Decimals of a value.
const DECIMALS: u32 = 8;
/// Decimals of a [`Price`].
const PRICE_DECIMALS: u32 = 27;

/// Why a payload shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Cut off, or too long.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Not RedStone's ending.
    #[error("the payload does not end in RedStone's marker 000002ed57011e0000: bring the whole payload")]
    NoMarker,
    /// None, or too many.
    #[error("{found} packages in a payload: bring 1 to {PACKAGES_MAX}")]
    PackageCount {
        /// How many.
        found: usize,
    },
    /// Values of no byte, or of more than 32.
    #[error("values of {found} bytes: RedStone's have 1 to 32")]
    ValueSize {
        /// How many bytes.
        found: usize,
    },
    /// A package about nothing.
    #[error("a package without data points")]
    NoPoints,
    /// One package with two values of one feed.
    #[error("a package has two values of one data feed: which one counts is not known")]
    FeedTwice,
    /// The data feed is not there.
    #[error("no package has the data feed {}: ask the gateway for it", name(.feed))]
    NoFeed {
        /// Which.
        feed: [u8; 32],
    },
    /// The feed is there, but not of this signer.
    #[error("no package with the data feed is signed by {signer}, {seen}: ask the gateway for this signer's package")]
    OtherSigner {
        /// Whom the source names.
        signer: AccountId,
        /// What the last such package's signature says instead.
        seen: Seen,
    },
    /// Zero, or more than a price can be.
    #[error("the value is zero or too large for a price in USD")]
    ValueOutOfRange,
}

/// Whose a signature turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Of another address.
    Address(AccountId),
    /// Of nobody.
    Nobody(SignatureRefused),
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(f, "the last one is by {address}"),
            Self::Nobody(error) => write!(f, "and of the last one {error}"),
        }
    }
}

/// A feed's bytes as their name, without the zeroes after it.
fn name(feed: &[u8; 32]) -> String {
    String::from_utf8_lossy(feed).trim_end_matches('\0').to_owned()
}

/// The bytes of a data feed's name: the name and zeroes. `None` above 32 bytes.
pub fn data_feed(name: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    Some(bytes)
}

/// One node's signed word, read but not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SignedPackage<'a> {
    /// All that is signed.
    signed: &'a [u8],
    points: &'a [u8],
    value_size: usize,
    milliseconds: u64,
    signature: [u8; 65],
}

/// What `signer` says of `feed` in this payload: of several such packages the first.
///
/// Errors: what is wrong with the bytes, from their end to their beginning; then `FeedTwice`, `NoFeed`, `OtherSigner`,
/// `ValueOutOfRange`.
pub fn verify(payload: &[u8], signer: AccountId, feed: &[u8; 32]) -> Result<Quote, Refused> {
    find(payload, signer, feed).map(|(quote, _)| quote)
}

/// What [`verify`] finds, and a payload of that package alone: without metadata and without what others have signed.
pub fn strip(payload: &[u8], signer: AccountId, feed: &[u8; 32]) -> Result<(Quote, Vec<u8>), Refused> {
    let (quote, package) = find(payload, signer, feed)?;
    let (one_package, no_metadata) = ([0, 1], [0; 3]);
    let parts = [package.signed, &package.signature, &one_package, &no_metadata, &MARKER];
    Ok((quote, parts.concat()))
}

/// The first package of this signer with this feed, and what it says.
fn find<'a>(payload: &'a [u8], signer: AccountId, feed: &[u8; 32]) -> Result<(Quote, SignedPackage<'a>), Refused> {
    let mut seen = None;
    for package in packages(payload)? {
        let Some(value) = package.value(feed)? else { continue };
        match recover(keccak([package.signed]), &package.signature) {
            Ok(address) if address == signer => return Ok((quote(value, package.milliseconds)?, package)),
            Ok(address) => seen = Some(Seen::Address(address)),
            Err(error) => seen = Some(Seen::Nobody(error)),
        }
    }
    Err(match seen {
        Some(seen) => Refused::OtherSigner { signer, seen },
        None => Refused::NoFeed { feed: *feed },
    })
}

/// The packages of a payload, in their order.
fn packages(payload: &[u8]) -> Result<Vec<SignedPackage<'_>>, Refused> {
    let mut reader = Reader::new(payload);
    if reader.array_back::<9>()? != MARKER {
        return Err(Refused::NoMarker);
    }
    let metadata = reader.number_back::<3>()?;
    reader.take_back(metadata)?;
    let found = reader.number_back::<2>()?;
    if !(1..=PACKAGES_MAX).contains(&found) {
        return Err(Refused::PackageCount { found });
    }
    let mut packages = Vec::with_capacity(found);
    for _ in 0..found {
        packages.push(package(&mut reader)?);
    }
    reader.end()?;
    packages.reverse();
    Ok(packages)
}

/// The last package.
fn package<'a>(reader: &mut Reader<'a>) -> Result<SignedPackage<'a>, Refused> {
    let signature = reader.array_back()?;
    let upto_signature = reader.rest();
    let count = reader.number_back::<3>()?;
    let value_size = reader.number_back::<4>()?;
    let [a, b, c, d, e, f] = reader.array_back()?;
    if count == 0 {
        return Err(Refused::NoPoints);
    }
    if !(1..=32).contains(&value_size) {
        return Err(Refused::ValueSize { found: value_size });
    }
    // Below 2²⁴ · 64.
    let points = reader.take_back(count * (32 + value_size))?;
    let before = reader.rest().len();
    let signed = upto_signature.get(before..).unwrap_or_default();
    let milliseconds = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    Ok(SignedPackage {
        signed,
        points,
        value_size,
        milliseconds,
        signature,
    })
}

impl<'a> SignedPackage<'a> {
    /// The value of a feed, if the package has one. Error: `FeedTwice`.
    fn value(&self, feed: &[u8; 32]) -> Result<Option<&'a [u8]>, Refused> {
        let points = self.points.chunks_exact(32 + self.value_size);
        let mut values = points.filter_map(|point| point.strip_prefix(feed.as_slice()));
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Refused::FeedTwice),
            (value, None) => Ok(value),
        }
    }
}

/// A value of 8 decimals as a price, exactly; its time rounded down to seconds. Error: `ValueOutOfRange`.
fn quote(value: &[u8], milliseconds: u64) -> Result<Quote, Refused> {
    let number = value.iter().try_fold(0_u128, |number, byte| {
        number.checked_mul(256)?.checked_add(u128::from(*byte))
    });
    let scale = power_of_ten(PRICE_DECIMALS - DECIMALS);
    let price = number.zip(scale).and_then(|(number, scale)| number.checked_mul(scale));
    match price {
        None | Some(0) => Err(Refused::ValueOutOfRange),
        Some(raw) => Ok(Quote {
            price: Price::from_raw(raw),
            time: Timestamp(milliseconds / 1_000),
        }),
    }
}

#[cfg(test)]
mod tests;
