//! Whether a pool has what its depositors may take, and no more than rounding explains.

use std::fmt;

use ballast_num::{Amount, Arithmetic};
use ballast_protocol::PoolId;

use super::{StabilityPools, share_rounding};

/// What the deposits of a pool add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Coins, each deposit's rounded down.
    pub coins: Amount,
    /// Most coins that this rounding hides.
    pub coins_hidden_max: Amount,
    /// Collateral gained, each deposit's rounded down.
    pub gain: Amount,
    /// Most collateral that this rounding hides.
    pub gain_hidden_max: Amount,
}

/// How a pool fails [`StabilityPools::deposits_are_backed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbacked {
    /// Deposits are worth more coins than there are.
    TooFewCoins {
        /// What they are worth.
        claimed: Amount,
        /// What there is.
        held: Amount,
    },
    /// More coins belong to nobody than rounding explains.
    LostCoins {
        /// What deposits are worth, and all that rounding may have taken from them.
        explained: Amount,
        /// What there is.
        held: Amount,
    },
    /// Gains are worth more collateral than there is.
    TooLittleCollateral {
        /// What they are worth.
        claimed: Amount,
        /// What there is.
        held: Amount,
    },
    /// More collateral belongs to nobody than rounding explains.
    LostCollateral {
        /// What gains are worth, and all that rounding may have taken from them.
        explained: Amount,
        /// What there is.
        held: Amount,
    },
    /// A figure that no number can hold.
    Arithmetic(Arithmetic),
}

impl fmt::Display for Unbacked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewCoins { claimed, held } => {
                write!(f, "a stability pool owes {claimed} coins and holds {held}")
            }
            Self::LostCoins { explained, held } => {
                write!(
                    f,
                    "a stability pool holds {held} coins, of which deposits and rounding explain {explained}"
                )
            }
            Self::TooLittleCollateral { claimed, held } => {
                write!(f, "a stability pool owes {claimed} of collateral and holds {held}")
            }
            Self::LostCollateral { explained, held } => {
                write!(
                    f,
                    "a stability pool holds {held} of collateral, of which gains and rounding explain {explained}"
                )
            }
            Self::Arithmetic(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unbacked {}

impl From<Arithmetic> for Unbacked {
    fn from(error: Arithmetic) -> Self {
        Self::Arithmetic(error)
    }
}

impl StabilityPools {
    /// Adds up what the deposits of a pool are worth; its cost grows with their number. Error: `Overflow`.
    pub fn claims(&self, id: PoolId) -> Result<Claims, Arithmetic> {
        let product = self.pool(id).product;
        self.deposits_in(id).try_fold(Claims::default(), |sum, (_, deposit)| {
            let position = self.position_of(id, deposit)?;
            let rounds = !deposit.coins.is_zero() && deposit.product != product;
            let (coin_rounding, share_rounding) = if rounds {
                (Amount::ONE, share_rounding(deposit.coins, deposit.product)?)
            } else {
                (Amount::ZERO, Amount::ZERO)
            };
            Ok(Claims {
                coins: sum.coins.try_add(position.coins)?,
                coins_hidden_max: sum.coins_hidden_max.try_add(coin_rounding)?,
                gain: sum.gain.try_add(position.gain)?,
                gain_hidden_max: sum.gain_hidden_max.try_add(share_rounding)?,
            })
        })
    }

    /// The deposits of a pool are worth at most what it holds, and at least that less what rounding may have taken:
    /// booked when an absorption or the end of a deposit rounds ([`coin_residue_max`](super::Pool::coin_residue_max),
    /// [`gain_residue_max`](super::Pool::gain_residue_max)), or due if all left now ([`Claims`]).
    pub fn deposits_are_backed(&self, id: PoolId) -> Result<(), Unbacked> {
        let (claims, pool) = (self.claims(id)?, self.pool(id));
        let coins_max = Amount::try_sum([claims.coins, claims.coins_hidden_max, pool.coin_residue_max])?;
        let gain_max = Amount::try_sum([claims.gain, claims.gain_hidden_max, pool.gain_residue_max])?;
        if claims.coins > pool.total {
            Err(Unbacked::TooFewCoins {
                claimed: claims.coins,
                held: pool.total,
            })
        } else if pool.total > coins_max {
            Err(Unbacked::LostCoins {
                explained: coins_max,
                held: pool.total,
            })
        } else if claims.gain > pool.collateral {
            Err(Unbacked::TooLittleCollateral {
                claimed: claims.gain,
                held: pool.collateral,
            })
        } else if pool.collateral > gain_max {
            Err(Unbacked::LostCollateral {
                explained: gain_max,
                held: pool.collateral,
            })
        } else {
            Ok(())
        }
    }
}
