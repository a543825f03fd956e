//! The fuzz targets over their seeds, without a fuzzer. The seeds are made here, so that they stay good when what is said
//! changes: `BALLAST_WRITE_SEEDS=1 cargo test -p ballast-decoders` writes them anew. Beside them lie those that a fuzzer has
//! found, named after what went wrong.
#![allow(clippy::unwrap_used, reason = "a helper of tests, where a panic is the failure")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use ballast_decoders::{TARGETS, signed, world};
use ballast_engine::apply_block;
use ballast_protocol::Outcome;

use common::{falling, seeds, wallet};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds")
}

/// The seeds on disk are those made here; or they are made so.
fn check_seeds() {
    for (target, name, bytes) in seeds() {
        let path = folder().join(target).join(name);
        if std::env::var_os("BALLAST_WRITE_SEEDS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        assert!(
            fs::read(&path).unwrap() == bytes,
            "{}: write the seeds anew",
            path.display()
        );
    }
}

/// Seeds that are refused, each for what it is named after. All others are good: a fuzzer starts behind the first check.
const REFUSED: [&str; 3] = [
    "genesis_changed/counting",
    "log_segment/lost",
    "portable_file/bytes_behind_its_records",
];

#[test]
fn every_target_takes_its_seeds() {
    check_seeds();
    let mut refused = Vec::new();
    for (name, target) in TARGETS {
        let seeds = fs::read_dir(folder().join(name)).unwrap();
        let mut count = 0;
        for seed in seeds {
            let path = seed.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            if !target(&bytes) {
                refused.push(format!("{name}/{}", path.file_name().unwrap().display()));
            }
            // And each of its beginnings, and what a fuzzer would make of it first.
            (0..bytes.len())
                .step_by((bytes.len() / 300).max(7))
                .for_each(|end| _ = target(&bytes[..end]));
            (0..MUTATIONS).for_each(|number| _ = target(&mutated(&bytes, number)));
            count += 1;
        }
        assert!(count > 0, "{name} has no seeds");
    }
    refused.sort_unstable();
    assert_eq!(refused, REFUSED);
}

/// How many variants of each seed are tried.
const MUTATIONS: u64 = 300;

/// The seed with one to four changes that follow from a number: a byte, a bit, a repeated or a lost stretch.
fn mutated(seed: &[u8], number: u64) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    let hash = *blake3::hash(&number.to_le_bytes()).as_bytes();
    for change in hash.chunks_exact(8).take(1 + usize::from(hash[31] % 4)) {
        let [kind, value, length, at @ ..] = change else {
            continue;
        };
        let from = at.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) % (bytes.len() + 1);
        let upto = (from + usize::from(*length)).min(bytes.len());
        match (kind % 4, bytes.get_mut(from)) {
            (0, Some(byte)) => *byte = *value,
            (1, Some(byte)) => *byte ^= 1 << (value % 8),
            (2, _) => drop(bytes.drain(from..upto)),
            _ => {
                let stretch = bytes[from..upto].to_vec();
                bytes.splice(from..from, stretch);
            }
        }
    }
    bytes
}

#[test]
fn the_blocks_of_a_seed_do_what_they_ask_for() {
    let first = falling().swap_remove(0);
    let receipts = apply_block(&mut world::state(), &first).unwrap().receipts;
    assert!(
        receipts.iter().all(|receipt| receipt.outcome == Outcome::Done),
        "{receipts:?}"
    );
}

#[test]
fn packages_are_signed_by_whom_their_target_knows() {
    assert_eq!(signed::REDSTONE_SIGNER, wallet().address());
}
