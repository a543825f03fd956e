//! The recorded seizures beside ours: which are the same, earlier, later or avoided, and why.

use std::collections::BTreeMap;

use ballast_num::{Price, Ratio, Timestamp};

/// The peer's price is at least this old, and renewed once in it.
pub const ORACLE_DELAY: u64 = 3_600;
/// How long after a recorded seizure ours still counts as later.
pub const PATIENCE: u64 = 86_400;
/// 2022-01-19 and 2022-01-26: no prices, on purpose.
pub const NO_PRICES: (Timestamp, Timestamp) = (Timestamp(1_642_550_400), Timestamp(1_643_155_200));

/// One of our seizures of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ours {
    /// When.
    pub at: Timestamp,
    /// Whether all of the vault went.
    pub whole: bool,
    /// The price at which the vault, as it then was, stands at its liquidation ratio.
    pub break_price: Price,
}

/// A recorded seizure: the lots of one vault in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recorded {
    /// The recorded vault's number.
    pub vault: u64,
    /// When.
    pub at: Timestamp,
}

/// What our engine knew of the vault in the hours before a recorded seizure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Least collateral ratio at the market's price.
    pub least: Option<Ratio>,
    /// Least ratio at the price that judges, the kinder of two rounds.
    pub least_judged: Option<Ratio>,
    /// Whether an operation on the vault had been refused before.
    pub diverged: bool,
    /// What kept its owner from restoring it, when he last would have.
    pub obstacle: Option<Obstacle>,
}

/// How ours compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// In the same round, or within the peer's delay of an hour.
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
    /// Its price is one to two hours old.
    DelayedPrice,
    /// The price was under only between two full hours, at which the peer's oracle samples.
    BetweenSamples,
    /// The price stood under for longer than the delay: its oracle read higher, nobody called, or its auctions were at
    /// their ceiling.
    NobodyCalled,
    /// The recorded market's price never brought the vault under its ratio.
    NeverUnder,
    /// Under its ratio for one round only, and judged at the kinder of two (rule R9).
    OneRoundOnly,
    /// An earlier operation was refused here, so the vaults differ.
    VaultsDiffer,
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
    /// As recorded, it would stand under its initial ratio at the present price.
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

impl Obstacle {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnderRatio => "seized by ours more than a day before; as recorded it has been under its ratio since",
            Self::Coins => "seized by ours more than a day before; its owner has too few coins to restore it",
            Self::Ether => "seized by ours more than a day before; its owner has too little ether to restore it",
            Self::NoPrice => "seized by ours more than a day before; no price to restore it at",
            Self::Refused => "seized by ours more than a day before; restoring it was refused",
        }
    }
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
}

impl Timing {
    /// All, in the order of tables.
    pub const ALL: [Self; 6] = [
        Self::Same,
        Self::SeizedBefore,
        Self::Earlier,
        Self::Later,
        Self::Avoided,
        Self::Excluded,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SeizedBefore => "before",
            Self::Earlier => "earlier",
            Self::Later => "later",
            Self::Avoided => "avoided",
            Self::Excluded => "excluded",
        }
    }
}

impl Why {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Alike => "same round, or within the peer's oracle delay of one hour",
            Self::DelayedPrice => "the peer acts on a price one to two hours old",
            Self::BetweenSamples => "the low lay between two full hours, at which the peer's oracle samples",
            Self::NobodyCalled => {
                "under its ratio on Kraken's path for longer than the delay: the peer's oracle read higher, nobody called, or its auctions were full"
            }
            Self::NeverUnder => {
                "Kraken's hourly path never brought the vault under its ratio; the peer's oracle read lower"
            }
            Self::OneRoundOnly => "under its ratio for one round only: judged at the kinder of two (R9)",
            Self::VaultsDiffer => "an earlier operation was refused here, so the vaults differ",
            Self::NotRestored(obstacle) => obstacle.text(),
            Self::NothingLeft => "the vault owes nothing here at that moment",
            Self::NoPrices => "in the week without prices",
        }
    }
}

/// Compares one recorded seizure with ours of the same vault. `hourly_ok` says whether the vault, as it was at our
/// seizure, was above its ratio at every full hour from then to the peer's delay before its seizure.
pub fn compare(
    recorded: Recorded,
    ours: &[Ours],
    watched: &Watched,
    hourly_ok: impl Fn(&Ours) -> bool,
    ratio: Ratio,
) -> Compared {
    let nearest = ours
        .iter()
        .filter(|own| own.at.0 <= recorded.at.0.saturating_add(PATIENCE))
        .min_by_key(|own| own.at.0.abs_diff(recorded.at.0))
        .copied();
    let day_before = recorded.at.0.saturating_sub(PATIENCE);
    let (timing, why) = match nearest {
        _ if (NO_PRICES.0..NO_PRICES.1).contains(&recorded.at) => (Timing::Excluded, Why::NoPrices),
        Some(own) if own.at.0.abs_diff(recorded.at.0) <= ORACLE_DELAY => (Timing::Same, Why::Alike),
        Some(own) if own.at < recorded.at => {
            let lead = recorded.at.0 - own.at.0;
            if own.at.0 < day_before {
                let obstacle = watched.obstacle.unwrap_or(Obstacle::Refused);
                return Compared {
                    recorded,
                    ours: nearest,
                    timing: Timing::SeizedBefore,
                    why: Why::NotRestored(obstacle),
                };
            }
            let why = if lead <= 2 * ORACLE_DELAY {
                Why::DelayedPrice
            } else if hourly_ok(&own) {
                Why::BetweenSamples
            } else {
                Why::NobodyCalled
            };
            (Timing::Earlier, why)
        }
        Some(_) => (Timing::Later, not_then(watched, ratio)),
        None => (Timing::Avoided, not_then(watched, ratio)),
    };
    Compared {
        recorded,
        ours: nearest,
        timing,
        why,
    }
}

/// Why we did not seize at that moment.
fn not_then(watched: &Watched, ratio: Ratio) -> Why {
    match (watched.least, watched.least_judged) {
        _ if watched.diverged => Why::VaultsDiffer,
        (None, _) => Why::NothingLeft,
        (Some(least), _) if least >= ratio => Why::NeverUnder,
        (_, Some(judged)) if judged >= ratio => Why::OneRoundOnly,
        _ => Why::NobodyCalled,
    }
}

/// How many there are of each kind.
pub fn counts(all: &[Compared]) -> BTreeMap<(Timing, Why), u64> {
    let mut counts = BTreeMap::new();
    for compared in all {
        *counts.entry((compared.timing, compared.why)).or_default() += 1;
    }
    counts
}
