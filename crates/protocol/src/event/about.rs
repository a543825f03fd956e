//! Whom and what an event is about.

use super::{Event, LossCause, Sale};
use crate::{AccountId, AuctionId, ParameterChange, TypeId, VaultId};

/// The vaults, auction, type and accounts that an event names. One that names an auction alone names no vault here, even though the
/// auction's lot is some vault's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Vaults, none twice; of two that merge the one that ends first.
    pub vaults: Vec<VaultId>,
    /// The auction.
    pub auction: Option<AuctionId>,
    /// The type.
    pub collateral_type: Option<TypeId>,
    /// Accounts, none twice; before all others the one that it is most about: the owner, else who acted or was paid.
    pub accounts: Vec<AccountId>,
}

impl About {
    fn vault(mut self, vault: VaultId) -> Self {
        if !self.vaults.contains(&vault) {
            self.vaults.push(vault);
        }
        self
    }

    fn auction(self, auction: AuctionId) -> Self {
        Self {
            auction: Some(auction),
            ..self
        }
    }

    fn of_type(self, collateral_type: TypeId) -> Self {
        Self {
            collateral_type: Some(collateral_type),
            ..self
        }
    }

    fn account(mut self, account: AccountId) -> Self {
        if !self.accounts.contains(&account) {
            self.accounts.push(account);
        }
        self
    }
}

impl Event {
    /// Whom and what it is about.
    pub fn about(&self) -> About {
        let about = About::default();
        match *self {
            Self::TypeClosedToNewDebt { collateral_type, .. }
            | Self::InterestAccrued { collateral_type, .. }
            | Self::AuctionsRestarted { collateral_type, .. }
            | Self::BadDebtRepaid { collateral_type, .. }
            | Self::WorkCarriedOver { collateral_type, .. } => about.of_type(collateral_type),
            Self::VaultOpened {
                vault,
                owner,
                collateral_type,
            } => about.vault(vault).of_type(collateral_type).account(owner),
            Self::CollateralDeposited {
                vault,
                collateral_type,
                by: account,
                ..
            }
            | Self::CollateralWithdrawn {
                vault,
                collateral_type,
                to: account,
                ..
            } => about.vault(vault).of_type(collateral_type).account(account),
            Self::DebtDrawn(drawn) => about
                .vault(drawn.vault)
                .of_type(drawn.collateral_type)
                .account(drawn.to),
            Self::DebtRepaid { vault, by, .. } => about.vault(vault).account(by),
            Self::VaultClosed(closed) => about
                .vault(closed.vault)
                .of_type(closed.collateral_type)
                .account(closed.to),
            Self::VaultSplit(split) => about.vault(split.from).vault(split.into).of_type(split.collateral_type),
            Self::VaultsMerged { from, into } => about.vault(from).vault(into),
            Self::VaultTransferred { vault, from, to } => about.vault(vault).account(to).account(from),
            Self::DelegateSet { owner, delegate, .. } => about.account(owner).account(delegate),
            Self::StandingOrderSet { vault, .. }
            | Self::StandingOrderExecuted { vault, .. }
            | Self::ShortfallOwed { vault, .. } => about.vault(vault),
            Self::VaultWarned { vault, owner, .. } => about.vault(vault).account(owner),
            Self::Sent { from, to, .. } => about.account(to).account(from),
            Self::VaultSeized(seized) => {
                let about = about.vault(seized.vault).of_type(seized.collateral_type);
                seized
                    .caller
                    .into_iter()
                    .fold(about.account(seized.owner), About::account)
            }
            Self::PoolBought(bought) => about.vault(bought.vault).of_type(bought.pool.collateral_type),
            Self::CollateralReturned {
                owner, collateral_type, ..
            } => about.of_type(collateral_type).account(owner),
            Self::AuctionStarted {
                auction,
                vault,
                collateral_type,
                ..
            } => about.vault(vault).auction(auction).of_type(collateral_type),
            Self::AuctionReset { auction, .. } | Self::AuctionEnded { auction, .. } => about.auction(auction),
            Self::AuctionTaken(taken) => about
                .auction(taken.auction)
                .of_type(taken.collateral_type)
                .account(taken.by),
            Self::KeeperPaid { auction, keeper, .. } => about.auction(auction).account(keeper),
            Self::LossAbsorbed {
                collateral_type, cause, ..
            } => {
                let about = about.of_type(collateral_type);
                match cause {
                    LossCause::Seizure(vault) | LossCause::PoolSale(vault) => about.vault(vault),
                    LossCause::Auction(auction) => about.auction(auction),
                }
            }
            Self::DrawSettled(settled) => about.of_type(settled.collateral_type),
            Self::LossRecovered(recovered) => {
                let about = about.of_type(recovered.collateral_type);
                match recovered.sale {
                    Sale::Pool(vault) => about.vault(vault),
                    Sale::Auction(auction) => about.auction(auction),
                }
            }
            Self::PoolEntered { pool, owner, .. }
            | Self::PoolExited { pool, owner, .. }
            | Self::PoolGainPaid { pool, owner, .. } => about.of_type(pool.collateral_type).account(owner),
            Self::LotSoldInMarket(sold) => about
                .auction(sold.auction)
                .of_type(sold.collateral_type)
                .account(sold.owner),
            Self::SessionGranted { owner, .. }
            | Self::SessionRevoked { owner, .. }
            | Self::TicketQueued { owner, .. }
            | Self::TicketClosed { owner, .. }
            | Self::LiquidityAdded { owner, .. }
            | Self::LiquidityRemoved { owner, .. }
            | Self::SoldInMarket { owner, .. }
            | Self::BoughtInMarket { owner, .. }
            | Self::FundEntered { owner, .. }
            | Self::FundExited { owner, .. } => about.account(owner),
            Self::FirstLossAdded {
                collateral_type, by, ..
            } => about.of_type(collateral_type).account(by),
            Self::LotShared(shared) => about.vault(shared.vault).of_type(shared.collateral_type),
            Self::RoundClosed { .. }
            | Self::FeedStateChanged { .. }
            | Self::GapBegan { .. }
            | Self::CancelQueued { .. }
            | Self::CancelLapsed { .. }
            | Self::MarketCleared { .. }
            | Self::FundIncomePaid { .. }
            | Self::FundWiped { .. }
            | Self::FundReturned { .. }
            | Self::ResidueBooked { .. } => about,
            Self::ParameterChanged(ref change) => match change {
                ParameterChange::Type(collateral_type, _) => about.of_type(*collateral_type),
                _ => about,
            },
        }
    }
}
