//! The rules by which we do otherwise, and what we do then.

use ballast_num::Amount;
use ballast_protocol::PoolId;
use num_bigint::BigInt;

use super::figures::critical;
use super::ops::{fee, least_debt};
use super::{KIND, Liquity};
use crate::chain::Stop;
use crate::deviation::Deviation;
use crate::figures::{Figure, Figures};
use crate::schema::Step;

fn wad() -> BigInt {
    BigInt::from(10).pow(18)
}

/// The least ratio of a trove.
fn minimum() -> BigInt {
    BigInt::from(11) * BigInt::from(10).pow(17)
}

/// What a step would do to the sender's trove: collateral and debt, up or down.
struct Change {
    added: BigInt,
    taken: BigInt,
    drawn: BigInt,
    repaid: BigInt,
}

impl Change {
    fn of(step: &Step) -> Option<Self> {
        let args = &step.args;
        let is_increase = args
            .0
            .get("isDebtIncrease")
            .is_some_and(|is| *is == serde_json::Value::Bool(true));
        let mut change = Self {
            added: BigInt::ZERO,
            taken: BigInt::ZERO,
            drawn: BigInt::ZERO,
            repaid: BigInt::ZERO,
        };
        match step.op.as_str() {
            "addColl" => change.added = args.amount("coll"),
            "withdrawColl" => change.taken = args.amount("coll"),
            "withdrawLUSD" => change.drawn = args.amount("lusd"),
            "repayLUSD" => change.repaid = args.amount("lusd"),
            "adjustTrove" => {
                change.added = args.amount("coll");
                change.taken = args.amount("collWithdrawal");
                let lusd = args.amount("lusdChange");
                if is_increase {
                    change.drawn = lusd;
                } else {
                    change.repaid = lusd;
                }
            }
            _ => return None,
        }
        Some(change)
    }
}

/// Collateral × price ÷ debt; nothing without debt.
fn ratio(collateral: &BigInt, debt: &BigInt, price: &BigInt) -> Option<BigInt> {
    (*debt > BigInt::ZERO).then(|| collateral * price / debt)
}

/// A part of what a trove holds or owes, what is pending for it included: `coll` or `debt`.
fn owned(figures: &Figures, name: &str, part: &str) -> BigInt {
    let pending = if part == "coll" { "pendingColl" } else { "pendingDebt" };
    figures.number(&format!("trove.{name}.{part}")) + figures.number(&format!("trove.{name}.{pending}"))
}

