//! When snapshots are made, and what is removed because of them.

use ballast_engine::{State, apply_block};
use ballast_journal::{Log, LogConfig, SNAPSHOTS, Snapshots, Unrecoverable};
use ballast_node::{ChainTime, NotStarted, Pruning, Settings, start};
use ballast_protocol::{Block, Height};
use commonware_runtime::deterministic::Context;
use commonware_runtime::{Blob, Clock, Storage, Supervisor, WriteOptions};

use crate::common::genesis;
use crate::restart::blocks;
use crate::{begin, run, settings};

/// Only the last height is kept, so that snapshots are of it.
fn no_history() -> Settings {
    Settings {
        heights_kept: 1,
        ..settings()
    }
}

fn snapshots(context: &Context) -> Snapshots<Context> {
    Snapshots::new(context.child("look"), SNAPSHOTS, &genesis().hash())
}

/// A file that looks like a snapshot and is none.
async fn tear(context: &Context, height: u64) {
    let opened = context.open(SNAPSHOTS, &height.to_be_bytes()).await;
    let (blob, _) = opened.unwrap();
    blob.write_at(0, b"torn".to_vec(), WriteOptions::default())
        .await
        .unwrap();
    blob.sync().await.unwrap();
}

#[test]
fn much_work_is_not_left_to_a_start() {
    run(|context| async move {
        let by_work = Settings {
            snapshot_after: 3,
            ..no_history()
        };
        let (node, _) = begin(&context.child("first"), by_work.clone()).await;
        blocks(&node, 1..=5).await;
        node.stop().await;
        let (_, started) = begin(&context.child("second"), by_work).await;
        assert_eq!(started.snapshot, Some(Height(3)), "after three transactions");
    });
}

#[test]
fn an_orderly_stop_leaves_little_to_do() {
    run(|context| async move {
        let (node, _) = begin(&context.child("first"), no_history()).await;
        blocks(&node, 1..=20).await;
        node.stop().await;
        let (_, started) = begin(&context.child("second"), no_history()).await;
        assert_eq!((started.snapshot, started.replayed), (Some(Height(20)), 0));
    });
}

#[test]
fn a_torn_snapshot_is_removed_at_a_start() {
    run(|context| async move {
        let (node, _) = begin(&context.child("first"), no_history()).await;
        blocks(&node, 1..=2).await;
        node.stop().await;
        tear(&context, 2).await;
        let (_, started) = begin(&context.child("second"), no_history()).await;
        assert_eq!(started.passed_over.len(), 1);
        assert_eq!(snapshots(&context).heights().await.unwrap(), []);
    });
}

#[test]
fn nothing_is_pruned_because_of_a_snapshot_that_nobody_has_read() {
    run(|context| async move {
        let pruning = Settings {
            pruning: Pruning::BelowSnapshots,
            snapshot_every: 5,
            segment_bytes: 1,
            ..no_history()
        };
        let first = async |name: &'static str| {
            let config = LogConfig::of_node(genesis().hash(), Height(1), 1);
            let (log, _) = Log::open(context.child(name), config).await.unwrap();
            log.first()
        };
        let (node, _) = begin(&context.child("first"), pruning.clone()).await;
        tear(&context, 4).await;
        blocks(&node, 1..=7).await;
        node.stop().await;
        assert_eq!(snapshots(&context).heights().await.unwrap(), [Height(4), Height(5)]);
        assert_eq!(first("one").await, Height(1), "one snapshot is good");

        let (node, _) = begin(&context.child("second"), pruning).await;
        blocks(&node, 8..=12).await;
        node.stop().await;
        assert_eq!(snapshots(&context).heights().await.unwrap(), [Height(5), Height(10)]);
        assert_eq!(first("two").await, Height(5), "two are");
    });
}

#[test]
fn a_snapshot_of_another_state_than_was_acknowledged_is_refused() {
    run(|context| async move {
        let (node, _) = begin(&context.child("first"), no_history()).await;
        blocks(&node, 1..=3).await;
        node.stop().await;
        let mut other = State::genesis(&genesis()).unwrap();
        for height in 1..=3 {
            let silent = Block {
                height: Height(height),
                time: other.chain().time,
                observations: Vec::new(),
                transactions: Vec::new(),
            };
            apply_block(&mut other, &silent).unwrap();
        }
        snapshots(&context).save(&other).await.unwrap();
        let time = |last| ChainTime::Scaled {
            wall: context.current(),
            chain: last,
            speed: 1,
        };
        let refused = start(context.child("second"), &genesis(), no_history(), time)
            .await
            .err();
        let refused = refused.expect("it does not start");
        assert!(
            matches!(
                &refused,
                NotStarted::Recovery(Unrecoverable::Snapshot { height: Height(3), .. })
            ),
            "{refused}"
        );
        assert!(refused.is_broken());
    });
}
