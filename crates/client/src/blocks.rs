//! The stream of blocks: each once, in order, through broken connections.

use std::time::Duration;

use ballast_protocol::Height;
use ballast_protocol::api::{Status, Told};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::backoff::Backoff;
use crate::http::{ANSWER_MAX, ANSWERING, asked, refused};
use crate::{Client, Error, cause};

/// How long a node may be silent before it is asked whether it is there, and then how long it may take to say so. Blocks come
/// more often than that.
const QUIET: Duration = Duration::from_secs(15);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Blocks from a height on. It resumes by itself after the last one told.
pub struct Blocks {
    client: Client,
    /// The next height to tell; none until the first connection.
    next: Option<Height>,
    changes: bool,
    patience: Option<Duration>,
    socket: Option<Socket>,
    /// Whether the node has been asked whether it is there.
    is_asked: bool,
    backoff: Backoff,
}

impl Blocks {
    pub(crate) fn new(client: Client, from: Option<Height>) -> Self {
        Self {
            client,
            next: from,
            changes: false,
            patience: None,
            socket: None,
            is_asked: false,
            backoff: Backoff::default(),
        }
    }

    /// Tells every changed record too.
    #[must_use]
    pub fn with_changes(self) -> Self {
        Self { changes: true, ..self }
    }

    /// Says so when the node could not be reached for so long, instead of trying on for ever; [`Blocks::next`] may then be
    /// called again.
    #[must_use]
    pub fn giving_up_after(self, patience: Duration) -> Self {
        let patience = Some(patience);
        Self { patience, ..self }
    }

    /// The next height that will be told, once it is known.
    pub fn height(&self) -> Option<Height> {
        self.next
    }

    /// The next block, once it is durable. It may be dropped while it waits, and nothing is lost.
    ///
    /// Errors: [`Error::NotKept`] if the node does not keep that height any more; [`Error::Ahead`] if it begins after the
    /// next block; [`Error::OtherChain`]; [`Error::Refused`] and [`Error::BadAnswer`] if the node speaks otherwise;
    /// [`Error::Unreachable`] or [`Error::NoAnswer`] after [`Blocks::giving_up_after`].
    pub async fn next(&mut self) -> Result<Told, Error> {
        let mut broke = None;
        loop {
            let broken = match self.listen().await {
                Ok(told) => return Ok(told),
                Err(error) => error,
            };
            self.socket = None;
            let passing = match &broken {
                Error::Unreachable { .. } | Error::NoAnswer { .. } => true,
                Error::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
                _ => false,
            };
            let away = broke.get_or_insert_with(tokio::time::Instant::now).elapsed();
            if !passing || self.patience.is_some_and(|patience| away >= patience) {
                return Err(broken);
            }
            self.backoff.wait().await;
        }
    }

    /// The next block over this connection, or over a new one.
    async fn listen(&mut self) -> Result<Told, Error> {
        let next = match (self.next, &self.socket) {
            (Some(next), Some(_)) => next,
            _ => self.connect().await?,
        };
        let gone = |why: String| Error::NoAnswer {
            url: self.client.url().into(),
            why,
        };
        loop {
            let Some(socket) = &mut self.socket else {
                return Err(gone("the connection was dropped".into()));
            };
            let heard = match timeout(QUIET, socket.next()).await {
                Ok(Some(Ok(heard))) => heard,
                Ok(Some(Err(error))) => return Err(gone(cause(&error))),
                Ok(None) => return Err(gone("the connection was closed".into())),
                Err(_) if self.is_asked => return Err(gone("it is silent".into())),
                Err(_) => {
                    self.is_asked = true;
                    let asked = timeout(QUIET, socket.send(Message::Ping(Vec::new().into()))).await;
                    if !matches!(asked, Ok(Ok(()))) {
                        return Err(gone("it does not hear".into()));
                    }
                    continue;
                }
            };
            self.is_asked = false;
            let text = match heard {
                Message::Text(text) => text,
                Message::Close(frame) => {
                    let why = frame.map(|frame| frame.reason.to_string()).unwrap_or_default();
                    return Err(gone(why));
                }
                _ => continue,
            };
            let told: Told = serde_json::from_str(&text).map_err(|why| self.bad(why.to_string()))?;
            if told.block.height != next {
                return Err(self.bad(format!("it tells {} where {next} was due", told.block.height)));
            }
            self.next = Some(Height(next.0.saturating_add(1)));
            self.backoff.reset();
            return Ok(told);
        }
    }

    fn bad(&self, why: String) -> Error {
        Error::BadAnswer {
            url: self.client.url().into(),
            status: 101,
            why,
        }
    }

    /// Subscribes from the next height on, at a node of the same chain.
    async fn connect(&mut self) -> Result<Height, Error> {
        let status = self.client.status().await?;
        let expected = self.client.domain().genesis();
        if status.genesis != expected {
            return Err(Error::OtherChain {
                url: self.client.url().into(),
                expected,
                found: status.genesis,
            });
        }
        let next = self.next.unwrap_or(Height(status.height.0.saturating_add(1)));
        let changes = self.changes.then_some(true);
        let query = [asked("from", Some(next.0)), asked("changes", changes)];
        let mut url = self.client.http().url("v1/stream", query.into_iter().flatten());
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        if url.set_scheme(scheme).is_err() {
            return Err(self.bad("its URL has no form for a WebSocket".into()));
        }
        let config = WebSocketConfig::default()
            .max_message_size(Some(ANSWER_MAX))
            .max_frame_size(Some(ANSWER_MAX));
        let connecting = connect_async_with_config(url.as_str(), Some(config), true);
        let connected = timeout(ANSWERING, connecting).await;
        let socket = match connected {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(error)) => return Err(self.not_connected(next, &status, error)),
            Err(_) => {
                return Err(Error::NoAnswer {
                    url: self.client.url().into(),
                    why: "no connection in time".into(),
                });
            }
        };
        // Only now: whoever drops this wait for a connection and comes back begins at the same height.
        self.next = Some(next);
        self.is_asked = false;
        self.socket = Some(socket);
        Ok(next)
    }

    /// Why a subscription was not granted.
    fn not_connected(&self, asked: Height, status: &Status, error: tungstenite::Error) -> Error {
        let url = self.client.url().to_owned();
        let answer = match error {
            tungstenite::Error::Http(answer) => answer,
            tungstenite::Error::Io(_) | tungstenite::Error::Tls(_) => {
                let why = cause(&error);
                return Error::Unreachable { url, why };
            }
            other => {
                let why = other.to_string();
                return Error::NoAnswer { url, why };
            }
        };
        let code = answer.status().as_u16();
        let body = answer.body().as_deref().unwrap_or_default();
        let said = refused(code, body, None);
        match said {
            Some(Error::Refused { error, .. }) if error.code == "HeightNotKept" => {
                if asked > status.height {
                    let latest = status.height;
                    Error::Ahead { asked, latest }
                } else {
                    let oldest = status.oldest_block;
                    Error::NotKept { asked, oldest }
                }
            }
            Some(error) => error,
            None => Error::BadAnswer {
                url,
                status: code,
                why: "no subscription".into(),
            },
        }
    }
}
