//! Random pools beside a model that shares every unit out exactly and visits every depositor to do so.
//!
//! All its figures are integers over one common denominator, the product of all pool sizes at which coins were spent.
//! Beside each exact figure it keeps by how much the engine's may fall short: rounding by rounding, in exact terms.

use std::collections::BTreeMap;

use ballast_num::Amount;
use ballast_protocol::Rejected;
use num_bigint::BigUint;
use proptest::prelude::*;

use super::{ETH, coins, owner, units};
use crate::mechanisms::stability_pool::{Position, StabilityPools};

/// The bits under a whole unit that the shortfalls need.
const FINE: u32 = 96;

#[derive(Clone, Debug, Default)]
struct Share {
    coins: BigUint,
    gain: BigUint,
    /// By how much the engine's coins and gain may be less, in 2⁻⁹⁶ of the model's unit.
    coins_short: BigUint,
    gain_short: BigUint,
}

#[derive(Debug)]
struct Model {
    denominator: BigUint,
    total: u128,
    shares: BTreeMap<u64, Share>,
}

impl Model {
    fn new() -> Self {
        Self {
            denominator: BigUint::from(1_u8),
            total: 0,
            shares: BTreeMap::new(),
        }
    }

    fn share(&mut self, number: u64) -> &mut Share {
        self.shares.entry(number).or_default()
    }

    fn absorb(&mut self, coins: u128, collateral: u128) {
        let (whole, left) = (self.total, self.total - coins);
        for share in self.shares.values_mut() {
            // gain += coins × collateral ÷ whole, less up to coins ÷ 2⁹⁶ for the rounded gain sum.
            share.gain = &share.gain * whole + &share.coins * collateral;
            share.gain_short = &share.gain_short * whole + &share.coins_short * collateral + &share.coins * whole;
            // coins × left ÷ whole, less up to 2⁻⁹⁶ of it for the rounded product.
            share.coins *= left;
            share.coins_short = &share.coins_short * left + &share.coins;
        }
        self.denominator *= whole;
        self.total = left;
    }

    /// A deposit of `entered` coins ends: one unit for its coins; one and 9/2⁹⁶ of what had entered for its gain.
    fn settle(&mut self, number: u64, entered: u128) {
        let denominator = self.denominator.clone();
        let share = self.share(number);
        share.coins_short += &denominator << FINE;
        share.gain_short += ((BigUint::from(1_u8) << FINE) + 9_u8 * BigUint::from(entered)) * denominator;
    }

    fn enter(&mut self, number: u64, amount: u128) {
        let amount_exact = &self.denominator * amount;
        self.share(number).coins += amount_exact;
        self.total += amount;
    }

    fn exit(&mut self, number: u64, paid: u128) {
        let exact = &self.denominator * paid;
        self.share(number).coins -= exact;
        self.total -= paid;
    }

    fn claim(&mut self, number: u64, paid: u128) {
        let exact = &self.denominator * paid;
        self.share(number).gain -= exact;
    }

    /// Engine ≤ exact < engine + shortfall + what reading it rounds.
    fn check(&self, number: u64, position: Position, entered: u128) {
        let share = &self.shares[&number];
        let one = &self.denominator << FINE;
        let (exact, ours) = (&share.coins << FINE, &one * position.coins.raw());
        assert!(ours <= exact, "owner {number} has coins too many");
        assert!(
            exact < ours + &share.coins_short + &one,
            "owner {number} has coins too few"
        );
        let (exact, ours) = (&share.gain << FINE, &one * position.gain.raw());
        let reading = &one + 9_u8 * BigUint::from(entered) * &self.denominator;
        assert!(ours <= exact, "owner {number} has gained too much");
        assert!(
            exact < ours + &share.gain_short + reading,
            "owner {number} has gained too little"
        );
    }
}

#[derive(Clone, Debug)]
enum Step {
    Enter(u64, u128),
    Exit(u64, u128),
    Claim(u64),
    /// A share of what is spendable in 2⁻³², and collateral.
    Absorb(u64, u128),
    AbsorbAll(u128),
    AbsorbUnit(u128),
}

fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        2 => 1_u128..20,
        4 => (1_u128..1_000_000).prop_map(|whole| coins(whole).raw()),
        4 => (1_u128 << 40)..(1 << 90),
        1 => (1_u128 << 100)..(1 << 120),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let number = 1_u64..7;
    prop_oneof![
        4 => (number.clone(), amount()).prop_map(|(number, amount)| Step::Enter(number, amount)),
        2 => (number.clone(), prop_oneof![amount(), Just(u128::MAX)]).prop_map(|(number, most)| Step::Exit(number, most)),
        2 => number.prop_map(Step::Claim),
        3 => (1_u64..1 << 32, amount()).prop_map(|(share, collateral)| Step::Absorb(share, collateral)),
        2 => amount().prop_map(Step::AbsorbAll),
        1 => amount().prop_map(Step::AbsorbUnit),
    ]
}

fn floor() -> impl Strategy<Value = Amount> {
    prop_oneof![Just(Amount::ZERO), Just(Amount::ONE), Just(coins(1))]
}

