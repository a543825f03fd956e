//! The one batch of a market in a round of its feed: users' orders and the engine's lots at one price (rule R10,
//! docs/market.md).

use ballast_num::{Amount, Round, Timestamp};
use ballast_protocol::{
    AuctionId, Breaker, Event, FeedId, Lane, MarketId, Module, Order, Rejected, TicketOutcome, Venue,
};

use super::disposal::sell_to_market;
use super::market_queue::{add, remove};
use super::tickets::{cancel, due, give_back};
use crate::kernel::{Clock, Portions, Use};
use crate::mechanisms::market::{Allowance, Exchange, Fill, Forced, Side, TRADES, Trade};
use crate::state::{ENGINE, State};

/// Most running auctions that a batch looks at, of whatever types, for lots to sell.
const LOOKS: usize = 4_096;

/// A lot on auction, and how much of it the batch offers.
#[derive(Clone, Copy)]
struct Offer {
    auction: AuctionId,
    amount: Amount,
}

/// Runs each market of a feed whose round has closed: entries, the batch, exits, and then the cancels that the round has
/// passed.
pub(crate) fn run(
    state: &mut State,
    clock: Clock,
    (feed, as_of): (FeedId, Timestamp),
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let of_feed = state.markets.specs().filter(|spec| spec.feed == feed);
    let markets: Vec<MarketId> = of_feed.map(|spec| spec.id).collect();
    for id in markets {
        add(state, clock, id, as_of, events)?;
        trade(state, clock, id, as_of, events)?;
        remove(state, clock, id, as_of, events)?;
        cancel(state, clock, Venue::Market(id), as_of, events)?;
    }
    Ok(())
}

/// Clears and settles the batch. What finds no price goes back to users, and stays on auction.
fn trade(
    state: &mut State,
    clock: Clock,
    id: MarketId,
    as_of: Timestamp,
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let (mut tickets, mut trades) = (Vec::new(), Vec::new());
    for ticket in due(state, clock, (Venue::Market(id), Lane::Trade), as_of, events)? {
        let queued = state.queue.ticket(ticket)?;
        let (side, amount, limit) = match queued.order {
            Order::Sell { amount, limit, .. } => (Side::Sell, amount, limit),
            Order::Buy { amount, limit, .. } => (Side::Buy, amount, limit),
            _ => continue, // nothing else waits in this lane
        };
        tickets.push((ticket, queued.owner));
        trades.push(Trade {
            number: ticket.0,
            side,
            amount,
            limit,
        });
    }
    let (offers, forced) = offers(state, clock, id)?;
    // A batch of more than a number holds trades nothing.
    let Ok(Some(cleared)) = state.markets.clear(id, &trades, forced) else {
        for (ticket, _) in tickets {
            let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
            give_back(mechanisms, &mut ctx, ticket, TicketOutcome::Void)?;
        }
        return Ok(());
    };
    let coin = state.governance.get().limits.coin;
    let base = state.markets.spec(id)?.base;
    let sides = |side| match side {
        Side::Sell => (base, coin),
        Side::Buy => (coin, base),
    };
    // What is brought comes first: the market never owes more than it holds.
    for (((ticket, _), trade), fill) in tickets.iter().zip(&trades).zip(&cleared.fills) {
        let (mechanisms, mut ctx) = state.lend(clock, ENGINE, events);
        let outcome = if fill.given.is_zero() {
            TicketOutcome::Void
        } else {
            TicketOutcome::Executed
        };
        let (given, _) = sides(trade.side);
        mechanisms
            .queue
            .close(&mut ctx, *ticket, outcome, &[(given, fill.given)])?;
        ctx.ledger
            .transfer(given, Module::Queue, Module::Market(id), fill.given)?;
    }
    sell_lots(state, clock, id, (&offers, cleared.forced), events)?;
    for (((_, owner), trade), fill) in tickets.iter().zip(&trades).zip(&cleared.fills) {
        if fill.given.is_zero() {
            continue;
        }
        let (_, got) = sides(trade.side);
        state.ledger.transfer(got, Module::Market(id), *owner, fill.got)?;
        events.push(match trade.side {
            Side::Sell => Event::SoldInMarket {
                market: id,
                owner: *owner,
                base: fill.given,
                coins: fill.got,
            },
            Side::Buy => Event::BoughtInMarket {
                market: id,
                owner: *owner,
                coins: fill.given,
                base: fill.got,
            },
        });
    }
    let leaving = state.queue.leaving(Venue::Market(id));
    state.markets.settle(id, &clock, &cleared, leaving)?;
    events.push(Event::MarketCleared {
        market: id,
        price: cleared.price.price(state.markets.pool(id)?.decimals),
        base: cleared.base,
        coins: cleared.coins,
    });
    Ok(())
}

/// What the engine offers now: of lots of the types that sell here, the oldest first, as much as raises what each is to
/// raise at the limit price, and all together at most what the market's depth allows. Nothing in the quiet period after a
/// gap, without a price to sell at, and of a type whose takes are stopped.
fn offers(state: &State, clock: Clock, id: MarketId) -> Result<(Vec<Offer>, Option<Forced>), Rejected> {
    let nothing = (Vec::new(), None);
    let quote = state.prices.quote(state.markets.spec(id)?.feed)?;
    let Ok(low) = quote.price(Use::Take) else {
        return Ok(nothing);
    };
    let Ok(Some(Allowance { most, limit })) = state.markets.allowance(id, &clock, low) else {
        return Ok(nothing);
    };
    let price = Exchange::at(limit, state.markets.pool(id)?.decimals);
    let (mut offers, mut offered) = (Vec::new(), Amount::ZERO);
    for (auction, lot) in state.auctions.iter().take(LOOKS) {
        let spec = state.vaults.spec(lot.collateral_type)?;
        if spec.market != Some(id) || spec.auction.breaker >= Breaker::NoTake {
            continue;
        }
        // One base unit more, so that no rounding of what it brings leaves something to raise.
        let needed = price.base(lot.to_raise, Round::Up).unwrap_or(Amount::MAX);
        let needed = needed.try_add(Amount::ONE).unwrap_or(Amount::MAX);
        let amount = needed.min(lot.lot).min(most.try_sub(offered)?);
        if amount.is_zero() || offers.len() == TRADES {
            break;
        }
        offered = offered.try_add(amount)?;
        offers.push(Offer { auction, amount });
    }
    let forced = (!offers.is_empty()).then_some(Forced { amount: offered, limit });
    Ok((offers, forced))
}

/// Hands what the engine sold to the lots that offered it, the oldest first, and what it got in proportion, to the unit.
fn sell_lots(
    state: &mut State,
    clock: Clock,
    id: MarketId,
    (offers, sold): (&[Offer], Fill),
    events: &mut Vec<Event>,
) -> Result<(), Rejected> {
    let mut left = sold.given;
    let mut coins = Portions::of(sold.got, sold.given);
    for offer in offers {
        let amount = offer.amount.min(left);
        if amount.is_zero() {
            break;
        }
        left = left.try_sub(amount)?;
        let coins = coins.next(amount)?;
        sell_to_market(state, clock, (offer.auction, id), amount, coins, events)?;
    }
    Ok(())
}
