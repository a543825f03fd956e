//! The slow and obvious model: plain maps, no index, no undo.
//!
//! It restates the published rules in the plainest way that comes to mind. A batch runs on a clone of everything, and
//! the clone is kept or dropped. A price finds the vaults that it broke by looking at all of them. Figures are raw
//! integers that are computed exactly and rounded once, where the rules say so. It shares the words of
//! `ballast-protocol` with the engine, and no line of code.

mod auction;
mod block;
mod fund;
mod growth;
mod liquidation;
mod losses;
mod market;
mod number;
mod oracle;
mod outflow;
mod parameter;
mod pool;
mod protection;
mod session;
mod sharing;
mod transaction;
mod vault;

use std::collections::{BTreeMap, BTreeSet};

use ballast_protocol::{
    AccountId, Asset, AssetId, AuctionId, FeedId, Genesis, Holder, Limits, MarketId, Module, Order, PoolId, Rejected,
    SessionKey, StandingOrder, TicketId, TypeId, TypeSpec, VaultId,
};

use number::{add, sub};

pub(crate) use auction::Auction;
pub(crate) use block::Applied;
pub(crate) use market::Market;
pub(crate) use oracle::{Feed, Quote};
pub(crate) use pool::{Deposit, Pool};
pub(crate) use session::Session;
pub(crate) use vault::{Type, Vault};

/// Everything that is true.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) height: u64,
    pub(crate) time: u64,
    pub(crate) host_time: u64,
    pub(crate) work_price: u128,
    pub(crate) authority: AccountId,
    pub(crate) limits: Limits,
    assets: BTreeMap<AssetId, Asset>,
    pub(crate) balances: BTreeMap<(AssetId, Holder), u128>,
    pub(crate) supplies: BTreeMap<AssetId, u128>,
    /// Net new coin that the window's bucket holds from earlier blocks, and the coin at the block's start.
    pub(crate) minted: (u128, u128),
    /// What may leave each type in this block, and what has.
    pub(crate) doors: BTreeMap<TypeId, outflow::Door>,
    /// What vaults have taken out beyond what may leave freely, and when that was.
    pub(crate) taken: BTreeMap<VaultId, (u128, u64)>,
    /// Used nonces, by the window of time in which they were used.
    nonces: BTreeSet<(u64, AccountId, u64)>,
    pub(crate) feeds: BTreeMap<FeedId, Feed>,
    pub(crate) quotes: BTreeMap<FeedId, Quote>,
    pub(crate) types: BTreeMap<TypeId, Type>,
    pub(crate) vaults: BTreeMap<VaultId, Vault>,
    pub(crate) delegates: BTreeSet<(AccountId, AccountId)>,
    pub(crate) orders: BTreeMap<VaultId, StandingOrder>,
    pub(crate) sessions: BTreeMap<(AccountId, SessionKey), session::Session>,
    /// The session that signs the present transaction.
    acting: Option<(AccountId, SessionKey)>,
    pub(crate) tickets: BTreeMap<TicketId, Ticket>,
    pub(crate) pools: BTreeMap<PoolId, Pool>,
    pub(crate) deposits: BTreeMap<(PoolId, AccountId), Deposit>,
    pub(crate) auctions: BTreeMap<AuctionId, Auction>,
    pub(crate) markets: BTreeMap<MarketId, Market>,
    /// Shares, and those of them that are leaving.
    pub(crate) positions: BTreeMap<(MarketId, AccountId), (u128, u128)>,
    pub(crate) losses: BTreeMap<TypeId, Losses>,
    pub(crate) fund: fund::Fund,
    last_vault: u64,
    last_ticket: u64,
    last_auction: u64,
    /// The last auction that was looked at for a reset.
    cursor: u64,
    /// Types with broken vaults that the last block did not reach.
    left_over: BTreeSet<TypeId>,
    /// What each type may draw in this block.
    lines: BTreeMap<TypeId, u128>,
}

