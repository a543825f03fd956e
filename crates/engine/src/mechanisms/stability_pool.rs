//! Pools of coins that wait to buy liquidated collateral: the stability pool of each collateral type
//! (docs/stability-pool.md) and the tiers of its standing bids (docs/bids.md), which differ in their terms alone.
//!
//! However many deposits there are, an absorption writes two figures: the [`Product`], what is left of a coin since the
//! first day, and the [`GainSum`], what a coin has gained. A deposit remembers both as they stood when it came in.
//! This is accounting alone: the flow that calls it moves the ledger, and queues entries and exits (rule R1).
//!
//! ```
//! use ballast_engine::mechanisms::stability_pool::StabilityPools;
//! use ballast_num::Amount;
//! use ballast_protocol::{AccountId, PoolId, TypeId};
//!
//! let (eth, alice, bob) = (PoolId::stability(TypeId(1)), AccountId::numbered(1), AccountId::numbered(2));
//! let [one, six, nine] = [1, 6, 9].map(Amount::from_raw);
//! let mut pools = StabilityPools::default();
//! pools.enter(eth, alice, six)?;
//! pools.enter(eth, bob, nine)?;
//!
//! // 9 of 15 coins buy 6 of collateral: each deposit keeps 2/5 of its coins and gains 2/5 of them in collateral.
//! pools.absorb(eth, nine, six, one)?;
//! let bob = pools.position(eth, bob)?;
//! assert_eq!((bob.coins.raw(), bob.gain.raw()), (3, 3)); // 3.6 and 3.6, rounded down
//! # Ok::<(), ballast_protocol::Rejected>(())
//! ```

mod invariants;
mod product;

use ballast_num::{Amount, Arithmetic, Round};
use ballast_protocol::{AccountId, PoolId, Rejected, table};
use borsh::{BorshDeserialize, BorshSerialize};

pub use self::invariants::{Claims, Unbacked};
pub use self::product::{GainSum, Product};
use self::product::{coin_rounding, gain_rounding, share_rounding};
use crate::kernel::Table;
use crate::pieces;

/// All pools, their deposits, and what their coins have gained.
#[derive(Clone, Debug)]
pub struct StabilityPools {
    pools: Table<PoolId, Pool>,
    deposits: Table<(PoolId, AccountId), Deposit>,
    gains: Table<(PoolId, u32), GainSum>,
}

pieces!(StabilityPools { pools, deposits, gains });

impl Default for StabilityPools {
    fn default() -> Self {
        Self {
            pools: Table::new(table::POOLS),
            deposits: Table::new(table::POOL_DEPOSITS),
            gains: Table::new(table::POOL_GAINS),
        }
    }
}

/// A pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pool {
    /// Coins in it.
    pub total: Amount,
    /// Collateral bought and not yet claimed.
    pub collateral: Amount,
    /// What is left of a coin since the first day.
    pub product: Product,
    /// Most coins of `total` that rounding may have taken from deposits; they belong to nobody.
    pub coin_residue_max: Amount,
    /// Most of `collateral` that rounding may have taken from gains; it belongs to nobody.
    pub gain_residue_max: Amount,
}

/// A pool that nobody has entered.
impl Default for Pool {
    fn default() -> Self {
        Self {
            total: Amount::ZERO,
            collateral: Amount::ZERO,
            product: Product::ONE,
            coin_residue_max: Amount::ZERO,
            gain_residue_max: Amount::ZERO,
        }
    }
}

impl Pool {
    /// What it may spend when `floor` must stay. One base unit always stays, whatever the floor: at zero the product
    /// would forget every deposit.
    pub fn spendable(&self, floor: Amount) -> Amount {
        self.total.saturating_sub(floor.max(Amount::ONE))
    }
}

/// A deposit as it stood when its owner last entered or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Deposit {
    coins: Amount,
    /// The pool's product then.
    product: Product,
    /// The gains of that scale then.
    gain_sum: GainSum,
    /// Collateral gained before then and not yet claimed.
    earlier_gain: Amount,
    /// Collateral gained since then and claimed.
    claimed: Amount,
}

/// What a depositor has, rounded down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Coins still in the pool.
    pub coins: Amount,
    /// Collateral gained and not yet claimed.
    pub gain: Amount,
}

/// What rounding has left over in a pool: it belongs to nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Residue {
    /// Coins.
    pub coins: Amount,
    /// Collateral.
    pub collateral: Amount,
}

impl StabilityPools {
    /// A pool, empty if nobody ever entered.
    pub fn pool(&self, id: PoolId) -> Pool {
        self.pools.get(&id).copied().unwrap_or_default()
    }

    /// Coins in a pool.
    pub fn total(&self, id: PoolId) -> Amount {
        self.pool(id).total
    }

    /// Coins that a pool may spend when `floor` must stay, as [`Pool::spendable`].
    pub fn spendable(&self, id: PoolId, floor: Amount) -> Amount {
        self.pool(id).spendable(floor)
    }

