//! Who asks too much, or says nothing.

use std::time::Duration;

use ballast_node::api::{ApiSettings, Rate};
use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::send;
use crate::served::with_settings;

#[test]
fn who_asks_too_often_is_told_so_and_others_are_not_held_up() {
    let settings = ApiSettings {
        rate: Some(Rate {
            per_second: 1,
            burst: 5,
        }),
        ..ApiSettings::default()
    };
    with_settings(settings, |at| async move {
        let mut refused = 0;
        for _ in 0..10 {
            let answer = at.client.get(at.url("/v1/status")).send().await.unwrap();
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                assert_eq!(answer.headers()["retry-after"], "1");
                refused += 1;
            }
        }
        assert!((4..=5).contains(&refused), "{refused}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let counted = at.metric("ballast_http_refused_total").await;
        assert_eq!(counted, refused, "these are refused requests too");
    });
}

#[test]
fn a_batch_asks_as_often_as_it_has_transactions() {
    let settings = ApiSettings {
        rate: Some(Rate {
            per_second: 1,
            burst: 5,
        }),
        ..ApiSettings::default()
    };
    with_settings(settings, |at| async move {
        let brought = async |nonces: std::ops::Range<u64>| {
            let batch: Vec<_> = nonces.map(|nonce| send(1, nonce, at.now(), at.node.domain())).collect();
            at.post("/v1/transactions/batch", &json!(batch)).await
        };
        let (status, answer) = brought(0..6).await;
        assert_eq!(
            status,
            StatusCode::BAD_REQUEST,
            "more than may ever come at once: {answer}"
        );
        let (status, answer) = brought(0..4).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let (status, answer) = brought(4..6).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{answer}");
    });
}

#[test]
fn a_client_that_says_nothing_is_let_go_and_holds_up_nobody() {
    let settings = ApiSettings {
        connections: 4,
        connections_per_address: 4,
        patience: Duration::from_millis(300),
        ..ApiSettings::default()
    };
    with_settings(settings, |at| async move {
        let mut silent = Vec::new();
        for begun in [
            "",
            "GET /v1/status HT",
            "POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
        ] {
            let mut socket = tokio::net::TcpStream::connect(at.address).await.unwrap();
            socket.write_all(begun.as_bytes()).await.unwrap();
            silent.push((begun, socket));
        }
        assert_eq!(at.ok("/readyz").await, "Ready", "while they are silent");
        for (begun, mut socket) in silent {
            let mut answer = Vec::new();
            let ended = tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await;
            assert!(
                ended.is_ok(),
                "not closed after {begun:?}: {}",
                String::from_utf8_lossy(&answer)
            );
        }
        assert_eq!(at.ok("/readyz").await, "Ready");
    });
}
