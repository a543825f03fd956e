use proptest::prelude::*;

use super::*;
use crate::WalletKey;
use crate::oracle::Package;

const EMITTER: Emitter = Emitter {
    chain: 26,
    address: [0xe1; 32],
};
const ID: [u8; 32] = [0xff; 32];

/// A price feed message.
#[derive(Clone, Copy)]
struct Feed {
    id: [u8; 32],
    price: i64,
    confidence: u64,
    exponent: i32,
    time: i64,
}

const FEED: Feed = Feed {
    id: ID,
    price: 200_012_345_678,
    confidence: 100,
    exponent: -8,
    time: 1_700_000_000,
};

impl Feed {
    fn bytes(self) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend(self.id);
        bytes.extend(self.price.to_be_bytes());
        bytes.extend(self.confidence.to_be_bytes());
        bytes.extend(self.exponent.to_be_bytes());
        bytes.extend(self.time.to_be_bytes());
        bytes.extend([0; 24]);
        bytes
    }
}

fn key(number: usize) -> WalletKey {
    WalletKey::from_bytes([u8::try_from(number + 1).unwrap(); 32]).unwrap()
}

fn guardians(count: usize) -> Vec<AccountId> {
    (0..count).map(|number| key(number).address()).collect()
}

/// The root over two leaves, and so the sibling of each.
fn two_leaves(first: &[u8], second: &[u8]) -> ([u8; 20], [u8; 20], [u8; 20]) {
    let (a, b) = (short(keccak([&[0], first])), short(keccak([&[0], second])));
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    (short(keccak([&[1], &low, &high])), b, a)
}

fn body(root: [u8; 20]) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    bytes.extend(EMITTER.chain.to_be_bytes());
    bytes.extend(EMITTER.address);
    bytes.extend([0; 9]);
    bytes.extend(b"AUWV\0");
    bytes.extend([0; 12]);
    bytes.extend(root);
    bytes
}

/// A VAA of `body` that these guardians have signed.
fn vaa(body: &[u8], signers: &[usize]) -> Vec<u8> {
    let digest = keccak([&keccak([body])]);
    let mut bytes = vec![1, 0, 0, 0, 4, u8::try_from(signers.len()).unwrap()];
    for number in signers {
        bytes.push(u8::try_from(*number).unwrap());
        let mut signature = key(*number).sign_digest(digest);
        signature[64] -= 27;
        bytes.extend(signature);
    }
    bytes.extend(body);
    bytes
}

fn update(vaa: &[u8], messages: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut bytes = b"PNAU\x01\x00\x00\x00".to_vec();
    bytes.extend(u16::try_from(vaa.len()).unwrap().to_be_bytes());
    bytes.extend(vaa);
    bytes.push(u8::try_from(messages.len()).unwrap());
    for (message, siblings) in messages {
        bytes.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        bytes.extend(*message);
        bytes.push(u8::try_from(siblings.len() / 20).unwrap());
        bytes.extend(*siblings);
    }
    bytes
}

/// An update of this feed and another, signed by these of four guardians.
fn of(feed: Feed, signers: &[usize]) -> Vec<u8> {
    let (first, second) = (Feed { id: [2; 32], ..FEED }.bytes(), feed.bytes());
    let (root, of_first, of_second) = two_leaves(&first, &second);
    update(
        &vaa(&body(root), signers),
        &[(&first, &of_first), (&second, &of_second)],
    )
}

fn check(update: &[u8]) -> Result<Quote, Refused> {
    verify(update, &guardians(4), EMITTER, &ID)
}

#[test]
fn a_price_under_a_signed_root_is_found_exactly() {
    let quote = check(&of(FEED, &[0, 1, 3])).unwrap();
    assert_eq!(
        (quote.price.to_string().as_str(), quote.time),
        ("2000.12345678", Timestamp(1_700_000_000))
    );
}

#[test]
fn what_no_guardian_signs_or_is_about_another_price_is_left_out() {
    let (first, second) = (Feed { id: [2; 32], ..FEED }.bytes(), FEED.bytes());
    let (root, of_first, of_second) = two_leaves(&first, &second);
    let mut vaa = vaa(&body(root), &[0, 1, 3]);
    vaa[1..5].fill(0);
    let clean = update(&vaa, &[(&second, &of_second)]);
    vaa[4] = 77;
    let mut padded = update(&vaa, &[(&first, &of_first), (&second, &of_second), (&[7; 5_000], &[])]);
    padded[5] = 9; // minor version
    padded[6] = 200; // header
    padded.splice(7..7, [1; 200]);
    for update in [of(FEED, &[0, 1, 3]), padded, clean.clone()] {
        let (quote, kept) = strip(&update, &guardians(4), EMITTER, &ID).unwrap();
        assert_eq!(kept, clean);
        assert_eq!(check(&kept), Ok(quote));
    }
}

