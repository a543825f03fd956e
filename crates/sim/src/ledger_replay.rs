//! `maker-eth-b`: the recorded ledger of every vault of a real collateral type, lived through by our engine.
//!
//! Owners send what they recorded, governance its changes, and the market's prices are those of the time; only the
//! seizures are ours. Each recorded one is then compared with what our engine did to the same vault under the same ratio
//! ([`compare()`]). A recorded seizure ends the vault's episode: a day later, or when the record goes on, its owner closes
//! what is left of ours and starts anew. After a seizure of ours the record of the vault is skipped until then, or, if the
//! record has none, until its owner brings it back to the record a day later; so he does an hour after a refusal.
//!
//! The coins that owners need for fees stand in the books of a second type, everything else that the peer lends against,
//! which takes no part. Blocks are the ledger's own and one each five minutes.

pub mod compare;
mod owners;
pub mod read;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use ballast_engine::{State, apply_block};
use ballast_num::{Amount, Arithmetic, Index, NormalizedDebt, Price, Ratio, Round, Seconds, Timestamp};
use ballast_protocol::{Block, BlockResult, Command, Event, FeedId, Height, ParameterChange, Transaction, VaultId};

use self::compare::{Compared, ORACLE_DELAY, Ours, PATIENCE, Recorded, Watched, compare};
pub use self::owners::Operations;
use self::owners::{KIND, Owners};
use self::read::{BadRow, Change, Entry, What};
use crate::config::Config;
use crate::keepers::{Desk, View};
use crate::market::usd;
use crate::prices::{Cursor, Malformed, Order, Path, Series};
use crate::run::{Checks, Failed, Mean, Outcome, bad_debt, observations};
use crate::tally::Tally;
use crate::timeline::{Moment, Timeline};
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
    /// Seizures of ours with no recorded one of the vault within a day after or an hour before, and how many vaults they
    /// are of.
    pub only_ours: (u64, u64),
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
        })
    }

    /// The times of all blocks.
    fn times(&self) -> Vec<Timestamp> {
        let grid = (SPAN.0.0 / STEP.0 + 1..=SPAN.1.0 / STEP.0).map(|number| Timestamp(number * STEP.0));
        let own = self.entries.iter().map(|entry| entry.at);
        let changes = self.changes.iter().map(|change| change.at);
        let all: BTreeSet<Timestamp> = grid.chain(own).chain(changes).collect();
        all.into_iter().filter(|at| *at > SPAN.0 && *at <= SPAN.1).collect()
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

    /// The recorded seizures, by time: the lots of one vault in one block are one.
    fn seizures(&self) -> Vec<Recorded> {
        let seized = self
            .entries
            .iter()
            .filter(|entry| matches!(entry.what, What::Seizure { .. }));
        let distinct: BTreeSet<(Timestamp, u64)> = seized.map(|entry| (entry.at, entry.vault)).collect();
        distinct.into_iter().map(|(at, vault)| Recorded { vault, at }).collect()
    }
}

/// Runs the ledger in one order. Errors: those of [`run`](crate::run::run).
pub fn run(ledger: &Ledger, config: &Config, order: Order, progress: &dyn Fn(u64)) -> Result<LedgerOutcome, Failed> {
    let path = Path::new(ledger.series.clone(), order);
    let config = &world::config(config);
    let genesis = world::genesis(ledger, config, SPAN.0, path.price_at(SPAN.0))?;
    let state = State::genesis(&genesis).map_err(BadWorld::from)?;
    let mut replay = Replay::new(ledger, config, state, &path);
    let mut reported = 0;
    for (number, now) in ledger.times().into_iter().enumerate() {
        replay.block(now)?;
        if number % 1_024 == 1_023 {
            progress(1_024);
            reported += 1_024;
        }
    }
    progress(ledger.blocks().saturating_sub(reported));
    replay.end(order)
}

