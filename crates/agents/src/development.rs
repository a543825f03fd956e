//! A reserve for development: recorded prices, hundreds of vaults, and keys that everyone knows.
//!
//! The vaults, pools, bids and markets are those of a replay ([`ballast_sim::world`]), dealt to wallets whose keys are hashes
//! of their names, so that programs can act for them. Nothing of worth belongs into such a reserve.

use ballast_num::{Amount, Price, Timestamp};
use ballast_protocol::{AccountId, AssetId, Genesis, OpeningBalance, SourceId, SourceKey, SourceSpec, coins};
use ballast_signing::WalletKey;
use ballast_sim::config::{BadConfig, Config};
use ballast_sim::population::{BadPopulation, Population};
use ballast_sim::prices::{Order, Path};
use ballast_sim::scenario::{APRIL_2024, BadScenario, Scenario};
use ballast_sim::world::{self, BadWorld, Rules};

/// The chain's number: that of development chains everywhere.
pub const CHAIN_ID: u64 = 31_337;
/// Wallets for people; the first is the authority.
pub const WALLETS: u32 = 5;
/// Wallets of borrowers.
pub const BORROWERS: u32 = 24;
/// Wallets of keepers, the last of which keeps the markets at the feeds' prices.
pub const KEEPERS: u32 = 3;
/// Vaults at the start.
const VAULTS: u64 = 360;
/// Collaterals of the scenario that the reserve takes.
const COLLATERALS: usize = 3;
/// 2024-04-12 17:00 UTC: within the next hour and a half SOL falls by a tenth.
const FROM: Timestamp = Timestamp(1_712_941_200);
/// Small enough that a person's vault counts beside them, with capital that lets people draw while prices fall.
const SETTINGS: &str = "[type]\nliquidation_ratio = 1.3\ninitial_ratio = 1.35\ndebt_floor = 500\n\
                        [population]\nmean_debt = 12000\n\
                        [capital]\nshare_of_debt = 0.1\n";

/// Who a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Whoever tries the reserve.
    Wallet,
    /// A source of prices.
    Source,
    /// An owner of vaults.
    Borrower,
    /// Buys what is liquidated.
    Keeper,
    /// Everyone else: who bids, insures, provides liquidity.
    Provider,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::Source => "source",
            Self::Borrower => "borrower",
            Self::Keeper => "keeper",
            Self::Provider => "provider",
        }
    }

    /// The secret of a key, numbered from 1: a hash of its name.
    pub fn secret(self, number: u32) -> [u8; 32] {
        *blake3::hash(format!("Ballast development {} {number}", self.name()).as_bytes()).as_bytes()
    }

    /// A key, numbered from 1.
    pub fn key(self, number: u32) -> WalletKey {
        WalletKey::from_bytes(self.secret(number)).expect("of 2²⁵⁶ hashes, all but some 2¹²⁸ are keys")
    }

    /// The account of a key.
    pub fn account(self, number: u32) -> AccountId {
        self.key(number).address()
    }
}

