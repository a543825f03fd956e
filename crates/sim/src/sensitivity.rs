//! What the result owes to two assumptions: how much capital waits in the pool, and how many keepers come.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ballast_num::{Amount, Ratio, Seconds};

use crate::baseline::both_orders;
use crate::config::Config;
use crate::population::Population;
use crate::run::{Failed, Setup};
use crate::scenario::Scenario;
use crate::world::Rules;

/// Pool sizes, as shares of debt.
pub const POOLS: [Ratio; 4] = [Ratio::ZERO, Ratio::percent(5), Ratio::percent(10), Ratio::percent(20)];
/// Keepers: none, one, many.
pub const KEEPERS: [u32; 3] = [0, 1, 20];

/// One replay of the table, in the worse of both orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Pool ÷ debt.
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
    /// Sales below a tenth of the oracle's price.
    pub zero_price_sales: u64,
    /// Invariants broken.
    pub breaches: u64,
}

/// All cells, by pool, then keepers; as many at a time as the machine has cores. Errors: those of
/// [`run`](crate::run::run).
pub fn table(
    scenario: &Scenario,
    config: &Config,
    population: &Population,
    step: Seconds,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Cell>, Failed> {
    let places: Vec<(Ratio, u32)> = POOLS
        .iter()
        .flat_map(|pool| KEEPERS.iter().map(|keepers| (*pool, *keepers)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((pool, keepers)) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut config = config.clone();
            config.pool.share_of_debt = *pool;
            config.keepers.count = *keepers;
            let setup = Setup {
                scenario,
                config: &config,
                population,
                step,
                rules: Rules::Ballast,
            };
            done.push(cell(&setup, (*pool, *keepers), progress)?);
        }
        Ok::<_, Failed>(done)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(places.len());
    let mut cells = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect::<Result<Vec<_>, Failed>>()
    })?
    .concat();
    cells.sort_by_key(|cell| (cell.pool, cell.keepers));
    Ok(cells)
}

fn cell(setup: &Setup<'_>, (pool, keepers): (Ratio, u32), progress: &dyn Fn(u64)) -> Result<Cell, Failed> {
    let [worse, other] = both_orders(setup, progress)?;
    Ok(Cell {
        pool,
        keepers,
        bad_debt: worse.bad_debt(),
        vaults_liquidated: worse.tally.liquidated.len() as u64,
        own_collateral: worse.end.losses[0],
        unsold: worse.end.auction_debt,
        zero_price_sales: worse.tally.zero_price_sales,
        breaches: worse.breaches + other.breaches,
    })
}
