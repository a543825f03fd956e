//! Episodes: how our vaults are brought back to the record after a seizure, theirs or ours.
//!
//! A recorded seizure ends the vault's episode: a day later, or when the record goes on, its owner closes what is left
//! of ours. A seizure of ours that the record does not have is made good a day later, a refusal an hour later, by
//! closing the vault and opening another as the record has it.

use std::collections::BTreeMap;

use ballast_engine::State;
use ballast_num::Timestamp;
use ballast_protocol::Transaction;

use super::compare::{ORACLE_DELAY, Ours, PATIENCE};
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
                let restoration = owners.restore(state, vault, record.holds(vault, state), now);
                // Until it is done: price or record may make possible in an hour what is not so now, while what the
                // engine refuses has a reason of longer.
                let pause = if restoration.is_some() { PATIENCE } else { ORACLE_DELAY };
                self.restoring.insert(vault, Timestamp(now.0 + pause));
                sent.extend(restoration);
            }
        }
        sent
    }

    /// Notes a seizure of ours.
    pub(super) fn note_seizure(&mut self, recorded: u64, now: Timestamp) {
        self.restoring.entry(recorded).or_insert(Timestamp(now.0 + PATIENCE));
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
