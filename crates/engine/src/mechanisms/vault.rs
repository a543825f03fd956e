//! Vaults: collateral locked, coins drawn against it (docs/vault.md).
//!
//! A vault has one owner and one collateral type. Its debt is kept divided by the type's debt index, so that interest
//! is charged to all vaults of a type by one multiplication: debt = normalized debt × index, rounded up.

mod custody;
mod debt;
mod deferred;
mod grace;
mod growth;
mod judge;
mod manage;
mod outflow;
mod record;
mod seizures;
mod sharing;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{AccountId, ClosingCause, Rejected, Seizure, StandingOrder, TypeId, TypeSpec, VaultId, table};
use borsh::{BorshDeserialize, BorshSerialize};

pub use crate::kernel::ranking::{Bar, Sums};
pub use crate::kernel::share_map::ShareMap;
pub use judge::{Batch, Issuance};
pub use outflow::Taken;
pub use record::VaultRecord;
pub use seizures::Seizures;
pub use sharing::Shares;
pub(crate) use types::CEILING_MAX;

use crate::kernel::ranking::{Book, Place, Position, Ranking};
use crate::kernel::seized::SeizedIndex;
use crate::kernel::{Table, Var};
use crate::pieces;

/// A vault: what its record and what was shared out over its type make of it together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vault {
    /// Whose it is.
    pub owner: AccountId,
    /// Its collateral type.
    pub collateral_type: TypeId,
    /// Locked collateral, in base units.
    pub collateral: Amount,
    /// Debt ÷ the type's debt index.
    pub normalized_debt: NormalizedDebt,
    /// Coins kept for its liquidator; they are part of its debt.
    pub deposit: Amount,
    /// When part of it was last seized, and how many of its lots are on sale.
    pub seizures: Seizures,
}

/// What all vaults of a type have in common and what changes while they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Totals {
    /// Normalized debt of all vaults.
    pub normalized_debt: NormalizedDebt,
    /// Normalized debt at the start of this block: ceilings count from here (rule R5).
    pub opening: NormalizedDebt,
    /// Normalized debt drawn in this block, repayments not deducted (rule R5).
    pub drawn: NormalizedDebt,
    /// Coins that batches of this block owed beyond health between their steps (rule R5).
    pub deferred: Amount,
    /// Net new normalized debt of the last hour, as a bucket that drains by the gap an hour (rule R18), at the block's start.
    pub recent: NormalizedDebt,
    /// Host time at which the type was listed.
    pub listed: Seconds,
    /// Debt ÷ normalized debt.
    pub index: Index,
    /// Block time of the last accrual.
    pub accrued: Timestamp,
    /// The liquidation ratio in force: it glides to the type's (rule R8).
    pub liquidation_ratio: Ratio,
    /// Live time of the feed at the last glide.
    pub glided: Seconds,
    /// Whether new debt is allowed.
    pub admission: Admission,
    /// Decimals of the collateral.
    pub decimals: Decimals,
}

/// Whether a type takes new debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Admission {
    /// It does.
    Open,
    /// It does not, since the first cause of this.
    Closed(ClosingCause),
}

impl Totals {
    /// The debt of all vaults together.
    pub fn debt(&self, round: Round) -> Result<Amount, Rejected> {
        Ok(self.normalized_debt.debt(self.index, round)?)
    }

    /// The ratios at which owners are warned and standing orders may act (rule R11): from the liquidation ratio, in force
    /// or still to be glided to, whichever is higher, up to `warning_band` above it.
    pub fn warned(&self, spec: &TypeSpec) -> RangeInclusive<Ratio> {
        let least = self.liquidation_ratio.max(spec.liquidation_ratio);
        // A sum that no number holds is more than any vault's ratio.
        least..=least.try_add(spec.warning_band).unwrap_or(Ratio::MAX)
    }

    /// 10^(36 − decimals): the factor that compares collateral value with debt × ratio (see [`Bar`]).
    pub fn scale(&self) -> u128 {
        10_u128.pow(36 - u32::from(self.decimals.get()))
    }
}

/// All vaults, their types and what belongs to them.
#[derive(Clone, Debug)]
pub struct Vaults {
    pub(crate) types: Table<TypeId, TypeSpec>,
    pub(crate) totals: Table<TypeId, Totals>,
    /// What was shared out over the types that may share.
    shares: Table<TypeId, Shares>,
    pub(crate) book: Book<VaultId, VaultRecord>,
    delegates: Table<(AccountId, AccountId), ()>,
    orders: Table<VaultId, StandingOrder>,
    last: Var<VaultId>,
    /// The best price that ended in each slice of a type's grace.
    peaks: Table<(TypeId, u8), grace::Peak>,
    /// What vaults have taken out beyond their type's limit of outflow.
    taken: Table<VaultId, Taken>,
    /// How much each type may still issue in this block; derived at its start, not state.
    issuance: BTreeMap<TypeId, Issuance>,
    /// What each type's ceiling may count of its market in this block; derived at its start, not state.
    depths: BTreeMap<TypeId, Amount>,
}

pieces!(Vaults {
    types,
    totals,
    shares,
    book,
    delegates,
    orders,
    last,
    peaks,
    taken
});

