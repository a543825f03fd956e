//! Feeds: what their sources say, which rounds close, and what each block may take from them.

use std::collections::BTreeMap;

use ballast_num::{RAY, Round, WAD};
use ballast_protocol::{FeedId, FeedSpec, FeedState, NoPrice, Observation, Rejected, SourceId};
use num_bigint::BigUint;

use super::number::{big, part, power, quotient, root_down, root_up, share};

use Round::{Down, Up};

/// A feed with everything it remembers.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pub(crate) spec: FeedSpec,
    words: BTreeMap<SourceId, Word>,
    pub(crate) last: Option<Last>,
    /// Time and median of closed rounds, all that a mean may still reach.
    history: Vec<(u64, u128)>,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    price: u128,
    time: u64,
    stored: u64,
    after: u64,
}

/// The last closed round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Last {
    number: u64,
    opened: u64,
    closed: u64,
    spot: u128,
    anchor: u128,
    judging_before: u128,
    verdict: FeedState,
    halt: Option<u32>,
    variance: u128,
    pub(crate) stale_since: Option<u64>,
    stopped: u64,
    quiet_until: u64,
}

/// What a block may take from a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) feed: FeedId,
    pub(crate) state: FeedState,
    pub(crate) round: u64,
    pub(crate) age: u64,
    pub(crate) heartbeat: u64,
    pub(crate) spot: u128,
    pub(crate) mean: u128,
    pub(crate) deviation: u128,
    pub(crate) judging: u128,
    pub(crate) judging_before: u128,
    pub(crate) low: u128,
    pub(crate) live_time: u64,
    pub(crate) quiet: bool,
}

/// A round that closed in this block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) feed: FeedId,
    pub(crate) as_of: u64,
    pub(crate) after_gap: bool,
}

impl Quote {
    /// Error if nobody has spoken for too long.
    pub(crate) fn heard(&self) -> Result<(), Rejected> {
        if self.state == FeedState::Stale {
            return Err(Rejected::NoPrice(NoPrice::Stale {
                feed: self.feed,
                age: ballast_num::Seconds(self.age),
                limit: ballast_num::Seconds(self.heartbeat),
            }));
        }
        Ok(())
    }

    /// What collateral counts behind new debt: the lower of spot and mean, only while Live.
    pub(crate) fn borrowing(&self) -> Result<u128, Rejected> {
        self.heard()?;
        let feed = self.feed;
        match self.state {
            FeedState::Disputed => Err(NoPrice::Disputed { feed }.into()),
            FeedState::Halted => Err(NoPrice::Halted { feed }.into()),
            _ => Ok(self.spot.min(self.mean)),
        }
    }
}

/// `distance ≤ share × of`.
fn within(a: u128, b: u128, share: u128, of: u128) -> bool {
    big(a.abs_diff(b)) * WAD <= big(of) * share
}

/// The middle of sorted prices, or the average of the two middle ones rounded down.
fn median(sorted: &[u128]) -> u128 {
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    low + (high - low) / 2
}

impl Feed {
    /// Whether buyers still wait after a gap: its quiet time runs, or ended while nobody was heard.
    pub(crate) fn buyers_wait(&self, host_time: u64) -> bool {
        self.last.is_some_and(|last| {
            host_time < last.quiet_until || last.stale_since.is_some_and(|since| since < last.quiet_until)
        })
    }

    pub(crate) fn new(spec: FeedSpec) -> Self {
        Self {
            spec,
            words: BTreeMap::new(),
            last: None,
            history: Vec::new(),
        }
    }

    /// The price at genesis counts as a round in which every source spoke.
    pub(crate) fn open(&mut self, price: u128, now: u64) {
        for source in &self.spec.sources {
            let word = Word {
                price,
                time: now,
                stored: now,
                after: 0,
            };
            self.words.insert(*source, word);
        }
        self.last = Some(self.first(price, FeedState::Live, now, 0));
        self.history.push((now, price));
    }

    fn first(&self, price: u128, verdict: FeedState, now: u64, stopped: u64) -> Last {
        Last {
            number: 1,
            opened: now,
            closed: now,
            spot: price,
            anchor: price,
            judging_before: price,
            verdict,
            halt: None,
            variance: self.spec.initial_variance.raw(),
            stale_since: None,
            stopped,
            quiet_until: 0,
        }
    }

