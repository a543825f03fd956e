//! What a block has moved between accounts and the modules that hold collateral, in order: a log of the ledger's own, so
//! that outflow is counted from what has moved and not from what anything says of it (rule R16, docs/limits.md). What a
//! command that no limit stops takes out has been paid for, and is struck from it.

use ballast_num::{Amount, Arithmetic};
use ballast_protocol::{AssetId, Holder, Module, TypeId};

use super::changes::ChangeSink;
use super::records::{BadRecords, RecordSource};
use super::table::Stored;

/// One movement into or out of a type's modules. A movement between two of them is two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crossing {
    collateral_type: TypeId,
    asset: AssetId,
    way: Way,
    amount: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// The movements of the block. No state: nothing of it is left when the block is committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crossings {
    log: Vec<Crossing>,
}

impl Crossings {
    pub(super) fn note(&mut self, asset: AssetId, holder: Holder, way: Way, amount: Amount) {
        if let Holder::Module(
            Module::Vaults(collateral_type)
            | Module::Auctions(collateral_type)
            | Module::Bids(collateral_type, _)
            | Module::StabilityPool(collateral_type),
        ) = holder
        {
            self.log.push(Crossing {
                collateral_type,
                asset,
                way,
                amount,
            });
        }
    }

    /// Where the log stands.
    pub(crate) fn len(&self) -> usize {
        self.log.len()
    }

    /// Forgets what has gone out since the log stood at `mark`, and what came in for it: of each type and asset there
    /// remains what came in net, if any did. Sums that no number holds count as nothing, which makes no room.
    pub(super) fn forget_outflow(&mut self, mark: usize) {
        let moved = self.since(mark);
        // Nearly always: a deposit comes in, a repayment does not cross.
        if moved.iter().all(|crossing| crossing.way == Way::In) {
            return;
        }
        let mut entered = Vec::new();
        for (at, crossing) in moved.iter().enumerate() {
            let of = |other: &Crossing| (other.collateral_type, other.asset);
            let is_later = moved.iter().take(at).any(|earlier| of(earlier) == of(crossing));
            if is_later {
                continue;
            }
            let sums = Crossing::sums(moved, crossing.collateral_type, crossing.asset);
            let net = sums.map_or(Amount::ZERO, |(entered, left)| entered.saturating_sub(left));
            if !net.is_zero() {
                entered.push(Crossing {
                    way: Way::In,
                    amount: net,
                    ..*crossing
                });
            }
        }
        self.log.truncate(mark);
        self.log.append(&mut entered);
    }

    /// What has moved since the log stood at `mark`.
    pub(crate) fn since(&self, mark: usize) -> &[Crossing] {
        self.log.get(mark..).unwrap_or_default()
    }
}

impl Crossing {
    /// What of `asset` has come in and gone out of a type's modules, each as a sum.
    pub(crate) fn sums(
        moved: &[Self],
        collateral_type: TypeId,
        asset: AssetId,
    ) -> Result<(Amount, Amount), Arithmetic> {
        let (mut entered, mut left) = (Amount::ZERO, Amount::ZERO);
        for crossing in moved {
            if crossing.collateral_type == collateral_type && crossing.asset == asset {
                let sum = match crossing.way {
                    Way::In => &mut entered,
                    Way::Out => &mut left,
                };
                *sum = sum.try_add(crossing.amount)?;
            }
        }
        Ok((entered, left))
    }
}

impl Stored for Crossings {
    fn mark(&self) -> usize {
        self.log.len()
    }

    fn rewind(&mut self, mark: usize) {
        self.log.truncate(mark);
    }

    fn take_changes(&mut self, _: &mut impl ChangeSink) {
        self.log.clear();
    }

    fn all_entries(&self, _: &mut impl ChangeSink) {}

    fn load(&mut self, _: &mut RecordSource<'_, '_>) -> Result<(), BadRecords> {
        self.log.clear();
        Ok(())
    }
}
