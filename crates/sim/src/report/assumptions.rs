//! What a report takes for granted, and where it is from.

use super::{Report, dollars, percent};
use crate::config::AuctionCurve;
use crate::keepers::PEERS_BID;
use crate::sensitivity::KEEPERS;

/// Each assumption: what, its value, its source.
pub(super) fn all(report: &Report<'_>) -> Vec<(&'static str, String, String)> {
    let config = report.config;
    let (kind, auction, keepers, market) = (&config.collateral, &config.auction, &config.keepers, &config.market);
    let standard = || "the standard parameters, argued for in docs/".to_owned();
    let own = |why: &str| format!("an assumption of ours: {why}");
    let curve = match auction.curve {
        AuctionCurve::Linear { duration } => format!("in a line to zero in {duration}"),
        AuctionCurve::Stair { cut, step } => format!("× {cut} every {step}"),
        AuctionCurve::Exponential { cut } => format!("× {cut} a second"),
    };
    vec![
        (
            "Prices",
            "each file is a feed, signed as five equal sources in each block".into(),
            "data/README.md names each file's source and licence; what happens inside a bar is not recorded, so both \
             orders of its extremes are run"
                .into(),
        ),
        (
            "Vaults",
            format!("{} at the start", report.outcomes[0].vaults),
            report.population.to_owned(),
        ),
        (
            "Mean debt of drawn vaults",
            format!("{} coins", dollars(config.population.mean_debt)),
            own("with 10,000 vaults a reserve of about the size of DAI's supply at the time"),
        ),
        (
            "Owners",
            "do nothing: none repays or adds collateral".into(),
            own("the unkind one; in 2020 many could not, for congestion"),
        ),
        (
            "Ratios",
            format!(
                "liquidation at {}, penalty {}, partial to {} above",
                percent(kind.liquidation_ratio),
                percent(kind.penalty),
                percent(kind.restore_margin)
            ),
            standard(),
        ),
        (
            "Auctions",
            format!(
                "from {} of the oracle's price, {curve}, reset under {} of the start or after {}",
                percent(auction.start_factor),
                percent(auction.reset_ratio),
                auction.duration
            ),
            standard(),
        ),
        (
            "Pool size",
            format!(
                "{} of debt, at a discount of {}",
                percent(config.pool.share_of_debt),
                percent(config.pool.discount)
            ),
            own("the middle of the table above, which shows what other sizes do"),
        ),
        (
            "First-loss capital",
            format!("{} of debt", percent(config.pool.first_loss_share)),
            own("small on purpose, so that losses show"),
        ),
        (
            "Keepers",
            format!(
                "{}, each with {} of all debt in coins, {} blocks late, for a margin of {}",
                keepers.count,
                percent(keepers.capital_share),
                keepers.latency_blocks,
                percent(keepers.margin)
            ),
            own(&format!(
                "0 means no auction takers and no arbitrage; many is {}; on the day the want of coins in keepers' hands \
                 was what failed (Maker's own account of it)",
                KEEPERS[KEEPERS.len() - 1]
            )),
        ),
        (
            "Depth",
            format!(
                "selling Q moves the price by σ·√(Q ÷ V): σ {} a day, V {} USD a day, pressure halves in {}",
                percent(market.daily_volatility),
                dollars(market.daily_volume),
                market.half_life
            ),
            "square-root law (Almgren et al. 2005; Tóth et al. 2011); V is about what Kraken alone traded in ether on \
             12 March 2020, 107 M USD by the volumes of the replayed file; σ is four times a quiet day's"
                .into(),
        ),
        (
            "Coin",
            "1 USD".into(),
            own("in March 2020 DAI stood up to 12 % above, which made debt dearer to repay and lots cheaper in USD"),
        ),
        (
            "Stand-in's bidder",
            format!("pays less than {} of the market's price", percent(PEERS_BID)),
            own("the bidders of 2020 who paid nothing, made the only ones"),
        ),
    ]
}
