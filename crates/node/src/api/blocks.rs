//! Recent blocks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use ballast_protocol::api::BlockInfo;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::Named;
use super::reads::at;
use crate::Published;

#[derive(Deserialize, JsonSchema)]
struct OfBlock {
    /// The block's height.
    height: u64,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<BlockInfo, _, _>("/v1/blocks/{height}", "A recent block and all that came of it", block)
            .naming::<OfBlock>(),
    ]
}

/// A block; none if the node began with this state.
pub(super) fn info(published: &Published) -> Option<BlockInfo> {
    let sealed = published.sealed.as_ref()?;
    let block = &sealed.block.block;
    Some(BlockInfo {
        height: block.height,
        time: block.time,
        root: sealed.result.state_root,
        observations: block.observations.clone(),
        transactions: block.transactions.clone(),
        hashes: sealed.hashes.clone(),
        receipts: sealed.result.receipts.clone(),
        events: sealed.result.events.clone(),
        work: sealed.result.work,
    })
}

async fn block(Shared(api): Shared<Arc<Api>>, Named(of): Named<OfBlock>) -> Result<Json<BlockInfo>, Failure> {
    let published = at(&api, Some(of.height))?;
    let info = info(&published);
    let why = "the node began with the state of this height and has not kept its block: name a later one";
    info.map(Json).ok_or_else(|| Failure::not_found(why))
}
