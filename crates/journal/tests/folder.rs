//! A node's folder: made whole or not at all, and one program's at a time.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

mod common;

use std::fs;

use ballast_journal::{BadFolder, Fault, Folder, LOG, NewFolder, SEGMENT_BYTES};
use ballast_protocol::Height;
use common::genesis;
use commonware_runtime::{Runner as _, Supervisor, tokio};

#[test]
fn a_folder_that_was_made_is_opened_with_its_genesis_and_its_log_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("deep/reserve");
    assert!(!Folder::is_there(&path));
    let folder = Folder::create(&path, genesis()).unwrap();
    assert!(Folder::is_there(&path));
    let written = tokio::Runner::new(folder.runtime()).start(|context| async move {
        let (mut log, cut) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
        assert_eq!(cut, None);
        log.append(Height(1), b"block").unwrap();
        log.close().await.unwrap()
    });
    assert_eq!(written, Height(2));

    let folder = Folder::open(&path).unwrap();
    assert_eq!(*folder.genesis(), genesis());
    tokio::Runner::new(folder.runtime()).start(|context| async move {
        let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
        assert_eq!(log.next(), Height(2));
    });
}

#[test]
fn a_folder_in_use_is_refused_at_once_and_free_when_its_holder_ends() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    let first = Folder::create(&path, genesis()).unwrap();
    let refused = Folder::open(&path).unwrap_err();
    assert!(matches!(refused, BadFolder::InUse(_)), "{refused:?}");
    assert!(refused.to_string().contains("stop it first"), "{refused}");
    drop(first);
    Folder::open(&path).unwrap();

    let claimed = NewFolder::claim(place.path().join("claimed")).unwrap();
    let refused = Folder::create(place.path().join("claimed"), genesis());
    assert!(matches!(refused, Err(BadFolder::InUse(_))), "{refused:?}");
    drop(claimed);
}

#[test]
fn a_folder_with_something_in_it_is_not_taken_and_nothing_is_left_there() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("notes.txt"), "mine").unwrap();
    let refused = Folder::create(place.path(), genesis()).unwrap_err();
    assert!(refused.to_string().contains("notes.txt"), "{refused}");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);

    let path = place.path().join("reserve");
    Folder::create(&path, genesis()).unwrap();
    let again = Folder::create(&path, genesis());
    assert!(matches!(again, Err(BadFolder::NotEmpty { .. })), "{again:?}");
}

#[test]
fn a_folder_that_was_never_finished_is_none_and_can_be_taken() {
    let place = tempfile::tempdir().unwrap();
    drop(NewFolder::claim(place.path()).unwrap());
    fs::write(place.path().join("genesis.json.new"), "{").unwrap();
    let none = Folder::open(place.path());
    assert!(matches!(none, Err(BadFolder::None(_))), "{none:?}");
    Folder::create(place.path(), genesis()).unwrap();
}

#[test]
fn a_genesis_that_cannot_be_read_is_refused_with_its_place() {
    let place = tempfile::tempdir().unwrap();
    Folder::create(place.path(), genesis()).unwrap();
    let file = place.path().join("genesis.json");
    let text = fs::read_to_string(&file).unwrap();
    let changed = text.replacen("\"chain_id\"", "\"chain_ids\"", 1);
    assert_ne!(text, changed);
    fs::write(&file, changed).unwrap();
    let refused = Folder::open(place.path()).unwrap_err().to_string();
    assert!(
        refused.contains("genesis.json") && refused.contains("chain_ids"),
        "{refused}"
    );
}

#[test]
fn a_folder_that_was_left_half_made_is_made_again() {
    let at = tempfile::tempdir().unwrap();
    let path = at.path().join("deep").join("reserve");
    let claimed = NewFolder::claim(&path).unwrap();
    std::fs::create_dir(path.join(LOG)).unwrap();
    std::fs::write(path.join(LOG).join("0000000000000001"), b"half").unwrap();
    drop(claimed); // killed here
    let folder = NewFolder::claim(&path).unwrap().finish(genesis()).unwrap();
    assert!(!path.join(LOG).exists(), "what was half made is gone");
    drop(folder);
    Folder::open(&path).unwrap();
    // What is finished, or was never ours, is taken from nobody.
    assert!(matches!(NewFolder::claim(&path), Err(BadFolder::NotEmpty { .. })));
    let other = at.path().join("other");
    std::fs::create_dir_all(other.join(LOG)).unwrap();
    assert!(matches!(NewFolder::claim(&other), Err(BadFolder::NotEmpty { .. })));
}

#[test]
fn a_folder_that_can_not_be_finished_is_left_empty() {
    let at = tempfile::tempdir().unwrap();
    let path = at.path().join("reserve");
    let claimed = NewFolder::claim(&path).unwrap();
    std::fs::create_dir(path.join(LOG)).unwrap();
    // The genesis can't get its name.
    std::fs::create_dir_all(path.join("genesis.json").join("in the way")).unwrap();
    assert!(claimed.finish(genesis()).is_err());
    std::fs::remove_dir_all(path.join("genesis.json")).unwrap();
    NewFolder::claim(&path).expect("nothing of it is in the way");
    assert!(!path.join(LOG).exists());
}

/// How a log on a real disk is refused whose folder somebody has changed.
fn refused(change: impl FnOnce(&std::path::Path)) -> Fault {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    let open = |append: bool| {
        let folder = match Folder::is_there(&path) {
            true => Folder::open(&path).unwrap(),
            false => Folder::create(&path, genesis()).unwrap(),
        };
        tokio::Runner::new(folder.runtime()).start(|context| async move {
            let (mut log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await?;
            if append {
                log.append(Height(1), b"block")?;
            }
            log.close().await
        })
    };
    open(true).unwrap();
    change(&path.join(LOG));
    open(false).unwrap_err()
}

#[test]
fn a_file_that_was_left_beside_the_log_is_no_failed_disk() {
    let fault = refused(|log| {
        fs::copy(log.join("0000000000000001"), log.join("0001.bak"))
            .map(drop)
            .unwrap()
    });
    assert!(matches!(fault, Fault::Foreign { .. }), "{fault}");
    assert!(fault.to_string().contains("move it elsewhere"), "{fault}");
}

#[test]
fn damaged_first_bytes_are_no_failed_disk() {
    let fault = refused(|log| {
        let file = log.join("0000000000000001");
        let mut bytes = fs::read(&file).unwrap();
        bytes[1] ^= 1;
        fs::write(&file, bytes).unwrap();
    });
    assert!(matches!(fault, Fault::Corrupt { height: Height(1), .. }), "{fault}");
    assert!(fault.to_string().contains("Restore this file from a copy"), "{fault}");
}
