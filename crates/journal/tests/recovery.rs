//! Snapshots that are torn, changed or missing, logs that do not fit them, and what a start makes of each.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

mod common;

use ballast_engine::{State, apply_block};
use ballast_journal::{
    BadSnapshot, Entry, PassedOver, Recovered, Replayed, Shown, Snapshots, Unrecoverable, recover, recover_at,
    recover_showing,
};
use ballast_protocol::{Height, proof::Hash};
use common::chain::Chain;
use commonware_runtime::deterministic::{Config, Context, FaultConfig, PartialWriteMode, Runner, WriteConfig};
use commonware_runtime::{Blob, ReadOptions, Runner as _, Storage, Supervisor, WriteOptions};
use commonware_utils::Probability;

/// The bytes of a snapshot's file.
async fn snapshot_bytes(context: &Context, height: u64) -> Vec<u8> {
    let (blob, size) = context.open("snapshots", &height.to_be_bytes()).await.unwrap();
    let length = usize::try_from(size).unwrap();
    let bytes = blob.read_at(0, length, ReadOptions::default()).await.unwrap();
    bytes.coalesce().as_ref().to_vec()
}

async fn put_snapshot(context: &Context, height: u64, bytes: Vec<u8>) {
    let (blob, _) = context.open("snapshots", &height.to_be_bytes()).await.unwrap();
    blob.resize(0).await.unwrap();
    blob.write_at(0, bytes, WriteOptions::default()).await.unwrap();
    blob.sync().await.unwrap();
}

async fn recovered(chain: &Chain, context: &Context) -> Result<Recovered, Unrecoverable> {
    let log = chain.open_log(context).await.unwrap();
    recover(&chain.genesis, &log, &chain.snapshots(context)).await
}

/// Every record of a state.
fn records(state: &State) -> Vec<(u16, Vec<u8>, Vec<u8>)> {
    let mut records = Vec::new();
    state.tell_records(|record| records.push((record.table, record.key.to_vec(), record.value.to_vec())));
    records
}

/// What is said to whoever starts a journal that leads nowhere.
async fn refused(chain: &Chain, context: &Context) -> (Unrecoverable, String) {
    let refused = recovered(chain, context).await.err().expect("it is refused");
    let said = refused.to_string();
    (refused, said)
}

#[test]
fn a_saved_state_is_loaded_with_every_record_and_its_root() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(12);
        let snapshots = chain.snapshots(&context);
        for height in [0, 7, 12] {
            assert_eq!(snapshots.save(chain.state(height)).await.unwrap(), Height(height));
            let loaded = snapshots.load(Height(height)).await.unwrap().unwrap();
            assert_eq!(loaded.root(), chain.state(height).root());
            assert_eq!(records(&loaded), records(chain.state(height)));
        }
        assert_eq!(snapshots.heights().await.unwrap(), [Height(0), Height(7), Height(12)]);
        // Again over what is there, which is longer.
        put_snapshot(&context, 7, vec![1; 1 << 20]).await;
        snapshots.save(chain.state(7)).await.unwrap();
        assert!(snapshots.load(Height(7)).await.unwrap().is_ok());
    });
}

#[test]
fn a_snapshot_with_a_byte_changed_or_cut_off_or_of_another_height_is_none() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(12);
        let snapshots = chain.snapshots(&context);
        snapshots.save(chain.last()).await.unwrap();
        let whole = snapshot_bytes(&context, 12).await;
        let bad = |found: Result<_, BadSnapshot>, what: String| match found {
            Err(BadSnapshot::NotWhole) => {}
            other => panic!("{what}: {:?}", other.err()),
        };
        for at in (0..whole.len())
            .step_by(23)
            .chain(0..60)
            .chain(whole.len() - 60..whole.len())
        {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            put_snapshot(&context, 12, changed).await;
            let loaded = snapshots.load(Height(12)).await.unwrap();
            bad(loaded.map(drop), format!("byte {at} of {}", whole.len()));
        }
        for length in (0..whole.len())
            .step_by(97)
            .chain(0..60)
            .chain(whole.len() - 60..whole.len())
        {
            put_snapshot(&context, 12, whole[..length].to_vec()).await;
            let loaded = snapshots.load(Height(12)).await.unwrap();
            bad(loaded.map(drop), format!("{length} bytes of {}", whole.len()));
        }
        put_snapshot(&context, 12, [&whole[..], &[0]].concat()).await;
        bad(
            snapshots.load(Height(12)).await.unwrap().map(drop),
            "a byte more".into(),
        );
        put_snapshot(&context, 13, whole.clone()).await;
        bad(
            snapshots.load(Height(13)).await.unwrap().map(drop),
            "another height".into(),
        );
        let other = Snapshots::new(context.child("other"), "snapshots", &Hash([9; 32]));
        put_snapshot(&context, 12, whole).await;
        bad(other.load(Height(12)).await.unwrap().map(drop), "another chain".into());
        let loaded = snapshots.load(Height(12)).await.unwrap();
        assert_eq!(loaded.map(|state| state.root()), Ok(chain.last().root()));
    });
}