/// Runs the steps on engine and model and compares all depositors after each.
fn run(steps: &[Step], floor: Amount) {
    let (mut pools, mut model) = (StabilityPools::default(), Model::new());
    // What each owner's present deposit came in with.
    let mut entered = BTreeMap::new();
    for step in steps {
        match *step {
            Step::Enter(number, amount) => {
                if let Some(before) = entered.get(&number) {
                    model.settle(number, *before);
                }
                pools.enter(ETH, owner(number), units(amount)).unwrap();
                model.enter(number, amount);
            }
            Step::Exit(number, most) => {
                let left = pools.position(ETH, owner(number)).map(|position| position.coins);
                let room = pools.total(ETH).saturating_sub(floor);
                let exit = pools.exit(ETH, owner(number), units(most), floor);
                assert_eq!(exit, left.map(|left| left.min(units(most)).min(room)));
                let Ok(paid) = exit else { continue };
                model.settle(number, entered[&number]);
                model.exit(number, paid.raw());
            }
            Step::Claim(number) => {
                let gain = pools.position(ETH, owner(number)).map(|position| position.gain);
                match pools.claim(ETH, owner(number)) {
                    Ok(paid) => {
                        assert_eq!(gain, Ok(paid));
                        if pools.position(ETH, owner(number)).is_err() {
                            model.settle(number, entered[&number]);
                            entered.insert(number, 0);
                        }
                        model.claim(number, paid.raw());
                    }
                    Err(Rejected::ZeroAmount) => assert_eq!(gain, Ok(Amount::ZERO)),
                    Err(error) => assert_eq!(gain, Err(error)),
                }
            }
            Step::Absorb(share, collateral) => {
                let spent = pools
                    .spendable(ETH, floor)
                    .prorate(share.into(), 1 << 32, ballast_num::Round::Up)
                    .unwrap();
                absorb(&mut pools, &mut model, spent, collateral, floor);
            }
            Step::AbsorbAll(collateral) => {
                let spent = pools.spendable(ETH, floor);
                absorb(&mut pools, &mut model, spent, collateral, floor);
            }
            Step::AbsorbUnit(collateral) => absorb(&mut pools, &mut model, Amount::ONE, collateral, floor),
        }
        if let Step::Enter(number, _) | Step::Exit(number, _) = *step {
            entered.insert(
                number,
                pools
                    .position(ETH, owner(number))
                    .map_or(0, |position| position.coins.raw()),
            );
        }
        assert_eq!(pools.total(ETH), units(model.total));
        assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
        for number in model.shares.keys() {
            let position = pools.position(ETH, owner(*number)).unwrap_or_default();
            model.check(*number, position, entered[number]);
        }
    }
}

fn absorb(pools: &mut StabilityPools, model: &mut Model, spent: Amount, collateral: u128, floor: Amount) {
    let available = pools.spendable(ETH, floor);
    match pools.absorb(ETH, spent, units(collateral), floor) {
        Ok(()) => model.absorb(spent.raw(), collateral),
        Err(Rejected::TooMuch { asked, available: told }) => {
            assert!(asked == spent && told == available && spent > available);
        }
        Err(error) => assert_eq!((error, spent), (Rejected::ZeroAmount, Amount::ZERO)),
    }
}

proptest! {
    #[test]
    fn no_depositor_has_more_than_the_exact_share_nor_less_than_rounding_explains(
        steps in proptest::collection::vec(step(), 1..60),
        floor in floor(),
    ) {
        run(&steps, floor);
    }

    #[test]
    fn entering_and_leaving_with_nothing_between_returns_just_that(
        steps in proptest::collection::vec((amount(), amount()), 0..20),
        amount in amount(),
    ) {
        let mut pools = StabilityPools::default();
        for (entered, collateral) in steps {
            pools.enter(ETH, owner(1), units(entered)).unwrap();
            let spendable = pools.spendable(ETH, Amount::ONE);
            let _too_small = pools.absorb(ETH, spendable, units(collateral), Amount::ONE);
        }
        let before = pools.pool(ETH);
        pools.enter(ETH, owner(2), units(amount)).unwrap();
        prop_assert_eq!(pools.claim(ETH, owner(2)), Err(Rejected::ZeroAmount));
        prop_assert_eq!(pools.exit(ETH, owner(2), Amount::MAX, Amount::ZERO), Ok(units(amount)));
        prop_assert_eq!(pools.pool(ETH), before);
    }

    #[test]
    fn who_claims_first_and_how_often_changes_no_one_s_sum(
        deposits in proptest::collection::vec(amount(), 4),
        absorptions in proptest::collection::vec((1_u64..1 << 32, amount(), any::<[bool; 4]>()), 1..20),
        order in Just([1_u64, 2, 3, 4]).prop_shuffle(),
    ) {
        let deposit = |pools: &mut StabilityPools| {
            for (number, amount) in (1..).zip(&deposits) {
                // The first stays large, so that the others stay in.
                pools.enter(ETH, owner(number), units(amount + (1 << 40))).unwrap();
            }
        };
        let (mut once, mut often) = (StabilityPools::default(), StabilityPools::default());
        deposit(&mut once);
        deposit(&mut often);
        let mut sums = BTreeMap::from([(1, 0), (2, 0), (3, 0), (4, 0)]);
        for (share, collateral, claiming) in absorptions {
            // At most a half each time: 19 times leave something of 2⁴⁰.
            let spent = once.spendable(ETH, Amount::ONE).prorate(share.into(), 1 << 33, ballast_num::Round::Up).unwrap();
            for pools in [&mut once, &mut often] {
                pools.absorb(ETH, spent, units(collateral), Amount::ONE).unwrap();
            }
            for (number, claims) in (1..).zip(claiming) {
                if claims {
                    *sums.entry(number).or_default() += often.claim(ETH, owner(number)).unwrap_or_default().raw();
                }
            }
        }
        for number in order {
            *sums.entry(number).or_default() += often.claim(ETH, owner(number)).unwrap_or_default().raw();
        }
        for (number, sum) in sums {
            let gain = once.claim(ETH, owner(number)).unwrap_or_default();
            prop_assert_eq!(gain.raw(), sum);
        }
        let kept = [&once, &often].map(|pools| (pools.total(ETH), pools.pool(ETH).collateral, pools.pool(ETH).product));
        prop_assert_eq!(kept[0], kept[1]);
    }
}
