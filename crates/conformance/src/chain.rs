//! A chain of one engine: a genesis, and blocks of one transaction each. Every feed has five sources that agree.

use std::collections::BTreeMap;

use ballast_engine::{State, apply_block};
use ballast_num::{Amount, Price, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, Block, Command, Event, FeeOffer, FeedId, FeedSpec, FlowLimit, Genesis, Height, Limits,
    Observation, Outcome, Signer, SourceId, Transaction,
};

/// The coin of every genesis here.
pub(crate) const COIN: AssetId = AssetId(0);
/// Most of anything that a genesis states: a tenth of what sums may reach.
pub(crate) const MOST: u128 = 10_u128.pow(37);

const SOURCES: u32 = 5;

/// A state and what the next block needs.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) state: State,
    /// What the sources of each feed say.
    pub(crate) prices: BTreeMap<FeedId, Price>,
    /// How many transactions each account has sent.
    nonces: BTreeMap<AccountId, u64>,
}

impl Chain {
    pub(crate) fn new(genesis: &Genesis) -> Result<Self, String> {
        let state = State::genesis(genesis).map_err(|error| error.to_string())?;
        let prices = genesis.opening.prices.iter().copied().collect();
        Ok(Self {
            state,
            prices,
            nonces: BTreeMap::new(),
        })
    }

    pub(crate) fn now(&self) -> u64 {
        self.state.chain().time.0
    }

    /// Runs commands as one transaction in a block of its own; the chain is as before if they are refused.
    /// `Err(Ok(why))` is a refusal, `Err(Err(why))` an engine that contradicts itself.
    pub(crate) fn transact(
        &mut self,
        time: u64,
        sender: AccountId,
        commands: Vec<Command>,
    ) -> Result<Vec<Event>, Stop> {
        let fee = FeeOffer {
            asset: COIN,
            on_failure: COIN,
            limit: Amount::ZERO,
        };
        let mut trial = self.clone();
        let nonce = trial.nonces.entry(sender).or_default();
        *nonce += 1;
        let transaction = Transaction {
            sender,
            signer: Signer::Wallet,
            nonce: *nonce,
            expiry: Timestamp(time),
            fee,
            commands,
        };
        let (outcome, events) = trial.block(time, vec![transaction])?;
        match outcome {
            Some(Outcome::Done) => {
                *self = trial;
                Ok(events)
            }
            Some(Outcome::Failed { reason, .. } | Outcome::NotAdmitted(reason)) => {
                Err(Stop::Refused(reason.to_string()))
            }
            None => Err(Stop::Broken("a block lost its transaction".to_owned())),
        }
    }

    /// A block in which nobody says anything but the sources.
    pub(crate) fn pass(&mut self, time: u64) -> Result<Vec<Event>, Stop> {
        self.block(time, Vec::new()).map(|(_, events)| events)
    }

    fn block(&mut self, time: u64, transactions: Vec<Transaction>) -> Result<(Option<Outcome>, Vec<Event>), Stop> {
        let time = Timestamp(time);
        let speak = |(feed, price): (&FeedId, &Price)| {
            let (feed, price) = (*feed, *price);
            sources(feed).map(move |source| Observation {
                feed,
                source,
                price,
                time,
            })
        };
        let block = Block {
            height: Height(self.state.chain().height.0 + 1),
            time,
            observations: self.prices.iter().flat_map(speak).collect(),
            transactions,
        };
        let mut result = apply_block(&mut self.state, &block).map_err(|error| Stop::Broken(error.to_string()))?;
        let mut events = result.events;
        let outcome = result.receipts.pop().map(|receipt| {
            events.extend(receipt.events);
            receipt.outcome
        });
        ballast_engine::invariants::check_all(&self.state).map_err(|breach| Stop::Broken(breach.to_string()))?;
        Ok((outcome, events))
    }
}

/// Why something did not happen.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// The engine refused it.
    Refused(String),
    /// The engine, or the translation, is wrong.
    Broken(String),
}

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Self::Broken(why)
    }
}

fn sources(feed: FeedId) -> impl Iterator<Item = SourceId> {
    let first = feed.0.saturating_mul(SOURCES);
    (first..first.saturating_add(SOURCES)).map(SourceId)
}

/// A feed without what the peers do not have: means, halts, and quiet periods.
pub(crate) fn feed(id: FeedId, name: &str) -> FeedSpec {
    let month = Seconds(30 * Seconds::DAY.0);
    FeedSpec {
        heartbeat: Seconds(7 * Seconds::DAY.0),
        skew: Seconds(0),
        round_limit: Ratio::percent(50),
        confirm_rounds: 0,
        mean_window: Seconds(0),
        stale_limit: month,
        gap: month,
        gap_grace: Seconds(0),
        ..FeedSpec::standard(id, name, id.0.saturating_mul(SOURCES))
    }
}

/// Limits that bind nowhere, and free work.
pub(crate) fn limits() -> Limits {
    Limits {
        debt_ceiling: Amount::from_raw(MOST),
        auction_ceiling: Amount::from_raw(MOST),
        mint: FlowLimit::NONE,
        work_price: Amount::ZERO,
        // The peers' ways of making losses good are not modelled.
        surplus_floor: Amount::MAX,
        clock_step: Seconds(u64::MAX / 4),
        ..Limits::standard(COIN)
    }
}
