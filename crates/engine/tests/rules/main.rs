//! Attacks on the rules (docs/rules.md), each named after what it tries; and what the kernel and receipts promise.
//!
//! Every test fails if the code of its rule is taken out.

#[cfg(test)]
#[path = "../common/mod.rs"]
mod common;

#[cfg(test)]
mod fees;
mod genesis;
#[cfg(test)]
mod r01_crowds;
#[cfg(test)]
mod r01_late_trading;
#[cfg(test)]
mod r02_rounds;
#[cfg(test)]
mod r03_disturbed_feeds;
#[cfg(test)]
mod r04_clocks;
#[cfg(test)]
mod r05_batches;
#[cfg(test)]
mod r07_order;
#[cfg(test)]
mod r08_ratios;
#[cfg(test)]
mod r09_partial;
#[cfg(test)]
mod r09_shortfalls;
#[cfg(test)]
mod r10_bids;
#[cfg(test)]
mod r10_depth;
#[cfg(test)]
mod r10_disposal;
#[cfg(test)]
mod r10_market;
#[cfg(test)]
mod r10_routes;
#[cfg(test)]
mod r10_sharing;
#[cfg(test)]
mod r11_owners;
#[cfg(test)]
mod r12_losses;
#[cfg(test)]
mod r12_ring_fence;
#[cfg(test)]
mod r16_limits;
#[cfg(test)]
mod r18_authenticity;
#[cfg(test)]
mod r18_outflow;
#[cfg(test)]
mod r20_insurers;
// Time that a balance sheet takes.
#[cfg(test)]
#[allow(clippy::disallowed_types)]
mod r23_marks;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sessions_granted;
// Readers in threads.
#[cfg(test)]
#[allow(clippy::disallowed_types)]
mod tables;