/// A queued entry to or exit from a pool.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) owner: AccountId,
    pub(crate) order: Order,
    /// What it has brought along.
    pub(crate) escrow: Vec<(AssetId, u128)>,
    /// The most that it may pay.
    pub(crate) pays_max: Option<u128>,
    included: u64,
    pub(crate) ready: u64,
    pub(crate) expiry: u64,
    pub(crate) cancelled: Option<u64>,
}

/// What a type has lost so far, and who paid.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Losses {
    pub(crate) first_loss: u128,
    pub(crate) surplus: u128,
    /// By insurers.
    pub(crate) fund: u128,
    pub(crate) bad_debt: u128,
    /// Bad debt that the buffer made good later.
    pub(crate) repaid: u128,
    /// Bad debt of this block, which asks for the buffer.
    asked: u128,
}

type Done = Result<(), Rejected>;

impl Model {
    /// The state at height 0. Opening auctions are not modelled: the drill opens none.
    pub(crate) fn genesis(genesis: &Genesis) -> Result<Self, Rejected> {
        let now = genesis.time.0;
        let mut model = Self {
            height: 0,
            time: now,
            host_time: 0,
            work_price: genesis.limits.work_price.raw(),
            authority: genesis.authority,
            limits: genesis.limits.clone(),
            assets: genesis.assets.iter().map(|asset| (asset.id, asset.clone())).collect(),
            balances: BTreeMap::new(),
            supplies: BTreeMap::new(),
            minted: (0, 0),
            doors: BTreeMap::new(),
            taken: BTreeMap::new(),
            nonces: BTreeSet::new(),
            feeds: genesis
                .feeds
                .iter()
                .map(|spec| (spec.id, Feed::new(spec.clone())))
                .collect(),
            quotes: BTreeMap::new(),
            types: BTreeMap::new(),
            vaults: BTreeMap::new(),
            delegates: BTreeSet::new(),
            orders: BTreeMap::new(),
            sessions: BTreeMap::new(),
            acting: None,
            tickets: BTreeMap::new(),
            pools: BTreeMap::new(),
            deposits: BTreeMap::new(),
            auctions: BTreeMap::new(),
            markets: BTreeMap::new(),
            positions: BTreeMap::new(),
            losses: BTreeMap::new(),
            fund: fund::Fund::default(),
            last_vault: 0,
            last_ticket: 0,
            last_auction: 0,
            cursor: 0,
            left_over: BTreeSet::new(),
            lines: BTreeMap::new(),
        };
        let opening = &genesis.opening;
        for (feed, price) in &opening.prices {
            if let Some(feed) = model.feeds.get_mut(feed) {
                feed.open(price.raw(), now);
            }
        }
        for spec in &genesis.types {
            let decimals = model.asset(spec.collateral)?.decimals.get();
            let stated = opening.debt_indices.iter().find(|(kind, _)| *kind == spec.id);
            let index = stated.map_or(ballast_num::RAY, |(_, index)| index.raw());
            model
                .types
                .insert(spec.id, Type::new(spec.clone(), decimals, index, now));
        }
        let coin = model.coin();
        for balance in &opening.balances {
            model.mint(balance.asset, balance.account.into(), balance.amount.raw())?;
        }
        for vault in &opening.vaults {
            let kind = vault.collateral_type;
            model.mint(
                model.spec(kind)?.collateral,
                Module::Vaults(kind).into(),
                vault.collateral.raw(),
            )?;
            model.mint(coin, Module::LiquidationDeposits(kind).into(), vault.deposit.raw())?;
            let opened = Vault {
                collateral: vault.collateral.raw(),
                normalized: vault.normalized_debt.raw(),
                deposit: vault.deposit.raw(),
                ..Vault::empty(vault.owner, kind)
            };
            model.add_vault(opened)?;
            model.types.entry(kind).and_modify(|kind| {
                kind.total += vault.normalized_debt.raw();
                kind.opening = kind.total;
            });
        }
        for spec in &genesis.markets {
            let decimals = model.asset(spec.base)?.decimals.get();
            model.markets.insert(spec.id, Market::new(spec.clone(), decimals));
        }
        for opened in &opening.liquidity {
            model.open_liquidity(opened.market, opened.owner, opened.base.raw(), opened.coins.raw())?;
        }
        for (owner, amount) in &opening.fund {
            model.stake_more(*owner, amount.raw())?;
            model.mint(model.coin(), Module::InsuranceFund.into(), amount.raw())?;
        }
        for (kind, amount) in &opening.first_loss {
            model.mint(coin, Module::FirstLoss(*kind).into(), amount.raw())?;
        }
        model.mint(coin, Module::SurplusBuffer.into(), opening.surplus.raw())?;
        model.minted.1 = model.coins();
        if let Some(first) = model.types.keys().next().copied() {
            model.losses.entry(first).or_default().bad_debt = opening.bad_debt.raw();
        }
        Ok(model)
    }

