use ballast_num::Seconds;
use proptest::prelude::*;

use super::super::{Gap, Order, Path as PricePath};
use super::*;

/// A file of this text is refused with this message, which begins with the line.
#[track_caller]
fn check(text: &str, message: &str) {
    match Series::parse("ETH.csv", text.as_bytes()) {
        Err(malformed) => assert_eq!(malformed.to_string(), format!("ETH.csv{message}")),
        Ok(series) => panic!("{text:?} was read as {series:?}"),
    }
}

/// Bars of an hour, the third being this row.
#[track_caller]
fn check_bar(row: &str, message: &str) {
    let text = format!("ts,open,high,low,close,volume\n0,10,12,9,11,1\n3600,11,13,10,12,\n{row}\n");
    check(&text, &format!(", line 4: {message}"));
}

fn shipped(name: &str) -> Series {
    Series::load(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../data/prices")
            .join(name),
    )
    .unwrap()
}

fn bars(series: &Series) -> &[Bar] {
    match series.rows() {
        Rows::Bars(bars) => bars,
        Rows::Samples(_) => panic!("samples, not bars"),
    }
}

#[test]
fn a_file_without_rows_is_refused() {
    let empty = ": the file is empty: give a header line and at least two rows";
    check("", empty);
    check("\r\n\n", empty);
    check(
        "ts,price",
        ": 0 rows of data: give at least two, which tell the time between rows",
    );
    check(
        "ts,price\n1,2\n",
        ": 1 rows of data: give at least two, which tell the time between rows",
    );
}

#[test]
fn an_unknown_header_is_refused() {
    let known = "use ts,open,high,low,close,volume (volume may be left out) or ts,price";
    check("1,2\n3,4\n", &format!(", line 1: unknown header \"1,2\": {known}"));
    check(
        "ts,price,volume\n",
        &format!(", line 1: unknown header \"ts,price,volume\": {known}"),
    );
    check("\nts,price\n1,2\n", &format!(", line 1: unknown header \"\": {known}"));
    let long = "é".repeat(1_000);
    check(
        &long,
        &format!(", line 1: unknown header \"{}…\": {known}", "é".repeat(40)),
    );
}

#[test]
fn a_row_with_other_columns_than_the_header_is_refused() {
    check_bar(
        "7200,1,1,1,1",
        "5 columns where the header has 6: give one value a column, without quotes",
    );
    check_bar(
        "7200,1,1,1,1,1,1",
        "7 columns where the header has 6: give one value a column, without quotes",
    );
    check(
        "ts,price\n1,2\n\n3,4\n",
        ", line 3: 1 columns where the header has 2: give one value a column, without quotes",
    );
    check(
        "ts,price\r\n1,2\r\n3\r\n",
        ", line 3: 1 columns where the header has 2: give one value a column, without quotes",
    );
}

#[test]
fn a_field_that_is_no_number_is_refused() {
    check_bar(
        "7200,,1,1,1,1",
        "open is \"\": a number is missing: write digits, such as 1.5",
    );
    let digits = "is neither a digit nor a first decimal point: write digits, such as 1.5";
    check_bar("7200,1,NaN,1,1,1", &format!("high is \"NaN\": 'N' at byte 0 {digits}"));
    check_bar("7200,1,1,1e-5,1,1", &format!("low is \"1e-5\": 'e' at byte 1 {digits}"));
    check_bar("7200,1,1,1, 1,1", &format!("close is \" 1\": ' ' at byte 0 {digits}"));
    check_bar(
        "7200,1,1,1,1,many",
        &format!("volume is \"many\": 'm' at byte 0 {digits}"),
    );
    check_bar(
        "2020-03-12,1,1,1,1,1",
        &format!("ts is \"2020-03-12\": '-' at byte 4 {digits}"),
    );
    check_bar(
        "7200,\"1\",1,1,1,1",
        &format!("open is \"\\\"1\\\"\": '\"' at byte 0 {digits}"),
    );
    let zeros = "0".repeat(28);
    let precise = "28 digits after the decimal point exceed the 27 that this unit has: round it yourself";
    check_bar(
        &format!("7200,1.{zeros},1,1,1,1"),
        &format!("open is \"1.{zeros}\": {precise}"),
    );
    check_bar(
        &format!("7200,{},1,1,1,1", "9".repeat(100)),
        &format!(
            "open is \"{}…\": the number is larger than this unit can hold",
            "9".repeat(40)
        ),
    );
}

