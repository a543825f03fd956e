//! Running a node and its API until somebody asks it to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ballast_journal::Folder;
use ballast_node::api::{self, ApiSettings, Rate};
use ballast_node::{ChainTime, Node, Settings, Started, Stopped, start};
use ballast_num::Timestamp;
use ballast_protocol::Genesis;
use commonware_runtime::tokio::Runner;
use commonware_runtime::{Runner as _, Supervisor};
use tokio::sync::oneshot;

use crate::output::note;
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
    /// Most requests a second of one address; without it none are counted.
    pub(crate) rate: Option<u32>,
    /// How the node works.
    pub(crate) settings: Settings,
    /// What time it is on the chain, told the last block's time; or why it must not go on from there.
    pub(crate) time: Box<dyn FnOnce(Timestamp) -> Result<ChainTime, String> + Send>,
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
    let mut refused = None;
    let wall = context.current();
    let time = |last| {
        (host.time)(last).unwrap_or_else(|why| {
            refused = Some(why);
            // Until it has stopped, its time does not leap.
            ChainTime::Scaled {
                wall,
                chain: last,
                speed: 1,
            }
        })
    };
    let started = start(context.child("node"), genesis, host.settings, time).await;
    let (node, running, started) = started.map_err(|error| match error.is_broken() {
        true => Failure::Broken(error.to_string()),
        false => Failure::bad_input(error),
    })?;
    if let Some(why) = refused {
        node.stop().await;
        return Err(Failure::BadInput(why));
    }
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
    let signals = Signals::listen()?;
    let address = bound.address;
    say(&(host.greet)(&started, address));
    let serving = context.child("api").spawn(|_| bound.run());
    let beside = host
        .beside
        .map(|beside| context.child("beside").spawn(move |_| beside(address)));
    // The writer has closed the log when the node says that it has stopped; connections have a moment to end.
    let why = until_stopped(&node, signals, async {
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
            note(&format!("stopped at {}", node.view().latest().height()));
            Ok(())
        }
        Stopped::Failed(why) => Err(Failure::Broken(why)),
    }
}

/// Says what a start has cut off or passed over.
fn tell_what_was_mended(started: &Started) {
    if let Some(cut) = started.cut {
        note(&format!(
            "cut off a torn write of {} bytes: {} had been acknowledged to nobody",
            cut.bytes, cut.height
        ));
    }
    for (height, why) in &started.passed_over {
        note(&format!("passed over the snapshot of {height}: {why}"));
    }
}

/// Says something to whoever listens; a reserve runs on if nobody does.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Who listens for signals, in a thread of its own: it does so until the process has ended, whatever keeps that from ending.
struct Signals {
    asked: oneshot::Receiver<()>,
    /// Whether somebody has asked, or the node has stopped by itself.
    is_stopping: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on: a signal that comes sooner kills, as it does any program. Error: the system refuses.
    fn listen() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::bad_input)?;
        let signal = {
            let _entered = runtime.enter();
            asked_to_stop()
        };
        let mut signal = match signal {
            Ok(signal) => signal,
            Err(why) => {
                runtime.shutdown_background();
                return Err(why);
            }
        };
        let (ask, asked) = oneshot::channel();
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stopping = is_stopping.clone();
        let listening = move || {
            runtime.block_on(async move {
                let mut ask = Some(ask);
                loop {
                    signal().await;
                    if stopping.swap(true, Ordering::SeqCst) {
                        note("stopped at once, by the second signal");
                        std::process::exit(AT_ONCE);
                    }
                    // Who does not hear it any more is stopping.
                    let _ = ask.take().map(|ask| ask.send(()));
                }
            });
        };
        let listening = std::thread::Builder::new().name("signals".into()).spawn(listening);
        listening.map_err(Failure::bad_input)?;
        Ok(Self { asked, is_stopping })
    }
}

/// What returns each time somebody asks to stop.
#[cfg(unix)]
fn asked_to_stop() -> Result<impl AsyncFnMut() + Send + 'static, Failure> {
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
fn asked_to_stop() -> Result<impl AsyncFnMut() + Send + 'static, Failure> {
    Ok(async || {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals only a kill stops it, which loses nothing that was acknowledged.
            std::future::pending::<()>().await;
        }
    })
}

/// Until `ended` has, after the node has stopped by itself or somebody has asked for it. Who asks a second time does not wait: the
/// process ends at once, which loses nothing that was acknowledged.
async fn until_stopped(node: &Node, mut signals: Signals, ended: impl Future<Output = ()>) -> Stopped {
    let why = tokio::select! {
        why = node.stopped() => why,
        Ok(()) = &mut signals.asked => node.stop().await,
    };
    signals.is_stopping.store(true, Ordering::SeqCst);
    ended.await;
    why
}

/// Structured logs, as lines of JSON where nobody watches.
pub(crate) fn log_to_stderr() {
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
