use ballast_num::Seconds;
use proptest::prelude::*;

use super::super::Sample;
use super::*;

fn path(text: &str, order: Order) -> Path {
    Path::new(Series::parse("test", text.as_bytes()).unwrap(), order)
}

/// At each moment the path has this price, "-" for none.
#[track_caller]
fn check(path: &Path, prices: &[(u64, &str)]) {
    for (at, price) in prices {
        let found = path
            .price_at(Timestamp(*at))
            .map_or_else(|| "-".to_owned(), |price| price.to_string());
        assert_eq!((*at, found.as_str()), (*at, *price));
    }
}

const BARS: &str = "ts,open,high,low,close\n900,100,130,70,110\n1800,111,140,99,120\n3600,50,50,50,50\n";

#[test]
fn the_low_comes_first_or_the_high_does() {
    let low_first = path(BARS, Order::LowFirst);
    check(
        &low_first,
        &[
            (900, "100"),
            (1_050, "85"),
            (1_200, "70"),
            (1_350, "100"),
            (1_500, "130"),
            (1_650, "120"),
        ],
    );
    let high_first = path(BARS, Order::HighFirst);
    check(
        &high_first,
        &[
            (900, "100"),
            (1_050, "115"),
            (1_200, "130"),
            (1_350, "100"),
            (1_500, "70"),
            (1_650, "90"),
        ],
    );
}

#[test]
fn the_next_open_counts_at_the_end_of_a_bar_and_the_close_before_a_gap() {
    for order in [Order::LowFirst, Order::HighFirst] {
        let path = path(BARS, order);
        check(
            &path,
            &[
                (899, "-"),
                (1_800, "111"),
                (2_700, "120"),
                (2_701, "-"),
                (3_599, "-"),
                (3_600, "50"),
            ],
        );
        check(&path, &[(4_500, "50"), (4_501, "-"), (u64::MAX, "-")]);
    }
}

#[test]
fn a_price_between_two_digits_is_rounded_down_on_either_slope() {
    let last_digit = "0.000000001000000000000000001";
    let rising = path(&format!("ts,price\n0,0.000000001\n3,{last_digit}\n"), Order::LowFirst);
    check(
        &rising,
        &[
            (0, "0.000000001"),
            (1, "0.000000001"),
            (2, "0.000000001"),
            (3, last_digit),
        ],
    );
    let falling = path(&format!("ts,price\n0,{last_digit}\n3,0.000000001\n"), Order::LowFirst);
    check(
        &falling,
        &[
            (0, last_digit),
            (1, "0.000000001"),
            (2, "0.000000001"),
            (3, "0.000000001"),
        ],
    );
}

#[test]
fn samples_are_joined_unless_they_are_far_apart() {
    // Median spacing 10: 40 is bridged, 41 is a gap.
    let path = path("ts,price\n0,10\n10,20\n20,10\n30,10\n70,50\n111,91\n", Order::LowFirst);
    check(
        &path,
        &[(0, "10"), (5, "15"), (10, "20"), (15, "15"), (50, "30"), (70, "50")],
    );
    check(&path, &[(71, "-"), (110, "-"), (111, "91"), (112, "-")]);
}

#[test]
fn extremes_of_the_widest_range_do_not_overflow() {
    let path = path(
        "ts,open,high,low,close\n0,1000000000,1000000000,0.000000001,1\n49999999999,1,1,1,1\n",
        Order::LowFirst,
    );
    assert_eq!(path.series().end(), Timestamp(99_999_999_998));
    let thirds = 49_999_999_999 / 3;
    assert!(path.price_at(Timestamp(thirds)).unwrap() < Price::ONE);
    assert!(path.price_at(Timestamp(2 * thirds)).unwrap() > Price::whole(999_999_999));
}

/// What the price should be, told slowly: the first two known points around the moment, and the line between them.
///
/// Times are in thirds of a second, so that the points of a bar fall on whole ones.
fn model(path: &Path, at: u64) -> Option<Price> {
    let length = path.series().interval().0;
    let lines: Vec<[(u64, u128); 2]> = match path.series().rows() {
        Rows::Bars(bars) => bars.iter().flat_map(|bar| lines_of(bar, path.order, length)).collect(),
        Rows::Samples(samples) => {
            let points: Vec<_> = samples
                .iter()
                .map(|sample| (sample.at.0 * 3, sample.price.raw()))
                .collect();
            let joined = points.windows(2).filter(|pair| pair[1].0 - pair[0].0 <= 3 * 4 * length);
            joined
                .map(|pair| [pair[0], pair[1]])
                .chain(points.iter().map(|point| [*point, *point]))
                .collect()
        }
    };
    let at = at * 3;
    // Where two lines hold the moment, the later one begins there.
    lines
        .into_iter()
        .filter(|[from, to]| from.0 <= at && at <= to.0)
        .max_by_key(|[from, _]| from.0)
        .map(|[from, to]| {
            let (passed, left) = (u128::from(at - from.0), u128::from(to.0 - at));
            if passed == 0 {
                return Price::from_raw(from.1);
            }
            Price::from_raw((from.1 * left + to.1 * passed) / (left + passed))
        })
}

