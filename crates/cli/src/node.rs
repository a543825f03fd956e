//! `ballast node`: a reserve that runs, keeps its journal and answers.

mod dev;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ballast_journal::{BadFolder, Folder};
use ballast_node::api::{self, ApiSettings, Rate};
use ballast_node::{ChainTime, Node, Settings, Started, Stopped, start};
use ballast_protocol::Genesis;
use clap::Args;
use commonware_runtime::tokio::Runner;
use commonware_runtime::{Runner as _, Supervisor};

use crate::Failure;

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
    /// Most requests a second of one address; none counts them
    #[arg(long, value_name = "NUMBER")]
    rate: Option<u32>,
    /// Blocks between snapshots; 0 makes none
    #[arg(long, value_name = "BLOCKS", default_value_t = Settings::default().snapshot_every)]
    snapshot_every: u64,
}

/// Runs until it is told to stop.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = folder(arguments)?;
    log_to_stderr();
    let runner = Runner::new(folder.runtime());
    let genesis = folder.genesis().clone();
    let ended = runner.start(async |context| serve(context.child("ballast"), &genesis, arguments).await);
    drop(folder);
    ended
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
            print!("{}", dev::keys());
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

async fn serve<E: ballast_node::Host>(context: E, genesis: &Genesis, arguments: &Arguments) -> Result<(), Failure> {
    let settings = Settings {
        snapshot_every: arguments.snapshot_every,
        ..Settings::default()
    };
    let started = start(context.child("node"), genesis, settings, |_| ChainTime::Wall).await;
    let (node, running, started) = started.map_err(Failure::bad_input)?;
    let settings = ApiSettings {
        rate: arguments.rate.map(|per_second| Rate {
            per_second,
            burst: per_second,
        }),
        ..ApiSettings::default()
    };
    let bound = api::serve(node.clone(), arguments.listen, settings, axum::Router::new()).await;
    let bound = bound.map_err(|error| {
        Failure::BadInput(format!(
            "{} can't be listened on: {error}; choose another by --listen",
            arguments.listen
        ))
    })?;
    let asked = asked_to_stop()?;
    greet(&started, bound.address);
    let serving = context.child("api").spawn(|_| bound.run());
    let why = until_stopped(&node, asked).await;
    // The writer has closed the log when the node says that it has stopped; connections have a moment to end.
    let _ = serving.await;
    drop(running);
    match why {
        Stopped::Asked => {
            eprintln!("stopped at {}", node.view().latest().height());
            Ok(())
        }
        Stopped::Failed(why) => Err(Failure::Broken(why)),
    }
}

fn greet(started: &Started, address: SocketAddr) {
    if let Some(cut) = started.cut {
        eprintln!(
            "cut off a torn write of {} bytes: {} had been acknowledged to nobody",
            cut.bytes, cut.height
        );
    }
    for (height, why) in &started.passed_over {
        eprintln!("passed over the snapshot of {height}: {why}");
    }
    let from = started
        .snapshot
        .map_or("genesis".to_owned(), |height| format!("the snapshot of {height}"));
    println!(
        "at {}, from {from} and {} blocks since",
        started.height, started.replayed
    );
    println!("listening on http://{address}");
    println!("  curl http://{address}/v1/status");
    println!("Ctrl-C stops; the same command goes on from where it was.");
}

/// Listens for whoever asks it to stop, from now on: a signal that comes sooner kills, as it does any program. What is returned
/// ends when one has come.
#[cfg(unix)]
fn asked_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = signal(SignalKind::interrupt()).map_err(Failure::bad_input);
    let terminated = signal(SignalKind::terminate()).map_err(Failure::bad_input);
    let (mut interrupted, mut terminated) = (interrupted?, terminated?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals only a kill stops it, which loses nothing that was acknowledged.
            std::future::pending::<()>().await;
        }
    })
}

/// Until the node stops by itself or somebody asks for it.
async fn until_stopped(node: &Node, asked: impl Future<Output = ()>) -> Stopped {
    tokio::select! {
        why = node.stopped() => why,
        () = asked => node.stop().await,
    }
}

/// Structured logs, as lines of JSON where nobody watches.
fn log_to_stderr() {
    use std::io::IsTerminal;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,commonware_runtime=warn"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let set = if std::io::stderr().is_terminal() {
        logs.try_init()
    } else {
        logs.json().try_init()
    };
    // A host of this library may have its own.
    drop(set);
}
