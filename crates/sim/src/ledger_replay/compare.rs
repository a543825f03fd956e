//! The recorded seizures beside ours: which are the same, earlier, later or avoided, and why.
//!
//! The peer acts on a price that its oracle samples at each full hour and that counts from the next full hour on, for an
//! hour. So Kraken's price at full hours, an hour late, stands for what the peer knew: [`Sample`]. Of each recorded
//! seizure we also know a bound of the peer's own price: no more than what breaks the vault as recorded ([`Watched::implied`]).

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{Amount, Price, Ratio, Round, Timestamp};

mod text;

/// The peer's price is at least this old, and renewed once in it.
pub const ORACLE_DELAY: u64 = 3_600;
/// After this long what we saw would have been called by the peer too: its price is up to two hours old, and an hour is
/// time to be called in. If the vault stands again, ours is a seizure that the record does not have.
pub const NOTICE: u64 = 3 * ORACLE_DELAY;
/// How long after a recorded seizure ours still counts as later; lots less far apart are of one seizure.
pub const PATIENCE: u64 = 86_400;
/// 2022-01-19 and 2022-01-26: no prices, on purpose.
pub const NO_PRICES: (Timestamp, Timestamp) = (Timestamp(1_642_550_400), Timestamp(1_643_155_200));
/// So little under its ratio a vault need not have been by a median of several exchanges: an assumption of ours.
pub const SPREAD: Ratio = Ratio::percent(1);
/// So far from Kraken's price of its hour no oracle was: the vault as recorded is not what the peer seized.
pub const LACK: Ratio = Ratio::percent(10);

/// One of our seizures of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ours {
    /// When.
    pub at: Timestamp,
    /// The price that judged it.
    pub price: Price,
    /// What the peer could see of it.
    pub seen: Seen,
}

/// What the peer, on Kraken's prices at full hours, could see of one of our seizures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// At no full hour within [`NOTICE`] the vault, as recorded, was under its ratio.
    Never,
    /// It was, at this hour; an hour later the price counts.
    At(Sample),
    /// When the price counted, its owner had deposited or repaid enough for it.
    Averted,
    /// The price counted, and the vault was under its ratio by it: how far under, in that hour.
    Counted(Depth),
}

/// How far a vault was under its ratio by Kraken's price at a full hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// At most [`SPREAD`].
    WithinSpread,
    /// More.
    Clear,
    /// More than [`LACK`].
    Deep,
}

/// A recorded seizure: the lots of one vault, each within [`PATIENCE`] of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recorded {
    /// When its first lot was seized.
    pub at: Timestamp,
    /// The recorded vault's number.
    pub vault: u64,
    /// When the last lot was.
    pub last: Timestamp,
    /// In how many blocks: rows of vault and block.
    pub blocks: u64,
    /// Coins, of all lots.
    pub debt: Amount,
}

/// A full hour at which the vault as recorded was under its ratio by Kraken's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The hour.
    pub at: Timestamp,
    /// Kraken's price.
    pub price: Price,
    /// The price at which the vault as recorded breaks.
    pub breaks: Price,
}

/// What was known of the vault in the day before a recorded seizure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Least collateral ratio at the market's price, in the two hours before.
    pub least: Option<Ratio>,
    /// Least ratio at the price that judges, the kinder of two rounds.
    pub least_judged: Option<Ratio>,
    /// Whether an operation on the vault had been refused before.
    pub diverged: bool,
    /// What kept its owner from restoring it, when he last would have.
    pub obstacle: Option<Obstacle>,
    /// The full hours at which it was under, as recorded, by time; without those of `averted`.
    pub under: Vec<Sample>,
    /// The last such hour that no longer counted, since its owner had by then deposited or repaid enough.
    pub averted: Option<Timestamp>,
    /// The price at which the vault breaks as recorded: the peer's was lower when it seized.
    pub implied: Option<Price>,
    /// Kraken's price at the full hour that counted when the peer seized.
    pub sampled: Option<Price>,
}

