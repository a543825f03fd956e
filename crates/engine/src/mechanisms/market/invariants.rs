//! Whether the shares of a pool add up.

use std::fmt;

use ballast_num::{Amount, Arithmetic};
use ballast_protocol::MarketId;

use super::{DEAD_SHARES, Markets, Pool, locked};

/// How a market fails [`Markets::shares_add_up`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miscounted {
    /// What owners have and the dead shares are not the pool's shares, or someone is listed with none.
    Shares {
        /// What owners have, and the dead shares.
        counted: Amount,
        /// The pool's shares.
        shares: Amount,
    },
    /// The depth that is kept is not that of the shares that stay.
    Locked {
        /// What is kept.
        kept: Amount,
        /// What it should be.
        computed: Amount,
    },
    /// A figure that no number can hold.
    Arithmetic(Arithmetic),
}

impl fmt::Display for Miscounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shares { counted, shares } => write!(f, "{counted} shares counted, the pool has {shares}"),
            Self::Locked { kept, computed } => write!(f, "a locked depth of {kept} kept, {computed} computed"),
            Self::Arithmetic(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Miscounted {}

impl From<Arithmetic> for Miscounted {
    fn from(error: Arithmetic) -> Self {
        Self::Arithmetic(error)
    }
}

impl Markets {
    /// What owners have and the dead shares are all shares of a pool, and its locked depth is that of those that stay,
    /// while `leaving` have an exit queued.
    pub fn shares_add_up(&self, id: MarketId, pool: &Pool, leaving: Amount) -> Result<(), Miscounted> {
        let dead = if pool.shares.is_zero() {
            Amount::ZERO
        } else {
            DEAD_SHARES
        };
        let held = self.owners(id).map(|(_, shares)| shares);
        let counted = Amount::try_sum(held.chain([dead]))?;
        if counted != pool.shares || self.owners(id).any(|(_, shares)| shares.is_zero()) {
            return Err(Miscounted::Shares {
                counted,
                shares: pool.shares,
            });
        }
        let computed = match self.curve(id) {
            Ok(Some(curve)) => locked(&curve, pool.shares, leaving)?,
            _ => Amount::ZERO,
        };
        if pool.locked == computed {
            Ok(())
        } else {
            Err(Miscounted::Locked {
                kept: pool.locked,
                computed,
            })
        }
    }
}
