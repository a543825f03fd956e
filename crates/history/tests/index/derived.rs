//! An index is the same however it was made, and one that is of no use is told.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ballast_history::{Failed, Index, NotRebuilt, Stage, Stop, Unusable, VERSION, catch_up, never, rebuild};
use ballast_journal::Unrecoverable;
use ballast_protocol::{Height, proof::Hash};
use rusqlite::Connection;

use crate::crash::{Step, crash, dump, place};

#[test]
fn live_and_rebuilt_are_the_same_row_by_row() {
    let crash = crash();
    let ((_one, live), (_other, rebuilt)) = (place(), place());
    drop(crash.live(&live));
    assert_eq!(crash.rebuilt(&rebuilt).unwrap().height(), Height(crash.last()));
    let (live, rebuilt) = (dump(&live), dump(&rebuilt));
    for (table, rows) in &live {
        assert!(!rows.is_empty(), "{table}");
        assert_eq!(rows, &rebuilt[table], "{table}");
    }
}

#[test]
fn after_a_crash_between_any_two_groups_it_goes_on_where_it_was() {
    let crash = crash();
    let ((_one, whole), (_other, path)) = (place(), place());
    drop(crash.live_in_chapters(&whole, 100));
    let chain = crash.genesis.hash();
    drop(crash.empty(&path));
    for (turn, group) in crash.steps.chunks(11).enumerate() {
        let mut index = Index::open(&path, &chain).unwrap().with_chapters(100);
        assert_eq!(index.height().0, 11 * turn as u64);
        index.apply(group.iter().map(Step::happened)).unwrap();
        // Ends without a word, as a process that is killed.
        std::mem::forget(index);
    }
    assert_eq!(dump(&whole), dump(&path));
}

#[test]
fn what_is_undone_leaves_its_chapter_as_it_was() {
    let crash = crash();
    let ((_one, whole), (_other, path)) = (place(), place());
    drop(crash.live_in_chapters(&whole, 20));
    let mut index = crash.empty(&path).with_chapters(20);
    for group in crash.steps.chunks(7) {
        let happened = || group.iter().map(Step::happened);
        // Out of turn after some that are taken, so that none is.
        let stranger = crash.steps.last().map(Step::happened);
        let is_last = group.len() < 7 || group.last().map(|step| step.block.height) == Some(Height(crash.last()));
        if !is_last {
            assert!(index.apply(happened().chain(stranger)).is_err());
        }
        index.apply(happened()).unwrap();
    }
    assert_eq!(dump(&whole), dump(&path));
}

#[test]
fn what_it_has_it_passes_over_and_what_does_not_follow_it_refuses() {
    let crash = crash();
    let (_folder, path) = place();
    let mut index = crash.empty(&path);
    let first = &crash.steps[..20];
    index.apply(first.iter().map(Step::happened)).unwrap();
    let before = dump(&path);
    index.apply(first[5..].iter().map(Step::happened)).unwrap();
    assert_eq!(dump(&path), before);

    let ahead = index.apply([crash.step(22).happened()]);
    assert!(matches!(
        ahead,
        Err(Failed::OutOfTurn {
            expected: Height(20),
            found: Height(22)
        })
    ));
    let mut other = crash.step(20).result.clone();
    other.state_root = Hash([7; 32]);
    let forked = ballast_history::Happened {
        result: &other,
        ..crash.step(20).happened()
    };
    // The next one, which would be taken, is not taken either.
    let group = [forked, crash.step(21).happened()];
    assert!(matches!(index.apply(group), Err(Failed::Fork(Height(20)))));
    assert_eq!(index.height(), Height(20));
    assert_eq!(dump(&path), before);
}

#[test]
fn what_it_lacks_it_takes_from_the_journal() {
    let crash = crash();
    let ((_one, whole), (_other, path)) = (place(), place());
    drop(crash.live(&whole));
    let mut index = crash.empty(&path);
    index.apply(crash.steps[..50].iter().map(Step::happened)).unwrap();
    crash.journal(1, crash.last(), async |log, snapshots| {
        let done = catch_up(&crash.genesis, log, snapshots, &mut index, None, &mut |_| ()).await;
        done.unwrap();
    });
    // With the state at hand nothing is executed that it has already.
    let (_third, again) = place();
    let mut from_state = crash.empty(&again);
    from_state.apply(crash.steps[..50].iter().map(Step::happened)).unwrap();
    crash.journal(51, crash.last(), async |log, snapshots| {
        let state = Some(crash.step(50).state.clone());
        let done = catch_up(&crash.genesis, log, snapshots, &mut from_state, state, &mut |_| ()).await;
        done.unwrap();
    });
    assert_eq!(dump(&whole), dump(&path));
    assert_eq!(dump(&whole), dump(&again));
}

