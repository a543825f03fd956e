//! Figures for people.

use std::fmt;

use ballast_num::{Amount, DecimalText, Price, Ratio, Timestamp};

/// An amount of 18 decimals in whole dollars with separators, rounded down: "1,234,567".
pub fn dollars(amount: Amount) -> String {
    let digits = (amount.raw() / 1_000_000_000_000_000_000).to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A ratio in percent with one decimal, rounded down: "151.2 %".
pub fn percent(ratio: Ratio) -> String {
    let tenths = ratio.raw() / 1_000_000_000_000_000;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A price in dollars and cents, rounded down: "1234.56".
pub(super) fn cents(price: Price) -> String {
    let cents = price.raw() / (Price::ONE.raw() / 100);
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// A moment of Unix time as "2020-03-12 14:30".
pub fn utc(at: Timestamp) -> String {
    let (date, seconds) = (Date::of(at), at.0 % 86_400);
    format!("{date} {:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

/// An amount of 18 decimals, exactly, in whole units.
pub(super) fn exact(amount: Amount) -> String {
    DecimalText::new(amount.raw(), 18).to_string()
}

/// A day of the Gregorian calendar.
struct Date {
    year: u64,
    month: usize,
    day: u64,
}

impl Date {
    fn of(at: Timestamp) -> Self {
        let mut days = at.0 / 86_400;
        let is_leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let length = |year| if is_leap(year) { 366 } else { 365 };
        // Whole cycles of 400 years first.
        let mut year = 1970 + days / 146_097 * 400;
        days %= 146_097;
        while days >= length(year) {
            days -= length(year);
            year += 1;
        }
        let february = if is_leap(year) { 29 } else { 28 };
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = 0;
        while days >= lengths[month] {
            days -= lengths[month];
            month += 1;
        }
        Self {
            year,
            month: month + 1,
            day: days + 1,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests;
