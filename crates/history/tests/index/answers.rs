//! What the index answers, against the blocks themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use ballast_history::{
    EventFilter, Failed, Happened, LiquidationFilter, Order, Page, Place, PriceRange, Reader, TABLES, Tables,
};
use ballast_num::{Amount, Price, Seconds, Timestamp};
use ballast_protocol::api::PastEvent;
use ballast_protocol::{
    AccountId, AuctionId, Event, FeedId, Height, Outcome, Rejected, TransactionHash, TypeId, VaultId,
};
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::crash::{crash, dump, place};

/// Of an index in many chapters.
fn reader() -> (TempDir, Reader) {
    let (folder, path) = place();
    drop(crash().live_in_chapters(&path, 60));
    assert!(dump(&path)["chapters"].len() > 10);
    (folder, Reader::open(&path, Duration::from_secs(60)).unwrap())
}

/// All events that a filter lets through, page by page.
fn told(reader: &mut Reader, filter: &EventFilter, order: Order, limit: usize) -> Vec<PastEvent> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = reader.events(filter, &Page { order, after, limit }).unwrap();
        assert!(page.events.len() <= limit);
        all.extend(page.events);
        match page.next {
            None => return all,
            Some(next) => after = Some(next.parse::<Place>().unwrap()),
        }
    }
}

/// Every event of the crash, in order.
fn happened() -> Vec<PastEvent> {
    let mut all = Vec::new();
    for step in &crash().steps {
        let engines = step.result.events.iter().map(|event| (None, event));
        let of_receipts = step
            .result
            .receipts
            .iter()
            .zip(0..)
            .flat_map(|(receipt, at)| receipt.events.iter().map(move |event| (Some(at), event)));
        for ((transaction, event), seq) in engines.chain(of_receipts).zip(0..) {
            all.push(PastEvent {
                height: step.block.height,
                time: step.block.time,
                seq,
                transaction,
                event: event.clone(),
            });
        }
    }
    all
}

#[test]
fn pages_tell_every_event_once_in_either_order() {
    let (_folder, mut reader) = reader();
    let expected = happened();
    let all = EventFilter::default();
    assert_eq!(told(&mut reader, &all, Order::Oldest, 997), expected);
    let mut newest = told(&mut reader, &all, Order::Newest, 1_003);
    newest.reverse();
    assert_eq!(newest, expected);
}

#[test]
fn filters_find_what_they_name_and_nothing_else() {
    let (_folder, mut reader) = reader();
    let all = happened();
    let seized = all.iter().find_map(|past| match &past.event {
        Event::VaultSeized(seized) => Some(*seized),
        _ => None,
    });
    let seized = seized.unwrap();
    let about = |past: &&PastEvent| match &past.event {
        Event::VaultSeized(event) => event.vault == seized.vault,
        Event::VaultWarned { vault, .. } => *vault == seized.vault,
        _ => false,
    };
    let of_vault = EventFilter {
        vault: Some(seized.vault),
        ..EventFilter::default()
    };
    let found = told(&mut reader, &of_vault, Order::Oldest, 3);
    assert!(all.iter().filter(about).all(|past| found.contains(past)));
    assert!(found.iter().filter(|past| about(past)).count() > 0);

    let kinds = EventFilter {
        kind: Some("VaultSeized".into()),
        ..EventFilter::default()
    };
    let of_kind = |past: &&PastEvent| matches!(past.event, Event::VaultSeized(_));
    let expected: Vec<_> = all.iter().filter(of_kind).cloned().collect();
    assert_eq!(told(&mut reader, &kinds, Order::Oldest, 10), expected);

    // Several names: what fits all of them.
    let both = EventFilter {
        vault: Some(seized.vault),
        account: Some(seized.owner),
        collateral_type: Some(seized.collateral_type),
        kind: Some("VaultSeized".into()),
        auction: None,
    };
    let expected: Vec<_> = expected.into_iter().filter(|past| about(&past)).collect();
    assert_eq!(told(&mut reader, &both, Order::Oldest, 10), expected);
    // A cursor from before the first chapter.
    let page = Page {
        order: Order::Oldest,
        after: Some("0-0".parse().unwrap()),
        limit: found.len(),
    };
    assert_eq!(reader.events(&of_vault, &page).unwrap().events, found);

    let nobody = EventFilter {
        vault: Some(VaultId(u64::MAX)),
        ..EventFilter::default()
    };
    assert_eq!(told(&mut reader, &nobody, Order::Newest, 10), []);
}

