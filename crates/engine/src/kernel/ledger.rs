//! Who has what. Every movement of value in the reserve goes through here, and each is balanced: what one holder loses
//! another gains, and what is minted or burned changes the supply by as much.
//!
//! An account's record also has the nonces that it has used, so that a transaction is admitted, and pays, in one write.

use ballast_num::Amount;
use ballast_protocol::{AccountId, AssetId, Holder, Module, Rejected, table};

use super::account::{Account, NonceFault};
use super::crossings::{Crossings, Way};
use super::table::{Record, Table};
use super::watch::{self, Watch};
use crate::pieces;

/// Balances and supplies. Balances of zero have no entry.
#[derive(Clone, Debug)]
pub struct Ledger {
    accounts: Table<AccountId, Account>,
    modules: Table<(AssetId, Module), Amount>,
    supplies: Table<AssetId, Amount>,
    crossings: Crossings,
    watch: Watch,
}

pieces!(Ledger {
    accounts,
    modules,
    supplies,
    crossings,
    watch
});

impl Default for Ledger {
    fn default() -> Self {
        Self {
            accounts: Table::new(table::ACCOUNTS),
            modules: Table::new(table::MODULE_BALANCES),
            supplies: Table::new(table::SUPPLIES),
            crossings: Crossings::default(),
            watch: Watch::default(),
        }
    }
}

impl Ledger {
    /// What `holder` has of `asset`, in its base units.
    pub fn balance(&self, asset: AssetId, holder: impl Into<Holder>) -> Amount {
        match holder.into() {
            Holder::Account(id) => self.account(id).map_or(Amount::ZERO, |account| account.balance(asset)),
            Holder::Module(module) => self.modules.get(&(asset, module)).copied().unwrap_or(Amount::ZERO),
        }
    }

    /// The record of an account that holds something or has used a nonce not long ago.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// Brings the records of these accounts near the processor.
    pub(crate) fn warm(&self, accounts: &[&AccountId]) {
        self.accounts.get_all(accounts);
    }

    /// How much of `asset` there is, in its base units.
    pub fn supply(&self, asset: AssetId) -> Amount {
        self.supplies.get(&asset).copied().unwrap_or(Amount::ZERO)
    }

    /// Admits a transaction: marks its nonce as used in this window of time and takes the fee for the surplus buffer, or
    /// only sees that it is there. Errors: `OverSessionLimit`, `NonceUsed`, `NoncesScattered`, `InsufficientBalance`; nothing
    /// has changed then.
    pub(crate) fn admit(
        &mut self,
        sender: AccountId,
        nonce: (u64, u64),
        (asset, fee): (AssetId, Amount),
        due: Due,
    ) -> Result<(), Rejected> {
        let watched = self.watch.is_on(sender);
        if watched {
            self.watch.check(asset, fee)?;
        }
        self.edit(sender, |account| admit(account, nonce, (asset, fee), due))?;
        if watched && due == Due::Now {
            self.watch.count(asset, fee);
        }
        match due {
            // No balance exceeds the supply, which fits: so does this one.
            Due::Now => self.give(asset, Module::SurplusBuffer.into(), fee),
            Due::Later => Ok(()),
        }
    }

    /// Whether a transaction of a session with so much left to spend, or of a wallet, would be admitted; no more is copied than its
    /// sender's record. Errors: those of [`Ledger::admit`].
    pub(crate) fn check_admission(
        &self,
        sender: AccountId,
        nonce: (u64, u64),
        (asset, fee): (AssetId, Amount),
        due: Due,
        left: Option<&[(AssetId, Amount)]>,
    ) -> Result<(), Rejected> {
        if let Some(left) = left {
            watch::check(left, asset, fee)?;
        }
        let mut account = self.account(sender).cloned().unwrap_or_default();
        admit(&mut account, nonce, (asset, fee), due)
    }

    /// Forgets dead nonces of `most` accounts, of others in each turn, and accounts that are then empty.
    pub(crate) fn forget_nonces(&mut self, window: u64, turn: u64, most: usize) {
        let accounts = self.accounts.tree();
        let turns = accounts.len().div_ceil(most).max(1) as u64;
        let start = usize::try_from(turn % turns).unwrap_or(0) * most;
        let stale: Vec<AccountId> = accounts
            .slice(start, start + most)
            .filter(|(_, account)| account.nonces().has_dead(window))
            .map(|(id, _)| *id)
            .collect();
        for id in stale {
            let forget = |account: &mut Account| {
                account.nonces_mut().enter(window);
                Ok::<(), Rejected>(())
            };
            // The record is there, and nothing refuses.
            let _ = self.edit(id, forget);
        }
    }

    /// Moves `amount` from one holder to another. Errors: `OverSessionLimit` where a session acts for `from`,
    /// `InsufficientBalance`; nothing has moved then.
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

    /// Whether `from` may give so much, in one piece or several. Errors: as of [`Ledger::transfer`].
    pub(crate) fn check(&self, asset: AssetId, from: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        let from = from.into();
        if let Holder::Account(id) = from
            && self.watch.is_on(id)
        {
            self.watch.check(asset, amount)?;
        }
        let balance = self.balance(asset, from);
        if balance < amount {
            return Err(Rejected::InsufficientBalance {
                asset,
                balance,
                needed: amount,
            });
        }
        Ok(())
    }

