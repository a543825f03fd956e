//! Shares, depth, time-weighted price, and what the engine may sell.

use ballast_num::{Seconds, Timestamp, cmp_products};
use ballast_protocol::{AssetId, FeedId, PoolCurve, coins};
use proptest::prelude::*;

use super::*;

const ID: MarketId = MarketId(1);
const ALICE: AccountId = AccountId::numbered(1);
const BOB: AccountId = AccountId::numbered(2);
const MALLORY: AccountId = AccountId::numbered(3);
const HOUR: u64 = 3_600;

fn spec() -> MarketSpec {
    MarketSpec {
        fee: Ratio::percent(1),
        ..MarketSpec::standard(ID, AssetId(1), FeedId(1))
    }
}

fn at(seconds: u64) -> Clock {
    Clock {
        now: Timestamp(1_000_000 + seconds),
        host_time: Seconds(seconds),
        step: Seconds(0),
    }
}

fn empty() -> Markets {
    let mut markets = Markets::default();
    markets.add(spec(), Decimals::MAX).unwrap();
    markets
}

/// 1000 ether and 2,000,000 coins of Alice since genesis.
fn opened() -> Markets {
    let mut markets = empty();
    let brought = (coins(1_000), coins(2_000_000));
    markets.open(ID, &at(0), ALICE, brought).unwrap();
    markets
}

fn sell(markets: &mut Markets, clock: &Clock, units: u64) -> Amount {
    trade(markets, clock, Side::Sell, coins(units))
}

fn trade(markets: &mut Markets, clock: &Clock, side: Side, amount: Amount) -> Amount {
    let limit = match side {
        Side::Sell => Price::ZERO,
        Side::Buy => Price::MAX,
    };
    let order = Trade {
        number: 1,
        side,
        amount,
        limit,
    };
    let Some(batch) = markets.clear(ID, &[order], None).unwrap() else {
        return Amount::ZERO;
    };
    markets.settle(ID, clock, &batch, Amount::ZERO).unwrap();
    batch.fills[0].got
}

/// Asks for the exit of shares and gets it, as if the lock were over.
fn leave(markets: &mut Markets, clock: &Clock, owner: AccountId, shares: Amount) -> Liquidity {
    markets.lock(ID, clock, shares).unwrap();
    let nothing = (Amount::ZERO, Amount::ZERO);
    markets.exit(ID, clock, (owner, shares), nothing, Amount::ZERO).unwrap()
}

#[test]
fn bounds_are_kept() {
    let change = |change: fn(&mut MarketSpec)| {
        let mut spec = spec();
        change(&mut spec);
        Markets::default().add(spec, Decimals::MAX)
    };
    let refused = Err(ParameterFault::OutOfBounds);
    assert_eq!(change(|_| ()), Ok(()));
    assert_eq!(change(|spec| spec.fee = Ratio::ZERO), refused);
    assert_eq!(change(|spec| spec.fee = spec.band), refused);
    assert_eq!(change(|spec| spec.band = Ratio::percent(21)), refused);
    assert_eq!(change(|spec| spec.lock = Seconds(59)), refused);
    assert_eq!(change(|spec| spec.cooldown = Seconds(604_801)), refused);
    assert_eq!(change(|spec| spec.ticket_min = Amount::ZERO), refused);
    assert_eq!(change(|spec| spec.sale_min = Amount::ZERO), refused);
    assert_eq!(change(|spec| spec.mean_window = Seconds(604_801)), refused);
    assert_eq!(
        change(|spec| spec.curve = PoolCurve::StableSwap { amplification: 0 }),
        refused
    );
    assert_eq!(
        change(|spec| spec.curve = PoolCurve::StableSwap { amplification: 10_001 }),
        refused
    );
    assert_eq!(opened().add(spec(), Decimals::MAX), Err(ParameterFault::Duplicate));
}

