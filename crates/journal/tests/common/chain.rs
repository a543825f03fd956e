//! A chain of real blocks and evidence, and journals made of it.

use ballast_engine::{State, apply_block};
use ballast_journal::{Entry, Fault, Log, LogConfig, SignedBlock, Snapshots};
use ballast_num::{Price, Timestamp};
use ballast_protocol::{Block, Genesis, Height, Outcome};
use ballast_signing::{Domain, SignedObservation, SignedTransaction};
use commonware_runtime::Supervisor;
use commonware_runtime::deterministic::Context;

use super::{START, WALLETS, genesis, open_vault, price, send};

/// A state, and all entries that have led to it.
pub(crate) struct Chain {
    pub(crate) genesis: Genesis,
    /// After height 0, 1, 2 …
    pub(crate) states: Vec<State>,
    /// Of height 1, 2 …
    pub(crate) entries: Vec<Entry>,
}

impl Chain {
    pub(crate) fn of(blocks: u64) -> Self {
        let genesis = genesis();
        let mut chain = Self {
            states: vec![State::genesis(&genesis).unwrap()],
            genesis,
            entries: Vec::new(),
        };
        for height in 1..=blocks {
            let mut state = chain.last().clone();
            let (block, done) = block(&chain.genesis, height);
            let result = apply_block(&mut state, &block.block).unwrap();
            let outcomes = result
                .receipts
                .iter()
                .filter(|receipt| receipt.outcome == Outcome::Done);
            assert!(outcomes.count() >= done, "block {height}: {:?}", result.receipts);
            let root = state.root();
            chain.entries.push(Entry { root, block });
            chain.states.push(state);
        }
        chain
    }

    pub(crate) fn last(&self) -> &State {
        self.states.last().unwrap()
    }

    pub(crate) fn state(&self, height: u64) -> &State {
        &self.states[usize::try_from(height).unwrap()]
    }

    pub(crate) fn snapshots(&self, context: &Context) -> Snapshots<Context> {
        Snapshots::new(context.child("snapshots"), "snapshots", &self.genesis.hash())
    }

    /// The log with what stands in it, opened again.
    pub(crate) async fn open_log(&self, context: &Context) -> Result<Log<Context>, Fault> {
        let opened = Log::open(context.child("log"), self.config(1)).await;
        opened.map(|(log, _)| log)
    }

    /// A log of these entries, from a height on.
    pub(crate) async fn write_log(&self, context: &Context, first: u64, entries: &[Entry]) -> Log<Context> {
        let encoded: Vec<_> = entries.iter().map(Entry::encode).collect();
        self.write_records(context, first, &encoded).await
    }

    /// A log of whatever records.
    pub(crate) async fn write_records(&self, context: &Context, first: u64, records: &[Vec<u8>]) -> Log<Context> {
        let (mut log, _) = Log::open(context.child("log"), self.config(first)).await.unwrap();
        for (record, height) in records.iter().zip(first..) {
            log.append(Height(height), record).unwrap();
            log.sync().await.unwrap();
        }
        log
    }

    fn config(&self, first: u64) -> LogConfig {
        LogConfig {
            partition: "blocks".into(),
            chain: self.genesis.hash(),
            first: Height(first),
            segment_bytes: 8 << 10,
        }
    }
}

/// The block of a height, and how many of its transactions are done at least.
fn block(genesis: &Genesis, height: u64) -> (SignedBlock, usize) {
    let domain = Domain::of(genesis);
    let time = Timestamp(START + 12 * height);
    let price_now = Price::whole(1_990 + u32::try_from(height % 20).unwrap());
    let said: Vec<SignedObservation> = (1..=5).map(|source| price(source, price_now, time, &domain)).collect();
    let wallet = |turn: u64| u8::try_from((height + turn) % u64::from(WALLETS)).unwrap() + 1;
    let mut signed: Vec<SignedTransaction> = vec![
        send(wallet(0), 2 * height, time, &domain),
        send(wallet(1), 2 * height, time, &domain),
    ];
    if height.is_multiple_of(5) {
        signed.push(open_vault(wallet(0), 2 * height + 1, time, &domain));
    }
    let block = SignedBlock {
        block: Block {
            height: Height(height),
            time,
            observations: said.iter().map(|said| said.observation).collect(),
            transactions: signed.iter().map(|signed| signed.transaction.clone()).collect(),
        },
        evidence: said.into_iter().map(|said| said.evidence).collect(),
        signatures: signed.iter().map(|signed| signed.signature).collect(),
    };
    (block, 2)
}
