//! How often one address may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::Rate;

/// Addresses after which those that have not asked for a while are forgotten.
const MANY: usize = 10_000;

/// Counts requests by address, IPv6 by the /64 that one host usually has.
pub(crate) struct Limiter(DefaultKeyedRateLimiter<IpAddr>);

impl Limiter {
    pub(crate) fn new(rate: Rate) -> Self {
        let least_one = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(least_one(rate.per_second)).allow_burst(least_one(rate.burst));
        Self(RateLimiter::keyed(quota))
    }

    /// Whether an address may ask now.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        self.0.check_key(&host(address)).is_ok()
    }
}

fn host(address: IpAddr) -> IpAddr {
    // An IPv4 address may come as one of IPv6.
    match address.to_canonical() {
        address @ IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}
