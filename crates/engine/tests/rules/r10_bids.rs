//! R10 and R1 of standing bids: tiers, prefunded, filled pro rata, cancelled only by the queue.

use ballast_engine::State;
use ballast_num::{Amount, Price, Ratio, Round, Seconds};
use ballast_protocol::{Buyer, Event, Module, PoolBought, PoolId, TypeSpec, coins};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::common::{COIN, ETH, KIND, World, genesis, who};

/// Tiers at 1, 2, 3 and 4 % without a cooldown, and a pool at 5 %.
fn quick(spec: &mut TypeSpec) {
    spec.bids.cooldown = Seconds::ZERO;
    spec.pool.cooldown = Seconds::ZERO;
}

/// What each pool bought in a block: collateral, coins paid, price.
fn bought(events: &[Event]) -> Vec<(Buyer, Amount, Amount, Price)> {
    let bought = events.iter().filter_map(|event| match event {
        Event::PoolBought(PoolBought {
            pool,
            collateral,
            debt,
            recovered,
            penalty,
            price,
            ..
        }) => {
            let paid = Amount::try_sum([*debt, *recovered, *penalty]).unwrap();
            Some((pool.buyer, *collateral, paid, *price))
        }
        _ => None,
    });
    bought.collect()
}

/// The smallest discount is asked first, a tier is filled pro rata, and what it cannot pay goes to the next.
#[test]
fn the_best_bid_first_and_pro_rata_inside_a_tier() {
    let mut world = World::with_type(quick);
    world.check(
        "bob: bid 6000 in 0
         carol: bid 2000 in 0
         dave: bid 3000 in 2
         keeper: enter 90000
         alice: open; deposit 10; draw 12000
         price 2000 -> PoolEntered",
    );
    let events = world.round(Price::whole(1_400)).events;
    let fills = bought(&events);
    let buyers: Vec<Buyer> = fills.iter().map(|(buyer, ..)| *buyer).collect();
    assert_eq!(buyers, [Buyer::Bids(0), Buyer::Bids(2), Buyer::StabilityPool]);
    // 1400 less 1, 3 and 5 %; a pool keeps one base unit.
    let prices: Vec<Price> = fills.iter().map(|(.., price)| *price).collect();
    assert_eq!(prices, [1_386, 1_358, 1_330].map(Price::whole));
    assert_eq!(fills[0].2, coins(8_000).try_sub(Amount::ONE).unwrap());
    // Of the collateral that the tier bought, bob has three quarters and carol one.
    let gain = |name| {
        let position = world.state.pools().position(PoolId::bids(KIND, 0), who(name));
        position.unwrap().gain.raw()
    };
    assert!(gain("bob").abs_diff(3 * gain("carol")) <= 3);
    world.check("bob: collect in 0 -> PoolGainPaid");
}

/// See the crash coming and call the bid back before the round that will fill it.
#[test]
fn bids_cancelled_in_the_crash() {
    let mut world = World::with_type(quick);
    world.check(
        "mallory: bid 20000 in 0
         alice: open; deposit 10; draw 12000
         price 2000                   -> PoolEntered
         mallory: unbid 20000 in 0    -> TicketQueued, no PoolExited",
    );
    let before = world.balance(COIN, "mallory");
    world.check("price 1400 -> PoolBought, PoolExited");
    // She paid for the lot at her price and left with the rest alone.
    let paid_out = world.balance(COIN, "mallory").try_sub(before).unwrap();
    assert!(paid_out < coins(20_000), "{paid_out}");
    let gain = world.state.ledger().balance(ETH, Module::Bids(KIND, 0));
    assert!(!gain.is_zero());
}

/// Call the cancel itself off, or hold one ready at all times: each takes its own way through the queue.
#[test]
fn a_bid_that_hops_in_and_out_within_its_cooldown() {
    let mut world = World::with_type(|spec| spec.bids.cooldown = Seconds(600));
    world.check(
        "mallory: bid 20000 in 1
         mallory: bid 500 in 1      -> AlreadyQueued
         price 2000                 -> no PoolEntered
         pass 600                   -> PoolEntered
         mallory: unbid 20000 in 1
         price 2000                 -> no PoolExited
         mallory: unbid 20000 in 1  -> AlreadyQueued
         pass 600                   -> PoolExited",
    );
}

