//! What protects owners before a liquidation: warnings and standing orders (rule R11; docs/vault.md).
//!
//! Nothing here can fail a block: what cannot be computed leaves a vault as it is.

use ballast_num::{Amount, Price, Round};
use ballast_protocol::{Event, LIQUIDATION_WORK, Protection, Rejected, Repayment, StandingOrder, TypeId, VaultId};

use super::liquidation::{self, JudgingTerms};
use super::transaction::LOOK_WORK;
use crate::kernel::Clock;
use crate::kernel::ranking::Ranking;
use crate::mechanisms::vault::{Bar, Batch};
use crate::state::State;

/// One part in so many of the work is kept for warnings, however many orders there are.
const WARNING_PART: u64 = 8;

/// Protects the owners of these types after a round: executes the standing orders of those under their trigger,
/// riskiest first; then warns those whom the round brought under the warning ratio. Each type has an equal share of the
/// budget, what a type leaves passes on, and orders leave an eighth for the warnings. Returns the work units used.
pub(crate) fn protect(state: &mut State, clock: Clock, kinds: &[TypeId], budget: u64, events: &mut Vec<Event>) -> u64 {
    let for_warnings = budget / WARNING_PART;
    let mut left = budget - for_warnings;
    let mut orders: Vec<Orders> = kinds.iter().filter_map(|kind| Orders::of(state, *kind)).collect();
    share(&mut orders, &mut left, |orders, room| {
        orders.execute(state, clock, room, events);
    });
    left += for_warnings;
    let mut warnings: Vec<Warnings> = kinds.iter().filter_map(|kind| Warnings::of(state, *kind)).collect();
    share(&mut warnings, &mut left, |warnings, room| {
        warnings.tell(state, room, events);
    });
    budget - left
}

/// Gives each an equal part of what is left of the budget, then in the same order what all of them together have left.
/// `work` goes on where it stopped, and takes off the room what it used.
fn share<T>(all: &mut [T], budget: &mut u64, mut work: impl FnMut(&mut T, &mut u64)) {
    let mut give = |one: &mut T, parts: u64| {
        let mut room = *budget / parts;
        *budget -= room;
        work(one, &mut room);
        *budget += room;
    };
    for (parts, one) in (1..=all.len() as u64).rev().zip(all.iter_mut()) {
        give(one, parts);
    }
    for one in all {
        give(one, 1);
    }
}

/// The vaults of a type under the warning ratio, as the round ranks them: among them its standing orders are looked for.
struct Orders {
    terms: JudgingTerms,
    /// As it was before the first order, so that what orders change moves nobody in the line.
    ranked: Ranking<VaultId>,
    /// Places in the line.
    next: usize,
    end: usize,
}

impl Orders {
    /// None without an order or a price: without a price nobody is broken.
    fn of(state: &State, kind: TypeId) -> Option<Self> {
        if !state.vaults.has_standing_orders() {
            return None;
        }
        let terms = JudgingTerms::of(state, kind).ok()?;
        let ranked = state.vaults.index().clone();
        let end = ranked.count_under(kind, &warning_bar(&terms, terms.judging));
        Some(Self {
            terms,
            ranked,
            next: 0,
            end,
        })
    }

    /// Looks at one vault after the other, and executes the orders that are due, as far as `room` reaches.
    fn execute(&mut self, state: &mut State, clock: Clock, room: &mut u64, events: &mut Vec<Event>) {
        let places = self.ranked.places_from(self.terms.spec.id, self.next);
        for place in places.take(self.end.saturating_sub(self.next)) {
            let due = state.vaults.standing_order(place.id());
            let due = due.and_then(|order| due_now(&self.terms, order, place.id(), state));
            let work = LOOK_WORK + if due.is_some() { LIQUIDATION_WORK } else { 0 };
            if *room < work {
                return;
            }
            *room -= work;
            self.next += 1;
            if let Some(order) = due {
                // An order whose figures do not fit, as at an absurd price, stays; it must not stop the chain.
                let _ = liquidation::protected(state, events, |state, events| {
                    execute(state, clock, &self.terms, place.id(), order, events)
                });
            }
        }
    }
}

