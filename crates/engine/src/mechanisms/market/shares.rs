//! Shares of a pool: who brings both sides gets some, who gives them back gets their part of both.
//!
//! Every rounding is the pool's: shares and payments round down, what an entry has to bring rounds up. So a share never
//! loses in liquidity. The first entry leaves [`DEAD_SHARES`] to nobody: a pool that was once entered is never empty.

use ballast_num::{Amount, Round};
use ballast_protocol::{AccountId, MarketId, Rejected};

use super::{Curve, Markets, Pool};
use crate::kernel::Clock;

/// Shares of the first entry that belong to nobody.
pub const DEAD_SHARES: Amount = Amount::from_raw(1_000);
/// Least shares of a first entry: of these a thousandth is dead.
const FIRST_SHARES: Amount = Amount::from_raw(1_000_000);

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

impl Pool {
    /// The fewest shares that are worth so many coins of the coin side, rounded up; [`Amount::MAX`] if no number of them is.
    pub fn shares_worth(&self, coins: Amount) -> Amount {
        let shares = coins.prorate(self.shares.raw(), self.coins.raw(), Round::Up);
        shares.unwrap_or(Amount::MAX)
    }
}

impl Markets {
    /// Shares of an owner in a market's pool.
    pub fn shares(&self, id: MarketId, owner: AccountId) -> Amount {
        self.shares.get(&(id, owner)).copied().unwrap_or_default()
    }

    /// Who has shares of a market's pool, by account, with how many.
    pub fn owners(&self, id: MarketId) -> impl Iterator<Item = (AccountId, Amount)> + '_ {
        let (first, last) = (AccountId([0; 20]), AccountId([u8::MAX; 20]));
        self.shares
            .range((id, first)..=(id, last))
            .map(|((_, owner), shares)| (*owner, *shares))
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
    /// What is not in the result stays with the owner. A first entry goes in whole and sets the ratio. Of the shares that
    /// were there, `leaving` have an exit queued. What the owner then holds is worth `ticket_min` coins at least, so that
    /// no entry makes an exit of less.
    /// Errors: `UnknownMarket`, `ZeroAmount`, `TooLittleLiquidity`; `Arithmetic` above what a pool can hold.
    pub fn enter(
        &mut self,
        id: MarketId,
        clock: &Clock,
        owner: AccountId,
        (base, coins): (Amount, Amount),
        least: Amount,
        leaving: Amount,
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
        let pool = Pool {
            base: pool.base.try_add(taken.base)?,
            coins: pool.coins.try_add(taken.coins)?,
            shares: pool.shares.try_add(made)?,
            ..pool
        };
        let held = self.shares(id, owner);
        let position = pool.shares_worth(self.spec(id)?.ticket_min);
        let first = if is_first { FIRST_SHARES } else { Amount::ONE };
        let needed = least.max(first).max(position.saturating_sub(held));
        if taken.shares < needed {
            return Err(Rejected::TooLittleLiquidity {
                market: id,
                shares: taken.shares,
                least: needed,
            });
        }
        let shares = held.try_add(taken.shares)?;
        self.replace(id, clock, pool, leaving)?;
        self.shares.set((id, owner), shares);
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
        let taken = self.enter(id, clock, owner, brought, Amount::ZERO, Amount::ZERO)?;
        self.forget_depths(id)?;
        Ok(taken)
    }

    /// Remembers that now exits of `leaving` shares are queued: these count in no depth. Error: `UnknownMarket`.
    pub fn lock(&mut self, id: MarketId, clock: &Clock, leaving: Amount) -> Result<(), Rejected> {
        let pool = *self.pool(id)?;
        self.replace(id, clock, pool, leaving)
    }

    /// Pays `shares` of an owner, each side rounded down, and all that he has if the rest would have less than
    /// `ticket_min` coins; of what others have, exits of `leaving` shares are still queued.
    /// Errors: `UnknownMarket`, `TooFewShares`, `TooLittleOut` under the limits.
    pub fn exit(
        &mut self,
        id: MarketId,
        clock: &Clock,
        (owner, shares): (AccountId, Amount),
        (least_base, least_coins): (Amount, Amount),
        leaving: Amount,
    ) -> Result<Liquidity, Rejected> {
        let held = self.shares(id, owner);
        let Ok(rest) = held.try_sub(shares) else {
            return Err(Rejected::TooFewShares {
                market: id,
                asked: shares,
                held,
            });
        };
        let small = self.spec(id)?.ticket_min;
        let stays = if !rest.is_zero() && self.worth(id, rest)?.coins >= small {
            rest
        } else {
            Amount::ZERO
        };
        let paid = self.worth(id, held.try_sub(stays)?)?;
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
            ..pool
        };
        self.replace(id, clock, pool, leaving)?;
        if stays.is_zero() {
            self.shares.remove(&(id, owner));
        } else {
            self.shares.set((id, owner), stays);
        }
        Ok(paid)
    }
}
