//! R9: partial only where it helps; one penalty per debt; a wick of one round liquidates nobody.

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, Ratio, Round};
use ballast_protocol::{Bounds, Genesis, OpeningBalance, OpeningVault, Seizure, SeizureRule, coins};
use proptest::prelude::*;

use crate::common::{ETH, KIND, World, outcome, seizures, who};

fn price(dollars: u32) -> Option<Price> {
    Some(Price::whole(dollars))
}

/// Print one wrong price and buy what it breaks; the feed is right again a block later.
#[test]
fn a_one_round_wick() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         price 1500             -> no VaultSeized   // 1.25: inside the wick band
         price 2000             -> no VaultSeized
         price 1500             -> no VaultSeized
         price 1500             -> VaultSeized",
    );
    assert_eq!(world.debt(2), coins(9_600)); // a fifth, and no more in this round
    world.check("wait 12 -> no VaultSeized");
    let call = world.send("mallory: liquidate #2");
    assert!(outcome(&call).contains(&"RoundLimitReached".to_owned()), "{call:?}");
    // A wick into the deep does not wait.
    world.check("price 1100 -> VaultSeized");
}

/// Split or merge a vault to be rid of what its round has seen.
#[test]
fn merging_to_be_rid_of_the_round_limit() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         alice: open; deposit 10; draw 600
         price 1790
         price 1790             -> VaultSeized
         alice: deposit 1 #2; merge #3 into #2 -> VaultsMerged",
    );
    let merged = world.state.vaults().vault(ballast_protocol::VaultId(2)).unwrap();
    assert_eq!(
        merged.seizures.round().0,
        world.state.prices().quote(crate::common::FEED).unwrap().round.0
    );
}

/// Seize a part where collateral is worth little more than the debt: each part leaves the rest worse.
#[test]
fn a_partial_that_worsens() {
    let mut world = World::new();
    world.check("alice: open; deposit 10; draw 12000");
    // 14100 ÷ 12000 = 1.175 is under 1 + penalty + slippage.
    let events = world.block(12, price(1_410), &[]).events;
    assert_eq!(seizures(&events)[0].rule, SeizureRule::WholeTooDeep);
    assert!(world.debt(2).is_zero() && world.collateral(2).is_zero());
}

/// Fine an owner for more than he has left, so that the fine becomes the reserve's loss.
#[test]
fn a_penalty_out_of_what_is_not_there() {
    let mut world = World::new();
    world.check(
        "alice: open; deposit 10; draw 12000
         bob: open; deposit 10; draw 12500",
    );
    let seized = seizures(&world.block(12, price(1_210), &[]).events);
    let of = |name| seized.iter().find(|seized| seized.owner == who(name)).copied().unwrap();
    assert_eq!((of("alice").penalty, of("alice").loss), (coins(100), Amount::ZERO));
    assert_eq!((of("bob").penalty, of("bob").loss), (Amount::ZERO, coins(400)));
}

/// Leave a rest too small for anyone to liquidate.
#[test]
fn a_partial_that_leaves_dust() {
    let mut world = World::with_type(|spec| {
        spec.debt_floor = coins(600);
        spec.round_seizure = Ratio::ONE;
    });
    world.check("alice: open; deposit 0.6; draw 700");
    let events = [world.round(Price::whole(1_500)), world.round(Price::whole(1_500))]
        .map(|result| result.events)
        .concat();
    let seized = seizures(&events)[0];
    assert_eq!((seized.rule, seized.debt), (SeizureRule::WholeAvoidsDust, coins(700)));
}

