//! The API over real sockets, of a node on a real disk.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

#[path = "../../../journal/tests/common/mod.rs"]
mod common;

mod document;
mod hostile;
mod readers;
mod schema;
mod served;

use std::time::Duration;

use ballast_num::{Amount, Price, Timestamp};
use ballast_protocol::{AccountId, Outcome, Signer, coins, proof, table};
use ballast_signing::SignedTransaction;
use common::{ETHER, FEED, price, send, wallet};
use futures::StreamExt;
use reqwest::StatusCode;
use serde_json::{Value, json};
use served::{refusal, served};
use tokio_tungstenite::tungstenite::Message;

#[test]
fn a_vault_from_nothing_to_a_price_that_breaks_it() {
    served(|at| async move {
        let (status, answer) = at.post("/v1/transactions", &at.open(1, 1)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["receipt"]["outcome"], "Done", "{answer}");
        let hash = answer["hash"].as_str().unwrap().to_owned();
        let height = answer["height"].as_u64().unwrap();
        assert_eq!(at.ok(&format!("/v1/transactions/{hash}")).await, answer);

        let vault = at.ok("/v1/vaults/1").await;
        assert_eq!(vault["owner"], wallet(1).address().to_string());
        assert_eq!(vault["collateral"], coins(20).to_string());
        assert_eq!(vault["health"], "Healthy");
        let page = at.ok("/v1/vaults?collateral_type=1&order=risk").await;
        assert_eq!(page["vaults"], json!([vault]));

        // Half the price: 20 ether × 1000 ÷ 5000 and the deposit.
        let what_if = at.ok("/v1/vaults/1/what-if?price=300").await;
        assert_eq!(what_if["vault"]["health"], "Liquidatable");
        assert_eq!(what_if["vault"]["liquidation_price"], vault["liquidation_price"]);
        let safer = at
            .ok(&format!("/v1/vaults/1/what-if?price=300&deposit={}", coins(20)))
            .await;
        assert_eq!(safer["vault"]["health"], "Healthy");
        assert_eq!(
            refusal(at.get(&format!("/v1/vaults/1/what-if?withdraw={}", coins(21))).await).0,
            400
        );

        let account = at.ok(&format!("/v1/accounts/{}", wallet(1).address())).await;
        let held = |asset: &str| {
            account["balances"]
                .as_array()
                .unwrap()
                .iter()
                .find(|held| held["symbol"] == asset)
                .unwrap()["amount"]
                .clone()
        };
        assert_eq!(held("USB"), coins(5_000).to_string());

        at.say(1_990).await;
        let feeds = at.ok("/v1/feeds").await;
        assert_eq!(feeds[0]["spot"], "1990");
        let block = at.ok(&format!("/v1/blocks/{height}")).await;
        assert_eq!(block["hashes"], json!([hash]));
        let status = at.ok("/v1/status").await;
        assert_eq!(status["vaults"], 1);
        assert!(status["height"].as_u64().unwrap() > height);
        let before = at.ok(&format!("/v1/status?height={height}")).await;
        assert_eq!(before["root"], block["root"]);
    });
}

