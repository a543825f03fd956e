//! The recorded ledger, as far as its first great fall: what its report adds up.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_num::{Amount, Timestamp};
use ballast_sim::config::Config;
use ballast_sim::ledger_replay::losses::When;
use ballast_sim::ledger_replay::{Ledger, LedgerOutcome, run};
use ballast_sim::prices::Order;

/// 2021-02-23 00:00: half a day after the low of one exchange alone.
const FALLEN: Timestamp = Timestamp(1_614_038_400);

fn until_the_fall() -> LedgerOutcome {
    let ledger = Ledger::recorded().unwrap().until(FALLEN);
    run(&ledger, &Config::default(), Order::LowFirst, &|_| ()).unwrap()
}

#[test]
fn the_parts_of_the_losses_add_up_to_all_of_them() {
    let fallen = until_the_fall();
    let parts = fallen.losses.parts().map(|(_, _, amount)| amount);
    let steps = fallen.outcome.end.losses;
    let lost = fallen.outcome.bad_debt().try_add(steps.surplus).unwrap();
    assert_eq!(
        (Amount::try_sum(parts).unwrap(), steps.first_loss),
        (lost, Amount::ZERO)
    );
    // The low alone has made most of it, so that the sum is not one of nothing.
    let low = fallen.losses.parts().filter(|(when, _, _)| *when == When::FlashLow);
    let of_the_low = Amount::try_sum(low.map(|(_, _, amount)| amount)).unwrap();
    assert!(of_the_low > lost.prorate(1, 2, ballast_num::Round::Down).unwrap());
    assert_eq!((fallen.outcome.breaches, fallen.outcome.first_breach), (0, None));
}
