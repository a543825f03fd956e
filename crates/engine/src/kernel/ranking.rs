//! Ranking: a type's indebted positions, vaults or lots on sale, in the order in which a falling price breaks them.
//!
//! The order is normalized debt ÷ collateral, riskiest first, compared exactly as a cross product. Neither the price
//! nor the debt index changes it, nor does sharing out ([`super::share_map`]), so a price finds the positions that it broke as a prefix, and prefix sums tell how
//! much they owe and hold, in O(log n). It is not state: it is derived from a table, and an invariant compares the two.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ballast_num::{
    Amount, Index, NormalizedDebt, Price, Ratio, Round, U256, cmp_products, cmp_products_wide, cmp_products3,
};
use ballast_protocol::{RoundNumber, TypeId};

use super::changes::ChangeSink;
use super::records::{BadRecords, RecordSource};
use super::seized::SeizedIndex;
use super::share_map::{Base, SHARE_BITS, ShareMap, Standing};
use super::table::{Record, Stored, Table};
use super::tree::{Summary, Tree};

/// What is ranked: something that belongs to a collateral type, may owe and may hold.
pub trait Position: Record {
    /// Its type.
    fn collateral_type(&self) -> TypeId;
    /// What it owes and holds, before its type's [`ShareMap`]; `None` if it owes nothing. A debt without interest counts
    /// at an index of 1.
    fn standing(&self) -> Option<Standing>;
    /// The last round in which it lost a part, for positions that a round limit spares.
    fn seized_in(&self) -> Option<RoundNumber> {
        None
    }
}

/// A table of positions and their orders, which always agree: every write, and every undo of one, goes through all.
#[derive(Clone, Debug)]
pub struct Book<K, V> {
    records: Table<K, V>,
    ranking: Ranking<K>,
    seized: SeizedIndex<K>,
}

impl<K: Record + Ord + Copy, V: Position> Book<K, V> {
    /// An empty book whose table has this number in proofs.
    pub fn new(table: u16) -> Self {
        Self {
            records: Table::new(table),
            ranking: Ranking::default(),
            seized: SeizedIndex::default(),
        }
    }

    /// The positions themselves.
    pub const fn records(&self) -> &Table<K, V> {
        &self.records
    }

    /// Their order.
    pub const fn ranking(&self) -> &Ranking<K> {
        &self.ranking
    }

    /// Those that lost a part, by round.
    pub const fn seized(&self) -> &SeizedIndex<K> {
        &self.seized
    }

    /// Writes a position.
    pub fn set(&mut self, id: K, position: V) {
        let before = self.records.set(id, position.clone());
        self.ranking.replace(id, before.as_ref(), Some(&position));
        self.seized.replace(id, before.as_ref(), Some(&position));
    }

    /// Removes a position.
    pub fn remove(&mut self, id: K) {
        let before = self.records.remove(&id);
        self.ranking.replace(id, before.as_ref(), None);
        self.seized.replace(id, before.as_ref(), None);
    }

    /// Brings positions near the processor, with the places where they stand and where they are `expected` to stand next.
    pub(crate) fn warm<M: Copy>(&self, moves: &[(K, M)], expected: impl Fn(&V, M) -> Option<V>) {
        let ids: Vec<&K> = moves.iter().map(|(id, _)| id).collect();
        let found = moves.iter().zip(self.records.get_all(&ids));
        let mut places: BTreeMap<TypeId, Vec<Place<K>>> = BTreeMap::new();
        for ((id, how), position) in found {
            let Some(position) = position else { continue };
            let next = expected(position, *how);
            for (kind, place) in [Place::of(*id, position), next.and_then(|next| Place::of(*id, &next))]
                .into_iter()
                .flatten()
            {
                places.entry(kind).or_default().push(place);
            }
        }
        self.ranking.warm(&places);
    }
}

impl<K: Record + Ord + Copy, V: Position> Stored for Book<K, V> {
    fn mark(&self) -> usize {
        self.records.mark()
    }

    fn rewind(&mut self, mark: usize) {
        let Self {
            records,
            ranking,
            seized,
        } = self;
        records.rewind_with(mark, |id, now, restored| {
            ranking.replace(*id, now, restored);
            seized.replace(*id, now, restored);
        });
    }

