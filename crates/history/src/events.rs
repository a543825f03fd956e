//! Rows that follow from a block directly: events and whom they concern, transactions, prices.

use std::collections::{BTreeMap, BTreeSet};

use ballast_engine::State;
use ballast_protocol::{AccountId, Event, FeedId, LossCause, Outcome, Receipt, Sale};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use crate::index::{Happened, signed};
use crate::{Failed, Place};

/// An event at its place.
pub(crate) struct Told<'a> {
    pub(crate) place: Place,
    pub(crate) event: &'a Event,
    /// Its name.
    pub(crate) kind: String,
    /// Vaults that it names.
    pub(crate) vaults: BTreeSet<u64>,
    /// Which list it stands in: the engine's own is 0, that of transaction *n* is *n* + 1.
    pub(crate) list: usize,
}

/// Whom an event concerns, by the fields of its JSON.
#[derive(Default)]
struct Subjects {
    vaults: BTreeSet<u64>,
    auction: Option<u64>,
    collateral_type: Option<u64>,
    accounts: BTreeSet<[u8; 20]>,
}

const VAULT_FIELDS: [&str; 3] = ["vault", "from", "into"];
const ACCOUNT_FIELDS: [&str; 8] = ["owner", "by", "to", "from", "keeper", "delegate", "caller", "payer"];

impl Subjects {
    fn of(event: &Event, said: &Value) -> Self {
        let none = Map::new();
        let fields = said.as_object().unwrap_or(&none);
        let number = |name: &&str| fields.get(*name).and_then(Value::as_u64);
        let account = |name: &&str| {
            let text = fields.get(*name)?.as_str()?;
            let account: AccountId = text.parse().ok()?;
            Some(account.0)
        };
        let of_pool = || fields.get("pool")?.get("collateral_type")?.as_u64();
        let mut subjects = Self {
            vaults: VAULT_FIELDS.iter().filter_map(number).collect(),
            auction: number(&"auction"),
            collateral_type: number(&"collateral_type").or_else(of_pool),
            accounts: ACCOUNT_FIELDS.iter().filter_map(account).collect(),
        };
        match event {
            Event::LossAbsorbed { cause, .. } => match cause {
                LossCause::Seizure(vault) | LossCause::PoolSale(vault) => subjects.vaults.extend([vault.0]),
                LossCause::Auction(auction) => subjects.auction = Some(auction.0),
            },
            Event::LossRecovered(recovered) => match recovered.sale {
                Sale::Pool(vault) => subjects.vaults.extend([vault.0]),
                Sale::Auction(auction) => subjects.auction = Some(auction.0),
            },
            _ => {}
        }
        subjects
    }
}

/// Writes the events of a block and whom they concern; returns them in their order.
pub(crate) fn write<'a>(connection: &Connection, happened: Happened<'a>) -> Result<Vec<Told<'a>>, Failed> {
    let Happened {
        block, result, state, ..
    } = happened;
    let of_receipts = result.receipts.iter().zip(0_u32..).flat_map(|(receipt, at)| {
        let of_receipt = receipt.events.iter();
        of_receipt.map(move |event| (Some(at), event))
    });
    let all: Vec<_> = result
        .events
        .iter()
        .map(|event| (None, event))
        .chain(of_receipts)
        .collect();
    // Of lots that begin in this block and may be sold in it, too.
    let begun: BTreeMap<u64, u64> = all.iter().filter_map(|(_, event)| lot_of(event)).collect();

    let mut insert = connection.prepare_cached(
        "INSERT INTO events (place, height, \"transaction\", kind, collateral_type, vault, auction, account, event)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut concerns = connection.prepare_cached("INSERT INTO subjects (what, id, place) VALUES (?1, ?2, ?3)")?;
    let mut of_auction =
        connection.prepare_cached("SELECT vault FROM liquidations WHERE auction = ?1 ORDER BY place LIMIT 1")?;

    let mut told = Vec::new();
    for (seq, (transaction, event)) in all.into_iter().enumerate() {
        let place = Place::of(block.height, seq)?;
        let (kind, said) = ballast_rows::named(event);
        let mut subjects = Subjects::of(event, &said);
        if let (Some(auction), true) = (subjects.auction, subjects.vaults.is_empty()) {
            // What a lot is about is about its vault: by the block, by the index, or, of lots from before it begins, by the state.
            let known: Option<i64> = of_auction.query_row([signed(auction)], |row| row.get(0)).optional()?;
            let running = || state.auctions().auction(ballast_protocol::AuctionId(auction)).ok();
            let vault = known.and_then(|vault| u64::try_from(vault).ok());
            let vault = begun.get(&auction).copied().or(vault);
            subjects
                .vaults
                .extend(vault.or_else(|| running().map(|auction| auction.vault.0)));
        }
        let main_account = main(&said).filter(|account| subjects.accounts.contains(account));
        insert.execute(params![
            place.number(),
            signed(block.height.0),
            transaction,
            kind,
            subjects.collateral_type.map(signed),
            subjects.vaults.first().copied().map(signed),
            subjects.auction.map(signed),
            main_account,
            said.to_string(),
        ])?;
        for vault in &subjects.vaults {
            concerns.execute(params!["vault", signed(*vault), place.number()])?;
        }
        if let Some(auction) = subjects.auction {
            concerns.execute(params!["auction", signed(auction), place.number()])?;
        }
        if let Some(collateral_type) = subjects.collateral_type {
            concerns.execute(params!["type", signed(collateral_type), place.number()])?;
        }
        for account in &subjects.accounts {
            concerns.execute(params!["account", account, place.number()])?;
        }
        told.push(Told {
            place,
            event,
            kind,
            vaults: subjects.vaults,
            list: transaction.map_or(0, |at| at as usize + 1),
        });
    }
    drop((insert, concerns, of_auction));
    let moved: BTreeSet<FeedId> = told.iter().filter_map(|told| feed_of(told.event)).collect();
    prices(connection, state, |feed| moved.contains(&feed))?;
    Ok(told)
}

