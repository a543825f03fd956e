//! The two running figures that settle any number of deposits at once: what is left of a coin, and what it has gained.

use ballast_num::{Amount, Arithmetic, Round, U256};
use borsh::{BorshDeserialize, BorshSerialize};

/// How many bits one scale step is worth.
const STEP: u32 = 32;
/// Under this a mantissa moves up by a scale step, so that it always keeps 97 significant bits.
const MANTISSA_MIN: u128 = 1 << 96;
/// A sum of 256 bits is nothing after so many scale steps.
const STEPS: u32 = 256 / STEP;

/// What is left of a coin that was in the pool from its first day: `mantissa · 2^(−127 − 32·scale)`, rounded down.
///
/// The mantissa keeps at least 97 bits and one absorption cuts off less than one unit of it. After `n` absorptions the
/// product is therefore below the exact one by less than `n·2⁻⁹⁶` of it: 1.3·10⁻²⁴ after 100,000, however extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Product {
    mantissa: u128,
    scale: u32,
}

impl Product {
    /// Before the first absorption: 1.
    pub const ONE: Self = Self {
        mantissa: 1 << 127,
        scale: 0,
    };

    /// The significant bits, at least 2⁹⁶.
    pub const fn mantissa(self) -> u128 {
        self.mantissa
    }

    /// How many steps of 2³² it has come down.
    pub const fn scale(self) -> u32 {
        self.scale
    }

    /// The product after a pool of `whole` coins is down to `left`, between 1 and `whole`; less than before if `left`
    /// is. Errors: `DivisionByZero` if `left` is nothing, `Underflow` if it exceeds `whole`, `Overflow` after 2³² steps.
    pub(super) fn after(self, left: Amount, whole: Amount) -> Result<Self, Arithmetic> {
        if left.is_zero() {
            return Err(Arithmetic::DivisionByZero);
        }
        whole.try_sub(left)?;
        let (mut mantissa, mut rest) = U256::product(self.mantissa, left.raw()).div_rem(whole.raw())?;
        let mut scale = self.scale;
        // Long division goes on with digits of 32 bits: no bit that the mantissa has room for is lost. At most four
        // rounds, as 2⁹⁶ ÷ whole > 2⁻³².
        while mantissa < MANTISSA_MIN {
            let (digit, after) = U256::product(rest, 1 << STEP).div_rem(whole.raw())?;
            mantissa = (mantissa << STEP) | digit;
            rest = after;
            scale = scale.checked_add(1).ok_or(Arithmetic::Overflow)?;
        }
        Ok(Self { mantissa, scale })
    }

    /// What is left of `coins` that came in at `since`, rounded down once. Error: `Underflow` if `since` is later.
    pub(super) fn compound(self, coins: Amount, since: Self) -> Result<Amount, Arithmetic> {
        let steps = self.scale.checked_sub(since.scale).ok_or(Arithmetic::Underflow)?;
        // Two divisions, each rounding down, give what one division by the product of the divisors would.
        let scaled = shift_down(U256::product(coins.raw(), self.mantissa), steps);
        scaled.try_div(since.mantissa, Round::Down).map(Amount::from_raw)
    }

    /// The scales whose gains a deposit made at this product can still feel.
    pub(super) const fn gaining_scales(self) -> std::ops::RangeInclusive<u32> {
        self.scale..=self.scale.saturating_add(STEPS - 1)
    }
}

/// Collateral gained while the product stood at one scale: `Σ collateral × mantissa ÷ total`, each term rounded down.
/// A deposit's part of it is `coins ÷ mantissa at entry` times this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GainSum {
    high: u128,
    low: u128,
}

impl GainSum {
    const fn wide(self) -> U256 {
        U256::from_parts(self.high, self.low)
    }

    const fn from_wide(sum: U256) -> Self {
        let (high, low) = sum.parts();
        Self { high, low }
    }

    /// The sum after a pool of `whole` coins, with `product` before it spends any, has received `collateral`.
    /// Errors: `DivisionByZero` for an empty pool, `Overflow` beyond 256 bits.
    pub(super) fn after(self, collateral: Amount, product: Product, whole: Amount) -> Result<Self, Arithmetic> {
        let (high, low) = U256::product(collateral.raw(), product.mantissa).parts();
        let (upper, rest) = U256::from_u128(high).div_rem(whole.raw())?;
        let (lower, _) = U256::from_parts(rest, low).div_rem(whole.raw())?;
        self.wide().try_add(U256::from_parts(upper, lower)).map(Self::from_wide)
    }

    /// `self + later ÷ 2^(32·steps)`, rounded down: gains of a later scale in the unit of the deposit's own.
    /// Error: `Overflow`.
    pub(super) fn plus(self, later: Self, steps: u32) -> Result<Self, Arithmetic> {
        self.wide()
            .try_add(shift_down(later.wide(), steps))
            .map(Self::from_wide)
    }

    /// `self − earlier`. Error: `Underflow`.
    pub(super) fn minus(self, earlier: Self) -> Result<Self, Arithmetic> {
        self.wide().try_sub(earlier.wide()).map(Self::from_wide)
    }

    /// The part of `coins` that came in at `since`: `coins × sum ÷ mantissa`, rounded down. Error: `Overflow`.
    pub(super) fn share(self, coins: Amount, since: Product) -> Result<Amount, Arithmetic> {
        let (middle, low) = U256::product(coins.raw(), self.low).parts();
        let upper = U256::product(coins.raw(), self.high).try_add(U256::from_u128(middle))?;
        let product = U256::from_parts(upper.to_u128()?, low);
        product.try_div(since.mantissa, Round::Down).map(Amount::from_raw)
    }
}

/// `value ÷ 2^(32·steps)`, rounded down.
const fn shift_down(value: U256, steps: u32) -> U256 {
    let (high, low) = value.parts();
    match steps {
        0 => value,
        1..4 => U256::from_parts(
            high >> (STEP * steps),
            (low >> (STEP * steps)) | (high << (128 - STEP * steps)),
        ),
        4..STEPS => U256::from_parts(0, high >> (STEP * steps - 128)),
        _ => U256::ZERO,
    }
}

/// What one absorption may leave of `left` coins to nobody: `left ÷ 2⁹⁶`, rounded up.
pub(super) const fn coin_rounding(left: Amount) -> Amount {
    Amount::from_raw(left.raw().div_ceil(MANTISSA_MIN))
}

/// What one absorption may leave of its collateral to nobody, in a pool of `whole` coins: less than `whole ÷ mantissa`.
pub(super) const fn gain_rounding(whole: Amount, product: Product) -> Amount {
    Amount::from_raw(whole.raw().div_ceil(product.mantissa))
}

/// What reading the gain of one deposit may leave to nobody. One unit for its division; and `coins ÷ mantissa` for each
/// of the 7 scales that are shifted, and as much for all later ones together, which shift to nothing: their sums are
/// below 2²⁵⁶, so what is missing is below `1 + 2⁻³² + 2⁻⁶⁴ + … < 2` of it.
pub(super) fn share_rounding(coins: Amount, since: Product) -> Result<Amount, Arithmetic> {
    let units = U256::product(coins.raw(), u128::from(STEPS) + 1).try_div(since.mantissa, Round::Up)?;
    Amount::from_raw(units).try_add(Amount::ONE)
}
