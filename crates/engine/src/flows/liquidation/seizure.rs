//! How much of a vault is seized (rule R9, docs/liquidation.md), and how the peers would.

use ballast_num::{Amount, NormalizedDebt, RAY, Ratio, Round, WAD, cmp_products3, mul_div};
use ballast_protocol::{Breaker, Rejected, Seizure, SeizureRule, Sharing, VaultId};

use super::super::disposal;
use super::JudgingTerms;
use crate::mechanisms::vault::{Bar, Vault};
use crate::state::State;

/// How much of a vault is seized.
#[derive(Clone, Copy)]
pub(super) struct Decision {
    pub(super) rule: SeizureRule,
    /// Debt taken off the vault, in coins, rounded up.
    pub(super) debt: Amount,
    pub(super) normalized: NormalizedDebt,
    pub(super) collateral: Amount,
    pub(super) penalty: Amount,
    /// Debt above the collateral's value: booked at once (rule R23).
    pub(super) loss: Amount,
    pub(super) disposal: Disposal,
}

/// Where a lot goes (rule R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disposal {
    /// To bids, pool and auction.
    Sale,
    /// To the other vaults of its type.
    Sharing,
}

/// How much of a vault is seized now (rule R9).
pub(super) fn decide(state: &State, terms: &JudgingTerms, id: VaultId) -> Result<Decision, Rejected> {
    let vault = &state.vaults.vault(id)?;
    let place = state.vaults.place(id);
    let under = |bar: &Bar| place.is_some_and(|place| bar.is_missed_by(&place));
    let not_liquidatable = || Rejected::NotLiquidatable {
        vault: id,
        price: terms.judging,
    };
    if terms.quiet && !under(&terms.penalty_bar()) {
        return Err(not_liquidatable());
    }
    let deep = under(&terms.deep());
    if !deep && !under(&terms.shallow()) {
        return Err(not_liquidatable());
    }
    if !deep && vault.seizures.round() == terms.round {
        return Err(Rejected::RoundLimitReached { vault: id });
    }
    let decision = match terms.spec.peer.seizure {
        Seizure::Restore => {
            let decision = restore(terms, vault, deep)?;
            fit(state, terms, (id, vault), decision)?
        }
        Seizure::UpToCeiling => up_to_ceiling(state, terms, vault)?,
        Seizure::Whole => whole_as_peer(terms, vault)?,
    };
    if decision.collateral.is_zero() && !vault.collateral.is_zero() {
        return Err(Rejected::NothingToSeize);
    }
    Ok(decision)
}

/// x = (t·D − V) ÷ (t − 1 − p), where that helps; else the whole vault (docs/liquidation.md, eq. 2).
fn restore(terms: &JudgingTerms, vault: &Vault, deep: bool) -> Result<Decision, Rejected> {
    let spec = &terms.spec;
    let value = terms.value(vault.collateral, terms.low)?;
    let owed = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    let whole = |rule| whole(terms, vault, owed, value, rule);

    let with_penalty = Ratio::ONE.try_add(spec.penalty)?;
    let helpful = terms.bar(terms.low, with_penalty.try_add(spec.slippage)?);
    if !helpful.is_reached(vault.normalized_debt, vault.collateral) {
        return whole(SeizureRule::WholeTooDeep);
    }
    let target = terms.totals.liquidation_ratio.try_add(spec.restore_margin)?;
    let missing = owed.mul_ratio(target, Round::Up)?.saturating_sub(value);
    let share = target.try_sub(with_penalty)?;
    let needed = Amount::from_raw(mul_div(missing.raw(), WAD, share.raw(), Round::Up)?);
    let (debt, rule) = match owed.mul_ratio(spec.round_seizure, Round::Down)? {
        limit if !deep && needed > limit => (limit, SeizureRule::PartialRoundLimit),
        _ => (needed, SeizureRule::PartialToTarget),
    };
    // Roundings can ask for more than a vault of a few base units owes.
    if debt.is_zero() || debt >= owed || owed.saturating_sub(debt) < spec.debt_floor {
        return whole(SeizureRule::WholeAvoidsDust);
    }
    let penalty = debt.mul_ratio(spec.penalty, Round::Up)?;
    let collateral = terms
        .worth(debt.try_add(penalty)?, terms.low, Round::Up)?
        .min(vault.collateral);
    // Rounded up to all of a few base units: a rest of debt without collateral would be a loss beside a penalty.
    if collateral == vault.collateral {
        return whole(SeizureRule::WholeAvoidsDust);
    }
    let normalized = debt.normalize(terms.totals.index, Round::Down)?;
    Ok(Decision {
        rule,
        debt,
        normalized,
        collateral,
        penalty,
        loss: Amount::ZERO,
        disposal: Disposal::Sale,
    })
}

/// All of a vault, with the penalty cut to what is left (rule R9) and what is missing as a loss.
fn whole(
    terms: &JudgingTerms,
    vault: &Vault,
    owed: Amount,
    value: Amount,
    rule: SeizureRule,
) -> Result<Decision, Rejected> {
    let penalty = owed
        .mul_ratio(terms.spec.penalty, Round::Up)?
        .min(value.saturating_sub(owed));
    Ok(Decision {
        rule,
        debt: owed,
        normalized: vault.normalized_debt,
        collateral: vault.collateral,
        penalty,
        loss: owed.saturating_sub(value),
        disposal: Disposal::Sale,
    })
}

