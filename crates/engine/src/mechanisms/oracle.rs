//! Prices: what registered sources say, judged round by round (docs/oracle.md; rules R2, R3, and R4 where it is a feed's).
//!
//! A source's observations are stored as they come. Once a block, after them, [`Oracle::close_rounds`] closes the round
//! of each feed of which a quorum of sources has spoken anew, and [`Oracle::prices`] makes the quotes by which the whole
//! block is judged. One dishonest source among five neither causes nor stops a liquidation, whatever it says and whenever.

mod bounds;
mod round;
mod sources;
mod variance;

use ballast_num::{Price, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    Event, FeedId, FeedSpec, FeedState, Observation, ObservationRefused, ParameterFault, Rejected, RoundNumber,
    SourceId, SourceKey, table,
};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::kernel::mean::{Held, Integral, Mark};
use crate::kernel::{Clock, Prices, Quote, Table};
use crate::pieces;

pub use bounds::{PRICE_MAX, PRICE_MIN};
pub use sources::{GUARDIANS_MAX, SourceFault};

/// All feeds.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// Their parameters.
    pub specs: Table<FeedId, FeedSpec>,
    /// With what sources sign that others may bring the words of.
    pub keys: Table<SourceId, SourceKey>,
    /// The last stored observation of each source.
    pub observations: Table<(FeedId, SourceId), Observed>,
    /// The last closed round.
    pub rounds: Table<FeedId, Rounds>,
    /// Price × time up to the multiples of a 32nd of the mean's window. Apart, since most rounds write none.
    marks: Table<(FeedId, u8), Mark>,
}

pieces!(Oracle {
    specs,
    keys,
    observations,
    rounds,
    marks
});

impl Default for Oracle {
    fn default() -> Self {
        Self {
            specs: Table::new(table::FEEDS),
            keys: Table::new(table::SOURCES),
            observations: Table::new(table::OBSERVATIONS),
            rounds: Table::new(table::ROUNDS),
            marks: Table::new(table::PRICE_MEANS),
        }
    }
}

/// A stored observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Observed {
    /// USD for one whole unit.
    pub price: Price,
    /// When the source saw it.
    pub time: Timestamp,
    /// Block time at which it was stored.
    pub stored: Timestamp,
    /// How many rounds had closed then: it counts toward the close of the next, and of no other.
    pub after: RoundNumber,
}

/// A feed's last closed round, and what lasts from round to round. Written when a round closes or the feed becomes or
/// ceases to be Stale, not in the blocks between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Rounds {
    /// How many have closed.
    pub number: RoundNumber,
    /// Block time of the first close: the integral starts here.
    pub opened: Timestamp,
    /// Block time of the last close.
    pub closed: Timestamp,
    /// Median of the accepted observations.
    pub spot: Price,
    /// The last Live price, moved toward the median by the round limit in each round since (rule R3). While Live: `spot`.
    pub anchor: Price,
    /// The price that judged vaults in the round before (rule R9).
    pub judging_before: Price,
    /// What the observations of this round amount to: Live, Disputed or Halted.
    pub verdict: FeedState,
    /// While a halt lasts: the rounds that have confirmed it without a break.
    pub halt: Option<u32>,
    /// EWMA variance of returns a second.
    pub variance: Ratio,
    /// Price × seconds from `opened` to `closed`.
    pub integral: Integral,
    /// Host time at which the feed became Stale, while it is.
    pub stale_since: Option<Seconds>,
    /// Host time spent Stale, or before the first round: live time is host time less this (rule R4).
    pub stopped: Seconds,
    /// Host time until which the quiet period after a gap lasts (rule R4).
    pub quiet_until: Seconds,
}

impl Rounds {
    /// The median that holds since the last close, for its mean: between two closes the price is the median of the first.
    const fn held(&self) -> Held {
        Held {
            price: self.spot,
            since: self.closed,
            opened: self.opened,
            integral: self.integral,
        }
    }

    /// The state now: Stale, or the verdict of the last round.
    pub const fn state(&self) -> FeedState {
        match self.stale_since {
            Some(_) => FeedState::Stale,
            None => self.verdict,
        }
    }

    /// The price that judges vaults: the kinder of median and anchor. While Live they are one.
    pub fn judging(&self) -> Price {
        self.spot.max(self.anchor)
    }

    /// The low price of pools and auctions: the unkinder of the two.
    pub fn low(&self) -> Price {
        self.spot.min(self.anchor)
    }

