use proptest::prelude::*;

use super::*;
use crate::WalletKey;

/// A data point: feed, value.
type Point = (&'static str, u128);

fn key(number: u8) -> WalletKey {
    WalletKey::from_bytes([number; 32]).unwrap()
}

/// A package as a node of RedStone makes it.
fn signed_package(signer: &WalletKey, points: &[Point], value_size: usize, milliseconds: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (feed, value) in points {
        bytes.extend(data_feed(feed).unwrap());
        let word = [[0; 16], value.to_be_bytes()].concat();
        bytes.extend(&word[32 - value_size..]);
    }
    bytes.extend(&milliseconds.to_be_bytes()[2..]);
    bytes.extend(u32::try_from(value_size).unwrap().to_be_bytes());
    bytes.extend(&u32::try_from(points.len()).unwrap().to_be_bytes()[1..]);
    bytes.extend(signer.sign_digest(keccak([&bytes])));
    bytes
}

fn payload(packages: &[Vec<u8>], metadata: &[u8]) -> Vec<u8> {
    let mut bytes = packages.concat();
    bytes.extend(u16::try_from(packages.len()).unwrap().to_be_bytes());
    bytes.extend(metadata);
    bytes.extend(&u32::try_from(metadata.len()).unwrap().to_be_bytes()[1..]);
    bytes.extend(MARKER);
    bytes
}

const TIME: u64 = 1_700_000_000_999;

fn eth() -> [u8; 32] {
    data_feed("ETH").unwrap()
}

/// Two nodes on two feeds.
fn example() -> Vec<u8> {
    let points = [("ETH", 200_012_345_678), ("BTC", 6_000_000_000_000)];
    payload(
        &[
            signed_package(&key(1), &points, 32, TIME),
            signed_package(&key(2), &points, 32, TIME + 1),
        ],
        b"1.0",
    )
}

#[test]
fn a_signers_value_is_found_exactly() {
    let quote = verify(&example(), key(1).address(), &eth()).unwrap();
    assert_eq!(quote.price.to_string(), "2000.12345678");
    assert_eq!(quote.time, Timestamp(1_700_000_000), "milliseconds are dropped");
    let quote = verify(&example(), key(2).address(), &data_feed("BTC").unwrap()).unwrap();
    assert_eq!(quote.price, Price::whole(60_000));
    assert_eq!(quote.time, Timestamp(1_700_000_001));
}

#[test]
fn what_the_signer_has_not_signed_is_left_out() {
    let points = [("ETH", 200_012_345_678), ("BTC", 6_000_000_000_000)];
    let mine = signed_package(&key(1), &points, 32, TIME);
    let clean = payload(std::slice::from_ref(&mine), b"");
    let others = [signed_package(&key(2), &points, 32, TIME), mine];
    for padded in [example(), payload(&others, &[0; 9_000]), clean.clone()] {
        let (quote, kept) = strip(&padded, key(1).address(), &eth()).unwrap();
        assert_eq!(kept, clean);
        assert_eq!(verify(&kept, key(1).address(), &eth()), Ok(quote));
    }
}

#[test]
fn values_may_be_short() {
    let package = signed_package(&key(1), &[("ETH", 250)], 1, TIME);
    let quote = verify(&payload(&[package], b""), key(1).address(), &eth()).unwrap();
    assert_eq!(quote.price.to_string(), "0.0000025");
}

#[test]
fn another_signer_or_feed_is_told() {
    let (address, other) = (key(3).address(), data_feed("LINK").unwrap());
    let refused = verify(&example(), address, &eth()).unwrap_err();
    assert_eq!(
        refused,
        Refused::OtherSigner {
            signer: address,
            seen: Seen::Address(key(2).address())
        }
    );
    let refused = verify(&example(), key(1).address(), &other).unwrap_err();
    assert_eq!(refused, Refused::NoFeed { feed: other });
    assert!(refused.to_string().contains("data feed LINK:"), "{refused}");
}

#[test]
fn zero_and_what_no_price_holds_are_refused() {
    for value in [0, u128::MAX / 10_u128.pow(19) + 1, u128::MAX] {
        let package = signed_package(&key(1), &[("ETH", value)], 32, TIME);
        assert_eq!(
            verify(&payload(&[package], b""), key(1).address(), &eth()),
            Err(Refused::ValueOutOfRange)
        );
    }
    let mut large = signed_package(&key(1), &[("ETH", 1)], 32, TIME);
    large[32] = 1; // above 128 bits
    let resigned = large.len() - 65;
    let signature = key(1).sign_digest(keccak([&large[..resigned]]));
    large[resigned..].copy_from_slice(&signature);
    assert_eq!(
        verify(&payload(&[large], b""), key(1).address(), &eth()),
        Err(Refused::ValueOutOfRange)
    );
}

#[test]
fn a_feed_twice_in_a_package_is_refused() {
    let package = signed_package(&key(1), &[("ETH", 1), ("ETH", 2)], 32, TIME);
    assert_eq!(
        verify(&payload(&[package], b""), key(1).address(), &eth()),
        Err(Refused::FeedTwice)
    );
}

#[test]
fn malleated_and_foreign_encodings_are_refused() {
    let mut package = signed_package(&key(1), &[("ETH", 1)], 32, TIME);
    let last = package.len() - 1;
    package[last] -= 27;
    let refused = verify(&payload(&[package], b""), key(1).address(), &eth()).unwrap_err();
    assert!(matches!(
        refused,
        Refused::OtherSigner {
            seen: Seen::Nobody(SignatureRefused::RecoveryByte { .. }),
            ..
        }
    ));
}

#[test]
fn counts_and_sizes_are_bounded() {
    let signer = key(1).address();
    assert_eq!(
        verify(&payload(&[], b""), signer, &eth()),
        Err(Refused::PackageCount { found: 0 })
    );
    let many = vec![signed_package(&key(1), &[("ETH", 1)], 32, TIME); PACKAGES_MAX + 1];
    assert_eq!(
        verify(&payload(&many, b""), signer, &eth()),
        Err(Refused::PackageCount {
            found: PACKAGES_MAX + 1
        })
    );
    let none = signed_package(&key(1), &[], 32, TIME);
    assert_eq!(verify(&payload(&[none], b""), signer, &eth()), Err(Refused::NoPoints));
    let empty = signed_package(&key(1), &[("ETH", 1)], 0, TIME);
    assert_eq!(
        verify(&payload(&[empty], b""), signer, &eth()),
        Err(Refused::ValueSize { found: 0 })
    );
    // A length that claims more than there is.
    let mut claims = example();
    let at = claims.len() - 12;
    claims[at] = 0xff;
    assert!(matches!(
        verify(&claims, signer, &eth()),
        Err(Refused::Malformed(Malformed::TooShort { .. }))
    ));
}

#[test]
fn what_is_left_over_or_cut_off_is_refused() {
    let signer = key(1).address();
    let longer = [&[0], example().as_slice()].concat();
    assert_eq!(
        verify(&longer, signer, &eth()),
        Err(Refused::Malformed(Malformed::LeftOver { left: 1 }))
    );
    for end in 0..example().len() {
        assert!(verify(&example()[..end], signer, &eth()).is_err());
        assert!(verify(&example()[end + 1..], signer, &eth()).is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), marked: bool) {
        let mut bytes = bytes;
        if marked {
            bytes.extend([0, 0, 0]);
            bytes.extend(MARKER);
        }
        prop_assert!(verify(&bytes, key(1).address(), &eth()).is_err());
    }

    /// One bit of what is signed or signs changes, and the word is lost: never another price in the signer's name.
    #[test]
    fn a_flipped_bit_is_no_other_word(bit in 0..8_000_usize) {
        let payload_before = example();
        let mut bytes = payload_before.clone();
        let at = bit / 8 % bytes.len();
        bytes[at] ^= 1 << (bit % 8);
        let before = verify(&payload_before, key(1).address(), &eth()).unwrap();
        if let Ok(after) = verify(&bytes, key(1).address(), &eth()) {
            prop_assert_eq!(after, before);
        }
    }
}
