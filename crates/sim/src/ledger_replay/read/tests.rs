use ballast_num::{Amount, Rate, Ratio, Seconds, Timestamp};
use ballast_protocol::TypeParameter;

use super::{What, changes, delta, entries, per_second};

#[test]
fn the_recorded_ledger_has_the_rows_that_the_data_page_counts() {
    let entries = entries().unwrap();
    assert_eq!(entries.len(), 36_612);
    let seizures = entries
        .iter()
        .filter(|entry| matches!(entry.what, What::Seizure { .. }));
    let mut distinct: Vec<_> = seizures.map(|entry| (entry.vault, entry.at)).collect();
    assert_eq!(distinct.len(), 499);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 348);
    assert!(entries.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn of_two_changes_in_one_block_the_last_is_taken() {
    let start = |change: &super::Change| match change.parameter {
        Some(TypeParameter::AuctionStartFactor(ratio)) if change.at == Timestamp(1_620_315_910) => Some(ratio),
        _ => None,
    };
    let found: Vec<Ratio> = changes().unwrap().iter().filter_map(start).collect();
    assert_eq!(found, [Ratio::percent(130)]); // 0 → 1.0 → 1.3
}

#[test]
fn a_yearly_fee_comes_out_after_a_year() {
    assert_eq!(per_second(Ratio::ZERO), Rate::ONE);
    let six = per_second(Ratio::percent(6)).pow(Seconds::YEAR).unwrap();
    assert!(
        six.to_string().starts_with("1.06000000000000") || six.to_string().starts_with("1.05999999999999"),
        "{six}"
    );
}

#[test]
fn changes_are_read_with_sign_and_exponent() {
    assert_eq!(delta("-22.5"), Ok(Amount::from_raw(22_500_000_000_000_000_000)));
    assert_eq!(delta("1.5e-05"), Ok(Amount::from_raw(15_000_000_000_000)));
    assert!(delta("x").is_err());
}
