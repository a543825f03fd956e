//! EIP-712: what a wallet shows of a transaction, and the digest that it signs (docs/transactions.md).
//!
//! EIP-712 knows structures and arrays, and no choices; and many wallets show the names of fields, but not of types. So the
//! types of a document are made from the value itself, and what was chosen stands in the names of fields: the third command
//! of a transaction is the field `command3_DrawDebt`, and in it `vault_Id` or `vault_Opened`. A variant without payload is the
//! string of its name. What a wallet shows is then just what is said, and nothing that is not.
//!
//! **Two transactions never share a digest**, short of a collision of Keccak-256. Equal digests mean, from the outside to
//! the inside, equal type strings and equal words of the message. A type string lists each structure's name and its fields'
//! names and types, so the two messages have the same fields, to the names of all variants. Walk down both with the Rust
//! types in hand, which are the same at the root, and so are the fields of each struct.
//!
//! - A number, key or address is its word, and its width is that of its Rust type.
//! - Of an enum: a field's name without a variant's after it is a variant without payload, whose name the word commits to;
//!   a name with one is that variant. Names of fields are known, and names of variants have no underscore, so that
//!   `command1_SetParameter_Type` reads in one way only.
//! - An `Option` that is empty is the string `None`. One that is not is what it holds, under the variant `Some` if that is a
//!   string or itself under `Some`; so a string without `Some` is none, and what is under `Some` has one more inside.
//! - A list is an array of one type, or a structure `List` of numbered items: its length is in its hash or in its type.
//!   Items with variants are always numbered, since arrays have no names of fields.
//! - A structure that is named like another of different fields gets a number after an underscore, which no Rust type's name
//!   has, so that one name has one meaning in one document.
//! - The fields `command1_…` to `commandN_…` tell how many commands there are.
//!
//! In each case the two values agree here, and their parts by the same argument.

mod document;
mod serializer;
mod types;
mod value;

use ballast_protocol::proof::Hash;
use ballast_protocol::{Genesis, Observation, Transaction};
use serde::Serialize;

use self::serializer::Builder;
use self::types::hash_of;
use self::value::{Label, Struct, Value};
use crate::TransactionHash;
use crate::keccak::{keccak, keccak_words};

/// Where a signature is valid: one chain from one genesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    chain_id: u64,
    genesis: Hash,
    separator: [u8; 32],
}

/// The domain's structure, as `encodeType` writes it.
const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId,bytes32 salt)";
/// The domain's name.
const NAME: &str = "Ballast";
/// The version of these rules.
const VERSION: &str = "1";

impl Domain {
    /// The chain with this number, started from the genesis with this hash ([`Genesis::hash`]).
    pub fn new(chain_id: u64, genesis: Hash) -> Self {
        let mut number = [0; 32];
        number[24..].copy_from_slice(&chain_id.to_be_bytes());
        let separator = keccak_words(&[
            keccak([DOMAIN_TYPE.as_bytes()]),
            keccak([NAME.as_bytes()]),
            keccak([VERSION.as_bytes()]),
            number,
            genesis.0,
        ]);
        Self {
            chain_id,
            genesis,
            separator,
        }
    }

    /// The chain that starts from this genesis.
    pub fn of(genesis: &Genesis) -> Self {
        Self::new(genesis.chain_id, genesis.hash())
    }

    /// The chain's number.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Hash of the genesis; the domain's salt.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// The EIP-712 digest of a transaction: what its signer signs, and its name from then on.
    pub fn digest(&self, transaction: &Transaction) -> TransactionHash {
        TransactionHash(self.digest_of(&message(transaction)))
    }

    /// The EIP-712 digest of an observation: what a source that is a wallet signs.
    pub fn observation_digest(&self, observation: &Observation) -> [u8; 32] {
        self.digest_of(&message_of_observation(observation))
    }

    fn digest_of(&self, message: &Value) -> [u8; 32] {
        let hash = hash_of(message, &types::remembered(message));
        keccak([&[0x19, 0x01], &self.separator, &hash])
    }
}

/// The document that wallets and `cast wallet sign --data` take to sign a transaction.
pub fn typed_data(transaction: &Transaction, domain: &Domain) -> serde_json::Value {
    document::document(&message(transaction), domain)
}

/// The document that wallets take to sign an observation.
pub fn typed_observation(observation: &Observation, domain: &Domain) -> serde_json::Value {
    document::document(&message_of_observation(observation), domain)
}

/// A transaction as a structure: its own fields, and a field for each command.
fn message(transaction: &Transaction) -> Value {
    // Named one by one, so that a new field can't stay unsigned.
    let Transaction {
        sender,
        signer,
        nonce,
        expiry,
        fee,
        commands,
    } = transaction;
    let mut fields = Vec::with_capacity(5 + commands.len());
    fields.push((Label::Name("sender"), value(sender)));
    fields.push((Label::Name("signer"), value(signer)));
    fields.push((Label::Name("nonce"), value(nonce)));
    fields.push((Label::Name("expiry"), value(expiry)));
    fields.push((Label::Name("fee"), value(fee)));
    for (at, command) in commands.iter().enumerate() {
        let mut command = value(command);
        if let Value::Variant(_, payload) = &mut command
            && let Value::Struct(named) = payload.as_mut()
            && named.scope == "Command"
        {
            named.scope = ""; // `DrawDebt` says enough without `Command` before it
        }
        fields.push((Label::Numbered("command", at + 1), command));
    }
    Value::Struct(Struct {
        scope: "",
        name: "Transaction",
        fields,
    })
}

/// An observation as a structure of numbers.
fn message_of_observation(observation: &Observation) -> Value {
    let Observation {
        feed,
        source,
        price,
        time,
    } = observation;
    let fields = vec![
        (Label::Name("feed"), value(feed)),
        (Label::Name("source"), value(source)),
        (Label::Name("price"), value(price)),
        (Label::Name("time"), value(time)),
    ];
    Value::Struct(Struct {
        scope: "",
        name: "Observation",
        fields,
    })
}

fn value(said: &impl Serialize) -> Value {
    said.serialize(Builder)
        .expect("what is said has neither floats nor maps: typed::tests::every_command")
}

#[cfg(test)]
mod tests;
