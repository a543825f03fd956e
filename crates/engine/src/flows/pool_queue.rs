//! Queued entries to and exits from the pools that buy collateral, executed by the rounds of their feeds (rule R1).

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, Event, FeedId, Lane, Module, Order, PoolId, Rejected, TicketId, TicketOutcome, TypeId, Venue,
};

use crate::kernel::{Clock, Context};
use crate::mechanisms::queue::Place;
use crate::mechanisms::stability_pool::StabilityPools;
use crate::mechanisms::vault::Vaults;
use crate::state::{ENGINE, Mechanisms, State};

/// Most tickets that one pool meets on one side in one round, most cancels that it deals with, and most that one block
/// returns. What is left keeps its place and is next.
pub(crate) const TICKETS: usize = 256;

/// What a pool's queue asks of an order of `caller`, and what the order brings along.
/// Errors: `UnknownType`, `UnknownPool`; `NoDeposit` to leave.
pub(crate) fn place(
    (vaults, pools): (&Vaults, &StabilityPools),
    coin: AssetId,
    caller: AccountId,
    (pool, lane, amount): (PoolId, Lane, Amount),
) -> Result<Place, Rejected> {
    let spec = vaults.spec(pool.collateral_type)?;
    let terms = spec.pool_terms(pool.buyer).ok_or(Rejected::UnknownPool(pool))?;
    let (least, escrow) = if lane == Lane::Exit {
        let held = pools.position(pool, caller)?.coins;
        if held.is_zero() {
            return Err(Rejected::NoDeposit);
        }
        (terms.ticket_min.min(held), Vec::new())
    } else {
        (terms.ticket_min, vec![(coin, amount)])
    };
    Ok(Place {
        least,
        cooldown: terms.cooldown,
        window: None,
        escrow,
        pays_max: None,
    })
}

/// Executes the due entries of a type's pools, before the liquidations of the round.
pub(crate) fn enter(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let pools = state.vaults.spec(kind)?.pools();
    for pool in pools {
        enter_one(state, clock, pool, as_of, events)?;
    }
    Ok(())
}

fn enter_one(
    state: &mut State,
    clock: Clock,
    pool: PoolId,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    for id in due(state, clock, (pool, Lane::Entry), as_of)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let ticket = mechanisms.queue.ticket(id)?;
        let Order::EnterPool { amount, .. } = ticket.order else {
            continue; // nothing else waits in this lane
        };
        if ticket.expiry < clock.now {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Expired, &[])?;
            continue;
        }
        let coin = ctx.limits.coin;
        let used = [(coin, amount)];
        let ticket = mechanisms.queue.close(&mut ctx, id, TicketOutcome::Executed, &used)?;
        let collateral = mechanisms.vaults.spec(pool.collateral_type)?.collateral;
        book_residue(&mut ctx, mechanisms.pools, (pool, collateral), ticket.owner)?;
        mechanisms.pools.enter(pool, ticket.owner, amount)?;
        ctx.ledger.transfer(coin, Module::Queue, pool.module(), amount)?;
        ctx.tell(Event::PoolEntered {
            pool,
            owner: ticket.owner,
            amount,
        });
    }
    Ok(())
}

/// Executes the due exits of a type's pools, after the liquidations of the round, and then the cancels that it has
/// passed. While broken vaults of the type are left over, exits wait, at most as long as the feed may be Stale. A cancel of
/// a ticket that is ready came too late: the ticket executes with this round or, if it has to wait, with a later one.
pub(crate) fn leave(
    state: &mut State,
    clock: Clock,
    kind: TypeId,
    as_of: Timestamp,
    left_over: u64,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let pools = state.vaults.spec(kind)?.pools();
    for pool in pools {
        leave_one(state, clock, pool, as_of, left_over, events)?;
    }
    Ok(())
}