#[test]
fn a_file_that_is_torn_damaged_or_of_another_chain_is_told_and_made_again() {
    let crash = crash();
    let (_folder, path) = place();
    drop(crash.live(&path));
    let whole = dump(&path);
    let chain = crash.genesis.hash();
    let bytes = fs::read(&path).unwrap();
    assert!(matches!(Index::open(&path, &Hash([1; 32])), Err(Unusable::OtherChain)));

    let mut damaged = bytes.clone();
    let page = 4_096;
    for at in (3 * page..damaged.len()).step_by(5 * page) {
        damaged[at..at + 64].fill(0xAA);
    }
    let cut = bytes[..bytes.len() / 2].to_vec();
    for wrong in [damaged, cut, b"no database at all, but longer than a header ".repeat(9)] {
        fs::write(&path, wrong).unwrap();
        assert!(matches!(Index::open(&path, &chain), Err(Unusable::Damaged(_))));
        drop(crash.rebuilt(&path).unwrap());
        assert_eq!(dump(&path), whole);
    }

    let older = Connection::open(&path).unwrap();
    older.pragma_update(None, "user_version", VERSION - 1).unwrap();
    drop(older);
    assert!(matches!(Index::open(&path, &chain), Err(Unusable::Version { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(Index::open(&path, &chain), Err(Unusable::None)));
}

#[test]
fn a_rebuild_that_is_ended_early_leaves_the_old_index() {
    let crash = crash();
    let (folder, path) = place();
    drop(crash.live(&path));
    let before = dump(&path);
    crash.journal(1, crash.last(), async |log, snapshots| {
        let enough = Arc::new(AtomicBool::new(false));
        let stop: Stop = {
            let enough = enough.clone();
            Arc::new(move || enough.load(Ordering::Relaxed))
        };
        let mut tell = |step| enough.store(step == Stage::Executed(Height(40)), Ordering::Relaxed);
        let ended = rebuild(&crash.genesis, log, snapshots, &path, &stop, &mut tell).await;
        assert!(matches!(ended, Err(NotRebuilt::Ended)));
    });
    assert_eq!(dump(&path), before);
    let names = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("new")));
}

#[test]
fn of_a_pruned_journal_it_begins_at_the_snapshot_and_says_so() {
    let crash = crash();
    let ((_one, whole), (_other, path)) = (place(), place());
    drop(crash.live(&whole));
    let cut = 60;
    crash.journal(cut + 1, crash.last(), async |log, snapshots| {
        let made = rebuild(&crash.genesis, log, snapshots, &path, &never(), &mut |_| ()).await;
        let (index, _) = made.unwrap();
        assert_eq!((index.begins(), index.height()), (Height(cut), Height(crash.last())));
    });
    let (whole, pruned) = (dump(&whole), dump(&path));
    for table in ["blocks", "transactions", "vault_history"] {
        assert!(!pruned[table].is_empty());
        assert!(pruned[table].iter().all(|row| whole[table].contains(row)), "{table}");
    }
    let later = |rows: &Vec<String>| rows.len();
    assert_eq!(later(&pruned["blocks"]) as u64, crash.last() - cut);

    // An index that ends before the journal begins can't go on.
    let (_third, early) = place();
    let mut index = crash.empty(&early);
    index.apply(crash.steps[..20].iter().map(Step::happened)).unwrap();
    crash.journal(cut + 1, crash.last(), async |log, snapshots| {
        let done = catch_up(&crash.genesis, log, snapshots, &mut index, None, &mut |_| ()).await;
        assert!(matches!(done, Err(NotRebuilt::Journal(Unrecoverable::Gap { .. }))));
    });
    // Nor one that is ahead of its journal.
    let (_fourth, ahead) = place();
    let mut index = crash.live(&ahead);
    crash.journal(1, 20, async |log, snapshots| {
        let done = catch_up(&crash.genesis, log, snapshots, &mut index, None, &mut |_| ()).await;
        assert!(matches!(done, Err(NotRebuilt::Index(Failed::Fork(_)))));
    });
}

#[test]
fn an_index_that_begins_earlier_is_kept_when_the_journal_has_less() {
    let crash = crash();
    let (folder, path) = place();
    drop(crash.live(&path));
    let whole = dump(&path);
    let made = |first: u64| {
        crash.journal(first, crash.last(), async |log, snapshots| {
            let made = rebuild(&crash.genesis, log, snapshots, &path, &never(), &mut |_| ()).await;
            let (index, _) = made.unwrap();
            (index.begins(), index.aside().map(std::path::Path::to_owned))
        })
    };
    let (begins, aside) = made(61);
    let aside = aside.unwrap();
    assert_eq!(begins, Height(60));
    assert_eq!(dump(&aside), whole, "{}", aside.display());
    // Again: what is there begins no earlier.
    assert_eq!(made(61), (Height(60), None));
    // What can't be read may begin anywhere.
    fs::write(&path, b"no database at all").unwrap();
    let (_, unreadable) = made(61);
    assert_eq!(fs::read(unreadable.unwrap()).unwrap(), b"no database at all");
    // From genesis nothing is lost.
    assert_eq!(made(1), (Height(0), None));
    assert_eq!(dump(&path), whole);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_state_that_is_known_spares_executing_everything_since_a_snapshot() {
    let crash = crash();
    let (_folder, path) = place();
    let executed = |step, count: &mut u64| *count += u64::from(matches!(step, Stage::Executed(_)));
    let (mut index, state) = crash.journal(1, 30, async |log, snapshots| {
        let made = rebuild(&crash.genesis, log, snapshots, &path, &never(), &mut |_| ()).await;
        made.unwrap()
    });
    let mut state = Some(state);
    for to in [50, 70] {
        let (mut count, before) = (0, index.height().0);
        state = crash.journal(1, to, async |log, snapshots| {
            let tell = &mut |step| executed(step, &mut count);
            let done = catch_up(&crash.genesis, log, snapshots, &mut index, state.take(), tell).await;
            done.unwrap()
        });
        assert_eq!((index.height().0, count), (to, to - before));
    }
}
