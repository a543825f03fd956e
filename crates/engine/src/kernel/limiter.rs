//! How much coin may be made in a while, whatever makes it (rule R16, docs/limits.md).
//!
//! It looks at the ledger's supply alone, so that a fault anywhere else is bounded by it. A bucket holds the net new coin
//! of the window: what the supply has grown since, less what has drained at the limit a window. Within a block it is the
//! supply itself that counts, and nothing is written.

use ballast_num::{Amount, Round, Seconds, mul_div};
use ballast_protocol::{FlowLimit, Rejected, table};
use borsh::{BorshDeserialize, BorshSerialize};

use super::table::Var;
use crate::pieces;

/// What has flowed, and from where this block counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Flow {
    /// Net flow of the window at the block's start, drained; never below zero.
    pub used: Amount,
    /// The stock at the block's start.
    pub opening: Amount,
}

impl Flow {
    /// The flow if the stock is `stock` now: what was used, and the growth of this block, or nothing.
    fn with(self, stock: Amount) -> Result<Amount, Rejected> {
        Ok(self.used.try_add(stock)?.saturating_sub(self.opening))
    }

    /// At the start of a block, `step` of host time after the last, at which the stock is `stock`. What drains is rounded
    /// down.
    fn next(self, terms: &FlowLimit, stock: Amount, step: Seconds) -> Self {
        // A flow that no number holds is over any limit.
        let used = self.with(stock).unwrap_or(Amount::MAX);
        let drained = terms
            .of(stock)
            .prorate(
                u128::from(step.raw()),
                u128::from(terms.window.raw().max(1)),
                Round::Down,
            )
            .unwrap_or(Amount::MAX);
        Self {
            used: used.saturating_sub(drained),
            opening: stock,
        }
    }
}

/// The limiter of the coin.
#[derive(Clone, Debug)]
pub struct Limiter {
    minted: Var<Flow>,
}

pieces!(Limiter { minted });

impl Default for Limiter {
    fn default() -> Self {
        Self {
            minted: Var::new(table::MINTED, Flow::default()),
        }
    }
}

impl Limiter {
    /// Net new coin of the window, and the supply from which this block counts.
    pub const fn minted(&self) -> Flow {
        *self.minted.get()
    }

    /// Starts at genesis: what there is was there.
    pub(crate) fn open(&mut self, supply: Amount) {
        self.minted.set(Flow {
            used: Amount::ZERO,
            opening: supply,
        });
    }

    /// Starts a block: counts what the last one has made, drains, and fixes the supply of which the limit is a share.
    pub(crate) fn begin_block(&mut self, terms: &FlowLimit, supply: Amount, step: Seconds) {
        if terms.is_none() {
            return;
        }
        let before = self.minted();
        let flow = before.next(terms, supply, step);
        if flow != before {
            self.minted.set(flow);
        }
    }

    /// Whether a transaction may have made the supply what it is, from what it was before. One that has made no coin may,
    /// whatever others have. Error: `MintLimit`.
    pub(crate) fn check_minted(&self, terms: &FlowLimit, before: Amount, supply: Amount) -> Result<(), Rejected> {
        if supply <= before || terms.is_none() {
            return Ok(());
        }
        let flow = self.minted();
        let (grown, limit) = (flow.with(supply)?, terms.of(flow.opening));
        if grown <= limit {
            return Ok(());
        }
        let stood = flow.with(before)?;
        let (used, window) = (stood.raw(), u128::from(terms.window.raw()));
        let wait = mul_div(used, window, limit.raw(), Round::Up).unwrap_or(u128::MAX);
        Err(Rejected::MintLimit {
            grown,
            limit,
            room: limit.saturating_sub(stood),
            wait: Seconds(u64::try_from(wait).unwrap_or(u64::MAX)),
        })
    }
}
