//! A client of a real node, at the end of a road that breaks at bad moments.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../journal/tests/common/mod.rs"]
mod common;
mod road;
mod settling;

use std::sync::atomic::Ordering;
use std::time::Duration;

use ballast_client::{Client, Error, Payer, Terms, VaultOrder, VaultQuery, Wallet, WhatIfQuery, proven};
use ballast_node::Settings;
use ballast_node::api::ApiSettings;
use ballast_num::{Amount, Price, Seconds};
use ballast_protocol::api::Health;
use ballast_protocol::{
    AccountId, Command, CommandKind, Height, Outcome, SpendingLimit, VaultId, VaultRef, coins, table,
};
use ballast_signing::{SessionKeyPair, WalletKey};
use common::{COIN, ETHER, TYPE, wallet};
use road::{Cut, Served, api_settings, begin, run, served, settings};

/// Sends a base unit of ether to an account that has nothing yet.
fn gift(to: u64) -> Vec<Command> {
    vec![Command::Send {
        asset: ETHER,
        to: AccountId::numbered(to),
        amount: Amount::ONE,
    }]
}

async fn gifts(at: &Served, to: u64) -> u128 {
    let held = at.client.account(AccountId::numbered(to)).await.unwrap().balances;
    held.iter().map(|held| held.amount.raw()).sum()
}

fn open(ether: u64, draw: u64) -> Vec<Command> {
    let vault = VaultRef::Opened(0);
    vec![
        Command::OpenVault { collateral_type: TYPE },
        Command::Deposit {
            vault,
            amount: coins(ether),
        },
        Command::DrawDebt {
            vault,
            amount: coins(draw),
        },
    ]
}

#[test]
fn every_read_has_the_shape_of_the_api() {
    served(settings(), api_settings(), |at| async move {
        let client = &at.client;
        let mine = client.signer(wallet(1));
        let done = mine.send(open(20, 5_000)).await.unwrap();
        for more in 1..=2 {
            mine.send(open(20, 5_000 + more)).await.unwrap();
        }
        at.say(1_990).await;

        let status = client.status().await.unwrap();
        assert_eq!((status.vaults, status.coin, client.coin()), (3, COIN, COIN));
        assert_eq!(client.assets().await.unwrap()[1].symbol, "ETH");
        assert_eq!(client.feeds().await.unwrap()[0].spot, Price::whole(1_990));
        assert_eq!(client.types().await.unwrap()[0].spec.name, "ETH-A");

        let one = VaultQuery {
            limit: Some(1),
            ..VaultQuery::default()
        };
        let page = client.vaults(&one).await.unwrap();
        assert!(page.vaults.len() == 1 && page.next.is_some());
        let all = client.all_vaults(&one).await.unwrap();
        let ids: Vec<VaultId> = all.vaults.iter().map(|vault| vault.id).collect();
        assert_eq!((ids, all.next), (vec![VaultId(1), VaultId(2), VaultId(3)], None));
        let mine_alone = VaultQuery {
            owner: Some(wallet(2).address()),
            ..one.clone()
        };
        assert!(client.all_vaults(&mine_alone).await.unwrap().vaults.is_empty());
        let riskiest = VaultQuery {
            collateral_type: Some(TYPE),
            order: VaultOrder::Risk,
            ..one
        };
        assert_eq!(client.vaults(&riskiest).await.unwrap().vaults[0].id, VaultId(3));

        let vault = client.vault(VaultId(1)).await.unwrap();
        assert_eq!((vault.owner, vault.health), (mine.address(), Health::Healthy));
        let fallen = WhatIfQuery {
            price: Some(Price::whole(300)),
            ..WhatIfQuery::default()
        };
        let fallen = client.what_if(VaultId(1), &fallen).await.unwrap();
        assert_eq!(fallen.vault.health, Health::Liquidatable);
        assert!(client.all_auctions(None).await.unwrap().auctions.is_empty());
        assert!(client.markets().await.unwrap().is_empty());
        assert!(!client.pools().await.unwrap().is_empty());
        assert!(client.positions(mine.address()).await.unwrap().tickets.is_empty());
        let none = client.ticket(ballast_protocol::TicketId(1)).await.unwrap_err();
        assert_eq!(none.code(), "UnknownTicket");
        let none = client.auction(ballast_protocol::AuctionId(1)).await.unwrap_err();
        assert!(matches!(&none, Error::Refused { status: 404, .. }) && none.code() == "UnknownAuction");

        assert_eq!(client.transaction(done.hash).await.unwrap(), Some(done.clone()));
        assert_eq!(client.transaction(Default::default()).await.unwrap(), None);
        let block = client.block(done.height).await.unwrap();
        assert_eq!(block.receipts[0], done.receipt);

        let proof = client
            .proof(table::VAULTS, &1_u64.to_le_bytes(), Some(done.height))
            .await
            .unwrap();
        let root = client.status_at(done.height).await.unwrap().root;
        assert_eq!(root, block.root);
        assert!(proven(&proof, &root).unwrap().is_some());
        assert!(
            matches!(proven(&proof, &status.root), Err(Error::Unproven(_))),
            "of another state"
        );
        let none = client.proof(table::VAULTS, &9_u64.to_le_bytes(), None).await.unwrap();
        assert_eq!(proven(&none, &none.root).unwrap(), None);

        let tried = mine.prepare(gift(1)).await.unwrap();
        assert_eq!(client.dry_run(&tried).await.unwrap().receipt.outcome, Outcome::Done);
        assert_eq!(client.typed_data(&tried)["primaryType"], "Transaction");
        assert_eq!(mine.dry_run(gift(1)).await.unwrap().receipt.outcome, Outcome::Done);
        assert_eq!(gifts(&at, 1).await, 0, "nothing was sent");
    });
}

