//! Batches: one price, limits kept, nothing lost, nobody favoured.

use num_bigint::BigUint;
use proptest::prelude::*;

use ballast_num::WAD;
use ballast_protocol::PoolCurve;

use super::super::curve::tests::{decimals, kind};
use super::*;

const FEE: Ratio = Ratio::percent(1);
const ZERO: Price = Price::ZERO;

fn ether_pool() -> Curve {
    let whole = |units| Amount::whole(units, Decimals::MAX);
    Curve::new(
        PoolCurve::ConstantProduct,
        Decimals::MAX,
        whole(1_000),
        whole(2_000_000),
    )
    .unwrap()
}

fn order(number: u64, side: Side, units: u64, limit: Price) -> Trade {
    let amount = Amount::whole(units, Decimals::MAX);
    Trade {
        number,
        side,
        amount,
        limit,
    }
}

fn shown(amount: Amount) -> String {
    amount.in_units(Decimals::MAX).to_string()
}

fn run(orders: &[Trade], forced: Option<Forced>) -> Option<Cleared> {
    clear(&ether_pool(), Decimals::MAX, FEE, orders, forced).unwrap()
}

/// 1000 ether and 2,000,000 coins; Alice sells 100, Bob buys with 100,000: 2,099,000 ÷ 1099 for both.
#[test]
fn the_worked_example() {
    let orders = [
        order(1, Side::Sell, 100, ZERO),
        order(2, Side::Buy, 100_000, Price::MAX),
    ];
    let batch = run(&orders, None).unwrap();
    assert_eq!(
        batch.price.price(Decimals::MAX).to_string(),
        "1909.918107370336669699727024567"
    );
    assert_eq!(shown(batch.fills[0].got), "189081.892629663330300272");
    assert_eq!(shown(batch.fills[1].got), "51.834683182467841829");
    assert_eq!(
        [batch.fills[0].given, batch.fills[1].given],
        orders.map(|order| order.amount)
    );
}

/// A sale that wants more than the batch's price sells as much as leaves the price at its limit.
#[test]
fn an_order_on_the_price_is_filled_in_part() {
    let limit = Price::whole(1_881); // 1900 before the fee of 1 %
    let batch = run(&[order(1, Side::Sell, 100, limit)], None).unwrap();
    assert_eq!(batch.price.price(Decimals::MAX), Price::whole(1_900));
    // 2,000,000 ÷ 1900 − 1000 = 52.6315… after the fee
    assert_eq!(shown(batch.fills[0].given), "53.163211057947900053");
    assert_eq!(shown(batch.fills[0].got), "99999.9999999999999988");
    assert_eq!(run(&[order(1, Side::Sell, 100, Price::whole(1_980))], None), None);
}

/// Of sales with one limit the engine's is cut last.
#[test]
fn forced_sales_are_cut_last() {
    let limit = Price::whole(1_881);
    let forced = Forced {
        amount: Amount::whole(50, Decimals::MAX),
        limit,
    };
    let batch = run(&[order(1, Side::Sell, 100, limit)], Some(forced)).unwrap();
    assert_eq!(batch.forced.given, forced.amount);
    assert_eq!(shown(batch.fills[0].given), "3.163211057947900053");
    assert_eq!(batch.price.price(Decimals::MAX), Price::whole(1_900));
}

/// Users who cross each other trade even where the pool would do nothing.
#[test]
fn orders_that_meet_need_no_pool() {
    let sale = order(1, Side::Sell, 100, Price::whole(1_900));
    let batch = run(&[sale, order(2, Side::Buy, 200_000, Price::whole(2_100))], None).unwrap();
    assert_eq!(batch.price.price(Decimals::MAX), Price::whole(2_000));
    assert_eq!([shown(batch.fills[0].got), shown(batch.fills[1].got)], ["198000", "99"]);
    // The fees stay with the pool.
    assert_eq!([shown(batch.base), shown(batch.coins)], ["1001", "2002000"]);
}

#[test]
fn nothing_to_trade_is_no_batch() {
    assert_eq!(run(&[], None), None);
    assert_eq!(run(&[order(1, Side::Sell, 0, ZERO)], None), None);
    let dust = Trade {
        amount: Amount::ONE,
        ..order(1, Side::Sell, 0, ZERO)
    };
    assert_eq!(run(&[dust], None), None); // the fee takes all of it
}

#[test]
fn more_than_a_pool_can_hold_is_refused() {
    let immense = Trade {
        amount: Amount::MAX,
        ..order(1, Side::Sell, 0, ZERO)
    };
    let refused = clear(&ether_pool(), Decimals::MAX, FEE, &[immense], None);
    assert_eq!(refused, Err(Arithmetic::Overflow));
}

