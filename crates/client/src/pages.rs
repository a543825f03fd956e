//! What is asked of vaults.

use ballast_num::{Amount, Price};
use ballast_protocol::{AccountId, Height, TypeId};

use crate::http::asked;

/// In which order vaults are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VaultOrder {
    /// By number.
    #[default]
    Id,
    /// The riskiest first; only of one type.
    Risk,
}

/// Which vaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultQuery {
    /// Of a recent height; none is the last.
    pub height: Option<Height>,
    /// Only those of this type.
    pub collateral_type: Option<TypeId>,
    /// Only those of this owner; in the order by number alone.
    pub owner: Option<AccountId>,
    /// In which order.
    pub order: VaultOrder,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Most of a page.
    pub limit: Option<usize>,
}

impl VaultQuery {
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let order = match self.order {
            VaultOrder::Id => None,
            VaultOrder::Risk => Some("risk"),
        };
        let pairs = [
            asked("height", self.height.map(|height| height.0)),
            asked("collateral_type", self.collateral_type.map(|kind| kind.0)),
            asked("owner", self.owner),
            asked("order", order),
            asked("after", self.after.clone()),
            asked("limit", self.limit),
        ];
        pairs.into_iter().flatten()
    }
}

/// At what price, or after which changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhatIfQuery {
    /// Of a recent height; none is the last.
    pub height: Option<Height>,
    /// USD for a whole unit of the collateral; none is what vaults are judged by now.
    pub price: Option<Price>,
    /// Collateral put in, in base units.
    pub deposit: Option<Amount>,
    /// Collateral taken out, in base units.
    pub withdraw: Option<Amount>,
    /// Coins drawn.
    pub draw: Option<Amount>,
    /// Coins repaid.
    pub repay: Option<Amount>,
}

impl WhatIfQuery {
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let pairs = [
            asked("height", self.height.map(|height| height.0)),
            asked("price", self.price),
            asked("deposit", self.deposit),
            asked("withdraw", self.withdraw),
            asked("draw", self.draw),
            asked("repay", self.repay),
        ];
        pairs.into_iter().flatten()
    }
}
