mod attacks;
mod desk;
mod peer;
mod properties;

use ballast_num::{Amount, Decimals, Price, Rate, Ratio, Seconds};
use ballast_protocol::{
    AuctionId, Breaker, Curve, Event, FeedState, Holder, Module, NoPrice, OpeningAuction, Rejected, TypeId, VaultId,
};

use desk::{ALICE, BOB, COIN, Desk, ETH, KEEPER, KIND, OWNER, coins, eth, lot};

use super::{Ending, Lot, OnSale};

const ALL: Amount = Amount::MAX;
const ANY: Price = Price::MAX;

/// The worked example of docs/auction.md.
#[test]
fn the_example_of_the_docs() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 15_000), None).unwrap();
    let auction = desk.auctions.auction(id).unwrap();
    assert_eq!(
        (auction.to_raise, auction.start_price),
        (coins(16_500), Price::whole(2_400))
    );

    desk.wait(900);
    let price = desk.price(id);
    assert_eq!(price.to_string(), "2170.516980021130776024");
    let taken = desk.take(ALICE, id, eth(4), price).unwrap();
    assert_eq!(taken.paid.to_string(), "8682067920084523104096");
    assert_eq!(
        (taken.debt, taken.surplus, taken.ending),
        (taken.paid, Amount::ZERO, None)
    );

    desk.wait(1_800);
    let taken = desk.take(BOB, id, ALL, ANY).unwrap();
    assert_eq!(desk.last_price().to_string(), "1775.2808961318730145520362208");
    assert_eq!(taken.collateral.to_string(), "4403771874608590517");
    assert_eq!(taken.debt.to_string(), "6317932079915476895904");
    assert_eq!(taken.surplus, coins(1_500));
    let returned = Amount::from_raw(1_596_228_125_391_409_483);
    assert_eq!(
        taken.ending,
        Some(Ending {
            returned,
            shortfall: Amount::ZERO
        })
    );
    assert_eq!(desk.ledger.balance(ETH, OWNER), returned);
    assert_eq!(desk.ledger.balance(COIN, Module::SurplusBuffer), coins(1_500));
}

#[test]
fn proceeds_pay_the_debt_then_the_booked_loss_then_the_penalty() {
    let mut desk = Desk::new();
    let id = desk
        .start(
            &Lot {
                booked: coins(2_000),
                penalty: coins(1_000),
                ..lot(10, 10_000)
            },
            None,
        )
        .unwrap();
    assert_eq!(desk.auctions.auction(id).unwrap().to_raise, coins(13_000));

    // At 2400 each: 4 bring 9600, one more 2400, the rest 1000.
    let first = desk.take(ALICE, id, eth(4), ANY).unwrap();
    assert_eq!(
        (first.debt, first.recovered, first.surplus),
        (coins(9_600), coins(0), coins(0))
    );
    let second = desk.take(ALICE, id, eth(1), ANY).unwrap();
    assert_eq!(
        (second.debt, second.recovered, second.surplus),
        (coins(400), coins(2_000), coins(0))
    );
    let third = desk.take(ALICE, id, ALL, ANY).unwrap();
    assert_eq!(
        (third.debt, third.recovered, third.surplus),
        (coins(0), coins(0), coins(1_000))
    );
    assert!(third.ending.is_some_and(|ending| ending.shortfall.is_zero()));
}

#[test]
fn an_empty_lot_ends_short_of_its_debt() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 30_000), None).unwrap();
    let taken = desk.take(ALICE, id, eth(10), ANY).unwrap();
    assert_eq!(
        taken.ending,
        Some(Ending {
            returned: Amount::ZERO,
            shortfall: coins(6_000)
        })
    );
    assert_eq!(
        desk.events.last(),
        Some(&Event::AuctionEnded {
            auction: id,
            shortfall: coins(6_000)
        })
    );
    assert_eq!(desk.auctions.on_sale(KIND), OnSale::default());
    assert_eq!(desk.take(ALICE, id, eth(1), ANY), Err(Rejected::UnknownAuction(id)));
}

#[test]
fn each_breaker_level_includes_those_before_it() {
    let levels = [Breaker::Open, Breaker::NoStart, Breaker::NoReset, Breaker::NoTake];
    for (rank, level) in levels.into_iter().enumerate() {
        let mut desk = Desk::new();
        let taken = desk.start(&lot(10, 10_000), None).unwrap();
        let reset = desk.start(&lot(10, 10_000), None).unwrap();
        desk.spec.auction.breaker = level;
        let stopped = |done: Result<(), Rejected>| done == Err(Rejected::Stopped(KIND));
        assert_eq!(stopped(desk.start(&lot(1, 1_000), None).map(drop)), rank >= 1);
        assert_eq!(stopped(desk.take(ALICE, taken, ALL, ANY).map(drop)), rank >= 3);
        desk.wait(7_201);
        assert_eq!(stopped(desk.reset(reset, None)), rank >= 2);
    }
}