/// How ours compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// In the same round, within the peer's delay of an hour, or between its lots.
    Same,
    /// More than a day before, and not restored since: nothing was left to compare.
    SeizedBefore,
    /// More than an hour before, within a day.
    Earlier,
    /// More than an hour after, within a day.
    Later,
    /// Not within a day.
    Avoided,
    /// In the week without prices.
    Excluded,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nothing to explain.
    Alike,
    /// The peer seized within the hour in which the first full hour under the ratio counted.
    DelayedPrice,
    /// Its owner had averted a fall before it counted; the peer seized at the next.
    Averted,
    /// The price was under at no full hour that counted.
    BetweenSamples,
    /// Under at full hours, by less than [`SPREAD`], and not called in the hour after the first.
    WithinSpread,
    /// Under at full hours by more, and not called in the hour after the first.
    NotCalled,
    /// The recorded market's price never brought the vault under its ratio.
    NeverUnder,
    /// Under its ratio for one round only, and judged at the kinder of two (rule R9).
    OneRoundOnly,
    /// Under its ratio by the price that judges, and seized by ours later than in the peer's hour.
    TakenLate,
    /// An earlier operation was refused here, so the vaults differ.
    VaultsDiffer,
    /// As recorded the vault would break at a price more than [`LACK`] from Kraken's: a row is missing or not its own.
    RecordLacks,
    /// What kept its owner from restoring it.
    NotRestored(Obstacle),
    /// Debt or collateral is gone by an operation of the same block.
    NothingLeft,
    /// No prices.
    NoPrices,
}

/// Why an owner does not bring a vault of which ours has seized back to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// As recorded, it would stand under its initial ratio at the present price, or at one of the last two full hours'.
    UnderRatio,
    /// The record gives him too few coins to repay what he owes here.
    Coins,
    /// The record gives him too little ether.
    Ether,
    /// No price, or a quiet period.
    NoPrice,
    /// The engine refused, or it is too soon.
    Refused,
}

/// A recorded seizure with its comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Which.
    pub recorded: Recorded,
    /// Ours nearest to it.
    pub ours: Option<Ours>,
    /// How they compare.
    pub timing: Timing,
    /// Why.
    pub why: Why,
    /// [`Watched::implied`].
    pub implied: Option<Price>,
    /// [`Watched::sampled`].
    pub sampled: Option<Price>,
}

/// What there is of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Recorded seizures.
    pub seizures: u64,
    /// Their blocks: rows of vault and block.
    pub blocks: u64,
    /// Coins.
    pub debt: Amount,
    /// The vaults.
    pub vaults: BTreeSet<u64>,
}

impl Recorded {
    /// How far a moment is from its lots.
    pub(super) fn distance(&self, at: Timestamp) -> u64 {
        self.at.saturating_since(at).0.max(at.saturating_since(self.last).0)
    }
}

impl Sample {
    /// When the peer's oracle gives this price.
    pub const fn counts_from(&self) -> Timestamp {
        Timestamp(self.at.0.saturating_add(ORACLE_DELAY))
    }

    /// How far under what breaks the vault.
    pub(super) fn depth(&self) -> Depth {
        let gap = gap(self.price, self.breaks);
        if gap <= SPREAD {
            Depth::WithinSpread
        } else if gap <= LACK {
            Depth::Clear
        } else {
            Depth::Deep
        }
    }
}

/// How far two prices are apart, as a share of the second, rounded up; all of it if that is zero.
fn gap(price: Price, of: Price) -> Ratio {
    Ratio::of(price.raw().abs_diff(of.raw()), of.raw(), Round::Up).unwrap_or(Ratio::ONE)
}

