//! Sessions: keys to which a wallet lends a part of its rights, within a scope, spending limits and a time
//! (docs/sessions.md).
//!
//! This keeps what was granted and what was spent of it. What leaves while a session acts the ledger counts, since only it
//! moves value; that the key has signed, the host has checked.

use std::collections::BTreeSet;

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, Command, Event, LIMITS_MAX, Rejected, Scope, SessionFault, SessionKey, SpendingLimit, table,
};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::{Context, Table};
use crate::pieces;

/// Most sessions that an account has: a record stays small enough to be copied with each transaction of one.
pub const SESSIONS_MAX: u32 = 8;
/// Longest life of a session: a key that nobody thinks of any more ends by itself.
pub const LIFE_MAX: Seconds = Seconds(90 * Seconds::DAY.0);

/// All sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    of: Table<AccountId, Vec<Session>>,
}

pieces!(Sessions { of });

impl Default for Sessions {
    fn default() -> Self {
        Self {
            of: Table::new(table::SESSIONS),
        }
    }
}

/// What one key may do for an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Session {
    /// Which key.
    pub key: SessionKey,
    /// What it may do.
    pub scope: Scope,
    /// Last block time at which it may sign.
    pub expiry: Timestamp,
    /// How much may leave, by rising asset; of other assets nothing.
    pub allowances: Vec<Allowance>,
}

/// How much of an asset may leave, and how much has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Allowance {
    /// Of which asset.
    pub asset: AssetId,
    /// The most over the session's life.
    pub limit: Amount,
    /// What has left so far, gross and fees included.
    pub spent: Amount,
}

impl Allowance {
    /// What may still leave.
    pub const fn left(&self) -> Amount {
        self.limit.saturating_sub(self.spent)
    }
}

impl Session {
    /// What may still leave, by asset.
    pub fn left(&self) -> Vec<(AssetId, Amount)> {
        let left = |allowance: &Allowance| (allowance.asset, allowance.left());
        self.allowances.iter().map(left).collect()
    }

    /// Whether it is over at `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expiry < now
    }
}

impl Sessions {
    /// The sessions of an account by key, those that have expired since the last grant too.
    pub fn of(&self, owner: AccountId) -> &[Session] {
        self.of.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// All sessions by owner.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &[Session])> {
        self.of.iter().map(|(owner, sessions)| (*owner, sessions.as_slice()))
    }

    /// The session in which a key signs these commands. Errors, in order: `UnknownSession`, `SessionExpired`, `OutOfScope`
    /// for the first command that is.
    pub(crate) fn acting(
        &self,
        owner: AccountId,
        key: SessionKey,
        now: Timestamp,
        commands: &[Command],
    ) -> Result<&Session, Rejected> {
        let sessions = self.of(owner);
        let found = sessions.binary_search_by_key(&key, |session| session.key);
        let session = found.ok().and_then(|at| sessions.get(at));
        let session = session.ok_or(Rejected::UnknownSession { owner, key })?;
        if session.is_over(now) {
            return Err(Rejected::SessionExpired {
                key,
                expiry: session.expiry,
                now,
            });
        }
        let kinds = commands.iter().map(Command::kind);
        match kinds.enumerate().find(|(_, kind)| !session.scope.contains(*kind)) {
            Some((at, kind)) => Err(Rejected::OutOfScope {
                command: u32::try_from(at).unwrap_or(u32::MAX),
                kind,
            }),
            None => Ok(session),
        }
    }

    /// Writes down what may still leave after a transaction in which a session has spent something.
    pub(crate) fn spend(&mut self, owner: AccountId, key: SessionKey, left: &[(AssetId, Amount)]) {
        let write = |sessions: &mut Vec<Session>| {
            let mine = sessions.iter_mut().filter(|session| session.key == key);
            for (allowance, (_, left)) in mine.flat_map(|session| &mut session.allowances).zip(left) {
                allowance.spent = allowance.limit.saturating_sub(*left);
            }
            Ok::<(), Rejected>(())
        };
        // The record is there, and nothing refuses.
        let _ = self.of.change(&owner, write);
    }

