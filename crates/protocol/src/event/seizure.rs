//! Why a vault was seized, and how much of it.

use ballast_num::{Amount, NormalizedDebt, Price, Ratio};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AccountId, TypeId, VaultId};

/// The explanation of a seizure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Seized {
    /// Which vault.
    pub vault: VaultId,
    /// Whose.
    pub owner: AccountId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Why this much.
    pub rule: SeizureRule,
    /// Price at which the vault was judged.
    pub price: Price,
    /// Lowest price that the pool and auctions use.
    pub price_low: Price,
    /// The liquidation ratio in force.
    pub liquidation_ratio: Ratio,
    /// What the vault owed just before, in coins, rounded up.
    pub debt_before: Amount,
    /// What it held just before.
    pub collateral_before: Amount,
    /// Debt taken off the vault, in coins.
    pub debt: Amount,
    /// Normalized debt taken off the vault.
    pub normalized: NormalizedDebt,
    /// Collateral taken off the vault.
    pub collateral: Amount,
    /// Penalty asked on top of the debt, in coins.
    pub penalty: Amount,
    /// Loss booked at once: debt above the collateral's value.
    pub loss: Amount,
    /// Who called, if it was not the engine.
    pub caller: Option<AccountId>,
    /// Collateral paid to the caller.
    pub caller_collateral: Amount,
    /// Liquidation deposit paid to the caller, or kept by the reserve.
    pub deposit: Amount,
}

/// Which part of rule R9 decided how much was seized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SeizureRule {
    /// As much as restores the target ratio.
    PartialToTarget,
    /// As much as one round may take inside the wick band.
    PartialRoundLimit,
    /// Whole, because a partial liquidation would not help.
    WholeTooDeep,
    /// Whole, because the rest would be under the debt floor.
    WholeAvoidsDust,
    /// The peers' ways.
    Peer,
}
