//! `maker-eth-b`: the recorded ledger of every vault of a real collateral type, lived through by our engine.
//!
//! Owners send what they recorded, governance its changes, and the market's prices are those of the time; only the
//! seizures are ours. Each recorded one is then compared with what our engine did to the same vault under the same ratio
//! ([`compare`]). A recorded seizure ends the vault's episode: a day later, or when the record goes on, its owner closes
//! what is left of ours and starts anew. After a seizure of ours the record of the vault is skipped until then, or, if the
//! record has none, until its owner brings it back to the record (`episodes`).
//!
//! The coins that owners need for fees stand in the books of a second type, everything else that the peer lends against,
//! which takes no part. Blocks are the ledger's own and one each five minutes.

pub mod compare;
mod episodes;
pub mod losses;
mod owners;
pub mod read;
mod record;
mod watch;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use ballast_engine::{State, apply_block};
use ballast_num::{Amount, Arithmetic, Price, Ratio, Seconds, Timestamp};
use ballast_protocol::{Block, BlockResult, Command, Event, Height, ParameterChange, Transaction, VaultId};

use self::compare::{Compared, PATIENCE, Recorded};
use self::episodes::Episodes;
use self::losses::Losses;
pub use self::owners::Operations;
use self::owners::{KIND, Owners};
use self::read::{BadRow, Change, Entry, What};
use self::record::Record;
pub use self::watch::OnlyOurs;
use self::watch::Watch;
pub use self::world::BOOK;
use crate::admission::Admission;
use crate::config::Config;
use crate::depth;
use crate::keepers::{Desk, View};
use crate::prices::{Cursor, Malformed, Order, Path, Series};
use crate::run::{Checks, Failed, Listener, Mean, Outcome, observations};
use crate::scenario::DAILY_VOLUME;
use crate::tally::Tally;
use crate::timeline::{Moment, Timeline};

use crate::waterfall::{self, Steps};
use crate::world::{AUTHORITY, BadWorld, Rules};

/// Between two blocks of no ledger.
pub const STEP: Seconds = Seconds(300);
/// 2020-10-19 14:05 and 2023-01-15 00:00: from the type's parameters to a day after its last row.
const SPAN: (Timestamp, Timestamp) = (Timestamp(1_603_116_300), Timestamp(1_673_740_800));
/// The ratio under which the recorded vaults lived, all the time.
const RATIO: Ratio = Ratio::percent(130);

/// The recorded ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    entries: Vec<Entry>,
    changes: Vec<Change>,
    series: Series,
    /// The last block.
    end: Timestamp,
}

/// What came of it in one order.
#[derive(Clone, Debug)]
pub struct LedgerOutcome {
    /// The figures of every replay.
    pub outcome: Outcome,
    /// The recorded seizures, by time.
    pub compared: Vec<Compared>,
    /// What became of the recorded operations.
    pub operations: Operations,
    /// Parameter changes: carried out, refused, without an equal.
    pub changes: [u64; 3],
    /// Seizures of ours with no recorded one of the vault within a day.
    pub only_ours: OnlyOurs,
    /// Where the bad debt comes from: its parts add up to all of it.
    pub losses: Losses,
}

