//! The queue of commands whose value depends on a price or a share value (rule R1; docs/queue.md).
//!
//! Such a command is worth something to whoever knows the next price. So it waits, with what it brings along, until a
//! round closes on observations that were made after it was included. It cannot be called back before that round.

use std::collections::BTreeMap;

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, Event, Holder, Lane, Module, Order, Rejected, TicketId, TicketOutcome, Venue, table,
};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::{Clock, Context, Table, Var};
use crate::pieces;

/// A queued command.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Ticket {
    /// Who queued it.
    pub owner: AccountId,
    /// What it asks for.
    pub order: Order,
    /// What it has brought along.
    pub escrow: Vec<(AssetId, Amount)>,
    /// The most that it may pay, where that was fixed when it was asked for (rule R20).
    pub pays_max: Option<Amount>,
    /// Block time of its inclusion.
    pub included: Timestamp,
    /// Host time from which it may execute: inclusion and cooldown.
    pub ready: Seconds,
    /// Block time after which it is returned.
    pub expiry: Timestamp,
    /// Block time of the inclusion of a cancel.
    pub cancelled: Option<Timestamp>,
}

/// All open tickets.
#[derive(Clone, Debug)]
pub struct Queue {
    tickets: Table<TicketId, Ticket>,
    due: Table<(Venue, Lane, Seconds, TicketId), ()>,
    expiring: Table<(Timestamp, TicketId), ()>,
    cancelled: Table<(Venue, Timestamp, TicketId), ()>,
    of_owner: Table<(Venue, Lane, AccountId), TicketId>,
    leaving: Table<Venue, Amount>,
    last: Var<TicketId>,
}

pieces!(Queue {
    tickets,
    due,
    expiring,
    cancelled,
    of_owner,
    leaving,
    last
});

impl Default for Queue {
    fn default() -> Self {
        Self {
            tickets: Table::new(table::TICKETS),
            due: Table::new(table::TICKETS_DUE),
            expiring: Table::new(table::TICKETS_EXPIRING),
            cancelled: Table::new(table::TICKETS_CANCELLED),
            of_owner: Table::new(table::TICKETS_OF_OWNER),
            leaving: Table::new(table::SHARES_LEAVING),
            last: Var::new(table::LAST_TICKET, TicketId(0)),
        }
    }
}

/// What a place in the queue asks of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The least that the order may be about.
    pub(crate) least: Amount,
    /// Host time before it may execute.
    pub(crate) cooldown: Seconds,
    /// Time after that in which it must, where there is such a window.
    pub(crate) window: Option<Seconds>,
    /// What it brings along.
    pub(crate) escrow: Vec<(AssetId, Amount)>,
    /// The most that it may pay, where that is fixed now.
    pub(crate) pays_max: Option<Amount>,
}

impl Queue {
    /// Shares of a venue with a queued exit.
    pub fn leaving(&self, venue: Venue) -> Amount {
        self.leaving.get(&venue).copied().unwrap_or_default()
    }

    /// An open ticket. Error: `UnknownTicket`.
    pub fn ticket(&self, id: TicketId) -> Result<&Ticket, Rejected> {
        self.tickets.get(&id).ok_or(Rejected::UnknownTicket(id))
    }

    /// The open tickets, by number.
    pub fn iter(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        self.tickets.iter().map(|(id, ticket)| (*id, ticket))
    }

    /// An account's ticket in a lane of a venue; there is one at most.
    pub fn waiting(&self, venue: Venue, lane: Lane, owner: AccountId) -> Option<TicketId> {
        self.of_owner.get(&(venue, lane, owner)).copied()
    }

    /// Whether the orders in which tickets are looked for hold exactly the open tickets: none is lost, none is left.
    pub fn is_indexed(&self) -> bool {
        let listed = |(id, ticket): (&TicketId, &Ticket)| {
            let (venue, lane) = (ticket.order.venue(), ticket.order.lane());
            self.due.contains_key(&(venue, lane, ticket.ready, *id))
                && self.expiring.contains_key(&(ticket.expiry, *id))
                && self.of_owner.get(&(venue, lane, ticket.owner)) == Some(id)
                && ticket
                    .cancelled
                    .is_none_or(|at| self.cancelled.contains_key(&(venue, at, *id)))
        };
        let mut leaving: BTreeMap<Venue, Amount> = BTreeMap::new();
        for (_, ticket) in self.tickets.iter() {
            let sum = leaving.entry(ticket.order.venue()).or_default();
            *sum = sum.try_add(ticket.order.leaving()).unwrap_or(Amount::MAX);
        }
        leaving.retain(|_, shares| !shares.is_zero());
        let adds_up = self.leaving.iter().map(|(venue, shares)| (*venue, *shares)).eq(leaving);
        let cancels = self.tickets.iter().filter(|(_, ticket)| ticket.cancelled.is_some());
        let lengths = [self.due.len(), self.expiring.len(), self.of_owner.len()];
        adds_up
            && self.tickets.iter().all(listed)
            && lengths == [self.tickets.len(); 3]
            && self.cancelled.len() == cancels.count()
    }

