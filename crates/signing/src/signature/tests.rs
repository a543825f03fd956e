use proptest::prelude::*;

use super::*;
use crate::WalletKey;

/// The curve's order, the highest byte first.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc,
    0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// The other signature of the same words: order − s, and the other point.
fn malleated(signature: [u8; 65]) -> [u8; 65] {
    let mut twin = signature;
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i32::from(ORDER[at]) - i32::from(signature[32 + at]) - borrow;
        borrow = i32::from(difference < 0);
        twin[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    twin[64] = 27 + 28 - signature[64];
    twin
}

fn key() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

proptest! {
    #[test]
    fn a_signature_leads_to_its_wallet_and_its_twin_to_a_refusal(secret: [u8; 32], digest: [u8; 32]) {
        prop_assume!(WalletKey::from_bytes(secret).is_ok());
        let key = WalletKey::from_bytes(secret).unwrap();
        let signature = key.sign_digest(digest);
        prop_assert_eq!(recover(digest, &signature), Ok(key.address()));
        prop_assert_eq!(recover(digest, &malleated(signature)), Err(SignatureRefused::HighS));
    }

    /// Any bytes are an answer, and never another wallet's word.
    #[test]
    fn any_bytes_are_refused_or_of_someone_else(head: [u8; 32], tail: [u8; 33], digest: [u8; 32]) {
        let mut bytes = [0; 65];
        bytes[..32].copy_from_slice(&head);
        bytes[32..].copy_from_slice(&tail);
        bytes[64] = 27 + bytes[64] % 2;
        prop_assert_ne!(recover(digest, &bytes), Ok(key().address()));
    }

    #[test]
    fn text_and_bytes_read_back(first: [u8; 32], second: [u8; 32], v: u8, wallet: bool) {
        let mut bytes = [v; 65];
        bytes[..32].copy_from_slice(&first);
        bytes[32..64].copy_from_slice(&second);
        let mut short = [0; 64];
        short.copy_from_slice(&bytes[..64]);
        let signature = if wallet { Signature::Secp256k1(bytes) } else { Signature::Ed25519(short) };
        prop_assert_eq!(signature.to_string().parse(), Ok(signature));
        let json = serde_json::to_string(&signature).unwrap();
        prop_assert_eq!(serde_json::from_str::<Signature>(&json).unwrap(), signature);
        let written = borsh::to_vec(&signature).unwrap();
        prop_assert_eq!(written.len(), 1 + signature.as_bytes().len());
        prop_assert_eq!(borsh::from_slice::<Signature>(&written).unwrap(), signature);
    }
}

#[test]
fn only_27_and_28_end_a_signature() {
    let mut signature = key().sign_digest([3; 32]);
    for v in (0..=u8::MAX).filter(|v| ![27, 28].contains(v)) {
        signature[64] = v;
        assert_eq!(
            recover([3; 32], &signature),
            Err(SignatureRefused::RecoveryByte { found: v })
        );
    }
    let told = SignatureRefused::RecoveryByte { found: 1 }.to_string();
    assert!(told.contains("add 27"), "{told}");
}

/// Half of the order itself is low, one more is high.
#[test]
fn the_bound_is_half_of_the_order() {
    let doubled = HALF_ORDER
        .iter()
        .rev()
        .fold((vec![], 0_u16), |(mut bytes, carry), byte| {
            let sum = u16::from(*byte) * 2 + carry;
            bytes.push(u8::try_from(sum & 0xff).unwrap());
            (bytes, sum >> 8)
        });
    let mut order_less_one = ORDER;
    order_less_one[31] -= 1;
    assert_eq!(doubled.0.iter().rev().copied().collect::<Vec<u8>>(), order_less_one);

    let mut signature = [1; 65];
    signature[64] = 27;
    signature[32..64].copy_from_slice(&HALF_ORDER);
    assert_ne!(recover([3; 32], &signature), Err(SignatureRefused::HighS));
    signature[63] += 1;
    assert_eq!(recover([3; 32], &signature), Err(SignatureRefused::HighS));
}

#[test]
fn numbers_outside_the_curve_are_nobodys() {
    let mut zero = [0; 65];
    zero[64] = 27;
    assert_eq!(recover([3; 32], &zero), Err(SignatureRefused::NoKey));
    let mut large = [0xff; 65];
    large[32..64].copy_from_slice(&HALF_ORDER);
    large[64] = 28;
    assert_eq!(recover([3; 32], &large), Err(SignatureRefused::NoKey));
}

#[test]
fn other_text_is_no_signature() {
    for text in [
        "",
        "0x",
        "0x00",
        &"0".repeat(132),
        &format!("0x{}", "0".repeat(129)),
        &format!("0x{}g", "0".repeat(129)),
    ] {
        assert!(text.parse::<Signature>().is_err(), "{text}");
    }
}
