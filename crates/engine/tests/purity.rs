//! The engine is pure, and its floors hold: what lints cannot say, this says by reading the sources.

// All of this file is a test.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// What the engine may depend on, and why. A new line is a decision.
const DEPENDENCIES: [(&str, &str); 9] = [
    ("arrayvec", "the fixed nodes of trees"),
    ("ballast-num", "floor 1"),
    ("ballast-protocol", "floor 2"),
    ("blake3", "the state root"),
    ("borsh", "canonical bytes"),
    (
        "prefetch-index",
        "memory asked for before it is used, which changes no result",
    ),
    (
        "smallvec",
        "an account's balances and nonces, of which nearly all have few",
    ),
    ("thiserror", "errors"),
    ("triomphe", "the shared nodes of trees"),
];

/// What no line of the engine may say outside of tests.
const FORBIDDEN: [(&str, &str); 24] = [
    ("f32", "floats differ between machines"),
    ("f64", "floats differ between machines"),
    ("HashMap", "its order is random"),
    ("HashSet", "its order is random"),
    ("RandomState", "randomness"),
    ("rand", "randomness"),
    ("getrandom", "randomness"),
    ("SystemTime", "time is the block's"),
    ("Instant", "time is the block's"),
    ("std::time", "time is the block's"),
    ("std::fs", "the engine knows no disk"),
    ("std::io", "the engine knows no disk"),
    ("std::net", "the engine knows no socket"),
    ("std::env", "what governs a chain stands in its genesis"),
    ("std::process", "the engine starts nothing"),
    ("std::thread", "the host may work in parallel; the engine does not"),
    ("std::sync", "state has one writer"),
    ("thread_local", "state lives in tables"),
    ("static", "state lives in tables"),
    ("unsafe", "forbidden"),
    ("serde_json", "the engine knows no JSON"),
    ("println", "the engine tells by events"),
    ("eprintln", "the engine tells by events"),
    ("async", "the engine waits for nobody"),
];

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The engine's own sources without their tests: path below `src`, and text without comments and strings.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![package().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(package().join("src"))
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            if path.is_dir() && !name.ends_with("tests") {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
                found.push((name, bare(&fs::read_to_string(path).unwrap())));
            }
        }
    }
    found.sort();
    found
}

/// A source without comments and without what stands in quotation marks.
fn bare(source: &str) -> String {
    let code = |line: &str| {
        let line = line.split("//").next().unwrap_or_default().to_owned();
        line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
    };
    source.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The lines that use a word or path, not as a part of a longer one. A lifetime is not a word.
fn uses<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let found = |line: &&str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(|letter| part_of_name(letter) || letter == '\'') && !after.is_some_and(part_of_name)
        })
    };
    text.lines().filter(found).collect()
}

/// The first part of the paths that start with `prefix`: `crate::flows` gives `flows`. Groups are opened.
fn imports(text: &str, prefix: &str) -> Vec<String> {
    let name = |text: &str| {
        text.chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect::<String>()
    };
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => found.push(name(rest)),
            Some(group) => {
                let mut depth = 0_i32;
                let mut start = true;
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        _ if letter.is_whitespace() => (),
                        _ if start => {
                            found.push(name(&group[at..]));
                            start = false;
                        }
                        _ => (),
                    }
                }
            }
        }
    }
    found
}

#[test]
fn the_reader_reads() {
    let text = bare("let x = 1.0_f64; // f32\nlet y = \"HashMap\";\nuse std::{fs, io::Read};\nlet z: &'static str;");
    assert_eq!(
        (
            uses(&text, "f32").len(),
            uses(&text, "HashMap").len(),
            uses(&text, "static").len()
        ),
        (0, 0, 0)
    );
    assert_eq!(uses("let x: f64 = y as f64;", "f64").len(), 1);
    assert_eq!(uses("static X: u8 = 0;", "static").len(), 1);
    assert_eq!(imports(&text, "std::"), ["fs", "io"]);
    assert_eq!(
        imports(
            "use crate::mechanisms::{vault::{A, B}, auction};",
            "crate::mechanisms::"
        ),
        ["vault", "auction"]
    );
    assert!(sources().len() > 30);
}

