//! The peer's figures, from our state and folds over our events.

use std::cmp::Ordering;

use ballast_engine::mechanisms::vault::Vault;
use ballast_num::cmp_products;
use ballast_protocol::{Module, PoolId, VaultId};
use num_bigint::BigInt;

use super::{ETHER, KIND, Liquity, PURSE};
use crate::chain::COIN;
use crate::figures::{Allowed, Figure, Figures};

/// Under this ratio of all troves together the peer is in its recovery mode.
pub(super) fn critical() -> BigInt {
    BigInt::from(15) * BigInt::from(10).pow(17)
}

impl Liquity {
    /// All figures now.
    pub(super) fn count(&self) -> Result<Figures, String> {
        let state = &self.chain.state;
        let (ledger, wei) = (state.ledger(), self.wei());
        let mut f = self.folds.still.clone();
        f.put("price", self.price.clone());
        let (mut debt, mut collateral) = (BigInt::ZERO, BigInt::ZERO);
        let mut riskiest_first = Vec::new();
        for vault in self.riskiest_first() {
            let name = self.name(&vault);
            let (owed, held) = (
                BigInt::from(vault.normalized_debt.raw()),
                BigInt::from(vault.collateral.raw()),
            );
            f.put(&format!("trove.{name}.debt"), owed.clone());
            f.put(&format!("trove.{name}.coll"), held.clone());
            f.put(&format!("trove.{name}.icr"), &held * &self.price / &owed);
            debt += owed;
            collateral += held;
            riskiest_first.push(name.to_owned());
        }
        for (name, stake) in &self.folds.stakes {
            f.put(&format!("trove.{name}.stake"), stake.clone());
        }
        for (name, status) in &self.folds.status {
            f.set(&format!("trove.{name}.status"), Figure::Text((*status).to_owned()));
        }
        riskiest_first.reverse();
        f.set("troves", Figure::List(riskiest_first));
        let ratio = (debt != BigInt::ZERO).then(|| &collateral * &self.price / &debt);
        f.put(
            "recoveryMode",
            u8::from(ratio.as_ref().is_some_and(|ratio| *ratio < critical())),
        );
        f.set(
            "tcr",
            ratio.map_or_else(|| Figure::Text("max".to_owned()), Figure::Number),
        );
        f.put("activePool.debt", debt);
        f.put("activePool.coll", ledger.balance(ETHER, Module::Vaults(KIND)).raw());
        for (name, account) in self.names.iter().filter(|(name, _)| *name != PURSE) {
            f.put(&format!("lusd.{name}"), ledger.balance(COIN, *account).raw() / wei);
            let zero = self.zero.get(name).cloned().unwrap_or_default();
            f.put(
                &format!("eth.{name}"),
                BigInt::from(ledger.balance(ETHER, *account).raw()) - zero,
            );
            if let Ok(position) = state.pools().position(PoolId::stability(KIND), *account) {
                f.put(&format!("sp.{name}.compounded"), position.coins.raw() / wei);
                f.put(&format!("sp.{name}.collGain"), position.gain.raw());
            }
        }
        let pool = state.pools().pool(PoolId::stability(KIND));
        f.put("sp.total", pool.total.raw() / wei);
        f.put("sp.coll", pool.collateral.raw());
        f.put("sp.P", self.folds.pool.product.clone());
        f.put("sp.scale", self.folds.pool.scale);
        f.put(
            "lusd.gasPool",
            ledger.balance(COIN, Module::LiquidationDeposits(KIND)).raw() / wei,
        );
        f.put("lusd.staking", ledger.balance(COIN, Module::SurplusBuffer).raw() / wei);
        // All coins but those that the adapter has given to its purse, which are booked as bad debt.
        let unbacked = state.backstop().bad_debt().map_err(|error| error.to_string())?;
        // A draw may mint a base unit less than the wei that it owes (see `draw`).
        let backed = ledger.supply(COIN).saturating_sub(unbacked).raw();
        f.put("lusd.supply", backed.div_ceil(wei));
        f.put("totalStakes", self.total_stakes());
        f.put("totalStakesSnapshot", self.folds.stakes_snapshot.clone());
        f.put("totalCollateralSnapshot", self.folds.collateral_snapshot.clone());
        f.put("lastFeeOperationTime", self.folds.last_fee.clone());
        Ok(f)
    }

