//! Many clients that say nothing, from many addresses: another is answered.

#![cfg(target_os = "linux")] // where all of 127.0.0.0/8 is this machine
#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../journal/tests/common/mod.rs"]
mod common;

use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ballast_node::api::{self, ApiSettings};
use ballast_node::{ChainTime, Settings, start};
use common::genesis;
use commonware_runtime::tokio::{Config, Runner};
use commonware_runtime::{Clock, Runner as _, Supervisor as _};
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

fn serving<F: Future<Output = ()>>(settings: ApiSettings, test: impl FnOnce(SocketAddr) -> F) {
    api::raise_descriptors();
    let folder = tempfile::tempdir().unwrap();
    Runner::new(Config::new().with_storage_directory(folder.path())).start(|context| async move {
        let time = |last| ChainTime::Scaled {
            wall: context.current(),
            chain: last,
            speed: 1,
        };
        let settings_of_node = Settings {
            idle: Duration::from_secs(1),
            heights_kept: 3,
            ..Settings::default()
        };
        let started = start(context.child("node"), &genesis(), settings_of_node, time).await;
        let (node, _running, _) = started.unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = api::serve(node.clone(), address, settings, axum::Router::new());
        let bound = bound.await.unwrap();
        let address = bound.address;
        let serving = tokio::spawn(bound.run());
        test(address).await;
        node.stop().await;
        serving.await.unwrap();
    });
}