    fn take_changes(&mut self, changes: &mut impl ChangeSink) {
        self.records.take_changes(changes);
    }

    fn all_entries(&self, changes: &mut impl ChangeSink) {
        self.records.all_entries(changes);
    }

    fn find(&self, table: u16, key: &[u8]) -> Option<Vec<u8>> {
        self.records.find(table, key)
    }

    fn load(&mut self, source: &mut RecordSource<'_, '_>) -> Result<(), BadRecords> {
        self.records.load(source)?;
        (self.ranking, self.seized) = Default::default();
        for (id, position) in self.records.iter() {
            self.ranking.replace(*id, None, Some(position));
            self.seized.replace(*id, None, Some(position));
        }
        Ok(())
    }
}

/// A position's place in the order.
#[derive(Clone, Copy, Debug)]
pub struct Place<K> {
    /// How much its base debt is above or below zero; which of the two, `ratio` tells.
    base: u128,
    /// Locked collateral, or the shares that stand for it; zero is riskier than anything else.
    holding: u128,
    /// Which position; the elder first among equals.
    id: K,
    /// Base debt ÷ holding, [`ZERO_RATIO`] at zero, as exponent and leading bits, rounded down: places that differ here
    /// need no cross product.
    ratio: u64,
}

/// The ratio of no base debt; those of base debts below zero are smaller.
const ZERO_RATIO: u64 = 1 << 63;

impl<K: Copy + Ord> Place<K> {
    /// The place of a position that owes something.
    pub fn new(id: K, Standing { base, holding }: Standing) -> Self {
        let (base, ratio) = match base {
            // Where nothing is held nothing was shared out to, so that a base is never below zero.
            Base::Above(debt) | Base::Below(debt) if holding == 0 => (debt, u64::MAX),
            Base::Above(debt) => (debt, ZERO_RATIO + leading_bits(debt, holding)),
            Base::Below(debt) => (debt, ZERO_RATIO - leading_bits(debt, holding)),
        };
        Self {
            base,
            holding,
            id,
            ratio,
        }
    }

    /// What the position owes and holds, before its type's [`ShareMap`].
    pub const fn standing(&self) -> Standing {
        let base = if self.ratio < ZERO_RATIO {
            Base::Below(self.base)
        } else {
            Base::Above(self.base)
        };
        Standing {
            base,
            holding: self.holding,
        }
    }

    /// Which position.
    pub const fn id(&self) -> K {
        self.id
    }

    /// Where a position stands, or nowhere if it owes nothing.
    pub(super) fn of(id: K, position: &impl Position) -> Option<(TypeId, Self)> {
        let standing = position.standing()?;
        Some((position.collateral_type(), Self::new(id, standing)))
    }

    /// The order of places whose ratios have the same leading bits: a cross product, then the id.
    #[cold]
    fn cmp_exactly(&self, other: &Self) -> Ordering {
        if self.base == other.base && self.holding == other.holding {
            return self.id.cmp(&other.id);
        }
        // My base ÷ my holding against theirs ÷ their holding, the larger first. Equal ratios have equal signs.
        let by_size = cmp_products(other.base, self.holding, self.base, other.holding);
        let by_value = if self.ratio < ZERO_RATIO {
            by_size.reverse()
        } else {
            by_size
        };
        by_value.then_with(|| self.id.cmp(&other.id))
    }

    /// Whether a position's place is the same before and after.
    fn stays<V: Position>(before: &V, after: &V) -> bool {
        before.collateral_type() == after.collateral_type() && before.standing() == after.standing()
    }
}

