//! The vaults that stand at the start of a replay: drawn from recorded ones, or read from a file.
//!
//! **Drawn.** Each vault copies one of the 882 vault states recorded on Maker's ETH-B type at eight moments of 2021 and
//! 2022 (`data/onchain/maker_eth-b_vault_snapshots_derived.csv.zst`): its debt, scaled so that the mean is the configured
//! one, and its *headroom*, collateral ratio ÷ liquidation ratio, kept. Size and headroom come from one record, so that
//! their dependence is kept: the large vaults are the riskier ones. Both are varied by up to a tenth, so that no two are
//! alike; a debt under the floor is raised to it.

use std::path::{Path, PathBuf};

use ballast_num::{Amount, Arithmetic, Decimals, ParseDecimal, Price, Ratio, Round, Usd};
use ballast_protocol::AccountId;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::config::Config;
use crate::market;
use crate::prices::unpack;
use crate::scenario::Scenario;

/// The source of the distribution, for reports.
pub const SOURCE: &str = "882 recorded Maker ETH-B vault states, 2021-01 to 2022-11 \
     (data/onchain/maker_eth-b_vault_snapshots_derived.csv.zst, MIT)";

/// The liquidation ratio under which the recorded vaults lived.
const RECORDED_LIQUIDATION_RATIO: Ratio = Ratio::percent(130);
/// Collateral has 18 decimals in a replay, as ether has.
pub const DECIMALS: Decimals = Decimals::MAX;
/// The number of the first owner's account; those below belong to the simulation's own actors.
const FIRST_OWNER: u64 = 1_000_000;
/// The most vaults that are made: a replay of more would need more memory than a laptop has.
pub const VAULTS_MAX: u64 = 5_000_000;

/// A vault at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Which of the scenario's feeds prices it, from 0.
    pub feed: usize,
    /// Whose.
    pub owner: AccountId,
    /// Base units.
    pub collateral: Amount,
    /// Coins, the liquidation deposit included.
    pub debt: Amount,
}

/// The vaults at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// In the order of their numbers.
    pub vaults: Vec<Holding>,
    /// Where they come from, for reports.
    pub source: String,
}

