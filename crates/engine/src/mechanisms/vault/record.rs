//! How a vault is kept, and the one way to read and to write it (docs/sharing.md).

use ballast_num::{Amount, Arithmetic, NormalizedDebt};
use ballast_protocol::{AccountId, Rejected, RoundNumber, TypeId, VaultId};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{Seizures, ShareMap, Vault, Vaults};
use crate::kernel::ranking::Position;
use crate::kernel::share_map::{Base, DEBT_END, Standing};

/// A vault's record. In a type that never shares out it is the vault itself; else a vault in debt holds shares and a base
/// debt, of which the type's [`super::Shares`] make its collateral and its debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct VaultRecord {
    /// Whose it is.
    pub owner: AccountId,
    /// Its collateral type.
    pub collateral_type: TypeId,
    /// Collateral in base units; shares in a vault that owes something, if its type may share out.
    pub holding: u128,
    /// Normalized debt beside what was shared out. Zero is kept for a vault without debt: a base of zero and those below
    /// are written one less.
    pub base: i128,
    /// Coins kept for its liquidator; they are part of its debt.
    pub deposit: Amount,
    /// When part of it was last seized, and how many of its lots are on sale.
    pub seizures: Seizures,
}

impl Position for VaultRecord {
    fn collateral_type(&self) -> TypeId {
        self.collateral_type
    }

    fn standing(&self) -> Option<Standing> {
        let base = match self.base {
            0 => return None,
            above @ 1.. => Base::Above(above.unsigned_abs()),
            below => Base::Below(below.unsigned_abs() - 1),
        };
        Some(Standing {
            base,
            holding: self.holding,
        })
    }

    fn seized_in(&self) -> Option<RoundNumber> {
        Some(self.seizures.round())
    }
}

impl VaultRecord {
    /// What is written for a vault under a map. Error: `Overflow`, if its debt or its shares do not fit.
    pub(super) fn of(vault: &Vault, map: &ShareMap) -> Result<Self, Arithmetic> {
        let Vault {
            owner,
            collateral_type,
            collateral,
            normalized_debt,
            deposit,
            seizures,
        } = *vault;
        let (holding, base) = if normalized_debt.is_zero() {
            (collateral.raw(), 0)
        } else {
            let holding = map.holding(collateral)?;
            let signed = |size: u128| i128::try_from(size).map_err(|_| Arithmetic::Overflow);
            let base = match map.base(normalized_debt, holding)? {
                Base::Above(0) => -1,
                Base::Above(above) => signed(above)?,
                Base::Below(below) => -signed(below)? - 1,
            };
            (holding, base)
        };
        Ok(Self {
            owner,
            collateral_type,
            holding,
            base,
            deposit,
            seizures,
        })
    }

    /// The vault that this is under a map.
    fn read(&self, map: &ShareMap) -> Vault {
        let (collateral, normalized_debt) = match self.standing() {
            None => (Amount::from_raw(self.holding), NormalizedDebt::ZERO),
            Some(standing) => (map.collateral(standing.holding), map.normalized_debt(&standing)),
        };
        Vault {
            owner: self.owner,
            collateral_type: self.collateral_type,
            collateral,
            normalized_debt,
            deposit: self.deposit,
            seizures: self.seizures,
        }
    }
}

impl Vaults {
    /// What has been shared out over a type. Costs no search where no type may share.
    pub fn share_map(&self, kind: TypeId) -> ShareMap {
        if self.shares.is_empty() {
            return ShareMap::Plain;
        }
        self.shares.get(&kind).map_or(ShareMap::Plain, |shares| shares.map())
    }

    /// The vault that a record stands for.
    pub(super) fn read(&self, record: &VaultRecord) -> Vault {
        record.read(&self.share_map(record.collateral_type))
    }

    /// What would be written for a vault. Error: `Overflow`.
    pub(crate) fn record_of(&self, vault: &Vault) -> Result<VaultRecord, Arithmetic> {
        VaultRecord::of(vault, &self.share_map(vault.collateral_type))
    }

    /// The vault that a record stands for: for what is read ahead.
    pub(crate) fn vault_of(&self, record: &VaultRecord) -> Vault {
        self.read(record)
    }

    /// Writes a vault. What is read of it afterwards is exactly what was written; shares and base of one whose collateral
    /// and debt are as before stay as they were.
    /// Error: `Overflow`, if its figures or those of all shares of its type do not fit.
    pub(super) fn write(&mut self, id: VaultId, vault: &Vault) -> Result<(), Rejected> {
        let map = self.share_map(vault.collateral_type);
        let mut record = VaultRecord::of(vault, &map)?;
        if map != ShareMap::Plain {
            if let Some(before) = self.book.records().get(&id) {
                let was = before.read(&map);
                if (was.collateral, was.normalized_debt) == (vault.collateral, vault.normalized_debt) {
                    (record.holding, record.base) = (before.holding, before.base);
                }
            }
            self.count_shares(id, &map, vault, &record)?;
        }
        self.book.set(id, record);
        Ok(())
    }

    /// Keeps the figures of a type's shares beside a write. Error: `Overflow`.
    fn count_shares(
        &mut self,
        id: VaultId,
        map: &ShareMap,
        vault: &Vault,
        record: &VaultRecord,
    ) -> Result<(), Rejected> {
        let kind = vault.collateral_type;
        let before = self.book.records().get(&id);
        let shares_of = |record: &VaultRecord| record.standing().map_or(0, |standing| standing.holding);
        let (were, are) = (before.map_or(0, shares_of), shares_of(record));
        let others = self.index().sums(kind).holding.saturating_sub(were);
        let all = others.checked_add(are).ok_or(Arithmetic::Overflow)?;
        let size = record.base.unsigned_abs();
        if vault.normalized_debt.raw() >= DEBT_END || size >= DEBT_END || map.shared_debt(all)? >= DEBT_END {
            return Err(Arithmetic::Overflow.into());
        }
        let was = before.filter(|record| record.base != 0);
        let was = was.map_or(Amount::ZERO, |record| record.read(map).collateral);
        let is = if record.base == 0 {
            Amount::ZERO
        } else {
            vault.collateral
        };
        self.move_held(kind, was, is)?;
        Ok(())
    }

    /// Removes a vault, its standing order and what it has taken.
    pub(super) fn forget(&mut self, id: VaultId) -> Result<(), Rejected> {
        self.erase(id)?;
        self.orders.remove(&id);
        self.taken.remove(&id);
        Ok(())
    }

    /// Removes a vault's record.
    pub(super) fn erase(&mut self, id: VaultId) -> Result<(), Rejected> {
        if !self.shares.is_empty()
            && let Ok(vault) = self.vault(id)
            && !vault.normalized_debt.is_zero()
        {
            self.move_held(vault.collateral_type, vault.collateral, Amount::ZERO)?;
        }
        self.book.remove(id);
        Ok(())
    }
}