/// `debt ÷ collateral` as a number of nine bits of exponent and 53 of mantissa, rounded down, so that it never decreases
/// where the ratio increases; under 2⁶².
fn leading_bits(debt: u128, collateral: u128) -> u64 {
    /// Bits of the quotient below its leading one, or one more.
    const MANTISSA: u32 = 53;
    if debt == 0 {
        return 0;
    }
    // The ratio lies between 2^(exponent − 1) and 2^(exponent + 1), so the quotient has 54 or 55 bits.
    let (of_debt, of_collateral) = (128 - debt.leading_zeros(), 128 - collateral.leading_zeros());
    let shift = i64::from(MANTISSA) + 1 + i64::from(of_collateral) - i64::from(of_debt);
    let quotient = match u32::try_from(shift) {
        Ok(up) if up <= debt.leading_zeros() => Ok((debt << up) / collateral),
        Ok(up @ 0..128) => U256::product(debt, 1 << up).try_div(collateral, Round::Down),
        // The debt has at most 54 + 128 − 128 bits fewer than the collateral here, so the first factor fits.
        Ok(up) => U256::product(debt << (up - 127), 1 << 127).try_div(collateral, Round::Down),
        Err(_) => Ok(debt / (collateral << shift.unsigned_abs())),
    };
    let quotient = u64::try_from(quotient.unwrap_or(0)).unwrap_or(u64::MAX); // it has 55 bits at most
    let extra = (64 - quotient.leading_zeros()).saturating_sub(MANTISSA + 1);
    // 300 keeps the exponent positive: it lies between −128 and 128.
    let exponent = (300 + i64::from(of_debt) - i64::from(of_collateral) - 1 + i64::from(extra)).unsigned_abs();
    (exponent << MANTISSA) | (quotient >> extra) & ((1 << MANTISSA) - 1)
}

impl<K: Copy + Ord> Ord for Place<K> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        // The larger ratio first.
        other.ratio.cmp(&self.ratio).then_with(|| self.cmp_exactly(other))
    }
}

impl<K: Copy + Ord> PartialOrd for Place<K> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Copy + Ord> PartialEq for Place<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<K: Copy + Ord> Eq for Place<K> {}

/// What the positions of a prefix owe and hold together, before their type's [`ShareMap`]. Sums fit: each is part of a
/// supply, and shares are bounded so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Base debt, modulo 2¹²⁸: the sum may be below zero in a type that has shared out.
    pub base: u128,
    /// Collateral, or shares.
    pub holding: u128,
}

impl<K: Copy + Ord> Summary<Place<K>, ()> for Sums {
    fn of(place: &Place<K>, (): &()) -> Self {
        let below = place.ratio < ZERO_RATIO;
        Self {
            base: if below { place.base.wrapping_neg() } else { place.base },
            holding: place.holding,
        }
    }

    fn add(&mut self, other: &Self) {
        self.base = self.base.wrapping_add(other.base);
        self.holding = self.holding.wrapping_add(other.holding);
    }

    fn sub(&mut self, other: &Self) {
        self.base = self.base.wrapping_sub(other.base);
        self.holding = self.holding.wrapping_sub(other.holding);
    }
}

/// The terms on which positions are judged: under which price × scale, index and ratio.
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
    /// What has been shared out over the type: the places are judged through it.
    pub map: ShareMap,
}

impl Bar {
    /// Whether collateral value ≥ debt × ratio, exactly, of figures that the type's map has been applied to.
    pub fn is_reached(&self, normalized_debt: NormalizedDebt, collateral: Amount) -> bool {
        cmp_products3(
            [collateral.raw(), self.price.raw(), self.scale],
            [normalized_debt.raw(), self.index.raw(), self.ratio.raw()],
        )
        .is_ge()
    }

    /// Whether a place is under the bar, exactly: a record and a prefix of the order agree on it.
    #[inline]
    pub fn is_missed_by<K: Copy + Ord>(&self, place: &Place<K>) -> bool {
        let (holding, base) = match self.map {
            ShareMap::Plain => (place.holding, place.base),
            ShareMap::Unshared => (place.holding >> SHARE_BITS, place.base),
            ShareMap::Shared { .. } => return self.is_missed_through_map(&place.standing()),
        };
        !self.is_reached(NormalizedDebt::from_raw(base), Amount::from_raw(holding))
    }

    /// holding × unit × price × scale < (base + holding × debt a share) × index × ratio, in 512 bits.
    fn is_missed_through_map(&self, standing: &Standing) -> bool {
        let (collateral, debt) = self.map.exact(standing);
        cmp_products_wide(
            [collateral, U256::product(self.price.raw(), self.scale)],
            [debt, U256::product(self.index.raw(), self.ratio.raw())],
        )
        .is_lt()
    }

    /// The same bar at another ratio.
    pub fn at(&self, ratio: Ratio) -> Self {
        Self { ratio, ..*self }
    }
}

/// One ordered tree a type.
#[derive(Clone, Debug)]
pub struct Ranking<K> {
    types: BTreeMap<TypeId, Tree<Place<K>, (), Sums>>,
}

