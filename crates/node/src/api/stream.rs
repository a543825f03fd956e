//! Subscriptions: every block from a height on, over a WebSocket, with what changed where it is asked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Extension;
use axum::extract::State as Shared;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::response::Response;
use ballast_protocol::Height;
use ballast_protocol::api::Told;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::Asked;
use super::server::Connection;
use crate::Stopped;

/// Most bytes of a message, which are held for each reader until he has it.
const MESSAGE_MAX: usize = 32 << 20;
/// How long a reader may take to answer a farewell.
const HEARING: Duration = Duration::from_secs(1);

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
        .asking::<From>()
        .in_messages(),
    ]
}

async fn subscribe(
    Shared(api): Shared<Arc<Api>>,
    Asked(asked): Asked<From>,
    connection: Option<Extension<Arc<Connection>>>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let upgrade = upgrade.map_err(|refused| {
        let message = format!("this is a WebSocket: {}", refused.body_text());
        Failure::new(StatusCode::UPGRADE_REQUIRED, "UpgradeRequired", message)
    })?;
    let full = |why| Failure::new(StatusCode::SERVICE_UNAVAILABLE, "TooManySubscribers", why);
    let share = match connection {
        Some(Extension(connection)) => {
            let share = api.subscribers_of.take(connection.host);
            let why = "your address has as many subscriptions as one may have: end one first";
            Some(share.ok_or_else(|| full(why))?)
        }
        None => None,
    };
    let place = api.subscribers.clone().try_acquire_owned();
    let place = place.map_err(|_| full("no place is free: try again later"))?;
    let view = api.node.view();
    let (oldest, latest) = (view.oldest_block(), view.latest().height());
    let next = asked.from.map_or(Height(latest.0 + 1), Height);
    if next < oldest || next.0 > latest.0.saturating_add(1) {
        let message = format!(
            "blocks from {} to {} can be told: begin there",
            oldest,
            Height(latest.0 + 1)
        );
        return Err(Failure::new(StatusCode::NOT_FOUND, "HeightNotKept", message));
    }
    let upgrade = upgrade
        .max_message_size(4_096)
        .max_frame_size(4_096)
        // Each message leaves at once, or is waited for: one at a time, and room for pongs and the farewell.
        .write_buffer_size(0)
        .max_write_buffer_size(MESSAGE_MAX + (64 << 10));
    Ok(upgrade.on_upgrade(move |socket| async move {
        api.metrics.subscribers.fetch_add(1, Ordering::Relaxed);
        tell(&api, socket, next, asked.changes).await;
        api.metrics.subscribers.fetch_sub(1, Ordering::Relaxed);
        drop((place, share));
    }))
}

/// Why a subscription ends.
enum Ended {
    /// The reader went.
    Gone,
    /// A height is not kept any more.
    NotKept,
    /// A message did not leave in time.
    TooSlow,
    /// A message is larger than what is held for one reader.
    TooLarge,
    /// The node stopped.
    Stopped(Stopped),
    /// The node could not make a message.
    Broken,
}

impl Ended {
    /// The close code (RFC 6455) and the reason, with the height to resume at; none where nobody hears it.
    fn farewell(&self, next: Height) -> Option<(u16, String)> {
        Some(match self {
            Self::Gone => return None,
            Self::NotKept => {
                let why = format!("{next} is not kept any more: read faster, or begin at a later height");
                (close_code::POLICY, why)
            }
            Self::TooSlow => {
                let why = format!("too slow: a message did not leave in time; read faster, from={next}");
                (close_code::POLICY, why)
            }
            Self::TooLarge => {
                let why = format!("{next} is too large for a message: GET /v1/blocks/{next}, then resume");
                (close_code::SIZE, why)
            }
            Self::Stopped(Stopped::Asked) => {
                let why = format!("the node is stopping: subscribe again when it is back, from={next}");
                (close_code::AWAY, why)
            }
            Self::Stopped(why) => (close_code::AWAY, why.to_string()),
            Self::Broken => (close_code::ERROR, format!("the node can't tell {next}: try again")),
        })
    }
}

/// Tells each block once, in order, until the reader goes, is too slow, or the node stops; then says why.
async fn tell(api: &Api, mut socket: WebSocket, mut next: Height, changes: bool) {
    let ended = told(api, &mut socket, &mut next, changes).await;
    if matches!(ended, Ended::TooSlow | Ended::NotKept) {
        api.metrics.too_slow.fetch_add(1, Ordering::Relaxed);
    }
    if let Some((code, reason)) = ended.farewell(next) {
        close(api, &mut socket, code, reason).await;
    }
}

/// `next` is the next height to be told.
async fn told(api: &Api, socket: &mut WebSocket, next: &mut Height, changes: bool) -> Ended {
    let view = api.node.view();
    let mut changed = view.changed();
    loop {
        while *next <= changed.borrow_and_update().height() {
            let Some(published) = view.at(*next) else {
                return Ended::NotKept;
            };
            let Some(text) = api.texts.of(&published, changes).await else {
                return Ended::Broken;
            };
            let told = text.told();
            if told.len() > MESSAGE_MAX {
                return Ended::TooLarge;
            }
            match tokio::time::timeout(api.settings.patience, socket.send(Message::Text(told))).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Ended::Gone,
                Err(_) => return Ended::TooSlow,
            }
            *next = Height(next.0 + 1);
        }
        // News come first: nothing that a reader says holds them up, and the last block is told before a stop.
        tokio::select! {
            biased;
            news = changed.changed() => if news.is_err() { return Ended::Gone },
            why = api.node.stopped() => {
                if *next > changed.borrow().height() {
                    return Ended::Stopped(why);
                }
            }
            heard = socket.recv() => match heard {
                // Pings are answered by the library; what else a reader says is of no interest.
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ended::Gone,
                Some(Ok(_)) => {}
            },
        }
    }
}

/// Says why, and leaves the reader a moment to hear it: a socket that is closed over unread words takes back what was sent.
async fn close(api: &Api, socket: &mut WebSocket, code: u16, mut reason: String) {
    // A close frame has room for 123 bytes.
    reason.truncate(reason.floor_char_boundary(120));
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    // The reader may be gone.
    let sent = tokio::time::timeout(api.settings.patience, socket.send(Message::Close(Some(frame)))).await;
    if matches!(sent, Ok(Ok(()))) {
        let answered = async { while let Some(Ok(_)) = socket.recv().await {} };
        let _ = tokio::time::timeout(HEARING, answered).await;
    }
}