#[test]
fn a_price_that_no_asset_has_is_refused() {
    let sign = "prices are above zero, times and volumes not below it";
    check_bar("7200,-1,1,1,1,1", &format!("open is negative, \"-1\": {sign}"));
    check_bar("-7200,1,1,1,1,1", &format!("ts is negative, \"-7200\": {sign}"));
    check_bar("7200,1,1,1,1,-1", &format!("volume is negative, \"-1\": {sign}"));
    check_bar(
        "7200,1,1,0.0,1,1",
        "low is zero: leave out the row if nothing was traded",
    );
    check(
        "ts,price\n1,0\n2,1\n",
        ", line 2: price is zero: leave out the row if nothing was traded",
    );
    let range = "outside 0.000000001 to 1000000000: check the column and its unit";
    check_bar(
        "7200,1,1000000000.01,1,1,1",
        &format!("high is 1000000000.01 USD, {range}"),
    );
    check_bar(
        "7200,1,1,0.00000000099,1,1",
        &format!("low is 0.00000000099 USD, {range}"),
    );
    assert!(Series::parse("edges", b"ts,price\n1,0.000000001\n2,1000000000\n").is_ok());
}

#[test]
fn a_bar_that_contradicts_itself_is_refused() {
    check_bar(
        "7200,10,9,11,10,1",
        "high 9 is below low 11: check the order of the columns",
    );
    check_bar(
        "7200,13,12,9,11,1",
        "open 13 is outside the bar's range 9 to 12: check the order of the columns",
    );
    check_bar(
        "7200,10,12,9,8.5,1",
        "close 8.5 is outside the bar's range 9 to 12: check the order of the columns",
    );
}