/// Vaults that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPopulation {
    /// The disk failed, or there is no such file.
    #[error("{} can't be read: {error}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// None, or more than a replay holds.
    #[error("{found} vaults: give 1 to {VAULTS_MAX}")]
    Count {
        /// How many were asked for.
        found: u64,
    },
    /// A feed without a price at the start.
    #[error("{symbol} has no price at {at}, the start")]
    NoPrice {
        /// Which collateral.
        symbol: String,
        /// The start.
        at: ballast_num::Timestamp,
    },
    /// A line of a file.
    #[error("{file}, line {line}: {reason}")]
    Line {
        /// The file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A number that nothing can hold.
    #[error("a vault too large to count: {0}")]
    TooLarge(#[from] ballast_num::Arithmetic),
}

/// What a record gives: debt in coins, and collateral ratio.
struct Record {
    debt: Amount,
    ratio: Ratio,
}

impl Population {
    /// What the vaults of each of `feeds` collaterals owe together. Error: `Overflow`.
    pub fn debts(&self, feeds: usize) -> Result<Vec<Amount>, Arithmetic> {
        let mut debts = vec![Amount::ZERO; feeds];
        for vault in &self.vaults {
            debts[vault.feed] = debts[vault.feed].try_add(vault.debt)?;
        }
        Ok(debts)
    }

    /// `count` vaults drawn from the recorded ones; the same seed draws the same. Errors: `Count`, `NoPrice`, `TooLarge`.
    pub fn drawn(scenario: &Scenario, config: &Config, count: u64, seed: u64) -> Result<Self, BadPopulation> {
        if !(1..=VAULTS_MAX).contains(&count) {
            return Err(BadPopulation::Count { found: count });
        }
        let prices = opening(scenario)?;
        let records = records()?;
        let sum = Amount::try_sum(records.iter().map(|record| record.debt))?;
        let mean = sum.prorate(1, records.len() as u128, Round::Up)?;
        let weights: u64 = scenario.feeds.iter().map(|feed| u64::from(feed.weight)).sum();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut vaults = Vec::new();
        for number in 0..count {
            let record = &records[pick(&mut random, records.len())];
            let debt = record
                .debt
                .prorate(config.population.mean_debt.raw(), mean.raw(), Round::Up)?;
            let debt = debt.mul_ratio(about_one(&mut random), Round::Up)?;
            let debt = debt.max(config.collateral.debt_floor);
            let headroom = record.ratio.div_ratio(RECORDED_LIQUIDATION_RATIO, Round::Up)?;
            let above = headroom
                .saturating_sub(Ratio::ONE)
                .mul_ratio(about_one(&mut random), Round::Up)?;
            let feed = dealt(scenario, random.next_u64() % weights.max(1));
            let least = config
                .collateral
                .liquidation_ratio
                .try_add(scenario.feeds[feed].riskier)?;
            let ratio = Ratio::ONE.try_add(above)?.mul_ratio(least, Round::Up)?;
            let value = Usd::from_unsigned(debt.mul_ratio(ratio, Round::Up)?.raw())?;
            vaults.push(Holding {
                feed,
                owner: AccountId::numbered(FIRST_OWNER + number),
                collateral: value.to_amount(prices[feed], DECIMALS, Round::Up)?,
                debt,
            });
        }
        Ok(Self {
            vaults,
            source: format!("drawn with seed {seed} from {SOURCE}"),
        })
    }

    /// Reads vaults from a file: `collateral,debt`, in whole units, after a header line of these words; a third column
    /// `feed`, if there is one, names the price file, from 1. A debt under the floor, or over the collateral's worth at the
    /// start, is refused: no such vault could have been opened, and its loss would tell nothing of the prices.
    /// Errors: `Failed`, `Line`, `Count`, `NoPrice`.
    pub fn load(path: &Path, scenario: &Scenario, config: &Config) -> Result<Self, BadPopulation> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| BadPopulation::Failed {
            path: path.to_owned(),
            error,
        })?;
        let prices = opening(scenario)?;
        let line_error = |index: usize, reason: String| BadPopulation::Line {
            file: file.clone(),
            line: index + 1,
            reason,
        };
        let text = unpack(&bytes, u64::from(u32::MAX)).map_err(|problem| line_error(0, problem.to_string()))?;
        let text = std::str::from_utf8(&text).map_err(|error| line_error(0, error.to_string()))?;
        // As in price files: a byte order mark is none of the header, and empty lines at the end are no vaults.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
        let mut lines = text.lines().map(str::trim_end).enumerate();
        let header = lines.next().map(|(_, header)| header);
        let columns = match header {
            Some("collateral,debt") => 2,
            Some("collateral,debt,feed") => 3,
            _ => {
                return Err(line_error(
                    0,
                    "expected the header collateral,debt or collateral,debt,feed".into(),
                ));
            }
        };
        let mut vaults = Vec::new();
        for (index, line) in lines {
            let number = vaults.len() as u64;
            let holding = holding(line, columns, scenario.feeds.len(), number)
                .and_then(|holding| sound(holding, prices[holding.feed], config.collateral.debt_floor));
            vaults.push(holding.map_err(|reason| line_error(index, reason))?);
        }
        let found = vaults.len() as u64;
        if !(1..=VAULTS_MAX).contains(&found) {
            return Err(BadPopulation::Count { found });
        }
        Ok(Self { vaults, source: file })
    }
}

