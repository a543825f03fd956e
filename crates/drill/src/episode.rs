//! One world of the drill: a genesis, and blocks until its operations are done.

use ballast_engine::{State, apply_block};
use ballast_num::Timestamp;
use ballast_protocol::{Block, BlockResult, Genesis, Height, Outcome};

use crate::compare::{self, Agreement};
use crate::generate::Generator;
use crate::model::Model;
use crate::pair::Pair;
use crate::random::Random;
use crate::shrink::shortest;
use crate::world;
use crate::{Divergence, Summary};

/// Every how many blocks all invariants are checked, and the root recomputed.
const ALL_CHECKS: u64 = 8;
const ROOT_CHECKS: u64 = 64;
/// Old states that are kept at a time.
const READERS: usize = 3;

/// A world under way.
pub(crate) struct Episode {
    seed: u64,
    number: u64,
    genesis: Genesis,
    pair: Pair,
    generator: Generator,
    /// Blocks so far, to find the shortest run that diverges.
    blocks: Vec<Block>,
    readers: Vec<Reader>,
}

/// An old state, as a reader holds it while blocks go on.
struct Reader {
    engine: State,
    root: ballast_protocol::proof::Hash,
    model: Model,
}

impl Reader {
    fn still_reads_the_same(&self) -> Agreement {
        let (root, anew) = (self.engine.root(), self.engine.root_from_scratch());
        if (root, anew) != (self.root, self.root) {
            return Err(format!(
                "an old state's root was {}, is {root}, and {anew} from its records",
                self.root
            ));
        }
        compare::states(&self.engine, &self.model)
    }
}

impl Episode {
    pub(crate) fn new(seed: u64, number: u64) -> Result<Self, Box<Divergence>> {
        let mut random = Random::new(seed, number);
        let genesis = world::genesis(&mut random);
        let pair = Pair::genesis(&genesis).map_err(|difference| {
            let shortest_difference = difference.clone();
            Box::new(Divergence {
                seed,
                world: number,
                height: 0,
                difference,
                shortest: Vec::new(),
                shortest_difference,
            })
        })?;
        let generator = Generator::new(random);
        Ok(Self {
            seed,
            number,
            genesis,
            pair,
            generator,
            blocks: Vec::new(),
            readers: Vec::new(),
        })
    }

    /// Runs until the summary counts so many operations.
    pub(crate) fn run(&mut self, summary: &mut Summary, until: u64) -> Result<(), Box<Divergence>> {
        while summary.operations < until {
            self.step(summary).map_err(|difference| self.diverged(difference))?;
        }
        self.pair
            .check_all()
            .and_then(|()| self.pair.check_root())
            .map_err(|difference| self.diverged(difference))
    }

    fn diverged(&self, difference: String) -> Box<Divergence> {
        let (shortest, shortest_difference) = shortest(&self.genesis, &self.blocks, &difference);
        let height = self.blocks.last().map_or(0, |block| block.height.0);
        Box::new(Divergence {
            seed: self.seed,
            world: self.number,
            height,
            difference,
            shortest,
            shortest_difference,
        })
    }

    /// One block, sometimes with a rival, sometimes twice, sometimes with a reader of its parent.
    fn step(&mut self, summary: &mut Summary) -> Agreement {
        let block = self.generator.block(&self.pair.model);
        self.blocks.push(block.clone());
        let random = self.generator.random();
        let (with_rival, repeated, refused) = (random.chance(40), random.chance(40), random.chance(20));
        let keeps = random.chance(20);
        if refused {
            self.refuses_what_does_not_follow(&block)?;
        }
        if keeps && self.readers.len() < READERS {
            let Pair { engine, model, .. } = self.pair.clone();
            let root = engine.root();
            self.readers.push(Reader { engine, root, model });
        }
        let parent = (with_rival || repeated).then(|| self.pair.clone());
        let mut rival = parent.as_ref().filter(|_| with_rival).cloned();
        if let Some(rival) = &mut rival {
            let other = self.generator.block(&rival.model);
            summary.told(
                &other,
                &rival
                    .apply(&other)
                    .map_err(|difference| format!("on a rival block: {difference}"))?,
            );
        }
        let result = self.pair.apply(&block)?;
        summary.told(&block, &result);
        if let Some(mut rival) = rival {
            // Both are alive; the rival goes on for a block and is dropped.
            let next = self.generator.block(&rival.model);
            summary.told(
                &next,
                &rival
                    .apply(&next)
                    .map_err(|difference| format!("on a rival's child: {difference}"))?,
            );
            summary.rivals += 1;
        }
        if let Some(parent) = parent.filter(|_| repeated) {
            repeats(parent, &block, &result)?;
            summary.repeats += 1;
        }
        self.check(summary)
    }

    fn check(&mut self, summary: &mut Summary) -> Agreement {
        let height = self.pair.model.height;
        if height.is_multiple_of(ALL_CHECKS) {
            self.pair.check_all()?;
        }
        if height.is_multiple_of(ROOT_CHECKS) {
            self.pair.check_root()?;
            for reader in self.readers.drain(..) {
                reader.still_reads_the_same()?;
                summary.readers += 1;
            }
        }
        Ok(())
    }

    /// A block of another height or an earlier time is refused and changes nothing.
    fn refuses_what_does_not_follow(&mut self, block: &Block) -> Agreement {
        let root = self.pair.engine.root();
        let early = Timestamp(self.pair.model.time.saturating_sub(1));
        let wrong = [
            Block {
                height: Height(block.height.0 + 1),
                ..block.clone()
            },
            Block {
                height: Height(block.height.0 - 1),
                ..block.clone()
            },
            Block {
                time: early,
                ..block.clone()
            },
        ];
        for block in wrong {
            if let Ok(result) = apply_block(&mut self.pair.engine, &block) {
                return Err(format!("a block that does not follow was applied: {:?}", result.height));
            }
            if self.pair.engine.root() != root {
                return Err("a refused block changed the root".to_owned());
            }
        }
        compare::states(&self.pair.engine, &self.pair.model)
    }
}

/// The same block on the same parent has the same result.
fn repeats(mut parent: Pair, block: &Block, expected: &BlockResult) -> Agreement {
    let again = apply_block(&mut parent.engine, block).map_err(|error| error.to_string())?;
    if again == *expected {
        Ok(())
    } else {
        Err(format!(
            "a block has two results\n  first:  {expected:?}\n  second: {again:?}"
        ))
    }
}

impl Summary {
    fn told(&mut self, block: &Block, result: &BlockResult) {
        self.blocks += 1;
        for (transaction, receipt) in block.transactions.iter().zip(&result.receipts) {
            self.operations += transaction.commands.len().max(1) as u64;
            match &receipt.outcome {
                Outcome::Done => transaction
                    .commands
                    .iter()
                    .for_each(|command| Self::count(&mut self.done, command)),
                Outcome::Failed { reason, .. } | Outcome::NotAdmitted(reason) => Self::count(&mut self.refused, reason),
            }
            receipt
                .events
                .iter()
                .for_each(|event| Self::count(&mut self.events, event));
        }
        result
            .events
            .iter()
            .for_each(|event| Self::count(&mut self.events, event));
    }
}