/// The vaults of a type that the round brought under the warning ratio.
struct Warnings {
    kind: TypeId,
    price: Price,
    /// Places in the line: those before `next` were under it before.
    next: usize,
    end: usize,
}

impl Warnings {
    /// None without a price.
    fn of(state: &State, kind: TypeId) -> Option<Self> {
        let terms = JudgingTerms::of(state, kind).ok()?;
        let before = state.prices.quote(terms.spec.feed).ok()?.judging_before;
        let under = |price| state.vaults.index().count_under(kind, &warning_bar(&terms, price));
        Some(Self {
            kind,
            price: terms.judging,
            next: under(before),
            end: under(terms.judging),
        })
    }

    /// Tells one owner after the other, riskiest vault first, as far as `room` reaches.
    fn tell(&mut self, state: &State, room: &mut u64, events: &mut Vec<Event>) {
        let affordable = usize::try_from(*room / LOOK_WORK).unwrap_or(usize::MAX);
        let count = self.end.saturating_sub(self.next).min(affordable);
        *room -= LOOK_WORK * count as u64;
        for place in state.vaults.index().places_from(self.kind, self.next).take(count) {
            if let Ok(vault) = state.vaults.vault(place.id()) {
                events.push(Event::VaultWarned {
                    vault: place.id(),
                    owner: vault.owner,
                    price: self.price,
                });
            }
        }
        self.next += count;
    }
}

fn warning_bar(terms: &JudgingTerms, price: Price) -> Bar {
    terms.bar(price, *terms.totals.warned(&terms.spec).end())
}

/// The order as it acts now, if the vault is under its trigger. One that the liquidation ratio in force has passed moves
/// up with it, trigger and restore alike: it spends its owner's limit before the vault is seized, not after.
fn due_now(terms: &JudgingTerms, order: &StandingOrder, id: VaultId, state: &State) -> Option<StandingOrder> {
    let place = state.vaults.place(id)?;
    let passed = terms.totals.liquidation_ratio.saturating_sub(order.trigger);
    let order = StandingOrder {
        trigger: order.trigger.try_add(passed).ok()?,
        restore: order.restore.try_add(passed).ok()?,
        ..*order
    };
    let trigger = terms.bar(terms.judging, order.trigger);
    trigger.is_missed_by(&place).then_some(order)
}

/// Executes the order of a vault that someone calls to be liquidated, if it is due: between two rounds interest and the
/// gliding ratio can break a vault before the engine looks at it again. Returns whether it did anything.
pub(crate) fn answer(state: &mut State, clock: Clock, id: VaultId, events: &mut Vec<Event>) -> bool {
    let Some(order) = state.vaults.standing_order(id) else {
        return false;
    };
    let terms = state
        .vaults
        .vault(id)
        .and_then(|vault| JudgingTerms::of(state, vault.collateral_type));
    let Ok(terms) = terms else { return false };
    let Some(order) = due_now(&terms, order, id, state) else {
        return false;
    };
    let told = events.len();
    // Also where a session of the owner calls: the order is the owner's own word, with a limit of its own.
    let watched = state.ledger.watch().pause();
    let done = liquidation::protected(state, events, |state, events| {
        execute(state, clock, &terms, id, order, events)
    });
    state.ledger.watch().resume(watched);
    done.is_ok() && events.len() > told
}

/// Executes one standing order as far as the owner's balance goes; an order that cannot help now stays.
fn execute(
    state: &mut State,
    clock: Clock,
    terms: &JudgingTerms,
    id: VaultId,
    order: StandingOrder,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let vault = state.vaults.vault(id)?;
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
    mechanisms.vaults.use_standing_order(id, used);
    Ok(())
}
