//! Each edge of a pool, and each attack that its page names.

use ballast_num::{Amount, U256};
use ballast_protocol::{AccountId, PoolId, Rejected, TypeId};

use super::{Position, Product, Residue, StabilityPools, Unbacked};
use crate::kernel::{Savepoint, Stored};

mod extreme;
mod model;
mod peer;

const ETH: PoolId = PoolId::stability(TypeId(1));
/// 10¹⁸ base units.
const COIN: u128 = 1_000_000_000_000_000_000;

fn coins(whole: u128) -> Amount {
    Amount::from_raw(whole * COIN)
}

fn units(raw: u128) -> Amount {
    Amount::from_raw(raw)
}

fn owner(number: u64) -> AccountId {
    AccountId::numbered(number)
}

/// Pools with deposits of owners 1, 2, …
fn deposited(amounts: &[Amount]) -> StabilityPools {
    let mut pools = StabilityPools::default();
    for (number, amount) in (1..).zip(amounts) {
        pools.enter(ETH, owner(number), *amount).unwrap();
    }
    pools
}

fn position(pools: &StabilityPools, number: u64) -> (u128, u128) {
    let Position { coins, gain } = pools.position(ETH, owner(number)).unwrap();
    (coins.raw(), gain.raw())
}

#[test]
fn deposits_shrink_and_gain_in_proportion() {
    // The worked example of docs/stability-pool.md.
    let mut pools = deposited(&[coins(6_000), coins(9_000)]);
    assert_eq!(pools.absorb(ETH, coins(5_000), coins(3), coins(1)), Ok(()));
    assert_eq!(position(&pools, 1), (4_000 * COIN - 1, 1_200_000_000_000_000_000 - 1));
    assert_eq!(position(&pools, 2), (6_000 * COIN - 1, 1_800_000_000_000_000_000 - 1));

    // Carol comes late: she shares what comes after, not what was before.
    pools.enter(ETH, owner(3), coins(10_000)).unwrap();
    assert_eq!(pools.absorb(ETH, coins(10_000), coins(6), coins(1)), Ok(()));
    assert_eq!(position(&pools, 1), (2_000 * COIN - 1, 2_400_000_000_000_000_000 - 1));
    assert_eq!(position(&pools, 2), (3_000 * COIN - 1, 3_600_000_000_000_000_000 - 1));
    assert_eq!(position(&pools, 3), (5_000 * COIN - 1, 3 * COIN - 1));
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
}

#[test]
fn a_second_entry_keeps_what_is_left_and_what_was_gained() {
    let mut pools = deposited(&[units(128)]);
    pools.absorb(ETH, units(64), units(8), Amount::ONE).unwrap();
    pools.enter(ETH, owner(1), units(64)).unwrap();
    assert_eq!(position(&pools, 1), (128, 8));
    pools.absorb(ETH, units(64), units(4), Amount::ONE).unwrap();
    assert_eq!(position(&pools, 1), (64, 12));
}

#[test]
fn an_exit_pays_what_is_left_and_no_more_than_stands_above_the_floor() {
    let mut pools = deposited(&[coins(100), coins(100)]);
    pools.absorb(ETH, coins(100), coins(1), coins(1)).unwrap();
    assert_eq!(pools.exit(ETH, owner(1), coins(10), coins(1)), Ok(coins(10)));
    assert_eq!(pools.exit(ETH, owner(1), Amount::MAX, coins(1)), Ok(coins(40)));
    assert_eq!(position(&pools, 1), (0, COIN / 2 - 1));
    assert_eq!(pools.exit(ETH, owner(2), Amount::MAX, coins(1)), Ok(coins(49)));
    assert_eq!(position(&pools, 2), (COIN, COIN / 2 - 1));
    assert_eq!(pools.exit(ETH, owner(2), Amount::MAX, coins(1)), Ok(Amount::ZERO));
    assert_eq!(pools.total(ETH), coins(1));
}

#[test]
fn a_claim_pays_once() {
    let mut pools = deposited(&[units(4), units(4)]);
    pools.absorb(ETH, units(4), units(9), Amount::ONE).unwrap();
    assert_eq!(pools.claim(ETH, owner(1)), Ok(units(4)));
    assert_eq!(pools.claim(ETH, owner(1)), Err(Rejected::ZeroAmount));
    assert_eq!(pools.pool(ETH).collateral, units(5));
    // 4.5 + 0.5: the half that the first claim rounded away is not lost.
    pools.absorb(ETH, units(2), units(1), Amount::ONE).unwrap();
    assert_eq!(pools.claim(ETH, owner(1)), Ok(units(1)));
    assert_eq!(pools.claim(ETH, owner(2)), Ok(units(5)));
    assert_eq!(pools.pool(ETH).collateral, Amount::ZERO);
}

