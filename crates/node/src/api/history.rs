//! The past, from the index that the node keeps beside the chain (docs/history.md).

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use ballast_history::{EventFilter, LiquidationFilter, Order, Page, Place, PriceRange};
use ballast_num::{Seconds, Timestamp};
use ballast_protocol::api::{EventPage, LiquidationPage, PastTransactionPage, PricePage, VaultHistory};
use ballast_protocol::{AccountId, AuctionId, FeedId, TypeId, VaultId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Asked, Named};
use super::pages::{Cursor, Limit};
use crate::History;

/// In which order the past is told.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OrderOf {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Events {
    /// Only events of this name, as `VaultSeized`.
    kind: Option<String>,
    /// Only events about this vault.
    vault: Option<u64>,
    /// Only events about this auction.
    auction: Option<u64>,
    /// Only events about this account.
    account: Option<AccountId>,
    /// Only events about this collateral type.
    collateral_type: Option<u32>,
    /// In which order.
    #[serde(default)]
    order: OrderOf,
    /// `next` of the page before.
    after: Option<Cursor<Place>>,
    /// Most events of the page.
    #[serde(default)]
    limit: Limit,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Prices {
    /// Of which feed.
    feed: u32,
    /// From this time on; none is the beginning. `next` of the page before goes on.
    from: Option<u64>,
    /// Before this time; none is the end.
    to: Option<u64>,
    /// Seconds of a span, each told by its first, highest, lowest and last price; none is one.
    every: Option<u64>,
    /// Most spans of the page.
    #[serde(default)]
    limit: Limit,
}

#[derive(Deserialize, JsonSchema)]
struct OfVault {
    /// The vault's number.
    id: u64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moments {
    /// In which order.
    #[serde(default)]
    order: OrderOf,
    /// `next` of the page before.
    after: Option<Cursor<Place>>,
    /// Most blocks of the page.
    #[serde(default)]
    limit: Limit,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Liquidations {
    /// Only of this vault.
    vault: Option<u64>,
    /// Only of this collateral type.
    collateral_type: Option<u32>,
    /// Only of this owner's vaults, or called by it.
    account: Option<AccountId>,
    /// In which order.
    #[serde(default)]
    order: OrderOf,
    /// `next` of the page before.
    after: Option<Cursor<Place>>,
    /// Most liquidations of the page.
    #[serde(default)]
    limit: Limit,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Transactions {
    /// Only of this sender.
    sender: Option<AccountId>,
    /// In which order.
    #[serde(default)]
    order: OrderOf,
    /// `next` of the page before.
    after: Option<Cursor<Place>>,
    /// Most transactions of the page.
    #[serde(default)]
    limit: Limit,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<EventPage, _, _>(
            "/v1/history/events",
            "Events of the past, by name, vault, auction, account and type",
            events,
        )
        .asking::<Events>(),
        Endpoint::get::<PricePage, _, _>("/v1/history/prices", "What a feed has said, in spans of time", prices)
            .asking::<Prices>(),
        Endpoint::get::<VaultHistory, _, _>(
            "/v1/history/vaults/{id}",
            "A vault after each block that touched it",
            vault,
        )
        .naming::<OfVault>()
        .asking::<Moments>(),
        Endpoint::get::<LiquidationPage, _, _>(
            "/v1/history/liquidations",
            "Liquidations: why, where everything went, who bore what was lost",
            liquidations,
        )
        .asking::<Liquidations>(),
        Endpoint::get::<PastTransactionPage, _, _>(
            "/v1/history/transactions",
            "Transactions of the past and what came of them",
            transactions,
        )
        .asking::<Transactions>(),
    ]
}

/// The index. Error: the node keeps none.
fn history(api: &Api) -> Result<&History, Failure> {
    let why = "this node keeps no history: ask another, or start it without --no-history";
    let none = || Failure::new(StatusCode::SERVICE_UNAVAILABLE, "NoHistory", why);
    api.node.history().ok_or_else(none)
}

fn page(order: OrderOf, after: Option<Cursor<Place>>, limit: Limit) -> Page {
    Page {
        order: match order {
            OrderOf::Newest => Order::Newest,
            OrderOf::Oldest => Order::Oldest,
        },
        after: after.map(|Cursor(after)| after),
        limit: limit.rows(),
    }
}

async fn events(Shared(api): Shared<Arc<Api>>, Asked(asked): Asked<Events>) -> Result<Json<EventPage>, Failure> {
    let page = page(asked.order, asked.after, asked.limit);
    let filter = EventFilter {
        kind: asked.kind,
        vault: asked.vault.map(VaultId),
        auction: asked.auction.map(AuctionId),
        account: asked.account,
        collateral_type: asked.collateral_type.map(TypeId),
    };
    let answer = history(&api)?.ask(move |reader| reader.events(&filter, &page)).await?;
    Ok(Json(answer))
}

async fn prices(Shared(api): Shared<Arc<Api>>, Asked(asked): Asked<Prices>) -> Result<Json<PricePage>, Failure> {
    let range = PriceRange {
        from: Timestamp(asked.from.unwrap_or(0)),
        to: Timestamp(asked.to.unwrap_or(u64::MAX)),
        every: Seconds(asked.every.unwrap_or(1)),
        limit: asked.limit.rows(),
    };
    let feed = FeedId(asked.feed);
    let answer = history(&api)?.ask(move |reader| reader.prices(feed, &range)).await?;
    Ok(Json(answer))
}

async fn vault(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfVault>,
    Asked(asked): Asked<Moments>,
) -> Result<Json<VaultHistory>, Failure> {
    let page = page(asked.order, asked.after, asked.limit);
    let answer = history(&api)?
        .ask(move |reader| reader.vault(VaultId(of.id), &page))
        .await?;
    Ok(Json(answer))
}

async fn liquidations(
    Shared(api): Shared<Arc<Api>>,
    Asked(asked): Asked<Liquidations>,
) -> Result<Json<LiquidationPage>, Failure> {
    let page = page(asked.order, asked.after, asked.limit);
    let filter = LiquidationFilter {
        vault: asked.vault.map(VaultId),
        collateral_type: asked.collateral_type.map(TypeId),
        account: asked.account,
    };
    let answer = history(&api)?
        .ask(move |reader| reader.liquidations(&filter, &page))
        .await?;
    Ok(Json(answer))
}

async fn transactions(
    Shared(api): Shared<Arc<Api>>,
    Asked(asked): Asked<Transactions>,
) -> Result<Json<PastTransactionPage>, Failure> {
    let page = page(asked.order, asked.after, asked.limit);
    let answer = history(&api)?
        .ask(move |reader| reader.transactions(asked.sender, &page))
        .await?;
    Ok(Json(answer))
}
