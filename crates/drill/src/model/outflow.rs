//! How much collateral may leave: freely, and beyond that as each vault's own share.

use std::collections::BTreeMap;

use ballast_num::{Amount, Round};
use ballast_protocol::{AccountId, Holder, Module, Rejected, TypeId, VaultId};

use super::number::{add, part, share};
use super::vault::Batch;
use super::{Done, Model};

use Round::Down;

/// What may leave a type in this block, and what has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Door {
    /// What may leave freely, and with all vaults' shares.
    free: u128,
    most: u128,
    /// What has left net of what has come in, of the window and of this block: may stand below nothing within a block.
    flowed: i128,
}

impl Door {
    /// Net outflow.
    pub(crate) fn flowed(self) -> u128 {
        u128::try_from(self.flowed).unwrap_or(0)
    }
}

impl Model {
    /// What has flowed drains by the limit a window; then the limits are those of what would be there if none had left.
    pub(super) fn open_doors(&mut self, step: u64) {
        let mut doors = BTreeMap::new();
        for (id, kind) in &self.types {
            let terms = kind.spec.outflow;
            if terms.floor == Amount::MAX {
                continue;
            }
            let locked = self.balance(kind.spec.collateral, Module::Vaults(*id));
            let limit = |flowed: u128| {
                let shares = share(locked + flowed, terms.share.raw(), Down).unwrap_or(u128::MAX);
                (terms.floor.raw().max(shares), shares)
            };
            let before = self.doors.get(id).map_or(0, |door| door.flowed());
            let drained = part(limit(before).0, step.into(), terms.window.0.into(), Down).unwrap_or(u128::MAX);
            let flowed = before.saturating_sub(drained);
            let (free, shares) = limit(flowed);
            let door = Door {
                free,
                most: free.saturating_add(shares),
                flowed: i128::try_from(flowed).unwrap_or(i128::MAX),
            };
            doors.insert(*id, door);
        }
        self.doors = doors;
    }

    /// What stands in all modules of each type, of its own collateral.
    pub(super) fn inside(&self) -> BTreeMap<TypeId, i128> {
        let mut inside: BTreeMap<TypeId, i128> = self.types.keys().map(|id| (*id, 0)).collect();
        for ((asset, holder), amount) in &self.balances {
            let Holder::Module(
                Module::Vaults(id) | Module::Auctions(id) | Module::StabilityPool(id) | Module::Bids(id, _),
            ) = holder
            else {
                continue;
            };
            let of_type = self.types.get(id).is_some_and(|kind| kind.spec.collateral == *asset);
            if let Some(sum) = inside.get_mut(id).filter(|_| of_type) {
                *sum += i128::try_from(*amount).unwrap_or(i128::MAX);
            }
        }
        inside
    }

    /// Whether what a transaction has taken out may leave; then it is counted.
    pub(super) fn may_leave(&mut self, sender: AccountId, batch: &Batch, before: &BTreeMap<TypeId, i128>) -> Done {
        let out = self.gone_since(before);
        let beyond: Vec<(TypeId, u128, Door)> = out
            .iter()
            .filter_map(|(id, out)| Some((*id, u128::try_from(*out).ok()?, *self.doors.get(id)?)))
            .filter(|(_, out, door)| *out > 0 && door.flowed + i128::try_from(*out).unwrap_or(i128::MAX) > 0)
            .filter(|(_, out, door)| {
                u128::try_from(door.flowed + i128::try_from(*out).unwrap_or(i128::MAX)).unwrap_or(0) > door.free
            })
            .collect();
        for (id, out, door) in &beyond {
            let room = door.most.saturating_sub(door.flowed());
            if *out > room {
                return Err(refused(*id, *out, room));
            }
        }
        for (id, out, door) in beyond {
            self.take_share(sender, batch, id, out, door)?;
        }
        self.count_out(&out, true);
        Ok(())
    }

    /// Counts what a transaction that no limit stops has brought in.
    pub(super) fn count_in(&mut self, before: &BTreeMap<TypeId, i128>) {
        let out = self.gone_since(before);
        self.count_out(&out, false);
    }

    /// What one unstoppable command has taken out, net, might as well never have stood inside: nothing is asked of it.
    pub(super) fn leave_out_paid(&self, inside: &mut BTreeMap<TypeId, i128>, before: &BTreeMap<TypeId, i128>) {
        for (id, out) in self.gone_since(before) {
            *inside.entry(id).or_insert(0) -= out.max(0);
        }
    }

    fn gone_since(&self, before: &BTreeMap<TypeId, i128>) -> BTreeMap<TypeId, i128> {
        let now = self.inside();
        before
            .iter()
            .map(|(id, before)| (*id, before - now.get(id).copied().unwrap_or(0)))
            .collect()
    }

    fn count_out(&mut self, out: &BTreeMap<TypeId, i128>, with_outflow: bool) {
        for (id, out) in out.iter().filter(|(_, out)| with_outflow || **out < 0) {
            if let Some(door) = self.doors.get_mut(id) {
                door.flowed += out;
            }
        }
    }

    /// A vault's own share: of what it has and has taken, less what it has taken and what has not drained of that.
    fn take_share(&mut self, sender: AccountId, batch: &Batch, id: TypeId, out: u128, door: Door) -> Done {
        let terms = self.spec(id)?.outflow;
        let free = door.free.saturating_sub(door.flowed());
        let room = door.most.saturating_sub(door.flowed());
        let touched: Vec<_> = batch
            .touched
            .iter()
            .map(|(vault, before, _)| (*vault, *before, self.vaults.get(vault).copied()))
            .filter(|(_, before, after)| before.or(*after).is_some_and(|vault| vault.kind == id))
            .collect();
        let [(vault, Some(before), Some(after))] = touched.as_slice() else {
            return Err(refused(id, out, free.min(room)));
        };
        let may_manage = before.owner == sender || self.delegates.contains(&(before.owner, sender));
        if !may_manage || before.collateral < after.collateral + out {
            return Err(refused(id, out, free.min(room)));
        }
        let now = self.host_time;
        let (taken, at) = self.taken.get(vault).copied().unwrap_or((0, now));
        let of_own = |taken: u128| share(add(before.collateral, taken)?, terms.share.raw(), Down);
        let drained = part(
            of_own(taken)?,
            (now - at).min(terms.window.0).into(),
            terms.window.0.into(),
            Down,
        )?;
        let left = taken.saturating_sub(drained);
        let own = of_own(left)?.saturating_sub(left);
        if out > own {
            return Err(refused(id, out, own.max(free).min(room)));
        }
        self.taken.insert(*vault, (left + out, now));
        Ok(())
    }

    /// What one vault has taken counts against one that has its collateral now, too.
    pub(super) fn inherit_taken(&mut self, from: VaultId, into: VaultId) {
        if let Some((amount, at)) = self.taken.get(&from).copied() {
            let of_into = self.taken.entry(into).or_insert((0, at));
            *of_into = (of_into.0 + amount, of_into.1.max(at));
        }
    }
}

fn refused(collateral_type: TypeId, taken: u128, room: u128) -> Rejected {
    Rejected::OutflowLimit {
        collateral_type,
        taken: Amount::from_raw(taken),
        room: Amount::from_raw(room),
    }
}
