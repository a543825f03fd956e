//! What is the same wherever an order waits: which tickets a round meets, and how those end that do not execute (rule R1,
//! docs/queue.md).

use ballast_num::{Seconds, Timestamp};
use ballast_protocol::{Event, FeedId, Lane, Order, Rejected, TicketId, TicketOutcome, Venue};

use crate::kernel::{Clock, Context};
use crate::state::{ENGINE, Mechanisms, State};

/// Most tickets that one venue meets in one lane in one round, most cancels that it deals with, and most that one block
/// returns. What is left keeps its place and is next.
const TICKETS: usize = 256;

/// The next tickets of one lane of a venue that a round meets, without those whose own expiry has passed, which go back.
/// None in the quiet period after a gap. `as_of` is what a quorum of the round has heard; the fund, which no feed decides,
/// has heard all.
pub(super) fn due(
    state: &mut State,
    clock: Clock,
    (venue, lane): (Venue, Lane),
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<Vec<TicketId>, Rejected> {
    let feed = feed(state, venue)?;
    if let Some(feed) = feed
        && state.prices.quote(feed)?.quiet
    {
        return Ok(Vec::new());
    }
    let due = state
        .queue
        .due((venue, lane), &clock, as_of, skew(state, feed), TICKETS);
    let is_open = |id: &TicketId| state.queue.ticket(*id).is_ok_and(|ticket| ticket.expiry >= clock.now);
    let (open, expired): (Vec<_>, Vec<_>) = due.into_iter().partition(is_open);
    for id in expired {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        give_back(mechanisms, &mut ctx, id, TicketOutcome::Expired)?;
    }
    Ok(open)
}

/// Deals with the cancels at a venue that a round of its feed has passed. One of a ticket that is ready came too late: the
/// ticket executes with this round or, if it has to wait, with a later one.
pub(super) fn cancel(
    state: &mut State,
    clock: Clock,
    venue: Venue,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let skew = skew(state, feed(state, venue)?);
    for id in state.queue.cancelled(venue, as_of, skew, TICKETS) {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        if mechanisms.queue.ticket(id)?.ready <= clock.host_time {
            mechanisms.queue.lapse_cancel(&mut ctx, id)?;
        } else {
            give_back(mechanisms, &mut ctx, id, TicketOutcome::Cancelled)?;
        }
    }
    Ok(())
}

/// Returns the tickets whose own expiry has passed.
pub(super) fn expire(state: &mut State, clock: Clock, events: &mut Vec<Event>) -> Result<(), Rejected> {
    for id in state.queue.expired(clock.now, TICKETS) {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        give_back(mechanisms, &mut ctx, id, TicketOutcome::Expired)?;
    }
    Ok(())
}

/// Closes a ticket that does not execute: what it brought along goes back, and liquidity that was to leave counts again.
pub(super) fn give_back(
    mechanisms: Mechanisms<'_>,
    ctx: &mut Context<'_>,
    id: TicketId,
    outcome: TicketOutcome,
) -> Result<(), Rejected> {
    let ticket = mechanisms.queue.close(ctx, id, outcome, &[])?;
    match ticket.order {
        Order::RemoveLiquidity { market, .. } => {
            let leaving = mechanisms.queue.leaving(Venue::Market(market));
            mechanisms.markets.lock(market, &ctx.clock, leaving)
        }
        _ => Ok(()),
    }
}

/// The feed whose rounds decide what waits at a venue; none decides for the fund. Errors: `UnknownType`, `UnknownMarket`.
fn feed(state: &State, venue: Venue) -> Result<Option<FeedId>, Rejected> {
    Ok(match venue {
        Venue::Pool(pool) => Some(state.vaults.spec(pool.collateral_type)?.feed),
        Venue::Market(market) => Some(state.markets.spec(market)?.feed),
        Venue::Fund => None,
    })
}

/// How far a source's clock may run ahead of block time.
fn skew(state: &State, feed: Option<FeedId>) -> Seconds {
    let spec = feed.and_then(|feed| state.oracle.specs.get(&feed));
    spec.map_or(Seconds(0), |spec| spec.skew)
}
