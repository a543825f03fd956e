//! The HTTP server: connections and their limits, and stopping well.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_http::cors::CorsLayer;

use super::answer::{Answer, LARGE};
use super::connections::{Place, Places, Share, Shares, host};
use super::error::Failure;
use super::limiter::Limiter;
use super::metrics::Metrics;
use super::texts::Texts;
use super::trials::Trials;
use super::{Api, ApiSettings, document, endpoints};
use crate::Node;

/// A listening API.
pub struct Bound {
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
    router: Router,
    api: Arc<Api>,
}

/// Binds an API of a node; [`Bound::run`] serves it. `beside` is served where no endpoint is. Error: the address is taken, or
/// not ours.
pub async fn serve(node: Node, address: SocketAddr, settings: ApiSettings, beside: Router) -> io::Result<Bound> {
    let listener = TcpListener::bind(address).await?;
    let api = Arc::new(Api {
        node,
        metrics: Metrics::default(),
        document: document().to_string().into(),
        limiter: settings.rate.map(Limiter::new),
        subscribers: Arc::new(Semaphore::new(settings.subscribers)),
        subscribers_of: Shares::new(settings.subscribers_per_address.max(1)),
        large_answers_of: Shares::new(LARGE_ANSWERS),
        texts: Texts::default(),
        trials: Trials::new(settings.trials),
        settings,
    });
    Ok(Bound {
        address: listener.local_addr()?,
        listener,
        router: router(&api, beside),
        api,
    })
}

fn router(api: &Arc<Api>, beside: Router) -> Router {
    let mut router = Router::new();
    for endpoint in endpoints() {
        router = router.route(endpoint.path, endpoint.handler);
    }
    router
        .method_not_allowed_fallback(async || {
            Failure::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "see /openapi.json for what this path takes",
            )
        })
        .with_state(api.clone())
        .fallback_service(beside.fallback(async || Failure::not_found("nothing is here: see /openapi.json")))
        .layer(DefaultBodyLimit::max(api.settings.body_bytes))
        .layer(middleware::from_fn_with_state(api.clone(), counted))
        .layer(CorsLayer::permissive())
}

/// Most answers of over 64 KiB that one address may have under way.
const LARGE_ANSWERS: usize = 64;

/// A connection: who asks, and what is under way.
pub(super) struct Connection {
    /// Whose share it counts to.
    pub(super) host: IpAddr,
    place: Arc<Place>,
    /// Requests, and pieces of answers, so far.
    moves: AtomicU64,
    /// Answers that have not been taken whole.
    answers: AtomicU64,
}

