//! Who buys what is seized, and on what terms: bids, pools, the reserve's own markets, keepers, and the market outside.

use ballast_engine::mechanisms::market::Markets;
use ballast_num::{Amount, Decimals, Ratio, Seconds};
use ballast_protocol::{AssetId, BidSpec, FeedId, MarketId, MarketSpec, coins};
use serde::Deserialize;

use super::text;

/// The standing bids of each type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bids {
    /// Coins in them at the start, as a share of the type's debt, before [`Market::depth`]: the same in each of the standard
    /// tiers, 1 % to 4 %, that give no more than the pool does.
    #[serde(deserialize_with = "text::decimal")]
    pub share_of_debt: Ratio,
}

impl Default for Bids {
    fn default() -> Self {
        Self {
            share_of_debt: Ratio::percent(2),
        }
    }
}

/// The stability pool of each type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pool {
    /// Coins in it at the start, as a share of the type's debt, before [`Market::depth`].
    #[serde(deserialize_with = "text::decimal")]
    pub share_of_debt: Ratio,
    /// Most that the pool pays is the oracle's low price × (1 − this).
    #[serde(deserialize_with = "text::decimal")]
    pub discount: Ratio,
    /// Coins that always stay in the pool.
    #[serde(deserialize_with = "text::coins")]
    pub floor: Amount,
    /// Host time between asking to enter or leave and doing so.
    #[serde(deserialize_with = "text::seconds")]
    pub cooldown: Seconds,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            share_of_debt: Ratio::percent(5),
            discount: Ratio::percent(5),
            floor: coins(1),
            cooldown: Seconds::HOUR,
        }
    }
}

impl Pool {
    /// The tiers of bids beside this pool: the standard ones whose discount is at most its own.
    pub fn tiers_of_bids(&self) -> BidSpec {
        let mut spec = BidSpec::standard();
        spec.discounts.retain(|discount| *discount <= self.discount);
        spec
    }
}

/// The reserve's own market of each collateral, a constant product ([`MarketSpec`]).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Liquidity {
    /// Coins in it at the start, as a share of the type's debt, before [`Market::depth`]; beside them collateral of the same
    /// worth.
    #[serde(deserialize_with = "text::decimal")]
    pub share_of_debt: Ratio,
    /// Share of what a trade brings that stays in the pool.
    #[serde(deserialize_with = "text::decimal")]
    pub fee: Ratio,
    /// How far from the oracle's low price the engine sells.
    #[serde(deserialize_with = "text::decimal")]
    pub band: Ratio,
    /// Least profit for which a keeper trades between it and the market outside.
    #[serde(deserialize_with = "text::decimal")]
    pub arbitrage_margin: Ratio,
}

impl Default for Liquidity {
    fn default() -> Self {
        let standard = MarketSpec::standard(MarketId(1), AssetId(1), FeedId(1));
        Self {
            share_of_debt: Ratio::percent(5),
            fee: standard.fee,
            band: standard.band,
            arbitrage_margin: Ratio::basis_points(50),
        }
    }
}

impl Liquidity {
    /// Whether the engine lists a market with these parameters.
    pub fn is_within_bounds(&self) -> bool {
        let spec = self.spec(MarketId(1), AssetId(1), FeedId(1));
        Markets::default().add(spec, Decimals::MAX).is_ok()
    }

    /// The market `id` with these parameters.
    pub fn spec(&self, id: MarketId, base: AssetId, feed: FeedId) -> MarketSpec {
        MarketSpec {
            fee: self.fee,
            band: self.band,
            ..MarketSpec::standard(id, base, feed)
        }
    }
}

/// Accounts outside the engine that buy from auctions and sell on the market.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keepers {
    /// How many; zero means no auction takers and no arbitrage.
    pub count: u32,
    /// Coins of each at the start, as a share of all debt.
    #[serde(deserialize_with = "text::decimal")]
    pub capital_share: Ratio,
    /// Blocks between seeing a state and being included; at least 1.
    pub latency_blocks: u64,
    /// Least profit on what is bought, after the market's impact, as a share of its market value.
    #[serde(deserialize_with = "text::decimal")]
    pub margin: Ratio,
}

impl Default for Keepers {
    fn default() -> Self {
        Self {
            count: 5,
            capital_share: Ratio::basis_points(50),
            latency_blocks: 2,
            margin: Ratio::percent(2),
        }
    }
}

/// The market outside, by the square-root law of impact: σ·√(volume sold ÷ daily volume).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Market {
    /// USD that change hands in a day, for each price file; if it is not given, the scenario's figure of each collateral,
    /// and of files [`DAILY_VOLUME`](crate::scenario::DAILY_VOLUME).
    #[serde(deserialize_with = "text::some_coins")]
    pub daily_volume: Option<Amount>,
    /// Standard deviation of a day's return (σ).
    #[serde(deserialize_with = "text::decimal")]
    pub daily_volatility: Ratio,
    /// Time in which a sale's pressure halves.
    #[serde(deserialize_with = "text::seconds")]
    pub half_life: Seconds,
    /// Factor of all that can be sold into, here and in bids, pools and the reserve's own markets ([`crate::depth`]).
    #[serde(deserialize_with = "text::decimal")]
    pub depth: Ratio,
}

impl Default for Market {
    fn default() -> Self {
        Self {
            daily_volume: None,
            daily_volatility: Ratio::percent(20),
            half_life: Seconds::HOUR,
            depth: Ratio::ONE,
        }
    }
}
