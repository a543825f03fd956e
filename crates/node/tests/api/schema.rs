//! Whether a value has the shape that a JSON Schema tells. A keyword that is not known here is a failure, not a pass.

use regex::Regex;
use serde_json::{Map, Value};

/// Keywords that say nothing about which values there may be.
const NOTES: [&str; 6] = ["description", "title", "default", "format", "examples", "deprecated"];

/// What is wrong with a value by a schema in a document; none if nothing is.
pub(crate) fn fault(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let rules = match schema {
        Value::Bool(true) => return None,
        Value::Object(rules) => rules,
        other => return Some(format!("{other} is no schema")),
    };
    let fault = rules
        .iter()
        .find_map(|(keyword, rule)| broken(document, rules, keyword, rule, value));
    fault.map(|fault| fault.chars().take(2_000).collect())
}

fn broken(document: &Value, rules: &Map<String, Value>, keyword: &str, rule: &Value, value: &Value) -> Option<String> {
    let fits = |schema: &Value, value: &Value| fault(document, schema, value);
    let unless = |fits: bool| (!fits).then(|| format!("{value} against {keyword} {rule}"));
    let count = |schemas: &Value| {
        let fitting = |schema: &&Value| fits(schema, value).is_none();
        schemas.as_array().unwrap().iter().filter(fitting).count()
    };
    let at_most = |length: usize| unless(length as u64 <= rule.as_u64().unwrap());
    match (keyword, value) {
        ("$ref", _) => {
            let pointer = rule.as_str().unwrap().trim_start_matches('#');
            fits(
                document.pointer(pointer).expect("a reference that leads somewhere"),
                value,
            )
        }
        ("type", _) => {
            let of = |kind: &Value| is_a(value, kind.as_str().unwrap());
            unless(rule.as_array().map_or_else(|| of(rule), |kinds| kinds.iter().any(of)))
        }
        ("enum", _) => unless(rule.as_array().unwrap().contains(value)),
        ("const", _) => unless(rule == value),
        ("anyOf", _) => unless(count(rule) > 0),
        ("oneOf", _) => unless(count(rule) == 1),
        ("allOf", _) => unless(count(rule) == rule.as_array().unwrap().len()),
        ("required", Value::Object(fields)) => {
            let is_there = |name: &Value| fields.contains_key(name.as_str().unwrap());
            unless(rule.as_array().unwrap().iter().all(is_there))
        }
        ("properties", Value::Object(fields)) => rule
            .as_object()
            .unwrap()
            .iter()
            .find_map(|(name, schema)| fits(schema, fields.get(name)?)),
        ("additionalProperties", Value::Object(fields)) => {
            let known = |name: &String| rules.get("properties").is_some_and(|known| known.get(name).is_some());
            let mut others = fields.iter().filter(|(name, _)| !known(name));
            match rule {
                Value::Bool(false) => unless(others.next().is_none()),
                schema => others.find_map(|(_, value)| fits(schema, value)),
            }
        }
        ("items", Value::Array(items)) => items.iter().find_map(|item| fits(rule, item)),
        ("prefixItems", Value::Array(items)) => {
            let mut pairs = rule.as_array().unwrap().iter().zip(items);
            pairs.find_map(|(schema, item)| fits(schema, item))
        }
        ("minItems", Value::Array(items)) => unless(items.len() as u64 >= rule.as_u64().unwrap()),
        ("maxItems", Value::Array(items)) => at_most(items.len()),
        ("uniqueItems", Value::Array(items)) => unless((1..items.len()).all(|at| !items[..at].contains(&items[at]))),
        ("pattern", Value::String(text)) => unless(Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
        ("maxLength", Value::String(text)) => at_most(text.chars().count()),
        ("minimum", Value::Number(number)) => unless(number.as_f64() >= rule.as_f64()),
        ("maximum", Value::Number(number)) => unless(number.as_f64() <= rule.as_f64()),
        // These speak of values of another type.
        (
            "required"
            | "properties"
            | "additionalProperties"
            | "items"
            | "prefixItems"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "pattern"
            | "maxLength"
            | "minimum"
            | "maximum",
            _,
        ) => None,
        (note, _) if NOTES.contains(&note) => None,
        (unknown, _) => Some(format!("{unknown} is a keyword that this test does not know")),
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
