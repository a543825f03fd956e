//! Hours of a recorded crash as a chain: blocks with what came of them, and journals made of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use ballast_engine::{State, apply_block};
use ballast_history::{CHAPTER, Happened, Index, NotRebuilt, TABLES, never, rebuild};
use ballast_journal::{Entry, Folder, LogReader, SEGMENT_BYTES, SignedBlock, Snapshots};
use ballast_num::Seconds;
use ballast_protocol::{Block, BlockResult, Genesis, Height, TransactionHash};
use ballast_signing::Domain;
use ballast_sim::config::Config;
use ballast_sim::population::Population;
use ballast_sim::prices::Order;
use ballast_sim::run::{Setup, run_told};
use ballast_sim::scenario::Scenario;
use ballast_sim::world::{self, Rules};
use commonware_runtime::tokio::{Context, Runner};
use commonware_runtime::{Runner as _, Supervisor};
use rusqlite::Connection;
use tempfile::TempDir;

pub(crate) struct Step {
    pub(crate) block: Block,
    pub(crate) hashes: Vec<TransactionHash>,
    pub(crate) result: BlockResult,
    /// After it.
    pub(crate) state: State,
}

impl Step {
    pub(crate) fn happened(&self) -> Happened<'_> {
        Happened {
            block: &self.block,
            hashes: &self.hashes,
            result: &self.result,
            state: &self.state,
        }
    }
}

pub(crate) struct Crash {
    pub(crate) genesis: Genesis,
    pub(crate) steps: Vec<Step>,
}

/// The crash, computed once.
pub(crate) fn crash() -> &'static Crash {
    static CRASH: OnceLock<Crash> = OnceLock::new();
    CRASH.get_or_init(|| Crash::replayed(Rules::Ballast, 3, 300))
}

/// More hours of it under the rules of 2020, which lost.
pub(crate) fn losses() -> &'static Crash {
    static LOSSES: OnceLock<Crash> = OnceLock::new();
    LOSSES.get_or_init(|| Crash::replayed(Rules::PeersOf2020, 8, 150))
}

impl Crash {
    fn replayed(rules: Rules, hours: u64, vaults: u64) -> Self {
        let mut scenario = Scenario::black_thursday().unwrap();
        scenario.from.0 += 10 * 3_600;
        scenario.to.0 = scenario.from.0 + hours * 3_600;
        let config = Config::default();
        let population = Population::drawn(&scenario, &config, vaults, 1).unwrap();
        let setup = Setup {
            scenario: &scenario,
            config: &config,
            population: &population,
            step: Seconds::MINUTE,
            rules,
        };
        let mut blocks: Vec<Block> = Vec::new();
        run_told(&setup, Order::LowFirst, &|_| (), &mut |block, _| {
            blocks.push(block.clone());
            Ok(())
        })
        .unwrap();

        let genesis = world::genesis(&scenario, &config, &population, rules).unwrap();
        let domain = Domain::of(&genesis);
        let mut state = State::genesis(&genesis).unwrap();
        let mut step = |block: Block| {
            let result = apply_block(&mut state, &block).unwrap();
            Step {
                hashes: block.transactions.iter().map(|said| domain.digest(said)).collect(),
                block,
                result,
                state: state.clone(),
            }
        };
        let steps = blocks.into_iter().map(&mut step).collect();
        Self { genesis, steps }
    }

    /// An index of the first blocks, as a node makes it: some blocks at a time.
    pub(crate) fn live(&self, path: &Path) -> Index {
        self.live_in_chapters(path, CHAPTER)
    }

    /// The same, in chapters of so many rows.
    pub(crate) fn live_in_chapters(&self, path: &Path, rows: u64) -> Index {
        let mut index = self.empty(path).with_chapters(rows);
        for group in self.steps.chunks(7) {
            index.apply(group.iter().map(Step::happened)).unwrap();
        }
        index
    }

    /// An index of no block, made of a journal without any.
    pub(crate) fn empty(&self, path: &Path) -> Index {
        self.journal(1, 0, async |log, snapshots| {
            let made = rebuild(&self.genesis, log, snapshots, path, &never(), &mut |_| ()).await;
            made.unwrap().0
        })
    }

    /// Runs something beside a journal of the blocks from `first` to `last`, with a snapshot of the height before.
    pub(crate) fn journal<T>(
        &self,
        first: u64,
        last: u64,
        act: impl AsyncFnOnce(&LogReader<Context>, &Snapshots<Context>) -> T,
    ) -> T {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::create(place.path().join("reserve"), self.genesis.clone()).unwrap();
        Runner::new(folder.runtime()).start(|context| async move {
            let snapshots = folder.snapshots(context.child("snapshots"));
            if first > 1 {
                snapshots.save(&self.step(first - 1).state).await.unwrap();
            }
            let config = ballast_journal::LogConfig {
                partition: ballast_journal::LOG.into(),
                chain: self.genesis.hash(),
                first: Height(first),
                segment_bytes: SEGMENT_BYTES.min(64 << 10),
            };
            let (mut log, _) = ballast_journal::Log::open(context.child("log"), config).await.unwrap();
            for height in first..=last {
                let step = self.step(height);
                let entry = Entry {
                    root: step.result.state_root,
                    block: SignedBlock {
                        block: step.block.clone(),
                        evidence: Vec::new(),
                        signatures: Vec::new(),
                    },
                };
                log.append(Height(height), &entry.encode()).unwrap();
                log.sync().await.unwrap();
            }
            let reader = log.reader(context.child("reader"));
            act(&reader, &snapshots).await
        })
    }

    pub(crate) fn last(&self) -> u64 {
        self.steps.len() as u64
    }

    pub(crate) fn step(&self, height: u64) -> &Step {
        &self.steps[usize::try_from(height).unwrap() - 1]
    }

    /// The index of a whole journal.
    pub(crate) fn rebuilt(&self, path: &Path) -> Result<Index, NotRebuilt> {
        self.journal(1, self.last(), async |log, snapshots| {
            let made = rebuild(&self.genesis, log, snapshots, path, &never(), &mut |_| ()).await;
            made.map(|(index, _)| index)
        })
    }
}

/// A file in a folder of its own.
pub(crate) fn place() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(ballast_history::FILE);
    (folder, path)
}

/// Every row of every table, in the order of its key.
pub(crate) fn dump(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open(path).unwrap();
    let tables = TABLES.iter().map(|table| (table.name, table.key));
    let more = [
        ("about", "begins"),
        ("chapters", "chapter"),
        ("spans", "what, id, span"),
        ("subjects", "what, id, place"),
    ];
    tables
        .chain(more)
        .map(|(name, key)| {
            let query = format!("SELECT * FROM {name} ORDER BY {key}");
            let mut statement = connection.prepare(&query).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                let value = |at| {
                    row.get::<_, rusqlite::types::Value>(at)
                        .map(|value| format!("{value:?}"))
                };
                let values: Result<Vec<_>, _> = (0..columns).map(value).collect();
                values.map(|values| values.join(" | "))
            });
            (name.to_owned(), rows.unwrap().map(Result::unwrap).collect())
        })
        .collect()
}
