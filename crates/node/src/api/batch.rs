//! Many transactions in one request: for whoever sends thousands a second.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ballast_protocol::api::Brought;
use ballast_signing::SignedTransaction;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Said, in_time};
use super::server::{Connection, within_rate};
use super::transactions::info;

/// Canonical bytes, as they are sent.
pub(super) const BYTES: &str = "application/octet-stream";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let batch = Endpoint::post::<Vec<SignedTransaction>, Vec<Brought>, _, _>(
        "/v1/transactions/batch",
        "Brings many signed transactions, in JSON or as the canonical bytes of their list (application/octet-stream); answers \
         when all are durable or refused, in their order",
        submit,
    );
    vec![batch.or_bytes()]
}

/// The transactions of a request.
struct Batch(Vec<SignedTransaction>);

impl FromRequest<Arc<Api>> for Batch {
    type Rejection = Failure;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if kind.is_none_or(|kind| kind.as_bytes() != BYTES.as_bytes()) {
            let Said(transactions) = Said::from_request(request, api).await?;
            return Ok(Self(transactions));
        }
        let read: Result<Bytes, BytesRejection> = in_time(api, Bytes::from_request(request, api)).await?;
        let bytes = read.map_err(|refused| match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(),
            _ => Failure::bad_request(refused.body_text()),
        })?;
        let transactions = SignedTransaction::decode_batch(&bytes);
        transactions
            .map(Self)
            .map_err(|error| Failure::bad_request(format!("the bytes are no list of signed transactions: {error}")))
    }
}

/// Transactions whose signatures are verified before other requests have their turn: some milliseconds. With fewer, requests
/// that are under way together all end late, which costs more than it spares.
const TURN: usize = 100;

async fn submit(
    Shared(api): Shared<Arc<Api>>,
    connection: Option<Extension<Arc<Connection>>>,
    Batch(transactions): Batch,
) -> Result<Response, Failure> {
    if let Some(Extension(connection)) = connection {
        within_rate(&api, &connection, more_requests(&api, transactions.len())?)?;
    }
    let mut submitted = Vec::with_capacity(transactions.len());
    for (at, signed) in transactions.into_iter().enumerate() {
        if at > 0 && at % TURN == 0 {
            tokio::task::yield_now().await;
        }
        submitted.push(api.node.submit(signed));
    }
    let mut brought = Vec::with_capacity(submitted.len());
    for submitted in submitted {
        let included = match submitted {
            Ok(submitted) => submitted.included().await,
            Err(refused) => Err(refused),
        };
        brought.push(match included {
            Ok(included) => Brought::Included(info(included)),
            Err(refused) => Brought::Refused(Failure::from(refused).into_error()),
        });
    }
    answer(&brought)
}

/// Bytes that the answer for a transaction has, about: a buffer that grows is copied.
const ANSWER: usize = 768;

/// What is said of each, in JSON. Error: `Broken`, where that can't be written.
fn answer(brought: &[Brought]) -> Result<Response, Failure> {
    let mut text = Vec::with_capacity(ANSWER * brought.len());
    let written = serde_json::to_writer(&mut text, brought);
    written.map_err(|why| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "Broken", why.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// Each transaction counts as a request, of which one has been counted already. Error: `BadRequest` for more than may ever come at
/// once.
fn more_requests(api: &Api, transactions: usize) -> Result<u32, Failure> {
    let requests = u32::try_from(transactions).unwrap_or(u32::MAX);
    match api.settings.rate.map(|rate| rate.burst.max(1)) {
        Some(burst) if requests > burst => Err(Failure::bad_request(format!(
            "each transaction of a batch counts as a request, and an address may bring {burst} at once"
        ))),
        _ => Ok(requests.saturating_sub(1)),
    }
}
