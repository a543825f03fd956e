//! A reader who knows the genesis and is told what happened, nothing else, and from that alone knows every balance.
//!
//! It has no engine and no model: each event names what moved, of which asset, from whom and to whom, and each receipt
//! who paid which fee. The drill compares its balances and supplies with the engine's after every block.

use std::collections::BTreeMap;

use ballast_num::Amount;
use ballast_protocol::{
    AssetId, AuctionTaken, BlockResult, DebtDrawn, DrawSettled, Event, Genesis, Holder, LossRecovered, LotSoldInMarket,
    MarketId, Module, PoolBought, Seized, TypeId, VaultClosed, VaultSplit, WaterfallStep,
};

/// All balances and supplies, folded from what was told.
#[derive(Clone, Debug)]
pub(crate) struct Balances {
    coin: AssetId,
    /// The collateral of each type.
    collaterals: BTreeMap<TypeId, AssetId>,
    /// The base of each market.
    bases: BTreeMap<MarketId, AssetId>,
    /// Receipts and the engine's own events are told apart, so that inside of a block one may be taken before it was
    /// given: sums wrap then, and are exact again at its end. None is zero.
    balances: BTreeMap<(AssetId, Holder), u128>,
    supplies: BTreeMap<AssetId, u128>,
}

/// Where value comes from or goes to.
enum End {
    Of(Holder),
    /// It is minted or burned.
    Nowhere,
}

use End::Nowhere;

impl<T: Into<Holder>> From<T> for End {
    fn from(holder: T) -> Self {
        Self::Of(holder.into())
    }
}

impl Balances {
    /// What the opening books say: all of it is minted.
    pub(crate) fn genesis(genesis: &Genesis) -> Self {
        let mut fold = Self {
            coin: genesis.limits.coin,
            collaterals: genesis.types.iter().map(|spec| (spec.id, spec.collateral)).collect(),
            bases: genesis.markets.iter().map(|spec| (spec.id, spec.base)).collect(),
            balances: BTreeMap::new(),
            supplies: BTreeMap::new(),
        };
        let (coin, opening) = (fold.coin, &genesis.opening);
        for balance in &opening.balances {
            fold.moved(balance.asset, Nowhere, balance.account, balance.amount);
        }
        for vault in &opening.vaults {
            let kind = vault.collateral_type;
            fold.moved(fold.collateral(kind), Nowhere, Module::Vaults(kind), vault.collateral);
            fold.moved(coin, Nowhere, Module::LiquidationDeposits(kind), vault.deposit);
        }
        for deposit in &opening.pool_deposits {
            let (pool, bought) = (deposit.pool.module(), fold.collateral(deposit.pool.collateral_type));
            fold.moved(coin, Nowhere, pool, deposit.amount);
            fold.moved(bought, Nowhere, pool, deposit.gain);
        }
        for auction in &opening.auctions {
            let kind = auction.collateral_type;
            fold.moved(fold.collateral(kind), Nowhere, Module::Auctions(kind), auction.lot);
        }
        // Each entry but the first doubles its pool, so it goes in whole.
        for opened in &opening.liquidity {
            let pool = Module::Market(opened.market);
            fold.moved(fold.base(opened.market), Nowhere, pool, opened.base);
            fold.moved(coin, Nowhere, pool, opened.coins);
        }
        for (_, amount) in &opening.fund {
            fold.moved(coin, Nowhere, Module::InsuranceFund, *amount);
        }
        for (kind, amount) in &opening.first_loss {
            fold.moved(coin, Nowhere, Module::FirstLoss(*kind), *amount);
        }
        fold.moved(coin, Nowhere, Module::SurplusBuffer, opening.surplus);
        fold
    }

    /// A block: the fees and events of its transactions, and the events of the engine.
    pub(crate) fn block(&mut self, result: &BlockResult) {
        for receipt in &result.receipts {
            if let Some(fee) = &receipt.fee {
                self.moved(fee.asset, fee.payer, Module::SurplusBuffer, fee.amount);
            }
            receipt.events.iter().for_each(|event| self.apply(event));
        }
        result.events.iter().for_each(|event| self.apply(event));
    }

    /// All balances above zero, by asset and holder.
    pub(crate) fn balances(&self) -> impl Iterator<Item = (&(AssetId, Holder), &u128)> {
        self.balances.iter()
    }

    /// How much there is of an asset.
    pub(crate) fn supply(&self, asset: AssetId) -> u128 {
        self.supplies.get(&asset).copied().unwrap_or(0)
    }

