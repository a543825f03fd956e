//! Markets, pools and what waits for a round, and what an account has in them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use ballast_engine::State;
use ballast_engine::mechanisms::queue::Ticket;
use ballast_protocol::api::{MarketInfo, MarketPosition, PoolInfo, PoolPosition, Positions, SessionInfo, TicketInfo};
use ballast_protocol::{AccountId, Lane, MarketSpec, Module, PoolId, Rejected, TicketId, Venue};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Asked, Named};
use super::reads::{At, OfAccount, OfHeight, at};

#[derive(Deserialize, JsonSchema)]
struct OfTicket {
    /// The ticket's number.
    id: u64,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<Vec<MarketInfo>, _, _>("/v1/markets", "Every market and its pool", markets)
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<Vec<PoolInfo>, _, _>(
            "/v1/pools",
            "The stability pools and tiers of standing bids, as a lot is offered to them",
            pools,
        )
        .asking::<OfHeight>()
        .at_height(),
        Endpoint::get::<Positions, _, _>(
            "/v1/accounts/{account}/positions",
            "What an account has in pools, markets and the fund, what it waits for, and who may act for it",
            positions,
        )
        .naming::<OfAccount>()
        .asking::<OfHeight>()
        .at_height(),
        Endpoint::get::<TicketInfo, _, _>("/v1/tickets/{id}", "An order that waits for a round", ticket)
            .naming::<OfTicket>()
            .asking::<OfHeight>()
            .at_height(),
    ]
}

async fn markets(
    Shared(api): Shared<Arc<Api>>,
    Asked(of): Asked<OfHeight>,
) -> Result<At<Json<Vec<MarketInfo>>>, Failure> {
    let published = at(&api, of.height)?;
    let infos = published.state.markets().specs();
    let infos = infos.map(|spec| market(&published.state, spec));
    Ok(At(published.height(), Json(infos.collect::<Result<_, _>>()?)))
}

fn market(state: &State, spec: &MarketSpec) -> Result<MarketInfo, Rejected> {
    let (markets, clock) = (state.markets(), state.clock());
    let pool = markets.pool(spec.id)?;
    Ok(MarketInfo {
        spec: spec.clone(),
        decimals: pool.decimals,
        base: pool.base,
        coins: pool.coins,
        shares: pool.shares,
        price: markets.curve(spec.id)?.map(|curve| curve.spot()),
        mean: markets.mean(spec.id, &clock)?,
        locked_depth: markets.locked_depth(spec.id)?,
        least_depth: markets.least_depth(spec.id, &clock)?,
    })
}

/// Every pool of every type.
fn all_pools(state: &State) -> impl Iterator<Item = PoolId> + '_ {
    state.vaults().types().flat_map(|spec| spec.pools())
}

async fn pools(Shared(api): Shared<Arc<Api>>, Asked(of): Asked<OfHeight>) -> Result<At<Json<Vec<PoolInfo>>>, Failure> {
    let published = at(&api, of.height)?;
    let state = &published.state;
    let mut infos = Vec::new();
    for spec in state.vaults().types() {
        for id in spec.pools() {
            let Some(terms) = spec.pool_terms(id.buyer) else {
                continue;
            };
            infos.push(PoolInfo {
                id,
                discount: terms.discount,
                coins: state.pools().total(id),
                spendable: state.pools().spendable(id, terms.floor),
                cooldown: terms.cooldown,
                least_entry: terms.ticket_min,
            });
        }
    }
    Ok(At(published.height(), Json(infos)))
}

async fn ticket(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfTicket>,
    Asked(when): Asked<OfHeight>,
) -> Result<At<Json<TicketInfo>>, Failure> {
    let published = at(&api, when.height)?;
    let id = TicketId(of.id);
    let ticket = published.state.queue().ticket(id)?;
    Ok(At(published.height(), Json(info(&published.state, id, ticket))))
}

fn info(state: &State, id: TicketId, ticket: &Ticket) -> TicketInfo {
    TicketInfo {
        id,
        owner: ticket.owner,
        order: ticket.order,
        queued: ticket.included,
        ready_in: ticket.ready.saturating_sub(state.clock().host_time),
        expiry: ticket.expiry,
        cancelled: ticket.cancelled,
    }
}

/// The tickets of an account: it has at most one in each lane of a venue.
fn tickets_of(state: &State, owner: AccountId) -> Vec<TicketInfo> {
    let pools = all_pools(state).map(Venue::Pool);
    let markets = state.markets().specs().map(|spec| Venue::Market(spec.id));
    let venues = pools.chain(markets).chain([Venue::Fund]);
    let lanes = [Lane::Entry, Lane::Exit, Lane::Trade];
    let ids = venues.flat_map(|venue| lanes.map(|lane| state.queue().waiting(venue, lane, owner)));
    let mut tickets: Vec<TicketInfo> = ids
        .flatten()
        .filter_map(|id| Some(info(state, id, state.queue().ticket(id).ok()?)))
        .collect();
    tickets.sort_by_key(|ticket| ticket.id);
    tickets
}

async fn positions(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfAccount>,
    Asked(when): Asked<OfHeight>,
) -> Result<At<Json<Positions>>, Failure> {
    let published = at(&api, when.height)?;
    let (state, account) = (&published.state, of.account);
    let mut pools = Vec::new();
    for pool in all_pools(state) {
        match state.pools().position(pool, account) {
            Ok(held) => pools.push(PoolPosition {
                pool,
                coins: held.coins,
                gain: held.gain,
            }),
            Err(Rejected::NoDeposit) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut markets = Vec::new();
    for spec in state.markets().specs() {
        let shares = state.markets().shares(spec.id, account);
        if shares.is_zero() {
            continue;
        }
        let worth = state.markets().worth(spec.id, shares)?;
        markets.push(MarketPosition {
            market: spec.id,
            shares,
            base: worth.base,
            coins: worth.coins,
        });
    }
    let now = state.chain().time;
    let sessions = state
        .sessions()
        .of(account)
        .iter()
        .filter(|session| !session.is_over(now));
    let coin = state.governance().limits.coin;
    let fund_shares = state.fund().shares(account);
    let fund = state.ledger().balance(coin, Module::InsuranceFund);
    Ok(At(
        published.height(),
        Json(Positions {
            account,
            height: published.height(),
            pools,
            markets,
            tickets: tickets_of(state, account),
            sessions: sessions
                .map(|session| SessionInfo {
                    key: session.key,
                    commands: session.scope.kinds().collect(),
                    expiry: session.expiry,
                    left: session.left(),
                })
                .collect(),
            fund_shares,
            fund_value: state.fund().value(fund_shares, fund)?,
        }),
    ))
}
