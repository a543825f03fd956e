use ballast_num::{Price, Seconds, Timestamp};
use ballast_protocol::api::SourceInfo;
use ballast_protocol::{AccountId, FeedState, RoundNumber};

use super::*;

fn wallet(number: u8) -> WalletKey {
    WalletKey::from_bytes([number; 32]).expect("a key")
}

/// A feed with a wallet (1), RedStone (2) and a source of the host's own (3).
fn feed() -> FeedInfo {
    let source = |id, key| SourceInfo {
        id: SourceId(id),
        key,
        price: None,
        time: None,
    };
    let network = SourceKey::RedStone {
        signer: AccountId::numbered(1),
        data_feed: [0; 32],
    };
    let price = Price::whole(1);
    FeedInfo {
        id: FeedId(1),
        name: "ETH-USD".into(),
        state: FeedState::Live,
        round: RoundNumber(1),
        closed: Timestamp(0),
        spot: price,
        mean: price,
        judging: price,
        low: price,
        heartbeat: Seconds(600),
        quorum: 3,
        sources: vec![
            source(1, Some(SourceKey::Wallet(wallet(1).address()))),
            source(2, Some(network)),
            source(3, None),
        ],
    }
}

fn voices(text: &str) -> Result<Vec<Voice>, String> {
    let config = Config::parse(text).map_err(|error| error.to_string())?;
    let open = |key: KeyOf<'_>| match key.file.file_name().and_then(|name| name.to_str()) {
        Some("one.json") => Ok(wallet(1)),
        Some("two.json") => Ok(wallet(2)),
        _ => Err("no such file".into()),
    };
    let voices = config.voices(&[feed()], Path::new("/somewhere"), open);
    voices.map_err(|error| error.to_string())
}

#[test]
fn a_file_names_who_speaks_from_where() {
    let text = r#"
        [[source]]
        feed = "ETH-USD"
        source = 1
        key = "one.json"
        every = 3
        url = "http://127.0.0.1:1/ticker"
        pointer = "/price"
        max_age = "none"

        [[source]]
        feed = "ETH-USD"
        source = 2
        file = "package.bin"
    "#;
    let voices = voices(text).expect("good");
    assert_eq!(
        (voices[0].source, voices[0].every),
        (SourceId(1), Duration::from_secs(3))
    );
    assert!(matches!(voices[0].says, Says::Signed(..)));
    assert!(matches!(voices[1].says, Says::Relayed(..)));
    assert_eq!(voices[1].every, Duration::from_secs(10), "unless it is said");
}

#[test]
fn what_can_not_be_used_is_named_with_what_would_work() {
    let entry = |rest: &str| format!("[[source]]\nfeed = \"ETH-USD\"\n{rest}");
    for (text, said) in [
        ("source = []".into(), "one at least"),
        ("[[sauce]]".into(), "sauce"),
        (entry("source = 1\ncolour = 1\nfile = \"p\""), "colour"),
        (
            "[[source]]\nfeed = \"BTC-USD\"\nsource = 1\nfile = \"p\"".into(),
            "it has ETH-USD",
        ),
        (entry("source = 9\nfile = \"p\""), "the feed's sources are 1, 2, 3"),
        (entry("source = 1\nfile = \"p\""), "name the key file"),
        (
            entry("source = 1\nkey = \"two.json\"\nfile = \"p\""),
            "the key file is that of",
        ),
        (entry("source = 1\nkey = \"none.json\"\nfile = \"p\""), "no such file"),
        (entry("source = 1\nkey = \"one.json\""), "one of series, file and url"),
        (
            entry("source = 1\nkey = \"one.json\"\nfile = \"p\"\nurl = \"http://x\""),
            "one of series, file and url",
        ),
        (
            entry("source = 1\nkey = \"one.json\"\nurl = \"ftp://x/\""),
            "begins with http://",
        ),
        (entry("source = 1\nkey = \"one.json\"\nurl = \"x\""), "no URL"),
        (
            entry("source = 1\nkey = \"one.json\"\nfile = \"p\"\npointer = \"price\""),
            "begins with /",
        ),
        (
            entry("source = 1\nkey = \"one.json\"\nseries = \"none.csv\""),
            "can't be read",
        ),
        (
            entry("source = 1\nkey = \"one.json\"\nfile = \"p\"\nevery = 0"),
            "a second at least",
        ),
        (entry("source = 2\nkey = \"one.json\"\nfile = \"p\""), "leave key out"),
        (entry("source = 2\nfile = \"p\"\nmax_age = 5"), "leave max_age"),
        (
            entry("source = 1\nkey = \"one.json\"\nfile = \"p\"\nmax_age = \"ever\""),
            "max_age",
        ),
        (
            entry("source = 1\nkey = \"one.json\"\nfile = \"p\"\ntime = \"at\""),
            "begins with /",
        ),
        (
            entry("source = 3\nkey = \"one.json\"\nfile = \"p\""),
            "takes nothing of it",
        ),
        (
            [entry("source = 2\nfile = \"p\"\n"), entry("source = 2\nfile = \"p\"")].concat(),
            "named twice",
        ),
    ] {
        let why = voices(&text).map(|voices| voices.len()).expect_err(&text);
        assert!(why.contains(said), "{text}: {why}");
    }
}
