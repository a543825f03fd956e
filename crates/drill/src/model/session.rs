//! Sessions: who may sign for whom, and every unit that leaves an account while one does, counted where balances fall.

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{Amount, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, CommandKind, Holder, Rejected, Scope, SessionFault, SessionKey, Signer, SpendingLimit,
    Transaction,
};

use super::{Done, Model};

/// What a key was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) may: BTreeSet<CommandKind>,
    pub(crate) expiry: u64,
    /// The most that may leave of each asset, and what has left.
    pub(crate) limits: BTreeMap<AssetId, (u128, u128)>,
}

/// What the page says that a wallet alone may do.
const WALLET_ONLY: [CommandKind; 7] = [
    CommandKind::MergeVaults,
    CommandKind::TransferVault,
    CommandKind::SetDelegate,
    CommandKind::SetStandingOrder,
    CommandKind::SetParameter,
    CommandKind::GrantSession,
    CommandKind::RevokeSession,
];

const MOST: u32 = 8;
const LONGEST: u64 = 90 * 24 * 60 * 60;

impl Model {
    /// Whether the signer may send this now.
    pub(super) fn may_sign(&self, transaction: &Transaction) -> Done {
        let Signer::Session(key) = transaction.signer else {
            return Ok(());
        };
        let owner = transaction.sender;
        let session = self.sessions.get(&(owner, key));
        let session = session.ok_or(Rejected::UnknownSession { owner, key })?;
        if self.time > session.expiry {
            return Err(Rejected::SessionExpired {
                key,
                expiry: Timestamp(session.expiry),
                now: Timestamp(self.time),
            });
        }
        for (command, kind) in (0..).zip(transaction.commands.iter().map(ballast_protocol::Command::kind)) {
            if !session.may.contains(&kind) {
                return Err(Rejected::OutOfScope { command, kind });
            }
        }
        Ok(())
    }

    /// From here on the signer answers for what leaves.
    pub(super) fn sign(&mut self, transaction: &Transaction) {
        self.acting = match transaction.signer {
            Signer::Wallet => None,
            Signer::Session(key) => Some((transaction.sender, key)),
        };
    }

    /// Whether this signer may still let so much leave.
    pub(super) fn within_limit(&self, acting: (AccountId, SessionKey), asset: AssetId, amount: u128) -> Done {
        let limits = self.sessions.get(&acting).map(|session| &session.limits);
        let (limit, spent) = limits
            .and_then(|limits| limits.get(&asset))
            .copied()
            .unwrap_or_default();
        if amount > limit - spent {
            return Err(Rejected::OverSessionLimit {
                asset,
                asked: Amount::from_raw(amount),
                left: Amount::from_raw(limit - spent),
            });
        }
        Ok(())
    }

    /// Counts what leaves the account for which a session acts. Error: it is too much; the balance is still whole.
    pub(super) fn leaves(&mut self, asset: AssetId, from: Holder, amount: u128) -> Done {
        let Some((owner, key)) = self.acting.filter(|(owner, _)| from == Holder::Account(*owner)) else {
            return Ok(());
        };
        self.within_limit((owner, key), asset, amount)?;
        // Whoever has too little is refused next, and what has been counted goes with all else.
        let session = self.sessions.get_mut(&(owner, key));
        if let Some((_, spent)) = session.and_then(|session| session.limits.get_mut(&asset)) {
            *spent += amount;
        }
        Ok(())
    }

    pub(super) fn grant(
        &mut self,
        owner: AccountId,
        key: SessionKey,
        (scope, limits, expiry): (Scope, &[SpendingLimit], Timestamp),
    ) -> Done {
        let now = self.time;
        let bad = |fault| Err(Rejected::BadSession(fault));
        let may: BTreeSet<CommandKind> = scope.kinds().collect();
        if may.is_empty() {
            return bad(SessionFault::EmptyScope);
        }
        if let Some(kind) = may.iter().find(|kind| WALLET_ONLY.contains(kind)) {
            return bad(SessionFault::NotDelegable(*kind));
        }
        if limits.len() > MOST as usize {
            return bad(SessionFault::TooManyLimits {
                limits: u32::try_from(limits.len()).unwrap_or(u32::MAX),
                most: MOST,
            });
        }
        let mut most = BTreeMap::new();
        for limit in limits {
            self.asset(limit.asset)?;
            if most.insert(limit.asset, (limit.amount.raw(), 0)).is_some() {
                return bad(SessionFault::AssetTwice(limit.asset));
            }
        }
        if expiry.0 < now {
            let now = Timestamp(now);
            return Err(Rejected::Expired { expiry, now });
        }
        if expiry.0 - now > LONGEST {
            let latest = Timestamp(now + LONGEST);
            return Err(Rejected::ExpiryTooFar { expiry, latest });
        }
        let alive = |(of, other): &(AccountId, SessionKey), session: &Session| {
            *of == owner && *other != key && session.expiry >= now
        };
        if self.sessions.iter().filter(|(id, session)| alive(id, session)).count() >= MOST as usize {
            return bad(SessionFault::TooManySessions { most: MOST });
        }
        self.sessions.retain(|id, session| id.0 != owner || alive(id, session));
        let session = Session {
            may,
            expiry: expiry.0,
            limits: most,
        };
        self.sessions.insert((owner, key), session);
        Ok(())
    }

    pub(super) fn revoke(&mut self, owner: AccountId, key: SessionKey) -> Done {
        let gone = self.sessions.remove(&(owner, key));
        gone.map(drop).ok_or(Rejected::UnknownSession { owner, key })
    }
}
