use borsh::BorshDeserialize;
use proptest::prelude::*;

use super::*;
use crate::exact::integer;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn text_and_integer_are_inverse(raw in integer(), decimals in 0_u8..=60) {
        let text = DecimalText::new(raw, decimals).to_string();
        prop_assert_eq!(parse_decimal(&text, decimals), Ok(raw), "{}", text);
        prop_assert!(!text.contains('.') || !text.ends_with('0'), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.,eE_ ]{0,50}|\\PC{0,20}", decimals in any::<u8>()) {
        let well_formed = text.split('.').count() <= 2 && text.split('.').all(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        let malformed = matches!(
            parse_decimal(&text, decimals),
            Err(ParseDecimal::Empty | ParseDecimal::Character { .. } | ParseDecimal::LonelyPoint)
        );
        prop_assert_eq!(malformed, !well_formed);
    }
}

#[test]
fn texts() {
    use ParseDecimal::{Character, Empty, LonelyPoint, TooLarge, TooPrecise};
    for (text, decimals, expected) in [
        ("0", 0, Ok(0)),
        ("1.5", 18, Ok(1_500_000_000_000_000_000)),
        ("1.500", 3, Ok(1_500)),
        ("007", 0, Ok(7)),
        ("0.0", 255, Ok(0)),
        ("340282366920938463463374607431768211455", 0, Ok(u128::MAX)),
        ("340282366920938463463.374607431768211455", 18, Ok(u128::MAX)),
        ("340282366920938463463374607431768211456", 0, Err(TooLarge)),
        ("340282366920938463463.374607431768211456", 18, Err(TooLarge)),
        ("1", 39, Err(TooLarge)),
        ("", 18, Err(Empty)),
        (".5", 18, Err(LonelyPoint)),
        ("5.", 18, Err(LonelyPoint)),
        (".", 18, Err(LonelyPoint)),
        ("1.0", 0, Err(TooPrecise { found: 1, allowed: 0 })),
        ("1.0000000", 6, Err(TooPrecise { found: 7, allowed: 6 })),
        ("-1", 18, Err(Character { found: '-', at: 0 })),
        ("+1", 18, Err(Character { found: '+', at: 0 })),
        ("1e18", 18, Err(Character { found: 'e', at: 1 })),
        ("1.2.3", 18, Err(Character { found: '.', at: 3 })),
        ("1,000", 18, Err(Character { found: ',', at: 1 })),
        (" 1", 18, Err(Character { found: ' ', at: 0 })),
        ("NaN", 18, Err(Character { found: 'N', at: 0 })),
        ("٣", 18, Err(Character { found: '٣', at: 0 })),
    ] {
        assert_eq!(
            parse_decimal(text, decimals),
            expected,
            "{text:?} with {decimals} decimals"
        );
    }
}

#[test]
fn numbers_show_as_people_write_them() {
    for (raw, decimals, expected) in [
        (0, 0, "0"),
        (0, 18, "0"),
        (1, 18, "0.000000000000000001"),
        (1_500_000_000_000_000_000, 18, "1.5"),
        (100, 2, "1"),
        (u128::MAX, 27, "340282366920.938463463374607431768211455"),
    ] {
        assert_eq!(DecimalText::new(raw, decimals).to_string(), expected);
    }
    assert_eq!(
        format!("[{:>8}]", DecimalText::new(15, 1).negative_if(true)),
        "[    -1.5]"
    );
    assert_eq!(
        format!("[{:06.1}]", DecimalText::new(125, 2)),
        "[001.25]",
        "zeros fill, and precision never rounds"
    );
}

#[test]
fn an_asset_has_at_most_18_decimals() {
    assert_eq!(Decimals::new(18), Ok(Decimals::MAX));
    assert_eq!(Decimals::new(19), Err(Arithmetic::Overflow));
    assert_eq!(Decimals::try_from_slice(&[18]).unwrap(), Decimals::MAX);
    assert!(
        Decimals::try_from_slice(&[19])
            .unwrap_err()
            .to_string()
            .contains("at most 18")
    );
    for decimals in 0..=18 {
        let decimals_of_asset = Decimals::new(decimals).unwrap();
        assert_eq!(decimals_of_asset.base_units(), 10_u128.pow(decimals.into()));
        assert_eq!(decimals_of_asset.per_usd(), 10_u128.pow(u32::from(decimals) + 9));
    }
}
