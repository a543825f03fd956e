//! Recent states by height: what readers ask for by name while the chain goes on.

use std::collections::BTreeMap;

use ballast_protocol::Height;

use crate::state::State;

/// The last so many states of one branch. Each is a clone, which shares all that it has in common with the next: a state
/// kept costs what the blocks since have changed.
///
/// It belongs to a host, not to the state: two nodes that keep different heights agree on every root.
#[derive(Clone)]
pub struct History {
    keep: usize,
    states: BTreeMap<Height, State>,
}

impl History {
    /// Keeps the last `keep` states, at least one.
    pub fn new(keep: usize) -> Self {
        Self {
            keep: keep.max(1),
            states: BTreeMap::new(),
        }
    }

    /// Remembers a state under its height. States of that height and above vanish: they were of a branch that lost.
    pub fn record(&mut self, state: &State) {
        let height = state.chain().height;
        self.states.split_off(&height);
        self.states.insert(height, state.clone());
        while self.states.len() > self.keep {
            self.states.pop_first();
        }
    }

    /// The state after the block of that height, if it is still kept.
    pub fn at(&self, height: Height) -> Option<&State> {
        self.states.get(&height)
    }

    /// The last state recorded.
    pub fn latest(&self) -> Option<&State> {
        self.states.last_key_value().map(|(_, state)| state)
    }

    /// The heights kept, in order.
    pub fn heights(&self) -> impl Iterator<Item = Height> + '_ {
        self.states.keys().copied()
    }
}
