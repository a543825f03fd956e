//! What an agent sees: the present state, as the API tells it.

use ballast_client::{Client, Error, VaultOrder, VaultQuery};
use ballast_num::{Amount, Decimals, Price, Round, Usd};
use ballast_protocol::api::{
    AccountInfo, AssetInfo, AuctionInfo, FeedInfo, Health, MarketInfo, Positions, Status, TypeInfo, VaultInfo,
};
use ballast_protocol::{AccountId, AssetId, Command, FeedId, Height, MarketId, TypeId, Venue};

/// How many of each type's riskiest vaults are looked at.
const RISKIEST: usize = 8;

/// What everyone sees of a state.
#[derive(Clone, Debug)]
pub struct Board {
    /// Where the chain stands.
    pub status: Status,
    /// Every asset.
    pub assets: Vec<AssetInfo>,
    /// Every feed.
    pub feeds: Vec<FeedInfo>,
    /// Every collateral type.
    pub types: Vec<TypeInfo>,
    /// Every market.
    pub markets: Vec<MarketInfo>,
    /// Every running auction.
    pub auctions: Vec<AuctionInfo>,
    /// The riskiest vaults of each type.
    pub riskiest: Vec<VaultInfo>,
}

/// What an account has.
#[derive(Clone, Debug)]
pub struct Own {
    /// Balances.
    pub account: AccountInfo,
    /// Deposits, liquidity, orders that wait.
    pub positions: Positions,
    /// Vaults.
    pub vaults: Vec<VaultInfo>,
}

/// Something to do: a transaction's commands, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// All of them, or none.
    pub commands: Vec<Command>,
    /// For people.
    pub why: String,
}

impl Step {
    /// A step of one command.
    pub fn of(command: Command, why: String) -> Self {
        Self {
            commands: vec![command],
            why,
        }
    }
}

impl Board {
    /// The last state: asked in parts, all of one height, so that no price is compared with an auction of another block.
    /// Errors: those of reads.
    pub async fn look(client: &Client) -> Result<Self, Error> {
        let status = client.status().await?;
        let height = status.height;
        let types = client.types_at(height).await?;
        let mut riskiest = Vec::new();
        for kind in &types {
            let query = VaultQuery {
                collateral_type: Some(kind.spec.id),
                order: VaultOrder::Risk,
                limit: Some(RISKIEST),
                height: Some(height),
                ..VaultQuery::default()
            };
            riskiest.extend(client.vaults(&query).await?.vaults);
        }
        Ok(Self {
            assets: client.assets_at(height).await?,
            feeds: client.feeds_at(height).await?,
            types,
            markets: client.markets_at(height).await?,
            auctions: client.all_auctions(Some(height)).await?.auctions,
            riskiest,
            status,
        })
    }

    /// A collateral type.
    pub fn kind(&self, id: TypeId) -> Option<&TypeInfo> {
        self.types.iter().find(|kind| kind.spec.id == id)
    }

    /// A feed.
    pub fn feed(&self, id: FeedId) -> Option<&FeedInfo> {
        self.feeds.iter().find(|feed| feed.id == id)
    }

    /// The feed of an asset's price.
    pub fn feed_of(&self, asset: AssetId) -> Option<&FeedInfo> {
        self.feed(self.asset(asset)?.feed?)
    }

    /// An asset.
    pub fn asset(&self, id: AssetId) -> Option<&AssetInfo> {
        self.assets.iter().find(|asset| asset.id == id)
    }

    /// The decimals of an asset; those of the coin for one that nobody knows.
    pub fn decimals(&self, id: AssetId) -> Decimals {
        self.asset(id).map_or(Decimals::MAX, |asset| asset.decimals)
    }

    /// The market of a collateral.
    pub fn market_of(&self, base: AssetId) -> Option<&MarketInfo> {
        self.markets.iter().find(|market| market.spec.base == base)
    }

    /// Base units of an asset that coins buy at a price, rounded down; none if that is no amount.
    pub fn bought(&self, coins: Amount, price: Price, asset: AssetId) -> Option<Amount> {
        let usd = Usd::from_unsigned(coins.raw()).ok()?;
        usd.to_amount(price, self.decimals(asset), Round::Down).ok()
    }

    /// Coins that so many base units of an asset are worth at a price, rounded down.
    pub fn worth(&self, amount: Amount, price: Price, asset: AssetId) -> Option<Amount> {
        let usd = amount.usd_value(price, self.decimals(asset), Round::Down).ok()?;
        u128::try_from(usd.raw()).ok().map(Amount::from_raw)
    }

    /// The riskiest vaults that may be liquidated now: the engine does so by itself, and has not come to these yet.
    pub fn liquidatable(&self) -> impl Iterator<Item = &VaultInfo> {
        self.riskiest
            .iter()
            .filter(|vault| vault.health == Health::Liquidatable)
    }
}

impl Own {
    /// What an account has in a recent state. Errors: those of reads.
    pub async fn look(client: &Client, account: AccountId, height: Height) -> Result<Self, Error> {
        let vaults = VaultQuery {
            owner: Some(account),
            height: Some(height),
            ..VaultQuery::default()
        };
        Ok(Self {
            account: client.account_at(account, height).await?,
            positions: client.positions_at(account, height).await?,
            vaults: client.all_vaults(&vaults).await?.vaults,
        })
    }

    /// The balance of an asset.
    pub fn balance(&self, asset: AssetId) -> Amount {
        let held = self.account.balances.iter().find(|held| held.asset == asset);
        held.map_or(Amount::ZERO, |held| held.amount)
    }

    /// Whether an order waits in a market.
    pub fn waits_in(&self, market: MarketId) -> bool {
        let mut tickets = self.positions.tickets.iter();
        tickets.any(|ticket| ticket.order.venue() == Venue::Market(market))
    }
}

#[cfg(test)]
pub(crate) mod tests;
