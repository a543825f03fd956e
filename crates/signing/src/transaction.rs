//! A transaction and the signature that came with it.

pub use ballast_protocol::TransactionHash;
use ballast_protocol::{Command, Signer, Transaction};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::signature::{Signature, SignatureRefused, recover, session_key, verify_session};
use crate::typed::Domain;

/// A transaction as its signer sends it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedTransaction {
    /// What is said.
    pub transaction: Transaction,
    /// That the named signer has said it.
    pub signature: Signature,
}

impl SignedTransaction {
    /// Reads canonical bytes, all of them.
    pub fn decode(bytes: &[u8]) -> std::io::Result<Self> {
        borsh::from_slice(bytes)
    }

    /// Reads the canonical bytes of a list, all of them: of many transactions in one request.
    pub fn decode_batch(bytes: &[u8]) -> std::io::Result<Vec<Self>> {
        borsh::from_slice(bytes)
    }

    /// How long its canonical bytes are.
    pub fn encoded_len(&self) -> usize {
        borsh::object_length(self).unwrap_or(usize::MAX)
    }

    /// The transaction's hash, if its named signer has signed it for this domain. This is the only rule there is: hosts,
    /// audits and clients all call it.
    ///
    /// Whether a session may do what it asks for is the engine's to judge. Errors, in order: `OtherKind`; of a wallet
    /// `RecoveryByte`, `HighS`, `NoKey`, `OtherWallet`; of a session key `BadSessionKey`, `OtherSession`; of what
    /// it says `BadSessionKey`, for a grant to a key that no signature can be of, or that anyone's is.
    pub fn verify(&self, domain: &Domain) -> Result<TransactionHash, SignatureRefused> {
        let Self { transaction, signature } = self;
        let hash = domain.digest(transaction);
        match (transaction.signer, signature) {
            (Signer::Wallet, Signature::Secp256k1(bytes)) => {
                let recovered = recover(hash.0, bytes)?;
                if recovered != transaction.sender {
                    return Err(SignatureRefused::OtherWallet {
                        sender: transaction.sender,
                        recovered,
                        chain_id: domain.chain_id(),
                        genesis: domain.genesis(),
                    });
                }
            }
            (Signer::Session(key), Signature::Ed25519(bytes)) => verify_session(&hash.0, bytes, key, domain)?,
            (named, found) => {
                return Err(SignatureRefused::OtherKind {
                    named: named.into(),
                    found: found.kind(),
                });
            }
        }
        for command in &transaction.commands {
            if let Command::GrantSession { key, .. } = command {
                session_key(*key)?;
            }
        }
        Ok(hash)
    }
}

#[cfg(test)]
mod tests;
