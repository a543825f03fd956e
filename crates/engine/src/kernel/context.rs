//! What the engine hands to a mechanism: the time, the caller, the prices, the ledger, and where to tell what happened.

use ballast_num::{Seconds, Timestamp};
use ballast_protocol::{AccountId, Event, Limits};

use super::{Ledger, prices::Prices};

/// The clocks that every block moves (rule R4); each feed has a third, its live time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Block time: interest and expiry.
    pub now: Timestamp,
    /// Host time since genesis: limits, cooldowns, deadlines. It advances at most Δ a block.
    pub host_time: Seconds,
    /// By how much host time advanced in this block; live time advances as much where a feed is not Stale.
    pub step: Seconds,
}

/// The surroundings of one command.
#[derive(Debug)]
pub struct Context<'a> {
    /// When.
    pub clock: Clock,
    /// Who.
    pub caller: AccountId,
    /// Under which limits.
    pub limits: &'a Limits,
    /// At which prices.
    pub prices: &'a Prices,
    /// Who has what.
    pub ledger: &'a mut Ledger,
    /// What has happened.
    pub events: &'a mut Vec<Event>,
}

impl Context<'_> {
    /// Tells what happened.
    pub fn tell(&mut self, event: Event) {
        self.events.push(event);
    }
}