#[test]
fn whatever_a_filter_names_together_it_finds_just_that() {
    let (_folder, mut reader) = reader();
    let all = happened();
    let lots: BTreeMap<_, _> = all
        .iter()
        .filter_map(|past| match &past.event {
            Event::AuctionStarted { auction, vault, .. } => Some((*auction, *vault)),
            _ => None,
        })
        .collect();
    let about = |event: &Event| {
        let mut about = event.about();
        if let (Some(auction), true) = (about.auction, about.vaults.is_empty()) {
            about.vaults.extend(lots.get(&auction));
        }
        about
    };
    let kind = |event: &Event| match serde_json::to_value(event).unwrap() {
        serde_json::Value::Object(named) => named.keys().next().unwrap().clone(),
        other => panic!("{other}"),
    };
    // The last event of each kind, and every choice of what it names.
    let examples: BTreeMap<_, _> = all.iter().map(|past| (kind(&past.event), &past.event)).collect();
    assert!(examples.len() > 10, "{:?}", examples.keys());
    for (name, example) in examples {
        let names = about(example);
        for choice in 0..32_u8 {
            let is_named = |at: u8| choice & 1 << at != 0;
            let filter = EventFilter {
                kind: is_named(0).then(|| name.clone()),
                vault: names.vaults.last().copied().filter(|_| is_named(1)),
                auction: names.auction.filter(|_| is_named(2)),
                account: names.accounts.last().copied().filter(|_| is_named(3)),
                collateral_type: names.collateral_type.filter(|_| is_named(4)),
            };
            let fits = |past: &&PastEvent| {
                let names = about(&past.event);
                filter.kind.as_ref().is_none_or(|name| kind(&past.event) == *name)
                    && filter.vault.is_none_or(|vault| names.vaults.contains(&vault))
                    && filter.auction.is_none_or(|auction| names.auction == Some(auction))
                    && filter.account.is_none_or(|account| names.accounts.contains(&account))
                    && filter
                        .collateral_type
                        .is_none_or(|of| names.collateral_type == Some(of))
            };
            let mut expected: Vec<_> = all.iter().filter(fits).cloned().collect();
            assert!(!expected.is_empty());
            assert_eq!(told(&mut reader, &filter, Order::Oldest, 500), expected, "{filter:?}");
            expected.reverse();
            assert_eq!(told(&mut reader, &filter, Order::Newest, 77), expected, "{filter:?}");
        }
    }
}

/// What a question answers, page by page, the oldest first.
fn paged<T>(order: Order, limit: usize, mut ask: impl FnMut(&Page) -> (Vec<T>, Option<String>)) -> Vec<T> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = ask(&Page { order, after, limit });
        assert!(page.len() <= limit);
        all.extend(page);
        let Some(next) = next else { break };
        after = Some(next.parse().unwrap());
    }
    if order == Order::Newest {
        all.reverse();
    }
    all
}

