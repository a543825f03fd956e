//! `ballast node`: a reserve that runs, keeps its journal and answers.

pub(crate) mod dev;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ballast_journal::{BadFolder, Folder};
use ballast_node::{ChainTime, Pruning, Settings, Started};
use ballast_num::Timestamp;
use ballast_protocol::Genesis;
use clap::Args;

use crate::host::{Host, host, say};
use crate::{Failure, up};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder of the reserve: its genesis, journal and snapshots
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The genesis of a new reserve, as JSON; the folder must not hold one yet
    #[arg(long, value_name = "FILE", conflicts_with = "dev")]
    genesis: Option<PathBuf>,
    /// Makes a new reserve for development if the folder holds none: its keys are known to everyone
    #[arg(long)]
    dev: bool,
    /// Where the API listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Most requests a second of one address, a batch being as many as it has transactions; without it none are counted
    #[arg(long, value_name = "NUMBER")]
    rate: Option<u32>,
    /// Goes on at the present time with a reserve of `ballast up`, which lives in other days: all loans age by years at once
    #[arg(long)]
    leap: bool,
    /// Blocks between snapshots; 0 makes none
    #[arg(long, value_name = "BLOCKS", default_value_t = Settings::default().snapshot_every)]
    snapshot_every: u64,
    /// Removes journal files that no snapshot needs: `audit` can't replay from genesis then
    #[arg(long)]
    prune: bool,
    /// Keeps no index of the past: what is older than the recent blocks is then not answered
    #[arg(long)]
    no_history: bool,
}

/// Seconds.
const DAY: u64 = 86_400;

/// Runs until it is told to stop.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let settings = Settings {
        snapshot_every: arguments.snapshot_every,
        pruning: if arguments.prune {
            Pruning::BelowSnapshots
        } else {
            Pruning::KeepAll
        },
        history: (!arguments.no_history).then(|| arguments.dir.join(ballast_history::FILE)),
        snapshots_give_way: true,
        ..Settings::default()
    };
    let folder = folder(arguments)?;
    let (is_of_up, leap, dir) = (up::is_ours(folder.genesis()), arguments.leap, arguments.dir.clone());
    let time = move |last: Timestamp| {
        let behind = now().saturating_sub(last.0);
        if is_of_up && !leap && behind > DAY {
            return Err(format!(
                "the reserve in {} lives {} days ago: run it with `ballast up --dir {0}`, or let its time leap by --leap",
                dir.display(),
                behind / DAY
            ));
        }
        Ok(ChainTime::Wall)
    };
    host(
        folder,
        Host {
            listen: arguments.listen,
            rate: arguments.rate,
            settings,
            time: Box::new(time),
            greet: Box::new(greeting),
            beside: None,
        },
    )
}

/// The folder as it is, or made of a genesis.
fn folder(arguments: &Arguments) -> Result<Folder, Failure> {
    let there = Folder::is_there(&arguments.dir);
    match &arguments.genesis {
        Some(file) if there => Err(Failure::BadInput(format!(
            "{} holds a reserve already: leave --genesis {} out to go on with it",
            arguments.dir.display(),
            file.display()
        ))),
        Some(file) => Folder::create(&arguments.dir, read(file)?).map_err(Failure::bad_input),
        None if arguments.dev && !there => {
            let folder = Folder::create(&arguments.dir, dev::genesis(now())).map_err(Failure::bad_input)?;
            say(&dev::keys());
            Ok(folder)
        }
        None => Folder::open(&arguments.dir).map_err(|error| match error {
            BadFolder::None(_) => Failure::BadInput(format!("{error}: add --genesis FILE to begin one, or --dev")),
            _ => Failure::bad_input(error),
        }),
    }
}

fn read(file: &Path) -> Result<Genesis, Failure> {
    let unusable = |why: String| Failure::BadInput(format!("{} is no genesis: {why}", file.display()));
    let text = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let genesis: Genesis = serde_json::from_slice(&text).map_err(|error| unusable(error.to_string()))?;
    // The engine's own checks, before a folder is made of it.
    ballast_engine::State::genesis(&genesis).map_err(|error| unusable(error.to_string()))?;
    Ok(genesis)
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// What it found, and what to type next.
fn greeting(started: &Started, address: SocketAddr) -> String {
    let from = started
        .snapshot
        .map_or("genesis".to_owned(), |height| format!("the snapshot of {height}"));
    format!(
        "at {}, from {from} and {} blocks since\n\
         listening on http://{address}\n  \
         in a browser: http://{address}/\n  \
         for programs: curl http://{address}/v1/status\n\
         Ctrl-C stops, a second one at once; the same command goes on from where it was.\n",
        started.height, started.replayed
    )
}
