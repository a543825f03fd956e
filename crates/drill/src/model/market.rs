//! Markets on a constant product: the batch as exact fractions, depth as a list of all that ever stood.

use ballast_num::{Round, WAD};
use ballast_protocol::{
    AccountId, AuctionId, Breaker, Lane, MarketId, MarketSpec, Module, Order, Rejected, TicketId, Venue,
};
use num_bigint::BigUint;

use super::number::{Figure, add, big, fit, part, quotient, share, sub};
use super::oracle::Closed;
use super::{Done, Model, Ticket};

use Round::{Down, Up};

/// Most trades and most lots in a batch.
const TRADES: usize = 256;
/// Shares of a first entry that nobody gets, and the fewest that it may make.
const DEAD: u128 = 1_000;
const FIRST: u128 = 1_000_000;

/// A market and its pool.
#[derive(Clone, Debug)]
pub(crate) struct Market {
    pub(crate) spec: MarketSpec,
    /// Amount × price ÷ this = coins.
    per_coin: u128,
    pub(crate) base: u128,
    pub(crate) coins: u128,
    pub(crate) shares: u128,
    pub(crate) leaving: u128,
    /// Locked depth since each moment of host time.
    depths: Vec<(u64, u128)>,
}

/// A fraction: so many coins for so much of the base.
#[derive(Clone, Debug)]
struct Price {
    coins: BigUint,
    base: BigUint,
}

impl Price {
    fn new(coins: u128, base: u128) -> Self {
        Self {
            coins: big(coins),
            base: big(base),
        }
    }

    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.coins * &other.base).cmp(&(&other.coins * &self.base))
    }

    fn coins_for(&self, base: u128) -> Figure {
        fit(&(&self.coins * base / &self.base))
    }

    fn base_for(&self, coins: u128) -> Figure {
        fit(&(&self.base * coins / &self.coins))
    }
}

/// Someone in the batch: a ticket, or the engine.
#[derive(Clone, Debug)]
struct Trader {
    ticket: Option<TicketId>,
    sells: bool,
    amount: u128,
    net: u128,
    /// Of the batch's price.
    limit: u128,
    /// What of `net` trades.
    filled: u128,
}

impl Market {
    pub(super) fn new(spec: MarketSpec, decimals: u8) -> Self {
        Self {
            spec,
            per_coin: 10_u128.pow(u32::from(decimals) + 9),
            base: 0,
            coins: 0,
            shares: 0,
            leaving: 0,
            depths: vec![(0, 0)],
        }
    }

    fn liquidity(&self) -> Figure {
        fit(&(big(self.base) * self.coins).sqrt())
    }

    /// Liquidity without the share that is leaving.
    pub(crate) fn depth(&self) -> Figure {
        if self.shares == 0 {
            return Ok(0);
        }
        part(self.liquidity()?, self.shares - self.leaving, self.shares, Down)
    }

    /// The least depth since the hour that began 24 hours before this one.
    pub(crate) fn least_depth(&self, host_time: u64) -> Figure {
        let from = (host_time / 3_600).saturating_sub(24) * 3_600;
        let standing = self.depths.iter().rev().find(|(since, _)| *since <= from);
        let later = self.depths.iter().filter(|(since, _)| *since >= from);
        let least = later.chain(standing).map(|(_, depth)| *depth).min();
        Ok(least.unwrap_or(0).min(self.depth()?))
    }

    fn changed(&mut self, host_time: u64) -> Done {
        let depth = self.depth()?;
        self.depths.push((host_time, depth));
        Ok(())
    }

    fn spot(&self) -> Price {
        Price::new(self.coins, self.base)
    }

    /// At which price this all trades.
    fn price(&self, sold: u128, bought: u128) -> Price {
        Price::new(self.coins + bought, self.base + sold)
    }

