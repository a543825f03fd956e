//! The insurance fund: shares of one pot of coins, who comes, who goes, and what it earns.

use ballast_num::Round::{Down, Up};
use ballast_protocol::{AccountId, Lane, Module, Order, Rejected, TicketId, Venue};

use super::number::{part, share};
use super::{Done, Model};

/// Most tickets of one kind that one block looks after.
const TICKETS: usize = 256;
const DAY: u64 = 86_400;

/// Shares, and what left today.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fund {
    pub(crate) stakes: std::collections::BTreeMap<AccountId, u128>,
    pub(crate) earned: u128,
    day: u64,
    opening: u128,
    left: u128,
}

impl Model {
    pub(super) fn fund_assets(&self) -> u128 {
        self.balance(self.coin(), Module::InsuranceFund)
    }

    fn all_shares(&self) -> u128 {
        self.fund.stakes.values().sum()
    }

    pub(super) fn stake(&self, owner: AccountId) -> u128 {
        self.fund.stakes.get(&owner).copied().unwrap_or(0)
    }

    pub(super) fn share_value(&self, shares: u128, assets: u128) -> Result<u128, Rejected> {
        match self.all_shares() {
            0 => Ok(0),
            all => part(shares, assets, all, Down),
        }
    }

    /// The shares that are worth so many coins, at least.
    pub(super) fn shares_worth(&self, coins: u128) -> Result<u128, Rejected> {
        part(coins, self.all_shares(), self.fund_assets().max(1), Up)
    }

    /// Coins of those who do not want to leave.
    pub(super) fn fund_that_stays(&self) -> u128 {
        let leaving = self.tickets.values().map(|ticket| match ticket.order {
            Order::ExitFund { shares } => shares.raw(),
            _ => 0,
        });
        let staying = self.all_shares().saturating_sub(leaving.sum());
        self.share_value(staying, self.fund_assets()).unwrap_or(0)
    }

    /// Shares for coins that come in: one for one at first.
    pub(super) fn stake_more(&mut self, owner: AccountId, coins: u128) -> Result<u128, Rejected> {
        let shares = self.shares_for(coins)?;
        if shares == 0 {
            return Err(Rejected::ZeroAmount);
        }
        *self.fund.stakes.entry(owner).or_default() += shares;
        Ok(shares)
    }

    fn shares_for(&self, coins: u128) -> Result<u128, Rejected> {
        match self.all_shares() {
            0 => Ok(coins),
            all => part(coins, all, self.fund_assets(), Down),
        }
    }