#[test]
fn a_refusal_says_why_and_writes_nothing() {
    let mut pools = deposited(&[coins(10)]);
    let nobody = owner(9);
    let before = pools.pool(ETH);
    assert_eq!(pools.enter(ETH, nobody, Amount::ZERO), Err(Rejected::ZeroAmount));
    assert_eq!(
        pools.open_deposit(ETH, nobody, Amount::ZERO, Amount::ZERO),
        Err(Rejected::ZeroAmount)
    );
    assert_eq!(pools.exit(ETH, nobody, coins(1), coins(1)), Err(Rejected::NoDeposit));
    assert_eq!(
        pools.exit(ETH, owner(1), Amount::ZERO, coins(1)),
        Err(Rejected::ZeroAmount)
    );
    assert_eq!(pools.claim(ETH, nobody), Err(Rejected::NoDeposit));
    assert_eq!(pools.position(ETH, nobody), Err(Rejected::NoDeposit));
    assert_eq!(
        pools.position(PoolId::stability(TypeId(2)), owner(1)),
        Err(Rejected::NoDeposit)
    );
    assert_eq!(
        pools.absorb(ETH, Amount::ZERO, coins(1), coins(1)),
        Err(Rejected::ZeroAmount)
    );
    assert_eq!(
        pools.absorb(ETH, coins(1), Amount::ZERO, coins(1)),
        Err(Rejected::ZeroAmount)
    );
    let (asked, available) = (coins(9).try_add(Amount::ONE).unwrap(), coins(9));
    assert_eq!(
        pools.absorb(ETH, asked, coins(1), coins(1)),
        Err(Rejected::TooMuch { asked, available })
    );
    assert!(matches!(
        pools.enter(ETH, nobody, Amount::MAX),
        Err(Rejected::Arithmetic(_))
    ));
    assert!(matches!(
        pools.open_deposit(ETH, owner(1), Amount::MAX, units(1)),
        Err(Rejected::Arithmetic(_))
    ));
    pools.open_deposit(ETH, owner(1), Amount::ZERO, units(5)).unwrap();
    assert!(matches!(
        pools.absorb(ETH, coins(1), Amount::MAX, coins(1)),
        Err(Rejected::Arithmetic(_))
    ));
    assert_eq!(
        pools.pool(ETH),
        super::Pool {
            collateral: units(5),
            ..before
        }
    );
    assert_eq!(pools.positions(ETH).count(), 1);
}

#[test]
fn an_empty_pool_absorbs_nothing_and_no_floor_lets_a_pool_be_emptied() {
    let mut pools = StabilityPools::default();
    let refused = |available| {
        Err(Rejected::TooMuch {
            asked: units(1),
            available,
        })
    };
    assert_eq!(
        pools.absorb(ETH, units(1), units(1), Amount::ZERO),
        refused(Amount::ZERO)
    );
    pools.enter(ETH, owner(1), units(1)).unwrap();
    assert_eq!(
        pools.absorb(ETH, units(1), units(1), Amount::ZERO),
        refused(Amount::ZERO)
    );
    assert_eq!(pools.spendable(ETH, Amount::ZERO), Amount::ZERO);
    assert_eq!(pools.spendable(ETH, coins(1)), Amount::ZERO);
    pools.enter(ETH, owner(1), units(3)).unwrap();
    assert_eq!(pools.absorb(ETH, units(3), units(1), Amount::ZERO), Ok(()));
    assert_eq!(position(&pools, 1), (1, 1));
}

#[test]
fn a_deposit_that_becomes_less_than_a_unit_keeps_its_gain_and_is_then_forgotten() {
    let mut pools = deposited(&[units(10), coins(1_000)]);
    pools.absorb(ETH, coins(990), coins(10_000), coins(1)).unwrap();
    assert_eq!(position(&pools, 1), (0, 99));
    assert_eq!(pools.exit(ETH, owner(1), Amount::MAX, coins(1)), Ok(Amount::ZERO));
    assert_eq!(position(&pools, 1), (0, 99));
    assert_eq!(pools.claim(ETH, owner(1)), Ok(units(99)));
    assert_eq!(pools.position(ETH, owner(1)), Err(Rejected::NoDeposit));
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));

    // The same without an exit in between, and without any gain.
    pools.enter(ETH, owner(3), units(10)).unwrap();
    pools.absorb(ETH, coins(8), coins(10), coins(1)).unwrap();
    assert_eq!(pools.claim(ETH, owner(3)), Ok(units(9)));
    pools.enter(ETH, owner(4), units(1)).unwrap();
    pools.absorb(ETH, units(COIN / 2), units(1), Amount::ZERO).unwrap();
    assert_eq!(pools.exit(ETH, owner(4), Amount::MAX, Amount::ZERO), Ok(Amount::ZERO));
    assert_eq!(pools.position(ETH, owner(4)), Err(Rejected::NoDeposit));
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
}

