//! The table that each scenario prints: three designs of the backstop on the same capital, vaults and prices, and what
//! each owes to depth.

use ballast_num::{Amount, Ratio, Round};

use crate::admission::Admission;
use crate::config::BadConfig;
use crate::generation::Generation;
use crate::parallel;
use crate::prices::Order;
use crate::run::{Failed, Outcome, Setup, check_step, run};
use crate::waterfall::Steps;
use crate::world::{self, Rules};

/// Depths of the table, as factors of the depth that the settings say. At none there are no bids, pools and liquidity, and
/// nobody can sell what he bought: so nobody buys.
pub const DEPTHS: [Ratio; 7] = [
    Ratio::ZERO,
    Ratio::basis_points(625),
    Ratio::percent(25),
    Ratio::percent(50),
    Ratio::ONE,
    Ratio::percent(200),
    Ratio::percent(400),
];

/// One replay of the table, in the worse of both orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// By which design.
    pub generation: Generation,
    /// At which depth: a factor of what scenario and settings say.
    pub depth: Ratio,
    /// What came of it; nothing if pools, capital and keepers together would hold more coins than vaults owe.
    pub figures: Option<Figures>,
}

/// What came of a replay of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Vaults that lost something.
    pub vaults_liquidated: u64,
    /// Debt taken off vaults.
    pub debt_liquidated: Amount,
    /// Owners' loss beyond the debt repaid.
    pub own_collateral: Amount,
    /// What each step of the waterfall below lost, booked and marked; the last is bad debt.
    pub losses: Steps,
    /// Mean over blocks of debt ÷ value behind it.
    pub capital_efficiency: Ratio,
    /// What the issuance check admits after the first block.
    pub admission: Admission,
    /// Invariants broken.
    pub breaches: u64,
}

/// Everything that a report compares.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The chosen generation at the chosen depth: both orders, the worse first.
    pub outcomes: [Outcome; 2],
    /// The worse order of the stand-in for the peers of March 2020.
    pub stand_in: Outcome,
    /// By generation, then depth.
    pub cells: Vec<Cell>,
}

/// What is run in two orders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    StandIn,
    Cell(Generation, Ratio),
}

/// How many runs [`compare`] makes: for showing how far it is.
pub const RUNS: u64 = 2 * (1 + (Generation::ALL.len() * DEPTHS.len()) as u64);

/// Whether every run can begin, but for cells of the table, found without a block. Errors: `Config`, `World`.
pub fn check(setup: &Setup<'_>) -> Result<(), Failed> {
    check_step(setup)?;
    for rules in [Rules::Ballast, Rules::PeersOf2020] {
        world::state(setup.scenario, setup.config, setup.population, rules)?;
    }
    Ok(())
}

