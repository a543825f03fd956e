//! What a comparison is called in reports.

use super::{Depth, Obstacle, Seen, Timing, Why};

impl Timing {
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
            Self::DelayedPrice => {
                "the peer seized as soon as its price let it: sampled at a full hour, it counts from the next one on"
            }
            Self::Averted => {
                "its owner topped up or repaid before the price of that fall counted; the peer seized at the next"
            }
            Self::BetweenSamples => {
                "Kraken's price was under at no full hour that counted: the peer's median read lower than Kraken's"
            }
            Self::WithinSpread => {
                "under at full hours by less than 1 %, by which exchanges differ: the peer's median need not have been"
            }
            Self::NotCalled => {
                "under at full hours by more than 1 %, yet not called in the hour after: its median read higher, or nobody acted"
            }
            Self::NeverUnder => {
                "Kraken's path never brought the vault under its ratio in the two hours before; the peer's oracle read lower"
            }
            Self::OneRoundOnly => "under its ratio for one round only: judged at the kinder of two (R9)",
            Self::TakenLate => "under its ratio at the peer's time, yet taken by ours in another hour",
            Self::VaultsDiffer => "an earlier operation was refused here, so the vaults differ",
            Self::RecordLacks => {
                "as recorded it breaks at a price more than 10 % from Kraken's of that hour: the record lacks a row of it"
            }
            Self::NotRestored(obstacle) => obstacle.text(),
            Self::NothingLeft => "the vault owes nothing here at that moment",
            Self::NoPrices => "in the week without prices",
        }
    }
}

impl Obstacle {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnderRatio => "seized by ours before; as recorded it has been under its ratio since",
            Self::Coins => "seized by ours before; its owner has too few coins to restore it",
            Self::Ether => "seized by ours before; its owner has too little ether to restore it",
            Self::NoPrice => "seized by ours before; no price to restore it at",
            Self::Refused => "seized by ours before; restoring it was refused",
        }
    }
}

impl Seen {
    /// For people: why the record has no seizure near one of ours.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Never => "a low between full hours, which the peer's oracle cannot show",
            Self::At(_) | Self::Averted => {
                "under at a full hour; its owner topped up or repaid in the hour until it counted"
            }
            Self::Counted(Depth::WithinSpread) => {
                "under at a full hour by less than 1 %: the peer's median need not have been"
            }
            Self::Counted(Depth::Clear) => {
                "under at a full hour by more than 1 %: the peer's median read higher, or nobody acted"
            }
            Self::Counted(Depth::Deep) => {
                "under at a full hour by more than 10 %: nobody could act in a crash, or the record lacks a row"
            }
        }
    }
}
