//! What a request names, asks and says, with an error in JSON where it can't be read.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Api;
use super::error::Failure;

/// What stands in the path.
pub(crate) struct Named<T>(pub(crate) T);

/// What stands in the query.
pub(crate) struct Asked<T>(pub(crate) T);

/// What stands in the body.
pub(crate) struct Said<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let named: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        named
            .map(|Path(named)| Self(named))
            .map_err(|refused| Failure::bad_request(format!("the path can't be read: {}", refused.body_text())))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let asked: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|refused| Failure::bad_request(format!("the query can't be read: {}", refused.body_text())))
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Api>> for Said<T> {
    type Rejection = Failure;

    /// Waits for the body as long as the API is patient, and no longer: an answer may take its time, a body not.
    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Failure> {
        match in_time(api, Json::<T>::from_request(request, api)).await? {
            Ok(Json(said)) => Ok(Self(said)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "NotJson",
                "the body must be JSON: send the header content-type: application/json",
            )),
            Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Failure::too_large()),
            Err(refused) => Err(Failure::bad_request(refused.body_text())),
        }
    }
}

/// Waits for a body as long as the API is patient.
pub(super) async fn in_time<T>(api: &Api, body: impl Future<Output = T>) -> Result<T, Failure> {
    let read = tokio::time::timeout(api.settings.patience, body).await;
    read.map_err(|_| {
        Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "BodyTooSlow",
            "the body did not arrive in time: send it again",
        )
    })
}
