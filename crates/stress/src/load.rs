//! Load: as many signed vault transactions as the program takes, and what each costs it, first while it fills the memory that it
//! keeps states in, then for good; then half as many, and how long each waits to be acknowledged.

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ballast_protocol::Outcome;
use ballast_protocol::api::Brought;
use ballast_signing::{Domain, Signature, SignedTransaction};
use clap::Args;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use secp256k1::Message;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use tokio::task::JoinSet;

use crate::process::{Running, Start, cpu_of};
use crate::reserve::{Reserve, now};
use crate::{Failure, not_tried};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Vaults of the reserve
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    vaults: u64,
    /// Owners of the vaults, each with a key
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    owners: u32,
    /// Transactions right after the start, while the node's memory grows
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    first: usize,
    /// Transactions of the full load; half as many follow at half its rate
    #[arg(long, value_name = "NUMBER", default_value_t = 300_000)]
    transactions: usize,
    /// Transactions of a request at full load
    #[arg(long, value_name = "NUMBER", default_value_t = 250)]
    batch: usize,
    /// Connections at full load
    #[arg(long, value_name = "NUMBER", default_value_t = 16)]
    connections: usize,
    /// Where the node listens
    #[arg(long, value_name = "NUMBER", default_value_t = 18_080)]
    port: u16,
    /// Keeps no index of the past: what the chain alone costs
    #[arg(long)]
    no_history: bool,
}

/// Transactions of a request at half the rate, so that a request is no burst.
const SMALL_BATCH: usize = 25;
/// Signatures that each processor recovers, to know what one costs: the kernel counts time in hundredths of a second.
const RECOVERIES: usize = 40_000;

/// What a phase has seen.
#[derive(Default)]
struct Seen {
    done: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    /// How long each request waited, from when it was due.
    waits: Mutex<Vec<Duration>>,
    /// The first refusal, to say why.
    why: Mutex<Option<String>>,
}

impl Seen {
    fn count(&self, brought: &[Brought], waited: Duration) {
        for one in brought {
            match one {
                Brought::Included(info) if info.receipt.outcome == Outcome::Done => {
                    self.done.fetch_add(1, Ordering::Relaxed);
                }
                Brought::Included(info) => {
                    self.failed.fetch_add(1, Ordering::Relaxed);
                    self.explain(format!("{:?}", info.receipt.outcome));
                }
                Brought::Refused(error) => {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    self.explain(error.message.clone());
                }
            }
        }
        self.waits
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(waited);
    }

    fn explain(&self, why: String) {
        self.why
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get_or_insert(why);
    }

    /// The wait that so many of a hundred requests did not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let mut waits = self
            .waits
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone();
        waits.sort_unstable();
        let place = (waits.len() * percent).div_ceil(100).saturating_sub(1);
        waits.get(place).copied().unwrap_or_default()
    }
}

pub(crate) async fn run(program: &Path, arguments: &Arguments, seed: u64) -> Result<(), Failure> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut reserve = Reserve::new(arguments.owners, arguments.vaults);
    let folder = tempfile::tempdir().map_err(not_tried)?;
    let genesis = folder.path().join("genesis.json");
    let text = serde_json::to_vec(&reserve.genesis).map_err(not_tried)?;
    std::fs::write(&genesis, text).map_err(not_tried)?;
    let (first, count) = (arguments.first, arguments.transactions);
    let all = first + count + count / 2;
    println!("signing {all} transactions …");
    let unsigned: Vec<_> = (0..all).map(|_| reserve.next(&mut random)).collect();
    let signed = reserve.sign(unsigned);
    let recovery = recovery(&signed, &reserve.domain)?;

    let start = Start {
        dir: &folder.path().join("reserve"),
        genesis: Some(&genesis),
        port: arguments.port,
        has_history: !arguments.no_history,
    };
    let node = Running::start(program, &start).await?;
    println!(
        "{} vaults of {} owners, ready after {:.2} s",
        arguments.vaults,
        arguments.owners,
        node.took.as_secs_f64()
    );
    let reserve = Arc::new(reserve);
    let speaking = tokio::spawn(speak(node.client.clone(), reserve.clone()));
    let (first, rest) = signed.split_at(first);
    let (full, half) = rest.split_at(count);

    let mut report = Vec::new();
    let pace = Pace {
        batch: arguments.batch,
        connections: arguments.connections,
        rate: None,
    };
    if !first.is_empty() {
        report.push(("after the start", phase(&node, first, &pace).await?));
    }
    let full = phase(&node, full, &pace).await?;
    let rate = full.rate();
    report.push(("full load", full));
    let pace = Pace {
        batch: SMALL_BATCH,
        connections: 64,
        rate: Some(rate / 2.0),
    };
    report.push(("half of it", phase(&node, half, &pace).await?));
    speaking.abort();

    println!(
        "bare recovery of a signature: {:.1} µs of processor time",
        recovery * 1e6
    );
    for (name, phase) in &report {
        phase.print(name, recovery);
    }
    if let Some(memory) = node.memory() {
        println!("most memory: {} MiB", memory >> 20);
    }
    node.kill().await?;
    let lost: u64 = report.iter().map(|(_, phase)| phase.refused()).sum();
    if lost > 0 {
        let why = report.iter().find_map(|(_, phase)| phase.why());
        return Err(Failure::Broken(format!(
            "{lost} were refused, the first: {}",
            why.unwrap_or_default()
        )));
    }
    Ok(())
}

