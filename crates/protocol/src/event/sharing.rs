//! A lot that was shared out over the other vaults of its type.

use ballast_num::{Amount, NormalizedDebt, U256};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{TypeId, VaultId};

/// What was shared out, over how many shares, and what a share is worth since. A vault that held *s* shares before it has
/// ⌊*s* × `unit` ÷ 2¹²⁷⌋ of collateral after it, and its normalized debt has grown by *s* × the growth of `debt_per_share`
/// ÷ 2¹²⁷, rounded up (docs/sharing.md). No balance moves: the collateral was and is the vaults'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LotShared {
    /// Of which type.
    pub collateral_type: TypeId,
    /// From which vault it was seized.
    pub vault: VaultId,
    /// Collateral shared out.
    pub collateral: Amount,
    /// Debt shared out, in coins.
    pub debt: Amount,
    /// The same, normalized: what the type's total has grown by.
    pub normalized: NormalizedDebt,
    /// Shares of all that took part.
    #[serde(with = "crate::digits")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::digits::schema"))]
    pub shares: u128,
    /// Collateral of a share from now on, × 2¹²⁷.
    #[serde(with = "crate::digits")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::digits::schema"))]
    pub unit: u128,
    /// Normalized debt of a share from now on, × 2¹²⁷.
    pub debt_per_share: U256,
}
