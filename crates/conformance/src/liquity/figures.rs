//! The peer's figures, from our state and folds over our events.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ballast_engine::mechanisms::vault::Vault;
use ballast_num::cmp_products;
use ballast_protocol::{Module, PoolId, VaultId};
use num_bigint::BigInt;

use super::shares::{Pair, up};
use super::{ETHER, KIND, Liquity, PURSE};
use crate::chain::COIN;
use crate::figures::{Allowed, Figure, Figures, distance};

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
        let all = self.all();
        self.folds.shares.put(&mut f, &all);
        for (name, Pair { collateral, debt }) in &all {
            f.put(&format!("trove.{name}.icr"), collateral * &self.price / debt);
        }
        let riskiest_first = self.riskiest_first();
        let mut riskiest_first: Vec<String> = riskiest_first.iter().map(|vault| self.name(vault).to_owned()).collect();
        for (name, status) in &self.folds.status {
            f.set(&format!("trove.{name}.status"), Figure::Text((*status).to_owned()));
        }
        riskiest_first.reverse();
        f.set("troves", Figure::List(riskiest_first));
        let totals = state.vaults().totals(KIND).map_err(|error| error.to_string())?;
        let debt = BigInt::from(totals.normalized_debt.raw());
        let collateral = self.locked();
        let ratio = (debt != BigInt::ZERO).then(|| &collateral * &self.price / &debt);
        f.put(
            "recoveryMode",
            u8::from(ratio.as_ref().is_some_and(|ratio| *ratio < critical())),
        );
        f.set(
            "tcr",
            ratio.map_or_else(|| Figure::Text("max".to_owned()), Figure::Number),
        );
        let pending = self.folds.shares.pending();
        f.put("activePool.debt", debt - &pending.debt);
        f.put("activePool.coll", collateral - &pending.collateral);
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

    /// What each trove holds and owes, all that was shared out to it included.
    pub(super) fn all(&self) -> BTreeMap<String, Pair> {
        let pair = |vault: &Vault| Pair {
            collateral: vault.collateral.raw().into(),
            debt: vault.normalized_debt.raw().into(),
        };
        let vaults = self.riskiest_first();
        vaults
            .iter()
            .map(|vault| (self.name(vault).to_owned(), pair(vault)))
            .collect()
    }

    /// The collateral of all troves together.
    pub(super) fn locked(&self) -> BigInt {
        self.chain
            .state
            .ledger()
            .balance(ETHER, Module::Vaults(KIND))
            .raw()
            .into()
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
            ["lusd", "gasPool"] => BigInt::ZERO,
            ["lusd", "supply"] => self.slack.supply.clone(),
            ["lusd", _] | ["sp", "total"] => coin.clone(),
            ["sp", name, "compounded"] => self.coins_bound(name, expected, got) + coin,
            ["sp", name, "collGain"] => self.folds.pool.gain_bound(name) + gem,
            ["sp", "coll"] | ["eth", _] => gem.clone(),
            ["activePool", "coll"] => self.folds.shares.bound(path) + gem,
            ["activePool", "debt"] => self.folds.shares.bound(path) + &self.slack.supply,
            ["tcr"] => self.ratio_bound(expected, gem, &self.slack.supply),
            ["trove", name, "icr"] => {
                let Pair { collateral, debt } = self.folds.shares.error(name);
                self.ratio_bound(expected, &collateral, &debt)
            }
            ["trove", name, part] => self.folds.shares.bound_of(name, part),
            ["L_ETH" | "L_LUSDDebt" | "totalStakes" | "totalStakesSnapshot" | "totalCollateralSnapshot"]
            | ["defaultPool", _] => self.folds.shares.bound(path),
            _ => return Allowed::Equal,
        };
        Allowed::Within(bound)
    }

    /// How far collateral × price ÷ debt, rounded down, may be from the peer's, where both figures may be: of a trove, or of
    /// all. Of a trove at least 2,000 coins are owed. Where a figure differs at all, so does the last digit.
    fn ratio_bound(&self, expected: &Figure, collateral: &BigInt, debt: &BigInt) -> BigInt {
        if *collateral == BigInt::ZERO && *debt == BigInt::ZERO {
            return BigInt::ZERO;
        }
        let least = BigInt::from(2_000) * BigInt::from(10).pow(18);
        let ratio = held(expected);
        up(&(collateral * &self.price + (ratio + 1) * debt), &(least - debt)) + 1
    }

    fn coins_bound(&self, name: &str, expected: &Figure, got: &Figure) -> BigInt {
        self.folds.pool.coins_bound(name, &held(expected).max(held(got)))
    }

    /// The same troves in the same order; the order of equal ratios is the peer's detail (vectors/README.md).
    fn same_order(&self, expected: &Figure, got: &Figure) -> Allowed {
        let (Figure::List(expected), Figure::List(got)) = (expected, got) else {
            return Allowed::Equal;
        };
        let equal = |left: &str, right: &str| match (self.trove(left), self.trove(right)) {
            (Some((_, one)), Some((_, other))) => {
                let (l, r) = (one.normalized_debt.raw(), other.normalized_debt.raw());
                cmp_products(one.collateral.raw(), r, other.collateral.raw(), l) == Ordering::Equal
                    || distance(&nominal(&one), &nominal(&other))
                        <= self.nominal_bound(left) + self.nominal_bound(right)
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

    /// How far the ratio by which the peer orders troves may be from ours.
    fn nominal_bound(&self, name: &str) -> BigInt {
        let Pair { collateral, debt } = self.folds.shares.error(name);
        let Some((_, vault)) = self.trove(name) else {
            return BigInt::ZERO;
        };
        let hundred = BigInt::from(10).pow(20);
        let owed = BigInt::from(vault.normalized_debt.raw());
        let wrong = collateral * hundred + &debt * (nominal(&vault) + 1);
        if wrong == BigInt::ZERO {
            wrong
        } else {
            up(&wrong, &(owed - debt)) + 1
        }
    }
}

fn held(figure: &Figure) -> BigInt {
    match figure {
        Figure::Number(number) => number.clone(),
        _ => BigInt::ZERO,
    }
}

/// The ratio by which the peer orders troves: collateral × 10²⁰ ÷ debt, rounded down.
fn nominal(vault: &Vault) -> BigInt {
    BigInt::from(vault.collateral.raw()) * BigInt::from(10).pow(20) / BigInt::from(vault.normalized_debt.raw().max(1))
}
