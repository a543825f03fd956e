//! The table of docs/oracle.md: what each use may take from a feed in each state.

use ballast_num::Price;
use ballast_protocol::{FeedState, NoPrice, Rejected};

use super::*;

/// A quote whose prices are all different.
fn quote(state: FeedState, quiet: bool) -> Quote {
    let quote = Chain::open(spec(), usd(100)).quote();
    Quote {
        state,
        quiet,
        mean: usd(99),
        judging: usd(110),
        low: usd(90),
        ..quote
    }
}

#[test]
fn the_table_of_uses_and_states() {
    use FeedState::{Disputed, Halted, Live, Stale};
    let stale: Result<Price, Rejected> = Err(NoPrice::Stale {
        feed: FEED,
        age: Seconds::ZERO,
        limit: spec().heartbeat,
    }
    .into());
    let disputed = Err(NoPrice::Disputed { feed: FEED }.into());
    let halted = Err(NoPrice::Halted { feed: FEED }.into());
    let quiet = Err(Rejected::Quiet { feed: FEED });
    let (lower, judging, low) = (Ok(usd(99)), Ok(usd(110)), Ok(usd(90)));
    let table = [
        // use, Live, Disputed, Halted, quiet
        (Use::Borrow, Ok(usd(99)), &disputed, &halted, &quiet),
        (Use::Health, Ok(usd(99)), &disputed, &halted, &lower),
        (Use::Fee, Ok(usd(99)), &lower, &lower, &lower),
        (Use::Liquidate, judging.clone(), &judging, &judging, &judging),
        (Use::Sell, low.clone(), &low, &low, &low),
        (Use::Take, low.clone(), &low, &low, &quiet),
    ];
    for (wanted, live, when_disputed, when_halted, when_quiet) in &table {
        assert_eq!(quote(Live, false).price(*wanted), *live, "{wanted:?}");
        assert_eq!(quote(Disputed, false).price(*wanted), **when_disputed, "{wanted:?}");
        assert_eq!(quote(Halted, false).price(*wanted), **when_halted, "{wanted:?}");
        assert_eq!(quote(Live, true).price(*wanted), **when_quiet, "{wanted:?}");
        assert_eq!(quote(Stale, false).price(*wanted), stale, "{wanted:?}");
        assert_eq!(quote(Stale, true).price(*wanted), stale, "{wanted:?}");
    }
}

/// The books mark losses at the low price even where nothing may be sold at it.
#[test]
fn a_mark_needs_no_fresh_price() {
    use FeedState::{Disputed, Halted, Live, Stale};
    for (state, quiet) in [
        (Live, false),
        (Live, true),
        (Disputed, false),
        (Halted, false),
        (Stale, false),
    ] {
        assert_eq!(quote(state, quiet).price(Use::Mark), Ok(usd(90)), "{state:?}");
    }
}