fn lines_of(bar: &Bar, order: Order, length: u64) -> [[(u64, u128); 2]; 3] {
    let middle = if order == Order::LowFirst {
        [bar.low, bar.high]
    } else {
        [bar.high, bar.low]
    };
    let point = |third: u64, price: Price| (bar.start.0 * 3 + third * length, price.raw());
    let points = [
        point(0, bar.open),
        point(1, middle[0]),
        point(2, middle[1]),
        point(3, bar.close),
    ];
    [[points[0], points[1]], [points[1], points[2]], [points[2], points[3]]]
}

fn price() -> impl Strategy<Value = Price> {
    (1_000_000_000_000_000_000_u128..10_u128.pow(24)).prop_map(Price::from_raw)
}

fn bar_rows() -> impl Strategy<Value = Rows> {
    let prices = [price(), price(), price(), price()];
    (
        1_u64..100,
        prop::collection::vec((prop_oneof![9 => Just(1_u64), 1 => 2_u64..5], prices), 3..30),
    )
        .prop_map(|(length, rows)| {
            let mut start = 0;
            let bars = rows.into_iter().map(|(spacings, mut prices)| {
                prices.sort_unstable();
                start += spacings * length;
                Bar {
                    start: Timestamp(start),
                    low: prices[0],
                    open: prices[1],
                    close: prices[2],
                    high: prices[3],
                }
            });
            Rows::Bars(bars.collect())
        })
}

fn sample_rows() -> impl Strategy<Value = Rows> {
    prop::collection::btree_map(0_u64..300, price(), 2..40).prop_map(|rows| {
        Rows::Samples(
            rows.into_iter()
                .map(|(at, price)| Sample {
                    at: Timestamp(at),
                    price,
                })
                .collect(),
        )
    })
}

fn any_path() -> impl Strategy<Value = Path> {
    let rows =
        prop_oneof![bar_rows(), sample_rows()].prop_filter_map("bars that overlap", |rows| Series::new(rows).ok());
    (rows, prop_oneof![Just(Order::LowFirst), Just(Order::HighFirst)])
        .prop_map(|(series, order)| Path::new(series, order))
}

proptest! {
    #[test]
    fn every_second_has_the_price_that_the_model_tells(path in any_path()) {
        let mut cursor = path.cursor();
        for at in path.series().start().0.saturating_sub(2)..path.series().end().0 + 3 {
            let expected = model(&path, at);
            prop_assert_eq!(path.price_at(Timestamp(at)), expected, "at {}", at);
            prop_assert_eq!(cursor.price_at(Timestamp(at)), expected, "cursor at {}", at);
        }
    }

    #[test]
    fn a_cursor_reads_the_same_in_any_order(path in any_path(), moments in prop::collection::vec(0_u64..5_000, 1..50)) {
        let mut cursor = path.cursor();
        for at in moments {
            prop_assert_eq!(cursor.price_at(Timestamp(at)), path.price_at(Timestamp(at)));
        }
    }

    #[test]
    fn there_is_no_price_exactly_in_the_gaps(path in any_path()) {
        let gaps: Vec<_> = path.series().gaps().collect();
        for at in path.series().start().0..=path.series().end().0 {
            let at = Timestamp(at);
            let in_gap = gaps.iter().any(|gap| gap.from < at && at < gap.to);
            prop_assert_eq!(path.price_at(at).is_none(), in_gap);
        }
    }

    #[test]
    fn a_bar_meets_both_its_extremes_and_never_leaves_them(rows in bar_rows(), low_first in any::<bool>()) {
        let Ok(series) = Series::new(rows) else { return Ok(()) };
        let path = Path::new(series, if low_first { Order::LowFirst } else { Order::HighFirst });
        let Seconds(length) = path.series().interval();
        let Rows::Bars(bars) = path.series().rows() else { return Err(TestCaseError::fail("samples")) };
        for bar in bars {
            let prices: Vec<_> = (0..length).filter_map(|elapsed| path.price_at(Timestamp(bar.start.0 + elapsed))).collect();
            prop_assert!(prices.iter().all(|price| (bar.low..=bar.high).contains(price)));
            if length % 3 == 0 {
                prop_assert!(prices.contains(&bar.low) && prices.contains(&bar.high));
            }
        }
    }
}
