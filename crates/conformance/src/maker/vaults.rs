//! frob and fork as batches, and the rules by which we do otherwise.

use ballast_num::Round;
use ballast_protocol::{Command, ParameterChange, Repayment, TypeParameter, VaultId, VaultRef};
use num_bigint::BigInt;

use super::ops::{amount, refuse};
use super::params::ray;
use super::{ADMIN, Maker};
use crate::chain::{COIN, Stop};
use crate::deviation::Deviation;
use crate::figures::Figures;
use crate::schema::{Args, Step};

impl Maker {
    /// The vault of a user, with what it holds.
    pub(super) fn vault_of(
        &self,
        name: &str,
        user: &str,
    ) -> Option<(VaultId, ballast_engine::mechanisms::vault::Vault)> {
        let (ilk, owner) = (self.params.ilks.get(name)?, self.names.get(user)?);
        let mut vaults = self.chain.state.vaults().iter();
        vaults.find(|(_, vault)| vault.collateral_type == ilk.kind() && vault.owner == *owner)
    }

    /// The same, opened by its user if there is none.
    fn vault_for(&mut self, name: &str, user: &str) -> Result<VaultRef, Stop> {
        if self.vault_of(name, user).is_none() {
            let collateral_type = self.ilk(name)?.kind();
            self.say(user, vec![Command::OpenVault { collateral_type }])?;
        }
        let found = self.vault_of(name, user);
        found.map_or_else(|| refuse("no vault"), |(id, _)| Ok(VaultRef::Id(id)))
    }

    /// Adjusts the vault of u; v gives or gets collateral, w coins. Whoever gives, and is not the sender, signs a transfer
    /// to him first, if the sender is his delegate; whoever gets is paid by the sender afterwards.
    pub(super) fn frob(&mut self, by: &str, args: &Args) -> Result<(), Stop> {
        let (name, user) = (args.text("ilk"), args.text("u"));
        let (giver, payer) = (args.text("v"), args.text("w"));
        let (dink, dart) = (args.amount("dink"), args.amount("dart"));
        let zero = BigInt::ZERO;
        let asset = self.ilk(name)?.asset();
        self.refresh_ceiling()?;
        let vault = self.vault_for(name, user)?;
        let collateral = amount(&BigInt::from(dink.magnitude().clone()))?;
        let mut batch = Vec::new();
        if dink > zero {
            self.signed_by(giver, by)?;
            if giver != by {
                self.send(giver, by, asset, collateral)?;
            }
            batch.push(Command::Deposit {
                vault,
                amount: collateral,
            });
        }
        if dart < zero {
            let coins = self.coins_of(name, &-&dart, Round::Up);
            let coins = coins.map_or_else(|| refuse("more than anyone owes"), Ok)?;
            self.signed_by(payer, by)?;
            self.top_up(payer, coins)?;
            if payer != by {
                self.send(payer, by, COIN, coins)?;
            }
            batch.push(Command::RepayDebt {
                vault,
                amount: Repayment::Exactly(coins),
            });
        }
        if dink < zero {
            batch.push(Command::Withdraw {
                vault,
                amount: collateral,
            });
        }
        let drawn = if dart > zero {
            self.coins_of(name, &dart, Round::Down)
        } else {
            Some(ballast_num::Amount::ZERO)
        };
        let drawn = drawn.map_or_else(|| refuse("more than any ceiling"), Ok)?;
        if dart > zero {
            batch.push(Command::DrawDebt { vault, amount: drawn });
        }
        if !batch.is_empty() {
            self.say(by, batch)?;
        }
        if dink < zero && giver != by {
            self.send(by, giver, asset, collateral)?;
        }
        if payer != by {
            self.send(by, payer, COIN, drawn)?;
        }
        Ok(())
    }

    /// Moves part of a vault into another's: split off, handed over, merged.
    pub(super) fn fork(&mut self, by: &str, args: &Args) -> Result<(), Stop> {
        let (name, source, target) = (args.text("ilk"), args.text("src"), args.text("dst"));
        let (dink, dart) = (args.amount("dink"), args.amount("dart"));
        let (zero, from, into) = (
            BigInt::ZERO,
            self.vault_for(name, source)?,
            self.vault_for(name, target)?,
        );
        let (source, target) = (self.account(source), self.account(target));
        let kept = |part: &BigInt| if *part > zero { part.clone() } else { BigInt::ZERO };
        let mut batch = Vec::new();
        let forth = (kept(&dink), kept(&dart));
        let back = (kept(&-&dink), kept(&-&dart));
        let is_back = back.0 > zero || back.1 > zero;
        let is_forth = !is_back || forth.0 > zero || forth.1 > zero;
        let ways = [
            (is_forth, from, into, target, forth),
            (is_back, into, from, source, back),
        ];
        for (_, from, into, to, (dink, dart)) in ways.into_iter().filter(|way| way.0) {
            let debt = self.coins_of(name, &dart, Round::Down);
            let debt = debt.map_or_else(|| refuse("more than anyone owes"), Ok)?;
            let part = VaultRef::Opened(u8::try_from(batch.len() / 3).unwrap_or(u8::MAX));
            batch.push(Command::SplitVault {
                vault: from,
                collateral: amount(&dink)?,
                debt,
            });
            batch.push(Command::TransferVault { vault: part, to });
            batch.push(Command::MergeVaults { from: part, into });
        }
        self.say(by, batch).map(drop)
    }