/// Borrow, let oneself be liquidated into one's own bids, and keep the discount as well as the collateral.
#[test]
fn self_liquidation_through_own_bids() {
    for (price, tier) in [(1_790, 0), (1_700, 3), (1_400, 1), (1_250, 3), (1_000, 2)] {
        let mut world = World::with_type(quick);
        let wealth = |world: &World, price: u64| {
            let locked = world
                .state
                .vaults()
                .iter()
                .filter(|(_, vault)| vault.owner == who("mallory"));
            let (mut ether, mut owed) = (world.balance(ETH, "mallory").raw(), 0);
            for (_, vault) in locked {
                ether += vault.collateral.raw();
                owed += vault.normalized_debt.raw();
            }
            let pool = PoolId::bids(KIND, tier);
            let position = world.state.pools().position(pool, who("mallory")).unwrap_or_default();
            ether += position.gain.raw();
            let coins = world.balance(COIN, "mallory").raw() + position.coins.raw();
            coins + ether * u128::from(price) - owed
        };
        world.check(&format!(
            "mallory: open; deposit 10; draw 12000
             mallory: bid 100000 in {tier}
             price 2000 -> PoolEntered"
        ));
        let before = wealth(&world, price);
        let rounds = (0..3).flat_map(|_| world.round(Price::whole(price.try_into().unwrap())).events);
        let events: Vec<Event> = rounds.collect();
        assert!(!bought(&events).is_empty(), "at {price}: {events:?}");
        let after = wealth(&world, price);
        // Above water she gains nothing. Under water the reserve bears what she owes above her collateral, as with any
        // owner, and the discount, as with any bidder.
        let (owed, worth) = (coins(12_000).raw(), coins(10 * price).raw());
        let discount = if worth < owed {
            worth / 100 * u128::from(tier + 1)
        } else {
            0
        };
        let relief = owed.saturating_sub(worth) + discount;
        assert!(
            after <= before + relief,
            "at {price} in tier {tier}: {before} became {after}"
        );
    }
}

/// Bid where there is no tier, or too little.
#[test]
fn bids_that_are_none() {
    let mut world = World::with_type(quick);
    world.check(
        "mallory: bid 500 in 4     -> UnknownPool
         mallory: bid 99 in 0      -> BelowTicketMin
         mallory: unbid 500 in 0   -> NoDeposit
         mallory: collect in 0     -> NoDeposit
         mallory: bid 9999999 in 0 -> InsufficientBalance",
    );
}

/// Tiers that do not rise, or pay less than the stability pool, would make the route worse for the reserve.
#[test]
fn tiers_that_make_the_route_worse() {
    let refused = |discounts: &[u32]| {
        let mut genesis = genesis();
        genesis.types[0].bids.discounts = discounts.iter().map(|share| Ratio::percent(*share)).collect();
        State::genesis(&genesis).is_err()
    };
    assert!(!refused(&[]) && !refused(&[0, 1, 5]));
    assert!(refused(&[2, 1]) && refused(&[1, 1]) && refused(&[1, 6]));
    assert!(refused(&[0, 1, 2, 3, 4, 5, 5, 5, 5]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Neither bids nor pool pay more for what they get than the low price × (1 − discount), whatever falls how far.
    #[test]
    fn bids_and_pool_never_overpay(
        price in 300_u64..1_790,
        bids in proptest::array::uniform4(100_u64..9_000),
        pool in 100_u64..20_000,
        ether in 9_u64..40,
        halts in any::<bool>(),
    ) {
        let mut world = World::with(|genesis| {
            quick(&mut genesis.types[0]);
            genesis.feeds[0].confirm_rounds = if halts { 3 } else { 0 };
        });
        let [first, second, third, fourth] = bids;
        world.check(&format!(
            "bob: bid {first} in 0; bid {second} in 1; bid {third} in 2; bid {fourth} in 3; enter {pool}
             alice: open; deposit {ether}; draw {}
             price 2000",
            ether * 1_290,
        ));
        for round in 0..3 {
            let events = world.round(Price::whole((price + 10 * round).try_into().unwrap())).events;
            let low = world.state.prices().quote(crate::common::FEED).unwrap().low;
            for (buyer, collateral, paid, _) in bought(&events) {
                let discount = world.state.vaults().spec(KIND).unwrap().pool_terms(buyer).unwrap().discount;
                let most = low.mul_ratio(discount.complement(), Round::Down).unwrap();
                let worth = collateral.usd_value(most, ballast_num::Decimals::MAX, Round::Down).unwrap();
                assert!(paid.raw() <= worth.raw().unsigned_abs(), "{buyer:?} paid {paid} for {worth}");
            }
        }
    }
}