#[test]
fn an_entry_is_taken_in_the_ratio_of_the_pool() {
    let mut markets = opened();
    let made = markets.pool(ID).unwrap().shares;
    assert_eq!(made.in_units(Decimals::MAX).to_string(), "44721.359549995793928183");
    assert_eq!(markets.shares(ID, ALICE), made.try_sub(DEAD_SHARES).unwrap());

    // 100 ether would need 200,000 coins: of 50,000 coins, 25 ether are matched.
    let entered = markets
        .enter(ID, &at(0), BOB, (coins(100), coins(50_000)), Amount::ZERO, Amount::ZERO)
        .unwrap();
    assert_eq!(
        entered.shares.in_units(Decimals::MAX).to_string(),
        "1118.033988749894848204"
    );
    assert_eq!(
        [entered.base, entered.coins],
        [coins(25), coins(50_000).try_sub(Amount::from_raw(25)).unwrap()]
    );
    let paid = markets.worth(ID, entered.shares).unwrap();
    assert_eq!(
        [paid.base.raw() + 1, paid.coins.raw() + 1],
        [entered.base.raw(), entered.coins.raw()]
    );
}

#[test]
fn limits_of_entries_and_exits_hold() {
    let mut markets = opened();
    let before = *markets.pool(ID).unwrap();
    let brought = (coins(25), coins(50_000));
    let refused = markets.enter(ID, &at(0), BOB, brought, coins(1_119), Amount::ZERO);
    assert!(matches!(refused, Err(Rejected::TooLittleLiquidity { .. })));
    let nothing = (Amount::ZERO, Amount::ZERO);
    assert_eq!(
        markets
            .exit(ID, &at(0), (BOB, Amount::ONE), nothing, Amount::ZERO)
            .map(|_| ()),
        Err(Rejected::TooFewShares {
            market: ID,
            asked: Amount::ONE,
            held: Amount::ZERO
        })
    );
    let all = markets.shares(ID, ALICE);
    assert!(
        markets
            .lock(ID, &at(0), before.shares.try_add(Amount::ONE).unwrap())
            .is_err()
    );
    markets.lock(ID, &at(0), all).unwrap();
    let limits = (coins(1_000), Amount::ZERO);
    let refused = markets.exit(ID, &at(0), (ALICE, all), limits, Amount::ZERO);
    assert!(matches!(refused, Err(Rejected::TooLittleOut { .. })));
    markets.lock(ID, &at(0), Amount::ZERO).unwrap();
    assert_eq!(*markets.pool(ID).unwrap(), before);
}

/// A rest that would be under `ticket_min` coins goes too, and the dead shares keep a pool that all have left.
#[test]
fn positions_leave_no_dust() {
    let mut markets = opened();
    let all = markets.shares(ID, ALICE);
    let little = all.prorate(1, 20_001, Round::Down).unwrap(); // under 100 coins
    let most = all.try_sub(little).unwrap();
    assert_eq!(leave(&mut markets, &at(0), ALICE, most).shares, all);
    assert_eq!(markets.shares(ID, ALICE), Amount::ZERO);
    let pool = *markets.pool(ID).unwrap();
    assert_eq!(pool.shares, DEAD_SHARES);
    assert!(!pool.base.is_zero() && !pool.coins.is_zero());
    // Whoever comes next finds the old price, and loses nothing to the dead.
    let entered = markets
        .enter(ID, &at(0), BOB, (coins(10), coins(20_000)), Amount::ZERO, Amount::ZERO)
        .unwrap();
    let paid = markets.worth(ID, entered.shares).unwrap();
    assert!(entered.coins.try_sub(paid.coins).unwrap() < Amount::from_raw(1_000_000_000_000_000));
}

/// The first depositor makes few shares and drives up what each is worth; the second loses next to nothing.
#[test]
fn attack_inflate_the_share_of_the_first_depositor() {
    let mut markets = empty();
    // Little more than the least position, 100 coins.
    let small = (Amount::from_raw(51 * 10_u128.pow(15)), coins(102));
    markets
        .enter(ID, &at(0), MALLORY, small, Amount::ZERO, Amount::ZERO)
        .unwrap();
    // Trading with himself brings in fees, at most 1 % of what goes through.
    for _ in 0..1_000 {
        let got = trade(&mut markets, &at(0), Side::Sell, small.0);
        trade(&mut markets, &at(0), Side::Buy, got);
    }
    let pool = *markets.pool(ID).unwrap();
    let brought = (coins(5), coins(10_000));
    let entered = markets
        .enter(ID, &at(0), BOB, brought, Amount::ZERO, Amount::ZERO)
        .unwrap();
    let paid = markets.worth(ID, entered.shares).unwrap();
    let lost = entered.coins.try_sub(paid.coins).unwrap();
    // One share at most, however much it has become worth.
    let share = pool.coins.prorate(1, pool.shares.raw(), Round::Up).unwrap();
    assert!(lost <= share.try_add(Amount::from_raw(2)).unwrap(), "{lost} of {share}");
    assert!(lost.raw() < entered.coins.raw() / 1_000_000_000);

    let too_small = (coins(1), coins(100).try_sub(Amount::ONE).unwrap());
    let refused = empty().enter(ID, &at(0), MALLORY, too_small, Amount::ZERO, Amount::ZERO);
    assert!(matches!(refused, Err(Rejected::TooLittleLiquidity { .. })));
}

