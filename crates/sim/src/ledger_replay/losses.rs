//! Where the losses of a recorded ledger come from: when its vaults were seized, and what was then too little.
//!
//! They are what first-loss capital did not pay, net of recoveries: what is still bad debt, and what the surplus buffer has
//! made good of it, which pays for a block or for all bad debt and not for one vault.
//!
//! Two stretches are told apart, since their losses tell of the record and not of the engine: [`NO_PRICES`], after which
//! every vault is judged a week late, and [`FLASH_LOW`], an hour whose low is Kraken's alone.

use std::collections::BTreeMap;

use ballast_num::{Amount, Arithmetic, Timestamp};
use ballast_protocol::{AuctionId, Event, LossCause, LossRecovered, Sale, WaterfallStep};

use super::compare::{NO_PRICES, PATIENCE};

/// 2021-02-22, 14:00 to 15:00: the bar's low is 700, its open 1724.6 and its close 1759.4. The record has no seizure
/// between 2021-02-21 and 16 hours after it: the peer's oracle never read such a price.
pub const FLASH_LOW: (Timestamp, Timestamp) = (Timestamp(1_614_002_400), Timestamp(1_614_006_000));

/// When the vault was seized whose debt went bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// In [`NO_PRICES`], or within a day after it.
    NoPrices,
    /// In [`FLASH_LOW`].
    FlashLow,
    /// At any other time.
    Else,
}

/// What was too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The vault owed more than its collateral was worth when it was seized; net of what its sale brought beyond that.
    SeizedTooLate,
    /// Its sale brought less than it owed, though its collateral was worth that at the seizure.
    SoldTooLow,
    /// It is not seized or sold yet, and would be short at the last price.
    Marked,
}

/// Losses by when and why, in coins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    by: BTreeMap<(When, Cause), Amount>,
    /// When the vaults of the lots on sale were seized.
    lots: BTreeMap<AuctionId, Timestamp>,
}

impl When {
    /// Of a moment.
    pub fn of(seized: Timestamp) -> Self {
        let after_week = Timestamp(NO_PRICES.1.0.saturating_add(PATIENCE));
        if (NO_PRICES.0..after_week).contains(&seized) {
            Self::NoPrices
        } else if (FLASH_LOW.0..FLASH_LOW.1).contains(&seized) {
            Self::FlashLow
        } else {
            Self::Else
        }
    }

    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoPrices => "2022-01-19 to 27, prices absent for a week",
            Self::FlashLow => "2021-02-22 14:00, a low of one exchange alone",
            Self::Else => "any other time",
        }
    }
}

impl Cause {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::SeizedTooLate => "seized too late",
            Self::SoldTooLow => "sold too low",
            Self::Marked => "marked at the end",
        }
    }
}

impl Losses {
    /// Adds an event of a block, in the order in which it was told. Error: a sum that does not fit.
    pub(super) fn note(&mut self, event: &Event, now: Timestamp) -> Result<(), Arithmetic> {
        match *event {
            Event::AuctionStarted { auction, .. } => {
                self.lots.insert(auction, now);
            }
            Event::LossAbsorbed {
                step: WaterfallStep::LossSharing,
                amount,
                cause,
                ..
            } => {
                let (seized, cause) = match cause {
                    LossCause::Seizure(_) => (now, Cause::SeizedTooLate),
                    LossCause::PoolSale(_) => (now, Cause::SoldTooLow),
                    LossCause::Auction(auction) => (self.seized(auction), Cause::SoldTooLow),
                };
                self.add(When::of(seized), cause, amount)?;
            }
            Event::LossRecovered(LossRecovered {
                sale,
                bad_debt,
                surplus,
                fund,
                ..
            }) => {
                let seized = match sale {
                    Sale::Pool(_) => now,
                    Sale::Auction(auction) => self.seized(auction),
                };
                let booked = self.by.entry((When::of(seized), Cause::SeizedTooLate)).or_default();
                // What buffer and fund had paid was bad debt before; first-loss capital never was.
                *booked = booked.saturating_sub(Amount::try_sum([bad_debt, surplus, fund])?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds what would be booked at the end.
    pub(super) fn mark(&mut self, now: Timestamp, amount: Amount) -> Result<(), Arithmetic> {
        self.add(When::of(now), Cause::Marked, amount)
    }

    /// All parts that are not zero, by when and why.
    pub fn parts(&self) -> impl Iterator<Item = (When, Cause, Amount)> {
        let parts = self.by.iter().map(|(&(when, cause), amount)| (when, cause, *amount));
        parts.filter(|(_, _, amount)| !amount.is_zero())
    }

    fn seized(&self, auction: AuctionId) -> Timestamp {
        self.lots.get(&auction).copied().unwrap_or_default()
    }

    fn add(&mut self, when: When, cause: Cause, amount: Amount) -> Result<(), Arithmetic> {
        let sum = self.by.entry((when, cause)).or_default();
        *sum = sum.try_add(amount)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
