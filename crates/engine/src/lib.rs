//! What is true: one pure, deterministic state machine with all the rules of the reserve.
//!
//! No I/O, no clock, no randomness, no threads, no hash-ordered maps and no floats: the same blocks give the same
//! state, everywhere. `clippy.toml`, the crate's lints and `tests/purity.rs` enforce it.
//!
//! - [`State::genesis`] makes a state, [`apply_block`] moves it on; both are all that a host needs.
//! - [`kernel`] is what every mechanism stands on, [`mechanisms`] know nothing of each other, flows join them.
//! - [`invariants`] are functions that tests, simulations and nodes call.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

mod flows;
mod genesis;
mod history;
pub mod invariants;
pub mod kernel;
pub mod mechanisms;
mod state;

pub use flows::balance::BalanceSheet;
pub use flows::block::{Executed, InvalidBlock, apply_block, apply_block_with_changes, execute_block};
pub use flows::parts::{BlockPart, BlockRoom};
pub use flows::transaction::Admission;
pub use genesis::BadGenesis;
pub use history::History;
pub use state::{Chain, Governance, State, TreeUpdate};
