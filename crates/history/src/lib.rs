//! What happened: an index of the blocks' events for questions (docs/history.md), in one SQLite file.
//!
//! All of it follows from the journal, so it may be lost at any time and is then made again; nothing of the chain depends
//! on it.
//!
//! - [`Index`]: takes blocks in their order, each with what came of it; [`rebuild`] makes it of a journal.
//! - [`Reader`]: answers questions, each within a time.
//! - [`Tables`]: all of it as Parquet files.

mod chapters;
mod conditions;
mod events;
mod explain;
mod export;
mod failed;
mod index;
mod liquidations;
mod place;
mod reader;
mod rebuild;
mod schema;
mod seizures;
mod transactions;
mod vaults;

pub use chapters::CHAPTER;
pub use export::{NotExported, Tables};
pub use failed::{Failed, Unusable};
pub use index::{Happened, Index, Stop, never};
pub use place::{Place, TooFar};
pub use reader::{EventFilter, LiquidationFilter, Order, Page, PriceRange, Reach, Reader};
pub use rebuild::{NotRebuilt, Progress, Stage, catch_up, rebuild};
pub use schema::{FILE, TABLES, VERSION};
