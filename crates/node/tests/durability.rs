//! A node that is killed, and whose disk tears, forgets, fails and fills up: what it acknowledged is there again.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../journal/tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ballast_engine::invariants;
use ballast_journal::{Entry, Log, LogConfig, audit};
use ballast_node::{ChainTime, Included, Node, NotStarted, Refused, Settings, Stopped, start};
use ballast_num::Price;
use ballast_protocol::{Genesis, Height, Outcome, proof::Hash};
use ballast_signing::{SignedTransaction, TransactionHash};
use common::{genesis, open_vault, price, send};
use commonware_runtime::deterministic::{
    Checkpoint, Config, Context, FaultConfig, PartialWriteMode, ResizeConfig, Runner, WriteConfig,
};
use commonware_runtime::{Clock, Runner as _, Spawner, Supervisor};
use commonware_utils::Probability;
use rand::RngExt;

/// What the clients of a node know, over all its lives.
#[derive(Default)]
struct Clients {
    nonce: u64,
    sent: BTreeMap<TransactionHash, SignedTransaction>,
    acknowledged: BTreeMap<TransactionHash, Included>,
    roots: BTreeMap<Height, Hash>,
}

/// Whether the node has the planted mistake.
#[derive(Clone, Copy)]
enum Acknowledges {
    WhatIsDurable,
    Early,
}

fn settings(seed: u64, acknowledges: Acknowledges) -> Settings {
    Settings {
        acknowledge_early: matches!(acknowledges, Acknowledges::Early),
        block_transactions: 8,
        block_wait: Duration::from_millis(5),
        idle: Duration::from_millis(500),
        snapshot_every: [0, 3, 10][usize::try_from(seed % 3).unwrap()],
        segment_bytes: 8 << 10,
        ..Settings::default()
    }
}

async fn open(context: &Context, genesis: &Genesis, settings: Settings) -> Result<Node, NotStarted> {
    let time = |last| ChainTime::Scaled {
        wall: context.current(),
        chain: last,
        speed: 1,
    };
    let (node, running, _) = start(context.child("node"), genesis, settings, time).await?;
    drop(running); // Its tasks go on until the context ends.
    Ok(node)
}

/// One life: starts, checks that nothing acknowledged is missing, then takes transactions until it is killed or fails.
async fn live(mut context: Context, clients: Arc<Mutex<Clients>>, settings: Settings) -> Result<(), String> {
    let genesis = genesis();
    let node = match open(&context, &genesis, settings).await {
        Ok(node) => node,
        Err(error) if is_storage(&error) => return Ok(()),
        Err(error) => return Err(format!("does not start: {error}")),
    };
    let latest = node.view().latest();
    invariants::check_all(&latest.state).map_err(|breach| breach.to_string())?;
    let height = latest.state.chain().height;
    {
        let clients = clients.lock().unwrap();
        if let Some((acknowledged, root)) = clients.roots.last_key_value() {
            if height < *acknowledged {
                return Err(format!("is at {height}, and {acknowledged} was published"));
            }
            if height == *acknowledged && latest.state.root() != *root {
                return Err(format!("{height} has another root than it had"));
            }
        }
    }
    let mut tasks = Vec::new();
    for client in 1..=4_u8 {
        let (node, clients) = (node.clone(), clients.clone());
        let mut context = context.child("client");
        tasks.push(context.child("client").spawn(move |_| async move {
            for _ in 0..200 {
                let (now, nonce) = (node.now(), {
                    let mut clients = clients.lock().unwrap();
                    clients.nonce += 1;
                    clients.nonce
                });
                if context.random_range(0..10) == 0 {
                    for source in 1..=5 {
                        let usd = context.random_range(1_900..2_100);
                        let said = price(source, Price::whole(usd), now, node.domain());
                        let _ = node.observe(said);
                    }
                }
                let signed = if context.random_range(0..8) == 0 {
                    open_vault(client, nonce, now, node.domain())
                } else {
                    send(client, nonce, now, node.domain())
                };
                let submitted = match node.submit(signed.clone()) {
                    Ok(submitted) => submitted,
                    Err(Refused::Stopped(_)) => return,
                    Err(_) => continue,
                };
                let hash = submitted.hash;
                clients.lock().unwrap().sent.insert(hash, signed);
                let included = match submitted.included().await {
                    Ok(included) => included,
                    Err(Refused::Stopped(_)) => return,
                    Err(_) => continue,
                };
                {
                    let mut clients = clients.lock().unwrap();
                    clients.acknowledged.insert(hash, included);
                    let state = &node.view().latest().state;
                    clients.roots.insert(state.chain().height, state.root());
                }
                let pause = context.random_range(0..30);
                context.sleep(Duration::from_millis(pause)).await;
            }
        }));
    }
    let life = context.random_range(20..2_500);
    let killed = context.sleep(Duration::from_millis(life));
    tokio::select! {
        biased;
        () = killed => {}
        _ = node.stopped() => {}
    }
    Ok(())
}

fn is_storage(error: &NotStarted) -> bool {
    use ballast_journal::{Fault, Unrecoverable};
    matches!(
        error,
        NotStarted::Journal(Fault::Storage(_)) | NotStarted::Recovery(Unrecoverable::Fault(Fault::Storage(_)))
    )
}