#[test]
fn what_can_not_be_taken_is_refused_with_a_reason() {
    served(|at| async move {
        let good = at.open(1, 1);
        let mut forged = good.clone();
        forged.transaction.sender = wallet(2).address();
        assert_eq!(
            refusal(at.post("/v1/transactions", &forged).await),
            (401, "OtherWallet".into())
        );
        let mut delegated = good.clone();
        delegated.transaction.signer = Signer::Session(ballast_protocol::SessionKey([1; 32]));
        assert_eq!(
            refusal(at.post("/v1/transactions", &delegated).await),
            (401, "OtherKind".into())
        );

        let (status, _) = at.post("/v1/transactions", &good).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            refusal(at.post("/v1/transactions", &good).await),
            (409, "NonceUsed".into()),
            "a replay"
        );
        let poor = send(1, 7, Timestamp(at.now().0 + 1_000_000_000), at.node.domain());
        assert_eq!(
            refusal(at.post("/v1/transactions", &poor).await),
            (422, "ExpiryTooFar".into())
        );

        let mut unknown = serde_json::to_value(&good).unwrap();
        unknown["transaction"]["tip"] = json!(1);
        assert_eq!(
            refusal(at.post("/v1/transactions", &unknown).await),
            (400, "BadRequest".into())
        );
        assert_eq!(refusal(at.post("/v1/transactions", &json!({})).await).0, 400);
        assert_eq!(
            refusal(at.post("/v1/transactions", &json!("x".repeat(2 << 20))).await).0,
            413
        );

        let grant = |limits| ballast_protocol::Command::GrantSession {
            key: ballast_signing::SessionKeyPair::from_bytes([9; 32]).key(),
            scope: [ballast_protocol::CommandKind::Send].into_iter().collect(),
            limits,
            expiry: at.now(),
        };
        let limit = ballast_protocol::SpendingLimit {
            asset: ETHER,
            amount: Amount::ONE,
        };
        let mut many_limits = good.transaction.clone();
        many_limits.nonce = 9;
        many_limits.commands = vec![grant(vec![limit; 2_000])];
        let many_limits = wallet(1).sign(many_limits, at.node.domain());
        assert_eq!(
            refusal(at.post("/v1/transactions", &many_limits).await),
            (400, "BadRequest".into()),
            "small work, many bytes"
        );
        assert!(
            matches!(
                at.node.submit(many_limits),
                Err(ballast_node::Refused::NotAdmissible(_))
            ),
            "whoever hands it over"
        );
        let mut large = good.transaction.clone();
        large.nonce = 9;
        large.commands = vec![grant(Vec::new()); 2_000];
        for path in ["/v1/transactions/dry-run", "/v1/transactions/typed-data"] {
            assert_eq!(refusal(at.post(path, &large).await), (413, "TooLarge".into()), "{path}");
        }
        let large = wallet(1).sign(large, at.node.domain());
        assert_eq!(
            refusal(at.post("/v1/transactions", &large).await),
            (413, "TooLarge".into())
        );

        let old = price(1, Price::whole(2_000), Timestamp(1), at.node.domain());
        assert_eq!(refusal(at.post("/v1/observations", &old).await), (422, "TooOld".into()));
        let later = Timestamp(at.now().0 + 1);
        let mut other = price(1, Price::whole(2_000), later, at.node.domain());
        other.observation.source = ballast_protocol::SourceId(2);
        assert_eq!(
            refusal(at.post("/v1/observations", &other).await),
            (401, "OtherWallet".into())
        );

        assert_eq!(at.refused("/v1/vaults/77").await, (404, "UnknownVault".into()));
        assert_eq!(at.refused("/v1/vaults/x").await, (400, "BadRequest".into()));
        assert_eq!(at.refused("/v1/vaults?order=risk").await, (400, "BadRequest".into()));
        assert_eq!(at.refused("/v1/vaults?after=abc").await, (400, "BadRequest".into()));
        assert_eq!(at.refused("/v1/vaults?colour=red").await, (400, "BadRequest".into()));
        assert_eq!(
            at.refused("/v1/status?height=99999").await,
            (404, "HeightNotKept".into())
        );
        assert_eq!(at.refused("/v1/transactions/0x00").await, (400, "BadRequest".into()));
        assert_eq!(
            at.refused(&format!("/v1/transactions/0x{}", "0".repeat(64))).await,
            (404, "NotFound".into())
        );
        assert_eq!(at.refused("/v2/nothing").await, (404, "NotFound".into()));
        assert_eq!(
            refusal(at.post("/v1/status", &json!({})).await),
            (405, "MethodNotAllowed".into())
        );
        assert_eq!(at.refused("/v1/stream").await, (426, "UpgradeRequired".into()));
    });
}

#[test]
fn a_transaction_brought_again_does_not_hide_what_became_of_it() {
    served(|at| async move {
        let signed = at.open(1, 1);
        let again = async || at.post("/v1/transactions", &signed).await;
        let answers = futures::future::join_all((0..8).map(|_| again())).await;
        let mut done = 0;
        for (status, answer) in &answers {
            match status.as_u16() {
                200 => done += u32::from(answer["receipt"]["outcome"] == "Done"),
                _ => assert_eq!(*status, StatusCode::CONFLICT, "{answer}"),
            }
        }
        assert_eq!(done, 1, "{answers:?}");
        let hash = at.node.domain().digest(&signed.transaction);
        let found = at.ok(&format!("/v1/transactions/{hash}")).await;
        assert_eq!(found["receipt"]["outcome"], "Done");
    });
}

