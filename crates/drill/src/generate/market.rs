//! Time and prices: walks, jumps, crashes, liars, silence, and the ends of the scale.

use ballast_num::{Price, RAY, Timestamp};
use ballast_protocol::{FeedId, Observation, SourceId};

use crate::model::Model;
use crate::random::Random;
use crate::world::FIRST_PRICES;

/// The least and the most that a source may say.
const EDGES: [u128; 2] = [RAY / 1_000_000_000_000_000, RAY * 1_000_000_000];

/// How many seconds a block comes after its parent.
pub(super) const fn time_step(random: &mut Random) -> u64 {
    match random.under(2_000) {
        0 => 20 * 86_400,
        1..6 => 3_600 + random.under(80_000),
        6..20 => 600 + random.under(3_000),
        20..200 => 60 + random.under(500),
        200..500 => 0,
        _ => 12,
    }
}

/// What the world outside thinks of each feed.
#[derive(Clone, Debug)]
pub(super) struct Market {
    prices: Vec<(FeedId, u128, Mood)>,
    /// Whether honest sources agree on whole dollars, at which a ratio can be reached exactly.
    exact: bool,
}

/// What a price does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Calm,
    /// Falls or rises, by so many thousandths a block, for so many blocks.
    Moving {
        from_thousand: u128,
        blocks: u64,
    },
    /// At an end of the scale for so many blocks.
    Edge {
        at: u128,
        blocks: u64,
    },
    /// Nobody speaks for so many blocks.
    Silent {
        blocks: u64,
    },
}

impl Market {
    pub(super) fn new(exact: bool) -> Self {
        let start = |(feed, usd): (FeedId, u32)| (feed, u128::from(usd) * RAY, Mood::Calm);
        Self {
            prices: FIRST_PRICES.map(start).to_vec(),
            exact,
        }
    }

    /// What the sources say in a block at `time`.
    pub(super) fn observations(&mut self, random: &mut Random, parent: &Model, time: u64) -> Vec<Observation> {
        let mut words = Vec::new();
        for (feed, price, mood) in &mut self.prices {
            let usual = FIRST_PRICES
                .iter()
                .find(|(first, _)| first == feed)
                .map_or(RAY, |(_, usd)| u128::from(*usd) * RAY);
            *mood = next_mood(random, *mood);
            *price = next_price(random, *price, usual, *mood);
            if matches!(mood, Mood::Silent { .. }) || random.chance(250) {
                continue;
            }
            let Some(spec) = parent.feeds.get(feed).map(|feed| &feed.spec) else {
                continue;
            };
            for source in &spec.sources {
                if random.chance(120) {
                    continue;
                }
                let said = if self.exact && *price > RAY {
                    *price / RAY * RAY
                } else {
                    *price
                };
                let word = word(random, *feed, *source, said, time, spec.skew.0);
                let honest = said.abs_diff(word.price.raw()) < said / 100;
                let price = if self.exact && honest {
                    Price::from_raw(said)
                } else {
                    word.price
                };
                words.push(Observation { price, ..word });
            }
        }
        if random.chance(30) {
            words.push(word(random, FeedId(9), SourceId(10), RAY, time, 0));
            words.push(word(random, FeedId(1), SourceId(99), RAY, time, 0));
            let again = words.first().copied();
            words.extend(again);
        }
        words
    }
}

fn next_mood(random: &mut Random, mood: Mood) -> Mood {
    match mood {
        Mood::Moving { from_thousand, blocks } if blocks > 0 => Mood::Moving {
            from_thousand,
            blocks: blocks - 1,
        },
        Mood::Edge { at, blocks } if blocks > 0 => Mood::Edge { at, blocks: blocks - 1 },
        Mood::Silent { blocks } if blocks > 0 => Mood::Silent { blocks: blocks - 1 },
        _ => match random.under(1_500) {
            0 => Mood::Edge {
                at: random.of(EDGES),
                blocks: random.under(8),
            },
            1..4 => Mood::Silent {
                blocks: random.under(120),
            },
            4..45 => Mood::Moving {
                from_thousand: 880 + u128::from(random.under(100)),
                blocks: random.under(8),
            },
            45..80 => Mood::Moving {
                from_thousand: 1_010 + u128::from(random.under(80)),
                blocks: random.under(8),
            },
            80..90 => Mood::Moving {
                from_thousand: 400 + u128::from(random.under(400)),
                blocks: 0,
            },
            _ => Mood::Calm,
        },
    }
}

fn next_price(random: &mut Random, price: u128, usual: u128, mood: Mood) -> u128 {
    let price = if (usual / 1_000..usual * 1_000).contains(&price) {
        price
    } else {
        usual
    };
    let moved = match mood {
        Mood::Edge { at, .. } => return at,
        Mood::Moving { from_thousand, .. } => price / 1_000 * from_thousand,
        // Home by a hundredth, and a little to either side.
        _ => (price / 100 * 99 + usual / 100) / 1_000 * (997 + random.under_wide(7)),
    };
    moved.clamp(EDGES[0], EDGES[1])
}

/// What one source says: the price with a little noise, at a time just past; or something else.
fn word(random: &mut Random, feed: FeedId, source: SourceId, price: u128, time: u64, skew: u64) -> Observation {
    let price = match random.under(100) {
        0 => random.of([0, 1, EDGES[0] - 1, EDGES[0], EDGES[1], EDGES[1] + 1, u128::MAX]),
        1 => price / 10,
        2 => price.saturating_mul(2),
        3..6 => price / 100 * (90 + random.under_wide(20)),
        _ => price / 10_000 * (9_990 + random.under_wide(20)) + random.under_wide(1_000),
    };
    let at = match random.under(40) {
        0 => time + skew,
        1 => time + skew + 1,
        2 => time.saturating_sub(random.under(2_000)),
        _ => time.saturating_sub(random.under(3)),
    };
    Observation {
        feed,
        source,
        price: Price::from_raw(price),
        time: Timestamp(at),
    }
}
