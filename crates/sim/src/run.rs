//! A replay: recorded prices signed into blocks, the engine, the keepers, and the invariants after every block.

use std::io;
use std::time::{Duration, Instant};

use ballast_engine::invariants::{self, Breach, Standing};
use ballast_engine::{InvalidBlock, State, apply_block};
use ballast_num::{Amount, Arithmetic, Price, Ratio, Seconds, Timestamp};
use ballast_protocol::{Block, BlockResult, Event, FeedId, Height, Observation, SourceId, TypeId, proof};

use crate::admission::Admission;
use crate::config::{BadConfig, Config};
use crate::coverage::Coverage;
use crate::depth::Depth;
use crate::keepers::{Desk, View};
use crate::population::Population;
use crate::prices::{Cursor, Order};
use crate::scenario::Scenario;
use crate::tally::Tally;
use crate::timeline::{Moment, Timeline};
use crate::waterfall::{self, Steps};
use crate::world::{self, BadWorld, PEERS_DELAY, Rules, SOURCES, first_source, id};

/// The most blocks of a replay: six years of them, 12 s apart.
pub const BLOCKS_MAX: u64 = 16_000_000;

/// Everything that decides what a replay does.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// The prices.
    pub scenario: &'a Scenario,
    /// The assumptions.
    pub config: &'a Config,
    /// The vaults.
    pub population: &'a Population,
    /// Time between blocks.
    pub step: Seconds,
    /// By whose rules.
    pub rules: Rules,
}

/// What came of a replay in one order.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// In which order.
    pub order: Order,
    /// How many blocks.
    pub blocks: u64,
    /// Vaults at the start.
    pub vaults: u64,
    /// What happened.
    pub tally: Tally,
    /// The figures at the end.
    pub end: Moment,
    /// What the waterfall has paid at the end, net of what was recovered.
    pub booked: Steps,
    /// What it would pay at the end for open vaults and lots, at the oracle's last price.
    pub marked: Steps,
    /// Both for each collateral, in the order of the feeds.
    pub losses_by_type: Vec<(Steps, Steps)>,
    /// Mean over all blocks of debt ÷ value behind it.
    pub capital_efficiency: Ratio,
    /// What the issuance check admits after the first block.
    pub admission: Admission,
    /// Liquidity coverage at the start, and when it was worst; none where nothing is redeemed (`maker-eth-b`).
    pub coverage: Option<[Coverage; 2]>,
    /// Invariants checked.
    pub checks: u64,
    /// Invariants broken.
    pub breaches: u64,
    /// The first that was, with its evidence.
    pub first_breach: Option<String>,
    /// Commitment to the state at the end.
    pub root: proof::Hash,
    /// Time inside the engine.
    pub engine_time: Duration,
    /// For the plots.
    pub timeline: Timeline,
}

