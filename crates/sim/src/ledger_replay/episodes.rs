//! Episodes: how our vaults are brought back to the record after a seizure, theirs or ours.
//!
//! A recorded seizure ends the vault's episode: a day later, or when the record goes on, its owner closes what is left
//! of ours. A seizure of ours that the record does not have is made good by closing the vault and opening another as the
//! record has it: three hours later, when the peer would have been called too, as soon as the vault stands at the last two
//! full hours' prices, on which the peer still acts. So the next recorded seizure is compared on its own merits. A refusal
//! is made good an hour later.

use std::collections::BTreeMap;

use ballast_engine::State;
use ballast_num::{Price, Timestamp};
use ballast_protocol::Transaction;

use super::compare::{NOTICE, ORACLE_DELAY, Obstacle, Ours, PATIENCE};
use super::owners::Owners;
use super::read::What;
use super::record::{Record, Rows};

/// The episodes of all recorded vaults.
#[derive(Clone, Debug, Default)]
pub(super) struct Episodes {
    /// Vaults whose episode ends, and when.
    ending: BTreeMap<u64, Timestamp>,
    /// When episodes ended.
    ended: BTreeMap<u64, Vec<Timestamp>>,
    /// When vaults that only we have seized from are brought back to the record.
    restoring: BTreeMap<u64, Timestamp>,
    /// The prices of the last two full hours, the later last: on which the peer acts, and will act next.
    sampled: [Option<Price>; 2],
}

impl Episodes {
    /// What owners send to end the episodes that are over, or whose record goes on, and to bring vaults back to the
    /// record; notes those that this block's recorded seizures will end.
    pub(super) fn transactions(
        &mut self,
        owners: &mut Owners,
        record: &Record<'_>,
        (state, rows): (&State, &Rows),
        now: Timestamp,
    ) -> Vec<(u64, Transaction)> {
        let mut sent = self.restore_due(owners, record, state, now);
        let goes_on = |whats: &Vec<What>| whats.iter().any(|what| !what.is_seizure());
        let over: Vec<u64> = self
            .ending
            .iter()
            .filter(|(vault, end)| **end <= now || rows.get(vault).is_some_and(goes_on))
            .map(|(vault, _)| *vault)
            .collect();
        for vault in over {
            self.ending.remove(&vault);
            self.ended.entry(vault).or_default().push(now);
            sent.extend(owners.close(state, vault, now));
        }
        for (vault, whats) in rows {
            let largest = whats.iter().filter_map(|what| match what {
                What::Seizure { debt, .. } => Some(*debt),
                _ => None,
            });
            // Of a vault that lost only some lots the record goes on with the rest.
            let left = record.holds(*vault, state).1;
            if largest.max().is_some_and(|lot| left < lot) {
                let end = Timestamp(now.0.saturating_add(PATIENCE));
                self.ending.entry(*vault).or_insert(end);
            }
        }
        sent
    }

    fn restore_due(
        &mut self,
        owners: &mut Owners,
        record: &Record<'_>,
        state: &State,
        now: Timestamp,
    ) -> Vec<(u64, Transaction)> {
        let due = self.restoring.iter().filter(|(_, at)| **at <= now);
        let due: Vec<u64> = due.map(|(vault, _)| *vault).collect();
        let mut sent = Vec::new();
        for vault in due {
            self.restoring.remove(&vault);
            if owners.differs(vault) && !self.ending.contains_key(&vault) {
                if self.may_be_called(record, state, vault) {
                    owners.hinder(vault, Obstacle::UnderRatio);
                    self.restoring.insert(vault, Timestamp(now.0 + ORACLE_DELAY));
                    continue;
                }
                // Again in an hour, until it is done: price or record may then make possible what is not so now.
                let restoration = owners.restore(state, vault, record.holds(vault, state), now);
                self.restoring.insert(vault, Timestamp(now.0 + ORACLE_DELAY));
                sent.extend(restoration);
            }
        }
        sent
    }

    /// Whether the peer may still call a vault that ours has seized from, by Kraken's prices.
    fn may_be_called(&self, record: &Record<'_>, state: &State, vault: u64) -> bool {
        let breaks = record.breaks_at(vault, state);
        let mut sampled = self.sampled.iter().flatten();
        breaks.is_some_and(|breaks| sampled.any(|price| *price < breaks))
    }

    /// Notes a seizure of ours.
    pub(super) fn note_seizure(&mut self, recorded: u64, now: Timestamp) {
        self.restoring.entry(recorded).or_insert(Timestamp(now.0 + NOTICE));
    }

    /// Notes the price of a moment.
    pub(super) fn note_price(&mut self, now: Timestamp, price: Option<Price>) {
        if now.0.is_multiple_of(ORACLE_DELAY) {
            self.sampled = [self.sampled[1], price];
        }
    }

    /// Notes what came of a block's transactions: vaults that are as recorded again, and vaults of which an operation
    /// was refused.
    pub(super) fn note_owners(&mut self, owners: &mut Owners, now: Timestamp) {
        for vault in std::mem::take(&mut owners.restored) {
            self.ended.entry(vault).or_default().push(now);
        }
        for vault in &owners.diverged {
            self.restoring.entry(*vault).or_insert(Timestamp(now.0 + ORACLE_DELAY));
        }
    }

    /// Those of our seizures that lie in the episode of a moment.
    pub(super) fn of_episode(&self, recorded: u64, at: Timestamp, ours: &[Ours]) -> Vec<Ours> {
        let ended = self.ended.get(&recorded).map_or(&[][..], Vec::as_slice);
        let first = ended.iter().filter(|end| **end <= at).max().copied();
        let last = ended.iter().find(|end| **end > at).copied();
        let of_episode =
            |own: &&Ours| first.is_none_or(|first| own.at >= first) && last.is_none_or(|last| own.at <= last);
        ours.iter().filter(of_episode).copied().collect()
    }
}