    /// What the engine may sell, and for what at least.
    fn allowance(&self, host_time: u64, low: u128) -> Result<Option<(u128, u128)>, Rejected> {
        if self.shares == 0 {
            return Ok(None);
        }
        let band = self.spec.band.raw();
        let (limit, highest) = (share(low, WAD - band, Up)?, share(low, WAD + band, Down)?);
        let spot = quotient(&(big(self.coins) * self.per_coin), self.base, Down)?;
        if spot < limit || spot > highest {
            return Ok(None);
        }
        // A pool of the least depth that stands at the low price.
        let depth = self.least_depth(host_time)?;
        let root = fit(&(big(low) * self.per_coin).sqrt())?;
        let (base, coins) = (part(depth, root, low, Down)?, part(depth, root, self.per_coin, Down)?);
        if base == 0 || coins == 0 {
            return Ok(None);
        }
        let buys = |amount: u128| -> Result<bool, Rejected> {
            let net = share(amount, WAD - self.spec.fee.raw(), Down)?;
            let paid = part(amount, limit, self.per_coin, Up)?;
            Ok(paid < coins && big(base + net) * (coins - paid) >= big(base) * coins)
        };
        // The highest amount that it buys, by halves.
        let (mut bought, mut too_much) = (0, part(coins, self.per_coin, limit, Down)? + 1);
        while too_much - bought > 1 {
            let middle = bought + (too_much - bought) / 2;
            if buys(middle)? {
                bought = middle;
            } else {
                too_much = middle;
            }
        }
        Ok((bought > 0).then_some((bought, limit)))
    }

    /// Fills the traders; none if no price has any. Those between two limits trade whole; on a limit one side is cut.
    fn agree(&self, traders: &mut [Trader]) -> Result<Option<Price>, Rejected> {
        let sum = |sells: bool, inside: &dyn Fn(u128) -> bool| -> u128 {
            let of_side = traders
                .iter()
                .filter(|trader| trader.sells == sells && inside(trader.limit));
            of_side.map(|trader| trader.net).sum()
        };
        let mut limits: Vec<u128> = traders.iter().map(|trader| trader.limit).collect();
        limits.sort_unstable();
        limits.dedup();
        let at = |limit: u128| Price::new(limit, self.per_coin);
        for limit in &limits {
            let (limit, price) = (*limit, at(*limit));
            // Just under it and just over it.
            let under = self.price(sum(true, &|other| other < limit), sum(false, &|other| other >= limit));
            let over = self.price(sum(true, &|other| other <= limit), sum(false, &|other| other > limit));
            if under.cmp(&price).is_lt() {
                // Under this limit, and above the one before.
                for trader in traders.iter_mut() {
                    let inside = if trader.sells {
                        trader.limit < limit
                    } else {
                        trader.limit >= limit
                    };
                    trader.filled = if inside { trader.net } else { 0 };
                }
                return Ok(Some(under));
            }
            if over.cmp(&price).is_le() {
                self.cut(traders, limit)?;
                return Ok(Some(price));
            }
        }
        for trader in traders.iter_mut() {
            trader.filled = if trader.sells { trader.net } else { 0 };
        }
        let sold = traders.iter().map(|trader| trader.filled).sum();
        Ok((sold > 0).then(|| self.price(sold, 0)))
    }

    /// Trades on a limit: `(coins + bought) ÷ (base + sold)` is to be the limit, and the pool is not to lose by rounding.
    fn cut(&self, traders: &mut [Trader], limit: u128) -> Done {
        let on = |sells: bool, traders: &[Trader]| -> u128 {
            let marginal = traders
                .iter()
                .filter(|trader| trader.sells == sells && trader.limit == limit);
            marginal.map(|trader| trader.net).sum()
        };
        let inside = |sells: bool, traders: &[Trader]| -> u128 {
            let of_side = traders.iter().filter(|trader| trader.sells == sells);
            let inside = of_side.filter(|trader| {
                if sells {
                    trader.limit < limit
                } else {
                    trader.limit > limit
                }
            });
            inside.map(|trader| trader.net).sum()
        };
        let price = Price::new(limit, self.per_coin);
        let pays = !price.cmp(&self.spot()).is_gt();
        let (mut sells, mut buys) = (on(true, traders), on(false, traders));
        let (base, coins) = (self.base + inside(true, traders), self.coins + inside(false, traders));
        let full = Price::new(coins + buys, base + sells);
        let too_many_sales = if pays {
            full.cmp(&price).is_lt()
        } else {
            full.cmp(&price).is_le()
        };
        if too_many_sales {
            let all = quotient(
                &(big(coins + buys) * self.per_coin),
                limit,
                if pays { Down } else { Up },
            )?;
            sells = sub(all, base)?;
        } else {
            let all = quotient(
                &(big(base + sells) * limit),
                self.per_coin,
                if pays { Up } else { Down },
            )?;
            buys = sub(all, coins)?;
        }
        // The engine first, then in proportion by the tickets' numbers.
        let (mut whole, mut handed) = ([on(false, traders), on(true, traders)], [0_u128; 2]);
        if let Some(engine) = traders
            .iter()
            .find(|trader| trader.ticket.is_none() && trader.limit == limit)
        {
            whole[1] -= engine.net;
        }
        let mut seen = [0_u128; 2];
        let mut rest = [buys, sells];
        traders.sort_by_key(|trader| trader.ticket);
        for trader in traders.iter_mut() {
            let side = usize::from(trader.sells);
            let better = if trader.sells {
                trader.limit < limit
            } else {
                trader.limit > limit
            };
            trader.filled = if better {
                trader.net
            } else if trader.limit != limit {
                0
            } else if trader.ticket.is_none() {
                let filled = trader.net.min(rest[1]);
                rest[1] -= filled;
                filled
            } else {
                seen[side] += trader.net;
                let due = part(rest[side], seen[side], whole[side].max(1), Down)?;
                let filled = due - handed[side];
                handed[side] = due;
                filled
            };
        }
        Ok(())
    }
}

