//! The liquidation index: a type's indebted vaults in the order in which a falling price breaks them.
//!
//! The order is normalized debt ÷ collateral, riskiest first, compared exactly as a cross product. Neither the price
//! nor the debt index changes it, so a price finds the vaults that it broke as a prefix, and prefix sums tell how much
//! they owe and hold, in O(log n). It is not state: it is rebuilt from the vaults and an invariant compares the two.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ballast_num::{Amount, Index, NormalizedDebt, Price, Ratio, cmp_products, cmp_products3};
use ballast_protocol::{TypeId, VaultId};

use super::Vault;
use crate::kernel::tree::{Summary, Tree};

/// A vault's place in the order.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Debt ÷ index, above zero.
    pub normalized_debt: NormalizedDebt,
    /// Locked collateral; zero is riskier than anything else.
    pub collateral: Amount,
    /// Which vault; the elder first among equals.
    pub vault: VaultId,
}

impl Place {
    /// Where a vault stands, or nowhere if it owes nothing.
    pub(super) fn of(id: VaultId, vault: &Vault) -> Option<(TypeId, Self)> {
        let place = Self {
            normalized_debt: vault.normalized_debt,
            collateral: vault.collateral,
            vault: id,
        };
        (!vault.normalized_debt.is_zero()).then_some((vault.collateral_type, place))
    }

    fn same(&self, other: &Self) -> bool {
        self.vault == other.vault
            && self.normalized_debt == other.normalized_debt
            && self.collateral == other.collateral
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = (self.normalized_debt.raw(), other.normalized_debt.raw());
        // mine ÷ my collateral against theirs ÷ their collateral, the larger first.
        cmp_products(theirs, self.collateral.raw(), mine, other.collateral.raw())
            .then_with(|| self.vault.cmp(&other.vault))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Place {}

/// What the vaults of a prefix owe and hold together. Sums fit: each is part of a supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Normalized debt.
    pub normalized_debt: u128,
    /// Collateral.
    pub collateral: u128,
}

impl Summary<Place, ()> for Sums {
    fn of(place: &Place, (): &()) -> Self {
        Self {
            normalized_debt: place.normalized_debt.raw(),
            collateral: place.collateral.raw(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.normalized_debt = self.normalized_debt.wrapping_add(other.normalized_debt);
        self.collateral = self.collateral.wrapping_add(other.collateral);
    }

    fn sub(&mut self, other: &Self) {
        self.normalized_debt = self.normalized_debt.wrapping_sub(other.normalized_debt);
        self.collateral = self.collateral.wrapping_sub(other.collateral);
    }
}

/// The terms on which vaults are judged: under which price × scale, index and ratio.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// USD for one whole unit of collateral.
    pub price: Price,
    /// 10^(36 − collateral decimals), which brings both sides to one scale.
    pub scale: u128,
    /// The type's debt index.
    pub index: Index,
    /// Collateral value ÷ debt that must be reached.
    pub ratio: Ratio,
}

impl Bar {
    /// Whether collateral value ≥ debt × ratio, exactly.
    pub fn is_reached(&self, normalized_debt: NormalizedDebt, collateral: Amount) -> bool {
        cmp_products3(
            [collateral.raw(), self.price.raw(), self.scale],
            [normalized_debt.raw(), self.index.raw(), self.ratio.raw()],
        )
        .is_ge()
    }

    /// The same bar at another ratio.
    pub fn at(&self, ratio: Ratio) -> Self {
        Self { ratio, ..*self }
    }
}

/// One ordered tree a type.
#[derive(Clone, Debug, Default)]
pub struct RatioIndex {
    types: BTreeMap<TypeId, Tree<Place, (), Sums>>,
}

impl RatioIndex {
    /// Moves a vault from where it stood to where it stands.
    pub(super) fn replace(&mut self, id: VaultId, before: Option<&Vault>, after: Option<&Vault>) {
        let before = before.and_then(|vault| Place::of(id, vault));
        let after = after.and_then(|vault| Place::of(id, vault));
        if let (Some((old_type, old)), Some((new_type, new))) = (&before, &after)
            && old_type == new_type
            && old.same(new)
        {
            return;
        }
        if let Some((collateral_type, place)) = before
            && let Some(tree) = self.types.get_mut(&collateral_type)
        {
            tree.remove(&place);
        }
        if let Some((collateral_type, place)) = after {
            self.types.entry(collateral_type).or_default().insert(place, ());
        }
    }

    /// The places of a type, riskiest first.
    pub fn places(&self, collateral_type: TypeId) -> impl Iterator<Item = &Place> {
        self.types
            .get(&collateral_type)
            .into_iter()
            .flat_map(|tree| tree.iter().map(|(place, ())| place))
    }

    /// The places from position `start` on, riskiest first.
    pub fn places_from(&self, collateral_type: TypeId, start: usize) -> impl Iterator<Item = &Place> {
        let tree = self.types.get(&collateral_type);
        tree.into_iter()
            .flat_map(move |tree| tree.slice(start, tree.len()).map(|(place, ())| place))
    }

    /// How many vaults are under the bar: they are the first so many places.
    pub fn count_under(&self, collateral_type: TypeId, bar: &Bar) -> usize {
        let Some(tree) = self.types.get(&collateral_type) else {
            return 0;
        };
        tree.prefix_len(|place| !bar.is_reached(place.normalized_debt, place.collateral))
    }

    /// What the vaults under the bar owe and hold.
    pub fn sums_under(&self, collateral_type: TypeId, bar: &Bar) -> Sums {
        let Some(tree) = self.types.get(&collateral_type) else {
            return Sums::default();
        };
        tree.prefix_summary(|place| !bar.is_reached(place.normalized_debt, place.collateral))
    }

    /// What all indebted vaults of a type owe and hold.
    pub fn sums(&self, collateral_type: TypeId) -> Sums {
        self.types.get(&collateral_type).map(Tree::summary).unwrap_or_default()
    }

    /// How many vaults of a type owe anything.
    pub fn len(&self, collateral_type: TypeId) -> usize {
        self.types.get(&collateral_type).map_or(0, Tree::len)
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.types.values().map(Tree::heap_bytes).sum()
    }
}
