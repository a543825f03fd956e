//! R10 and R1: the market between stability pool and auction.

use ballast_num::{Amount, NormalizedDebt, Price, Ratio, Seconds};
use ballast_protocol::{
    Event, FeedId, FeedSpec, Genesis, LotSoldInMarket, MarketSpec, Module, OpeningLiquidity, TypeId, TypeSpec, Venue,
    coins,
};

use crate::common::{COIN, ETH, FEED, MARKET, World, outcome, who};

/// So much ether of Dave's, and 2000 coins for each, since genesis; a fee of 1 % and a band of 5 %.
pub(crate) fn market(genesis: &mut Genesis, ether: u64) {
    genesis.markets = vec![MarketSpec {
        fee: Ratio::percent(1),
        lock: Seconds::HOUR,
        cooldown: Seconds::ZERO,
        ..MarketSpec::standard(MARKET, ETH, FEED)
    }];
    genesis.types[0].market = Some(MARKET);
    genesis.opening.liquidity = vec![OpeningLiquidity {
        owner: who("dave"),
        market: MARKET,
        base: coins(ether),
        coins: coins(2_000 * ether),
    }];
    let debt = &mut genesis.opening.vaults[0];
    let more = NormalizedDebt::from_raw(coins(2_000 * ether).raw());
    debt.normalized_debt = debt.normalized_debt.try_add(more).expect("it fits");
    debt.collateral = debt.collateral.try_add(coins(100 * ether)).expect("it fits");
}

/// Alice is a little above her ratio, and two rounds at 1930 break her.
fn alice(ether: u64) -> World {
    let mut world = World::with(|genesis| market(genesis, ether));
    world.check("alice: open; deposit 100; draw 129000");
    world
}

fn balances(world: &World, name: &str) -> [u128; 2] {
    [ETH, COIN].map(|asset| world.balance(asset, name).raw())
}

/// What someone has, in coins, with ether at a price.
fn wealth(world: &World, name: &str, price: u64) -> u128 {
    let [ether, coin] = balances(world, name);
    ether * u128::from(price) + coin
}

/// Of each lot sold in a block: collateral, what it raised, and the excess.
fn lots(events: &[Event]) -> Vec<(Amount, Amount, Amount)> {
    let sold = events.iter().filter_map(|event| match *event {
        Event::LotSoldInMarket(LotSoldInMarket {
            collateral,
            debt,
            recovered,
            penalty,
            excess,
            ..
        }) => {
            let raised = Amount::try_sum([debt, recovered, penalty]).expect("it fits");
            Some((collateral, raised, excess))
        }
        _ => None,
    });
    sold.collect()
}

fn cleared(events: &[Event]) -> Vec<Price> {
    let prices = events.iter().filter_map(|event| match event {
        Event::MarketCleared { price, .. } => Some(*price),
        _ => None,
    });
    prices.collect()
}

fn spot(world: &World) -> Price {
    let curve = world.state.markets().curve(MARKET).expect("it is listed");
    curve.expect("it is not empty").spot()
}

/// A lot that goes to auction sells in the batch of its own round; what it brings beyond its debt and penalty is its owner's.
#[test]
fn a_lot_sells_in_the_batch_of_its_round() {
    let mut world = alice(10_000);
    let before = world.balance(COIN, "alice");
    world.check("price 1930 -> no VaultSeized");
    let events = world.round(Price::whole(1_930)).events;
    let [(collateral, raised, excess)] = lots(&events)[..] else {
        panic!("{events:?}")
    };
    // Above 1.5 × 1930 the pool paid close to 2000 less 1 %.
    assert!(raised.try_add(excess).expect("it fits").raw() > collateral.raw() * 1_970);
    assert!(!excess.is_zero());
    assert_eq!(world.balance(COIN, "alice"), before.try_add(excess).expect("it fits"));
    assert_eq!(world.state.auctions().iter().count(), 0);
}

/// Users and lots trade at one price, and users get no more for knowing of the lots.
#[test]
fn sandwiching_a_forced_sale_in_its_batch() {
    let mut world = alice(1_000);
    world.check(
        "mallory: sell 20 at 0
         bob: buy 40000 at 3000
         price 1930 -> SoldInMarket, BoughtInMarket",
    );
    let start = wealth(&world, "mallory", 1_930) + wealth(&world, "bob", 1_930);
    // Under two names on both sides of the batch with the lot.
    world.check("mallory: sell 20 at 0");
    world.check("bob: buy 40000 at 3000");
    let events = world.round(Price::whole(1_930)).events;
    assert_eq!((lots(&events).len(), cleared(&events).len()), (1, 1));
    let end = wealth(&world, "mallory", 1_930) + wealth(&world, "bob", 1_930);
    // Both paid the fee of 1 % on some 40,000 coins.
    assert!(end < start - 700 * 10_u128.pow(18), "{start} {end}");
}

