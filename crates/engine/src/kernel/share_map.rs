//! What sharing out has made of a type's vaults: one affine map on all of them (docs/sharing.md).
//!
//! A vault in debt holds shares and a base debt. Its collateral is shares × unit, its normalized debt is base + shares ×
//! debt a share. A sharing changes the two factors and no vault, and the order by base ÷ shares is the order of debt ÷
//! collateral at any of them.

use ballast_num::{Amount, Arithmetic, NormalizedDebt, Round, U256, mul_div};

/// A base unit of collateral is 2²⁴ shares until the type first shares out.
pub const SHARE_BITS: u32 = 24;
/// 1 in the factors of a map: they have 127 bits below the point.
pub const ONE: u128 = 1 << 127;
/// Collateral of a share before the first sharing.
pub const FIRST_UNIT: u128 = ONE >> SHARE_BITS;
/// Base debts, and what all shares of a type add to them, stay under this, so that no figure through a map overflows.
pub const DEBT_END: u128 = 1 << 126;

/// What a position owes beside its part of what was shared out: below zero, where it owes less than that part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// So much above zero, or zero.
    Above(u128),
    /// So much below zero.
    Below(u128),
}

/// What a position that owes something owes and holds, before its type's map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Normalized debt beside what was shared out.
    pub base: Base,
    /// Collateral, or the shares that stand for it.
    pub holding: u128,
}

/// The map of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareMap {
    /// The type never shares: holdings are collateral, bases are debts.
    Plain,
    /// It may share and has not yet: holdings are collateral × 2²⁴, bases are debts.
    Unshared,
    /// It has shared.
    Shared {
        /// Collateral of a share × 2¹²⁷, at most [`ONE`].
        unit: u128,
        /// Normalized debt of a share × 2¹²⁷.
        debt: U256,
    },
}

impl ShareMap {
    /// Collateral that holdings are worth, rounded down.
    pub fn collateral(&self, holding: u128) -> Amount {
        Amount::from_raw(match *self {
            Self::Plain => holding,
            Self::Unshared => holding >> SHARE_BITS,
            // A share is worth at most one base unit, so this fits.
            Self::Shared { unit, .. } => U256::product(holding, unit)
                .try_div(ONE, Round::Down)
                .unwrap_or(u128::MAX),
        })
    }

    /// The fewest shares that are worth this collateral: rounded up, by less than a share, so that reading them gives it
    /// back exactly. Error: `Overflow`.
    pub fn holding(&self, collateral: Amount) -> Result<u128, Arithmetic> {
        match *self {
            Self::Plain => Ok(collateral.raw()),
            Self::Unshared if collateral.raw().leading_zeros() >= SHARE_BITS => Ok(collateral.raw() << SHARE_BITS),
            Self::Unshared => Err(Arithmetic::Overflow),
            Self::Shared { unit, .. } => mul_div(collateral.raw(), ONE, unit, Round::Up),
        }
    }

    /// What was shared out to these holdings, rounded up. Error: `Overflow`.
    pub fn shared_debt(&self, holding: u128) -> Result<u128, Arithmetic> {
        match *self {
            Self::Plain | Self::Unshared => Ok(0),
            Self::Shared { debt, .. } => debt.try_mul(holding)?.try_div(ONE, Round::Up),
        }
    }

    /// Normalized debt of a position, rounded up. A figure beyond the bounds of a type, which its writes keep, would read
    /// as more than anyone owes.
    pub fn normalized_debt(&self, Standing { base, holding }: &Standing) -> NormalizedDebt {
        let shared = self.shared_debt(*holding).unwrap_or(u128::MAX);
        NormalizedDebt::from_raw(match *base {
            Base::Above(above) => shared.saturating_add(above),
            Base::Below(below) => shared.saturating_sub(below),
        })
    }

    /// The base with which these holdings owe exactly `normalized_debt`. Error: `Overflow`.
    pub fn base(&self, normalized_debt: NormalizedDebt, holding: u128) -> Result<Base, Arithmetic> {
        let (debt, shared) = (normalized_debt.raw(), self.shared_debt(holding)?);
        Ok(match debt.checked_sub(shared) {
            Some(above) => Base::Above(above),
            None => Base::Below(shared.abs_diff(debt)),
        })
    }

    /// Collateral and normalized debt × 2¹²⁷ with nothing rounded, of a type that has shared.
    pub(super) fn exact(&self, Standing { base, holding }: &Standing) -> (U256, U256) {
        let (unit, debt) = match *self {
            Self::Plain => (ONE, U256::ZERO),
            Self::Unshared => (FIRST_UNIT, U256::ZERO),
            Self::Shared { unit, debt } => (unit, debt),
        };
        // Writes and sharings keep both terms under 2²⁵⁴; what went beyond would be owed in full.
        let shared = debt.try_mul(*holding).unwrap_or(U256::MAX);
        let owed = match *base {
            Base::Above(above) => shared.try_add(U256::product(above, ONE)).unwrap_or(U256::MAX),
            Base::Below(below) => shared.try_sub(U256::product(below, ONE)).unwrap_or(U256::ZERO),
        };
        (U256::product(*holding, unit), owed)
    }

    /// What a prefix of the order owes, rounded up, and holds, rounded down. Error: `Overflow`.
    pub fn totals(&self, sums: &super::ranking::Sums) -> Result<(NormalizedDebt, Amount), Arithmetic> {
        let debt = match *self {
            Self::Plain | Self::Unshared => sums.base,
            // Below zero or not, the sum of the bases is exact modulo 2¹²⁸, and so is the whole, which fits.
            Self::Shared { .. } => sums.base.wrapping_add(self.shared_debt(sums.holding)?),
        };
        Ok((NormalizedDebt::from_raw(debt), self.collateral(sums.holding)))
    }
}

#[cfg(test)]
mod tests;
