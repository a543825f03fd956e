//! What owners do with a vault as a whole, and the debt that they draw on it.

use ballast_num::{Amount, NormalizedDebt};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AccountId, TypeId, VaultId};

/// Debt was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DebtDrawn {
    /// From which vault.
    pub vault: VaultId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Who received `amount`.
    pub to: AccountId,
    /// Coins received.
    pub amount: Amount,
    /// One-off fee, minted to the surplus buffer and owed by the vault.
    pub fee: Amount,
    /// Liquidation deposit, minted aside and owed by the vault.
    pub deposit: Amount,
    /// Normalized debt added.
    pub normalized: NormalizedDebt,
}

/// A vault was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VaultClosed {
    /// Which.
    pub vault: VaultId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Who received what it held.
    pub to: AccountId,
    /// Collateral returned.
    pub collateral: Amount,
    /// Coins of the receiver that were burned against the debt.
    pub paid: Amount,
    /// Liquidation deposit that was burned against the rest of the debt.
    pub deposit_used: Amount,
    /// Liquidation deposit returned.
    pub deposit_returned: Amount,
}

/// Part of a vault became a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VaultSplit {
    /// The old one.
    pub from: VaultId,
    /// The new one.
    pub into: VaultId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Collateral moved.
    pub collateral: Amount,
    /// Normalized debt moved.
    pub normalized: NormalizedDebt,
    /// Liquidation deposit of the new one, minted aside and owed by it.
    pub deposit: Amount,
    /// Normalized debt that the deposit added to the new one.
    pub deposit_normalized: NormalizedDebt,
}
