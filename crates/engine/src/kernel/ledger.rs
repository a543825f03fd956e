//! Who has what. Every movement of value in the reserve goes through here, and each is balanced: what one holder loses
//! another gains, and what is minted or burned changes the supply by as much.

use ballast_num::Amount;
use ballast_protocol::{AssetId, Holder, Rejected, table};

use super::table::Table;
use crate::pieces;

/// Balances and supplies. Balances of zero have no entry.
#[derive(Clone, Debug)]
pub struct Ledger {
    balances: Table<(AssetId, Holder), Amount>,
    supplies: Table<AssetId, Amount>,
}

pieces!(Ledger { balances, supplies });

impl Default for Ledger {
    fn default() -> Self {
        Self {
            balances: Table::new(table::BALANCES),
            supplies: Table::new(table::SUPPLIES),
        }
    }
}

impl Ledger {
    /// What `holder` has of `asset`, in its base units.
    pub fn balance(&self, asset: AssetId, holder: impl Into<Holder>) -> Amount {
        self.balances
            .get(&(asset, holder.into()))
            .copied()
            .unwrap_or(Amount::ZERO)
    }

    /// How much of `asset` there is, in its base units.
    pub fn supply(&self, asset: AssetId) -> Amount {
        self.supplies.get(&asset).copied().unwrap_or(Amount::ZERO)
    }

    /// Moves `amount` from one holder to another. Error: `InsufficientBalance`; nothing has moved then.
    pub fn transfer(
        &mut self,
        asset: AssetId,
        from: impl Into<Holder>,
        to: impl Into<Holder>,
        amount: Amount,
    ) -> Result<(), Rejected> {
        let (from, to) = (from.into(), to.into());
        let rest = self.rest(asset, from, amount)?;
        if from == to || amount.is_zero() {
            return Ok(());
        }
        let sum = self.balance(asset, to).try_add(amount)?;
        self.write(asset, from, rest);
        self.write(asset, to, sum);
        Ok(())
    }

    /// Creates `amount` in the hands of `to`. Error: `Arithmetic` if the supply would not fit.
    pub fn mint(&mut self, asset: AssetId, to: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        let to = to.into();
        if amount.is_zero() {
            return Ok(());
        }
        let supply = self.supply(asset).try_add(amount)?;
        // No balance exceeds the supply, so this sum fits too.
        let sum = self.balance(asset, to).try_add(amount)?;
        self.supplies.set(asset, supply);
        self.write(asset, to, sum);
        Ok(())
    }

    /// Destroys `amount` in the hands of `from`. Error: `InsufficientBalance`; nothing has moved then.
    pub fn burn(&mut self, asset: AssetId, from: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        let from = from.into();
        let rest = self.rest(asset, from, amount)?;
        if amount.is_zero() {
            return Ok(());
        }
        let supply = self.supply(asset).try_sub(amount)?;
        self.supplies.set(asset, supply);
        self.write(asset, from, rest);
        Ok(())
    }

    /// All balances above zero, by asset and holder.
    pub fn balances(&self) -> impl Iterator<Item = (AssetId, Holder, Amount)> + '_ {
        self.balances
            .iter()
            .map(|((asset, holder), amount)| (*asset, *holder, *amount))
    }

    /// All supplies, by asset.
    pub fn supplies(&self) -> impl Iterator<Item = (AssetId, Amount)> + '_ {
        self.supplies.iter().map(|(asset, amount)| (*asset, *amount))
    }

    fn rest(&self, asset: AssetId, holder: Holder, amount: Amount) -> Result<Amount, Rejected> {
        let balance = self.balance(asset, holder);
        balance.try_sub(amount).map_err(|_| Rejected::InsufficientBalance {
            asset,
            balance,
            needed: amount,
        })
    }

    fn write(&mut self, asset: AssetId, holder: Holder, amount: Amount) {
        if amount.is_zero() {
            self.balances.remove(&(asset, holder));
        } else {
            self.balances.set((asset, holder), amount);
        }
    }
}
