//! How a refused request is answered.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ballast_history::Failed;
use ballast_protocol::Rejected;
use ballast_protocol::api::ApiError;

use crate::{NoAnswer, Refused};

/// Seconds after which it is worth asking again, where this is said: with 429 and 503.
const RETRY_AFTER: &str = "1";

/// A refusal and its status.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    error: Box<ApiError>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            error: Box::new(ApiError {
                code: code.into(),
                message: message.into(),
                rejected: None,
            }),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(crate) fn too_large() -> Self {
        let why = "the body is larger than this node takes";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BodyTooLarge", why)
    }

    /// What it says, without its status.
    pub(crate) fn into_error(self) -> ApiError {
        *self.error
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", message)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let again = matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        let retry_after = again.then_some([(header::RETRY_AFTER, RETRY_AFTER)]);
        (self.status, retry_after, Json(self.error)).into_response()
    }
}

/// The name of an enum's variant, as its `Debug` begins.
fn name_of(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let end = text
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    text[..end].into()
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        let status = match rejected {
            Rejected::UnknownVault(_)
            | Rejected::UnknownType(_)
            | Rejected::UnknownAuction(_)
            | Rejected::UnknownAsset(_)
            | Rejected::UnknownTicket(_) => StatusCode::NOT_FOUND,
            Rejected::NonceUsed { .. } => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self {
            status,
            error: Box::new(ApiError {
                code: name_of(&rejected),
                message: rejected.to_string(),
                rejected: Some(rejected),
            }),
        }
    }
}

impl From<ballast_num::Arithmetic> for Failure {
    fn from(error: ballast_num::Arithmetic) -> Self {
        Rejected::from(error).into()
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let (status, code) = match &refused {
            Refused::NotAdmissible(rejected) => return rejected.clone().into(),
            Refused::Signature(why) => (StatusCode::UNAUTHORIZED, name_of(why)),
            Refused::Unproven(why) => (StatusCode::UNAUTHORIZED, name_of(why)),
            Refused::Observation(why) => (StatusCode::UNPROCESSABLE_ENTITY, name_of(why)),
            Refused::Waiting | Refused::NonceWaiting { .. } => (StatusCode::CONFLICT, name_of(&refused)),
            Refused::TooManyOfSender { .. } | Refused::CostsWaiting { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, name_of(&refused))
            }
            Refused::PoolFull { .. } | Refused::Stopped(_) => (StatusCode::SERVICE_UNAVAILABLE, name_of(&refused)),
            Refused::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, name_of(&refused)),
            Refused::TooMuchWork { .. } | Refused::NoSourceKey(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, name_of(&refused))
            }
        };
        Self::new(status, &code, refused.to_string())
    }
}

impl From<NoAnswer> for Failure {
    fn from(why: NoAnswer) -> Self {
        let code = match &why {
            NoAnswer::NotReady(_) => "HistoryNotReady",
            NoAnswer::Busy => "HistoryBusy",
            NoAnswer::Failed(Failed::TooLong) => "HistoryTooSlow",
            NoAnswer::Failed(failed) => {
                tracing::warn!(%failed, "a question to the history failed");
                "HistoryFailed"
            }
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, why.to_string())
    }
}