    fn fund_due(&self, lane: Lane) -> Vec<TicketId> {
        let mut due: Vec<_> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| (ticket.order.venue(), ticket.order.lane()) == (Venue::Fund, lane))
            .filter(|(_, ticket)| ticket.ready <= self.host_time)
            .map(|(id, ticket)| (ticket.ready, *id))
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).take(TICKETS).collect()
    }

    /// Before the liquidations of a round.
    pub(super) fn enter_fund(&mut self) -> Done {
        let due = self.fund_due(Lane::Entry);
        for (id, ticket) in self.open(due)? {
            let Order::EnterFund { amount, shares_min } = ticket.order else {
                continue;
            };
            let shares = self.shares_for(amount.raw()).unwrap_or(0);
            let fits = shares > 0 && self.all_shares().checked_add(shares).is_some();
            if shares < shares_min.raw() || !fits {
                self.return_ticket(id)?;
                continue;
            }
            self.tickets.remove(&id);
            self.stake_more(ticket.owner, amount.raw())?;
            self.pay(self.coin(), Module::Queue, Module::InsuranceFund, amount.raw())?;
        }
        Ok(())
    }

    /// When the block's losses are settled.
    pub(super) fn end_fund(&mut self, buffer_before: u128) -> Done {
        let coin = self.coin();
        if self.fund_assets().saturating_mul(1_000_000_000) < self.all_shares() {
            self.fund.stakes.clear();
        }
        self.return_ownerless()?;
        let bad_debt: u128 = self.losses.values().map(|losses| losses.bad_debt).sum();
        let growth = self.balance(coin, Module::SurplusBuffer).saturating_sub(buffer_before);
        let income = share(growth, self.limits.fund.income_share.raw(), Down)?;
        if bad_debt == 0 && self.all_shares() > 0 {
            self.fund.earned += income;
            self.pay(coin, Module::SurplusBuffer, Module::InsuranceFund, income)?;
        }
        self.leave_fund()?;
        let mut cancelled: Vec<_> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| ticket.order.venue() == Venue::Fund)
            .filter_map(|(id, ticket)| Some((ticket.cancelled?, *id)))
            .collect();
        cancelled.sort_unstable();
        for (_, id) in cancelled.into_iter().take(TICKETS) {
            match self.tickets.get_mut(&id) {
                Some(ticket) if ticket.ready <= self.host_time => ticket.cancelled = None,
                _ => self.return_ticket(id)?,
            }
        }
        Ok(())
    }

    fn return_ownerless(&mut self) -> Done {
        if self.all_shares() > 0 {
            return Ok(());
        }
        let rest = self.fund_assets();
        self.pay(self.coin(), Module::InsuranceFund, Module::SurplusBuffer, rest)
    }

    fn leave_fund(&mut self) -> Done {
        let assets = self.fund_assets();
        let due = self.fund_due(Lane::Exit);
        let candidates = self.open(due)?;
        if candidates.is_empty() {
            return Ok(());
        }
        let Ok(marked) = self.marked_on_fund() else {
            return Ok(());
        };
        let net = assets.saturating_sub(marked);
        let patience = self.feeds.values().map(|feed| feed.spec.stale_limit.0).max();
        let mut due = Vec::new();
        for (id, ticket) in candidates {
            let Order::ExitFund { shares } = ticket.order else {
                continue;
            };
            if !self.left_over.is_empty() && self.host_time - ticket.ready < patience.unwrap_or(0) {
                continue;
            }
            let shares = shares.raw().min(self.stake(ticket.owner));
            let worth = self.share_value(shares, net)?.min(ticket.pays_max.unwrap_or(u128::MAX));
            if worth == 0 {
                self.return_ticket(id)?;
            } else {
                due.push((id, ticket, shares, worth));
            }
        }
        let today = self.host_time / DAY;
        if self.fund.day != today || self.fund.opening == 0 {
            (self.fund.day, self.fund.opening, self.fund.left) = (today, assets, 0);
        }
        let most = share(self.fund.opening, self.limits.fund.exit_share.raw(), Down)?;
        let room = most.saturating_sub(self.fund.left);
        let all: u128 = due.iter().map(|(.., worth)| worth).sum();
        for (id, mut ticket, whole, worth) in due {
            let (paid, shares) = if all <= room {
                (worth, whole)
            } else {
                let paid = part(worth, room, all, Down)?;
                (paid, part(whole, paid, worth, Up)?)
            };
            if paid == 0 {
                continue;
            }
            if shares == whole {
                self.tickets.remove(&id);
            } else {
                ticket.order = Order::ExitFund {
                    shares: ballast_num::Amount::from_raw(whole - shares),
                };
                if let Some(most) = &mut ticket.pays_max {
                    *most = part(*most, whole - shares, whole, Down)?;
                }
                self.tickets.insert(id, ticket.clone());
            }
            let left = self.stake(ticket.owner) - shares;
            if left == 0 {
                self.fund.stakes.remove(&ticket.owner);
            } else {
                self.fund.stakes.insert(ticket.owner, left);
            }
            self.fund.left += paid;
            self.pay(self.coin(), Module::InsuranceFund, ticket.owner, paid)?;
        }
        self.return_ownerless()
    }
}
