//! Keys that sign: of wallets and of sessions.

use std::fmt;

use ballast_protocol::{AccountId, Observation, SessionKey, Transaction};
use ed25519_dalek::Signer as _;
use rand_core::CryptoRng;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, PublicKey, SecretKey};
use zeroize::{Zeroize, Zeroizing};

use crate::signature::{Signature, address};
use crate::{Domain, Evidence, SignedObservation, SignedTransaction};

/// 32 bytes that no wallet has as its key: zero, or not below the curve's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these 32 bytes are no key of secp256k1: take others, from a source of randomness")]
pub struct BadKey;

/// The key of a wallet. Wiped when dropped, and shown by its address only.
pub struct WalletKey {
    secret: Zeroizing<[u8; 32]>,
    address: AccountId,
}

impl WalletKey {
    /// The key of these bytes.
    pub fn from_bytes(mut bytes: [u8; 32]) -> Result<Self, BadKey> {
        let secret = Zeroizing::new(bytes);
        bytes.zeroize();
        let address = with_secret(&secret, |key| address(&PublicKey::from_secret_key(key)))?;
        Ok(Self { secret, address })
    }

    /// A new key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        loop {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            let key = Self::from_bytes(bytes);
            bytes.zeroize();
            // All but one in 2¹²⁸ are keys.
            if let Ok(key) = key {
                return key;
            }
        }
    }

    /// The account that it signs for.
    pub fn address(&self) -> AccountId {
        self.address
    }

    /// The secret itself, for a key file.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Signs a transaction as it stands. It verifies if the sender is [`WalletKey::address`] and the signer the wallet.
    pub fn sign(&self, transaction: Transaction, domain: &Domain) -> SignedTransaction {
        let signature = Signature::Secp256k1(self.sign_digest(domain.digest(&transaction).0));
        SignedTransaction { transaction, signature }
    }

    /// Signs an observation, of a source whose key is this wallet.
    pub fn sign_observation(&self, observation: Observation, domain: &Domain) -> SignedObservation {
        let signature = self.sign_digest(domain.observation_digest(&observation));
        SignedObservation {
            observation,
            evidence: Evidence::Wallet(Signature::Secp256k1(signature)),
        }
    }

    /// Signs a digest: `r ‖ s ‖ v`, deterministic (RFC 6979), with a low `s`.
    pub fn sign_digest(&self, digest: [u8; 32]) -> [u8; 65] {
        let signed = with_secret(&self.secret, |key| {
            RecoverableSignature::sign_ecdsa_recoverable(Message::from_digest(digest), key)
        });
        let (id, rs) = signed.expect("the constructor refuses other bytes").serialize_compact();
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&rs);
        // An r beyond the order, which ids 2 and 3 tell of, comes up once in 2¹²⁷ signatures.
        bytes[64] = if id == RecoveryId::Zero { 27 } else { 28 };
        bytes
    }
}

/// Uses a secret and wipes the library's copy of it.
fn with_secret<T>(bytes: &[u8; 32], work: impl FnOnce(&SecretKey) -> T) -> Result<T, BadKey> {
    let mut key = SecretKey::from_secret_bytes(*bytes).map_err(|_| BadKey)?;
    let result = work(&key);
    key.non_secure_erase();
    Ok(result)
}

impl fmt::Debug for WalletKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WalletKey({})", self.address)
    }
}

/// The two halves of a session key. Wiped when dropped, and shown by the public half only.
pub struct SessionKeyPair(ed25519_dalek::SigningKey);

impl SessionKeyPair {
    /// The key of these bytes; any 32 make one.
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let pair = Self(ed25519_dalek::SigningKey::from_bytes(&bytes));
        bytes.zeroize();
        pair
    }

    /// A new key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let pair = Self::from_bytes(bytes);
        bytes.zeroize();
        pair
    }

    /// The public half, which a wallet grants a session to.
    pub fn key(&self) -> SessionKey {
        SessionKey(self.0.verifying_key().to_bytes())
    }

    /// The secret half, to keep it.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Signs a transaction as it stands. It verifies if the signer is [`SessionKeyPair::key`].
    pub fn sign(&self, transaction: Transaction, domain: &Domain) -> SignedTransaction {
        let signature = self.0.sign(&domain.digest(&transaction).0);
        SignedTransaction {
            transaction,
            signature: Signature::Ed25519(signature.to_bytes()),
        }
    }
}

impl fmt::Debug for SessionKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKeyPair({})", self.key())
    }
}

#[cfg(test)]
mod tests;