    /// Host time without what passed while Stale: it advances with host time and stops with the feed (rule R4).
    pub const fn live_time(&self, host_time: Seconds) -> Seconds {
        let until = match self.stale_since {
            Some(since) => since,
            None => host_time,
        };
        until.saturating_sub(self.stopped)
    }

    /// Whether takes wait because of a gap: its quiet period runs, or the feed has been Stale since before its end. The
    /// block that lets them in again restarts the auctions (rule R4).
    pub fn holds_takes(&self, host_time: Seconds) -> bool {
        host_time < self.quiet_until || self.stale_since.is_some_and(|since| since < self.quiet_until)
    }
}

/// A round that closed in this block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Of which feed.
    pub feed: FeedId,
    /// The earliest source time among the quorum that spoke last. A command included at `t` could not be known to any of
    /// them, and this round may execute it, if `as_of > t + skew` (rule R1).
    pub as_of: Timestamp,
    /// Whether it ended a silence longer than the feed's gap: auctions restart (rule R4).
    pub after_gap: bool,
}

impl Oracle {
    /// Adds a feed. Its parameters never change. Errors: `Duplicate`, then those of the bounds (docs/oracle.md).
    pub fn add_feed(&mut self, spec: FeedSpec) -> Result<(), ParameterFault> {
        if self.specs.contains_key(&spec.id) {
            return Err(ParameterFault::Duplicate);
        }
        bounds::check(&spec)?;
        self.specs.set(spec.id, spec);
        Ok(())
    }

    /// A feed's parameters. Error: `UnknownFeed`.
    pub fn spec(&self, feed: FeedId) -> Result<&FeedSpec, Rejected> {
        self.specs.get(&feed).ok_or(Rejected::UnknownFeed(feed))
    }

    /// Gives a feed its first price at genesis: a closed Live round, as if every source had said so at `now`, so that it
    /// ages like any other. Errors: `OutOfBounds` for an unknown feed, one that has a round, or a price out of bounds.
    pub fn open(&mut self, feed: FeedId, price: Price, now: Timestamp) -> Result<(), ParameterFault> {
        let spec = self.specs.get(&feed).ok_or(ParameterFault::OutOfBounds)?;
        if self.rounds.contains_key(&feed) || !bounds::admits(price) {
            return Err(ParameterFault::OutOfBounds);
        }
        let word = Observed {
            price,
            time: now,
            stored: now,
            after: RoundNumber(0),
        };
        let first = Rounds::first(spec, price, FeedState::Live, now);
        for source in &spec.sources {
            self.observations.set((feed, *source), word);
        }
        self.rounds.set(feed, first);
        Ok(())
    }

    /// A feed's pair, for people.
    pub fn name(&self, feed: FeedId) -> Option<&str> {
        self.specs.get(&feed).map(|spec| spec.name.as_str())
    }

    /// Whether a source's word would be taken in a block of this time.
    ///
    /// Errors, in order: `UnknownFeed`, `UnknownSource`, `PriceOutOfBounds`, `FromTheFuture` (later than block time and
    /// skew), `TooOld` (over the heartbeat), `NotNewer` (source times strictly increase), `AlreadyInBlock`. So the free
    /// lane carries one observation a feed, source and block (rule R6), and while a round is open a newer word replaces an
    /// older: a proposer who holds two can delay the newer by a block, not shut it out for the round.
    pub fn check(&self, observation: &Observation, now: Timestamp) -> Result<(), ObservationRefused> {
        let Observation {
            feed,
            source,
            price,
            time,
        } = *observation;
        let spec = self.specs.get(&feed).ok_or(ObservationRefused::UnknownFeed(feed))?;
        if !spec.sources.contains(&source) {
            return Err(ObservationRefused::UnknownSource { feed, signer: source });
        }
        if !bounds::admits(price) {
            return Err(ObservationRefused::PriceOutOfBounds {
                price,
                least: PRICE_MIN,
                most: PRICE_MAX,
            });
        }
        let latest = now.after(spec.skew).unwrap_or(Timestamp::MAX);
        if time > latest {
            return Err(ObservationRefused::FromTheFuture { time, latest });
        }
        let age = now.saturating_since(time);
        if age > spec.heartbeat {
            return Err(ObservationRefused::TooOld {
                age,
                heartbeat: spec.heartbeat,
            });
        }
        if let Some(last) = self.observations.get(&(feed, source)) {
            if time <= last.time {
                return Err(ObservationRefused::NotNewer { time, last: last.time });
            }
            if last.stored == now {
                return Err(ObservationRefused::AlreadyInBlock { feed, now });
            }
        }
        Ok(())
    }

