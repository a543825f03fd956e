//! Queued entries to and exits from the stability pools, executed by the rounds of their feeds (rule R1).

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{AccountId, AssetId, Event, FeedId, Lane, Module, Rejected, TicketId, TicketOutcome, TypeId};

use crate::kernel::{Clock, Context};
use crate::mechanisms::stability_pool::StabilityPools;
use crate::state::{ENGINE, State};

/// Most tickets that one pool meets on one side in one round, most cancels that it deals with, and most that one block
/// returns. What is left keeps its place and is next.
const TICKETS: usize = 256;

/// Executes the due entries of a pool, before the liquidations of the round.
pub(crate) fn enter(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    for id in due(state, clock, (kind, Lane::Entry), as_of)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        if mechanisms.queue.ticket(id)?.expiry < clock.now {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Expired)?;
            continue;
        }
        let ticket = mechanisms.queue.close(&mut ctx, id, TicketOutcome::Executed)?;
        let collateral = mechanisms.vaults.spec(kind)?.collateral;
        book_residue(&mut ctx, mechanisms.pools, (kind, collateral), ticket.owner)?;
        mechanisms.pools.enter(kind, ticket.owner, ticket.amount)?;
        ctx.ledger.transfer(
            ctx.limits.coin,
            Module::Queue,
            Module::StabilityPool(kind),
            ticket.amount,
        )?;
        ctx.tell(Event::PoolEntered {
            collateral_type: kind,
            owner: ticket.owner,
            amount: ticket.amount,
        });
    }
    Ok(())
}

/// Executes the due exits of a pool, after the liquidations of the round, and then the cancels that it has passed.
/// While broken vaults of the type are left over, exits wait, at most as long as the feed may be Stale. A cancel of a
/// ticket that is ready came too late: the ticket executes with this round or, if it has to wait, with a later one.
pub(crate) fn leave(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    as_of: Timestamp,
    left_over: u64,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let spec = state.vaults.spec(kind)?;
    let (floor, least, feed) = (spec.pool.floor, spec.pool.ticket_min, spec.feed);
    let collateral = spec.collateral;
    let patience = state
        .oracle
        .specs
        .get(&feed)
        .map_or(Seconds(0), |spec| spec.stale_limit);
    for id in due(state, clock, (kind, Lane::Exit), as_of)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let ticket = *mechanisms.queue.ticket(id)?;
        if ticket.expiry < clock.now {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Expired)?;
            continue;
        }
        let waited = clock.host_time.saturating_sub(ticket.ready);
        if left_over > 0 && waited < patience {
            break;
        }
        book_residue(&mut ctx, mechanisms.pools, (kind, collateral), ticket.owner)?;
        // What would be too little for a place in the queue goes too: an exit leaves no dust.
        let held = mechanisms.pools.position(kind, ticket.owner).unwrap_or_default().coins;
        let leaves_dust = held.saturating_sub(ticket.amount) < least;
        let most = if leaves_dust { held } else { ticket.amount };
        let paid = mechanisms
            .pools
            .exit(kind, ticket.owner, most, floor)
            .unwrap_or(Amount::ZERO);
        let outcome = if paid.is_zero() {
            TicketOutcome::Void
        } else {
            TicketOutcome::Executed
        };
        ctx.ledger
            .transfer(ctx.limits.coin, Module::StabilityPool(kind), ticket.owner, paid)?;
        mechanisms.queue.close(&mut ctx, id, outcome)?;
        if !paid.is_zero() {
            ctx.tell(Event::PoolExited {
                collateral_type: kind,
                owner: ticket.owner,
                amount: paid,
            });
        }
    }
    let skew = skew(state, feed);
    for id in state.queue.cancelled(kind, as_of, skew, TICKETS) {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        if mechanisms.queue.ticket(id)?.ready <= clock.host_time {
            mechanisms.queue.lapse_cancel(&mut ctx, id)?;
        } else {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Cancelled)?;
        }
    }
    Ok(())
}

/// Moves what rounding has left over in a pool to [`Module::Residue`] if it is known: if nobody but `owner`, who enters,
/// leaves or has left, has a deposit. What no number holds stays.
pub(crate) fn book_residue(
    ctx: &mut Context<'_>,
    pools: &mut StabilityPools,
    (kind, collateral): (TypeId, AssetId),
    owner: AccountId,
) -> Result<(), Rejected> {
    let residue = pools.take_residue(kind, owner).unwrap_or_default();
    let from = Module::StabilityPool(kind);
    for (asset, amount) in [(ctx.limits.coin, residue.coins), (collateral, residue.collateral)] {
        if !amount.is_zero() {
            ctx.ledger.transfer(asset, from, Module::Residue, amount)?;
            ctx.tell(Event::ResidueBooked { from, asset, amount });
        }
    }
    Ok(())
}

/// Returns the tickets whose own expiry has passed.
pub(crate) fn expire(state: &mut State, clock: Clock, events: &mut Vec<Event>) -> Result<(), Rejected> {
    for id in state.queue.expired(clock.now, TICKETS) {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        mechanisms.queue.close(&mut ctx, id, TicketOutcome::Expired)?;
    }
    Ok(())
}

fn due(state: &State, clock: Clock, (kind, lane): (TypeId, Lane), as_of: Timestamp) -> Result<Vec<TicketId>, Rejected> {
    let feed = state.vaults.spec(kind)?.feed;
    if state.prices.quote(feed)?.quiet {
        return Ok(Vec::new());
    }
    Ok(state.queue.due((kind, lane), &clock, as_of, skew(state, feed), TICKETS))
}

/// How far a source's clock may run ahead of block time.
fn skew(state: &State, feed: FeedId) -> Seconds {
    state.oracle.specs.get(&feed).map_or(Seconds(0), |spec| spec.skew)
}
