//! What time it is on the chain.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ballast_num::Timestamp;

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