impl Liquity {
    /// The rule by which we do otherwise in this step. Where both refuse, though for different reasons, there is none.
    pub(super) fn rule(&self, step: &Step, before: &Figures) -> Option<Deviation> {
        let (by, args) = (&step.by, &step.args);
        let part = |part: &str| owned(before, by, part);
        let price = before.number("price");
        let in_recovery = before.number("recoveryMode") > BigInt::ZERO;
        let is_active = before.text(&format!("trove.{by}.status")) == "active";
        let count = match before.get("troves") {
            Some(Figure::List(names)) => names.len(),
            _ => 0,
        };
        let system = |collateral: BigInt, debt: BigInt| {
            let all = (
                before.number("activePool.coll") + before.number("defaultPool.coll") + collateral,
                before.number("activePool.debt") + before.number("defaultPool.debt") + debt,
            );
            ratio(&all.0, &all.1, &price).is_some_and(|ratio| ratio < critical())
        };
        let bad_limit = |least: BigInt| {
            let limit = args.integer("maxFee");
            limit.is_some_and(|limit| limit > wad() || limit < least)
        };
        let floor_fee = if in_recovery {
            BigInt::ZERO
        } else {
            BigInt::from(5) * BigInt::from(10).pow(15)
        };
        match step.op.as_str() {
            "openTrove" => {
                let (coins, collateral) = (args.amount("lusd"), args.amount("coll"));
                let debt = &coins + fee(&coins) + least_debt() - BigInt::from(1_800) * wad();
                let is_sound = debt >= least_debt() && ratio(&collateral, &debt, &price)? >= minimum();
                if !is_sound {
                    None
                } else if is_active {
                    Some(Deviation::SecondTrove)
                } else if bad_limit(floor_fee) {
                    Some(Deviation::FeeLimit)
                } else {
                    (in_recovery || system(collateral, debt)).then_some(Deviation::SystemRatio)
                }
            }
            "closeTrove" => {
                let needed = part("debt") - BigInt::from(200) * wad();
                if !is_active || before.number(&format!("lusd.{by}")) < needed {
                    None
                } else if count == 1 {
                    Some(Deviation::LastTrove)
                } else {
                    (in_recovery || system(-part("coll"), -part("debt"))).then_some(Deviation::SystemRatio)
                }
            }
            "liquidate" | "liquidateTroves" | "batchLiquidateTroves" => self.liquidation_rule(step, before, count),
            "withdrawFromSP" => {
                let position = before.number(&format!("sp.{by}.compounded"));
                let asked = args.amount("lusd").min(position.clone());
                let is_blocked = before.under("trove.").any(|(path, figure)| {
                    path.ends_with(".icr") && matches!(figure, Figure::Number(ratio) if *ratio < minimum())
                });
                let left = before.number("sp.total") - &asked;
                (asked > BigInt::ZERO && !is_blocked && left < wad()).then_some(Deviation::ExitAtFloor)
            }
            // Left over from a liquidation above the ratio, which only the peer knows.
            "claimCollateral" if before.number(&format!("surplus.{by}")) > BigInt::ZERO => Some(Deviation::SystemRatio),
            "withdrawGainToTrove" if is_active => {
                let gain = before.number(&format!("sp.{by}.collGain"));
                let after = ratio(&(part("coll") + &gain), &part("debt"), &price)?;
                (gain > BigInt::ZERO && after < minimum()).then_some(Deviation::Rescue)
            }
            _ if is_active => {
                let change = Change::of(step)?;
                let zero = BigInt::ZERO;
                let is_nothing = [&change.added, &change.taken, &change.drawn, &change.repaid]
                    .iter()
                    .all(|part| **part == zero);
                let is_both = change.added > zero && change.taken > zero;
                let new_debt = &change.drawn + fee(&change.drawn);
                let debt = part("debt") + &new_debt - &change.repaid;
                let collateral = part("coll") + &change.added - &change.taken;
                let has_coins = before.number(&format!("lusd.{by}")) >= change.repaid;
                if is_nothing || is_both || collateral < zero || debt < zero || !has_coins {
                    return None;
                }
                if change.repaid > zero && debt == zero {
                    return Some(Deviation::RepaidWhole);
                }
                if debt < least_debt() {
                    return None;
                }
                let is_riskier = change.drawn > zero || change.taken > zero;
                let is_under = ratio(&collateral, &debt, &price)? < minimum();
                match (is_riskier, is_under) {
                    (true, true) | (false, false) => None,
                    (false, true) => Some(Deviation::Rescue),
                    (true, false) if change.drawn > zero && bad_limit(floor_fee) => Some(Deviation::FeeLimit),
                    (true, false) => {
                        let change = (&change.added - &change.taken, new_debt - &change.repaid);
                        (in_recovery || system(change.0, change.1)).then_some(Deviation::SystemRatio)
                    }
                }
            }
            _ => None,
        }
    }

