//! Orders of users at the markets: what a place in the queue asks of them, and liquidity that comes and goes (rules R1, R10).

use ballast_num::{Amount, Round, Timestamp};
use ballast_protocol::{Event, Lane, MarketId, MarketSpec, Module, Order, Rejected, TicketOutcome, Venue};

use super::tickets::{due, give_back};
use crate::kernel::{Clock, Context};
use crate::mechanisms::market::{Exchange, Markets};
use crate::mechanisms::queue::Place;
use crate::state::{ENGINE, State};

/// What a place in the queue asks of an order of the caller at a market, and what the order brings along: whatever lane
/// it takes, `ticket_min` coins or what is worth as much.
/// Errors: `UnknownMarket`; `ZeroAmount` for liquidity of one side only; `TooFewShares` to leave with.
pub(crate) fn place(
    ctx: &Context<'_>,
    markets: &Markets,
    (market, order): (MarketId, Order),
) -> Result<Place, Rejected> {
    let (spec, coin) = (markets.spec(market)?, ctx.limits.coin);
    let (least, escrow) = match order {
        Order::Sell { amount, .. } => (least_sale(ctx, markets, spec)?, vec![(spec.base, amount)]),
        Order::AddLiquidity { base, coins, .. } if base.is_zero() || coins.is_zero() => {
            return Err(Rejected::ZeroAmount);
        }
        Order::AddLiquidity { base, coins, .. } => (spec.ticket_min, vec![(spec.base, base), (coin, coins)]),
        Order::RemoveLiquidity { shares, .. } => {
            let held = markets.shares(market, ctx.caller);
            if shares > held {
                return Err(Rejected::TooFewShares {
                    market,
                    asked: shares,
                    held,
                });
            }
            let least = markets.pool(market)?.shares_worth(spec.ticket_min);
            (least.min(held), Vec::new())
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

/// The least base units of a sale: what is worth `ticket_min` coins at the feed's low price, whatever its state, rounded
/// up, and never less than `sale_min`, which is all that is asked before the feed's first round.
fn least_sale(ctx: &Context<'_>, markets: &Markets, spec: &MarketSpec) -> Result<Amount, Rejected> {
    let Ok(quote) = ctx.prices.quote(spec.feed) else {
        return Ok(spec.sale_min);
    };
    let price = Exchange::at(quote.low, markets.pool(spec.id)?.decimals);
    // What no number holds, nobody has.
    let worth = price.base(spec.ticket_min, Round::Up).unwrap_or(Amount::MAX);
    Ok(worth.max(spec.sale_min))
}

/// Executes the due entries of a market, before its batch. One that makes fewer shares than it asks for, or
/// a position of less than `ticket_min` coins, goes back.
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

/// Executes the due exits of a market, after its batch: who leaves has taken part in what the round decides. The
/// shares of one that would bring less than it asks for stay, and its ticket is void.
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
