//! What needs several mechanisms, each told from top to bottom.

pub(crate) mod balance;
pub(crate) mod block;
pub(crate) mod disposal;
pub(crate) mod fund_queue;
pub(crate) mod liquidation;
pub(crate) mod market_batch;
pub(crate) mod market_queue;
pub(crate) mod parts;
pub(crate) mod pool_queue;
pub(crate) mod protection;
mod tickets;
pub(crate) mod transaction;
mod warm;
