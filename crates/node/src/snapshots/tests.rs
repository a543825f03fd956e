use std::pin::pin;

use commonware_runtime::deterministic::{Config, Context, Runner};
use commonware_runtime::{Runner as _, Supervisor};
use futures::FutureExt;

use ballast_engine::apply_block;
use ballast_journal::{LogConfig, SNAPSHOTS};
use ballast_protocol::Block;

use super::*;
use crate::common::genesis;
use crate::view::Recent;

/// A keeper that makes a snapshot after three transactions while another is under way, at height 1. The other ends when it is told.
async fn busy(context: Context) -> (Keeper<Context>, oneshot::Sender<Saved>, View, Log<Context>) {
    let (chain, genesis) = (genesis().hash(), genesis());
    let mut state = State::genesis(&genesis).unwrap();
    let silent = Block {
        height: Height(1),
        time: state.chain().time,
        observations: Vec::new(),
        transactions: Vec::new(),
    };
    apply_block(&mut state, &silent).unwrap();
    let settings = Settings {
        snapshot_after: 3,
        ..Settings::default()
    };
    let started = Started {
        height: Height(0),
        snapshot: None,
        replayed: 0,
        transactions: 0,
        cut: None,
        passed_over: Vec::new(),
    };
    let snapshots = Snapshots::new(context.child("snapshots"), SNAPSHOTS, &chain);
    let mut keeper = Keeper::new(context.child("keeper"), snapshots, &settings, &started);
    let (done, under_way) = oneshot::channel();
    keeper.under_way = Some(under_way);
    let config = LogConfig::of_node(chain, Height(1), settings.segment_bytes);
    let (log, _) = Log::open(context.child("log"), config).await.unwrap();
    (keeper, done, View::new(state, Recent::new(&settings)), log)
}

#[test]
fn a_snapshot_that_is_due_waits_for_the_one_under_way() {
    Runner::new(Config::new()).start(|context| async move {
        let (mut keeper, done, view, mut log) = busy(context).await;
        keeper.count(3);
        keeper.keep_up(&view, &mut log).await;
        assert_eq!(
            (keeper.last, keeper.since),
            (Height(0), (1, 3)),
            "nothing is begun beside it"
        );
        done.send(Ok(None)).unwrap();
        keeper.keep_up(&view, &mut log).await;
        assert_eq!((keeper.last, keeper.since), (Height(1), (0, 0)));
        keeper.end(&mut log).await;
        assert!(keeper.read_back.contains(&Height(1)));
    });
}

#[test]
fn blocks_wait_for_a_snapshot_that_is_under_way_when_the_next_but_one_is_due() {
    Runner::new(Config::new()).start(|context| async move {
        let (mut keeper, done, view, mut log) = busy(context).await;
        keeper.count(6);
        {
            let mut kept_up = pin!(keeper.keep_up(&view, &mut log));
            assert!(kept_up.as_mut().now_or_never().is_none(), "the other is not done");
            done.send(Ok(None)).unwrap();
            kept_up.await;
        }
        assert_eq!(keeper.last, Height(1));
    });
}

#[test]
fn the_state_is_read_back_where_nothing_else_leads_there() {
    Runner::new(Config::new()).start(|context| async move {
        let (mut keeper, _, _, whole) = busy(context.child("whole")).await;
        let config = LogConfig::of_node(genesis().hash(), Height(7), 1 << 20);
        let (imported, _) = Log::open(
            context.child("imported"),
            LogConfig {
                partition: "imported".into(),
                ..config
            },
        )
        .await
        .unwrap();
        assert_eq!(keeper.how(&whole), ReadBack::Bytes);
        assert_eq!(keeper.how(&imported), ReadBack::State);
        keeper.pruning = Pruning::BelowSnapshots;
        assert_eq!(keeper.how(&whole), ReadBack::State);
    });
}
