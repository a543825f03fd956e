//! `ballast replay` as a user calls it: what it writes, and what it says to input that cannot be used.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn ballast() -> Command {
    Command::cargo_bin("ballast").expect("cargo builds the binary before its tests")
}

/// A folder of its own for each test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("a temporary file");
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder is there");
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// An hour in which a price falls by half and comes back.
const FALL: &str =
    "ts,open,high,low,close,volume\n0,200,202,195,196,1\n1800,196,197,90,120,9\n3600,120,150,110,140,5\n";

/// Runs a replay that must be refused, and gives what it says; nothing but the input, and perhaps the empty folder of
/// the report, may be left in the folder.
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let before: Vec<String> = folder.names().into_iter().filter(|name| name != "out").collect();
    let json = folder.path("out/summary.json");
    let run = ballast()
        .arg("replay")
        .args(arguments)
        .arg("--json")
        .arg(&json)
        .assert()
        .code(2);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    let written = fs::read_dir(folder.path("out")).map_or(0, Iterator::count);
    assert_eq!(written, 0, "half-written: {said}");
    let left: Vec<String> = folder.names().into_iter().filter(|name| name != "out").collect();
    assert_eq!(left, before);
    said
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are plain text")
}

#[test]
fn a_replay_of_files_writes_both_reports_whole() {
    let folder = Folder::new();
    let prices = folder.file("ETH.csv", FALL);
    let (json, html) = (folder.path("deep/er/summary.json"), folder.path("deep/report.html"));
    let events = folder.path("deep/events.jsonl");
    let run = ballast()
        .args(["replay", "--prices", text(&prices), "--vaults", "50", "--keepers", "0"])
        .args(["--block-seconds", "60", "--json", text(&json), "--html", text(&html)])
        .args(["--export-events", text(&events)])
        .assert()
        .success();
    let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(said.contains("sensitivity"), "{said}");

    let summary: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let keys: Vec<&String> = summary.as_object().unwrap().keys().collect();
    let mut expected = vec![
        "scenario",
        "blocks",
        "vaults",
        "vaults_liquidated",
        "debt_liquidated_usd",
        "collateral_sold_usd",
        "zero_price_sales",
        "bad_debt_usd",
        "loss_by_step",
        "proceeds_by_route",
        "debt_shared_usd",
        "capital_efficiency",
        "generations",
        "liquidity_coverage",
        "invariant_checks",
        "invariant_breaches",
        "state_root",
        "engine_seconds",
        "blocks_per_second",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    let steps: Vec<&String> = summary["loss_by_step"].as_object().unwrap().keys().collect();
    assert_eq!(
        steps,
        [
            "first_loss",
            "insurance_fund",
            "loss_sharing",
            "own_collateral",
            "surplus_buffer",
            "token_issue"
        ]
    );
    assert_eq!((&summary["blocks"], &summary["vaults"]), (&90.into(), &50.into()));
    assert_eq!(
        (&summary["zero_price_sales"], &summary["invariant_breaches"]),
        (&0.into(), &0.into())
    );
    assert!(summary["vaults_liquidated"].as_u64().unwrap() > 0);
    assert!(summary["bad_debt_usd"].is_string());

    let cells = summary["generations"].as_array().unwrap();
    assert_eq!(cells.len(), 21);
    assert!(cells.iter().all(|cell| cell["figures"]["bad_debt_usd"].is_string()));
    let covered = summary["liquidity_coverage"].as_array().unwrap();
    assert_eq!(covered.len(), 4); // the reserve and its one collateral, at the start and when it was worst

    let lines = fs::read_to_string(&events).unwrap();
    assert!(lines.lines().count() > 90 && lines.contains("\"kind\":\"VaultSeized\""));

    let page = fs::read_to_string(&html).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(!page.contains("http://cdn") && !page.contains("<script src") && !page.contains("<link"));
    assert_eq!(folder.names(), ["ETH.csv", "deep"]);
}

/// As `ballast replay … | head` ends: the report is written, and nobody reads the summary.
#[test]
fn a_summary_that_nobody_reads_is_an_error_and_no_panic() {
    let folder = Folder::new();
    let (prices, json) = (folder.file("ETH.csv", FALL), folder.path("summary.json"));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args(["replay", "--prices", text(&prices), "--vaults", "5", "--keepers", "0"])
        .args(["--block-seconds", "60", "--json", text(&json)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("the summary can't be printed"), "{said}");
    assert!(json.is_file(), "the report was written before");
}

#[test]
fn bad_prices_are_refused_with_line_and_reason() {
    let folder = Folder::new();
    for (name, rows, expected) in [
        ("empty.csv", "", "empty"),
        ("header.csv", "time,price\n0,1\n", "line 1"),
        ("malformed.csv", "ts,price\n0,1\n60,abc\n", "line 3"),
        ("order.csv", "ts,price\n60,1\n0,1\n", "line 3"),
        ("zero.csv", "ts,price\n0,1\n60,0\n", "line 3"),
        ("negative.csv", "ts,price\n0,1\n60,-5\n", "line 3"),
        ("absurd.csv", "ts,price\n0,1\n60,1e30\n", "line 3"),
        ("huge.csv", "ts,price\n0,1\n60,99999999999999\n", "line 3"),
        ("one.csv", "ts,price\n0,1\n", "rows"),
    ] {
        let file = folder.file(name, rows);
        let said = refused(&folder, &["--prices", text(&file)]);
        assert!(said.contains(expected) && said.contains(name), "{name}: {said}");
    }
}

#[test]
fn unknown_scenarios_and_missing_files_are_refused() {
    let folder = Folder::new();
    let said = refused(&folder, &["blue-monday"]);
    assert!(
        said.contains("blue-monday") && said.contains("black-thursday"),
        "{said}"
    );
    for name in ["may-2021", "june-2022", "ftx", "april-2024", "maker-eth-b"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(refused(&folder, &["--prices", "/nowhere/prices.csv"]).contains("can't be read"));
    let said = refused(&folder, &[]);
    assert!(said.contains("SCENARIO") && said.contains("--prices"), "{said}");
    assert!(refused(&folder, &["black-thursday", "--prices", "x.csv"]).contains("cannot be used with"));
}

#[test]
fn contradictory_settings_are_refused() {
    let folder = Folder::new();
    for (settings, expected) in [
        ("[pool]\nshares = 1\n", "unknown field"),
        ("[type]\npenalty = \"a lot\"\n", "penalty"),
        (
            "[pool]\nshare_of_debt = 0.9\n[capital]\nshare_of_debt = 0.2\n",
            "exceed all debt",
        ),
        ("[type]\nliquidation_ratio = 1.1\n", "liquidation ratio"),
        ("[type]\ninitial_ratio = 1.4\n", "initial ratio"),
        ("[keepers]\nlatency_blocks = 0\n", "latency_blocks"),
        ("[capital]\nown_share = 1.1\n", "at most 1"),
        ("[market]\ndepth = 0\n", "choose 0.01 to 100"),
        ("[feed]\nquorum = 9\n", "quorum"),
        ("not toml at all", "settings.toml"),
    ] {
        let file = folder.file("settings.toml", settings);
        let said = refused(&folder, &["black-thursday", "--config", text(&file)]);
        assert!(said.contains(expected), "{settings}: {said}");
    }
    assert!(refused(&folder, &["black-thursday", "--block-seconds", "0"]).contains("gap"));
    assert!(refused(&folder, &["black-thursday", "--block-seconds", "86400"]).contains("gap"));
}

#[test]
fn what_would_have_no_effect_is_refused() {
    let folder = Folder::new();
    let vaults = folder.file("vaults.csv", "collateral,debt\n100,200\n");
    for (arguments, expected) in [
        (["maker-eth-b", "--vaults", "5"], "recorded vaults"),
        (["maker-eth-b", "--seed", "5"], "--seed has no effect"),
        (["maker-eth-b", "--block-seconds", "12"], "recorded blocks"),
        (["maker-eth-b", "--generation", "pooled"], "--generation has no effect"),
    ] {
        let said = refused(&folder, &arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let said = refused(&folder, &["black-thursday", "--seed", "2", "--vaults", text(&vaults)]);
    assert!(said.contains("--seed has no effect"), "{said}");
    let config = folder.file("drawn.toml", "[population]\nmean_debt = 5000\n");
    let said = refused(
        &folder,
        &["black-thursday", "--vaults", text(&vaults), "--config", text(&config)],
    );
    assert!(said.contains("population.mean_debt has no effect"), "{said}");
    for (settings, key) in [
        ("[type]\npenalty = 0.1\n", "type.penalty"),
        ("[pool]\nshare_of_debt = 0.1\n", "pool.share_of_debt"),
        ("[population]\nmean_debt = 1\n", "population.mean_debt"),
        ("[keepers]\ncount = 1\n[limits]\nwork_price = 1\n", "limits.work_price"),
    ] {
        let file = folder.file("settings.toml", settings);
        let said = refused(&folder, &["maker-eth-b", "--config", text(&file)]);
        assert!(said.contains(key) && said.contains("no effect"), "{settings}: {said}");
    }
}

#[test]
fn numbers_out_of_range_are_refused_with_the_range() {
    let folder = Folder::new();
    for (option, number, expected) in [
        ("--keepers", "-1", "0..=10000"),
        ("--keepers", "10001", "0..=10000"),
        ("--seed", "-1", "from 0 to"),
        ("--block-seconds", "-1", "from 0 to"),
        ("--vaults", "-1", "1 to 5000000"),
        ("--vaults", "5000001", "1 to 5000000"),
        ("--depth", "0.009", "choose 0.01 to 100"),
        ("--depth", "101", "choose 0.01 to 100"),
        ("--generation", "shared", "isolated, pooled or modular"),
        ("--export-events", "events.csv", ".parquet or .jsonl"),
    ] {
        let said = refused(&folder, &["black-thursday", option, number]);
        assert!(said.contains(expected), "{option} {number}: {said}");
    }
    let centuries = folder.file("centuries.csv", "ts,price\n0,1\n99999999999,1\n");
    let said = refused(&folder, &["--prices", text(&centuries)]);
    assert!(said.contains("more than 16000000"), "{said}");
}

#[test]
fn bad_vaults_are_refused_with_line_and_reason() {
    let folder = Folder::new();
    for (rows, expected) in [
        ("", "line 1"),
        ("a,b\n1,2\n", "line 1"),
        ("collateral,debt\n1\n", "line 2"),
        ("collateral,debt\n9,700\n1,-100\n", "line 3"),
        ("collateral,debt\n0,100\n", "line 2"),
        ("collateral,debt,feed\n1,100,3\n", "line 2"),
        ("collateral,debt\n", "0 vaults"),
        (
            "collateral,debt\n9,700\n9,99\n",
            "line 3: debt 99 is under the debt floor",
        ),
        (
            "\u{feff}collateral,debt\n9,700\n1,700\n\n",
            "line 3: the collateral is worth 19",
        ),
    ] {
        let file = folder.file("vaults.csv", rows);
        let said = refused(&folder, &["black-thursday", "--vaults", text(&file)]);
        assert!(said.contains(expected), "{rows:?}: {said}");
    }
    assert!(refused(&folder, &["black-thursday", "--vaults", "0"]).contains("0 vaults"));
    assert!(refused(&folder, &["black-thursday", "--vaults", "no-such-file.csv"]).contains("can't be read"));
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_work() {
    let folder = Folder::new();
    let said = refused(&folder, &["black-thursday", "--html", text(folder.0.path())]);
    assert!(said.contains("can't be written"), "{said}");
    let said = refused(
        &folder,
        &["black-thursday", "--html", &format!("{}/", text(&folder.path("new")))],
    );
    assert!(said.contains("names no file"), "{said}");
}

#[test]
fn an_output_that_is_an_input_or_the_other_output_is_refused() {
    let folder = Folder::new();
    let (prices, settings) = (
        folder.file("ETH.csv", FALL),
        folder.file("settings.toml", "[keepers]\ncount = 1\n"),
    );
    let vaults = folder.file("vaults.csv", "collateral,debt\n9,700\n");
    for input in [&prices, &settings, &vaults] {
        let roundabout = folder.0.path().join("./").join(input.file_name().unwrap());
        let before = fs::read(input).unwrap();
        let said = refused(
            &folder,
            &[
                "--prices",
                text(&prices),
                "--config",
                text(&settings),
                "--vaults",
                text(&vaults),
                "--html",
                text(&roundabout),
            ],
        );
        assert!(said.contains("would replace an input"), "{said}");
        assert_eq!(fs::read(input).unwrap(), before);
    }
    let same = folder.path("out/./summary.json");
    let said = refused(&folder, &["black-thursday", "--html", text(&same)]);
    assert!(said.contains("same file as --json"), "{said}");
}

/// A socket and a link stand for all that a rename would replace though it holds no report: devices among them.
#[cfg(unix)]
#[test]
fn an_output_in_place_of_what_is_no_file_is_refused_and_left() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let folder = Folder::new();
    let socket = folder.path("socket");
    let _listener = UnixListener::bind(&socket).expect("a socket in a temporary folder");
    let (file, link, dangling) = (
        folder.file("old.html", "old"),
        folder.path("link"),
        folder.path("dangling"),
    );
    symlink(&file, &link).unwrap();
    symlink(folder.path("nowhere"), &dangling).unwrap();
    for place in [&socket, &link, &dangling] {
        let kind = fs::symlink_metadata(place).unwrap().file_type();
        let said = refused(&folder, &["black-thursday", "--html", text(place)]);
        assert!(said.contains("no plain file"), "{said}");
        assert_eq!(fs::symlink_metadata(place).unwrap().file_type(), kind);
    }
    assert_eq!(fs::read(&file).unwrap(), b"old");
}
