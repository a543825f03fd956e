//! Rows that follow from a block directly: events and whom they concern, prices.

use std::collections::{BTreeMap, BTreeSet};

use ballast_engine::State;
use ballast_protocol::{AuctionId, Event, FeedId, TypeId, VaultId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::index::{Happened, signed};
use crate::{Failed, Place};

/// An event at its place.
pub(crate) struct Told<'a> {
    pub(crate) place: Place,
    pub(crate) event: &'a Event,
    pub(crate) said: Said,
    /// Vaults that it is about.
    pub(crate) vaults: Vec<VaultId>,
    /// The type that it is about.
    collateral_type: Option<TypeId>,
    /// Which list it stands in: the engine's own is 0, that of transaction *n* is *n* + 1.
    pub(crate) list: usize,
}

/// An event as JSON, which writes an enum with its name around it: `{"Name":{…}}`.
pub(crate) struct Said {
    json: String,
    /// Where its name ends.
    name: usize,
}

/// What is before an event's name, and what between it and its fields.
const OPENS: &str = "{\"";
const NAMED: &str = "\":";

impl Said {
    /// Error: `Unreadable`, if it were written otherwise.
    fn of(event: &Event) -> Result<Self, Failed> {
        let unreadable = || Failed::Unreadable(format!("{event:?}"));
        let json = serde_json::to_string(event).map_err(|_| unreadable())?;
        let inside = json.strip_prefix(OPENS).ok_or_else(unreadable)?;
        let name = inside.find(NAMED).ok_or_else(unreadable)? + OPENS.len();
        Ok(Self { json, name })
    }

    /// Its name.
    pub(crate) fn kind(&self) -> &str {
        &self.json[OPENS.len()..self.name]
    }

    /// What it says.
    fn fields(&self) -> &str {
        &self.json[self.name + NAMED.len()..self.json.len() - 1]
    }
}

/// Writes the events of a block and whom they concern; returns them in their order.
pub(crate) fn write<'a>(
    connection: &Connection,
    happened: Happened<'a>,
    chapter: i64,
) -> Result<Vec<Told<'a>>, Failed> {
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
    let begun: BTreeMap<AuctionId, VaultId> = all.iter().filter_map(|(_, event)| lot_of(event)).collect();

    let mut insert = connection.prepare_cached(
        "INSERT INTO events (place, height, \"transaction\", kind, collateral_type, vault, auction, account, event)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut concerns =
        connection.prepare_cached("INSERT INTO subjects (chapter, what, id, place) VALUES (?1, ?2, ?3, ?4)")?;
    let mut of_auction =
        connection.prepare_cached("SELECT vault FROM liquidations WHERE auction = ?1 ORDER BY place LIMIT 1")?;

    let mut told = Vec::new();
    for (seq, (transaction, event)) in all.into_iter().enumerate() {
        let place = Place::of(block.height, seq)?;
        let said = Said::of(event)?;
        let mut about = event.about();
        if let (Some(auction), true) = (about.auction, about.vaults.is_empty()) {
            // What a lot is about is about its vault: by the block, by the index, or, of lots from before it begins, by the state.
            let known: Option<i64> = of_auction.query_row([signed(auction.0)], |row| row.get(0)).optional()?;
            let running = || state.auctions().auction(auction).ok();
            let vault = known.and_then(|vault| u64::try_from(vault).ok()).map(VaultId);
            let vault = begun.get(&auction).copied().or(vault);
            about
                .vaults
                .extend(vault.or_else(|| running().map(|auction| auction.vault)));
        }
        insert.execute(params![
            place.number(),
            signed(block.height.0),
            transaction,
            said.kind(),
            about.collateral_type.map(|of| of.0),
            about.vaults.first().map(|vault| signed(vault.0)),
            about.auction.map(|auction| signed(auction.0)),
            about.accounts.first().map(|account| account.0),
            said.fields(),
        ])?;
        if let Some(auction) = about.auction {
            concerns.execute(params![chapter, "auction", signed(auction.0), place.number()])?;
        }
        for account in &about.accounts {
            concerns.execute(params![chapter, "account", account.0, place.number()])?;
        }
        told.push(Told {
            place,
            event,
            said,
            vaults: about.vaults,
            collateral_type: about.collateral_type,
            list: transaction.map_or(0, |at| at as usize + 1),
        });
    }
    drop((insert, concerns, of_auction));
    spans(connection, &told)?;
    let moved: BTreeSet<FeedId> = told.iter().filter_map(|told| feed_of(told.event)).collect();
    prices(connection, state, |feed| moved.contains(&feed))?;
    Ok(told)
}

/// Writes in which spans of places the events of a block are of a kind, or about a type: most events share both with many
/// others, and a row for each would cost more than reading a span does.
fn spans(connection: &Connection, told: &[Told<'_>]) -> Result<(), Failed> {
    let kinds: BTreeSet<_> = told.iter().map(|told| (told.place.span(), told.said.kind())).collect();
    let of_type = |told: &Told<'_>| Some((told.place.span(), told.collateral_type?));
    let types: BTreeSet<_> = told.iter().filter_map(of_type).collect();
    let mut insert = connection.prepare_cached("INSERT INTO spans (what, id, span) VALUES (?1, ?2, ?3)")?;
    for (span, kind) in kinds {
        insert.execute(params!["kind", kind, span])?;
    }
    for (span, collateral_type) in types {
        insert.execute(params!["type", collateral_type.0, span])?;
    }
    Ok(())
}

/// A lot that begins, and its vault.
const fn lot_of(event: &Event) -> Option<(AuctionId, VaultId)> {
    match event {
        Event::AuctionStarted { auction, vault, .. } => Some((*auction, *vault)),
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
