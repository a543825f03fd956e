//! Liquity's stakes and what is shared out by them, folded over our events; and how far its figures may be from ours.
//!
//! The peer shares by stakes and keeps, for each coin of stake, collateral and debt with 18 digits; a trove's part is pending
//! until its owner next touches it. We share by collateral, at once. A stake is the trove's collateral × stakes ÷ collateral
//! of the last liquidation, so both share alike, but for roundings: each is counted below, in wei.

use std::collections::BTreeMap;

use num_bigint::BigInt;

use crate::figures::{Figures, distance};

fn wad() -> BigInt {
    BigInt::from(10).pow(18)
}

/// Collateral and debt, in wei.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) collateral: BigInt,
    pub(super) debt: BigInt,
}

impl Pair {
    pub(super) fn each(&self, by: impl Fn(&BigInt) -> BigInt) -> Self {
        Self {
            collateral: by(&self.collateral),
            debt: by(&self.debt),
        }
    }

    pub(super) fn with(&self, other: &Self, by: impl Fn(&BigInt, &BigInt) -> BigInt) -> Self {
        Self {
            collateral: by(&self.collateral, &other.collateral),
            debt: by(&self.debt, &other.debt),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        self.with(other, |one, other| one + other)
    }
}

/// What the peer keeps of a trove beside what it holds and owes in all.
#[derive(Clone, Default)]
struct Trove {
    stake: BigInt,
    /// What it held and owed when it was last touched; the rest is pending.
    applied: Pair,
    /// How far both may have been from ours then.
    applied_error: Pair,
    /// How far all that it holds and owes may be from ours now.
    error: Pair,
    stake_error: BigInt,
}

/// Stakes, snapshots and sums of what was shared out.
#[derive(Clone, Default)]
pub(super) struct PeerShares {
    troves: BTreeMap<String, Trove>,
    /// Shared out for a coin of stake, × 10¹⁸.
    per_stake: Pair,
    per_stake_error: Pair,
    /// What the last division left over; it is added to the next.
    carried: Pair,
    /// How far that may be from the peer's.
    carried_error: Pair,
    /// Shared out and still pending.
    pending: Pair,
    pending_error: Pair,
    stakes_snapshot: BigInt,
    collateral_snapshot: BigInt,
    stakes_snapshot_error: BigInt,
    collateral_snapshot_error: BigInt,
}

impl PeerShares {
    /// As figures say it. What the peer's divisions left over is in none of them: kept from before, or unknown.
    pub(super) fn of(figures: &Figures, before: &Self) -> Self {
        let per_stake = Pair {
            collateral: figures.number("L_ETH"),
            debt: figures.number("L_LUSDDebt"),
        };
        let is_known = before.per_stake == per_stake;
        let left_over = figures.number("totalStakes");
        Self {
            troves: BTreeMap::new(),
            carried: before.carried.clone(),
            carried_error: before
                .carried_error
                .each(|error| if is_known { error.clone() } else { left_over.clone() }),
            per_stake,
            pending: Pair {
                collateral: figures.number("defaultPool.coll"),
                debt: figures.number("defaultPool.debt"),
            },
            stakes_snapshot: figures.number("totalStakesSnapshot"),
            collateral_snapshot: figures.number("totalCollateralSnapshot"),
            ..Self::default()
        }
    }

    /// A trove as figures say it.
    pub(super) fn insert(&mut self, name: &str, stake: BigInt, applied: Pair) {
        let trove = Trove {
            stake,
            applied,
            ..Trove::default()
        };
        self.troves.insert(name.to_owned(), trove);
    }

    /// What is pending for a trove that holds and owes `all` leaves the pool of what is pending: its owner touches it, or it
    /// is liquidated.
    pub(super) fn apply(&mut self, name: &str, all: &Pair) {
        let Some(trove) = self.troves.get_mut(name) else { return };
        let pending = all.with(&trove.applied, |all, applied| all - applied);
        let error = trove.error.plus(&trove.applied_error);
        trove.applied = all.clone();
        trove.applied_error = trove.error.clone();
        self.pending = self.pending.with(&pending, |sum, part| sum - part);
        if error != Pair::default() {
            self.pending_error = self.pending_error.plus(&error);
        }
    }

