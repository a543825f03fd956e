//! Programs that act on a node as anyone can, through its public API.
//!
//! A [`feeder`] brings prices, a [`keeper`] buys what is liquidated and restarts what stands still; [`arbitrage`] keeps the
//! reserve's markets at the feeds' prices, and [`borrower`]s live with their vaults. Each decides from a [`board`], what anyone
//! sees of the state, by a function of that alone; a loop around it sends. [`development`] is a reserve to try all this on.
//!
//! None of them is needed for the reserve's safety: the engine liquidates by itself, and knows the prices of whoever signs.

pub mod arbitrage;
pub mod board;
pub mod borrower;
pub mod crowd;
pub mod development;
pub mod feeder;
pub mod keeper;
