//! The queue of commands whose value depends on a price or a share value (rule R1; docs/queue.md).
//!
//! Such a command is worth something to whoever knows the next price. So it waits, with what it brings along, until a
//! round closes on observations that were made after it was included. It cannot be called back before that round.

use ballast_num::{Amount, Seconds, Timestamp};
use ballast_protocol::{AccountId, Event, Holder, Lane, Module, Rejected, TicketId, TicketOutcome, TypeId, table};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::{Clock, Context, Table, Var};
use crate::pieces;

/// A queued command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Ticket {
    /// Who queued it.
    pub owner: AccountId,
    /// Which type's pool it concerns; its feed's rounds decide.
    pub collateral_type: TypeId,
    /// On which side.
    pub lane: Lane,
    /// Coins that it brings along, or the most that it takes out.
    pub amount: Amount,
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
    due: Table<(TypeId, Lane, Seconds, TicketId), ()>,
    expiring: Table<(Timestamp, TicketId), ()>,
    cancelled: Table<(TypeId, Timestamp, TicketId), ()>,
    of_owner: Table<(TypeId, Lane, AccountId), TicketId>,
    last: Var<TicketId>,
}

pieces!(Queue {
    tickets,
    due,
    expiring,
    cancelled,
    of_owner,
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
            last: Var::new(table::LAST_TICKET, TicketId(0)),
        }
    }
}

impl Queue {
    /// An open ticket. Error: `UnknownTicket`.
    pub fn ticket(&self, id: TicketId) -> Result<&Ticket, Rejected> {
        self.tickets.get(&id).ok_or(Rejected::UnknownTicket(id))
    }

    /// The open tickets, by number.
    pub fn iter(&self) -> impl Iterator<Item = (TicketId, &Ticket)> {
        self.tickets.iter().map(|(id, ticket)| (*id, ticket))
    }

    /// Whether the orders in which tickets are looked for hold exactly the open tickets: none is lost, none is left.
    pub fn is_indexed(&self) -> bool {
        let listed = |(id, ticket): (&TicketId, &Ticket)| {
            let Ticket {
                owner,
                collateral_type,
                lane,
                ready,
                expiry,
                ..
            } = *ticket;
            self.due.contains_key(&(collateral_type, lane, ready, *id))
                && self.expiring.contains_key(&(expiry, *id))
                && self.of_owner.get(&(collateral_type, lane, owner)) == Some(id)
                && ticket
                    .cancelled
                    .is_none_or(|at| self.cancelled.contains_key(&(collateral_type, at, *id)))
        };
        let cancels = self.tickets.iter().filter(|(_, ticket)| ticket.cancelled.is_some());
        let lengths = [self.due.len(), self.expiring.len(), self.of_owner.len()];
        self.tickets.iter().all(listed) && lengths == [self.tickets.len(); 3] && self.cancelled.len() == cancels.count()
    }

    /// Queues a command of the caller over `least` coins or more; an entry escrows its coins. Errors, in order:
    /// `ZeroAmount`, `Expired`, `BelowTicketMin`, `EntryQueued` or `ExitQueued`, `InsufficientBalance`.
    pub(crate) fn add(
        &mut self,
        ctx: &mut Context<'_>,
        (collateral_type, lane): (TypeId, Lane),
        (amount, least): (Amount, Amount),
        cooldown: Seconds,
        expiry: Timestamp,
    ) -> Result<TicketId, Rejected> {
        if amount.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let now = ctx.clock.now;
        if expiry <= now {
            return Err(Rejected::Expired { expiry, now });
        }
        if amount < least {
            return Err(Rejected::BelowTicketMin { amount, least });
        }
        let place = (collateral_type, lane, ctx.caller);
        if let Some(open) = self.of_owner.get(&place) {
            return Err(match lane {
                Lane::Entry => Rejected::EntryQueued(*open),
                Lane::Exit => Rejected::ExitQueued(*open),
            });
        }
        let id = TicketId(
            self.last
                .get()
                .0
                .checked_add(1)
                .ok_or(ballast_num::Arithmetic::Overflow)?,
        );
        let ready = ctx.clock.host_time.try_add(cooldown)?;
        let ticket = Ticket {
            owner: ctx.caller,
            collateral_type,
            lane,
            amount,
            included: now,
            ready,
            expiry,
            cancelled: None,
        };

        if lane == Lane::Entry {
            ctx.ledger
                .transfer(ctx.limits.coin, ctx.caller, Module::Queue, amount)?;
        }
        self.last.set(id);
        self.tickets.set(id, ticket);
        self.due.set((collateral_type, lane, ready, id), ());
        self.expiring.set((expiry, id), ());
        self.of_owner.set(place, id);
        ctx.tell(Event::TicketQueued {
            ticket: id,
            owner: ctx.caller,
            collateral_type,
            lane,
            amount,
            ready,
            expiry,
        });
        Ok(id)
    }

