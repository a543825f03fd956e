//! Both curves, against exact arithmetic of any width.

use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;

/// A number of any size up to 2¹⁰⁰.
pub(crate) fn amount() -> impl Strategy<Value = Amount> {
    (any::<u128>(), 28_u32..128).prop_map(|(bits, shift)| Amount::from_raw((bits >> shift).max(1)))
}

pub(crate) fn kind() -> impl Strategy<Value = PoolCurve> {
    prop_oneof![
        Just(PoolCurve::ConstantProduct),
        (1_u32..=10_000).prop_map(|amplification| PoolCurve::StableSwap { amplification }),
    ]
}

pub(crate) fn decimals() -> impl Strategy<Value = Decimals> {
    prop_oneof![Just(0), Just(6), Just(8), Just(18)].prop_map(|decimals| Decimals::new(decimals).unwrap())
}

fn stable(amplification: u32, base: u128, coins: u128) -> Curve {
    Curve::new(
        PoolCurve::StableSwap { amplification },
        Decimals::MAX,
        Amount::from_raw(base),
        Amount::from_raw(coins),
    )
    .unwrap()
}

/// `c·D + D³ ÷ (4xy) − c·(x + y) − D`, times 4xy: at most zero up to the invariant.
fn is_at_most_d(amplification: u32, [x, y]: [u128; 2], d: u128) -> bool {
    let [x, y, d, c] = [x, y, d, 2 * u128::from(amplification)].map(BigUint::from);
    let four = BigUint::from(4_u8) * &x * &y;
    &four * &c * &d + &d * &d * &d <= &four * (&c * (&x + &y) + &d)
}

#[test]
fn figures_of_the_page() {
    let ether = Curve::new(
        PoolCurve::ConstantProduct,
        Decimals::MAX,
        Amount::whole(1_000, Decimals::MAX),
        Amount::whole(2_000_000, Decimals::MAX),
    )
    .unwrap();
    assert_eq!(ether.spot(), Price::whole(2_000));
    assert_eq!(
        ether.liquidity().in_units(Decimals::MAX).to_string(),
        "44721.359549995793928183"
    );

    // A balanced pool has a liquidity of all it holds, and a spot price of one.
    let even = stable(100, 5_000_000, 5_000_000);
    assert_eq!((even.liquidity().raw(), even.spot()), (10_000_000, Price::ONE));
    let uneven = stable(100, 8_000_000, 2_000_000);
    assert_eq!(uneven.liquidity().raw(), 9_972_382);
    assert_eq!(uneven.spot().to_string(), "0.97202864286663547085757378");
}

#[test]
fn an_empty_side_or_too_much_is_refused() {
    let new = |base, coins| {
        Curve::new(
            PoolCurve::ConstantProduct,
            Decimals::new(6).unwrap(),
            Amount::from_raw(base),
            Amount::from_raw(coins),
        )
    };
    assert_eq!(new(0, 1), Err(Arithmetic::DivisionByZero));
    assert_eq!(new(1, 0), Err(Arithmetic::DivisionByZero));
    assert_eq!(new(1, RESERVE_MAX.raw() + 1), Err(Arithmetic::Overflow));
    assert_eq!(
        new(RESERVE_MAX.raw() / 1_000_000_000_000 + 1, 1),
        Err(Arithmetic::Overflow)
    );
    assert!(new(RESERVE_MAX.raw() / 1_000_000_000_000, RESERVE_MAX.raw()).is_ok());
}

