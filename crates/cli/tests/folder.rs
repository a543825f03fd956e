//! `ballast audit`, `export`, `import` and `history` on folders that are whole, damaged, dishonest, in use or none.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../journal/tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use ballast_journal::{Entry, Folder, SEGMENT_BYTES, recover};
use ballast_protocol::{Height, proof::Hash};
use common::chain::Chain;
use commonware_runtime::{Runner as _, Supervisor, tokio};

/// A place for folders and files.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A node's folder with these entries, and snapshots of some of the chain's heights.
    fn reserve(&self, name: &str, chain: &Chain, entries: &[Entry], snapshots: &[u64]) -> PathBuf {
        let path = self.path(name);
        let folder = Folder::create(&path, chain.genesis.clone()).unwrap();
        tokio::Runner::new(folder.runtime()).start(|context| async move {
            let (mut log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
            for (entry, height) in entries.iter().zip(1..) {
                log.append(Height(height), &entry.encode()).unwrap();
            }
            log.close().await.unwrap();
            for height in snapshots {
                let kept = folder.snapshots(context.child("snapshots"));
                kept.save(chain.state(*height)).await.unwrap();
            }
        });
        path
    }
}

fn ballast(arguments: &[&str], paths: &[&Path]) -> Output {
    let mut command = Command::cargo_bin("ballast").unwrap();
    command.args(arguments).args(paths).output().unwrap()
}

