//! Stability pools and standing bids: the product and the gain sum of docs/stability-pool.md, restated with integers of any length, and
//! the queue of entries and exits.

use std::collections::BTreeMap;

use ballast_protocol::{AccountId, Buyer, FeedId, Lane, Module, Order, PoolId, Rejected, TicketId, TypeId, Venue};
use num_bigint::BigUint;

use super::number::{big, fit};
use super::oracle::Closed;
use super::{Done, Model, Ticket};

/// Most tickets of one kind that one block looks after.
const TICKETS: usize = 256;

/// A pool.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    /// Coins in it.
    pub(crate) total: u128,
    /// Collateral bought and not yet claimed.
    pub(crate) collateral: u128,
    product: Product,
    /// Collateral for a coin, by scale.
    gains: BTreeMap<u32, BigUint>,
}

/// What is left of a coin since the first day: `mantissa × 2^(−127 − 32·scale)`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Product {
    mantissa: BigUint,
    scale: u32,
}

/// On which terms a pool buys and lets in and out.
pub(super) struct Terms {
    pub(super) discount: u128,
    pub(super) floor: u128,
    pub(super) cooldown: u64,
    pub(super) least: u128,
}

/// A deposit as it stood when its owner last entered or left.
#[derive(Clone, Debug)]
pub(crate) struct Deposit {
    coins: u128,
    product: Product,
    /// The gains of that scale then.
    gain: BigUint,
    /// Gained before and not claimed.
    earlier: u128,
    /// Gained since then and claimed.
    claimed: u128,
}

impl Default for Pool {
    fn default() -> Self {
        let mantissa = BigUint::from(1_u8) << 127;
        Self {
            total: 0,
            collateral: 0,
            product: Product { mantissa, scale: 0 },
            gains: BTreeMap::new(),
        }
    }
}

impl Pool {
    /// The floor stays, and at least one base unit.
    pub(super) fn spendable(&self, floor: u128) -> u128 {
        self.total.saturating_sub(floor.max(1))
    }

    fn gain_at(&self, scale: u32) -> BigUint {
        self.gains.get(&scale).cloned().unwrap_or_default()
    }

    /// Spends coins of all alike, for collateral that all gain alike.
    pub(super) fn absorb(&mut self, coins: u128, collateral: u128) {
        let (whole, left) = (self.total, self.total - coins);
        let gained = big(collateral) * &self.product.mantissa / whole;
        *self.gains.entry(self.product.scale).or_default() += gained;
        let exact = &self.product.mantissa * left;
        let least = BigUint::from(1_u8) << 96;
        let steps = (0_u32..)
            .find(|steps| (&exact << (32 * steps)) / whole >= least)
            .unwrap_or(0);
        self.product.mantissa = (exact << (32 * steps)) / whole;
        self.product.scale += steps;
        self.total = left;
        self.collateral += collateral;
    }

    /// Coins left and collateral gained of a deposit, both rounded down.
    fn position(&self, deposit: &Deposit) -> Result<(u128, u128), Rejected> {
        let since = &deposit.product;
        let steps = self.product.scale - since.scale;
        let coins = ((big(deposit.coins) * &self.product.mantissa) >> (32 * steps)) / &since.mantissa;
        let mut sum = self.gain_at(since.scale) - &deposit.gain;
        for step in 1..8 {
            sum += self.gain_at(since.scale + step) >> (32 * step);
        }
        let gained = fit(&(big(deposit.coins) * sum / &since.mantissa))?;
        Ok((fit(&coins)?, gained - deposit.claimed + deposit.earlier))
    }
}

impl Model {
    pub(super) fn pool(&self, id: PoolId) -> Pool {
        self.pools.get(&id).cloned().unwrap_or_default()
    }

    /// The pools that a lot of a type meets, in order: the tiers of bids, then the stability pool.
    pub(crate) fn pools_of(&self, kind: TypeId) -> Result<Vec<PoolId>, Rejected> {
        let tiers = self.spec(kind)?.bids.discounts.len();
        let mut pools: Vec<PoolId> = (0..=u8::MAX).take(tiers).map(|tier| PoolId::bids(kind, tier)).collect();
        pools.push(PoolId::stability(kind));
        Ok(pools)
    }

    pub(super) fn pool_terms(&self, id: PoolId) -> Result<Terms, Rejected> {
        let spec = self.spec(id.collateral_type)?;
        match id.buyer {
            Buyer::StabilityPool => Ok(Terms {
                discount: spec.pool.discount.raw(),
                floor: spec.pool.floor.raw(),
                cooldown: spec.pool.cooldown.0,
                least: spec.pool.ticket_min.raw(),
            }),
            Buyer::Bids(tier) => {
                let discounts = &spec.bids.discounts;
                let discount = discounts.get(usize::from(tier)).ok_or(Rejected::UnknownPool(id))?;
                Ok(Terms {
                    discount: discount.raw(),
                    floor: 0,
                    cooldown: spec.bids.cooldown.0,
                    least: spec.bids.ticket_min.raw(),
                })
            }
        }
    }

