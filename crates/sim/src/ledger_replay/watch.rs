//! Our seizures as they happen, and the recorded ones as their time comes.

use std::collections::BTreeMap;

use ballast_engine::State;
use ballast_num::{Arithmetic, Price, Ratio, Round, Timestamp};
use ballast_protocol::{FeedId, VaultId};

use super::compare::{Compared, ORACLE_DELAY, Ours, PATIENCE, Recorded, Watched, compare};
use super::episodes::Episodes;
use super::owners::{KIND, Owners};
use super::{Ledger, RATIO};
use crate::market::usd;
use crate::prices::Path;

/// Both sides of the comparison, up to a moment.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    /// The recorded seizures, by time.
    seizures: Vec<Recorded>,
    /// The first that is not compared yet.
    next: usize,
    watched: BTreeMap<Recorded, Watched>,
    ours: BTreeMap<u64, Vec<Ours>>,
    pub(super) compared: Vec<Compared>,
}

impl Watch {
    pub(super) fn new(ledger: &Ledger) -> Self {
        Self {
            seizures: ledger.seizures(),
            next: 0,
            watched: BTreeMap::new(),
            ours: BTreeMap::new(),
            compared: Vec::new(),
        }
    }

    /// Notes a seizure of ours; `before` and `after` are the states around its block.
    pub(super) fn note_seizure(&mut self, recorded: u64, id: VaultId, (before, after): (&State, &State)) {
        let own = Ours {
            at: after.chain().time,
            whole: after
                .vaults()
                .vault(id)
                .map_or(true, |left| left.normalized_debt.is_zero()),
            break_price: break_price(before, id).unwrap_or(Price::ZERO),
        };
        self.ours.entry(recorded).or_default().push(own);
    }

    /// Looks at the vaults that the record is about to lose.
    pub(super) fn look(&mut self, state: &State, owners: &Owners) {
        let now = state.chain().time;
        let until = now.0.saturating_add(2 * ORACLE_DELAY);
        let ahead = self.seizures.iter().skip(self.next);
        let soon = ahead.take_while(|recorded| recorded.at.0 <= until);
        for recorded in soon.filter(|recorded| recorded.at >= now) {
            let watched = self.watched.entry(*recorded).or_default();
            watched.obstacle = owners.obstacle(recorded.vault);
            watched.diverged |= owners.diverged.contains(&recorded.vault);
            let Some(id) = owners.vault(recorded.vault) else {
                continue;
            };
            let Ok(quote) = state.prices().quote(FeedId(1)) else {
                continue;
            };
            let least = |seen: Option<Ratio>, now: Option<Ratio>| match (seen, now) {
                (Some(seen), Some(now)) => Some(seen.min(now)),
                (seen, now) => seen.or(now),
            };
            watched.least = least(watched.least, ratio(state, id, quote.judging));
            watched.least_judged = least(watched.least_judged, ratio(state, id, quote.wick()));
        }
    }

    /// Compares the recorded seizures whose day has passed.
    pub(super) fn compare_until(&mut self, now: Timestamp, episodes: &Episodes, path: &Path) {
        while let Some(recorded) = self.seizures.get(self.next).copied() {
            if recorded.at.0.saturating_add(PATIENCE) > now.0 {
                break;
            }
            self.next += 1;
            self.compare(recorded, episodes, path);
        }
    }

    fn compare(&mut self, recorded: Recorded, episodes: &Episodes, path: &Path) {
        let watched = self.watched.remove(&recorded).unwrap_or_default();
        let all = self.ours.get(&recorded.vault).map_or(&[][..], Vec::as_slice);
        let ours = episodes.of_episode(recorded.vault, recorded.at, all);
        let hourly_ok = |own: &Ours| {
            let hours = own.at.0.div_ceil(3_600)..=recorded.at.0.saturating_sub(ORACLE_DELAY) / 3_600;
            hours
                .filter_map(|hour| path.price_at(Timestamp(hour * 3_600)))
                .all(|price| price >= own.break_price)
        };
        let compared = compare(recorded, &ours, &watched, hourly_ok, RATIO);
        self.compared.push(compared);
    }

    /// How many seizures of ours, and of how many vaults, have no recorded one of the vault near.
    pub(super) fn only_ours(&self) -> (u64, u64) {
        let mut recorded: BTreeMap<u64, Vec<Timestamp>> = BTreeMap::new();
        for seizure in &self.seizures {
            recorded.entry(seizure.vault).or_default().push(seizure.at);
        }
        let (mut seizures, mut vaults) = (0, 0);
        for (vault, ours) in &self.ours {
            let theirs = recorded.get(vault).map_or(&[][..], Vec::as_slice);
            let is_near = |own: &Ours| {
                theirs
                    .iter()
                    .any(|at| at.0.saturating_add(PATIENCE) >= own.at.0 && at.0 <= own.at.0.saturating_add(PATIENCE))
            };
            let alone = ours.iter().filter(|own| !is_near(own)).count() as u64;
            seizures += alone;
            vaults += u64::from(alone > 0);
        }
        (seizures, vaults)
    }
}

/// A vault's collateral ratio at a price, rounded down; none without debt.
fn ratio(state: &State, id: VaultId, price: Price) -> Option<Ratio> {
    let vault = state.vaults().vault(id).ok()?;
    let index = state.vaults().totals(KIND).ok()?.index;
    let debt = vault.normalized_debt.debt(index, Round::Up).ok()?;
    Ratio::of(usd(vault.collateral, price).ok()?.raw(), debt.raw(), Round::Down).ok()
}

/// The price at which a vault stands at its liquidation ratio.
fn break_price(state: &State, id: VaultId) -> Option<Price> {
    let find = || -> Result<Price, Arithmetic> {
        let missing = Arithmetic::DivisionByZero;
        let vault = state.vaults().vault(id).map_err(|_| missing)?;
        let index = state.vaults().totals(KIND).map_err(|_| missing)?.index;
        let debt = vault
            .normalized_debt
            .debt(index, Round::Up)?
            .mul_ratio(RATIO, Round::Up)?;
        let raw = ballast_num::mul_div(debt.raw(), Price::ONE.raw(), vault.collateral.raw(), Round::Up)?;
        Ok(Price::from_raw(raw))
    };
    find().ok()
}