    /// What `owner` has in a pool. Error: `NoDeposit`.
    pub fn position(&self, id: PoolId, owner: AccountId) -> Result<Position, Rejected> {
        let deposit = self.deposits.get(&(id, owner)).ok_or(Rejected::NoDeposit)?;
        Ok(self.position_of(id, deposit)?)
    }

    /// The depositors of a pool in the order of their accounts, with what each has.
    pub fn positions(&self, id: PoolId) -> impl Iterator<Item = Result<(AccountId, Position), Arithmetic>> + '_ {
        self.deposits_in(id)
            .map(move |(owner, deposit)| Ok((owner, self.position_of(id, deposit)?)))
    }

    /// Takes out of the books what a pool holds beyond the deposit of `owner`, if nobody else has one: only then is it
    /// known what rounding has left over. A deposit keeps all that it shows. Nothing while others have deposits.
    pub fn take_residue(&mut self, id: PoolId, owner: AccountId) -> Result<Residue, Arithmetic> {
        if self.deposits_in(id).any(|(other, _)| other != owner) {
            return Ok(Residue::default());
        }
        let pool = self.pool(id);
        let deposit = self.deposits.get(&(id, owner));
        let position = deposit.map_or(Ok(Position::default()), |deposit| self.position_of(id, deposit))?;
        let residue = Residue {
            coins: pool.total.try_sub(position.coins)?,
            collateral: pool.collateral.try_sub(position.gain)?,
        };
        if residue != Residue::default() {
            let pool = Pool {
                total: position.coins,
                collateral: position.gain,
                coin_residue_max: Amount::ZERO,
                gain_residue_max: Amount::ZERO,
                ..pool
            };
            self.write_position(id, owner, &pool, position);
            self.pools.set(id, pool);
        }
        Ok(residue)
    }

    /// Adds `amount` coins to the owner's deposit, what is left of it and its gain being kept.
    /// Error: `ZeroAmount`.
    pub fn enter(&mut self, id: PoolId, owner: AccountId, amount: Amount) -> Result<(), Rejected> {
        self.open_deposit(id, owner, amount, Amount::ZERO)
    }

    /// Adds to the owner's deposit `coins`, and a `gain` of collateral that the pool already holds for it: what a
    /// genesis lists. Error: `ZeroAmount` if both are nothing.
    pub fn open_deposit(&mut self, id: PoolId, owner: AccountId, coins: Amount, gain: Amount) -> Result<(), Rejected> {
        if coins.is_zero() && gain.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let (position, pool) = match self.deposits.get(&(id, owner)) {
            Some(deposit) => self.settle(id, deposit)?,
            None => (Position::default(), self.pool(id)),
        };
        let pool = Pool {
            total: pool.total.try_add(coins)?,
            collateral: pool.collateral.try_add(gain)?,
            ..pool
        };
        let position = Position {
            coins: position.coins.try_add(coins)?,
            gain: position.gain.try_add(gain)?,
        };

        // Nothing below can fail.
        self.write_position(id, owner, &pool, position);
        self.pools.set(id, pool);
        Ok(())
    }

    /// Takes at most `most` coins out of the owner's deposit and returns how many: what is left of the deposit, and no
    /// more than the pool has above `floor`. Zero if that is nothing: a queued exit ends even so.
    /// Errors: `ZeroAmount`, `NoDeposit`.
    pub fn exit(&mut self, id: PoolId, owner: AccountId, most: Amount, floor: Amount) -> Result<Amount, Rejected> {
        if most.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let deposit = self.deposits.get(&(id, owner)).ok_or(Rejected::NoDeposit)?;
        let (position, pool) = self.settle(id, deposit)?;
        let paid = most.min(position.coins).min(pool.total.saturating_sub(floor));
        let pool = Pool {
            total: pool.total.try_sub(paid)?,
            ..pool
        };
        let position = Position {
            coins: position.coins.try_sub(paid)?,
            ..position
        };

        // Nothing below can fail.
        self.write_position(id, owner, &pool, position);
        self.pools.set(id, pool);
        Ok(paid)
    }

    /// Pays out the collateral that the owner's deposit has gained, rounded down, and returns how much. Claiming often
    /// or once comes to the same. Errors: `NoDeposit`; `ZeroAmount` if there is nothing to pay.
    pub fn claim(&mut self, id: PoolId, owner: AccountId) -> Result<Amount, Rejected> {
        let deposit = *self.deposits.get(&(id, owner)).ok_or(Rejected::NoDeposit)?;
        let Position { coins, gain } = self.position_of(id, &deposit)?;
        if gain.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        // A deposit that has become less than a base unit ends here; its fraction is booked as residue.
        let pool = if coins.is_zero() {
            self.settle(id, &deposit)?.1
        } else {
            self.pool(id)
        };
        let pool = Pool {
            collateral: pool.collateral.try_sub(gain)?,
            ..pool
        };
        let since_entry = gain.try_sub(deposit.earlier_gain)?;
        let claimed = deposit.claimed.try_add(since_entry)?;

        // Nothing below can fail.
        if coins.is_zero() {
            self.deposits.remove(&(id, owner));
        } else {
            let after = Deposit {
                earlier_gain: Amount::ZERO,
                claimed,
                ..deposit
            };
            self.deposits.set((id, owner), after);
        }
        self.pools.set(id, pool);
        Ok(gain)
    }

    /// Spends `coins` of all deposits in proportion and shares `collateral` out likewise (docs/stability-pool.md,
    /// eq. 1 and 2). Its cost does not depend on how many deposits there are.
    /// Errors: `ZeroAmount` if either is nothing; `TooMuch` if `coins` exceeds what is spendable above `floor`.
    pub fn absorb(&mut self, id: PoolId, coins: Amount, collateral: Amount, floor: Amount) -> Result<(), Rejected> {
        if coins.is_zero() || collateral.is_zero() {
            return Err(Rejected::ZeroAmount);
        }
        let pool = self.pool(id);
        let available = pool.spendable(floor);
        if coins > available {
            return Err(Rejected::TooMuch {
                asked: coins,
                available,
            });
        }
        let (whole, left) = (pool.total, pool.total.try_sub(coins)?);
        let scale = (id, pool.product.scale());
        let gain_sum = self.gain_sum(scale).after(collateral, pool.product, whole)?;
        let residue = pool.coin_residue_max.min(whole);
        let residue_left = residue.prorate(left.raw(), whole.raw(), Round::Up)?;
        let residue_gain = collateral.prorate(residue.raw(), whole.raw(), Round::Up)?;
        let after = Pool {
            total: left,
            collateral: pool.collateral.try_add(collateral)?,
            product: pool.product.after(left, whole)?,
            coin_residue_max: residue_left.try_add(coin_rounding(left))?,
            gain_residue_max: Amount::try_sum([
                pool.gain_residue_max.min(pool.collateral),
                residue_gain,
                gain_rounding(whole, pool.product),
            ])?,
        };

        // Nothing below can fail.
        self.gains.set(scale, gain_sum);
        self.pools.set(id, after);
        Ok(())
    }

    fn gain_sum(&self, scale: (PoolId, u32)) -> GainSum {
        self.gains.get(&scale).copied().unwrap_or_default()
    }

    fn deposits_in(&self, id: PoolId) -> impl Iterator<Item = (AccountId, &Deposit)> + '_ {
        let (first, last) = (AccountId([0; 20]), AccountId([u8::MAX; 20]));
        self.deposits
            .range((id, first)..=(id, last))
            .map(|((_, owner), deposit)| (*owner, deposit))
    }

    fn position_of(&self, id: PoolId, deposit: &Deposit) -> Result<Position, Arithmetic> {
        let coins = self.pool(id).product.compound(deposit.coins, deposit.product)?;
        let gained = self.gained_since(id, deposit)?.share(deposit.coins, deposit.product)?;
        // Claimed was as much or less of the same growing sum, rounded the same way.
        let gain = gained.try_sub(deposit.claimed)?.try_add(deposit.earlier_gain)?;
        Ok(Position { coins, gain })
    }

    fn gained_since(&self, id: PoolId, deposit: &Deposit) -> Result<GainSum, Arithmetic> {
        let first = deposit.product.scale();
        let own = self.gain_sum((id, first)).minus(deposit.gain_sum)?;
        let scales = deposit.product.gaining_scales();
        self.gains
            .range((id, *scales.start())..=(id, *scales.end()))
            .filter(|((_, scale), _)| *scale > first)
            .try_fold(own, |sum, ((_, scale), later)| {
                sum.plus(*later, scale.saturating_sub(first))
            })
    }

    /// What a deposit is worth, and its pool with what ending it there may leave over. Nothing is left over when no
    /// absorption came in between.
    fn settle(&self, id: PoolId, deposit: &Deposit) -> Result<(Position, Pool), Arithmetic> {
        let position = self.position_of(id, deposit)?;
        let pool = self.pool(id);
        if deposit.coins.is_zero() || deposit.product == pool.product {
            return Ok((position, pool));
        }
        let share_rounding = share_rounding(deposit.coins, deposit.product)?;
        let pool = Pool {
            coin_residue_max: pool.coin_residue_max.try_add(Amount::ONE)?,
            gain_residue_max: pool.gain_residue_max.try_add(share_rounding)?,
            ..pool
        };
        Ok((position, pool))
    }

    fn write_position(&mut self, id: PoolId, owner: AccountId, pool: &Pool, position: Position) {
        if position == Position::default() {
            self.deposits.remove(&(id, owner));
            return;
        }
        let deposit = Deposit {
            coins: position.coins,
            product: pool.product,
            gain_sum: self.gain_sum((id, pool.product.scale())),
            earlier_gain: position.gain,
            claimed: Amount::ZERO,
        };
        self.deposits.set((id, owner), deposit);
    }
}

#[cfg(test)]
mod tests;