/// Owe against so few base units of collateral that a part rounds up to all of them: the rest of the debt would stand on
/// nothing, and be a loss beside a penalty.
#[test]
fn a_partial_that_rounds_up_to_all_collateral() {
    // A collateral that cannot be divided.
    let indivisible = |genesis: &mut Genesis| {
        genesis.assets[1].decimals = Decimals::new(0).unwrap();
        let unit = |amount: Amount| Amount::from_raw(amount.raw() / coins(1).raw());
        let of_eth = |balance: &&mut OpeningBalance| balance.asset == ETH;
        for balance in genesis.opening.balances.iter_mut().filter(of_eth) {
            balance.amount = unit(balance.amount);
        }
        let bank = &mut genesis.opening.vaults[0];
        bank.collateral = unit(bank.collateral);
    };
    let mut world = World::with(indivisible);
    world.check("alice: open; deposit 0.000000000000000003; draw 3800");
    // 3 × 1545 ÷ 3800 is 1.22: 3074 of debt would restore it, and with the penalty take ⌈3474 ÷ 1545⌉ = 3 pieces. 726
    // would be owed against nothing.
    let events = world.round(Price::whole(1_545)).events;
    let seized = seizures(&events)[0];
    assert_eq!((seized.rule, seized.debt), (SeizureRule::WholeAvoidsDust, coins(3_800)));
    assert_eq!(
        (seized.penalty, seized.loss, seized.collateral.raw()),
        (coins(494), Amount::ZERO, 3)
    );
    assert!(world.debt(2).is_zero());
    world.check("keeper: take 0.000000000000000003 of #1 at 1700 -> AuctionEnded");
    assert_eq!(world.books().bad_debt, Amount::ZERO);
}

/// Round twice where once will do, so that a lot is a unit smaller than the ceiling allows.
#[test]
fn two_roundings_that_lose_a_unit() {
    let mut world = World::with(|genesis| {
        let spec = &mut genesis.types[0];
        spec.penalty = Ratio::percent(25);
        spec.peer.seizure = Seizure::UpToCeiling;
        spec.auction.ceiling = Amount::from_raw(coins(15_000).raw() + 17);
        genesis.opening.debt_indices = vec![(KIND, Index::from_raw(1_500_000_000_000_000_000_000_000_000))];
        genesis.opening.vaults.push(OpeningVault {
            owner: who("alice"),
            collateral_type: KIND,
            collateral: coins(20),
            normalized_debt: NormalizedDebt::from_raw(coins(16_000).raw()),
            deposit: Amount::ZERO,
        });
    });
    // ⌊room ÷ 1.5⌋ = …11 and ⌊…11 ÷ 1.25⌋ = …8, but 9 × 1.875 = 16.875 is within 17.
    let events = world.round(Price::whole(1_700)).events;
    assert_eq!(seizures(&events)[0].normalized.raw(), coins(8_000).raw() + 9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// After a partial liquidation the vault has its target ratio, to a base unit, and paid 13 % on what was seized.
    #[test]
    fn a_partial_restores_its_target(collateral in 1_u64..900, ratio in 1_560_u64..2_500, fall in 1_190_u64..1_500) {
        let mut world = World::with_type(|spec| {
            spec.round_seizure = Ratio::ONE;
            spec.debt_floor = coins(1);
            spec.peer.floor = Bounds::Waived;
        });
        let debt = u128::from(collateral) * 2_000 * 1_000 / u128::from(ratio);
        world.check(&format!("alice: open; deposit {collateral}; draw {debt}"));
        // The price at which the ratio is `fall` thousandths, at two rounds.
        let price = Price::from_raw(Price::whole(1).raw() * debt / 1_000 * u128::from(fall) / u128::from(collateral));
        let events = [world.round(price), world.round(price)].map(|result| result.events).concat();
        let seized = seizures(&events)[0];
        prop_assert_eq!(seized.rule, SeizureRule::PartialToTarget);
        let rest = world.debt(2);
        let value = world.collateral(2).usd_value(price, ballast_num::Decimals::MAX, Round::Down).unwrap();
        let target = rest.mul_ratio(Ratio::percent(160), Round::Up).unwrap();
        let (value, target) = (value.raw().unsigned_abs(), target.raw());
        prop_assert!(value + 10_000 >= target && value <= target + 10_000, "{} {}", value, target);
        prop_assert_eq!(seized.penalty, seized.debt.mul_ratio(Ratio::percent(13), Round::Up).unwrap());
    }
}
