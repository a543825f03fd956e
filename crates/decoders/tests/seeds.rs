//! The fuzz targets over their seeds, without a fuzzer. The seeds are made here, so that they stay good when what is said
//! changes: `BALLAST_WRITE_SEEDS=1 cargo test -p ballast-decoders` writes them anew. Beside them lie those that a fuzzer has
//! found, named after what went wrong.
#![allow(clippy::unwrap_used, reason = "a helper of tests, where a panic is the failure")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use ballast_decoders::{TARGETS, signed, world};
use ballast_engine::apply_block;
use ballast_journal::Portable;
use ballast_protocol::{Outcome, Signer};
use ballast_signing::oracle::redstone;

use common::{KEY_FILE, domain, falling, redstone_payload, seeds, transaction, wallet};

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

#[test]
fn every_target_takes_its_seeds() {
    check_seeds();
    for (name, target) in TARGETS {
        let seeds = fs::read_dir(folder().join(name)).unwrap();
        let mut count = 0;
        for seed in seeds {
            let bytes = fs::read(seed.unwrap().path()).unwrap();
            target(&bytes);
            // And each of its beginnings, and what a fuzzer would make of it first.
            (0..bytes.len())
                .step_by((bytes.len() / 300).max(7))
                .for_each(|end| target(&bytes[..end]));
            (0..MUTATIONS).for_each(|number| target(&mutated(&bytes, number)));
            count += 1;
        }
        assert!(count > 0, "{name} has no seeds");
    }
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

/// The good seeds are good: the fuzzer starts behind the first check, not before it.
#[test]
fn good_seeds_are_accepted() {
    let feed = redstone::data_feed("ETH").unwrap();
    assert_eq!(signed::REDSTONE_SIGNER, wallet().address());
    assert!(redstone::verify(&redstone_payload(), wallet().address(), &feed).is_ok());
    assert!(ballast_signing::keystore::check(KEY_FILE.as_bytes()).is_ok());
    let good = wallet().sign(transaction(Signer::Wallet), &domain());
    assert!(good.verify(&domain()).is_ok());

    let first = falling().swap_remove(0);
    let receipts = apply_block(&mut world::state(), &first).unwrap().receipts;
    assert!(
        receipts.iter().all(|receipt| receipt.outcome == Outcome::Done),
        "{receipts:?}"
    );
    let exported = fs::read(folder().join("portable_file/least")).unwrap();
    assert!(Portable::read(&exported).is_ok());
}
