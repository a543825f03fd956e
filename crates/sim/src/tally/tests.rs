#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

use ballast_num::NormalizedDebt;
use ballast_protocol::{AccountId, AuctionId, AuctionTaken, Seized, coins};

use super::*;
use crate::config::Config;
use crate::population::Population;
use crate::scenario::Scenario;
use crate::timeline::Moment;
use crate::world::{self, Rules};

const KIND: TypeId = TypeId(1);

/// The figures after these events.
fn tally(events: &[Event]) -> Tally {
    let (scenario, config) = (Scenario::black_thursday().unwrap(), Config::default());
    let population = Population::drawn(&scenario, &config, 1, 1).unwrap();
    let state = world::state(&scenario, &config, &population, Rules::Ballast).unwrap();
    let mut tally = Tally::default();
    for event in events {
        tally.event(&state, event, &[None]).unwrap();
    }
    tally
}

/// One unit taken at `price` while the oracle says 100.
fn taken(price: Price, debt: u64, penalty: u64) -> Event {
    Event::AuctionTaken(AuctionTaken {
        auction: AuctionId(1),
        collateral_type: KIND,
        by: AccountId::numbered(1),
        collateral: coins(1),
        price,
        oracle_price: Some(Price::whole(100)),
        debt: coins(debt),
        recovered: Amount::ZERO,
        penalty: coins(penalty),
    })
}

fn seized(vault: u64, caller_collateral: Amount) -> Event {
    Event::VaultSeized(Seized {
        vault: VaultId(vault),
        owner: AccountId::numbered(1),
        collateral_type: KIND,
        rule: SeizureRule::WholeTooDeep,
        price: Price::whole(100),
        price_low: Price::whole(100),
        liquidation_ratio: Ratio::percent(150),
        debt: coins(70),
        normalized: NormalizedDebt::from_raw(0),
        collateral: coins(1),
        penalty: Amount::ZERO,
        loss: Amount::ZERO,
        caller: None,
        caller_collateral,
        deposit: Amount::ZERO,
    })
}

#[test]
fn a_zero_price_sale_is_one_below_a_tenth_and_not_one_at_it() {
    let tenth = Price::whole(10);
    let below = Price::from_raw(tenth.raw() - 1);
    assert_eq!(tally(&[taken(tenth, 10, 0)]).zero_price_sales, 0);
    assert_eq!(tally(&[taken(below, 9, 0)]).zero_price_sales, 1);
    assert_eq!(tally(&[taken(Price::ZERO, 0, 0)]).zero_price_sales, 1);
}

#[test]
fn owners_lose_what_their_collateral_was_worth_beyond_the_debt_that_it_repaid() {
    // Worth 100, sold for 95: 80 repaid debt, 15 went to the reserve as penalty.
    let sold = tally(&[taken(Price::whole(95), 80, 15)]);
    assert_eq!(sold.own_collateral, coins(20));
    assert_eq!(
        (sold.sold, sold.proceeds, sold.paid_by(Buyer::Auction)),
        (coins(100), coins(95), coins(95))
    );
    // What repaid more debt than it was worth cost its owner nothing, and takes nothing from what others lost.
    assert_eq!(
        tally(&[taken(Price::whole(95), 80, 15), taken(Price::whole(120), 120, 0)]).own_collateral,
        coins(20)
    );
    // A caller's share of a hundredth is his too.
    let called = tally(&[seized(1, coins(1).prorate(1, 100, Round::Down).unwrap())]);
    assert_eq!(called.own_collateral, coins(1));
}

#[test]
fn a_vault_that_is_seized_twice_is_one_vault() {
    let twice = tally(&[
        seized(1, Amount::ZERO),
        seized(1, Amount::ZERO),
        seized(2, Amount::ZERO),
    ]);
    assert_eq!(twice.liquidated.len(), 2);
    assert_eq!(twice.seizures, [0, 0, 3]);
    assert_eq!(twice.debt_liquidated, coins(210));
}

/// The worked example of docs/replay.md, eq. 1.
#[test]
fn capital_efficiency_counts_pool_and_reserves() {
    let moment = Moment {
        vault_debt: coins(60),
        auction_debt: coins(40),
        vault_collateral: coins(150),
        auction_collateral: coins(50),
        pool: coins(10),
        reserves: coins(1),
        ..Moment::default()
    };
    let efficiency = moment.capital_efficiency().unwrap();
    assert_eq!(crate::report::percent(efficiency), "47.3 %"); // 47.39, rounded down
    assert_eq!(Moment::default().capital_efficiency(), None);
}
