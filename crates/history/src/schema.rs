//! The tables. What a change of them makes of [`VERSION`]: one more, and every index is made again.

use ballast_rows::{Column, Kind};

/// Of the tables below and of what is written into them.
pub const VERSION: i64 = 5;

/// The index's file in a node's folder.
pub const FILE: &str = "history.sqlite";

/// Amounts are exact: base units as decimal digits; prices USD and ratios as the API says them. `place` is
/// `height << 24 | seq` ([`crate::Place`]): the order in which things happened. What would fall all over a large tree is kept
/// by `chapter` first ([`crate::chapters`]).
pub(crate) const TABLES_SQL: &str = "
CREATE TABLE about (chain BLOB NOT NULL, begins INTEGER NOT NULL);
CREATE TABLE chapters (chapter INTEGER PRIMARY KEY, begins INTEGER NOT NULL, rows_before INTEGER NOT NULL);
CREATE TABLE blocks (
    height INTEGER PRIMARY KEY, time INTEGER NOT NULL, root BLOB NOT NULL, work INTEGER NOT NULL,
    transactions INTEGER NOT NULL, events INTEGER NOT NULL);
CREATE TABLE transactions (
    place INTEGER PRIMARY KEY, chapter INTEGER NOT NULL, height INTEGER NOT NULL, hash BLOB NOT NULL, sender BLOB NOT NULL,
    outcome TEXT NOT NULL, reason TEXT, work INTEGER NOT NULL, fee TEXT, fee_asset INTEGER, fee_payer BLOB,
    fee_in_coin TEXT, work_price TEXT, fee_price TEXT);
CREATE TABLE events (
    place INTEGER PRIMARY KEY, height INTEGER NOT NULL, \"transaction\" INTEGER, kind TEXT NOT NULL,
    collateral_type INTEGER, vault INTEGER, auction INTEGER, account BLOB, event TEXT NOT NULL);
CREATE TABLE subjects (
    chapter INTEGER NOT NULL, what TEXT NOT NULL, id NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (chapter, what, id, place)) WITHOUT ROWID;
CREATE TABLE spans (
    what TEXT NOT NULL, id NOT NULL, span INTEGER NOT NULL, PRIMARY KEY (what, id, span)) WITHOUT ROWID;
CREATE TABLE prices (
    feed INTEGER NOT NULL, height INTEGER NOT NULL, time INTEGER NOT NULL, state TEXT NOT NULL,
    round INTEGER NOT NULL, spot TEXT NOT NULL, mean TEXT NOT NULL, judging TEXT NOT NULL, low TEXT NOT NULL,
    PRIMARY KEY (feed, height)) WITHOUT ROWID;
CREATE TABLE vault_history (
    chapter INTEGER NOT NULL, vault INTEGER NOT NULL, height INTEGER NOT NULL, time INTEGER NOT NULL, what TEXT NOT NULL,
    places TEXT NOT NULL, collateral TEXT NOT NULL, debt TEXT NOT NULL, price TEXT, ratio TEXT,
    PRIMARY KEY (chapter, vault, height)) WITHOUT ROWID;
CREATE TABLE liquidations (
    place INTEGER PRIMARY KEY, height INTEGER NOT NULL, time INTEGER NOT NULL, vault INTEGER NOT NULL,
    owner BLOB NOT NULL, collateral_type INTEGER NOT NULL, rule TEXT NOT NULL, price TEXT NOT NULL,
    liquidation_ratio TEXT NOT NULL, ratio_before TEXT, debt TEXT NOT NULL, collateral TEXT NOT NULL,
    penalty TEXT NOT NULL, caller BLOB, auction INTEGER, is_over INTEGER NOT NULL,
    to_caller TEXT NOT NULL, to_bids TEXT NOT NULL, by_bids TEXT NOT NULL, to_pool TEXT NOT NULL,
    by_pool TEXT NOT NULL, to_buyers TEXT NOT NULL, by_buyers TEXT NOT NULL, to_market TEXT NOT NULL,
    by_market TEXT NOT NULL, to_others TEXT NOT NULL, debt_to_others TEXT NOT NULL, to_owner TEXT NOT NULL,
    coins_to_owner TEXT NOT NULL, owed_again TEXT NOT NULL, lost TEXT NOT NULL, lost_first_loss TEXT NOT NULL,
    lost_surplus TEXT NOT NULL, lost_fund TEXT NOT NULL, lost_holders TEXT NOT NULL, recovered TEXT NOT NULL,
    explanation TEXT NOT NULL);
