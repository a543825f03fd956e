//! 100,000 absorptions that each take nearly all or nearly nothing, beside a product kept to 500 bits.

use num_bigint::BigUint;

use super::{COIN, ETH, owner, units};
use crate::kernel::{ChangeSet, Stored};
use crate::mechanisms::stability_pool::{Product, StabilityPools};

const ROUNDS: u32 = 100_000;
/// Bits of the reference's mantissa: 100,000 roundings of it are below 2⁻⁴⁰⁰.
const BITS: u64 = 512;

/// `mantissa · 2^(−exponent)`, rounded down to 512 bits at each step.
struct Reference {
    mantissa: BigUint,
    exponent: u64,
}

impl Reference {
    fn one() -> Self {
        Self {
            mantissa: BigUint::from(1_u8) << (BITS - 1),
            exponent: BITS - 1,
        }
    }

    fn absorb(&mut self, left: u128, whole: u128) {
        let (numerator, whole) = (&self.mantissa * left, BigUint::from(whole));
        let shift = (BITS + whole.bits()).saturating_sub(numerator.bits());
        self.mantissa = (numerator << shift) / whole;
        self.exponent += shift;
    }

    /// (this − product) ÷ this, in units of 2⁻¹²⁸; `None` if the product is above.
    fn shortfall(&self, product: Product) -> Option<u128> {
        let exponent = 127 + 32 * u64::from(product.scale());
        let common = self.exponent.max(exponent);
        let exact = &self.mantissa << (common - self.exponent);
        let ours = BigUint::from(product.mantissa()) << (common - exponent);
        if ours > exact {
            return None;
        }
        let relative = ((&exact - ours) << 128_u8) / exact;
        Some(relative.try_into().unwrap())
    }
}

/// Runs alternating extremes, a new entry after each that nearly empties the pool, and returns the largest relative
/// shortfall of the product in units of 2⁻¹²⁸.
fn largest_shortfall(floor: u128, size: u128) -> u128 {
    let (mut pools, mut exact, mut changes) = (StabilityPools::default(), Reference::one(), ChangeSet::default());
    let mut largest = 0;
    pools.enter(ETH, owner(0), units(size)).unwrap();
    for round in 0..ROUNDS {
        let whole = pools.total(ETH).raw();
        let spent = if round % 2 == 0 { 1 } else { whole - floor };
        pools
            .absorb(ETH, units(spent), units(1 + spent / 2_000), units(floor))
            .unwrap();
        exact.absorb(whole - spent, whole);
        if round % 2 == 1 {
            pools
                .enter(ETH, owner(u64::from(round) % 100), units(size + u128::from(round)))
                .unwrap();
        }
        if round % 97 == 0 {
            largest = largest.max(
                exact
                    .shortfall(pools.pool(ETH).product)
                    .expect("never above the exact product"),
            );
        }
        if round % 1_000 == 0 {
            pools.deposits_are_backed(ETH).unwrap();
            pools.pools.take_changes(&mut changes);
            pools.deposits.take_changes(&mut changes);
            pools.gains.take_changes(&mut changes);
            changes.clear();
        }
    }
    assert_eq!(pools.deposits_are_backed(ETH), Ok(()));
    let total = pools.total(ETH);
    let claims = pools.claims(ETH).unwrap();
    // The last entrant owns all but the floor, and all gains but a few units a deposit are claimable.
    assert!(total.saturating_sub(claims.coins) <= units(2 * u128::from(ROUNDS)));
    largest
}

#[test]
fn a_hundred_thousand_extremes_leave_the_product_exact_to_24_digits() {
    // Derived: n·2⁻⁹⁶ = 1.3·10⁻²⁴ for n = 100,000; the rule asks for 10⁻¹⁸.
    let bound = u128::from(ROUNDS) << 32;
    for (floor, size) in [(COIN, 1_000_000 * COIN), (1, 1_000_000_000 * COIN), (1, 3)] {
        let largest = largest_shortfall(floor, size);
        assert!(largest < bound, "{largest} is not below {bound}");
    }
}
