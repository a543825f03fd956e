use ballast_protocol::{AccountId, AuctionId, TypeId, VaultId};
use rusqlite::Connection;

use super::*;
use crate::schema::{INDEXES_SQL, TABLES_SQL};

/// How SQLite finds the events of a page.
fn plan(connection: &Connection, filter: &EventFilter, page: &Page) -> Vec<String> {
    let mut conditions = Conditions::default();
    let (from, by) = conditions.lead_to(filter, page);
    let query = conditions.query(&format!("SELECT e.event FROM {from}"), by, page);
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
    conditions.rows(&mut plan, |row| Ok(row.get(3)?)).unwrap()
}

#[test]
fn no_question_about_events_reads_or_sorts_a_whole_table() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES_SQL).unwrap();
    connection.execute_batch(INDEXES_SQL).unwrap();
    for names in 0..32_u8 {
        let is_named = |at: u8| names & 1 << at != 0;
        let filter = EventFilter {
            kind: is_named(0).then(|| "VaultSeized".into()),
            vault: is_named(1).then_some(VaultId(1)),
            auction: is_named(2).then_some(AuctionId(1)),
            account: is_named(3).then_some(AccountId([1; 20])),
            collateral_type: is_named(4).then_some(TypeId(1)),
        };
        for (order, after) in [
            (Order::Newest, None),
            (Order::Newest, Some("7-7".parse().unwrap())),
            (Order::Oldest, Some("7-7".parse().unwrap())),
        ] {
            let page = Page {
                order,
                after,
                limit: 10,
            };
            for step in plan(&connection, &filter, &page) {
                // Chapters are few, a vault's events of one block, too; and all events are asked for where nothing is named.
                let is_short = [
                    "SCAN c",
                    "SCAN p VIRTUAL TABLE INDEX 1:",
                    "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
                ]
                .contains(&step.as_str());
                let is_all = names == 0 && after.is_none() && step == "SCAN e";
                let is_long = step.starts_with("SCAN") || step.starts_with("USE TEMP");
                assert!(is_short || is_all || !is_long, "{step}: {filter:?} {page:?}");
            }
        }
    }
}
