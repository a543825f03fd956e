use ballast_num::{Ratio, Seconds, Timestamp};
use ballast_protocol::coins;

use super::{Coverage, Horizon, Line, sellable};
use crate::config::Config;

/// A market of 100 M a day, a volatility of 20 % and a bound of 5 %: (5 ÷ 20)² = a sixteenth at once, 6.25 M.
#[test]
fn what_can_be_sold_is_bound_by_impact_and_by_turnover() {
    let mut config = Config::default();
    config.coverage.slippage = Ratio::percent(5);
    config.coverage.participation = Ratio::percent(20);
    let at = |config: &Config, time| sellable(config, coins(100_000_000), time).unwrap();
    // At once: no turnover yet.
    assert_eq!(at(&config, Seconds(0)), coins(0));
    // A day: the pressure of 6.25 M fades 24 hours long, 110 M; a fifth of the turnover is less. 5 % are lost.
    assert_eq!(at(&config, Seconds::DAY), coins(19_000_000));
    assert_eq!(at(&config, Seconds(7 * Seconds::DAY.0)), coins(133_000_000));
    // A pressure that halves in ten days: 6.25 M × (1 + 0.693147 ÷ 10), less 5 %.
    config.market.half_life = Seconds(10 * Seconds::DAY.0);
    let slow = at(&config, Seconds::DAY);
    assert!(slow > coins(6_349_055) && slow < coins(6_349_057), "{slow:?}");
    // Without volatility nothing has an impact.
    config.market.daily_volatility = Ratio::ZERO;
    assert_eq!(at(&config, Seconds::DAY), coins(19_000_000));
}

#[test]
fn the_worse_covers_less_of_a_day() {
    let at = |time, sold| {
        let day = Horizon {
            ready: coins(10),
            sold: coins(sold),
            redeemed: coins(100),
        };
        Coverage {
            time: Timestamp(time),
            by_type: Vec::new(),
            all: Line { day, week: day },
        }
    };
    assert_eq!(at(1, 40).all.day.ratio(), Some(Ratio::percent(50)));
    assert_eq!(at(1, 40).worse(at(2, 39)).time, Timestamp(2));
    assert_eq!(at(1, 40).worse(at(2, 40)).time, Timestamp(1));
    assert_eq!(Horizon::default().ratio(), None);
}
