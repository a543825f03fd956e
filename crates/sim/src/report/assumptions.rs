//! What a report takes for granted, and where it is from.

use super::{Report, dollars, percent};
use crate::config::{Auction, AuctionCurve, Config, Market};
use crate::keepers::PEERS_BID;
use crate::ledger_replay::{BOOK, STEP};
use crate::scenario::DAILY_VOLUME;

/// What, its value, its source.
pub(super) type Assumption = (&'static str, String, String);

/// Those of a replay of prices.
pub(super) fn all(report: &Report<'_>) -> Vec<Assumption> {
    let config = report.config;
    let (kind, keepers) = (&config.collateral, &config.keepers);
    let standard = || "the standard parameters, argued for in docs/".to_owned();
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
            own("with 10,000 vaults a reserve of about the size of DAI's supply in March 2020"),
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
                ratios(report),
                percent(kind.penalty),
                percent(kind.restore_margin)
            ),
            if report
                .collaterals
                .iter()
                .all(|each| each.liquidation_ratio == kind.liquidation_ratio)
            {
                standard()
            } else {
                "the standard parameters, and above them what Maker asked of LINK, UNI and AAVE, and of MATIC late in \
                 2021; SOL and AVAX, which it never took, as MATIC (docs/replay.md)"
                    .into()
            },
        ),
        ("Auctions", auctions(&config.auction), standard()),
        (
            "Bids, pools, liquidity",
            format!(
                "{} of debt in standing bids, in equal parts at {}; {} in stability pools, at a discount of {}; {} in \
                 the reserve's markets, with as much collateral",
                percent(config.bids.share_of_debt),
                tiers(config),
                percent(config.pool.share_of_debt),
                percent(config.pool.discount),
                percent(config.liquidity.share_of_debt),
            ),
            own("the table of depths shows what other sizes do; their owners do nothing"),
        ),
        (
            "Capital",
            format!(
                "{} of debt, {}; modular: {} of it the types' own, and a line of {} times its part of the rest for each; {} of \
                 what is common insured",
                percent(config.capital.share_of_debt),
                config.capital.generation,
                percent(config.capital.own_share),
                config.capital.line_factor,
                percent(config.capital.fund_share)
            ),
            own("small on purpose, so that losses show; lines so that no type can draw more than twice its part"),
        ),
        (
            "Keepers",
            format!(
                "{}, each with {} of all debt in coins, {} blocks late, for a margin of {}, and of {} between the reserve's \
                 markets and the one outside",
                keepers.count,
                percent(keepers.capital_share),
                keepers.latency_blocks,
                percent(keepers.margin),
                percent(config.liquidity.arbitrage_margin)
            ),
            own(
                "0 means no auction takers and no arbitrage; on the day the want of coins in keepers' hands was what failed \
                 (Maker's own account of it)",
            ),
        ),
        depth(&config.market, &volumes(report)),
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

/// The discounts of the tiers of bids: "1 %, 2 %".
fn tiers(config: &Config) -> String {
    let discounts = config.pool.tiers_of_bids().discounts;
    discounts.into_iter().map(percent).collect::<Vec<_>>().join(", ")
}

