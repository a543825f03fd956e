//! The log on a disk that tears, fails and forgets; and on one that somebody has damaged.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ballast_journal::{Cut, Fault, Log, LogConfig};
use ballast_protocol::{Height, proof::Hash};
use commonware_runtime::deterministic::{
    Checkpoint, Config, Context, FaultConfig, PartialWriteMode, Runner, WriteConfig,
};
use commonware_runtime::{Blob, ReadOptions, Runner as _, Storage, WriteOptions};
use commonware_utils::Probability;
use rand::RngExt;

const SEGMENT: u64 = 16 << 10;

fn config() -> LogConfig {
    LogConfig {
        partition: "blocks".into(),
        chain: Hash([7; 32]),
        first: Height(1),
        segment_bytes: SEGMENT,
    }
}

/// The payload of a height: up to a few thousand bytes, different for each.
fn payload(height: u64) -> Vec<u8> {
    let length = (height * 7_919) % 3_000;
    (0..length)
        .map(|at| (height.wrapping_mul(31) + at) % 251)
        .map(|byte| u8::try_from(byte).expect("below 251"))
        .collect()
}

async fn contents<S: Storage>(log: &Log<S>, from: u64) -> Result<BTreeMap<u64, Vec<u8>>, Fault> {
    let mut found = BTreeMap::new();
    log.read(Height(from), |height, payload| {
        found.insert(height.0, payload.to_vec());
        Ok::<(), Fault>(())
    })
    .await?;
    Ok(found)
}

/// Whether a log holds the payloads of all heights from 1 to some height, and nothing else; that height.
async fn checked<S: Storage>(log: &Log<S>) -> u64 {
    let found = contents(log, 1).await.expect("what is durable is read");
    let last = log.durable().0 - 1;
    assert!(found.keys().copied().eq(1..=last), "each height once");
    for (height, found) in &found {
        assert!(*found == payload(*height), "height {height} is what was written");
    }
    last
}

#[test]
fn what_is_synced_is_there_again_and_what_is_not_may_go() {
    let (_, checkpoint) = Runner::default().start_and_recover(|context| async move {
        let (mut log, cut) = Log::open(context, config()).await.unwrap();
        assert_eq!((cut, log.next(), log.durable()), (None, Height(1), Height(1)));
        for height in 1..=40 {
            log.append(Height(height), &payload(height)).unwrap();
        }
        assert_eq!(log.durable(), Height(1), "nothing is durable before the sync");
        assert_eq!(log.sync().await.unwrap(), Height(41));
        log.append(Height(41), &payload(41)).unwrap();
    });
    Runner::from(checkpoint).start(|context| async move {
        let (log, _) = Log::open(context, config()).await.unwrap();
        assert_eq!(checked(&log).await, 40);
        assert!(contents(&log, 30).await.unwrap().keys().copied().eq(30..=40));
    });
}

#[test]
fn records_out_of_turn_or_too_large_are_refused_and_change_nothing() {
    Runner::default().start(|context| async move {
        let (mut log, _) = Log::open(context, config()).await.unwrap();
        for height in [0, 2, u64::MAX] {
            let refused = log.append(Height(height), b"x");
            assert!(matches!(
                refused,
                Err(Fault::OutOfTurn {
                    expected: Height(1),
                    ..
                })
            ));
        }
        let large = vec![0; ballast_journal::RECORD_MAX + 1];
        assert!(matches!(log.append(Height(1), &large), Err(Fault::TooLarge { .. })));
        log.append(Height(1), &payload(1)).unwrap();
        assert_eq!(log.sync().await.unwrap(), Height(2));
        assert_eq!(checked(&log).await, 1);
    });
}

#[test]
fn pruning_removes_whole_segments_below_a_height() {
    let (_, checkpoint) = Runner::default().start_and_recover(|context| async move {
        let (mut log, _) = Log::open(context, config()).await.unwrap();
        for height in 1..=60 {
            log.append(Height(height), &payload(height)).unwrap();
            log.sync().await.unwrap();
        }
        log.prune(Height(30)).await.unwrap();
        let first = log.first();
        assert!(Height(1) < first && first <= Height(30), "{first}");
        assert!(contents(&log, 30).await.unwrap().keys().copied().eq(30..=60));
        log.prune(Height(1_000)).await.unwrap();
        assert!(log.first() <= Height(60), "the last segment stays");
    });
    Runner::from(checkpoint).start(|context| async move {
        let (log, _) = Log::open(context, config()).await.unwrap();
        assert_eq!(log.next(), Height(61));
    });
}

