//! Agents at a real node, over real sockets.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../journal/tests/common/mod.rs"]
mod common;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use ballast_agents::board::Step;
use ballast_agents::feeder::{self, Config};
use ballast_agents::keeper::{Keeper, Taken, Terms};
use ballast_client::Client;
use ballast_node::api::{self, ApiSettings};
use ballast_node::{ChainTime, Settings, start};
use ballast_num::{Price, Ratio, Timestamp};
use ballast_protocol::{Command, Genesis, SourceId, SourceKey, VaultRef, coins, hex};
use common::{COIN, ETHER, FEED, TYPE, genesis, price, source, wallet};
use commonware_runtime::tokio::{Config as OnDisk, Runner};
use commonware_runtime::{Clock, Runner as _, Supervisor as _};

/// When Wormhole's guardians signed the recorded update of Pyth.
const RECORDED: Timestamp = Timestamp(1_702_285_724);
const RECORDED_PRICE: &str = "0.053105";
/// Long enough for any of these waits, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

/// Runs a node of this genesis for as long as a test runs.
fn at_node<F: Future<Output = ()>>(genesis: &Genesis, test: impl FnOnce(Client) -> F) {
    let folder = tempfile::tempdir().unwrap();
    Runner::new(OnDisk::new().with_storage_directory(folder.path())).start(|context| async move {
        let time = |last| ChainTime::Scaled {
            wall: context.current(),
            chain: last,
            speed: 1,
        };
        let started = start(context.child("node"), genesis, Settings::default(), time).await;
        let (node, _running, _) = started.unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = api::serve(node.clone(), address, ApiSettings::default(), Router::new()).await;
        let bound = bound.unwrap();
        let client = format!("http://{}", bound.address);
        let serving = tokio::spawn(bound.run());
        test(Client::connect(&client).await.unwrap()).await;
        node.stop().await;
        serving.await.unwrap();
    });
}

/// Five sources of ether at the recorded price: four wallets, and Pyth.
fn with_pyth() -> Genesis {
    let mut genesis = genesis();
    genesis.time = Timestamp(RECORDED.0 - 5);
    genesis.opening.prices = vec![(FEED, RECORDED_PRICE.parse().unwrap())];
    let guardians = include_str!("../../signing/tests/data/wormhole-set-3.txt").lines();
    let bytes = |text| hex::parse(text).unwrap();
    genesis.sources[3].key = SourceKey::Pyth {
        guardians: guardians.map(|line| line.parse().unwrap()).collect(),
        emitter_chain: 26,
        emitter: bytes("0xe101faedac5851e32b9b23b5f9411a8c2bac4aae3ed4dd7b811dd1a72ea4aa71"),
        price_id: bytes("0xc96458d393fe9deb7a7d63a0ac41e2898a67a7750dbd166673279e06c868df0a"),
    };
    genesis
}

