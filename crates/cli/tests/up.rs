//! `ballast up` as a person meets it: what it prints is typed, keeper and feeder run beside it, and it goes on after Ctrl-C.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use ballast_protocol::api::{FeedInfo, Status};

/// Long enough for what takes a second or two, on a busy machine too.
const SOON: Duration = Duration::from_secs(50);

fn ballast() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ballast"));
    command.env_clear().env("BALLAST_PASSWORD", "of the test");
    command
}

/// A program that runs on, and the lines that it prints.
struct Running {
    process: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, lines) = channel();
        std::thread::spawn(move || printed.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { process, lines }
    }

    /// The next line that is wanted.
    fn line(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.lines.recv_timeout(SOON).expect("it says so");
            if is_wanted(&line) {
                return line;
            }
        }
    }

    /// As Ctrl-C does. Whether it ended well.
    fn interrupt(&mut self) -> bool {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.process.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn up(folder: &Path) -> Running {
    Running::start(ballast().args(["up", "--port", "0"]).current_dir(folder))
}

/// What a line prints that its reader copies; it must be done.
fn typed(line: &str, folder: &Path) -> String {
    let output: Output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .output()
        .unwrap();
    let (said, error) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{line}: {said}{error}");
    said.into_owned()
}

#[test]
fn a_reserve_is_started_used_stopped_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = up(folder.path());
    let url = running.line(|line| line.contains("dashboard"));
    let url = url.split_whitespace().last().unwrap().trim_end_matches('/').to_owned();
    let program = |line: &str| line.trim_start().starts_with(['/', '.', '\'']);
    let opened = typed(running.line(program).trim(), folder.path());
    assert!(
        opened.contains("done at") && opened.contains("5,000 USB drawn"),
        "{opened}"
    );
    let listed = typed(running.line(program).trim(), folder.path());
    assert!(listed.contains("ETH-A") && listed.contains("healthy"), "{listed}");
    let watched = typed(&format!("{} --blocks 1", running.line(program).trim()), folder.path());
    drop(watched);
    let status = |url: &str| -> Status {
        let output = ballast().args(["status", "--json", "--node", url]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let before = status(&url);

    let kept = ballast()
        .args(["keeper", "--once", "--dev-key", "4", "--node", &url])
        .output()
        .unwrap();
    assert!(matches!(kept.status.code(), Some(0 | 1)), "{kept:?}");
    let config = folder.path().join("sources.toml");
    std::fs::write(folder.path().join("price.txt"), "3000.5\n").unwrap();
    let output = ballast().args(["feeds", "--json", "--node", &url]).output().unwrap();
    let feeds: Vec<FeedInfo> = serde_json::from_slice(&output.stdout).unwrap();
    let (name, source) = (&feeds[0].name, feeds[0].sources[0].id.0);
    let entry = format!(
        "[[source]]\nfeed = \"{name}\"\nsource = {source}\nkey = \"development\"\nevery = 1\nfile = \"price.txt\"\n"
    );
    std::fs::write(&config, entry).unwrap();
    let feeder = |more: &[&str]| Running::start(ballast().arg("feeder").arg(&config).args(["--node", &url]).args(more));
    let careful = feeder(&[]);
    let refused = careful.line(|line| line.contains("--chain-time"));
    assert!(refused.contains("this machine"), "{refused}");
    drop(careful);
    let speaking = feeder(&["--chain-time"]);
    speaking.line(|line| line.contains("3000.5 at "));
    drop(speaking);

    // At the present time it would be years older: only `up` goes on with it.
    assert!(running.interrupt(), "it ends well");
    let mut node = ballast();
    node.args(["node", "--dir", "reserve", "--listen", "127.0.0.1:0"])
        .current_dir(folder.path());
    let output = node.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(2) && said.contains("ballast up --dir reserve"),
        "{said}"
    );

    let mut again = up(folder.path());
    let url = again.line(|line| line.contains("dashboard"));
    let after = status(url.split_whitespace().last().unwrap().trim_end_matches('/'));
    assert_eq!(after.genesis, before.genesis);
    assert!(
        after.height >= before.height && after.vaults > 0,
        "{} after {}",
        after.height,
        before.height
    );
    assert!(
        after.time >= before.time && after.time.0 < before.time.0 + 86_400,
        "no leap"
    );
    assert!(again.interrupt());
}