#[test]
fn exponents_scale_exactly_or_down() {
    let price = |price, exponent| {
        check(&of(
            Feed {
                price,
                confidence: 0,
                exponent,
                ..FEED
            },
            &[0, 1, 2],
        ))
    };
    assert_eq!(price(3, 2).unwrap().price, Price::whole(300));
    assert_eq!(price(15, -1).unwrap().price.to_string(), "1.5");
    assert_eq!(price(1, -27).unwrap().price, Price::from_raw(1));
    assert_eq!(price(19, -28).unwrap().price, Price::from_raw(1), "rounded down");
    for (mantissa, exponent) in [
        (0, -8),
        (-1, -8),
        (i64::MIN, -8),
        (9, -28),
        (1, -100),
        (i64::MAX, 0),
        (1, 12),
        (1, i32::MAX),
        (1, i32::MIN),
    ] {
        assert_eq!(
            price(mantissa, exponent),
            Err(Refused::PriceOutOfRange {
                price: mantissa,
                exponent
            })
        );
    }
}

#[test]
fn an_uncertain_price_is_refused() {
    let with = |confidence| {
        check(&of(
            Feed {
                price: 1_000,
                confidence,
                ..FEED
            },
            &[0, 1, 2],
        ))
    };
    assert!(with(100).is_ok());
    assert_eq!(
        with(101),
        Err(Refused::TooUncertain {
            price: 1_000,
            confidence: 101
        })
    );
    assert!(with(u64::MAX).is_err());
}

#[test]
fn a_time_before_1970_is_refused() {
    assert_eq!(
        check(&of(Feed { time: -1, ..FEED }, &[0, 1, 2])),
        Err(Refused::BadTime { found: -1 })
    );
}

#[test]
fn more_than_two_thirds_must_sign_once_each() {
    assert_eq!(
        check(&of(FEED, &[0, 1])),
        Err(Refused::NoQuorum {
            found: 2,
            guardians: 4,
            quorum: 3
        })
    );
    assert_eq!(
        check(&of(FEED, &[0, 1, 1])),
        Err(Refused::GuardianOrder { index: 1, before: 1 })
    );
    assert_eq!(
        check(&of(FEED, &[1, 0, 2])),
        Err(Refused::GuardianOrder { index: 0, before: 1 })
    );
    assert_eq!(
        check(&of(FEED, &[0, 1, 4])),
        Err(Refused::NoGuardian { index: 4, guardians: 4 })
    );
    assert!(check(&of(FEED, &[0, 1, 2, 3])).is_ok());
    for (count, quorum) in [(1, 1), (2, 2), (3, 3), (4, 3), (19, 13)] {
        let update = of(FEED, &(0..quorum).collect::<Vec<_>>());
        assert!(
            verify(&update, &guardians(count), EMITTER, &ID).is_ok(),
            "{quorum} of {count}"
        );
        let update = of(FEED, &(1..quorum).collect::<Vec<_>>());
        assert!(matches!(
            verify(&update, &guardians(count), EMITTER, &ID),
            Err(Refused::NoQuorum { .. })
        ));
    }
    assert!(matches!(
        verify(&of(FEED, &[]), &[], EMITTER, &ID),
        Err(Refused::NoQuorum { quorum: 1, .. })
    ));
}

#[test]
fn another_guardian_or_set_is_told() {
    let mut others = guardians(4);
    others.swap(1, 2);
    let refused = verify(&of(FEED, &[0, 1, 2]), &others, EMITTER, &ID).unwrap_err();
    let (guardian, recovered) = (key(2).address(), key(1).address());
    assert_eq!(
        refused,
        Refused::OtherGuardian {
            index: 1,
            guardian,
            recovered
        }
    );
}

#[test]
fn another_emitter_is_told() {
    for emitter in [
        Emitter { chain: 1, ..EMITTER },
        Emitter {
            address: [0; 32],
            ..EMITTER
        },
    ] {
        let refused = verify(&of(FEED, &[0, 1, 2]), &guardians(4), emitter, &ID).unwrap_err();
        assert_eq!(refused, Refused::OtherEmitter { found: EMITTER });
    }
}

