//! Random blocks: plausible most of the time, wrong on purpose often, and at the exact boundary wherever one is known.

mod amounts;
mod commands;
mod market;
mod sessions;

use ballast_num::{Amount, Timestamp};
use ballast_protocol::{AccountId, Block, FeeOffer, Height, Signer, Transaction, coins};

use crate::model::Model;
use crate::random::Random;
use crate::world::{ASSETS, COIN, anyone, authority};
use market::Market;

/// Makes the blocks of an episode.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    random: Random,
    market: Market,
    nonces: u64,
}

impl Generator {
    pub(crate) fn new(mut random: Random) -> Self {
        let market = Market::new(random.chance(400));
        Self {
            random,
            market,
            nonces: 0,
        }
    }

    /// A stream of its own, for choices that are not blocks.
    pub(crate) const fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// A block that follows a state: time and observations first, then transactions for what these make of it.
    pub(crate) fn block(&mut self, parent: &Model) -> Block {
        let time = parent.time.saturating_add(market::time_step(&mut self.random));
        let observations = self.market.observations(&mut self.random, parent, time);
        let mut block = Block {
            height: Height(parent.height + 1),
            time: Timestamp(time),
            observations,
            transactions: Vec::new(),
        };
        let mut preview = parent.clone();
        // What the block's own steps do is not always the same with transactions before them: near enough.
        let _ = preview.apply(&block);
        let count = match self.random.under(12) {
            0 => 0,
            1..8 => 1 + self.random.under(6),
            _ => 4 + self.random.under(12),
        };
        for _ in 0..count {
            block.transactions.push(self.transaction(parent, &preview));
        }
        if self.random.chance(40) {
            // A replay inside the block.
            let replayed = block.transactions.first().cloned();
            block.transactions.extend(replayed);
        }
        block
    }

    fn transaction(&mut self, parent: &Model, state: &Model) -> Transaction {
        let random = &mut self.random;
        let sender = if random.chance(60) { authority() } else { anyone(random) };
        let size = match random.under(20) {
            0 if random.chance(100) => 0,
            0..11 => 1,
            11..17 => 2 + random.under(2),
            _ => 3 + random.under(4),
        };
        let commands = self.commands(parent, state, sender, size);
        let random = &mut self.random;
        let (signer, commands) = match sessions::signer(random, state, sender) {
            Signer::Wallet if random.chance(30) => (Signer::Wallet, sessions::lend(random, state, sender)),
            Signer::Session(key) if random.chance(150) => {
                (Signer::Session(key), sessions::carry_away(random, state, sender, key))
            }
            signer => (signer, commands),
        };
        self.nonces += 1;
        let nonce = if random.chance(40) {
            random.under(self.nonces)
        } else {
            self.nonces
        };
        let (now, life) = (state.time, state.limits.transaction_life.0);
        let expiry = match random.under(100) {
            0 | 1 => now.saturating_sub(random.under(100)),
            2..6 => now + life,
            6 | 7 => now + life + 1,
            _ => now + 1 + random.under(life),
        };
        Transaction {
            sender,
            signer,
            nonce,
            expiry: Timestamp(expiry),
            fee: self.fee(state, sender),
            commands,
        }
    }

    fn fee(&mut self, state: &Model, sender: AccountId) -> FeeOffer {
        let random = &mut self.random;
        let usual = if state.balance(COIN, sender) > coins(10).raw() {
            COIN
        } else {
            ballast_protocol::AssetId(2)
        };
        let asset = |random: &mut Random| match random.under(80) {
            0 => ballast_protocol::AssetId(77),
            1..5 => random.of(ASSETS),
            _ => usual,
        };
        let limit = match random.under(60) {
            0 => Amount::from_raw(state.work_price.saturating_mul(u128::from(50 + random.under(200)))),
            1 => Amount::MAX,
            _ => coins(1_000),
        };
        FeeOffer {
            asset: asset(random),
            on_failure: asset(random),
            limit,
        }
    }
}