impl Model {
    pub(super) fn market(&self, id: MarketId) -> Result<&Market, Rejected> {
        self.markets.get(&id).ok_or(Rejected::UnknownMarket(id))
    }

    fn market_mut(&mut self, id: MarketId) -> Result<&mut Market, Rejected> {
        self.markets.get_mut(&id).ok_or(Rejected::UnknownMarket(id))
    }

    /// Adds liquidity in the ratio of the pool; returns shares, and what it took of both sides.
    pub(super) fn add_liquidity(
        &mut self,
        id: MarketId,
        owner: AccountId,
        (base, coins): (u128, u128),
        least: u128,
    ) -> Result<(u128, u128), Rejected> {
        let now = self.host_time;
        let pool = self.market_mut(id)?;
        let refused = Err(Rejected::ZeroAmount);
        let (made, own, base, coins, needed) = if pool.shares == 0 {
            let made = fit(&(big(base) * coins).sqrt())?;
            (made, made.saturating_sub(DEAD), base, coins, least.max(FIRST))
        } else {
            let of = |brought, held| part(brought, pool.shares, held, Down).unwrap_or(u128::MAX);
            let made = of(base, pool.base).min(of(coins, pool.coins));
            let (base, coins) = (
                part(pool.base, made, pool.shares, Up)?,
                part(pool.coins, made, pool.shares, Up)?,
            );
            (made, made, base, coins, least.max(1))
        };
        if own < needed {
            return refused;
        }
        pool.base = add(pool.base, base)?;
        pool.coins = add(pool.coins, coins)?;
        pool.shares += made;
        pool.changed(now)?;
        self.positions.entry((id, owner)).or_default().0 += own;
        Ok((base, coins))
    }

    /// Liquidity of the opening books counts as if it had always been there.
    pub(super) fn open_liquidity(&mut self, id: MarketId, owner: AccountId, base: u128, coins: u128) -> Done {
        let (of, coin) = (self.market(id)?.spec.base, self.coin());
        let taken = self.add_liquidity(id, owner, (base, coins), 0)?;
        self.mint(of, Module::Market(id).into(), taken.0)?;
        self.mint(coin, Module::Market(id).into(), taken.1)?;
        self.mint(of, owner.into(), base - taken.0)?;
        self.mint(coin, owner.into(), coins - taken.1)?;
        let pool = self.market_mut(id)?;
        pool.depths = vec![(0, pool.depth()?)];
        Ok(())
    }

    /// From now on these shares count in no depth.
    pub(super) fn ask_exit(&mut self, id: MarketId, owner: AccountId, shares: u128) -> Done {
        let now = self.host_time;
        let (has, leaving) = self.positions.get(&(id, owner)).copied().unwrap_or_default();
        self.positions.insert((id, owner), (has, leaving + shares));
        let pool = self.market_mut(id)?;
        pool.leaving += shares;
        pool.changed(now)
    }

    pub(super) fn stay(&mut self, id: MarketId, owner: AccountId) -> Done {
        let now = self.host_time;
        let leaving = match self.positions.get_mut(&(id, owner)) {
            Some((_, leaving)) => std::mem::take(leaving),
            None => 0,
        };
        let pool = self.market_mut(id)?;
        pool.leaving -= leaving;
        pool.changed(now)
    }