fn leave_one(
    state: &mut State,
    clock: Clock,
    pool: PoolId,
    as_of: Timestamp,
    left_over: u64,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let spec = state.vaults.spec(pool.collateral_type)?;
    let terms = spec.pool_terms(pool.buyer).ok_or(Rejected::UnknownPool(pool))?;
    let (feed, collateral) = (spec.feed, spec.collateral);
    let patience = state
        .oracle
        .specs
        .get(&feed)
        .map_or(Seconds(0), |spec| spec.stale_limit);
    for id in due(state, clock, (pool, Lane::Exit), as_of)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let ticket = mechanisms.queue.ticket(id)?.clone();
        let Order::ExitPool { amount, .. } = ticket.order else {
            continue; // nothing else waits in this lane
        };
        if ticket.expiry < clock.now {
            mechanisms.queue.close(&mut ctx, id, TicketOutcome::Expired, &[])?;
            continue;
        }
        let waited = clock.host_time.saturating_sub(ticket.ready);
        if left_over > 0 && waited < patience {
            break;
        }
        book_residue(&mut ctx, mechanisms.pools, (pool, collateral), ticket.owner)?;
        // What would be too little for a place in the queue goes too: an exit leaves no dust.
        let held = mechanisms.pools.position(pool, ticket.owner).unwrap_or_default().coins;
        let leaves_dust = held.saturating_sub(amount) < terms.ticket_min;
        let most = if leaves_dust { held } else { amount };
        let paid = mechanisms
            .pools
            .exit(pool, ticket.owner, most, terms.floor)
            .unwrap_or(Amount::ZERO);
        let outcome = if paid.is_zero() {
            TicketOutcome::Void
        } else {
            TicketOutcome::Executed
        };
        ctx.ledger
            .transfer(ctx.limits.coin, pool.module(), ticket.owner, paid)?;
        mechanisms.queue.close(&mut ctx, id, outcome, &[])?;
        if !paid.is_zero() {
            ctx.tell(Event::PoolExited {
                pool,
                owner: ticket.owner,
                amount: paid,
            });
        }
    }
    cancel(state, clock, Venue::Pool(pool), (feed, as_of), events)
}

/// Deals with the cancels at a venue that a round of its feed has passed.
pub(crate) fn cancel(
    state: &mut State,
    clock: Clock,
    venue: Venue,
    (feed, as_of): (FeedId, Timestamp),
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let skew = skew(state, feed);
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

/// Moves what rounding has left over in a pool to [`Module::Residue`] if it is known: if nobody but `owner`, who enters,
/// leaves or has left, has a deposit. What no number holds stays.
pub(crate) fn book_residue(
    ctx: &mut Context<'_>,
    pools: &mut StabilityPools,
    (pool, collateral): (PoolId, AssetId),
    owner: AccountId,
) -> Result<(), Rejected> {
    let residue = pools.take_residue(pool, owner).unwrap_or_default();
    let from = pool.module();
    for (asset, amount) in [(ctx.limits.coin, residue.coins), (collateral, residue.collateral)] {
        if !amount.is_zero() {
            ctx.ledger.transfer(asset, from, Module::Residue, amount)?;
            ctx.tell(Event::ResidueBooked { from, asset, amount });
        }
    }
    Ok(())
}

/// Closes a ticket that does not execute: what it brought along goes back, and liquidity that was to leave counts again.
pub(crate) fn give_back(
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

/// Returns the tickets whose own expiry has passed.
pub(crate) fn expire(state: &mut State, clock: Clock, events: &mut Vec<Event>) -> Result<(), Rejected> {
    for id in state.queue.expired(clock.now, TICKETS) {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        give_back(mechanisms, &mut ctx, id, TicketOutcome::Expired)?;
    }
    Ok(())
}

/// The next tickets of one side of a pool that the round meets; none in the quiet period after a gap.
fn due(state: &State, clock: Clock, (pool, lane): (PoolId, Lane), as_of: Timestamp) -> Result<Vec<TicketId>, Rejected> {
    let feed = state.vaults.spec(pool.collateral_type)?.feed;
    if state.prices.quote(feed)?.quiet {
        return Ok(Vec::new());
    }
    let place = (Venue::Pool(pool), lane);
    Ok(state.queue.due(place, &clock, as_of, skew(state, feed), TICKETS))
}

/// How far a source's clock may run ahead of block time.
pub(crate) fn skew(state: &State, feed: FeedId) -> Seconds {
    state.oracle.specs.get(&feed).map_or(Seconds(0), |spec| spec.skew)
}
