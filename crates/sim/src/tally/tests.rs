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
        debt_before: coins(70),
        collateral_before: coins(1),
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
    // What makes good a loss that was booked at the seizure is no loss of his: the waterfall has it back.
    let Event::AuctionTaken(recovering) = taken(Price::whole(95), 80, 0) else {
        unreachable!()
    };
    let recovered = Event::AuctionTaken(AuctionTaken {
        recovered: coins(15),
        ..recovering
    });
    assert_eq!(tally(&[recovered]).own_collateral, coins(5));
    // A caller's share of a hundredth is his too.
    let called = tally(&[seized(1, coins(1).prorate(1, 100, Round::Down).unwrap())]);
    assert_eq!(called.own_collateral, coins(1));
}

/// Once found: what a lot was short of was counted as its owner's loss and again as the waterfall's.
#[test]
fn what_a_lot_was_short_of_is_the_waterfalls_loss_and_not_its_owners() {
    let short = |amount: u64, cause| Event::LossAbsorbed {
        collateral_type: KIND,
        step: ballast_protocol::WaterfallStep::FirstLoss,
        amount: coins(amount),
        cause,
    };
    // Worth 100, sold for 60, and it owed 90: ten are the owner's, thirty the waterfall's.
    let auction = LossCause::Auction(AuctionId(1));
    let sold = [taken(Price::whole(60), 60, 0), short(30, auction)];
    assert_eq!(tally(&sold).own_collateral, coins(10));
    assert_eq!(tally(&sold).by_type[&KIND].own_collateral, coins(10));
    // It owed 130: all that it was worth paid debt, and only 40 were lost in the sale.
    assert_eq!(
        tally(&[taken(Price::whole(60), 60, 0), short(70, auction)]).own_collateral,
        Amount::ZERO
    );
    // Another lot's shortfall, and what a seizure books, take nothing from it.
    let others = [
        short(30, LossCause::Auction(AuctionId(2))),
        short(30, LossCause::Seizure(VaultId(1))),
    ];
    assert_eq!(
        tally(&[vec![taken(Price::whole(60), 60, 0)], others.to_vec()].concat()).own_collateral,
        coins(40)
    );
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
fn capital_efficiency_counts_pool_liquidity_and_reserves() {
    let moment = Moment {
        vault_debt: coins(60),
        auction_debt: coins(40),
        vault_collateral: coins(150),
        auction_collateral: coins(50),
        pool: coins(10),
        liquidity: coins(20),
        reserves: coins(1),
        ..Moment::default()
    };
    let efficiency = moment.capital_efficiency().unwrap();
    assert_eq!(crate::report::percent(efficiency), "43.2 %"); // 43.29, rounded down
    assert_eq!(Moment::default().capital_efficiency(), None);
}
