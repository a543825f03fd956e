//! What vaults were after each block that touched them.

use std::collections::BTreeMap;

use ballast_engine::State;
use ballast_num::{Amount, Price, Ratio, Round};
use ballast_protocol::VaultId;
use rusqlite::{Connection, params};

use crate::Failed;
use crate::events::Told;
use crate::index::{Happened, signed};

/// A vault after a block; nothing at all once it is closed.
#[derive(Default)]
struct Standing {
    collateral: Amount,
    debt: Amount,
    price: Option<Price>,
    ratio: Option<Ratio>,
}

impl Standing {
    fn of(state: &State, id: VaultId) -> Self {
        let known = || {
            let vault = state.vaults().vault(id).ok()?;
            let spec = state.vaults().spec(vault.collateral_type).ok()?;
            let totals = state.vaults().totals(vault.collateral_type).ok()?;
            let debt = vault.normalized_debt.debt(totals.index, Round::Up).ok()?;
            let price = state.prices().quote(spec.feed).ok().map(|quote| quote.judging);
            Some(Self {
                collateral: vault.collateral,
                debt,
                price,
                ratio: price.and_then(|price| ratio((vault.collateral, debt), price, totals.decimals)),
            })
        };
        known().unwrap_or_default()
    }
}

/// Collateral value ÷ debt, rounded down; none without debt or beyond what numbers hold.
pub(crate) fn ratio(
    (collateral, debt): (Amount, Amount),
    price: Price,
    decimals: ballast_num::Decimals,
) -> Option<Ratio> {
    let value = collateral.usd_value(price, decimals, Round::Down).ok()?;
    let value = u128::try_from(value.raw()).ok()?;
    if debt.is_zero() {
        return None;
    }
    Ratio::of(value, debt.raw(), Round::Down).ok()
}

/// Writes each vault that an event of the block names, as it stands after the block.
pub(crate) fn write(
    connection: &Connection,
    happened: Happened<'_>,
    told: &[Told<'_>],
    chapter: i64,
) -> Result<(), Failed> {
    let mut touched: BTreeMap<VaultId, (String, String)> = BTreeMap::new();
    for told in told {
        for vault in &told.vaults {
            let (what, places) = touched.entry(*vault).or_default();
            if !what.is_empty() {
                what.push_str(", ");
            }
            what.push_str(told.said.kind());
            places.push(if places.is_empty() { '[' } else { ',' });
            places.push_str(&told.place.number().to_string());
        }
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO vault_history (chapter, vault, height, time, what, places, collateral, debt, price, ratio)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (vault, (what, mut places)) in touched {
        places.push(']');
        let standing = Standing::of(happened.state, vault);
        insert.execute(params![
            chapter,
            signed(vault.0),
            signed(happened.block.height.0),
            signed(happened.block.time.0),
            what,
            places,
            standing.collateral.to_string(),
            standing.debt.to_string(),
            standing.price.map(|price| price.to_string()),
            standing.ratio.map(|ratio| ratio.to_string()),
        ])?;
    }
    Ok(())
}