    /// Stores a source's word unless something is wrong with it.
    pub(crate) fn observe(&mut self, word: &Observation, now: u64) {
        let (price, time) = (word.price.raw(), word.time.0);
        let before = self.words.get(&word.source);
        let acceptable = self.spec.sources.contains(&word.source)
            && (1_000_000_000_000..=RAY * 1_000_000_000).contains(&price)
            && time <= now.saturating_add(self.spec.skew.0)
            && now.saturating_sub(time) <= self.spec.heartbeat.0
            && before.is_none_or(|before| time > before.time && before.stored != now);
        if acceptable {
            let after = self.last.map_or(0, |last| last.number);
            let stored = now;
            self.words.insert(
                word.source,
                Word {
                    price,
                    time,
                    stored,
                    after,
                },
            );
        }
    }

    /// Closes the round if a quorum has spoken since the last one, and judges whether the feed is Stale.
    pub(crate) fn close(&mut self, now: u64, host_time: u64, step: u64) -> Option<Closed> {
        let fresh: Vec<Word> = self
            .words
            .values()
            .copied()
            .filter(|word| now.saturating_sub(word.time) <= self.spec.heartbeat.0)
            .collect();
        let is_new = |word: &&Word| {
            self.last
                .is_none_or(|last| word.after == last.number && word.time > last.closed)
        };
        let mut newer: Vec<u64> = fresh.iter().filter(is_new).map(|word| word.time).collect();
        newer.sort_unstable();
        newer.reverse();

        let decided = newer.get(usize::from(self.spec.quorum) - 1).copied();
        let closed = decided.map(|as_of| {
            let mut prices: Vec<u128> = fresh.iter().map(|word| word.price).collect();
            prices.sort_unstable();
            let after_gap = self.follow(&prices, now, host_time, step);
            Closed {
                feed: self.spec.id,
                as_of,
                after_gap,
            }
        });
        if let Some(last) = &mut self.last {
            let stale =
                fresh.len() < usize::from(self.spec.quorum) || now.saturating_sub(last.closed) > self.spec.heartbeat.0;
            let block_before = host_time - step;
            match last.stale_since {
                None if stale => last.stale_since = Some(block_before),
                Some(since) if !stale => {
                    last.stopped += block_before.saturating_sub(since);
                    last.stale_since = None;
                }
                _ => (),
            }
        }
        closed
    }

    /// The round after the last; whether it came after a gap.
    fn follow(&mut self, prices: &[u128], now: u64, host_time: u64, step: u64) -> bool {
        let counted = self.counted(prices, now);
        let spot = median(&counted);
        let agreed = within(
            counted[0],
            counted[counted.len() - 1],
            self.spec.spread_limit.raw(),
            spot,
        );
        self.remember(now, spot);
        let Some(last) = self.last else {
            let verdict = if agreed { FeedState::Live } else { FeedState::Disputed };
            self.last = Some(self.first(spot, verdict, now, host_time - step));
            return false;
        };
        let limit = self.spec.round_limit.raw();
        let near = |from: u128| within(from, spot, limit, from);
        let confirmed = match last.halt {
            None if near(last.anchor) => None,
            None => Some(0),
            Some(_) if !near(last.spot) => Some(0),
            Some(confirmed) => Some(confirmed + u32::from(agreed)),
        };
        let halt = confirmed.filter(|confirmed| *confirmed < self.spec.confirm_rounds);
        let verdict = match (agreed, halt) {
            (false, _) => FeedState::Disputed,
            (true, Some(_)) => FeedState::Halted,
            (true, None) => FeedState::Live,
        };
        let stepped = || {
            if near(last.anchor) {
                spot
            } else if spot < last.anchor {
                share(last.anchor, WAD - limit, Up).unwrap_or(last.anchor).max(spot)
            } else {
                (last.anchor + share(last.anchor, limit, Down).unwrap_or(0)).min(spot)
            }
        };
        let silence = now - last.closed;
        let gap = silence > self.spec.gap.0;
        self.last = Some(Last {
            number: last.number + 1,
            closed: now,
            spot,
            anchor: if verdict == FeedState::Live { spot } else { stepped() },
            judging_before: last.spot.max(last.anchor),
            verdict,
            halt,
            variance: self.variance(&last, spot, silence),
            quiet_until: if gap {
                host_time + self.spec.gap_grace.0
            } else {
                last.quiet_until
            },
            ..last
        });
        gap
    }