    fn liquidation_rule(&self, step: &Step, before: &Figures, count: usize) -> Option<Deviation> {
        let icr = |name: &str| before.number(&format!("trove.{name}.icr"));
        let active = |name: &str| before.text(&format!("trove.{name}.status")) == "active";
        let named: Vec<String> = match (step.op.as_str(), step.args.0.get("borrowers")) {
            ("liquidate", _) => vec![step.args.text("borrower").to_owned()],
            (_, Some(names)) => names
                .as_array()?
                .iter()
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect(),
            _ => match before.get("troves") {
                Some(Figure::List(names)) => {
                    let most = usize::try_from(&step.args.amount("n")).unwrap_or(usize::MAX);
                    names.iter().rev().take(most).cloned().collect()
                }
                _ => Vec::new(),
            },
        };
        let mut spendable = (before.number("sp.total") - wad()).max(BigInt::ZERO);
        let under: Vec<&String> = named
            .iter()
            .filter(|name| active(name) && icr(name) < minimum())
            .collect();
        // The last that the pool cannot pay for has nobody to share with: nor do we liquidate it.
        if count == 1 && under.iter().any(|name| owned(before, name, "debt") <= spendable) {
            return Some(Deviation::LastTrove);
        }
        let has_pool = spendable > BigInt::ZERO;
        // What is left is shared out; what goes after it has had a part of it.
        let paid = under.iter().position(|name| {
            let debt = owned(before, name, "debt");
            let is_shared = debt > spendable;
            spendable -= debt;
            is_shared
        });
        let in_recovery = before.number("recoveryMode") > BigInt::ZERO;
        let system = before.number("tcr");
        let is_capped = |name: &String| active(name) && icr(name) >= minimum() && icr(name) < system;
        // What is worth less than it owes the peer then shares out whole, whatever the pool has.
        let is_spared = |name: &&String| has_pool && icr(name) <= wad();
        if in_recovery && (named.iter().any(is_capped) || under.iter().any(is_spared)) {
            return Some(Deviation::SystemRatio);
        }
        paid.is_some_and(|at| at + 1 < under.len())
            .then_some(Deviation::LotsOfABatch)
    }

    /// Whether a trove is under the least ratio.
    fn is_under(&self, name: &str) -> bool {
        let all = self.all();
        let pair = all.get(name);
        pair.and_then(|pair| ratio(&pair.collateral, &pair.debt, &self.price))
            .is_some_and(|ratio| ratio < minimum())
    }

    /// Runs a deviating step and asserts what we do instead.
    pub(super) fn assert(&mut self, rule: Deviation, step: &Step) -> Result<(), String> {
        let mut trial = self.clone();
        let vaults = self.chain.state.vaults().len();
        let is_claim = step.op == "claimCollateral";
        let is_liquidation = step.op.to_lowercase().contains("liquidate");
        let result = trial.operate(step);
        match (rule, result) {
            // Above the ratio nobody is liquidated, however the others stand.
            (Deviation::SystemRatio, Ok(()))
                if step.op == "liquidate" && !self.is_under(step.args.text("borrower")) =>
            {
                Err("we are expected to refuse".to_owned())
            }
            (Deviation::SystemRatio, Ok(()) | Err(Stop::Refused(_))) if is_liquidation || is_claim => Ok(()),
            (_, Err(Stop::Refused(why) | Stop::Broken(why))) => Err(format!("we are expected to accept: {why}")),
            (Deviation::SecondTrove, Ok(())) => {
                if trial.chain.state.vaults().len() == vaults + 1 {
                    Ok(())
                } else {
                    Err("a second vault is expected".to_owned())
                }
            }
            (Deviation::ExitAtFloor, Ok(())) => {
                let floor = trial
                    .chain
                    .state
                    .vaults()
                    .spec(KIND)
                    .map_or(Amount::ZERO, |spec| spec.pool.floor);
                // Of a pool that has less than the floor nothing is paid.
                let stays = self.chain.state.pools().total(PoolId::stability(KIND)).min(floor);
                let left = trial.chain.state.pools().total(PoolId::stability(KIND));
                if left == stays {
                    Ok(())
                } else {
                    Err(format!("{stays} are expected to stay, {left} did"))
                }
            }
            (_, Ok(())) => Ok(()),
        }
    }
}
