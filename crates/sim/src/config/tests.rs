use ballast_num::{Rate, Ratio, Seconds};
use ballast_protocol::{AssetId, FeedId, FeedSpec, Limits, PeerRules, TypeId, TypeSpec};

use super::{AuctionCurve, Config};

#[test]
fn what_a_file_does_not_say_is_the_engines_standard() {
    let config = Config::parse("empty.toml", "").unwrap();
    let spec = config.collateral.spec(
        (TypeId(7), "X"),
        (AssetId(3), FeedId(2)),
        &config.pool,
        &config.auction,
        PeerRules::default(),
    );
    assert_eq!(spec, TypeSpec::standard(TypeId(7), "X", AssetId(3), FeedId(2)));
    assert_eq!(
        config.feed.spec(FeedId(2), "X-USD", 5),
        FeedSpec::standard(FeedId(2), "X-USD", 5)
    );
    assert_eq!(config.limits.spec(AssetId(0)), Limits::standard(AssetId(0)));
}

#[test]
fn numbers_are_exact_however_they_are_written() {
    let text = "[type]\npenalty = 0.1\nslippage = \"0.07\"\nstress = 0\n[auction]\ncurve = { kind = \"stair\", cut = 0.98, step = 60 }\n[feed]\nheartbeat = 300";
    let config = Config::parse("x.toml", text).unwrap();
    assert_eq!(config.collateral.penalty, Ratio::percent(10));
    assert_eq!(config.collateral.slippage, Ratio::percent(7));
    assert_eq!(config.collateral.stress, Ratio::ZERO);
    let cut = Rate::from_raw(980_000_000_000_000_000_000_000_000);
    assert_eq!(config.auction.curve, AuctionCurve::Stair { cut, step: Seconds(60) });
    assert_eq!(config.feed.heartbeat, Seconds(300));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for text in [
        "[pool]\nunknown = 1",
        "[type]\npenalty = -0.1",
        "[type]\npenalty = nan",
        "[keepers]\ncount = -1",
        "[keepers]\nmargin = 1.0",
        "[market]\nhalf_life = 0",
        "[market]\ndaily_volume = 0",
        "[population]\nmean_debt = 0",
        "[pool]\nshare_of_debt = 1.0",
        "[bids]\nshare_of_debt = 0.99",
        "[liquidity]\nfee = 0.05\nband = 0.05",
        "[liquidity]\nband = 0.21",
        "[liquidity]\narbitrage_margin = 1",
    ] {
        assert!(Config::parse("x.toml", text).is_err(), "{text}");
    }
}

#[test]
fn a_file_replaces_a_scenarios_settings_key_by_key() {
    let settings = "[type]\nliquidation_ratio = 1.3\ninitial_ratio = 1.35\n[population]\nmean_debt = 7";
    let own = Config::load(settings, None).unwrap();
    assert_eq!(own.collateral.liquidation_ratio, Ratio::percent(130));
    // An initial ratio that the standard liquidation ratio would refuse, and a section that the scenario lacks.
    let over = Config::parse_over(settings, "x.toml", "[type]\ninitial_ratio = 1.4\n[keepers]\ncount = 1").unwrap();
    assert_eq!(over.collateral.initial_ratio, Ratio::percent(140));
    assert_eq!(
        (over.keepers.count, over.population.mean_debt),
        (1, own.population.mean_debt)
    );
    assert_eq!(over.collateral.liquidation_ratio, Ratio::percent(130));
    let bad = Config::parse_over(settings, "x.toml", "[type]\ninitial_ratioo = 1.4")
        .unwrap_err()
        .to_string();
    assert!(bad.contains("x.toml") && bad.contains("line 2"), "{bad}");
}
