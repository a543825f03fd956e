use proptest::prelude::*;

use super::*;

fn at(document: &str, pointer: &str) -> Result<String, NoValue> {
    pointed(document.as_bytes(), pointer)
}

#[test]
fn a_number_is_read_as_it_is_written_and_not_through_a_float() {
    for (written, read) in [
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("0.00000812", "0.00000812"),
        ("6.4e4", "64000"),
        ("6.4E+4", "64000"),
        ("8.12e-6", "0.00000812"),
        ("123e-2", "1.23"),
        ("12.345e1", "123.45"),
        ("5e0", "5"),
        ("0e5", "0"),
        ("-1e2", "-100"),
        ("90071992547409930001", "90071992547409930001"),
        ("1e400", "1e400"),
        ("1e-2147483648", "1e-2147483648"),
    ] {
        assert_eq!(
            at(&format!("{{\"price\": {written} }}"), "/price").as_deref(),
            Ok(read),
            "{written}"
        );
    }
}

#[test]
fn a_pointer_finds_what_it_names_and_nothing_else() {
    let document = r#"{"a/b": [10, {"~": "x", "n": null}], "twice": 1, "twice": 2, "1": "one"}"#;
    for (pointer, found) in [
        ("/a~1b/0", Ok("10")),
        ("/a~1b/1/~0", Ok("x")),
        ("/a~1b/1/n", Ok("null")),
        ("/1", Ok("one")),
        ("/twice", Ok("2")),
        ("/a~1b/00", Err(NoValue::Nowhere)),
        ("/a~1b/-", Err(NoValue::Nowhere)),
        ("/a~1b/2", Err(NoValue::Nowhere)),
        ("/missing", Err(NoValue::Nowhere)),
        ("/1/0", Err(NoValue::Nowhere)),
    ] {
        assert_eq!(at(document, pointer).as_deref(), found.as_ref().copied(), "{pointer}");
    }
    assert!(matches!(at("{", "/price"), Err(NoValue::NoJson(_))));
    assert!(matches!(at("<html>", "/price"), Err(NoValue::NoJson(_))));
}

/// Digits of a number without zeros at its ends, and by how many places its point stands behind the first of them.
fn digits(number: &str) -> (String, i64) {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let point = i64::try_from(whole.len()).expect("it is short") + exponent.parse::<i64>().expect("an integer")
        - i64::try_from(all.len() - significant.len()).expect("it is short");
    match significant.trim_end_matches('0') {
        "" => (String::new(), 0),
        significant => (significant.to_owned(), point),
    }
}

proptest! {
    #[test]
    fn what_a_number_says_does_not_change(number in "(0|[1-9][0-9]{0,20})([.][0-9]{1,20})?(e-?[0-9]{1,2})?") {
        let read = at(&format!("[{number}]"), "/0").expect("it is there");
        prop_assert!(read == number || !read.contains('e'));
        prop_assert_eq!(digits(&read), digits(&number));
    }

    #[test]
    fn any_bytes_under_any_pointer_are_read_or_refused(
        document in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            r#"[\[{]{0,3}("[ab]":|[-0-9.eE+]{1,8},|[\]},\[{"]){0,12}"#.prop_map(String::into_bytes),
        ],
        pointer in "(/[ab0-9~]{0,2}){0,3}",
    ) {
        let found = pointed(&document, &pointer);
        let known: Result<serde_json::Value, _> = serde_json::from_slice(&document);
        if let Ok(known) = known {
            // The library goes into objects where a name stands twice in its own way, and so do we: by the last.
            let expected = known.pointer(&pointer);
            prop_assert_eq!(found.is_ok(), expected.is_some(), "{:?}", found);
        }
    }
}
