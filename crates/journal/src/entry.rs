//! A block as it is kept: what the engine executes, what shows who said it, and the root that it led to.

use ballast_protocol::{Block, SourceId, SourceKey, proof::Hash};
use ballast_signing::{
    Domain, Evidence, ObservationUnproven, Signature, SignatureRefused, SignedObservation, SignedTransaction,
};
use borsh::{BorshDeserialize, BorshSerialize};

/// A block and the evidence for each of its observations and transactions, in their order.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedBlock {
    /// What the engine executes.
    pub block: Block,
    /// For each observation, that its source has made it.
    pub evidence: Vec<Evidence>,
    /// For each transaction, that its signer has signed it.
    pub signatures: Vec<Signature>,
}

/// A block that somebody has not said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// Evidence is missing, or there is some for nothing.
    #[error("the block has {said} observations and transactions, and evidence for {shown}")]
    Uneven {
        /// How many were said.
        said: usize,
        /// For how many there is evidence.
        shown: usize,
    },
    /// A source that has no key.
    #[error("observation {at} is of {source_id}, which has no key at genesis")]
    NoKey {
        /// Which observation, from 0.
        at: usize,
        /// Whose.
        source_id: SourceId,
    },
    /// An observation that its source has not made.
    #[error("observation {at}: {why}")]
    Observation {
        /// Which, from 0.
        at: usize,
        /// Why.
        why: ObservationUnproven,
    },
    /// A transaction that its signer has not signed.
    #[error("transaction {at}: {why}")]
    Transaction {
        /// Which, from 0.
        at: usize,
        /// Why.
        why: SignatureRefused,
    },
}

impl SignedBlock {
    /// Whether everything in it was said by whom it names. Errors: the first that was not.
    pub fn verify(&self, domain: &Domain, key_of: impl Fn(SourceId) -> Option<SourceKey>) -> Result<(), Unproven> {
        let Self {
            block,
            evidence,
            signatures,
        } = self;
        let said = block.observations.len() + block.transactions.len();
        let shown = evidence.len() + signatures.len();
        if (block.observations.len(), block.transactions.len()) != (evidence.len(), signatures.len()) {
            return Err(Unproven::Uneven { said, shown });
        }
        for (at, (observation, evidence)) in block.observations.iter().zip(evidence).enumerate() {
            let source_id = observation.source;
            let key = key_of(source_id).ok_or(Unproven::NoKey { at, source_id })?;
            let signed = SignedObservation {
                observation: *observation,
                evidence: evidence.clone(),
            };
            let verified = signed.verify(&key, domain);
            verified.map_err(|why| Unproven::Observation { at, why })?;
        }
        for (at, (transaction, signature)) in block.transactions.iter().zip(signatures).enumerate() {
            let signed = SignedTransaction {
                transaction: transaction.clone(),
                signature: *signature,
            };
            let verified = signed.verify(domain);
            verified.map_err(|why| Unproven::Transaction { at, why })?;
        }
        Ok(())
    }
}

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Entry {
    /// The state root after the block.
    pub root: Hash,
    /// The block.
    pub block: SignedBlock,
}

impl Entry {
    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory does not fail")
    }

    /// Reads canonical bytes, all of them.
    pub fn decode(bytes: &[u8]) -> std::io::Result<Self> {
        borsh::from_slice(bytes)
    }
}
