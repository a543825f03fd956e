//! Who said it: what a wallet signs and shows, and how a host knows whose words it has before it.
//!
//! The engine takes authenticated senders and sources. This crate stands between what is said and the hosts that take it
//! from others: it gives a transaction its digest, checks its signature, and turns the signed packages of oracle networks
//! into observations. Nothing here knows the engine, reads a clock or does I/O, but for key files.
//!
//! ```
//! use ballast_signing::{Domain, SignedTransaction, WalletKey};
//! # use ballast_protocol::{arbitrary, proof::Hash, Signer, Transaction};
//! # let mut transaction: Transaction = arbitrary::value(&[7; 400]).expect("a transaction");
//! let domain = Domain::new(8_453, Hash([7; 32]));
//! let key = WalletKey::from_bytes([1; 32])?;
//! (transaction.sender, transaction.signer) = (key.address(), Signer::Wallet);
//!
//! let signed = key.sign(transaction, &domain);
//! let hash = signed.verify(&domain)?;
//! assert_eq!(hash, domain.digest(&signed.transaction));
//!
//! // Signed for this chain only. A wrong key and a wrong chain look the same: another address is recovered.
//! let other = Domain::new(1, Hash([7; 32]));
//! assert!(signed.verify(&other).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod keccak;
mod keys;
pub mod keystore;
mod observation;
pub mod oracle;
mod signature;
mod transaction;
mod typed;

pub use keys::{BadKey, SessionKeyPair, WalletKey};
pub use observation::{Evidence, ObservationUnproven, SignedObservation};
pub use signature::{KeyKind, ParseSignature, Signature, SignatureRefused};
pub use transaction::{SignedTransaction, TransactionHash};
pub use typed::{Domain, typed_data, typed_observation};
