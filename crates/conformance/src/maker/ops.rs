//! The peer's operations as commands: interest, auctions, transfers; vaults stand in [`super::vaults`], parameters in
//! [`super::parameters`].

use ballast_num::{Amount, Price, Rate, Round, mul_div};
use ballast_protocol::{AssetId, AuctionTaken, Command, Event, ParameterChange, Permission, TypeParameter};
use num_bigint::BigInt;

use super::genesis::{clamp, divide_up};
use super::params::{Ilk, Params, View, ten, wad};
use super::{ADMIN, Maker, PURSE, VOW};
use crate::chain::{COIN, Stop};
use crate::figures::Figures;
use crate::schema::Step;

/// Refuses, for a reason that the engine cannot be asked about.
pub(super) fn refuse<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(why.into()))
}

/// An amount as the engine takes it; what does not fit is more than anyone has.
pub(super) fn amount(number: &BigInt) -> Result<Amount, Stop> {
    match u128::try_from(number) {
        Ok(raw) => Ok(Amount::from_raw(raw)),
        Err(_) => refuse(format!("{number} does not fit")),
    }
}

impl Maker {
    /// Runs a step; returns what it returns.
    pub(super) fn operate(&mut self, step: &Step) -> Result<Figures, Stop> {
        let (by, args) = (step.by.as_str(), &step.args);
        let ilk = args.text("ilk");
        let done = Ok(Figures::default());
        self.slack.ret = BigInt::ZERO;
        self.slack.coin += self.params.unit() * 4; // a step rounds each figure at most so often, by less than a unit
        match step.op.as_str() {
            "vat.frob" => {
                let dart = BigInt::from(args.amount("dart").magnitude().clone());
                self.slack.coin += self.rate_slack(ilk) * dart;
                self.frob(by, args).and(done)
            }
            "vat.fork" => self.fork(by, args).and(done),
            "vat.hope" => self.consent(by, args.text("usr"), Permission::Granted).and(done),
            "vat.nope" => self.consent(by, args.text("usr"), Permission::Revoked).and(done),
            "vat.move" => {
                let coins = amount(&(args.amount("rad") / self.params.unit()))?;
                self.signed_by(args.text("src"), by)?;
                self.send(args.text("src"), args.text("dst"), COIN, coins).and(done)
            }
            "vat.flux" => {
                let asset = self.ilk(ilk)?.asset();
                self.signed_by(args.text("src"), by)?;
                self.send(args.text("src"), args.text("dst"), asset, amount(&args.amount("wad"))?)
                    .and(done)
            }
            "jug.drip" => self.drip(ilk),
            "dog.bark" => self.bark(ilk, args.text("urn"), args.text("kpr")),
            "clip.take" => self.take(step).and(done),
            "clip.redo" => self.redo(ilk, &args.amount("id"), args.text("kpr")).and(done),
            "clip.status" => self.status(ilk, &args.amount("id")),
            "clip.upchost" => {
                let ilk = self.ilk_mut(ilk)?;
                ilk.chost = &ilk.dust * &ilk.chop / wad();
                done
            }
            "vat.file" | "jug.file" | "dog.file" | "clip.file" | "spot.file" | "vow.file" | "calc.file" => {
                self.file(step).and(done)
            }
            _ => self.book(step).and(done),
        }
    }