    /// Pays what leaves, and all if the rest is too little. `None` if that is less than was asked for.
    fn exit(&mut self, id: MarketId, owner: AccountId, least: (u128, u128)) -> Result<Option<(u128, u128)>, Rejected> {
        let now = self.host_time;
        let (has, leaving) = self.positions.get(&(id, owner)).copied().unwrap_or_default();
        let pool = self.market_mut(id)?;
        let rest = has - leaving;
        let small = part(pool.coins, rest, pool.shares, Down)? < pool.spec.ticket_min.raw();
        let ends = if small { has } else { leaving };
        let paid = (
            part(pool.base, ends, pool.shares, Down)?,
            part(pool.coins, ends, pool.shares, Down)?,
        );
        if paid.0 < least.0 || paid.1 < least.1 {
            return Ok(None);
        }
        pool.base -= paid.0;
        pool.coins -= paid.1;
        pool.shares -= ends;
        pool.leaving -= leaving;
        pool.changed(now)?;
        if ends == has {
            self.positions.remove(&(id, owner));
        } else {
            self.positions.insert((id, owner), (rest, 0));
        }
        Ok(Some(paid))
    }

    /// The round of a market's feed: entries, the batch, exits, cancels.
    pub(super) fn market_round(&mut self, closed: &Closed) -> Done {
        let ids = self.markets.values().filter(|market| market.spec.feed == closed.feed);
        for id in ids.map(|market| market.spec.id).collect::<Vec<_>>() {
            self.entries(id, closed)?;
            self.batch(id, closed)?;
            self.exits(id, closed)?;
            self.cancel_due(Venue::Market(id), closed)?;
        }
        Ok(())
    }

    /// What a round meets and has not expired; the expired go back.
    fn met(&mut self, id: MarketId, lane: Lane, closed: &Closed) -> Result<Vec<(TicketId, Ticket)>, Rejected> {
        if self.quote(closed.feed)?.quiet {
            return Ok(Vec::new());
        }
        let due = self.due_at(Venue::Market(id), lane, closed);
        let (expired, open): (Vec<TicketId>, _) = due.into_iter().partition(|ticket| self.is_expired(*ticket));
        for ticket in expired {
            self.return_ticket(ticket)?;
        }
        let open = open
            .into_iter()
            .filter_map(|id| Some((id, self.tickets.get(&id)?.clone())));
        Ok(open.collect())
    }

    fn entries(&mut self, id: MarketId, closed: &Closed) -> Done {
        for (number, ticket) in self.met(id, Lane::Entry, closed)? {
            let Order::AddLiquidity { base, coins, least, .. } = ticket.order else {
                continue;
            };
            let Ok(taken) = self.add_liquidity(id, ticket.owner, (base.raw(), coins.raw()), least.raw()) else {
                self.return_ticket(number)?;
                continue;
            };
            let (of, coin) = (self.market(id)?.spec.base, self.coin());
            self.pay(of, Module::Queue, Module::Market(id), taken.0)?;
            self.pay(coin, Module::Queue, Module::Market(id), taken.1)?;
            self.pay(of, Module::Queue, ticket.owner, base.raw() - taken.0)?;
            self.pay(coin, Module::Queue, ticket.owner, coins.raw() - taken.1)?;
            self.tickets.remove(&number);
        }
        Ok(())
    }

    fn exits(&mut self, id: MarketId, closed: &Closed) -> Done {
        for (number, ticket) in self.met(id, Lane::Exit, closed)? {
            let Order::RemoveLiquidity {
                least_base,
                least_coins,
                ..
            } = ticket.order
            else {
                continue;
            };
            match self.exit(id, ticket.owner, (least_base.raw(), least_coins.raw()))? {
                None => self.return_ticket(number)?,
                Some((base, coins)) => {
                    self.tickets.remove(&number);
                    let of = self.market(id)?.spec.base;
                    self.pay(of, Module::Market(id), ticket.owner, base)?;
                    self.pay(self.coin(), Module::Market(id), ticket.owner, coins)?;
                }
            }
        }
        Ok(())
    }

