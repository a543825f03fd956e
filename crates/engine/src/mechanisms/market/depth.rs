//! The smallest locked depth of the last 24 hours (rule R10; docs/market.md): what the engine may count on.
//!
//! For each hour of host time the least that stood in it. An hour without a record had the depth of the pool's last
//! change all through. An empty pool has a depth of nothing, so liquidity counts a day after it came.

use ballast_num::{Amount, Seconds};
use ballast_protocol::{MarketId, Rejected};
use borsh::{BorshDeserialize, BorshSerialize};

use super::Markets;
use crate::kernel::Clock;

/// Hours that are looked at besides the present one: 24 h, and up to one more.
const HOURS: u64 = 24;
/// Records that a market keeps.
const SLOTS: u64 = HOURS + 1;

/// The least depth in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Trough {
    hour: u64,
    depth: Amount,
}

impl Markets {
    /// Liquidity of a market that has no exit queued. Error: `UnknownMarket`.
    pub fn locked_depth(&self, id: MarketId) -> Result<Amount, Rejected> {
        Ok(self.pool(id)?.locked)
    }

    /// The smallest locked depth of the last 24 h of host time, and of less than an hour more. Error: `UnknownMarket`.
    pub fn least_depth(&self, id: MarketId, clock: &Clock) -> Result<Amount, Rejected> {
        let over = hour(clock).checked_sub(SLOTS);
        let troughs = self.depths.range((id, 0)..=(id, u8::MAX)).map(|(_, trough)| trough);
        let within = troughs.filter(|trough| over.is_none_or(|over| trough.hour > over));
        let now = self.locked_depth(id)?;
        Ok(within.map(|trough| trough.depth).fold(now, Amount::min))
    }

    /// Forgets what was before: the pool counts as if it had always been as deep as now. Error: `UnknownMarket`.
    pub(super) fn forget_depths(&mut self, id: MarketId) -> Result<(), Rejected> {
        let slots: Vec<(MarketId, u8)> = self
            .depths
            .range((id, 0)..=(id, u8::MAX))
            .map(|(slot, _)| *slot)
            .collect();
        for slot in slots {
            self.depths.remove(&slot);
        }
        Ok(())
    }

    /// Remembers that the depth `was` so much since `since`, the hour of the last change, and is another now. Returns the
    /// hour.
    pub(super) fn remember_depth(
        &mut self,
        id: MarketId,
        clock: &Clock,
        since: u64,
        (was, is): (Amount, Amount),
    ) -> u64 {
        let now = hour(clock);
        // Hours further back would be overwritten at once.
        for hour in since.max(now.saturating_sub(HOURS))..=now {
            let slot = (id, u8::try_from(hour % SLOTS).unwrap_or(u8::MAX));
            let depth = if hour == now { was.min(is) } else { was };
            let depth = match self.depths.get(&slot) {
                Some(trough) if trough.hour == hour => trough.depth.min(depth),
                _ => depth,
            };
            self.depths.set(slot, Trough { hour, depth });
        }
        now
    }
}

const fn hour(clock: &Clock) -> u64 {
    clock.host_time.0 / Seconds::HOUR.0
}