    /// Coins and gain of a depositor.
    pub(crate) fn position(&self, id: PoolId, owner: AccountId) -> Result<(u128, u128), Rejected> {
        let deposit = self.deposits.get(&(id, owner)).ok_or(Rejected::NoDeposit)?;
        self.pool(id).position(deposit)
    }

    /// Writes a deposit anew at the present product; one of nothing is gone.
    fn redeposit(&mut self, id: PoolId, owner: AccountId, coins: u128, earlier: u128) {
        let pool = self.pool(id);
        if coins == 0 && earlier == 0 {
            self.deposits.remove(&(id, owner));
        } else {
            let gain = pool.gain_at(pool.product.scale);
            let deposit = Deposit {
                coins,
                product: pool.product,
                gain,
                earlier,
                claimed: 0,
            };
            self.deposits.insert((id, owner), deposit);
        }
    }

    /// Who is alone in a pool has what he has, and the rest of it belongs to nobody, for good.
    fn set_residue_aside(&mut self, id: PoolId, owner: AccountId) -> Done {
        if self.deposits.keys().any(|(of, other)| *of == id && *other != owner) {
            return Ok(());
        }
        let (coins, gain) = match self.position(id, owner) {
            Err(Rejected::NoDeposit) => (0, 0),
            Err(_) => return Ok(()),
            Ok(position) => position,
        };
        let pool = self.pools.entry(id).or_default();
        let (coins_left, gain_left) = (pool.total - coins, pool.collateral - gain);
        (pool.total, pool.collateral) = (coins, gain);
        if (coins_left, gain_left) != (0, 0) {
            self.redeposit(id, owner, coins, gain);
        }
        let collateral = self.spec(id.collateral_type)?.collateral;
        self.pay(self.coin(), id.module(), Module::Residue, coins_left)?;
        self.pay(collateral, id.module(), Module::Residue, gain_left)
    }

    fn enter(&mut self, id: PoolId, owner: AccountId, amount: u128) -> Done {
        self.set_residue_aside(id, owner)?;
        let (coins, gain) = self.position(id, owner).unwrap_or((0, 0));
        self.pools.entry(id).or_default().total += amount;
        self.redeposit(id, owner, coins + amount, gain);
        self.pay(self.coin(), Module::Queue, id.module(), amount)
    }

    fn leave(&mut self, id: PoolId, owner: AccountId, most: u128) -> Done {
        self.set_residue_aside(id, owner)?;
        let Ok((coins, gain)) = self.position(id, owner) else {
            return Ok(());
        };
        // A deposit of less than a base unit stays as it is.
        if coins == 0 {
            return Ok(());
        }
        let Terms { floor, least, .. } = self.pool_terms(id)?;
        // Nothing is left that would be too little for a ticket.
        let most = if coins < most.saturating_add(least) {
            coins
        } else {
            most
        };
        let paid = most.min(coins).min(self.pool(id).total.saturating_sub(floor));
        self.pools.entry(id).or_default().total -= paid;
        self.redeposit(id, owner, coins - paid, gain);
        self.pay(self.coin(), id.module(), owner, paid)
    }

    pub(super) fn claim(&mut self, id: PoolId, owner: AccountId) -> Done {
        let collateral = self.spec(id.collateral_type)?.collateral;
        let (coins, gain) = self.position(id, owner)?;
        if gain == 0 {
            return Err(Rejected::ZeroAmount);
        }
        self.pools.entry(id).or_default().collateral -= gain;
        if coins == 0 {
            self.deposits.remove(&(id, owner));
        } else if let Some(deposit) = self.deposits.get_mut(&(id, owner)) {
            deposit.claimed += gain - deposit.earlier;
            deposit.earlier = 0;
        }
        self.pay(collateral, id.module(), owner, gain)?;
        // He has left altogether.
        if coins == 0 {
            self.set_residue_aside(id, owner)?;
        }
        Ok(())
    }

    /// The tickets that a round meets: ready, and included, with the skew, before it was heard.
    fn due(&self, id: PoolId, lane: Lane, as_of: u64) -> Result<Vec<TicketId>, Rejected> {
        let feed = self.spec(id.collateral_type)?.feed;
        if self.quote(feed)?.quiet {
            return Ok(Vec::new());
        }
        let closed = Closed {
            feed,
            as_of,
            after_gap: false,
        };
        Ok(self.due_at(Venue::Pool(id), lane, &closed))
    }

