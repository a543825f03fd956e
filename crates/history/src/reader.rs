//! Questions to an index, each answered within a time and in pages.

use std::path::Path;
use std::time::{Duration, Instant};

use ballast_num::{Price, Seconds, Timestamp};
use ballast_protocol::api::{
    EventPage, LiquidationPage, PastEvent, PastTransaction, PastTransactionPage, PricePage, PriceSpan, TransactionInfo,
    VaultHistory, VaultMoment,
};
use ballast_protocol::{
    AccountId, AuctionId, Event, FeedId, FeedState, Height, Outcome, Receipt, TransactionHash, TypeId, VaultId,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

use crate::conditions::Conditions;
use crate::index::{signed, unsigned};
use crate::seizures::{self, parsed};
use crate::transactions::{RECEIPT, receipt};
use crate::{Failed, Place};

/// Steps of SQLite's machine between looks at the clock.
const STEPS: i32 = 1_000;

/// The branches of all chapters' trees stay in memory.
const CACHE_SQL: &str = "PRAGMA cache_size = -16384;";

/// In which order rows are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

impl Order {
    /// What comes after something in this order compares so to it.
    pub(crate) const fn than(self) -> &'static str {
        match self {
            Self::Newest => "<",
            Self::Oldest => ">",
        }
    }
}

/// A page: how many rows, in which order, after which place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// In which order.
    pub order: Order,
    /// After this place, in that order.
    pub after: Option<Place>,
    /// Most rows.
    pub limit: usize,
}

/// Which events: those for which all that is named here is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this name.
    pub kind: Option<String>,
    /// About this vault.
    pub vault: Option<VaultId>,
    /// About this auction.
    pub auction: Option<AuctionId>,
    /// About this account.
    pub account: Option<AccountId>,
    /// About this type.
    pub collateral_type: Option<TypeId>,
}

/// Which liquidations: those for which all that is named here is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiquidationFilter {
    /// Of this vault.
    pub vault: Option<VaultId>,
    /// Of this type.
    pub collateral_type: Option<TypeId>,
    /// Of this owner's, or called by it.
    pub account: Option<AccountId>,
}

/// Of which time and how closely prices are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRange {
    /// From this time on.
    pub from: Timestamp,
    /// Before this time.
    pub to: Timestamp,
    /// Length of a span; at least a second.
    pub every: Seconds,
    /// Most spans.
    pub limit: usize,
}

/// An index, open for questions, beside whoever writes it.
pub struct Reader {
    connection: Connection,
    patience: Duration,
}

/// Where an index begins and how far it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// It tells of blocks above this one.
    pub begins: Height,
    /// The last block that it has.
    pub height: Height,
}

/// Cuts the row too many off, and names the place after which the next page begins.
fn next<T>(rows: &mut Vec<T>, page: &Page, place: impl FnOnce(&T) -> String) -> Option<String> {
    if rows.len() <= page.limit {
        return None;
    }
    rows.truncate(page.limit);
    rows.last().map(place)
}

