//! Markets on a constant product: who comes and goes, and depth as a list of all that ever stood.

mod batch;

use ballast_num::{Round, WAD};
use ballast_protocol::{AccountId, Lane, MarketId, MarketSpec, Module, Order, Rejected, TicketId, Venue};

use super::number::{Figure, add, big, fit, part, quotient, share};
use super::oracle::Closed;
use super::{Done, Model, Ticket};

use Round::{Down, Up};

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

    /// Coins of a pool of the least depth that stands at a price; none if one of its sides would be empty.
    pub(super) fn coins_at(&self, host_time: u64, price: u128) -> Figure {
        let depth = self.least_depth(host_time)?;
        let root = fit(&(big(price) * self.per_coin).sqrt())?;
        let (base, coins) = (part(depth, root, price, Down)?, part(depth, root, self.per_coin, Down)?);
        Ok(if base == 0 { 0 } else { coins })
    }

    /// Base that is worth so many coins.
    pub(super) fn base_for(&self, coins: u128, price: u128) -> Figure {
        part(coins, self.per_coin, price, Up)
    }

    /// The fewest shares that would pay so many coins.
    pub(super) fn shares_for(&self, coins: u128) -> u128 {
        part(coins, self.shares, self.coins, Up).unwrap_or(u128::MAX)
    }

    fn changed(&mut self, host_time: u64) -> Done {
        let depth = self.depth()?;
        self.depths.push((host_time, depth));
        Ok(())
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
        let (has, _) = self.positions.get(&(id, owner)).copied().unwrap_or_default();
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
        let after = (add(pool.coins, coins)?, add(pool.shares, made)?);
        let worth = part(after.0, add(has, own)?, after.1, Down)?;
        if own < needed || worth < pool.spec.ticket_min.raw() {
            return refused;
        }
        pool.base = add(pool.base, base)?;
        (pool.coins, pool.shares) = after;
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
        self.open(due)
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
}
