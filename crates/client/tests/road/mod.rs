//! A node on a real disk, and a road to it that breaks at bad moments.

#![allow(dead_code, clippy::unwrap_used)] // each test uses its part; a helper that cannot go on has failed

use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ballast_client::Client;
use ballast_node::api::{self, ApiSettings};
use ballast_node::{ChainTime, Node, Settings, start};
use ballast_num::{Price, Timestamp};
use commonware_runtime::tokio::{Config, Runner};
use commonware_runtime::{Clock, Runner as _, Supervisor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::{FEED, genesis, price};

/// What the road does to the next transaction, or to the next connection where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The connection ends before the node hears of it.
    BeforeRequest,
    /// The node hears it, and the connection ends at once.
    AfterRequest,
    /// The node answers, and the connection ends before any of it arrives.
    BeforeAnswer,
    /// The connection ends after so many bytes of the answer.
    InAnswer(usize),
    /// The node answers, none of it arrives, and from then on nobody reaches the node.
    Last,
}

/// A TCP proxy.
#[derive(Clone)]
pub(crate) struct Road {
    pub(crate) address: SocketAddr,
    /// Where it leads; none leads nowhere.
    pub(crate) to: Arc<Mutex<Option<SocketAddr>>>,
    cuts: Arc<Mutex<VecDeque<Cut>>>,
    /// Transactions that were brought.
    pub(crate) brought: Arc<AtomicUsize>,
    /// Ends every connection after so many bytes from the node; 0 ends none.
    pub(crate) bytes: Arc<AtomicUsize>,
    /// Connections so far.
    pub(crate) connections: Arc<AtomicUsize>,
}

impl Road {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let road = Self {
            address: listener.local_addr().unwrap(),
            to: Arc::new(Mutex::new(Some(address))),
            cuts: Arc::default(),
            brought: Arc::default(),
            bytes: Arc::default(),
            connections: Arc::default(),
        };
        let serving = road.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                let to = *serving.to.lock().unwrap();
                if let Some(to) = to
                    && let Ok(node) = TcpStream::connect(to).await
                {
                    tokio::spawn(serving.clone().relay(socket, node));
                }
            }
        });
        road
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn cut(&self, cuts: &[Cut]) {
        self.cuts.lock().unwrap().extend(cuts);
    }

    pub(crate) fn brought(&self) -> usize {
        self.brought.load(Ordering::SeqCst)
    }

    async fn relay(self, socket: TcpStream, node: TcpStream) {
        let (mut from_client, mut to_client) = socket.into_split();
        let (mut from_node, mut to_node) = node.into_split();
        let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        let (mut cut, mut told, mut answer) = (None, 0, 0);
        loop {
            tokio::select! {
                read = from_client.read(&mut asked) => {
                    let Ok(length @ 1..) = read else { return };
                    if self.to.lock().unwrap().is_none() {
                        return;
                    }
                    let said = &asked[..length];
                    if said.starts_with(b"POST /v1/transactions ") {
                        self.brought.fetch_add(1, Ordering::SeqCst);
                        (cut, answer) = (self.cuts.lock().unwrap().pop_front(), 0);
                    }
                    if cut == Some(Cut::BeforeRequest) || to_node.write_all(said).await.is_err() {
                        return;
                    }
                    // Head and body come apart.
                    if cut == Some(Cut::AfterRequest) && said.ends_with(b"}") {
                        return;
                    }
                }
                read = from_node.read(&mut answered) => {
                    let Ok(length @ 1..) = read else { return };
                    let most = self.bytes.load(Ordering::SeqCst);
                    told += length;
                    let part = match cut {
                        Some(Cut::BeforeAnswer) => return,
                        Some(Cut::Last) => {
                            *self.to.lock().unwrap() = None;
                            return;
                        }
                        Some(Cut::InAnswer(most)) => most.saturating_sub(answer).min(length),
                        _ => length,
                    };
                    answer += part;
                    let is_over = part < length || (most > 0 && told > most);
                    if to_client.write_all(&answered[..part]).await.is_err() || is_over {
                        return;
                    }
                }
            }
        }
    }
}

/// A node, the road to it, and a client at its end.
pub(crate) struct Served {
    pub(crate) node: Node,
    pub(crate) address: SocketAddr,
    pub(crate) road: Road,
    pub(crate) client: Client,
}

impl Served {
    /// All five sources say a price; returns when their round has closed.
    pub(crate) async fn say(&self, usd: u32) {
        let mut changed = self.node.view().changed();
        let time = Timestamp(self.node.now().0 + 1);
        for source in 1..=5 {
            let said = price(source, Price::whole(usd), time, self.node.domain());
            assert!(self.client.observe(&said).await.unwrap().taken);
        }
        let says = |state: &ballast_engine::State| state.prices().quote(FEED).unwrap().spot == Price::whole(usd);
        changed.wait_for(|latest| says(&latest.state)).await.unwrap();
    }
}

/// A runtime with a folder, for as long as a test runs.
pub(crate) fn run<F: Future<Output = ()>>(test: impl FnOnce(commonware_runtime::tokio::Context) -> F) {
    let folder = tempfile::tempdir().unwrap();
    Runner::new(Config::new().with_storage_directory(folder.path())).start(test);
}

/// Starts a node, or goes on with the one of this folder, and serves its API.
pub(crate) async fn begin(
    context: &commonware_runtime::tokio::Context,
    name: &'static str,
    settings: Settings,
    api: ApiSettings,
) -> (Node, SocketAddr, tokio::task::JoinHandle<()>) {
    let time = |last| ChainTime::Scaled {
        wall: context.current(),
        chain: last,
        speed: 1,
    };
    let (node, running, _) = start(context.child(name), &genesis(), settings, time).await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let bound = api::serve(node.clone(), address, api, axum::Router::new())
        .await
        .unwrap();
    let address = bound.address;
    let serving = tokio::spawn(async move {
        bound.run().await;
        drop(running);
    });
    (node, address, serving)
}

pub(crate) fn settings() -> Settings {
    Settings {
        idle: Duration::from_millis(200),
        ..Settings::default()
    }
}

pub(crate) fn api_settings() -> ApiSettings {
    ApiSettings {
        patience: Duration::from_secs(1),
        ..ApiSettings::default()
    }
}

/// A test with a client of a node at the end of a road.
pub(crate) fn served<F: Future<Output = ()>>(settings: Settings, api: ApiSettings, test: impl FnOnce(Served) -> F) {
    run(|context| async move {
        let (node, address, serving) = begin(&context, "node", settings, api).await;
        let road = Road::to(address).await;
        let client = Client::connect(&road.url()).await.unwrap();
        test(Served {
            node: node.clone(),
            address,
            road,
            client,
        })
        .await;
        node.stop().await;
        serving.await.unwrap();
    });
}
