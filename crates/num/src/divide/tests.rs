use proptest::prelude::*;

use super::*;
use crate::exact::{big, integer};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn quotient_and_remainder_are_exact(high in integer(), low in integer(), divisor in integer()) {
        prop_assume!(divisor > 0);
        let high = high % divisor;
        let (quotient, rest) = div_rem_wide(high, low, divisor);
        prop_assert!(rest < divisor);
        prop_assert_eq!(big(quotient) * divisor + rest, (big(high) << 128) + low);
    }

    #[test]
    fn reciprocals_are_those_of_the_paper(bits in integer()) {
        let two = bits | (1 << 127);
        let one = upper(two);
        let truth = ((big(1) << 128) - 1_u8) / one - (big(1) << 64);
        prop_assert_eq!(big(reciprocal(one).into()), truth);
        let truth = ((big(1) << 192) - 1_u8) / two - (big(1) << 64);
        prop_assert_eq!(big(reciprocal_of_two(two).into()), truth);
    }
}

/// Words of ones and zeros are where estimated quotient words are wrong most.
#[test]
fn extreme_words() {
    let words = [0, 1, 2, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    let pairs: Vec<u128> = words
        .iter()
        .flat_map(|high| words.map(|low| join(*high, low)))
        .collect();
    for &divisor in pairs.iter().filter(|divisor| **divisor > 0) {
        for &high in pairs.iter().filter(|high| **high < divisor) {
            for &low in &pairs {
                let (quotient, rest) = div_rem_wide(high, low, divisor);
                assert!(rest < divisor, "({high}, {low}) ÷ {divisor}");
                assert_eq!(
                    big(quotient) * divisor + rest,
                    (big(high) << 128) + low,
                    "({high}, {low}) ÷ {divisor}"
                );
            }
        }
    }
}

/// The second correction of a quotient word is rare: it takes divisors a little above a half, and nearly full quotients.
#[test]
fn rare_corrections() {
    let divisors = (0..64).flat_map(|step| [(1 << 63) + step, (1 << 127) + step, (1 << 127) + (step << 64), !step]);
    for divisor in divisors {
        for below in 0..128 {
            let quotient = u128::MAX - below;
            for rest in [0, 1, divisor - 1] {
                let dividend = big(quotient) * divisor + rest;
                let high = u128::try_from(&dividend >> 128_u8).unwrap();
                let low = u128::try_from(dividend - (big(high) << 128)).unwrap();
                assert_eq!(
                    div_rem_wide(high, low, divisor),
                    (quotient, rest),
                    "({high}, {low}) ÷ {divisor}"
                );
            }
        }
    }
}
