//! A small reserve to attack: one coin, ether, one collateral type, and people who have some of both.
//!
//! [`World::check`] plays a script, a block a line, and holds every line to what it says will come of it:
//!
//! ```text
//! alice: open; deposit 10; draw 12000 -> DebtDrawn
//! price 1790                          -> VaultSeized, AuctionStarted
//! mallory: liquidate #2               -> NotLiquidatable
//! ```
//!
//! After every block all invariants are checked, that the work is bounded, and that the root is exact.

mod words;

use ballast_engine::invariants::{self, Standing};
use ballast_engine::{BalanceSheet, State, apply_block};
use ballast_num::{Amount, Decimals, NormalizedDebt, Price, Rate, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, Asset, AssetId, Block, BlockResult, Event, FeeOffer, FeedId, FeedSpec, Genesis, Height, Limits,
    MarketId, Observation, Opening, OpeningBalance, OpeningVault, Outcome, Receipt, SessionKey, Signer, SourceId,
    Transaction, TypeId, TypeSpec, VaultId, coins,
};

pub(crate) const COIN: AssetId = AssetId(0);
pub(crate) const ETH: AssetId = AssetId(1);
pub(crate) const FEED: FeedId = FeedId(1);
pub(crate) const KIND: TypeId = TypeId(1);
pub(crate) const MARKET: MarketId = MarketId(1);
/// Who has balances: a million coins and a thousand ether each. The bank's vault, number 1, owes all coins.
pub(crate) const PEOPLE: [&str; 8] = [
    "authority",
    "alice",
    "bob",
    "carol",
    "dave",
    "keeper",
    "mallory",
    "bank",
];
/// Seconds between blocks.
const BLOCK: u64 = 12;
/// Sources of the feed.
const SOURCES: u32 = 5;

/// Whose name it is.
pub(crate) fn who(name: &str) -> AccountId {
    let at = PEOPLE.iter().position(|known| *known == name);
    AccountId::numbered(at.unwrap_or_else(|| panic!("nobody is called {name}")) as u64 + 1)
}

/// The session key of a number.
pub(crate) fn key(number: &str) -> SessionKey {
    SessionKey([number.parse().unwrap(); 32])
}

/// A chain of such a reserve.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) state: State,
    /// The last price that was said.
    price: Price,
    nonce: u64,
}

/// The genesis of the world: standard parameters, but no interest, no fees for work, no liquidation deposit, spot for
/// mean, and no halts, so that figures can be checked by hand.
pub(crate) fn genesis() -> Genesis {
    let eth = Asset {
        id: ETH,
        symbol: "ETH".into(),
        decimals: Decimals::MAX,
        feed: Some(FEED),
    };
    let usd = Asset {
        id: COIN,
        symbol: "USD".into(),
        decimals: Decimals::MAX,
        feed: None,
    };
    let of = |asset, units| {
        move |name: &&str| OpeningBalance {
            asset,
            account: who(name),
            amount: coins(units),
        }
    };
    let balances = PEOPLE
        .iter()
        .map(of(COIN, 1_000_000))
        .chain(PEOPLE.iter().map(of(ETH, 1_000)));
    let bank = OpeningVault {
        owner: who("bank"),
        collateral_type: KIND,
        collateral: coins(100_000),
        normalized_debt: NormalizedDebt::from_raw(coins(1_000_000 * PEOPLE.len() as u64).raw()),
        deposit: Amount::ZERO,
    };
    Genesis {
        chain_id: 1,
        time: Timestamp(1_000_000),
        authority: who("authority"),
        limits: Limits {
            work_price: Amount::ZERO,
            ..Limits::standard(COIN)
        },
        assets: vec![usd, eth],
        feeds: vec![FeedSpec {
            mean_window: Seconds::ZERO,
            confirm_rounds: 0,
            ..FeedSpec::standard(FEED, "ETH-USD", 1)
        }],
        sources: Vec::new(),
        markets: Vec::new(),
        types: vec![TypeSpec {
            stability_fee: Rate::ONE,
            liquidation_deposit: Amount::ZERO,
            ..TypeSpec::standard(KIND, "ETH-A", ETH, FEED)
        }],
        opening: Opening {
            balances: balances.collect(),
            prices: vec![(FEED, Price::whole(2_000))],
            vaults: vec![bank],
            ..Opening::default()
        },
    }
}