/// Sell with the lot and buy back after it: whoever only buys after it does better.
#[test]
fn selling_before_a_forced_sale_to_buy_after_it() {
    let play = |sells: bool| {
        // The pool stands where the oracle will.
        let mut world = World::with(|genesis| {
            market(genesis, 1_000);
            genesis.opening.liquidity[0].coins = coins(1_930_000);
        });
        world.check(
            "alice: open; deposit 100; draw 129000
             price 1930",
        );
        let start = wealth(&world, "mallory", 1_930);
        if sells {
            world.check("mallory: sell 5 at 0");
        }
        let events = world.round(Price::whole(1_930)).events;
        assert_eq!(lots(&events).len(), 1);
        let raised = lots(&events)[0].1.raw() + lots(&events)[0].2.raw();
        world.check("mallory: buy 9000 at 3000");
        world.round(Price::whole(1_930));
        (
            wealth(&world, "mallory", 1_930).cast_signed() - start.cast_signed(),
            raised,
            lots(&events)[0].0,
        )
    };
    let ((sold, with, lot), (waited, without, same)) = (play(true), play(false));
    assert_eq!(lot, same);
    assert!(sold < waited, "{sold} {waited}");
    // Five of ether beside a thousand cost the lot less than 1 %.
    assert!(with < without && with > without / 100 * 99);
}

/// Liquidity that came for the round counts for nothing: the engine sells as much as without it.
#[test]
fn lending_depth_for_a_round() {
    let sold = |lent: &str| {
        let mut world = alice(50);
        world.check("price 1930");
        world.check(lent);
        let events = world.round(Price::whole(1_930)).events;
        lots(&events)
            .iter()
            .map(|(collateral, ..)| collateral.raw())
            .sum::<u128>()
    };
    let without = sold("wait 12");
    // x′ of eq. 8 for 50 ether at 2000, standing at 1930.
    assert!(
        without > 2 * 10_u128.pow(18) && without < 22 * 10_u128.pow(17),
        "{without}"
    );
    assert_eq!(sold("mallory: add 400 800000"), without);
}

/// While the pool stands away from the oracle the engine sells nothing there, whoever brought it away.
#[test]
fn pushing_the_pool_away_from_the_oracle() {
    for push in ["mallory: sell 40 at 0", "mallory: buy 90000 at 9000"] {
        let mut world = alice(1_000);
        world.check(push);
        world.check("price 1930 -> MarketCleared");
        let events = world.round(Price::whole(1_930)).events;
        assert_eq!(
            (lots(&events).len(), cleared(&events).len()),
            (0, 0),
            "{push}: {}",
            spot(&world)
        );
        assert_eq!(world.state.auctions().iter().count(), 1);
    }
}

/// The pool's price opens no credit, however long it stands.
#[test]
fn borrowing_at_the_price_of_the_pool() {
    let mut world = alice(1_000);
    world.check(
        "mallory: buy 900000 at 9000
         price 2000
         pass 3600",
    );
    assert!(spot(&world) > Price::whole(3_900));
    world.check(
        "bob: open; deposit 10; draw 12904 -> Failed, BelowInitialRatio
         bob: open; deposit 10; draw 12902",
    );
}

/// An exit waits for its lock, bears every batch until then, and counts for no depth from the moment it is asked for.
#[test]
fn leaving_just_before_a_bad_batch() {
    let mut world = alice(1_000);
    world.check("price 1930");
    let clock = world.state.clock();
    let depth = world.state.markets().least_depth(MARKET, &clock).expect("it is listed");
    world.check("dave: remove 90 -> TicketQueued");
    let shown = world
        .state
        .markets()
        .least_depth(MARKET, &world.state.clock())
        .expect("it is listed");
    assert!(shown.raw() < depth.raw() / 9);
    let before = balances(&world, "dave");
    let events = world.round(Price::whole(1_930)).events;
    assert_eq!(lots(&events).len(), 1);
    world.check("pass 3480 -> no LiquidityRemoved");
    assert_eq!(balances(&world, "dave"), before);
    world.check("pass 180 -> LiquidityRemoved");
    assert!(balances(&world, "dave") > before);
}

