//! The grace that a type may grant (rule R11; docs/liquidation.md): above the wick band a vault is judged at the
//! best price of the last while, so that it goes only after it was broken all that time.
//!
//! No vault is remembered, only prices: for each 32nd of the grace the best of those that ceased to judge in it.

use ballast_num::{Price, Seconds};
use ballast_protocol::{Rejected, TypeId};
use borsh::{BorshDeserialize, BorshSerialize};

use super::Vaults;
use crate::kernel::Quote;

/// Parts of the grace.
const SLICES: u64 = 32;
/// Peaks that a type keeps: no more than 32 slices lie inside the grace at a time.
const SLOTS: u64 = SLICES + 1;

/// The best price that ceased to judge in one slice of live time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Peak {
    slice: u64,
    price: Price,
}

impl Vaults {
    /// Remembers, when a round has closed, the price that judged until then. Error: `UnknownType`.
    pub(crate) fn remember_price(&mut self, kind: TypeId, quote: &Quote) -> Result<(), Rejected> {
        let grace = self.spec(kind)?.grace;
        if grace == Seconds::ZERO {
            return Ok(());
        }
        let slice = quote.live_time.0 / width(grace);
        let slot = (kind, u8::try_from(slice % SLOTS).unwrap_or(u8::MAX));
        let ended = quote.judging_before;
        let price = match self.peaks.get(&slot) {
            Some(peak) if peak.slice == slice => peak.price.max(ended),
            _ => ended,
        };
        self.peaks.set(slot, Peak { slice, price });
        Ok(())
    }

    /// The price that judges a vault above the wick band: the best that was in force within the type's grace, and in any
    /// case the kinder of the last two rounds (rule R9). The grace is cut by less than a 32nd, in the reserve's favour.
    /// Error: `UnknownType`.
    pub(crate) fn kindest(&self, kind: TypeId, quote: &Quote) -> Result<Price, Rejected> {
        let grace = self.spec(kind)?.grace;
        if grace == Seconds::ZERO {
            return Ok(quote.wick());
        }
        let over = quote.live_time.0.checked_sub(grace.0).map(|start| start / width(grace));
        let peaks = self.peaks.range((kind, 0)..=(kind, u8::MAX)).map(|(_, peak)| peak);
        let within = peaks.filter(|peak| over.is_none_or(|over| peak.slice > over));
        Ok(within.map(|peak| peak.price).fold(quote.wick(), Price::max))
    }
}

/// Seconds of a slice.
fn width(grace: Seconds) -> u64 {
    grace.0.div_ceil(SLICES)
}