/// Puts so many coins into the surplus buffer; bad debt backs them, and the floor keeps the buffer from making that good.
pub(crate) fn endow(genesis: &mut Genesis, surplus: u64) {
    let surplus = coins(surplus);
    (genesis.opening.surplus, genesis.opening.bad_debt) = (surplus, surplus);
    genesis.limits.surplus_floor = surplus;
}

impl World {
    /// The world at height 0, ether at 2000.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same with a changed genesis.
    pub(crate) fn with(change: impl FnOnce(&mut Genesis)) -> Self {
        let mut genesis = genesis();
        change(&mut genesis);
        let state = State::genesis(&genesis).unwrap_or_else(|bad| panic!("{bad}"));
        let price = genesis
            .opening
            .prices
            .first()
            .map_or(Price::whole(2_000), |(_, price)| *price);
        Self { state, price, nonce: 0 }
    }

    /// The same with a changed collateral type.
    pub(crate) fn with_type(change: impl FnOnce(&mut TypeSpec)) -> Self {
        Self::with(|genesis| change(&mut genesis.types[0]))
    }

    /// Plays a script; a line without `->` must succeed.
    pub(crate) fn check(&mut self, script: &str) {
        for line in script
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default().trim())
        {
            if !line.is_empty() {
                self.check_line(line);
            }
        }
    }

    fn check_line(&mut self, line: &str) {
        let (said, expected) = line.split_once("->").unwrap_or((line, ""));
        let said = said.trim();
        let happened: Vec<String> = match said.split_once(' ').unwrap_or((said, "")) {
            ("price", price) => names(&self.round(price.parse().unwrap()).events),
            ("wait", seconds) => names(&self.block(seconds.parse().unwrap(), None, &[]).events),
            ("pass", seconds) => names(&self.pass(seconds.parse().unwrap())),
            _ => outcome(&self.send(said)),
        };
        let expected = if expected.trim().is_empty() && said.contains(':') {
            "Done"
        } else {
            expected
        };
        for name in expected.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let (wanted, name) = name.strip_prefix("no ").map_or((true, name), |name| (false, name));
            let found = happened.iter().any(|happened| happened == name);
            assert!(found == wanted, "`{line}`: {happened:?}\n{:#?}", self.state.chain());
        }
    }

    /// One transaction in a block of its own.
    pub(crate) fn send(&mut self, line: &str) -> Receipt {
        let mut result = self.block(BLOCK, None, &[line]);
        result.receipts.remove(0)
    }

    /// A block in which all sources say a price.
    pub(crate) fn round(&mut self, price: Price) -> BlockResult {
        self.block(BLOCK, Some(price), &[])
    }

    /// So much time, a block and a round a minute at the present price.
    pub(crate) fn pass(&mut self, seconds: u64) -> Vec<Event> {
        let minutes = (0..seconds / 60).flat_map(|_| self.block(60, Some(self.price), &[]).events);
        minutes.collect()
    }

    /// A block after `seconds`, in which all sources or none say a price, with these transactions.
    pub(crate) fn block(&mut self, seconds: u64, price: Option<Price>, lines: &[&str]) -> BlockResult {
        let transactions = lines.iter().map(|line| self.transaction(line)).collect();
        self.apply(seconds, price, transactions)
    }

    /// The transaction that a line describes, signed by whom it names: `alice`, or her session `alice/1`.
    pub(crate) fn transaction(&mut self, line: &str) -> Transaction {
        self.nonce += 1;
        let (sender, words) = line.split_once(':').unwrap_or_else(|| panic!("`{line}` names nobody"));
        let (sender, signer) = match sender.split_once('/') {
            Some((sender, number)) => (sender, Signer::Session(key(number.trim()))),
            None => (sender, Signer::Wallet),
        };
        Transaction {
            sender: who(sender.trim()),
            signer,
            nonce: self.nonce,
            expiry: Timestamp(self.now().0 + 3_600),
            fee: FeeOffer {
                asset: COIN,
                on_failure: COIN,
                limit: Amount::MAX,
            },
            commands: words::commands(&self.state, who(sender.trim()), words),
        }
    }

    /// A block with these transactions.
    pub(crate) fn apply(&mut self, seconds: u64, price: Option<Price>, transactions: Vec<Transaction>) -> BlockResult {
        let block = self.next(seconds, price, transactions);
        let before = Standing::of(&self.state).unwrap_or_else(|breach| panic!("{breach}"));
        self.price = price.unwrap_or(self.price);
        let result = apply_block(&mut self.state, &block).unwrap_or_else(|invalid| panic!("{invalid}"));
        invariants::check_all(&self.state).unwrap_or_else(|breach| panic!("{breach}"));
        invariants::check_block(&before, &self.state, &result).unwrap_or_else(|breach| panic!("{breach}"));
        invariants::root_is_exact(&self.state).unwrap_or_else(|breach| panic!("{breach}"));
        result
    }

    /// The block that would follow.
    pub(crate) fn next(&self, seconds: u64, price: Option<Price>, transactions: Vec<Transaction>) -> Block {
        let time = Timestamp(self.now().0 + seconds);
        let word = |price| {
            move |source| Observation {
                feed: FEED,
                source: SourceId(source),
                price,
                time,
            }
        };
        let observations = price.into_iter().flat_map(|price| (1..=SOURCES).map(word(price)));
        Block {
            height: Height(self.state.chain().height.0 + 1),
            time,
            observations: observations.collect(),
            transactions,
        }
    }

    /// Block time.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.chain().time
    }

    /// A balance in base units.
    pub(crate) fn balance(&self, asset: AssetId, name: &str) -> Amount {
        self.state.ledger().balance(asset, who(name))
    }

    /// What a vault owes, in coins. There is no interest unless a test wants it.
    pub(crate) fn debt(&self, vault: u64) -> Amount {
        let vault = self.state.vaults().vault(VaultId(vault));
        Amount::from_raw(vault.map_or(0, |vault| vault.normalized_debt.raw()))
    }

    /// What a vault holds, in base units.
    pub(crate) fn collateral(&self, vault: u64) -> Amount {
        self.state
            .vaults()
            .vault(VaultId(vault))
            .map_or(Amount::ZERO, |vault| vault.collateral)
    }

    /// The books of the collateral type.
    pub(crate) fn books(&self) -> BalanceSheet {
        self.state.balance_sheet(KIND).unwrap()
    }
}

/// The names of events.
pub(crate) fn names(events: &[Event]) -> Vec<String> {
    events.iter().map(name).collect()
}

/// What came of a transaction: `Done` and the names of its events, or the name of the refusal.
pub(crate) fn outcome(receipt: &Receipt) -> Vec<String> {
    match &receipt.outcome {
        Outcome::Done => [vec!["Done".to_owned()], names(&receipt.events)].concat(),
        Outcome::Failed { reason, .. } => vec!["Failed".to_owned(), name(reason)],
        Outcome::NotAdmitted(reason) => vec!["NotAdmitted".to_owned(), name(reason)],
    }
}

/// The name of a variant; of one that wraps another, that of the other.
fn name(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let inner = ["NoPrice(", "BadSession("]
        .iter()
        .find_map(|outer| text.strip_prefix(outer));
    let text = inner.unwrap_or(&text);
    text.split([' ', '(', '{', ')']).next().unwrap_or_default().to_owned()
}

/// What the engine seized in a block, in order.
pub(crate) fn seizures(events: &[Event]) -> Vec<ballast_protocol::Seized> {
    let seized = events.iter().filter_map(|event| match event {
        Event::VaultSeized(seized) => Some(*seized),
        _ => None,
    });
    seized.collect()
}