/// A batch as the properties see it.
#[derive(Clone, Debug)]
struct Case {
    curve: Curve,
    decimals: Decimals,
    fee: Ratio,
    orders: Vec<Trade>,
    forced: Option<Forced>,
}

impl Case {
    fn run(&self) -> Option<Cleared> {
        clear(&self.curve, self.decimals, self.fee, &self.orders, self.forced).unwrap()
    }

    /// Whether the price, after the fee, is within an order's limit: exactly.
    fn admits(&self, price: Exchange, side: Side, limit: Price) -> bool {
        let [coins, base] = price.parts().map(BigUint::from);
        let kept = BigUint::from(self.fee.complement().raw());
        let [limit, per_usd, wad] = [limit.raw(), self.decimals.per_usd(), WAD].map(BigUint::from);
        match side {
            Side::Sell => coins * kept * per_usd >= base * wad * limit,
            Side::Buy => coins * per_usd * wad <= base * kept * limit,
        }
    }
}

/// Limits from 0.7 to 1.3 of spot in steps of 2 %, so that many orders share one; and some that admit any price.
fn case() -> impl Strategy<Value = Case> {
    let orders = proptest::collection::vec((any::<bool>(), 0_u32..100, 0_u128..1_000_000, 35_u32..65), 0..24);
    let forced = proptest::option::of((0_u128..1_000_000, 35_u32..60));
    (
        kind(),
        decimals(),
        20_u32..96,
        700_u32..1_300,
        1_u32..500,
        orders,
        forced,
    )
        .prop_map(|(kind, decimals, bits, tilt, fee, orders, forced)| {
            let scale = 10_u128.pow(18 - u32::from(decimals.get()));
            let size = ((1_u128 << bits) / scale).max(1_000);
            let (base, coins) = match kind {
                // A volatile pool may stand anywhere.
                PoolCurve::ConstantProduct => (size, (1 << bits) * 7),
                PoolCurve::StableSwap { .. } => (size, size * scale),
            };
            let coins = (coins / 1_000 * u128::from(tilt)).max(1);
            let curve = Curve::new(kind, decimals, Amount::from_raw(base), Amount::from_raw(coins)).unwrap();
            let limit = |step: u32| {
                curve
                    .spot()
                    .mul_ratio(Ratio::percent(2 * step), Round::Down)
                    .unwrap_or(Price::MAX)
            };
            let part = |of: u128, millionths: u128| {
                Amount::from_raw(of)
                    .prorate(millionths, 4_000_000, Round::Down)
                    .unwrap()
            };
            let make = |(number, (sells, any, size, step)): (usize, (bool, u32, u128, u32))| Trade {
                number: number as u64 * 10,
                side: if sells { Side::Sell } else { Side::Buy },
                amount: part(if sells { base } else { coins }, size),
                limit: match (any < 20, sells) {
                    (true, true) => Price::ZERO,
                    (true, false) => Price::MAX,
                    _ => limit(step),
                },
            };
            Case {
                curve,
                decimals,
                fee: Ratio::basis_points(fee),
                orders: orders.into_iter().enumerate().map(make).collect(),
                forced: forced.map(|(size, step)| Forced {
                    amount: part(base, size),
                    limit: limit(step),
                }),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_batch_keeps_every_promise(case in case()) {
        let book = Book::of(case.fee, &case.orders, case.forced).unwrap();
        let agreed = book.agree(&case.curve, case.decimals).unwrap();
        let Some(batch) = case.run() else {
            // The guard has never had to speak: nothing trades only where nothing is to trade.
            let nothing = agreed.is_none_or(|agreed| agreed.nets.iter().all(|net| net.is_zero()));
            prop_assert!(nothing);
            return Ok(());
        };
        let (mut base, mut coins, mut paid) = (case.curve.base().raw(), case.curve.coins().raw(), [0; 2]);
        let forced = case.forced.map(|forced| (Side::Sell, forced.amount, forced.limit, batch.forced));
        let orders = case.orders.iter().zip(&batch.fills).map(|(order, fill)| (order.side, order.amount, order.limit, *fill));
        for (side, amount, limit, fill) in orders.chain(forced) {
            prop_assert!(fill.given <= amount);
            prop_assert!(fill.given.is_zero() || case.admits(batch.price, side, limit));
            // One price for all, after a fee that rounds up.
            let net = after_fee(fill.given, case.fee).unwrap();
            let got = match side {
                Side::Sell => batch.price.coins(net, Round::Down),
                Side::Buy => batch.price.base(net, Round::Down),
            };
            prop_assert!(fill.got <= got.unwrap());
            match side {
                Side::Sell => { base += fill.given.raw(); paid[1] += fill.got.raw(); }
                Side::Buy => { coins += fill.given.raw(); paid[0] += fill.got.raw(); }
            }
            // Who would take even a worse price gets all.
            let [p, q] = batch.price.parts();
            let worse = |parts: [u128; 2]| Exchange::of(parts);
            let beyond = match side {
                Side::Sell => worse([p - p / 1_000, q]),
                Side::Buy => worse([p + p / 1_000, q]),
            };
            let eager = p > 1_000_000 && case.admits(beyond, side, limit) && !after_fee(amount, case.fee).unwrap().is_zero();
            prop_assert!(!eager || fill.given == amount);
        }
        // To the unit.
        prop_assert_eq!([base, coins], [batch.base.raw() + paid[0], batch.coins.raw() + paid[1]]);
        prop_assert!(case.curve.is_kept_by(batch.base, batch.coins));
    }

    #[test]
    fn the_order_of_the_orders_does_not_matter(case in case(), turn in 0_usize..24) {
        let before = case.run();
        let mut turned = case.clone();
        let turn = turn.min(turned.orders.len());
        turned.orders.rotate_left(turn);
        turned.orders.reverse();
        let after = turned.run();
        let by_number = |case: &Case, batch: Option<Cleared>| batch.map(|batch| {
            let mut fills: Vec<_> = case.orders.iter().map(|order| order.number).zip(batch.fills).collect();
            fills.sort_by_key(|(number, _)| *number);
            (batch.price, fills, batch.forced, batch.base, batch.coins)
        });
        prop_assert_eq!(by_number(&case, before), by_number(&turned, after));
    }

    /// Two orders of one limit get no more than one of their sum, but for units that round.
    #[test]
    fn splitting_an_order_gains_nothing(case in case(), which in any::<prop::sample::Index>(), part in 1_u128..1_000) {
        if case.orders.is_empty() || case.curve.base().raw().min(case.curve.coins().raw()) < 1 << 40 {
            return Ok(());
        }
        let at = which.index(case.orders.len());
        let mut split = case.clone();
        let whole = split.orders[at];
        let first = whole.amount.prorate(part, 1_000, Round::Down).unwrap();
        split.orders[at].amount = first;
        let number = whole.number + 1;
        split.orders.push(Trade { number, amount: whole.amount.try_sub(first).unwrap(), ..whole });
        let (Some(one), Some(two)) = (case.run(), split.run()) else { return Ok(()) };
        let last = two.fills.len() - 1;
        let got = two.fills[at].got.raw() + two.fills[last].got.raw();
        let given = two.fills[at].given.raw() + two.fills[last].given.raw();
        let worth = |amount: u128| match whole.side {
            Side::Sell => two.price.coins(Amount::from_raw(amount), Round::Up).unwrap().raw(),
            Side::Buy => two.price.base(Amount::from_raw(amount), Round::Up).unwrap().raw(),
        };
        // A unit of rounding for each piece, and a price that this unit moves by 2⁻⁴⁰ at most.
        let more_given = given.saturating_sub(one.fills[at].given.raw());
        let most = one.fills[at].got.raw() + worth(more_given) + worth(3) + 3 + (got >> 38);
        prop_assert!(got <= most, "{got} of {given}, {:?}", one.fills[at]);
    }
}

/// Reserves and orders of one unit, and of 2¹⁰⁰.
#[test]
fn extremes_neither_overflow_nor_lose() {
    let sizes = [1, 1_000, 1_u128 << 60, 1 << 100];
    let kinds = [
        PoolCurve::ConstantProduct,
        PoolCurve::StableSwap { amplification: 1 },
        PoolCurve::StableSwap { amplification: 10_000 },
    ];
    let limits = [Price::ZERO, Price::ONE, Price::MAX];
    for kind in kinds {
        for (base, coins) in sizes.into_iter().flat_map(|base| sizes.map(|coins| (base, coins))) {
            let curve = Curve::new(kind, Decimals::MAX, Amount::from_raw(base), Amount::from_raw(coins)).unwrap();
            for (sell, buy) in sizes.into_iter().flat_map(|sell| sizes.map(|buy| (sell, buy))) {
                for (least, most) in limits.into_iter().flat_map(|least| limits.map(|most| (least, most))) {
                    let orders = [
                        Trade {
                            number: 1,
                            side: Side::Sell,
                            amount: Amount::from_raw(sell),
                            limit: least,
                        },
                        Trade {
                            number: 2,
                            side: Side::Buy,
                            amount: Amount::from_raw(buy),
                            limit: most,
                        },
                    ];
                    if let Some(batch) = clear(&curve, Decimals::MAX, FEE, &orders, None).unwrap() {
                        assert!(curve.is_kept_by(batch.base, batch.coins));
                        assert_eq!(
                            batch.base.raw() + batch.fills[1].got.raw(),
                            base + batch.fills[0].given.raw()
                        );
                        assert_eq!(
                            batch.coins.raw() + batch.fills[0].got.raw(),
                            coins + batch.fills[1].given.raw()
                        );
                    }
                }
            }
        }
    }
}
