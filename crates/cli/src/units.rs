//! Numbers as people write them: exact or refused, never rounded.

use ballast_num::{Price, Ratio, Seconds, parse_decimal};

/// A ratio: `1.5`, or `150%`.
pub(crate) fn ratio(text: &str) -> Result<Ratio, String> {
    let raw = match text.strip_suffix('%') {
        Some(percent) => parse_decimal(percent.trim_end(), 16),
        None => parse_decimal(text, 18),
    };
    raw.map(Ratio::from_raw)
        .map_err(|error| format!("{error}; a ratio is 1.5 or 150%"))
}

/// A discount: a ratio under 100 %.
pub(crate) fn discount(text: &str) -> Result<Ratio, String> {
    match ratio(text)? {
        whole if whole < Ratio::ONE => Ok(whole),
        _ if text.ends_with('%') => Err(format!("{text} is all of the price: write less than 100%")),
        _ => Err(format!("{text} is all of the price or more: write {text}%")),
    }
}

/// A price: USD for one whole unit.
pub(crate) fn price(text: &str) -> Result<Price, String> {
    parse_decimal(text, 27)
        .map(Price::from_raw)
        .map_err(|error| error.to_string())
}

/// A duration: seconds, or a number with `s`, `m`, `h` or `d`.
pub(crate) fn duration(text: &str) -> Result<Seconds, String> {
    let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
    let found = units
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let (digits, seconds) = found.unwrap_or((text, 1));
    let count: Option<u64> = digits.parse().ok();
    count
        .and_then(|count| count.checked_mul(seconds))
        .map(Seconds)
        .ok_or_else(|| format!("{text:?} is no duration: write 90, 90s, 30m, 12h or 7d"))
}

/// A ratio for people: percent with two digits, rounded down.
pub(crate) fn percent(ratio: Ratio) -> String {
    let hundredths = ratio.raw() / 100_000_000_000_000;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A decimal number for people: groups of thousands, at most so many digits after the point, rounded down, at least one digit
/// that is not zero where there is one.
pub(crate) fn short(text: &str, digits: usize) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let zeros = fraction.len() - fraction.trim_start_matches('0').len();
    let keep = if whole == "0" { digits.max(zeros + 2) } else { digits };
    let kept = fraction.get(..keep).unwrap_or(fraction).trim_end_matches('0');
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if kept.is_empty() {
        grouped
    } else {
        format!("{grouped}.{kept}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_exactly_or_refused() {
        for (text, percent) in [("1.5", 150), ("150%", 150), ("150 %", 150), ("0", 0), ("2.00", 200)] {
            assert_eq!(ratio(text), Ok(Ratio::percent(percent)), "{text}");
        }
        assert_eq!(ratio("0.000000000000000001"), Ok(Ratio::from_raw(1)));
        for text in ["", "%", "-1", "1e3", "1,5", "0.0000000000000000001", "1.5x"] {
            assert!(ratio(text).is_err(), "{text}");
        }
        assert_eq!(discount("2%"), Ok(Ratio::percent(2)));
        assert_eq!(discount("0.02"), Ok(Ratio::percent(2)));
        for (text, advice) in [("2", "write 2%"), ("1", "write 1%"), ("100%", "less than 100%")] {
            let said = discount(text).unwrap_err();
            assert!(said.contains(advice), "{text}: {said}");
        }
        assert_eq!(
            price("1999.5"),
            Ok(Price::whole(3_999).midpoint(Price::from_raw(0), ballast_num::Round::Down))
        );
        assert!(price("1999.5 USD").is_err());
        for (text, seconds) in [("90", 90), ("90s", 90), ("10m", 600), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(duration(text), Ok(Seconds(seconds)), "{text}");
        }
        for text in ["", "m", "1.5h", "-1", "99999999999999999999d", "1w"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_people_read_is_short_and_never_more_than_there_is() {
        for (text, shown) in [
            ("0", "0"),
            ("1234567.891", "1,234,567.89"),
            ("999", "999"),
            ("1000", "1,000"),
            ("0.00125", "0.0012"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("1.999", "1.99"),
        ] {
            assert_eq!(short(text, 2), shown, "{text}");
        }
        assert_eq!(percent(Ratio::from_raw(1_999_999_999_999_999_999)), "199.99%");
        assert_eq!(percent(Ratio::basis_points(5)), "0.05%");
    }
}