    /// The words that are no outliers. With fewer than five nobody is one; nor if too few would be left.
    fn counted(&self, prices: &[u128], now: u64) -> Vec<u128> {
        let Some(last) = self.last.filter(|_| prices.len() >= 5) else {
            return prices.to_vec();
        };
        let expected = part(last.variance, u128::from(now - last.closed), 1, Up).map_or(u128::MAX, |sum| sum);
        let sigmas = share(self.spec.outlier_sigmas.raw(), root_up(expected), Up).unwrap_or(u128::MAX);
        let band = self.spec.outlier_floor.raw().max(sigmas);
        let middle = median(prices);
        let kept: Vec<u128> = prices
            .iter()
            .copied()
            .filter(|price| within(*price, middle, band, middle))
            .collect();
        let enough = kept.len() >= usize::from(self.spec.quorum) && kept.len() * 2 > prices.len();
        if enough { kept } else { prices.to_vec() }
    }

    /// `v·d + r²/t·(1 − d)`, rounded up.
    fn variance(&self, last: &Last, spot: u128, silence: u64) -> u128 {
        let Ok(kept) = power(self.spec.variance_decay.raw(), silence, RAY).map(|kept| kept.min(RAY)) else {
            return last.variance;
        };
        let change = part(last.spot.abs_diff(spot), WAD, last.spot, Up)
            .unwrap_or(WAD)
            .min(WAD);
        let fresh = part(change, change, WAD * u128::from(silence.max(1)), Up).unwrap_or(WAD);
        quotient(&(big(last.variance) * kept + big(fresh) * (RAY - kept)), RAY, Up).unwrap_or(last.variance)
    }

    fn slice(&self) -> Option<u64> {
        let window = self.spec.mean_window.0;
        (window > 0).then(|| window.div_ceil(32))
    }

    /// Keeps a closed round, and forgets those that ended before any later mean begins.
    fn remember(&mut self, now: u64, spot: u128) {
        let reach = self.spec.mean_window.0 + self.slice().unwrap_or(0);
        let oldest = now.saturating_sub(reach);
        let ended = self
            .history
            .iter()
            .skip(1)
            .take_while(|(next, _)| *next < oldest)
            .count();
        self.history.drain(..ended);
        self.history.push((now, spot));
    }

    /// The time-weighted mean from the last 32nd of the window at or before its start, rounded down.
    fn mean(&self, last: &Last, now: u64) -> u128 {
        let Some(slice) = self.slice() else { return last.spot };
        let marked = now.saturating_sub(self.spec.mean_window.0) / slice * slice;
        if marked >= last.closed || now <= last.opened {
            return last.spot;
        }
        let start = marked.max(last.opened);
        let ends = self.history.iter().skip(1).map(|(next, _)| *next).chain([now]);
        let mut area = BigUint::ZERO;
        for ((began, price), ended) in self.history.iter().zip(ends) {
            area += big(*price) * ended.saturating_sub((*began).max(start));
        }
        quotient(&area, u128::from(now - start), Down).unwrap_or(last.spot)
    }

    /// What this block takes from the feed.
    pub(crate) fn quote(&self, now: u64, host_time: u64) -> Option<Quote> {
        let last = self.last?;
        Some(Quote {
            feed: self.spec.id,
            state: if last.stale_since.is_some() {
                FeedState::Stale
            } else {
                last.verdict
            },
            round: last.number,
            age: now.saturating_sub(last.closed),
            heartbeat: self.spec.heartbeat.0,
            spot: last.spot,
            mean: self.mean(&last, now),
            deviation: root_down(&(big(last.variance) * self.spec.mean_window.0)),
            judging: last.spot.max(last.anchor),
            judging_before: last.judging_before,
            low: last.spot.min(last.anchor),
            live_time: last.stale_since.unwrap_or(host_time).saturating_sub(last.stopped),
            quiet: host_time < last.quiet_until,
        })
    }
}