    /// Every event is named: one that is new has to say here what it moves.
    pub(crate) fn apply(&mut self, event: &Event) {
        let coin = self.coin;
        match *event {
            Event::InterestAccrued { minted, .. } => self.moved(coin, Nowhere, Module::SurplusBuffer, minted),
            Event::CollateralDeposited {
                collateral_type: kind,
                by,
                amount,
                ..
            } => self.moved(self.collateral(kind), by, Module::Vaults(kind), amount),
            Event::CollateralWithdrawn {
                collateral_type: kind,
                to,
                amount,
                ..
            } => self.moved(self.collateral(kind), Module::Vaults(kind), to, amount),
            Event::DebtDrawn(DebtDrawn {
                collateral_type: kind,
                to,
                amount,
                fee,
                deposit,
                ..
            }) => {
                self.moved(coin, Nowhere, to, amount);
                self.moved(coin, Nowhere, Module::SurplusBuffer, fee);
                self.moved(coin, Nowhere, Module::LiquidationDeposits(kind), deposit);
            }
            Event::DebtRepaid { by, amount, .. } => self.moved(coin, by, Nowhere, amount),
            Event::VaultClosed(VaultClosed {
                collateral_type: kind,
                to,
                collateral,
                paid,
                deposit_used,
                deposit_returned,
                ..
            }) => {
                self.moved(coin, to, Nowhere, paid);
                self.moved(coin, Module::LiquidationDeposits(kind), Nowhere, deposit_used);
                self.moved(coin, Module::LiquidationDeposits(kind), to, deposit_returned);
                self.moved(self.collateral(kind), Module::Vaults(kind), to, collateral);
            }
            Event::VaultSplit(VaultSplit {
                collateral_type: kind,
                deposit,
                ..
            }) => self.moved(coin, Nowhere, Module::LiquidationDeposits(kind), deposit),
            Event::Sent {
                asset,
                from,
                to,
                amount,
            } => self.moved(asset, from, to, amount),
            Event::VaultSeized(Seized {
                collateral_type: kind,
                caller,
                caller_collateral,
                deposit,
                ..
            }) => {
                let payee = caller.map_or(Module::SurplusBuffer.into(), Holder::Account);
                self.moved(coin, Module::LiquidationDeposits(kind), payee, deposit);
                self.moved(self.collateral(kind), Module::Vaults(kind), payee, caller_collateral);
            }
            Event::PoolBought(PoolBought {
                pool,
                collateral,
                debt,
                recovered,
                penalty,
                ..
            }) => {
                let kind = pool.collateral_type;
                self.moved(coin, pool.module(), Nowhere, debt);
                self.moved(coin, pool.module(), Nowhere, recovered);
                self.moved(coin, pool.module(), Module::SurplusBuffer, penalty);
                self.moved(self.collateral(kind), Module::Vaults(kind), pool.module(), collateral);
            }
            Event::CollateralReturned {
                owner,
                collateral_type,
                from,
                amount,
            } => self.moved(self.collateral(collateral_type), from, owner, amount),
            Event::AuctionStarted {
                collateral_type: kind,
                lot,
                ..
            } => self.moved(self.collateral(kind), Module::Vaults(kind), Module::Auctions(kind), lot),
            Event::AuctionTaken(AuctionTaken {
                collateral_type: kind,
                by,
                collateral,
                debt,
                recovered,
                penalty,
                ..
            }) => {
                self.moved(coin, by, Nowhere, debt);
                self.moved(coin, by, Nowhere, recovered);
                self.moved(coin, by, Module::SurplusBuffer, penalty);
                self.moved(self.collateral(kind), Module::Auctions(kind), by, collateral);
            }
            Event::KeeperPaid { keeper, amount, .. } => self.moved(coin, Nowhere, keeper, amount),
            Event::LossAbsorbed {
                collateral_type: kind,
                step: WaterfallStep::FirstLoss,
                amount,
                ..
            } => self.moved(coin, Module::FirstLoss(kind), Nowhere, amount),
            Event::DrawSettled(DrawSettled { surplus, fund, .. }) => {
                self.moved(coin, Module::SurplusBuffer, Nowhere, surplus);
                self.moved(coin, Module::InsuranceFund, Nowhere, fund);
            }
            Event::FundEntered { amount, .. } => self.moved(coin, Module::Queue, Module::InsuranceFund, amount),
            Event::FundExited { owner, amount, .. } => self.moved(coin, Module::InsuranceFund, owner, amount),
            Event::FundIncomePaid { amount } => {
                self.moved(coin, Module::SurplusBuffer, Module::InsuranceFund, amount);
            }
            Event::FundReturned { amount } => self.moved(coin, Module::InsuranceFund, Module::SurplusBuffer, amount),
            Event::BadDebtRepaid { amount, .. } => self.moved(coin, Module::SurplusBuffer, Nowhere, amount),
            Event::LossRecovered(LossRecovered {
                collateral_type: kind,
                surplus,
                fund,
                first_loss,
                ..
            }) => {
                self.moved(coin, Nowhere, Module::SurplusBuffer, surplus);
                self.moved(coin, Nowhere, Module::InsuranceFund, fund);
                self.moved(coin, Nowhere, Module::FirstLoss(kind), first_loss);
            }
            Event::TicketQueued { owner, ref escrow, .. } => {
                for (asset, amount) in escrow {
                    self.moved(*asset, owner, Module::Queue, *amount);
                }
            }
            Event::TicketClosed {
                owner, ref returned, ..
            } => {
                for (asset, amount) in returned {
                    self.moved(*asset, Module::Queue, owner, *amount);
                }
            }
            Event::PoolEntered { pool, amount, .. } => self.moved(coin, Module::Queue, pool.module(), amount),
            Event::PoolExited { pool, owner, amount } => self.moved(coin, pool.module(), owner, amount),
            Event::PoolGainPaid { pool, owner, amount } => {
                self.moved(self.collateral(pool.collateral_type), pool.module(), owner, amount);
            }
            Event::LiquidityAdded {
                market, base, coins, ..
            } => {
                self.moved(self.base(market), Module::Queue, Module::Market(market), base);
                self.moved(coin, Module::Queue, Module::Market(market), coins);
            }
            Event::LiquidityRemoved {
                market,
                owner,
                base,
                coins,
                ..
            } => {
                self.moved(self.base(market), Module::Market(market), owner, base);
                self.moved(coin, Module::Market(market), owner, coins);
            }
            Event::SoldInMarket {
                market,
                owner,
                base,
                coins,
            } => {
                self.moved(self.base(market), Module::Queue, Module::Market(market), base);
                self.moved(coin, Module::Market(market), owner, coins);
            }
            Event::BoughtInMarket {
                market,
                owner,
                coins,
                base,
            } => {
                self.moved(coin, Module::Queue, Module::Market(market), coins);
                self.moved(self.base(market), Module::Market(market), owner, base);
            }
            Event::LotSoldInMarket(LotSoldInMarket {
                collateral_type: kind,
                market,
                collateral,
                debt,
                recovered,
                penalty,
                owner,
                excess,
                ..
            }) => {
                let pool = Module::Market(market);
                self.moved(self.collateral(kind), Module::Auctions(kind), pool, collateral);
                self.moved(coin, pool, Nowhere, debt);
                self.moved(coin, pool, Nowhere, recovered);
                self.moved(coin, pool, Module::SurplusBuffer, penalty);
                self.moved(coin, pool, owner, excess);
            }
            Event::FirstLossAdded {
                collateral_type: kind,
                by,
                amount,
            } => self.moved(coin, by, Module::FirstLoss(kind), amount),
            Event::ResidueBooked { from, asset, amount } => self.moved(asset, from, Module::Residue, amount),
            Event::RoundClosed { .. }
            | Event::FeedStateChanged { .. }
            | Event::GapBegan { .. }
            | Event::TypeClosedToNewDebt { .. }
            | Event::VaultOpened { .. }
            | Event::VaultsMerged { .. }
            | Event::VaultTransferred { .. }
            | Event::DelegateSet { .. }
            | Event::SessionGranted { .. }
            | Event::SessionRevoked { .. }
            | Event::StandingOrderSet { .. }
            | Event::StandingOrderExecuted { .. }
            | Event::VaultWarned { .. }
            | Event::AuctionReset { .. }
            | Event::AuctionsRestarted { .. }
            | Event::AuctionEnded { .. }
            | Event::MarketCleared { .. }
            | Event::LossAbsorbed { .. }
            | Event::FundWiped { .. }
            | Event::CancelQueued { .. }
            | Event::CancelLapsed { .. }
            | Event::ParameterChanged(_)
            | Event::WorkCarriedOver { .. }
            | Event::ShortfallOwed { .. }
            // What is shared out was and stays in the type's vaults.
            | Event::LotShared(_) => {}
        }
    }

