//! Vaults: pages of them, one of them, and what one would be if.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use ballast_engine::State;
use ballast_engine::mechanisms::vault::Vault;
use ballast_num::{Amount, Arithmetic, Price, Ratio, Round, mul_div};
use ballast_protocol::api::{Health, VaultInfo, VaultPage, WhatIf};
use ballast_protocol::{AccountId, Rejected, TypeId, VaultId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Asked, Named};
use super::pages::{Cursor, Limit};
use super::reads::{At, OfHeight, at, unsigned};
use super::what_if::{Case, Judged};

/// Vaults that are looked at for a page.
const LOOKS: usize = 10_000;
/// Seconds of a year, of which the yearly fee is told.
const YEAR: u64 = 31_536_000;

#[derive(Deserialize, JsonSchema)]
struct OfVault {
    /// The vault's number.
    id: u64,
}

/// In which order vaults are told.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OrderOf {
    /// By number.
    #[default]
    Id,
    /// Of one type, the riskiest first.
    Risk,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pages {
    /// A recent height; none is the last.
    height: Option<u64>,
    /// Only vaults of this type; the order by risk needs it.
    collateral_type: Option<u32>,
    /// Only vaults of this owner; in the order by number alone.
    owner: Option<AccountId>,
    /// In which order.
    #[serde(default)]
    order: OrderOf,
    /// `next` of the page before; of the same height, where the order is by risk.
    after: Option<Cursor<u64>>,
    /// Most vaults of the page.
    #[serde(default)]
    limit: Limit,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// A recent height; none is the last.
    height: Option<u64>,
    /// Price of the collateral in USD; none is what vaults are judged by now.
    price: Option<Price>,
    /// Collateral put in, in base units.
    deposit: Option<Amount>,
    /// Collateral taken out, in base units.
    withdraw: Option<Amount>,
    /// Coins drawn.
    draw: Option<Amount>,
    /// Coins repaid.
    repay: Option<Amount>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<VaultPage, _, _>(
            "/v1/vaults",
            "Vaults by number, or the riskiest of a type first",
            vaults,
        )
        .asking::<Pages>()
        .at_height(),
        Endpoint::get::<VaultInfo, _, _>("/v1/vaults/{id}", "A vault", vault)
            .naming::<OfVault>()
            .asking::<OfHeight>()
            .at_height(),
        Endpoint::get::<WhatIf, _, _>(
            "/v1/vaults/{id}/what-if",
            "What a vault would be at a price, or after a change: health, liquidation price, fees",
            what_if,
        )
        .naming::<OfVault>()
        .asking::<Changes>()
        .at_height(),
    ]
}

async fn vaults(Shared(api): Shared<Arc<Api>>, Asked(pages): Asked<Pages>) -> Result<At<Json<VaultPage>>, Failure> {
    let published = at(&api, pages.height)?;
    let state = &published.state;
    let (limit, after) = (pages.limit.rows(), pages.after.map(|Cursor(after)| after));
    let kind = pages.collateral_type.map(TypeId);
    if let Some(kind) = kind {
        state.vaults().spec(kind)?;
    }
    let (mut infos, mut next) = (Vec::new(), None);
    match (pages.order, kind) {
        (OrderOf::Risk, _) if pages.owner.is_some() => {
            let message = "the order by risk is not one of an owner: leave order or owner out";
            return Err(Failure::bad_request(message));
        }
        (OrderOf::Risk, None) => {
            let message = "the order by risk is one of a type: add collateral_type=…";
            return Err(Failure::bad_request(message));
        }
        (OrderOf::Risk, Some(kind)) => {
            let start = after.and_then(|after| usize::try_from(after).ok()).unwrap_or(0);
            for (place, at) in state.vaults().index().places_from(kind, start).zip(start..) {
                if infos.len() == limit {
                    next = Some(at.to_string());
                    break;
                }
                infos.push(info(state, place.id())?);
            }
        }
        (OrderOf::Id, kind) => {
            // A page ends after so many looks too, so that a rare type or owner does not cost a walk over all vaults.
            let first = VaultId(after.unwrap_or(0).saturating_add(1));
            for (looked, (id, record)) in state.vaults().records_from(first).enumerate() {
                if infos.len() == limit || looked == LOOKS {
                    next = Some(id.0.saturating_sub(1).to_string());
                    break;
                }
                let is_of_type = kind.is_none_or(|kind| record.collateral_type == kind);
                if is_of_type && pages.owner.is_none_or(|owner| record.owner == owner) {
                    infos.push(info(state, id)?);
                }
            }
        }
    }
    Ok(At(
        published.height(),
        Json(VaultPage {
            height: published.height(),
            vaults: infos,
            next,
        }),
    ))
}

async fn vault(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfVault>,
    Asked(when): Asked<OfHeight>,
) -> Result<At<Json<VaultInfo>>, Failure> {
    let published = at(&api, when.height)?;
    Ok(At(published.height(), Json(info(&published.state, VaultId(of.id))?)))
}

/// A vault as it stands, judged by the price of the state.
pub(super) fn info(state: &State, id: VaultId) -> Result<VaultInfo, Rejected> {
    let vault = state.vaults().vault(id)?;
    let spec = state.vaults().spec(vault.collateral_type)?;
    let price = state.prices().quote(spec.feed).ok().map(|quote| quote.judging);
    describe(state, id, &vault, price)
}