impl Reader {
    /// Opens an index; a question may take so long. Error: `Sqlite`.
    pub fn open(path: &Path, patience: Duration) -> Result<Self, Failed> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(patience)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(CACHE_SQL)?;
        Ok(Self { connection, patience })
    }

    /// Asks on one state of the index, within the time that there is.
    fn ask<T>(&mut self, question: impl FnOnce(&Connection, &Reach) -> Result<T, Failed>) -> Result<T, Failed> {
        let deadline = Instant::now() + self.patience;
        let late = move || Instant::now() > deadline;
        self.connection.progress_handler(STEPS, Some(late))?;
        let transaction = self.connection.transaction().map_err(Failed::of)?;
        let reach = reach(&transaction)?;
        question(&transaction, &reach)
    }

    /// Events.
    pub fn events(&mut self, filter: &EventFilter, page: &Page) -> Result<EventPage, Failed> {
        let mut conditions = Conditions::default();
        let (from, by) = conditions.lead_to(filter, page);
        let select = format!(
            "SELECT e.place, b.time, e.\"transaction\", e.kind, e.event FROM {from} CROSS JOIN blocks b ON b.height = e.height"
        );
        let query = conditions.query(&select, by, page);
        self.ask(|connection, reach| {
            let mut statement = connection.prepare_cached(&query)?;
            let mut events = conditions.rows(&mut statement, |row| {
                let place = Place::from_number(row.get(0)?);
                Ok(PastEvent {
                    height: place.height(),
                    time: Timestamp(unsigned(row, 1)?),
                    seq: place.seq(),
                    transaction: row.get(2)?,
                    event: event(row, 3)?,
                })
            })?;
            let next = next(&mut events, page, |last| format!("{}-{}", last.height.0, last.seq));
            Ok(EventPage {
                begins: reach.begins,
                height: reach.height,
                events,
                next,
            })
        })
    }

    /// What a feed has said.
    pub fn prices(&mut self, feed: FeedId, range: &PriceRange) -> Result<PricePage, Failed> {
        let every = range.every.0.max(1);
        self.ask(|connection, reach| {
            let before = "SELECT height FROM blocks WHERE time < ?1 ORDER BY time DESC, height DESC LIMIT 1";
            let before: Option<i64> = connection
                .prepare_cached(before)?
                .query_row([signed(range.from.0)], |row| row.get(0))
                .optional()
                .map_err(Failed::of)?;
            let mut statement = connection.prepare_cached(
                "SELECT time, state, spot, mean, judging FROM prices
                 WHERE feed = ?1 AND height > ?2 AND time >= ?3 AND time < ?4 ORDER BY height",
            )?;
            let asked = rusqlite::params![feed.0, before.unwrap_or(-1), signed(range.from.0), signed(range.to.0)];
            let mut rows = statement.query(asked).map_err(Failed::of)?;
            let (mut prices, mut next): (Vec<PriceSpan>, Option<Timestamp>) = (Vec::new(), None);
            while let Some(row) = rows.next().map_err(Failed::of)? {
                let time = unsigned(row, 0)?;
                let begins = Timestamp(time - time % every);
                let spot: Price = parsed(row, 2)?;
                let is_same = prices.last().is_some_and(|span| span.time == begins);
                if !is_same && prices.len() == range.limit {
                    next = Some(begins);
                    break;
                }
                if !is_same {
                    prices.push(PriceSpan {
                        time: begins,
                        open: spot,
                        high: spot,
                        low: spot,
                        close: spot,
                        mean: spot,
                        judging: spot,
                        state: FeedState::Live,
                        blocks: 0,
                    });
                }
                if let Some(span) = prices.last_mut() {
                    span.high = span.high.max(spot);
                    span.low = span.low.min(spot);
                    span.close = spot;
                    span.mean = parsed(row, 3)?;
                    span.judging = parsed(row, 4)?;
                    span.state = state_of(row, 1)?;
                    span.blocks += 1;
                }
            }
            Ok(PricePage {
                feed,
                begins: reach.begins,
                height: reach.height,
                every: Seconds(every),
                prices,
                next,
            })
        })
    }

    /// What became of a vault. A cursor's place within a block is of no matter here.
    pub fn vault(&mut self, vault: VaultId, page: &Page) -> Result<VaultHistory, Failed> {
        let mut conditions = Conditions::default();
        conditions.add("v.vault = ?", signed(vault.0));
        conditions.chapters(page);
        if let Some(after) = page.after {
            let condition = format!("v.height {} ?", page.order.than());
            conditions.add(&condition, signed(after.height().0));
        }
        let select = "SELECT v.height, v.time, v.what, v.collateral, v.debt, v.price, v.ratio
                      FROM chapters c CROSS JOIN vault_history v ON v.chapter = c.chapter";
        let query = conditions.query(select, &["c.chapter", "v.height"], page);
        self.ask(|connection, reach| {
            let mut statement = connection.prepare_cached(&query)?;
            let mut moments = conditions.rows(&mut statement, |row| {
                let what: String = row.get(2)?;
                Ok(VaultMoment {
                    height: Height(unsigned(row, 0)?),
                    time: Timestamp(unsigned(row, 1)?),
                    what: what.split(", ").map(str::to_owned).collect(),
                    collateral: parsed(row, 3)?,
                    debt: parsed(row, 4)?,
                    price: parsed_or_none(row, 5)?,
                    ratio: parsed_or_none(row, 6)?,
                })
            })?;
            let next = next(&mut moments, page, |last| format!("{}-0", last.height.0));
            Ok(VaultHistory {
                vault,
                begins: reach.begins,
                height: reach.height,
                moments,
                next,
            })
        })
    }

    /// Liquidations with their explanations.
    pub fn liquidations(&mut self, filter: &LiquidationFilter, page: &Page) -> Result<LiquidationPage, Failed> {
        let mut conditions = Conditions::default();
        if let Some(vault) = filter.vault {
            conditions.add("vault = ?", signed(vault.0));
        }
        if let Some(kind) = filter.collateral_type {
            conditions.add("collateral_type = ?", kind.0);
        }
        if let Some(account) = filter.account {
            let of_account = "place IN (SELECT s.place FROM chapters c CROSS JOIN subjects s ON s.chapter = c.chapter
                              WHERE s.what = 'account' AND s.id = ?)";
            conditions.add(of_account, account.0);
        }
        conditions.after("place", page);
        let query = conditions.query(&seizures::select(), &["place"], page);
        self.ask(|connection, reach| {
            let mut statement = connection.prepare_cached(&query)?;
            let mut liquidations = conditions.rows(&mut statement, seizures::read)?;
            let next = next(&mut liquidations, page, |last| {
                format!("{}-{}", last.height.0, last.seq)
            });
            Ok(LiquidationPage {
                begins: reach.begins,
                height: reach.height,
                liquidations,
                next,
            })
        })
    }

    /// Transactions, of one sender or of all.
    pub fn transactions(&mut self, sender: Option<AccountId>, page: &Page) -> Result<PastTransactionPage, Failed> {
        let mut conditions = Conditions::default();
        let (mut from, mut by) = ("transactions t", &["t.place"][..]);
        if let Some(sender) = sender {
            from = "chapters c CROSS JOIN transactions t ON t.chapter = c.chapter";
            by = &["c.chapter", "t.place"];
            conditions.chapters(page);
            conditions.add("t.sender = ?", sender.0);
        }
        conditions.after("t.place", page);
        let select = format!(
            "SELECT t.place, b.time, t.hash, t.sender, {RECEIPT} FROM {from} CROSS JOIN blocks b ON b.height = t.height"
        );
        let query = conditions.query(&select, by, page);
        self.ask(|connection, reach| {
            let mut statement = connection.prepare_cached(&query)?;
            let mut transactions = conditions.rows(&mut statement, |row| {
                let place = Place::from_number(row.get(0)?);
                let receipt = receipt(row, 4)?;
                Ok(PastTransaction {
                    hash: TransactionHash(row.get(2)?),
                    height: place.height(),
                    time: Timestamp(unsigned(row, 1)?),
                    index: place.seq(),
                    sender: AccountId(row.get(3)?),
                    outcome: receipt.outcome,
                    work: receipt.work,
                    fee: receipt.fee,
                })
            })?;
            let next = next(&mut transactions, page, |last| {
                format!("{}-{}", last.height.0, last.index)
            });
            Ok(PastTransactionPage {
                begins: reach.begins,
                height: reach.height,
                transactions,
                next,
            })
        })
    }

    /// What became of a transaction, and in which blocks it was looked for. Brought again it is not admitted, which does not hide what
    /// became of it before.
    pub fn transaction(&mut self, hash: TransactionHash) -> Result<(Reach, Option<TransactionInfo>), Failed> {
        self.ask(|connection, reach| {
            let found = match newest(connection, hash, "TRUE")? {
                Some(last) if matches!(last.1.outcome, Outcome::NotAdmitted(_)) => {
                    newest(connection, hash, "t.outcome <> 'NotAdmitted'")?.or(Some(last))
                }
                found => found,
            };
            let Some((place, mut receipt)) = found else {
                return Ok((*reach, None));
            };
            let mut statement = connection.prepare_cached(
                "SELECT kind, event FROM events WHERE place >= ?1 AND place < ?2 AND \"transaction\" = ?3 ORDER BY place",
            )?;
            let height = place.height();
            let ends = Place::of(Height(height.0.saturating_add(1)), 0)?;
            let of_block = rusqlite::params![Place::of(height, 0)?.number(), ends.number(), place.seq()];
            let mut rows = statement.query(of_block).map_err(Failed::of)?;
            while let Some(row) = rows.next().map_err(Failed::of)? {
                receipt.events.push(event(row, 0)?);
            }
            let found = TransactionInfo {
                hash,
                height,
                index: place.seq(),
                receipt,
            };
            Ok((*reach, Some(found)))
        })
    }
}

