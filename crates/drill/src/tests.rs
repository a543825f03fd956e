//! The drill as CI runs it, bugs that it has found, that events tell every balance, and what no owner can gain.

mod ci;
mod fold;
mod found;
mod no_gain;
