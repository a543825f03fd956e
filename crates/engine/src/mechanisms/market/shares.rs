//! Shares of a pool: who brings both sides gets some, who gives them back gets their part of both.
//!
//! Every rounding is the pool's: shares and payments round down, what an entry has to bring rounds up. So a share never
//! loses in liquidity. The first entry leaves [`DEAD_SHARES`] to nobody: a pool that was once entered is never empty.

use ballast_num::{Amount, Round};
use ballast_protocol::{AccountId, MarketId, Rejected};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{Curve, Markets, Pool};
use crate::kernel::Clock;

/// Shares of the first entry that belong to nobody.
pub const DEAD_SHARES: Amount = Amount::from_raw(1_000);
/// Least shares of a first entry: of these a thousandth is dead.
const FIRST_SHARES: Amount = Amount::from_raw(1_000_000);

/// What an owner has of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Position {
    /// Shares.
    pub shares: Amount,
    /// Those whose exit is queued.
    pub leaving: Amount,
}

/// Shares, and both sides that went in or came out for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liquidity {
    /// Shares made or ended.
    pub shares: Amount,
    /// Collateral.
    pub base: Amount,
    /// Coins.
    pub coins: Amount,
}

impl Markets {
    /// What an owner has of a market's pool.
    pub fn position(&self, id: MarketId, owner: AccountId) -> Position {
        self.positions.get(&(id, owner)).copied().unwrap_or_default()
    }

