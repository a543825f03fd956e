//! The first state of a chain, from its genesis.

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{Amount, Decimals, Index, RAY, Ratio, Round, Seconds};
use ballast_protocol::{
    AccountId, AssetId, Bounds, FeedId, FeedSpec, FlowLimit, Genesis, Height, MarketId, MarketSpec, Module, Opening,
    ParameterFault, Rejected, SourceId, TypeId, TypeSpec, coins,
};

use crate::flows::liquidation::check_floor;
use crate::flows::transaction::WORK_PRICE_MAX;
use crate::invariants::{self, Breach};
use crate::kernel::Clock;
use crate::mechanisms::auction;
use crate::mechanisms::oracle::SourceFault;
use crate::mechanisms::vault::{CEILING_MAX, Seizures, Vault};
use crate::state::{Chain, Governance, State};

/// What is wrong with a genesis.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadGenesis {
    /// Two assets with one id.
    #[error("{0} is listed twice")]
    DuplicateAsset(AssetId),
    /// A balance, type or limit names an asset that is not listed.
    #[error("{0} is not listed")]
    UnknownAsset(AssetId),
    /// The coin must have 18 decimals and no feed.
    #[error("the coin must be listed with 18 decimals and without a feed")]
    BadCoin,
    /// A type's collateral is the coin, which would then back itself.
    #[error("{0}: the coin cannot be its collateral")]
    CoinAsCollateral(TypeId),
    /// A debt index of zero, of a type that is not listed, or a second one of a type.
    #[error("{0}: a listed type's debt index is above zero and stated at most once")]
    BadDebtIndex(TypeId),
    /// Two types with one id.
    #[error("{0} is listed twice")]
    DuplicateType(TypeId),
    /// A type or an opening entry names something that is not listed.
    #[error("{0} is not listed")]
    UnknownType(TypeId),
    /// A type names a feed that is not listed.
    #[error("{0} is not listed")]
    UnknownFeed(FeedId),
    /// A limit out of its bounds.
    #[error("the limits of the reserve are out of their bounds: {0}")]
    BadLimits(&'static str),
    /// A feed's parameters.
    #[error("{feed}: {fault}")]
    BadFeed {
        /// Which feed.
        feed: FeedId,
        /// What is wrong.
        fault: ParameterFault,
    },
    /// A source's key.
    #[error("{id}: {fault}")]
    BadSource {
        /// Which source.
        id: SourceId,
        /// What is wrong.
        fault: SourceFault,
    },
    /// A type's parameters.
    #[error("{collateral_type}: {fault}")]
    BadType {
        /// Which type.
        collateral_type: TypeId,
        /// What is wrong.
        fault: ParameterFault,
    },
    /// A market whose base is not the collateral of a listed type with its feed.
    #[error("{0}: no listed type has its base as collateral and its feed")]
    UnlistedBase(MarketId),
    /// A type whose lots go to a market of something else, or to none that is listed.
    #[error("{0} sells in a market that does not trade its collateral at its feed")]
    WrongMarket(TypeId),
    /// A market's parameters.
    #[error("{market}: {fault}")]
    BadMarket {
        /// Which market.
        market: MarketId,
        /// What is wrong.
        fault: ParameterFault,
    },
    /// An opening entry that cannot be booked.
    #[error("the opening books: {0}")]
    BadOpening(#[from] Rejected),
    /// Books that do not balance.
    #[error("the opening books do not balance: {0}")]
    Unbalanced(#[from] Breach),
}

impl From<ballast_num::Arithmetic> for BadGenesis {
    fn from(error: ballast_num::Arithmetic) -> Self {
        Self::BadOpening(error.into())
    }
}

impl State {
    /// The state at height 0. Every coin of the opening books must be owed by a vault, owed by an auction, or stated as
    /// bad debt. Errors: the first fault found.
    pub fn genesis(genesis: &Genesis) -> Result<Self, BadGenesis> {
        check_limits(genesis)?;
        let limits = genesis.limits.clone();
        let chain = Chain {
            chain_id: genesis.chain_id,
            height: Height(0),
            time: genesis.time,
            host_time: Seconds(0),
            work_price: limits.work_price,
        };
        let mut state = Self::new(
            chain,
            Governance {
                authority: genesis.authority,
                limits,
            },
        );
        for asset in &genesis.assets {
            if state.assets.set(asset.id, asset.clone()).is_some() {
                return Err(BadGenesis::DuplicateAsset(asset.id));
            }
        }
        for feed in &genesis.feeds {
            state
                .oracle
                .add_feed(feed.clone())
                .map_err(|fault| BadGenesis::BadFeed { feed: feed.id, fault })?;
        }
        for source in &genesis.sources {
            let added = state.oracle.add_source(source);
            added.map_err(|fault| BadGenesis::BadSource { id: source.id, fault })?;
        }
        for (feed, price) in &genesis.opening.prices {
            let opened = state.oracle.open(*feed, *price, genesis.time);
            opened.map_err(|fault| BadGenesis::BadFeed { feed: *feed, fault })?;
        }
        let clock = Clock {
            now: genesis.time,
            host_time: Seconds(0),
            step: Seconds(0),
        };
        state.prices = state.oracle.prices(&clock);
        state.add_types(genesis)?;
        state.add_markets(genesis)?;
        state.open_books(&genesis.opening)?;
        invariants::check_all(&state)?;
        state.commit();
        Ok(state)
    }

    fn add_types(&mut self, genesis: &Genesis) -> Result<(), BadGenesis> {
        let feeds: BTreeSet<FeedId> = genesis.feeds.iter().map(|feed| feed.id).collect();
        let indices = debt_indices(genesis)?;
        for spec in &genesis.types {
            let id = spec.id;
            if spec.collateral == genesis.limits.coin {
                return Err(BadGenesis::CoinAsCollateral(id));
            }
            let asset = self
                .asset(spec.collateral)
                .ok_or(BadGenesis::UnknownAsset(spec.collateral))?;
            let decimals = asset.decimals;
            if self.vaults.spec(id).is_ok() {
                return Err(BadGenesis::DuplicateType(id));
            }
            if !feeds.contains(&spec.feed) {
                return Err(BadGenesis::UnknownFeed(spec.feed));
            }
            check_supply(spec, &genesis.feeds)?;
            let index = indices.get(&id).copied().unwrap_or(Index::ONE);
            let added = self.vaults.add_type(spec.clone(), decimals, index, genesis.time);
            added.map_err(|fault| BadGenesis::BadType {
                collateral_type: id,
                fault,
            })?;
        }
        let bad = |collateral_type| move |fault| BadGenesis::BadType { collateral_type, fault };
        for spec in &genesis.types {
            check_floor(spec, &genesis.limits, genesis.types.len()).map_err(bad(spec.id))?;
        }
        Ok(())
    }

    fn add_markets(&mut self, genesis: &Genesis) -> Result<(), BadGenesis> {
        for spec in &genesis.markets {
            let id = spec.id;
            let is_listed = |kind: &TypeSpec| kind.collateral == spec.base && kind.feed == spec.feed;
            if !genesis.types.iter().any(is_listed) {
                return Err(BadGenesis::UnlistedBase(id));
            }
            let asset = self.asset(spec.base).ok_or(BadGenesis::UnknownAsset(spec.base))?;
            let decimals = asset.decimals;
            let added = self.markets.add(spec.clone(), decimals);
            added.map_err(|fault| BadGenesis::BadMarket { market: id, fault })?;
        }
        for kind in &genesis.types {
            let trades = |spec: &&MarketSpec| spec.base == kind.collateral && spec.feed == kind.feed;
            let found = kind.market.map(|id| self.markets.spec(id).ok().filter(trades));
            if found.is_some_and(|spec| spec.is_none()) {
                return Err(BadGenesis::WrongMarket(kind.id));
            }
        }
        Ok(())
    }

    fn open_books(&mut self, opening: &Opening) -> Result<(), BadGenesis> {
        let coin = self.governance.get().limits.coin;
        for balance in &opening.balances {
            self.asset(balance.asset)
                .ok_or(BadGenesis::UnknownAsset(balance.asset))?;
            self.ledger.mint(balance.asset, balance.account, balance.amount)?;
        }
        for vault in &opening.vaults {
            let kind = vault.collateral_type;
            let collateral = self.vaults.spec(kind)?.collateral;
            self.ledger.mint(collateral, Module::Vaults(kind), vault.collateral)?;
            self.ledger
                .mint(coin, Module::LiquidationDeposits(kind), vault.deposit)?;
            self.vaults.open_at_genesis(Vault {
                owner: vault.owner,
                collateral_type: kind,
                collateral: vault.collateral,
                normalized_debt: vault.normalized_debt,
                deposit: vault.deposit,
                seizures: Seizures::default(),
            })?;
        }
        for deposit in &opening.pool_deposits {
            let pool = deposit.pool;
            let spec = self.vaults.spec(pool.collateral_type)?;
            if spec.pool_terms(pool.buyer).is_none() {
                return Err(Rejected::UnknownPool(pool).into());
            }
            let collateral = spec.collateral;
            self.pools
                .open_deposit(pool, deposit.owner, deposit.amount, deposit.gain)?;
            self.ledger.mint(coin, pool.module(), deposit.amount)?;
            self.ledger.mint(collateral, pool.module(), deposit.gain)?;
        }
        for opened in &opening.auctions {
            let kind = opened.collateral_type;
            let live_time = self
                .prices
                .quote(self.vaults.spec(kind)?.feed)
                .map_or(Seconds(0), |quote| quote.live_time);
            let terms = auction::Terms {
                spec: self.vaults.spec(kind)?,
                decimals: self.vaults.totals(kind)?.decimals,
            };
            self.auctions.open(&mut self.ledger, terms, opened, live_time)?;
        }
        for opened in &opening.liquidity {
            let (market, base) = (opened.market, self.markets.spec(opened.market)?.base);
            let clock = self.clock();
            let taken = self
                .markets
                .open(market, &clock, opened.owner, (opened.base, opened.coins))?;
            self.ledger.mint(base, Module::Market(market), taken.base)?;
            self.ledger.mint(coin, Module::Market(market), taken.coins)?;
            let (base_left, coins_left) = (opened.base.try_sub(taken.base)?, opened.coins.try_sub(taken.coins)?);
            self.ledger.mint(base, opened.owner, base_left)?;
            self.ledger.mint(coin, opened.owner, coins_left)?;
        }
        for (owner, amount) in &opening.fund {
            let assets = self.ledger.balance(coin, Module::InsuranceFund);
            self.fund.enter(*owner, *amount, assets)?;
            self.ledger.mint(coin, Module::InsuranceFund, *amount)?;
        }
        for (kind, amount) in &opening.first_loss {
            self.vaults.spec(*kind)?;
            self.ledger.mint(coin, Module::FirstLoss(*kind), *amount)?;
        }
        self.ledger.mint(coin, Module::SurplusBuffer, opening.surplus)?;
        self.limiter.open(self.ledger.supply(coin));
        if !opening.bad_debt.is_zero() {
            let first = self.vaults.types().map(|spec| spec.id).next().unwrap_or_default();
            self.backstop.open(first, opening.bad_debt);
        }
        Ok(())
    }
}

/// The debt indices that are stated. Error: `BadDebtIndex`.
fn debt_indices(genesis: &Genesis) -> Result<BTreeMap<TypeId, Index>, BadGenesis> {
    let mut indices = BTreeMap::new();
    for (id, index) in &genesis.opening.debt_indices {
        let is_listed = genesis.types.iter().any(|spec| spec.id == *id);
        if !is_listed || index.raw() == 0 || indices.insert(*id, *index).is_some() {
            return Err(BadGenesis::BadDebtIndex(*id));
        }
    }
    Ok(indices)
}

/// Hard bound of a block's budgets of work: sums of a few of them still fit 64 bits.
const WORK_MAX: u64 = (1 << 61) - 1;

/// Hard bound of how soon insurers are out: some rounds later.
const FUND_EXIT_MIN: Seconds = Seconds(600);
/// Hard bound of how long insurers wait.
const FUND_WAIT_MAX: Seconds = Seconds(90 * Seconds::DAY.0);
/// Hard bounds of the least coins for a place in the fund's queue.
const TICKET_MIN: Amount = coins(1);
const TICKET_MAX: Amount = coins(10_000);

/// After so long, what a fresh source says was seen after the start.
fn heard_after(feed: &FeedSpec) -> Seconds {
    Seconds(feed.heartbeat.0.saturating_add(feed.skew.0))
}

/// Whether the mint limit limits anything, and drains neither at once nor hardly ever.
fn mint_is_bounded(limit: &FlowLimit) -> bool {
    let windows = Seconds::HOUR..=Seconds(7 * Seconds::DAY.0);
    limit.floor <= CEILING_MAX && limit.share <= Ratio::ONE && windows.contains(&limit.window)
}

/// A collateral's supply is compared with a mean over an hour at least. Its feed remembers so long that no jump excuses
/// itself: jumps that add up to r within the window add r² × (1 − decay) at most to the variance a second, and so no more
/// than r ÷ 2 to k·σ over the window.
fn check_supply(spec: &TypeSpec, feeds: &[FeedSpec]) -> Result<(), BadGenesis> {
    let Some(watch) = spec.growth.supply else { return Ok(()) };
    let feed = feeds.iter().find(|feed| feed.id == watch.feed);
    let feed = feed.ok_or(BadGenesis::UnknownFeed(watch.feed))?;
    let forgotten = RAY.saturating_sub(feed.variance_decay.raw());
    let squared = watch.sigmas.mul_ratio(watch.sigmas, Round::Up)?;
    let excused = squared
        .prorate(forgotten, RAY, Round::Up)?
        .prorate(feed.mean_window.raw().into(), 1, Round::Up)?;
    let is_apart = watch.feed != spec.feed && feed.mean_window >= Seconds::HOUR;
    if spec.peer.bounds == Bounds::Enforced && (!is_apart || excused > Ratio::percent(25)) {
        return Err(BadGenesis::BadType {
            collateral_type: spec.id,
            fault: ParameterFault::BadSupplyFeed,
        });
    }
    Ok(())
}

fn check_limits(genesis: &Genesis) -> Result<(), BadGenesis> {
    let limits = &genesis.limits;
    let bounded = genesis.types.iter().all(|spec| spec.peer.bounds == Bounds::Enforced);
    let coin = genesis.assets.iter().find(|asset| asset.id == limits.coin);
    if coin.is_none_or(|coin| coin.decimals != Decimals::MAX || coin.feed.is_some()) {
        return Err(BadGenesis::BadCoin);
    }
    let one = ballast_num::Ratio::ONE;
    let faults = [
        (
            !(1..=WORK_MAX).contains(&limits.block_work) || !(1..=WORK_MAX).contains(&limits.liquidation_work),
            "block_work and liquidation_work must be above zero and under 2^61",
        ),
        (
            bounded && limits.debt_ceiling.max(limits.auction_ceiling) > CEILING_MAX,
            "debt_ceiling and auction_ceiling must be at most 2^60 coins",
        ),
        (limits.fund.income_share > one, "fund.income_share must be at most 1"),
        (
            bounded && (limits.fund.exit_share.is_zero() || limits.fund.exit_share > one),
            "fund.exit_share must be above 0 and at most 1",
        ),
        (
            bounded && limits.fund.exit_cooldown < FUND_EXIT_MIN
                || limits.fund.exit_cooldown > FUND_WAIT_MAX
                || limits.fund.exit_window > FUND_WAIT_MAX
                || limits.fund.entry_cooldown > FUND_WAIT_MAX,
            "fund.exit_cooldown must be ten minutes to 90 days, fund.exit_window and fund.entry_cooldown at most 90 days",
        ),
        (
            bounded
                && genesis
                    .feeds
                    .iter()
                    .any(|feed| heard_after(feed) > limits.fund.entry_cooldown),
            "fund.entry_cooldown must exceed each feed's heartbeat and skew",
        ),
        (
            limits.fund.ticket_min < TICKET_MIN || limits.fund.ticket_min > TICKET_MAX,
            "fund.ticket_min must be 1 to 10,000 coins",
        ),
        (
            bounded && !mint_is_bounded(&limits.mint),
            "mint must have a floor of at most 2^60 coins, a share of at most 1 and a window of 1 hour to 7 days",
        ),
        (limits.protective_share >= one, "protective_share must be under 1"),
        (limits.caller_work_share >= one, "caller_work_share must be under 1"),
        (
            limits.liquidation_window == 0 || limits.liquidation_window > 4_096,
            "liquidation_window must be 1 to 4096",
        ),
        (
            limits.clock_step.0 == 0 || bounded && limits.clock_step > Seconds::DAY,
            "clock_step must be 1 s to 1 day",
        ),
        (
            limits.blocks_to_clear == 0 || limits.blocks_to_clear > 300,
            "blocks_to_clear must be 1 to 300",
        ),
        (
            limits.work_price > WORK_PRICE_MAX,
            "work_price is above a thousandth of a coin",
        ),
        (
            limits.transaction_life.0 == 0 || limits.transaction_life > Seconds(30 * Seconds::DAY.0),
            "transaction_life must be 1 s to 30 days",
        ),
        (
            genesis.authority == AccountId::default(),
            "the authority is the account that no key opens",
        ),
        (
            genesis.opening.bad_debt > Amount::ZERO && genesis.types.is_empty(),
            "bad debt needs a type",
        ),
    ];
    match faults.iter().find(|(broken, _)| *broken) {
        Some((_, what)) => Err(BadGenesis::BadLimits(what)),
        None => Ok(()),
    }
}
