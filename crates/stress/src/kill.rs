//! Kills: `kill -9` at random moments under load. Whatever was acknowledged must be there again, in the block that was named,
//! with the same root; each transaction at most once; and the whole must pass the audit.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ballast_client::{Client, Error};
use ballast_journal::{Entry, Fault, Folder, SEGMENT_BYTES};
use ballast_protocol::proof::Hash;
use ballast_protocol::{Height, TransactionHash};
use ballast_signing::{Domain, SignedTransaction};
use clap::Args;
use commonware_runtime::{Runner as _, Supervisor as _};
use indicatif::ProgressBar;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tokio::task::JoinSet;

use crate::process::{Running, Start};
use crate::reserve::{Reserve, now};
use crate::{Failure, not_tried};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How often it is killed
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    kills: u32,
    /// Vaults of the reserve
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    vaults: u64,
    /// Clients that send, each one transaction after the other
    #[arg(long, value_name = "NUMBER", default_value_t = 48)]
    clients: usize,
    /// The longest that it lives, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1_500)]
    lives: u64,
    /// Where the node listens
    #[arg(long, value_name = "NUMBER", default_value_t = 18_081)]
    port: u16,
}

/// Owners of the vaults.
const OWNERS: u32 = 64;
/// Acknowledgements that are asked for again after each restart, the newest.
const ASKED_AGAIN: usize = 20;

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Broken(format!("the log can't be read: {fault}"))
    }
}

/// What the program has promised.
#[derive(Default)]
struct Promised {
    /// Where each acknowledged transaction is.
    acknowledged: HashMap<TransactionHash, (Height, u32)>,
    /// In the order of their coming.
    order: Vec<TransactionHash>,
    /// Roots that it has told.
    roots: HashMap<Height, Hash>,
    /// Sent, and no answer came.
    unknown: Vec<SignedTransaction>,
}

