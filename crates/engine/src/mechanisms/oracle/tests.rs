//! Attack tests are named after the attack that they end.

mod bounds;
mod liar;
mod mean;
mod rounds;
mod time;
mod uses;

use ballast_num::{Price, RAY, Rate, Ratio, Seconds, Timestamp};
use ballast_protocol::{Event, FeedId, FeedSpec, Observation, ObservationRefused, SourceId};

use super::{Closed, Oracle, Rounds};
use crate::kernel::table::all_entries;
use crate::kernel::{Clock, Quote, Use};

const FEED: FeedId = FeedId(1);
const GENESIS: Timestamp = Timestamp(1_000_000);
/// Most that host time advances in a block.
const CLOCK_STEP: u64 = 30;

/// The feed of the worked example: five sources, three make a round.
fn spec() -> FeedSpec {
    FeedSpec {
        id: FEED,
        name: "ETH-USD".into(),
        sources: (1..=5).map(SourceId).collect(),
        quorum: 3,
        heartbeat: Seconds(120),
        skew: Seconds(5),
        outlier_floor: Ratio::percent(1),
        outlier_sigmas: Ratio::percent(600),
        spread_limit: Ratio::percent(3),
        round_limit: Ratio::percent(10),
        confirm_rounds: 2,
        mean_window: Seconds(3_200),
        variance_decay: Rate::from_raw(RAY - RAY / 10_000),
        initial_variance: Ratio::from_raw(20_000_000_000),
        stale_limit: Seconds(300),
        gap: Seconds(600),
        gap_grace: Seconds(90),
    }
}

fn usd(dollars: u32) -> Price {
    Price::whole(dollars)
}

/// An oracle with one feed, and the clocks that a chain would give it.
#[derive(Clone)]
struct Chain {
    oracle: Oracle,
    clock: Clock,
    events: Vec<Event>,
    closed: Vec<Closed>,
}

impl Chain {
    /// Without an opening price.
    fn silent(spec: FeedSpec) -> Self {
        let mut oracle = Oracle::default();
        oracle.add_feed(spec).unwrap();
        let clock = Clock {
            now: GENESIS,
            host_time: Seconds::ZERO,
            step: Seconds::ZERO,
        };
        Self {
            oracle,
            clock,
            events: Vec::new(),
            closed: Vec::new(),
        }
    }

    fn open(spec: FeedSpec, price: Price) -> Self {
        let mut chain = Self::silent(spec);
        chain.oracle.open(FEED, price, GENESIS).unwrap();
        chain
    }

    /// The next block's time.
    fn advance(&mut self, seconds: u64) {
        let step = seconds.min(CLOCK_STEP);
        self.clock = Clock {
            now: Timestamp(self.clock.now.raw() + seconds),
            host_time: Seconds(self.clock.host_time.raw() + step),
            step: Seconds(step),
        };
    }

    fn say(&mut self, source: u32, price: Price, time: u64) -> Result<(), ObservationRefused> {
        let observation = Observation {
            feed: FEED,
            source: SourceId(source),
            price,
            time: Timestamp(time),
        };
        self.oracle.observe(&observation, self.clock.now)
    }

    fn close(&mut self) -> Quote {
        self.events.clear();
        self.closed = self.oracle.close_rounds(&self.clock, &mut self.events);
        self.quote()
    }

    fn quote(&self) -> Quote {
        self.oracle.prices(&self.clock).quote(FEED).unwrap().clone()
    }

    /// A block `seconds` later in which sources 1, 2, … say these prices at its very time.
    fn block(&mut self, seconds: u64, prices: &[Price]) -> Quote {
        self.advance(seconds);
        for (source, price) in (1..).zip(prices) {
            self.say(source, *price, self.clock.now.raw()).unwrap();
        }
        self.close()
    }

    /// A block in which all five say the same.
    fn agreed(&mut self, seconds: u64, price: Price) -> Quote {
        self.block(seconds, &[price; 5])
    }

    fn last(&self) -> Rounds {
        *self.oracle.rounds.get(&FEED).unwrap()
    }

    fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// Every byte of the state.
    fn bytes(&mut self) -> Vec<(u16, Vec<u8>, Vec<u8>)> {
        let entries = all_entries(&mut self.oracle);
        let owned = entries
            .iter()
            .map(|entry| (entry.table, entry.key.to_vec(), entry.after.unwrap().to_vec()));
        owned.collect()
    }
}
