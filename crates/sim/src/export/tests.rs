//! Both formats, read back: as many rows as the replay had events and receipts, and its sums.

use std::collections::BTreeMap;

use ballast_num::{Amount, Seconds};
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, RowAccessor};
use serde_json::Value;

use super::{Export, Format};
use crate::config::Config;
use crate::population::Population;
use crate::prices::Order;
use crate::run::{Outcome, Setup, run_told};
use crate::scenario::Scenario;
use crate::world::Rules;

/// An hour of the crash, and what its export holds.
fn exported(format: Format) -> (Outcome, Vec<u8>, u64, u64) {
    let mut scenario = Scenario::black_thursday().unwrap();
    scenario.from.0 += 10 * 3_600;
    scenario.to.0 = scenario.from.0 + 3_600;
    let config = Config::default();
    let population = Population::drawn(&scenario, &config, 200, 1).unwrap();
    let setup = Setup {
        scenario: &scenario,
        config: &config,
        population: &population,
        step: Seconds::MINUTE,
        rules: Rules::Ballast,
    };
    let mut export = Export::new(format, Vec::new()).unwrap();
    let mut told = 0;
    let outcome = run_told(&setup, Order::LowFirst, &|_| (), &mut |block, result| {
        let of_receipts: usize = result.receipts.iter().map(|receipt| 1 + receipt.events.len()).sum();
        told += (result.events.len() + of_receipts) as u64;
        export.add(block, result)
    })
    .unwrap();
    let (file, rows) = export.finish().unwrap();
    (outcome, file, rows, told)
}

/// What the tally says in other words: debt of seizures, seizures, receipts.
fn agrees(outcome: &Outcome, debts: &[String], kinds: &BTreeMap<String, u64>) {
    let sum = Amount::try_sum(debts.iter().map(|debt| debt.parse().unwrap())).unwrap();
    assert_eq!(sum, outcome.tally.debt_liquidated);
    assert!(!sum.is_zero());
    let seizures: u64 = outcome.tally.seizures.iter().sum();
    assert_eq!(kinds.get("VaultSeized").copied().unwrap_or(0), seizures);
    let receipts: u64 = outcome.tally.transactions.iter().sum();
    assert_eq!(kinds.get("Receipt").copied().unwrap_or(0), receipts);
    assert!(receipts > 0);
}

#[test]
fn lines_read_back_say_what_the_tally_says() {
    let (outcome, file, rows, told) = exported(Format::JsonLines);
    let text = String::from_utf8(file).unwrap();
    let (mut debts, mut kinds) = (Vec::new(), BTreeMap::new());
    let mut count = 0;
    for line in text.lines() {
        count += 1;
        let row: Value = serde_json::from_str(line).unwrap();
        let kind = row["kind"].as_str().unwrap();
        *kinds.entry(kind.to_owned()).or_default() += 1;
        if kind == "VaultSeized" {
            assert_eq!(row["debt"], row["event"]["debt"]);
            assert!(row["vault"].is_u64() && row["collateral_type"].is_u64() && row["price"].is_string());
            debts.push(row["debt"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!((count, rows), (told, told));
    agrees(&outcome, &debts, &kinds);
}

#[test]
fn columns_read_back_say_what_the_tally_says() {
    let (outcome, file, rows, told) = exported(Format::Parquet);
    let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
    let (mut debts, mut kinds) = (Vec::new(), BTreeMap::new());
    let mut count = 0;
    for row in reader.get_row_iter(None).unwrap() {
        count += 1;
        let row = row.unwrap();
        let names: Vec<&String> = row.get_column_iter().map(|(name, _)| name).collect();
        let place = |name: &str| names.iter().position(|known| *known == name).unwrap();
        let kind = row.get_string(place("kind")).unwrap();
        *kinds.entry(kind.clone()).or_default() += 1;
        let is_engines = matches!(row.get_column_iter().nth(place("transaction")), Some((_, Field::Null)));
        assert!(!(is_engines && kind == "Receipt"));
        if kind == "VaultSeized" {
            let debt = row.get_string(place("debt")).unwrap();
            let whole: Value = serde_json::from_str(row.get_string(place("event")).unwrap()).unwrap();
            assert_eq!(whole["debt"], Value::String(debt.clone()));
            debts.push(debt.clone());
        }
    }
    assert_eq!((count, rows), (told, told));
    agrees(&outcome, &debts, &kinds);
}