#[test]
fn pools_of_two_types_do_not_touch() {
    let mut pools = deposited(&[coins(10)]);
    let other = PoolId::stability(TypeId(2));
    pools.enter(other, owner(1), coins(20)).unwrap();
    pools.absorb(ETH, coins(9), coins(1), coins(1)).unwrap();
    assert_eq!(
        pools.position(other, owner(1)),
        Ok(Position {
            coins: coins(20),
            gain: Amount::ZERO
        })
    );
    assert_eq!(pools.deposits_are_backed(other), Ok(()));
}

#[test]
fn a_genesis_opens_deposits_with_their_gains() {
    let mut pools = StabilityPools::default();
    pools.open_deposit(ETH, owner(1), coins(10), coins(2)).unwrap();
    pools.open_deposit(ETH, owner(2), Amount::ZERO, coins(1)).unwrap();
    assert_eq!((pools.total(ETH), pools.pool(ETH).collateral), (coins(10), coins(3)));
    assert_eq!(pools.claim(ETH, owner(1)), Ok(coins(2)));
    assert_eq!(pools.claim(ETH, owner(2)), Ok(coins(1)));
    assert_eq!(pools.position(ETH, owner(2)), Err(Rejected::NoDeposit));
    assert_eq!(position(&pools, 1), (10 * COIN, 0));
}

#[test]
fn what_an_absorption_wrote_can_be_undone() {
    let mut pools = deposited(&[coins(1_000_000)]);
    pools.absorb(ETH, coins(1), coins(1), coins(1)).unwrap();
    let before = (pools.pool(ETH), position(&pools, 1));
    let point = Savepoint::of(&mut pools);
    for _ in 0..3 {
        let spendable = pools.spendable(ETH, units(1));
        pools.absorb(ETH, spendable, coins(1), units(1)).unwrap();
        pools.enter(ETH, owner(2), coins(1_000_000)).unwrap();
    }
    assert!(pools.pool(ETH).product.scale() > 0);
    point.restore(&mut pools);
    assert_eq!((pools.pool(ETH), position(&pools, 1)), before);
    assert_eq!(pools.position(ETH, owner(2)), Err(Rejected::NoDeposit));
    assert_eq!(pools.deposits.mark(), 1);
}

#[test]
fn attack_inflate_the_share_of_the_first_depositor() {
    // One base unit first, then a fortune, then a victim: on a vault of shares the victim's would round to nothing.
    let mut pools = deposited(&[units(1), coins(1_000_000)]);
    pools.exit(ETH, owner(2), coins(999_999), Amount::ZERO).unwrap();
    pools.enter(ETH, owner(3), units(2)).unwrap();
    assert_eq!(position(&pools, 3), (2, 0));
    assert_eq!(pools.exit(ETH, owner(3), Amount::MAX, Amount::ZERO), Ok(units(2)));
    assert_eq!(position(&pools, 1), (1, 0));
    // Down to a single unit by an absorption, a deposit still counts for what it is.
    let spendable = pools.spendable(ETH, Amount::ZERO);
    pools.absorb(ETH, spendable, coins(500), Amount::ZERO).unwrap();
    pools.enter(ETH, owner(4), units(7)).unwrap();
    assert_eq!(position(&pools, 4), (7, 0));
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
}

#[test]
fn attack_join_after_the_loss_and_claim_its_gain() {
    let mut pools = deposited(&[coins(1)]);
    pools.absorb(ETH, units(COIN / 2), coins(5), Amount::ZERO).unwrap();
    pools.enter(ETH, owner(2), coins(1_000_000)).unwrap();
    assert_eq!(pools.claim(ETH, owner(2)), Err(Rejected::ZeroAmount));
    assert_eq!(
        pools.exit(ETH, owner(2), Amount::MAX, Amount::ZERO),
        Ok(coins(1_000_000))
    );
    assert_eq!(pools.claim(ETH, owner(1)), Ok(coins(5)));
}

