//! What a reserve calls its things: assets, types and markets by symbol, name or number, and amounts in their units.

use std::collections::BTreeMap;
use std::fmt::Display;

use ballast_client::Client;
use ballast_num::{Amount, Price};
use ballast_protocol::api::{AssetInfo, FeedInfo, MarketInfo, TypeInfo};
use ballast_protocol::{AssetId, AuctionId, FeedId, MarketId, TypeId, VaultId};

use crate::Failure;
use crate::units::short;

/// The names of a reserve, as far as a command needs them.
pub(crate) struct Names {
    pub(crate) assets: Vec<AssetInfo>,
    pub(crate) types: Vec<TypeInfo>,
    pub(crate) markets: Vec<MarketInfo>,
    pub(crate) feeds: Vec<FeedInfo>,
    pub(crate) coin: AssetId,
    /// The types of vaults that a command names.
    pub(crate) vaults: BTreeMap<VaultId, TypeId>,
    /// The types of auctions that a command names.
    pub(crate) auctions: BTreeMap<AuctionId, TypeId>,
    /// The chain's time.
    pub(crate) now: ballast_num::Timestamp,
}

/// Which vaults and auctions a command names, to know the decimals of what they hold.
#[derive(Default)]
pub(crate) struct Needs {
    pub(crate) vaults: Vec<VaultId>,
    pub(crate) auctions: Vec<AuctionId>,
}

impl Names {
    /// Asks a node.
    pub(crate) async fn load(client: &Client, needs: Needs) -> Result<Self, Failure> {
        let mut names = Self {
            assets: client.assets().await?,
            types: client.types().await?,
            markets: client.markets().await?,
            feeds: client.feeds().await?,
            coin: client.coin(),
            vaults: BTreeMap::new(),
            auctions: BTreeMap::new(),
            now: client.status().await?.now,
        };
        for id in needs.vaults {
            names.vaults.insert(id, client.vault(id).await?.collateral_type);
        }
        for id in needs.auctions {
            names.auctions.insert(id, client.auction(id).await?.collateral_type);
        }
        Ok(names)
    }

    /// An asset by its symbol, in any case, or its number.
    pub(crate) fn asset(&self, text: &str) -> Result<&AssetInfo, Failure> {
        let named = |asset: &&AssetInfo| asset.symbol.eq_ignore_ascii_case(text) || text == asset.id.0.to_string();
        let known = || self.assets.iter().map(|asset| asset.symbol.as_str());
        self.assets
            .iter()
            .find(named)
            .ok_or_else(|| unknown("asset", text, known()))
    }

    /// A type by its name, in any case, or its number.
    pub(crate) fn collateral_type(&self, text: &str) -> Result<&TypeInfo, Failure> {
        let named = |kind: &&TypeInfo| kind.spec.name.eq_ignore_ascii_case(text) || text == kind.spec.id.0.to_string();
        let known = || self.types.iter().map(|kind| kind.spec.name.as_str());
        self.types
            .iter()
            .find(named)
            .ok_or_else(|| unknown("collateral type", text, known()))
    }

    /// A market by its number, or by the symbol of what it trades.
    pub(crate) fn market(&self, text: &str) -> Result<&MarketInfo, Failure> {
        let named = |market: &&MarketInfo| {
            text == market.spec.id.0.to_string() || self.symbol(market.spec.base).eq_ignore_ascii_case(text)
        };
        let known = || self.markets.iter().map(|market| self.symbol(market.spec.base));
        self.markets
            .iter()
            .find(named)
            .ok_or_else(|| unknown("market", text, known()))
    }

    /// An asset's symbol.
    pub(crate) fn symbol(&self, id: AssetId) -> &str {
        self.by_id(id).map_or("?", |asset| &asset.symbol)
    }

    /// A type's name.
    pub(crate) fn type_name(&self, id: TypeId) -> String {
        let kind = self.kind(id);
        kind.map_or_else(|| id.to_string(), |kind| kind.spec.name.clone())
    }

    /// A feed's name.
    pub(crate) fn feed_name(&self, id: FeedId) -> String {
        let feed = self.feeds.iter().find(|feed| feed.id == id);
        feed.map_or_else(|| id.to_string(), |feed| feed.name.clone())
    }

    pub(crate) fn by_id(&self, id: AssetId) -> Option<&AssetInfo> {
        self.assets.iter().find(|asset| asset.id == id)
    }

    fn kind(&self, id: TypeId) -> Option<&TypeInfo> {
        self.types.iter().find(|kind| kind.spec.id == id)
    }

    /// What the vaults of a type hold.
    pub(crate) fn collateral(&self, id: TypeId) -> Option<AssetId> {
        self.kind(id).map(|kind| kind.spec.collateral)
    }

    /// What a market trades.
    pub(crate) fn base(&self, id: MarketId) -> Option<AssetId> {
        let market = self.markets.iter().find(|market| market.spec.id == id);
        market.map(|market| market.spec.base)
    }

    /// Whole units of an asset as base units.
    pub(crate) fn amount(&self, text: &str, asset: AssetId) -> Result<Amount, Failure> {
        let asset = self
            .by_id(asset)
            .ok_or_else(|| Failure::BadInput(format!("{asset} is not known to this node")))?;
        Amount::parse_units(text, asset.decimals)
            .map_err(|error| Failure::BadInput(format!("{text:?} is no amount of {}: {error}", asset.symbol)))
    }

    /// Coins as base units.
    pub(crate) fn coins(&self, text: &str) -> Result<Amount, Failure> {
        self.amount(text, self.coin)
    }

    /// Collateral of a type as base units.
    pub(crate) fn collateral_amount(&self, text: &str, kind: TypeId) -> Result<Amount, Failure> {
        let asset = self.collateral(kind);
        let asset = asset.ok_or_else(|| Failure::BadInput(format!("{kind} is not known to this node")))?;
        self.amount(text, asset)
    }

    /// Collateral of a vault as base units.
    pub(crate) fn vault_collateral(&self, text: &str, vault: VaultId) -> Result<Amount, Failure> {
        self.collateral_amount(text, self.vaults.get(&vault).copied().unwrap_or_default())
    }

    /// An amount with its symbol, for people.
    pub(crate) fn show(&self, amount: Amount, asset: AssetId) -> String {
        match self.by_id(asset) {
            Some(info) => {
                let units = amount.in_units(info.decimals).to_string();
                format!("{} {}", short(&units, 4), info.symbol)
            }
            None => format!("{amount} base units of {asset}"),
        }
    }

    /// Coins, for people.
    pub(crate) fn show_coins(&self, amount: Amount) -> String {
        self.show(amount, self.coin)
    }

    /// Collateral of a type, for people.
    pub(crate) fn show_collateral(&self, amount: Amount, kind: TypeId) -> String {
        match self.collateral(kind) {
            Some(asset) => self.show(amount, asset),
            None => format!("{amount} base units"),
        }
    }
}

/// A price, for people.
pub(crate) fn usd(price: Price) -> String {
    format!("{} USD", short(&price.to_string(), 4))
}

fn unknown<'a>(what: &str, text: impl Display, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<_> = known.collect();
    if known.is_empty() {
        return Failure::BadInput(format!("there is no {what} {text}: this reserve has none"));
    }
    Failure::BadInput(format!("there is no {what} {text}: choose of {}", known.join(", ")))
}