/// What all clients share.
struct Shared {
    reserve: Mutex<(Reserve, ChaCha8Rng)>,
    promised: Mutex<Promised>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) async fn run(program: &Path, arguments: &Arguments, seed: u64) -> Result<(), Failure> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let reserve = Reserve::new(OWNERS, arguments.vaults);
    let temporary = tempfile::tempdir().map_err(not_tried)?;
    let (dir, genesis) = (temporary.path().join("reserve"), temporary.path().join("genesis.json"));
    std::fs::write(&genesis, serde_json::to_vec(&reserve.genesis).map_err(not_tried)?).map_err(not_tried)?;
    let shared = Arc::new(Shared {
        reserve: Mutex::new((reserve, ChaCha8Rng::seed_from_u64(seed ^ 1))),
        promised: Mutex::new(Promised::default()),
    });
    let mut start = Start {
        dir: &dir,
        genesis: None,
        port: arguments.port,
        has_history: true,
    };
    let mut starts = Vec::new();
    let bar = ProgressBar::new(arguments.kills.into());
    for kill in 0..arguments.kills {
        start.genesis = (kill == 0).then_some(genesis.as_path());
        let node = Running::start(program, &start).await?;
        if kill > 0 {
            starts.push(node.took);
        }
        check(&node.client, &shared).await?;
        let mut clients = JoinSet::new();
        for _ in 0..arguments.clients {
            clients.spawn(send(node.client.clone(), shared.clone()));
        }
        clients.spawn(speak(node.client.clone(), shared.clone()));
        let lives = 20 + random.next_u64() % arguments.lives.max(1);
        tokio::time::sleep(Duration::from_millis(lives)).await;
        node.kill().await?;
        // Each has an answer, or learns that none will come.
        while let Some(ended) = clients.join_next().await {
            ended.map_err(not_tried)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    start.genesis = None;
    let node = Running::start(program, &start).await?;
    starts.push(node.took);
    check(&node.client, &shared).await?;
    node.kill().await?;

    let (blocks, transactions) = compare(&dir, &shared)?;
    audit(program, &dir).await?;
    starts.sort_unstable();
    let promised = lock(&shared.promised);
    println!(
        "{} kills: {} acknowledged transactions, each there and once; {} without an answer; {blocks} blocks with {transactions} \
         transactions",
        arguments.kills,
        promised.acknowledged.len(),
        promised.unknown.len()
    );
    println!("{} roots as they were told; audit clean", promised.roots.len());
    let at = |percent: usize| starts.get((starts.len() * percent).div_ceil(100).saturating_sub(1));
    println!(
        "ready again with {} vaults after: p50 {:.2} s, longest {:.2} s",
        arguments.vaults,
        at(50).copied().unwrap_or_default().as_secs_f64(),
        at(100).copied().unwrap_or_default().as_secs_f64()
    );
    Ok(())
}

/// Sends one transaction after the other until no answer comes.
async fn send(client: Client, shared: Arc<Shared>) {
    loop {
        let signed = {
            let mut guard = lock(&shared.reserve);
            let (reserve, random) = &mut *guard;
            let unsigned = reserve.next(random);
            reserve.sign_one(unsigned)
        };
        match client.submit(&signed).await {
            Ok(info) => {
                let mut promised = lock(&shared.promised);
                promised.order.push(info.hash);
                promised.acknowledged.insert(info.hash, (info.height, info.index));
            }
            // It says that it will be in no block.
            Err(Error::Refused { status: 400..=499, .. }) => {}
            Err(_) => {
                lock(&shared.promised).unknown.push(signed);
                return;
            }
        }
    }
}

/// Keeps the feed alive, and remembers roots, until no answer comes.
async fn speak(client: Client, shared: Arc<Shared>) {
    loop {
        let words: Vec<_> = lock(&shared.reserve).0.words(now()).collect();
        for signed in words {
            match client.observe(&signed).await {
                Ok(_) | Err(Error::Refused { .. }) => {}
                Err(_) => return,
            }
        }
        match client.status().await {
            Ok(status) => {
                lock(&shared.promised).roots.insert(status.height, status.root);
            }
            Err(_) => return,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether a program that has started again knows what it has promised last.
async fn check(client: &Client, shared: &Shared) -> Result<(), Failure> {
    let status = client.status().await.map_err(not_tried)?;
    let newest: Vec<(TransactionHash, (Height, u32))> = {
        let promised = lock(&shared.promised);
        let newest = promised.order.iter().rev().take(ASKED_AGAIN);
        newest
            .filter_map(|hash| Some((*hash, *promised.acknowledged.get(hash)?)))
            .collect()
    };
    for (hash, (height, index)) in newest {
        if height > status.height {
            return Err(Failure::Broken(format!(
                "{hash} was acknowledged at {height}; it is at {}",
                status.height
            )));
        }
        match client.transaction(hash).await.map_err(not_tried)? {
            Some(found) if (found.height, found.index) == (height, index) => {}
            found => {
                return Err(Failure::Broken(format!(
                    "{hash} was acknowledged at {height}, {index}; now {found:?}"
                )));
            }
        }
    }
    let told = lock(&shared.promised).roots.get(&status.height).copied();
    match told {
        Some(root) if root != status.root => Err(Failure::Broken(format!(
            "at {} the root was {root}, now {}",
            status.height, status.root
        ))),
        _ => Ok(()),
    }
}

/// Compares what was promised with what stands in the log: its blocks and transactions.
fn compare(dir: &Path, shared: &Shared) -> Result<(u64, u64), Failure> {
    let Log { found, roots } = read_log(dir, &lock(&shared.reserve).0.domain.clone())?;
    let promised = lock(&shared.promised);
    for (hash, at) in &promised.acknowledged {
        if found.get(hash) != Some(at) {
            return Err(Failure::Broken(format!(
                "{hash} was acknowledged at {at:?}, and stands at {:?}",
                found.get(hash)
            )));
        }
    }
    for (height, root) in &promised.roots {
        // Height 0 is genesis and has no entry.
        if height.0 > 0 && roots.get(height) != Some(root) {
            return Err(Failure::Broken(format!(
                "the root of {height} was told as {root}; the log has {:?}",
                roots.get(height)
            )));
        }
    }
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    Ok((count(roots.len()), count(found.len())))
}

/// What stands in a log.
#[derive(Default)]
struct Log {
    /// Where each transaction is.
    found: HashMap<TransactionHash, (Height, u32)>,
    roots: HashMap<Height, Hash>,
}

fn read_log(dir: &Path, domain: &Domain) -> Result<Log, Failure> {
    let folder = Folder::open(dir).map_err(not_tried)?;
    let read = async |context: commonware_runtime::tokio::Context| {
        let (log, _) = folder.open_log(context.child("log"), SEGMENT_BYTES).await?;
        let mut whole = Log::default();
        log.read(log.first(), |height, bytes| {
            let unread = |error| Failure::Broken(format!("the entry of {height} can't be read: {error}"));
            let entry = Entry::decode(bytes).map_err(unread)?;
            whole.roots.insert(height, entry.root);
            for (transaction, index) in entry.block.block.transactions.iter().zip(0..) {
                let hash = domain.digest(transaction);
                if let Some(first) = whole.found.insert(hash, (height, index)) {
                    return Err(Failure::Broken(format!(
                        "{hash} stands at {first:?} and again at {height}, {index}"
                    )));
                }
            }
            Ok(())
        })
        .await?;
        Ok(whole)
    };
    // The log's runtime blocks its thread, which this one, a thread of the client's, may not.
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| commonware_runtime::tokio::Runner::new(folder.runtime()).start(read));
        reading
            .join()
            .map_err(|_| Failure::NotTried("reading the log panicked".into()))?
    })
}

/// Lets the program itself execute everything again.
async fn audit(program: &Path, dir: &Path) -> Result<(), Failure> {
    let output = tokio::process::Command::new(program)
        .arg("audit")
        .arg(dir)
        .output()
        .await
        .map_err(not_tried)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "the audit: {}",
        String::from_utf8_lossy(&output.stderr)
    )))
}
