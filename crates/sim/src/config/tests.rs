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
    ] {
        assert!(Config::parse("x.toml", text).is_err(), "{text}");
    }
}