/// Cuts a decision to what the pools and the auction ceilings can take, unless that would leave dust in the vault. What they
/// can take nothing of is shared out, if the type does that and it has lost nothing (rule R10).
/// Errors: `Stopped`; `NoAuctionRoom` if what fits is less than a lot is worth starting for.
fn fit(
    state: &State,
    terms: &JudgingTerms,
    (id, vault): (VaultId, &Vault),
    decision: Decision,
) -> Result<Decision, Rejected> {
    let spec = &terms.spec;
    let least = terms.least_lot()?;
    let to_raise = decision.debt.try_add(decision.penalty)?;
    let pool = disposal::spendable(&state.pools, spec);
    let stopped = spec.auction.breaker >= Breaker::NoStart;
    let on_auction = if stopped {
        Amount::ZERO
    } else {
        disposal::auction_room(state, spec)
    };
    if to_raise <= pool.try_add(on_auction)? {
        return Ok(decision);
    }
    let is_covered = decision.loss.is_zero();
    let shares = spec.sharing == Sharing::WhenCovered && is_covered && state.vaults.could_share(spec.id, id);
    let shared = Decision {
        disposal: Disposal::Sharing,
        ..decision
    };
    if stopped && !shares {
        return Err(Rejected::Stopped(spec.id));
    }
    // Auctions with room for a crumb have none.
    let room = if on_auction < least {
        pool
    } else {
        pool.try_add(on_auction)?
    };
    let debt = decision.debt.prorate(room.raw(), to_raise.raw(), Round::Down)?;
    if debt.is_zero() || room < least {
        return if shares {
            Ok(shared)
        } else {
            Err(Rejected::NoAuctionRoom)
        };
    }
    let owed = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    if owed.saturating_sub(debt) < spec.debt_floor {
        return Ok(if stopped { shared } else { decision }); // a ceiling is exceeded by less than twice the debt floor and its penalty
    }
    let part = |amount: Amount, round| amount.prorate(debt.raw(), decision.debt.raw(), round);
    Ok(Decision {
        rule: decision.rule,
        debt,
        normalized: debt.normalize(terms.totals.index, Round::Down)?,
        collateral: part(decision.collateral, Round::Down)?,
        penalty: part(decision.penalty, Round::Down)?,
        loss: part(decision.loss, Round::Up)?,
        disposal: Disposal::Sale,
    })
}

/// Maker's way: all debt that fits under the ceilings, collateral in proportion, no loss booked yet.
fn up_to_ceiling(state: &State, terms: &JudgingTerms, vault: &Vault) -> Result<Decision, Rejected> {
    let (spec, index) = (&terms.spec, terms.totals.index);
    let room = disposal::auction_room(state, spec);
    if spec.auction.breaker >= Breaker::NoStart {
        return Err(Rejected::Stopped(spec.id));
    }
    if room.is_zero() {
        return Err(Rejected::NoAuctionRoom);
    }
    let with_penalty = Ratio::ONE.try_add(spec.penalty)?;
    // ⌊room ÷ index ÷ (1 + penalty)⌋, rounded once: two divisions may lose a unit each.
    let mut fits = mul_div(
        room.normalize(index, Round::Down)?.raw(),
        WAD,
        with_penalty.raw(),
        Round::Down,
    )?;
    while let Some(more) = fits.checked_add(1)
        && cmp_products3([more, index.raw(), with_penalty.raw()], [room.raw(), RAY, WAD]).is_le()
    {
        fits = more;
    }
    let fits = NormalizedDebt::from_raw(fits);
    let mut normalized = vault.normalized_debt.min(fits);
    if normalized < vault.normalized_debt {
        let rest = vault.normalized_debt.try_sub(normalized)?.debt(index, Round::Down)?;
        if rest < spec.debt_floor {
            normalized = vault.normalized_debt;
        } else if normalized.debt(index, Round::Down)? < spec.debt_floor {
            return Err(Rejected::NoAuctionRoom);
        }
    }
    let collateral = vault
        .collateral
        .prorate(normalized.raw(), vault.normalized_debt.raw(), Round::Down)?;
    if collateral.is_zero() {
        return Err(Rejected::NothingToSeize);
    }
    let debt = normalized.debt(index, Round::Up)?;
    let penalty = debt.mul_ratio(spec.penalty, Round::Down)?;
    Ok(Decision {
        rule: SeizureRule::Peer,
        debt,
        normalized,
        collateral,
        penalty,
        loss: Amount::ZERO,
        disposal: Disposal::Sale,
    })
}

/// Liquity's way: all debt and all collateral.
fn whole_as_peer(terms: &JudgingTerms, vault: &Vault) -> Result<Decision, Rejected> {
    let debt = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    let (normalized, collateral) = (vault.normalized_debt, vault.collateral);
    let (penalty, loss) = (Amount::ZERO, Amount::ZERO);
    Ok(Decision {
        rule: SeizureRule::Peer,
        debt,
        normalized,
        collateral,
        penalty,
        loss,
        disposal: Disposal::Sale,
    })
}
