//! An account's record: what it holds, and which nonces its living transactions have used.
//!
//! Nearly every transaction changes both, so they are one record: one search, one undo, one leaf of the state tree.

mod nonces;
#[cfg(test)]
mod tests;

use ballast_num::Amount;
use ballast_protocol::AssetId;
use borsh::{BorshDeserialize, BorshSerialize, io};
use smallvec::SmallVec;

pub use nonces::{NonceFault, Nonces, SPANS};

/// What an account holds and which nonces it has used. Its canonical bytes are those of
/// `(Vec<(AssetId, Amount)>, u64, Vec<(u64, u64)>, Vec<(u64, u64)>)`: balances by rising asset, then [`Nonces`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Balances above zero, by rising asset; mostly the coin and one collateral.
    balances: SmallVec<[(AssetId, Amount); 2]>,
    /// Used nonces.
    nonces: Nonces,
}

impl Account {
    /// What it has of an asset, in its base units.
    pub fn balance(&self, asset: AssetId) -> Amount {
        self.find(asset).map_or(Amount::ZERO, |at| self.balances[at].1)
    }

    /// Its balances above zero, by asset.
    pub fn balances(&self) -> &[(AssetId, Amount)] {
        &self.balances
    }

    /// The nonces that it has used.
    pub const fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// The same, to use one up.
    pub(super) const fn nonces_mut(&mut self) -> &mut Nonces {
        &mut self.nonces
    }

    /// Whether nothing is worth remembering: no balance and no nonce.
    pub fn is_empty(&self) -> bool {
        self.balances.is_empty() && self.nonces.is_empty()
    }

    /// Adds to a balance. Error: `Overflow`; nothing has changed then.
    pub(super) fn give(&mut self, asset: AssetId, amount: Amount) -> Result<(), ballast_num::Arithmetic> {
        match self.find(asset) {
            Ok(at) => self.balances[at].1 = self.balances[at].1.try_add(amount)?,
            Err(at) if !amount.is_zero() => self.balances.insert(at, (asset, amount)),
            Err(_) => {}
        }
        Ok(())
    }

    /// Takes from a balance; one that becomes zero is forgotten. Error: the balance, if it is less than `amount`; nothing
    /// has changed then.
    pub(super) fn take(&mut self, asset: AssetId, amount: Amount) -> Result<(), Amount> {
        let Ok(at) = self.find(asset) else {
            return if amount.is_zero() { Ok(()) } else { Err(Amount::ZERO) };
        };
        let balance = self.balances[at].1;
        let rest = balance.try_sub(amount).map_err(|_| balance)?;
        if rest.is_zero() {
            self.balances.remove(at);
        } else {
            self.balances[at].1 = rest;
        }
        Ok(())
    }

    /// Where the balance of an asset is, or would be.
    fn find(&self, asset: AssetId) -> Result<usize, usize> {
        self.balances.binary_search_by_key(&asset, |(id, _)| *id)
    }
}

/// Copies the bytes at once: a record is copied at each write, for its undo.
impl Clone for Account {
    fn clone(&self) -> Self {
        Self {
            balances: SmallVec::from_slice(&self.balances),
            nonces: self.nonces.clone(),
        }
    }
}

impl BorshSerialize for Account {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        self.balances.as_slice().serialize(writer)?;
        self.nonces.serialize(writer)
    }
}

impl BorshDeserialize for Account {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let balances = Vec::<(AssetId, Amount)>::deserialize_reader(reader)?;
        let rising = balances.is_sorted_by(|left, right| left.0 < right.0);
        if !rising || balances.iter().any(|(_, amount)| amount.is_zero()) {
            return Err(malformed(
                "balances are above zero, each asset once and in rising order",
            ));
        }
        Ok(Self {
            balances: balances.into(),
            nonces: Nonces::deserialize_reader(reader)?,
        })
    }
}

/// Bytes that no account has.
fn malformed(rule: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, rule)
}