";

/// What finds rows otherwise than by their keys; made after a rebuild, which is faster so. Of hashes a beginning is enough.
pub(crate) const INDEXES_SQL: &str = "
CREATE INDEX IF NOT EXISTS blocks_by_time ON blocks (time);
CREATE INDEX IF NOT EXISTS transactions_by_hash ON transactions (chapter, substr(hash, 1, 8));
CREATE INDEX IF NOT EXISTS transactions_by_sender ON transactions (chapter, sender);
CREATE INDEX IF NOT EXISTS liquidations_by_vault ON liquidations (vault);
CREATE INDEX IF NOT EXISTS liquidations_by_type ON liquidations (collateral_type);
CREATE INDEX IF NOT EXISTS liquidations_by_auction ON liquidations (auction) WHERE auction IS NOT NULL;
";

/// A table: its name, the order of its rows, its columns.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its key, by which its rows are in order.
    pub key: &'static str,
    /// Its columns, in their order.
    pub columns: &'static [Column],
}

const fn wide(name: &'static str) -> Column {
    Column::required(name, Kind::Wide)
}

const fn text(name: &'static str) -> Column {
    Column::required(name, Kind::Text)
}

const fn maybe_wide(name: &'static str) -> Column {
    Column::optional(name, Kind::Wide)
}

const fn maybe_text(name: &'static str) -> Column {
    Column::optional(name, Kind::Text)
}

/// The tables that tell something. Accounts, hashes and roots are bytes in SQLite, `0x` and hexadecimal digits in files.
pub const TABLES: [Table; 6] = [
    Table {
        name: "blocks",
        key: "height",
        columns: &[
            wide("height"),
            wide("time"),
            text("root"),
            wide("work"),
            wide("transactions"),
            wide("events"),
        ],
    },
    Table {
        name: "transactions",
        key: "place",
        columns: &[
            wide("place"),
            wide("height"),
            text("hash"),
            text("sender"),
            text("outcome"),
            maybe_text("reason"),
            wide("work"),
            maybe_text("fee"),
            maybe_wide("fee_asset"),
            maybe_text("fee_payer"),
            maybe_text("fee_in_coin"),
            maybe_text("work_price"),
            maybe_text("fee_price"),
        ],
    },
    Table {
        name: "events",
        key: "place",
        columns: &[
            wide("place"),
            wide("height"),
            maybe_wide("transaction"),
            text("kind"),
            maybe_wide("collateral_type"),
            maybe_wide("vault"),
            maybe_wide("auction"),
            maybe_text("account"),
            text("event"),
        ],
    },
    Table {
        name: "prices",
        key: "feed, height",
        columns: &[
            wide("feed"),
            wide("height"),
            wide("time"),
            text("state"),
            wide("round"),
            text("spot"),
            text("mean"),
            text("judging"),
            text("low"),
        ],
    },
    Table {
        name: "vault_history",
        key: "chapter, vault, height",
        columns: &[
            wide("vault"),
            wide("height"),
            wide("time"),
            text("what"),
            text("places"),
            text("collateral"),
            text("debt"),
            maybe_text("price"),
            maybe_text("ratio"),
        ],
    },
    Table {
        name: "liquidations",
        key: "place",
        columns: &[
            wide("place"),
            wide("height"),
            wide("time"),
            wide("vault"),
            text("owner"),
            wide("collateral_type"),
            text("rule"),
            text("price"),
            text("liquidation_ratio"),
            maybe_text("ratio_before"),
            text("debt"),
            text("collateral"),
            text("penalty"),
            maybe_text("caller"),
            maybe_wide("auction"),
            wide("is_over"),
            text("to_caller"),
            text("to_bids"),
            text("by_bids"),
            text("to_pool"),
            text("by_pool"),
            text("to_buyers"),
            text("by_buyers"),
            text("to_market"),
            text("by_market"),
            text("to_others"),
            text("debt_to_others"),
            text("to_owner"),
            text("coins_to_owner"),
            text("owed_again"),
            text("lost"),
            text("lost_first_loss"),
            text("lost_surplus"),
            text("lost_fund"),
            text("lost_holders"),
            text("recovered"),
            text("explanation"),
        ],
    },
];
