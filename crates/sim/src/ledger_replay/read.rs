//! The recorded ledger: what owners and governance did, block by block.

use ballast_num::{Amount, Decimals, Rate, Ratio, Seconds, Timestamp};
use ballast_protocol::TypeParameter;

use crate::prices::unpack;

const EVENTS: &str = "data/onchain/maker_eth-b_vault_events_2020-2023.csv.zst";
const CHANGES: &str = "data/onchain/maker_eth-b_parameter_changes_2020-2023.csv.zst";

/// A recorded row of one vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The recorded vault's number.
    pub vault: u64,
    /// What happened; amounts with 18 decimals.
    pub what: What,
}

/// What a row records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The vault was opened.
    Open,
    /// Ether came in.
    Deposit(Amount),
    /// Ether went out.
    Withdraw(Amount),
    /// Coins were drawn.
    Draw(Amount),
    /// Coins were repaid, fees included.
    Repay(Amount),
    /// An auction lot was seized.
    Seizure {
        /// Coins.
        debt: Amount,
        /// Ether, recorded to the nearest whole one.
        collateral: Amount,
    },
}

impl What {
    /// Whether the peer, not the owner, did it.
    pub const fn is_seizure(&self) -> bool {
        matches!(self, Self::Seizure { .. })
    }
}

/// A recorded change of a parameter, or one that has no equal here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// As a command; `None` if the engine has no such parameter.
    pub parameter: Option<TypeParameter>,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct BadRow {
    file: &'static str,
    line: usize,
    reason: String,
}

/// All rows of vaults, by time. Error: the first bad row.
pub fn entries() -> Result<Vec<Entry>, BadRow> {
    let bytes = include_bytes!("../../../../data/onchain/maker_eth-b_vault_events_2020-2023.csv.zst");
    rows(EVENTS, bytes, |fields| {
        let &[at, _, vault, event, eth, dai] = fields else {
            return Err(format!("{} columns, 6 expected", fields.len()));
        };
        let (eth, dai) = (delta(eth)?, delta(dai)?);
        let what = match event {
            "open" => What::Open,
            "deposit" => What::Deposit(eth),
            "withdraw" => What::Withdraw(eth),
            "mint" => What::Draw(dai),
            "repay" => What::Repay(dai),
            "liquidation" => What::Seizure {
                debt: dai,
                collateral: eth,
            },
            other => return Err(format!("unknown event {other:?}")),
        };
        Ok(Entry {
            at: Timestamp(number(at)?),
            vault: number(vault)?,
            what,
        })
    })
}

/// All changes of parameters, by time; of several of one parameter in one block the last. Error: the first bad row.
pub fn changes() -> Result<Vec<Change>, BadRow> {
    let bytes = include_bytes!("../../../../data/onchain/maker_eth-b_parameter_changes_2020-2023.csv.zst");
    let all = rows(CHANGES, bytes, |fields| {
        let &[at, _, name, _, from, to, ..] = fields else {
            return Err(format!("{} columns, 8 expected", fields.len()));
        };
        Ok((Timestamp(number(at)?), name.to_owned(), from.to_owned(), to.to_owned()))
    })?;
    let is_last = |(at, name, _, to): &(Timestamp, String, String, String)| {
        let later = all.iter().filter(|other| other.0 == *at && other.1 == *name);
        // Rows of one block are in no order: the last is the one that no other starts from.
        !later.into_iter().any(|other| other.2 == *to && other.3 != *to)
    };
    let last = all.iter().filter(|row| is_last(row));
    last.map(|(at, name, _, to)| {
        Ok(Change {
            at: *at,
            parameter: parameter(name, to).map_err(|reason| BadRow {
                file: CHANGES,
                line: 0,
                reason: format!("{name}: {reason}"),
            })?,
        })
    })
    .collect()
}

/// A recorded parameter in our terms (docs/replay.md lists which).
fn parameter(name: &str, to: &str) -> Result<Option<TypeParameter>, String> {
    let ratio = || to.parse::<Ratio>().map_err(|error| error.to_string());
    let coins = || Amount::parse_units(to, Decimals::MAX).map_err(|error| error.to_string());
    let time = || Ok::<_, String>(Seconds(number(to.trim_end_matches(".0"))?));
    Ok(Some(match name {
        "JUG.ilks.duty" => TypeParameter::StabilityFee(per_second(ratio()?)),
        "DOG.ilks.chop" | "CAT.ilks.chop" => TypeParameter::Penalty(ratio()?),
        "VAT.ilks.dust" => TypeParameter::DebtFloor(coins()?),
        "DOG.ilks.hole" => TypeParameter::AuctionCeiling(coins()?),
        "CLIPPER.buf" => TypeParameter::AuctionStartFactor(ratio()?),
        "CLIPPER.tail" => TypeParameter::AuctionDuration(time()?),
        "CLIPPER.cusp" => TypeParameter::AuctionResetRatio(ratio()?),
        "CLIPPER.chip" => TypeParameter::KeeperShare(ratio()?),
        "CLIPPER.tip" => TypeParameter::KeeperFlat(coins()?),
        // The liquidation ratio was set once, before the first vault; genesis has it. The debt ceiling is not kept here:
        // recorded draws were under it (`world::config`).
        _ => return Ok(None),
    }))
}

/// The growth a second that makes this growth in a year: the largest that does not exceed it.
pub fn per_second(yearly: Ratio) -> Rate {
    let target = Ratio::ONE.try_add(yearly).unwrap_or(Ratio::MAX).raw();
    let exceeds = |rate: Rate| match rate.pow(Seconds::YEAR) {
        Ok(growth) => growth.raw() > target.saturating_mul(1_000_000_000),
        Err(_) => true,
    };
    let (mut least, mut most) = (Rate::ONE.raw(), Rate::ONE.raw() / 1_000_000 * 1_000_001);
    while most - least > 1 {
        let middle = least.midpoint(most);
        if exceeds(Rate::from_raw(middle)) {
            most = middle;
        } else {
            least = middle;
        }
    }
    Rate::from_raw(least)
}

fn rows<T>(file: &'static str, bytes: &[u8], read: impl Fn(&[&str]) -> Result<T, String>) -> Result<Vec<T>, BadRow> {
    let bad = |line, reason| BadRow { file, line, reason };
    let text = unpack(bytes, 1 << 26).map_err(|problem| bad(0, problem.to_string()))?;
    let text = std::str::from_utf8(&text).map_err(|error| bad(0, error.to_string()))?;
    let lines = text.lines().enumerate().skip(1);
    lines
        .map(|(index, line)| read(&line.split(',').collect::<Vec<_>>()).map_err(|reason| bad(index + 1, reason)))
        .collect()
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is no whole number"))
}

/// The size of a signed change, which may have a negative exponent: "-1.5e-05".
fn delta(text: &str) -> Result<Amount, String> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (digits, zeros) = match text.split_once("e-") {
        None => (text, 0),
        Some((digits, exponent)) => (digits, exponent.parse::<u32>().map_err(|error| error.to_string())?),
    };
    let amount = Amount::parse_units(digits, Decimals::MAX).map_err(|error| format!("{text:?}: {error}"))?;
    Ok(Amount::from_raw(
        amount.raw() / 10_u128.checked_pow(zeros).unwrap_or(u128::MAX),
    ))
}

#[cfg(test)]
mod tests;
