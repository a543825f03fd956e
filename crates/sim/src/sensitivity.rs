//! What the replay of the recorded ledger owes to two assumptions: how much capital waits in the pool, and how many keepers
//! come.

use ballast_num::{Amount, Ratio};

use crate::config::Config;
use crate::ledger_replay::{self, Ledger};
use crate::parallel;
use crate::prices::Order;
use crate::run::{Failed, Outcome};

/// Pool sizes, as shares of [`BOOK`](crate::ledger_replay::BOOK).
pub const POOLS: [Ratio; 4] = [Ratio::ZERO, Ratio::percent(5), Ratio::percent(10), Ratio::percent(20)];
/// Keepers: none, one, many.
pub const KEEPERS: [u32; 3] = [0, 1, 20];

/// One replay of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Coins in the pool, as a share.
    pub pool: Ratio,
    /// How many keepers.
    pub keepers: u32,
    /// Booked and marked.
    pub bad_debt: Amount,
    /// Vaults that lost something.
    pub vaults_liquidated: u64,
    /// Owners' loss beyond the debt repaid.
    pub own_collateral: Amount,
    /// Debt in unsold lots at the end.
    pub unsold: Amount,
}

/// All cells in one order, by pool, then keepers. Errors: those of [`ledger_replay::run`].
pub fn table(
    ledger: &Ledger,
    config: &Config,
    order: Order,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Cell>, Failed> {
    let places: Vec<(Ratio, u32)> = POOLS
        .iter()
        .flat_map(|pool| KEEPERS.iter().map(|keepers| (*pool, *keepers)))
        .collect();
    parallel::each(&places, |(pool, keepers)| {
        let mut config = config.clone();
        config.keepers.count = *keepers;
        let run = ledger_replay::run_with_pool(ledger, &config, *pool, order, progress)?;
        Ok(Cell::of(*pool, *keepers, &run.outcome))
    })
}

impl Cell {
    fn of(pool: Ratio, keepers: u32, outcome: &Outcome) -> Self {
        Self {
            pool,
            keepers,
            bad_debt: outcome.bad_debt(),
            vaults_liquidated: outcome.tally.liquidated.len() as u64,
            own_collateral: outcome.end.own_collateral,
            unsold: outcome.end.auction_debt,
        }
    }
}