/// What a command says that ends with this code.
fn ended(code: i32, output: &Output) -> String {
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_whole_folder_is_clean_for_people_and_for_programs() {
    let (place, chain) = (Place::new(), Chain::of(30));
    let path = place.reserve("reserve", &chain, &chain.entries, &[10, 30]);
    let said = ended(0, &ballast(&["audit"], &[&path]));
    let root = chain.last().root().to_string();
    for part in [
        "clean: everything was said by whom it names",
        "since         genesis",
        &root,
        "snapshots     2",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output = ballast(&["audit", "--json"], &[&path]);
    let verdict = json(&output);
    assert_eq!(verdict["verdict"], "clean");
    assert_eq!((&verdict["since"], &verdict["height"]), (&0.into(), &30.into()));
    assert_eq!(verdict["root"], format!("0x{root}"));
    assert_eq!(
        (&verdict["transactions"], &verdict["observations"]),
        (&66.into(), &150.into())
    );
}

#[test]
fn a_broken_promise_ends_with_1_and_names_the_block() {
    let (place, chain) = (Place::new(), Chain::of(20));
    let mut entries = chain.entries.clone();
    entries[6].root = Hash([5; 32]);
    let path = place.reserve("root", &chain, &entries, &[]);
    let said = ended(1, &ballast(&["audit"], &[&path]));
    assert!(
        said.contains("broken: the block of height 7 leads to the root"),
        "{said}"
    );

    let mut entries = chain.entries.clone();
    entries[8].block.signatures.swap(0, 1);
    let path = place.reserve("signature", &chain, &entries, &[]);
    let output = ballast(&["audit", "--json"], &[&path]);
    assert_eq!(json(&output)["verdict"], "broken");
    let said = ended(1, &output);
    assert!(said.contains("the block of height 9: transaction 0"), "{said}");
}

#[test]
fn a_damaged_or_wrong_folder_ends_with_2_and_says_what_to_do() {
    let (place, chain) = (Place::new(), Chain::of(20));
    let path = place.reserve("reserve", &chain, &chain.entries, &[]);
    let file = path.join("blocks/0000000000000001");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let output = ballast(&["audit", "--json"], &[&path]);
    assert_eq!(json(&output)["verdict"], "unusable");
    let said = ended(2, &output);
    assert!(said.contains("blocks/0000000000000001 is damaged at byte"), "{said}");
    assert!(said.contains("Restore this file from a copy"), "{said}");

    let said = ended(2, &ballast(&["audit"], &[&place.path("nothing")]));
    assert!(
        said.contains("holds no reserve: there is no genesis.json in it"),
        "{said}"
    );
    assert!(!place.path("nothing").exists(), "asking makes no folder");
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let (place, chain) = (Place::new(), Chain::of(3));
    let path = place.reserve("reserve", &chain, &chain.entries, &[]);
    let held = Folder::open(&path).unwrap();
    let said = ended(2, &ballast(&["audit"], &[&path]));
    assert!(said.contains("in use by another program: stop it first"), "{said}");
    ended(2, &ballast(&["export"], &[&path, &place.path("state")]));
    drop(held);
    ended(0, &ballast(&["audit"], &[&path]));
}

#[test]
fn a_state_moves_through_a_file_and_goes_on_elsewhere() {
    let (place, chain) = (Place::new(), Chain::of(30));
    let path = place.reserve("reserve", &chain, &chain.entries, &[10]);
    let file = place.path("state");
    for (height, option) in [(30_u64, None), (9, Some("9")), (10, Some("10")), (17, Some("17"))] {
        let mut arguments = vec!["export"];
        arguments.extend(option.iter().flat_map(|height| ["--height", height]));
        let said = ended(0, &ballast(&arguments, &[&path, &file]));
        let root = chain.state(height).root().to_string();
        assert!(said.contains(&root), "{said}");

        let copy = place.path(&format!("copy-{height}"));
        let said = ended(0, &ballast(&["import", "--root", &root], &[&file, &copy]));
        assert!(said.contains(&root), "{said}");
        let audited = json(&ballast(&["audit", "--json"], &[&copy]));
        assert_eq!((&audited["since"], &audited["blocks"]), (&height.into(), &0.into()));

        // A node goes on there, and its blocks are audited from there on.
        let folder = Folder::open(&copy).unwrap();
        let rest: Vec<_> = chain
            .entries
            .iter()
            .zip(1..)
            .skip_while(|(_, at)| *at <= height)
            .collect();
        tokio::Runner::new(folder.runtime()).start(|context| async move {
            let (mut log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
            let recovered = recover(folder.genesis(), &log, &folder.snapshots(context.child("snapshots"))).await;
            assert_eq!(recovered.unwrap().state.chain().height, Height(height));
            for (entry, at) in rest {
                log.append(Height(at), &entry.encode()).unwrap();
            }
            log.close().await.unwrap();
        });
        let audited = json(&ballast(&["audit", "--json"], &[&copy]));
        assert_eq!(
            (&audited["height"], &audited["blocks"]),
            (&30.into(), &(30 - height).into())
        );
        assert_eq!(audited["root"], format!("0x{}", chain.last().root()));
    }
}

#[test]
fn exports_and_imports_that_make_no_sense_are_refused_and_leave_nothing() {
    let (place, chain) = (Place::new(), Chain::of(12));
    let path = place.reserve("reserve", &chain, &chain.entries, &[]);
    let (file, copy) = (place.path("state"), place.path("copy"));
    let said = ended(2, &ballast(&["export", "--height", "13"], &[&path, &file]));
    assert!(
        said.contains("there is no block of height 13: the journal ends at height 12"),
        "{said}"
    );
    assert!(!file.exists());
    let said = ended(2, &ballast(&["export"], &[&path, &path.join("blocks/state")]));
    assert!(said.contains("among the node's own files"), "{said}");

    ended(0, &ballast(&["export"], &[&path, &file]));
    let said = ended(2, &ballast(&["import"], &[&file, &path]));
    assert!(said.contains("is not empty"), "{said}");
    let wrong = "0".repeat(64);
    let said = ended(2, &ballast(&["import", "--root", &wrong], &[&file, &copy]));
    assert!(said.contains("it is another state than you were told of"), "{said}");

    let whole = fs::read(&file).unwrap();
    let damaged = place.path("damaged");
    for at in (0..whole.len()).step_by(whole.len() / 12).chain([whole.len() - 1]) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&damaged, bytes).unwrap();
        ended(2, &ballast(&["import"], &[&damaged, &copy]));
        fs::write(&damaged, &whole[..at]).unwrap();
        ended(2, &ballast(&["import"], &[&damaged, &copy]));
    }
    fs::write(&damaged, "a note").unwrap();
    let said = ended(2, &ballast(&["import"], &[&damaged, &copy]));
    assert!(said.contains("it is no exported state of this version"), "{said}");
    assert!(!copy.exists());
}

#[test]
fn the_history_of_a_folder_is_made_and_exported() {
    let (place, chain) = (Place::new(), Chain::of(20));
    let folder = place.reserve("reserve", &chain, &chain.entries, &[]);
    let said = ended(0, &ballast(&["history", "rebuild"], &[&folder]));
    assert!(said.contains("since         genesis\nheight        20\n"), "{said}");
    let index = fs::read(folder.join("history.sqlite")).unwrap();

    // One that is of no use is made again on the way.
    fs::write(folder.join("history.sqlite"), &index[..index.len() / 2]).unwrap();
    let out = place.path("tables");
    let output = Command::cargo_bin("ballast")
        .unwrap()
        .args(["history", "export"])
        .arg(&folder)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let said = ended(0, &output);
    assert!(said.contains("blocks        20 rows"), "{said}");
    for table in [
        "blocks",
        "transactions",
        "events",
        "prices",
        "vault_history",
        "liquidations",
    ] {
        let bytes = fs::read(out.join(format!("{table}.parquet"))).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{table}");
    }
    ended(2, &ballast(&["history", "rebuild"], &[&place.path("nothing")]));
}
