//! Liquidation, told from top to bottom: which vaults a price broke (`terms`), in which order they go, how much of
//! each is seized (`seizure`), and that it is. Where the collateral then goes is told in [`super::disposal`].

mod clearing;
mod seizure;
mod terms;

use ballast_num::{Amount, NormalizedDebt, Round};
use ballast_protocol::{
    AccountId, Event, LIQUIDATION_WORK, LossCause, Module, Rejected, Seized, Seizure, Trigger, TypeId, VaultId,
};

use super::disposal;
use super::transaction::LOOK_WORK;
use crate::kernel::{Clock, Savepoint};
use crate::mechanisms::auction::Lot;
use crate::state::{ENGINE, State};

pub(crate) use clearing::check_floor;
use seizure::{Decision, Disposal, decide};
pub(crate) use terms::JudgingTerms;

/// Liquidates one vault for a caller. Errors, in order: `UnknownVault`, `NoPrice`, `NotLiquidatable`,
/// `RoundLimitReached`, `NoAuctionRoom`, `NothingToSeize`.
pub(crate) fn by_command(
    state: &mut State,
    clock: Clock,
    caller: AccountId,
    id: VaultId,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let terms = JudgingTerms::of(state, state.vaults.vault(id)?.collateral_type)?;
    let decision = decide(state, &terms, id)?;
    carry_out(state, clock, &terms, id, &decision, Some(caller), events)
}

/// Liquidates the broken vaults of a type as far as `budget` reaches, in the bands of rule R7, and returns how many are
/// left. The budget is work units.
pub(crate) fn by_engine(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    budget: &mut u64,
    events: &mut Vec<Event>,
) -> Result<u64, Rejected> {
    let mut terms = JudgingTerms::of(state, kind)?;
    if terms.spec.peer.trigger == Trigger::CommandOnly {
        // Broken until someone calls: so long exits wait.
        return Ok(broken(state, &terms) as u64);
    }
    // First vaults between 1 and 1 + penalty, where waiting turns the penalty into a loss; then those above; then those
    // whose loss has already happened.
    for band in [Band::Closing, Band::Above, Band::Lost] {
        liquidate_band(state, clock, &mut terms, band, budget, events)?;
    }
    Ok(broken(state, &terms).saturating_sub(spared(state, &terms)) as u64)
}

/// The bands of rule R7: where a vault's ratio lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Band {
    /// From 1 to 1 + penalty.
    Closing,
    /// Over 1 + penalty.
    Above,
    /// Under 1.
    Lost,
}

/// How many vaults of the type are broken: they are the first so many places of its index.
fn broken(state: &State, terms: &JudgingTerms) -> usize {
    terms.broken(|bar| state.vaults.index().count_under(terms.spec.id, bar))
}

/// How many broken vaults have already lost what this round may take: those seized in it that are broken, but not deep.
fn spared(state: &State, terms: &JudgingTerms) -> usize {
    let seized = |bar: &_| state.vaults.seized().count_under(terms.spec.id, terms.round, bar);
    terms.broken(seized).saturating_sub(seized(&terms.deep()))
}

fn liquidate_band(
    state: &mut State,
    clock: Clock,
    terms: &mut JudgingTerms,
    band: Band,
    budget: &mut u64,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let kind = terms.spec.id;
    let window = terms_window(state);
    // Vaults that were looked at and stay: without room, or with nothing more to lose in this round. All others of a
    // window leave it, so these are the first of the band.
    let mut passed = 0;
    while *budget >= LIQUIDATION_WORK {
        let index = state.vaults.index();
        let (par, closing) = (
            index.count_under(kind, &terms.par_bar()),
            index.count_under(kind, &terms.penalty_bar()),
        );
        let all = broken(state, terms);
        let (start, end) = match band {
            Band::Lost => (0, par.min(all)),
            Band::Closing => (par.min(all), closing.min(all)),
            Band::Above => (closing.min(all), all),
        };
        let mut next: Vec<(NormalizedDebt, VaultId)> = index
            .places_from(kind, start + passed)
            .take(end.saturating_sub(start + passed).min(window))
            .map(|place| (terms.map.normalized_debt(&place.standing()), place.id()))
            .collect();
        if next.is_empty() {
            return Ok(());
        }
        next.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        for (_, id) in next {
            if *budget < LIQUIDATION_WORK {
                return Ok(());
            }
            let Ok(decision) = decide(state, terms, id) else {
                *budget -= LOOK_WORK;
                passed += 1;
                continue;
            };
            *budget -= LIQUIDATION_WORK;
            // A lot that nobody may sell, or a figure that does not fit, keeps one vault where it is, not the chain.
            let done = protected(state, events, |state, events| {
                carry_out(state, clock, terms, id, &decision, None, events)
            });
            passed += usize::from(done.is_err());
            // A lot that was shared out has changed what all others owe and hold, and the order of none.
            terms.map = state.vaults.share_map(kind);
        }
    }
    Ok(())
}

