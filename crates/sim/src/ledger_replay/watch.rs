//! Our seizures as they happen, and the recorded ones as their time comes.

use std::collections::{BTreeMap, BTreeSet};

use ballast_engine::State;
use ballast_num::{Price, Ratio, Round, Timestamp};
use ballast_protocol::{FeedId, VaultId};

use super::compare::{Compared, NOTICE, ORACLE_DELAY, Ours, PATIENCE, Recorded, Sample, Seen, Watched, compare};
use super::episodes::Episodes;
use super::losses::When;
use super::owners::{KIND, Owners};
use super::record::Record;
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

/// Seizures of ours that the record does not have, by the stretch of the record and the most that the peer could see of
/// them: how many, those of one vault within a day of one another being one, and of which vaults.
pub type OnlyOurs = BTreeMap<(When, &'static str), (u64, BTreeSet<u64>)>;

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

    /// Notes a seizure of ours.
    pub(super) fn note_seizure(&mut self, recorded: u64, state: &State) {
        let quote = state.prices().quote(FeedId(1));
        let own = Ours {
            at: state.chain().time,
            price: quote.map_or(Price::ZERO, |quote| quote.wick()),
            seen: Seen::Never,
        };
        self.ours.entry(recorded).or_default().push(own);
    }

    /// Looks at the vaults that the record is about to lose, and at those that we have just seized from.
    pub(super) fn look(&mut self, state: &State, owners: &Owners, record: &Record<'_>, spot: Option<Price>) {
        let now = state.chain().time;
        let sampled = spot.filter(|_| now.0.is_multiple_of(ORACLE_DELAY));
        let until = now.0.saturating_add(PATIENCE);
        let ahead = self.seizures.iter().skip(self.next);
        for recorded in ahead.take_while(|recorded| recorded.at.0 <= until) {
            if recorded.at == now {
                let watched = self.watched.entry(*recorded).or_default();
                watched.implied = record.implied(recorded.vault, now);
            } else if let Some(price) = sampled.filter(|_| recorded.at > now) {
                let watched = self.watched.entry(*recorded).or_default();
                drop_averted(watched, record.breaks_at(recorded.vault, state), now);
                watched.under.extend(sample(record, state, recorded.vault, price));
            }
            if (now.0..=now.0.saturating_add(2 * ORACLE_DELAY)).contains(&recorded.at.0) {
                look_at(
                    self.watched.entry(*recorded).or_default(),
                    recorded.vault,
                    state,
                    owners,
                );
            }
        }
        if let Some(price) = sampled {
            self.look_back(state, record, price);
        }
    }

    /// What the peer sees of our last seizures, at a full hour.
    fn look_back(&mut self, state: &State, record: &Record<'_>, price: Price) {
        let now = state.chain().time;
        for (vault, ours) in &mut self.ours {
            let recent = ours
                .iter_mut()
                .rev()
                .take_while(|own| own.at.0 + NOTICE + ORACLE_DELAY > now.0);
            for own in recent {
                match own.seen {
                    Seen::Never if own.at.0 + NOTICE >= now.0 => {
                        own.seen = sample(record, state, *vault, price).map_or(Seen::Never, Seen::At);
                    }
                    Seen::At(sample) if sample.counts_from() == now => {
                        let breaks = record.breaks_at(*vault, state);
                        let stands = breaks.is_none_or(|breaks| breaks <= sample.price);
                        own.seen = if stands {
                            Seen::Averted
                        } else {
                            Seen::Counted(sample.depth())
                        };
                    }
                    _ => {}
                }
            }
        }
    }

    /// Compares the recorded seizures whose day has passed.
    pub(super) fn compare_until(&mut self, now: Timestamp, episodes: &Episodes, path: &Path) {
        while let Some(recorded) = self.seizures.get(self.next).copied() {
            if recorded.last.0.saturating_add(PATIENCE) > now.0 {
                break;
            }
            self.next += 1;
            let mut watched = self.watched.remove(&recorded).unwrap_or_default();
            let hour = (recorded.at.0 / ORACLE_DELAY).saturating_sub(1) * ORACLE_DELAY;
            watched.sampled = path.price_at(Timestamp(hour));
            let all = self.ours.get(&recorded.vault).map_or(&[][..], Vec::as_slice);
            let ours = episodes.of_episode(recorded.vault, recorded.at, all);
            self.compared.push(compare(recorded, &ours, &watched, RATIO));
        }
    }

    /// How many recorded vaults we have seized from.
    pub(super) fn seized(&self) -> impl Iterator<Item = u64> {
        self.ours.keys().copied()
    }

    /// Our seizures with no recorded one of the vault within a day.
    pub(super) fn only_ours(&self) -> OnlyOurs {
        let mut recorded: BTreeMap<u64, Vec<Recorded>> = BTreeMap::new();
        for seizure in &self.seizures {
            recorded.entry(seizure.vault).or_default().push(*seizure);
        }
        let mut alone = OnlyOurs::new();
        for (vault, ours) in &self.ours {
            let theirs = recorded.get(vault).map_or(&[][..], Vec::as_slice);
            let is_alone = |own: &&Ours| theirs.iter().all(|seizure| seizure.distance(own.at) > PATIENCE);
            let left: Vec<Ours> = ours.iter().filter(is_alone).copied().collect();
            let near = |one: &Ours, next: &Ours| next.at.saturating_since(one.at).0 <= PATIENCE;
            for seizure in left.chunk_by(near) {
                let seen = seizure.iter().map(|own| own.seen).max().unwrap_or(Seen::Never);
                let (seizures, vaults) = alone.entry((When::of(seizure[0].at), seen.text())).or_default();
                *seizures += 1;
                vaults.insert(*vault);
            }
        }
        alone
    }
}

