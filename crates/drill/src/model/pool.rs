//! Stability pools: the product and the gain sum of docs/stability-pool.md, restated with integers of any length, and
//! the queue of entries and exits.

use std::collections::BTreeMap;

use ballast_protocol::{AccountId, FeedId, Module, Rejected, TicketId, TypeId};
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
    pub(super) fn pool(&self, kind: TypeId) -> Pool {
        self.pools.get(&kind).cloned().unwrap_or_default()
    }

    /// Coins and gain of a depositor.
    pub(crate) fn position(&self, kind: TypeId, owner: AccountId) -> Result<(u128, u128), Rejected> {
        let deposit = self.deposits.get(&(kind, owner)).ok_or(Rejected::NoDeposit)?;
        self.pool(kind).position(deposit)
    }

    /// Writes a deposit anew at the present product; one of nothing is gone.
    fn redeposit(&mut self, kind: TypeId, owner: AccountId, coins: u128, earlier: u128) {
        let pool = self.pool(kind);
        if coins == 0 && earlier == 0 {
            self.deposits.remove(&(kind, owner));
        } else {
            let gain = pool.gain_at(pool.product.scale);
            let deposit = Deposit {
                coins,
                product: pool.product,
                gain,
                earlier,
                claimed: 0,
            };
            self.deposits.insert((kind, owner), deposit);
        }
    }

    /// Who is alone in a pool has what he has, and the rest of it belongs to nobody, for good.
    fn set_residue_aside(&mut self, kind: TypeId, owner: AccountId) -> Done {
        if self.deposits.keys().any(|(of, other)| *of == kind && *other != owner) {
            return Ok(());
        }
        let (coins, gain) = match self.position(kind, owner) {
            Err(Rejected::NoDeposit) => (0, 0),
            Err(_) => return Ok(()),
            Ok(position) => position,
        };
        let pool = self.pools.entry(kind).or_default();
        let (coins_left, gain_left) = (pool.total - coins, pool.collateral - gain);
        (pool.total, pool.collateral) = (coins, gain);
        if (coins_left, gain_left) != (0, 0) {
            self.redeposit(kind, owner, coins, gain);
        }
        let collateral = self.spec(kind)?.collateral;
        self.pay(self.coin(), Module::StabilityPool(kind), Module::Residue, coins_left)?;
        self.pay(collateral, Module::StabilityPool(kind), Module::Residue, gain_left)
    }

    fn enter(&mut self, kind: TypeId, owner: AccountId, amount: u128) -> Done {
        self.set_residue_aside(kind, owner)?;
        let (coins, gain) = self.position(kind, owner).unwrap_or((0, 0));
        self.pools.entry(kind).or_default().total += amount;
        self.redeposit(kind, owner, coins + amount, gain);
        self.pay(self.coin(), Module::Queue, Module::StabilityPool(kind), amount)
    }

    fn leave(&mut self, kind: TypeId, owner: AccountId, most: u128) -> Done {
        self.set_residue_aside(kind, owner)?;
        let Ok((coins, gain)) = self.position(kind, owner) else {
            return Ok(());
        };
        let (floor, least) = (
            self.spec(kind)?.pool.floor.raw(),
            self.spec(kind)?.pool.ticket_min.raw(),
        );
        // Nothing is left that would be too little for a ticket.
        let most = if coins < most.saturating_add(least) {
            coins
        } else {
            most
        };
        let paid = most.min(coins).min(self.pool(kind).total.saturating_sub(floor));
        self.pools.entry(kind).or_default().total -= paid;
        self.redeposit(kind, owner, coins - paid, gain);
        self.pay(self.coin(), Module::StabilityPool(kind), owner, paid)
    }

    pub(super) fn claim(&mut self, kind: TypeId, owner: AccountId) -> Done {
        let collateral = self.spec(kind)?.collateral;
        let (coins, gain) = self.position(kind, owner)?;
        if gain == 0 {
            return Err(Rejected::ZeroAmount);
        }
        self.pools.entry(kind).or_default().collateral -= gain;
        if coins == 0 {
            self.deposits.remove(&(kind, owner));
        } else if let Some(deposit) = self.deposits.get_mut(&(kind, owner)) {
            deposit.claimed += gain - deposit.earlier;
            deposit.earlier = 0;
        }
        self.pay(collateral, Module::StabilityPool(kind), owner, gain)?;
        // He has left altogether.
        if coins == 0 {
            self.set_residue_aside(kind, owner)?;
        }
        Ok(())
    }

    /// The tickets that a round meets: ready, and included, with the skew, before it was heard.
    fn due(&self, kind: TypeId, enters: bool, as_of: u64) -> Result<Vec<TicketId>, Rejected> {
        let feed = self.spec(kind)?.feed;
        if self.quote(feed)?.quiet {
            return Ok(Vec::new());
        }
        let skew = self.skew(feed);
        let is_due = |ticket: &Ticket| {
            (ticket.kind, ticket.enters) == (kind, enters)
                && ticket.ready <= self.host_time
                && as_of > ticket.included + skew
        };
        let mut due: Vec<_> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| is_due(ticket))
            .map(|(id, ticket)| (ticket.ready, *id))
            .collect();
        due.sort_unstable();
        Ok(due.into_iter().map(|(_, id)| id).take(TICKETS).collect())
    }

    fn skew(&self, feed: FeedId) -> u64 {
        self.feeds.get(&feed).map_or(0, |feed| feed.spec.skew.0)
    }

    /// Before the liquidations of a round.
    pub(super) fn enter_due(&mut self, kind: TypeId, closed: &Closed) -> Done {
        for id in self.due(kind, true, closed.as_of)? {
            if self.is_expired(id) {
                self.return_ticket(id)?;
            } else if let Some(ticket) = self.tickets.remove(&id) {
                self.enter(kind, ticket.owner, ticket.amount)?;
            }
        }
        Ok(())
    }

    /// After the liquidations of a round: exits, unless broken vaults are left and patience is, then cancels.
    pub(super) fn leave_due(&mut self, kind: TypeId, closed: &Closed, left: u64) -> Done {
        let patience = self.feeds.get(&closed.feed).map_or(0, |feed| feed.spec.stale_limit.0);
        for id in self.due(kind, false, closed.as_of)? {
            let Some(ticket) = self.tickets.get(&id).copied() else {
                continue;
            };
            if self.is_expired(id) {
                self.return_ticket(id)?;
                continue;
            }
            if left > 0 && self.host_time - ticket.ready < patience {
                break;
            }
            self.tickets.remove(&id);
            self.leave(kind, ticket.owner, ticket.amount)?;
        }
        let skew = self.skew(closed.feed);
        let cancelled = self.tickets.iter().filter(|(_, ticket)| ticket.kind == kind);
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

    fn is_expired(&self, id: TicketId) -> bool {
        self.tickets.get(&id).is_some_and(|ticket| ticket.expiry < self.time)
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

    fn return_ticket(&mut self, id: TicketId) -> Done {
        match self.tickets.remove(&id) {
            Some(ticket) if ticket.enters => self.pay(self.coin(), Module::Queue, ticket.owner, ticket.amount),
            _ => Ok(()),
        }
    }
}