#[test]
fn pages_go_through_all_chapters_in_either_order() {
    let (_folder, mut reader) = reader();
    let all = happened();
    let (vault, owner) = all
        .iter()
        .find_map(|past| match &past.event {
            Event::VaultSeized(seized) => Some((seized.vault, seized.owner)),
            _ => None,
        })
        .unwrap();
    let whole = Page {
        order: Order::Oldest,
        after: None,
        limit: 1_000_000,
    };
    let everything = reader.transactions(None, &whole).unwrap().transactions;
    let sender = everything[0].sender;
    let of_sender: Vec<_> = everything.into_iter().filter(|past| past.sender == sender).collect();
    let of_owner = LiquidationFilter {
        account: Some(owner),
        ..LiquidationFilter::default()
    };
    let seizures = reader
        .liquidations(&LiquidationFilter::default(), &whole)
        .unwrap()
        .liquidations;
    let seized: Vec<_> = seizures
        .into_iter()
        .filter(|info| info.owner == owner || all.iter().any(|past| called_by(past, owner, info.height, info.seq)))
        .collect();
    let moments = reader.vault(vault, &whole).unwrap().moments;
    assert!(of_sender.len() > 7 && !seized.is_empty() && moments.len() > 1);
    for (order, limit) in [
        (Order::Oldest, 1),
        (Order::Oldest, 7),
        (Order::Newest, 1),
        (Order::Newest, 7),
    ] {
        let sent = paged(order, limit, |page| {
            let page = reader.transactions(Some(sender), page).unwrap();
            (page.transactions, page.next)
        });
        assert_eq!(sent, of_sender);
        let stood = paged(order, limit, |page| {
            let page = reader.vault(vault, page).unwrap();
            (page.moments, page.next)
        });
        assert_eq!(stood, moments);
        let found = paged(order, limit, |page| {
            let page = reader.liquidations(&of_owner, page).unwrap();
            (page.liquidations, page.next)
        });
        assert_eq!(found, seized);
        for (account, collateral_type) in [(Some(owner), None), (None, Some(TypeId(1)))] {
            let filter = EventFilter {
                account,
                collateral_type,
                ..EventFilter::default()
            };
            let found = paged(order, limit, |page| {
                let page = reader.events(&filter, page).unwrap();
                (page.events, page.next)
            });
            let is_asked_for = |past: &&PastEvent| {
                let about = past.event.about();
                account.is_none_or(|account| about.accounts.contains(&account))
                    && collateral_type.is_none_or(|of| about.collateral_type == Some(of))
            };
            let expected: Vec<_> = all.iter().filter(is_asked_for).cloned().collect();
            assert!(expected.len() > 1);
            assert_eq!(found, expected);
        }
    }
}

/// Whether an event is a seizure at this place that an account called for.
fn called_by(past: &PastEvent, account: AccountId, height: Height, seq: u32) -> bool {
    let caller = match &past.event {
        Event::VaultSeized(seized) => seized.caller,
        _ => None,
    };
    (past.height, past.seq, caller) == (height, seq, Some(account))
}

#[test]
fn what_a_lot_brings_is_told_of_its_vault() {
    let (_folder, mut reader) = reader();
    let mut vaults = BTreeSet::new();
    for past in happened() {
        if let Event::AuctionStarted { auction, vault, .. } = past.event {
            vaults.insert((auction, vault));
        }
    }
    let mut takes = 0;
    for (auction, vault) in vaults {
        let of_vault = EventFilter {
            vault: Some(vault),
            auction: Some(auction),
            kind: Some("AuctionTaken".into()),
            ..EventFilter::default()
        };
        let of_auction = EventFilter {
            auction: Some(auction),
            kind: Some("AuctionTaken".into()),
            ..EventFilter::default()
        };
        let found = told(&mut reader, &of_vault, Order::Oldest, 10);
        assert_eq!(found, told(&mut reader, &of_auction, Order::Oldest, 10));
        takes += found.len();
    }
    assert!(takes > 0);
}

#[test]
fn what_is_told_of_a_lot_that_begins_and_ends_in_one_block_names_its_vault() {
    let (_folder, path) = place();
    let step = crash().step(1);
    let mut result = step.result.clone();
    let (auction, vault) = (AuctionId(999), VaultId(777));
    result.events.extend([
        Event::AuctionStarted {
            auction,
            vault,
            collateral_type: TypeId(1),
            lot: Amount::ONE,
            debt: Amount::ONE,
            to_raise: Amount::ONE,
            start_price: Price::whole(1),
        },
        Event::AuctionEnded {
            auction,
            shortfall: Amount::ZERO,
        },
    ]);
    let mut index = crash().empty(&path);
    let happened = Happened {
        result: &result,
        ..step.happened()
    };
    index.apply([happened]).unwrap();
    let mut reader = Reader::open(&path, Duration::from_secs(60)).unwrap();
    let of_vault = EventFilter {
        vault: Some(vault),
        ..EventFilter::default()
    };
    let events = told(&mut reader, &of_vault, Order::Oldest, 10);
    assert_eq!(events.len(), 2, "{events:?}");
}