    /// The rule by which we do otherwise in this step.
    pub(super) fn rule(&self, step: &Step, before: &Figures) -> Option<Deviation> {
        let (args, zero) = (&step.args, BigInt::ZERO);
        let name = args.text("ilk");
        let ilk = self.params.ilks.get(name);
        let fee = ilk.map(|ilk| &ilk.duty + &self.params.base);
        match step.op.as_str() {
            "jug.drip" if ilk.is_some_and(|ilk| self.now > ilk.rho) && fee.as_ref()? < &ray() => {
                // Where the vow has not what the peer would take from it, both refuse.
                let elapsed = self.now.saturating_sub(ilk?.rho);
                let power = ballast_num::rpow(u128::try_from(&fee?).ok()?, elapsed, ballast_num::RAY).ok()?;
                let loss = &ilk?.rate - BigInt::from(power) * &ilk?.rate / ray();
                let art = before.number(&format!("vat.ilks.{name}.Art"));
                (art * loss <= before.number("vat.dai.vow")).then_some(Deviation::NegativeFee)
            }
            "jug.file" if step.by == ADMIN && args.text("what") == "duty" => {
                if self.now != ilk?.rho {
                    Some(Deviation::FeeBetweenDrips)
                } else if args.amount("data") + &self.params.base < ray() {
                    Some(Deviation::NegativeFee)
                } else {
                    None
                }
            }
            "vat.fork" if args.text("src") == args.text("dst") => {
                let art = before.number(&format!("vat.urns.{name}.{}.art", args.text("src")));
                let ink = before.number(&format!("vat.urns.{name}.{}.ink", args.text("src")));
                let fits = |part: &str, most: &BigInt| args.amount(part).magnitude() <= most.magnitude();
                let is_own = args.text("src") == step.by && fits("dink", &ink) && fits("dart", &art);
                (is_own && art > zero && art * &ilk?.rate < ilk?.dust).then_some(Deviation::TopUpOfDust)
            }
            "vat.frob" if args.amount("dart") == zero && args.amount("dink") >= zero => {
                let art = before.number(&format!("vat.urns.{name}.{}.art", args.text("u")));
                let is_dust = art > zero && art * &ilk?.rate < ilk?.dust;
                let held = before.number(&format!("vat.gem.{name}.{}", args.text("v")));
                let may = args.amount("dink") == zero || args.text("v") == step.by;
                (is_dust && may && held >= args.amount("dink")).then_some(Deviation::TopUpOfDust)
            }
            "clip.take" if step.ok => {
                let path = |field: &str| format!("clip.{name}.sales.{}.{field}", args.amount("id"));
                let since = u64::try_from(before.number(&path("tic"))).ok()?;
                let elapsed = ballast_num::Seconds(self.now.saturating_sub(since));
                let curve = ilk?.calc.as_ref()?.curve()?;
                // A start of 1 tells the factor exactly.
                let one = ballast_num::Price::ONE;
                let factor = ballast_engine::mechanisms::auction::price(one, &curve, elapsed).ok()?;
                let top = before.number(&path("top"));
                let price = &top * factor.raw() / ray();
                let is_over = BigInt::from(elapsed.0) > ilk?.tail || &price * ray() < &ilk?.cusp * &top;
                if is_over || price > args.amount("max") || ilk?.stopped >= BigInt::from(3_u8) {
                    return None; // the peer refuses too, for another reason
                }
                if price == zero {
                    return Some(Deviation::SaleAtZero);
                }
                let most = before.number(&path("tab")) / &price;
                let bought = before.number(&path("lot")).min(args.amount("amt")).min(most);
                (bought == zero).then_some(Deviation::TakeOfNothing)
            }
            _ => None,
        }
    }

    /// Runs a deviating step and asserts what we do instead.
    pub(super) fn assert(&mut self, rule: Deviation, step: &Step) -> Result<(), String> {
        let name = step.args.text("ilk");
        let fee = |maker: &Self, duty: &BigInt| {
            let fee = super::genesis::clamp(&(duty + &maker.params.base));
            TypeParameter::StabilityFee(ballast_num::Rate::from_raw(fee))
        };
        let ilk = self.params.ilks.get(name).cloned().ok_or("no such ilk")?;
        let mut trial = self.clone();
        let expect = |result: Result<(), Stop>, accepted: bool| match (result, accepted) {
            (Ok(()), true) | (Err(Stop::Refused(_)), false) => Ok(()),
            (Ok(()), false) => Err("we are expected to refuse".to_owned()),
            (Err(Stop::Refused(why) | Stop::Broken(why)), _) => Err(why),
        };
        match rule {
            Deviation::NegativeFee => {
                let duty = if step.op == "jug.file" {
                    step.args.amount("data")
                } else {
                    ilk.duty.clone()
                };
                let said = fee(&trial, &duty);
                expect(trial.set(ADMIN, ParameterChange::Type(ilk.kind(), said)), false)
            }
            Deviation::FeeBetweenDrips => {
                let duty = step.args.amount("data");
                let said = fee(&trial, &duty);
                let accepted = duty + &self.params.base >= ray();
                expect(trial.set(ADMIN, ParameterChange::Type(ilk.kind(), said)), accepted)
            }
            // Moved into itself a vault is as safe as it was.
            Deviation::TopUpOfDust if step.op == "vat.fork" => expect(trial.fork(&step.by, &step.args), true),
            Deviation::TopUpOfDust => {
                let held = |maker: &Self| {
                    maker
                        .vault_of(name, step.args.text("u"))
                        .map(|(_, vault)| vault.collateral.raw())
                };
                let before = held(&trial).unwrap_or(0) + step.args.amount("dink");
                expect(trial.frob(&step.by, &step.args), true)?;
                let after = BigInt::from(held(&trial).unwrap_or(0));
                if before == after {
                    Ok(())
                } else {
                    Err(format!("{before} of collateral expected, got {after}"))
                }
            }
            Deviation::SaleAtZero | Deviation::TakeOfNothing => expect(trial.operate(step).map(drop), false),
            other => Err(format!("{other} is no rule of Maker")),
        }
    }
}
