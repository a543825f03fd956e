//! Running a node and its API until somebody asks it to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use ballast_journal::Folder;
use ballast_node::api::{self, ApiSettings, Rate};
use ballast_node::{ChainTime, Node, Settings, Started, Stopped, start};
use ballast_num::Timestamp;
use ballast_protocol::Genesis;
use commonware_runtime::tokio::Runner;
use commonware_runtime::{Runner as _, Supervisor};

use crate::{Failure, web};

/// What runs beside a node, once it listens; it ends when the node does.
pub(crate) type Beside = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What to say once a node listens, of what its start has found and where it listens.
pub(crate) type Greet = Box<dyn FnOnce(&Started, SocketAddr) -> String + Send>;

/// How a node is run.
pub(crate) struct Host {
    /// Where the API listens.
    pub(crate) listen: SocketAddr,
    /// Most requests a second of one address; none counts them.
    pub(crate) rate: Option<u32>,
    /// How the node works.
    pub(crate) settings: Settings,
    /// What time it is on the chain, told the last block's time.
    pub(crate) time: Box<dyn FnOnce(Timestamp) -> ChainTime + Send>,
    /// What to say once it listens.
    pub(crate) greet: Greet,
    /// What runs beside it, told where it listens.
    pub(crate) beside: Option<Box<dyn FnOnce(SocketAddr) -> Beside + Send>>,
}

/// Runs the node of a folder until it is told to stop, or stops by itself.
pub(crate) fn host(folder: Folder, host: Host) -> Result<(), Failure> {
    log_to_stderr();
    let runner = Runner::new(folder.runtime());
    let genesis = folder.genesis().clone();
    let ended = runner.start(async |context| serve(context.child("ballast"), &genesis, host).await);
    drop(folder);
    ended
}

async fn serve<E: ballast_node::Host>(context: E, genesis: &Genesis, host: Host) -> Result<(), Failure> {
    let started = start(context.child("node"), genesis, host.settings, host.time).await;
    let (node, running, started) = started.map_err(Failure::bad_input)?;
    tell_what_was_mended(&started);
    let settings = ApiSettings {
        rate: host.rate.map(|per_second| Rate {
            per_second,
            burst: per_second,
        }),
        ..ApiSettings::default()
    };
    let bound = api::serve(node.clone(), host.listen, settings, web::router()).await;
    let bound = bound.map_err(|error| {
        Failure::BadInput(format!(
            "{} can't be listened on: {error}; choose another by --listen, or --port",
            host.listen
        ))
    })?;
    let asked = asked_to_stop()?;
    let address = bound.address;
    print!("{}", (host.greet)(&started, address));
    let serving = context.child("api").spawn(|_| bound.run());
    let beside = host
        .beside
        .map(|beside| context.child("beside").spawn(move |_| beside(address)));
    let why = until_stopped(&node, asked).await;
    if let Some(beside) = beside {
        beside.abort();
    }
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

/// Says what a start has cut off or passed over.
fn tell_what_was_mended(started: &Started) {
    if let Some(cut) = started.cut {
        eprintln!(
            "cut off a torn write of {} bytes: {} had been acknowledged to nobody",
            cut.bytes, cut.height
        );
    }
    for (height, why) in &started.passed_over {
        eprintln!("passed over the snapshot of {height}: {why}");
    }
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
