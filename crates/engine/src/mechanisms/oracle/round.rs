//! One round: when it closes, which words count, and what state they leave the feed in (docs/oracle.md).

use ballast_num::{Price, Ratio, Round, Seconds, Timestamp, WAD, cmp_products};
use ballast_protocol::{FeedSpec, FeedState, RoundNumber};

use super::{Observed, Rounds, variance};
use crate::kernel::Clock;
use crate::kernel::mean::Integral;

/// Sources that must be fresh before any can be an outlier: among four, two liars would reject an honest one.
const OUTLIERS_FROM: usize = 5;

/// What the fresh sources of a feed say.
pub(super) struct Words {
    /// Their prices, ascending.
    prices: Vec<Price>,
    /// Source times of those that count toward the close, latest first.
    newer: Vec<Timestamp>,
    quorum: usize,
}

impl Words {
    /// A word is fresh if it is no older than the heartbeat by block time. It counts toward the close if it was stored
    /// after the last close and its source time is later than that close's block time.
    pub(super) fn of<'a>(
        spec: &FeedSpec,
        last: Option<&Rounds>,
        sources: impl Iterator<Item = &'a Observed>,
        now: Timestamp,
    ) -> Self {
        let mut words = Self {
            prices: Vec::new(),
            newer: Vec::new(),
            quorum: usize::from(spec.quorum),
        };
        for word in sources.filter(|word| now.saturating_since(word.time) <= spec.heartbeat) {
            words.prices.push(word.price);
            if last.is_none_or(|last| word.after == last.number && word.time > last.closed) {
                words.newer.push(word.time);
            }
        }
        words.prices.sort_unstable();
        words.newer.sort_unstable_by(|left, right| right.cmp(left));
        words
    }

    /// How many sources are fresh.
    pub(super) fn fresh(&self) -> usize {
        self.prices.len()
    }

    /// If the round closes now: the earliest source time among the quorum that spoke last.
    ///
    /// A round lasts a second at least: any two quorums share a source, which speaks once a second of block time.
    pub(super) fn decided(&self) -> Option<Timestamp> {
        self.newer.get(self.quorum.checked_sub(1)?).copied()
    }
}

/// What the words amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// Median of the accepted.
    pub(super) median: Price,
    /// How many were accepted.
    pub(super) accepted: u8,
    /// How many were rejected.
    pub(super) rejected: u8,
    /// Whether the accepted lie within the spread limit.
    pub(super) agreed: bool,
}

/// The median after rejection. `words` holds at least the quorum.
pub(super) fn judge(spec: &FeedSpec, last: Option<&Rounds>, words: &Words, now: Timestamp) -> Judged {
    let accepted = accepted(spec, last, &words.prices, now);
    let middle = median(accepted);
    let count = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    Judged {
        median: middle,
        accepted: count(accepted.len()),
        rejected: count(words.prices.len().saturating_sub(accepted.len())),
        agreed: match (accepted.first(), accepted.last()) {
            (Some(least), Some(most)) => within(most.saturating_sub(*least), spec.spread_limit, middle),
            _ => false,
        },
    }
}

/// The words within the outlier band around the median. All of them, if fewer than five are fresh, if there is no round
/// to measure a time from, or if no majority lies within: then they disagree, and it is not for a band to say who is right.
fn accepted<'a>(spec: &FeedSpec, last: Option<&Rounds>, prices: &'a [Price], now: Timestamp) -> &'a [Price] {
    let Some(last) = last.filter(|_| prices.len() >= OUTLIERS_FROM) else {
        return prices;
    };
    let age = now.saturating_since(last.closed);
    let band = variance::band(spec.outlier_floor, spec.outlier_sigmas, last.variance, age);
    let middle = median(prices);
    let start = prices.partition_point(|price| *price < middle && !within(middle.saturating_sub(*price), band, middle));
    let end = prices.partition_point(|price| *price <= middle || within(price.saturating_sub(middle), band, middle));
    let kept = prices.get(start..end).unwrap_or(prices);
    if kept.len() > prices.len() / 2 { kept } else { prices }
}

/// The middle of ascending prices; half-way between the two middle ones, rounded down, if their number is even.
fn median(prices: &[Price]) -> Price {
    let half = prices.len() / 2;
    let upper = prices.get(half).copied().unwrap_or(Price::ZERO);
    if prices.len() % 2 == 1 {
        return upper;
    }
    let lower = half
        .checked_sub(1)
        .and_then(|at| prices.get(at))
        .copied()
        .unwrap_or(Price::ZERO);
    lower.midpoint(upper, Round::Down)
}

