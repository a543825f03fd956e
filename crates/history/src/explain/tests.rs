use ballast_num::{Price, Ratio};

use super::{decimal, percent, usd};

#[test]
fn numbers_in_words_are_cut_off_and_never_read_as_more() {
    let cases = [
        (0, 18, "0"),
        (1, 18, "less than 0.000001"),
        (1_500_000_000_000_000_000, 18, "1.5"),
        (2_000_000_000_000_000_000, 18, "2"),
        (1_999_999_999_999_999_999, 18, "1.999999"),
        (123, 0, "123"),
        (123, 2, "1.23"),
    ];
    for (raw, decimals, said) in cases {
        assert_eq!(decimal(raw, decimals), said);
    }
    assert_eq!(usd(Price::whole(350)), "350");
    assert_eq!(percent(Ratio::from_raw(1_499_999_999_999_999_999)), "149.99 %");
    assert_eq!(percent(Ratio::percent(150)), "150.00 %");
}