#[test]
fn a_session_key_does_what_it_was_granted_and_no_more() {
    served(|at| async move {
        let bot = ballast_signing::SessionKeyPair::from_bytes([9; 32]);
        let of_wallet = |nonce, commands| {
            let transaction = ballast_protocol::Transaction {
                nonce,
                commands,
                ..at.open(1, 1).transaction
            };
            wallet(1).sign(transaction, at.node.domain())
        };
        let of_session = |nonce, command| {
            let transaction = ballast_protocol::Transaction {
                nonce,
                commands: vec![command],
                signer: Signer::Session(bot.key()),
                ..at.open(1, 1).transaction
            };
            bot.sign(transaction, at.node.domain())
        };
        let to_mallory = |amount| ballast_protocol::Command::Send {
            asset: ETHER,
            to: wallet(6).address(),
            amount,
        };
        let bring = async |signed: &SignedTransaction| at.post("/v1/transactions", signed).await;
        assert_eq!(
            refusal(bring(&of_session(10, to_mallory(coins(1)))).await),
            (422, "UnknownSession".into()),
            "before it is granted"
        );
        let granted = of_wallet(
            1,
            vec![ballast_protocol::Command::GrantSession {
                key: bot.key(),
                scope: [ballast_protocol::CommandKind::Send].into_iter().collect(),
                limits: vec![ballast_protocol::SpendingLimit {
                    asset: ETHER,
                    amount: coins(3),
                }],
                expiry: Timestamp(at.now().0 + 3_600),
            }],
        );
        assert_eq!(bring(&granted).await.1["receipt"]["outcome"], "Done");

        let open = ballast_protocol::Command::OpenVault {
            collateral_type: common::TYPE,
        };
        assert_eq!(refusal(bring(&of_session(11, open)).await), (422, "OutOfScope".into()));
        let mut forged = of_session(12, to_mallory(coins(1)));
        forged.signature = ballast_signing::SessionKeyPair::from_bytes([8; 32])
            .sign(forged.transaction.clone(), at.node.domain())
            .signature;
        assert_eq!(bring(&forged).await.0, StatusCode::UNAUTHORIZED, "another key");
        let (_, first) = bring(&of_session(13, to_mallory(coins(2)))).await;
        assert_eq!(first["receipt"]["outcome"], "Done", "{first}");
        let (_, second) = bring(&of_session(14, to_mallory(coins(2)))).await;
        assert!(
            second["receipt"]["outcome"]["Failed"]["reason"]["OverSessionLimit"].is_object(),
            "{second}"
        );
        let account = wallet(1).address();
        let session = &at.ok(&format!("/v1/accounts/{account}/positions")).await["sessions"][0];
        let left: u128 = session["left"][0][1].as_str().unwrap().parse().unwrap();
        assert!(left < coins(1).raw(), "two ether and the fees are gone: {session}");

        let revoked = of_wallet(2, vec![ballast_protocol::Command::RevokeSession { key: bot.key() }]);
        assert_eq!(bring(&revoked).await.1["receipt"]["outcome"], "Done");
        assert_eq!(
            refusal(bring(&of_session(15, to_mallory(Amount::ONE))).await),
            (422, "UnknownSession".into()),
            "after it is taken back"
        );
    });
}

