//! Liquidity coverage (rule R25): what could be raised within a day and within a week, against a stressed redemption.
//!
//! Of a type, within a time *T* (docs/replay.md, eq. 5 and 6):
//!
//! - *collateral* = min(V·(b ÷ σ)²·(1 + ln 2·T ÷ half-life), share × V × days) × (1 − b), at most what the debts are good for.
//!   The first is what the square-root law sells at once within the bound b, and again as pressure fades; the second is the
//!   part of a market's turnover that one seller can be;
//! - *raised* = coins of bids and stability pool + first-loss capital + collateral; in all, surplus buffer and insurance fund too;
//! - *redeemed* = the settings' share of the coins.
//!
//! Caps by issuer, custodian and chain have no figures here: no collateral has an issuer yet.

use ballast_engine::State;
use ballast_num::{Amount, Arithmetic, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::Rejected;

use crate::config::Config;
use crate::waterfall;
use crate::world::COIN;

/// ln 2 in millionths, rounded down.
const LN_2: u32 = 693_147;

/// What can be raised within a time, and what would be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    /// Coins in standing bids, stability pools, first-loss capital, surplus buffer and insurance fund: there at once.
    pub ready: Amount,
    /// What sold collateral would bring.
    pub sold: Amount,
    /// Coins redeemed in the stress.
    pub redeemed: Amount,
}

/// Both times of one type, or of the whole reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Within 24 hours.
    pub day: Horizon,
    /// Within seven days.
    pub week: Horizon,
}

/// The coverage at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Block time.
    pub time: Timestamp,
    /// Of each type, by type ids.
    pub by_type: Vec<Line>,
    /// Of the reserve, the common steps included.
    pub all: Line,
}

impl Horizon {
    /// All that is raised.
    pub fn raised(&self) -> Amount {
        self.ready.try_add(self.sold).unwrap_or(Amount::MAX)
    }

    /// Raised ÷ redeemed, rounded down; none if nothing is redeemed.
    pub fn ratio(&self) -> Option<Ratio> {
        Ratio::of(self.raised().raw(), self.redeemed.raw(), Round::Down).ok()
    }
}

impl Coverage {
    /// The coverage of a state; `volumes` are what each collateral's market turns over in a day, in the order of the types.
    /// Error: a sum that does not fit.
    pub fn of(state: &State, config: &Config, volumes: &[Amount]) -> Result<Self, Arithmetic> {
        let mut coverage = Self {
            time: state.chain().time,
            ..Self::default()
        };
        let common = waterfall::common(state)?;
        let terms = &config.coverage;
        let times = [
            (Seconds::DAY, terms.redeemed_in_a_day),
            (Seconds(7 * Seconds::DAY.0), terms.redeemed_in_a_week),
        ];
        let mut all = [Horizon::default(); 2];
        for (spec, volume) in state.vaults().types().zip(volumes) {
            let sheet = match state.balance_sheet(spec.id) {
                Ok(sheet) => sheet,
                Err(Rejected::Arithmetic(error)) => return Err(error),
                Err(_) => {
                    coverage.by_type.push(Line::default()); // a feed that never had a price: nothing is sold
                    continue;
                }
            };
            let pooled = Amount::try_sum(spec.pools().map(|pool| state.pools().total(pool)))?;
            let ready = pooled.try_add(sheet.first_loss)?;
            let debt = sheet.vault_debt.try_add(sheet.auction_debt)?;
            let mut own = [Horizon::default(); 2];
            for ((time, share), (own, all)) in times.iter().zip(own.iter_mut().zip(&mut all)) {
                *own = Horizon {
                    ready,
                    sold: sellable(config, *volume, *time)?.min(sheet.assets),
                    redeemed: debt.mul_ratio(*share, Round::Up)?,
                };
                all.ready = all.ready.try_add(own.ready)?;
                all.sold = all.sold.try_add(own.sold)?;
            }
            let [day, week] = own;
            coverage.by_type.push(Line { day, week });
        }
        let supply = state.ledger().supply(COIN);
        for ((_, share), all) in times.iter().zip(&mut all) {
            all.ready = all.ready.try_add(common)?;
            all.redeemed = supply.mul_ratio(*share, Round::Up)?;
        }
        let [day, week] = all;
        coverage.all = Line { day, week };
        Ok(coverage)
    }

    /// The one that covers less of a day's redemption; of equals the first.
    pub fn worse(self, other: Self) -> Self {
        if other.all.day.ratio() < self.all.day.ratio() {
            other
        } else {
            self
        }
    }
}

/// What selling for `time` brings within the bound on slippage, in USD, rounded down (eq. 5). Error: `Overflow`.
pub fn sellable(config: &Config, volume: Amount, time: Seconds) -> Result<Amount, Arithmetic> {
    let (market, terms) = (&config.market, &config.coverage);
    let by_turnover = volume.mul_ratio(terms.participation, Round::Down)?.prorate(
        time.0.into(),
        Seconds::DAY.0.into(),
        Round::Down,
    )?;
    if market.daily_volatility.is_zero() {
        return by_turnover.mul_ratio(terms.slippage.complement(), Round::Down);
    }
    let root = terms.slippage.div_ratio(market.daily_volatility, Round::Down)?;
    let at_once = volume.mul_ratio(root.mul_ratio(root, Round::Down)?, Round::Down)?;
    let fading = u128::from(time.0).saturating_mul(LN_2.into());
    let half_life = u128::from(market.half_life.0).saturating_mul(1_000_000).max(1);
    // Beyond what fits, turnover binds.
    let again = at_once.prorate(fading, half_life, Round::Down).unwrap_or(Amount::MAX);
    let by_impact = at_once.try_add(again).unwrap_or(Amount::MAX);
    by_impact
        .min(by_turnover)
        .mul_ratio(terms.slippage.complement(), Round::Down)
}

#[cfg(test)]
mod tests;