/// Why there is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum BadLedger {
    /// A row of the ledger.
    #[error(transparent)]
    Row(#[from] BadRow),
    /// The prices.
    #[error(transparent)]
    Prices(#[from] Malformed),
}

impl Ledger {
    /// The ledger that comes with the program. Errors: none, unless it was built with broken files.
    pub fn recorded() -> Result<Self, BadLedger> {
        let prices = include_bytes!("../../../data/prices/ETH-USD_1h_kraken_2020-10_2023-01.csv.zst");
        Ok(Self {
            entries: read::entries()?,
            changes: read::changes()?,
            series: Series::parse("data/prices/ETH-USD_1h_kraken_2020-10_2023-01.csv.zst", prices)?,
            end: SPAN.1,
        })
    }

    /// The same, up to an earlier moment.
    #[must_use]
    pub fn until(mut self, end: Timestamp) -> Self {
        self.end = end.min(self.end);
        self.entries.retain(|entry| entry.at <= end);
        self
    }

    /// The times of all blocks.
    fn times(&self) -> Vec<Timestamp> {
        let grid = (SPAN.0.0 / STEP.0 + 1..=self.end.0 / STEP.0).map(|number| Timestamp(number * STEP.0));
        let own = self.entries.iter().map(|entry| entry.at);
        let changes = self.changes.iter().map(|change| change.at);
        let all: BTreeSet<Timestamp> = grid.chain(own).chain(changes).collect();
        all.into_iter().filter(|at| *at > SPAN.0 && *at <= self.end).collect()
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> u64 {
        self.times().len() as u64
    }

    /// How many vaults were recorded.
    pub fn vaults(&self) -> u64 {
        let vaults: BTreeSet<u64> = self.entries.iter().map(|entry| entry.vault).collect();
        vaults.len() as u64
    }

    /// The recorded seizures, by time.
    fn seizures(&self) -> Vec<Recorded> {
        let mut all: Vec<Recorded> = Vec::new();
        let mut last: BTreeMap<u64, usize> = BTreeMap::new();
        for entry in &self.entries {
            let What::Seizure { debt, .. } = entry.what else {
                continue;
            };
            let running = last.get(&entry.vault).and_then(|place| all.get_mut(*place));
            match running.filter(|running| entry.at.saturating_since(running.last).0 <= PATIENCE) {
                Some(running) => {
                    running.blocks += u64::from(running.last != entry.at);
                    running.last = entry.at;
                    running.debt = running.debt.try_add(debt).unwrap_or(Amount::MAX);
                }
                None => {
                    last.insert(entry.vault, all.len());
                    all.push(Recorded {
                        at: entry.at,
                        vault: entry.vault,
                        last: entry.at,
                        blocks: 1,
                        debt,
                    });
                }
            }
        }
        all
    }
}

/// The settings of this replay: those given, with what the record decides and what the peer did without.
pub fn terms(given: &Config) -> Config {
    world::config(given, Ratio::ZERO)
}

/// Runs the ledger in one order. Errors: those of [`run`](crate::run::run).
pub fn run(ledger: &Ledger, given: &Config, order: Order, progress: &dyn Fn(u64)) -> Result<LedgerOutcome, Failed> {
    run_with_pool(ledger, given, Ratio::ZERO, order, progress)
}

/// The same, with someone who is told of each block. Errors: those of [`run`], then `Told`.
pub fn run_told(
    ledger: &Ledger,
    given: &Config,
    order: Order,
    progress: &dyn Fn(u64),
    listener: &mut Listener<'_>,
) -> Result<LedgerOutcome, Failed> {
    run_whole(ledger, &world::config(given, Ratio::ZERO), order, progress, listener)
}

/// The same with a stability pool of this share of [`BOOK`] at the start, which the peer did not have.
pub fn run_with_pool(
    ledger: &Ledger,
    given: &Config,
    pool: Ratio,
    order: Order,
    progress: &dyn Fn(u64),
) -> Result<LedgerOutcome, Failed> {
    run_whole(ledger, &world::config(given, pool), order, progress, &mut |_, _| Ok(()))
}

fn run_whole(
    ledger: &Ledger,
    config: &Config,
    order: Order,
    progress: &dyn Fn(u64),
    listener: &mut Listener<'_>,
) -> Result<LedgerOutcome, Failed> {
    let path = Path::new(ledger.series.clone(), order);
    let genesis = world::genesis(ledger, config, SPAN.0, path.price_at(SPAN.0))?;
    let state = State::genesis(&genesis).map_err(BadWorld::from)?;
    let mut replay = Replay::new(ledger, config, state, &path);
    let mut reported = 0;
    for (number, now) in ledger.times().into_iter().enumerate() {
        replay.block(now, listener)?;
        if number % 1_024 == 1_023 {
            progress(1_024);
            reported += 1_024;
        }
    }
    progress(ledger.blocks().saturating_sub(reported));
    replay.end(order)
}

/// USD that change hands in a day on the market of its collateral.
pub fn daily_volume(config: &Config) -> Amount {
    depth::scaled(config.market.daily_volume.unwrap_or(DAILY_VOLUME), config).unwrap_or(Amount::MAX)
}

/// A ledger under way.
struct Replay<'a> {
    ledger: &'a Ledger,
    path: &'a Path,
    cursor: Cursor<'a>,
    state: State,
    record: Record<'a>,
    owners: Owners,
    episodes: Episodes,
    watch: Watch,
    losses: Losses,
    desk: Desk,
    spot: Option<Price>,
    last_known: Vec<Price>,
    next_change: usize,
    changes: [u64; 3],
    blocks: u64,
    checks: Checks,
    tally: Tally,
    timeline: Timeline,
    efficiency: Mean,
    engine_time: Duration,
}

impl<'a> Replay<'a> {
    fn new(ledger: &'a Ledger, config: &Config, state: State, path: &'a Path) -> Self {
        let first = path.price_at(SPAN.0);
        let volume = daily_volume(config);
        Self {
            ledger,
            path,
            cursor: path.cursor(),
            checks: Checks::of(&state),
            state,
            record: Record::new(&ledger.entries),
            owners: Owners::default(),
            episodes: Episodes::default(),
            watch: Watch::new(ledger),
            losses: Losses::default(),
            desk: Desk::new(config, vec![volume], Rules::Ballast),
            spot: first,
            last_known: vec![first.unwrap_or(Price::ZERO)],
            next_change: 0,
            changes: [0; 3],
            blocks: 0,
            tally: Tally::default(),
            timeline: Timeline::default(),
            efficiency: Mean::default(),
            engine_time: Duration::ZERO,
        }
    }

    fn block(&mut self, now: Timestamp, listener: &mut Listener<'_>) -> Result<(), Failed> {
        let present = self.cursor.price_at(now);
        let rows = self.record.read_until(now, &self.state);
        let mut transactions = self.governance(now);
        let of_governance = transactions.len();
        let mut sent = self
            .episodes
            .transactions(&mut self.owners, &self.record, (&self.state, &rows), now);
        sent.extend(self.owners.transactions(&self.state, &record::of_owners(&rows), now));
        let nonces: Vec<u64> = sent.iter().map(|(nonce, _)| *nonce).collect();
        transactions.extend(sent.into_iter().map(|(_, transaction)| transaction));
        let view = View {
            state: &self.state,
            spots: &[self.spot],
            carried_over: &[],
        };
        let step = now.saturating_since(self.state.chain().time);
        transactions.extend(self.desk.transactions(view, (now, &[present]), step)?);

        let height = Height(self.state.chain().height.0 + 1);
        let block = Block {
            height,
            time: now,
            observations: observations(&[present], now),
            transactions,
        };
        let started = Instant::now();
        let applied = apply_block(&mut self.state, &block);
        self.engine_time += started.elapsed();
        let result = applied.map_err(|error| Failed::Block { height, error })?;
        listener(&block, &result)?;

        for receipt in result.receipts.iter().take(of_governance) {
            self.changes[usize::from(receipt.outcome != ballast_protocol::Outcome::Done)] += 1;
        }
        for (nonce, receipt) in nonces.iter().zip(result.receipts.iter().skip(of_governance)) {
            self.owners.receive(*nonce, receipt);
        }
        self.episodes.note_owners(&mut self.owners, now);
        self.episodes.note_price(now, present);
        self.spot = present;
        if let Some(price) = present {
            self.last_known = vec![price];
        }
        self.note_events(&result, now)?;
        self.watch.look(&self.state, &self.owners, &self.record, present);
        self.watch.compare_until(now, &self.episodes, self.path);
        self.figures(&result, now)
    }

    /// The recorded changes of parameters of this block, one transaction each.
    fn governance(&mut self, now: Timestamp) -> Vec<Transaction> {
        let mut transactions = Vec::new();
        while let Some(change) = self
            .ledger
            .changes
            .get(self.next_change)
            .filter(|change| change.at <= now)
        {
            self.next_change += 1;
            if change.at <= SPAN.0 {
                continue; // genesis has it
            }
            let Some(parameter) = change.parameter else {
                self.changes[2] += 1;
                continue;
            };
            let command = Command::SetParameter(ParameterChange::Type(KIND, parameter));
            transactions.push(world::authority(AUTHORITY, self.next_change, now, command));
        }
        transactions
    }

    fn note_events(&mut self, result: &BlockResult, now: Timestamp) -> Result<(), Arithmetic> {
        for event in all_events(result) {
            self.losses.note(event, now)?;
            let Event::VaultSeized(seized) = event else { continue };
            let Some(recorded) = self.owners.recorded(seized.vault) else {
                continue;
            };
            self.owners.note_seizure(recorded);
            self.episodes.note_seizure(recorded, now);
            self.watch.note_seizure(recorded, &self.state);
        }
        Ok(())
    }

    fn figures(&mut self, result: &BlockResult, now: Timestamp) -> Result<(), Failed> {
        self.blocks += 1;
        self.checks.after_block(&self.state, result);
        for sale in self.tally.add(&self.state, result, &[self.spot])? {
            self.timeline.add_sale(now, sale);
        }
        let moment = Moment::of(&self.state, &self.last_known, &self.tally)?;
        self.efficiency.add(moment.capital_efficiency());
        if self.blocks.is_multiple_of(360) {
            self.timeline.moments.push(moment);
        }
        Ok(())
    }

    fn end(mut self, order: Order) -> Result<LedgerOutcome, Failed> {
        self.watch.compare_until(Timestamp::MAX, &self.episodes, self.path);
        self.checks.at_end(&self.state);
        let (booked, marked) = (waterfall::booked(&self.state)?, waterfall::marked(&self.state)?);
        let marked_bad_debt = Steps::sum(&marked)?.bad_debt;
        self.losses.mark(self.state.chain().time, marked_bad_debt)?;
        // A restored vault is one of ours with a new number, and still the same recorded one.
        self.tally.liquidated = self.watch.seized().map(VaultId).collect();
        let outcome = Outcome {
            order,
            blocks: self.blocks,
            vaults: self.ledger.vaults(),
            end: Moment::of(&self.state, &self.last_known, &self.tally)?,
            tally: self.tally,
            booked: Steps::sum(&booked)?,
            marked: Steps::sum(&marked)?,
            losses_by_type: booked.into_iter().zip(marked).collect(),
            capital_efficiency: self.efficiency.mean(),
            admission: Admission::default(),
            coverage: None,
            checks: self.checks.made,
            breaches: self.checks.broken,
            first_breach: self.checks.first,
            root: self.state.root(),
            engine_time: self.engine_time,
            timeline: self.timeline,
        };
        Ok(LedgerOutcome {
            outcome,
            only_ours: self.watch.only_ours(),
            compared: self.watch.compared,
            losses: self.losses,
            operations: self.owners.operations,
            changes: self.changes,
        })
    }
}

/// The engine's own events, then those of transactions.
fn all_events(result: &BlockResult) -> impl Iterator<Item = &Event> {
    let of_transactions = result.receipts.iter().flat_map(|receipt| &receipt.events);
    result.events.iter().chain(of_transactions)
}