/// A ledger under way.
struct Replay<'a> {
    ledger: &'a Ledger,
    path: &'a Path,
    cursor: Cursor<'a>,
    state: State,
    owners: Owners,
    desk: Desk,
    spot: Option<Price>,
    last_known: Vec<Price>,
    next_entry: usize,
    next_change: usize,
    /// Recorded vaults whose episode ends, and when.
    ending: BTreeMap<u64, Timestamp>,
    /// When episodes of recorded vaults ended.
    ended: BTreeMap<u64, Vec<Timestamp>>,
    /// What the record's vaults hold and owe; what they owe grows by our index.
    kept: BTreeMap<u64, (Amount, NormalizedDebt)>,
    /// When vaults that only we have seized from are brought back to the record.
    restoring: BTreeMap<u64, Timestamp>,
    ours: BTreeMap<u64, Vec<Ours>>,
    /// Our seizures of the present episode of each recorded one, as it was compared.
    compared: Vec<Compared>,
    seizures: Vec<Recorded>,
    next_seizure: usize,
    watched: BTreeMap<Recorded, Watched>,
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
        Self {
            ledger,
            path,
            cursor: path.cursor(),
            state,
            owners: Owners::default(),
            desk: Desk::new(config, 1, Rules::Ballast),
            spot: first,
            last_known: vec![first.unwrap_or(Price::ZERO)],
            next_entry: 0,
            next_change: 0,
            ending: BTreeMap::new(),
            ended: BTreeMap::new(),
            kept: BTreeMap::new(),
            restoring: BTreeMap::new(),
            ours: BTreeMap::new(),
            compared: Vec::new(),
            seizures: ledger.seizures(),
            next_seizure: 0,
            watched: BTreeMap::new(),
            changes: [0; 3],
            blocks: 0,
            checks: Checks::default(),
            tally: Tally::default(),
            timeline: Timeline::default(),
            efficiency: Mean::default(),
            engine_time: Duration::ZERO,
        }
    }

    fn block(&mut self, now: Timestamp) -> Result<(), Failed> {
        let present = self.cursor.price_at(now);
        let rows = self.rows(now);
        let mut transactions = self.governance(now);
        let of_governance = transactions.len();
        let mut sent: Vec<(u64, Transaction)> = self.episodes(&rows, now);
        let recorded: BTreeMap<u64, Vec<What>> = rows
            .iter()
            .map(|(vault, whats)| {
                (
                    *vault,
                    whats
                        .iter()
                        .filter(|what| !matches!(what, What::Seizure { .. }))
                        .copied()
                        .collect(),
                )
            })
            .filter(|(_, whats): &(u64, Vec<What>)| !whats.is_empty())
            .collect();
        sent.extend(self.owners.transactions(&self.state, &recorded, now));
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
        let before = self.state.clone();
        let started = Instant::now();
        let applied = apply_block(&mut self.state, &block);
        self.engine_time += started.elapsed();
        let result = applied.map_err(|error| Failed::Block { height, error })?;

        for receipt in result.receipts.iter().take(of_governance) {
            self.changes[usize::from(receipt.outcome != ballast_protocol::Outcome::Done)] += 1;
        }
        for (nonce, receipt) in nonces.iter().zip(result.receipts.iter().skip(of_governance)) {
            self.owners.receive(*nonce, receipt);
        }
        for vault in std::mem::take(&mut self.owners.restored) {
            self.ended.entry(vault).or_default().push(now);
        }
        for vault in &self.owners.diverged {
            self.restoring.entry(*vault).or_insert(Timestamp(now.0 + ORACLE_DELAY));
        }
        self.spot = present;
        if let Some(price) = present {
            self.last_known = vec![price];
        }
        self.note_seizures(&before, &result, now);
        self.watch(now);
        self.compare_until(now);
        self.figures(&result, now)
    }

    /// The recorded rows of this block, by vault.
    fn rows(&mut self, now: Timestamp) -> BTreeMap<u64, Vec<What>> {
        let mut rows: BTreeMap<u64, Vec<What>> = BTreeMap::new();
        let index = self
            .state
            .vaults()
            .totals(KIND)
            .map_or(Index::ONE, |totals| totals.index);
        while let Some(entry) = self.ledger.entries.get(self.next_entry).filter(|entry| entry.at <= now) {
            rows.entry(entry.vault).or_default().push(entry.what);
            let (held, owed) = self.kept.entry(entry.vault).or_default();
            let normalized = |amount: Amount| amount.normalize(index, Round::Down).unwrap_or_default();
            match entry.what {
                What::Open => {}
                What::Deposit(amount) => *held = held.try_add(amount).unwrap_or(*held),
                What::Withdraw(amount) => *held = held.saturating_sub(amount),
                What::Draw(amount) => *owed = owed.try_add(normalized(amount)).unwrap_or(*owed),
                What::Repay(amount) => *owed = owed.saturating_sub(normalized(amount)),
                What::Seizure { debt, collateral } => {
                    *owed = owed.saturating_sub(normalized(debt));
                    *held = held.saturating_sub(collateral);
                }
            }
            self.next_entry += 1;
        }
        rows
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

    /// Ends the episodes that are over, or whose record goes on, and notes those that this block's seizures end.
    fn episodes(&mut self, rows: &BTreeMap<u64, Vec<What>>, now: Timestamp) -> Vec<(u64, Transaction)> {
        let goes_on = |whats: &Vec<What>| whats.iter().any(|what| !matches!(what, What::Seizure { .. }));
        let over: Vec<u64> = self
            .ending
            .iter()
            .filter(|(vault, end)| **end <= now || rows.get(vault).is_some_and(goes_on))
            .map(|(vault, _)| *vault)
            .collect();
        let mut closed = Vec::new();
        let due: Vec<u64> = self
            .restoring
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(vault, _)| *vault)
            .collect();
        for vault in due {
            self.restoring.remove(&vault);
            let differs = self.owners.is_seized(vault) || self.owners.diverged.contains(&vault);
            if differs && !self.ending.contains_key(&vault) {
                closed.push(self.owners.restore(&self.state, vault, self.recorded_state(vault), now));
                // Until it is done: the vault may be too near its ratio now.
                self.restoring.insert(vault, Timestamp(now.0 + 3_600));
            }
        }
        for vault in over {
            self.ending.remove(&vault);
            self.ended.entry(vault).or_default().push(now);
            closed.extend(self.owners.close(&self.state, vault, now));
        }
        for (vault, whats) in rows {
            let seized = whats.iter().filter_map(|what| match what {
                What::Seizure { debt, .. } => Some(*debt),
                _ => None,
            });
            // Of a vault that lost only some lots the record goes on with the rest.
            let left = self.recorded_state(*vault).1;
            if seized.max().is_some_and(|lot| left < lot) {
                let end = Timestamp(now.0.saturating_add(PATIENCE));
                self.ending.entry(*vault).or_insert(end);
            }
        }
        closed
    }

    /// What the record says that a vault holds and owes; less than the debt floor is a remainder of fees.
    fn recorded_state(&self, vault: u64) -> (Amount, Amount) {
        let (held, owed) = self.kept.get(&vault).copied().unwrap_or_default();
        let state = || -> Result<Amount, ballast_protocol::Rejected> {
            let debt = owed.debt(self.state.vaults().totals(KIND)?.index, Round::Up)?;
            let is_dust = debt < self.state.vaults().spec(KIND)?.debt_floor;
            Ok(if is_dust { Amount::ZERO } else { debt })
        };
        (held, state().unwrap_or_default())
    }

    fn note_seizures(&mut self, before: &State, result: &BlockResult, now: Timestamp) {
        let events = result
            .events
            .iter()
            .chain(result.receipts.iter().flat_map(|receipt| &receipt.events));
        for event in events {
            let Event::VaultSeized(seized) = event else { continue };
            let Some(recorded) = self.owners.recorded(seized.vault) else {
                continue;
            };
            self.owners.note_seizure(recorded);
            self.restoring.entry(recorded).or_insert(Timestamp(now.0 + PATIENCE));
            let own = Ours {
                at: now,
                whole: self
                    .state
                    .vaults()
                    .vault(seized.vault)
                    .map_or(true, |left| left.normalized_debt.is_zero()),
                break_price: break_price(before, seized.vault).unwrap_or(Price::ZERO),
            };
            self.ours.entry(recorded).or_default().push(own);
        }
    }

    /// Looks at the vaults that the record is about to lose.
    fn watch(&mut self, now: Timestamp) {
        let from = now.0.saturating_add(2 * ORACLE_DELAY);
        let soon = self
            .seizures
            .iter()
            .skip(self.next_seizure)
            .take_while(|recorded| recorded.at.0 <= from);
        for recorded in soon.filter(|recorded| recorded.at >= now) {
            let watched = self.watched.entry(*recorded).or_default();
            watched.diverged |= self.owners.diverged.contains(&recorded.vault);
            let Some(id) = self.owners.vault(recorded.vault) else {
                continue;
            };
            let Ok(quote) = self.state.prices().quote(FeedId(1)) else {
                continue;
            };
            let least = |seen: Option<Ratio>, now: Option<Ratio>| match (seen, now) {
                (Some(seen), Some(now)) => Some(seen.min(now)),
                (seen, now) => seen.or(now),
            };
            watched.least = least(watched.least, ratio(&self.state, id, quote.judging));
            watched.least_judged = least(watched.least_judged, ratio(&self.state, id, quote.wick()));
        }
    }

    /// Compares the recorded seizures whose day has passed.
    fn compare_until(&mut self, now: Timestamp) {
        while let Some(recorded) = self.seizures.get(self.next_seizure).copied() {
            if recorded.at.0 + PATIENCE > now.0 {
                break;
            }
            self.next_seizure += 1;
            self.compare(recorded);
        }
    }

    fn compare(&mut self, recorded: Recorded) {
        let watched = self.watched.remove(&recorded).unwrap_or_default();
        let ended = self.ended.get(&recorded.vault).map_or(&[][..], Vec::as_slice);
        let first = ended.iter().filter(|end| **end <= recorded.at).max().copied();
        let last = ended.iter().find(|end| **end > recorded.at).copied();
        let of_episode =
            |own: &&Ours| first.is_none_or(|first| own.at >= first) && last.is_none_or(|last| own.at <= last);
        let all = self.ours.get(&recorded.vault).into_iter().flatten();
        let ours: Vec<Ours> = all.filter(of_episode).copied().collect();
        let hourly_ok = |own: &Ours| {
            let hours = own.at.0.div_ceil(3_600)..=recorded.at.0.saturating_sub(ORACLE_DELAY) / 3_600;
            hours
                .filter_map(|hour| self.path.price_at(Timestamp(hour * 3_600)))
                .all(|price| price >= own.break_price)
        };
        self.compared.push(compare(recorded, &ours, &watched, hourly_ok, RATIO));
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
        while let Some(recorded) = self.seizures.get(self.next_seizure).copied() {
            self.next_seizure += 1;
            self.compare(recorded);
        }
        self.checks.at_end(&self.state);
        let (booked, marked) = bad_debt(&self.state)?;
        let changed = self.changes;
        let only_ours = self.only_ours();
        let outcome = Outcome {
            order,
            blocks: self.blocks,
            vaults: self.ledger.vaults(),
            end: Moment::of(&self.state, &self.last_known, &self.tally)?,
            tally: self.tally,
            bad_debt_booked: booked,
            bad_debt_marked: marked,
            capital_efficiency: self.efficiency.mean(),
            checks: self.checks.made,
            breaches: self.checks.broken,
            first_breach: self.checks.first,
            root: self.state.root(),
            engine_time: self.engine_time,
            timeline: self.timeline,
        };
        Ok(LedgerOutcome {
            outcome,
            compared: self.compared,
            operations: self.owners.operations,
            changes: changed,
            only_ours,
        })
    }
}

