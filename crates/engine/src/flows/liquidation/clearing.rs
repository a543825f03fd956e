//! Whether the vaults of a type are few enough to be liquidated in time (rule R7).

use ballast_num::{Amount, Round, cmp_products3};
use ballast_protocol::{Bounds, LIQUIDATION_WORK, Limits, ParameterFault, TypeSpec};

/// Whether all vaults of a type, each at the debt floor and together at the ceiling, could be liquidated within
/// `blocks_to_clear` blocks by the type's share of the engine's work, where `types` share it (rule R7):
///
/// debt floor × (`liquidation_work` − callers' share) × `blocks_to_clear` ≥ ceiling × work of a liquidation × types
///
/// Compared exactly. Error: `DebtFloorTooLow`.
pub(crate) fn check_floor(spec: &TypeSpec, limits: &Limits, types: usize) -> Result<(), ParameterFault> {
    if spec.peer.bounds == Bounds::Waived || spec.peer.floor == Bounds::Waived {
        return Ok(());
    }
    let (floor, ceiling) = (spec.debt_floor, spec.debt_ceiling);
    let all = Amount::from_raw(limits.liquidation_work.into());
    let of_callers = all.mul_ratio(limits.caller_work_share, Round::Up).unwrap_or(all);
    let work = all.saturating_sub(of_callers).raw();
    let blocks = u128::from(limits.blocks_to_clear);
    let each = u128::from(LIQUIDATION_WORK);
    let types = types as u128;
    if cmp_products3([floor.raw(), work, blocks], [ceiling.raw(), each, types]).is_ge() {
        return Ok(());
    }
    // Fits: work has 64 bits, blocks 32, and so have their counterparts far less.
    let (done, needed) = (work.saturating_mul(blocks), each.saturating_mul(types));
    let amount = |amount: Amount, by, over, round| amount.prorate(by, over, round).unwrap_or(Amount::MAX);
    Err(ParameterFault::DebtFloorTooLow {
        floor,
        floor_min: amount(ceiling, needed, done, Round::Up),
        ceiling_max: amount(floor, done, needed, Round::Down),
    })
}
