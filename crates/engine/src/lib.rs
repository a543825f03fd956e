//! What is true: one pure, deterministic state machine with all the rules of the reserve.
//!
//! No I/O, no clock, no randomness, no threads, no hash-ordered maps and no floats: the same blocks give the same
//! state, everywhere. `clippy.toml`, the crate's lints and `tests/purity.rs` enforce it.

pub mod kernel;
pub mod mechanisms;
