//! The table of generations: three designs that differ, in an order that does not depend on threads.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_num::{Amount, Ratio, Round, Seconds};
use ballast_sim::compare::{Cell, Compared, DEPTHS, Figures, cell, check, compare};
use ballast_sim::config::Config;
use ballast_sim::generation::Generation;
use ballast_sim::population::Population;
use ballast_sim::run::Setup;
use ballast_sim::scenario::Scenario;
use ballast_sim::world::Rules;

/// Some hours of the crash from its seventh on, with so many vaults.
fn compared(hours: u64, vaults: u64, configure: impl Fn(&mut Config)) -> Compared {
    let mut scenario = Scenario::black_thursday().unwrap();
    scenario.from.0 += 6 * 3_600;
    scenario.to.0 = scenario.from.0 + hours * 3_600;
    let mut config = Config::default();
    configure(&mut config);
    let population = Population::drawn(&scenario, &config, vaults, 1).unwrap();
    let setup = Setup {
        scenario: &scenario,
        config: &config,
        population: &population,
        step: Seconds::MINUTE,
        rules: Rules::Ballast,
    };
    check(&setup).unwrap();
    compare(&setup, &|_| ()).unwrap()
}

fn figures(compared: &Compared, generation: Generation, depth: Ratio) -> Figures {
    let cell = cell(&compared.cells, generation, depth).unwrap();
    cell.figures.clone().unwrap()
}

/// Nine in ten vaults hold ether, which falls by more: its own capital is used up while bitcoin's is not.
#[test]
fn three_designs_of_the_same_capital_lose_differently() {
    let compared = compared(12, 200, |config| {
        config.keepers.count = 0;
        config.capital.share_of_debt = Ratio::basis_points(50);
    });
    let at = |generation| figures(&compared, generation, Ratio::ZERO);
    let [isolated, pooled, modular] = Generation::ALL.map(at);
    let lost = |figures: &Figures| {
        let losses = figures.losses;
        Amount::try_sum([losses.first_loss, losses.surplus, losses.fund, losses.bad_debt]).unwrap()
    };
    // Who pays differs, and what is lost does not.
    assert_eq!((lost(&isolated), lost(&modular)), (lost(&pooled), lost(&pooled)));
    assert!(
        isolated.losses.bad_debt > modular.losses.bad_debt,
        "{isolated:?} {modular:?}"
    );
    assert!(
        modular.losses.bad_debt > pooled.losses.bad_debt,
        "{modular:?} {pooled:?}"
    );
    assert_eq!(
        (isolated.losses.surplus, isolated.losses.fund),
        (Amount::ZERO, Amount::ZERO)
    );
    assert_eq!(pooled.losses.first_loss, Amount::ZERO);
    assert!(
        !modular.losses.first_loss.is_zero() && !modular.losses.surplus.is_zero() && !modular.losses.fund.is_zero()
    );
    for generation in Generation::ALL {
        for depth in DEPTHS {
            assert_eq!(figures(&compared, generation, depth).breaches, 0);
        }
    }
}

/// What a pooled design promises twice shows when all types are filled: near their ratio, under a stress that breaks them.
#[test]
fn only_a_pooled_reserve_admits_debt_that_nothing_covers() {
    let compared = compared(1, 200, |config| {
        config.collateral.liquidation_ratio = Ratio::percent(130);
        config.collateral.initial_ratio = Ratio::percent(135);
    });
    let [isolated, pooled, modular] =
        Generation::ALL.map(|generation| figures(&compared, generation, Ratio::ONE).admission);
    assert!(pooled.admitted > modular.admitted && pooled.admitted > isolated.admitted);
    assert!(pooled.uncovered > pooled.capital.prorate(9, 10, Round::Down).unwrap());
    // A wei a type, by which the stressed loss is rounded up.
    for figures in [isolated, modular] {
        assert!(figures.uncovered <= Amount::from_raw(2), "{figures:?}");
    }
}

#[test]
fn the_chosen_cell_is_the_reported_run() {
    let compared = compared(2, 50, |config| {
        (config.capital.generation, config.market.depth) = (Generation::Pooled, Ratio::percent(50));
    });
    let chosen = figures(&compared, Generation::Pooled, Ratio::percent(50));
    let [worse, _] = &compared.outcomes;
    assert_eq!(chosen.losses, worse.end.losses);
    assert_eq!(chosen.debt_liquidated, worse.tally.debt_liquidated);
    let depths: Vec<Ratio> = compared
        .cells
        .iter()
        .take(DEPTHS.len())
        .map(|cell| cell.depth)
        .collect();
    let halves = DEPTHS.map(|depth| depth.mul_ratio(Ratio::percent(50), Round::Down).unwrap());
    assert_eq!(depths, halves);
}

#[test]
fn a_cell_of_the_table_with_more_coins_than_debt_is_marked_and_stops_nothing() {
    let compared = compared(1, 50, |config| {
        (config.keepers.count, config.keepers.capital_share) = (1, Ratio::percent(30));
        config.pool.share_of_debt = Ratio::percent(15);
        config.capital.share_of_debt = Ratio::percent(25);
    });
    // At four times the depth half of the debt would be in pools: with 30 % and 25 % too much.
    let marked = |cell: &Cell| cell.figures.is_none() == (cell.depth > Ratio::percent(200));
    assert!(compared.cells.iter().all(marked), "{:?}", compared.cells);
    assert_eq!(compared.cells.len(), Generation::ALL.len() * DEPTHS.len());
}