#[test]
fn the_last_blocks_are_shown_as_far_as_they_and_their_transactions_are_few() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(12);
        let log = chain.write_log(&context, 1, &chain.entries).await;
        let snapshots = chain.snapshots(&context);
        let counts: Vec<u64> = chain
            .entries
            .iter()
            .map(|entry| entry.block.block.transactions.len() as u64)
            .collect();
        let of_last = |blocks: usize| counts.iter().rev().take(blocks).sum::<u64>();
        let shown = async |blocks, transactions| {
            let mut heights = Vec::new();
            let show = |replayed: Replayed| {
                let height = replayed.state.chain().height;
                assert_eq!(replayed.state.root(), chain.state(height.0).root());
                assert_eq!(replayed.result.state_root, replayed.state.root());
                heights.push(height.0);
            };
            let shown = Shown { blocks, transactions };
            let recovered = recover_showing(&chain.genesis, &log, &snapshots, shown, show)
                .await
                .unwrap();
            assert_eq!(recovered.state.root(), chain.last().root());
            heights
        };
        assert!(of_last(1) > 0, "a block without transactions would show nothing here");
        assert_eq!(shown(3, 1_000).await, [10, 11, 12]);
        assert_eq!(shown(20, 1_000).await, (1..=12).collect::<Vec<_>>());
        assert_eq!(shown(0, 1_000).await, [0; 0]);
        assert_eq!(shown(9, of_last(4)).await, [9, 10, 11, 12]);
        assert_eq!(shown(9, of_last(4) - 1).await, [10, 11, 12]);
        assert_eq!(shown(9, 0).await, [12], "the last of all in any case");
    });
}

#[test]
fn the_newest_are_kept_and_never_none() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(5);
        let snapshots = chain.snapshots(&context);
        snapshots.keep(2).await.unwrap();
        for state in &chain.states {
            snapshots.save(state).await.unwrap();
        }
        snapshots.keep(9).await.unwrap();
        assert_eq!(snapshots.heights().await.unwrap().len(), 6);
        snapshots.keep(2).await.unwrap();
        assert_eq!(snapshots.heights().await.unwrap(), [Height(4), Height(5)]);
        snapshots.keep(0).await.unwrap();
        assert_eq!(snapshots.heights().await.unwrap(), [Height(5)]);
    });
}

#[test]
fn a_snapshot_torn_while_it_was_written_is_passed_over_for_the_one_before() {
    let mut torn = 0;
    for seed in 0..40_u64 {
        let runner = Runner::new(Config::new().with_seed(seed));
        let (root, checkpoint) = runner.start_and_recover(|context| async move {
            let chain = Chain::of(8);
            chain.write_log(&context, 1, &chain.entries).await;
            let snapshots = chain.snapshots(&context);
            snapshots.save(chain.state(3)).await.unwrap();
            let percent = |share| Probability::new(share, 100).unwrap();
            let write = WriteConfig {
                failure_rate: percent([0, 60][usize::try_from(seed % 2).unwrap()]),
                retention_rate: percent(50),
                mode: [PartialWriteMode::Prefix, PartialWriteMode::Subset][usize::try_from(seed / 2 % 2).unwrap()],
            };
            // It can't be removed either: so it is as after a crash.
            let faults = FaultConfig::default()
                .write(write)
                .sync(percent(100))
                .remove(percent(100));
            context.storage_fault_config().write().clone_from(&faults);
            let saved = snapshots.save(chain.state(8)).await;
            assert!(saved.is_err(), "a save that was not synced is none");
            context
                .storage_fault_config()
                .write()
                .clone_from(&FaultConfig::default());
            chain.last().root()
        });
        torn += Runner::from(checkpoint).start(|context| async move {
            let chain = Chain::of(8);
            let recovered = recovered(&chain, &context).await.unwrap();
            assert_eq!(recovered.state.root(), root, "seed {seed}");
            match (recovered.snapshot, recovered.passed_over.as_slice()) {
                (Some(Height(3)), [(Height(8), BadSnapshot::NotWhole)]) => 1,
                (Some(Height(3)), []) | (Some(Height(8)), []) => 0,
                other => panic!("seed {seed}: {other:?}"),
            }
        });
    }
    assert!(torn >= 10, "only {torn} snapshots were torn");
}

