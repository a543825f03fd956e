//! Entries to and exits from the insurance fund, what it earns, and its end (rules R1 and R20; docs/insurance-fund.md).

use ballast_num::{Amount, Round, Timestamp};
use ballast_protocol::{Event, Lane, Limits, Module, Order, Rejected, TicketId, TicketOutcome, Venue};

use super::tickets;
use crate::kernel::{Clock, Context};
use crate::mechanisms::fund::Fund;
use crate::mechanisms::queue::Place;
use crate::state::{ENGINE, State};

/// What the queue asks of an entry.
pub(crate) fn entry(limits: &Limits, amount: Amount) -> Place {
    Place {
        least: limits.fund.ticket_min,
        cooldown: limits.fund.entry_cooldown,
        window: None,
        escrow: vec![(limits.coin, amount)],
        pays_max: None,
    }
}

/// The order as it is queued: an exit that would leave shares worth less than a ticket is one of all that the caller
/// holds, so that what it may pay is fixed on all that it gives back. Error: `Arithmetic`.
pub(crate) fn without_dust(ctx: &Context<'_>, fund: &Fund, order: Order) -> Result<Order, Rejected> {
    let held = fund.shares(ctx.caller);
    let shares = match order {
        Order::ExitFund { shares } if shares < held => shares,
        _ => return Ok(order),
    };
    let small = ctx.limits.fund.ticket_min;
    let assets = ctx.ledger.balance(ctx.limits.coin, Module::InsuranceFund);
    let leaves_dust = fund.value(held.try_sub(shares)?, assets)? < small;
    // One that is too small to be queued stays what it is, to be refused.
    let takes_all = leaves_dust && shares >= fund.worth(small, assets)?;
    Ok(Order::ExitFund {
        shares: if takes_all { held } else { shares },
    })
}

/// What the queue asks of an exit of the caller: it pays no more than its shares are worth now.
/// Errors: `NoShares`, `TooMuch`.
pub(crate) fn exit(ctx: &Context<'_>, fund: &Fund, shares: Amount) -> Result<Place, Rejected> {
    let held = fund.shares(ctx.caller);
    if held.is_zero() {
        return Err(Rejected::NoShares);
    }
    if shares > held {
        return Err(Rejected::TooMuch {
            asked: shares,
            available: held,
        });
    }
    let spec = &ctx.limits.fund;
    let assets = ctx.ledger.balance(ctx.limits.coin, Module::InsuranceFund);
    Ok(Place {
        least: fund.worth(spec.ticket_min, assets)?.min(held),
        cooldown: spec.exit_cooldown,
        window: Some(spec.exit_window),
        escrow: Vec::new(),
        pays_max: Some(fund.value(shares, assets)?),
    })
}

/// Executes the due entries, before the liquidations of a round: who enters shares what it decides.
pub(crate) fn enter(state: &mut State, clock: Clock, events: &mut Vec<Event>) -> Result<(), Rejected> {
    for id in due(state, clock, Lane::Entry, events)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let ticket = mechanisms.queue.ticket(id)?;
        let (owner, coin) = (ticket.owner, ctx.limits.coin);
        let Order::EnterFund { amount, shares_min } = ticket.order else {
            continue; // nothing else waits in this lane
        };
        let assets = ctx.ledger.balance(coin, Module::InsuranceFund);
        let enough = mechanisms.fund.shares_for(amount, assets);
        let enough = enough.is_ok_and(|shares| !shares.is_zero() && shares >= shares_min);
        let issued = if enough {
            mechanisms.fund.enter(owner, amount, assets).ok()
        } else {
            None
        };
        let Some(shares) = issued else {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Void, &[])?;
            continue;
        };
        mechanisms
            .queue
            .close(&mut ctx, id, TicketOutcome::Executed, &[(coin, amount)])?;
        ctx.ledger
            .transfer(coin, Module::Queue, Module::InsuranceFund, amount)?;
        ctx.tell(Event::FundEntered { owner, amount, shares });
    }
    Ok(())
}

/// The end of a block, after its losses are settled: shares that stand for nothing are void, insurers earn their share of
/// what the buffer grew by since the block's start, exits that are due share what may leave today, and cancels act.
pub(crate) fn end_block(
    state: &mut State,
    clock: Clock,
    buffer_before: Amount,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    wipe(state, clock, events)?;
    earn(state, clock, buffer_before, events)?;
    leave(state, clock, events)?;
    tickets::cancel(state, clock, Venue::Fund, Timestamp::MAX, events)
}

/// A fund that has lost all begins anew; what no share stands for is the surplus buffer's.
fn wipe(state: &mut State, clock: Clock, events: &mut Vec<Event>) -> Result<(), Rejected> {
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    let assets = ctx.ledger.balance(ctx.limits.coin, Module::InsuranceFund);
    if let Some(shares) = mechanisms.fund.wipe(assets) {
        ctx.tell(Event::FundWiped { shares });
    }
    return_ownerless(&mut ctx, mechanisms.fund)
}

fn return_ownerless(ctx: &mut Context<'_>, fund: &Fund) -> Result<(), Rejected> {
    let coin = ctx.limits.coin;
    let amount = ctx.ledger.balance(coin, Module::InsuranceFund);
    if amount.is_zero() || !fund.totals().shares.is_zero() {
        return Ok(());
    }
    ctx.ledger
        .transfer(coin, Module::InsuranceFund, Module::SurplusBuffer, amount)?;
    ctx.tell(Event::FundReturned { amount });
    Ok(())
}

