//! A value of a JSON document, exactly as it is written: no number goes through a float.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Most zeros that an exponent may add to a number.
const SHIFT_MAX: usize = 64;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    /// It is no JSON.
    NoJson(String),
    /// Nothing stands there.
    Nowhere,
}

/// What stands where a pointer points (RFC 6901): a string's text, a number in plain digits, else the JSON itself.
pub(super) fn pointed(document: &[u8], pointer: &str) -> Result<String, NoValue> {
    let no_json = |error: serde_json::Error| NoValue::NoJson(error.to_string());
    let mut here: &RawValue = serde_json::from_slice(document).map_err(no_json)?;
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        here = child(here, &name).ok_or(NoValue::Nowhere)?;
    }
    let text = here.get();
    if text.starts_with('"') {
        return serde_json::from_str(text).map_err(no_json);
    }
    Ok(plain(text).unwrap_or_else(|| text.to_owned()))
}

/// The member of an object or the element of an array.
fn child<'a>(value: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let text = value.get();
    if text.starts_with('{') {
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        return members.remove(name);
    }
    let is_index = name == "0" || (!name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit()));
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let index: usize = name.parse().ok().filter(|_| is_index)?;
    elements.get(index).copied()
}

/// A number with an exponent, `6.4e4`, in digits alone; none if it has no exponent, or one that is too large.
fn plain(number: &str) -> Option<String> {
    let (mantissa, exponent) = number.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    // Where the point stands among all digits.
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let digits = format!("{whole}{fraction}");
    let zeros = |count: i32| {
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= SHIFT_MAX)
            .map(|count| "0".repeat(count))
    };
    let length = i32::try_from(digits.len()).ok()?;
    let text = match usize::try_from(point) {
        Ok(at) if at < digits.len() && at > 0 => format!("{}.{}", digits.get(..at)?, digits.get(at..)?),
        _ if point <= 0 => format!("0.{}{digits}", zeros(point.checked_neg()?)?),
        _ => format!("{digits}{}", zeros(point.checked_sub(length)?)?),
    };
    let plain = text.trim_start_matches('0');
    let lead = if plain.is_empty() || plain.starts_with('.') {
        "0"
    } else {
        ""
    };
    Some(format!("{sign}{lead}{plain}"))
}

#[cfg(test)]
mod tests;
