//! Maker's vat, jug, dog and clip as one chain with a collateral type for each ilk.
//!
//! | Maker | here |
//! |---|---|
//! | urn of a user | his vault of the type |
//! | frob | deposit, repay, withdraw, draw, in one batch |
//! | fork | split, hand over, merge, in one batch |
//! | hope, nope | delegate named and dismissed |
//! | bark, take, redo | liquidate, take, reset |
//! | drip | a block in which the fee is the ilk's; it is 1 at all other times |
//! | file | parameter command, where there is one |
//! | slip, suck, grab, fold, heal, price | a new genesis: nobody can command them ([`books`]) |
//! | dai and sin of the vow | surplus, and a fold: we burn what pays a debt at once, Maker when it heals |

mod books;
mod figures;
mod genesis;
mod ops;
mod parameters;
mod params;
mod vaults;

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{Amount, Price};
use ballast_protocol::{AccountId, AuctionId};
use num_bigint::BigInt;

use self::params::Params;
use crate::bounds::MakerSlack;
use crate::chain::{Chain, Stop};
use crate::deviation::Deviation;
use crate::figures::{Allowed, Figure, Figures};
use crate::schema::{Scenario, Step};
use crate::suite::{Adapter, Outcome};

/// The account of governance.
const ADMIN: &str = "admin";
/// An account that pays what rounding against a user takes from him; never more than that.
const PURSE: &str = "(purse)";
/// The peer's account of fees, proceeds and debt.
const VOW: &str = "vow";

/// A chain with what the peer counts and we do not.
#[derive(Clone)]
pub(crate) struct Maker {
    chain: Chain,
    now: u64,
    params: Params,
    names: BTreeMap<String, AccountId>,
    folds: Folds,
    /// Free collateral that no 128-bit number holds: kept aside, and added to the figure.
    aside: BTreeMap<(String, String), BigInt>,
    rights: BTreeSet<(String, String)>,
    /// Figures of mechanisms that these vectors do not move.
    still: Figures,
    slack: MakerSlack,
}

/// What the peer counts and we compute from events.
#[derive(Clone, Default)]
struct Folds {
    /// Unbacked debt by account, in rad.
    sin: BTreeMap<String, BigInt>,
    /// Seized debt by the second of its seizure, in rad.
    queue: BTreeMap<u64, BigInt>,
    /// Debt in debt auctions, in rad.
    ash: BigInt,
    /// Coins that we have burned and the peer keeps until it heals, in rad.
    unhealed: BigInt,
    /// Auctions by ilk and the peer's number.
    auctions: BTreeMap<(String, u64), Sale>,
    /// Auctions started, by ilk.
    kicks: BTreeMap<String, u64>,
    /// Running auctions by ilk, in the peer's order: the last takes the place of one that ends.
    active: BTreeMap<String, Vec<u64>>,
}

#[derive(Clone, Copy)]
struct Sale {
    id: AuctionId,
    /// When its price began to fall.
    since: u64,
    /// The peer's start price, in our unit.
    top: Price,
}

impl Maker {
    /// The account of a name, a new one if it has none.
    fn account(&mut self, name: &str) -> AccountId {
        let next = AccountId::numbered(self.names.len() as u64 + 1);
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    fn balance(&self, asset: ballast_protocol::AssetId, name: &str) -> Amount {
        let account = self.names.get(name);
        account.map_or(Amount::ZERO, |account| {
            self.chain.state.ledger().balance(asset, *account)
        })
    }
}

impl Adapter for Maker {
    fn start(scenario: &Scenario) -> Result<Self, String> {
        let params = Params::of(scenario)?;
        let figures = params.figures(scenario)?;
        Self::at(params, &figures, scenario)
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
            Ok(ret) => {
                *self = trial;
                Ok(Outcome { refused: None, ret })
            }
            Err(Stop::Refused(why)) => Ok(Outcome::refused(why)),
            Err(Stop::Broken(why)) => Err(why),
        }
    }

    fn allowed(&self, path: &str, _: &Figure, _: &Figure) -> Allowed {
        self.slack.allowed(path)
    }

    fn deviation(&self, step: &Step, before: &Figures) -> Option<Deviation> {
        self.rule(step, before)
    }

    fn deviate(&mut self, rule: Deviation, step: &Step) -> Result<(), String> {
        self.assert(rule, step)
    }

    fn resume(&mut self, step: &Step, figures: &Figures) -> Result<(), String> {
        self.learn(step);
        self.slack = MakerSlack::default();
        self.rebuild(figures, self.now)
    }
}
