//! How much collateral may leave in a while, whatever lets it out (rules R16, R18; docs/limits.md).
//!
//! It looks at the ledger's movements alone. A bucket for each type holds the net flow out of its modules; up to the limit
//! everyone takes what he likes, beyond it each vault its own share, which no other's outflow uses up.

use ballast_num::{Amount, Round, Seconds};
use ballast_protocol::{FlowLimit, Module, Rejected, TypeId, TypeSpec, table};

use super::crossings::Crossing;
use super::ledger::Ledger;
use super::table::Table;
use crate::pieces;

/// Net outflow of all types.
#[derive(Clone, Debug)]
pub struct Outflow {
    /// Net outflow of the window at the last block's end; no entry is none.
    used: Table<TypeId, Amount>,
    /// The limits of this block; derived at its start, not state.
    gates: Vec<Gate>,
}

pieces!(Outflow { used });

impl Default for Outflow {
    fn default() -> Self {
        Self {
            used: Table::new(table::OUTFLOWS),
            gates: Vec::new(),
        }
    }
}

/// What may leave a type in this block, and what has left.
#[derive(Clone, Copy, Debug)]
struct Gate {
    spec: (TypeId, ballast_protocol::AssetId),
    terms: FlowLimit,
    /// Net outflow of the window at the block's start, drained.
    used: Amount,
    /// Collateral in the vaults at the block's start, and `used`: what there would be if none had left.
    base: Amount,
    /// What transactions of this block have brought in, and what they have taken out.
    entered: Amount,
    left: Amount,
}

/// What a transaction takes out of a type beyond what everyone may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    /// Of which type.
    pub collateral_type: TypeId,
    /// All that it takes out, net.
    pub taken: Amount,
    /// What everyone may still take out.
    pub free: Amount,
    /// What may leave in any case, if vaults take their shares.
    pub room: Amount,
    /// The type's limit: a vault's own is the same share of what the vault has.
    pub terms: FlowLimit,
}

impl Gate {
    /// The net outflow if `taken` more leaves; never below nothing.
    fn with(&self, taken: Amount) -> Result<Amount, Rejected> {
        let out = Amount::try_sum([self.used, self.left, taken])?;
        Ok(out.saturating_sub(self.entered))
    }

    /// What a transaction has taken out, net, if it has, and what it has brought in.
    fn net(&self, moved: &[Crossing]) -> Result<(Amount, Amount), Rejected> {
        let (entered, left) = Crossing::sums(moved, self.spec.0, self.spec.1)?;
        Ok((left.saturating_sub(entered), entered.saturating_sub(left)))
    }

    /// What everyone may take out, and what may leave at most: each vault its share too, rounded down.
    fn limits(&self) -> (Amount, Amount) {
        let shares = self.base.mul_ratio(self.terms.share, Round::Down);
        let free = self.terms.of(self.base);
        let most = shares.and_then(|shares| free.try_add(shares));
        (free, most.unwrap_or(Amount::MAX))
    }
}

impl Outflow {
    /// Net outflow of a type's window at the last block's end.
    pub fn used(&self, collateral_type: TypeId) -> Amount {
        self.used.get(&collateral_type).copied().unwrap_or(Amount::ZERO)
    }

    /// Starts a block, `step` of host time after the last: drains, rounded down, and fixes the limits.
    pub(crate) fn begin_block<'a>(
        &mut self,
        specs: impl Iterator<Item = &'a TypeSpec>,
        ledger: &Ledger,
        step: Seconds,
    ) {
        self.gates.clear();
        for spec in specs.filter(|spec| !spec.outflow.is_none()) {
            let stock = ledger.balance(spec.collateral, Module::Vaults(spec.id));
            let used = self.used(spec.id);
            let base = |used: Amount| stock.try_add(used).unwrap_or(Amount::MAX);
            let (lapsed, window) = (u128::from(step.raw()), u128::from(spec.outflow.window.raw().max(1)));
            let drained = spec.outflow.of(base(used)).prorate(lapsed, window, Round::Down);
            let used = used.saturating_sub(drained.unwrap_or(Amount::MAX));
            self.gates.push(Gate {
                spec: (spec.id, spec.collateral),
                terms: spec.outflow,
                used,
                base: base(used),
                entered: Amount::ZERO,
                left: Amount::ZERO,
            });
        }
    }

    /// What a transaction whose movements these are takes out beyond what everyone may, by type.
    /// Error: `OutflowLimit` beyond what may leave at all.
    pub(crate) fn beyond(&self, moved: &[Crossing]) -> Result<Vec<Excess>, Rejected> {
        let mut beyond = Vec::new();
        for gate in self.gates.iter().filter(|_| !moved.is_empty()) {
            let (taken, _) = gate.net(moved)?;
            let (limit, most) = gate.limits();
            if taken.is_zero() || gate.with(taken)? <= limit {
                continue;
            }
            let flowed = gate.with(Amount::ZERO)?;
            let excess = Excess {
                collateral_type: gate.spec.0,
                taken,
                free: limit.saturating_sub(flowed),
                room: most.saturating_sub(flowed),
                terms: gate.terms,
            };
            if taken > excess.room {
                return Err(excess.refused(excess.room));
            }
            beyond.push(excess);
        }
        Ok(beyond)
    }

    /// Counts the movements of a transaction that is done.
    pub(crate) fn count(&mut self, moved: &[Crossing]) {
        for gate in self.gates.iter_mut().filter(|_| !moved.is_empty()) {
            // Sums that no number holds have been refused, but of a transaction that only brings in.
            let Ok((taken, brought)) = gate.net(moved) else {
                continue;
            };
            gate.entered = gate.entered.try_add(brought).unwrap_or(Amount::MAX);
            gate.left = gate.left.try_add(taken).unwrap_or(Amount::MAX);
        }
    }

    /// Ends a block: writes down what has flowed.
    pub(crate) fn end_block(&mut self) {
        for gate in std::mem::take(&mut self.gates) {
            let id = gate.spec.0;
            let (before, used) = (self.used(id), gate.with(Amount::ZERO).unwrap_or(Amount::MAX));
            if used.is_zero() {
                self.used.remove(&id);
            } else if used != before {
                self.used.set(id, used);
            }
        }
    }
}

impl Excess {
    /// The refusal, where only `room` may leave.
    pub(crate) fn refused(&self, room: Amount) -> Rejected {
        Rejected::OutflowLimit {
            collateral_type: self.collateral_type,
            taken: self.taken,
            room: room.max(self.free).min(self.room),
        }
    }
}
