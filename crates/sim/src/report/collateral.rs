//! Each collateral by itself: the terms that it stood under, and what its vaults lost.

use ballast_num::{Amount, Arithmetic, Price, Ratio};

use super::{dollars, percent};
use crate::config::Config;
use crate::population::Population;
use crate::run::Outcome;
use crate::scenario::Scenario;
use crate::tally::OfType;
use crate::waterfall::Steps;
use crate::world::type_of;

/// What a report says of one collateral before anything has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collateral {
    /// Its ticker.
    pub symbol: String,
    /// Vaults at the start.
    pub vaults: u64,
    /// Its type's initial ratio.
    pub initial_ratio: Ratio,
    /// Its type's liquidation ratio.
    pub liquidation_ratio: Ratio,
    /// USD that change hands in a day on its market.
    pub daily_volume: Amount,
}

impl Collateral {
    /// Those of a replay, in the order of its feeds. Error: a ratio that does not fit.
    pub fn all(scenario: &Scenario, config: &Config, population: &Population) -> Result<Vec<Self>, Arithmetic> {
        let volumes = scenario.daily_volumes(config);
        let mut vaults = vec![0_u64; scenario.feeds.len()];
        for vault in &population.vaults {
            vaults[vault.feed] += 1;
        }
        let feeds = scenario.feeds.iter().zip(vaults).zip(volumes);
        let all = feeds.map(|((feed, vaults), daily_volume)| {
            let terms = config.collateral.riskier_by(feed.riskier)?;
            Ok(Self {
                symbol: feed.symbol.clone(),
                vaults,
                initial_ratio: terms.initial_ratio,
                liquidation_ratio: terms.liquidation_ratio,
                daily_volume,
            })
        });
        all.collect()
    }
}

/// What became of one collateral, in the words of a table's row.
pub(super) struct Row {
    pub(super) symbol: String,
    pub(super) ratios: String,
    pub(super) volume: String,
    pub(super) fall: String,
    pub(super) total_ratio: String,
    pub(super) liquidated: String,
    pub(super) debt: String,
    pub(super) own: String,
    pub(super) cushion: String,
    pub(super) bad_debt: String,
}

/// A row for each collateral, in the order of the feeds.
pub(super) fn rows(collaterals: &[Collateral], outcome: &Outcome) -> Vec<Row> {
    let rows = collaterals.iter().enumerate().map(|(feed, collateral)| {
        let tally = outcome.tally.by_type.get(&type_of(feed)).copied();
        let tally = tally.unwrap_or_default();
        let losses = outcome.losses_by_type.get(feed).copied().unwrap_or_default();
        row(collateral, feed, outcome, (tally, losses))
    });
    rows.collect()
}

fn row(collateral: &Collateral, feed: usize, outcome: &Outcome, (tally, losses): (OfType, (Steps, Steps))) -> Row {
    let (booked, marked) = losses;
    let sum = |terms: &[Amount]| dollars(Amount::try_sum(terms.iter().copied()).unwrap_or(Amount::MAX));
    let ratio = outcome.end.ratio_of(feed);
    Row {
        symbol: collateral.symbol.clone(),
        ratios: format!(
            "{}, {}",
            percent(collateral.initial_ratio),
            percent(collateral.liquidation_ratio)
        ),
        volume: dollars(collateral.daily_volume),
        fall: lowest(outcome, feed).map_or_else(String::new, percent),
        total_ratio: ratio.map_or_else(|| "no debt".into(), percent),
        liquidated: format!("{} of {}", tally.liquidated, collateral.vaults),
        debt: dollars(tally.debt_liquidated),
        own: dollars(tally.own_collateral),
        cushion: sum(&[
            booked.first_loss,
            booked.surplus,
            booked.fund,
            marked.first_loss,
            marked.surplus,
            marked.fund,
        ]),
        bad_debt: sum(&[booked.bad_debt, marked.bad_debt]),
    }
}

/// The lowest price of the kept moments, as a share of the first.
fn lowest(outcome: &Outcome, feed: usize) -> Option<Ratio> {
    let moments = &outcome.timeline.moments;
    let prices = || moments.iter().filter_map(|moment| moment.prices.get(feed));
    let (first, least): (Price, Price) = (*prices().next()?, *prices().min()?);
    least.relative_to(first, ballast_num::Round::Down).ok()
}
