use ballast_num::{Amount, Price, Ratio, Seconds};
use ballast_protocol::coins;

use super::{Market, usd, worth};
use crate::config;

/// 100 M USD a day, σ 20 %.
fn market() -> Market {
    Market::new(&config::Market::default(), vec![coins(100_000_000)])
}

#[test]
fn a_hundredth_of_a_days_volume_costs_a_tenth_of_its_volatility() {
    // √0.01 × 20 % = 2 %.
    assert_eq!(market().bid(0, Price::whole(100), coins(1_000_000)), Price::whole(98));
}

#[test]
fn room_is_what_brings_the_bid_down_to_the_price() {
    assert_eq!(
        market().room(0, Price::whole(100), Ratio::ZERO, Price::whole(98)),
        coins(1_000_000)
    );
    assert_eq!(
        market().room(0, Price::whole(100), Ratio::percent(2), Price::whole(98)),
        Amount::ZERO
    );
}

#[test]
fn what_was_sold_presses_and_fades() {
    let mut market = market();
    let sold = market.sell(0, coins(10_000), Price::whole(100)).unwrap();
    assert_eq!(sold, coins(980_000));
    assert_eq!(market.bid(0, Price::whole(100), Amount::ZERO), Price::whole(98));
    for _ in 0..3_600 {
        market.pass(Seconds::ONE);
    }
    let left = market.pressure(0);
    assert!(left > coins(498_000) && left < coins(502_000), "{left}");
}

#[test]
fn value_and_amount_are_inverse_but_for_rounding() {
    let amount = worth(coins(100), Price::whole(3)).unwrap();
    let value = usd(amount, Price::whole(3)).unwrap();
    assert!(value <= coins(100) && value.try_add(Amount::from_raw(3)).unwrap() >= coins(100));
}
