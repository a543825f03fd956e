//! An observation and what shows that its source has made it.

use std::fmt;

use ballast_num::{Price, Timestamp};
use ballast_protocol::{AccountId, FeedId, Observation, SourceId, SourceKey};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::oracle::{Package, Quote, pyth, redstone};
use crate::signature::{Signature, SignatureRefused, recover};
use crate::typed::Domain;

/// An observation as anyone may bring it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedObservation {
    /// What is said.
    pub observation: Observation,
    /// That the source has said it.
    pub evidence: Evidence,
}

/// What shows that a source has made an observation, by the kind of its key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Evidence {
    /// The wallet's signature of the observation.
    Wallet(Signature),
    /// A payload of signed data packages.
    RedStone(Package),
    /// An accumulator update.
    Pyth(Package),
}

/// Why nothing shows that a source has made an observation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObservationUnproven {
    /// Evidence of another kind than the source's key.
    #[error("the source is registered with {registered}, and the evidence is of {found}: bring what the source signs")]
    OtherKind {
        /// By genesis.
        registered: SourceKind,
        /// What was brought.
        found: SourceKind,
    },
    /// The signature shows nothing.
    #[error(transparent)]
    Signature(#[from] SignatureRefused),
    /// Another wallet, or the same one for another chain or another observation.
    #[error(
        "this is a signature of {recovered}, not of the source's wallet {wallet}, unless it was made for another observation, \
         chain or genesis: check each"
    )]
    OtherWallet {
        /// Who should have signed.
        wallet: AccountId,
        /// Whose signature it is of the observation as it stands.
        recovered: AccountId,
    },
    /// The payload shows nothing.
    #[error(transparent)]
    RedStone(#[from] redstone::Refused),
    /// The update shows nothing.
    #[error(transparent)]
    Pyth(#[from] pyth::Refused),
    /// The package is good, and says something else.
    #[error("the package says {price} at {time}, the observation does not: say what the package says")]
    SaysOther {
        /// Price in the package.
        price: Price,
        /// Time in the package.
        time: Timestamp,
    },
}

/// The kinds of keys that sources have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A wallet.
    Wallet,
    /// A signer of RedStone.
    RedStone,
    /// Pyth, by Wormhole's guardians.
    Pyth,
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wallet => "a wallet",
            Self::RedStone => "RedStone",
            Self::Pyth => "Pyth",
        })
    }
}

impl Evidence {
    fn kind(&self) -> SourceKind {
        match self {
            Self::Wallet(_) => SourceKind::Wallet,
            Self::RedStone(_) => SourceKind::RedStone,
            Self::Pyth(_) => SourceKind::Pyth,
        }
    }
}

fn kind_of(key: &SourceKey) -> SourceKind {
    match key {
        SourceKey::Wallet(_) => SourceKind::Wallet,
        SourceKey::RedStone { .. } => SourceKind::RedStone,
        SourceKey::Pyth { .. } => SourceKind::Pyth,
    }
}

impl SignedObservation {
    /// Reads canonical bytes, all of them.
    pub fn decode(bytes: &[u8]) -> std::io::Result<Self> {
        borsh::from_slice(bytes)
    }

    /// The observation that a package makes of a feed, in the name of the source whose key that is, with what shows it and
    /// nothing else. Errors: those of [`SignedObservation::verify`] but `SaysOther`.
    pub fn of_package(
        feed: FeedId,
        source: SourceId,
        key: &SourceKey,
        package: Package,
    ) -> Result<Self, ObservationUnproven> {
        let evidence = match key {
            SourceKey::Pyth { .. } => Evidence::Pyth(package),
            _ => Evidence::RedStone(package),
        };
        let (Quote { price, time }, evidence) = strip(&evidence, key)?;
        let observation = Observation {
            feed,
            source,
            price,
            time,
        };
        Ok(Self { observation, evidence })
    }

    /// Whether the source with this key has made the observation, for this domain if the key is a wallet. A package of an
    /// oracle network is of no chain: it says the same on all of them.
    ///
    /// That the source is one of the feed's, and how old a word may be, is the engine's to judge. Errors, in order:
    /// `OtherKind`; of a wallet those of its signature and `OtherWallet`; of a package those of its network and `SaysOther`.
    pub fn verify(&self, key: &SourceKey, domain: &Domain) -> Result<(), ObservationUnproven> {
        let Self { observation, evidence } = self;
        if let (SourceKey::Wallet(wallet), Evidence::Wallet(signature)) = (key, evidence) {
            let Signature::Secp256k1(bytes) = signature else {
                let (named, found) = (crate::KeyKind::Wallet, signature.kind());
                return Err(SignatureRefused::OtherKind { named, found }.into());
            };
            let recovered = recover(domain.observation_digest(observation), bytes)?;
            return if recovered == *wallet {
                Ok(())
            } else {
                Err(ObservationUnproven::OtherWallet {
                    wallet: *wallet,
                    recovered,
                })
            };
        }
        let (quote, _) = strip(evidence, key)?;
        self.says(quote)
    }

    /// The same, and the observation with what shows it and nothing else: what nobody has signed, or is about something else,
    /// would be kept for good and at nobody's cost. Errors: those of [`SignedObservation::verify`].
    pub fn verified(self, key: &SourceKey, domain: &Domain) -> Result<Self, ObservationUnproven> {
        if matches!(self.evidence, Evidence::Wallet(_)) {
            self.verify(key, domain)?;
            return Ok(self);
        }
        let (quote, evidence) = strip(&self.evidence, key)?;
        self.says(quote)?;
        Ok(Self { evidence, ..self })
    }

    /// Error: `SaysOther`.
    fn says(&self, Quote { price, time }: Quote) -> Result<(), ObservationUnproven> {
        if (price, time) == (self.observation.price, self.observation.time) {
            Ok(())
        } else {
            Err(ObservationUnproven::SaysOther { price, time })
        }
    }
}

/// What a package says, if it is of the key's kind and good, and what of it shows that.
fn strip(evidence: &Evidence, key: &SourceKey) -> Result<(Quote, Evidence), ObservationUnproven> {
    let shorter = |bytes| Package::new(bytes).expect("it is no longer than the package that it is of");
    match (key, evidence) {
        (SourceKey::RedStone { signer, data_feed }, Evidence::RedStone(package)) => {
            let (quote, bytes) = redstone::strip(package.as_bytes(), *signer, data_feed)?;
            Ok((quote, Evidence::RedStone(shorter(bytes))))
        }
        (
            SourceKey::Pyth {
                guardians,
                emitter_chain,
                emitter,
                price_id,
            },
            Evidence::Pyth(package),
        ) => {
            let emitted_by = pyth::Emitter {
                chain: *emitter_chain,
                address: *emitter,
            };
            let (quote, bytes) = pyth::strip(package.as_bytes(), guardians, emitted_by, price_id)?;
            Ok((quote, Evidence::Pyth(shorter(bytes))))
        }
        _ => Err(ObservationUnproven::OtherKind {
            registered: kind_of(key),
            found: evidence.kind(),
        }),
    }
}

#[cfg(test)]
mod tests;