    /// A trove has changed to `all`: its stake is taken anew, collateral × stakes ÷ collateral of the last liquidation.
    pub(super) fn stake(&mut self, name: &str, all: Pair) {
        let (stakes, collateral) = (&self.stakes_snapshot, &self.collateral_snapshot);
        let trove = self.troves.entry(name.to_owned()).or_default();
        let held = &all.collateral;
        let error = &trove.error.collateral;
        if *collateral == BigInt::ZERO {
            trove.stake = held.clone();
            trove.stake_error = error.clone();
        } else {
            trove.stake = held * stakes / collateral;
            let numerator = error * stakes
                + (held + error) * &self.stakes_snapshot_error
                + &trove.stake * &self.collateral_snapshot_error;
            trove.stake_error = up(&numerator, &(collateral - &self.collateral_snapshot_error));
        }
        trove.applied_error = trove.error.clone();
        trove.applied = all;
    }

    /// A trove takes collateral that may be so far from what the peer gives it.
    pub(super) fn blur(&mut self, name: &str, error: BigInt) {
        if let Some(trove) = self.troves.get_mut(name) {
            trove.error.collateral += error;
        }
    }

    /// A trove has gone.
    pub(super) fn remove(&mut self, name: &str) {
        self.troves.remove(name);
    }

    /// A lot of a trove that is gone has been shared out over all others, which held and owed `before`. `error`: how far the
    /// lot may be from the peer's.
    pub(super) fn share(&mut self, lot: &Pair, error: &Pair, before: &BTreeMap<String, Pair>) {
        let stakes = self.total_stakes();
        if stakes == BigInt::ZERO {
            return;
        }
        let stakes_error = self.stakes_error();
        let count = BigInt::from(self.troves.len());
        let held: BigInt = self
            .troves
            .keys()
            .filter_map(|name| Some(before.get(name)?.collateral.clone()))
            .sum();
        // The sum for a coin of stake is rounded down, and what the last division left over is in it.
        let over = self.carried.with(&self.carried_error, |carried, error| carried + error);
        let digits = over.each(|over| over / &stakes + 1);
        for (name, trove) in &mut self.troves {
            let own = before.get(name).map_or(BigInt::ZERO, |all| all.collateral.clone());
            // The stake is another number than the collateral that we share by.
            let apart = distance(&(&trove.stake * &held), &(&own * &stakes));
            let unequal = lot.each(|lot| up(&(lot * &apart), &(&stakes * &held)));
            let foreign = error.each(|error| up(&(error * &trove.stake), &stakes));
            let stake_digits = digits.each(|digits| &trove.stake * digits / wad() + 1);
            // What our own roundings may do (docs/sharing.md): the collateral of all together, and a base unit of each.
            let ours: BigInt = up(&(&own * (&count + 3)), &held.clone().max(BigInt::from(1))) + 3;
            for part in [
                unequal,
                foreign,
                stake_digits,
                Pair {
                    collateral: ours.clone(),
                    debt: ours,
                },
            ] {
                trove.error = trove.error.plus(&part);
            }
        }
        let numerator = lot.with(&self.carried, |lot, carried| lot * wad() + carried);
        let numerator_error = error.with(&self.carried_error, |error, carried| error * wad() + carried);
        let sum = numerator.each(|numerator| numerator / &stakes);
        self.carried = numerator.each(|numerator| numerator % &stakes);
        let step_error = sum.with(&numerator_error, |sum, error| {
            let wrong = error + sum * &stakes_error;
            if wrong == BigInt::ZERO {
                wrong
            } else {
                up(&wrong, &(&stakes - &stakes_error)) + 1
            }
        });
        self.carried_error = step_error.each(|error| {
            if *error == BigInt::ZERO {
                BigInt::ZERO
            } else {
                stakes.clone()
            }
        });
        self.per_stake = self.per_stake.plus(&sum);
        self.per_stake_error = self.per_stake_error.plus(&step_error);
        self.pending = self.pending.plus(lot);
        self.pending_error = self.pending_error.plus(error);
    }

