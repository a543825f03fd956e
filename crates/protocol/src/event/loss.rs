//! Where a loss came from, who bore it, and what made it good.

use ballast_num::Amount;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AuctionId, TypeId, VaultId};

/// A step of the waterfall, in its order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum WaterfallStep {
    /// 1: the position's own collateral and penalty.
    OwnCollateral,
    /// 2: the type's first-loss capital.
    FirstLoss,
    /// 3: the surplus buffer, up to the type's line.
    SurplusBuffer,
    /// 4: the insurance fund, up to the type's line.
    InsuranceFund,
    /// 5: a capped issue of the governance token.
    TokenIssue,
    /// 6: shared by the coin's holders: booked as bad debt.
    LossSharing,
}

/// Where a loss came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LossCause {
    /// A seized vault owed more than its collateral was worth.
    Seizure(VaultId),
    /// A lot sold to the stability pool brought less than its debt.
    PoolSale(VaultId),
    /// An auction ended short of its debt.
    Auction(AuctionId),
}

/// A sale of seized collateral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Sale {
    /// To the stability pool, of a lot of this vault.
    Pool(VaultId),
    /// From an auction.
    Auction(AuctionId),
}

/// Surplus buffer and insurance fund paid, at the block's end, what the block's losses of a type asked of them: so much
/// less is bad debt (rule R12). Together at most the line in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DrawSettled {
    /// Of which type.
    pub collateral_type: TypeId,
    /// Bad debt of this block, in coins.
    pub asked: Amount,
    /// Coins of the surplus buffer that were burned.
    pub surplus: Amount,
    /// Coins of the insurance fund that were burned.
    pub fund: Amount,
}

/// What a loss had cost was made good by later proceeds, which the sale's own event burned: bad debt first, and what
/// others had borne was minted back to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LossRecovered {
    /// Of which type.
    pub collateral_type: TypeId,
    /// By which sale.
    pub sale: Sale,
    /// Bad debt made good.
    pub bad_debt: Amount,
    /// Coins minted to the surplus buffer.
    pub surplus: Amount,
    /// Coins minted to the insurance fund.
    pub fund: Amount,
    /// Coins minted to the type's first-loss capital.
    pub first_loss: Amount,
}
