//! What the hot path costs: `mul_div` by the size of its operands, beside `ruint`; comparisons; powers; roots.
//!
//! Each figure is the time of 64 operations on different operands.

use ballast_num::{RAY, Round, WAD, cmp_products, cmp_products3, mul_div, rpow, sqrt_product};
use divan::{Bencher, black_box};
use ruint::aliases::U256;

fn main() {
    divan::main();
}

const BATCH: usize = 64;

/// Product below 2¹²⁸; a product of 190 bits by one word, by two; and 250 bits by 127.
const CASES: [(&str, u32, u32, u128); 4] = [
    ("fits", 64, 60, WAD),
    ("by wad", 100, 70, WAD),
    ("by ray", 100, 90, RAY),
    ("full", 127, 123, u128::MAX >> 1),
];

/// Deterministic operands of the given lengths: a linear congruential generator (Knuth's MMIX constants) is enough.
fn operands(bits_a: u32, bits_b: u32) -> Vec<(u128, u128)> {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        seed
    };
    let mut integer = |bits: u32| ((u128::from(next()) << 64) | u128::from(next())) >> (128 - bits);
    (0..BATCH).map(|_| (integer(bits_a), integer(bits_b))).collect()
}

fn each(bencher: Bencher<'_, '_>, (bits_a, bits_b): (u32, u32), operation: impl Fn(u128, u128) -> bool + Sync) {
    let operands = operands(bits_a, bits_b);
    bencher
        .counter(BATCH)
        .bench(|| black_box(&operands).iter().filter(|(a, b)| operation(*a, *b)).count());
}

fn case(name: &str) -> ((u32, u32), u128) {
    CASES
        .iter()
        .find(|case| case.0 == name)
        .map(|case| ((case.1, case.2), case.3))
        .expect("the name is from the list")
}

#[divan::bench(args = CASES.map(|case| case.0))]
fn ours(bencher: Bencher<'_, '_>, name: &str) {
    let (bits, divisor) = case(name);
    let divisor = black_box(divisor);
    each(bencher, bits, |a, b| {
        black_box(mul_div(a, b, divisor, Round::Up)).is_ok()
    });
}

/// The same, where the compiler sees the divisor.
#[divan::bench]
fn ours_by_constant_ray(bencher: Bencher<'_, '_>) {
    each(bencher, (100, 90), |a, b| {
        black_box(mul_div(a, b, RAY, Round::Up)).is_ok()
    });
}

#[divan::bench(args = CASES.map(|case| case.0))]
fn with_ruint(bencher: Bencher<'_, '_>, name: &str) {
    let (bits, divisor) = case(name);
    let divisor = black_box(U256::from(divisor));
    each(bencher, bits, |a, b| {
        let (quotient, rest) = (U256::from(a) * U256::from(b)).div_rem(divisor);
        let rounded = quotient + U256::from(!rest.is_zero());
        black_box(u128::try_from(rounded)).is_ok()
    });
}

#[divan::bench]
fn compare_two_products(bencher: Bencher<'_, '_>) {
    each(bencher, (120, 120), |a, b| cmp_products(a, b, b, a).is_eq());
}

#[divan::bench]
fn compare_three_products(bencher: Bencher<'_, '_>) {
    each(bencher, (120, 120), |a, b| cmp_products3([a, b, a], [b, a, b]).is_lt());
}

#[divan::bench]
fn year_of_seconds(bencher: Bencher<'_, '_>) {
    each(bencher, (60, 24), |a, _| {
        rpow(RAY + (a >> 1), black_box(31_536_000), RAY).is_ok()
    });
}

#[divan::bench]
fn geometric_mean(bencher: Bencher<'_, '_>) {
    each(bencher, (120, 100), |a, b| {
        black_box(sqrt_product(a, b, Round::Down)) > 0
    });
}