    pub(crate) fn coin(&self) -> AssetId {
        self.limits.coin
    }

    /// All coins.
    pub(crate) fn coins(&self) -> u128 {
        self.supplies.get(&self.coin()).copied().unwrap_or(0)
    }

    fn asset(&self, id: AssetId) -> Result<&Asset, Rejected> {
        self.assets.get(&id).ok_or(Rejected::UnknownAsset(id))
    }

    pub(crate) fn kind(&self, id: TypeId) -> Result<&Type, Rejected> {
        self.types.get(&id).ok_or(Rejected::UnknownType(id))
    }

    fn kind_mut(&mut self, id: TypeId) -> Result<&mut Type, Rejected> {
        self.types.get_mut(&id).ok_or(Rejected::UnknownType(id))
    }

    pub(crate) fn spec(&self, id: TypeId) -> Result<&TypeSpec, Rejected> {
        Ok(&self.kind(id)?.spec)
    }

    pub(crate) fn quote(&self, feed: FeedId) -> Result<&Quote, Rejected> {
        self.quotes
            .get(&feed)
            .ok_or(ballast_protocol::NoPrice::None { feed }.into())
    }

    /// What a holder has.
    pub(crate) fn balance(&self, asset: AssetId, holder: impl Into<Holder>) -> u128 {
        self.balances.get(&(asset, holder.into())).copied().unwrap_or(0)
    }

    fn mint(&mut self, asset: AssetId, to: Holder, amount: u128) -> Done {
        let supply = add(self.supplies.get(&asset).copied().unwrap_or(0), amount)?;
        if amount > 0 {
            self.supplies.insert(asset, supply);
            *self.balances.entry((asset, to)).or_default() += amount;
        }
        Ok(())
    }

    /// Takes from a holder. Errors: the session that acts for him may not, he has too little.
    fn charge(&mut self, asset: AssetId, from: Holder, amount: u128) -> Done {
        self.leaves(asset, from, amount)?;
        let balance = self.balance(asset, from);
        let rest = sub(balance, amount).map_err(|_| Rejected::InsufficientBalance {
            asset,
            balance: ballast_num::Amount::from_raw(balance),
            needed: ballast_num::Amount::from_raw(amount),
        })?;
        if rest == 0 {
            self.balances.remove(&(asset, from));
        } else {
            self.balances.insert((asset, from), rest);
        }
        Ok(())
    }

    fn burn(&mut self, asset: AssetId, from: impl Into<Holder>, amount: u128) -> Done {
        self.charge(asset, from.into(), amount)?;
        if let Some(supply) = self.supplies.get_mut(&asset) {
            *supply -= amount;
        }
        Ok(())
    }

    fn pay(&mut self, asset: AssetId, from: impl Into<Holder>, to: impl Into<Holder>, amount: u128) -> Done {
        self.charge(asset, from.into(), amount)?;
        if amount > 0 {
            *self.balances.entry((asset, to.into())).or_default() += amount;
        }
        Ok(())
    }
}

impl Model {
    /// The first few vaults that a falling price breaks.
    pub(crate) fn riskiest_few(&self, kind: TypeId, most: usize) -> Vec<VaultId> {
        self.riskiest(kind, |_| true)
            .into_iter()
            .map(|(id, _)| id)
            .take(most)
            .collect()
    }
}
