use std::collections::BTreeSet;

use ballast_num::{Amount, Price, Ratio, Round, Seconds};
use ballast_protocol::coins;

use super::{APRIL_2024, BUILT_IN, DAILY_VOLUME, FTX, JUNE_2022, MAKER_ETH_B, MAY_2021, Scenario};
use crate::config::Config;
use crate::population::Population;
use crate::prices::Order;
use crate::run::{Outcome, Setup, run};
use crate::tally::OfType;
use crate::world::Rules;

/// The lowest price of a collateral as a share of the first, by steps of 100 s, which meet the extremes of every bar.
fn lowest(scenario: &Scenario, feed: usize) -> Ratio {
    let path = &scenario.paths(Order::LowFirst)[feed];
    let mut cursor = path.cursor();
    let mut at = scenario.from;
    let mut prices: Vec<Price> = Vec::new();
    while at <= scenario.to {
        prices.push(cursor.price_at(at).expect("the record has no gap"));
        at.0 += 100;
    }
    let least = prices.iter().min().expect("a span has a price");
    least.relative_to(prices[0], Round::Up).unwrap()
}

#[test]
fn every_built_in_scenario_has_a_price_at_each_moment_and_falls_as_it_says() {
    for (name, eth, btc) in [
        (MAY_2021, 48, 64),
        (JUNE_2022, 49, 58),
        (FTX, 65, 73),
        (APRIL_2024, 81, 86),
    ] {
        let scenario = Scenario::built_in(name).unwrap();
        for (feed, percent) in [(0, eth), (1, btc)] {
            let lowest = lowest(&scenario, feed);
            let expected = Ratio::percent(percent)..=Ratio::percent(percent + 1);
            assert!(expected.contains(&lowest), "{name} {feed}: {lowest}");
        }
    }
    let scenario = Scenario::built_in(APRIL_2024).unwrap();
    let symbols: Vec<&str> = scenario.feeds.iter().map(|feed| feed.symbol.as_str()).collect();
    assert_eq!(symbols, ["ETH", "BTC", "SOL", "LINK", "UNI", "AAVE", "AVAX", "MATIC"]);
    for (feed, symbol) in symbols.iter().enumerate().skip(2) {
        let lowest = lowest(&scenario, feed);
        assert!(lowest < Ratio::percent(69), "{symbol}: {lowest}");
    }
}

#[test]
fn an_unknown_name_is_told_all_that_there_are() {
    let said = Scenario::built_in("ftx-2").unwrap_err().to_string();
    for (name, _) in BUILT_IN {
        assert!(said.contains(name), "{said}");
    }
    // The ledger is no scenario of prices alone.
    assert!(Scenario::built_in(MAKER_ETH_B).is_err());
}

#[test]
fn the_configured_volume_stands_before_that_of_the_scenario() {
    let scenario = Scenario::built_in(APRIL_2024).unwrap();
    let mut config = Config::default();
    assert_eq!(scenario.daily_volumes(&config)[5], coins(34_000_000));
    config.market.daily_volume = Some(coins(7));
    assert_eq!(scenario.daily_volumes(&config), [coins(7); 8]);
    let alone = Scenario::black_thursday().unwrap();
    assert_eq!(alone.daily_volumes(&Config::default()), [DAILY_VOLUME; 2]);
}

#[test]
fn riskier_collaterals_have_higher_ratios_and_their_vaults_the_same_headroom() {
    let scenario = Scenario::built_in(APRIL_2024).unwrap();
    let config = Config::load(scenario.settings, None).unwrap();
    let population = Population::drawn(&scenario, &config, 200, 1).unwrap();
    let genesis = crate::world::genesis(&scenario, &config, &population, Rules::Ballast).unwrap();
    let ratios: Vec<Ratio> = genesis.types.iter().map(|spec| spec.liquidation_ratio).collect();
    assert_eq!(ratios, [130, 130, 175, 165, 165, 165, 175, 175].map(Ratio::percent));
    let prices = scenario.opening_prices();
    for vault in &population.vaults {
        let value = crate::market::usd(vault.collateral, prices[vault.feed].unwrap()).unwrap();
        let ratio = Ratio::of(value.raw(), vault.debt.raw(), Round::Up).unwrap();
        assert!(ratio >= ratios[vault.feed], "{ratio} on {}", vault.feed);
    }
    let held: BTreeSet<usize> = population.vaults.iter().map(|vault| vault.feed).collect();
    assert_eq!(held.len(), 8);
}

/// All of a scenario, low first: 120 vaults, a block in five minutes.
fn replay(name: &str) -> Outcome {
    let scenario = Scenario::built_in(name).unwrap();
    let config = Config::load(scenario.settings, None).unwrap();
    let population = Population::drawn(&scenario, &config, 120, 1).unwrap();
    let setup = Setup {
        scenario: &scenario,
        config: &config,
        population: &population,
        step: Seconds(300),
        rules: Rules::Ballast,
    };
    run(&setup, Order::LowFirst, &|_| ()).unwrap()
}

/// Two runs, one root; every promise kept; and what was lost by type is what was lost in all.
fn smoke(name: &str) {
    let (first, again) = (replay(name), replay(name));
    assert_eq!(first.root, again.root);
    assert_eq!(first.tally, again.tally);
    assert_eq!((first.breaches, &first.first_breach), (0, &None));
    let by_type = || first.tally.by_type.values();
    let liquidated: u64 = by_type().map(|tally| tally.liquidated).sum();
    assert_eq!(liquidated, first.tally.liquidated.len() as u64);
    assert!(liquidated > 0);
    let sum = |figure: fn(&OfType) -> Amount| Amount::try_sum(by_type().map(figure)).unwrap();
    assert_eq!(sum(|tally| tally.debt_liquidated), first.tally.debt_liquidated);
    assert_eq!(sum(|tally| tally.own_collateral), first.tally.own_collateral);
    let lost = first
        .losses_by_type
        .iter()
        .flat_map(|(booked, marked)| [booked.bad_debt, marked.bad_debt]);
    assert_eq!(Amount::try_sum(lost).unwrap(), first.bad_debt());
    let of_all = &first.end;
    let owed = Amount::try_sum(of_all.by_type.iter().map(|(debt, _)| *debt)).unwrap();
    assert_eq!(owed, of_all.vault_debt.try_add(of_all.auction_debt).unwrap());
}

#[test]
fn may_2021_replays() {
    smoke(MAY_2021);
}

#[test]
fn june_2022_replays() {
    smoke(JUNE_2022);
}

#[test]
fn ftx_replays() {
    smoke(FTX);
}

#[test]
fn april_2024_replays() {
    smoke(APRIL_2024);
}