#[test]
fn takes_and_resets_wait_in_the_quiet_period_after_a_gap() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    desk.wait(7_201);
    desk.quote.quiet = true;
    assert_eq!(
        desk.take(ALICE, id, ALL, ANY),
        Err(Rejected::Quiet { feed: desk.spec.feed })
    );
    assert_eq!(desk.reset(id, None), Err(Rejected::Quiet { feed: desk.spec.feed }));
    desk.quote.quiet = false;
    assert_eq!(desk.reset(id, None), Ok(()));
}

#[test]
fn a_stale_feed_stops_everything() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    desk.quote.state = FeedState::Stale;
    let stale = |done: Result<(), Rejected>| matches!(done, Err(Rejected::NoPrice(NoPrice::Stale { .. })));
    assert!(stale(desk.start(&lot(1, 1_000), None).map(drop)));
    assert!(stale(desk.take(ALICE, id, eth(1), ANY).map(drop)));
    desk.wait(7_201);
    assert!(stale(desk.reset(id, None)));
    assert!(stale(desk.restart()));
}

/// Rule R3: the unkinder of median and moved price, in every state but Stale.
#[test]
fn a_disturbed_feed_sells_from_its_low_price() {
    for state in [FeedState::Halted, FeedState::Disputed] {
        let mut desk = Desk::new();
        (desk.quote.state, desk.quote.low) = (state, Price::whole(1_500));
        let id = desk.start(&lot(10, 10_000), None).unwrap();
        assert_eq!(desk.price(id), Price::whole(1_800));
    }
}

#[test]
fn a_reset_is_needed_strictly_after_the_duration_or_under_the_ratio() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 10_000), None).unwrap();
    // Longer than that, and the price does not reach the ratio.
    desk.spec.auction.curve = Curve::Linear {
        duration: Seconds(100_000),
    };
    desk.wait(7_200);
    assert_eq!(desk.reset(id, None), Err(Rejected::ResetNotNeeded(id)));
    desk.wait(1);
    assert_eq!(desk.take(ALICE, id, ALL, ANY), Err(Rejected::NeedsReset(id)));
    assert_eq!(desk.reset(id, None), Ok(()));

    // At exactly 0.4 of the start price it goes on; a second later it does not.
    desk.spec.auction.curve = Curve::Linear {
        duration: Seconds(5_000),
    };
    desk.wait(3_000);
    assert_eq!(desk.price(id), Price::whole(960));
    assert_eq!(desk.reset(id, None), Err(Rejected::ResetNotNeeded(id)));
    desk.wait(1);
    desk.quote.low = Price::whole(1_000);
    assert_eq!(desk.reset(id, None), Ok(()));
    assert_eq!(
        (desk.price(id), desk.auctions.auction(id).unwrap().resets),
        (Price::whole(1_200), 2)
    );
}

#[test]
fn room_is_what_both_ceilings_leave() {
    let mut desk = Desk::new();
    desk.start(&lot(10, 10_000), None).unwrap();
    desk.start(&lot(5, 5_000), None).unwrap();
    let other = TypeId(9);
    for (kind, of_type, of_all, room) in [
        (KIND, 20_000, 30_000, 3_500),
        (KIND, 30_000, 20_000, 3_500),
        (KIND, 16_500, 30_000, 0),
        (KIND, 10_000, 30_000, 0),
        (other, 20_000, 20_000, 3_500),
        (other, 1_000, 20_000, 1_000),
        (other, 1_000, 10_000, 0),
    ] {
        assert_eq!(
            desk.auctions.room(kind, coins(of_type), coins(of_all)),
            coins(room),
            "{kind} {of_type} {of_all}"
        );
    }
}

#[test]
fn a_keeper_is_paid_flat_and_share_out_of_the_penalty() {
    let mut desk = Desk::new();
    (desk.spec.auction.keeper_flat, desk.spec.auction.keeper_share) = (coins(100), Ratio::percent(1));
    // Worth 20000 at the low price: 3500 above what it owes. 100 + 1 % of 16500.
    let id = desk.start(&lot(10, 15_000), Some(KEEPER)).unwrap();
    let auction = desk.auctions.auction(id).unwrap();
    assert_eq!(
        (auction.keeper_paid, auction.debt, auction.to_raise),
        (coins(265), coins(15_265), coins(16_500))
    );
    assert_eq!(desk.ledger.balance(COIN, KEEPER), coins(265));
    let taken = desk.take(ALICE, id, ALL, ANY).unwrap();
    assert_eq!((taken.debt, taken.surplus), (coins(15_265), coins(1_235)));
}

#[test]
fn the_engine_starts_and_resets_without_pay() {
    let mut desk = Desk::new();
    desk.spec.auction.keeper_flat = coins(100);
    let id = desk.start(&lot(10, 15_000), None).unwrap();
    desk.wait(7_201);
    desk.reset(id, None).unwrap();
    assert!(desk.auctions.auction(id).unwrap().keeper_paid.is_zero());
    assert!(
        !desk
            .events
            .iter()
            .any(|event| matches!(event, Event::KeeperPaid { .. }))
    );
}

