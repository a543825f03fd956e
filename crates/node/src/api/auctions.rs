//! Lots on sale.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use ballast_engine::State;
use ballast_engine::kernel::Use;
use ballast_engine::mechanisms::auction::Auction;
use ballast_protocol::api::{AuctionInfo, AuctionPage};
use ballast_protocol::{AuctionId, Rejected};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Asked, Named};
use super::pages::{Cursor, Limit};
use super::reads::{At, OfHeight, at};

#[derive(Deserialize, JsonSchema)]
struct OfAuction {
    /// The auction's number.
    id: u64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pages {
    /// A recent height; none is the last.
    height: Option<u64>,
    /// `next` of the page before.
    after: Option<Cursor<u64>>,
    /// Most auctions of the page.
    #[serde(default)]
    limit: Limit,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<AuctionPage, _, _>("/v1/auctions", "Running auctions by number", auctions)
            .asking::<Pages>()
            .at_height(),
        Endpoint::get::<AuctionInfo, _, _>("/v1/auctions/{id}", "A running auction", auction)
            .naming::<OfAuction>()
            .asking::<OfHeight>()
            .at_height(),
    ]
}

fn info(state: &State, id: AuctionId, auction: &Auction) -> Result<AuctionInfo, Rejected> {
    let spec = state.vaults().spec(auction.collateral_type)?;
    let quote = state.prices().quote(spec.feed).ok();
    let live_time = quote.map_or(auction.started, |quote| quote.live_time);
    let needs_reset = auction.needs_reset(&spec.auction, live_time)?;
    let lets_take = quote.is_some_and(|quote| quote.price(Use::Take).is_ok());
    let price = match needs_reset {
        false if lets_take => Some(auction.price(&spec.auction, live_time)?),
        _ => None,
    };
    Ok(AuctionInfo {
        id,
        collateral_type: auction.collateral_type,
        vault: auction.vault,
        lot: auction.lot,
        to_raise: auction.to_raise,
        price,
        needs_reset,
        elapsed: auction.elapsed(live_time),
    })
}

async fn auctions(Shared(api): Shared<Arc<Api>>, Asked(pages): Asked<Pages>) -> Result<At<Json<AuctionPage>>, Failure> {
    let published = at(&api, pages.height)?;
    let state = &published.state;
    let limit = pages.limit.rows();
    let after = AuctionId(pages.after.map_or(0, |Cursor(after)| after));
    let mut auctions = Vec::new();
    let mut next = None;
    for (id, auction) in state.auctions().after(after) {
        if auctions.len() == limit {
            next = auctions.last().map(|last: &AuctionInfo| last.id.0.to_string());
            break;
        }
        auctions.push(info(state, id, &auction)?);
    }
    Ok(At(
        published.height(),
        Json(AuctionPage {
            height: published.height(),
            auctions,
            next,
        }),
    ))
}

async fn auction(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfAuction>,
    Asked(when): Asked<OfHeight>,
) -> Result<At<Json<AuctionInfo>>, Failure> {
    let published = at(&api, when.height)?;
    let id = AuctionId(of.id);
    let auction = published.state.auctions().auction(id)?;
    Ok(At(published.height(), Json(info(&published.state, id, &auction)?)))
}
