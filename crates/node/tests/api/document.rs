//! The OpenAPI document and what is served.

use ballast_node::api;
use ballast_num::{Price, Timestamp};
use ballast_protocol::{Command, Order, VaultRef, coins};
use ballast_signing::SignedTransaction;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::common::{self, price, wallet};
use crate::schema::fault;
use crate::served::{Served, served};

#[test]
fn the_document_describes_what_is_served() {
    served(|at| async move {
        let document = at.ok("/openapi.json").await;
        assert_eq!(document, api::document());
        assert_eq!(document["openapi"], "3.1.0");
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()));
                let names = operation["parameters"].as_array().unwrap().iter();
                let named = names.filter(|parameter| parameter["in"] == "path").count();
                assert_eq!(named, path.matches('{').count(), "{method} {path}");
                let concrete = path
                    .replace("{id}", "1")
                    .replace("{height}", "1")
                    .replace("{account}", &wallet(1).address().to_string())
                    .replace("{hash}", &format!("0x{}", "0".repeat(64)));
                let request = match method.as_str() {
                    "get" => at.client.get(at.url(&concrete)),
                    _ => at.client.post(at.url(&concrete)).json(&json!({})),
                };
                let status = request.send().await.unwrap().status();
                assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                assert!(!status.is_server_error(), "{method} {path}: {status}");
            }
        }
        // Every reference leads somewhere.
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer} is nowhere");
        }
        let metrics = at
            .client
            .get(at.url("/metrics"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(
            metrics.contains("# TYPE ballast_height gauge\nballast_height "),
            "{metrics}"
        );
        assert_eq!(at.ok("/readyz").await, "Ready");
    });
}

/// A block in which somebody says this.
async fn bring(at: &Served, nonce: u64, commands: Vec<Command>) -> SignedTransaction {
    let signed = common::signed(1, nonce, at.now(), commands, at.node.domain());
    let (_, answer) = at.post("/v1/transactions", &signed).await;
    assert_eq!(answer["receipt"]["outcome"], "Done", "{answer}");
    signed
}

/// One of each: a vault that was liquidated, a lot of it on sale, an order that waits, a session.
async fn one_of_each(at: &Served) -> SignedTransaction {
    let vault = VaultRef::Opened(0);
    let open = vec![
        Command::OpenVault {
            collateral_type: common::TYPE,
        },
        Command::Deposit {
            vault,
            amount: coins(20),
        },
        Command::DrawDebt {
            vault,
            amount: coins(25_000),
        },
    ];
    let opened = bring(at, 1, open).await;
    let pools = at.ok("/v1/pools").await;
    let pool = pools.as_array().unwrap().last().unwrap()["id"].clone();
    let expiry = Timestamp(at.now().0 + 80_000);
    let order = Order::EnterPool {
        pool: serde_json::from_value(pool).unwrap(),
        amount: coins(100),
    };
    let grant = Command::GrantSession {
        key: ballast_signing::SessionKeyPair::from_bytes([9; 32]).key(),
        scope: [ballast_protocol::CommandKind::Send].into_iter().collect(),
        limits: Vec::new(),
        expiry,
    };
    bring(at, 2, vec![Command::Queue { order, expiry }, grant]).await;
    for usd in [1_980, 1_850, 1_800] {
        at.say(usd).await;
    }
    let history = at.node.history().unwrap();
    while history.height() < at.node.view().latest().height() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    opened
}

/// An answer beside what the document says of it.
async fn compare(document: &Value, operation: &Value, answer: Response, what: &str) {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let told = &operation["responses"];
    let told = told.get(status.as_str()).unwrap_or(&told["default"]);
    let kind = headers["content-type"].to_str().unwrap().split(';').next().unwrap();
    let schema = &told["content"][kind]["schema"];
    assert!(!schema.is_null(), "{what}: {status} in {kind} is not described");
    let of_height = told["headers"].get("ballast-height").is_some();
    assert_eq!(headers.contains_key("ballast-height"), of_height, "{what}");
    let text = answer.text().await.unwrap();
    let body = match kind {
        "application/json" => serde_json::from_str(&text).unwrap(),
        _ => Value::String(text),
    };
    if of_height && let Some(height) = body.get("height") {
        assert_eq!(
            height.to_string(),
            headers["ballast-height"].to_str().unwrap(),
            "{what}"
        );
    }
    assert_eq!(fault(document, schema, &body), None, "{what}: {status}");
}

#[test]
fn what_is_answered_has_the_shape_that_the_document_tells() {
    served(|at| async move {
        let document = api::document();
        let opened = one_of_each(&at).await;
        let hash = at.node.domain().digest(&opened.transaction);
        let fresh = at.open(2, 1);
        let bodies = [
            ("/v1/transactions", json!(fresh)),
            ("/v1/transactions/batch", json!([at.open(3, 1), fresh])),
            ("/v1/transactions/dry-run", json!(at.open(4, 1).transaction)),
            ("/v1/transactions/typed-data", json!(at.open(4, 1).transaction)),
            (
                "/v1/observations",
                json!(price(
                    1,
                    Price::whole(1_800),
                    Timestamp(at.now().0 + 2),
                    at.node.domain()
                )),
            ),
        ];
        let ways = document["paths"].as_object().unwrap();
        for (path, methods) in ways {
            let lot = at.ok("/v1/auctions").await["auctions"][0]["id"].clone();
            let id = if path.starts_with("/v1/auctions") {
                lot.to_string()
            } else {
                "1".into()
            };
            let height = at.node.view().latest().height().0;
            let asked = match path.as_str() {
                "/v1/history/prices" => "?feed=1",
                "/v1/proofs" => "?table=3&key=0x0100000000000000",
                _ => "",
            };
            let concrete = path
                .replace("{id}", &id)
                .replace("{height}", &height.to_string())
                .replace("{account}", &wallet(1).address().to_string())
                .replace("{hash}", &hash.to_string());
            for (method, operation) in methods.as_object().unwrap() {
                let what = format!("{method} {path}");
                let url = at.url(&format!("{concrete}{asked}"));
                let request = match bodies.iter().find(|(of, _)| *of == path.as_str()) {
                    Some((_, body)) if method == "post" => at.client.post(url).json(body),
                    _ => at.client.get(url),
                };
                let answer = request.send().await.unwrap();
                let expected = if path == "/v1/stream" { 426 } else { 200 };
                assert_eq!(answer.status(), expected, "{what}");
                compare(&document, operation, answer, &what).await;
                let wrong = match method.as_str() {
                    "get" => at.client.get(at.url(&format!("{concrete}?limit=501&height=x"))),
                    _ => at.client.post(at.url(&concrete)).json(&json!({})),
                };
                compare(&document, operation, wrong.send().await.unwrap(), &what).await;
            }
        }
    });
}

#[test]
fn a_page_is_as_long_as_was_asked_for_or_refused() {
    served(|at| async move {
        for path in ["/v1/vaults", "/v1/auctions", "/v1/history/events"] {
            for limit in ["1", "500"] {
                at.ok(&format!("{path}?limit={limit}")).await;
            }
            for query in ["limit=0", "limit=501", "after=x"] {
                assert_eq!(
                    at.refused(&format!("{path}?{query}")).await,
                    (400, "BadRequest".into()),
                    "{path}?{query}"
                );
            }
        }
    });
}