#[test]
fn rows_out_of_time_are_refused() {
    check_bar("3600,1,1,1,1,1", "time 3600 is there twice: keep one of the two rows");
    check_bar("1800,1,1,1,1,1", "time 1800 comes after 3600: sort the rows by time");
    let seconds = "is beyond the year 5138: give Unix seconds, not milliseconds";
    check_bar("1583971200000,1,1,1,1,1", &format!("time 1583971200000 {seconds}"));
    check_bar("100000000000,1,1,1,1,1", &format!("time 100000000000 {seconds}"));
    assert!(Series::parse("latest", b"ts,price\n1,1\n99999999999,1\n").is_ok());
    check_bar(
        "99999999999999999999,1,1,1,1,1",
        &format!("time {} {seconds}", u64::MAX),
    );
    check(
        "ts,open,high,low,close\n0,1,1,1,1\n60,1,1,1,1\n120,1,1,1,1\n150,1,1,1,1\n",
        ", line 5: a bar begins 30 s after the last one, but most are 60 s long: give bars of one length",
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_line() {
    let malformed = Series::parse("ETH.csv", b"ts,price\n1,2\n3,\xff\n").unwrap_err();
    assert_eq!(
        malformed,
        Malformed {
            file: "ETH.csv".into(),
            line: Some(3),
            problem: Problem::NotUtf8
        }
    );
    let malformed = Series::parse("ETH.csv", &[0x1f, 0x8b, 8]).unwrap_err();
    assert!(
        malformed
            .to_string()
            .starts_with("ETH.csv: the gzip data is corrupt or cut short ("),
        "{malformed}"
    );
}

#[test]
fn a_missing_file_is_a_failure_and_a_bad_one_is_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(matches!(
        Series::load(&folder.join("none.csv")),
        Err(LoadError::Failed { .. })
    ));
    assert!(matches!(Series::load(folder), Err(LoadError::Failed { .. })));
    match Series::load(&folder.join("Cargo.toml")) {
        Err(LoadError::Malformed(malformed)) => assert!(malformed.file.ends_with("Cargo.toml")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_spelling_of_a_file_is_the_same_series() {
    let plain = Series::parse("plain", b"ts,open,high,low,close,volume\n0,2,3,1,2,9\n60,2,2,2,2,\n").unwrap();
    let expected = |start, high: u32, low: u32| Bar {
        start: Timestamp(start),
        open: Price::whole(2),
        high: Price::whole(high),
        low: Price::whole(low),
        close: Price::whole(2),
    };
    assert_eq!(bars(&plain), [expected(0, 3, 1), expected(60, 2, 2)]);
    assert_eq!(plain.interval(), Seconds(60));
    for text in [
        "ts,open,high,low,close\n0,2,3,1,2\n60,2,2,2,2\n",
        "ts,open,high,low,close\r\n0,2,3,1,2\r\n60,2,2,2,2",
        "\u{feff}ts,open,high,low,close\n000,2.0,3,1,2\n60,2,2,2,2\n\n\n",
    ] {
        assert_eq!(Series::parse("other", text.as_bytes()).as_ref(), Ok(&plain));
    }
}

#[test]
fn digits_are_read_exactly() {
    let finest = "123.456789012345678901234567891";
    let series = Series::parse("exact", format!("ts,price\n1,{finest}\n2,0.1\n").as_bytes()).unwrap();
    match series.rows() {
        Rows::Samples(samples) => {
            assert_eq!(samples[0].price.raw(), 123_456_789_012_345_678_901_234_567_891);
            assert_eq!(samples[1].price.raw(), 100_000_000_000_000_000_000_000_000);
        }
        Rows::Bars(_) => panic!("bars, not samples"),
    }
}

#[test]
fn the_shipped_march_2020_holds_the_crash() {
    for (name, lowest) in [
        ("ETH-USD_1h_kraken_2020-03.csv.zst", "89.8"),
        ("BTC-USD_1h_kraken_2020-03.csv.zst", "3913.1"),
    ] {
        let series = shipped(name);
        assert_eq!((series.rows().len(), series.interval()), (168, Seconds::HOUR));
        assert_eq!(
            (series.start(), series.end()),
            (Timestamp(1_583_625_600), Timestamp(1_584_230_400))
        );
        assert_eq!(series.gaps().next(), None);
        let low = bars(&series).iter().min_by_key(|bar| bar.low).unwrap();
        assert_eq!(
            (low.start, low.low.to_string().as_str()),
            (Timestamp(1_584_064_800), lowest),
            "{name}"
        );
    }
}

#[test]
fn the_shipped_eth_history_has_the_gaps_that_its_readme_names() {
    let series = shipped("ETH-USD_1h_kraken_2020-10_2023-01.csv.zst");
    assert_eq!((series.rows().len(), series.interval()), (20_296, Seconds::HOUR));
    assert_eq!(
        (series.start(), series.end()),
        (Timestamp(1_601_510_400), Timestamp(1_675_209_600))
    );
    let gap = |last_bar: u64, to| Gap {
        from: Timestamp(last_bar + 3_600),
        to: Timestamp(to),
    };
    let gaps: Vec<Gap> = series.gaps().collect();
    let named = [
        gap(1_603_555_200, 1_603_566_000),
        gap(1_611_932_400, 1_611_939_600),
        gap(1_626_987_600, 1_627_005_600),
        gap(1_627_041_600, 1_627_048_800),
        gap(1_642_546_800, 1_643_155_200),
    ];
    assert_eq!(gaps, named);
}

/// Reads bytes and, if they are a series, walks it: neither may panic.
fn read_and_walk(bytes: &[u8]) {
    if let Ok(series) = Series::parse("any", bytes) {
        let (start, end) = (series.start(), series.end());
        let path = PricePath::new(series, Order::HighFirst);
        assert!(path.price_at(start).is_some());
        assert!(path.price_at(end).is_some());
        assert_eq!(path.price_at(Timestamp(end.0 + 1)), None);
    }
}

/// Fields that are numbers, nearly numbers, and nonsense.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0_u32..20).prop_map(|number| number.to_string()),
        2 => (0.0_f64..1e12).prop_map(|number| number.to_string()),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => "[-+0-9.eE\"é ]{0,6}",
    ]
}

fn table() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        Just("ts,price".to_owned()),
        Just("ts,open,high,low,close".to_owned()),
        Just("ts,open,high,low,close,volume".to_owned()),
    ];
    let rows = prop::collection::vec(prop::collection::vec(field(), 1..7), 0..6);
    (header, rows, prop_oneof![Just("\n"), Just("\r\n")]).prop_map(|(header, rows, line_end)| {
        let rows = rows.into_iter().map(|row| row.join(","));
        std::iter::once(header).chain(rows).collect::<Vec<_>>().join(line_end)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for prefix in [b"".as_slice(), b"ts,price\n", b"ts,open,high,low,close\n", &[0x1f, 0x8b, 8], &[0x28, 0xb5, 0x2f, 0xfd]] {
            read_and_walk(&[prefix, &bytes].concat());
        }
    }

    #[test]
    fn arbitrary_tables_never_panic(text in table()) {
        read_and_walk(text.as_bytes());
    }

    #[test]
    fn samples_survive_writing_and_reading(
        rows in prop::collection::btree_map(0_u64..100_000_000_000, 1_000_000_000_000_000_000_u128..10_u128.pow(36), 2..50)
    ) {
        let rows: Vec<Sample> =
            rows.into_iter().map(|(at, raw)| Sample { at: Timestamp(at), price: Price::from_raw(raw) }).collect();
        let lines: Vec<String> = rows.iter().map(|row| format!("{},{}\n", row.at, row.price)).collect();
        let text = format!("ts,price\n{}", lines.concat());
        prop_assert_eq!(Series::parse("own", text.as_bytes()), Ok(Series::new(Rows::Samples(rows)).unwrap()));
    }
}