/// Serves a price and a package as an exchange and a network would, and answers with an error elsewhere.
async fn exchange() -> SocketAddr {
    let update = include_str!("../../signing/tests/data/pyth-update.hex").trim();
    let package = format!(
        r#"{{"binary":{{"encoding":"hex","data":["{}"]}}}}"#,
        update.trim_start_matches("0x")
    );
    let ticker = format!(r#"{{"trade_id":1,"price":"{RECORDED_PRICE}"}}"#);
    let router = Router::new()
        .route("/ticker", get(async move || ticker))
        .route("/package", get(async move || package));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[test]
fn a_feeder_speaks_from_http_files_and_packages_and_one_that_fails_holds_up_nobody() {
    at_node(&with_pyth(), |client| async move {
        let at = exchange().await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("price.txt"), RECORDED_PRICE).unwrap();
        let config = Config::parse(&format!(
            r#"
            [[source]]
            feed = "ETH-USD"
            source = 1
            key = "1"
            every = 1
            url = "http://{at}/ticker"
            pointer = "/price"
            max_age = "none"

            [[source]]
            feed = "ETH-USD"
            source = 2
            key = "2"
            every = 1
            file = "price.txt"

            [[source]]
            feed = "ETH-USD"
            source = 3
            key = "3"
            every = 1
            url = "http://{at}/nothing"

            [[source]]
            feed = "ETH-USD"
            source = 4
            every = 1
            url = "http://{at}/package"
            pointer = "/binary/data/0"
            "#
        ));
        let feeds = client.feeds().await.unwrap();
        let round = feeds[0].round;
        let open = |key: feeder::KeyOf<'_>| Ok(source(u8::try_from(key.source.0).unwrap()));
        let voices = config.unwrap().voices(&feeds, folder.path(), open).unwrap();
        let failed = Arc::new(Mutex::new(Vec::new()));
        let told = failed.clone();
        let speaks = feeder::run(&client, voices, feeder::Clock::Believed, move |(_, source, word)| {
            if let Err(why) = word {
                told.lock().unwrap().push((source, why.to_string()));
            }
        });
        let heard = async {
            loop {
                let feed = client.feeds().await.unwrap().swap_remove(0);
                let pyth = feed.sources.iter().find(|source| source.id == SourceId(4)).unwrap();
                if feed.round > round && pyth.time == Some(RECORDED) {
                    return feed;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let feed = tokio::select! {
            () = speaks => panic!("a feeder does not end"),
            feed = tokio::time::timeout(SOON, heard) => feed.expect("a round closes"),
        };
        assert_eq!(feed.spot, RECORDED_PRICE.parse::<Price>().unwrap());
        let failed = failed.lock().unwrap();
        assert!(
            failed
                .iter()
                .any(|(source, why)| *source == SourceId(3) && why.contains("404")),
            "{failed:?}"
        );
        assert!(failed.iter().all(|(source, _)| *source == SourceId(3)), "{failed:?}");
    });
}

/// A type that has no standing bids: what is liquidated goes to auction.
fn without_bids() -> Genesis {
    let mut genesis = genesis();
    genesis.types[0].bids.discounts.clear();
    genesis
}

#[test]
fn a_keeper_buys_what_a_fall_of_the_price_has_put_on_sale() {
    at_node(&without_bids(), |client| async move {
        let open = |deposit, draw| {
            let vault = VaultRef::Opened(0);
            vec![
                Command::OpenVault { collateral_type: TYPE },
                Command::Deposit {
                    vault,
                    amount: coins(deposit),
                },
                Command::DrawDebt {
                    vault,
                    amount: coins(draw),
                },
            ]
        };
        client.signer(wallet(1)).send(open(16, 20_000)).await.unwrap();
        let keeper = client.signer(wallet(7));
        keeper.send(open(500, 100_000)).await.unwrap();

        // 140 %: an auction begins at 10 % above the price.
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            let now = client.status().await.unwrap().now;
            for number in 1..=5 {
                let said = price(number, Price::whole(1_750), now, client.domain());
                let _ = client.observe(&said).await;
            }
        }
        let on_sale = async || client.all_auctions(None).await.unwrap().auctions;
        let waited = tokio::time::timeout(SOON, async {
            while on_sale().await.is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        waited.await.expect("an auction starts");
        let before = client.account(keeper.address()).await.unwrap();

        // It waits for no bargain, so that the test need not either.
        let terms = Terms {
            margin: Ratio::ZERO,
            sells_within: Some(Ratio::percent(1)),
            ..Terms::default()
        };
        let mut took = Vec::new();
        let account = keeper.address();
        let mut keeper = Keeper::new(keeper, terms);
        keeper
            .work(&mut |step, taken| took.push(ended(step, taken)))
            .await
            .unwrap();
        let bought = took.iter().any(|(why, _)| why.starts_with("buy"));
        assert!(!bought, "ten per cent above the price nobody buys: {took:?}");
        let generous = with_feed_at(&client, 2_000).await;
        assert!(generous > Price::whole(1_750));
        keeper
            .work(&mut |step, taken| took.push(ended(step, taken)))
            .await
            .unwrap();
        assert!(
            took.iter().any(|(why, done)| why.starts_with("buy") && *done),
            "{took:?}"
        );
        let after = client.account(account).await.unwrap();
        let coins_of = |account: &ballast_protocol::api::AccountInfo| {
            account.balances.iter().find(|held| held.asset == COIN).unwrap().amount
        };
        assert!(coins_of(&after) < coins_of(&before));
        let ether_of = |account: &ballast_protocol::api::AccountInfo| {
            let mut held = account.balances.iter();
            held.find(|held| held.asset == ETHER).unwrap().amount
        };
        let bought = ether_of(&after).try_sub(ether_of(&before)).unwrap();
        assert_eq!(
            keeper.book().held(ETHER),
            bought,
            "what it had before is not in its book"
        );
    });
}

/// What a step was, and whether it is done.
fn ended(step: &Step, taken: &Taken) -> (String, bool) {
    (step.why.clone(), matches!(taken, Taken::Done(_)))
}

/// Lets the feed rise, so that what is on sale is a bargain.
async fn with_feed_at(client: &Client, usd: u32) -> Price {
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let now = client.status().await.unwrap().now;
        for number in 1..=5 {
            let _ = client
                .observe(&price(number, Price::whole(usd), now, client.domain()))
                .await;
        }
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    client.feeds().await.unwrap()[0].low
}
