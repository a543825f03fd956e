use ballast_num::{Amount, Ratio, Round};

use super::{Population, records};
use crate::config::Config;
use crate::market::usd;
use crate::scenario::Scenario;

#[test]
fn drawn_vaults_stand_above_their_ratio_and_owe_the_floor_at_least() {
    let (scenario, config) = (Scenario::black_thursday().unwrap(), Config::default());
    let prices = scenario.opening_prices();
    let population = Population::drawn(&scenario, &config, 2_000, 1).unwrap();
    let mut debt = Amount::ZERO;
    for vault in &population.vaults {
        assert!(vault.debt >= config.collateral.debt_floor);
        let value = usd(vault.collateral, prices[vault.feed].unwrap()).unwrap();
        let ratio = Ratio::of(value.raw(), vault.debt.raw(), Round::Up).unwrap();
        assert!(ratio >= config.collateral.liquidation_ratio, "{ratio}");
        debt = debt.try_add(vault.debt).unwrap();
    }
    let mean = debt.prorate(1, 2_000, Round::Down).unwrap();
    // The draw's own scatter, and the floor, which raises the smallest third.
    assert!(
        mean > config.population.mean_debt.prorate(8, 10, Round::Down).unwrap(),
        "{mean}"
    );
    assert!(
        mean < config.population.mean_debt.prorate(13, 10, Round::Down).unwrap(),
        "{mean}"
    );
    let on_bitcoin = population.vaults.iter().filter(|vault| vault.feed == 1).count();
    assert!(
        (120..=280).contains(&on_bitcoin),
        "{on_bitcoin} of 2000, a tenth expected"
    );
}

#[test]
fn a_seed_draws_the_same_vaults_again() {
    let (scenario, config) = (Scenario::black_thursday().unwrap(), Config::default());
    let drawn = |seed| Population::drawn(&scenario, &config, 50, seed).unwrap();
    assert_eq!(drawn(5), drawn(5));
    assert_ne!(drawn(5).vaults, drawn(6).vaults);
}

#[test]
fn every_recorded_vault_stood_above_its_ratio() {
    let records = records().unwrap();
    assert_eq!(records.len(), 882);
    assert!(
        records
            .iter()
            .all(|record| record.ratio >= super::RECORDED_LIQUIDATION_RATIO)
    );
}
