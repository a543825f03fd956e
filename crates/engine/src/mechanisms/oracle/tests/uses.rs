//! The table of docs/oracle.md: what each use may take from a feed in each state.

use ballast_num::Price;
use ballast_protocol::{FeedState, NoPrice, Rejected};

use super::*;
use crate::kernel::Use;

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
    let (judging, low) = (Ok(usd(110)), Ok(usd(90)));
    let table = [
        // use, Live, Disputed, Halted, quiet
        (Use::Borrow, Ok(usd(99)), &disputed, &halted, &quiet),
        (Use::SyntheticDebt, Ok(usd(100)), &disputed, &halted, &quiet),
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

#[test]
fn the_shorter_names_say_the_same() {
    for state in [
        FeedState::Live,
        FeedState::Disputed,
        FeedState::Halted,
        FeedState::Stale,
    ] {
        let quote = quote(state, false);
        assert_eq!(quote.borrowing().map_err(Rejected::from), quote.price(Use::Borrow));
        assert_eq!(quote.liquidation().map_err(Rejected::from), quote.price(Use::Liquidate));
    }
}
