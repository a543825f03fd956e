//! What protects owners before a liquidation: warnings and standing orders (rule R11; docs/vault.md).

use ballast_num::{Amount, Ratio, Round};
use ballast_protocol::{Event, Protection, Rejected, Repayment, StandingOrder, TypeId, VaultId};

use super::liquidation::{self, Terms};
use super::transaction::{LIQUIDATION_WORK, LOOK_WORK};
use crate::kernel::Clock;
use crate::mechanisms::vault::{Bar, Batch, Vaults};
use crate::state::State;

/// Warns the owners whose vaults a closed round brought under the warning ratio, and executes the standing orders of
/// those under their trigger, riskiest first, as far as `budget` reaches.
pub(crate) fn protect(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    budget: &mut u64,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let Ok(terms) = Terms::of(state, kind) else {
        return Ok(());
    }; // without a price nobody is broken
    let quote = state.prices.quote(terms.spec.feed)?;
    let warning = terms.totals.liquidation_ratio.try_add(terms.spec.warning_band)?;
    let bar = Vaults::bar(&terms.totals, terms.judging, warning);
    let before = Bar {
        price: quote.judging_before,
        ..bar
    };
    let count = state.vaults.index().count_under(kind, &bar);
    warn(
        state,
        &terms,
        count,
        state.vaults.index().count_under(kind, &before),
        budget,
        events,
    );

    if !state.vaults.has_standing_orders() {
        return Ok(());
    }
    let affordable = usize::try_from(*budget / LOOK_WORK).unwrap_or(usize::MAX);
    let places = state.vaults.index().places(kind).take(count.min(affordable));
    let ordered: Vec<(VaultId, StandingOrder)> = places
        .filter_map(|place| Some((place.id(), *state.vaults.standing_order(place.id())?)))
        .collect();
    *budget = budget.saturating_sub(LOOK_WORK.saturating_mul(count.min(affordable) as u64));
    for (id, order) in ordered {
        if *budget < LIQUIDATION_WORK {
            break;
        }
        *budget -= LIQUIDATION_WORK;
        // An order whose figures do not fit, as at an absurd price, stays; it must not stop the chain.
        let _ = liquidation::protected(state, events, |state, events| {
            execute(state, clock, &terms, id, order, events)
        });
    }
    Ok(())
}

/// Tells the owners of the vaults between two positions of the index: those that the round brought under the bar.
fn warn(state: &State, terms: &Terms, count: usize, before: usize, budget: &mut u64, events: &mut Vec<Event>) {
    let affordable = usize::try_from(*budget / LOOK_WORK).unwrap_or(usize::MAX);
    let fresh = count.saturating_sub(before).min(affordable);
    *budget = budget.saturating_sub(LOOK_WORK.saturating_mul(fresh as u64));
    for place in state.vaults.index().places_from(terms.spec.id, before).take(fresh) {
        if let Ok(vault) = state.vaults.vault(place.id()) {
            events.push(Event::VaultWarned {
                vault: place.id(),
                owner: vault.owner,
                price: terms.judging,
            });
        }
    }
}

/// Executes one standing order as far as the owner's balance goes; an order that cannot help now stays.
fn execute(
    state: &mut State,
    clock: Clock,
    terms: &Terms,
    id: VaultId,
    order: StandingOrder,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let vault = *state.vaults.vault(id)?;
    let bar = |ratio: Ratio| Vaults::bar(&terms.totals, terms.judging, ratio);
    if bar(order.trigger).is_reached(vault.normalized_debt, vault.collateral) {
        return Ok(());
    }
    let owed = vault.normalized_debt.debt(terms.totals.index, Round::Up)?;
    let value = terms.value(vault.collateral, terms.judging)?;
    let (mechanisms, mut ctx) = state.lend(clock, vault.owner, events);
    let mut batch = Batch::default();
    let (done, used) = match order.action {
        Protection::Repay { limit } => {
            let balance = ctx.ledger.balance(ctx.limits.coin, vault.owner);
            // V ÷ (D − x) = restore.
            let needed = owed.saturating_sub(value.div_ratio(order.restore, Round::Down)?);
            let can = needed.min(limit).min(balance);
            let rest = owed.saturating_sub(can);
            let amount = if rest >= terms.spec.debt_floor || rest.is_zero() {
                can
            } else if owed <= limit.min(balance) {
                owed // the rest would be dust: repay all
            } else {
                owed.saturating_sub(terms.spec.debt_floor).min(can)
            };
            if amount.is_zero() {
                return Ok(());
            }
            let paid = mechanisms
                .vaults
                .repay(&mut ctx, &mut batch, id, Repayment::Exactly(amount))?;
            (Protection::Repay { limit: paid }, paid)
        }
        Protection::TopUp { limit } => {
            let balance = ctx.ledger.balance(terms.spec.collateral, vault.owner);
            // (V + c·price) ÷ D = restore.
            let missing = owed.mul_ratio(order.restore, Round::Up)?.saturating_sub(value);
            let amount: Amount = terms.worth(missing, terms.judging, Round::Up)?.min(limit).min(balance);
            if amount.is_zero() {
                return Ok(());
            }
            mechanisms.vaults.deposit(&mut ctx, &mut batch, id, amount)?;
            (Protection::TopUp { limit: amount }, amount)
        }
    };
    ctx.tell(Event::StandingOrderExecuted {
        vault: id,
        protection: done,
        price: terms.judging,
    });
    mechanisms.vaults.use_standing_order(id, order, used);
    Ok(())
}
