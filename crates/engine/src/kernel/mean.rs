//! The time-weighted mean of a price: exact, over a little more than its window, from at most [`SLICES`] + 1 marks.
//!
//! A price holds until the next one, so price × time grows in straight lines. It is known exactly at the last change, and
//! is marked at each multiple of the window's 32nd part as changes pass it. The mean is taken from the last mark at or
//! before the window's start: over the window and less than a 32nd more, with no other error.

use ballast_num::{Arithmetic, Price, Round, Seconds, Timestamp, U256};
use borsh::{BorshDeserialize, BorshSerialize};

use super::table::{Record, Table};

/// Parts of the window.
pub const SLICES: u64 = 32;
/// Marks that a price keeps: both ends of 32 parts.
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
    pub fn hold(self, price: Price, time: Seconds) -> Self {
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

/// Price × time from the first price to a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Mark {
    time: Timestamp,
    integral: Integral,
}

/// A price that holds, and what held before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Held {
    /// The price.
    pub price: Price,
    /// Since when it holds.
    pub since: Timestamp,
    /// When the first price began to hold.
    pub opened: Timestamp,
    /// Price × time from `opened` to `since`.
    pub integral: Integral,
}

impl Held {
    /// A first price.
    pub fn first(price: Price, now: Timestamp) -> Self {
        Self {
            price,
            since: now,
            opened: now,
            integral: Integral::default(),
        }
    }

    /// With another price from `now` on.
    #[must_use]
    pub fn then(self, price: Price, now: Timestamp) -> Self {
        Self {
            price,
            since: now,
            integral: self.integral.hold(self.price, now.saturating_since(self.since)),
            ..self
        }
    }

    /// Marks the multiples of the slice that have passed since `since`: to be called before the price changes.
    pub fn mark<K: Record + Ord + Copy>(
        &self,
        marks: &mut Table<(K, u8), Mark>,
        key: K,
        window: Seconds,
        now: Timestamp,
    ) {
        let Some(slice) = slice(window) else { return };
        // Older ones than the newest 33 would be overwritten at once.
        let newest = now.raw() / slice;
        let first = (self.since.raw() / slice)
            .max(newest.saturating_sub(SLOTS))
            .saturating_add(1);
        for number in first..=newest {
            let time = Timestamp(number.saturating_mul(slice));
            let integral = self.integral.hold(self.price, time.saturating_since(self.since));
            marks.set((key, slot(number)), Mark { time, integral });
        }
    }

    /// The mean up to `now`, rounded down: over what there is before the window is full, and the price that holds if the
    /// window is zero or nothing has passed.
    pub fn mean<K: Record + Ord + Copy>(
        &self,
        marks: &Table<(K, u8), Mark>,
        key: K,
        window: Seconds,
        now: Timestamp,
    ) -> Price {
        let Some(slice) = slice(window) else { return self.price };
        let number = now.raw().saturating_sub(window.raw()) / slice;
        let start = Timestamp(number.saturating_mul(slice));
        if start >= self.since || now <= self.opened {
            return self.price;
        }
        let (start, earlier) = if start <= self.opened {
            (self.opened, Integral::default())
        } else {
            match marks.get(&(key, slot(number))) {
                Some(mark) if mark.time == start => (start, mark.integral),
                // Every multiple of the window between the first and the last change is marked.
                _ => return self.price,
            }
        };
        let total = self.integral.hold(self.price, now.saturating_since(self.since));
        total
            .mean_since(earlier, now.saturating_since(start))
            .unwrap_or(self.price)
    }
}

/// Seconds of a part of the window; `None` if there is no window.
fn slice(window: Seconds) -> Option<u64> {
    match window.raw() {
        0 => None,
        window => Some(window.div_ceil(SLICES)),
    }
}

fn slot(number: u64) -> u8 {
    u8::try_from(number % SLOTS).unwrap_or(u8::MAX)
}
