//! `https` and `wss`: commands, the stream, and a source of prices, behind servers of TLS whose certificates an authority of
//! the test has signed.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use ballast_protocol::api::{FeedInfo, Status};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server of TLS before one without, under a certificate for a name: its port.
    fn before(&self, plain: SocketAddr, name: &str) -> u16 {
        self.presents(CertificateParams::new([name.to_owned()]).unwrap(), plain)
    }

    /// The same with this certificate.
    fn presents(&self, params: CertificateParams, plain: SocketAddr) -> u16 {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || serve(listener, acceptor, plain));
        port
    }
}

/// Passes on what is said through TLS, for as long as the test runs.
fn serve(listener: TcpListener, acceptor: TlsAcceptor, plain: SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Who does not trust the certificate goes.
                let Ok(mut outer) = acceptor.accept(socket).await else {
                    return;
                };
                let mut inner = tokio::net::TcpStream::connect(plain).await.unwrap();
                let _ = copy_bidirectional(&mut outer, &mut inner).await;
            });
        }
    });
}

/// A node of a new reserve for development, and what trusts the authority of the server before it.
struct Reserve {
    process: Child,
    authority: Authority,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Reserve {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
            .args(["node", "--listen", "127.0.0.1:0", "--dev", "--dir"])
            .arg(folder.path().join("reserve"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address.parse().unwrap();
            }
        };
        // Keeps the pipe open until the node ends.
        std::thread::spawn(move || lines.for_each(drop));
        let authority = Authority::new("ours");
        std::fs::write(folder.path().join("authority.pem"), authority.0.pem()).unwrap();
        Self {
            process,
            authority,
            address,
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that trusts the authority alone.
    fn ballast(&self, line: &str, url: &str) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ballast"));
        command.args(line.split_whitespace()).env_clear();
        command
            .env("BALLAST_NODE", url)
            .env("SSL_CERT_FILE", self.path("authority.pem"));
        command
    }

    /// What it prints, if it is done.
    fn done(&self, line: &str, url: &str) -> String {
        let output = self.ballast(line, url).output().unwrap();
        let (said, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{line}: {said}{error}");
        said
    }

    /// The first line of a feeder whose source answers at a URL.
    fn fed(&self, source: &str, mut feeder: Command) -> String {
        let feeds: Vec<FeedInfo> =
            serde_json::from_str(&self.done("feeds --json", &format!("http://{}", self.address))).unwrap();
        let (name, number) = (&feeds[0].name, feeds[0].sources[0].id.0);
        let entry = format!(
            "[[source]]\nfeed = \"{name}\"\nsource = {number}\nkey = \"development\"\nevery = 1\nmax_age = \"none\"\n\
             url = \"{source}\"\npointer = \"/price\"\n"
        );
        std::fs::write(self.path("sources.toml"), entry).unwrap();
        feeder.arg(self.path("sources.toml")).stdout(Stdio::piped());
        let mut process = feeder.stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said = lines.next().expect("it says what came of it").unwrap();
        let _ = process.kill();
        let _ = process.wait();
        said
    }

    /// What is said where no connection is made.
    fn unreachable(&self, line: &str, url: &str) -> String {
        said_unreachable(self.ballast(line, url))
    }
}

fn said_unreachable(mut command: Command) -> String {
    let output = command.output().unwrap();
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{error}");
    error
}

impl Drop for Reserve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn commands_and_the_stream_speak_through_tls() {
    let at = Reserve::start();
    let url = format!("https://localhost:{}", at.authority.before(at.address, "localhost"));
    let status: Status = serde_json::from_str(&at.done("status --json", &url)).unwrap();
    let opened = at.done("vault open --type ETH-A --deposit 10 --draw 5000 --dev-key 1", &url);
    assert!(opened.contains("5,000 USB drawn on vault 1"), "{opened}");
    let from = status.height.0 + 1;
    let told = at.done(&format!("watch --from {from} --blocks 1 --json"), &url);
    assert!(told.contains(&format!("\"height\":{from}")), "{told}");
}

#[test]
fn a_feeder_reads_prices_over_https_and_without_it_on_a_machine_without_certificates() {
    let at = Reserve::start();
    let url = format!("https://localhost:{}", at.authority.before(at.address, "localhost"));
    let source = at.authority.before(prices(), "localhost");
    let fed = at.fed(
        &format!("https://localhost:{source}/ticker"),
        at.ballast("feeder", &url),
    );
    assert!(fed.contains("3000.5 at "), "{fed}");

    std::fs::write(at.path("none.pem"), "").unwrap();
    let mut feeder = at.ballast("feeder", &format!("http://{}", at.address));
    feeder.env("SSL_CERT_FILE", at.path("none.pem"));
    let fed = at.fed(&format!("http://{}/ticker", prices()), feeder);
    assert!(fed.contains("3000.5 at "), "{fed}");
}

/// A server without TLS that says one price to everyone.
fn prices() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4_096]);
            let body = r#"{"price":"3000.5"}"#;
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            let _ = socket.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn a_certificate_that_is_not_trusted_is_said_so() {
    let at = Reserve::start();
    // One that is not known, and one that only calls itself as ours.
    for name in ["theirs", "ours"] {
        let strangers = Authority::new(name);
        let url = format!("https://localhost:{}", strangers.before(at.address, "localhost"));
        let error = at.unreachable("status", &url);
        assert!(
            error.contains("no authority that this machine trusts has signed its certificate; SSL_CERT_FILE names")
                && !error.contains("ballast up"),
            "{error}"
        );
        assert!(
            at.unreachable("status --json", &url)
                .contains("\"code\":\"Unreachable\"")
        );
    }

    let other = at.authority.before(at.address, "elsewhere.example");
    let url = format!("https://localhost:{other}");
    let error = at.unreachable("status", &url);
    assert!(error.contains("its certificate is for another name"), "{error}");

    let mut of_old = CertificateParams::new(["localhost".to_owned()]).unwrap();
    of_old.not_before = rcgen::date_time_ymd(2019, 1, 1);
    of_old.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let url = format!("https://localhost:{}", at.authority.presents(of_old, at.address));
    let error = at.unreachable("status", &url);
    assert!(error.contains("its certificate is not of this time"), "{error}");

    // A machine that trusts nobody.
    std::fs::write(at.path("none.pem"), "").unwrap();
    let mut command = at.ballast("status", &url);
    command.env("SSL_CERT_FILE", at.path("none.pem"));
    let error = said_unreachable(command);
    assert!(error.to_lowercase().contains("certificate"), "{error}");

    // A server without TLS.
    let url = format!("https://localhost:{}", at.address.port());
    let error = at.unreachable("status", &url);
    assert!(error.contains("it does not speak https"), "{error}");
}
