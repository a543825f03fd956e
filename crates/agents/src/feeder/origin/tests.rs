use std::io::Write;

use super::*;

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a disk");
    file.write_all(bytes).expect("a disk");
    file
}

async fn price_in(text: &str, pointer: Option<&str>) -> Result<Price, NoPrice> {
    let file = file(text.as_bytes());
    let origin = Origin::file(file.path().to_owned(), pointer.map(Into::into), Freshness::default());
    let origin = origin.expect("a good pointer");
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
    for (written, price) in [
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("0.00000812", "0.00000812"),
        ("6.4e4", "64000"),
    ] {
        let read = price_in(&format!("{{\"price\":{written}}}"), Some("/price"))
            .await
            .expect(written);
        assert_eq!(read, price.parse().expect("a price"), "{written}");
    }
}

#[tokio::test]
async fn a_file_that_nobody_writes_any_more_is_no_price() {
    let stale = file(b"2000");
    let long_ago = SystemTime::now() - Duration::from_secs(61);
    stale.as_file().set_modified(long_ago).expect("a disk");
    let read = async |fresh| {
        let origin = Origin::file(stale.path().to_owned(), None, fresh).expect("no pointer");
        origin.price(Timestamp(0)).await
    };
    assert!(matches!(read(Freshness::default()).await, Err(NoPrice::TooOld { .. })));
    let any = Freshness {
        max_age: None,
        time: None,
    };
    assert_eq!(read(any).await.expect("of any age"), Price::whole(2_000));
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_or_a_folder_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("a disk");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    for path in [pipe, folder.path().to_owned(), "/dev/zero".into()] {
        let origin = Origin::file(path.clone(), None, Freshness::default()).expect("no pointer");
        let read = tokio::time::timeout(Duration::from_secs(5), origin.price(Timestamp(0))).await;
        assert!(matches!(read, Ok(Err(NoPrice::NoFile { .. }))), "{}", path.display());
    }
}

#[tokio::test]
async fn who_does_not_answer_is_told_with_the_cause() {
    let origin = Origin::http("http://127.0.0.1:1/price?key=secret", None, Freshness::default()).expect("a URL");
    let why = origin
        .price(Timestamp(0))
        .await
        .expect_err("nobody listens")
        .to_string();
    assert!(
        why.contains("refused") && !why.contains("error sending") && !why.contains("secret"),
        "{why}"
    );
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
    let missing = Origin::file("/no/such/file".into(), None, Freshness::default()).expect("no pointer");
    assert!(matches!(
        missing.price(Timestamp(0)).await,
        Err(NoPrice::Unreadable { .. })
    ));
}

#[tokio::test]
async fn a_package_is_bytes_or_their_digits() {
    let bytes = [0xff_u8, 0x00, 0x50, 0x4e];
    let raw = file(&bytes);
    let origin = Origin::file(raw.path().to_owned(), None, Freshness::default()).expect("no pointer");
    assert_eq!(origin.package().await.expect("raw"), bytes);
    for text in ["ff00504e", "0xff00504e\n"] {
        let digits = file(text.as_bytes());
        let origin = Origin::file(digits.path().to_owned(), None, Freshness::default()).expect("no pointer");
        assert_eq!(origin.package().await.expect("digits"), bytes);
    }
    let document = file(br#"{"binary":{"data":["ff00504e"]}}"#);
    let origin = Origin::file(
        document.path().to_owned(),
        Some("/binary/data/0".into()),
        Freshness::default(),
    )
    .expect("a pointer");
    assert_eq!(origin.package().await.expect("in a document"), bytes);
    let odd = file(b"ff005");
    let origin = Origin::file(odd.path().to_owned(), None, Freshness::default()).expect("no pointer");
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
