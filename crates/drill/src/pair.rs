//! An engine and a model that should always agree, and a reader of events who should know as much of balances.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ballast_engine::invariants::{self, Standing};
use ballast_engine::kernel::RecordBytes;
use ballast_engine::{State, apply_block};
use ballast_protocol::{Block, BlockResult, Genesis};

use crate::compare::{self, Agreement};
use crate::fold::Balances;
use crate::model::Model;

/// Both sides, at one height.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) engine: State,
    pub(crate) model: Model,
    /// The balances of a reader who is told the results of the blocks, and nothing else.
    pub(crate) told: Balances,
}

impl Pair {
    /// Both sides at height 0.
    pub(crate) fn genesis(genesis: &Genesis) -> Result<Self, String> {
        let engine = State::genesis(genesis).map_err(|error| format!("genesis: {error}"))?;
        let model = Model::genesis(genesis).map_err(|error| format!("genesis of the model: {error}"))?;
        let told = Balances::genesis(genesis);
        let mut pair = Self { engine, model, told };
        // A state at height 0 has its quotes already; the model makes them with its first block.
        pair.model.quote_all();
        compare::states(&pair.engine, &pair.model)?;
        compare::told(&pair.engine, &pair.told)?;
        Ok(pair)
    }

    /// Applies a block to both; the first difference, panic or broken invariant is the error.
    pub(crate) fn apply(&mut self, block: &Block) -> Result<BlockResult, String> {
        let before = Standing::of(&self.engine).map_err(|breach| breach.to_string())?;
        let applied = catch_unwind(AssertUnwindSafe(|| apply_block(&mut self.engine, block)));
        let result = applied.map_err(|panic| {
            let told = panic.downcast_ref::<String>().map(String::as_str);
            format!(
                "the engine panicked: {}",
                told.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?")
            )
        })?;
        let expected = self.model.apply(block);
        let (result, expected) = match (result, expected) {
            (Ok(result), Ok(expected)) => (result, expected),
            (result, expected) => {
                let result = result.map(|result| result.receipts);
                return Err(format!(
                    "the block cannot be applied\n  engine: {result:?}\n  model:  {expected:?}"
                ));
            }
        };
        compare::results(&result, &expected)?;
        compare::states(&self.engine, &self.model)?;
        self.told.block(&result);
        compare::told(&self.engine, &self.told)?;
        invariants::check_cheap(&self.engine).map_err(|breach| breach.to_string())?;
        invariants::check_block(&before, &self.engine, &result).map_err(|breach| breach.to_string())?;
        Ok(result)
    }

    /// The dear checks: every invariant, the root, and who may act for whom.
    pub(crate) fn check_all(&self) -> Agreement {
        compare::delegates(&self.engine, &self.model)?;
        invariants::check_all(&self.engine).map_err(|breach| breach.to_string())
    }

    /// Whether the root commits to exactly what is there, and the records are all there is: the engine goes on from a state
    /// that was read back from them.
    pub(crate) fn check_root(&mut self) -> Agreement {
        invariants::root_is_exact(&self.engine).map_err(|breach| breach.to_string())?;
        let records = self.engine.records();
        let restored = records.iter().filter_map(|record| {
            let (table, key) = (record.table, record.key);
            record.after.map(|value| RecordBytes { table, key, value })
        });
        let restored = State::restore(restored).map_err(|error| format!("its records are not read back: {error}"))?;
        if restored.root() != self.engine.root() {
            return Err(format!(
                "the root is {} and, read back, {}",
                self.engine.root(),
                restored.root()
            ));
        }
        self.engine = restored;
        self.check_all()
    }
}
