//! Readers: who reads slowly, or not at all, is let go with a word; who reads well is told everything.

use std::time::Duration;

use ballast_node::api::ApiSettings;
use ballast_protocol::api::Told;
use futures::{Stream, StreamExt};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::common::send;
use crate::served::{Served, served, with_settings};

fn impatient() -> ApiSettings {
    ApiSettings {
        patience: Duration::from_secs(2),
        ..ApiSettings::default()
    }
}

/// A socket that takes in little before it is read.
async fn narrow(at: &Served) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(at.address).await.unwrap()
}

async fn subscribe(at: &Served, socket: TcpStream, query: &str) -> WebSocketStream<TcpStream> {
    let url = format!("ws://{}/v1/stream{query}", at.address);
    tokio_tungstenite::client_async(url, socket).await.unwrap().0
}

/// Blocks that are long to tell, together more than sockets hold.
async fn long_blocks(at: &Served) {
    for batch in 0..16 {
        let many: Vec<_> = (1..=500)
            .map(|number| send(1, batch * 500 + number, at.now(), at.node.domain()))
            .collect();
        let (status, answer) = at.post("/v1/transactions/batch", &many).await;
        assert_eq!(status, StatusCode::OK);
        assert!(answer[499]["Included"].is_object(), "{}", answer[499]);
    }
}

/// The next block of a subscription, or the word with which it ends.
async fn next(
    from: &mut (impl Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin),
) -> Result<Told, CloseFrame> {
    let message = tokio::time::timeout(Duration::from_secs(20), from.next()).await;
    match message.expect("something is said").unwrap().unwrap() {
        Message::Close(frame) => Err(frame.expect("with a reason")),
        message => Ok(serde_json::from_str(message.to_text().unwrap()).unwrap()),
    }
}

#[test]
fn answers_that_nobody_reads_end_their_connection() {
    with_settings(impatient(), |at| async move {
        let mut lazy = narrow(&at).await;
        let request = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
        lazy.write_all(request.repeat(200).as_bytes()).await.unwrap();
        for _ in 0..80 {
            let (status, _) = at.get("/v1/status").await;
            assert_eq!(status, StatusCode::OK, "another is answered");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut taken = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), lazy.read_to_end(&mut taken)).await;
        assert!(ended.is_ok(), "it is closed");
        let document = at.client.get(at.url("/openapi.json")).send().await.unwrap();
        let whole = document.bytes().await.unwrap().len() * 200;
        assert!(taken.len() < whole, "{} of {whole} bytes", taken.len());
    });
}

#[test]
fn a_large_answer_is_read_at_the_readers_pace() {
    with_settings(impatient(), |at| async move {
        let mut slow = narrow(&at).await;
        let request = "GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        slow.write_all(request.as_bytes()).await.unwrap();
        let (mut taken, mut piece) = (Vec::new(), [0; 8_192]);
        loop {
            let read = slow.read(&mut piece).await.unwrap();
            if read == 0 {
                break;
            }
            taken.extend(&piece[..read]);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let text = String::from_utf8(taken).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        let document: Value = serde_json::from_str(body).unwrap();
        assert_eq!(document, ballast_node::api::document());
    });
}

#[test]
fn a_subscriber_who_does_not_read_is_told_why_it_ends_and_others_go_on() {
    with_settings(impatient(), |at| async move {
        let mut lazy = subscribe(&at, narrow(&at).await, "?changes=true").await;
        let socket = TcpStream::connect(at.address).await.unwrap();
        let mut honest = subscribe(&at, socket, "").await;
        let reading = async {
            let mut heights = Vec::new();
            let mut transactions = 0;
            while transactions < 16 * 500 {
                let told = next(&mut honest).await.expect("whoever reads is told");
                heights.push(told.block.height.0);
                transactions += told.block.transactions.len();
            }
            heights
        };
        let farewell = async {
            // Reads nothing until it is given up, and then all that is left.
            while at.metric("ballast_subscribers_too_slow_total").await == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            loop {
                if let Err(frame) = next(&mut lazy).await {
                    break frame;
                }
            }
        };
        let farewell = tokio::time::timeout(Duration::from_secs(60), farewell);
        let ((), heights, ended) = futures::join!(long_blocks(&at), reading, farewell);
        let ended = ended.expect("who does not read is given up");
        assert!(heights.windows(2).all(|pair| pair[1] == pair[0] + 1), "{heights:?}");
        assert_eq!(u16::from(ended.code), 1008, "{ended:?}");
        assert!(
            ended.reason.starts_with("too slow") && ended.reason.contains("from="),
            "{ended:?}"
        );
    });
}

#[test]
fn a_stop_tells_subscribers_the_last_block_and_says_farewell() {
    served(|at| async move {
        let socket = TcpStream::connect(at.address).await.unwrap();
        let mut reader = subscribe(&at, socket, "").await;
        let waits = at.node.submit(at.open(1, 1)).unwrap();
        at.node.stop().await;
        let height = waits.included().await.unwrap().height;
        let told = next(&mut reader).await.expect("the block comes first");
        assert_eq!(told.block.height, height);
        let ended = next(&mut reader).await.expect_err("no more blocks come");
        assert_eq!(u16::from(ended.code), 1001, "{ended:?}");
        assert!(
            ended.reason.contains("stopping") && ended.reason.contains("from="),
            "{ended:?}"
        );
    });
}

#[test]
fn a_block_reads_the_same_by_itself_and_in_a_stream() {
    served(|at| async move {
        let socket = TcpStream::connect(at.address).await.unwrap();
        let mut reader = subscribe(&at, socket, "?changes=true").await;
        let (status, _) = at.post("/v1/transactions", &at.open(1, 1)).await;
        assert_eq!(status, StatusCode::OK);
        let told = next(&mut reader).await.unwrap();
        assert!(told.changes.is_some());
        let path = format!("/v1/blocks/{}", told.block.height.0);
        let block = at.client.get(at.url(&path)).send().await.unwrap();
        assert_eq!(block.headers()["content-type"], "application/json");
        assert_eq!(
            block.headers()["ballast-height"],
            told.block.height.0.to_string().as_str()
        );
        let block: ballast_protocol::api::BlockInfo = block.json().await.unwrap();
        assert_eq!(block, told.block);
    });
}