impl Replay<'_> {
    /// How many seizures of ours, and of how many vaults, have no recorded one of the vault near.
    fn only_ours(&self) -> (u64, u64) {
        let mut recorded: BTreeMap<u64, Vec<Timestamp>> = BTreeMap::new();
        for seizure in &self.seizures {
            recorded.entry(seizure.vault).or_default().push(seizure.at);
        }
        let (mut seizures, mut vaults) = (0, 0);
        for (vault, ours) in &self.ours {
            let theirs = recorded.get(vault).map_or(&[][..], Vec::as_slice);
            let is_near = |own: &Ours| {
                theirs
                    .iter()
                    .any(|at| at.0.saturating_add(PATIENCE) >= own.at.0 && at.0 <= own.at.0.saturating_add(PATIENCE))
            };
            let alone = ours.iter().filter(|own| !is_near(own)).count() as u64;
            seizures += alone;
            vaults += u64::from(alone > 0);
        }
        (seizures, vaults)
    }
}

/// A vault's collateral ratio at a price, rounded down; none without debt.
fn ratio(state: &State, id: VaultId, price: Price) -> Option<Ratio> {
    let vault = state.vaults().vault(id).ok()?;
    let index = state.vaults().totals(KIND).ok()?.index;
    let debt = vault.normalized_debt.debt(index, Round::Up).ok()?;
    Ratio::of(usd(vault.collateral, price).ok()?.raw(), debt.raw(), Round::Down).ok()
}

/// The price at which a vault stands at its liquidation ratio.
fn break_price(state: &State, id: VaultId) -> Option<Price> {
    let find = || -> Result<Price, Arithmetic> {
        let missing = Arithmetic::DivisionByZero;
        let vault = state.vaults().vault(id).map_err(|_| missing)?;
        let index = state.vaults().totals(KIND).map_err(|_| missing)?.index;
        let debt = vault
            .normalized_debt
            .debt(index, Round::Up)?
            .mul_ratio(RATIO, Round::Up)?;
        let raw = ballast_num::mul_div(debt.raw(), Price::ONE.raw(), vault.collateral.raw(), Round::Up)?;
        Ok(Price::from_raw(raw))
    };
    find().ok()
}