#[test]
fn a_transaction_is_executed_once_however_its_connection_breaks() {
    // Slow blocks, so that some tries find it waiting.
    let slow = Settings {
        block_wait: Duration::from_millis(150),
        ..settings()
    };
    served(slow, api_settings(), |at| async move {
        let mine = at.client.signer(wallet(1));
        let roads: &[&[Cut]] = &[
            &[],
            &[Cut::BeforeRequest],
            &[Cut::AfterRequest],
            &[Cut::BeforeAnswer],
            &[Cut::InAnswer(1)],
            &[Cut::InAnswer(150)],
            &[Cut::AfterRequest, Cut::AfterRequest, Cut::BeforeRequest],
            &[Cut::BeforeRequest, Cut::BeforeAnswer, Cut::InAnswer(200)],
        ];
        for (number, cuts) in (1..).zip(roads) {
            let before = at.road.brought();
            at.road.cut(cuts);
            let done = mine.send(gift(number)).await;
            let done = done.unwrap_or_else(|error| panic!("{cuts:?}: {error}"));
            assert_eq!(done.receipt.outcome, Outcome::Done, "{cuts:?}");
            assert_eq!(gifts(&at, number).await, 1, "{cuts:?}: once");
            let tries = at.road.brought() - before;
            assert!(
                tries > 0 && (tries > 1 || !matches!(cuts, [Cut::BeforeRequest, ..])),
                "{cuts:?}: {tries}"
            );
            at.road.cut(&[]);
        }
        let sent = at.client.account(mine.address()).await.unwrap();
        let ether = sent.balances.iter().find(|held| held.asset == ETHER).unwrap().amount;
        let fees = coins(1_000).raw() - ether.raw() - roads.len() as u128;
        let one = at
            .client
            .transaction(mine.send(gift(99)).await.unwrap().hash)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            fees,
            one.receipt.fee.unwrap().amount.raw() * roads.len() as u128,
            "and paid for once"
        );
    });
}

