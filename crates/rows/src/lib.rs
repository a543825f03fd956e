//! What happened as rows, and rows as Parquet files: for replays' exports and for the index of a node's history.

mod parquet;
mod row;

pub use self::parquet::{Cell, Column, GROUP, Kind, Table};
pub use self::row::{Row, rows};