/// Notes what our engine knows of a vault that the record is about to lose.
fn look_at(watched: &mut Watched, recorded: u64, state: &State, owners: &Owners) {
    watched.obstacle = owners.obstacle(recorded);
    watched.diverged |= owners.diverged.contains(&recorded);
    let Some(id) = owners.vault(recorded) else {
        return;
    };
    let Ok(quote) = state.prices().quote(FeedId(1)) else {
        return;
    };
    let least = |seen: Option<Ratio>, now: Option<Ratio>| match (seen, now) {
        (Some(seen), Some(now)) => Some(seen.min(now)),
        (seen, now) => seen.or(now),
    };
    watched.least = least(watched.least, ratio(state, id, quote.judging));
    watched.least_judged = least(watched.least_judged, ratio(state, id, quote.wick()));
}

/// Drops the last full hour's sample, which counts from now on, if the vault as recorded now stands by it.
fn drop_averted(watched: &mut Watched, breaks: Option<Price>, now: Timestamp) {
    let counts = |sample: &Sample| sample.counts_from() == now && breaks.is_none_or(|breaks| breaks <= sample.price);
    if let Some(sample) = watched.under.pop_if(|sample| counts(sample)) {
        watched.averted = Some(sample.at);
    }
}

/// This full hour, if a vault as recorded is under its ratio by this price.
fn sample(record: &Record<'_>, state: &State, vault: u64, price: Price) -> Option<Sample> {
    let breaks = record.breaks_at(vault, state).filter(|breaks| price < *breaks)?;
    Some(Sample {
        at: state.chain().time,
        price,
        breaks,
    })
}

/// A vault's collateral ratio at a price, rounded down; none without debt.
fn ratio(state: &State, id: VaultId, price: Price) -> Option<Ratio> {
    let vault = state.vaults().vault(id).ok()?;
    let index = state.vaults().totals(KIND).ok()?.index;
    let debt = vault.normalized_debt.debt(index, Round::Up).ok()?;
    Ratio::of(usd(vault.collateral, price).ok()?.raw(), debt.raw(), Round::Down).ok()
}