fn holding(line: &str, columns: usize, feeds: usize, number: u64) -> Result<Holding, String> {
    let fields: Vec<&str> = line.split(',').collect();
    if fields.len() != columns {
        return Err(format!("{} columns, {columns} expected", fields.len()));
    }
    let amount = |what: &str, text: &str| {
        let amount = Amount::parse_units(text.trim(), DECIMALS).map_err(|error| format!("{what} {text:?}: {error}"))?;
        if amount.is_zero() {
            return Err(format!("{what} is zero: a vault that can break has both"));
        }
        Ok(amount)
    };
    let feed = match fields.get(2) {
        None => 0,
        Some(text) => {
            let feed: usize = text.trim().parse().map_err(|_| format!("feed {text:?} is no number"))?;
            feed.checked_sub(1)
                .filter(|feed| *feed < feeds)
                .ok_or_else(|| format!("feed {feed}: there are {feeds}, counted from 1"))?
        }
    };
    Ok(Holding {
        feed,
        owner: AccountId::numbered(FIRST_OWNER + number),
        collateral: amount("collateral", fields[0])?,
        debt: amount("debt", fields[1])?,
    })
}

/// The vault, if it could stand at the start at all.
fn sound(holding: Holding, price: Price, floor: Amount) -> Result<Holding, String> {
    let (debt, units) = (holding.debt, |amount: Amount| amount.in_units(DECIMALS).to_string());
    if debt < floor {
        return Err(format!(
            "debt {} is under the debt floor of {}",
            units(debt),
            units(floor)
        ));
    }
    let value = market::usd(holding.collateral, price).map_err(|error| format!("collateral: {error}"))?;
    if value < debt {
        return Err(format!(
            "the collateral is worth {} at the start, under the debt of {}",
            units(value),
            units(debt)
        ));
    }
    Ok(holding)
}

/// The price of each feed at the start. Error: `NoPrice`.
fn opening(scenario: &Scenario) -> Result<Vec<Price>, BadPopulation> {
    let named = scenario.feeds.iter().zip(scenario.opening_prices());
    named
        .map(|(feed, price)| {
            price.ok_or_else(|| BadPopulation::NoPrice {
                symbol: feed.symbol.clone(),
                at: scenario.from,
            })
        })
        .collect()
}

/// The recorded vaults.
fn records() -> Result<Vec<Record>, BadPopulation> {
    const FILE: &str = "data/onchain/maker_eth-b_vault_snapshots_derived.csv.zst";
    let bytes = include_bytes!("../../../data/onchain/maker_eth-b_vault_snapshots_derived.csv.zst");
    let bad = |index: usize, reason: String| BadPopulation::Line {
        file: FILE.into(),
        line: index + 1,
        reason,
    };
    let text = unpack(bytes, 1 << 24).map_err(|problem| bad(0, problem.to_string()))?;
    let text = std::str::from_utf8(&text).map_err(|error| bad(0, error.to_string()))?;
    let rows = text.lines().enumerate().skip(1);
    rows.map(|(index, line)| {
        let fields: Vec<&str> = line.split(',').collect();
        let &[_, _, _, debt, _, ratio] = fields.as_slice() else {
            return Err(bad(index, format!("{} columns, 6 expected", fields.len())));
        };
        let reason = |error: ParseDecimal| bad(index, error.to_string());
        Ok(Record {
            debt: Amount::parse_units(debt, Decimals::MAX).map_err(reason)?,
            ratio: ratio.parse().map_err(reason)?,
        })
    })
    .collect()
}

/// Between 0.9 and 1.1, in steps of a ten-thousandth, all alike.
fn about_one(random: &mut ChaCha8Rng) -> Ratio {
    let points = 9_000 + random.next_u32() % 2_001;
    Ratio::basis_points(points)
}

fn pick(random: &mut ChaCha8Rng, length: usize) -> usize {
    // No list here comes near 2³²; the remainder's bias is below 10⁻⁶.
    usize::try_from(random.next_u32()).unwrap_or(usize::MAX) % length.max(1)
}

/// The feed whose weights cover `place`.
fn dealt(scenario: &Scenario, mut place: u64) -> usize {
    for (at, feed) in scenario.feeds.iter().enumerate() {
        let weight = u64::from(feed.weight);
        if place < weight {
            return at;
        }
        place -= weight;
    }
    0
}

#[cfg(test)]
mod tests;
