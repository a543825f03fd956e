//! With what sources sign: kept for hosts and audits, which check by it. The engine itself takes authenticated words.

use std::collections::BTreeSet;

use ballast_protocol::{AccountId, SourceId, SourceKey, SourceSpec};

use super::Oracle;

/// Most guardians of a set: more than Wormhole ever had, and few enough to look for one.
pub const GUARDIANS_MAX: usize = 64;

/// What is wrong with a source's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceFault {
    /// The same id twice.
    #[error("its key is stated twice")]
    Duplicate,
    /// No feed lists it.
    #[error("no feed lists it")]
    OfNoFeed,
    /// What it signs names no feed of ours but a value of its own, and so can be of one feed only.
    #[error("several feeds list it, and what it signs is one and the same price")]
    OfManyFeeds,
    /// Another source of the same feed has the same key: one signer would count as two.
    #[error("{0} speaks on the same feed with the same key")]
    SharedKey(SourceId),
    /// The address that no key opens, and to which a signature of nobody would recover.
    #[error("the account of zeroes has no key")]
    NoKey,
    /// A set of guardians of none, or of too many.
    #[error("its guardians must be 1 to {GUARDIANS_MAX}")]
    BadGuardians,
    /// A guardian who is listed twice would count twice.
    #[error("guardian {0} is listed twice")]
    GuardianTwice(AccountId),
}

impl Oracle {
    /// Adds the key of a source; all feeds have been added. It never changes. Errors, in order: `Duplicate`, `OfNoFeed`,
    /// `OfManyFeeds`, `SharedKey`, `BadGuardians`, `GuardianTwice`, `NoKey`.
    pub fn add_source(&mut self, spec: &SourceSpec) -> Result<(), SourceFault> {
        if self.keys.contains_key(&spec.id) {
            return Err(SourceFault::Duplicate);
        }
        let feeds: Vec<_> = self
            .specs
            .iter()
            .map(|(_, feed)| feed)
            .filter(|feed| feed.sources.contains(&spec.id))
            .collect();
        if feeds.is_empty() {
            return Err(SourceFault::OfNoFeed);
        }
        let names_feed = matches!(spec.key, SourceKey::Wallet(_));
        if feeds.len() > 1 && !names_feed {
            return Err(SourceFault::OfManyFeeds);
        }
        let others = feeds.iter().flat_map(|feed| &feed.sources);
        let same = |other: &&SourceId| self.keys.get(other) == Some(&spec.key);
        if let Some(other) = others.into_iter().find(same) {
            return Err(SourceFault::SharedKey(*other));
        }
        check_key(&spec.key)?;
        self.keys.set(spec.id, spec.key.clone());
        Ok(())
    }
}

fn check_key(key: &SourceKey) -> Result<(), SourceFault> {
    let signers = match key {
        SourceKey::Wallet(signer) | SourceKey::RedStone { signer, .. } => std::slice::from_ref(signer),
        SourceKey::Pyth { guardians, .. } if (1..=GUARDIANS_MAX).contains(&guardians.len()) => guardians.as_slice(),
        SourceKey::Pyth { .. } => return Err(SourceFault::BadGuardians),
    };
    let mut seen = BTreeSet::new();
    for signer in signers {
        if !seen.insert(*signer) {
            return Err(SourceFault::GuardianTwice(*signer));
        }
        if *signer == AccountId::default() {
            return Err(SourceFault::NoKey);
        }
    }
    Ok(())
}