#[test]
fn a_transaction_is_found_by_its_hash_with_its_whole_receipt() {
    let (_folder, mut reader) = reader();
    let mut seen = 0;
    for step in crash().steps.iter().step_by(9) {
        for (index, (hash, receipt)) in step.hashes.iter().zip(&step.result.receipts).enumerate() {
            let found = reader.transaction(*hash).unwrap().1.unwrap();
            assert_eq!((found.height, found.index as usize), (step.block.height, index));
            assert_eq!(found.receipt, *receipt);
            seen += 1;
        }
    }
    assert!(seen > 10);
    let (reach, none) = reader.transaction(TransactionHash([9; 32])).unwrap();
    assert_eq!((reach.begins, reach.height.0, none), (Height(0), crash().last(), None));

    let sender = crash()
        .steps
        .iter()
        .find_map(|step| step.block.transactions.first())
        .unwrap()
        .sender;
    let page = Page {
        order: Order::Oldest,
        after: None,
        limit: 1_000_000,
    };
    let of_sender = reader.transactions(Some(sender), &page).unwrap().transactions;
    let all = reader.transactions(None, &page).unwrap().transactions;
    let expected: Vec<_> = all.into_iter().filter(|past| past.sender == sender).collect();
    assert!(expected.iter().any(|past| past.outcome == Outcome::Done));
    assert_eq!(of_sender, expected);
}

#[test]
fn a_transaction_that_came_again_in_a_later_chapter_is_told_as_it_was_done() {
    let (folder, mut reader) = reader();
    let (hash, done) = crash()
        .steps
        .iter()
        .flat_map(|step| step.hashes.iter().zip(&step.result.receipts))
        .find(|(_, receipt)| receipt.outcome == Outcome::Done)
        .unwrap();
    let again = |outcome: &str, hash: &TransactionHash| {
        let connection = Connection::open(folder.path().join(ballast_history::FILE)).unwrap();
        let rows = connection.execute(
            "INSERT INTO transactions (place, chapter, height, hash, sender, outcome, reason, work)
             SELECT max(t.place) + 1, max(t.chapter), max(t.height), ?1, x'0000000000000000000000000000000000000000',
                    'NotAdmitted', ?2, 0 FROM transactions t",
            rusqlite::params![hash.0, outcome],
        );
        assert_eq!(rows.unwrap(), 1);
    };
    let refused = Outcome::NotAdmitted(Rejected::Expired {
        expiry: Timestamp(1),
        now: Timestamp(2),
    });
    let said = serde_json::to_string(&refused).unwrap();
    again(&said, hash);
    assert_eq!(reader.transaction(*hash).unwrap().1.unwrap().receipt, *done);

    // One that was never taken is told as refused.
    let stranger = TransactionHash([9; 32]);
    again(&said, &stranger);
    assert_eq!(
        reader.transaction(stranger).unwrap().1.unwrap().receipt.outcome,
        refused
    );
}

#[test]
fn spans_of_prices_hold_what_the_feed_said_in_them() {
    let (_folder, mut reader) = reader();
    let feed = FeedId(1);
    let mut said: Vec<(u64, Price)> = Vec::new();
    for step in &crash().steps {
        let closed = |event: &Event| {
            let moved = match event {
                Event::RoundClosed { feed, .. } | Event::FeedStateChanged { feed, .. } => feed,
                _ => return false,
            };
            *moved == feed
        };
        if step.result.events.iter().any(closed) {
            said.push((step.block.time.0, step.state.prices().quote(feed).unwrap().spot));
        }
    }
    let first = said[0].0;
    let range = PriceRange {
        from: Timestamp(first),
        to: Timestamp(u64::MAX),
        every: Seconds(900),
        limit: 4,
    };
    let (mut spans, mut from) = (Vec::new(), range.from);
    loop {
        let page = reader.prices(feed, &PriceRange { from, ..range }).unwrap();
        spans.extend(page.prices);
        match page.next {
            None => break,
            Some(next) => from = next,
        }
    }
    assert!(spans.len() > 8);
    assert_eq!(spans.iter().map(|span| span.blocks).sum::<u64>(), said.len() as u64);
    for span in spans {
        let within = said.iter().filter(|(time, _)| *time - *time % 900 == span.time.0);
        let within: Vec<Price> = within.map(|(_, price)| *price).collect();
        assert_eq!(Some(&span.open), within.first());
        assert_eq!(Some(&span.close), within.last());
        assert_eq!(Some(&span.high), within.iter().max());
        assert_eq!(Some(&span.low), within.iter().min());
    }
}

