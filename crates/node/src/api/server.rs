//! The HTTP server: connections and their limits, and stopping well.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::cors::CorsLayer;

use super::error::Failure;
use super::limiter::Limiter;
use super::metrics::Metrics;
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
        document: document().to_string(),
        limiter: settings.rate.map(Limiter::new),
        subscribers: Arc::new(Semaphore::new(settings.subscribers)),
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
        .route("/openapi.json", get(openapi))
        .route("/metrics", get(metrics))
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

async fn openapi(Shared(api): Shared<Arc<Api>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], api.document.clone()).into_response()
}

async fn metrics(Shared(api): Shared<Arc<Api>>) -> Response {
    let kind = "text/plain; version=0.0.4";
    ([(header::CONTENT_TYPE, kind)], api.metrics.text(&api.node)).into_response()
}

/// A connection: who asks, and whether an answer is under way.
struct Connection {
    peer: SocketAddr,
    /// Requests under way.
    busy: AtomicU32,
    /// Requests so far.
    requests: AtomicU64,
}

/// Counts a request, and refuses it if its address asks too often.
async fn counted(Shared(api): Shared<Arc<Api>>, request: Request, next: Next) -> Response {
    api.metrics.requests.fetch_add(1, Ordering::Relaxed);
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let limited = |(limiter, connection): (&Limiter, &Arc<Connection>)| !limiter.allows(connection.peer.ip());
    if api.limiter.as_ref().zip(connection.as_ref()).is_some_and(limited) {
        api.metrics.limited.fetch_add(1, Ordering::Relaxed);
        let why = "your address asks more often than this node answers: wait a second";
        return Failure::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", why).into_response();
    }
    if let Some(connection) = &connection {
        connection.requests.fetch_add(1, Ordering::Relaxed);
        connection.busy.fetch_add(1, Ordering::Relaxed);
    }
    let response = next.run(request).await;
    if let Some(connection) = &connection {
        connection.busy.fetch_sub(1, Ordering::Relaxed);
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        api.metrics.refused.fetch_add(1, Ordering::Relaxed);
    }
    response
}

impl Bound {
    /// Serves until the node has stopped; then takes no more connections and lets those that are open finish, for as long as
    /// a request may take.
    pub async fn run(self) {
        let Self {
            listener, router, api, ..
        } = self;
        let most = u32::try_from(api.settings.connections).unwrap_or(u32::MAX).max(1);
        let places = Arc::new(Semaphore::new(api.settings.connections.max(1)));
        loop {
            let (stream, peer, place) = tokio::select! {
                accepted = accept(&listener, &places) => accepted,
                _ = api.node.stopped() => break,
            };
            let (router, api) = (router.clone(), api.clone());
            tokio::spawn(async move {
                api.metrics.connections.fetch_add(1, Ordering::Relaxed);
                converse(&api, stream, peer, router).await;
                api.metrics.connections.fetch_sub(1, Ordering::Relaxed);
                drop(place);
            });
        }
        drop(listener);
        let ended = places.acquire_many(most);
        if tokio::time::timeout(api.settings.patience, ended).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
    }
}

/// Serves one connection until it ends, is idle for too long, or the node stops.
async fn converse(api: &Arc<Api>, stream: TcpStream, peer: SocketAddr, router: Router) {
    let connection = Arc::new(Connection {
        peer,
        busy: AtomicU32::new(0),
        requests: AtomicU64::new(0),
    });
    let service = TowerToHyperService::new(router.layer(Extension(connection.clone())));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(api.settings.patience)
        .max_buf_size(64 << 10);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let mut seen = 0;
    let mut leaving = false;
    loop {
        tokio::select! {
            // How a connection ends is its client's affair.
            _ = served.as_mut() => return,
            () = tokio::time::sleep(api.settings.patience) => {
                let requests = connection.requests.load(Ordering::Relaxed);
                let idle = requests == seen && connection.busy.load(Ordering::Relaxed) == 0;
                seen = requests;
                if idle && leaving {
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

/// The next connection, once a place is free.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        let place = places.clone().acquire_owned().await.expect("nobody closes it");
        match listener.accept().await {
            Ok((stream, peer)) => {
                // A small answer should not wait for a larger one.
                let _ = stream.set_nodelay(true);
                return (stream, peer, place);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, most likely: let some be closed.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}