impl Default for Vaults {
    fn default() -> Self {
        Self {
            types: Table::new(table::TYPES),
            totals: Table::new(table::TOTALS),
            shares: Table::new(table::SHARES),
            book: Book::new(table::VAULTS),
            delegates: Table::new(table::DELEGATES),
            orders: Table::new(table::STANDING_ORDERS),
            last: Var::new(table::LAST_VAULT, VaultId(0)),
            peaks: Table::new(table::PEAKS),
            taken: Table::new(table::TAKEN),
            issuance: BTreeMap::new(),
            depths: BTreeMap::new(),
        }
    }
}

impl Vaults {
    /// A vault. Error: `UnknownVault`.
    pub fn vault(&self, id: VaultId) -> Result<Vault, Rejected> {
        let record = self.book.records().get(&id).ok_or(Rejected::UnknownVault(id))?;
        Ok(self.read(record))
    }

    /// Where a vault that owes something stands in the liquidation index.
    pub fn place(&self, id: VaultId) -> Option<Place<VaultId>> {
        let standing = self.book.records().get(&id)?.standing()?;
        Some(Place::new(id, standing))
    }

    /// A vault that `caller` owns or may act on as a delegate. Errors: `UnknownVault`, `NotOwner`.
    fn managed_by(&self, id: VaultId, caller: AccountId) -> Result<Vault, Rejected> {
        let vault = self.vault(id)?;
        if self.is_manager(&vault, caller) {
            return Ok(vault);
        }
        Err(Rejected::NotOwner { vault: id, caller })
    }

    /// Whether `caller` owns a vault or may act on it as a delegate.
    fn is_manager(&self, vault: &Vault, caller: AccountId) -> bool {
        vault.owner == caller || self.is_delegate(vault.owner, caller)
    }

    /// A vault as [`Vaults::managed_by`] finds it, none of whose lots is on sale. While one is, its owner takes nothing
    /// out of the vault and draws nothing against it: it would owe what the sale does not bring in (docs/liquidation.md).
    /// Errors: `UnknownVault`, `NotOwner`, `LotsOnSale`.
    fn unencumbered(&self, id: VaultId, caller: AccountId) -> Result<Vault, Rejected> {
        let vault = self.managed_by(id, caller)?;
        match self.lots_held_for(&vault)? {
            0 => Ok(vault),
            lots => Err(Rejected::LotsOnSale { vault: id, lots }),
        }
    }

    /// For how many lots on sale a vault is held: for none in a type whose shortfalls are not owed again, as the peers'.
    fn lots_held_for(&self, vault: &Vault) -> Result<u16, Rejected> {
        Ok(match vault.seizures.lots() {
            0 => 0,
            lots if self.spec(vault.collateral_type)?.peer.seizure == Seizure::Restore => lots,
            _ => 0,
        })
    }

    /// A type's parameters. Error: `UnknownType`.
    pub fn spec(&self, id: TypeId) -> Result<&TypeSpec, Rejected> {
        self.types.get(&id).ok_or(Rejected::UnknownType(id))
    }

    /// A type's totals. Error: `UnknownType`.
    pub fn totals(&self, id: TypeId) -> Result<&Totals, Rejected> {
        self.totals.get(&id).ok_or(Rejected::UnknownType(id))
    }

    /// The types, by id.
    pub fn types(&self) -> impl Iterator<Item = &TypeSpec> {
        self.types.iter().map(|(_, spec)| spec)
    }

    /// The vaults, by id.
    pub fn iter(&self) -> impl Iterator<Item = (VaultId, Vault)> {
        self.book.records().iter().map(|(id, record)| (*id, self.read(record)))
    }

    /// The records of the vaults, by id.
    pub fn records(&self) -> impl Iterator<Item = (VaultId, &VaultRecord)> {
        self.book.records().iter().map(|(id, record)| (*id, record))
    }

    /// The records of vaults from an id on, in order.
    pub fn records_from(&self, first: VaultId) -> impl Iterator<Item = (VaultId, &VaultRecord)> {
        self.book.records().range(first..).map(|(id, record)| (*id, record))
    }

    /// How many vaults are open.
    pub fn len(&self) -> usize {
        self.book.records().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.book.records().is_empty()
    }

    /// The liquidation index.
    pub fn index(&self) -> &Ranking<VaultId> {
        self.book.ranking()
    }

    /// The vaults that lost a part, by round.
    pub fn seized(&self) -> &SeizedIndex<VaultId> {
        self.book.seized()
    }

    /// Bytes on the heap of all vault records with their keys, and of their indices.
    pub fn heap_bytes(&self) -> (usize, usize) {
        (
            self.book.records().tree().heap_bytes(),
            self.book.ranking().heap_bytes() + self.book.seized().heap_bytes(),
        )
    }

    /// The standing order of a vault.
    pub fn standing_order(&self, id: VaultId) -> Option<&StandingOrder> {
        self.orders.get(&id)
    }

    /// All standing orders, by vault.
    pub fn standing_orders(&self) -> impl Iterator<Item = (VaultId, &StandingOrder)> {
        self.orders.iter().map(|(id, order)| (*id, order))
    }

    /// Whether any vault has one.
    pub fn has_standing_orders(&self) -> bool {
        !self.orders.is_empty()
    }

    /// Whether `delegate` may act on the vaults of `owner`.
    pub fn is_delegate(&self, owner: AccountId, delegate: AccountId) -> bool {
        self.delegates.contains_key(&(owner, delegate))
    }
}
