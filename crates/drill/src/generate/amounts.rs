//! Amounts: those at which something just holds or just fails, any share of them, and the ends of the scale.

use ballast_num::{Amount, RAY};
use num_bigint::BigUint;

use crate::model::{Model, Vault};
use crate::random::Random;

/// One of the boundaries or beside it, a part of one, or an extreme.
pub(super) fn around(random: &mut Random, boundaries: &[u128]) -> Amount {
    let boundary = random.pick(boundaries).unwrap_or(1);
    let raw = match random.under(20) {
        0 => random.of([0, 1, 2, u128::MAX, u128::MAX - 1, 1 << 127, 1 << 64]),
        1..4 => boundary,
        4 | 5 => boundary.saturating_add(1),
        6 | 7 => boundary.saturating_sub(1),
        8 => boundary / 2,
        _ => random.under_wide(boundary).saturating_add(1),
    };
    Amount::from_raw(raw)
}

fn narrow(wide: &BigUint) -> u128 {
    u128::try_from(wide).unwrap_or(u128::MAX)
}

/// `collateral × price × 10^(36 − decimals)`, and `index × initial ratio`: the two sides of what a vault may owe.
fn sides(model: &Model, vault: &Vault) -> Option<(BigUint, BigUint)> {
    let kind = model.types.get(&vault.kind)?;
    let quote = model.quotes.get(&kind.spec.feed)?;
    let scale = BigUint::from(10_u8).pow(36 - u32::from(kind.decimals));
    let price = BigUint::from(quote.spot.min(quote.mean)) * scale;
    Some((price, BigUint::from(kind.index) * kind.spec.initial_ratio.raw()))
}

/// The most that a vault can still draw, as its initial ratio, its type's ceiling and gap, the mint limit and its deposit allow;
/// and its floor.
pub(super) fn drawable(model: &Model, vault: &Vault) -> [u128; 6] {
    let (Some((price, each)), Some(kind)) = (sides(model, vault), model.types.get(&vault.kind)) else {
        return [1; 6];
    };
    let normalized = narrow(&(price * vault.collateral / each)).saturating_sub(vault.normalized);
    let debt = narrow(&(BigUint::from(normalized) * kind.index / RAY));
    let deposit = if vault.normalized == 0 {
        kind.spec.liquidation_deposit.raw()
    } else {
        0
    };
    let counted = narrow(&(BigUint::from(kind.opening + kind.drawn) * kind.index / RAY));
    let ceiling = model.ceiling(vault.kind).unwrap_or(1).saturating_sub(counted);
    let taken = narrow(&(BigUint::from((kind.recent + kind.total).saturating_sub(kind.opening)) * kind.index / RAY));
    let gap = kind.spec.growth.debt_gap.raw().saturating_sub(taken);
    let (held, opening) = model.minted;
    let mint = model
        .limits
        .mint
        .floor
        .raw()
        .saturating_sub((held + model.coins()).saturating_sub(opening));
    let floor = kind.spec.debt_floor.raw();
    [
        debt.saturating_sub(deposit),
        debt.saturating_sub(deposit),
        floor.saturating_sub(deposit).max(1),
        ceiling.saturating_sub(deposit),
        gap.saturating_sub(deposit).min(debt).max(1),
        mint.saturating_sub(deposit).min(debt).max(1),
    ]
}

/// The most that can be withdrawn.
pub(super) fn withdrawable(model: &Model, vault: &Vault) -> [u128; 2] {
    let Some((price, each)) = sides(model, vault) else {
        return [vault.collateral; 2];
    };
    let needed = (each * vault.normalized + &price - 1_u8) / price;
    [vault.collateral.saturating_sub(narrow(&needed)), vault.collateral]
}

/// All that is owed, and all but the floor.
pub(super) fn repayable(model: &Model, vault: &Vault) -> [u128; 3] {
    let Some(kind) = model.types.get(&vault.kind) else {
        return [1; 3];
    };
    let owed = kind.owed(vault.normalized).unwrap_or(u128::MAX);
    let rest = owed.saturating_sub(kind.spec.debt_floor.raw());
    [owed, rest, kind.index / RAY + 1]
}
