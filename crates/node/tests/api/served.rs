//! A node and its API, for as long as a test runs.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use ballast_node::api::{self, ApiSettings};
use ballast_node::{ChainTime, Node, Settings, start};
use ballast_num::{Price, Timestamp};
use ballast_signing::SignedTransaction;
use commonware_runtime::tokio::{Config, Runner};
use commonware_runtime::{Clock, Runner as _, Supervisor as _};
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::common::{FEED, genesis, open_vault, price};

/// A node and its API, for as long as a test runs.
pub(crate) struct Served {
    pub(crate) node: Node,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
}

impl Served {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self.client.get(self.url(path)).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) async fn ok(&self, path: &str) -> Value {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    pub(crate) async fn post(&self, path: &str, body: &impl serde::Serialize) -> (StatusCode, Value) {
        let answer = self.client.post(self.url(path)).json(body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// What operators are told under a name.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let answer = self.client.get(self.url("/metrics")).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.expect("a line of that name").parse().unwrap()
    }

    /// A refusal's status and code, which has a message too.
    pub(crate) async fn refused(&self, path: &str) -> (u16, String) {
        refusal(self.get(path).await)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.node.now()
    }

    pub(crate) fn open(&self, from: u8, nonce: u64) -> SignedTransaction {
        open_vault(from, nonce, self.now(), self.node.domain())
    }

    /// All five sources say a price; returns when their round has closed.
    pub(crate) async fn say(&self, usd: u32) {
        let mut changed = self.node.view().changed();
        let time = Timestamp(self.now().0 + 1);
        for source in 1..=5 {
            let said = price(source, Price::whole(usd), time, self.node.domain());
            let (status, answer) = self.post("/v1/observations", &said).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
        let says = |state: &ballast_engine::State| state.prices().quote(FEED).unwrap().spot == Price::whole(usd);
        let heard = changed.wait_for(|latest| says(&latest.state));
        heard.await.unwrap();
    }
}

pub(crate) fn refusal((status, answer): (StatusCode, Value)) -> (u16, String) {
    assert!(!status.is_success(), "{answer}");
    assert!(
        answer["message"].as_str().is_some_and(|message| message.len() > 10),
        "{answer}"
    );
    (status.as_u16(), answer["code"].as_str().unwrap().to_owned())
}

pub(crate) fn with_settings<F: Future<Output = ()>>(settings: ApiSettings, test: impl FnOnce(Served) -> F) {
    let folder = tempfile::tempdir().unwrap();
    Runner::new(Config::new().with_storage_directory(folder.path())).start(|context| async move {
        let time = |last| ChainTime::Scaled {
            wall: context.current(),
            chain: last,
            speed: 1,
        };
        let history = Some(folder.path().join("history.sqlite"));
        let kept = Settings {
            history,
            ..Settings::default()
        };
        let (node, _running, _) = start(context.child("node"), &genesis(), kept, time).await.unwrap();
        while !node.history().unwrap().is_ready() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = api::serve(node.clone(), address, settings, axum::Router::new())
            .await
            .unwrap();
        let served = Served {
            node: node.clone(),
            address: bound.address,
            client: Client::new(),
        };
        let serving = tokio::spawn(bound.run());
        test(served).await;
        node.stop().await;
        serving.await.unwrap();
    });
}

pub(crate) fn served<F: Future<Output = ()>>(test: impl FnOnce(Served) -> F) {
    with_settings(ApiSettings::default(), test);
}
