//! All vectors of the repository, what must not pass, and bad input.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors")
}

/// Runs lines as a file; returns the summary and what was printed.
fn run_lines(lines: &[String]) -> Result<(Summary, String), Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let mut out = Vec::new();
    let summary = run(&[path], &mut out)?;
    Ok((summary, String::from_utf8(out).unwrap()))
}

/// The vectors of a file of the repository.
fn read_vectors(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(vectors().join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn vector(file: &str, id: &str) -> Value {
    read_vectors(file)
        .into_iter()
        .find(|vector| vector["id"] == id)
        .unwrap()
}

fn assert_fails(vector: &Value, expected: &str) {
    let (summary, out) = run_lines(&[vector.to_string()]).unwrap();
    assert_eq!((summary.failed(), summary.exit_code()), (1, 1), "{out}");
    assert!(out.contains(expected), "`{expected}` is missing in: {out}");
}

#[test]
fn all_vectors_of_the_repository_pass() {
    let mut out = Vec::new();
    let summary = run(&[vectors()], &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(summary.failed(), 0, "{out}");
    assert!(out.ends_with("3 deviate, 37 not yet\n63 passed, 0 failed\n"), "{out}");
    assert_eq!(summary.exit_code(), 0);
}

/// Adds 10³⁰, and a millionth, to each changed number in turn: none is left uncompared after its own step.
#[test]
fn a_wrong_figure_fails_wherever_it_stands() {
    let files = [
        ("maker/take.jsonl", 2),
        ("maker/bark.jsonl", 2),
        ("maker/rates.jsonl", 1),
        ("maker/fork.jsonl", 1),
        ("liquity/trove.jsonl", 1),
        ("liquity/liquidation.jsonl", 1),
        ("liquity/redistribution.jsonl", 2),
    ];
    for (file, count) in files {
        for whole in read_vectors(file).into_iter().take(count) {
            let steps = whole["steps"].as_array().unwrap().len();
            for at in 0..steps {
                let changed = whole["steps"][at].get("changed").and_then(Value::as_object).cloned();
                for (path, value) in changed.unwrap_or_default() {
                    let Some(number) = schema::integer(&value) else {
                        continue;
                    };
                    let wrong: num_bigint::BigInt =
                        &number + &number / 1_000_000 + num_bigint::BigInt::from(10).pow(30);
                    let mut mutant = whole.clone();
                    mutant["steps"][at]["changed"][&path] = json!(wrong.to_string());
                    let (summary, out) = run_lines(&[mutant.to_string()]).unwrap();
                    assert_eq!(
                        summary.failed(),
                        1,
                        "{} step {at} {path} is not compared: {out}",
                        whole["id"]
                    );
                    let place = format!("step {} {}: ", at + 1, whole["steps"][at]["op"].as_str().unwrap());
                    assert!(out.contains(&format!("{place}{path}: expected {wrong}, got")), "{out}");
                }
            }
        }
    }
}

#[test]
fn a_figure_that_the_vector_does_not_name_must_stay() {
    let mut mutant = vector("maker/fork.jsonl", "maker/fork/other");
    mutant["steps"][0]["changed"]
        .as_object_mut()
        .unwrap()
        .remove("vat.debt");
    assert_fails(
        &mutant,
        "vat.debt: expected 0, got 4000000000000000000000000000000000000000000000",
    );
}

#[test]
fn a_wrong_final_figure_fails() {
    let mut mutant = vector("maker/fork.jsonl", "maker/fork/other");
    mutant["final"]["vat.debt"] = json!("1");
    assert_fails(&mutant, "final against the steps: vat.debt: expected 1");
}

#[test]
fn a_wrong_start_fails() {
    let mut mutant = vector("maker/fork.jsonl", "maker/fork/other");
    mutant["start"]["vat.gem.gems.ali"] = json!("1");
    assert_fails(&mutant, "start: vat.gem.gems.ali: expected 1, got 8000000000000000000");
}

#[test]
fn a_wrong_returned_value_fails() {
    let mut mutant = vector("maker/rates.jsonl", "maker/rates/drip-10y");
    mutant["steps"][1]["ret"] = json!("1708144458353593540597117128");
    assert_fails(&mutant, "ret: expected 1708144458353593540597117128");
}

/// Turns each decision in turn.
#[test]
fn a_wrong_decision_fails() {
    for file in [
        "maker/frob.jsonl",
        "maker/auth.jsonl",
        "maker/redo.jsonl",
        "liquity/trove.jsonl",
        "liquity/sp.jsonl",
        "liquity/redistribution.jsonl",
    ] {
        for whole in read_vectors(file) {
            for at in 0..whole["steps"].as_array().unwrap().len() {
                let mut mutant = whole.clone();
                let was = mutant["steps"][at]["ok"] == true;
                mutant["steps"][at]["ok"] = json!(!was);
                let (summary, out) = run_lines(&[mutant.to_string()]).unwrap();
                assert!(
                    summary.failed() > 0 || summary.not_yet() == 1,
                    "{} step {at}: {out}",
                    whole["id"]
                );
            }
        }
    }
}

#[test]
fn an_unknown_operation_fails() {
    let mut mutant = vector("maker/fork.jsonl", "maker/fork/other");
    mutant["steps"][0]["op"] = json!("vat.melt");
    assert_fails(&mutant, "step 1 vat.melt: unknown operation `vat.melt`");
    let mut mutant = vector("liquity/trove.jsonl", "liquity/trove/order");
    mutant["steps"][1]["op"] = json!("burnTrove");
    assert_fails(&mutant, "step 2 burnTrove: unknown operation `burnTrove`");
}

#[test]
fn a_wrong_power_or_price_fails() {
    let mut mutant = read_vectors("maker/rpow.jsonl").remove(0);
    mutant["cases"][3]["ret"] = json!("1000099999999999999970519508");
    assert_fails(
        &mutant,
        "step 4 rpow: expected 1000099999999999999970519508, got 1000099999999999999970519507",
    );
    let mut mutant = read_vectors("maker/clip-price.jsonl").remove(1);
    mutant["cases"][1]["ret"] = json!("1234510736848602687036094006728");
    assert_fails(&mutant, "step 2 calc.price");
}

/// A vault under the floor gets collateral again and again: the peer refuses, we accept.
#[test]
fn too_many_deviating_steps_fail() {
    let mut mutant = vector("maker/frob.jsonl", "maker/frob/dust-raised");
    let steps = mutant["steps"].as_array_mut().unwrap();
    let top_up = steps[2].clone();
    steps.splice(3..3, [top_up.clone(), top_up]);
    assert_fails(&mutant, "maker/frob: 3 of 9 steps deviate, over 10 %");
}

/// What random vectors of a model of Liquity's arithmetic have found, made small: an exit from a pool under its floor, a
/// draw whose debt no draw of base units and its fee adds up to, what the peer's product has rounded off before a step that
/// deviates, what its gains have rounded off while the pool was larger, and a ratio of collateral that differs by a wei.
#[test]
fn vectors_that_once_failed_pass() {
    let lines: Vec<String> = include_str!("tests/found.jsonl").lines().map(str::to_owned).collect();
    for line in &lines {
        let (summary, out) = run_lines(std::slice::from_ref(line)).unwrap();
        assert_eq!(summary.passed(), 1, "{out}");
    }
    assert_eq!(lines.len(), 5);
}

/// A lot whose time is over is not for sale at the peer either: that is no sale at zero, but a wrong decision.
#[test]
fn a_take_after_the_end_is_no_deviation() {
    let mut vector = vector("maker/take.jsonl", "maker/take/under-tab");
    let steps = vector["steps"].as_array_mut().unwrap();
    let before = steps[..4].to_vec();
    let take = steps[4].as_object_mut().unwrap();
    assert_eq!(take["op"], "clip.take");
    take.insert("dt".to_owned(), json!(1_000_000));
    take.insert("ok".to_owned(), json!(false));
    take.remove("changed");
    vector["final"] = at_end(&vector["start"], &before);
    let (summary, out) = run_lines(&[vector.to_string()]).unwrap();
    assert_eq!((summary.passed(), summary.failed()), (1, 0), "{out}");
    vector["steps"][4]["ok"] = json!(true);
    assert_fails(&vector, "step 5 clip.take: expected no refusal");
}

/// While a trove is under the ratio and nobody has called, an exit waits; the peer refuses it.
#[test]
fn exits_wait_while_a_vault_is_broken() {
    let mut vector = vector("liquity/sp.jsonl", "liquity/sp/gain-to-trove");
    let steps = vector["steps"].as_array_mut().unwrap();
    steps.truncate(6);
    let start = steps.clone();
    steps.push(json!({"op": "withdrawFromSP", "by": "ali", "args": {"lusd": "1"}, "ok": false}));
    vector["final"] = at_end(&vector["start"], &start);
    let (summary, out) = run_lines(&[vector.to_string()]).unwrap();
    assert_eq!(summary.passed(), 1, "{out}");
    // With the price that they were opened at, he may leave.
    vector["steps"].as_array_mut().unwrap().remove(5);
    vector["steps"][5]["ok"] = json!(true);
    assert_fails(
        &vector,
        "withdrawFromSP: lusd.ali: expected 4701492537313432835820, got 4701492537313432835821",
    );
}

fn at_end(start: &Value, steps: &[Value]) -> Value {
    let mut end = start.clone();
    for step in steps {
        for (path, value) in step.get("changed").and_then(Value::as_object).into_iter().flatten() {
            end[path] = value.clone();
        }
    }
    end
}

#[test]
fn other_mechanisms_are_not_yet() {
    let paths = ["maker/end.jsonl", "liquity/recovery.jsonl"].map(|file| vectors().join(file));
    let summary = run(&paths, &mut Vec::new()).unwrap();
    assert_eq!((summary.not_yet(), summary.passed(), summary.failed()), (9, 0, 0));
}

/// A millionth of a trove's part in what was shared out is no rounding: more or less of it fails.
#[test]
fn a_part_that_is_a_millionth_off_fails() {
    let whole = vector("liquity/redistribution.jsonl", "liquity/redistribution/part-pool");
    let changed = whole["steps"][5]["changed"].as_object().unwrap().clone();
    let parts: Vec<&String> = changed
        .keys()
        .filter(|path| path.contains("pending") || path.starts_with("L_") || path.starts_with("defaultPool"))
        .collect();
    assert_eq!(parts.len(), 8);
    for path in parts {
        let number = schema::integer(&changed[path]).unwrap();
        let off: num_bigint::BigInt = &number / 1_000_000;
        for wrong in [&number + &off, &number - &off] {
            let mut mutant = whole.clone();
            mutant["steps"][5]["changed"][path] = json!(wrong.to_string());
            assert_fails(&mutant, &format!("step 6 liquidate: {path}: expected {wrong}, got"));
        }
    }
}

#[test]
fn bad_input_names_file_and_line() {
    let good = vector("maker/fork.jsonl", "maker/fork/other");
    let without = |field: &str| {
        let mut line = good.clone();
        line.as_object_mut().unwrap().remove(field);
        line.to_string()
    };
    let with = |field: &str, value: Value| {
        let mut line = good.clone();
        line[field] = value;
        line.to_string()
    };
    let cases = [
        ("{".to_owned(), "some.jsonl:2: not a vector: EOF"),
        ("[]".to_owned(), "some.jsonl:2: not a vector"),
        (with("v", json!(2)), "some.jsonl:2: schema version 2, only 1 is known"),
        (without("v"), "missing field `v`"),
        (without("id"), "missing field `id`"),
        (without("steps"), "a vector has either `steps`"),
        (without("init"), "a vector has either `steps`"),
        (without("final"), "a vector has either `steps`"),
        (with("suite", json!("aave")), "unknown suite `aave`"),
        (
            with("start", json!({"vat.debt": null})),
            "`vat.debt`: null is no figure",
        ),
        (
            with("steps", json!([{"op": "vat.frob", "by": "ali"}])),
            "missing field `ok`",
        ),
        (with("cases", json!([])), "a vector has either `steps`"),
    ];
    for (line, expected) in cases {
        let error = run_lines(&[good.to_string(), line]).unwrap_err().to_string();
        assert!(error.contains(expected), "`{expected}` is missing in: {error}");
    }
}

#[test]
fn missing_and_empty_paths_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let run = |path: PathBuf| run(&[path], &mut Vec::new()).unwrap_err();
    assert!(matches!(run(folder.path().join("nothing")), Error::Unreadable { .. }));
    assert!(matches!(run(folder.path().to_owned()), Error::NoVectors(_)));
    let empty = folder.path().join("empty.jsonl");
    std::fs::write(&empty, "\n \n").unwrap();
    assert!(matches!(run(empty), Error::Empty(_)));
    assert!(matches!(super::run(&[], &mut Vec::new()), Err(Error::NoVectors(_))));
}
