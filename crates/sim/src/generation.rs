//! Three designs of the backstop on the same capital, vaults and prices.
//!
//! | | capital | a type's line | who can lose with whom |
//! |---|---|---|---|
//! | *isolated* | first-loss capital of each type, in proportion to its debt | none | nobody: a type's loss stops at its own capital, and is its coin holders' then |
//! | *pooled* | all in the common steps | all that they hold, promised to each type at once | everyone: one type may use up what stood behind all |
//! | *modular* | a part as each type's own, in proportion to its debt, the rest in the common steps | a multiple of its part of the common steps, all lines in force together at most what they hold | up to the line |
//!
//! What a liquidation's penalty and interest bring goes to the surplus buffer in all three. An isolated type is paid
//! nothing out of it: what is its own is its capital, as in markets whose penalties are their liquidators'.

use std::fmt;
use std::str::FromStr;

use ballast_num::{Amount, Arithmetic, Round};
use ballast_protocol::{Bounds, coins};
use serde::Deserialize;

use crate::config::{self, Config};

/// The design of the backstop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Generation {
    /// Nothing is shared.
    Isolated,
    /// Everything is shared.
    Pooled,
    /// Ballast: own capital first, then a line on what is common.
    #[default]
    Modular,
}

/// A line that bounds nothing: the most that the engine takes.
const LINE_MAX: Amount = coins(1 << 60);

/// Loss-absorbing capital as it stands in the books at the start. The same coins in each generation, but for the base units
/// that divisions leave with the market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capital {
    /// First-loss capital of each type, in the order of the feeds.
    pub first_loss: Vec<Amount>,
    /// What stands in the common steps.
    pub common: Amount,
    /// Of it, what insurers have in the insurance fund; the rest is the surplus buffer.
    pub insured: Amount,
    /// Each type's line on them.
    pub lines: Vec<Amount>,
    /// Whether lines are cut so that all can be drawn at once.
    pub ring_fence: Bounds,
    /// Coins that income leaves in the surplus buffer.
    pub surplus_floor: Amount,
}

impl Generation {
    /// All three, from the oldest.
    pub const ALL: [Self; 3] = [Self::Isolated, Self::Pooled, Self::Modular];

    /// Its name, as `--generation` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Pooled => "pooled",
            Self::Modular => "modular",
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Generation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|generation| generation.name() == text);
        found.ok_or_else(|| "choose isolated, pooled or modular".into())
    }
}

impl Capital {
    /// The capital of types with these debts, as settings and generation say. Each part rounds down. Error: `Overflow`.
    ///
    /// ```
    /// use ballast_protocol::coins;
    /// use ballast_sim::{config::Config, generation::{Capital, Generation}};
    ///
    /// // 1 % of 400,000 coins: 4000, half of them own. Of the other half a type may draw twice its part, at most all.
    /// let mut config = Config::default();
    /// let debts = [coins(300_000), coins(100_000)];
    /// let modular = Capital::of(&config, &debts)?;
    /// assert_eq!(modular.first_loss, [coins(1_500), coins(500)]);
    /// assert_eq!((modular.common, modular.lines), (coins(2_000), vec![coins(2_000), coins(1_000)]));
    /// config.capital.generation = Generation::Isolated;
    /// assert_eq!(Capital::of(&config, &debts)?.first_loss, [coins(3_000), coins(1_000)]);
    /// config.capital.generation = Generation::Pooled;
    /// assert_eq!(Capital::of(&config, &debts)?.common, coins(4_000));
    /// # Ok::<(), ballast_num::Arithmetic>(())
    /// ```
    pub fn of(config: &Config, debts: &[Amount]) -> Result<Self, Arithmetic> {
        let config::Capital {
            generation,
            share_of_debt,
            own_share,
            fund_share,
            line_factor,
        } = config.capital;
        let all = Amount::try_sum(debts.iter().copied())?;
        let total = all.mul_ratio(share_of_debt, Round::Down)?;
        let own = match generation {
            Generation::Isolated => total,
            Generation::Pooled => Amount::ZERO,
            Generation::Modular => total.mul_ratio(own_share, Round::Down)?,
        };
        let part = |of: Amount, debt: &Amount| {
            if of.is_zero() {
                return Ok(of);
            }
            of.prorate(debt.raw(), all.raw(), Round::Down)
        };
        let common = total.try_sub(own)?;
        let line = |debt: &Amount| match generation {
            Generation::Isolated => Ok(Amount::ZERO),
            Generation::Pooled => Ok(LINE_MAX),
            Generation::Modular => Ok(part(common, debt)?.mul_ratio(line_factor, Round::Down)?.min(common)),
        };
        Ok(Self {
            first_loss: debts
                .iter()
                .map(|debt| part(own, debt))
                .collect::<Result<_, Arithmetic>>()?,
            common,
            insured: common.mul_ratio(fund_share, Round::Down)?,
            lines: debts.iter().map(line).collect::<Result<_, Arithmetic>>()?,
            ring_fence: match generation {
                Generation::Isolated | Generation::Modular => Bounds::Enforced,
                Generation::Pooled => Bounds::Waived,
            },
            surplus_floor: match generation {
                Generation::Isolated => Amount::MAX,
                Generation::Pooled | Generation::Modular => config.limits.surplus_floor,
            },
        })
    }
}