/// What counts is what an owner then holds: 100 coins of the coin side at least, to the share.
#[test]
fn a_position_is_worth_a_ticket() {
    let mut markets = opened();
    let mut enter = |thousandths: u64, units: u64| {
        let base = coins(thousandths).prorate(1, 1_000, Round::Down).unwrap();
        markets.enter(ID, &at(0), BOB, (base, coins(units)), Amount::ZERO, Amount::ZERO)
    };
    // 98 coins of 1000 brought are matched; so are 100, but for the rounding to a share.
    for (thousandths, units) in [(49, 1_000), (50, 100)] {
        let refused = enter(thousandths, units);
        assert!(
            matches!(refused, Err(Rejected::TooLittleLiquidity { .. })),
            "{refused:?}"
        );
    }
    enter(51, 102).unwrap();
    // One who is in may add as little as he likes.
    enter(1, 100).unwrap();
    let pool = *markets.pool(ID).unwrap();
    let least = pool.shares_worth(coins(100));
    assert!(markets.worth(ID, least).unwrap().coins >= coins(100));
    assert!(markets.worth(ID, least.try_sub(Amount::ONE).unwrap()).unwrap().coins < coins(100));
    assert!(markets.shares(ID, BOB) > least);
}

#[test]
fn liquidity_counts_a_day_after_it_came() {
    let mut markets = empty();
    assert_eq!(markets.least_depth(ID, &at(0)).unwrap(), Amount::ZERO);
    markets
        .enter(
            ID,
            &at(HOUR),
            ALICE,
            (coins(1_000), coins(2_000_000)),
            Amount::ZERO,
            Amount::ZERO,
        )
        .unwrap();
    let depth = markets.locked_depth(ID).unwrap();
    for (hours, seen) in [
        (1, Amount::ZERO),
        (24, Amount::ZERO),
        (25, Amount::ZERO),
        (26, depth),
        (400, depth),
    ] {
        assert_eq!(markets.least_depth(ID, &at(hours * HOUR)).unwrap(), seen, "{hours} h");
    }
    // At genesis it has always been there.
    assert_eq!(
        opened().least_depth(ID, &at(0)).unwrap(),
        opened().locked_depth(ID).unwrap()
    );
}

/// Depth lent for an hour, a block or a batch never counts; depth that was away for a block counts as away for a day.
#[test]
fn attack_lend_depth_for_a_while() {
    let mut markets = opened();
    let own = markets.locked_depth(ID).unwrap();
    markets
        .enter(
            ID,
            &at(10 * HOUR),
            MALLORY,
            (coins(9_000), coins(18_000_000)),
            Amount::ZERO,
            Amount::ZERO,
        )
        .unwrap();
    assert_eq!(markets.least_depth(ID, &at(33 * HOUR)).unwrap(), own);
    let lent = markets.shares(ID, MALLORY);
    markets.lock(ID, &at(33 * HOUR), lent).unwrap();
    for hours in 33..100 {
        assert!(
            markets
                .least_depth(ID, &at(hours * HOUR))
                .unwrap()
                .raw()
                .abs_diff(own.raw())
                <= 2,
            "{hours} h"
        );
    }
    markets.lock(ID, &at(40 * HOUR), Amount::ZERO).unwrap();
    assert!(
        markets
            .least_depth(ID, &at(64 * HOUR))
            .unwrap()
            .raw()
            .abs_diff(own.raw())
            <= 2
    );
    assert!(markets.least_depth(ID, &at(65 * HOUR)).unwrap() > own.try_add(own).unwrap());
}