    /// The troves by debt ÷ collateral, the elder first among equals.
    pub(super) fn riskiest_first(&self) -> Vec<Vault> {
        let vaults = self.chain.state.vaults().iter().map(|(_, vault)| vault);
        let mut vaults: Vec<Vault> = vaults.filter(|vault| !vault.normalized_debt.is_zero()).collect();
        vaults.sort_by(|left, right| {
            let (l, r) = (left.normalized_debt.raw(), right.normalized_debt.raw());
            cmp_products(r, left.collateral.raw(), l, right.collateral.raw())
        });
        vaults
    }

    pub(super) fn total_stakes(&self) -> BigInt {
        self.folds.stakes.values().sum()
    }

    pub(super) fn name(&self, vault: &Vault) -> &str {
        let found = self.names.iter().find(|(_, known)| **known == vault.owner);
        found.map_or("?", |(name, _)| name.as_str())
    }

    /// The trove of a user.
    pub(super) fn trove(&self, name: &str) -> Option<(VaultId, Vault)> {
        let owner = self.names.get(name)?;
        let mut vaults = self.chain.state.vaults().iter();
        vaults.find(|(_, vault)| vault.owner == *owner)
    }

    /// How far a figure may lie from the peer's.
    pub(super) fn bound(&self, path: &str, expected: &Figure, got: &Figure) -> Allowed {
        let parts: Vec<&str> = path.split('.').collect();
        let (coin, gem) = (&self.slack.coin, &self.slack.gem);
        let bound = match parts.as_slice() {
            ["troves"] => return self.same_order(expected, got),
            ["lusd", "staking"] => self.slack.fee.clone(),
            ["lusd", "supply" | "gasPool"] => BigInt::ZERO,
            ["lusd", _] | ["sp", "total"] => coin.clone(),
            ["sp", name, "compounded"] => self.coins_bound(name, expected, got) + coin,
            ["sp", name, "collGain"] => self.folds.pool.gain_bound(name) + gem,
            ["sp", "coll"] | ["activePool", "coll"] | ["eth", _] | ["trove", _, "coll" | "stake"] => gem.clone(),
            ["totalStakes" | "totalStakesSnapshot" | "totalCollateralSnapshot"] => gem.clone(),
            // coll × price ÷ debt, of at least 2,000 coins of debt, rounded down: a digit more where collateral differs at all.
            ["tcr"] | ["trove", _, "icr"] => {
                let least = BigInt::from(2_000) * BigInt::from(10).pow(18);
                gem * &self.price / least + u8::from(*gem > BigInt::ZERO)
            }
            _ => return Allowed::Equal,
        };
        Allowed::Within(bound)
    }

    fn coins_bound(&self, name: &str, expected: &Figure, got: &Figure) -> BigInt {
        let held = |figure: &Figure| match figure {
            Figure::Number(number) => number.clone(),
            _ => BigInt::ZERO,
        };
        self.folds.pool.coins_bound(name, &held(expected).max(held(got)))
    }

    /// The same troves in the same order; the order of equal ratios is the peer's detail (vectors/README.md).
    fn same_order(&self, expected: &Figure, got: &Figure) -> Allowed {
        let (Figure::List(expected), Figure::List(got)) = (expected, got) else {
            return Allowed::Equal;
        };
        let equal = |left: &str, right: &str| match (self.trove(left), self.trove(right)) {
            (Some((_, left)), Some((_, right))) => {
                let (l, r) = (left.normalized_debt.raw(), right.normalized_debt.raw());
                cmp_products(left.collateral.raw(), r, right.collateral.raw(), l) == Ordering::Equal
                    || nominal(&left) == nominal(&right)
            }
            _ => false,
        };
        let mut names = (expected.clone(), got.clone());
        names.0.sort();
        names.1.sort();
        let is_same = names.0 == names.1
            && expected
                .iter()
                .zip(got)
                .all(|(left, right)| left == right || equal(left, right));
        if is_same { Allowed::Anything } else { Allowed::Equal }
    }
}

/// The ratio by which the peer orders troves: collateral × 10²⁰ ÷ debt, rounded down.
fn nominal(vault: &Vault) -> BigInt {
    BigInt::from(vault.collateral.raw()) * BigInt::from(10).pow(20) / BigInt::from(vault.normalized_debt.raw().max(1))
}