/// Those of the recorded ledger, under its terms.
pub(super) fn of_ledger(config: &Config, vaults: u64) -> Vec<Assumption> {
    let (kind, keepers) = (&config.collateral, &config.keepers);
    let none = |what: &str| format!("the peer had none{what}");
    vec![
        (
            "Prices",
            "Kraken's hourly bars of ether, signed as five equal sources in each block".into(),
            "data/README.md names source and licence; both orders of a bar's extremes are run, and five names of one \
             exchange are one source"
                .into(),
        ),
        (
            "Vaults and owners",
            format!("{vaults} vaults, whose owners send what they recorded"),
            "the recorded ledger, data/onchain; what owners would have done after a seizure that only ours made is not \
             recorded: from three hours later on they restore the vault, once it stands at the last two full hours' prices \
             and their coins allow it"
                .into(),
        ),
        (
            "Terms of the type",
            format!(
                "liquidation at {}, throughout; fee, penalty and floor as governance changed them",
                percent(kind.liquidation_ratio)
            ),
            "recorded; the peer had no initial ratio and no issuance check, so ours is the least that the bounds allow, \
             and its stress nothing"
                .into(),
        ),
        (
            "Debt ceiling",
            "none".into(),
            "recorded draws were under the peer's: here it would only refuse some owners for what others owe".into(),
        ),
        (
            "Auctions",
            auctions(&config.auction),
            "ours at the start; start factor, duration, reset share, ceiling and keepers' pay follow the recorded changes, \
             the curve never"
                .into(),
        ),
        ("Pool size", "0 USD".into(), none("; the table shows what others would do")),
        ("First-loss capital", "0 USD".into(), none(" for one type alone")),
        (
            "Keepers",
            format!(
                "{}, each with {} of {} coins, {} blocks of {STEP} late, for a margin of {}",
                keepers.count,
                percent(keepers.capital_share),
                dollars(BOOK),
                keepers.latency_blocks,
                percent(keepers.margin)
            ),
            own("of the order of the type's debt; latency is a time, given in blocks of 12 s, and at least one block of this \
                 replay"),
        ),
        depth(
            &config.market,
            &dollars(config.market.daily_volume.unwrap_or(DAILY_VOLUME)),
        ),
        (
            "Fees for work",
            "0 USD".into(),
            "gas was paid outside the ledger".into(),
        ),
        ("Coin", "1 USD".into(), own("the recorded debts are coins")),
    ]
}

fn own(why: &str) -> String {
    format!("an assumption of ours: {why}")
}

fn auctions(auction: &Auction) -> String {
    let curve = match auction.curve {
        AuctionCurve::Linear { duration } => format!("in a line to zero in {duration}"),
        AuctionCurve::Stair { cut, step } => format!("× {cut} every {step}"),
        AuctionCurve::Exponential { cut } => format!("× {cut} a second"),
    };
    format!(
        "from {} of the oracle's price, {curve}, reset under {} of the start or after {}",
        percent(auction.start_factor),
        percent(auction.reset_ratio),
        auction.duration
    )
}

/// The liquidation ratios: one if all are alike, else each with its ticker.
fn ratios(report: &Report<'_>) -> String {
    let all = report.collaterals;
    let standard = report.config.collateral.liquidation_ratio;
    if all.iter().all(|collateral| collateral.liquidation_ratio == standard) {
        return percent(standard);
    }
    let each = all
        .iter()
        .map(|each| format!("{} {}", each.symbol, percent(each.liquidation_ratio)));
    each.collect::<Vec<_>>().join(", ")
}

/// One figure if all are alike, else each with its ticker.
fn volumes(report: &Report<'_>) -> String {
    let all = report.collaterals;
    let first = all.first().map_or(DAILY_VOLUME, |collateral| collateral.daily_volume);
    if all.iter().all(|collateral| collateral.daily_volume == first) {
        return dollars(first);
    }
    let each = all
        .iter()
        .map(|each| format!("{} {}", each.symbol, dollars(each.daily_volume)));
    each.collect::<Vec<_>>().join(", ")
}

/// `volumes` in words.
fn depth(market: &Market, volumes: &str) -> Assumption {
    (
        "Depth",
        format!(
            "selling Q moves the price by σ·√(Q ÷ V): σ {} a day, V {} USD a day, pressure halves in {}",
            percent(market.daily_volatility),
            volumes,
            market.half_life
        ),
        "square-root law (Almgren et al. 2005; Tóth et al. 2011); V is what the scenario says, the mean that the \
         file's own exchange traded a day, or 100 M, about what Kraken alone traded in ether on 12 March 2020; σ is four times a quiet day's"
            .into(),
    )
}
