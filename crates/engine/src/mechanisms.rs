//! The mechanisms of the reserve. Each knows the kernel and nothing of the others; what needs several is a flow.

pub mod auction;
pub mod backstop;
pub mod fund;
pub mod market;
pub mod oracle;
pub mod queue;
pub mod sessions;
pub mod stability_pool;
pub mod vault;
