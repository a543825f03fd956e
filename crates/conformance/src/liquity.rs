//! Liquity's troves and stability pool as one chain with one collateral type.
//!
//! | Liquity | here |
//! |---|---|
//! | trove | a vault; gas compensation = liquidation deposit |
//! | open, adjust, close | open, deposit, withdraw, draw, repay, close, in one batch |
//! | liquidate, the n riskiest, a list | `Liquidate` for each |
//! | provide and withdraw | queued entry and exit, executed by the next round of prices; gains claimed at once |
//! | price | observations of five sources |
//! | stakes, snapshots, what is pending, product, last fee | folds over our events |

mod figures;
mod genesis;
mod ops;
mod rules;
mod shares;

use std::collections::BTreeMap;

use ballast_protocol::{AccountId, AssetId, FeedId, TypeId};
use num_bigint::BigInt;

use self::shares::PeerShares;
use crate::bounds::{LiquitySlack, PeerPool};
use crate::chain::{Chain, Stop};
use crate::deviation::Deviation;
use crate::figures::{Allowed, Figure, Figures};
use crate::schema::{Scenario, Step};
use crate::suite::{Adapter, Outcome};

const ETHER: AssetId = AssetId(1);
const KIND: TypeId = TypeId(1);
const FEED: FeedId = FeedId(1);
/// Pays the part of a wei by which a fee is rounded against a borrower, and holds what the pool owes nobody.
const PURSE: &str = "(purse)";

/// A chain with what the peer counts and we do not.
#[derive(Clone)]
pub(crate) struct Liquity {
    chain: Chain,
    /// The peer's time.
    now: u64,
    /// Ours: a second a round.
    clock: u64,
    names: BTreeMap<String, AccountId>,
    /// One wei is 10^`fine` of our base units of the coin.
    fine: u32,
    price: BigInt,
    /// Balance of ether at which the net collateral received would be zero, by account.
    zero: BTreeMap<String, BigInt>,
    folds: Folds,
    slack: LiquitySlack,
}

/// What the peer counts and we compute from events. Amounts in wei.
#[derive(Clone)]
struct Folds {
    shares: PeerShares,
    status: BTreeMap<String, &'static str>,
    last_fee: BigInt,
    pool: PeerPool,
    /// Figures of redemptions and claims, which these operations do not move.
    still: Figures,
}

impl Liquity {
    fn account(&mut self, name: &str) -> AccountId {
        let next = AccountId::numbered(self.names.len() as u64 + 1);
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    /// One wei in our base units of the coin.
    fn wei(&self) -> u128 {
        10_u128.pow(self.fine)
    }
}

impl Adapter for Liquity {
    fn start(scenario: &Scenario) -> Result<Self, String> {
        Self::open(scenario)
    }

    fn figures(&self) -> Result<Figures, String> {
        self.count()
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.saturating_add(seconds);
    }

    fn step(&mut self, step: &Step) -> Result<Outcome, String> {
        let mut trial = self.clone();
        match trial.operate(step) {
            Ok(()) => {
                *self = trial;
                Ok(Outcome::default())
            }
            Err(Stop::Refused(why)) => Ok(Outcome::refused(why)),
            Err(Stop::Broken(why)) => Err(why),
        }
    }

    fn allowed(&self, path: &str, expected: &Figure, got: &Figure) -> Allowed {
        self.bound(path, expected, got)
    }

    fn deviation(&self, step: &Step, before: &Figures) -> Option<Deviation> {
        self.rule(step, before)
    }

    fn deviate(&mut self, rule: Deviation, step: &Step) -> Result<(), String> {
        self.assert(rule, step)
    }

    fn resume(&mut self, step: &Step, figures: &Figures) -> Result<(), String> {
        self.slack = LiquitySlack::default();
        let pool = self.folds.pool.clone();
        self.rebuild(figures)?;
        if !step.ok {
            // Refused, it moved nothing: what the peer's product rounded last is still taken off its next loss.
            self.folds.pool = pool;
        }
        Ok(())
    }
}