    /// Grants the caller's session to a key, in place of an older one of the same key; those that are over go. The flow
    /// knows which assets there are. Errors, in order: `BadSession` with `EmptyScope`, `NotDelegable` or `TooManyLimits`;
    /// of the limits one by one `UnknownAsset` or `BadSession` with `AssetTwice`; `Expired`, `ExpiryTooFar`; `BadSession`
    /// with `TooManySessions`.
    pub(crate) fn grant(
        &mut self,
        ctx: &mut Context<'_>,
        is_listed: impl Fn(AssetId) -> bool,
        key: SessionKey,
        (scope, limits, expiry): (Scope, &[SpendingLimit], Timestamp),
    ) -> Result<(), Rejected> {
        let (owner, now) = (ctx.caller, ctx.clock.now);
        check_scope(scope)?;
        let mut allowances = allowances(limits, is_listed)?;
        allowances.sort_unstable_by_key(|allowance| allowance.asset);
        if expiry < now {
            return Err(Rejected::Expired { expiry, now });
        }
        let latest = now.after(LIFE_MAX)?;
        if expiry > latest {
            return Err(Rejected::ExpiryTooFar { expiry, latest });
        }
        let mut sessions: Vec<Session> = self.of(owner).to_vec();
        sessions.retain(|session| session.key != key && !session.is_over(now));
        if sessions.len() >= SESSIONS_MAX as usize {
            return Err(Rejected::BadSession(SessionFault::TooManySessions {
                most: SESSIONS_MAX,
            }));
        }
        let at = sessions.partition_point(|session| session.key < key);
        sessions.insert(
            at,
            Session {
                key,
                scope,
                expiry,
                allowances,
            },
        );
        self.of.set(owner, sessions);
        ctx.tell(Event::SessionGranted {
            owner,
            key,
            scope,
            limits: limits.to_vec(),
            expiry,
        });
        Ok(())
    }

    /// Takes back the caller's session of a key. Error: `UnknownSession`.
    pub(crate) fn revoke(&mut self, ctx: &mut Context<'_>, key: SessionKey) -> Result<(), Rejected> {
        let owner = ctx.caller;
        let mut sessions = self.of(owner).to_vec();
        let Ok(at) = sessions.binary_search_by_key(&key, |session| session.key) else {
            return Err(Rejected::UnknownSession { owner, key });
        };
        sessions.remove(at);
        if sessions.is_empty() {
            self.of.remove(&owner);
        } else {
            self.of.set(owner, sessions);
        }
        ctx.tell(Event::SessionRevoked { owner, key });
        Ok(())
    }
}

fn check_scope(scope: Scope) -> Result<(), Rejected> {
    if scope.is_empty() {
        return Err(Rejected::BadSession(SessionFault::EmptyScope));
    }
    match scope.kinds().find(|kind| !kind.is_delegable()) {
        Some(kind) => Err(Rejected::BadSession(SessionFault::NotDelegable(kind))),
        None => Ok(()),
    }
}

/// Whether a session may have so many limits. Error: `BadSession` with `TooManyLimits`.
pub(crate) fn check_count(limits: &[SpendingLimit]) -> Result<(), Rejected> {
    if limits.len() > LIMITS_MAX as usize {
        return Err(Rejected::BadSession(SessionFault::TooManyLimits {
            limits: u32::try_from(limits.len()).unwrap_or(u32::MAX),
            most: LIMITS_MAX,
        }));
    }
    Ok(())
}

/// What limits come to, with nothing spent.
fn allowances(limits: &[SpendingLimit], is_listed: impl Fn(AssetId) -> bool) -> Result<Vec<Allowance>, Rejected> {
    check_count(limits)?;
    let mut seen = BTreeSet::new();
    let allowance = |limit: &SpendingLimit| {
        if !is_listed(limit.asset) {
            return Err(Rejected::UnknownAsset(limit.asset));
        }
        if !seen.insert(limit.asset) {
            return Err(Rejected::BadSession(SessionFault::AssetTwice(limit.asset)));
        }
        Ok(Allowance {
            asset: limit.asset,
            limit: limit.amount,
            spent: Amount::ZERO,
        })
    };
    limits.iter().map(allowance).collect()
}
