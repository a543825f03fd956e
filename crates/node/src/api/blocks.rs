//! Recent blocks.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ballast_protocol::api::BlockInfo;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::Named;
use super::reads::{At, at};

#[derive(Deserialize, JsonSchema)]
struct OfBlock {
    /// The block's height.
    height: u64,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<BlockInfo, _, _>("/v1/blocks/{height}", "A recent block and all that came of it", block)
            .naming::<OfBlock>()
            .at_height(),
    ]
}

async fn block(Shared(api): Shared<Arc<Api>>, Named(of): Named<OfBlock>) -> Result<At<Response>, Failure> {
    let published = at(&api, Some(of.height))?;
    if published.sealed.is_none() {
        let why = "the node began with the state of this height and has not kept its block: name a later one";
        return Err(Failure::not_found(why));
    }
    let text = api.texts.of(&published, false).await;
    let broken = || {
        Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Broken",
            "the block could not be told",
        )
    };
    let json = (
        [(header::CONTENT_TYPE, "application/json")],
        text.ok_or_else(broken)?.block(),
    );
    Ok(At(published.height(), json.into_response()))
}
