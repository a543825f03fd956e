//! The first state of a replay: recorded prices, vaults and standing capital as a genesis.
//!
//! The vaults stand in the books at height 0 rather than being opened by commands, so that the first block is already the
//! market's. The coins that they drew are in circulation: bids, stability pools, the reserve's markets, the
//! capital and keepers hold theirs, and the market the rest, from which it pays for what keepers sell. No coin stands there that no vault owes.

use ballast_engine::{BadGenesis, State};
use ballast_num::{Amount, Arithmetic, NormalizedDebt, Price, Ratio, Round, Seconds};
use ballast_protocol::{
    AccountId, Asset, AssetId, Bounds, FeedId, FlowLimit, Genesis, Limits, MarketId, MarketSpec, Opening,
    OpeningBalance, OpeningDeposit, OpeningLiquidity, OpeningVault, PeerRules, PoolId, Seizure, Trigger, TypeId,
    TypeSpec, coins,
};

use crate::config::{AuctionCurve, BadConfig, Collateral, Config};
use crate::depth::Depth;
use crate::generation::{Capital, Generation};
use crate::market;
use crate::population::{DECIMALS, Population};
use crate::scenario::Scenario;

/// The reserve's coin.
pub const COIN: AssetId = AssetId(0);
/// Everyone who trades on the market.
pub const MARKET: AccountId = AccountId::numbered(1);
/// Everyone who waits in a stability pool.
pub const POOL_OWNER: AccountId = AccountId::numbered(2);
/// Everyone whose bids stand.
pub const BIDDER: AccountId = AccountId::numbered(5);
/// Everyone who has liquidity in the reserve's markets.
pub const LIQUIDITY_PROVIDER: AccountId = AccountId::numbered(6);
/// Everyone who has coins in the insurance fund.
pub const INSURER: AccountId = AccountId::numbered(4);
/// Who may change parameters.
pub const AUTHORITY: AccountId = AccountId::numbered(3);
/// Collateral that can be bought on the market outside, for each in the reserve's market: enough while prices do not fall
/// below a ten-thousandth, where a constant product holds a hundred times as much.
const OUTSIDE: Ratio = Ratio::percent(10_000);
const FIRST_KEEPER: u64 = 1_000;
/// Sources of each feed.
pub const SOURCES: u32 = 5;

/// By whose rules the engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Its own.
    Ballast,
    /// A stand-in for the peers of March 2020: the same engine, vaults and prices, with their ways.
    ///
    /// | | the stand-in | what it stands for |
    /// |---|---|---|
    /// | price | one hour old | Maker's oracle security module |
    /// | sale | one auction of six hours to zero, whole vaults, no reset | its auctions, which took any bid at their end |
    /// | bids, pool, market, capital | none; what income brings makes good bad debt | it had none of the four |
    /// | bidders | one, who pays less than 5 % of the market's price | those who bid nothing, unopposed in congestion |
    ///
    /// It is not a model of that protocol: on the day about a third of its auctions went for nothing, here all do. It
    /// bounds from above what these ways can cost.
    PeersOf2020,
}

/// How long the auctions of the stand-in fall, to zero.
pub const PEERS_AUCTION: Seconds = Seconds(6 * 3_600);
/// How old the price is that the stand-in is told.
pub const PEERS_DELAY: Seconds = Seconds::HOUR;

/// The account of a keeper.
pub const fn keeper(number: u32) -> AccountId {
    AccountId::numbered(FIRST_KEEPER + number as u64)
}

/// The id of the feed, type and collateral that a place in the scenario's list of feeds has.
pub fn id(feed: usize) -> u32 {
    u32::try_from(feed).unwrap_or(u32::MAX).saturating_add(1)
}

/// The reserve's market of the collateral at a place in the scenario's list of feeds.
pub fn market_of(feed: usize) -> MarketId {
    MarketId(id(feed))
}

/// The place of a market's collateral: the inverse of [`market_of`].
pub fn feed_of_market(market: MarketId) -> usize {
    place(market.0)
}

/// The place of a type's collateral: the inverse of [`type_of`].
pub fn feed_of(kind: TypeId) -> usize {
    place(kind.0)
}

/// The inverse of [`id`].
fn place(id: u32) -> usize {
    usize::try_from(id.saturating_sub(1)).unwrap_or(0)
}

/// The type of the collateral at a place in the scenario's list of feeds.
pub fn type_of(feed: usize) -> TypeId {
    TypeId(id(feed))
}

