//! Where a loss came from, who bore it, and what made it good.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::{AuctionId, VaultId};

/// A step of the waterfall, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
pub enum LossCause {
    /// A seized vault owed more than its collateral was worth.
    Seizure(VaultId),
    /// A lot sold to the stability pool brought less than its debt.
    PoolSale(VaultId),
    /// An auction ended short of its debt.
    Auction(AuctionId),
}

/// A sale of seized collateral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
pub enum Sale {
    /// To the stability pool, of a lot of this vault.
    Pool(VaultId),
    /// From an auction.
    Auction(AuctionId),
}
