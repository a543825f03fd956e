//! Who has what. Every movement of value in the reserve goes through here, and each is balanced: what one holder loses
//! another gains, and what is minted or burned changes the supply by as much.

use ballast_num::Amount;
use ballast_protocol::{AccountId, AssetId, Holder, Module, Rejected, table};

use super::table::{Record, Table};
use crate::pieces;

/// Balances and supplies. Balances of zero have no entry.
#[derive(Clone, Debug)]
pub struct Ledger {
    accounts: Table<(AccountId, AssetId), Amount>,
    modules: Table<(AssetId, Module), Amount>,
    supplies: Table<AssetId, Amount>,
}

pieces!(Ledger {
    accounts,
    modules,
    supplies
});

impl Default for Ledger {
    fn default() -> Self {
        Self {
            accounts: Table::new(table::BALANCES),
            modules: Table::new(table::MODULE_BALANCES),
            supplies: Table::new(table::SUPPLIES),
        }
    }
}

impl Ledger {
    /// What `holder` has of `asset`, in its base units.
    pub fn balance(&self, asset: AssetId, holder: impl Into<Holder>) -> Amount {
        let balance = match holder.into() {
            Holder::Account(account) => self.accounts.get(&(account, asset)),
            Holder::Module(module) => self.modules.get(&(asset, module)),
        };
        balance.copied().unwrap_or(Amount::ZERO)
    }

    /// Brings the balances of these accounts near the processor.
    pub(crate) fn warm(&self, asset: AssetId, accounts: impl Iterator<Item = AccountId>) {
        self.accounts.warm(accounts.map(|account| (account, asset)));
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
        if amount.is_zero() {
            return Ok(());
        }
        self.take(asset, from.into(), amount)?;
        // No balance exceeds the supply, which fits: so does this one.
        self.give(asset, to.into(), amount)
    }

    /// Creates `amount` in the hands of `to`. Error: `Arithmetic` if the supply would not fit; nothing has moved then.
    pub fn mint(&mut self, asset: AssetId, to: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Ok(());
        }
        match self.supplies.change(&asset, |supply| supply.try_add(amount)) {
            Some(supply) => drop(supply?),
            None => drop(self.supplies.set(asset, amount)),
        }
        self.give(asset, to.into(), amount)
    }

    /// Destroys `amount` in the hands of `from`. Error: `InsufficientBalance`; nothing has moved then.
    pub fn burn(&mut self, asset: AssetId, from: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Ok(());
        }
        self.take(asset, from.into(), amount)?;
        match self.supplies.change(&asset, |supply| supply.try_sub(amount)) {
            Some(supply) => Ok(supply.map(drop)?),
            None => Ok(()), // a balance without a supply does not exist
        }
    }

    /// All balances above zero: of accounts, then of modules.
    pub fn balances(&self) -> impl Iterator<Item = (AssetId, Holder, Amount)> + '_ {
        let accounts = self
            .accounts
            .iter()
            .map(|((account, asset), amount)| (*asset, (*account).into(), *amount));
        accounts.chain(
            self.modules
                .iter()
                .map(|((asset, module), amount)| (*asset, (*module).into(), *amount)),
        )
    }

    /// All supplies, by asset.
    pub fn supplies(&self) -> impl Iterator<Item = (AssetId, Amount)> + '_ {
        self.supplies.iter().map(|(asset, amount)| (*asset, *amount))
    }

    /// Bytes on the heap of the accounts' balances.
    pub fn heap_bytes(&self) -> usize {
        self.accounts.tree().heap_bytes()
    }

    fn take(&mut self, asset: AssetId, from: Holder, amount: Amount) -> Result<(), Rejected> {
        match from {
            Holder::Account(account) => take(&mut self.accounts, (account, asset), asset, amount),
            Holder::Module(module) => take(&mut self.modules, (asset, module), asset, amount),
        }
    }

    fn give(&mut self, asset: AssetId, to: Holder, amount: Amount) -> Result<(), Rejected> {
        match to {
            Holder::Account(account) => give(&mut self.accounts, (account, asset), amount),
            Holder::Module(module) => give(&mut self.modules, (asset, module), amount),
        }
    }
}

/// Takes from a balance; a balance that becomes zero loses its entry.
fn take<K: Record + Ord>(table: &mut Table<K, Amount>, key: K, asset: AssetId, amount: Amount) -> Result<(), Rejected> {
    let short = |balance| Rejected::InsufficientBalance {
        asset,
        balance,
        needed: amount,
    };
    let rest = table.change(&key, |balance| balance.try_sub(amount).map_err(|_| short(*balance)));
    if rest.unwrap_or(Err(short(Amount::ZERO)))?.is_zero() {
        table.remove(&key);
    }
    Ok(())
}

fn give<K: Record + Ord>(table: &mut Table<K, Amount>, key: K, amount: Amount) -> Result<(), Rejected> {
    match table.change(&key, |balance| balance.try_add(amount)) {
        Some(sum) => Ok(sum.map(drop)?),
        None => {
            table.set(key, amount);
            Ok(())
        }
    }
}
