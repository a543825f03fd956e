//! What it costs to know who said it: the digest, the bare curve, and a whole verification beside it.

use ballast_num::{Amount, Timestamp};
use ballast_protocol::proof::Hash;
use ballast_protocol::{AssetId, Command, FeeOffer, Signer, Transaction, VaultId, VaultRef};
use ballast_signing::{Domain, SessionKeyPair, Signature, SignedTransaction, WalletKey};
use divan::{Bencher, black_box};
use secp256k1::Message;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};

fn main() {
    divan::main();
}

fn domain() -> Domain {
    Domain::new(8_453, Hash([7; 32]))
}

fn transaction(commands: u64) -> Transaction {
    let deposit = |vault| Command::Deposit {
        vault: VaultRef::Id(VaultId(vault)),
        amount: Amount::from_raw(10_u128.pow(18)),
    };
    Transaction {
        sender: wallet().address(),
        signer: Signer::Wallet,
        nonce: 3,
        expiry: Timestamp(1_800_000_000),
        fee: FeeOffer {
            asset: AssetId(0),
            on_failure: AssetId(1),
            limit: Amount::from_raw(10_u128.pow(18)),
        },
        commands: (1..=commands).map(deposit).collect(),
    }
}

fn wallet() -> WalletKey {
    WalletKey::from_bytes([1; 32]).expect("a key")
}

fn signed() -> SignedTransaction {
    wallet().sign(transaction(1), &domain())
}

/// The digest of so many commands.
#[divan::bench(args = [1, 2, 5])]
fn digest(bencher: Bencher<'_, '_>, commands: u64) {
    let (domain, transaction) = (domain(), transaction(commands));
    bencher.bench_local(|| domain.digest(black_box(&transaction)));
}

/// The library's recovery alone: what nothing can be faster than.
#[divan::bench]
fn bare_recovery(bencher: Bencher<'_, '_>) {
    let signed = signed();
    let Signature::Secp256k1(bytes) = signed.signature else {
        return;
    };
    let digest = domain().digest(&signed.transaction).0;
    let id = if bytes[64] == 27 {
        RecoveryId::Zero
    } else {
        RecoveryId::One
    };
    bencher.bench_local(|| {
        let signature = RecoverableSignature::from_compact(black_box(&bytes[..64]), id).expect("a signature");
        signature.recover(Message::from_digest(digest)).expect("a key")
    });
}

/// Digest, recovery, address and comparison.
#[divan::bench]
fn whole_verification(bencher: Bencher<'_, '_>) {
    let (domain, signed) = (domain(), signed());
    bencher.bench_local(|| black_box(&signed).verify(&domain).expect("it is signed"));
}

/// The same of a session key.
#[divan::bench]
fn whole_verification_of_a_session(bencher: Bencher<'_, '_>) {
    let (domain, pair) = (domain(), SessionKeyPair::from_bytes([2; 32]));
    let signed = pair.sign(
        Transaction {
            signer: Signer::Session(pair.key()),
            ..transaction(1)
        },
        &domain,
    );
    bencher.bench_local(|| black_box(&signed).verify(&domain).expect("it is signed"));
}
