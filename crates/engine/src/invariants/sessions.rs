//! That no session has more than it may be granted, and none has spent more than it was.

#[cfg(test)]
mod tests;

use ballast_protocol::LIMITS_MAX;

use super::Breach;
use crate::mechanisms::sessions::{LIFE_MAX, SESSIONS_MAX, Session};
use crate::state::State;

/// An account with sessions has one to eight, by rising key; each may do something, nothing that is for the wallet alone, has
/// spent at most its limits, of listed assets by rising id, and ends within the longest life.
pub fn sessions_are_bounded(state: &State) -> Result<(), Breach> {
    const NAME: &str = "sessions_are_bounded";
    for (owner, sessions) in state.sessions().iter() {
        let rising = sessions.is_sorted_by(|left, right| left.key < right.key);
        let few = (1..=SESSIONS_MAX as usize).contains(&sessions.len());
        Breach::unless(rising && few, NAME, || format!("{owner}: {sessions:?}"))?;
        for session in sessions {
            Breach::unless(is_bounded(state, session), NAME, || format!("{owner}: {session:?}"))?;
        }
    }
    Ok(())
}

fn is_bounded(state: &State, session: &Session) -> bool {
    let allowances = &session.allowances;
    let delegable = !session.scope.is_empty() && session.scope.kinds().all(|kind| kind.is_delegable());
    let rising = allowances.is_sorted_by(|left, right| left.asset < right.asset);
    let kept = allowances
        .iter()
        .all(|of| of.spent <= of.limit && state.asset(of.asset).is_some());
    let ends = state.chain().time.after(LIFE_MAX);
    let in_time = ends.is_ok_and(|latest| session.expiry <= latest);
    delegable && rising && kept && in_time && allowances.len() <= LIMITS_MAX as usize
}