#[test]
fn attack_never_claim_and_let_scales_pass() {
    // Alice comes first and does nothing while each round leaves one unit of a million coins.
    let mut pools = deposited(&[coins(1_000_000)]);
    let (whole, gain) = (coins(1_000_000), coins(500));
    let mut first_gain = 0;
    for round in 0..40 {
        let spendable = pools.spendable(ETH, Amount::ONE);
        pools.absorb(ETH, spendable, gain, Amount::ONE).unwrap();
        let (left, gained) = position(&pools, 1);
        // Of the unit that is left, rounding takes a part in 2⁹⁶, which leaves no whole unit.
        assert_eq!(left, 0);
        if round == 0 {
            first_gain = gained;
            assert!(gain.raw() - gained <= 1);
        } else {
            // What was gained stays; the fraction gains less than a unit with each next round.
            assert!(gained >= first_gain && gained - first_gain <= 1);
        }
        pools.enter(ETH, owner(2), whole).unwrap();
        assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
    }
    assert!(pools.pool(ETH).product.scale() > 90);
    let (_, gained) = position(&pools, 1);
    assert_eq!(pools.claim(ETH, owner(1)), Ok(units(gained)));
    assert_eq!(pools.claim(ETH, owner(1)), Err(Rejected::NoDeposit));
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
}

#[test]
fn attack_leave_last_and_take_the_floor_or_the_residue() {
    let mut pools = deposited(&[units(COIN + 1), units(COIN + 1), units(COIN + 1)]);
    for _ in 0..50 {
        pools
            .absorb(ETH, units(COIN / 50), units(1_000_003), Amount::ONE)
            .unwrap();
    }
    let paid: Vec<Amount> = (1..=3)
        .map(|number| pools.exit(ETH, owner(number), Amount::MAX, Amount::ZERO).unwrap())
        .collect();
    let (total, residue) = (pools.total(ETH), pools.pool(ETH).coin_residue_max);
    assert_eq!(paid[0], paid[1]);
    assert_eq!(paid[1], paid[2]);
    assert_eq!(
        Amount::try_sum(paid.into_iter().chain([total])),
        Ok(units(2 * COIN + 3))
    );
    assert!(!total.is_zero() && total <= residue);
    // Whoever comes next does not get what is left over, and the last to claim gets no more than the first.
    pools.enter(ETH, owner(4), coins(1)).unwrap();
    assert_eq!(pools.exit(ETH, owner(4), Amount::MAX, Amount::ZERO), Ok(coins(1)));
    let claims = [1, 3, 2].map(|number| pools.claim(ETH, owner(number)).unwrap());
    assert_eq!(claims[0], claims[1]);
    assert_eq!(claims[1], claims[2]);
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
    // Now all of it is known, and goes out of the books.
    let left = pools.pool(ETH);
    let residue = pools.take_residue(ETH, owner(2)).unwrap();
    assert_eq!((residue.coins, residue.collateral), (left.total, left.collateral));
    assert_eq!(
        (pools.total(ETH), pools.pool(ETH).collateral),
        (Amount::ZERO, Amount::ZERO)
    );
}

#[test]
fn the_last_depositor_keeps_what_he_shows_and_the_rest_is_residue() {
    let mut pools = deposited(&[units(COIN + 1), units(COIN + 1), units(COIN + 1)]);
    for _ in 0..50 {
        pools
            .absorb(ETH, units(COIN / 50), units(1_000_003), Amount::ONE)
            .unwrap();
    }
    for number in [1, 2] {
        // While others have deposits, what theirs hide is not known.
        assert_eq!(pools.take_residue(ETH, owner(number)), Ok(Residue::default()));
        pools.exit(ETH, owner(number), Amount::MAX, Amount::ZERO).unwrap();
        pools.claim(ETH, owner(number)).unwrap();
    }
    // Nor does a stranger round the last one down.
    assert_eq!(pools.take_residue(ETH, owner(4)), Ok(Residue::default()));

    let (before, shown) = (pools.pool(ETH), position(&pools, 3));
    let residue = pools.take_residue(ETH, owner(3)).unwrap();
    assert!(!residue.coins.is_zero() && residue.coins <= before.coin_residue_max.try_add(Amount::ONE).unwrap());
    assert!(!residue.collateral.is_zero());
    let after = pools.pool(ETH);
    assert_eq!((after.total.raw(), after.collateral.raw()), shown);
    assert_eq!(after.total.try_add(residue.coins), Ok(before.total));
    assert_eq!(after.collateral.try_add(residue.collateral), Ok(before.collateral));
    assert_eq!(position(&pools, 3), shown);
    assert_eq!(pools.take_residue(ETH, owner(3)), Ok(Residue::default()));

    // What is left is his: the books are empty when he is gone.
    assert_eq!(pools.exit(ETH, owner(3), Amount::MAX, Amount::ZERO), Ok(units(shown.0)));
    assert_eq!(pools.claim(ETH, owner(3)), Ok(units(shown.1)));
    let left = pools.pool(ETH);
    assert_eq!((left.total, left.collateral), (Amount::ZERO, Amount::ZERO));
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
}

