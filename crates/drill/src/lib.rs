//! The drill: random commands and blocks from a seed, run through the engine and beside it through a slow and obvious
//! model (docs/drill.md).
//!
//! ```text
//! cargo run --release -p ballast-drill -- --operations 1000000 --seed 7
//! ```
//!
//! [`run`] compares the outcome of every transaction and every record after every block, and stops at the first
//! [`Divergence`], with the seed, the block, both sides, and the shortest run of blocks that still diverges.

mod compare;
mod episode;
mod fold;
mod generate;
mod model;
mod pair;
mod random;
mod shrink;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeMap;
use std::fmt;

use ballast_protocol::Block;

use episode::Episode;

/// How long to drill, and from which seed.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// At least so many commands.
    pub operations: u64,
    /// Everything follows from it.
    pub seed: u64,
}

/// What a drill has done.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Commands, those of transactions that were not admitted and of rival blocks included.
    pub operations: u64,
    /// Blocks that both sides have applied.
    pub blocks: u64,
    /// Worlds, each with a genesis of its own.
    pub worlds: u64,
    /// Commands of transactions that were done, by name.
    pub done: BTreeMap<String, u64>,
    /// Transactions that failed or were not admitted, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Events of the engine, by name.
    pub events: BTreeMap<String, u64>,
    /// Rival blocks on one parent, applied and dropped.
    pub rivals: u64,
    /// Blocks applied once more to a copy of their parent.
    pub repeats: u64,
    /// Old states looked at again later.
    pub readers: u64,
}

/// Engine and model disagree, or the engine breaks an invariant or panics.
#[derive(Clone, Debug)]
pub struct Divergence {
    /// The seed of the drill.
    pub seed: u64,
    /// The number of its world, from 0.
    pub world: u64,
    /// The block at which it was seen.
    pub height: u64,
    /// What differs, and both sides.
    pub difference: String,
    /// The fewest blocks found that still diverge, from the same genesis, and what differs after them.
    pub shortest: Vec<Block>,
    /// What differs after those.
    pub shortest_difference: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            world,
            height,
            difference,
            ..
        } = self;
        writeln!(f, "seed {seed}, world {world}, block {height}: {difference}")?;
        writeln!(f, "the shortest run that was found, {} blocks:", self.shortest.len())?;
        for block in &self.shortest {
            writeln!(f, "{block:#?}")?;
        }
        write!(f, "ends in: {}", self.shortest_difference)
    }
}

impl std::error::Error for Divergence {}

/// Commands in each world.
const WORLD: u64 = 5_000;

/// Drills until the operations are done; `progress` hears of each world that is finished.
/// Error: the first divergence.
pub fn run(options: Options, mut progress: impl FnMut(&Summary)) -> Result<Summary, Box<Divergence>> {
    let mut summary = Summary::default();
    while summary.operations < options.operations {
        let world = summary.worlds;
        let until = (summary.operations + WORLD).min(options.operations);
        Episode::new(options.seed, world)?.run(&mut summary, until)?;
        summary.worlds += 1;
        progress(&summary);
    }
    Ok(summary)
}

impl Summary {
    /// Counts by the first word; a missing price, a bad parameter or session by what is wrong with it, a queued order by its own.
    fn count(counts: &mut BTreeMap<String, u64>, told: &impl fmt::Debug) {
        let told = format!("{told:?}");
        let inner = told
            .strip_prefix("NoPrice(")
            .or_else(|| told.strip_prefix("BadParameter("))
            .or_else(|| told.strip_prefix("BadSession("))
            .or_else(|| told.strip_prefix("Queue { order: "));
        let name = inner
            .unwrap_or(&told)
            .split(|letter: char| !letter.is_alphanumeric())
            .next();
        *counts.entry(name.unwrap_or_default().to_owned()).or_default() += 1;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operations,
            blocks,
            worlds,
            rivals,
            repeats,
            readers,
            ..
        } = self;
        writeln!(f, "{operations} operations in {blocks} blocks of {worlds} worlds")?;
        writeln!(
            f,
            "{rivals} rival blocks dropped, {repeats} blocks repeated, {readers} old states looked at again"
        )?;
        for (title, counts) in [
            ("done", &self.done),
            ("refused", &self.refused),
            ("events", &self.events),
        ] {
            let told: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            writeln!(f, "{title}: {}", told.join(", "))?;
        }
        Ok(())
    }
}