/// Compares one recorded seizure with ours of the same vault.
pub fn compare(recorded: Recorded, ours: &[Ours], watched: &Watched, ratio: Ratio) -> Compared {
    let within = ours
        .iter()
        .filter(|own| own.at.0 <= recorded.last.0.saturating_add(PATIENCE));
    let nearest = within.min_by_key(|own| recorded.distance(own.at)).copied();
    let is_lacking = match (watched.implied, watched.sampled) {
        (Some(implied), Some(sampled)) => gap(sampled, implied) > LACK,
        _ => false,
    };
    let (timing, why) = match nearest {
        _ if (NO_PRICES.0..NO_PRICES.1).contains(&recorded.at) => (Timing::Excluded, Why::NoPrices),
        Some(own) if recorded.distance(own.at) <= ORACLE_DELAY => (Timing::Same, Why::Alike),
        Some(own) if own.at < recorded.at => {
            let is_before = own.at.0.saturating_add(PATIENCE) < recorded.at.0;
            let timing = if is_before {
                Timing::SeizedBefore
            } else {
                Timing::Earlier
            };
            (timing, why_earlier(recorded, own, watched))
        }
        Some(_) => (Timing::Later, why_not_then(watched, ratio)),
        None => (Timing::Avoided, why_not_then(watched, ratio)),
    };
    let explained = matches!(timing, Timing::Same | Timing::Excluded);
    Compared {
        recorded,
        ours: nearest,
        timing,
        why: if is_lacking && !explained {
            Why::RecordLacks
        } else {
            why
        },
        implied: watched.implied,
        sampled: watched.sampled,
    }
}

/// Why the peer seized later than we did.
fn why_earlier(recorded: Recorded, own: Ours, watched: &Watched) -> Why {
    let mut counted = watched
        .under
        .iter()
        .filter(|sample| sample.at >= own.at && sample.counts_from() <= recorded.last);
    let lead = recorded.at.saturating_since(own.at).0;
    if let Some(obstacle) = watched.obstacle
        && (lead > PATIENCE || lead > NOTICE && obstacle != Obstacle::UnderRatio)
    {
        return Why::NotRestored(obstacle);
    }
    let Some(first) = counted.next() else {
        return Why::BetweenSamples;
    };
    if recorded.at.0 <= first.counts_from().0.saturating_add(ORACLE_DELAY) {
        let has_averted = watched.averted.is_some_and(|at| at >= own.at);
        return if has_averted { Why::Averted } else { Why::DelayedPrice };
    }
    // What the peer left alone: the hours that counted for longer than the one in which it seized.
    let left_alone = |sample: &&Sample| sample.counts_from().0.saturating_add(ORACLE_DELAY) < recorded.at.0;
    let others = counted.filter(left_alone).map(Sample::depth);
    match others.fold(first.depth(), Depth::max) {
        Depth::WithinSpread => Why::WithinSpread,
        Depth::Clear | Depth::Deep => Why::NotCalled,
    }
}

/// Why we did not seize at that moment.
fn why_not_then(watched: &Watched, ratio: Ratio) -> Why {
    match (watched.least, watched.least_judged) {
        _ if watched.diverged => Why::VaultsDiffer,
        (None, _) => Why::NothingLeft,
        (Some(least), _) if least >= ratio => Why::NeverUnder,
        (_, Some(judged)) if judged >= ratio => Why::OneRoundOnly,
        _ => Why::TakenLate,
    }
}

/// How many there are of each kind.
pub fn counts(all: &[Compared]) -> BTreeMap<(Timing, Why), Count> {
    let mut counts: BTreeMap<(Timing, Why), Count> = BTreeMap::new();
    for compared in all {
        let count = counts.entry((compared.timing, compared.why)).or_default();
        count.seizures += 1;
        count.blocks += compared.recorded.blocks;
        count.debt = count.debt.try_add(compared.recorded.debt).unwrap_or(Amount::MAX);
        count.vaults.insert(compared.recorded.vault);
    }
    counts
}

#[cfg(test)]
mod tests;