    /// How far our fee index may be from the peer's rate, in ray.
    fn rate_slack(&self, name: &str) -> BigInt {
        self.slack.rate.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn ilk(&self, name: &str) -> Result<&Ilk, Stop> {
        self.params
            .ilks
            .get(name)
            .map_or_else(|| refuse(format!("no ilk {name}")), Ok)
    }

    pub(super) fn ilk_mut(&mut self, name: &str) -> Result<&mut Ilk, Stop> {
        self.params
            .ilks
            .get_mut(name)
            .map_or_else(|| refuse(format!("no ilk {name}")), Ok)
    }

    /// Says commands as a user, in a block of their own.
    pub(super) fn say(&mut self, user: &str, commands: Vec<Command>) -> Result<Vec<Event>, Stop> {
        let account = self.account(user);
        self.chain.transact(self.now, account, commands)
    }

    pub(super) fn set(&mut self, by: &str, change: ParameterChange) -> Result<(), Stop> {
        self.say(by, vec![Command::SetParameter(change)]).map(drop)
    }

    /// Who may move the balances of `user`: he himself, and his delegates. Then he signs.
    pub(super) fn signed_by(&mut self, user: &str, by: &str) -> Result<(), Stop> {
        let (owner, delegate) = (self.account(user), self.account(by));
        if user == by || self.chain.state.vaults().is_delegate(owner, delegate) {
            Ok(())
        } else {
            refuse(format!("{by} may not act for {user}"))
        }
    }

    /// Moves a balance. What the vow gets becomes first-loss capital: the way in which anyone gives to the reserve.
    pub(super) fn send(&mut self, from: &str, to: &str, asset: AssetId, amount: Amount) -> Result<(), Stop> {
        if amount.is_zero() {
            return Ok(());
        }
        let command = match self.params.ilks.values().next() {
            Some(ilk) if to == VOW && asset == COIN => Command::AddFirstLoss {
                collateral_type: ilk.kind(),
                amount,
            },
            _ => Command::Send {
                asset,
                to: self.account(to),
                amount,
            },
        };
        self.say(from, vec![command]).map(drop)
    }

    /// Lets the purse pay what rounding has taken from a user, if that is all that he lacks.
    pub(super) fn top_up(&mut self, user: &str, needed: Amount) -> Result<(), Stop> {
        let missing = needed.saturating_sub(self.balance(COIN, user));
        if BigInt::from(missing.raw()) * self.params.unit() > self.slack.coin {
            return Ok(());
        }
        self.send(PURSE, user, COIN, missing)
    }

    fn consent(&mut self, by: &str, to: &str, permission: Permission) -> Result<(), Stop> {
        let delegate = self.account(to);
        self.say(by, vec![Command::SetDelegate { delegate, permission }])?;
        let right = (by.to_owned(), to.to_owned());
        match permission {
            Permission::Granted => self.rights.insert(right),
            Permission::Revoked => self.rights.remove(&right),
        };
        Ok(())
    }

    /// A block at the time of the drip in which the fee is the ilk's, after one at the time of the last drip.
    fn drip(&mut self, name: &str) -> Result<Figures, Stop> {
        let ilk = self.ilk(name)?.clone();
        let before = self
            .chain
            .state
            .vaults()
            .totals(ilk.kind())
            .map_err(|error| error.to_string())?
            .index;
        let fee = &self.params.base + &ilk.duty;
        let elapsed = self.now.saturating_sub(ilk.rho);
        if elapsed > 0 {
            let now = self.now;
            let moved = self.chain.now() != ilk.rho;
            if moved {
                let figures = self.count()?;
                self.rebuild(&figures, ilk.rho)?;
            }
            let set = |fee| ParameterChange::Type(ilk.kind(), TypeParameter::StabilityFee(fee));
            self.now = ilk.rho;
            self.set(ADMIN, set(Rate::from_raw(clamp(&fee))))?;
            self.now = now;
            let events = self.chain.pass(now)?;
            if events
                .iter()
                .any(|event| matches!(event, Event::TypeClosedToNewDebt { .. }))
            {
                return refuse("interest that no number holds");
            }
            self.set(ADMIN, set(Rate::ONE))?;
            if moved && !self.folds.auctions.is_empty() {
                let figures = self.count()?;
                self.rebuild(&figures, now)?;
            }
        }
        let totals = *self
            .chain
            .state
            .vaults()
            .totals(ilk.kind())
            .map_err(|error| error.to_string())?;
        let (now, rate) = (self.now, BigInt::from(totals.index.raw()) / ten(self.params.fine));
        let charged = self.ilk_mut(name)?;
        (charged.rho, charged.rate) = (now, rate.clone());
        // The peer rounds the new rate down and we up, of a figure that was already so far off.
        let slack = self.slack.rate.entry(name.to_owned()).or_default();
        if elapsed > 0 {
            *slack = &*slack * BigInt::from(totals.index.raw()) / BigInt::from(before.raw()) + 2;
        }
        self.slack.ret = slack.clone();
        self.slack.coin += &*slack * BigInt::from(totals.normalized_debt.raw());
        let mut ret = Figures::default();
        ret.put("ret", rate);
        Ok(ret)
    }

    fn bark(&mut self, name: &str, urn: &str, keeper: &str) -> Result<Figures, Stop> {
        let ilk = self.ilk(name)?.clone();
        let Some((vault, held)) = self.vault_of(name, urn) else {
            return refuse("no vault");
        };
        let events = self.say(keeper, vec![Command::Liquidate { vault }])?;
        self.fold(name, &events)?;
        let taken = self
            .chain
            .state
            .vaults()
            .vault(vault)
            .map_or(held.normalized_debt.raw(), |left| {
                held.normalized_debt.raw() - left.normalized_debt.raw()
            });
        // The debt seized, and with the penalty what is to be raised, are as far off as the rate.
        let art_slack = &self.slack.art * &ilk.rate;
        self.slack.coin += ((self.rate_slack(name) * taken + art_slack) * &ilk.chop / wad() + self.params.unit()) * 2;
        if taken < held.normalized_debt.raw() {
            // room ÷ rate ÷ chop is rounded twice, at different places; collateral follows in proportion.
            self.slack.art += 1;
            self.slack.gem += 2 + held.collateral.raw() / held.normalized_debt.raw().max(1);
            self.slack.coin += &ilk.rate * &ilk.chop / wad() + 1;
        }
        self.slack.top += ilk.terms(&self.params).top;
        let mut ret = Figures::default();
        ret.put("ret", self.folds.kicks.get(name).copied().unwrap_or(0));
        Ok(ret)
    }

    /// An auction by the peer's number.
    fn sale(&self, name: &str, number: &BigInt) -> Result<super::Sale, Stop> {
        let number = u64::try_from(number).unwrap_or(0);
        let sale = self.folds.auctions.get(&(name.to_owned(), number));
        sale.copied()
            .map_or_else(|| refuse(format!("no auction {number} of {name}")), Ok)
    }

    /// While the clipper's cached remainder is another than the floor in force makes it, the floor is the one that would.
    fn with_cached_floor(
        &mut self,
        name: &str,
        act: impl FnOnce(&mut Self) -> Result<Vec<Event>, Stop>,
    ) -> Result<Vec<Event>, Stop> {
        let ilk = self.ilk(name)?.clone();
        if ilk.chost == &ilk.dust * &ilk.chop / wad() || ilk.chop == BigInt::ZERO {
            return act(self);
        }
        let unit = self.params.unit();
        let floor = |rad: &BigInt| {
            let coins = Amount::from_raw(clamp(&divide_up(rad, &unit)));
            ParameterChange::Type(ilk.kind(), TypeParameter::DebtFloor(coins))
        };
        self.set(ADMIN, floor(&divide_up(&(&ilk.chost * wad()), &ilk.chop)))?;
        let events = act(self)?;
        self.set(ADMIN, floor(&ilk.dust))?;
        Ok(events)
    }

    fn take(&mut self, step: &Step) -> Result<(), Stop> {
        let (by, args) = (step.by.as_str(), &step.args);
        let name = args.text("ilk");
        let ilk = self.ilk(name)?.clone();
        let sale = self.sale(name, &args.amount("id"))?;
        let auction = sale.id;
        let (asset, who) = (ilk.asset(), args.text("who"));
        let wanted = Amount::from_raw(clamp(&args.amount("amt")));
        self.chain.pass(self.now)?;
        let price_max = self.price_max(&ilk, sale, &args.amount("max"))?;
        let lot = self
            .chain
            .state
            .auctions()
            .auction(auction)
            .map_err(|error| error.to_string())?
            .lot;
        let events = self.with_cached_floor(name, |maker| {
            maker.say(
                by,
                vec![Command::TakeAuction {
                    auction,
                    amount: wanted,
                    price_max,
                }],
            )
        })?;
        self.fold(name, &events)?;
        let bought = events.iter().find_map(|event| match event {
            Event::AuctionTaken(AuctionTaken { collateral, .. }) => Some(*collateral),
            _ => None,
        });
        let bought = bought.unwrap_or_default();
        if who != by {
            self.send(by, who, asset, bought)?;
        }
        // A price that is so far off costs so much, for all that may be bought; what coins buy is rounded down.
        self.slack.coin += (&self.slack.top + ten(ilk.shift)) * lot.raw();
        self.slack.gem += 2;
        Ok(())
    }

    /// The peer's present price lies a little off ours: by so much a buyer says more or less, that `max` means the same.
    fn price_max(&self, ilk: &Ilk, sale: super::Sale, max: &BigInt) -> Result<Price, Stop> {
        let (ours, peers) = self.price_now(ilk, sale)?;
        let max = max / ten(ilk.shift) + ours.raw() - peers.raw();
        Ok(Price::from_raw(clamp(&max)))
    }

    /// The price of an auction as we have it, rounded up, and as the peer has it, from its own start price, rounded down.
    fn price_now(&self, ilk: &Ilk, sale: super::Sale) -> Result<(Price, Price), Stop> {
        let broken = |error: ballast_num::Arithmetic| Stop::Refused(error.to_string());
        let spec = self
            .chain
            .state
            .vaults()
            .spec(ilk.kind())
            .map_err(|error| error.to_string())?;
        let auction = self
            .chain
            .state
            .auctions()
            .auction(sale.id)
            .map_err(|error| error.to_string())?;
        let quote = self
            .chain
            .state
            .prices()
            .quote(ilk.feed())
            .map_err(|error| error.to_string())?;
        let price = auction.price(&spec.auction, quote.live_time).map_err(broken)?;
        let elapsed = auction.elapsed(quote.live_time);
        // A start of 1 tells the factor exactly.
        let factor =
            ballast_engine::mechanisms::auction::price(Price::ONE, &spec.auction.curve, elapsed).map_err(broken)?;
        let down = mul_div(sale.top.raw(), factor.raw(), Price::ONE.raw(), Round::Down).map_err(broken)?;
        Ok((price, Price::from_raw(down)))
    }

    /// A reset goes by the oracle's price alone.
    fn redo(&mut self, name: &str, number: &BigInt, keeper: &str) -> Result<(), Stop> {
        let is_apart = self.ilk(name)?.terms(&self.params).price != self.clip_terms(name)?.price;
        if is_apart {
            self.params.view = View::Clip;
            self.restart()?;
        }
        let auction = self.sale(name, number)?.id;
        let reset = vec![Command::ResetAuction { auction }];
        let events = self.with_cached_floor(name, |maker| maker.say(keeper, reset))?;
        self.slack.top += self.ilk(name)?.terms(&self.params).top;
        self.fold(name, &events)?;
        if is_apart {
            self.params.view = View::Vat;
            self.restart()?;
        }
        Ok(())
    }

    fn clip_terms(&self, name: &str) -> Result<super::genesis::Terms, Stop> {
        let params = Params {
            view: View::Clip,
            ..self.params.clone()
        };
        Ok(self.ilk(name)?.terms(&params))
    }

    fn status(&mut self, name: &str, number: &BigInt) -> Result<Figures, Stop> {
        let mut ret = Figures::default();
        let ilk = self.ilk(name)?.clone();
        let Ok(sale) = self.sale(name, number) else {
            return Ok(ret);
        };
        self.chain.pass(self.now)?;
        let (_, price) = self.price_now(&ilk, sale)?;
        let state = &self.chain.state;
        let auction = state.auctions().auction(sale.id).map_err(|error| error.to_string())?;
        let spec = state.vaults().spec(ilk.kind()).map_err(|error| error.to_string())?;
        let quote = state.prices().quote(ilk.feed()).map_err(|error| error.to_string())?;
        let needs = auction
            .needs_reset(&spec.auction, quote.live_time)
            .map_err(|error| error.to_string())?;
        ret.put("ret.needsRedo", u8::from(needs));
        ret.put("ret.price", price.raw() * ten(ilk.shift));
        ret.put("ret.lot", auction.lot.raw());
        ret.put("ret.tab", auction.to_raise.raw() * self.params.unit());
        self.slack.ret = self.slack.top.clone();
        Ok(ret)
    }

    /// The ceiling of vaults' debt: the peer's, less the dai that no vault's debt backs.
    pub(super) fn refresh_ceiling(&mut self) -> Result<(), Stop> {
        let room = (&self.params.line - self.vice()) / self.params.unit();
        self.set(
            ADMIN,
            ParameterChange::GlobalDebtCeiling(Amount::from_raw(clamp(&room))),
        )
    }

    /// A new genesis of our own figures, at changed parameters.
    pub(super) fn restart(&mut self) -> Result<(), Stop> {
        let figures = self.count()?;
        self.rebuild(&figures, self.now).map_err(Stop::Broken)
    }

    /// What the peer will have learnt from a step that we did otherwise.
    pub(super) fn learn(&mut self, step: &Step) {
        let (name, now) = (step.args.text("ilk").to_owned(), self.now);
        let data = step.args.amount("data");
        if !step.ok {
            return;
        }
        match (step.op.as_str(), step.args.text("what")) {
            ("jug.file", "base") => self.params.base = data,
            (op, _) => {
                if let Some(ilk) = self.params.ilks.get_mut(&name) {
                    match op {
                        "jug.drip" => ilk.rho = now,
                        "jug.file" => ilk.duty = data,
                        _ => {}
                    }
                }
            }
        }
    }
}
