//! The program as a process of its own: started, asked, measured, killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use ballast_client::Client;
use tokio::process::{Child, Command};

use crate::{Failure, not_tried};

/// How long a start may take before the trial gives up.
const STARTS_WITHIN: Duration = Duration::from_secs(120);
/// The clock ticks of a second in `/proc`: the same on every Linux that Rust's standard library runs on.
const TICKS: f64 = 100.0;

/// The program in the folder of this one.
pub(crate) fn beside_this() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().map_err(not_tried)?.with_file_name("ballast");
    if program.exists() {
        return Ok(program);
    }
    Err(Failure::NotTried(format!(
        "there is no {}: build it with `cargo build --release`, or name it by --program",
        program.display()
    )))
}

/// How a node is started.
pub(crate) struct Start<'a> {
    /// Its folder.
    pub(crate) dir: &'a Path,
    /// What a new one is made of; none goes on with what the folder holds.
    pub(crate) genesis: Option<&'a Path>,
    /// Where it listens.
    pub(crate) port: u16,
    /// Whether it keeps an index of the past.
    pub(crate) has_history: bool,
}

/// A node that runs.
pub(crate) struct Running {
    child: Child,
    /// Speaks to it.
    pub(crate) client: Client,
    /// From its start until it answered that it is ready.
    pub(crate) took: Duration,
}

impl Running {
    /// Starts a node and waits until it is ready.
    pub(crate) async fn start(program: &Path, how: &Start<'_>) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.arg("node").arg("--dir").arg(how.dir);
        command.arg("--listen").arg(format!("127.0.0.1:{}", how.port));
        if let Some(genesis) = how.genesis {
            command.arg("--genesis").arg(genesis);
        }
        if !how.has_history {
            command.arg("--no-history");
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.env("RUST_LOG", "warn");
        let start = Instant::now();
        let mut child = command.spawn().map_err(not_tried)?;
        let url = format!("http://127.0.0.1:{}", how.port);
        loop {
            if let Ok(client) = Client::connect(&url).await {
                let took = start.elapsed();
                return Ok(Self { child, client, took });
            }
            if let Some(status) = child.try_wait().map_err(not_tried)? {
                return Err(Failure::Broken(format!(
                    "it did not start again: {status}; {}",
                    said(child).await
                )));
            }
            if start.elapsed() > STARTS_WITHIN {
                return Err(Failure::Broken(format!("it did not start within {STARTS_WITHIN:?}")));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Result<(), Failure> {
        self.child.start_kill().map_err(not_tried)?;
        self.child.wait().await.map(|_| ()).map_err(not_tried)
    }

    /// Seconds of processor time that it has used, of all its threads.
    pub(crate) fn cpu(&self) -> Result<f64, Failure> {
        let gone = || Failure::Broken("the program has ended".into());
        cpu_of(self.child.id().ok_or_else(gone)?)
    }

    /// The most memory that it has held, in bytes.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes * 1_024)
    }
}

/// What a program that has ended said last.
async fn said(child: Child) -> String {
    let output = child.wait_with_output().await;
    let text = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    text.unwrap_or_default()
}

/// Seconds of processor time of a process.
pub(crate) fn cpu_of(process: u32) -> Result<f64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).map_err(not_tried)?;
    // The name of the program, in parentheses, may hold anything.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|text| text.parse::<f64>().ok());
    match (ticks(), ticks()) {
        (Some(user), Some(system)) => Ok((user + system) / TICKS),
        _ => Err(Failure::NotTried("/proc says nothing of processor time".into())),
    }
}