    /// A liquidation is over: stakes and collateral of all count for the stakes to come. `error`: of the collateral.
    pub(super) fn snapshot(&mut self, collateral: BigInt, error: &BigInt) {
        self.stakes_snapshot = self.total_stakes();
        self.stakes_snapshot_error = self.stakes_error();
        self.collateral_snapshot = collateral;
        self.collateral_snapshot_error.clone_from(error);
    }

    /// The figures; `all` is what each trove holds and owes.
    pub(super) fn put(&self, f: &mut Figures, all: &BTreeMap<String, Pair>) {
        for (name, trove) in &self.troves {
            let all = all.get(name).cloned().unwrap_or_default();
            f.put(&format!("trove.{name}.stake"), trove.stake.clone());
            f.put(&format!("trove.{name}.coll"), trove.applied.collateral.clone());
            f.put(&format!("trove.{name}.debt"), trove.applied.debt.clone());
            f.put(
                &format!("trove.{name}.pendingColl"),
                all.collateral - &trove.applied.collateral,
            );
            f.put(&format!("trove.{name}.pendingDebt"), all.debt - &trove.applied.debt);
        }
        f.put("totalStakes", self.total_stakes());
        f.put("totalStakesSnapshot", self.stakes_snapshot.clone());
        f.put("totalCollateralSnapshot", self.collateral_snapshot.clone());
        f.put("L_ETH", self.per_stake.collateral.clone());
        f.put("L_LUSDDebt", self.per_stake.debt.clone());
        f.put("defaultPool.coll", self.pending.collateral.clone());
        f.put("defaultPool.debt", self.pending.debt.clone());
    }

    /// Shared out and still pending.
    pub(super) const fn pending(&self) -> &Pair {
        &self.pending
    }

    /// How far what a trove holds and owes may be from the peer's.
    pub(super) fn error(&self, name: &str) -> Pair {
        self.troves
            .get(name)
            .map_or_else(Pair::default, |trove| trove.error.clone())
    }

    /// How far the figure of a part of a trove may be from the peer's.
    pub(super) fn bound_of(&self, name: &str, part: &str) -> BigInt {
        let Some(trove) = self.troves.get(name) else {
            return BigInt::ZERO;
        };
        match part {
            "coll" => trove.applied_error.collateral.clone(),
            "debt" => trove.applied_error.debt.clone(),
            "pendingColl" => &trove.error.collateral + &trove.applied_error.collateral,
            "pendingDebt" => &trove.error.debt + &trove.applied_error.debt,
            "stake" => trove.stake_error.clone(),
            _ => BigInt::ZERO,
        }
    }

    /// How far a figure of all together may be from the peer's.
    pub(super) fn bound(&self, path: &str) -> BigInt {
        match path {
            "totalStakes" => self.stakes_error(),
            "totalStakesSnapshot" => self.stakes_snapshot_error.clone(),
            "totalCollateralSnapshot" => self.collateral_snapshot_error.clone(),
            "L_ETH" => self.per_stake_error.collateral.clone(),
            "L_LUSDDebt" => self.per_stake_error.debt.clone(),
            "defaultPool.coll" | "activePool.coll" => self.pending_error.collateral.clone(),
            "defaultPool.debt" | "activePool.debt" => self.pending_error.debt.clone(),
            _ => BigInt::ZERO,
        }
    }

    fn total_stakes(&self) -> BigInt {
        self.troves.values().map(|trove| &trove.stake).sum()
    }

    fn stakes_error(&self) -> BigInt {
        self.troves.values().map(|trove| &trove.stake_error).sum()
    }
}

/// ⌈number ÷ divisor⌉; of what nothing divides, the number.
pub(super) fn up(number: &BigInt, divisor: &BigInt) -> BigInt {
    if *divisor <= BigInt::ZERO {
        number.clone()
    } else {
        (number + divisor - 1) / divisor
    }
}