/// The first account that an event names, in the order of what it is to it.
fn main(said: &Value) -> Option<[u8; 20]> {
    let named = |name: &&str| said.get(*name)?.as_str()?.parse::<AccountId>().ok();
    ACCOUNT_FIELDS.iter().find_map(named).map(|account| account.0)
}

/// A lot that begins, and its vault.
const fn lot_of(event: &Event) -> Option<(u64, u64)> {
    match event {
        Event::AuctionStarted { auction, vault, .. } => Some((auction.0, vault.0)),
        _ => None,
    }
}

/// The feed that has said something new.
const fn feed_of(event: &Event) -> Option<FeedId> {
    match event {
        Event::RoundClosed { feed, .. } | Event::FeedStateChanged { feed, .. } => Some(*feed),
        _ => None,
    }
}

/// What feeds say after a block.
pub(crate) fn prices(connection: &Connection, state: &State, of: impl Fn(FeedId) -> bool) -> Result<(), Failed> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO prices (feed, height, time, state, round, spot, mean, judging, low)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let chain = state.chain();
    for quote in state.prices().iter().filter(|quote| of(quote.feed)) {
        insert.execute(params![
            quote.feed.0,
            signed(chain.height.0),
            signed(chain.time.0),
            format!("{:?}", quote.state),
            signed(quote.round.0),
            quote.spot.to_string(),
            quote.mean.to_string(),
            quote.judging.to_string(),
            quote.low.to_string(),
        ])?;
    }
    Ok(())
}

/// Writes the transactions of a block.
pub(crate) fn transactions(connection: &Connection, happened: Happened<'_>) -> Result<(), Failed> {
    let Happened {
        block, hashes, result, ..
    } = happened;
    let mut insert = connection.prepare_cached(
        "INSERT INTO transactions (place, height, hash, sender, outcome, work, fee, fee_asset, receipt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let all = block.transactions.iter().zip(hashes).zip(&result.receipts);
    for (at, ((transaction, hash), receipt)) in all.enumerate() {
        let outcome = match receipt.outcome {
            Outcome::Done => "Done",
            Outcome::Failed { .. } => "Failed",
            Outcome::NotAdmitted(_) => "NotAdmitted",
        };
        // Its events stand among the events.
        let bare = Receipt {
            outcome: receipt.outcome.clone(),
            work: receipt.work,
            fee: receipt.fee,
            events: Vec::new(),
        };
        let bare = serde_json::to_string(&bare).map_err(|why| Failed::Unreadable(why.to_string()))?;
        insert.execute(params![
            Place::of(block.height, at)?.number(),
            signed(block.height.0),
            hash.0,
            transaction.sender.0,
            outcome,
            signed(receipt.work),
            receipt.fee.map(|fee| fee.amount.to_string()),
            receipt.fee.map(|fee| fee.asset.0),
            bare,
        ])?;
    }
    Ok(())
}