#[test]
fn the_mean_price_weighs_time() {
    let mut markets = opened();
    let spot = |markets: &Markets| markets.curve(ID).unwrap().unwrap().spot();
    assert_eq!(empty().mean(ID, &at(0)).unwrap(), None);
    assert_eq!(markets.mean(ID, &at(0)).unwrap(), Some(Price::whole(2_000)));
    sell(&mut markets, &at(1_800), 500);
    let low = spot(&markets);
    // No time has passed at the new price, then half of the window.
    assert_eq!(markets.mean(ID, &at(1_800)).unwrap(), Some(Price::whole(2_000)));
    let half = markets.mean(ID, &at(2_700)).unwrap().unwrap();
    let middle = Price::whole(2_000).midpoint(low, Round::Down);
    let off = half.max(middle).saturating_sub(half.min(middle));
    // The window is cut at a multiple of its 32nd.
    assert!(
        off < Price::whole(2_000)
            .prorate(Seconds(57), Seconds(1_800), Round::Up)
            .unwrap()
    );
    assert_eq!(markets.mean(ID, &at(100_000)).unwrap(), Some(low));
}

/// 1000 ether at 2000, a band of 5 % and a fee of 1 %: 1000 × 0.04 ÷ 0.95 after the fee.
#[test]
fn the_engine_sells_what_a_locked_pool_at_the_low_price_would_buy() {
    let mut markets = opened();
    let allowance = markets.allowance(ID, &at(0), Price::whole(2_000)).unwrap().unwrap();
    assert_eq!(allowance.limit, Price::whole(1_900));
    assert_eq!(
        allowance.most.in_units(Decimals::MAX).to_string()[..12],
        *"42.530568846"
    );
    // That much does sell, at its limit on average.
    let forced = Forced {
        amount: allowance.most,
        limit: allowance.limit,
    };
    let batch = markets.clear(ID, &[], Some(forced)).unwrap().unwrap();
    assert_eq!(batch.forced.given, allowance.most);
    let least = Exchange::at(allowance.limit, Decimals::MAX)
        .coins(allowance.most, Round::Down)
        .unwrap();
    assert!(
        batch.forced.got.try_add(Amount::from_raw(2_000)).unwrap() >= least
            && batch.forced.got <= least.try_add(Amount::from_raw(4_000)).unwrap()
    );

    // A pool pushed up, or one further away than the band on either side, buys no more.
    trade(&mut markets, &at(0), Side::Buy, coins(40_000));
    let pushed = markets.allowance(ID, &at(0), Price::whole(2_000)).unwrap().unwrap();
    assert!(pushed.most.raw().abs_diff(allowance.most.raw()) < allowance.most.raw() / 1_000);
    trade(&mut markets, &at(0), Side::Buy, coins(40_000));
    assert_eq!(markets.allowance(ID, &at(0), Price::whole(2_000)).unwrap(), None);
    assert_eq!(opened().allowance(ID, &at(0), Price::whole(2_106)).unwrap(), None);
    assert_eq!(opened().allowance(ID, &at(0), Price::whole(1_904)).unwrap(), None);
    assert_eq!(empty().allowance(ID, &at(0), Price::whole(2_000)).unwrap(), None);

    // With half of the shares leaving, half.
    let half = markets.shares(ID, ALICE).prorate(1, 2, Round::Down).unwrap();
    let mut markets = opened();
    markets.lock(ID, &at(0), half).unwrap();
    let halved = markets.allowance(ID, &at(0), Price::whole(2_000)).unwrap().unwrap();
    assert!(halved.most.raw().abs_diff(allowance.most.raw() / 2) < 10_000);
    assert_eq!(
        markets
            .locked_coins(ID, &at(0), Price::whole(2_000))
            .unwrap()
            .in_units(Decimals::MAX)
            .to_string()[..14],
        *"1000000.000000"
    );
}

/// What a random sequence does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Trade(bool, u64),
    Enter(u8, u64, u64),
    Leave(u8, u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<bool>(), 1_u64..1_000_000).prop_map(|(sells, size)| Step::Trade(sells, size)),
        (0_u8..3, 1_u64..1_000_000, 1_u64..1_000_000).prop_map(|(who, base, coins)| Step::Enter(who, base, coins)),
        (0_u8..3, 1_u64..1_000_000).prop_map(|(who, part)| Step::Leave(who, part)),
    ]
}

