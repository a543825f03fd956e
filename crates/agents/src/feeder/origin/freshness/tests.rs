use super::*;

const NOW: u64 = 1_700_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn content(text: &str, made: Option<u64>) -> Content {
    Content {
        from: "a source".into(),
        bytes: text.into(),
        made: made.map(at),
    }
}

#[test]
fn a_price_that_stands_still_is_not_taken_for_a_fresh_one() {
    let minute = Freshness::default();
    assert!(minute.check(&content("1", Some(NOW - 60)), at(NOW)).is_ok());
    let old = minute
        .check(&content("1", Some(NOW - 61)), at(NOW))
        .unwrap_err()
        .to_string();
    assert_eq!(old, "a source has had nothing newer for 61 s, over the limit of 60 s");
    assert!(minute.check(&content("1", Some(NOW + 30)), at(NOW)).is_ok());
    let later = minute.check(&content("1", Some(NOW + 31)), at(NOW));
    assert!(matches!(later, Err(NoPrice::FromLater { .. })));
    let ageless = minute.check(&content("1", None), at(NOW)).unwrap_err().to_string();
    assert!(ageless.contains("max_age = \"none\""), "{ageless}");
    let any = Freshness {
        max_age: None,
        time: None,
    };
    assert!(any.check(&content("1", None), at(NOW)).is_ok());
}

#[test]
fn a_source_tells_its_time_in_many_ways() {
    for text in [
        "1700000000",
        "1700000000000",
        "1700000000.75",
        "2023-11-14T22:13:20Z",
        "2023-11-14T23:13:20+01:00",
    ] {
        assert_eq!(moment(text), Some(at(NOW)), "{text}");
        let quoted = Freshness {
            time: Some("/at".into()),
            ..Freshness::default()
        };
        let document = content(&format!("{{\"at\":\"{text}\"}}"), Some(1));
        assert!(quoted.check(&document, at(NOW + 60)).is_ok(), "{text}");
        assert!(
            matches!(quoted.check(&document, at(NOW + 61)), Err(NoPrice::TooOld { .. })),
            "{text}"
        );
    }
    for text in ["", "soon", "-5", "2023-11-14"] {
        assert_eq!(moment(text), None, "{text}");
    }
    assert_eq!(http_date("Tue, 14 Nov 2023 22:13:20 GMT"), Some(at(NOW)));
    assert_eq!(http_date("yesterday"), None);
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_time_within_the_limits_or_refused(
        text in "(16999999|17000000)[0-9]{2}|[-+]?[0-9]{1,25}([.][0-9]{0,3})?|[-0-9]{4,8}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-9]{2}(:60)?(Z|[+]23:59)|[^ \t]{0,40}",
        date in "(Mon|Tue), 14 Nov 2023 22:(12|13):[0-9]{2} GMT|(Mon|Thu), [0-3]?[0-9] (Jan|Feb|Dec) [0-9]{1,6} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+]9999)|.{0,40}",
    ) {
        let is_young = |made: Option<SystemTime>| made.is_some_and(|made| (at(NOW - 60)..=at(NOW + 30)).contains(&made));
        let inside = Freshness {
            time: Some("/at".into()),
            ..Freshness::default()
        };
        let document = content(&serde_json::json!({ "at": text }).to_string(), None);
        proptest::prop_assert_eq!(inside.check(&document, at(NOW)).is_ok(), is_young(moment(text.trim())));
        let answer = Content {
            made: http_date(&date),
            ..content("1", None)
        };
        proptest::prop_assert_eq!(Freshness::default().check(&answer, at(NOW)).is_ok(), is_young(answer.made));
    }
}