    /// Creates `amount` in the hands of `to`. Error: `Arithmetic` if the supply would not fit; nothing has moved then.
    pub fn mint(&mut self, asset: AssetId, to: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Ok(());
        }
        add(&mut self.supplies, asset, amount)?;
        self.give(asset, to.into(), amount)
    }

    /// Destroys `amount` in the hands of `from`. Errors: as of [`Ledger::transfer`]; nothing has moved then.
    pub fn burn(&mut self, asset: AssetId, from: impl Into<Holder>, amount: Amount) -> Result<(), Rejected> {
        if amount.is_zero() {
            return Ok(());
        }
        self.take(asset, from.into(), amount)?;
        let reduce = |supply: &mut Amount| {
            *supply = supply.try_sub(amount)?;
            Ok(())
        };
        self.supplies.change(&asset, reduce).unwrap_or(Ok(())) // a balance without a supply does not exist
    }

    /// All balances above zero: of accounts, then of modules.
    pub fn balances(&self) -> impl Iterator<Item = (AssetId, Holder, Amount)> + '_ {
        let accounts = self.accounts.iter().flat_map(|(id, account)| {
            let of = |(asset, amount): &(AssetId, Amount)| (*asset, Holder::from(*id), *amount);
            account.balances().iter().map(of)
        });
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

    /// What this block has moved into and out of the modules that hold collateral.
    pub(crate) const fn crossings(&self) -> &Crossings {
        &self.crossings
    }

    /// Whose account is watched, and what may still leave it.
    pub(crate) const fn watch(&mut self) -> &mut Watch {
        &mut self.watch
    }

    /// Strikes from these what has gone out since they stood at `mark`: it has been paid for, and no limit counts it.
    pub(crate) fn forget_outflow(&mut self, mark: usize) {
        self.crossings.forget_outflow(mark);
    }

    /// Bytes on the heap of the accounts' records.
    pub fn heap_bytes(&self) -> usize {
        self.accounts.tree().heap_bytes()
    }

    fn take(&mut self, asset: AssetId, from: Holder, amount: Amount) -> Result<(), Rejected> {
        let short = |balance| Rejected::InsufficientBalance {
            asset,
            balance,
            needed: amount,
        };
        match from {
            Holder::Account(id) => {
                let watched = self.watch.is_on(id);
                if watched {
                    self.watch.check(asset, amount)?;
                }
                self.edit(id, |account| account.take(asset, amount).map_err(short))?;
                if watched {
                    self.watch.count(asset, amount);
                }
                Ok(())
            }
            Holder::Module(module) => {
                let take = |balance: &mut Amount| {
                    *balance = balance.try_sub(amount).map_err(|_| short(*balance))?;
                    Ok(balance.is_zero())
                };
                let key = (asset, module);
                if self.modules.change(&key, take).unwrap_or(Err(short(Amount::ZERO)))? {
                    self.modules.remove(&key);
                }
                self.crossings.note(asset, from, Way::Out, amount);
                Ok(())
            }
        }
    }

    fn give(&mut self, asset: AssetId, to: Holder, amount: Amount) -> Result<(), Rejected> {
        match to {
            Holder::Account(id) => self.edit(id, |account| Ok(account.give(asset, amount)?)),
            Holder::Module(module) => {
                add(&mut self.modules, (asset, module), amount)?;
                self.crossings.note(asset, to, Way::In, amount);
                Ok(())
            }
        }
    }

    /// Changes an account, which may be new, and forgets it if it is empty then.
    fn edit(&mut self, id: AccountId, edit: impl Fn(&mut Account) -> Result<(), Rejected>) -> Result<(), Rejected> {
        let edit = |account: &mut Account| edit(account).map(|()| account.is_empty());
        match self.accounts.change(&id, edit) {
            Some(is_empty) => {
                if is_empty? {
                    self.accounts.remove(&id);
                }
            }
            None => {
                let mut account = Account::default();
                if !edit(&mut account)? {
                    self.accounts.set(id, account);
                }
            }
        }
        Ok(())
    }
}

/// Uses up a nonce in a window of time and takes the fee, or only sees that it is there.
fn admit(
    account: &mut Account,
    (nonce, window): (u64, u64),
    (asset, fee): (AssetId, Amount),
    due: Due,
) -> Result<(), Rejected> {
    let used = account.nonces_mut().use_up(nonce, window);
    used.map_err(|fault| match fault {
        NonceFault::Used => Rejected::NonceUsed { nonce },
        NonceFault::Scattered => Rejected::NoncesScattered { nonce },
    })?;
    let balance = account.balance(asset);
    let taken = match due {
        Due::Now => account.take(asset, fee),
        Due::Later if balance < fee => Err(balance),
        Due::Later => Ok(()),
    };
    taken.map_err(|balance| Rejected::InsufficientBalance {
        asset,
        balance,
        needed: fee,
    })
}

/// When a fee moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// At admission.
    Now,
    /// After the commands; at admission it must be held.
    Later,
}

/// Adds to an amount, which may be new.
fn add<K: Record + Ord>(table: &mut Table<K, Amount>, key: K, amount: Amount) -> Result<(), Rejected> {
    if amount.is_zero() {
        return Ok(());
    }
    let add = |sum: &mut Amount| {
        *sum = sum.try_add(amount)?;
        Ok(())
    };
    match table.change(&key, add) {
        Some(added) => added,
        None => {
            table.set(key, amount);
            Ok(())
        }
    }
}
