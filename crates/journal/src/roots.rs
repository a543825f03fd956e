//! The roots of blocks that are executed again: one for so many, each brought up to date beside the execution of the next blocks
//! and compared with the one that was written down.

use ballast_engine::kernel::merkle::MerkleTree;
use ballast_engine::{State, TreeUpdate};
use ballast_protocol::{Height, proof::Hash};

use crate::Unrecoverable;
use crate::recovery::check_root;
use crate::worker::Worker;

/// Most blocks, and about as many transactions, that are executed again between two roots: what they have changed stays in little
/// memory, near the processor.
const ROOT_BLOCKS: u64 = 64;
const ROOT_TRANSACTIONS: u64 = 10_000;

/// The roots of blocks that are executed one after the other. Until [`Roots::finish`] the state may be without its tree.
#[derive(Default)]
pub(crate) struct Roots {
    /// Executed since the last root.
    blocks: u64,
    transactions: u64,
    /// The root that is being computed: after which block, and what was written down.
    pending: Option<(Height, Hash)>,
    worker: Option<Worker<TreeUpdate, MerkleTree>>,
}

impl Roots {
    /// Counts a block that was executed, and sees to a root if one is due. Error: `Root`, of this block or an earlier one.
    pub(crate) fn executed(
        &mut self,
        state: &mut State,
        (height, written): (Height, Hash),
        transactions: usize,
    ) -> Result<(), Unrecoverable> {
        self.blocks += 1;
        self.transactions += u64::try_from(transactions).unwrap_or(u64::MAX);
        if self.blocks < ROOT_BLOCKS && self.transactions < ROOT_TRANSACTIONS {
            return Ok(());
        }
        (self.blocks, self.transactions) = (0, 0);
        self.settle(state)?;
        let Some(worker) = self.worker.take().or_else(|| Worker::start("roots", TreeUpdate::apply)) else {
            state.commit();
            return check_root(state, height, written);
        };
        worker.give(state.lend_tree());
        self.worker = Some(worker);
        self.pending = Some((height, written));
        Ok(())
    }

    /// Brings the root up to date with the last block that was executed, and compares it. Error: `Root`.
    pub(crate) fn finish(&mut self, state: &mut State, height: Height, written: Hash) -> Result<(), Unrecoverable> {
        (self.blocks, self.transactions) = (0, 0);
        self.settle(state)?;
        state.commit();
        check_root(state, height, written)
    }

    /// Gives the state its tree back.
    fn settle(&mut self, state: &mut State) -> Result<(), Unrecoverable> {
        let (Some((height, written)), Some(worker)) = (self.pending.take(), self.worker.take()) else {
            return Ok(());
        };
        let (worker, tree) = worker.take();
        self.worker = Some(worker);
        state.take_tree(tree);
        check_root(state, height, written)
    }
}

#[cfg(test)]
mod tests;