/// A cancel of an exit leaves the shares where they are, and the depth counts a day later.
#[test]
fn calling_an_exit_of_a_market_back() {
    let mut world = alice(1_000);
    let held = world.state.markets().shares(MARKET, who("dave"));
    world.check(
        "dave: remove 101 -> Failed, TooFewShares
         dave: remove 100
         dave: remove 100 -> Failed, AlreadyQueued
         dave: cancel #1
         pass 180        -> TicketClosed, no LiquidityRemoved",
    );
    assert_eq!(world.state.markets().shares(MARKET, who("dave")), held);
    assert_eq!(world.state.queue().leaving(Venue::Market(MARKET)), Amount::ZERO);
    // All but the dead shares had left the depth.
    let depth = world.state.markets().least_depth(MARKET, &world.state.clock());
    assert!(depth.expect("it is listed") <= Amount::from_raw(1_000));
}

/// An order waits for a later round, trades once, and comes back where its limit is not met.
#[test]
fn trading_at_a_price_that_is_known() {
    let mut world = World::with(|genesis| market(genesis, 1_000));
    let before = balances(&world, "bob");
    // In the block of a round, on words from before it was included.
    let both = world.block(12, Some(Price::whole(2_000)), &["bob: sell 10 at 1900"]);
    assert!(cleared(&both.events).is_empty());
    assert_eq!(world.state.ledger().balance(ETH, Module::Queue), coins(10));
    world.check("price 2000 -> SoldInMarket, TicketClosed");
    assert!(balances(&world, "bob")[1] > before[1] + coins(19_500).raw());
    world.check(
        "bob: sell 10 at 1999
         price 2000 -> TicketClosed, no SoldInMarket, no MarketCleared",
    );
    assert_eq!(balances(&world, "bob")[0], before[0] - coins(10).raw());
}

/// In the quiet after a gap no lot is sold and no order trades.
#[test]
fn selling_lots_in_the_quiet_after_a_gap() {
    let mut world = alice(1_000);
    world.check("bob: sell 1 at 0");
    let events = world.block(2_000, Some(Price::whole(1_930)), &[]).events;
    assert!(cleared(&events).is_empty());
    let events = world.round(Price::whole(1_930)).events;
    assert!(cleared(&events).is_empty() && lots(&events).is_empty());
    world.check("pass 900 -> MarketCleared, SoldInMarket");
}

/// Stop takes, by the breaker or by silencing the feed, and have the market sell the lots all the same: it sells exactly
/// while someone may take, and users' orders trade at any level.
#[test]
fn selling_lots_that_nobody_may_take() {
    let mut world = alice(50);
    world.check("price 1930");
    assert_eq!(lots(&world.round(Price::whole(1_930)).events).len(), 1);
    // Most of the lot is on auction still; Bob brings the pool back into the band.
    assert_eq!(world.state.auctions().iter().count(), 1);
    for (level, sells) in [
        ("open", true),
        ("no-start", true),
        ("no-reset", true),
        ("no-take", false),
    ] {
        let mut world = world.clone();
        world.check(&format!("authority: set breaker {level} -> ParameterChanged"));
        let taken = outcome(&world.clone().send("keeper: take 1 of #1 at 9999"));
        assert_eq!(taken.contains(&"AuctionTaken".to_owned()), sells, "{level}: {taken:?}");
        assert_eq!(taken.contains(&"Stopped".to_owned()), !sells, "{level}: {taken:?}");
        world.check("bob: buy 4000 at 3000");
        let events = world.round(Price::whole(1_930)).events;
        assert_eq!(!lots(&events).is_empty(), sells, "{level}: {events:?}");
        assert_eq!(cleared(&events).len(), 1, "{level}");
        // What was stopped is not lost: it sells as soon as takes are let in again.
        world.check(
            "authority: set breaker open
             bob: buy 4000 at 3000
             price 1930 -> LotSoldInMarket",
        );
    }

    // A feed that falls silent closes no round, so there is no batch, and no take.
    let before = world.state.auctions().iter().next().map(|(_, lot)| lot.lot);
    world.check(
        "bob: buy 4000 at 3000
         wait 600                     -> FeedStateChanged, no LotSoldInMarket, no MarketCleared
         keeper: take 1 of #1 at 9999 -> Failed, Stale
         wait 12                      -> no LotSoldInMarket, no MarketCleared",
    );
    assert_eq!(world.state.auctions().iter().next().map(|(_, lot)| lot.lot), before);
    world.check("price 1930 -> LotSoldInMarket, BoughtInMarket");
}

