//! The drill as CI runs it, bugs that it has found, and what no owner can gain.

mod ci;
mod found;
mod no_gain;