/// Why there is no first state.
#[derive(Debug, thiserror::Error)]
pub enum BadWorld {
    /// The engine refuses it.
    #[error("contradictory configuration: {0}")]
    Genesis(#[from] BadGenesis),
    /// The settings refuse each other.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// A number that nothing can hold.
    #[error("the vaults are too large to count: {0}")]
    Arithmetic(#[from] Arithmetic),
}

/// The genesis of a replay. Errors: `Config` if more coins are to stand ready than vaults owe; `Arithmetic`.
pub fn genesis(
    scenario: &Scenario,
    config: &Config,
    population: &Population,
    rules: Rules,
) -> Result<Genesis, BadWorld> {
    let config = &for_rules(config, rules);
    let kinds = 0..scenario.feeds.len();
    let terms = terms(scenario, config)?;
    let capital = Capital::of(config, &population.debts(scenario.feeds.len())?)?;
    let opening = opening(scenario, config, population, &capital)?;
    let peer = match rules {
        Rules::Ballast => PeerRules::default(),
        Rules::PeersOf2020 => PeerRules {
            seizure: Seizure::UpToCeiling,
            reset: Trigger::CommandOnly,
            bounds: Bounds::Waived,
            ..PeerRules::default()
        },
    };
    let mut assets = vec![Asset {
        id: COIN,
        symbol: "USD".into(),
        decimals: DECIMALS,
        feed: None,
    }];
    for feed in kinds.clone() {
        assets.push(Asset {
            id: AssetId(id(feed)),
            symbol: scenario.feeds[feed].symbol.clone(),
            decimals: DECIMALS,
            feed: Some(FeedId(id(feed))),
        });
    }
    Ok(Genesis {
        chain_id: 1,
        time: scenario.from,
        authority: AUTHORITY,
        limits: Limits {
            ring_fence: capital.ring_fence,
            surplus_floor: capital.surplus_floor,
            mint: match peer.bounds {
                Bounds::Enforced => FlowLimit::standard_mint(),
                Bounds::Waived => FlowLimit::NONE,
            },
            ..config.limits.spec(COIN)
        },
        assets,
        sources: Vec::new(),
        feeds: kinds
            .clone()
            .map(|feed| {
                let name = format!("{}-USD", scenario.feeds[feed].symbol);
                config.feed.spec(FeedId(id(feed)), &name, first_source(feed))
            })
            .collect(),
        markets: kinds
            .clone()
            .map(|feed| {
                let (asset, price_feed) = (AssetId(id(feed)), FeedId(id(feed)));
                config.liquidity.spec(market_of(feed), asset, price_feed)
            })
            .collect(),
        types: kinds
            .map(|feed| {
                let name = format!("{}-A", scenario.feeds[feed].symbol);
                let spec = terms[feed].spec(
                    (TypeId(id(feed)), &name),
                    (AssetId(id(feed)), FeedId(id(feed))),
                    &config.pool,
                    &config.auction,
                    peer,
                );
                TypeSpec {
                    line: capital.lines.get(feed).copied().unwrap_or_default(),
                    market: Some(market_of(feed)),
                    ..spec
                }
            })
            .collect(),
        opening,
    })
}

/// Every collateral's terms. Many types share the ceiling of two, as they share the liquidations of a block: at the
/// standard floor more vaults could not be cleared in time, and the engine would refuse them.
fn terms(scenario: &Scenario, config: &Config) -> Result<Vec<Collateral>, Arithmetic> {
    let types = scenario.feeds.len().max(2) as u128;
    let debt_ceiling = config.collateral.debt_ceiling.prorate(2, types, Round::Down)?;
    let terms = scenario.feeds.iter().map(|feed| {
        let terms = config.collateral.riskier_by(feed.riskier)?;
        Ok(Collateral { debt_ceiling, ..terms })
    });
    terms.collect()
}

/// The number of a feed's first source.
pub fn first_source(feed: usize) -> u32 {
    id(feed).saturating_mul(SOURCES)
}

/// The first state. Errors: those of [`genesis`]; `Genesis`.
pub fn state(scenario: &Scenario, config: &Config, population: &Population, rules: Rules) -> Result<State, BadWorld> {
    let genesis = genesis(scenario, config, population, rules)?;
    Ok(State::genesis(&genesis)?)
}

/// The settings as the rules change them: peers have no bids, no pool, no market of their own, no capital, and one auction without reset.
pub fn for_rules(config: &Config, rules: Rules) -> Config {
    let mut config = config.clone();
    if rules == Rules::PeersOf2020 {
        config.bids.share_of_debt = Ratio::ZERO;
        config.pool.share_of_debt = Ratio::ZERO;
        config.liquidity.share_of_debt = Ratio::ZERO;
        (config.capital.share_of_debt, config.capital.generation) = (Ratio::ZERO, Generation::Modular);
        config.auction.start_factor = Ratio::ONE;
        config.auction.curve = AuctionCurve::Linear {
            duration: PEERS_AUCTION,
        };
        config.auction.duration = PEERS_AUCTION;
        config.auction.reset_ratio = Ratio::ZERO;
        config.keepers.count = 1;
        config.keepers.capital_share = Ratio::percent(50);
    }
    config
}

fn opening(
    scenario: &Scenario,
    config: &Config,
    population: &Population,
    capital: &Capital,
) -> Result<Opening, BadWorld> {
    let mut opening = Opening::default();
    let debts = population.debts(scenario.feeds.len())?;
    let depth = Depth::of(scenario, config, &debts)?;
    let mut deposits = Amount::ZERO;
    for holding in &population.vaults {
        let deposit = config.collateral.liquidation_deposit.min(holding.debt);
        opening.vaults.push(OpeningVault {
            owner: holding.owner,
            collateral_type: TypeId(id(holding.feed)),
            collateral: holding.collateral,
            normalized_debt: NormalizedDebt::from_raw(holding.debt.raw()),
            deposit,
        });
        deposits = deposits.try_add(deposit)?;
    }
    let mut tied = deposits;
    let prices = scenario.opening_prices();
    for (feed, first_loss) in capital.first_loss.iter().enumerate() {
        opening.first_loss.push((type_of(feed), *first_loss));
        tied = tied.try_add(*first_loss)?;
        tied = tied.try_add(routes(&mut opening, config, &depth, (feed, prices[feed]))?)?;
    }
    opening.surplus = capital.common.try_sub(capital.insured)?;
    if !capital.insured.is_zero() {
        opening.fund.push((INSURER, capital.insured));
    }
    tied = tied.try_add(capital.common)?;
    let all = Amount::try_sum(debts)?;
    let coins = all.mul_ratio(config.keepers.capital_share, Round::Down)?;
    for number in 0..config.keepers.count {
        tied = tied.try_add(coins)?;
        opening.balances.push(balance(keeper(number), coins));
    }
    let rest = all.try_sub(tied).map_err(|_| {
        BadConfig::Contradictory(format!(
            "bids, pools, liquidity, capital, keepers and liquidation deposits take {} coins, the vaults owe {}: lower their shares",
            tied.in_units(DECIMALS),
            all.in_units(DECIMALS)
        ))
    })?;
    opening.balances.push(balance(MARKET, rest));
    opening.prices = prices
        .into_iter()
        .enumerate()
        .filter_map(|(feed, price)| Some((FeedId(id(feed)), price?)))
        .collect();
    Ok(opening)
}

/// Opens what buys a type's lots: bids, pool and market, and the collateral that can be bought outside. Returns the coins in it.
fn routes(
    opening: &mut Opening,
    config: &Config,
    depth: &Depth,
    (feed, price): (usize, Option<Price>),
) -> Result<Amount, BadWorld> {
    let (kind, [bids, pool, liquidity]) = (
        type_of(feed),
        [&depth.bids, &depth.pools, &depth.liquidity].map(|all| all[feed]),
    );
    let mut tied = Amount::ZERO;
    let mut deposit = |owner, pool, amount: Amount| {
        tied = tied.try_add(amount)?;
        opening
            .pool_deposits
            .extend((!amount.is_zero()).then_some(OpeningDeposit {
                owner,
                pool,
                amount,
                gain: Amount::ZERO,
            }));
        Ok::<_, Arithmetic>(())
    };
    let tiers = u8::try_from(config.pool.tiers_of_bids().discounts.len()).unwrap_or(u8::MAX);
    for tier in 0..tiers {
        deposit(
            BIDDER,
            PoolId::bids(kind, tier),
            bids.prorate(1, tiers.into(), Round::Down)?,
        )?;
    }
    deposit(POOL_OWNER, PoolId::stability(kind), pool)?;
    // Less than a ticket's worth the engine does not take: so small a reserve has no market.
    let least = MarketSpec::standard(market_of(feed), COIN, FeedId(0))
        .ticket_min
        .try_add(coins(1))?;
    if let Some(price) = price.filter(|_| liquidity >= least) {
        let base = market::worth(liquidity, price)?;
        opening.liquidity.push(OpeningLiquidity {
            owner: LIQUIDITY_PROVIDER,
            market: market_of(feed),
            base,
            coins: liquidity,
        });
        opening.balances.push(OpeningBalance {
            asset: AssetId(id(feed)),
            account: MARKET,
            amount: base.mul_ratio(OUTSIDE, Round::Down)?,
        });
        tied = tied.try_add(liquidity)?;
    }
    Ok(tied)
}

fn balance(account: AccountId, amount: Amount) -> OpeningBalance {
    OpeningBalance {
        asset: COIN,
        account,
        amount,
    }
}
