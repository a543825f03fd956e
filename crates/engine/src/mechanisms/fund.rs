//! The insurance fund: coins that stand in step 4 of the waterfall, for a share of the reserve's income
//! (docs/insurance-fund.md; rule R20).
//!
//! Insurers hold shares; what the fund holds, in the ledger, belongs to them in proportion. This is accounting alone: the
//! flow that calls it moves the ledger, and queues entries and exits.
//!
//! ```
//! use ballast_engine::mechanisms::fund::Fund;
//! use ballast_num::Amount;
//! use ballast_protocol::AccountId;
//!
//! let (alice, bob) = (AccountId::numbered(1), AccountId::numbered(2));
//! let [none, hundred] = [0, 100].map(Amount::from_raw);
//! let mut fund = Fund::default();
//! assert_eq!(fund.enter(alice, hundred, none)?.raw(), 100);
//! // It has lost half: a coin now buys two shares, and Alice's hundred are worth fifty.
//! let half = Amount::from_raw(50);
//! assert_eq!(fund.enter(bob, hundred, half)?.raw(), 200);
//! assert_eq!(fund.value(hundred, Amount::from_raw(150))?.raw(), 50);
//! # Ok::<(), ballast_protocol::Rejected>(())
//! ```

use ballast_num::{Amount, Arithmetic, Ratio, Round, Seconds};
use ballast_protocol::{AccountId, Rejected, table};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::{Table, Var};
use crate::pieces;

/// Shares that stand for less than a coin in so many are void: figures with them would no longer fit.
const WIPED: u128 = 1_000_000_000;

/// All shares.
#[derive(Clone, Debug)]
pub struct Fund {
    stakes: Table<AccountId, Stake>,
    totals: Var<Totals>,
}

pieces!(Fund { stakes, totals });

impl Default for Fund {
    fn default() -> Self {
        Self {
            stakes: Table::new(table::FUND_STAKES),
            totals: Var::new(table::FUND, Totals::default()),
        }
    }
}

/// What an insurer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Stake {
    shares: Amount,
    /// Void if it is not the fund's.
    generation: u32,
}

/// The fund as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Totals {
    /// Shares that are not void.
    pub shares: Amount,
    /// How often the fund has lost all.
    pub generation: u32,
    /// The day of host time in which something last left.
    pub day: u64,
    /// Coins in the fund when that day's first exit was due.
    pub opening: Amount,
    /// Coins that left in that day.
    pub left: Amount,
    /// Coins that insurers have earned since genesis.
    pub earned: Amount,
}

impl Fund {
    /// The fund as a whole.
    pub fn totals(&self) -> &Totals {
        self.totals.get()
    }

    /// Shares of an insurer.
    pub fn shares(&self, owner: AccountId) -> Amount {
        let generation = self.totals.get().generation;
        let stake = self.stakes.get(&owner).filter(|stake| stake.generation == generation);
        stake.map_or(Amount::ZERO, |stake| stake.shares)
    }

