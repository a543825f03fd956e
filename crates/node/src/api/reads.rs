//! Where the chain stands: status, assets, feeds, types, accounts, and proofs of single records.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ballast_engine::State;
use ballast_engine::kernel::Quote;
use ballast_num::{Amount, Ratio, Round, Usd};
use ballast_protocol::api::{
    AccountInfo, AssetInfo, BalanceInfo, FeedInfo, ProofInfo, Readiness, SourceInfo, Status, TypeInfo,
};
use ballast_protocol::{AccountId, Height, Module, Rejected, SourceId, hex};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Asked, Named};
use crate::Published;

/// Of which recent state; none is the last.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfHeight {
    /// A recent height; none is the last.
    pub(super) height: Option<u64>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct OfAccount {
    /// The account's address.
    pub(super) account: AccountId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfRecord {
    /// A recent height; none is the last.
    height: Option<u64>,
    /// The table's number.
    table: u16,
    /// Canonical key: `0x` and hexadecimal digits.
    key: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<Readiness, _, _>("/healthz", "Whether the process answers", healthy),
        Endpoint::get::<Readiness, _, _>("/readyz", "Whether the node takes transactions", ready),
        Endpoint::get::<String, _, _>("/metrics", "What operators watch, in Prometheus' text", metrics).in_text(),
        Endpoint::get::<Map<String, Value>, _, _>("/openapi.json", "This document", openapi),
        Endpoint::get::<Status, _, _>("/v1/status", "Where the chain stands", status)
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<Vec<AssetInfo>, _, _>("/v1/assets", "Every asset and its supply", assets)
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<Vec<FeedInfo>, _, _>("/v1/feeds", "Every feed and what it says", feeds)
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<Vec<TypeInfo>, _, _>("/v1/types", "Every collateral type and its books", types)
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<AccountInfo, _, _>("/v1/accounts/{account}", "What an account has", account)
            .naming::<OfAccount>()
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<ProofInfo, _, _>(
            "/v1/proofs",
            "A record of the state, or that there is none, and its proof",
            proof,
        )
        .asking::<OfRecord>()
        .at_height(),
    ]
}

/// The header that says of which height an answer is.
pub(crate) const HEIGHT: &str = "ballast-height";

/// An answer of a height.
pub(super) struct At<T>(pub(super) Height, pub(super) T);

impl<T: IntoResponse> IntoResponse for At<T> {
    fn into_response(self) -> Response {
        let Self(height, answer) = self;
        ([(HEIGHT, height.0.to_string())], answer).into_response()
    }
}

/// A recent block and its state; the last where none is named.
pub(super) fn at(api: &Api, height: Option<u64>) -> Result<Arc<Published>, Failure> {
    let view = api.node.view();
    let Some(height) = height else {
        return Ok(view.latest());
    };
    view.at(Height(height)).ok_or_else(|| {
        let (oldest, latest) = (view.oldest(), view.latest().height());
        let message = format!(
            "the state of {} is not kept: name one from {oldest} to {latest}",
            Height(height)
        );
        Failure::new(StatusCode::NOT_FOUND, "HeightNotKept", message)
    })
}

async fn healthy() -> Json<Readiness> {
    Json(Readiness::Ready)
}

async fn ready(Shared(api): Shared<Arc<Api>>) -> Result<Json<Readiness>, Failure> {
    match api.node.has_stopped() {
        None => Ok(Json(Readiness::Ready)),
        Some(why) => Err(Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Stopped",
            why.to_string(),
        )),
    }
}

async fn openapi(Shared(api): Shared<Arc<Api>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], api.document.clone()).into_response()
}

async fn metrics(Shared(api): Shared<Arc<Api>>) -> Response {
    let kind = "text/plain; version=0.0.4";
    ([(header::CONTENT_TYPE, kind)], api.metrics.text(&api.node)).into_response()
}

async fn status(Shared(api): Shared<Arc<Api>>, Asked(of): Asked<OfHeight>) -> Result<At<Json<Status>>, Failure> {
    let published = at(&api, of.height)?;
    let state = &published.state;
    let (chain, coin) = (state.chain(), state.governance().limits.coin);
    let ledger = state.ledger();
    Ok(At(
        published.height(),
        Json(Status {
            chain_id: chain.chain_id,
            genesis: api.node.domain().genesis(),
            height: chain.height,
            time: chain.time,
            now: api.node.now(),
            root: state.root(),
            coin,
            supply: ledger.supply(coin),
            bad_debt: state.backstop().bad_debt()?,
            surplus: ledger.balance(coin, Module::SurplusBuffer),
            insurance_fund: ledger.balance(coin, Module::InsuranceFund),
            total_ratio: total_ratio(state),
            vaults: count(state.vaults().len()),
            work_price: chain.work_price,
            waiting: count(api.node.waiting()),
            oldest_height: api.node.view().oldest(),
            oldest_block: api.node.view().oldest_block(),
        }),
    ))
}

pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// What vaults and lots hold ÷ what they owe, rounded down; none without debt or where a price is missing.
fn total_ratio(state: &State) -> Option<Ratio> {
    let (mut value, mut debt) = (0_u128, 0_u128);
    for spec in state.vaults().types() {
        let sheet = state.balance_sheet(spec.id).ok()?;
        let owed = sheet.vault_debt.try_add(sheet.auction_debt).ok()?;
        if owed.is_zero() {
            continue;
        }
        let quote = state.prices().quote(spec.feed).ok()?;
        let lots = state.auctions().ranking().sums(spec.id).holding;
        let decimals = state.vaults().totals(spec.id).ok()?.decimals;
        let on_sale = Amount::from_raw(lots)
            .usd_value(quote.low, decimals, Round::Down)
            .ok()?;
        value = value
            .checked_add(sheet.vault_collateral.raw())?
            .checked_add(unsigned(on_sale))?;
        debt = debt.checked_add(owed.raw())?;
    }
    Ratio::of(value, debt, Round::Down).ok()
}

/// A value that is not below zero, in 1e-18 USD.
pub(super) fn unsigned(value: Usd) -> u128 {
    u128::try_from(value.raw()).unwrap_or(0)
}

async fn assets(
    Shared(api): Shared<Arc<Api>>,
    Asked(of): Asked<OfHeight>,
) -> Result<At<Json<Vec<AssetInfo>>>, Failure> {
    let published = at(&api, of.height)?;
    let state = &published.state;
    let info = |asset: &ballast_protocol::Asset| AssetInfo {
        id: asset.id,
        symbol: asset.symbol.clone(),
        decimals: asset.decimals,
        feed: asset.feed,
        supply: state.ledger().supply(asset.id),
    };
    Ok(At(published.height(), Json(state.assets().map(info).collect())))
}

async fn feeds(Shared(api): Shared<Arc<Api>>, Asked(of): Asked<OfHeight>) -> Result<At<Json<Vec<FeedInfo>>>, Failure> {
    let published = at(&api, of.height)?;
    let state = &published.state;
    let infos = state.prices().iter().map(|quote| feed(state, quote));
    Ok(At(published.height(), Json(infos.collect::<Result<_, _>>()?)))
}

fn feed(state: &State, quote: &Quote) -> Result<FeedInfo, Rejected> {
    let spec = state.oracle().spec(quote.feed)?;
    let source = |id: &SourceId| {
        let said = state.oracle().observations.get(&(spec.id, *id));
        SourceInfo {
            id: *id,
            key: state.source_key(*id).cloned(),
            price: said.map(|said| said.price),
            time: said.map(|said| said.time),
        }
    };
    Ok(FeedInfo {
        id: spec.id,
        name: spec.name.clone(),
        state: quote.state,
        round: quote.round,
        closed: quote.closed,
        spot: quote.spot,
        mean: quote.mean,
        judging: quote.judging,
        low: quote.low,
        heartbeat: spec.heartbeat,
        quorum: spec.quorum,
        sources: spec.sources.iter().map(source).collect(),
    })
}

async fn types(Shared(api): Shared<Arc<Api>>, Asked(of): Asked<OfHeight>) -> Result<At<Json<Vec<TypeInfo>>>, Failure> {
    let published = at(&api, of.height)?;
    let state = &published.state;
    let coin = state.governance().limits.coin;
    let mut infos = Vec::new();
    for spec in state.vaults().types() {
        let totals = state.vaults().totals(spec.id)?;
        infos.push(TypeInfo {
            spec: spec.clone(),
            debt: totals.normalized_debt.debt(totals.index, Round::Up)?,
            on_sale: Amount::from_raw(state.auctions().ranking().sums(spec.id).base),
            liquidation_ratio: totals.liquidation_ratio,
            indebted_vaults: count(state.vaults().index().len(spec.id)),
            first_loss: state.ledger().balance(coin, Module::FirstLoss(spec.id)),
            marked_loss: state.balance_sheet(spec.id).ok().map(|sheet| sheet.marked_loss),
        });
    }
    Ok(At(published.height(), Json(infos)))
}

async fn account(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfAccount>,
    Asked(when): Asked<OfHeight>,
) -> Result<At<Json<AccountInfo>>, Failure> {
    let published = at(&api, when.height)?;
    let state = &published.state;
    let record = state.ledger().account(of.account);
    let held = record.map(|account| account.balances()).unwrap_or_default();
    let info = |(asset, amount): &(ballast_protocol::AssetId, Amount)| BalanceInfo {
        asset: *asset,
        symbol: state
            .asset(*asset)
            .map(|asset| asset.symbol.clone())
            .unwrap_or_default(),
        amount: *amount,
    };
    Ok(At(
        published.height(),
        Json(AccountInfo {
            account: of.account,
            height: published.height(),
            balances: held.iter().map(info).collect(),
            fund_shares: state.fund().shares(of.account),
            nonce_next: record.and_then(|account| account.nonces().next()).unwrap_or(0),
        }),
    ))
}

async fn proof(Shared(api): Shared<Arc<Api>>, Asked(of): Asked<OfRecord>) -> Result<At<Json<ProofInfo>>, Failure> {
    let published = at(&api, of.height)?;
    let state = &published.state;
    let key = hex::parse_all(&of.key).map_err(|why| Failure::bad_request(format!("the key can't be read: {why}")))?;
    Ok(At(
        published.height(),
        Json(ProofInfo {
            height: published.height(),
            root: state.root(),
            table: of.table,
            key: of.key,
            value: state.record(of.table, &key).map(|value| hex::text(&value)),
            proof: state.prove(of.table, &key),
        }),
    ))
}
