//! Subscriptions: every block from a height on, over a WebSocket, with what changed where it is asked for.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::State as Shared;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
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
use super::server::Connection;
use crate::Published;
use tokio::sync::OnceCell;

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

/// Messages of so many blocks are at hand: those that most subscribers are about to be told.
const TEXTS: usize = 8;

/// A message that is made once, by whoever wants it first.
type Text = Arc<OnceCell<Option<Utf8Bytes>>>;

/// The messages of the last blocks, with changes and without.
#[derive(Default)]
pub(crate) struct Texts(Mutex<BTreeMap<(Height, bool), Text>>);

impl Texts {
    /// The message of a block; none if it has none. It is made beside the threads that serve.
    async fn of(&self, published: &Arc<Published>, changes: bool) -> Option<Utf8Bytes> {
        let text = {
            let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let text = texts.entry((published.height(), changes)).or_default().clone();
            while texts.len() > TEXTS {
                texts.pop_first();
            }
            text
        };
        let published = published.clone();
        let make = async || {
            let made = tokio::task::spawn_blocking(move || message(&published, changes)).await;
            made.ok().flatten().map(Utf8Bytes::from)
        };
        text.get_or_init(make).await.clone()
    }
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
    let upgrade = upgrade.max_message_size(4_096).max_frame_size(4_096);
    Ok(upgrade.on_upgrade(move |socket| async move {
        api.metrics.subscribers.fetch_add(1, Ordering::Relaxed);
        tell(&api, socket, next, asked.changes).await;
        api.metrics.subscribers.fetch_sub(1, Ordering::Relaxed);
        drop((place, share));
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
            let Some(text) = api.texts.of(&published, changes).await else {
                return;
            };
            let sent = tokio::time::timeout(SEND, socket.send(Message::Text(text))).await;
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