    /// Queues an order of the caller, with what it brings along: one in each lane of a venue. Errors, in order:
    /// `ZeroAmount`, `Expired`, `ExpiryTooFar`, `BelowTicketMin`, `AlreadyQueued`, `InsufficientBalance`.
    pub(crate) fn add(
        &mut self,
        ctx: &mut Context<'_>,
        order: Order,
        place: Place,
        expiry: Timestamp,
    ) -> Result<TicketId, Rejected> {
        let Place {
            least,
            cooldown,
            window,
            escrow,
            pays_max,
        } = place;
        let amount = order.amount();
        if amount.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let now = ctx.clock.now;
        if expiry <= now {
            return Err(Rejected::Expired { expiry, now });
        }
        if let Some(window) = window {
            let latest = now.after(cooldown.try_add(window)?)?;
            if expiry > latest {
                return Err(Rejected::ExpiryTooFar { expiry, latest });
            }
        }
        if amount < least {
            return Err(Rejected::BelowTicketMin { amount, least });
        }
        let (venue, lane) = (order.venue(), order.lane());
        let place = (venue, lane, ctx.caller);
        if let Some(ticket) = self.of_owner.get(&place).copied() {
            return Err(Rejected::AlreadyQueued { ticket, venue, lane });
        }
        let id = TicketId(
            self.last
                .get()
                .0
                .checked_add(1)
                .ok_or(ballast_num::Arithmetic::Overflow)?,
        );
        let ready = ctx.clock.host_time.try_add(cooldown)?;
        let leaving = self.leaving(venue).try_add(order.leaving())?;
        let ticket = Ticket {
            owner: ctx.caller,
            order,
            escrow: escrow.clone(),
            pays_max,
            included: now,
            ready,
            expiry,
            cancelled: None,
        };

        for (asset, amount) in &escrow {
            ctx.ledger.transfer(*asset, ctx.caller, Module::Queue, *amount)?;
        }
        self.last.set(id);
        self.tickets.set(id, ticket);
        self.due.set((venue, lane, ready, id), ());
        self.expiring.set((expiry, id), ());
        self.of_owner.set(place, id);
        self.set_leaving(venue, leaving);
        ctx.tell(Event::TicketQueued {
            ticket: id,
            owner: ctx.caller,
            order,
            escrow,
            ready,
            expiry,
        });
        Ok(id)
    }

    /// Queues the cancel of a ticket of the caller. Errors: `UnknownTicket`, `NotTicketOwner`.
    pub(crate) fn cancel(&mut self, ctx: &mut Context<'_>, id: TicketId) -> Result<(), Rejected> {
        let ticket = self.ticket(id)?.clone();
        if ticket.owner != ctx.caller {
            return Err(Rejected::NotTicketOwner(id));
        }
        if ticket.cancelled.is_none() {
            let venue = ticket.order.venue();
            self.tickets.set(
                id,
                Ticket {
                    cancelled: Some(ctx.clock.now),
                    ..ticket
                },
            );
            self.cancelled.set((venue, ctx.clock.now, id), ());
            ctx.tell(Event::CancelQueued { ticket: id });
        }
        Ok(())
    }

    /// The next tickets of one lane of a venue that a round meets: those that are ready and were included, with the
    /// feed's skew, before `heard`, the time than which a quorum of the round's observations is not older. Among them
    /// may be some whose own expiry has passed: these are to be returned, even if the round comes first.
    pub(crate) fn due(
        &self,
        (venue, lane): (Venue, Lane),
        clock: &Clock,
        heard: Timestamp,
        skew: Seconds,
        most: usize,
    ) -> Vec<TicketId> {
        let first = (venue, lane, Seconds(0), TicketId(0));
        let last = (venue, lane, clock.host_time, TicketId(u64::MAX));
        let late = |id: &TicketId| {
            self.tickets
                .get(id)
                .is_some_and(|ticket| later_than(heard, ticket.included, skew))
        };
        let ready = self.due.range(first..=last).map(|((_, _, _, id), ())| *id);
        ready.take_while(late).take(most).collect()
    }

