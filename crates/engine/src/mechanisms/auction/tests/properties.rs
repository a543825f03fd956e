//! What holds for any parameters, lots and sequences of takes, resets, restarts and prices.

use ballast_num::{Amount, Decimals, Price, Rate, Ratio, Seconds, cmp_products};
use ballast_protocol::{AccountId, AuctionId, AuctionTaken, Curve, Event, Module};
use proptest::prelude::*;

use super::Lot;
use super::desk::{ALICE, BOB, COIN, Desk, ETH, KEEPER, OWNER, coins, lot};

#[derive(Clone, Debug)]
enum Action {
    Wait(u64),
    /// The feed's price in thousandths.
    Quote(u64),
    /// Thousandths of the lot.
    Take(AccountId, u64),
    /// This many base units of the lot.
    Pick(u64),
    Reset(Option<AccountId>),
    Restart,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0_u64..4_000).prop_map(Action::Wait),
        1 => (1_u64..10_000_000).prop_map(Action::Quote),
        4 => (prop_oneof![Just(ALICE), Just(BOB)], 1_u64..=1_100).prop_map(|(by, share)| Action::Take(by, share)),
        1 => (1_u64..1_000).prop_map(Action::Pick),
        3 => prop::option::of(Just(KEEPER)).prop_map(Action::Reset),
        1 => Just(Action::Restart),
    ]
}

fn curve() -> impl Strategy<Value = Curve> {
    let cut = || (1_u128..1_000).prop_map(|thousandths| Rate::from_raw(thousandths * 10_u128.pow(24)));
    let slow = (1_u128..100_000).prop_map(|off| Rate::from_raw(10_u128.pow(27) - off * 10_u128.pow(20)));
    prop_oneof![
        (1_u64..10_000).prop_map(|duration| Curve::Linear {
            duration: Seconds(duration)
        }),
        (cut(), 1_u64..1_000).prop_map(|(cut, step)| Curve::Stair {
            cut,
            step: Seconds(step)
        }),
        slow.prop_map(|cut| Curve::Exponential { cut }),
    ]
}

prop_compose! {
    fn desk()(
        curve in curve(),
        decimals in prop::sample::select(vec![0_u8, 6, 8, 18]),
        factor in 100_u32..200,
        reset_ratio in 0_u32..100,
        floor in 0_u64..3_000,
        flat in 0_u64..500,
        share in 0_u32..20,
        price in 1_u64..10_000_000,
    ) -> Desk {
        let mut desk = Desk::new();
        desk.decimals = Decimals::new(decimals).unwrap();
        desk.spec.debt_floor = coins(floor);
        desk.spec.auction.curve = curve;
        desk.spec.auction.start_factor = Ratio::percent(factor);
        desk.spec.auction.reset_ratio = Ratio::percent(reset_ratio);
        desk.spec.auction.keeper_flat = coins(flat);
        desk.spec.auction.keeper_share = Ratio::percent(share);
        desk.quote_at(thousandths(price));
        desk
    }
}

fn thousandths(price: u64) -> Price {
    Price::from_raw(u128::from(price) * 10_u128.pow(24))
}

impl Desk {
    fn perform(&mut self, id: AuctionId, action: &Action) {
        let lot = self.auctions.auction(id).map_or(Amount::ZERO, |auction| auction.lot);
        match *action {
            Action::Wait(seconds) => self.wait(seconds),
            Action::Quote(price) => self.quote_at(thousandths(price)),
            Action::Take(by, share) => self.sell(by, id, Amount::from_raw(lot.raw() / 1_000 * u128::from(share))),
            Action::Pick(units) => self.sell(ALICE, id, Amount::from_raw(units.into())),
            Action::Reset(keeper) => drop(self.reset(id, keeper)),
            Action::Restart => self.restart().unwrap(),
        }
    }