proptest! {
    /// A share never loses liquidity, all shares add up, and the ledger that a flow would keep is never overdrawn.
    #[test]
    fn a_share_never_loses_liquidity(
        stable in any::<bool>(),
        start in (1_u64 << 23..1 << 62, 1_u64 << 61..1 << 63),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let curve = if stable { PoolCurve::StableSwap { amplification: 50 } } else { PoolCurve::ConstantProduct };
        let mut markets = Markets::default();
        let small = MarketSpec { curve, ticket_min: coins(1), ..spec() };
        markets.add(small, Decimals::MAX).unwrap();
        let amount = |raw: u64| Amount::from_raw(raw.into());
        let brought = (amount(start.0), amount(start.1));
        markets.enter(ID, &at(0), ALICE, brought, Amount::ZERO, Amount::ZERO).unwrap();
        let owners = [ALICE, BOB, MALLORY];
        let (mut was, mut shares) = (Amount::ZERO, Amount::ONE);
        for (time, step) in steps.into_iter().enumerate() {
            let clock = at(time as u64 * 600);
            let pool = *markets.pool(ID).unwrap();
            let part = |of: Amount, millionths: u64| of.prorate(millionths.into(), 1_000_000, Round::Up).unwrap();
            match step {
                Step::Trade(true, size) => { trade(&mut markets, &clock, Side::Sell, part(pool.base, size)); }
                Step::Trade(false, size) => { trade(&mut markets, &clock, Side::Buy, part(pool.coins, size)); }
                Step::Enter(who, base, coins) => {
                    let brought = (part(pool.base, base), part(pool.coins, coins));
                    let owner = owners[usize::from(who)];
                    if let Ok(taken) = markets.enter(ID, &clock, owner, brought, Amount::ZERO, Amount::ZERO) {
                        prop_assert!(taken.base <= brought.0 && taken.coins <= brought.1);
                    }
                }
                Step::Leave(who, size) => {
                    let owner = owners[usize::from(who)];
                    let held = markets.shares(ID, owner);
                    if held > Amount::ONE {
                        let paid = leave(&mut markets, &clock, owner, part(held, size));
                        prop_assert!(paid.base <= pool.base && paid.coins <= pool.coins);
                    }
                }
            }
            let pool = *markets.pool(ID).unwrap();
            prop_assert_eq!(markets.shares_add_up(ID, &pool, Amount::ZERO), Ok(()));
            let is = markets.curve(ID).unwrap().unwrap().liquidity();
            // Liquidity is shown rounded down.
            prop_assert!(cmp_products(is.raw() + 1, shares.raw(), was.raw(), pool.shares.raw()).is_ge());
            prop_assert!(markets.least_depth(ID, &clock).unwrap() <= markets.locked_depth(ID).unwrap());
            (was, shares) = (is, pool.shares);
        }
    }

    /// The least depth is the least that stood in the last 24 hours and what is left of the hour before.
    #[test]
    fn the_least_depth_is_that_of_a_day(blocks in proptest::collection::vec((1_u64..40_000, 0_u64..4), 1..40)) {
        let mut markets = empty();
        let (mut now, mut leaving, mut history) = (0, Amount::ZERO, vec![(0, Amount::ZERO)]);
        for (seconds, action) in blocks {
            now += seconds;
            let held = markets.shares(ID, ALICE);
            let more = leaving.try_add(coins(1)).unwrap();
            match action {
                0 => {
                    let brought = (coins(10), coins(20_000));
                    markets.enter(ID, &at(now), ALICE, brought, Amount::ZERO, leaving).unwrap();
                }
                1 if more <= held => {
                    leaving = more;
                    markets.lock(ID, &at(now), leaving).unwrap();
                }
                2 if !held.is_zero() => {
                    leaving = Amount::ZERO;
                    markets.lock(ID, &at(now), leaving).unwrap();
                }
                _ => {}
            }
            history.push((now, markets.locked_depth(ID).unwrap()));
            let from = (now / HOUR).saturating_sub(24) * HOUR;
            // What stood up to `from` began at the last change before it; a change at `from` itself ends it within the hour.
            let standing = history.iter().rev().find(|(time, _)| *time < from).map_or(Amount::ZERO, |(_, depth)| *depth);
            let later = history.iter().filter(|(time, _)| *time >= from).map(|(_, depth)| *depth);
            prop_assert_eq!(markets.least_depth(ID, &at(now)).unwrap(), later.fold(standing, Amount::min));
        }
    }
}
