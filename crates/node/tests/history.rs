//! The index of the past beside a node: what it answers, that it equals one made of the journal, and that the chain needs none.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests: one that cannot go on has failed

#[path = "../../journal/tests/common/mod.rs"]
mod common;

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ballast_history::{FILE, Index, TABLES, Tables, never, rebuild};
use ballast_journal::{Folder, SEGMENT_BYTES};
use ballast_node::api::{self, ApiSettings};
use ballast_node::{ChainTime, Node, Refused, Settings, start};
use ballast_num::{Price, Timestamp};
use ballast_protocol::{Command, Height, VaultRef, coins};
use common::{TYPE, genesis, price, send, signed, wallet};
use commonware_runtime::tokio::Runner;
use commonware_runtime::{Clock, Runner as _, Supervisor as _};
use reqwest::StatusCode;
use serde_json::Value;

/// A node in a folder, for as long as an act lasts.
fn run<F: Future<Output = ()>>(path: &Path, history: Option<PathBuf>, act: impl FnOnce(At) -> F) {
    let folder = match Folder::is_there(path) {
        true => Folder::open(path),
        false => Folder::create(path, genesis()),
    };
    let folder = folder.unwrap();
    Runner::new(folder.runtime()).start(|context| async move {
        let time = |last| ChainTime::Scaled {
            wall: context.current(),
            chain: last,
            speed: 1,
        };
        // So few are kept that the index has to read the journal, too.
        let settings = Settings {
            heights_kept: 2,
            segment_bytes: 16 << 10,
            history,
            ..Settings::default()
        };
        let (node, running, _) = start(context.child("node"), &genesis(), settings, time).await.unwrap();
        let address = ([127, 0, 0, 1], 0).into();
        let bound = api::serve(node.clone(), address, ApiSettings::default(), axum::Router::new());
        let bound = bound.await.unwrap();
        let url = format!("http://{}", bound.address);
        let serving = tokio::spawn(bound.run());
        act(At {
            node: node.clone(),
            url,
        })
        .await;
        node.stop().await;
        serving.await.unwrap();
        if let Some(history) = running.history {
            history.await.unwrap();
        }
    });
}

struct At {
    node: Node,
    url: String,
}

impl At {
    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn ok(&self, path: &str) -> Value {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// Returns once the index has all that is durable.
    async fn caught_up(&self) {
        let history = self.node.history().unwrap();
        for _ in 0..2_000 {
            if history.is_ready() && history.height() >= self.node.view().latest().height() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the index has come to {} only", history.height());
    }

    /// A block of a transaction; returns its hash.
    async fn send(&self, nonce: u64) -> String {
        let sent = self
            .node
            .submit(send(2, nonce, self.node.now(), self.node.domain()))
            .unwrap();
        sent.included().await.unwrap().hash.to_string()
    }

    /// All sources say a price; returns when it is theirs.
    async fn say(&self, usd: u32) {
        let mut changed = self.node.view().changed();
        for source in 1..=5 {
            let said = || {
                let time = Timestamp(self.node.now().0 + 1);
                price(source, Price::whole(usd), time, self.node.domain())
            };
            // What it has said last may be of this second.
            while let Err(refused) = self.node.observe(said()) {
                assert!(matches!(refused, Refused::Observation(_)), "{refused}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        let says = |state: &ballast_engine::State| {
            let quote = state.prices().quote(common::FEED);
            quote.is_ok_and(|quote| quote.spot == Price::whole(usd))
        };
        changed.wait_for(|latest| says(&latest.state)).await.unwrap();
    }

    /// A vault that owes as much as it may, and a price that breaks it.
    async fn liquidation(&self) {
        let vault = VaultRef::Opened(0);
        let commands = vec![
            Command::OpenVault { collateral_type: TYPE },
            Command::Deposit {
                vault,
                amount: coins(20),
            },
            Command::DrawDebt {
                vault,
                amount: coins(25_000),
            },
        ];
        let opened = self
            .node
            .submit(signed(1, 1, self.node.now(), commands, self.node.domain()));
        let receipt = opened.unwrap().included().await.unwrap().receipt;
        assert_eq!(receipt.outcome, ballast_protocol::Outcome::Done);
        self.say(1_980).await;
        self.say(1_850).await;
        self.say(1_800).await;
    }
}

/// Every row of an index.
fn dump(path: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    let tables = Tables::open(path).unwrap();
    for table in &TABLES {
        let mut file = Vec::new();
        let (_, count) = tables.write(table, &mut file).unwrap();
        rows.push(format!("{}: {count} rows, {:?}", table.name, file));
    }
    rows
}

/// The index of a folder's journal, made by itself.
fn made_again(path: &Path) -> Vec<String> {
    let folder = Folder::open(path).unwrap();
    let file = path.join("again.sqlite");
    let index: Index = Runner::new(folder.runtime()).start(|context| async move {
        let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await.unwrap();
        let snapshots = folder.snapshots(context.child("snapshots"));
        let reader = log.reader(context.child("reader"));
        let made = rebuild(folder.genesis(), &reader, &snapshots, &file, &never(), &mut |_| ()).await;
        made.unwrap().0
    });
    drop(index);
    dump(&path.join("again.sqlite"))
}

#[test]
fn what_is_no_longer_recent_is_answered_from_the_index() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    run(&path, Some(path.join(FILE)), |at| async move {
        at.liquidation().await;
        let mut sent = Vec::new();
        for nonce in 1..=20 {
            sent.push(at.send(nonce).await);
        }
        at.caught_up().await;

        // Its block is not kept any more.
        let first = at.ok(&format!("/v1/transactions/{}", sent[0])).await;
        assert_eq!(first["receipt"]["outcome"], "Done");
        assert!(first["receipt"]["events"][0]["Sent"].is_object(), "{first}");
        let (status, _) = at.get(&format!("/v1/transactions/0x{}", "0".repeat(64))).await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        let sender = wallet(2).address();
        let (mut hashes, mut after) = (Vec::new(), String::new());
        loop {
            let page = at
                .ok(&format!(
                    "/v1/history/transactions?sender={sender}&order=oldest&limit=7{after}"
                ))
                .await;
            let rows = page["transactions"].as_array().unwrap();
            hashes.extend(rows.iter().map(|row| row["hash"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                None => break,
                Some(next) => after = format!("&after={next}"),
            }
        }
        assert_eq!(hashes, sent);

        let page = at.ok("/v1/history/liquidations?vault=1&order=oldest").await;
        let seized = &page["liquidations"][0];
        assert_eq!(page["begins"], 0);
        assert!(seized["explanation"].as_str().unwrap().contains("rule R9"), "{seized}");
        let moments = at.ok("/v1/history/vaults/1?order=oldest").await;
        assert_eq!(moments["moments"][0]["what"][0], "VaultOpened");
        assert_eq!(moments["moments"][0]["collateral"], coins(20).to_string());
        let events = at.ok("/v1/history/events?vault=1&kind=VaultSeized&order=oldest").await;
        assert_eq!(events["events"][0]["event"]["VaultSeized"]["debt"], seized["debt"]);
        let prices = at.ok("/v1/history/prices?feed=1&every=86400").await;
        let day = &prices["prices"].as_array().unwrap().last().unwrap();
        assert_eq!((&day["low"], &day["close"]), (&"1800".into(), &"1800".into()));

        let (status, answer) = at.get("/v1/history/events?after=there").await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::BAD_REQUEST, &"BadRequest".into())
        );
        let metrics = reqwest::get(format!("{}/metrics", at.url))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(metrics.contains("\nballast_history_ready 1\n"), "{metrics}");
    });
    assert_eq!(dump(&path.join(FILE)), made_again(&path));
}

#[test]
fn a_transaction_that_the_index_has_not_yet_is_not_told_to_be_in_no_block() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    let file = path.join(FILE);
    run(&path, Some(file.clone()), |at| async move {
        at.caught_up().await;
        // Who writes the index waits for its turn.
        let holder = rusqlite::Connection::open(&file).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let first = at.send(1).await;
        for nonce in 2..=6 {
            at.send(nonce).await;
        }
        let (status, answer) = at.get(&format!("/v1/transactions/{first}")).await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"HistoryNotReady".into()),
            "its block is durable and not kept any more"
        );
        holder.execute_batch("ROLLBACK").unwrap();
        at.caught_up().await;
        at.ok(&format!("/v1/transactions/{first}")).await;
    });
}