/// The last life: no faults any more. Every acknowledged transaction stands where its sender was told, once, with the
/// receipt that he has; and an audit finds nothing.
async fn last(context: Context, clients: Arc<Mutex<Clients>>) -> Result<u64, String> {
    let genesis = genesis();
    context
        .storage_fault_config()
        .write()
        .clone_from(&FaultConfig::default());
    let settings = settings(0, Acknowledges::WhatIsDurable);
    let node = open(&context, &genesis, settings.clone()).await;
    let node = node.map_err(|error| format!("does not start: {error}"))?;
    let root = node.view().latest().state.root();
    let stopped = node.stop().await;
    if stopped != Stopped::Asked {
        return Err(format!("does not stop well: {stopped}"));
    }
    let log = {
        let config = LogConfig::of_node(genesis.hash(), Height(1), settings.segment_bytes);
        Log::open(context.child("log"), config).await
    };
    let (log, _) = log.map_err(|fault| fault.to_string())?;
    let audited = audit(&genesis, &log, 16, |_| ())
        .await
        .map_err(|error| error.to_string())?;
    if audited.root != root {
        return Err("the audit leads to another root".into());
    }

    let mut state = ballast_engine::State::genesis(&genesis).map_err(|error| error.to_string())?;
    let mut found = BTreeMap::new();
    let read = log.read(Height(1), |height, record| {
        let entry = Entry::decode(record).expect("the audit has read it");
        let result = ballast_engine::apply_block(&mut state, &entry.block.block).expect("the audit has executed it");
        let transactions = entry.block.block.transactions.iter().zip(&result.receipts);
        for ((transaction, receipt), index) in transactions.zip(0..) {
            let hash = node.domain().digest(transaction);
            let executed = !matches!(receipt.outcome, Outcome::NotAdmitted(_));
            let included = Included {
                hash,
                height,
                index,
                receipt: receipt.clone(),
            };
            let before = found.insert(hash, included);
            assert!(
                before.is_none() || !executed,
                "{height}: a transaction stands there twice"
            );
        }
        Ok::<(), ballast_journal::Fault>(())
    });
    read.await.map_err(|fault| fault.to_string())?;
    let clients = clients.lock().unwrap();
    for (hash, acknowledged) in &clients.acknowledged {
        if found.get(hash) != Some(acknowledged) {
            return Err(format!("{hash} was acknowledged and is not where its sender was told"));
        }
    }
    if let Some(hash) = found.keys().find(|hash| !clients.sent.contains_key(hash)) {
        return Err(format!("{hash} is in a block and nobody sent it"));
    }
    Ok(clients.acknowledged.len() as u64)
}

fn faults(seed: u64) -> FaultConfig {
    let percent = |share: u64| Probability::new(share, 100).unwrap();
    let torn = |failure, retained, mode| WriteConfig {
        failure_rate: percent(failure),
        retention_rate: percent(retained),
        mode,
    };
    let config = FaultConfig::default();
    match seed % 6 {
        // Only kills: what was not synced is gone, or torn.
        0 => config.write(torn(0, 0, PartialWriteMode::Prefix)),
        1 => config.write(torn(0, 50, PartialWriteMode::Subset)),
        2 => config.write(torn(0, 90, PartialWriteMode::Prefix)).sync(percent(2)),
        // A full disk: writes fail, some of them half done.
        3 => config.write(torn(3, 50, PartialWriteMode::Prefix)),
        4 => config
            .write(torn(1, 100, PartialWriteMode::Subset))
            .sync(percent(5))
            .read(percent(1)),
        _ => config
            .sync(percent(3))
            .open(percent(3))
            .remove(percent(20))
            .resize(ResizeConfig {
                failure_rate: percent(10),
                partial_rate: percent(50),
            }),
    }
}

fn lives(seed: u64, count: usize, acknowledges: Acknowledges) -> Result<u64, String> {
    let clients = Arc::new(Mutex::new(Clients::default()));
    let mut left: Option<Checkpoint> = None;
    for _ in 0..count {
        let runner = match left.take() {
            None => Runner::new(Config::new().with_seed(seed).with_storage_fault_config(faults(seed))),
            Some(checkpoint) => Runner::from(checkpoint),
        };
        let clients = clients.clone();
        let (lived, checkpoint) =
            runner.start_and_recover(|context| live(context, clients, settings(seed, acknowledges)));
        lived.map_err(|wrong| format!("seed {seed}: {wrong}"))?;
        left = Some(checkpoint);
    }
    let runner = Runner::from(left.unwrap());
    let ended = runner.start(|context| last(context, clients));
    ended.map_err(|wrong| format!("seed {seed}, at the end: {wrong}"))
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_else_acknowledged() {
    let mut acknowledged = 0;
    for seed in 0..200 {
        acknowledged += lives(seed, 4, Acknowledges::WhatIsDurable).unwrap();
    }
    assert!(
        acknowledged > 10_000,
        "the drill had {acknowledged} transactions acknowledged only"
    );
}

#[test]
fn acknowledging_before_the_disk_has_a_block_is_caught() {
    let caught = || {
        (0..12)
            .filter(|seed| lives(*seed, 4, Acknowledges::Early).is_err())
            .collect::<Vec<_>>()
    };
    let (first, again) = (caught(), caught());
    assert!(first.len() >= 3, "{first:?}");
    assert_eq!(first, again, "a seed that fails fails again");
}