#[test]
fn a_vault_is_told_as_it_stood_after_each_block() {
    let (_folder, mut reader) = reader();
    let page = Page {
        order: Order::Newest,
        after: None,
        limit: 2,
    };
    let seizures = reader
        .liquidations(&LiquidationFilter::default(), &page)
        .unwrap()
        .liquidations;
    for info in seizures {
        let mut after = None;
        let mut moments = Vec::new();
        loop {
            let told = reader
                .vault(
                    info.vault,
                    &Page {
                        after,
                        limit: 1,
                        ..page
                    },
                )
                .unwrap();
            moments.extend(told.moments);
            match told.next {
                None => break,
                Some(next) => after = Some(next.parse().unwrap()),
            }
        }
        assert!(moments.iter().any(|moment| moment.height == info.height));
        for moment in moments {
            let state = &crash().step(moment.height.0).state;
            let collateral = state.vaults().vault(info.vault).map(|vault| vault.collateral);
            assert_eq!(moment.collateral, collateral.unwrap_or_default());
            assert_eq!(moment.ratio.is_none(), moment.debt.is_zero());
        }
    }
}

#[test]
fn a_question_that_takes_too_long_is_ended() {
    let (folder, _) = reader();
    let path = folder.path().join(ballast_history::FILE);
    let mut hasty = Reader::open(&path, Duration::ZERO).unwrap();
    let page = Page {
        order: Order::Oldest,
        after: None,
        limit: 1_000_000,
    };
    let asked = hasty.events(&EventFilter::default(), &page);
    assert!(
        matches!(asked, Err(Failed::TooLong)),
        "{:?}",
        asked.map(|page| page.events.len())
    );
}

#[test]
fn the_documented_queries_run() {
    let (folder, _) = reader();
    let connection = Connection::open(folder.path().join(ballast_history::FILE)).unwrap();
    let mut run = 0;
    for block in include_str!("../../../../docs/history.md").split("```sql").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        for query in block.split(';').filter(|query| !query.trim().is_empty()) {
            let mut statement = connection.prepare(query).unwrap();
            let mut rows = statement.query([]).unwrap();
            while rows.next().unwrap().is_some() {}
            run += 1;
            // What may be long is searched, never read from end to end.
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
            let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
            for step in steps.map(Result::unwrap) {
                let is_short =
                    ["SCAN c", "SCAN liquidations", "SCAN p VIRTUAL TABLE INDEX 1:"].contains(&step.as_str());
                assert!(is_short || !step.starts_with("SCAN"), "{step}: {query}");
            }
        }
    }
    assert_eq!(run, 6);
}

#[test]
fn files_of_columns_hold_every_row() {
    let (folder, _) = reader();
    let path = folder.path().join(ballast_history::FILE);
    let rows = dump(&path);
    let tables = Tables::open(&path).unwrap();
    for table in &TABLES {
        let file = folder.path().join(format!("{}.parquet", table.name));
        let (_, told) = tables.write(table, fs::File::create(&file).unwrap()).unwrap();
        let read = SerializedFileReader::new(Bytes::from(fs::read(&file).unwrap())).unwrap();
        assert_eq!(told, rows[table.name].len() as u64);
        assert_eq!(read.get_row_iter(None).unwrap().count() as u64, told);
        let mut columns = read.get_row_iter(None).unwrap();
        let first = columns.next().unwrap().unwrap();
        let names: Vec<_> = first.get_column_iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            table.columns.iter().map(|column| column.name).collect::<Vec<_>>()
        );
    }
}
