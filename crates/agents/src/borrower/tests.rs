use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::board::tests::{board, own, vault};

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

#[test]
fn a_careful_borrower_repays_what_a_warned_vault_owes_too_much() {
    let mut own = own(5_000, 0);
    own.vaults.push(vault(12_900, Health::Warned));
    let steps = decide(&board(), &own, Temper::Careful, &mut random(1));
    let [step] = &steps[..] else { panic!("{steps:?}") };
    // 20,000 ÷ 1.8 = 11,111.1: what is more is repaid.
    let Command::RepayDebt {
        amount: Repayment::Exactly(amount),
        ..
    } = step.commands[0]
    else {
        panic!("{step:?}")
    };
    assert!(amount > coins(1_788) && amount < coins(1_790), "{amount}");
}

#[test]
fn without_coins_collateral_is_added() {
    let mut own = own(0, 10);
    own.vaults.push(vault(12_900, Health::Warned));
    let steps = decide(&board(), &own, Temper::Careful, &mut random(1));
    // 12,900 × 1.8 = 23,220: 1.61 ether are missing.
    let Command::Deposit { amount, .. } = steps[0].commands[0] else {
        panic!("{steps:?}")
    };
    assert_eq!(amount, Amount::from_raw(1_610_000_000_000_000_000));
}

#[test]
fn a_careless_borrower_lets_a_vault_be() {
    let mut own = own(100_000, 100);
    own.vaults.push(vault(12_900, Health::Warned));
    for seed in 0..50 {
        let steps = decide(&board(), &own, Temper::Careless, &mut random(seed));
        let guards = steps.iter().any(|step| step.why.contains("warned"));
        assert!(!guards, "{steps:?}");
    }
}

#[test]
fn the_same_seed_has_the_same_whims() {
    let own = own(10_000, 100);
    for seed in 0..50 {
        let whims = || decide(&board(), &own, Temper::Ordinary, &mut random(seed));
        assert_eq!(whims(), whims());
    }
}

#[test]
fn new_vaults_stand_above_the_initial_ratio() {
    let board = board();
    let kind = board.types[0].spec.clone();
    let opened = (0..400).flat_map(|seed| decide(&board, &own(0, 100), Temper::Ordinary, &mut random(seed)));
    let opened: Vec<Step> = opened.filter(|step| step.commands.len() == 3).collect();
    assert!(opened.len() > 5, "{}", opened.len());
    for step in opened {
        let [
            _,
            Command::Deposit { amount, .. },
            Command::DrawDebt { amount: debt, .. },
        ] = step.commands[..]
        else {
            panic!("{step:?}")
        };
        let value = board
            .worth(amount, board.feeds[0].spot, kind.collateral)
            .expect("small");
        let owed = debt.try_add(kind.liquidation_deposit).expect("small");
        assert!(
            value >= owed.mul_ratio(kind.initial_ratio, Round::Up).expect("small"),
            "{step:?}"
        );
        assert!(debt >= kind.debt_floor);
    }
}
