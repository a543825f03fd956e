//! `ballast up`: a reserve that lives, from nothing, to look at and to try things on.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ballast_agents::{crowd, development};
use ballast_journal::Folder;
use ballast_node::{ChainTime, Settings};
use ballast_protocol::Genesis;
use clap::Args;

use crate::Failure;
use crate::host::{Host, host};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder of the reserve; made if there is none
    #[arg(long, value_name = "DIR", default_value = "reserve")]
    dir: PathBuf,
    /// The port of dashboard and API, on this machine alone
    #[arg(long, value_name = "NUMBER", default_value_t = 8080)]
    port: u16,
    /// Seconds of recorded history that pass in a second
    #[arg(long, value_name = "TIMES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=300))]
    speed: u32,
    /// What the borrowers' whims begin with
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

/// Runs until it is told to stop.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (folder, is_new) = folder(&arguments.dir)?;
    let genesis = folder.genesis().clone();
    let recording = development::scenario().map_err(|error| Failure::Broken(error.to_string()))?;
    let about = recording.about.clone();
    let recording = development::Recording::of(&recording);
    let speed = arguments.speed;
    let (dir, seed) = (arguments.dir.clone(), arguments.seed);
    host(
        folder,
        Host {
            listen: SocketAddr::from(([127, 0, 0, 1], arguments.port)),
            rate: None,
            settings: Settings {
                // A block is at most a minute of the chain's time, so that its clocks keep up (rule R4).
                idle: crowd::beat(speed),
                history: Some(arguments.dir.join(ballast_history::FILE)),
                snapshots_give_way: true,
                ..Settings::default()
            },
            time: Box::new(move |chain| {
                Ok(ChainTime::Scaled {
                    wall: SystemTime::now(),
                    chain,
                    speed,
                })
            }),
            greet: Box::new(move |_, address| greeting(&dir, is_new, &about, speed, address)),
            beside: Some(Box::new(move |address| {
                Box::pin(async move {
                    crowd::run(&format!("http://{address}"), &genesis, recording, speed, seed).await;
                })
            })),
        },
    )
}

/// The reserve of a folder, made if there is none; and whether it was.
fn folder(dir: &Path) -> Result<(Folder, bool), Failure> {
    if !Folder::is_there(dir) {
        let genesis = development::genesis().map_err(|error| Failure::Broken(error.to_string()))?;
        let folder = Folder::create(dir, genesis).map_err(Failure::bad_input)?;
        return Ok((folder, true));
    }
    let folder = Folder::open(dir).map_err(Failure::bad_input)?;
    if is_ours(folder.genesis()) {
        return Ok((folder, false));
    }
    Err(Failure::BadInput(format!(
        "{} holds another reserve, whose prices and borrowers have keys of their own: run it with `ballast node --dir {0}`, \
         or name another folder",
        dir.display()
    )))
}

/// Whether the keys of development speak for this reserve's feeds.
pub(crate) fn is_ours(genesis: &Genesis) -> bool {
    genesis.chain_id == development::CHAIN_ID
        && development::genesis().is_ok_and(|ours| ours.sources == genesis.sources)
}

/// Where to look and what to type next.
fn greeting(dir: &Path, is_new: bool, about: &str, speed: u32, address: SocketAddr) -> String {
    let mut text = String::new();
    let program = program();
    let made = if is_new { "a new reserve in" } else { "the reserve in" };
    let node = if address.port() == 8080 {
        String::new()
    } else {
        format!(" --node http://{address}")
    };
    let lines = [
        format!("{made} {}: {about}, {speed} times as fast", dir.display()),
        String::new(),
        format!("  dashboard   http://{address}/"),
        format!("  API         http://{address}/openapi.json"),
        String::new(),
        "In another terminal:".into(),
        String::new(),
        format!("  {program} vault open --type ETH-A --deposit 10 --draw 5000 --dev-key 5{node}"),
        format!("  {program} vault list --type ETH-A --riskiest{node}"),
        format!("  {program} watch{node}"),
        String::new(),
        "The keys of development are known to everyone: put nothing of worth into this reserve.".into(),
        "Ctrl-C stops; the same command goes on from where it was.".into(),
    ];
    for line in lines {
        writeln!(text, "{line}").expect("writing to memory does not fail");
    }
    text
}

/// This program as one types it here: below this folder as `./…`, else by its full path.
fn program() -> String {
    let exe = std::env::current_exe().ok();
    let here = std::env::current_dir().ok();
    exe.map_or_else(|| "ballast".into(), |exe| typed(&exe, here.as_deref()))
}

fn typed(exe: &Path, here: Option<&Path>) -> String {
    let below = here.and_then(|here| exe.strip_prefix(here).ok());
    let path = below.map_or_else(|| exe.display().to_string(), |below| format!("./{}", below.display()));
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+,:@".contains(letter);
    if path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_to_copy_runs_as_it_is() {
        for (exe, here, line) in [
            (
                "/home/me/ballast/target/release/ballast",
                "/home/me/ballast",
                "./target/release/ballast",
            ),
            ("/home/me/ballast", "/home/me", "./ballast"),
            ("/usr/local/bin/ballast", "/home/me", "/usr/local/bin/ballast"),
            ("/home/my own/ballast", "/tmp", "'/home/my own/ballast'"),
            ("/home/it's/ballast", "/tmp", "'/home/it'\\''s/ballast'"),
        ] {
            assert_eq!(typed(Path::new(exe), Some(Path::new(here))), line);
        }
    }
}