    /// The tickets of one lane of a place that a round meets, in their order.
    pub(super) fn due_at(&self, venue: Venue, lane: Lane, closed: &Closed) -> Vec<TicketId> {
        let skew = self.skew(closed.feed);
        let is_due = |ticket: &Ticket| {
            (ticket.order.venue(), ticket.order.lane()) == (venue, lane)
                && ticket.ready <= self.host_time
                && closed.as_of > ticket.included + skew
        };
        let mut due: Vec<_> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| is_due(ticket))
            .map(|(id, ticket)| (ticket.ready, *id))
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).take(TICKETS).collect()
    }

    fn skew(&self, feed: FeedId) -> u64 {
        self.feeds.get(&feed).map_or(0, |feed| feed.spec.skew.0)
    }

    /// Before the liquidations of a round.
    pub(super) fn enter_due(&mut self, kind: TypeId, closed: &Closed) -> Done {
        for pool in self.pools_of(kind)? {
            let due = self.due(pool, Lane::Entry, closed.as_of)?;
            for (id, ticket) in self.open(due)? {
                self.tickets.remove(&id);
                if let Order::EnterPool { amount, .. } = ticket.order {
                    self.enter(pool, ticket.owner, amount.raw())?;
                }
            }
        }
        Ok(())
    }

    /// After the liquidations of a round: exits, unless broken vaults are left and patience is, then cancels.
    pub(super) fn leave_due(&mut self, kind: TypeId, closed: &Closed, left: u64) -> Done {
        for pool in self.pools_of(kind)? {
            self.leave_pool(pool, closed, left)?;
            self.cancel_due(Venue::Pool(pool), closed)?;
        }
        Ok(())
    }

    fn leave_pool(&mut self, pool: PoolId, closed: &Closed, left: u64) -> Done {
        let patience = self.feeds.get(&closed.feed).map_or(0, |feed| feed.spec.stale_limit.0);
        let due = self.due(pool, Lane::Exit, closed.as_of)?;
        for (id, ticket) in self.open(due)? {
            if left > 0 && self.host_time - ticket.ready < patience {
                break;
            }
            self.tickets.remove(&id);
            if let Order::ExitPool { amount, .. } = ticket.order {
                self.leave(pool, ticket.owner, amount.raw())?;
            }
        }
        Ok(())
    }

    /// The cancels that a round has passed.
    pub(super) fn cancel_due(&mut self, venue: Venue, closed: &Closed) -> Done {
        let skew = self.skew(closed.feed);
        let cancelled = self.tickets.iter().filter(|(_, ticket)| ticket.order.venue() == venue);
        let mut passed: Vec<_> = cancelled
            .filter_map(|(id, ticket)| Some((ticket.cancelled?, *id)))
            .collect();
        passed.retain(|(at, _)| closed.as_of > at + skew);
        passed.sort_unstable();
        for (_, id) in passed.into_iter().take(TICKETS) {
            match self.tickets.get_mut(&id) {
                // Too late: it executes as soon as a round can.
                Some(ticket) if ticket.ready <= self.host_time => ticket.cancelled = None,
                _ => self.return_ticket(id)?,
            }
        }
        Ok(())
    }

    /// Those of the tickets that have not expired; the expired go back.
    pub(super) fn open(&mut self, due: Vec<TicketId>) -> Result<Vec<(TicketId, Ticket)>, Rejected> {
        let mut open = Vec::new();
        for id in due {
            match self.tickets.get(&id) {
                Some(ticket) if ticket.expiry >= self.time => open.push((id, ticket.clone())),
                _ => self.return_ticket(id)?,
            }
        }
        Ok(open)
    }

    /// Returns the tickets whose expiry has passed.
    pub(super) fn expire_tickets(&mut self) -> Done {
        let expired = self.tickets.iter().filter(|(_, ticket)| ticket.expiry < self.time);
        let mut expired: Vec<_> = expired.map(|(id, ticket)| (ticket.expiry, *id)).collect();
        expired.sort_unstable();
        expired
            .into_iter()
            .take(TICKETS)
            .try_for_each(|(_, id)| self.return_ticket(id))
    }

    /// What it brought along goes back, and liquidity that was to leave stays.
    pub(super) fn return_ticket(&mut self, id: TicketId) -> Done {
        let Some(ticket) = self.tickets.remove(&id) else {
            return Ok(());
        };
        if let Order::RemoveLiquidity { market, .. } = ticket.order {
            self.stay(market, ticket.owner)?;
        }
        ticket
            .escrow
            .iter()
            .try_for_each(|(asset, amount)| self.pay(*asset, Module::Queue, ticket.owner, *amount))
    }
}
