//! `ballast node` as an operator starts and stops it.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A node under way, and where it listens.
struct Running {
    process: Child,
    said: String,
    address: String,
}

impl Running {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let arguments = [&["node", "--listen", "127.0.0.1:0"], more].concat();
        Self::told(folder, &arguments, "listening on http://")
    }

    /// `ballast up`, on a port that is free.
    fn up(folder: &Path) -> Self {
        Self::told(folder, &["up", "--port", "0"], "  dashboard   http://")
    }

    /// A command in a folder, that says where it listens in a line that begins so.
    fn told(folder: &Path, arguments: &[&str], listening: &str) -> Self {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
            .args(arguments)
            .arg("--dir")
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            said += &format!("{line}\n");
            if let Some(address) = line.strip_prefix(listening) {
                break address.trim_end_matches('/').to_owned();
            }
        };
        // Keeps the pipe open until the node ends.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, said, address }
    }

    fn get(&self, path: &str) -> Value {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
    }

    /// Tells it to stop as a terminal does; returns its exit code.
    fn interrupt(mut self) -> Option<i32> {
        let told = Command::new("kill")
            .args(["-INT", &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
        self.process.wait().unwrap().code()
    }

    /// As nobody would.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn a_node_goes_on_from_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("reserve");
    let first = Running::start(&dir, &["--dev"]);
    assert!(
        first.said.contains("wallet 1  0x") && first.said.contains("everyone knows"),
        "{}",
        first.said
    );
    let genesis = first.get("/v1/status")["genesis"].clone();
    // A block comes by itself after a silence.
    let height = loop {
        let height = first.get("/v1/status")["height"].as_u64().unwrap();
        if height > 0 {
            break height;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    let root = first.get(&format!("/v1/status?height={height}"))["root"].clone();
    assert_eq!(first.interrupt(), Some(0));

    let second = Running::start(&dir, &[]);
    assert!(
        !second.said.contains("0x"),
        "no keys are told of a reserve that is there: {}",
        second.said
    );
    let status = second.get("/v1/status");
    assert_eq!(status["genesis"], genesis);
    assert!(status["height"].as_u64().unwrap() >= height);
    if status["height"] == height {
        assert_eq!(status["root"], root);
    }
    second.kill();
    let third = Running::start(&dir, &[]);
    assert_eq!(third.get("/v1/status")["genesis"], genesis);
    assert_eq!(third.interrupt(), Some(0));
}

#[test]
fn up_answers_about_the_past() {
    let folder = tempfile::tempdir().unwrap();
    let reserve = Running::up(&folder.path().join("reserve"));
    let began = std::time::Instant::now();
    let answer = loop {
        let answer = reserve.get("/v1/history/events");
        // Until the index is made, which it says.
        if answer["code"] != "HistoryNotReady" || began.elapsed().as_secs() > 30 {
            break answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    assert_eq!(answer["begins"], 0, "{answer}");
    assert_eq!(reserve.interrupt(), Some(0));
}

#[test]
fn what_is_no_reserve_is_refused_with_what_would_work() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
            .arg("node")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    assert!(refused(&["--dir", &path("none")]).contains("add --genesis FILE to begin one, or --dev"));
    std::fs::write(path("bad.json"), "{}").unwrap();
    let said = refused(&["--dir", &path("none"), "--genesis", &path("bad.json")]);
    assert!(said.contains("is no genesis: missing field"), "{said}");
    assert!(!folder.path().join("none").exists(), "nothing was made of it");
    assert!(
        refused(&["--dir", &path("none"), "--dev", "--genesis", &path("bad.json")]).contains("cannot be used with")
    );
    assert!(refused(&["--dir", &path("none"), "--listen", "nowhere"]).contains("invalid"));

    let running = Running::start(&folder.path().join("reserve"), &["--dev"]);
    assert!(refused(&["--dir", &path("reserve")]).contains("in use by another program"));
    let taken = refused(&["--dir", &path("other"), "--dev", "--listen", &running.address]);
    assert!(
        taken.contains("can't be listened on") && taken.contains("--listen"),
        "{taken}"
    );
    assert_eq!(running.interrupt(), Some(0));
    assert!(refused(&["--dir", &path("reserve"), "--genesis", &path("bad.json")]).contains("holds a reserve already"));
}

/// Ends a node well, so that its folder says how far it was.
fn a_reserve(folder: &Path) {
    let node = Running::start(folder, &["--dev"]);
    while node.get("/v1/status")["height"].as_u64().unwrap() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert_eq!(node.interrupt(), Some(0));
}

/// How a start in a folder ends that can't be used.
fn refusal(folder: &Path) -> (Option<i32>, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
        .args(["node", "--listen", "127.0.0.1:0", "--dir"])
        .arg(folder)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_lost_block_is_not_told_as_bad_input() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("reserve");
    a_reserve(&dir);
    let log = std::fs::read_dir(dir.join("blocks"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read(&log).unwrap();

    let mut damaged = whole.clone();
    // In the first record, which was durable: the file's first page is another thing.
    let payload = damaged.len() - 8;
    damaged[payload] ^= 1;
    std::fs::write(&log, &damaged).unwrap();
    let (code, said) = refusal(&dir);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.starts_with("broken:") && said.contains("was acknowledged"),
        "{said}"
    );

    let foreign = folder.path().join("foreign");
    a_reserve(&foreign);
    let genesis = std::fs::read(foreign.join("genesis.json")).unwrap();
    let other = String::from_utf8(genesis).unwrap().replacen("31337", "31338", 1);
    std::fs::write(foreign.join("genesis.json"), other).unwrap();
    let (code, said) = refusal(&foreign);
    assert_eq!(code, Some(2), "a journal of another chain: {said}");
}

#[test]
fn a_reserve_runs_on_when_nobody_reads_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let mut process = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
        .args(["node", "--dev", "--listen", &address, "--dir"])
        .arg(folder.path().join("reserve"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(process.stdout.take());
    let listens = (0..300).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        TcpStream::connect(&address).is_ok()
    });
    assert!(listens, "{:?}", process.try_wait());
    let running = Running {
        process,
        said: String::new(),
        address,
    };
    // Later than what it says once it listens.
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(running.get("/v1/status")["height"].is_u64());
    assert_eq!(running.interrupt(), Some(0));
}

#[test]
fn a_second_signal_does_not_wait_for_connections() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = Running::start(&folder.path().join("reserve"), &["--dev"]);
    // A request that never ends: an orderly stop waits ten seconds for it.
    let mut socket = TcpStream::connect(&node.address).unwrap();
    let begun =
        "POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    socket.write_all(begun.as_bytes()).unwrap();
    // It is under way.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let began = std::time::Instant::now();
    let code = loop {
        let _ = Command::new("kill")
            .args(["-INT", &node.process.id().to_string()])
            .status();
        std::thread::sleep(std::time::Duration::from_millis(300));
        if let Some(status) = node.process.try_wait().unwrap() {
            break status.code();
        }
    };
    assert_eq!(code, Some(130));
    assert!(
        began.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}
