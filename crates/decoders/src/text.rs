//! Numbers and names as text.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use ballast_num::{
    Amount, DecimalText, Index, NormalizedDebt, ParseDecimal, Price, Rate, Ratio, U256, Usd, parse_decimal,
};
use ballast_protocol::{AccountId, SessionKey, TransactionHash, hex};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A number or a name of each kind: what is read is shown no longer than it was, and reads back.
pub fn numbers(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else { return false };
    decimals(text);
    if let Ok(bytes) = hex::parse_all(text) {
        assert_eq!(hex::text(&bytes), text.to_ascii_lowercase());
    }
    let read = [
        number::<Amount>(text),
        number::<NormalizedDebt>(text),
        number::<Price>(text),
        number::<Ratio>(text),
        number::<Rate>(text),
        number::<Index>(text),
        number::<Usd>(text),
        number::<U256>(text),
        name::<AccountId>(text),
        name::<SessionKey>(text),
        name::<TransactionHash>(text),
    ];
    read.contains(&true)
}

fn number<T>(text: &str) -> bool
where
    T: FromStr<Err: Display> + Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    let number: T = match text.parse() {
        Ok(number) => number,
        Err(why) => {
            drop(why.to_string());
            return false;
        }
    };
    let shown = number.to_string();
    assert!(shown.len() <= text.len(), "{text} is shown as {shown}");
    assert!(
        shown.parse::<T>().is_ok_and(|again| again == number),
        "{shown} is read as another number"
    );
    let json = serde_json::to_string(&number).expect("a number has a JSON form");
    assert_eq!(json, format!("\"{shown}\""));
    assert_eq!(serde_json::from_str::<T>(&json).expect("our own JSON"), number);
    true
}

fn name<T: FromStr<Err: Display> + Display>(text: &str) -> bool {
    let name = text.parse::<T>().map_err(|why| why.to_string());
    name.is_ok_and(|name| {
        assert_eq!(name.to_string(), text.to_ascii_lowercase());
        true
    })
}

/// The same digits with each number of decimals: one more is ten times as much, or too large.
fn decimals(text: &str) {
    let mut before: Option<u128> = None;
    for decimals in 0..=27 {
        let read = parse_decimal(text, decimals);
        match (before, &read) {
            (Some(less), Ok(more)) => assert_eq!(less.checked_mul(10), Some(*more)),
            (Some(less), Err(why)) => assert!(*why == ParseDecimal::TooLarge && less > u128::MAX / 10),
            (None, _) => {}
        }
        let Ok(number) = read else { continue };
        let shown = DecimalText::new(number, decimals).to_string();
        assert_eq!(parse_decimal(&shown, decimals), Ok(number));
        before = Some(number);
    }
}