/// Why there is no such reserve: the program was built with broken files.
#[derive(Debug, thiserror::Error)]
pub enum NoReserve {
    /// The recorded prices.
    #[error(transparent)]
    Scenario(#[from] BadScenario),
    /// The settings.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// The recorded vaults.
    #[error(transparent)]
    Population(#[from] BadPopulation),
    /// Their sum.
    #[error(transparent)]
    World(#[from] BadWorld),
}

/// The recorded days: three collaterals through the crash of April 2024.
pub fn scenario() -> Result<Scenario, NoReserve> {
    let mut scenario = Scenario::built_in(APRIL_2024)?;
    scenario.feeds.truncate(COLLATERALS);
    scenario.from = FROM;
    Ok(scenario)
}

/// The first state: the same on every machine.
pub fn genesis() -> Result<Genesis, NoReserve> {
    let scenario = scenario()?;
    let config = Config::parse("the settings of the development reserve", SETTINGS)?;
    let population = Population::drawn(&scenario, &config, VAULTS, 1)?;
    let mut genesis = world::genesis(&scenario, &config, &population, Rules::Ballast)?;
    genesis.chain_id = CHAIN_ID;
    genesis.authority = Role::Wallet.account(1);
    for asset in &mut genesis.assets {
        if asset.id == world::COIN {
            asset.symbol = "USB".into();
        }
    }
    genesis.sources = sources(&genesis);
    deal(&mut genesis);
    Ok(genesis)
}

/// A key for each source of each feed, by its number.
fn sources(genesis: &Genesis) -> Vec<SourceSpec> {
    let ids = genesis.feeds.iter().flat_map(|feed| &feed.sources);
    ids.map(|id| SourceSpec {
        id: *id,
        key: SourceKey::Wallet(Role::Source.account(id.0)),
    })
    .collect()
}

/// Deals what stands in the books to wallets with keys.
fn deal(genesis: &mut Genesis) {
    let opening = &mut genesis.opening;
    for (vault, number) in opening.vaults.iter_mut().zip(0_u32..) {
        vault.owner = Role::Borrower.account(1 + number % BORROWERS);
    }
    let provider = Role::Provider.account(1);
    let dealt = |account: AccountId| {
        let keeper = (0..KEEPERS).find(|number| world::keeper(*number) == account);
        keeper.map_or(provider, |number| Role::Keeper.account(number + 1))
    };
    for balance in &mut opening.balances {
        balance.account = dealt(balance.account);
    }
    for deposit in &mut opening.pool_deposits {
        deposit.owner = provider;
    }
    for liquidity in &mut opening.liquidity {
        liquidity.owner = provider;
    }
    for (insurer, _) in &mut opening.fund {
        *insurer = provider;
    }
    let collaterals: Vec<AssetId> = genesis.types.iter().map(|spec| spec.collateral).collect();
    let people = (1..=WALLETS).map(|number| Role::Wallet.account(number));
    let borrowers = (1..=BORROWERS).map(|number| Role::Borrower.account(number));
    // The other keepers begin with coins alone.
    let arbitrageur = Role::Keeper.account(KEEPERS);
    for account in people.chain(borrowers).chain([arbitrageur]) {
        opening.balances.extend(collaterals.iter().map(|asset| OpeningBalance {
            asset: *asset,
            account,
            amount: coins(100),
        }));
    }
    merge(&mut opening.balances);
}

/// One balance of each account and asset.
fn merge(balances: &mut Vec<OpeningBalance>) {
    balances.sort_by_key(|balance| (balance.account, balance.asset));
    balances.dedup_by(|next, kept| {
        let same = (next.account, next.asset) == (kept.account, kept.asset);
        if same {
            kept.amount = kept.amount.try_add(next.amount).unwrap_or(Amount::MAX);
        }
        same
    });
}

/// What recorded markets said at a moment of the chain: the record from its first day on, and back again once it has
/// ended, so that no price jumps and the reserve may run for ever.
#[derive(Clone, Debug)]
pub struct Recording {
    from: Timestamp,
    length: u64,
    paths: Vec<Path>,
}

impl Recording {
    /// The recorded prices of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let length = scenario.to.saturating_since(scenario.from).0;
        Self {
            from: scenario.from,
            length: length.max(1),
            paths: scenario.paths(Order::LowFirst),
        }
    }

    /// How many collaterals it knows.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The price of a collateral by its place in the scenario; none in a gap of the record.
    pub fn price_at(&self, feed: usize, now: Timestamp) -> Option<Price> {
        let passed = now.saturating_since(self.from).0 % (2 * self.length);
        let place = if passed <= self.length {
            passed
        } else {
            2 * self.length - passed
        };
        self.paths
            .get(feed)?
            .price_at(Timestamp(self.from.0.saturating_add(place)))
    }
}

/// The place in the scenario of a feed's collateral, and the sources that speak of it.
pub fn feeds(genesis: &Genesis) -> impl Iterator<Item = (usize, &[SourceId])> {
    genesis
        .feeds
        .iter()
        .enumerate()
        .map(|(place, feed)| (place, feed.sources.as_slice()))
}

#[cfg(test)]
mod tests;