#[test]
fn genesis_opens_an_auction_at_its_age() {
    let mut desk = Desk::new();
    let opening = OpeningAuction {
        id: AuctionId(7),
        collateral_type: KIND,
        owner: OWNER,
        lot: eth(10),
        debt: coins(10_000),
        to_raise: coins(11_000),
        elapsed: Seconds(900),
        start_price: Price::whole(2_400),
    };
    desk.quote.live_time = Seconds(5);
    desk.open(&opening).unwrap();
    assert_eq!(
        desk.ledger.balance(ETH, Holder::Module(Module::Auctions(KIND))),
        eth(10)
    );
    assert_eq!(desk.price(AuctionId(7)).to_string(), "2170.516980021130776024");
    assert_eq!(desk.auctions.auction(AuctionId(7)).unwrap().vault, VaultId(0));
    assert_eq!(desk.open(&opening), Err(Rejected::UnknownAuction(AuctionId(7))));
    assert_eq!(desk.start(&lot(1, 1_000), None), Ok(AuctionId(8)));
}

#[test]
fn what_cannot_be_sold_is_not_put_on_sale() {
    let mut desk = Desk::new();
    let cases = [
        (
            Lot {
                collateral: Amount::ZERO,
                ..lot(0, 100)
            },
            Rejected::NothingToSeize,
        ),
        (
            Lot {
                penalty: Amount::ZERO,
                ..lot(1, 0)
            },
            Rejected::ZeroAmount,
        ),
    ];
    for (lot, refusal) in cases {
        assert_eq!(desk.start(&lot, None), Err(refusal));
    }
}

#[test]
fn what_cannot_be_paid_is_not_taken() {
    let mut desk = Desk::new();
    let id = desk.start(&lot(10, 15_000), None).unwrap();
    let price = desk.price(id);
    let under = Price::from_raw(price.raw() - 1);
    assert_eq!(
        desk.take(ALICE, id, eth(1), under),
        Err(Rejected::TooExpensive {
            price,
            price_max: under
        })
    );
    assert_eq!(desk.take(ALICE, id, Amount::ZERO, ANY), Err(Rejected::ZeroAmount));
    let refusal = Rejected::InsufficientBalance {
        asset: COIN,
        balance: Amount::ZERO,
        needed: coins(2_400),
    };
    assert_eq!(desk.take(KEEPER, id, eth(1), ANY), Err(refusal));
    assert_eq!(
        desk.take(ALICE, AuctionId(2), eth(1), ANY),
        Err(Rejected::UnknownAuction(AuctionId(2)))
    );
}

/// Once found: a market's batch left a lot one unit to raise, which bought no base unit, so nobody could take the lot and
/// its owner had to wait.
#[test]
fn a_lot_whose_last_unit_to_raise_buys_nothing_goes_back_to_its_owner() {
    let mut desk = Desk::new();
    desk.ledger.mint(COIN, ALICE, Amount::ONE).unwrap();
    let id = desk
        .start(
            &Lot {
                penalty: Amount::ZERO,
                debt: Amount::ONE,
                ..lot(10, 1)
            },
            None,
        )
        .unwrap();
    let taken = desk.take(ALICE, id, eth(10), ANY).unwrap();
    assert_eq!((taken.collateral, taken.paid), (Amount::ZERO, Amount::ONE));
    let (returned, shortfall) = (eth(10), Amount::ZERO);
    assert_eq!(taken.ending, Some(Ending { returned, shortfall }));
    assert_eq!(desk.ledger.balance(ETH, OWNER), eth(10));
}

/// A stair of one second that halves, for tests that need round prices.
const HALVING: Curve = Curve::Stair {
    cut: Rate::from_raw(500_000_000_000_000_000_000_000_000),
    step: Seconds(1),
};

#[test]
fn collateral_with_few_decimals_costs_what_it_is_worth() {
    let mut desk = Desk::new();
    desk.decimals = Decimals::new(8).unwrap();
    desk.spec.auction.curve = HALVING;
    let bitcoin = |units: u128| Amount::from_raw(units);
    let id = desk
        .start(
            &Lot {
                collateral: bitcoin(1_000_000),
                ..lot(0, 1)
            },
            None,
        )
        .unwrap();
    desk.wait(1);
    // 0.00000001 at 1200 is 0.000012; the 1.1 to raise buy 0.00091666….
    let taken = desk.take(ALICE, id, bitcoin(1), ANY);
    assert_eq!(taken.map(|taken| taken.paid), Ok(Amount::from_raw(12_000_000_000_000)));
    let taken = desk.take(ALICE, id, ALL, ANY).unwrap();
    assert_eq!(taken.collateral, bitcoin(91_665));
}
