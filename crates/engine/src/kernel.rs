//! What every mechanism stands on: state that can be undone, forked and proven, and the ledger.

pub mod account;
pub mod changes;
pub mod context;
mod crossings;
pub mod ledger;
pub mod limiter;
pub mod mean;
pub mod merkle;
pub mod outflow;
pub mod portions;
pub mod prices;
pub mod ranking;
pub mod records;
pub mod seized;
pub mod share_map;
pub mod table;
pub mod tree;
pub(crate) mod watch;

pub use account::Account;
pub use changes::{Change, ChangeSet};
pub use context::{Clock, Context};
pub use ledger::Ledger;
pub use limiter::Limiter;
pub use outflow::Outflow;
pub use portions::Portions;
pub use prices::{Prices, Quote, Use, coin_value};
pub use records::{BadRecords, RecordBytes};
pub use table::{Pieces, Record, Savepoint, Stored, Table, Var, Visitor};