#[test]
fn many_are_brought_at_once_and_a_bad_one_spoils_no_other() {
    served(|at| async move {
        let mut forged = at.open(2, 1);
        forged.transaction.sender = wallet(3).address();
        let many = [at.open(1, 1), forged, send(1, 2, at.now(), at.node.domain())];
        let (status, answer) = at.post("/v1/transactions/batch", &many).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer[0]["Included"]["receipt"]["outcome"], "Done", "{answer}");
        assert_eq!(answer[1]["Refused"]["code"], "OtherWallet", "{answer}");
        assert_eq!(answer[2]["Included"]["receipt"]["outcome"], "Done", "{answer}");

        let in_bytes = async |bytes: Vec<u8>| {
            let request = at.client.post(at.url("/v1/transactions/batch")).body(bytes);
            let answer = request
                .header("content-type", "application/octet-stream")
                .send()
                .await
                .unwrap();
            (answer.status(), answer.json::<Value>().await.unwrap())
        };
        let again = borsh::to_vec(&[send(1, 3, at.now(), at.node.domain()), many[0].clone()].to_vec()).unwrap();
        let (status, answer) = in_bytes(again.clone()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer[0]["Included"]["receipt"]["outcome"], "Done", "{answer}");
        assert_eq!(answer[1]["Refused"]["code"], "NonceUsed", "{answer}");
        for bad in [
            vec![0xff; 64],
            again[..again.len() - 1].to_vec(),
            [again.as_slice(), &[0]].concat(),
        ] {
            assert_eq!(refusal(in_bytes(bad).await), (400, "BadRequest".into()));
        }
        assert_eq!(refusal(in_bytes(vec![0; 2 << 20]).await), (413, "BodyTooLarge".into()));
        let (status, answer) = at.post("/v1/transactions/batch", &json!([])).await;
        assert_eq!((status, answer), (StatusCode::OK, json!([])));
    });
}

#[test]
fn trying_changes_nothing_and_tells_what_would_come() {
    served(|at| async move {
        let before = at.ok("/v1/status").await["root"].clone();
        let tried = at.open(1, 1).transaction;
        let (status, answer) = at.post("/v1/transactions/dry-run", &tried).await;
        assert_eq!(
            (status, &answer["receipt"]["outcome"]),
            (StatusCode::OK, &json!("Done")),
            "{answer}"
        );
        let mut poor = tried.clone();
        poor.commands.push(ballast_protocol::Command::Send {
            asset: ETHER,
            to: AccountId::numbered(1),
            amount: coins(1_000_000),
        });
        let (_, answer) = at.post("/v1/transactions/dry-run", &poor).await;
        assert_eq!(answer["receipt"]["outcome"]["Failed"]["command"], 3, "{answer}");
        let (_, document) = at.post("/v1/transactions/typed-data", &tried).await;
        assert_eq!(document["primaryType"], "Transaction");
        assert_eq!(document["domain"]["chainId"], 31_337, "{document}");
        assert_eq!(at.ok("/v1/status").await["root"], before);
    });
}