#[test]
fn an_index_that_is_gone_damaged_or_behind_is_whole_again_after_a_start() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    let file = path.join(FILE);
    run(&path, Some(file.clone()), |at| async move {
        at.liquidation().await;
        at.send(1).await;
        at.caught_up().await;
    });
    let behind = fs::read(&file).unwrap();
    // A while without an index: nothing else is missed.
    run(&path, None, |at| async move {
        for nonce in 2..=8 {
            at.send(nonce).await;
        }
        let (status, answer) = at.get("/v1/history/events").await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"NoHistory".into())
        );
    });

    let mut damaged = behind.clone();
    let at = 3 * 4_096;
    damaged[at..at + 4_096].fill(0xAA);
    let wrong: [(Option<Vec<u8>>, u64); 4] = [
        (Some(behind.clone()), 0),
        (None, 1),
        (Some(damaged), 1),
        (Some(behind[..behind.len() / 2].to_vec()), 1),
    ];
    for (bytes, made_anew) in wrong {
        for more in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(path.join(format!("{FILE}{more}")));
        }
        if let Some(bytes) = bytes {
            fs::write(&file, bytes).unwrap();
        }
        run(&path, Some(file.clone()), |at| async move {
            at.caught_up().await;
            assert_eq!(at.node.history().unwrap().rebuilds(), made_anew);
            assert!(at.node.has_stopped().is_none());
        });
        let chain = genesis().hash();
        let index = Index::open(&file, &chain).unwrap();
        assert!(index.height() > Height(8));
        drop(index);
        // As the journal is now: each start may have made a block.
        assert_eq!(dump(&file), made_again(&path));
    }
}

#[test]
fn an_index_that_is_deleted_under_a_running_node_is_made_again() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    let file = path.join(FILE);
    run(&path, Some(file.clone()), |at| async move {
        at.send(1).await;
        at.caught_up().await;
        for more in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{more}", file.display()));
        }
        at.send(2).await;
        for _ in 0..1_000 {
            if at.node.history().unwrap().rebuilds() > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        at.caught_up().await;
        assert!(file.exists());
        let page = at.ok("/v1/history/transactions").await;
        assert_eq!(page["transactions"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_file_that_can_not_be_made_costs_the_answers_and_not_the_chain() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("reserve");
    let nowhere = place.path().join("no such folder").join(FILE);
    run(&path, Some(nowhere), |at| async move {
        for nonce in 1..=3 {
            at.send(nonce).await;
        }
        let (status, answer) = at.get("/v1/history/events").await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"HistoryNotReady".into())
        );
    });
}