/// Does something to one vault, or nothing at all: a refusal leaves state and events as they were.
pub(crate) fn protected(
    state: &mut State,
    events: &mut Vec<Event>,
    act: impl FnOnce(&mut State, &mut Vec<Event>) -> Result<(), Rejected>,
) -> Result<(), Rejected> {
    let (before, told) = (Savepoint::of(state), events.len());
    let done = act(state, events);
    if done.is_err() {
        before.restore(state);
        events.truncate(told);
    }
    done
}

fn terms_window(state: &State) -> usize {
    state.governance.get().limits.liquidation_window.max(1) as usize
}

/// Takes debt and collateral off the vault, pays the caller, books the loss and sends the lot on its way.
fn carry_out(
    state: &mut State,
    clock: Clock,
    terms: &JudgingTerms,
    id: VaultId,
    decision: &Decision,
    caller: Option<AccountId>,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let spec = &terms.spec;
    let vault = state.vaults.vault(id)?;
    let debt_before = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    let ends = decision.normalized == vault.normalized_debt;
    let deposit = if ends { vault.deposit } else { Amount::ZERO };
    let caller_collateral = match caller {
        Some(_) => caller_collateral(terms, decision)?,
        None => Amount::ZERO,
    };
    // What the caller takes out of the penalty, the penalty has to spare.
    let paid = terms.value(caller_collateral, terms.low)?;
    let penalty = decision.penalty.saturating_sub(paid);
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    let collateral = decision.collateral.try_sub(caller_collateral)?;

    mechanisms
        .vaults
        .seize(id, decision.normalized, decision.collateral, deposit, terms.round)?;
    let payee = caller.map_or(Module::SurplusBuffer.into(), ballast_protocol::Holder::Account);
    ctx.ledger
        .transfer(ctx.limits.coin, Module::LiquidationDeposits(spec.id), payee, deposit)?;
    ctx.ledger
        .transfer(spec.collateral, Module::Vaults(spec.id), payee, caller_collateral)?;
    ctx.tell(Event::VaultSeized(Seized {
        vault: id,
        owner: vault.owner,
        collateral_type: spec.id,
        rule: decision.rule,
        price: terms.judging,
        price_low: terms.low,
        liquidation_ratio: terms.totals.liquidation_ratio,
        debt_before,
        collateral_before: vault.collateral,
        debt: decision.debt,
        normalized: decision.normalized,
        collateral: decision.collateral,
        penalty,
        loss: decision.loss,
        caller,
        caller_collateral,
        deposit,
    }));
    mechanisms
        .backstop
        .absorb(&mut ctx, spec, decision.loss, LossCause::Seizure(id))?;
    let lot = Lot {
        vault: id,
        owner: vault.owner,
        collateral,
        debt: decision.debt.try_sub(decision.loss)?,
        booked: decision.loss,
        penalty,
    };
    match decision.disposal {
        Disposal::Sale => disposal::sell(mechanisms, &mut ctx, terms, lot, caller),
        Disposal::Sharing => disposal::share_out(mechanisms, &mut ctx, terms, &lot),
    }
}

/// What a caller gets of the seized collateral: his share, but no more than the penalty is worth above what the pool's
/// discount may cost (rule R7). Else first-loss capital would pay him, and the pool's depositors would share it.
fn caller_collateral(terms: &JudgingTerms, decision: &Decision) -> Result<Amount, Rejected> {
    let share = decision.collateral.mul_ratio(terms.spec.caller_share, Round::Down)?;
    if terms.spec.peer.seizure != Seizure::Restore {
        return Ok(share);
    }
    let discounted = decision
        .debt
        .div_ratio(terms.spec.pool.discount.complement(), Round::Up)?
        .saturating_sub(decision.debt);
    let spare = decision.penalty.saturating_sub(discounted);
    Ok(share.min(terms.worth(spare, terms.low, Round::Down)?))
}
