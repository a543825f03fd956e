use ballast_num::Timestamp;
use ballast_protocol::proof::Hash;
use ballast_protocol::{AccountId, Command, CommandKind, SessionKey, Transaction, arbitrary};
use proptest::prelude::*;

use super::*;
use crate::{KeyKind, SessionKeyPair, WalletKey};

fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

fn wallet() -> WalletKey {
    WalletKey::from_bytes([1; 32]).unwrap()
}

fn session() -> SessionKeyPair {
    SessionKeyPair::from_bytes([2; 32])
}

/// A transaction that the wallet, or its session, may sign.
fn transaction(bytes: &[u8], signer: Signer) -> Transaction {
    let mut transaction: Transaction = arbitrary::value(bytes).unwrap_or_else(|| arbitrary::value(&[]).unwrap());
    for command in &mut transaction.commands {
        // Not any 32 bytes are one.
        if let Command::GrantSession { key, .. } = command {
            *key = session().key();
        }
    }
    Transaction {
        sender: wallet().address(),
        signer,
        ..transaction
    }
}

fn signed_by_wallet() -> SignedTransaction {
    wallet().sign(transaction(&[7; 300], Signer::Wallet), &domain())
}

fn signed_by_session() -> SignedTransaction {
    session().sign(transaction(&[7; 300], Signer::Session(session().key())), &domain())
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_nothing_else(bytes in prop::collection::vec(any::<u8>(), 0..300), nonce: u64) {
        for signed in [
            wallet().sign(transaction(&bytes, Signer::Wallet), &domain()),
            session().sign(transaction(&bytes, Signer::Session(session().key())), &domain()),
        ] {
            prop_assert_eq!(signed.verify(&domain()), Ok(domain().digest(&signed.transaction)));
            let mut changed = signed.clone();
            changed.transaction.nonce = nonce;
            prop_assert_eq!(changed.verify(&domain()).is_ok(), changed == signed);
            prop_assert!(signed.verify(&Domain::new(1, Hash([7; 32]))).is_err());
            prop_assert!(signed.verify(&Domain::new(8_453, Hash([6; 32]))).is_err());
        }
    }

    /// No byte of the canonical form can be another.
    #[test]
    fn any_bit_flipped_is_refused(bit in 0..4_000_usize, by_session: bool) {
        let signed = if by_session { signed_by_session() } else { signed_by_wallet() };
        let mut bytes = borsh::to_vec(&signed).unwrap();
        let at = bit / 8 % bytes.len();
        bytes[at] ^= 1 << (bit % 8);
        if let Ok(changed) = SignedTransaction::decode(&bytes) {
            prop_assert!(changed.verify(&domain()).is_err());
        }
    }

    #[test]
    fn it_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let signed = wallet().sign(transaction(&bytes, Signer::Wallet), &domain());
        let json = serde_json::to_string(&signed).unwrap();
        prop_assert_eq!(&serde_json::from_str::<SignedTransaction>(&json).unwrap(), &signed);
        let mut written = borsh::to_vec(&signed).unwrap();
        prop_assert_eq!(&SignedTransaction::decode(&written).unwrap(), &signed);
        written.push(0);
        prop_assert!(SignedTransaction::decode(&written).is_err());
    }
}

#[test]
fn another_sender_is_told_whose_signature_it_is() {
    let mut signed = signed_by_wallet();
    signed.transaction.sender = AccountId::numbered(5);
    let Err(SignatureRefused::OtherWallet {
        sender,
        chain_id: 8_453,
        ..
    }) = signed.verify(&domain())
    else {
        panic!("another sender");
    };
    assert_eq!(sender, AccountId::numbered(5));
}

#[test]
fn a_signature_of_the_other_kind_is_refused() {
    let (mut by_wallet, by_session) = (signed_by_wallet(), signed_by_session());
    by_wallet.signature = by_session.signature;
    let refused = SignatureRefused::OtherKind {
        named: KeyKind::Wallet,
        found: KeyKind::Session,
    };
    assert_eq!(by_wallet.verify(&domain()), Err(refused));
}

/// A wallet's word is not a session's: who signs is part of what is signed.
#[test]
fn a_session_cannot_pass_as_the_wallet() {
    let mut signed = signed_by_session();
    signed.transaction.signer = Signer::Wallet;
    assert!(signed.verify(&domain()).is_err());
    let other = SessionKeyPair::from_bytes([3; 32]);
    signed.transaction.signer = Signer::Session(other.key());
    assert!(matches!(
        signed.verify(&domain()),
        Err(SignatureRefused::OtherSession { .. })
    ));
}

/// Under a key of small order one signature verifies many words, by the lax rule.
#[test]
fn keys_of_small_order_are_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    for key in [[0; 32], identity] {
        let mut signed = signed_by_session();
        signed.transaction.signer = Signer::Session(SessionKey(key));
        let mut lax = [0; 64];
        lax[0] = 1; // R is the identity, s is zero
        signed.signature = Signature::Ed25519(lax);
        assert_eq!(
            signed.verify(&domain()),
            Err(SignatureRefused::BadSessionKey { key: SessionKey(key) })
        );
    }
}

#[test]
fn a_grant_to_a_key_that_nobody_has_is_refused() {
    let granted = |key| {
        let command = Command::GrantSession {
            key: SessionKey(key),
            scope: [CommandKind::Deposit].into_iter().collect(),
            limits: Vec::new(),
            expiry: Timestamp(1),
        };
        let transaction = Transaction {
            commands: vec![command],
            ..transaction(&[], Signer::Wallet)
        };
        wallet().sign(transaction, &domain()).verify(&domain())
    };
    let mut identity = [0; 32];
    identity[0] = 1;
    for key in [[0; 32], identity, [2; 32]] {
        let refused = SignatureRefused::BadSessionKey { key: SessionKey(key) };
        assert_eq!(granted(key).err(), Some(refused), "of small order, or no point");
    }
    assert!(granted(session().key().0).is_ok());
}

/// s + order is the same number to the lax rule.
#[test]
fn a_malleated_session_signature_is_refused() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut signed = signed_by_session();
    let Signature::Ed25519(mut bytes) = signed.signature else {
        panic!("a session's")
    };
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (u8::try_from(sum & 0xff).unwrap(), sum >> 8);
    }
    signed.signature = Signature::Ed25519(bytes);
    assert!(matches!(
        signed.verify(&domain()),
        Err(SignatureRefused::OtherSession { .. })
    ));
}