#[test]
fn the_invariant_finds_a_unit_too_few_and_a_residue_too_large() {
    let mut pools = deposited(&[coins(10), coins(20)]);
    pools.absorb(ETH, coins(7), coins(3), coins(1)).unwrap();
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
    let sound = pools.pool(ETH);
    let claims = pools.claims(ETH).unwrap();
    let mut break_with = |pool| {
        pools.pools.set(ETH, pool);
        pools.deposits_are_backed(ETH).unwrap_err()
    };

    let total = claims.coins.try_sub(Amount::ONE).unwrap();
    assert!(matches!(
        break_with(super::Pool { total, ..sound }),
        Unbacked::TooFewCoins { .. }
    ));
    let collateral = claims.gain.try_sub(Amount::ONE).unwrap();
    assert!(matches!(
        break_with(super::Pool { collateral, ..sound }),
        Unbacked::TooLittleCollateral { .. }
    ));
    // Rounding explains at most a unit a deposit and one of residue in coins, two a deposit and one in collateral.
    let total = sound.total.try_add(units(5)).unwrap();
    assert!(matches!(
        break_with(super::Pool { total, ..sound }),
        Unbacked::LostCoins { .. }
    ));
    let collateral = sound.collateral.try_add(units(7)).unwrap();
    let fault = break_with(super::Pool { collateral, ..sound });
    assert!(matches!(fault, Unbacked::LostCollateral { .. }));
    assert!(
        fault
            .to_string()
            .starts_with("a stability pool holds 3000000000000000007 of collateral"),
        "{fault}"
    );
}

#[test]
fn gains_too_thin_for_an_immense_pool_are_booked_as_residue() {
    let mut pools = deposited(&[units(1 << 31)]);
    pools.absorb(ETH, units((1 << 31) - 2), units(1), Amount::ONE).unwrap();
    assert_eq!(pools.pool(ETH).product.mantissa(), 1 << 97);
    // 2¹²⁰ coins at a mantissa of 2⁹⁷: a lot of less than 2²³ is less than a unit of the gain sum.
    pools.enter(ETH, owner(2), units(1 << 120)).unwrap();
    let thin = units((1 << 23) - 1);
    for _ in 0..200 {
        pools.absorb(ETH, Amount::ONE, thin, Amount::ONE).unwrap();
    }
    assert_eq!(pools.position(ETH, owner(2)).unwrap().gain, Amount::ZERO);
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
}

#[test]
fn the_product_steps_down_without_losing_bits() {
    // 2¹²⁷ × 1 ÷ 3 needs no step; each ÷ 2³² needs one; a whole of 2¹²⁸ − 1 needs four.
    let third = Product::ONE.after(units(1), units(3)).unwrap();
    assert_eq!((third.mantissa(), third.scale()), ((1 << 127) / 3, 0));
    let one_step = Product::ONE.after(units(1), units(1 << 32)).unwrap();
    assert_eq!((one_step.mantissa(), one_step.scale()), (1 << 127, 1));
    let low = Product::ONE.after(units(1), units(1 << 31)).unwrap();
    assert_eq!((low.mantissa(), low.scale()), (1 << 96, 0));
    let least = low.after(units(1), Amount::MAX).unwrap();
    assert_eq!((least.mantissa(), least.scale()), (1 << 96, 4));
    // 2⁹⁶·2¹²⁸ ÷ (2¹²⁸ − 1), to the last bit.
    assert_eq!(
        U256::from_parts(1 << 96, 0).try_div(u128::MAX, ballast_num::Round::Down),
        Ok(least.mantissa())
    );
    assert!(Product::ONE.after(Amount::ZERO, units(1)).is_err());
    assert!(Product::ONE.after(units(2), units(1)).is_err());
    assert!(
        Product::ONE
            .compound(units(1), low.after(units(1), Amount::MAX).unwrap())
            .is_err()
    );
}
