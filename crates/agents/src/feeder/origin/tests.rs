use std::io::Write;

use super::*;

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a disk");
    file.write_all(bytes).expect("a disk");
    file
}

async fn price_in(text: &str, pointer: Option<&str>) -> Result<Price, NoPrice> {
    let file = file(text.as_bytes());
    let origin = Origin::file(file.path().to_owned(), pointer.map(Into::into)).expect("a good pointer");
    origin.price(Timestamp(0)).await
}

#[tokio::test]
async fn a_price_is_read_exactly_from_text_and_json() {
    let exact: Price = "2000.12345678901234567".parse().expect("a price");
    assert_eq!(price_in("2000.12345678901234567\n", None).await.expect("text"), exact);
    let quoted = r#"{"data":[{"price":"2000.12345678901234567"}]}"#;
    assert_eq!(price_in(quoted, Some("/data/0/price")).await.expect("a string"), exact);
    let number = price_in(r#"{"price": 1999.5}"#, Some("/price"))
        .await
        .expect("a number");
    assert_eq!(number.to_string(), "1999.5");
}

#[tokio::test]
async fn what_is_no_price_is_refused_and_named() {
    for (text, pointer, said) in [
        ("", None, "says \"\""),
        ("two thousand", None, "two thousand"),
        ("-5", None, "-5"),
        ("1e400", None, "1e400"),
        ("{", Some("/price"), "no JSON"),
        ("{}", Some("/price"), "nothing at"),
        (r#"{"price":{"usd":1}}"#, Some("/price"), "usd"),
    ] {
        let why = price_in(text, pointer).await.expect_err(text).to_string();
        assert!(why.contains(said), "{text}: {why}");
    }
    let endless = "1".repeat(BYTES_MAX + 1);
    assert!(matches!(price_in(&endless, None).await, Err(NoPrice::TooLong { .. })));
    let missing = Origin::file("/no/such/file".into(), None).expect("no pointer");
    assert!(matches!(
        missing.price(Timestamp(0)).await,
        Err(NoPrice::Unreadable { .. })
    ));
}

#[tokio::test]
async fn a_package_is_bytes_or_their_digits() {
    let bytes = [0xff_u8, 0x00, 0x50, 0x4e];
    let raw = file(&bytes);
    let origin = Origin::file(raw.path().to_owned(), None).expect("no pointer");
    assert_eq!(origin.package().await.expect("raw"), bytes);
    for text in ["ff00504e", "0xff00504e\n"] {
        let digits = file(text.as_bytes());
        let origin = Origin::file(digits.path().to_owned(), None).expect("no pointer");
        assert_eq!(origin.package().await.expect("digits"), bytes);
    }
    let document = file(br#"{"binary":{"data":["ff00504e"]}}"#);
    let origin = Origin::file(document.path().to_owned(), Some("/binary/data/0".into())).expect("a pointer");
    assert_eq!(origin.package().await.expect("in a document"), bytes);
    let odd = file(b"ff005");
    let origin = Origin::file(odd.path().to_owned(), None).expect("no pointer");
    assert!(matches!(origin.package().await, Err(NoPrice::NoNumber { .. })));
}

#[tokio::test]
async fn a_series_says_what_was_recorded_and_nothing_in_a_gap() {
    let series = file(b"ts,price\n100,10\n200,20\n");
    let origin = Origin::series(series.path()).expect("a series");
    assert_eq!(origin.price(Timestamp(150)).await.expect("within"), Price::whole(15));
    assert!(matches!(
        origin.price(Timestamp(201)).await,
        Err(NoPrice::Gap(Timestamp(201)))
    ));
    assert!(matches!(origin.package().await, Err(NoPrice::NotPackages)));
}
