//! The index of a replayed crash: the same however it was made, and what it answers.

#![allow(clippy::unwrap_used)] // helpers of tests: one that cannot go on has failed

mod answers;
mod crash;
mod derived;
mod sums;