    /// Queues the cancel of a ticket of the caller. Errors: `UnknownTicket`, `NotTicketOwner`.
    pub(crate) fn cancel(&mut self, ctx: &mut Context<'_>, id: TicketId) -> Result<(), Rejected> {
        let ticket = *self.ticket(id)?;
        if ticket.owner != ctx.caller {
            return Err(Rejected::NotTicketOwner(id));
        }
        if ticket.cancelled.is_none() {
            self.tickets.set(
                id,
                Ticket {
                    cancelled: Some(ctx.clock.now),
                    ..ticket
                },
            );
            self.cancelled.set((ticket.collateral_type, ctx.clock.now, id), ());
            ctx.tell(Event::CancelQueued { ticket: id });
        }
        Ok(())
    }

    /// The next tickets of one side of one pool that a round meets: those that are ready and were included, with the
    /// feed's skew, before `heard`, the time than which a quorum of the round's observations is not older. Among them
    /// may be some whose own expiry has passed: these are to be returned, even if the round comes first.
    pub(crate) fn due(
        &self,
        (collateral_type, lane): (TypeId, Lane),
        clock: &Clock,
        heard: Timestamp,
        skew: Seconds,
        most: usize,
    ) -> Vec<TicketId> {
        let first = (collateral_type, lane, Seconds(0), TicketId(0));
        let last = (collateral_type, lane, clock.host_time, TicketId(u64::MAX));
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
        let ticket = *self.ticket(id)?;
        if let Some(at) = ticket.cancelled {
            self.cancelled.remove(&(ticket.collateral_type, at, id));
            let cancelled = None;
            self.tickets.set(id, Ticket { cancelled, ..ticket });
            ctx.tell(Event::CancelLapsed { ticket: id });
        }
        Ok(())
    }

    /// The tickets of a pool whose cancel was included, with the feed's skew, before `heard`.
    pub(crate) fn cancelled(&self, kind: TypeId, heard: Timestamp, skew: Seconds, most: usize) -> Vec<TicketId> {
        let all = (kind, Timestamp(0), TicketId(0))..=(kind, heard, TicketId(u64::MAX));
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

    /// Takes a ticket out of the queue; unless it executed, what it brought along goes back to its owner.
    pub(crate) fn close(
        &mut self,
        ctx: &mut Context<'_>,
        id: TicketId,
        outcome: TicketOutcome,
    ) -> Result<Ticket, Rejected> {
        let ticket = *self.ticket(id)?;
        let returned = match (ticket.lane, outcome) {
            (Lane::Exit, _) | (Lane::Entry, TicketOutcome::Executed) => Amount::ZERO,
            (Lane::Entry, _) => ticket.amount,
        };
        ctx.ledger
            .transfer(ctx.limits.coin, Module::Queue, Holder::Account(ticket.owner), returned)?;
        self.tickets.remove(&id);
        self.due
            .remove(&(ticket.collateral_type, ticket.lane, ticket.ready, id));
        self.expiring.remove(&(ticket.expiry, id));
        self.of_owner
            .remove(&(ticket.collateral_type, ticket.lane, ticket.owner));
        if let Some(at) = ticket.cancelled {
            self.cancelled.remove(&(ticket.collateral_type, at, id));
        }
        ctx.tell(Event::TicketClosed {
            ticket: id,
            owner: ticket.owner,
            outcome,
            returned,
        });
        Ok(ticket)
    }
}

/// Whether `heard` is after `included` + `skew`.
fn later_than(heard: Timestamp, included: Timestamp, skew: Seconds) -> bool {
    included.after(skew).is_ok_and(|bound| heard > bound)
}