    /// All positions of a market, by owner.
    pub fn positions(&self, id: MarketId) -> impl Iterator<Item = (AccountId, &Position)> + '_ {
        let (first, last) = (AccountId([0; 20]), AccountId([u8::MAX; 20]));
        self.positions
            .range((id, first)..=(id, last))
            .map(|((_, owner), position)| (*owner, position))
    }

    /// What shares would pay now, each side rounded down. Errors: `UnknownMarket`, `TooFewShares` of the whole pool.
    pub fn worth(&self, id: MarketId, shares: Amount) -> Result<Liquidity, Rejected> {
        let pool = self.pool(id)?;
        if shares > pool.shares || shares.is_zero() {
            return Err(Rejected::TooFewShares {
                market: id,
                asked: shares,
                held: pool.shares,
            });
        }
        let part = |side: Amount| side.prorate(shares.raw(), pool.shares.raw(), Round::Down);
        Ok(Liquidity {
            shares,
            base: part(pool.base)?,
            coins: part(pool.coins)?,
        })
    }

    /// Adds liquidity: at most `base` and `coins`, in the ratio in which the pool has them, for at least `least` shares.
    /// What is not in the result stays with the owner. A first entry goes in whole and sets the ratio.
    /// Errors: `UnknownMarket`, `ZeroAmount`, `TooLittleLiquidity`; `Arithmetic` above what a pool can hold.
    pub fn enter(
        &mut self,
        id: MarketId,
        clock: &Clock,
        owner: AccountId,
        (base, coins): (Amount, Amount),
        least: Amount,
    ) -> Result<Liquidity, Rejected> {
        if base.is_zero() || coins.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let (kind, pool) = (self.spec(id)?.curve, *self.pool(id)?);
        let is_first = pool.shares.is_zero();
        let (made, taken) = if is_first {
            let made = Curve::new(kind, pool.decimals, base, coins)?.liquidity();
            (
                made,
                Liquidity {
                    shares: made.saturating_sub(DEAD_SHARES),
                    base,
                    coins,
                },
            )
        } else {
            let whole = pool.shares.raw();
            // What overflows is more than the other side can match.
            let of =
                |brought: Amount, held: Amount| brought.prorate(whole, held.raw(), Round::Down).unwrap_or(Amount::MAX);
            let made = of(base, pool.base).min(of(coins, pool.coins));
            let needed = |held: Amount| held.prorate(made.raw(), whole, Round::Up);
            (
                made,
                Liquidity {
                    shares: made,
                    base: needed(pool.base)?,
                    coins: needed(pool.coins)?,
                },
            )
        };
        let needed = if is_first {
            FIRST_SHARES.max(least)
        } else {
            least.max(Amount::ONE)
        };
        if taken.shares < needed {
            return Err(Rejected::TooLittleLiquidity {
                market: id,
                shares: taken.shares,
                least: needed,
            });
        }
        let pool = Pool {
            base: pool.base.try_add(taken.base)?,
            coins: pool.coins.try_add(taken.coins)?,
            shares: pool.shares.try_add(made)?,
            ..pool
        };
        let position = self.position(id, owner);
        let shares = position.shares.try_add(taken.shares)?;
        self.replace(id, clock, pool)?;
        self.positions.set((id, owner), Position { shares, ..position });
        Ok(taken)
    }

    /// Liquidity of the opening books: it counts as if it had always been there. Errors as [`Markets::enter`].
    pub fn open(
        &mut self,
        id: MarketId,
        clock: &Clock,
        owner: AccountId,
        brought: (Amount, Amount),
    ) -> Result<Liquidity, Rejected> {
        let taken = self.enter(id, clock, owner, brought, Amount::ZERO)?;
        self.forget_depths(id)?;
        Ok(taken)
    }

    /// Marks shares of an owner as leaving: from now on they count in no depth. Errors: `UnknownMarket`, `ZeroAmount`,
    /// `TooFewShares`.
    pub fn ask_exit(&mut self, id: MarketId, clock: &Clock, owner: AccountId, shares: Amount) -> Result<(), Rejected> {
        if shares.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let (pool, position) = (*self.pool(id)?, self.position(id, owner));
        let held = position.shares.saturating_sub(position.leaving);
        if shares > held {
            return Err(Rejected::TooFewShares {
                market: id,
                asked: shares,
                held,
            });
        }
        let leaving = position.leaving.try_add(shares)?;
        let pool = Pool {
            leaving: pool.leaving.try_add(shares)?,
            ..pool
        };
        self.replace(id, clock, pool)?;
        self.positions.set((id, owner), Position { leaving, ..position });
        Ok(())
    }

    /// Lets all leaving shares of an owner stay after all. Errors: `UnknownMarket`, `TooFewShares` if none is leaving.
    pub fn stay(&mut self, id: MarketId, clock: &Clock, owner: AccountId) -> Result<(), Rejected> {
        let (pool, position) = (*self.pool(id)?, self.leaving(id, owner)?);
        let pool = Pool {
            leaving: pool.leaving.try_sub(position.leaving)?,
            ..pool
        };
        self.replace(id, clock, pool)?;
        let leaving = Amount::ZERO;
        self.positions.set((id, owner), Position { leaving, ..position });
        Ok(())
    }

    /// Pays the leaving shares of an owner, each side rounded down, and all that he has if the rest would have less than
    /// `ticket_min` coins. Errors: `UnknownMarket`, `TooFewShares` if none is leaving, `TooLittleOut` under the limits.
    pub fn exit(
        &mut self,
        id: MarketId,
        clock: &Clock,
        owner: AccountId,
        (least_base, least_coins): (Amount, Amount),
    ) -> Result<Liquidity, Rejected> {
        let position = self.leaving(id, owner)?;
        let rest = position.shares.try_sub(position.leaving)?;
        let small = self.spec(id)?.ticket_min;
        let stays = if !rest.is_zero() && self.worth(id, rest)?.coins >= small {
            rest
        } else {
            Amount::ZERO
        };
        let paid = self.worth(id, position.shares.try_sub(stays)?)?;
        if paid.base < least_base || paid.coins < least_coins {
            return Err(Rejected::TooLittleOut {
                market: id,
                base: paid.base,
                coins: paid.coins,
            });
        }
        let pool = *self.pool(id)?;
        let pool = Pool {
            base: pool.base.try_sub(paid.base)?,
            coins: pool.coins.try_sub(paid.coins)?,
            shares: pool.shares.try_sub(paid.shares)?,
            leaving: pool.leaving.try_sub(position.leaving)?,
            ..pool
        };
        self.replace(id, clock, pool)?;
        if stays.is_zero() {
            self.positions.remove(&(id, owner));
        } else {
            let leaving = Amount::ZERO;
            self.positions.set((id, owner), Position { shares: stays, leaving });
        }
        Ok(paid)
    }

    /// The position of an owner who is leaving. Error: `TooFewShares`.
    fn leaving(&self, id: MarketId, owner: AccountId) -> Result<Position, Rejected> {
        let position = self.position(id, owner);
        if position.leaving.is_zero() {
            return Err(Rejected::TooFewShares {
                market: id,
                asked: Amount::ONE,
                held: Amount::ZERO,
            });
        }
        Ok(position)
    }
}