/// Seconds of one bare recovery while all processors recover, as they do under load.
fn recovery(signed: &[SignedTransaction], domain: &Domain) -> Result<f64, Failure> {
    let parts: Vec<_> = signed
        .iter()
        .take(RECOVERIES)
        .filter_map(|signed| match signed.signature {
            Signature::Secp256k1(bytes) => Some((domain.digest(&signed.transaction).0, bytes)),
            Signature::Ed25519(_) => None,
        })
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let start = cpu_of(std::process::id())?;
    let recovered: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| parts.iter().filter(|(digest, bytes)| recovers(*digest, bytes)).count()))
            .collect();
        all.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    if recovered == 0 {
        return Err(Failure::NotTried("no signature was recovered".into()));
    }
    let cpu = cpu_of(std::process::id())? - start;
    Ok(cpu / f64::from(u32::try_from(recovered).unwrap_or(u32::MAX)))
}

fn recovers(digest: [u8; 32], bytes: &[u8; 65]) -> bool {
    let id = if bytes[64] == 27 {
        RecoveryId::Zero
    } else {
        RecoveryId::One
    };
    let signature = RecoverableSignature::from_compact(&bytes[..64], id);
    signature.is_ok_and(|signature| signature.recover(Message::from_digest(digest)).is_ok())
}

/// Keeps the feed alive.
async fn speak(client: ballast_client::Client, reserve: Arc<Reserve>) {
    loop {
        for signed in reserve.words(now()) {
            // The next word comes soon.
            let _ = client.observe(&signed).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// How transactions are sent.
struct Pace {
    batch: usize,
    connections: usize,
    /// Transactions a second; none as fast as they are answered.
    rate: Option<f64>,
}

/// What came of sending.
struct Phase {
    seen: Seen,
    wall: f64,
    node_cpu: f64,
    own_cpu: f64,
}

impl Phase {
    fn taken(&self) -> f64 {
        let counted = self.seen.done.load(Ordering::Relaxed) + self.seen.failed.load(Ordering::Relaxed);
        f64::from(u32::try_from(counted).unwrap_or(u32::MAX))
    }

    fn rate(&self) -> f64 {
        self.taken() / self.wall
    }

    fn refused(&self) -> u64 {
        self.seen.refused.load(Ordering::Relaxed)
    }

    fn why(&self) -> Option<String> {
        self.seen
            .why
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn print(&self, name: &str, recovery: f64) {
        let cost = self.node_cpu / self.taken();
        println!(
            "{name}: {:.0} transactions in {:.2} s, {:.0}/s (failed {}, refused {})",
            self.taken(),
            self.wall,
            self.rate(),
            self.seen.failed.load(Ordering::Relaxed),
            self.refused()
        );
        println!(
            "  node {:.2} s of processor time, {:.1} µs each, {:.2} × bare recovery; generator {:.2} s",
            self.node_cpu,
            cost * 1e6,
            cost / recovery,
            self.own_cpu
        );
        println!(
            "  acknowledged: p50 {:.1} ms, p99 {:.1} ms",
            self.seen.percentile(50).as_secs_f64() * 1e3,
            self.seen.percentile(99).as_secs_f64() * 1e3
        );
    }
}

async fn phase(node: &Running, transactions: &[SignedTransaction], pace: &Pace) -> Result<Phase, Failure> {
    let bodies: Vec<Vec<u8>> = transactions
        .chunks(pace.batch.max(1))
        .map(borsh::to_vec)
        .collect::<Result<_, _>>()
        .map_err(not_tried)?;
    let (bodies, next) = (Arc::new(bodies), Arc::new(AtomicUsize::new(0)));
    let url = format!("{}/v1/transactions/batch", node.client.url().trim_end_matches('/'));
    let seen = Arc::new(Seen::default());
    let (node_cpu, own_cpu) = (node.cpu()?, cpu_of(std::process::id())?);
    let start = Instant::now();
    let mut connections = JoinSet::new();
    let batch = f64::from(u32::try_from(pace.batch).unwrap_or(u32::MAX));
    let gap = pace.rate.map(|rate| Duration::from_secs_f64(batch / rate));
    for _ in 0..pace.connections {
        let (bodies, next, seen, url) = (bodies.clone(), next.clone(), seen.clone(), url.clone());
        let sender = reqwest::Client::builder()
            .pool_max_idle_per_host(1)
            .build()
            .map_err(not_tried)?;
        connections.spawn(async move {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(body) = bodies.get(place) else { return Ok(()) };
                // From when it was due, so that a node that holds up the generator does not look fast.
                let due = match gap {
                    Some(gap) => start + gap * u32::try_from(place).unwrap_or(u32::MAX),
                    None => Instant::now(),
                };
                tokio::time::sleep_until(due.into()).await;
                let request = sender.post(&url).header("content-type", "application/octet-stream");
                let answer = request.body(body.clone()).send().await.map_err(not_tried)?;
                let status = answer.status();
                let text = answer.bytes().await.map_err(not_tried)?;
                if !status.is_success() {
                    return Err(Failure::Broken(format!("{status}: {}", String::from_utf8_lossy(&text))));
                }
                let waited = due.elapsed();
                let brought: Vec<Brought> = serde_json::from_slice(&text).map_err(not_tried)?;
                seen.count(&brought, waited);
            }
        });
    }
    while let Some(ended) = connections.join_next().await {
        ended.map_err(not_tried)??;
    }
    let wall = start.elapsed().as_secs_f64();
    Ok(Phase {
        wall,
        node_cpu: node.cpu()? - node_cpu,
        own_cpu: cpu_of(std::process::id())? - own_cpu,
        seen: Arc::into_inner(seen).ok_or_else(|| Failure::NotTried("a connection lives on".into()))?,
    })
}
