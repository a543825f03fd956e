//! What the result owes to two assumptions: how much capital waits in the pool, and how many keepers come.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ballast_num::{Amount, Ratio, Seconds};

use crate::baseline::both_orders;
use crate::config::Config;
use crate::ledger_replay::{self, Ledger};
use crate::population::Population;
use crate::prices::Order;
use crate::run::{Failed, Outcome, Setup};
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
    /// What came of it; nothing if pool, first loss and keepers together would hold more coins than vaults owe.
    pub figures: Option<Figures>,
}

/// What came of a replay of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
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
/// [`run`](crate::run::run) that are not of one cell alone.
pub fn table(
    scenario: &Scenario,
    config: &Config,
    population: &Population,
    step: Seconds,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Cell>, Failed> {
    cells(|pool, keepers| {
        let mut config = config.clone();
        config.pool.share_of_debt = pool;
        config.keepers.count = keepers;
        let setup = Setup {
            scenario,
            config: &config,
            population,
            step,
            rules: Rules::Ballast,
        };
        match both_orders(&setup, progress) {
            Ok([worse, other]) => Ok(Some(Figures {
                breaches: worse.breaches + other.breaches,
                ..Figures::of(&worse)
            })),
            // The settings themselves have passed: only what this cell changes can be impossible.
            Err(Failed::World(_)) => {
                progress(2 * scenario.blocks(step));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    })
}

/// The same of the recorded ledger in one order, its pools as shares of [`BOOK`](crate::ledger_replay::BOOK). Errors:
/// those of [`ledger_replay::run`].
pub fn ledger_table(
    ledger: &Ledger,
    config: &Config,
    order: Order,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Cell>, Failed> {
    cells(|pool, keepers| {
        let mut config = config.clone();
        config.keepers.count = keepers;
        let run = ledger_replay::run_with_pool(ledger, &config, pool, order, progress)?;
        Ok(Some(Figures::of(&run.outcome)))
    })
}

fn cells(one: impl Fn(Ratio, u32) -> Result<Option<Figures>, Failed> + Sync) -> Result<Vec<Cell>, Failed> {
    let places: Vec<(Ratio, u32)> = POOLS
        .iter()
        .flat_map(|pool| KEEPERS.iter().map(|keepers| (*pool, *keepers)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(&(pool, keepers)) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
            let figures = one(pool, keepers)?;
            done.push(Cell { pool, keepers, figures });
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

impl Figures {
    fn of(outcome: &Outcome) -> Self {
        Self {
            bad_debt: outcome.bad_debt(),
            vaults_liquidated: outcome.tally.liquidated.len() as u64,
            own_collateral: outcome.end.own_collateral,
            unsold: outcome.end.auction_debt,
            zero_price_sales: outcome.tally.zero_price_sales,
            breaches: outcome.breaches,
        }
    }
}
