//! Market simulation and replay: the engine among recorded prices and modelled actors.
//!
//! A [`scenario`] names recorded prices, a [`population`] the vaults, a [`config`] every assumption; [`run`] lets the
//! engine run through them block by block, with [`keepers`] outside it, and counts what happened. The same input gives
//! the same state root on every machine: only the report's own time is taken from a clock.

pub mod admission;
pub mod compare;
pub mod config;
pub mod coverage;
pub mod depth;
pub mod export;
pub mod generation;
pub mod keepers;
pub mod ledger_replay;
pub mod market;
pub mod parallel;
pub mod population;
pub mod prices;
pub mod report;
pub mod run;
pub mod scenario;
pub mod sensitivity;
pub mod tally;
pub mod timeline;
pub mod waterfall;
pub mod world;