/// The last time that a transaction came and a condition was true of it.
fn newest(connection: &Connection, hash: TransactionHash, which: &str) -> Result<Option<(Place, Receipt)>, Failed> {
    let by_hash = format!(
        "SELECT t.place, {RECEIPT} FROM chapters c CROSS JOIN transactions t
         ON t.chapter = c.chapter AND substr(t.hash, 1, 8) = substr(?1, 1, 8)
         WHERE t.hash = ?1 AND {which} ORDER BY c.chapter DESC, t.place DESC LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&by_hash)?;
    let mut rows = statement.query([hash.0]).map_err(Failed::of)?;
    let row = rows.next().map_err(Failed::of)?;
    row.map(|row| Ok((Place::from_number(row.get(0)?), receipt(row, 1)?)))
        .transpose()
}

fn reach(connection: &Connection) -> Result<Reach, Failed> {
    let mut statement =
        connection.prepare_cached("SELECT begins, coalesce((SELECT max(height) FROM blocks), begins) FROM about")?;
    let reach = statement.query_row([], |row| {
        Ok(Reach {
            begins: Height(unsigned(row, 0)?),
            height: Height(unsigned(row, 1)?),
        })
    });
    reach.map_err(Failed::of)
}

/// An event of its name and, in the next column, what it says.
fn event(row: &Row<'_>, at: usize) -> Result<Event, Failed> {
    let (kind, said): (String, String) = (row.get(at)?, row.get(at + 1)?);
    let whole = format!("{{\"{kind}\":{said}}}");
    serde_json::from_str(&whole).map_err(|why| Failed::Unreadable(why.to_string()))
}

/// A number that its row may not have.
pub(crate) fn parsed_or_none<T: std::str::FromStr>(row: &Row<'_>, at: usize) -> Result<Option<T>, Failed> {
    match row.get_ref(at)? {
        ValueRef::Null => Ok(None),
        _ => parsed(row, at).map(Some),
    }
}

fn state_of(row: &Row<'_>, at: usize) -> Result<FeedState, Failed> {
    let text: String = row.get(at)?;
    let states = [
        FeedState::Live,
        FeedState::Stale,
        FeedState::Disputed,
        FeedState::Halted,
    ];
    let found = states.into_iter().find(|state| format!("{state:?}") == text);
    found.ok_or(Failed::Unreadable(text))
}
