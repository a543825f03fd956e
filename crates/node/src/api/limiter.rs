//! How often one address may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::Rate;

/// Addresses after which those that have not asked for a while are forgotten.
const MANY: usize = 10_000;

/// Counts requests by [host](super::connections::host).
pub(crate) struct Limiter {
    counts: DefaultKeyedRateLimiter<IpAddr>,
    began: Instant,
    cleaning: Cleaning,
}

/// When it is time to look for addresses to forget, which is a walk over all: once a second.
#[derive(Default)]
struct Cleaning(AtomicU64);

impl Cleaning {
    /// Whether it is, so long after the start: true once in each second.
    fn is_due(&self, passed: Duration) -> bool {
        let second = passed.as_secs().saturating_add(1);
        self.0.fetch_max(second, Ordering::Relaxed) < second
    }
}

impl Limiter {
    pub(crate) fn new(rate: Rate) -> Self {
        let least_one = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(least_one(rate.per_second)).allow_burst(least_one(rate.burst));
        Self {
            counts: RateLimiter::keyed(quota),
            began: Instant::now(),
            cleaning: Cleaning::default(),
        }
    }

    /// Whether a host may ask so much now; of none, it may.
    pub(crate) fn allows(&self, host: IpAddr, requests: u32) -> bool {
        let Some(requests) = NonZeroU32::new(requests) else {
            return true;
        };
        if self.cleaning.is_due(self.began.elapsed()) && self.counts.len() > MANY {
            self.counts.retain_recent();
        }
        // More than may come at once never may.
        matches!(self.counts.check_key_n(&host, requests), Ok(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_once_count_as_many() {
        let limiter = Limiter::new(Rate {
            per_second: 1,
            burst: 10,
        });
        let host = IpAddr::from([127, 0, 0, 1]);
        assert!(!limiter.allows(host, 11), "more than may ever come at once");
        assert!(limiter.allows(host, 0) && limiter.allows(host, 9) && limiter.allows(host, 1));
        assert!(!limiter.allows(host, 1));
        assert!(limiter.allows(IpAddr::from([127, 0, 0, 2]), 10));
    }

    #[test]
    fn many_addresses_do_not_cost_a_walk_each() {
        let cleaning = Cleaning::default();
        let walks = (0..100_000).filter(|request| cleaning.is_due(Duration::from_micros(request * 50)));
        assert_eq!(walks.count(), 5, "in five seconds");
    }
}