#[test]
fn refused_failed_and_unknown_are_told_apart() {
    served(settings(), api_settings(), |at| async move {
        let stranger = at.client.signer(WalletKey::from_bytes([99; 32]).unwrap());
        let refused = stranger.send(gift(1)).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Refused { status: 422, error, .. } if error.rejected.is_some()),
            "{refused}"
        );
        assert_eq!(refused.code(), "InsufficientBalance");

        let mine = at.client.signer(wallet(1));
        let withdraw = Command::Withdraw {
            vault: VaultRef::Id(VaultId(9)),
            amount: Amount::ONE,
        };
        let failed = mine.send(vec![withdraw]).await.unwrap_err();
        let Error::Failed(info) = &failed else {
            panic!("{failed}")
        };
        assert!(info.receipt.fee.is_some(), "it has paid");
        assert!(failed.to_string() == "failed: there is no vault 9", "{failed}");

        let cheap = Terms {
            fee_max: Some(Amount::ONE),
            ..Terms::default()
        };
        let dear = mine.clone().on(cheap).send(gift(1)).await.unwrap_err();
        assert_eq!(dear.code(), "FeeOverLimit");
        let session = at.client.session(mine.address(), SessionKeyPair::from_bytes([5; 32]));
        assert_eq!(session.send(gift(1)).await.unwrap_err().code(), "UnknownSession");
        assert_eq!(gifts(&at, 1).await, 0);

        for bad in ["", "nowhere", "ftp://127.0.0.1/", "http://"] {
            let error = Client::connect(bad).await.err().unwrap();
            assert!(matches!(error, Error::BadUrl { .. }), "{bad}: {error}");
        }
        let nobody = Client::connect("http://127.0.0.1:1").await.err().unwrap();
        assert!(matches!(nobody, Error::Unreachable { .. }), "{nobody}");
        let elsewhere = Client::connect(&format!("{}/v1/assets", at.road.url()))
            .await
            .err()
            .unwrap();
        assert!(matches!(elsewhere, Error::Refused { status: 404, .. }), "{elsewhere}");
    });
}

#[test]
fn who_answers_something_else_is_no_node() {
    run(|_| async {
        let answers: [(&str, &str); 3] = [
            ("200 OK", "hello"),
            ("404 Not Found", "<html>nothing</html>"),
            ("200 OK", "{\"height\":1}"),
        ];
        for (status, body) in answers {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 4_096]).await;
                let _ = socket.write_all(answer.as_bytes()).await;
            });
            let error = Client::connect(&url).await.err().unwrap();
            assert!(matches!(error, Error::BadAnswer { .. }), "{status} {body}: {error}");
        }
    });
}

#[test]
fn fees_are_paid_from_what_there_is() {
    served(settings(), api_settings(), |at| async move {
        let mine = at.client.signer(wallet(1));
        assert_eq!(mine.prepare(gift(1)).await.unwrap().fee.asset, ETHER, "no coins yet");
        mine.send(open(20, 5_000)).await.unwrap();
        let offer = mine.prepare(gift(1)).await.unwrap().fee;
        assert_eq!((offer.asset, offer.on_failure), (COIN, COIN));
        let after = Terms {
            payer: Payer::After {
                success: COIN,
                failure: ETHER,
            },
            ..Terms::default()
        };
        let done = mine.clone().on(after).send(gift(1)).await.unwrap();
        let fee = done.receipt.fee.unwrap();
        assert_eq!(fee.asset, COIN);
        assert!(fee.in_coin <= offer.limit && offer.limit.raw() <= 4 * fee.in_coin.raw());

        let key = SessionKeyPair::from_bytes([5; 32]);
        let grant = Command::GrantSession {
            key: key.key(),
            scope: [CommandKind::Send].into_iter().collect(),
            limits: vec![
                SpendingLimit {
                    asset: COIN,
                    amount: coins(1),
                },
                SpendingLimit {
                    asset: ETHER,
                    amount: coins(1),
                },
            ],
            expiry: at.node.now().after(Seconds(600)).unwrap(),
        };
        mine.send(vec![grant]).await.unwrap();
        let session = at.client.session(mine.address(), key);
        session.send(gift(2)).await.unwrap();
        assert_eq!(session.send(open(1, 1)).await.unwrap_err().code(), "OutOfScope");
        assert_eq!(gifts(&at, 2).await, 1);
    });
}

#[test]
fn a_stream_tells_each_block_once_however_often_it_breaks() {
    served(settings(), api_settings(), |at| async move {
        let direct = Client::connect(&format!("http://{}", at.address)).await.unwrap();
        let mine = direct.signer(wallet(1));
        let from = direct.status().await.unwrap().height.0 + 1;
        let mut live = at.client.blocks(Some(Height(from)));
        let mut changes = at.client.blocks(Some(Height(from))).with_changes();
        // Every connection ends after two blocks or so.
        at.road.bytes.store(6_000, Ordering::SeqCst);
        let connections = at.road.connections.load(Ordering::SeqCst);
        let sending = async {
            let mut sent = Vec::new();
            for number in 1..=20 {
                sent.push(mine.send(gift(number)).await.unwrap().hash);
            }
            sent
        };
        let reading = async {
            let (mut heard, mut height) = (Vec::new(), from);
            while heard.len() < 20 {
                let told = live.next().await.unwrap();
                assert_eq!((told.block.height, told.changes), (Height(height), None));
                heard.extend(told.block.hashes);
                let with = changes.next().await.unwrap();
                assert_eq!(with.block.height, Height(height));
                assert!(!with.changes.unwrap().is_empty());
                height += 1;
            }
            heard
        };
        let (sent, heard) = futures_util::future::join(sending, reading).await;
        assert_eq!(sent, heard, "each once, in order");
        assert!(
            at.road.connections.load(Ordering::SeqCst) > connections + 4,
            "it did break"
        );
    });
}

