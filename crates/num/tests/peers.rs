//! Powers as the peers' contracts compute them: `vectors/maker/rpow.jsonl`, and `decPow` in `vectors/liquity/fee.jsonl`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, where a panic is the failure"
)]

use std::{fs, path::Path};

use ballast_num::{Arithmetic, dec_pow, rpow};
use serde_json::Value;

/// Runs every case of `function` in a file, and tells how many there were.
fn check(file: &str, function: &str, ours: impl Fn(&Value) -> Result<u128, Arithmetic>) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let vectors: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cases = vectors.iter().filter_map(|vector| vector["cases"].as_array()).flatten();
    cases
        .filter(|case| case["fn"] == function)
        .map(|case| {
            // What the peer holds in 256 bits and we can't in 128, or what it refuses, must be refused.
            let theirs = case["ret"].as_str().and_then(|value| value.parse::<u128>().ok());
            assert_eq!(ours(&case["args"]).ok(), theirs, "{case}");
        })
        .count()
}

fn integer<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    value.as_str().expect("integers are decimal strings").parse().unwrap()
}

#[test]
fn maker_rpow() {
    let run = check("maker/rpow.jsonl", "rpow", |args| {
        rpow(integer(&args["x"]), integer(&args["n"]), integer(&args["base"]))
    });
    assert_eq!(run, 84);
}

#[test]
fn liquity_dec_pow() {
    let run = check("liquity/fee.jsonl", "decPow", |args| {
        dec_pow(integer(&args["base"]), integer(&args["minutes"]))
    });
    assert_eq!(run, 23);
}
