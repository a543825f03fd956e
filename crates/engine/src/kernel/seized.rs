//! The vaults that lost a part in a round, in the order of the liquidation index.
//!
//! A vault above the wick band loses a part at most once a round (rule R9), so a block that has done all it may still
//! finds such vaults broken. How many they are tells whether anything is left to do, and costs O(log n) here. Like the
//! liquidation index this is not state: it follows from the vaults, and an invariant compares the two.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ballast_protocol::{RoundNumber, TypeId};

use super::ranking::{Bar, Place, Position};
use super::tree::Tree;

/// A place among those of the same round.
#[derive(Clone, Copy, Debug)]
struct SeizedPlace<K> {
    round: RoundNumber,
    place: Place<K>,
}

impl<K: Copy + Ord> Ord for SeizedPlace<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.round.cmp(&other.round).then_with(|| self.place.cmp(&other.place))
    }
}

impl<K: Copy + Ord> PartialOrd for SeizedPlace<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Copy + Ord> PartialEq for SeizedPlace<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<K: Copy + Ord> Eq for SeizedPlace<K> {}

/// One ordered tree a type: round, then place.
#[derive(Clone, Debug)]
pub struct SeizedIndex<K> {
    types: BTreeMap<TypeId, Tree<SeizedPlace<K>, ()>>,
}

impl<K> Default for SeizedIndex<K> {
    fn default() -> Self {
        Self { types: BTreeMap::new() }
    }
}

impl<K: Copy + Ord> SeizedIndex<K> {
    /// Moves a vault from where it stood to where it stands. Costs nothing for a vault that never lost anything.
    pub(crate) fn replace<V: Position>(&mut self, id: K, before: Option<&V>, after: Option<&V>) {
        let (before, after) = (entry(id, before), entry(id, after));
        if before == after {
            return;
        }
        if let Some((collateral_type, place)) = before {
            self.types.entry(collateral_type).or_default().remove(&place);
        }
        if let Some((collateral_type, place)) = after {
            self.types.entry(collateral_type).or_default().insert(place, ());
        }
    }

    /// How many vaults of a type that owe something lost a part in this round and are under the bar.
    pub fn count_under(&self, collateral_type: TypeId, round: RoundNumber, bar: &Bar) -> usize {
        self.count_while(collateral_type, round, |place| bar.is_missed_by(place))
    }

    /// How many of the round's leading places `test` holds for, which is true and then false along their order. It is
    /// asked about O(log n) of them.
    pub(crate) fn count_while(
        &self,
        collateral_type: TypeId,
        round: RoundNumber,
        mut test: impl FnMut(&Place<K>) -> bool,
    ) -> usize {
        let Some(tree) = self.types.get(&collateral_type) else {
            return 0;
        };
        let elder = tree.prefix_len(|seized| seized.round < round);
        let with = tree.prefix_len(|seized| seized.round < round || seized.round == round && test(&seized.place));
        with - elder
    }

    /// The places of a type with their rounds, in order.
    pub fn places(&self, collateral_type: TypeId) -> impl Iterator<Item = (RoundNumber, &Place<K>)> {
        let tree = self.types.get(&collateral_type);
        tree.into_iter()
            .flat_map(|tree| tree.iter())
            .map(|(seized, ())| (seized.round, &seized.place))
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.types.values().map(Tree::heap_bytes).sum()
    }
}

fn entry<K: Copy + Ord, V: Position>(id: K, position: Option<&V>) -> Option<(TypeId, SeizedPlace<K>)> {
    let position = position?;
    let round = position.seized_in().filter(|round| *round != RoundNumber(0))?;
    let (collateral_type, place) = Place::of(id, position)?;
    Some((collateral_type, SeizedPlace { round, place }))
}