#[test]
fn what_is_not_under_the_root_is_refused() {
    let (first, second) = (Feed { id: [2; 32], ..FEED }.bytes(), FEED.bytes());
    let (root, ..) = two_leaves(&first, &second);
    let attested = vaa(&body(root), &[0, 1, 2]);
    let dearer = Feed {
        price: FEED.price + 1,
        ..FEED
    }
    .bytes();
    let sibling = short(keccak([&[0], &first]));
    assert!(check(&update(&attested, &[(&second, &sibling)])).is_ok());
    assert_eq!(
        check(&update(&attested, &[(&dearer, &sibling)])),
        Err(Refused::NotUnderRoot)
    );
    assert_eq!(check(&update(&attested, &[(&second, &[])])), Err(Refused::NotUnderRoot));
    assert_eq!(
        check(&update(&attested, &[(&first, &sibling)])),
        Err(Refused::NoPrice { id: ID })
    );
    assert_eq!(check(&update(&attested, &[])), Err(Refused::NoPrice { id: ID }));
}

#[test]
fn what_is_left_over_or_cut_off_is_refused() {
    let good = of(FEED, &[0, 1, 2]);
    for end in 0..good.len() {
        assert!(check(&good[..end]).is_err());
    }
    let left_over = Err(Refused::Malformed(Malformed::LeftOver { left: 1 }));
    assert_eq!(check(&[good.as_slice(), &[0]].concat()), left_over);
    // In the body, and in a message.
    let (leaf, root_of) = (FEED.bytes(), |leaf: &[u8]| short(keccak([&[0], leaf])));
    let longer_body = [body(root_of(&leaf)), vec![0]].concat();
    assert_eq!(
        check(&update(&vaa(&longer_body, &[0, 1, 2]), &[(&leaf, &[])])),
        left_over
    );
    let longer = [leaf, vec![0]].concat();
    assert_eq!(
        check(&update(&vaa(&body(root_of(&longer)), &[0, 1, 2]), &[(&longer, &[])])),
        left_over
    );
}

/// Recorded on 11 December 2023 (pyth-network/pyth-crosschain, Apache-2.0:
/// `price_service/sdk/js/src/__tests__/AccumulatorUpdateData.test.ts`), signed by 13 of the 19 guardians of Wormhole's
/// mainnet set 3.
#[test]
fn a_recorded_update_verifies() {
    let update: Package = include_str!("../../../tests/data/pyth-update.hex")
        .trim()
        .parse()
        .unwrap();
    let set = include_str!("../../../tests/data/wormhole-set-3.txt");
    let guardians: Vec<AccountId> = set.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(guardians.len(), 19);
    let bytes = |text| ballast_protocol::hex::parse(text).unwrap();
    let emitter = Emitter {
        chain: 26,
        address: bytes("0xe101faedac5851e32b9b23b5f9411a8c2bac4aae3ed4dd7b811dd1a72ea4aa71"),
    };
    let id = bytes("0xc96458d393fe9deb7a7d63a0ac41e2898a67a7750dbd166673279e06c868df0a");
    let quote = verify(update.as_bytes(), &guardians, emitter, &id).unwrap();
    assert_eq!(quote.price.to_string(), "0.053105");
    assert_eq!(quote.time, Timestamp(1_702_285_724));

    // With another set, emitter or price nobody vouches for it.
    assert!(verify(update.as_bytes(), &guardians[1..], emitter, &id).is_err());
    assert!(verify(update.as_bytes(), &guardians, Emitter { chain: 1, ..emitter }, &id).is_err());
    assert_eq!(
        verify(update.as_bytes(), &guardians, emitter, &ID),
        Err(Refused::NoPrice { id: ID })
    );
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), marked: bool) {
        let bytes = if marked { [b"PNAU\x01\x00\x00\x00".to_vec(), bytes].concat() } else { bytes };
        prop_assert!(check(&bytes).is_err());
    }

    /// One bit of what is signed or signs changes, and the word is lost: never another price in the guardians' name.
    #[test]
    fn a_flipped_bit_is_no_other_word(bit in 0..8_000_usize) {
        let good = of(FEED, &[0, 1, 3]);
        let mut bytes = good.clone();
        let at = bit / 8 % bytes.len();
        bytes[at] ^= 1 << (bit % 8);
        if let Ok(after) = check(&bytes) {
            prop_assert_eq!(after, check(&good).unwrap());
        }
    }
}