    /// Stores what a source says, in place of what it said before. Errors: those of [`Oracle::check`].
    pub fn observe(&mut self, observation: &Observation, now: Timestamp) -> Result<(), ObservationRefused> {
        self.check(observation, now)?;
        let (feed, source) = (observation.feed, observation.source);
        let after = self.rounds.get(&feed).map_or(RoundNumber(0), |last| last.number);
        let observed = Observed {
            price: observation.price,
            time: observation.time,
            stored: now,
            after,
        };
        self.observations.set((feed, source), observed);
        Ok(())
    }

    /// Closes the rounds that a quorum has decided and judges which feeds are Stale: once a block, after its observations.
    ///
    /// Returns the closed rounds by feed. Tells `RoundClosed`, then `GapBegan`, then `FeedStateChanged`, each only if so.
    pub fn close_rounds(&mut self, clock: &Clock, events: &mut Vec<Event>) -> Vec<Closed> {
        let mut closed = Vec::new();
        let Self {
            specs,
            observations,
            rounds,
            marks,
            keys: _,
        } = self;
        for (feed, spec) in specs.iter() {
            let before = rounds.get(feed).copied();
            let mut after = before;
            let sources = spec
                .sources
                .iter()
                .filter_map(|source| observations.get(&(*feed, *source)));
            let words = round::Words::of(spec, before.as_ref(), sources, clock.now);

            if let Some(as_of) = words.decided() {
                let judged = round::judge(spec, before.as_ref(), &words, clock.now);
                let (next, gap) = match &before {
                    None => (Rounds::begin(spec, judged, clock), None),
                    Some(last) => {
                        last.held().mark(marks, *feed, spec.mean_window, clock.now);
                        last.follow(spec, judged, clock)
                    }
                };
                events.push(Event::RoundClosed {
                    feed: *feed,
                    round: next.number,
                    median: next.spot,
                    accepted: judged.accepted,
                    rejected: judged.rejected,
                });
                events.extend(gap.map(|last| Event::GapBegan { feed: *feed, last }));
                closed.push(Closed {
                    feed: *feed,
                    as_of,
                    after_gap: gap.is_some(),
                });
                after = Some(next);
            }

            let Some(mut after) = after else { continue };
            let is_stale =
                words.fresh() < usize::from(spec.quorum) || clock.now.saturating_since(after.closed) > spec.heartbeat;
            after.judge_stale(is_stale, clock);
            let state = after.state();
            if before.as_ref().map(Rounds::state) != Some(state) {
                events.push(Event::FeedStateChanged { feed: *feed, state });
            }
            if before.as_ref() != Some(&after) {
                rounds.set(*feed, after);
            }
        }
        closed
    }

    /// Whether a feed has been Stale for longer than its limit of host time: its types then close to new debt (rule R3).
    pub fn stale_too_long(&self, feed: FeedId, clock: &Clock) -> bool {
        let since = self.rounds.get(&feed).and_then(|last| last.stale_since);
        match (since, self.specs.get(&feed)) {
            (Some(since), Some(spec)) => clock.host_time.saturating_sub(since) > spec.stale_limit,
            _ => false,
        }
    }

    /// The feeds whose auctions wait because of a gap.
    pub fn holding_takes(&self, host_time: Seconds) -> impl Iterator<Item = FeedId> + '_ {
        let holding = self.rounds.iter().filter(move |(_, last)| last.holds_takes(host_time));
        holding.map(|(feed, _)| *feed)
    }

    /// The quotes of this block, of every feed that has a round. Call it after [`Oracle::close_rounds`].
    pub fn prices(&self, clock: &Clock) -> Prices {
        let rounds = self
            .rounds
            .iter()
            .filter_map(|(feed, last)| Some((self.specs.get(feed)?, last)));
        rounds.map(|(spec, last)| self.quote(spec, last, clock)).collect()
    }

    fn quote(&self, spec: &FeedSpec, last: &Rounds, clock: &Clock) -> Quote {
        Quote {
            feed: spec.id,
            state: last.state(),
            round: last.number,
            closed: last.closed,
            age: clock.now.saturating_since(last.closed),
            heartbeat: spec.heartbeat,
            spot: last.spot,
            mean: last.held().mean(&self.marks, spec.id, spec.mean_window, clock.now),
            deviation: variance::deviation(last.variance, spec.mean_window),
            judging: last.judging(),
            judging_before: last.judging_before,
            low: last.low(),
            live_time: last.live_time(clock.host_time),
            quiet: clock.host_time < last.quiet_until,
        }
    }
}

#[cfg(test)]
mod tests;