    /// A take, and what holds for each.
    fn sell(&mut self, by: AccountId, id: AuctionId, most: Amount) {
        let Ok(taken) = self.take(by, id, most, Price::MAX) else {
            return;
        };
        let price = self.last_price();
        let per_coin = 10_u128.pow(u32::from(self.decimals.get()) + 9);
        let (paid, sold) = (taken.paid.raw(), taken.collateral.raw());
        // Nothing is sold only where the last of what is to be raised buys no base unit: then it is paid, and all is over.
        assert!(sold <= most.raw() && (sold > 0 || taken.ending.is_some()));
        assert!(
            cmp_products(paid, per_coin, sold, price.raw()).is_ge(),
            "sold under the price"
        );
        // paid ≤ ⌈sold × price⌉, or less than one more base unit of collateral would have cost.
        let fair = cmp_products(paid - 1, per_coin, sold, price.raw()).is_lt();
        assert!(
            fair || cmp_products(paid, per_coin, sold + 1, price.raw()).is_lt(),
            "sold far over the price"
        );
        match (taken.ending, self.auctions.auction(id)) {
            (None, Ok(left)) => assert!(left.to_raise >= self.terms().least_remainder().unwrap(), "dust is left"),
            (Some(ending), Err(_)) => {
                let pays_in_full = ending.shortfall.is_zero();
                assert!(
                    pays_in_full || ending.returned.is_zero(),
                    "the owner got something before the debt was paid"
                );
            }
            (ending, left) => panic!("{ending:?}, but {left:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// What a lot gives is what it was, what it brings in is at most what it was to raise, keepers get at most the
    /// penalty, and every coin is accounted for.
    #[test]
    fn any_sequence_keeps_the_books(
        mut desk in desk(),
        units in 1_u64..1_000_000_000,
        debt in 1_u64..100_000,
        penalty in 0_u64..10_000,
        booked in 0_u64..10_000,
        keeper in prop::option::of(Just(KEEPER)),
        actions in prop::collection::vec(action(), 1..40),
    ) {
        let scale = desk.decimals.base_units().div_ceil(1_000_000);
        let collateral = Amount::from_raw(u128::from(units) * scale);
        let (penalty, booked) = (coins(penalty), coins(booked));
        let lot = Lot { collateral, penalty, booked, ..lot(1, debt) };
        let to_raise = Amount::try_sum([lot.debt, penalty, booked]).unwrap();
        let supply = desk.ledger.supply(COIN);
        let id = desk.start(&lot, keeper).unwrap();
        for action in &actions {
            desk.perform(id, action);
        }
        let (mut sold, mut paid, mut shortfall) = (Amount::ZERO, Amount::ZERO, Amount::ZERO);
        for event in &desk.events {
            match event {
                Event::AuctionTaken(AuctionTaken {
                    collateral,
                    debt,
                    recovered,
                    penalty,
                    ..
                }) => {
                    sold = sold.try_add(*collateral).unwrap();
                    paid = Amount::try_sum([paid, *debt, *recovered, *penalty]).unwrap();
                }
                Event::AuctionEnded { shortfall: loss, .. } => shortfall = *loss,
                _ => (),
            }
        }
        let returned = desk.ledger.balance(ETH, OWNER);
        let left = desk.auctions.on_sale(desk.spec.id);
        let unsold = desk.ledger.balance(ETH, Module::Auctions(desk.spec.id));
        prop_assert_eq!(Amount::try_sum([sold, returned, unsold]), Ok(collateral));
        prop_assert!(paid <= to_raise);
        prop_assert!(desk.minted <= penalty);
        // Coins that the lot's debt and its keepers put into the world: burned, still owed, or lost.
        let in_world = lot.debt.try_add(desk.minted);
        prop_assert_eq!(Amount::try_sum([desk.burned, left.debt, shortfall]), in_world);
        let surplus = desk.ledger.balance(COIN, Module::SurplusBuffer);
        prop_assert_eq!(Amount::try_sum([desk.burned, desk.recovered, surplus]), Ok(paid));
        prop_assert!(desk.recovered <= booked);
        let gone = desk.burned.try_add(desk.recovered).unwrap();
        let minted = supply.try_add(desk.minted).unwrap();
        prop_assert_eq!(desk.ledger.supply(COIN).try_add(gone), Ok(minted));
    }
}
