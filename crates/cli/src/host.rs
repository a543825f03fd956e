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

/// The exit code of a program that a signal has ended, as shells have it.
const AT_ONCE: i32 = 130;

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
    let (node, running, started) = started.map_err(|error| match error.is_broken() {
        true => Failure::Broken(error.to_string()),
        false => Failure::bad_input(error),
    })?;
    tell_what_was_mended(&started);
    let settings = ApiSettings {
        rate: host.rate.map(|per_second| Rate {
            per_second,
            burst: per_second,
        }),
        ..ApiSettings::default()
    };
    let descriptors = api::raise_descriptors();
    let settings = descriptors.map_or(settings.clone(), |descriptors| settings.within(descriptors));
    tracing::info!(
        descriptors,
        connections = settings.connections,
        subscribers = settings.subscribers,
        "as many connections as there are file descriptors for"
    );
    let bound = api::serve(node.clone(), host.listen, settings, web::router()).await;
    let bound = bound.map_err(|error| {
        Failure::BadInput(format!(
            "{} can't be listened on: {error}; choose another by --listen, or --port",
            host.listen
        ))
    })?;
    let asked = asked_to_stop()?;
    let address = bound.address;
    say(&(host.greet)(&started, address));
    let serving = context.child("api").spawn(|_| bound.run());
    let beside = host
        .beside
        .map(|beside| context.child("beside").spawn(move |_| beside(address)));
    // The writer has closed the log when the node says that it has stopped; connections have a moment to end.
    let why = until_stopped(&node, asked, async {
        if let Some(beside) = beside {
            beside.abort();
        }
        let _ = serving.await;
        if let Some(history) = running.history {
            // What it has not written yet it takes from the journal at the next start.
            let _ = tokio::time::timeout(std::time::Duration::from_secs(5), history).await;
        }
    })
    .await;
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

/// Says something to whoever listens; a reserve runs on if nobody does.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Listens for whoever asks it to stop, from now on: a signal that comes sooner kills, as it does any program. Each time the
/// returned function is called, what it returns ends when another has come.
#[cfg(unix)]
fn asked_to_stop() -> Result<impl AsyncFnMut(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = signal(SignalKind::interrupt()).map_err(Failure::bad_input);
    let terminated = signal(SignalKind::terminate()).map_err(Failure::bad_input);
    let (mut interrupted, mut terminated) = (interrupted?, terminated?);
    Ok(async move || {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> Result<impl AsyncFnMut(), Failure> {
    Ok(async || {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals only a kill stops it, which loses nothing that was acknowledged.
            std::future::pending::<()>().await;
        }
    })
}

/// Until `ended` has, after the node has stopped by itself or somebody has asked for it. Who asks a second time does not wait: the
/// process ends at once, which loses nothing that was acknowledged.
async fn until_stopped(node: &Node, mut asked: impl AsyncFnMut(), ended: impl Future<Output = ()>) -> Stopped {
    let why = tokio::select! {
        why = node.stopped() => Some(why),
        () = asked() => None,
    };
    let stopping = async {
        let why = match why {
            Some(why) => why,
            None => node.stop().await,
        };
        ended.await;
        why
    };
    tokio::select! {
        why = stopping => why,
        () = asked() => {
            eprintln!("stopped at once, by the second signal");
            std::process::exit(AT_ONCE);
        }
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