/// A socket of one of this machine's addresses.
async fn connect(from: [u8; 3], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let [a, b, c] = from;
    socket.bind((Ipv4Addr::new(127, a, b, c), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

async fn ask(socket: &mut TcpStream) -> String {
    let request = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // Who is turned away may be told by the end alone.
    let _ = socket.read_to_string(&mut answer).await;
    answer
}

/// Connections that come without a pause: of more than the system lets wait, some would try again only after a second.
const HURRY: usize = 50;

/// So many that say nothing, each of its own address.
async fn silent(count: usize, to: SocketAddr) -> Vec<TcpStream> {
    let mut sockets = Vec::with_capacity(count);
    for number in 0..count {
        let [b, c] = [number / 250, number % 250].map(|part| u8::try_from(part).unwrap());
        sockets.push(connect([1, b, c + 1], to).await);
        if number % HURRY == HURRY - 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    sockets
}

/// Where a crowd goes, and how many it is, for the process that is it.
const CROWD: &str = "BALLAST_TEST_CROWD";

/// A crowd in a process of its own, since a process may have no more than so many descriptors. It ends when it is dropped.
struct Crowd {
    process: Child,
}

impl Crowd {
    /// Returns when all are connected.
    fn gather(count: usize, to: SocketAddr) -> Self {
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_crowd_itself", "--ignored", "--nocapture"])
            .env(CROWD, format!("{to} {count}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut crowd = Self { process };
        let mut lines = BufReader::new(crowd.process.stdout.take().unwrap()).lines();
        let here = lines.any(|line| line.is_ok_and(|line| line.contains("all are here")));
        assert!(here, "the crowd has not come");
        crowd
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "what another test starts as a process"]
fn the_crowd_itself() {
    let Ok(asked) = std::env::var(CROWD) else { return };
    api::raise_descriptors();
    let (to, count) = asked.split_once(' ').unwrap();
    let (to, count) = (to.parse().unwrap(), count.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let coming = async { tokio::time::timeout(Duration::from_secs(300), silent(count, to)).await };
    let sockets = runtime.block_on(coming).expect("they are let in");
    println!("all are here");
    // Until the other process ends this one, or itself.
    let _ = std::io::stdin().read(&mut [0]);
    drop(sockets);
}

/// Kilobytes of memory that this process has.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn crowd(count: usize, places: usize) {
    let settings = ApiSettings {
        connections: places,
        ..ApiSettings::default()
    };
    serving(settings, |to| async move {
        let before = resident();
        let silent = tokio::task::spawn_blocking(move || Crowd::gather(count, to))
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let more = resident().saturating_sub(before);
        let began = Instant::now();
        let mut client = connect([200, 0, 1], to).await;
        let answer = tokio::time::timeout(Duration::from_secs(3), ask(&mut client)).await;
        let took = began.elapsed();
        let answer = answer.expect("an answer while they are silent");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        println!(
            "{count} idle sockets, {places} places: another is answered in {took:?}; {} bytes each",
            more * 1_024 / count
        );
        drop(silent);
    });
}

/// Descriptors beside those of the crowd.
const BESIDE: u64 = 300;

#[test]
fn ten_thousand_silent_clients_keep_nobody_out() {
    let limit = api::raise_descriptors().unwrap_or(u64::MAX);
    assert!(
        limit >= 10_000 + BESIDE,
        "{limit} file descriptors are too few for this test: see ulimit -Hn"
    );
    crowd(10_000, 10_000);
    crowd(10_000, 5_000);
}

#[test]
fn one_address_does_not_take_all_places() {
    let settings = ApiSettings {
        connections: 40,
        ..ApiSettings::default()
    };
    serving(settings, |to| async move {
        let mut of_one = Vec::new();
        for _ in 0..10 {
            of_one.push(connect([0, 0, 2], to).await);
        }
        let mut one_more = connect([0, 0, 2], to).await;
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(3), one_more.read_to_end(&mut answer));
        assert!(ended.await.is_ok(), "a quarter of the places is its share");
        let answer = String::from_utf8(answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 503") && answer.contains("TooManyConnections"),
            "{answer}"
        );
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{answer}"
        );
        let mut other = connect([0, 0, 3], to).await;
        assert!(ask(&mut other).await.starts_with("HTTP/1.1 200"));
        drop(of_one);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut again = connect([0, 0, 2], to).await;
        assert!(
            ask(&mut again).await.starts_with("HTTP/1.1 200"),
            "its places are free again"
        );
    });
}

#[test]
fn one_address_does_not_take_all_subscriptions() {
    let settings = ApiSettings {
        subscribers_per_address: 2,
        ..ApiSettings::default()
    };
    serving(settings, |to| async move {
        let subscribe = async |from: [u8; 3]| {
            let socket = connect(from, to).await;
            tokio_tungstenite::client_async(format!("ws://{to}/v1/stream"), socket).await
        };
        let first = subscribe([0, 0, 2]).await.unwrap().0;
        let _second = subscribe([0, 0, 2]).await.unwrap();
        assert!(subscribe([0, 0, 2]).await.is_err());
        let _other = subscribe([0, 0, 3]).await.unwrap();
        drop(first);
        tokio::time::sleep(Duration::from_millis(200)).await;
        subscribe([0, 0, 2]).await.expect("a place of its own is free again");
    });
}

#[test]
fn a_stream_is_resumed_at_the_oldest_block_that_is_kept() {
    serving(ApiSettings::default(), |to| async move {
        let begin = async |from: u64| {
            let url = format!("ws://{to}/v1/stream?from={from}");
            tokio_tungstenite::connect_async(url).await
        };
        // A block comes by itself each second, and three are kept.
        let oldest = loop {
            let status: serde_json::Value = reqwest::get(format!("http://{to}/v1/status"))
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            match status["oldest_height"].as_u64().unwrap() {
                0 => tokio::time::sleep(Duration::from_millis(100)).await,
                oldest => break oldest,
            }
        };
        assert!(begin(oldest - 1).await.is_err(), "the one before is not kept");
        let (mut told, _) = begin(oldest).await.expect("the oldest is");
        let told = told.next().await.unwrap().unwrap();
        let block: serde_json::Value = serde_json::from_str(told.to_text().unwrap()).unwrap();
        assert_eq!(block["block"]["height"], oldest);
    });
}