#[test]
fn a_snapshot_that_could_not_be_saved_leaves_nothing_behind() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(3);
        let snapshots = chain.snapshots(&context);
        let faults = FaultConfig::default().sync(Probability::new(1, 1).unwrap());
        context.storage_fault_config().write().clone_from(&faults);
        assert!(snapshots.save(chain.state(3)).await.is_err());
        assert_eq!(snapshots.heights().await.unwrap(), []);
    });
}

#[test]
fn a_start_from_any_snapshot_leads_to_what_genesis_leads_to() {
    let next = Chain::of(31);
    for from in 0..=30_u64 {
        let next = next.entries.last().unwrap().clone();
        Runner::default().start(|context| async move {
            let chain = Chain::of(30);
            chain.write_log(&context, 1, &chain.entries).await;
            chain.snapshots(&context).save(chain.state(from)).await.unwrap();
            let mut recovered = recovered(&chain, &context).await.unwrap();
            assert_eq!(recovered.snapshot, Some(Height(from)));
            assert_eq!(recovered.replayed, 30 - from);
            assert_eq!(recovered.state.root(), chain.last().root());
            let mut expected = chain.last().clone();
            let block = &next.block.block;
            assert_eq!(
                apply_block(&mut recovered.state, block),
                apply_block(&mut expected, block)
            );
            assert_eq!(recovered.state.root(), next.root);
        });
    }
}

#[test]
fn an_earlier_height_is_reached_and_a_later_one_refused() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(30);
        let log = chain.write_log(&context, 1, &chain.entries).await;
        let snapshots = chain.snapshots(&context);
        for height in [10, 20] {
            snapshots.save(chain.state(height)).await.unwrap();
        }
        for (height, from) in [(0, None), (9, None), (10, Some(10)), (19, Some(10)), (30, Some(20))] {
            let reached = recover_at(&chain.genesis, &log, &snapshots, Height(height))
                .await
                .unwrap();
            assert_eq!(reached.snapshot, from.map(Height));
            assert_eq!(reached.state.root(), chain.state(height).root());
        }
        let refused = recover_at(&chain.genesis, &log, &snapshots, Height(31))
            .await
            .err()
            .unwrap();
        assert!(
            matches!(refused, Unrecoverable::OutOfReach { last: Height(30), .. }),
            "{refused:?}"
        );
    });
}

#[test]
fn a_log_that_begins_after_the_newest_state_is_a_gap_that_says_why() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(20);
        chain.write_log(&context, 11, &chain.entries[10..]).await;
        let (error, said) = refused(&chain, &context).await;
        assert!(
            matches!(
                error,
                Unrecoverable::Gap {
                    first: Height(11),
                    from: Height(0),
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(said.contains("put back the older log files, or a snapshot"), "{said}");

        chain.snapshots(&context).save(chain.state(10)).await.unwrap();
        let whole = snapshot_bytes(&context, 10).await;
        assert_eq!(
            recovered(&chain, &context).await.unwrap().state.root(),
            chain.last().root()
        );
        put_snapshot(&context, 10, whole[1..].to_vec()).await;
        let (_, said) = refused(&chain, &context).await;
        assert!(
            said.contains("the snapshot of height 10 is of no use: it is torn, damaged"),
            "{said}"
        );
    });
}

