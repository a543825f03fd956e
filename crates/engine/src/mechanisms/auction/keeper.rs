//! What a keeper gets for starting or resetting an auction.

use ballast_num::{Amount, Arithmetic, Price, Round};
use ballast_protocol::KeeperPay;

use super::{Auction, Terms};

/// The pay for a start: flat + share × to raise, but at most the penalty that is not yet spoken for, and at most what
/// the lot is worth above what it owes (rule R7). Rounded down. Error: `Overflow`.
///
/// It is minted and joins the lot's debt, while what is to be raised stays: so it comes out of the penalty. As debt and
/// booked loss never exceed what is to be raised, no sequence of resets pays keepers more than the penalty; and
/// nothing is paid out of a lot that, at the low price, would not bring it in.
pub(super) fn start_pay(auction: &Auction, terms: &Terms<'_>, low: Price) -> Result<Amount, Arithmetic> {
    let spec = &terms.spec.auction;
    let share = auction.to_raise.mul_ratio(spec.keeper_share, Round::Down)?;
    let asked = spec.keeper_flat.try_add(share)?;
    if terms.spec.peer.keeper_pay == KeeperPay::InFull {
        return Ok(asked);
    }
    let owed = auction.debt.try_add(auction.booked)?;
    let penalty_left = auction.to_raise.saturating_sub(owed);
    let worth_left = terms.worth(auction.lot, low, Round::Down).saturating_sub(owed);
    Ok(asked.min(penalty_left).min(worth_left))
}

/// The pay for a reset: as for a start, but nothing when the lot, or what it is to raise, is under what a take may
/// leave. Error: `Overflow`.
pub(super) fn reset_pay(auction: &Auction, terms: &Terms<'_>, low: Price) -> Result<Amount, Arithmetic> {
    let least = terms.least_remainder()?;
    if auction.to_raise < least || terms.worth(auction.lot, low, Round::Down) < least {
        return Ok(Amount::ZERO);
    }
    start_pay(auction, terms, low)
}