impl<K> Default for Ranking<K> {
    fn default() -> Self {
        Self { types: BTreeMap::new() }
    }
}

impl<K: Copy + Ord> Ranking<K> {
    /// Moves a position from where it stood to where it stands.
    pub(crate) fn replace<V: Position>(&mut self, id: K, before: Option<&V>, after: Option<&V>) {
        if let (Some(before), Some(after)) = (before, after)
            && Place::<K>::stays(before, after)
        {
            return;
        }
        let before = before.and_then(|position| Place::of(id, position));
        let after = after.and_then(|position| Place::of(id, position));
        match (before, after) {
            (Some((of_before, from)), Some((of_after, to))) if of_before == of_after => {
                self.tree(of_after).rekey(&from, to);
            }
            (before, after) => {
                if let Some((collateral_type, place)) = before {
                    self.tree(collateral_type).remove(&place);
                }
                if let Some((collateral_type, place)) = after {
                    self.tree(collateral_type).insert(place, ());
                }
            }
        }
    }

    /// Puts a place into a type's order, for tests that have no positions.
    #[cfg(test)]
    pub(super) fn insert(&mut self, collateral_type: TypeId, place: Place<K>) {
        self.tree(collateral_type).insert(place, ());
    }

    /// Brings these places of each type near the processor.
    fn warm(&self, places: &BTreeMap<TypeId, Vec<Place<K>>>) {
        for (collateral_type, places) in places {
            if let Some(tree) = self.types.get(collateral_type) {
                tree.warm(&places.iter().collect::<Vec<_>>());
            }
        }
    }

    fn tree(&mut self, collateral_type: TypeId) -> &mut Tree<Place<K>, (), Sums> {
        self.types.entry(collateral_type).or_default()
    }

    /// The places of a type, riskiest first.
    pub fn places(&self, collateral_type: TypeId) -> impl Iterator<Item = &Place<K>> {
        self.types
            .get(&collateral_type)
            .into_iter()
            .flat_map(|tree| tree.iter().map(|(place, ())| place))
    }

    /// The places from position `start` on, riskiest first.
    pub fn places_from(&self, collateral_type: TypeId, start: usize) -> impl Iterator<Item = &Place<K>> {
        let tree = self.types.get(&collateral_type);
        tree.into_iter()
            .flat_map(move |tree| tree.slice(start, tree.len()).map(|(place, ())| place))
    }

    /// How many positions are under the bar: they are the first so many places.
    pub fn count_under(&self, collateral_type: TypeId, bar: &Bar) -> usize {
        let is_under = |place: &Place<K>| bar.is_missed_by(place);
        self.tree_where(collateral_type, is_under)
            .map_or(0, |tree| tree.prefix_len(is_under))
    }

    /// What the positions under the bar owe and hold.
    pub fn sums_under(&self, collateral_type: TypeId, bar: &Bar) -> Sums {
        self.sums_where(collateral_type, |place| bar.is_missed_by(place))
    }

    /// What the leading places that are under something owe and hold; O(log n) of them are asked.
    fn sums_where(&self, collateral_type: TypeId, mut is_under: impl FnMut(&Place<K>) -> bool) -> Sums {
        let tree = self.tree_where(collateral_type, &mut is_under);
        tree.map(|tree| tree.prefix_summary(is_under)).unwrap_or_default()
    }

    /// The tree of a type if any of its positions is under something. Mostly none is, and the riskiest tells.
    fn tree_where(
        &self,
        collateral_type: TypeId,
        is_under: impl FnOnce(&Place<K>) -> bool,
    ) -> Option<&Tree<Place<K>, (), Sums>> {
        let tree = self.types.get(&collateral_type)?;
        let (riskiest, ()) = tree.first()?;
        is_under(riskiest).then_some(tree)
    }

    /// What all indebted positions of a type owe and hold.
    pub fn sums(&self, collateral_type: TypeId) -> Sums {
        self.types.get(&collateral_type).map(Tree::summary).unwrap_or_default()
    }

    /// How many positions of a type owe anything.
    pub fn len(&self, collateral_type: TypeId) -> usize {
        self.types.get(&collateral_type).map_or(0, Tree::len)
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.types.values().map(Tree::heap_bytes).sum()
    }
}

#[cfg(test)]
mod tests;