/// Liquidity that does not fit the ratio of the pool comes back, and who enters gets no part of what was.
#[test]
fn entering_for_a_share_of_what_others_earned() {
    let mut world = World::with(|genesis| market(genesis, 1_000));
    world.check(
        "bob: sell 100 at 0
         price 2000 -> SoldInMarket",
    );
    let before = balances(&world, "mallory");
    world.check(
        "mallory: add 100 500000
         price 2000 -> LiquidityAdded
         mallory: remove 100
         pass 3660  -> LiquidityRemoved",
    );
    let after = balances(&world, "mallory");
    for (before, after) in before.iter().zip(after) {
        assert!(after <= *before && before - after < 2_000, "{before} {after}");
    }
}

/// Fill the trade lane with orders that never trade: each is worth a ticket, whichever side it is on and whatever state
/// the feed is in.
#[test]
fn stuffing_the_batch_with_dust() {
    let mut world = World::with(|genesis| market(genesis, 1_000));
    // 100 coins at 2000.
    world.check(
        "mallory: sell 0.000000000000000001 at 9999 -> Failed, BelowTicketMin
         mallory: sell 0.049999999999999999 at 9999 -> Failed, BelowTicketMin
         mallory: buy 99 at 1                       -> Failed, BelowTicketMin
         mallory: sell 0.05 at 9999                 -> TicketQueued
         bob: sell 1 at 0
         price 1900                                 -> SoldInMarket, TicketClosed
         mallory: sell 0.05 at 9999                 -> Failed, BelowTicketMin
         wait 600                                   -> FeedStateChanged
         mallory: sell 0.000000000000000001 at 9999 -> Failed, BelowTicketMin",
    );
}

/// Before a feed's first round a sale has no worth, and is of the least amount that the market's genesis says.
#[test]
fn selling_dust_before_there_is_a_price() {
    let (mute, other) = (FeedId(2), TypeId(2));
    let mut world = World::with(|genesis| {
        market(genesis, 1_000);
        genesis.feeds.push(FeedSpec::standard(mute, "ETH-EUR", 20));
        let first = genesis.types[0].clone();
        genesis.types.push(TypeSpec {
            market: None,
            ..TypeSpec::standard(other, "ETH-B", ETH, mute)
        });
        genesis.types[0] = TypeSpec { market: None, ..first };
        genesis.opening.liquidity.clear();
        genesis.opening.vaults[0].normalized_debt =
            NormalizedDebt::from_raw(genesis.opening.vaults[0].normalized_debt.raw() - coins(2_000_000).raw());
        (genesis.markets[0].feed, genesis.markets[0].sale_min) = (mute, coins(1));
    });
    world.check(
        "mallory: sell 0.999999999999999999 at 0 -> Failed, BelowTicketMin
         mallory: sell 1 at 0                    -> TicketQueued",
    );
}

/// Come in with next to nothing, and keep exits of single shares before those of others: a position is worth a ticket,
/// and so is what leaves of it, but for the whole.
#[test]
fn dust_exits_before_honest_ones() {
    let mut world = World::with(|genesis| market(genesis, 1_000));
    let before = balances(&world, "mallory");
    for dust in ["mallory: add 0.000000000000000001 100", "mallory: add 0.049 100"] {
        world.check(dust);
        world.check("price 2000 -> TicketClosed, no LiquidityAdded");
        assert_eq!(balances(&world, "mallory"), before, "{dust}");
    }
    world.check(
        "mallory: add 0.06 120
         price 2000         -> LiquidityAdded
         mallory: remove 1  -> Failed, BelowTicketMin
         mallory: remove 83 -> Failed, BelowTicketMin
         mallory: remove 84 -> TicketQueued
         mallory: cancel #4
         price 2000         -> TicketClosed",
    );
    // Only the pool's own price makes less of a position, which then leaves as a whole.
    world.check(
        "bob: sell 300 at 0
         price 2000          -> SoldInMarket
         mallory: remove 99  -> Failed, BelowTicketMin
         mallory: remove 100 -> TicketQueued
         pass 3660           -> LiquidityRemoved",
    );
    assert!(world.state.markets().shares(MARKET, who("mallory")).is_zero());
}
