//! Queued entries to and exits from the pools that buy collateral, executed by the rounds of their feeds (rule R1).

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, Event, Lane, Module, Order, PoolId, Rejected, TicketOutcome, TypeId, Venue,
};

use super::tickets::{cancel, due};
use crate::kernel::{Clock, Context};
use crate::mechanisms::queue::Place;
use crate::mechanisms::stability_pool::StabilityPools;
use crate::mechanisms::vault::Vaults;
use crate::state::{ENGINE, State};

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
    for id in due(state, clock, (Venue::Pool(pool), Lane::Entry), as_of, events)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let Order::EnterPool { amount, .. } = mechanisms.queue.ticket(id)?.order else {
            continue; // nothing else waits in this lane
        };
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
/// passed. While broken vaults of the type are left over, exits wait, at most as long as the feed may be Stale.
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
    for id in due(state, clock, (Venue::Pool(pool), Lane::Exit), as_of, events)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let ticket = mechanisms.queue.ticket(id)?.clone();
        let Order::ExitPool { amount, .. } = ticket.order else {
            continue; // nothing else waits in this lane
        };
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
    cancel(state, clock, Venue::Pool(pool), as_of, events)
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