#[test]
fn a_log_that_ends_before_the_newest_snapshot_has_lost_blocks() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(20);
        chain.write_log(&context, 1, &chain.entries[..15]).await;
        chain.snapshots(&context).save(chain.last()).await.unwrap();
        let (error, said) = refused(&chain, &context).await;
        let expected = matches!(
            error,
            Unrecoverable::LogTooShort {
                end: Height(15),
                snapshot: Height(20)
            }
        );
        assert!(expected, "{error:?}");
        assert!(said.contains("put back the newest log files"), "{said}");
    });
}

#[test]
fn a_missing_file_of_the_log_is_named() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(60);
        chain.write_log(&context, 1, &chain.entries).await;
        let mut files = context.scan("blocks").await.unwrap();
        files.sort();
        assert!(files.len() > 2);
        context.remove("blocks", Some(&files[1])).await.unwrap();
        let (_, said) = refused(&chain, &context).await;
        let named: String = files[1].iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(
            said.contains(&format!("blocks/{named} is missing")) && said.contains("Restore it"),
            "{said}"
        );
    });
}

#[test]
fn a_record_that_is_no_block_or_another_height_s_is_named() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(4);
        let mut records: Vec<_> = chain.entries.iter().map(Entry::encode).collect();
        records[2].push(0);
        chain.write_records(&context, 1, &records).await;
        let (error, said) = refused(&chain, &context).await;
        assert!(
            matches!(error, Unrecoverable::Undecodable { height: Height(3), .. }),
            "{error:?}"
        );
        assert!(said.contains("the record of height 3 is no block"), "{said}");
    });
    Runner::default().start(|context| async move {
        let chain = Chain::of(4);
        let mut entries = chain.entries.clone();
        entries.swap(1, 2);
        chain.write_log(&context, 1, &entries).await;
        let (error, _) = refused(&chain, &context).await;
        assert!(
            matches!(error, Unrecoverable::Undecodable { height: Height(2), .. }),
            "{error:?}"
        );
    });
}

#[test]
fn roots_that_are_computed_beside_the_blocks_leave_the_whole_tree_behind() {
    Runner::default().start(|context| async move {
        let chain = Chain::of(140);
        chain.write_log(&context, 1, &chain.entries).await;
        let state = recovered(&chain, &context).await.unwrap().state;
        assert_eq!(state.root(), chain.last().root());
        assert_eq!(state.root(), state.root_from_scratch());
        assert_eq!(state.tree().len(), chain.last().tree().len());

        // The same where the last of them are shown with their own.
        let log = chain.open_log(&context).await.unwrap();
        let shown = Shown {
            blocks: 10,
            transactions: u64::MAX,
        };
        let mut roots = Vec::new();
        let show = |replayed: Replayed| roots.push(replayed.state.root());
        let recovered = recover_showing(&chain.genesis, &log, &chain.snapshots(&context), shown, show).await;
        assert_eq!(recovered.unwrap().state.root(), chain.last().root());
        let expected: Vec<_> = chain.states[131..].iter().map(State::root).collect();
        assert_eq!(roots, expected);
    });
}

#[test]
fn a_root_that_was_written_down_otherwise_is_noticed() {
    // Of the last block, and of every 64th, whether it is the last of those or not.
    for (blocks, wrong) in [(20, 20), (70, 64), (140, 64)] {
        Runner::default().start(|context| async move {
            let chain = Chain::of(blocks);
            let mut entries = chain.entries.clone();
            entries[usize::try_from(wrong - 1).unwrap()].root = Hash([1; 32]);
            chain.write_log(&context, 1, &entries).await;
            let (error, said) = refused(&chain, &context).await;
            assert!(matches!(error, Unrecoverable::Root { .. }), "{error:?}");
            let named =
                said.contains(&format!("the block of height {wrong} leads to")) && said.contains("Use that version");
            assert!(named, "{said}");
        });
    }
}

#[test]
fn passed_over_snapshots_read_as_one_sentence_each() {
    let none = PassedOver::default().to_string();
    assert_eq!(none, "");
    let one = PassedOver(vec![(Height(7), BadSnapshot::NotWhole)]).to_string();
    assert_eq!(
        one,
        " (the snapshot of height 7 is of no use: it is torn, damaged, or of another chain)"
    );
}
