//! The stable-swap of two assets (Egorov, *StableSwap*, 2019), both with 18 decimals (docs/market.md, eq. 2).
//!
//! With c = 2 · amplification the invariant D of reserves x and y solves `c·(x + y) + D = c·D + D³ ÷ (4·x·y)`. Whether an
//! integer is at most D is decided exactly, in 384 bits: `D³ ≤ 2x · 2y · (c·(x + y) − (c − 1)·D)`. So D is known to the
//! unit, never falls when a reserve grows, and no iteration has to be trusted: Newton's only finds it sooner.

use std::array;

use ballast_num::{Arithmetic, Price, RAY, Round, cmp_products3, mul_div};

use super::partition;

/// Reserves on the curve: each at most 2¹¹¹, and c at most 2¹⁵.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stable {
    leverage: u128,
    base: u128,
    coins: u128,
}

/// Steps after which Newton's iteration is given up: it at least takes a third off in each until it is near.
const STEPS: usize = 256;

impl Stable {
    pub(super) fn new(amplification: u32, base: u128, coins: u128) -> Self {
        Self {
            leverage: 2 * u128::from(amplification.max(1)),
            base,
            coins,
        }
    }

    pub(super) const fn reserves(&self) -> [u128; 2] {
        [self.base, self.coins]
    }

    /// Reserves whose spot price is `price`, rounded so that it is not under it. Error: `Overflow` if one side would be
    /// 2³⁰ times the other.
    pub(super) fn standing_at(amplification: u32, price: Price) -> Result<Self, Arithmetic> {
        let coins = 1_u128 << 64;
        let at = |base| Self::new(amplification, base, coins);
        let spot = |base| at(base).spot(at(base).invariant());
        let (least, most) = (coins >> 30, coins << 30);
        if spot(least) < price || spot(most) >= price {
            return Err(Arithmetic::Overflow);
        }
        let under = partition(least, most, |base| spot(base) < price);
        Ok(at(under - 1))
    }

    /// D, rounded down.
    pub(super) fn invariant(&self) -> u128 {
        let sum = self.sum();
        let mut near = sum;
        for _ in 0..STEPS {
            match self.newton(near) {
                Ok(next) if next < near => near = next,
                _ => break,
            }
        }
        let around: [u128; 5] = array::from_fn(|step| near.saturating_sub(2).saturating_add(step as u128));
        let found = around.into_iter().find(|d| self.is_worth(*d) && !self.is_worth(*d + 1));
        found.unwrap_or_else(|| partition(0, sum + 1, |d| !self.is_worth(d)) - 1)
    }

    /// Whether `d` is at most D.
    pub(super) fn is_worth(&self, d: u128) -> bool {
        // D is at most x + y, and below that the last factor is above zero.
        d <= self.sum()
            && cmp_products3(
                [d, d, d],
                [
                    2 * self.base,
                    2 * self.coins,
                    self.leverage * self.sum() - (self.leverage - 1) * d,
                ],
            )
            .is_le()
    }

    /// Coins for one of the base at the margin: `y·(c·x + q) ÷ (x·(c·y + q))` with `q = D³ ÷ (4·x·y)`, rounded down.
    /// `d` is D, rounded down.
    pub(super) fn spot(&self, d: u128) -> Price {
        // From the equation itself: q = c·(x + y − D) + D.
        let q = self.leverage * (self.sum() - d) + d;
        let slope = mul_div(
            self.leverage * self.base + q,
            RAY,
            self.leverage * self.coins + q,
            Round::Down,
        );
        let price = slope.and_then(|slope| mul_div(slope, self.coins, self.base, Round::Down));
        price.map_or(Price::MAX, Price::from_raw)
    }

    /// Newton's next D from one that is not under it, rounded up.
    fn newton(&self, d: u128) -> Result<u128, Arithmetic> {
        let square = mul_div(d, d, 2 * self.base, Round::Up)?;
        let cube = mul_div(square, d, 2 * self.coins, Round::Up)?;
        let sum = |terms: [u128; 2]| terms[0].checked_add(terms[1]).ok_or(Arithmetic::Overflow);
        let times = |times: u128| cube.checked_mul(times).ok_or(Arithmetic::Overflow);
        let above = sum([times(2)?, self.leverage * self.sum()])?;
        let below = sum([times(3)?, (self.leverage - 1) * d])?;
        mul_div(above, d, below, Round::Up)
    }

    /// At most 2¹¹².
    fn sum(&self) -> u128 {
        self.base + self.coins
    }
}
