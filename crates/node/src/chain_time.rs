//! What time it is on the chain.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ballast_num::Timestamp;

/// A clock that is suddenly so much ahead is not believed.
const LEAP: Duration = Duration::from_secs(3_600);
/// One that is not believed is again when it shows no more than this beyond what has passed.
const AGREEMENT: Duration = Duration::from_secs(60);

/// How a host's clock becomes block time. A clock that goes backwards makes time stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainTime {
    /// The clock itself.
    Wall,
    /// For replays of history: from `chain` on, when the clock showed `wall`, so many times as fast.
    Scaled {
        /// What the clock showed.
        wall: SystemTime,
        /// What it meant.
        chain: Timestamp,
        /// Seconds of the chain in a second of the clock.
        speed: u32,
    },
}

impl ChainTime {
    /// The chain's time when the clock shows `now`; before its origin it stands still.
    pub fn at(&self, now: SystemTime) -> Timestamp {
        match self {
            Self::Wall => Timestamp(since(UNIX_EPOCH, now).as_secs()),
            Self::Scaled { wall, chain, speed } => {
                let passed = since(*wall, now).saturating_mul(*speed);
                Timestamp(chain.0.saturating_add(passed.as_secs()))
            }
        }
    }
}

fn since(origin: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(origin).unwrap_or_default()
}

/// Tells the chain's time by a host's clock, as far as that is to be believed: block time can't be taken back.
pub(crate) struct Timekeeper {
    time: ChainTime,
    wall: Box<dyn Fn() -> SystemTime + Send + Sync>,
    began: Instant,
    believed: Mutex<Believed>,
}

impl Timekeeper {
    pub(crate) fn new(time: ChainTime, wall: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        let believed = Believed {
            wall: wall(),
            passed: Duration::ZERO,
            doubted: false,
        };
        Self {
            time,
            wall: Box::new(wall),
            began: Instant::now(),
            believed: Mutex::new(believed),
        }
    }

    /// What time it is on the chain.
    pub(crate) fn now(&self) -> Timestamp {
        let mut believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        let (was_doubted, shown) = (believed.doubted, (self.wall)());
        let now = believed.read(shown, self.began.elapsed());
        match (was_doubted, believed.doubted) {
            (false, true) => tracing::error!(
                ahead = since(now, shown).as_secs(),
                "the clock has leapt ahead by so many seconds: chain time goes on without it, until it is set right or the node \
                 is started again"
            ),
            (true, false) => tracing::warn!("the clock is believed again"),
            _ => {}
        }
        self.time.at(now)
    }
}

/// What the clock is believed to show.
struct Believed {
    /// At the last look.
    wall: SystemTime,
    /// What a clock that nobody sets had counted then.
    passed: Duration,
    /// Whether the host's clock shows something else.
    doubted: bool,
}

impl Believed {
    /// What is believed when the clock shows `wall`, and so much has passed by one that nobody sets. Set back is believed: chain
    /// time stands still then.
    fn read(&mut self, wall: SystemTime, passed: Duration) -> SystemTime {
        let expected = self.wall + passed.saturating_sub(self.passed);
        let beyond = since(expected, wall);
        self.doubted = beyond > if self.doubted { AGREEMENT } else { LEAP };
        self.wall = if self.doubted { expected } else { wall };
        self.passed = passed;
        self.wall
    }
}

#[cfg(test)]
mod tests;