#[test]
fn an_account_sees_what_waits_and_what_it_has() {
    served(|at| async move {
        at.post("/v1/transactions", &at.open(1, 1)).await;
        let pools = at.ok("/v1/pools").await;
        let stability = pools.as_array().unwrap().last().unwrap()["id"].clone();
        assert_eq!(stability, json!({ "collateral_type": 1, "buyer": "StabilityPool" }));
        let mut queued = at.open(1, 2).transaction;
        queued.commands = vec![ballast_protocol::Command::Queue {
            order: ballast_protocol::Order::EnterPool {
                pool: serde_json::from_value(stability).unwrap(),
                amount: coins(100),
            },
            expiry: Timestamp(at.now().0 + 80_000),
        }];
        let queued = wallet(1).sign(queued, at.node.domain());
        let (_, answer) = at.post("/v1/transactions", &queued).await;
        assert_eq!(answer["receipt"]["outcome"], "Done", "{answer}");

        let address = wallet(1).address();
        let positions = at.ok(&format!("/v1/accounts/{address}/positions")).await;
        let ticket = &positions["tickets"][0];
        assert_eq!(ticket["owner"], address.to_string());
        assert_eq!(ticket["ready_in"], 3_600, "the pool's cooldown: {ticket}");
        assert_eq!(at.ok("/v1/tickets/1").await["order"], ticket["order"]);
        assert_eq!(at.refused("/v1/tickets/2").await, (404, "UnknownTicket".into()));
        let other = at.ok(&format!("/v1/accounts/{}/positions", wallet(2).address())).await;
        assert_eq!(other["tickets"], json!([]));

        let of = async |account: AccountId| {
            at.ok(&format!("/v1/vaults?owner={account}")).await["vaults"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!((of(address).await, of(wallet(2).address()).await), (1, 0));
        assert_eq!(at.ok("/v1/markets").await, json!([]));
        at.say(1_990).await;
        let sources = at.ok("/v1/feeds").await[0]["sources"].clone();
        assert_eq!(
            (sources.as_array().unwrap().len(), &sources[0]["price"]),
            (5, &json!("1990"))
        );
    });
}

#[test]
fn a_record_is_proven_and_so_is_its_absence() {
    served(|at| async move {
        at.post("/v1/transactions", &at.open(1, 1)).await;
        let proven = async |id: u64| {
            let key = ballast_protocol::hex::text(&id.to_le_bytes());
            at.ok(&format!("/v1/proofs?table={}&key={key}", table::VAULTS)).await
        };
        let there: ballast_protocol::api::ProofInfo = serde_json::from_value(proven(1).await).unwrap();
        let value = ballast_protocol::hex::parse_all(there.value.as_deref().unwrap()).unwrap();
        let key = 1_u64.to_le_bytes();
        let shown = proof::verify_membership(&there.root, table::VAULTS, &key, &value, &there.proof);
        assert_eq!(shown, Ok(()), "the vault is there");
        let none: ballast_protocol::api::ProofInfo = serde_json::from_value(proven(2).await).unwrap();
        assert_eq!(none.value, None);
        let absent = proof::verify_absence(&none.root, table::VAULTS, &2_u64.to_le_bytes(), &none.proof);
        assert_eq!(absent, Ok(()));
    });
}

#[test]
fn a_subscriber_is_told_each_block_once_and_may_resume() {
    served(|at| async move {
        let subscribe = async |query: &str| {
            let url = format!("ws://{}/v1/stream{query}", at.address);
            tokio_tungstenite::connect_async(url).await.unwrap().0
        };
        let mut live = subscribe("?changes=true").await;
        for nonce in 1..=3 {
            let (status, answer) = at.post("/v1/transactions", &at.open(1, nonce)).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
        let next = async |from: &mut (dyn futures::Stream<Item = _> + Unpin)| -> Value {
            let message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>> = from.next().await;
            serde_json::from_str(message.unwrap().unwrap().to_text().unwrap()).unwrap()
        };
        let mut heights = Vec::new();
        for _ in 0..3 {
            let told = next(&mut live).await;
            assert!(!told["changes"].as_array().unwrap().is_empty());
            heights.push(told["block"]["height"].as_u64().unwrap());
        }
        assert!(heights.windows(2).all(|pair| pair[1] == pair[0] + 1), "{heights:?}");
        let mut again = subscribe(&format!("?from={}", heights[1])).await;
        assert_eq!(next(&mut again).await["block"]["height"], heights[1]);

        let gone = tokio_tungstenite::connect_async(format!("ws://{}/v1/stream?from=99999", at.address)).await;
        assert!(gone.is_err(), "a height that does not exist yet");
    });
}

#[test]
fn what_is_not_executed_is_never_acknowledged() {
    served(|at| async move {
        let failing = common::signed(
            1,
            1,
            at.now(),
            vec![ballast_protocol::Command::Withdraw {
                vault: ballast_protocol::VaultRef::Id(ballast_protocol::VaultId(9)),
                amount: Amount::ONE,
            }],
            at.node.domain(),
        );
        let (status, answer) = at.post("/v1/transactions", &failing).await;
        assert_eq!(status, StatusCode::OK, "it is in a block, and has paid: {answer}");
        let info: ballast_protocol::api::TransactionInfo = serde_json::from_value(answer).unwrap();
        assert!(matches!(info.receipt.outcome, Outcome::Failed { command: 0, .. }));
        assert!(info.receipt.fee.is_some());
    });
}

#[test]
fn a_source_that_speaks_twice_in_a_second_is_heard_twice() {
    served(|at| async move {
        let time = at.now();
        for more in 1..=2 {
            let says = price(1, Price::whole(2_000), Timestamp(time.0 + more), at.node.domain());
            let (status, answer) = at.post("/v1/observations", &says).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let heard = |latest: &ballast_node::Published| {
            let of_one = latest
                .state
                .oracle()
                .observations
                .get(&(FEED, ballast_protocol::SourceId(1)));
            of_one.is_some_and(|said| said.time == Timestamp(time.0 + 2))
        };
        let mut changed = at.node.view().changed();
        let second = tokio::time::timeout(Duration::from_secs(3), changed.wait_for(|latest| heard(latest))).await;
        assert!(second.is_ok(), "the second word is in the block of the next second");
    });
}
