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