    fn batch(&mut self, id: MarketId, closed: &Closed) -> Done {
        let market = self.market(id)?.clone();
        let left = WAD - market.spec.fee.raw();
        let tickets = self.met(id, Lane::Trade, closed)?;
        let mut traders = Vec::new();
        for (number, ticket) in &tickets {
            let (sells, amount, limit) = match ticket.order {
                Order::Sell { amount, limit, .. } => (true, amount, limit),
                Order::Buy { amount, limit, .. } => (false, amount, limit),
                _ => continue,
            };
            let limit = if sells {
                part(limit.raw(), WAD, left, Up).unwrap_or(u128::MAX)
            } else {
                share(limit.raw(), left, Down)?
            };
            traders.push(Trader {
                ticket: Some(*number),
                sells,
                amount: amount.raw(),
                net: share(amount.raw(), left, Down)?,
                limit,
                filled: 0,
            });
        }
        let offers = self.offers(id)?;
        let offered = offers.iter().map(|(_, amount, _)| amount).sum();
        if let Some((_, _, limit)) = offers.first() {
            traders.push(Trader {
                ticket: None,
                sells: true,
                amount: offered,
                net: share(offered, left, Down)?,
                limit: part(*limit, WAD, left, Up)?,
                filled: 0,
            });
        }
        // Whoever has nothing left after the fee trades nothing.
        let price = if market.shares == 0 {
            None
        } else {
            market.agree(&mut traders)?
        };
        if traders.iter().all(|trader| trader.filled == 0) || price.is_none() {
            return tickets.iter().try_for_each(|(number, _)| self.return_ticket(*number));
        }
        let Some(price) = price else { return Ok(()) };
        let (coin, of) = (self.coin(), market.spec.base);
        let mut after = market;
        let mut paid = Vec::new();
        for trader in &traders {
            let given = match trader.filled {
                0 => 0,
                filled if filled == trader.net => trader.amount,
                filled => part(filled, WAD, left, Up)?.min(trader.amount),
            };
            let got = if trader.sells {
                price.coins_for(trader.filled)?
            } else {
                price.base_for(trader.filled)?
            };
            let (asset, other) = if trader.sells { (of, coin) } else { (coin, of) };
            if trader.sells {
                after.base += given;
                after.coins = after.coins.wrapping_sub(got);
            } else {
                after.coins = after.coins.wrapping_add(given);
                after.base = after.base.wrapping_sub(got);
            }
            if let Some(ticket) = trader.ticket.and_then(|number| self.tickets.remove(&number)) {
                self.pay(asset, Module::Queue, Module::Market(id), given)?;
                self.pay(asset, Module::Queue, ticket.owner, trader.amount - given)?;
                paid.push((other, ticket.owner, got));
            } else {
                paid.push((other, AccountId::numbered(0), 0));
                self.sell_offers(id, &offers, given, got)?;
            }
        }
        for (asset, owner, amount) in paid {
            self.pay(asset, Module::Market(id), owner, amount)?;
        }
        after.changed(self.host_time)?;
        self.markets.insert(id, after);
        Ok(())
    }

    /// Lots of the types that sell here, the oldest first: how much of each, and the limit.
    fn offers(&self, id: MarketId) -> Result<Vec<(AuctionId, u128, u128)>, Rejected> {
        let market = self.market(id)?;
        let quote = self.quote(market.spec.feed)?;
        if quote.quiet || quote.heard().is_err() {
            return Ok(Vec::new());
        }
        let Some((most, limit)) = market.allowance(self.host_time, quote.low)? else {
            return Ok(Vec::new());
        };
        let (mut offers, mut offered) = (Vec::new(), 0);
        for (number, auction) in self.auctions.iter().take(4_096) {
            let spec = self.spec(auction.kind)?;
            if spec.market != Some(id) || spec.auction.breaker >= Breaker::NoTake {
                continue;
            }
            let needed = part(auction.to_raise, market.per_coin, limit, Up).unwrap_or(u128::MAX);
            let amount = needed.min(auction.lot).min(most - offered);
            if amount == 0 || offers.len() == TRADES {
                break;
            }
            offered += amount;
            offers.push((*number, amount, limit));
        }
        Ok(offers)
    }

    /// Shares what the engine sold out over the lots that offered it.
    fn sell_offers(&mut self, id: MarketId, offers: &[(AuctionId, u128, u128)], given: u128, got: u128) -> Done {
        let (mut sold, mut paid) = (0, 0);
        for (number, amount, _) in offers {
            let amount = (*amount).min(given - sold);
            if amount == 0 {
                break;
            }
            sold += amount;
            let so_far = part(got, sold, given, Down)?;
            self.sell_lot(id, *number, amount, so_far - paid)?;
            paid = so_far;
        }
        Ok(())
    }

    fn sell_lot(&mut self, id: MarketId, number: AuctionId, collateral: u128, coins: u128) -> Done {
        let auction = self
            .auctions
            .get(&number)
            .copied()
            .ok_or(Rejected::UnknownAuction(number))?;
        let paid = coins.min(auction.to_raise);
        self.pay(self.coin(), Module::Market(id), auction.owner, coins - paid)?;
        self.exchange(number, Module::Market(id).into(), collateral, paid)
    }
}
