//! Sales of seized lots: to a pool, from an auction, in a market.

use ballast_num::{Amount, Price};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AccountId, AuctionId, MarketId, PoolId, TypeId, VaultId};

/// A pool bought collateral of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolBought {
    /// Which pool.
    pub pool: PoolId,
    /// From which vault.
    pub vault: VaultId,
    /// Collateral bought.
    pub collateral: Amount,
    /// Coins burned against the lot's debt.
    pub debt: Amount,
    /// Coins burned against a loss that was booked on it.
    pub recovered: Amount,
    /// Coins paid as penalty to the surplus buffer.
    pub penalty: Amount,
    /// Price paid for one whole unit.
    pub price: Price,
}

/// Someone bought from an auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuctionTaken {
    /// Which.
    pub auction: AuctionId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// Who.
    pub by: AccountId,
    /// Collateral bought.
    pub collateral: Amount,
    /// Price for one whole unit.
    pub price: Price,
    /// The oracle's price at that moment, if it had one.
    pub oracle_price: Option<Price>,
    /// Coins burned against the debt.
    pub debt: Amount,
    /// Coins burned against a loss that was booked on it.
    pub recovered: Amount,
    /// Coins paid as penalty to the surplus buffer.
    pub penalty: Amount,
}

/// A lot on auction was sold, or part of it, in a market's batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LotSoldInMarket {
    /// Which auction.
    pub auction: AuctionId,
    /// Of which type.
    pub collateral_type: TypeId,
    /// In which market.
    pub market: MarketId,
    /// Collateral sold.
    pub collateral: Amount,
    /// Coins burned against the debt.
    pub debt: Amount,
    /// Coins burned against a loss that was booked on it.
    pub recovered: Amount,
    /// Coins paid as penalty to the surplus buffer.
    pub penalty: Amount,
    /// Who gets what the sale brought beyond what it was to raise.
    pub owner: AccountId,
    /// How much that is, in coins.
    pub excess: Amount,
}