    /// The insurers, by account, with their shares.
    pub fn insurers(&self) -> impl Iterator<Item = (AccountId, Amount)> + '_ {
        let generation = self.totals.get().generation;
        let living = self
            .stakes
            .iter()
            .filter(move |(_, stake)| stake.generation == generation);
        living.map(|(owner, stake)| (*owner, stake.shares))
    }

    /// What shares are worth while the fund has `assets`: shares × assets ÷ all shares, rounded down; nothing if there are
    /// no shares.
    pub fn value(&self, shares: Amount, assets: Amount) -> Result<Amount, Arithmetic> {
        let all = self.totals.get().shares;
        if all.is_zero() {
            return Ok(Amount::ZERO);
        }
        shares.prorate(assets.raw(), all.raw(), Round::Down)
    }

    /// Shares that are worth at least `coins` while the fund has `assets`, rounded up.
    pub(crate) fn worth(&self, coins: Amount, assets: Amount) -> Result<Amount, Arithmetic> {
        coins.prorate(self.totals.get().shares.raw(), assets.raw().max(1), Round::Up)
    }

    /// Shares that `coins` would bring while the fund has `assets`: as many as coins for the first, else
    /// coins × all shares ÷ assets, rounded down. Error: `Arithmetic`.
    pub fn shares_for(&self, coins: Amount, assets: Amount) -> Result<Amount, Arithmetic> {
        let all = self.totals.get().shares;
        if all.is_zero() {
            return Ok(coins);
        }
        coins.prorate(all.raw(), assets.raw(), Round::Down)
    }

    /// Issues shares for `coins` that come in, beside `assets` that are there; returns how many.
    /// Errors: `ZeroAmount` if it is none; `Arithmetic`.
    pub fn enter(&mut self, owner: AccountId, coins: Amount, assets: Amount) -> Result<Amount, Rejected> {
        let issued = self.shares_for(coins, assets)?;
        if issued.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let totals = *self.totals.get();
        let all = totals.shares.try_add(issued)?;
        let own = self.shares(owner).try_add(issued)?;
        self.set_stake(owner, own);
        self.totals.set(Totals { shares: all, ..totals });
        Ok(issued)
    }

    /// Takes shares back. Error: `TooMuch`.
    pub fn exit(&mut self, owner: AccountId, shares: Amount) -> Result<(), Rejected> {
        let held = self.shares(owner);
        let own = held.try_sub(shares).map_err(|_| Rejected::TooMuch {
            asked: shares,
            available: held,
        })?;
        let totals = *self.totals.get();
        let all = totals.shares.try_sub(shares)?;
        self.set_stake(owner, own);
        self.totals.set(Totals { shares: all, ..totals });
        Ok(())
    }

    /// Coins that may still leave in this day of host time, of a fund that has `assets` now (rule R20).
    pub(crate) fn room_today(
        &mut self,
        host_time: Seconds,
        assets: Amount,
        share: Ratio,
    ) -> Result<Amount, Arithmetic> {
        let mut totals = *self.totals.get();
        let day = host_time.0 / Seconds::DAY.0;
        if totals.day != day || totals.opening.is_zero() {
            (totals.day, totals.opening, totals.left) = (day, assets, Amount::ZERO);
            self.totals.set(totals);
        }
        let most = totals.opening.mul_ratio(share, Round::Down)?;
        Ok(most.saturating_sub(totals.left))
    }

    /// Counts coins that left today. Error: `Overflow`.
    pub(crate) fn count_left(&mut self, coins: Amount) -> Result<(), Arithmetic> {
        let totals = *self.totals.get();
        let left = totals.left.try_add(coins)?;
        self.totals.set(Totals { left, ..totals });
        Ok(())
    }

    /// Counts coins that insurers have earned. Error: `Overflow`.
    pub(crate) fn count_earned(&mut self, coins: Amount) -> Result<(), Arithmetic> {
        let totals = *self.totals.get();
        let earned = totals.earned.try_add(coins)?;
        self.totals.set(Totals { earned, ..totals });
        Ok(())
    }

    /// Voids all shares if they stand for next to nothing of the `assets`; returns how many. Who enters then is the first.
    pub(crate) fn wipe(&mut self, assets: Amount) -> Option<Amount> {
        let totals = *self.totals.get();
        let is_wiped = assets.raw().saturating_mul(WIPED) < totals.shares.raw();
        is_wiped.then(|| {
            self.totals.set(Totals {
                shares: Amount::ZERO,
                generation: totals.generation.wrapping_add(1),
                ..totals
            });
            totals.shares
        })
    }

    fn set_stake(&mut self, owner: AccountId, shares: Amount) {
        if shares.is_zero() {
            self.stakes.remove(&owner);
        } else {
            let generation = self.totals.get().generation;
            self.stakes.set(owner, Stake { shares, generation });
        }
    }
}

#[cfg(test)]
mod tests;
