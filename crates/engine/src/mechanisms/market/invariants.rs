//! Whether the shares of a pool add up.

use std::fmt;

use ballast_num::{Amount, Arithmetic};
use ballast_protocol::MarketId;

use super::{DEAD_SHARES, Markets, Pool};

/// How a market fails [`Markets::shares_add_up`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miscounted {
    /// The positions and the dead shares are not the pool's shares, or the leaving ones not its leaving ones.
    Shares {
        /// What positions have, and the dead shares.
        counted: Amount,
        /// Those of them that are leaving.
        leaving: Amount,
        /// The pool's shares.
        shares: Amount,
        /// Its leaving shares.
        pool_leaving: Amount,
    },
    /// A figure that no number can hold.
    Arithmetic(Arithmetic),
}

impl fmt::Display for Miscounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shares {
                counted,
                leaving,
                shares,
                pool_leaving,
            } => write!(
                f,
                "{counted} shares counted, {leaving} of them leaving; the pool has {shares} and {pool_leaving}"
            ),
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
    /// The positions and the dead shares are all shares of each pool, and none leaves more than it has.
    pub fn shares_add_up(&self, id: MarketId, pool: &Pool) -> Result<(), Miscounted> {
        let dead = if pool.shares.is_zero() {
            Amount::ZERO
        } else {
            DEAD_SHARES
        };
        let (mut counted, mut leaving, mut each) = (dead, Amount::ZERO, true);
        for (_, position) in self.positions(id) {
            counted = counted.try_add(position.shares)?;
            leaving = leaving.try_add(position.leaving)?;
            each &= position.leaving <= position.shares && !position.shares.is_zero();
        }
        if each && (counted, leaving) == (pool.shares, pool.leaving) {
            Ok(())
        } else {
            Err(Miscounted::Shares {
                counted,
                leaving,
                shares: pool.shares,
                pool_leaving: pool.leaving,
            })
        }
    }
}