    /// What nobody lists is no asset, and shows as a difference.
    fn collateral(&self, kind: TypeId) -> AssetId {
        self.collaterals.get(&kind).copied().unwrap_or(AssetId(u32::MAX))
    }

    /// What nobody lists is no asset, and shows as a difference.
    fn base(&self, market: MarketId) -> AssetId {
        self.bases.get(&market).copied().unwrap_or(AssetId(u32::MAX))
    }

    fn moved(&mut self, asset: AssetId, from: impl Into<End>, to: impl Into<End>, amount: Amount) {
        let amount = amount.raw();
        match from.into() {
            End::Of(holder) => change(&mut self.balances, (asset, holder), |sum| sum.wrapping_sub(amount)),
            Nowhere => change(&mut self.supplies, asset, |sum| sum.wrapping_add(amount)),
        }
        match to.into() {
            End::Of(holder) => change(&mut self.balances, (asset, holder), |sum| sum.wrapping_add(amount)),
            Nowhere => change(&mut self.supplies, asset, |sum| sum.wrapping_sub(amount)),
        }
    }
}

fn change<K: Ord>(sums: &mut BTreeMap<K, u128>, key: K, change: impl Fn(u128) -> u128) {
    let after = change(sums.remove(&key).unwrap_or(0));
    if after != 0 {
        sums.insert(key, after);
    }
}