    /// Forgets the cancel of a ticket, for which it came too late.
    pub(crate) fn lapse_cancel(&mut self, ctx: &mut Context<'_>, id: TicketId) -> Result<(), Rejected> {
        let ticket = self.ticket(id)?.clone();
        if let Some(at) = ticket.cancelled {
            self.cancelled.remove(&(ticket.order.venue(), at, id));
            let cancelled = None;
            self.tickets.set(id, Ticket { cancelled, ..ticket });
            ctx.tell(Event::CancelLapsed { ticket: id });
        }
        Ok(())
    }

    /// The tickets of a venue whose cancel was included, with the feed's skew, before `heard`.
    pub(crate) fn cancelled(&self, venue: Venue, heard: Timestamp, skew: Seconds, most: usize) -> Vec<TicketId> {
        let all = (venue, Timestamp(0), TicketId(0))..=(venue, heard, TicketId(u64::MAX));
        let queued = self
            .cancelled
            .range(all)
            .take_while(|((_, at, _), ())| later_than(heard, *at, skew));
        queued.map(|((_, _, id), ())| *id).take(most).collect()
    }

    /// The tickets whose expiry has passed.
    pub(crate) fn expired(&self, now: Timestamp, most: usize) -> Vec<TicketId> {
        let passed = self.expiring.iter().take_while(|((expiry, _), ())| *expiry < now);
        passed.map(|((_, id), ())| *id).take(most).collect()
    }

    /// Takes a ticket out of the queue. What it brought along goes back to its owner, except what is `used`, which stays
    /// in escrow for the caller to move on: at most as much.
    pub(crate) fn close(
        &mut self,
        ctx: &mut Context<'_>,
        id: TicketId,
        outcome: TicketOutcome,
        used: &[(AssetId, Amount)],
    ) -> Result<Ticket, Rejected> {
        let ticket = self.ticket(id)?.clone();
        let mut returned = ticket.escrow.clone();
        for (asset, left) in &mut returned {
            let used = used.iter().filter(|(of, _)| of == asset);
            *left = left.try_sub(Amount::try_sum(used.map(|(_, amount)| *amount))?)?;
        }
        returned.retain(|(_, left)| !left.is_zero());
        for (asset, amount) in &returned {
            ctx.ledger
                .transfer(*asset, Module::Queue, Holder::Account(ticket.owner), *amount)?;
        }
        let (venue, lane) = (ticket.order.venue(), ticket.order.lane());
        self.tickets.remove(&id);
        self.due.remove(&(venue, lane, ticket.ready, id));
        self.expiring.remove(&(ticket.expiry, id));
        self.of_owner.remove(&(venue, lane, ticket.owner));
        let leaving = self.leaving(venue).try_sub(ticket.order.leaving())?;
        self.set_leaving(venue, leaving);
        if let Some(at) = ticket.cancelled {
            self.cancelled.remove(&(venue, at, id));
        }
        ctx.tell(Event::TicketClosed {
            ticket: id,
            owner: ticket.owner,
            outcome,
            returned,
        });
        Ok(ticket)
    }

    /// Puts another order in the place of a ticket's, of the same owner in the same lane of the same venue: what is left
    /// of it after a part has executed.
    pub(crate) fn replace(&mut self, id: TicketId, order: Order, pays_max: Option<Amount>) -> Result<(), Rejected> {
        let ticket = self.ticket(id)?.clone();
        let venue = order.venue();
        let rest = self.leaving(venue).try_sub(ticket.order.leaving())?;
        self.set_leaving(venue, rest.try_add(order.leaving())?);
        self.tickets.set(
            id,
            Ticket {
                order,
                pays_max,
                ..ticket
            },
        );
        Ok(())
    }

    fn set_leaving(&mut self, venue: Venue, shares: Amount) {
        if shares.is_zero() {
            self.leaving.remove(&venue);
        } else {
            self.leaving.set(venue, shares);
        }
    }
}

/// Whether `heard` is after `included` + `skew`.
fn later_than(heard: Timestamp, included: Timestamp, skew: Seconds) -> bool {
    included.after(skew).is_ok_and(|bound| heard > bound)
}