/// `distance ≤ share × of`, exactly.
fn within(distance: Price, share: Ratio, of: Price) -> bool {
    cmp_products(distance.raw(), WAD, of.raw(), share.raw()).is_le()
}

fn is_within_limit(from: Price, to: Price, limit: Ratio) -> bool {
    within(from.max(to).saturating_sub(from.min(to)), limit, from)
}

/// `from` moved toward `to` by at most `limit` of itself. A fall rounds up and a rise down: never further than allowed.
fn step(from: Price, to: Price, limit: Ratio) -> Price {
    if is_within_limit(from, to, limit) {
        return to;
    }
    if to < from {
        from.mul_ratio(limit.complement(), Round::Up).unwrap_or(from).max(to)
    } else {
        let rise = from.mul_ratio(limit, Round::Down).unwrap_or(Price::ZERO);
        from.try_add(rise).unwrap_or(Price::MAX).min(to)
    }
}

impl Rounds {
    /// The first round at genesis.
    pub(super) fn first(spec: &FeedSpec, price: Price, verdict: FeedState, now: Timestamp) -> Self {
        Self {
            number: RoundNumber(1),
            opened: now,
            closed: now,
            spot: price,
            anchor: price,
            judging_before: price,
            verdict,
            halt: None,
            variance: spec.initial_variance,
            integral: Integral::default(),
            stale_since: None,
            stopped: Seconds::ZERO,
            quiet_until: Seconds::ZERO,
        }
    }

    /// The first round of a feed that had no price at genesis; its live time starts in this block.
    pub(super) fn begin(spec: &FeedSpec, judged: Judged, clock: &Clock) -> Self {
        let stopped = clock.host_time.saturating_sub(clock.step);
        let verdict = if judged.agreed {
            FeedState::Live
        } else {
            FeedState::Disputed
        };
        Self {
            stopped,
            ..Self::first(spec, judged.median, verdict, clock.now)
        }
    }

    /// The round after this one, and when this one closed if a gap lies between.
    pub(super) fn follow(&self, spec: &FeedSpec, judged: Judged, clock: &Clock) -> (Self, Option<Timestamp>) {
        let elapsed = clock.now.saturating_since(self.closed);
        let gap = (elapsed > spec.gap).then_some(self.closed);
        let halt = self.halt_after(spec, judged);
        let verdict = match (judged.agreed, halt) {
            (false, _) => FeedState::Disputed,
            (true, Some(_)) => FeedState::Halted,
            (true, None) => FeedState::Live,
        };
        let anchor = match verdict {
            FeedState::Live => judged.median,
            _ => step(self.anchor, judged.median, spec.round_limit),
        };
        let quiet_until = match gap {
            Some(_) => clock.host_time.try_add(spec.gap_grace).unwrap_or(Seconds::MAX),
            None => self.quiet_until,
        };
        let next = Self {
            number: RoundNumber(self.number.0.saturating_add(1)),
            closed: clock.now,
            spot: judged.median,
            anchor,
            judging_before: self.judging(),
            verdict,
            halt,
            variance: variance::update(self.variance, spec.variance_decay, self.spot, judged.median, elapsed),
            integral: self.integral.hold(self.spot, elapsed),
            quiet_until,
            ..*self
        };
        (next, gap)
    }

    /// A halt begins when the median is further from the anchor than one round allows. A round within the limit of the
    /// one before confirms it, unless disputed; a further jump starts the count anew.
    fn halt_after(&self, spec: &FeedSpec, judged: Judged) -> Option<u32> {
        let confirmed = match self.halt {
            None if is_within_limit(self.anchor, judged.median, spec.round_limit) => return None,
            None => 0,
            Some(_) if !is_within_limit(self.spot, judged.median, spec.round_limit) => 0,
            Some(confirmed) => confirmed.saturating_add(u32::from(judged.agreed)),
        };
        (confirmed < spec.confirm_rounds).then_some(confirmed)
    }

    /// Stops live time when the feed becomes Stale, from the end of the block before, and lets it go on when it no longer is.
    pub(super) fn judge_stale(&mut self, is_stale: bool, clock: &Clock) {
        let block_before = clock.host_time.saturating_sub(clock.step);
        match (self.stale_since, is_stale) {
            (None, true) => self.stale_since = Some(block_before),
            (Some(since), false) => {
                let stood = block_before.saturating_sub(since);
                self.stopped = self.stopped.try_add(stood).unwrap_or(Seconds::MAX);
                self.stale_since = None;
            }
            _ => {}
        }
    }
}
