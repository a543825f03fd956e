//! The time-weighted mean: exact, over a little more than the window, from at most [`SLICES`] + 1 marks.
//!
//! The price between two closes is the median of the first, so price × time grows in straight lines. It is known exactly
//! at the last close, and is marked at each multiple of the window's 32nd part as rounds pass it. The mean is taken from
//! the last mark at or before the window's start: over the window and less than a 32nd more, with no other error.

use ballast_num::{Arithmetic, Price, Round, Seconds, Timestamp, U256};
use ballast_protocol::{FeedId, FeedSpec};
use borsh::{BorshDeserialize, BorshSerialize};

use super::Rounds;
use crate::kernel::Table;

/// Parts of the window.
pub const SLICES: u64 = 32;
/// Marks that a feed keeps: both ends of 32 parts.
const SLOTS: u64 = SLICES + 1;

/// Price × seconds: the upper and the lower 128 bits of an integer scaled like a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Integral(u128, u128);

impl Integral {
    const fn wide(self) -> U256 {
        U256::from_parts(self.0, self.1)
    }

    /// With `price` held for `time` more. A price is below 2¹²⁸ and all time below 2⁶⁴, so the sum fits; if it did not,
    /// it would stay.
    pub(super) fn hold(self, price: Price, time: Seconds) -> Self {
        let (high, low) = self
            .wide()
            .try_add(U256::product(price.raw(), u128::from(time.raw())))
            .unwrap_or(U256::MAX)
            .parts();
        Self(high, low)
    }

    /// The mean price over `time` since `earlier`, rounded down.
    fn mean_since(self, earlier: Self, time: Seconds) -> Result<Price, Arithmetic> {
        let area = self.wide().try_sub(earlier.wide())?;
        area.try_div(u128::from(time.raw()), Round::Down).map(Price::from_raw)
    }
}

/// Price × time from the first close to a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Mark {
    time: Timestamp,
    integral: Integral,
}

/// Marks the multiples of the slice that have passed since the last close, during which its median held.
pub(super) fn extend(marks: &mut Table<(FeedId, u8), Mark>, spec: &FeedSpec, last: &Rounds, now: Timestamp) {
    let Some(slice) = slice(spec) else { return };
    // Older ones than the newest 33 would be overwritten at once.
    let newest = now.raw() / slice;
    let first = (last.closed.raw() / slice)
        .max(newest.saturating_sub(SLOTS))
        .saturating_add(1);
    for number in first..=newest {
        let time = Timestamp(number.saturating_mul(slice));
        let integral = last.integral.hold(last.spot, time.saturating_since(last.closed));
        marks.set((spec.id, slot(number)), Mark { time, integral });
    }
}

/// The mean up to `now`, rounded down: over what there is before the window is full, and `spot` if the window is zero or
/// nothing has passed.
pub(super) fn mean(marks: &Table<(FeedId, u8), Mark>, spec: &FeedSpec, last: &Rounds, now: Timestamp) -> Price {
    let Some(slice) = slice(spec) else { return last.spot };
    let number = now.raw().saturating_sub(spec.mean_window.raw()) / slice;
    let start = Timestamp(number.saturating_mul(slice));
    if start >= last.closed || now <= last.opened {
        return last.spot;
    }
    let (start, earlier) = if start <= last.opened {
        (last.opened, Integral::default())
    } else {
        match marks.get(&(spec.id, slot(number))) {
            Some(mark) if mark.time == start => (start, mark.integral),
            // Every multiple of the window between the first and the last close is marked.
            _ => return last.spot,
        }
    };
    let total = last.integral.hold(last.spot, now.saturating_since(last.closed));
    total
        .mean_since(earlier, now.saturating_since(start))
        .unwrap_or(last.spot)
}

/// Seconds of a part of the window; `None` if there is no window.
fn slice(spec: &FeedSpec) -> Option<u64> {
    match spec.mean_window.raw() {
        0 => None,
        window => Some(window.div_ceil(SLICES)),
    }
}

fn slot(number: u64) -> u8 {
    u8::try_from(number % SLOTS).unwrap_or(u8::MAX)
}
