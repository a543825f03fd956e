//! Standard parameters: the defaults that the docs pages argue for, in whole coins and plain units.

use ballast_num::{Amount, Decimals, Rate, Ratio, Seconds};

use super::{
    AuctionSpec, BidSpec, Bounds, Breaker, Curve, FeedSpec, FlowLimit, FundSpec, GrowthSpec, Limits, PeerRules,
    PoolSpec, Sharing, TypeSpec,
};
use crate::{AssetId, FeedId, SourceId, TypeId};

/// So many whole units of an asset of 18 decimals, such as the coin.
pub const fn coins(units: u64) -> Amount {
    Amount::whole(units, Decimals::MAX)
}

impl Limits {
    /// Limits of a reserve whose coin is `coin`: work for some 250,000 transactions and 100,000 liquidations a block.
    pub const fn standard(coin: AssetId) -> Self {
        Self {
            coin,
            debt_ceiling: coins(10_000_000_000),
            auction_ceiling: coins(1_000_000_000),
            block_work: 20_000_000,
            protective_share: Ratio::percent(25),
            liquidation_work: 6_000_000,
            caller_work_share: Ratio::percent(20),
            liquidation_window: 64,
            blocks_to_clear: 50,
            work_price: Amount::from_raw(10_000_000_000_000),
            mint: FlowLimit::standard_mint(),
            surplus_floor: Amount::ZERO,
            fund: FundSpec::standard(),
            clock_step: Seconds::MINUTE,
            transaction_life: Seconds::DAY,
            ring_fence: Bounds::Enforced,
        }
    }
}

impl FundSpec {
    /// A fifth of the buffer's growth; an hour to enter, a week to leave within three days, a tenth of the fund a day.
    pub const fn standard() -> Self {
        Self {
            income_share: Ratio::percent(20),
            entry_cooldown: Seconds::HOUR,
            exit_cooldown: Seconds(7 * Seconds::DAY.0),
            exit_window: Seconds(3 * Seconds::DAY.0),
            exit_share: Ratio::percent(10),
            ticket_min: coins(100),
        }
    }
}

impl FeedSpec {
    /// A feed of a liquid asset with five sources, numbered from `first_source`, of which three close a round.
    pub fn standard(id: FeedId, name: &str, first_source: u32) -> Self {
        Self {
            id,
            name: name.to_owned(),
            sources: (first_source..first_source.saturating_add(5)).map(SourceId).collect(),
            quorum: 3,
            heartbeat: Seconds(600),
            skew: Seconds(10),
            outlier_floor: Ratio::percent(2),
            outlier_sigmas: Ratio::percent(600),
            spread_limit: Ratio::percent(5),
            round_limit: Ratio::percent(15),
            confirm_rounds: 3,
            mean_window: Seconds(1_800),
            // Half of it is forgotten in a day.
            variance_decay: Rate::from_raw(999_991_977_495_368_425_989_823_173),
            // 5 % a day: 0.05² ÷ 86,400.
            initial_variance: Ratio::from_raw(28_935_185_185),
            stale_limit: Seconds(6 * 3_600),
            gap: Seconds(900),
            gap_grace: Seconds(600),
        }
    }
}

impl FeedSpec {
    /// A feed of how much of a collateral there is, heard every half an hour at least, with a mean over a day.
    pub fn supply(id: FeedId, name: &str, first_source: u32) -> Self {
        Self {
            heartbeat: Seconds(1_800),
            outlier_floor: Ratio::percent(1),
            spread_limit: Ratio::percent(1),
            mean_window: Seconds::DAY,
            // Half of it is forgotten in 30 days, so that no jump of a day excuses itself (docs/limits.md).
            variance_decay: Rate::from_raw(999_999_732_582_142_021_614_955_958),
            // 0.1 % a day: 0.001² ÷ 86,400.
            initial_variance: Ratio::from_raw(11_574_074),
            gap: Seconds(6 * 3_600),
            gap_grace: Seconds::ZERO,
            ..Self::standard(id, name, first_source)
        }
    }
}

impl TypeSpec {
    /// A volatile, liquid collateral such as ether.
    pub fn standard(id: TypeId, name: &str, collateral: AssetId, feed: FeedId) -> Self {
        Self {
            id,
            name: name.to_owned(),
            collateral,
            feed,
            initial_ratio: Ratio::percent(155),
            liquidation_ratio: Ratio::percent(150),
            glide_per_day: Ratio::percent(1),
            initial_gap: Ratio::percent(5),
            penalty: Ratio::percent(13),
            slippage: Ratio::percent(5),
            restore_margin: Ratio::percent(10),
            wick_band: Ratio::percent(10),
            grace: Seconds::ZERO,
            round_seizure: Ratio::percent(20),
            // 5 % a year.
            stability_fee: Rate::from_raw(1_000_000_001_547_125_957_863_212_448),
            borrowing_fee: Ratio::ZERO,
            liquidation_deposit: coins(20),
            caller_share: Ratio::basis_points(50),
            debt_ceiling: coins(1_000_000_000),
            growth: GrowthSpec::standard(),
            outflow: FlowLimit::standard_outflow(),
            flash_ceiling: coins(10_000_000),
            debt_floor: coins(500),
            warning_band: Ratio::percent(10),
            stress: Ratio::percent(30),
            line: Amount::ZERO,
            pool: PoolSpec::standard(),
            bids: BidSpec::standard(),
            auction: AuctionSpec::standard(),
            market: None,
            sharing: Sharing::Never,
            peer: PeerRules::default(),
        }
    }
}

impl PoolSpec {
    /// Buys at 5 % under the low price; an hour's wait, and 100 coins at least for a place in the queue.
    pub const fn standard() -> Self {
        Self {
            discount: Ratio::percent(5),
            floor: coins(1),
            cooldown: Seconds::HOUR,
            ticket_min: coins(100),
        }
    }
}

impl BidSpec {
    /// Four tiers, 1 % to 4 % under the low price; ten minutes' wait, and 100 coins at least.
    pub fn standard() -> Self {
        Self {
            discounts: (1..=4).map(Ratio::percent).collect(),
            cooldown: Seconds(600),
            ticket_min: coins(100),
        }
    }

    /// No tiers: nobody can bid.
    pub fn none() -> Self {
        Self {
            discounts: Vec::new(),
            ..Self::standard()
        }
    }
}

impl AuctionSpec {
    /// From 10 % above the oracle's price down 1 % every 90 seconds, reset at half the start or after two hours.
    pub const fn standard() -> Self {
        Self {
            start_factor: Ratio::percent(110),
            curve: Curve::Stair {
                cut: Rate::from_raw(990_000_000_000_000_000_000_000_000),
                step: Seconds(90),
            },
            duration: Seconds(7_200),
            reset_ratio: Ratio::percent(50),
            keeper_flat: coins(10),
            keeper_share: Ratio::basis_points(10),
            ceiling: coins(100_000_000),
            breaker: Breaker::Open,
        }
    }
}