/// Pays insurers their share of the buffer's growth, while no bad debt is left that it could make good.
fn earn(state: &mut State, clock: Clock, before: Amount, events: &mut Vec<Event>) -> Result<(), Rejected> {
    let bad_debt = state.backstop.bad_debt()?;
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    let coin = ctx.limits.coin;
    let growth = ctx.ledger.balance(coin, Module::SurplusBuffer).saturating_sub(before);
    let amount = growth.mul_ratio(ctx.limits.fund.income_share, Round::Down)?;
    if amount.is_zero() || mechanisms.fund.totals().shares.is_zero() || !bad_debt.is_zero() {
        return Ok(());
    }
    mechanisms.fund.count_earned(amount)?;
    ctx.ledger
        .transfer(coin, Module::SurplusBuffer, Module::InsuranceFund, amount)?;
    ctx.tell(Event::FundIncomePaid { amount });
    Ok(())
}

/// An exit that is due.
struct Due {
    id: TicketId,
    /// Shares that it gives back.
    shares: Amount,
    /// Coins that these are worth: when it was asked for or now, net of marked losses, whichever is less.
    value: Amount,
}

/// Executes the due exits, all in proportion if they are worth more than may leave today (rule R20). While broken vaults
/// are left over they wait, at most as long as a feed may be Stale.
fn leave(state: &mut State, clock: Clock, events: &mut Vec<Event>) -> Result<(), Rejected> {
    let candidates = due(state, clock, Lane::Exit, events)?;
    if candidates.is_empty() {
        return Ok(());
    }
    let limits = state.governance().limits.clone();
    let assets = state.ledger.balance(limits.coin, Module::InsuranceFund);
    // What cannot be computed is not paid out: they wait.
    let Ok(marked) = state.marked_on_fund() else {
        return Ok(());
    };
    let busy = !state.left_over.get().is_empty();
    let patience = state.oracle.specs.iter().map(|(_, spec)| spec.stale_limit).max();
    let mut due = Vec::new();
    for id in candidates {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let ticket = mechanisms.queue.ticket(id)?.clone();
        let Order::ExitFund { shares } = ticket.order else {
            continue; // nothing else waits in this lane
        };
        let waited = clock.host_time.saturating_sub(ticket.ready);
        if busy && waited < patience.unwrap_or_default() {
            continue;
        }
        let shares = shares.min(mechanisms.fund.shares(ticket.owner));
        let now = mechanisms.fund.value(shares, assets.saturating_sub(marked))?;
        let asked = ticket.pays_max.unwrap_or(Amount::MAX);
        let value = now.min(asked);
        if value.is_zero() {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Void, &[])?;
        } else {
            due.push(Due { id, shares, value });
        }
    }
    let room = state.fund.room_today(clock.host_time, assets, limits.fund.exit_share)?;
    let all = Amount::try_sum(due.iter().map(|exit| exit.value))?;
    for exit in due {
        pay_exit(state, clock, &exit, (room, all), events)?;
    }
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    return_ownerless(&mut ctx, mechanisms.fund)
}

/// Pays an exit whole, or its part of the room if all that are due do not fit.
fn pay_exit(
    state: &mut State,
    clock: Clock,
    exit: &Due,
    (room, all): (Amount, Amount),
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
    let ticket = mechanisms.queue.ticket(exit.id)?.clone();
    let whole = all <= room;
    let (amount, shares) = if whole {
        (exit.value, exit.shares)
    } else {
        let amount = exit.value.prorate(room.raw(), all.raw(), Round::Down)?;
        let shares = exit.shares.prorate(amount.raw(), exit.value.raw(), Round::Up)?;
        (amount, shares)
    };
    if amount.is_zero() {
        return Ok(()); // no room today
    }
    mechanisms.fund.exit(ticket.owner, shares)?;
    mechanisms.fund.count_left(amount)?;
    let rest = exit.shares.try_sub(shares)?;
    if whole || rest.is_zero() {
        mechanisms
            .queue
            .close(&mut ctx, exit.id, TicketOutcome::Executed, &[])?;
    } else {
        let order = Order::ExitFund { shares: rest };
        // What was fixed for a share stays: a part paid after a loss leaves no more for the others if it comes back.
        let scaled = |most: Amount| most.prorate(rest.raw(), exit.shares.raw(), Round::Down);
        let pays_max = ticket.pays_max.map(scaled).transpose()?;
        mechanisms.queue.replace(exit.id, order, pays_max)?;
    }
    ctx.ledger
        .transfer(ctx.limits.coin, Module::InsuranceFund, ticket.owner, amount)?;
    ctx.tell(Event::FundExited {
        owner: ticket.owner,
        shares,
        amount,
    });
    Ok(())
}

/// The next tickets of a lane whose cooldown is over.
fn due(state: &mut State, clock: Clock, lane: Lane, events: &mut Vec<Event>) -> Result<Vec<TicketId>, Rejected> {
    tickets::due(state, clock, (Venue::Fund, lane), Timestamp::MAX, events)
}