#[test]
fn a_wait_for_a_block_may_be_dropped_and_nothing_is_lost() {
    served(settings(), api_settings(), |at| async move {
        let mut live = at.client.blocks(None);
        let mut heights = Vec::new();
        while heights.len() < 5 {
            if let Ok(told) = tokio::time::timeout(Duration::from_millis(80), live.next()).await {
                heights.push(told.unwrap().block.height.0);
            }
        }
        assert!(heights.windows(2).all(|pair| pair[1] == pair[0] + 1), "{heights:?}");
    });
}

#[test]
fn a_height_that_is_gone_is_refused_with_the_oldest_that_is_not() {
    let forgetful = Settings {
        heights_kept: 4,
        ..settings()
    };
    served(forgetful, api_settings(), |at| async move {
        let mine = at.client.signer(wallet(1));
        for number in 1..=8 {
            mine.send(gift(number)).await.unwrap();
        }
        let gone = at.client.blocks(Some(Height(1))).next().await.unwrap_err();
        let Error::NotKept { asked, oldest } = gone else {
            panic!("{gone}")
        };
        assert_eq!(asked, Height(1));
        assert!(oldest > Height(3));
        let told = at.client.blocks(Some(oldest)).next().await.unwrap();
        assert_eq!(told.block.height, oldest);
        let before = at.client.blocks(Some(Height(oldest.0 - 1))).next().await.unwrap_err();
        assert!(matches!(before, Error::NotKept { .. }), "{before}");
        let ahead = at.client.blocks(Some(Height(99_999))).next().await.unwrap_err();
        assert!(matches!(ahead, Error::Ahead { .. }), "{ahead}");
    });
}

#[test]
fn a_node_that_is_restarted_is_waited_for() {
    run(|context| async move {
        let (node, address, serving) = begin(&context, "first", settings(), api_settings()).await;
        let road = road::Road::to(address).await;
        let client = Client::connect(&road.url()).await.unwrap();
        let mine = client.signer(wallet(1));
        let done = mine.send(gift(1)).await.unwrap();
        let mut live = client.blocks(Some(done.height));
        assert_eq!(live.next().await.unwrap().block.height, done.height);
        let transaction = mine.prepare(gift(2)).await.unwrap();
        let once = mine.sign(transaction);

        *road.to.lock().unwrap() = None;
        node.stop().await;
        serving.await.unwrap();
        let last = node.view().latest().height();
        drop(node);
        let mut quick = client.blocks(Some(last)).giving_up_after(Duration::from_millis(100));
        assert!(matches!(
            quick.next().await,
            Err(Error::NoAnswer { .. } | Error::Unreachable { .. })
        ));

        let sending = client.settle(&once);
        let restarting = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let (node, address, serving) = begin(&context, "second", settings(), api_settings()).await;
            *road.to.lock().unwrap() = Some(address);
            (node, serving)
        };
        let (sent, (node, serving)) = futures_util::future::join(sending, restarting).await;
        assert_eq!(sent.unwrap().receipt.outcome, Outcome::Done);
        let held = client.account(AccountId::numbered(2)).await.unwrap().balances;
        assert_eq!(held[0].amount, Amount::ONE);
        let mut after = client.blocks(Some(Height(last.0 + 1)));
        assert_eq!(after.next().await.unwrap().block.height, Height(last.0 + 1));
        node.stop().await;
        serving.await.unwrap();
    });
}

#[test]
fn what_a_client_does_may_be_done_in_a_task_of_its_own() {
    fn is_send(_: impl Future + Send) {}
    fn tasks(client: &Client, wallet: &Wallet) {
        is_send(client.all_vaults(&VaultQuery::default()));
        is_send(client.all_auctions(None));
        is_send(wallet.send(Vec::new()));
        is_send(async { client.blocks(None).next().await });
    }
    let _: fn(&Client, &Wallet) = tasks;
}