/// What the caller of a log was told is durable.
#[derive(Default)]
struct Told {
    acknowledged: u64,
    attempted: u64,
}

/// When a caller takes a record for durable.
#[derive(Clone, Copy, PartialEq)]
enum Acknowledge {
    AfterSync,
    /// The planted mistake.
    BeforeSync,
}

/// One life of a process: opens, checks, appends and syncs until it is killed or the disk fails.
async fn live(mut context: Context, told: Arc<Mutex<Told>>, when: Acknowledge) -> Result<(), String> {
    let opened = Log::open(clone(&context), config()).await;
    let (mut log, _) = match opened {
        Ok(opened) => opened,
        Err(Fault::Storage(_)) => return Ok(()),
        Err(fault) => return Err(format!("refused to open: {fault}")),
    };
    let there = log.durable().0 - 1;
    {
        let told = told.lock().unwrap();
        if there < told.acknowledged || there > told.attempted {
            return Err(format!(
                "{there} records are there, {} were acknowledged, {} attempted",
                told.acknowledged, told.attempted
            ));
        }
    }
    match contents(&log, 1).await {
        Ok(found) => {
            if !found.iter().all(|(height, found)| *found == payload(*height))
                || u64::try_from(found.len()).unwrap() != there
            {
                return Err("what is there is not what was written".into());
            }
        }
        Err(Fault::Storage(_)) => return Ok(()),
        Err(fault) => return Err(format!("refused to read: {fault}")),
    }
    let lifetime = context.random_range(1..40);
    for _ in 0..lifetime {
        let group = context.random_range(1..6);
        for _ in 0..group {
            let height = log.next();
            log.append(height, &payload(height.0)).unwrap();
            told.lock().unwrap().attempted = height.0;
        }
        if when == Acknowledge::BeforeSync {
            told.lock().unwrap().acknowledged = log.next().0 - 1;
        }
        if context.random_range(0..20) == 0 {
            return Ok(());
        }
        match log.sync().await {
            Ok(durable) => {
                let mut told = told.lock().unwrap();
                told.acknowledged = told.acknowledged.max(durable.0 - 1);
            }
            Err(_) => {
                let height = log.next();
                assert!(log.append(height, b"").is_err(), "a log that failed takes nothing");
                assert!(log.sync().await.is_err(), "and syncs nothing");
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The runtime hands its storage on as a child of a context.
fn clone(context: &Context) -> Context {
    use commonware_runtime::Supervisor;
    context.child("log")
}

fn faults(seed: u64) -> FaultConfig {
    let percent = |share: u64| Probability::new(share, 100).unwrap();
    let mode = if seed.is_multiple_of(2) {
        PartialWriteMode::Prefix
    } else {
        PartialWriteMode::Subset
    };
    let config = FaultConfig::default().write(WriteConfig {
        failure_rate: percent(seed % 3),
        retention_rate: percent([0, 50, 95, 100][usize::try_from(seed / 2 % 4).unwrap()]),
        mode,
    });
    match seed % 5 {
        0 => config,
        1 => config.sync(percent(3)),
        2 => config.sync(percent(10)).open(percent(5)),
        3 => config.sync(percent(3)).read(percent(1)),
        _ => config.sync(percent(5)).remove(percent(20)).scan(percent(5)),
    }
}

/// Lives until something is wrong, at most so many.
fn lives(seed: u64, count: usize, when: Acknowledge) -> Result<u64, String> {
    let told = Arc::new(Mutex::new(Told::default()));
    let mut left: Option<Checkpoint> = None;
    for _ in 0..count {
        let runner = match left.take() {
            None => Runner::new(Config::new().with_seed(seed).with_storage_fault_config(faults(seed))),
            Some(checkpoint) => Runner::from(checkpoint),
        };
        let told = told.clone();
        let (lived, checkpoint) = runner.start_and_recover(|context| live(context, told, when));
        lived.map_err(|wrong| format!("seed {seed}: {wrong}"))?;
        left = Some(checkpoint);
    }
    let acknowledged = told.lock().unwrap().acknowledged;
    Ok(acknowledged)
}

#[test]
fn nothing_acknowledged_is_lost_whatever_the_disk_does() {
    let mut acknowledged = 0;
    for seed in 0..200 {
        acknowledged += lives(seed, 12, Acknowledge::AfterSync).unwrap();
    }
    assert!(acknowledged > 20_000, "the drill wrote {acknowledged} records only");
}

#[test]
fn acknowledging_before_the_sync_is_caught() {
    let caught = (0..20).filter(|seed| lives(*seed, 12, Acknowledge::BeforeSync).is_err());
    assert!(caught.count() > 10);
}

/// A log of `count` records in one segment, each synced, as bytes of its last segment.
async fn written(context: &Context, count: u64) {
    let (mut log, _) = Log::open(clone(context), config()).await.unwrap();
    for height in 1..=count {
        log.append(Height(height), &payload(height)).unwrap();
        log.sync().await.unwrap();
    }
    log.close().await.unwrap();
}

async fn flip(context: &Context, first: u64, at: u64) {
    let (blob, _) = context.open("blocks", &first.to_be_bytes()).await.unwrap();
    let byte = blob
        .read_at(at, 1, ReadOptions::default())
        .await
        .unwrap()
        .coalesce()
        .as_ref()[0];
    blob.write_at(at, vec![byte ^ 0x40], WriteOptions::default())
        .await
        .unwrap();
    blob.sync().await.unwrap();
}

async fn size(context: &Context, first: u64) -> u64 {
    let (_, size) = context.open("blocks", &first.to_be_bytes()).await.unwrap();
    size
}

#[test]
fn damage_to_what_was_acknowledged_is_refused_not_cut() {
    Runner::default().start(|context| async move {
        written(&context, 5).await;
        let end = size(&context, 1).await;
        for at in (4_096..end).step_by(211).chain([end - 1]) {
            flip(&context, 1, at).await;
            let refused = Log::open(clone(&context), config()).await.err();
            let Some(Fault::Corrupt { height, .. }) = &refused else {
                panic!("a changed byte at {at} of {end}: {refused:?}");
            };
            assert!((1..=5).contains(&height.0));
            let said = refused.unwrap().to_string();
            assert!(said.contains("Restore this file from a copy"), "{said}");
            flip(&context, 1, at).await;
        }
        let (log, cut) = Log::open(clone(&context), config()).await.unwrap();
        assert_eq!(cut, None);
        assert_eq!(checked(&log).await, 5);
    });
}

#[test]
fn damage_in_an_older_segment_is_found_when_it_is_read() {
    Runner::default().start(|context| async move {
        written(&context, 60).await;
        flip(&context, 1, 5_000).await;
        let (log, _) = Log::open(clone(&context), config()).await.unwrap();
        let found = contents(&log, 1).await;
        assert!(matches!(found, Err(Fault::Corrupt { .. })), "{found:?}");
        let last = log.durable().0 - 1;
        assert_eq!(
            contents(&log, last).await.unwrap().len(),
            1,
            "what is whole is still read"
        );
    });
}

#[test]
fn a_file_that_is_cut_short_below_what_was_acknowledged_is_refused() {
    Runner::default().start(|context| async move {
        written(&context, 5).await;
        let end = size(&context, 1).await;
        for shorter in [end - 1, end - 500, 4_097, 4_096] {
            let (blob, _) = context.open("blocks", &1_u64.to_be_bytes()).await.unwrap();
            let bytes = blob
                .read_at(0, usize::try_from(end).unwrap(), ReadOptions::default())
                .await
                .unwrap()
                .coalesce();
            blob.resize(shorter).await.unwrap();
            blob.sync().await.unwrap();
            drop(blob);
            let refused = Log::open(clone(&context), config()).await.err();
            assert!(matches!(refused, Some(Fault::Corrupt { .. })), "{shorter}: {refused:?}");
            let (blob, _) = context.open("blocks", &1_u64.to_be_bytes()).await.unwrap();
            blob.write_at(0, bytes, WriteOptions::SYNC).await.unwrap();
        }
    });
}

#[test]
fn a_torn_tail_is_cut_and_said() {
    Runner::default().start(|context| async move {
        written(&context, 5).await;
        let end = size(&context, 1).await;
        let (blob, _) = context.open("blocks", &1_u64.to_be_bytes()).await.unwrap();
        blob.write_at(end, vec![0x42; 333], WriteOptions::SYNC).await.unwrap();
        drop(blob);
        let (mut log, cut) = Log::open(clone(&context), config()).await.unwrap();
        assert_eq!(
            cut,
            Some(Cut {
                height: Height(6),
                bytes: 333
            })
        );
        assert_eq!(checked(&log).await, 5);
        log.append(Height(6), &payload(6)).unwrap();
        log.sync().await.unwrap();
        assert_eq!(checked(&log).await, 6);
    });
}

#[test]
fn a_record_that_somebody_has_put_into_another_proves_nothing() {
    Runner::default().start(|context| async move {
        written(&context, 5).await;
        let whole = size(&context, 1).await;
        let (blob, _) = context.open("blocks", &1_u64.to_be_bytes()).await.unwrap();
        let (mut log, _) = {
            let bytes = blob
                .read_at(4_096, usize::try_from(whole - 4_096).unwrap(), ReadOptions::default())
                .await;
            let planted = [b"torn".to_vec(), bytes.unwrap().coalesce().as_ref().to_vec()].concat();
            blob.write_at(whole, planted, WriteOptions::SYNC).await.unwrap();
            drop(blob);
            let opened = Log::open(clone(&context), config()).await.unwrap();
            assert!(opened.1.is_some_and(|cut| cut.height == Height(6)), "all of it is cut");
            opened
        };
        assert_eq!(checked(&log).await, 5);
        log.append(Height(6), &payload(6)).unwrap();
        log.sync().await.unwrap();
    });
}

#[test]
fn a_segment_whose_first_page_was_torn_is_begun_anew() {
    Runner::default().start(|context| async move {
        written(&context, 60).await;
        let newest = context.scan("blocks").await.unwrap().into_iter().max().unwrap();
        let (blob, _) = context.open("blocks", &newest).await.unwrap();
        let page = blob.read_at(0, 4_096, ReadOptions::default()).await.unwrap().coalesce();
        drop(blob);
        for kept in [0, 8, 24, 100, 4_095] {
            // A next segment, of which so much is there.
            let next = 61_u64.to_be_bytes();
            let (blob, _) = context.open("blocks", &next).await.unwrap();
            blob.write_at(0, page.as_ref()[..kept].to_vec(), WriteOptions::SYNC)
                .await
                .unwrap();
            drop(blob);
            let (mut log, cut) = Log::open(clone(&context), config()).await.unwrap();
            let said = (kept > 0).then_some(Cut {
                height: Height(61),
                bytes: kept as u64,
            });
            assert_eq!((cut, log.next()), (said, Height(61)), "{kept} bytes of a first page");
            assert_eq!(checked(&log).await, 60);
            assert!(log.append(Height(61), &payload(61)).is_ok());
        }
    });
}

#[test]
fn a_segment_that_is_cut_into_its_first_page_is_not_removed_without_a_word() {
    Runner::default().start(|context| async move {
        written(&context, 60).await;
        let newest = context.scan("blocks").await.unwrap().into_iter().max().unwrap();
        for (kept, refused) in [(4_095, true), (1_040, true), (100, false)] {
            let (blob, _) = context.open("blocks", &newest).await.unwrap();
            blob.resize(kept).await.unwrap();
            blob.sync().await.unwrap();
            drop(blob);
            let opened = Log::open(clone(&context), config()).await;
            match opened {
                // A mark in it says that its blocks were durable.
                Err(Fault::Corrupt { .. }) if refused => {}
                Ok((_, cut)) if !refused => assert_eq!(cut.map(|cut| cut.bytes), Some(kept)),
                other => panic!("{kept}: {:?}", other.map(|(_, cut)| cut)),
            }
        }
    });
}

#[test]
fn a_new_segment_after_lost_blocks_is_refused() {
    Runner::default().start(|context| async move {
        written(&context, 5).await;
        // Begun when 7 blocks were durable, and torn.
        let (blob, _) = context.open("blocks", &8_u64.to_be_bytes()).await.unwrap();
        blob.write_at(0, vec![1; 20], WriteOptions::SYNC).await.unwrap();
        drop(blob);
        let refused = Log::open(clone(&context), config()).await.err();
        assert!(
            matches!(refused, Some(Fault::Corrupt { height: Height(6), .. })),
            "{refused:?}"
        );
    });
}

#[test]
fn the_log_of_another_chain_is_refused() {
    Runner::default().start(|context| async move {
        written(&context, 5).await;
        let other = LogConfig {
            chain: Hash([8; 32]),
            ..config()
        };
        let refused = Log::open(clone(&context), other).await.err();
        assert!(matches!(refused, Some(Fault::Foreign { .. })), "{refused:?}");
    });
}

#[test]
fn a_file_that_is_no_segment_is_refused() {
    Runner::default().start(|context| async move {
        context.open("blocks", b"notes.txt").await.unwrap();
        let refused = Log::open(clone(&context), config()).await.err();
        assert!(matches!(refused, Some(Fault::Foreign { .. })), "{refused:?}");
    });
}