#[test]
fn nothing_impure_is_used() {
    for (file, text) in sources() {
        for (word, why) in FORBIDDEN {
            assert_eq!(uses(&text, word), Vec::<&str>::new(), "{file} uses {word}: {why}");
        }
        let grouped = imports(&text, "std::");
        let impure = ["fs", "io", "net", "env", "time", "thread", "process", "sync", "os"];
        assert!(
            !grouped.iter().any(|name| impure.contains(&name.as_str())),
            "{file} imports {grouped:?}"
        );
        // A float without its type's name: 1.5, 2e9.
        let number = |line: &&str| {
            line.split(|letter: char| !letter.is_alphanumeric() && letter != '.' && letter != '_')
                .any(|word| {
                    word.starts_with(|first: char| first.is_ascii_digit())
                        && word
                            .split_once('.')
                            .is_some_and(|(_, rest)| rest.starts_with(|digit: char| digit.is_ascii_digit()))
                        && word.matches('.').count() == 1
                        && !line.contains(&format!(".{word}"))
                })
        };
        let tuples = |line: &&str| !line.contains(".0.") && !line.contains(".1.");
        assert_eq!(
            text.lines().filter(number).filter(tuples).collect::<Vec<_>>(),
            Vec::<&str>::new(),
            "{file}: a float"
        );
    }
}

/// A mechanism knows the kernel and the floors below, never another mechanism, a flow or the whole state.
#[test]
fn no_mechanism_knows_another() {
    let mut mechanisms = Vec::new();
    for (file, text) in sources() {
        let Some(path) = file.strip_prefix("mechanisms/") else {
            continue;
        };
        let own = path.split(['/', '.']).next().unwrap();
        mechanisms.push(own.to_owned());
        for other in imports(&text, "mechanisms::") {
            assert_eq!(
                other, own,
                "{file} imports the mechanism {other}: what needs two is a flow"
            );
        }
        for name in imports(&text, "crate::") {
            assert!(
                ["kernel", "pieces", "mechanisms"].contains(&name.as_str()),
                "{file} imports crate::{name}"
            );
        }
        assert_eq!(
            uses(&text, "super::super"),
            Vec::<&str>::new(),
            "{file} looks past its own module"
        );
        if !path.contains('/') {
            assert_eq!(
                imports(&text, "super::"),
                Vec::<String>::new(),
                "{file} looks beside its own module"
            );
        }
    }
    mechanisms.dedup();
    assert!(mechanisms.len() >= 6, "only {mechanisms:?}");
}

#[test]
fn the_kernel_knows_nothing_above_it() {
    for (file, text) in sources().into_iter().filter(|(file, _)| file.starts_with("kernel")) {
        for name in imports(&text, "crate::") {
            assert!(
                ["kernel", "pieces"].contains(&name.as_str()),
                "{file} imports crate::{name}"
            );
        }
    }
}

/// All value moves through the ledger: no one else holds the tables of balances and supplies.
#[test]
fn only_the_ledger_holds_balances() {
    for (file, text) in sources().into_iter().filter(|(file, _)| file != "kernel/ledger.rs") {
        for table in ["ACCOUNTS", "SUPPLIES", "MODULE_BALANCES"] {
            assert_eq!(uses(&text, table), Vec::<&str>::new(), "{file} uses the table {table}");
        }
    }
}

#[test]
fn the_engine_depends_on_what_is_listed() {
    let manifest = fs::read_to_string(package().join("Cargo.toml")).unwrap();
    let section = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned();
    let found: Vec<String> = section.lines().map(name).filter(|name| !name.is_empty()).collect();
    assert_eq!(found, DEPENDENCIES.map(|(name, _)| name));
    for table in ["build-dependencies", "target."] {
        assert!(!manifest.contains(table), "[{table}] is for code that is not pure");
    }
    assert!(!package().join("build.rs").exists());
}
