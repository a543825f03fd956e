//! Orders of users at the markets: what a place in the queue asks of them, and liquidity that comes and goes (rules R1, R10).

use ballast_num::{Amount, Timestamp};
use ballast_protocol::{AccountId, AssetId, Event, Lane, MarketId, Module, Order, Rejected, TicketOutcome, Venue};

use super::tickets::{due, give_back};
use crate::kernel::Clock;
use crate::mechanisms::market::Markets;
use crate::mechanisms::queue::Place;
use crate::state::{ENGINE, State};

/// What a place in the queue asks of an order of `caller` at a market, and what the order brings along.
/// Errors: `UnknownMarket`; `ZeroAmount` for liquidity of one side only; `TooFewShares` to leave with.
pub(crate) fn place(
    markets: &Markets,
    coin: AssetId,
    caller: AccountId,
    (market, order): (MarketId, Order),
) -> Result<Place, Rejected> {
    let spec = markets.spec(market)?;
    let (least, escrow) = match order {
        Order::Sell { amount, .. } => (spec.sale_min, vec![(spec.base, amount)]),
        Order::AddLiquidity { base, coins, .. } if base.is_zero() || coins.is_zero() => {
            return Err(Rejected::ZeroAmount);
        }
        Order::AddLiquidity { base, coins, .. } => (spec.ticket_min, vec![(spec.base, base), (coin, coins)]),
        Order::RemoveLiquidity { shares, .. } => {
            let held = markets.shares(market, caller);
            if shares > held {
                return Err(Rejected::TooFewShares {
                    market,
                    asked: shares,
                    held,
                });
            }
            (Amount::ONE, Vec::new())
        }
        _ => (spec.ticket_min, vec![(coin, order.amount())]),
    };
    let leaves = order.lane() == Lane::Exit;
    Ok(Place {
        least,
        cooldown: if leaves { spec.lock } else { spec.cooldown },
        window: None,
        escrow,
        pays_max: None,
    })
}

/// Executes the due entries of a market, before its batch. One that makes fewer shares than it asks for goes back.
pub(super) fn add(
    state: &mut State,
    clock: Clock,
    id: MarketId,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    for ticket in due(state, clock, (Venue::Market(id), Lane::Entry), as_of, events)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let queued = mechanisms.queue.ticket(ticket)?;
        let owner = queued.owner;
        let Order::AddLiquidity { base, coins, least, .. } = queued.order else {
            continue; // nothing else waits in this lane
        };
        let leaving = mechanisms.queue.leaving(Venue::Market(id));
        let entered = mechanisms
            .markets
            .enter(id, &clock, owner, (base, coins), least, leaving);
        let Ok(taken) = entered else {
            give_back(mechanisms, &mut ctx, ticket, TicketOutcome::Void)?;
            continue;
        };
        let used = [
            (mechanisms.markets.spec(id)?.base, taken.base),
            (ctx.limits.coin, taken.coins),
        ];
        mechanisms
            .queue
            .close(&mut ctx, ticket, TicketOutcome::Executed, &used)?;
        for (asset, amount) in used {
            ctx.ledger.transfer(asset, Module::Queue, Module::Market(id), amount)?;
        }
        ctx.tell(Event::LiquidityAdded {
            market: id,
            owner,
            shares: taken.shares,
            base: taken.base,
            coins: taken.coins,
        });
    }
    Ok(())
}

/// Executes the due exits of a market, after its batch: who leaves has taken part in what the round decides. One that
/// would bring less than it asks for stays.
pub(super) fn remove(
    state: &mut State,
    clock: Clock,
    id: MarketId,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    for ticket in due(state, clock, (Venue::Market(id), Lane::Exit), as_of, events)? {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let queued = mechanisms.queue.ticket(ticket)?;
        let owner = queued.owner;
        let Order::RemoveLiquidity {
            shares,
            least_base,
            least_coins,
            ..
        } = queued.order
        else {
            continue; // nothing else waits in this lane
        };
        let leaving = mechanisms.queue.leaving(Venue::Market(id)).try_sub(shares)?;
        let (leaver, least) = ((owner, shares), (least_base, least_coins));
        let Ok(paid) = mechanisms.markets.exit(id, &clock, leaver, least, leaving) else {
            give_back(mechanisms, &mut ctx, ticket, TicketOutcome::Void)?;
            continue;
        };
        mechanisms.queue.close(&mut ctx, ticket, TicketOutcome::Executed, &[])?;
        let base = mechanisms.markets.spec(id)?.base;
        for (asset, amount) in [(base, paid.base), (ctx.limits.coin, paid.coins)] {
            ctx.ledger.transfer(asset, Module::Market(id), owner, amount)?;
        }
        ctx.tell(Event::LiquidityRemoved {
            market: id,
            owner,
            shares: paid.shares,
            base: paid.base,
            coins: paid.coins,
        });
    }
    Ok(())
}