/// A vault with these figures at this price.
fn describe(state: &State, id: VaultId, vault: &Vault, price: Option<Price>) -> Result<VaultInfo, Rejected> {
    let Case { vault, spec, totals } = Case::of(state, *vault)?;
    let collateral = vault.collateral;
    let debt = vault.normalized_debt.debt(totals.index, Round::Up)?;
    let ratio = match price {
        Some(price) if !debt.is_zero() => {
            let value = unsigned(collateral.usd_value(price, totals.decimals, Round::Down)?);
            Some(Ratio::of(value, debt.raw(), Round::Down).unwrap_or(Ratio::MAX))
        }
        _ => None,
    };
    let liquidation_price = if debt.is_zero() || collateral.is_zero() {
        None
    } else {
        // None where no price is high enough.
        price_at(collateral, debt, totals.liquidation_ratio, totals.decimals).ok()
    };
    let warned_under = totals.liquidation_ratio.try_add(spec.warning_band)?;
    let health = match ratio {
        _ if debt.is_zero() => Health::NoDebt,
        None => Health::Unknown,
        Some(ratio) if ratio < totals.liquidation_ratio => Health::Liquidatable,
        Some(ratio) if ratio < warned_under => Health::Warned,
        Some(_) => Health::Healthy,
    };
    Ok(VaultInfo {
        id,
        owner: vault.owner,
        collateral_type: vault.collateral_type,
        collateral,
        debt,
        ratio,
        liquidation_price,
        health,
        lots_on_sale: vault.seizures.lots(),
        standing_order: state.vaults().standing_order(id).copied(),
    })
}

/// The least price at which collateral ÷ debt is a ratio, rounded up: `debt × ratio ÷ collateral`.
fn price_at(
    collateral: Amount,
    debt: Amount,
    ratio: Ratio,
    decimals: ballast_num::Decimals,
) -> Result<Price, Arithmetic> {
    let value = debt.mul_ratio(ratio, Round::Up)?;
    mul_div(value.raw(), decimals.per_usd(), collateral.raw(), Round::Up).map(Price::from_raw)
}

/// The vault with what is asked put in, taken out, drawn and repaid, in this order. Error: `BadRequest` for more than there is.
fn changed(state: &State, vault: Vault, asked: &Changes) -> Result<Vault, Failure> {
    let too_much = |most: Amount, what: &str| {
        Failure::bad_request(format!("the vault has {most} base units of {what}: that is the most"))
    };
    let deposit = asked.deposit.unwrap_or_default();
    let filled = vault.collateral.try_add(deposit).map_err(Rejected::from)?;
    let rest = filled.try_sub(asked.withdraw.unwrap_or_default());
    let vault = Vault {
        collateral: rest.map_err(|_| too_much(filled, "collateral"))?,
        ..vault
    };
    let case = Case::of(state, vault)?;
    let vault = match asked.draw {
        Some(amount) if !amount.is_zero() => case.after_draw(amount)?,
        _ => vault,
    };
    let repaid = asked.repay.unwrap_or_default();
    let index = case.totals.index;
    let owed = vault.normalized_debt.debt(index, Round::Up).map_err(Rejected::from)?;
    let normalized = match repaid.cmp(&owed) {
        Ordering::Less => repaid.normalize(index, Round::Down).map_err(Rejected::from)?,
        Ordering::Equal => vault.normalized_debt,
        Ordering::Greater => return Err(too_much(owed, "debt")),
    };
    Ok(Vault {
        normalized_debt: vault.normalized_debt.try_sub(normalized).map_err(Rejected::from)?,
        ..vault
    })
}

async fn what_if(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfVault>,
    Asked(asked): Asked<Changes>,
) -> Result<At<Json<WhatIf>>, Failure> {
    let published = at(&api, asked.height)?;
    let (state, id) = (&published.state, VaultId(of.id));
    let vault = changed(state, state.vaults().vault(id)?, &asked)?;
    let feed = state.vaults().spec(vault.collateral_type)?.feed;
    let (price, judged) = match asked.price {
        Some(price) if price.is_zero() => return Err(Failure::bad_request("a price of zero: ask for one above it")),
        Some(price) => (price, Some(Judged::at(price))),
        None => {
            let quote = state.prices().quote(feed).map_err(Rejected::from)?;
            (quote.judging, Judged::now(state, feed)?)
        }
    };
    let described = describe(state, id, &vault, Some(price))?;
    let case = Case::of(state, vault)?;
    let yearly_fee = || -> Result<Amount, Arithmetic> {
        let growth = case.spec.stability_fee.pow(ballast_num::Seconds(YEAR))?;
        let grown = mul_div(described.debt.raw(), growth.raw(), ballast_num::RAY, Round::Up)?;
        Ok(Amount::from_raw(grown).saturating_sub(described.debt))
    };
    let value = vault.collateral.usd_value(price, case.totals.decimals, Round::Down);
    Ok(At(
        published.height(),
        Json(WhatIf {
            height: published.height(),
            price,
            value: value.map_err(Rejected::from)?,
            drawable: case.drawable(judged),
            releasable: case.releasable(judged),
            yearly_fee: yearly_fee().map_err(Rejected::from)?,
            deposit: vault.deposit,
            penalty: case.spec.penalty,
            vault: described,
        }),
    ))
}
