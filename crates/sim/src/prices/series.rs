//! Prices as they were recorded: bars or samples, sorted by time.

use std::collections::BTreeMap;

use ballast_num::{Price, Seconds, Timestamp};

use super::{BadRows, Problem};

/// What was paid in a stretch of time: the first, highest, lowest and last price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// When it begins; its length is the series' [interval](Series::interval).
    pub start: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
}

/// The price at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The moment.
    pub at: Timestamp,
    /// The price then.
    pub price: Price,
}

/// The rows of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// From a file `ts,open,high,low,close,volume`.
    Bars(Vec<Bar>),
    /// From a file `ts,price`.
    Samples(Vec<Sample>),
}

/// A stretch without a price, its ends excluded: a price is known at `from` and again at `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last moment that has a price.
    pub from: Timestamp,
    /// The next that has one.
    pub to: Timestamp,
}

/// At least two rows, times strictly increasing, every price sane, no bar over another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    rows: Rows,
    interval: Seconds,
}

/// How many times the usual spacing two samples may lie apart and still be joined by a line.
///
/// A random walk known at both ends of a stretch of length T strays from the line between them by σ·√T ÷ 2 in the
/// middle (a Brownian bridge). Four times the spacing so doubles the error that the series has everywhere, and that
/// is all that is tolerated; a longer stretch is a gap. It bridges up to three lost polls.
pub(crate) const BRIDGED_SPACINGS: u64 = 4;

/// 1 000 000 000 USD, above any unit of any asset.
pub(crate) const PRICE_MAX: Price = Price::whole(1_000_000_000);
/// 0.000 000 001 USD, below any asset worth pledging.
pub(crate) const PRICE_MIN: Price = Price::from_raw(Price::ONE.raw() / 1_000_000_000);
/// Unix seconds reach it in the year 5138, Unix milliseconds did in 1973.
pub(crate) const TIME_MAX: u64 = 100_000_000_000;

impl Series {
    /// A series of these rows.
    ///
    /// Errors, the first row that has one: its own (`NotSeconds`; `Zero` or `Absurd` in open, high, low, close;
    /// `HighBelowLow`, `OutsideRange`), then `Duplicate` or `OutOfOrder` against the row before. After all rows
    /// `TooFewRows` and `Overlap`.
    pub fn new(rows: Rows) -> Result<Self, BadRows> {
        for index in 0..rows.len() {
            rows.check(index).map_err(|problem| BadRows {
                row: Some(index),
                problem,
            })?;
        }
        if rows.len() < 2 {
            return Err(BadRows {
                row: None,
                problem: Problem::TooFewRows { found: rows.len() },
            });
        }
        let interval = match &rows {
            Rows::Bars(_) => most_common(rows.spacings()),
            Rows::Samples(_) => median(rows.spacings()),
        };
        if let Rows::Bars(_) = &rows
            && let Some((before, spacing)) = rows.spacings().enumerate().find(|(_, spacing)| *spacing < interval)
        {
            return Err(BadRows {
                row: Some(before + 1),
                problem: Problem::Overlap {
                    spacing,
                    length: interval,
                },
            });
        }
        Ok(Self { rows, interval })
    }

    /// The rows, by time.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Bars: their length, the most common spacing, of equally common ones the shortest. Samples: the median spacing,
    /// of two middle ones the lower. Never zero.
    pub fn interval(&self) -> Seconds {
        self.interval
    }

    /// The first moment that has a price.
    pub fn start(&self) -> Timestamp {
        self.rows.time(0)
    }

    /// The last moment that has a price: the end of the last bar, or the last sample.
    pub fn end(&self) -> Timestamp {
        self.covered_until(self.rows.len() - 1)
    }

    /// The stretches without a price, by time: for a replay to report.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> + '_ {
        (1..self.rows.len())
            .map(|next| Gap {
                from: self.covered_until(next - 1),
                to: self.rows.time(next),
            })
            .filter(|gap| gap.from < gap.to)
    }

    /// The last moment whose price the row gives, together with the row after it: the time of that if there is no gap.
    pub(crate) fn covered_until(&self, index: usize) -> Timestamp {
        let time = self.rows.time(index);
        let next = (index + 1 < self.rows.len()).then(|| self.rows.time(index + 1));
        match &self.rows {
            // No overflow: times are below TIME_MAX, so is their difference.
            Rows::Bars(_) => Timestamp(time.0 + self.interval.0),
            Rows::Samples(_) => next
                .filter(|next| next.saturating_since(time).0 <= self.interval.0 * BRIDGED_SPACINGS)
                .unwrap_or(time),
        }
    }
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Bars(bars) => bars.len(),
            Self::Samples(samples) => samples.len(),
        }
    }

    /// Whether there is none; never so in a [`Series`].
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the row begins.
    pub(crate) fn time(&self, index: usize) -> Timestamp {
        match self {
            Self::Bars(bars) => bars[index].start,
            Self::Samples(samples) => samples[index].at,
        }
    }

    /// From each row to the next.
    fn spacings(&self) -> impl Iterator<Item = Seconds> + '_ {
        (1..self.len()).map(|next| self.time(next).saturating_since(self.time(next - 1)))
    }

    fn check(&self, index: usize) -> Result<(), Problem> {
        let time = self.time(index);
        if time.0 >= TIME_MAX {
            return Err(Problem::NotSeconds { found: time.0 });
        }
        match self {
            Self::Bars(bars) => bars[index].check()?,
            Self::Samples(samples) => check_price("price", samples[index].price)?,
        }
        match index.checked_sub(1).map(|before| self.time(before)) {
            Some(previous) if previous == time => Err(Problem::Duplicate { found: time }),
            Some(previous) if previous > time => Err(Problem::OutOfOrder { found: time, previous }),
            _ => Ok(()),
        }
    }
}

impl Bar {
    fn check(&self) -> Result<(), Problem> {
        let Self {
            open, high, low, close, ..
        } = *self;
        for (column, price) in [("open", open), ("high", high), ("low", low), ("close", close)] {
            check_price(column, price)?;
        }
        if high < low {
            return Err(Problem::HighBelowLow { high, low });
        }
        match [("open", open), ("close", close)]
            .into_iter()
            .find(|(_, price)| !(low..=high).contains(price))
        {
            Some((column, price)) => Err(Problem::OutsideRange {
                column,
                price,
                low,
                high,
            }),
            None => Ok(()),
        }
    }
}

fn check_price(column: &'static str, price: Price) -> Result<(), Problem> {
    if price == Price::ZERO {
        return Err(Problem::Zero { column });
    }
    if !(PRICE_MIN..=PRICE_MAX).contains(&price) {
        return Err(Problem::Absurd { column, price });
    }
    Ok(())
}

/// Of equally common ones the shortest; zero if there are none.
fn most_common(spacings: impl Iterator<Item = Seconds>) -> Seconds {
    let mut counts = BTreeMap::<Seconds, usize>::new();
    for spacing in spacings {
        *counts.entry(spacing).or_default() += 1;
    }
    // `max_by_key` keeps the last of equals, which from the longest down is the shortest.
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(Seconds::ZERO, |(spacing, _)| spacing)
}

/// The lower of two middle ones; zero if there are none.
fn median(spacings: impl Iterator<Item = Seconds>) -> Seconds {
    let mut sorted: Vec<Seconds> = spacings.collect();
    sorted.sort_unstable();
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(Seconds::ZERO)
}

#[cfg(test)]
mod tests;