/// Why a replay did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The settings, or the vaults with them.
    #[error(transparent)]
    World(#[from] BadWorld),
    /// Blocks too far apart, or too few.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// The engine refused a block: never to be seen.
    #[error("block {height}: {error}")]
    Block {
        /// Which.
        height: Height,
        /// Why.
        error: InvalidBlock,
    },
    /// Who listened could not write it down.
    #[error("{0}")]
    Told(#[from] io::Error),
    /// A sum of the report that does not fit.
    #[error("the figures are too large to count: {0}")]
    Figures(#[from] Arithmetic),
}

impl Failed {
    /// Whether the input was bad, rather than the engine.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, Self::Block { .. })
    }
}

impl Outcome {
    /// Booked bad debt and what would be booked at the end.
    pub fn bad_debt(&self) -> Amount {
        let sum = self.booked.bad_debt.try_add(self.marked.bad_debt);
        sum.unwrap_or(Amount::MAX)
    }

    /// Whether this is worse than another: more bad debt, then more debt liquidated.
    pub fn is_worse_than(&self, other: &Self) -> bool {
        let figures = |outcome: &Self| (outcome.bad_debt(), outcome.tally.debt_liquidated);
        figures(self) > figures(other)
    }
}

/// Runs one order. `progress` is told of blocks that are done, some at a time.
///
/// Errors: `World`; `Config` if the scenario has no block of this step, or a block would be a gap to the feed;
/// `Block`, `Figures`.
pub fn run(setup: &Setup<'_>, order: Order, progress: &dyn Fn(u64)) -> Result<Outcome, Failed> {
    run_told(setup, order, progress, &mut |_, _| Ok(()))
}

/// Who is told of each block, with what it held and what came of it. Its error ends the run.
pub type Listener<'a> = dyn FnMut(&Block, &BlockResult) -> io::Result<()> + 'a;

/// The same, with someone who listens. Errors: those of [`run`], then `Told`.
pub fn run_told(
    setup: &Setup<'_>,
    order: Order,
    progress: &dyn Fn(u64),
    listener: &mut Listener<'_>,
) -> Result<Outcome, Failed> {
    check_step(setup)?;
    let config = &world::for_rules(setup.config, setup.rules);
    let mut state = world::state(setup.scenario, setup.config, setup.population, setup.rules)?;
    let blocks = setup.scenario.blocks(setup.step);
    let paths = setup.scenario.paths(order);
    let mut market: Vec<Cursor<'_>> = paths.iter().map(crate::prices::Path::cursor).collect();
    let mut told: Vec<Cursor<'_>> = paths.iter().map(crate::prices::Path::cursor).collect();
    let delay = match setup.rules {
        Rules::Ballast => Seconds::ZERO,
        Rules::PeersOf2020 => PEERS_DELAY,
    };
    let debts = setup.population.debts(setup.scenario.feeds.len())?;
    let volumes = Depth::of(setup.scenario, config, &debts)?.volumes;
    let mut desk = Desk::new(config, volumes.clone(), setup.rules);
    let mut spots: Vec<Option<Price>> = prices_at(&mut market, setup.scenario.from);
    let mut last_known: Vec<Price> = spots.iter().map(|spot| spot.unwrap_or(Price::ZERO)).collect();
    let mut carried_over: Vec<TypeId> = Vec::new();
    let mut checks = Checks::of(&state);
    let mut tally = Tally::default();
    let mut timeline = Timeline::default();
    let mut efficiency = Mean::default();
    let (mut admission, at_start) = (Admission::default(), Coverage::of(&state, config, &volumes)?);
    let mut worst = at_start.clone();
    let mut engine_time = Duration::ZERO;
    let mut reported = 0;
    timeline.moments.push(Moment::of(&state, &last_known, &tally)?);

    for number in 1..=blocks {
        let now = Timestamp(setup.scenario.from.0 + number * setup.step.0);
        let view = View {
            state: &state,
            spots: &spots,
            carried_over: &carried_over,
        };
        let present = prices_at(&mut market, now);
        let transactions = desk.transactions(view, (now, &present), setup.step)?;
        let words = prices_at(&mut told, Timestamp(now.0.saturating_sub(delay.0)));
        let block = Block {
            height: Height(number),
            time: now,
            observations: observations(&words, now),
            transactions,
        };
        let started = Instant::now();
        let applied = apply_block(&mut state, &block);
        engine_time += started.elapsed();
        let result = applied.map_err(|error| Failed::Block {
            height: block.height,
            error,
        })?;

        listener(&block, &result)?;
        checks.after_block(&state, &result);
        spots = present;
        for (known, spot) in last_known.iter_mut().zip(&spots) {
            *known = spot.unwrap_or(*known);
        }
        carried_over = types_carried_over(&result);
        for sale in tally.add(&state, &result, &spots)? {
            timeline.add_sale(now, sale);
        }
        let moment = Moment::of(&state, &last_known, &tally)?;
        efficiency.add(moment.capital_efficiency());
        if number == 1 {
            admission = Admission::of(&state)?;
        }
        worst = worst.worse(Coverage::of(&state, config, &volumes)?);
        if Timeline::wants(number, blocks) {
            timeline.moments.push(moment);
        }
        if number.is_multiple_of(64) || number == blocks {
            progress(number - reported);
            reported = number;
        }
    }
    checks.at_end(&state);
    let (booked, marked) = (waterfall::booked(&state)?, waterfall::marked(&state)?);
    Ok(Outcome {
        order,
        blocks,
        vaults: setup.population.vaults.len() as u64,
        end: Moment::of(&state, &last_known, &tally)?,
        tally,
        booked: Steps::sum(&booked)?,
        marked: Steps::sum(&marked)?,
        losses_by_type: booked.into_iter().zip(marked).collect(),
        capital_efficiency: efficiency.mean(),
        admission,
        coverage: Some([at_start, worst]),
        checks: checks.made,
        breaches: checks.broken,
        first_breach: checks.first,
        root: state.root(),
        engine_time,
        timeline,
    })
}

/// Whether the blocks are neither too far apart nor too few or many. Error: `Contradictory`.
pub(crate) fn check_step(setup: &Setup<'_>) -> Result<(), BadConfig> {
    let (step, gap) = (setup.step, setup.config.feed.gap);
    if step.is_zero() || step > gap {
        return Err(BadConfig::Contradictory(format!(
            "blocks {step} apart with feed.gap {gap}: choose 1 s to the gap, or every block would begin a quiet period"
        )));
    }
    let blocks = setup.scenario.blocks(step);
    if blocks > BLOCKS_MAX {
        return Err(BadConfig::Contradictory(format!(
            "the prices span {}, which is {blocks} blocks of {step}, more than {BLOCKS_MAX}: let them span less, or \
             blocks lie farther apart",
            setup.scenario.to.saturating_since(setup.scenario.from)
        )));
    }
    if blocks == 0 {
        return Err(BadConfig::Contradictory(format!(
            "the prices span {}, less than one block of {step}",
            setup.scenario.to.saturating_since(setup.scenario.from)
        )));
    }
    Ok(())
}

fn prices_at(cursors: &mut [Cursor<'_>], at: Timestamp) -> Vec<Option<Price>> {
    cursors.iter_mut().map(|cursor| cursor.price_at(at)).collect()
}

/// Every source of every feed says the same; in a gap of the record none says anything.
pub(crate) fn observations(prices: &[Option<Price>], time: Timestamp) -> Vec<Observation> {
    let priced = prices
        .iter()
        .enumerate()
        .filter_map(|(feed, price)| Some((feed, (*price)?)));
    priced
        .flat_map(|(feed, price)| {
            (0..SOURCES).map(move |source| Observation {
                feed: FeedId(id(feed)),
                source: SourceId(first_source(feed).saturating_add(source)),
                price,
                time,
            })
        })
        .collect()
}

fn types_carried_over(result: &BlockResult) -> Vec<TypeId> {
    let carried = result.events.iter().filter_map(|event| match event {
        Event::WorkCarriedOver { collateral_type, .. } => Some(*collateral_type),
        _ => None,
    });
    carried.collect()
}

/// Invariants, counted.
pub(crate) struct Checks {
    pub(crate) made: u64,
    pub(crate) broken: u64,
    pub(crate) first: Option<String>,
    /// What the next block may not worsen.
    standing: Result<Standing, Breach>,
}

impl Checks {
    /// None made yet, before the first block.
    pub(crate) fn of(state: &State) -> Self {
        Self {
            made: 0,
            broken: 0,
            first: None,
            standing: Standing::of(state),
        }
    }

    pub(crate) fn after_block(&mut self, state: &State, result: &BlockResult) {
        self.note(invariants::CHEAP, invariants::check_cheap(state));
        let before = self.standing.as_ref().map_err(Clone::clone);
        let checked = before.and_then(|before| invariants::check_block(before, state, result));
        self.standing = checked.clone().or_else(|_| Standing::of(state));
        self.note(invariants::BLOCK, checked.map(drop));
    }

    pub(crate) fn at_end(&mut self, state: &State) {
        self.note(invariants::ALL, invariants::check_all(state));
        self.note(1, invariants::root_is_exact(state));
    }

    fn note(&mut self, count: u64, result: Result<(), Breach>) {
        self.made += count;
        if let Err(breach) = result {
            self.broken += 1;
            self.first.get_or_insert_with(|| breach.to_string());
        }
    }
}

/// A mean of ratios.
#[derive(Default)]
pub(crate) struct Mean {
    sum: u128,
    count: u128,
}

impl Mean {
    pub(crate) fn add(&mut self, ratio: Option<Ratio>) {
        if let Some(ratio) = ratio {
            self.sum = self.sum.saturating_add(ratio.raw());
            self.count += 1;
        }
    }

    pub(crate) fn mean(&self) -> Ratio {
        Ratio::from_raw(self.sum.checked_div(self.count).unwrap_or(0))
    }
}
