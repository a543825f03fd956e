//! Who may speak for a source of prices, and how hosts and audits know that it was the source.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AccountId, SourceId};

/// A source of a feed whose words may come from outside. A feed's source that has no such entry is the host's own, as in
/// simulations: nothing that it says can be checked, and hosts take none of it from others.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// Which source.
    pub id: SourceId,
    /// What its words are signed with.
    pub key: SourceKey,
}

/// What a source's words are signed with. The engine keeps it; hosts and audits check by it (docs/oracle.md, Sources).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum SourceKey {
    /// A wallet that signs each observation itself.
    Wallet(AccountId),
    /// One signer of RedStone's data packages.
    RedStone {
        /// Its address.
        signer: AccountId,
        /// Which of its values: the bytes of its name, such as `ETH`, and zeroes.
        #[serde(with = "crate::hex")]
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::hex::schema::<32>"))]
        data_feed: [u8; 32],
    },
    /// Pyth's accumulator updates, attested by more than two thirds of a set of Wormhole's guardians.
    Pyth {
        /// The guardians' addresses, in the order of the set.
        guardians: Vec<AccountId>,
        /// Wormhole's number of the chain on which the updates are made.
        emitter_chain: u16,
        /// Who makes them there.
        #[serde(with = "crate::hex")]
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::hex::schema::<32>"))]
        emitter: [u8; 32],
        /// Which of its values.
        #[serde(with = "crate::hex")]
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::hex::schema::<32>"))]
        price_id: [u8; 32],
    },
}
