use ballast_num::Ratio;

use super::*;

#[test]
fn the_reserve_is_valid_and_the_same_everywhere() {
    let genesis = genesis().expect("built with good files");
    let state = ballast_engine::State::genesis(&genesis).expect("the engine takes it");
    assert_eq!(ballast_engine::invariants::check_all(&state), Ok(()));
    assert_eq!(genesis.hash(), super::genesis().expect("again").hash());
    assert_eq!(genesis.types.len(), COLLATERALS);
}

#[test]
fn every_owner_has_a_key() {
    let genesis = genesis().expect("built with good files");
    let mut known: Vec<AccountId> = Vec::new();
    for (role, count) in [
        (Role::Wallet, WALLETS),
        (Role::Borrower, BORROWERS),
        (Role::Keeper, KEEPERS),
        (Role::Provider, 1),
    ] {
        known.extend((1..=count).map(|number| role.account(number)));
    }
    let opening = &genesis.opening;
    let owners = opening.vaults.iter().map(|vault| vault.owner);
    let holders = opening.balances.iter().map(|balance| balance.account);
    let depositors = opening.pool_deposits.iter().map(|deposit| deposit.owner);
    let mut all = owners.chain(holders).chain(depositors);
    assert!(all.all(|account| known.contains(&account)));
}

#[test]
fn a_person_can_open_a_vault_that_counts() {
    let genesis = genesis().expect("built with good files");
    let debt: u128 = genesis
        .opening
        .vaults
        .iter()
        .map(|vault| vault.normalized_debt.raw())
        .sum();
    let mine = coins(5_000).raw();
    assert!(mine * 10_000 > debt, "a vault of 5,000 is seen beside {debt}");
}

#[test]
fn recorded_prices_go_on_without_a_jump_when_the_record_ends() {
    let scenario = scenario().expect("built with good files");
    let recording = Recording::of(&scenario);
    let end = scenario.to.0;
    for feed in 0..recording.len() {
        let at = |seconds: u64| recording.price_at(feed, Timestamp(seconds)).expect("no gap");
        assert_eq!(at(end - 90), at(end + 90));
        assert_eq!(at(scenario.from.0), at(scenario.from.0 + 2 * (end - scenario.from.0)));
        let mut before = at(scenario.from.0);
        for seconds in (scenario.from.0..end + 86_400).step_by(60) {
            let now = at(seconds);
            let step = now.raw().abs_diff(before.raw());
            assert!(
                step < before
                    .mul_ratio(Ratio::percent(10), ballast_num::Round::Up)
                    .expect("small")
                    .raw(),
                "{feed} at {seconds}: {before} to {now}"
            );
            before = now;
        }
    }
}