/// Runs all, as many at a time as there are cores; the results do not depend on how many. Errors: those of [`run`] that are
/// not of one cell alone.
pub fn compare(setup: &Setup<'_>, progress: &(dyn Fn(u64) + Sync)) -> Result<Compared, Failed> {
    let (chosen, depth) = (setup.config.capital.generation, setup.config.market.depth);
    let depths = DEPTHS
        .iter()
        .map(|factor| factor.mul_ratio(depth, Round::Down).map_err(Failed::from))
        .collect::<Result<Vec<Ratio>, Failed>>()?;
    let cells = Generation::ALL
        .into_iter()
        .flat_map(|generation| depths.iter().map(move |depth| What::Cell(generation, *depth)));
    let all: Vec<What> = std::iter::once(What::StandIn).chain(cells).collect();
    let jobs: Vec<(What, Order)> = all
        .iter()
        .flat_map(|what| [Order::LowFirst, Order::HighFirst].map(|order| (*what, order)))
        .collect();
    let kept = |what| what == What::StandIn || what == What::Cell(chosen, depth);
    let mut results = parallel::each(&jobs, |(what, order)| {
        let outcome = one(setup, *what, *order, kept(*what), progress)?;
        Ok::<_, Failed>(outcome.map(|outcome| Done::of(outcome, kept(*what))))
    })?
    .into_iter();

    let (mut outcomes, mut stand_in, mut table) = (None, None, Vec::new());
    for what in all {
        let pair = results.next().flatten().zip(results.next().flatten());
        let pair = pair.map(|(low, high)| {
            if high.is_worse_than(&low) {
                [high, low]
            } else {
                [low, high]
            }
        });
        let broken = pair
            .as_ref()
            .map_or(0, |[one, other]| one.figures.breaches + other.figures.breaches);
        if let What::Cell(generation, depth) = what {
            let figures = pair.as_ref().map(|[worse, _]| Figures {
                breaches: broken,
                ..worse.figures.clone()
            });
            table.push(Cell {
                generation,
                depth,
                figures,
            });
        }
        let Some(
            [
                Done {
                    outcome: Some(worse), ..
                },
                Done {
                    outcome: Some(other), ..
                },
            ],
        ) = pair
        else {
            continue;
        };
        match what {
            What::StandIn => stand_in = Some(*worse),
            What::Cell(..) => outcomes = Some([*worse, *other]),
        }
    }
    match (outcomes, stand_in) {
        (Some(outcomes), Some(stand_in)) => Ok(Compared {
            outcomes,
            stand_in,
            cells: table,
        }),
        _ => Err(Failed::Config(BadConfig::Contradictory(
            "the chosen run is not in the table".into(), // it is: the factor 1 is among the depths
        ))),
    }
}

/// One run; nothing if only this cell is impossible.
fn one(
    setup: &Setup<'_>,
    what: What,
    order: Order,
    is_needed: bool,
    progress: &dyn Fn(u64),
) -> Result<Option<Outcome>, Failed> {
    let mut config = setup.config.clone();
    let rules = match what {
        What::StandIn => Rules::PeersOf2020,
        What::Cell(generation, depth) => {
            (config.capital.generation, config.market.depth) = (generation, depth);
            if depth.is_zero() {
                config.keepers.count = 0; // who cannot sell does not buy, and need not look at every lot in every block
            }
            Rules::Ballast
        }
    };
    let setup = Setup {
        config: &config,
        rules,
        ..setup.clone()
    };
    match run(&setup, order, progress) {
        // The settings themselves have passed: only what this cell changes can be impossible.
        Err(Failed::World(_)) if !is_needed => {
            progress(setup.scenario.blocks(setup.step));
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}

/// A run that is over: its figures, and all of it if a report tells more.
struct Done {
    figures: Figures,
    outcome: Option<Box<Outcome>>,
}

impl Done {
    fn of(outcome: Outcome, is_kept: bool) -> Self {
        Self {
            figures: Figures::of(&outcome),
            outcome: is_kept.then(|| Box::new(outcome)),
        }
    }

    /// More bad debt, then more debt liquidated, as [`Outcome::is_worse_than`].
    fn is_worse_than(&self, other: &Self) -> bool {
        let figures = |done: &Self| (done.figures.losses.bad_debt, done.figures.debt_liquidated);
        figures(self) > figures(other)
    }
}

impl Figures {
    fn of(outcome: &Outcome) -> Self {
        Self {
            vaults_liquidated: outcome.tally.liquidated.len() as u64,
            debt_liquidated: outcome.tally.debt_liquidated,
            own_collateral: outcome.end.own_collateral,
            losses: outcome.end.losses,
            capital_efficiency: outcome.capital_efficiency,
            admission: outcome.admission,
            breaches: outcome.breaches,
        }
    }
}

/// The cell of a generation at a depth.
pub fn cell(cells: &[Cell], generation: Generation, depth: Ratio) -> Option<&Cell> {
    cells
        .iter()
        .find(|cell| cell.generation == generation && cell.depth == depth)
}

/// The depths of a table, each once, from none to the greatest.
pub fn depths(cells: &[Cell]) -> Vec<Ratio> {
    let mut depths: Vec<Ratio> = cells.iter().map(|cell| cell.depth).collect();
    depths.sort_unstable();
    depths.dedup();
    depths
}
