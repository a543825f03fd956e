//! How much may still leave one account: the ledger watches while a session acts, and refuses what is beyond
//! (docs/sessions.md). Nobody is watched while a wallet acts.

use ballast_num::Amount;
use ballast_protocol::{AccountId, AssetId, Rejected};

use super::changes::ChangeSink;
use super::records::{BadRecords, RecordSource};
use super::table::Stored;

/// Whom the ledger watches, and what may still leave. No state: nothing of it is left after a transaction. It is undone
/// with the ledger, so that what a failed step has taken out does not count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    account: Option<AccountId>,
    left: Vec<(AssetId, Amount)>,
    /// What has left, by its place in `left`.
    log: Vec<(usize, Amount)>,
}

impl Watch {
    /// Begins to watch an account, of which so much may leave; of assets that are not named, nothing.
    pub(crate) fn begin(&mut self, account: AccountId, left: Vec<(AssetId, Amount)>) {
        self.account = Some(account);
        self.left = left;
        self.log.clear();
    }

    /// Watches nobody any more. Returns what may still leave, if anything has left.
    pub(crate) fn end(&mut self) -> Option<Vec<(AssetId, Amount)>> {
        self.account = None;
        let left = std::mem::take(&mut self.left);
        let has_left = !self.log.is_empty();
        self.log.clear();
        has_left.then_some(left)
    }

    /// Looks away until [`Watch::resume`]: what the account's owner has ordered himself is not the session's to answer for.
    pub(crate) fn pause(&mut self) -> Option<AccountId> {
        self.account.take()
    }

    /// Watches again as before [`Watch::pause`].
    pub(crate) fn resume(&mut self, account: Option<AccountId>) {
        self.account = account;
    }

    #[inline]
    pub(super) fn is_on(&self, account: AccountId) -> bool {
        self.account == Some(account)
    }

    /// Whether so much may leave. Error: `OverSessionLimit`.
    pub(super) fn check(&self, asset: AssetId, amount: Amount) -> Result<(), Rejected> {
        check(&self.left, asset, amount)
    }

    /// Counts what has left, after [`Watch::check`].
    pub(super) fn count(&mut self, asset: AssetId, amount: Amount) {
        if let Some(at) = self.place(asset) {
            let (_, left) = &mut self.left[at];
            *left = left.saturating_sub(amount);
            self.log.push((at, amount));
        }
    }

    fn place(&self, asset: AssetId) -> Option<usize> {
        place(&self.left, asset)
    }
}

/// Whether so much may leave of what is left to leave. Error: `OverSessionLimit`.
pub(super) fn check(left: &[(AssetId, Amount)], asset: AssetId, amount: Amount) -> Result<(), Rejected> {
    let left = place(left, asset).map_or(Amount::ZERO, |at| left[at].1);
    if amount > left {
        return Err(Rejected::OverSessionLimit {
            asset,
            asked: amount,
            left,
        });
    }
    Ok(())
}

fn place(left: &[(AssetId, Amount)], asset: AssetId) -> Option<usize> {
    left.iter().position(|(id, _)| *id == asset)
}

impl Stored for Watch {
    fn mark(&self) -> usize {
        self.log.len()
    }

    fn rewind(&mut self, mark: usize) {
        for (at, amount) in self.log.drain(mark.min(self.log.len())..) {
            let (_, left) = &mut self.left[at];
            // Never more than it was at the beginning.
            *left = left.try_add(amount).unwrap_or(Amount::MAX);
        }
    }

    fn take_changes(&mut self, _: &mut impl ChangeSink) {}

    fn all_entries(&self, _: &mut impl ChangeSink) {}

    fn load(&mut self, _: &mut RecordSource<'_, '_>) -> Result<(), BadRecords> {
        self.end();
        Ok(())
    }
}