impl Connection {
    pub(super) fn begins_answer(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// A piece of it has been taken.
    pub(super) fn moves(&self) {
        self.moves.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ends_answer(&self) {
        self.answers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts a request and whether it is refused.
async fn counted(Shared(api): Shared<Arc<Api>>, request: Request, next: Next) -> Response {
    api.metrics.requests.fetch_add(1, Ordering::Relaxed);
    let response = match request.extensions().get::<Arc<Connection>>().cloned() {
        Some(connection) => answered(&api, connection, request, next).await,
        None => next.run(request).await,
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        api.metrics.refused.fetch_add(1, Ordering::Relaxed);
    }
    response
}

/// Counts requests of a connection's address. Error: `TooManyRequests`.
pub(super) fn within_rate(api: &Api, connection: &Connection, requests: u32) -> Result<(), Failure> {
    let too_often = |limiter: &Limiter| !limiter.allows(connection.host, requests);
    if api.limiter.as_ref().is_some_and(too_often) {
        api.metrics.limited.fetch_add(1, Ordering::Relaxed);
        let why = "your address asks more often than this node answers: wait a second";
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", why));
    }
    Ok(())
}

/// Answers a request, unless its address asks too often or does not read what it asks for.
async fn answered(api: &Api, connection: Arc<Connection>, request: Request, next: Next) -> Response {
    if let Err(failure) = within_rate(api, &connection, 1) {
        return failure.into_response();
    }
    connection.moves();
    let busy = connection.place.begin();
    let is_read = request.method() == Method::GET;
    let response = next.run(request).await;
    // What has been done is told, however long the answer.
    let is_large = is_read && response.body().size_hint().lower() > LARGE;
    let share = is_large.then(|| api.large_answers_of.take(connection.host));
    if let Some(None) = share {
        let why = "your address has as many large answers under way as one may have: read them first";
        return Failure::new(StatusCode::SERVICE_UNAVAILABLE, "TooManyAnswers", why).into_response();
    }
    response.map(|body| Body::new(Answer::new(body, connection, busy, share.flatten())))
}

impl Bound {
    /// Serves until the node has stopped; then takes no more connections and lets those that are open finish, and subscribers
    /// hear why, for as long as a request may take.
    pub async fn run(self) {
        let Self {
            listener, router, api, ..
        } = self;
        let places = Places::new(api.settings.connections);
        let shares = Shares::new(match api.settings.connections_per_address {
            0 => (api.settings.connections / 4).max(1),
            most => most,
        });
        loop {
            let entered = tokio::select! {
                entered = accept(&api, &listener, &places, &shares) => entered,
                _ = api.node.stopped() => break,
            };
            let (router, api) = (router.clone(), api.clone());
            tokio::spawn(async move {
                api.metrics.connections.fetch_add(1, Ordering::Relaxed);
                converse(&api, entered, router).await;
                api.metrics.connections.fetch_sub(1, Ordering::Relaxed);
            });
        }
        drop(listener);
        let all_end = async {
            places.empty().await;
            // Subscriptions have left their connections; each has its place until it has said farewell.
            let all = u32::try_from(api.settings.subscribers).unwrap_or(u32::MAX);
            let _ = api.subscribers.acquire_many(all).await;
        };
        if tokio::time::timeout(api.settings.patience, all_end).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
    }
}

/// A connection that has a place.
struct Entered {
    stream: TcpStream,
    connection: Arc<Connection>,
    /// Given back when it ends.
    _share: Share,
}

/// Serves one connection until it ends, is idle for too long, has to make room, or the node stops.
async fn converse(api: &Api, entered: Entered, router: Router) {
    let Entered {
        stream,
        connection,
        _share,
    } = entered;
    // Nothing is set up for a client that says nothing.
    tokio::select! {
        said = stream.readable() => if said.is_err() { return },
        () = tokio::time::sleep(api.settings.patience) => return,
        () = connection.place.asked_to_leave() => return,
        _ = api.node.stopped() => return,
    }
    let answering = TowerToHyperService::new(router);
    let who = connection.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(who.clone());
        answering.call(request)
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(api.settings.patience)
        .max_buf_size(64 << 10);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let mut seen = connection.moves.load(Ordering::Relaxed);
    let mut leaving = false;
    loop {
        tokio::select! {
            // How a connection ends is its client's affair.
            _ = served.as_mut() => return,
            () = connection.place.asked_to_leave() => return,
            () = tokio::time::sleep(api.settings.patience) => {
                let moves = connection.moves.load(Ordering::Relaxed);
                let stands = moves == seen;
                seen = moves;
                let idle = stands && connection.place.is_idle();
                if idle && leaving {
                    return;
                }
                // Nobody reads what was asked for.
                if stands && connection.answers.load(Ordering::Relaxed) > 0 {
                    api.metrics.unread.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                if idle {
                    leaving = true;
                    served.as_mut().graceful_shutdown();
                }
            }
            _ = api.node.stopped(), if !leaving => {
                leaving = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The next connection that has a share and a place; for whose address has none left it is closed at once.
async fn accept(api: &Api, listener: &TcpListener, places: &Arc<Places>, shares: &Arc<Shares>) -> Entered {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, most likely: let some be closed.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let host = host(peer.ip());
        let Some(share) = shares.take(host) else {
            api.metrics.turned_away.fetch_add(1, Ordering::Relaxed);
            // As far as it goes without waiting for anybody.
            let _ = stream.try_write(TURNED_AWAY);
            continue;
        };
        let (place, crowded) = places.enter().await;
        if crowded {
            api.metrics.made_room.fetch_add(1, Ordering::Relaxed);
        }
        // A small answer should not wait for a larger one.
        let _ = stream.set_nodelay(true);
        let connection = Arc::new(Connection {
            host,
            place: Arc::new(place),
            moves: AtomicU64::new(0),
            answers: AtomicU64::new(0),
        });
        return Entered {
            stream,
            connection,
            _share: share,
        };
    }
}

/// What a client hears whose address has all the connections that one may have.
const TURNED_AWAY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 101\r\n\
retry-after: 1\r\nconnection: close\r\n\r\n\
{\"code\":\"TooManyConnections\",\"message\":\"your address has all the connections that one may have here\"}";