proptest! {
    /// The invariant is exact to the unit: it solves its equation, and one more does not.
    #[test]
    fn the_stable_invariant_is_the_largest_that_its_equation_allows(
        amplification in 1_u32..=10_000, x in amount(), y in amount(),
    ) {
        let d = stable(amplification, x.raw(), y.raw()).liquidity().raw();
        prop_assert!(is_at_most_d(amplification, [x.raw(), y.raw()], d));
        prop_assert!(!is_at_most_d(amplification, [x.raw(), y.raw()], d + 1));
    }

    #[test]
    fn liquidity_and_price_follow_the_reserves(kind in kind(), x in amount(), y in amount(), more in amount()) {
        let at = |x: Amount, y: Amount| Curve::new(kind, Decimals::MAX, x, y).unwrap();
        let (pool, base, coins) = (at(x, y), at(x.try_add(more).unwrap(), y), at(x, y.try_add(more).unwrap()));
        prop_assert!(base.liquidity() >= pool.liquidity() && coins.liquidity() >= pool.liquidity());
        prop_assert!(pool.is_kept_by(base.base(), base.coins()) && pool.is_kept_by(coins.base(), coins.coins()));
        if kind == PoolCurve::ConstantProduct {
            prop_assert!(base.spot() <= pool.spot() && coins.spot() >= pool.spot());
        }
    }

    /// Nothing that keeps the invariant takes a side out whole, and whoever takes without giving is refused.
    #[test]
    fn a_trade_never_empties_a_pool(kind in kind(), x in amount(), y in amount(), out in amount(), brought in amount()) {
        let pool = Curve::new(kind, Decimals::MAX, x, y).unwrap();
        prop_assert!(!pool.is_kept_by(x.try_add(brought).unwrap(), Amount::ZERO));
        prop_assert!(!pool.is_kept_by(Amount::ZERO, y.try_add(brought).unwrap()));
        let (less, slice) = (x.saturating_sub(out), pool.liquidity());
        let poorer = Curve::new(kind, Decimals::MAX, less, y);
        prop_assert!(!pool.is_kept_by(less, y) || poorer.is_ok_and(|poorer| poorer.liquidity() == slice));
    }

    /// A pool made for a price stands there, or a little above, and has no more liquidity than was asked for.
    #[test]
    fn a_pool_stands_at_its_price(
        amplification in 1_u32..=10_000, decimals in decimals(), per_mille in 900_u32..1_100, depth in 1_u64..1_000_000_000,
    ) {
        let price = Price::ONE.mul_ratio(Ratio::basis_points(per_mille * 10), Round::Down).unwrap();
        let depth = Amount::whole(depth * 1_000, Decimals::MAX);
        for kind in [PoolCurve::ConstantProduct, PoolCurve::StableSwap { amplification }] {
            let depth = match kind {
                PoolCurve::ConstantProduct => depth.prorate(decimals.base_units().isqrt(), 1_000_000_000, Round::Down).unwrap(),
                PoolCurve::StableSwap { .. } => depth,
            };
            let Ok(pool) = Curve::standing_at(kind, decimals, depth, price) else { continue };
            prop_assert!(pool.liquidity() <= depth);
            let spot = pool.spot().relative_to(price, Round::Down).unwrap();
            // Reserves of whole units only are coarse.
            let near = Ratio::basis_points(if decimals.get() == 0 { 200 } else { 1 });
            prop_assert!(spot.saturating_sub(Ratio::ONE) < near && Ratio::ONE.saturating_sub(spot) < near, "{spot} {kind:?} {pool:?}");
        }
    }

    /// What a pool buys at a limit keeps its invariant, and one unit more would not.
    #[test]
    fn the_most_that_a_pool_buys_at_a_limit(
        kind in kind(), x in 1_000_000_u128..1 << 90, tilt in 500_u32..2_000, under in 1_u32..2_000, fee in 1_u32..500,
    ) {
        let coins = Amount::from_raw(x).prorate(tilt.into(), 1_000, Round::Down).unwrap();
        let pool = Curve::new(kind, Decimals::MAX, Amount::from_raw(x), coins).unwrap();
        let (fee, band) = (Ratio::basis_points(fee), Ratio::basis_points(under));
        let limit = Exchange::at(pool.spot().mul_ratio(band.complement(), Round::Up).unwrap(), Decimals::MAX);
        let most = pool.most_sold_at(limit, fee);
        let keeps = |sold: Amount| {
            let paid = limit.coins(sold, Round::Up).unwrap();
            paid < pool.coins() && pool.is_kept_by(pool.base().try_add(after_fee(sold, fee).unwrap()).unwrap(), pool.coins().try_sub(paid).unwrap())
        };
        prop_assert!(most.is_zero() || keeps(most));
        prop_assert!(!keeps(most.try_add(Amount::from_raw(2)).unwrap()) || !keeps(most.try_add(Amount::ONE).unwrap()));
        // Where the fee takes more than the limit gives, what is sold loses all the same: the invariant counts whole units, so
        // that it overlooks less than one, and so much may be lost to it, however little each unit loses.
        let lost = most.mul_ratio(fee.saturating_sub(band), Round::Down).unwrap();
        prop_assert!(lost.raw() <= 1);
    }
}

#[test]
fn a_stable_pool_overlooks_less_than_a_unit_and_no_more() {
    let base = Amount::from_raw(905_730_476_937_409_006_770_204_455);
    let coins = base.prorate(1_821, 1_000, Round::Down).unwrap();
    let pool = Curve::new(PoolCurve::StableSwap { amplification: 628 }, Decimals::MAX, base, coins).unwrap();
    // A fee of 13 basis points, a limit of 12 under the spot price: each unit sold loses a ten-thousandth.
    let limit = pool
        .spot()
        .mul_ratio(Ratio::basis_points(12).complement(), Round::Up)
        .unwrap();
    let most = pool.most_sold_at(Exchange::at(limit, Decimals::MAX), Ratio::basis_points(13));
    assert_eq!(most, Amount::from_raw(3_076));
    assert!(most < Amount::from_raw(10_000), "ten thousand would lose a whole unit");
}
