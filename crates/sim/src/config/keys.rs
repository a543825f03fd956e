//! Which settings a file gives, for a replay in which some have no effect.

use std::path::Path;

use super::BadConfig;

/// What `maker-eth-b` takes from the record, or does without as its peer did; a section alone means all of it.
const OF_THE_RECORD: [&str; 20] = [
    "bids",
    "pool",
    "liquidity",
    "capital",
    "coverage",
    "population",
    "type.liquidation_ratio",
    "type.initial_gap",
    "type.initial_ratio",
    "type.penalty",
    "type.stability_fee_per_second",
    "type.borrowing_fee",
    "type.liquidation_deposit",
    "type.debt_ceiling",
    "type.debt_floor",
    "type.stress",
    "limits.work_price",
    "limits.clock_step",
    "limits.debt_ceiling",
    "feed.stale_limit",
];

/// Whether a file gives only what has an effect on `maker-eth-b`. Errors: `Failed`, `Malformed`; `Contradictory` with
/// the first setting that has none.
pub fn check_ledger(path: &Path) -> Result<(), BadConfig> {
    let text = std::fs::read_to_string(path).map_err(|error| BadConfig::Failed {
        path: path.to_owned(),
        error,
    })?;
    check(&path.display().to_string(), &text)
}

pub(super) fn check(file: &str, text: &str) -> Result<(), BadConfig> {
    let table = super::table(file, text)?;
    let settings = table.iter().flat_map(|(section, values)| {
        let values = values.as_table().into_iter().flat_map(toml::Table::keys);
        values.map(move |key| (section, format!("{section}.{key}")))
    });
    let mut without_effect = settings
        .filter(|(section, key)| OF_THE_RECORD.contains(&section.as_str()) || OF_THE_RECORD.contains(&key.as_str()));
    match without_effect.next() {
        Some((_, key)) => Err(BadConfig::Contradictory(format!(
            "{file}: {key} has no effect on maker-eth-b, which takes it from the record (docs/replay.md): leave it out"
        ))),
        None => Ok(()),
    }
}
