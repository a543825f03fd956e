use ballast_num::{Amount, Ratio, Timestamp};

use super::{dollars, exact, percent, utc};

#[test]
fn figures_read_as_people_write_them() {
    let coins = ballast_protocol::coins;
    assert_eq!(dollars(Amount::ZERO), "0");
    assert_eq!(dollars(coins(999)), "999");
    assert_eq!(dollars(coins(1_000)), "1,000");
    assert_eq!(dollars(coins(12_345_678)), "12,345,678");
    assert_eq!(percent(Ratio::basis_points(15_129)), "151.2 %");
    assert_eq!(percent(Ratio::ZERO), "0.0 %");
    assert_eq!(exact(Amount::from_raw(1_500_000_000_000_000_000)), "1.5");
}

#[test]
fn moments_are_those_of_the_calendar() {
    for (seconds, text) in [
        (0, "1970-01-01 00:00"),
        (951_782_400, "2000-02-29 00:00"),
        (1_583_971_200, "2020-03-12 00:00"),
        (1_584_064_799, "2020-03-13 01:59"),
        (4_107_542_400, "2100-03-01 00:00"),
        (13_569_465_600, "2400-01-01 00:00"),
    ] {
        assert_eq!(utc(Timestamp(seconds)), text);
    }
}
