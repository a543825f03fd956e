//! Subscriptions: every block from a height on, over a WebSocket, with what changed where it is asked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use ballast_protocol::api::{ChangeInfo, Told};
use ballast_protocol::{Height, hex};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::blocks;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::Asked;
use crate::Published;

/// How long a message may take to leave: who reads slower is disconnected, and may resume.
const SEND: Duration = Duration::from_secs(10);
/// Close code: a policy of the server.
const POLICY: u16 = 1008;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct From {
    /// The first height to be told; none is the next. To resume, the last one told and one more.
    from: Option<u64>,
    /// Whether every changed record is told too.
    #[serde(default)]
    changes: bool,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<Told, _, _>(
            "/v1/stream",
            "WebSocket: a message for each block from a height on; each has this shape",
            subscribe,
        )
        .asking::<From>(),
    ]
}

async fn subscribe(
    Shared(api): Shared<Arc<Api>>,
    Asked(asked): Asked<From>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let upgrade = upgrade.map_err(|refused| {
        let message = format!("this is a WebSocket: {}", refused.body_text());
        Failure::new(StatusCode::UPGRADE_REQUIRED, "UpgradeRequired", message)
    })?;
    let full = || {
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "TooManySubscribers",
            "no place is free: try again later",
        )
    };
    let place = api.subscribers.clone().try_acquire_owned().map_err(|_| full())?;
    let view = api.node.view();
    let (oldest, latest) = (view.oldest(), view.latest().height());
    let next = asked.from.map_or(Height(latest.0 + 1), Height);
    if next <= oldest || next.0 > latest.0.saturating_add(1) {
        let message = format!(
            "blocks from {} to {} can be told: begin there",
            Height(oldest.0 + 1),
            Height(latest.0 + 1)
        );
        return Err(Failure::new(StatusCode::NOT_FOUND, "HeightNotKept", message));
    }
    let upgrade = upgrade.max_message_size(4_096).max_frame_size(4_096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        api.metrics.subscribers.fetch_add(1, Ordering::Relaxed);
        tell(&api, socket, next, asked.changes).await;
        api.metrics.subscribers.fetch_sub(1, Ordering::Relaxed);
        drop(place);
    }))
}

/// Tells each block once, in order, until the reader goes, is too slow, or the node stops.
async fn tell(api: &Api, mut socket: WebSocket, mut next: Height, changes: bool) {
    let view = api.node.view();
    let mut changed = view.changed();
    loop {
        while next <= changed.borrow_and_update().height() {
            let Some(published) = view.at(next) else {
                let reason = format!("{next} is not kept any more: read faster, or begin at a later height");
                return close(&mut socket, reason).await;
            };
            let Some(text) = message(&published, changes) else {
                return;
            };
            let sent = tokio::time::timeout(SEND, socket.send(Message::Text(text.into()))).await;
            if !matches!(sent, Ok(Ok(()))) {
                return;
            }
            next = Height(next.0 + 1);
        }
        tokio::select! {
            news = changed.changed() => if news.is_err() { return },
            heard = socket.recv() => match heard {
                // Pings are answered by the library; what else a reader says is of no interest.
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            why = api.node.stopped() => return close(&mut socket, why.to_string()).await,
        }
    }
}

async fn close(socket: &mut WebSocket, mut reason: String) {
    // A close frame has room for 123 bytes.
    reason.truncate(reason.floor_char_boundary(120));
    let frame = CloseFrame {
        code: POLICY,
        reason: reason.into(),
    };
    // The reader may be gone.
    let _ = tokio::time::timeout(SEND, socket.send(Message::Close(Some(frame)))).await;
}

fn message(published: &Published, with_changes: bool) -> Option<String> {
    let changes = with_changes.then(|| {
        let sealed = published.sealed.as_ref();
        let changes = sealed.into_iter().flat_map(|sealed| sealed.changes.iter());
        let told = changes.map(|change| ChangeInfo {
            table: change.table,
            key: hex::text(change.key),
            before: change.before.map(hex::text),
            after: change.after.map(hex::text),
        });
        told.collect()
    });
    let told = Told {
        block: blocks::info(published)?,
        changes,
    };
    serde_json::to_string(&told).ok()
}
