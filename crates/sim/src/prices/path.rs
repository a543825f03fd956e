//! One price for each second, drawn through a series.

use ballast_num::{Price, Round, Timestamp, mul_div};

use super::{Bar, Rows, Series};

/// Which extreme of a bar comes first. A bar does not tell; run both and report the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// open → low → high → close.
    LowFirst,
    /// open → high → low → close.
    HighFirst,
}

/// A series with a price between its rows.
///
/// - *Within a bar* the price moves in a line between its four points, which lie at 0, 1/3, 2/3 and the end. A bar holds
///   both its ends; where the next begins at the end of the last, the next one's open counts. Whole seconds meet the
///   extremes exactly if the bar's length is a multiple of three seconds, as every usual one is.
/// - *Between samples* it moves in a line from one to the next, unless they are more than four median spacings apart.
/// - *Else* there is none: nobody knows what was paid in a gap, and a line across it would hide the worst of it.
///
/// All prices are those of the record or between two neighbouring ones, rounded down to [`Price`]'s last digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    series: Series,
    order: Order,
}

/// Reads a path in the order of time: each step in constant time, a jump by binary search.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    path: &'a Path,
    /// The row read last.
    row: usize,
}

impl Path {
    /// A path through `series`; samples have no order within.
    pub fn new(series: Series, order: Order) -> Self {
        Self { series, order }
    }

    /// The series that it runs through.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The price at a moment; `None` before the first, after the last and in a gap. To read many, use a
    /// [`cursor`](Self::cursor).
    pub fn price_at(&self, at: Timestamp) -> Option<Price> {
        self.cursor().price_at(at)
    }

    /// A reader that stands at the start.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { path: self, row: 0 }
    }

    /// The last row that begins no later than `at`.
    fn row_at(&self, at: Timestamp) -> Option<usize> {
        let begun = match self.series.rows() {
            Rows::Bars(bars) => bars.partition_point(|bar| bar.start <= at),
            Rows::Samples(samples) => samples.partition_point(|sample| sample.at <= at),
        };
        begun.checked_sub(1)
    }

    /// The price at `at`, which this row or a line from it to the next gives, unless that is a gap.
    fn price_in(&self, row: usize, at: Timestamp) -> Option<Price> {
        if at > self.series.covered_until(row) {
            return None;
        }
        let elapsed = at.saturating_since(self.series.rows().time(row)).0;
        Some(match self.series.rows() {
            Rows::Bars(bars) => self.price_in_bar(&bars[row], elapsed),
            Rows::Samples(samples) => {
                let here = samples[row];
                match samples.get(row + 1) {
                    Some(next) => between(here.price, next.price, elapsed, next.at.saturating_since(here.at).0),
                    None => here.price,
                }
            }
        })
    }

    fn price_in_bar(&self, bar: &Bar, elapsed: u64) -> Price {
        let length = self.series.interval().0;
        let (second, third) = match self.order {
            Order::LowFirst => (bar.low, bar.high),
            Order::HighFirst => (bar.high, bar.low),
        };
        // In thirds of a second the three legs are each `length` long. No overflow: times are below 10¹¹.
        let thirds = elapsed * 3;
        let (from, to) = match thirds / length {
            0 => (bar.open, second),
            1 => (second, third),
            2 => (third, bar.close),
            _ => return bar.close,
        };
        between(from, to, thirds % length, length)
    }
}

impl Cursor<'_> {
    /// The price at a moment, as [`Path::price_at`]. Any order of moments is right; the order of time is fast.
    pub fn price_at(&mut self, at: Timestamp) -> Option<Price> {
        if !self.holds(self.row, at) {
            self.row = if self.holds(self.row + 1, at) {
                self.row + 1
            } else {
                self.path.row_at(at)?
            };
        }
        self.path.price_in(self.row, at)
    }

    /// Whether `row` is the last to begin no later than `at`.
    fn holds(&self, row: usize, at: Timestamp) -> bool {
        let rows = self.path.series.rows();
        let begins = |row: usize| (row < rows.len()).then(|| rows.time(row));
        begins(row).is_some_and(|begin| begin <= at) && begins(row + 1).is_none_or(|next| at < next)
    }
}

/// `from + (to − from) × part ÷ whole`, rounded down, for `part < whole`: never beyond either, so nothing overflows.
fn between(from: Price, to: Price, part: u64, whole: u64) -> Price {
    let share = |difference: Price, round| {
        mul_div(difference.raw(), part.into(), whole.into(), round)
            .expect("part < whole, so the share is no more than the difference")
    };
    Price::from_raw(if from <= to {
        from.raw() + share(to.saturating_sub(from), Round::Down)
    } else {
        from.raw() - share(from.saturating_sub(to), Round::Up)
    })
}

#[cfg(test)]
mod tests;
