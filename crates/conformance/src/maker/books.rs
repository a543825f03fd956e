//! What nobody can command of us: the peer's operations on its books alone, done on our figures, of which a new genesis
//! is made.

use num_bigint::BigInt;

use super::ops::refuse;
use super::{ADMIN, Maker, VOW};
use crate::chain::Stop;
use crate::figures::Figures;
use crate::schema::Step;

impl Maker {
    /// Runs a step on the books. Error: refused by the peer's rule, or an operation that is unknown.
    pub(super) fn book(&mut self, step: &Step) -> Result<(), Stop> {
        let (by, args) = (step.by.as_str(), &step.args);
        let (name, user) = (args.text("ilk"), args.text("usr"));
        let rad = args.amount("rad");
        let mut figures = self.count()?;
        let f = &mut figures;
        match step.op.as_str() {
            "vat.slip" | "vat.suck" | "vat.grab" | "vat.fold" | "oracle.set" | "vow.fess" | "clip.yank"
            | "vat.rely" | "vat.deny"
                if by != ADMIN =>
            {
                return refuse("not the authority");
            }
            "vat.rely" | "vat.deny" => return Ok(()),
            "oracle.set" => {
                self.ilk_mut(name)?.price = args.amount("price");
            }
            "spot.poke" => {
                let par = self.params.par.clone();
                let ilk = self.ilk_mut(name)?;
                ilk.spot = ilk.poked(&par);
            }
            "vat.slip" => shift(f, &format!("vat.gem.{name}.{user}"), &args.amount("wad"))?,
            "vat.suck" => {
                f.add(&format!("vat.sin.{}", args.text("u")), &rad);
                f.add(&format!("vat.dai.{}", args.text("v")), &rad);
            }
            "vat.heal" => {
                shift(f, &format!("vat.sin.{by}"), &-&rad)?;
                shift(f, &format!("vat.dai.{by}"), &-&rad)?;
            }
            "vat.grab" => {
                let rate = self.ilk(name)?.rate.clone();
                let (dink, dart) = (args.amount("dink"), args.amount("dart"));
                let urn = format!("vat.urns.{name}.{}", args.text("u"));
                shift(f, &format!("{urn}.ink"), &dink)?;
                shift(f, &format!("{urn}.art"), &dart)?;
                shift(f, &format!("vat.gem.{name}.{}", args.text("v")), &-&dink)?;
                shift(f, &format!("vat.sin.{}", args.text("w")), &-(rate * dart))?;
            }
            "vat.fold" => {
                let change = args.amount("rate");
                let art = f.number(&format!("vat.ilks.{name}.Art"));
                let dai = format!("vat.dai.{}", args.text("u"));
                shift(f, &format!("vat.ilks.{name}.rate"), &change)?;
                shift(f, &dai, &(art * change))?;
                self.ilk(name)?;
            }
            "vow.fess" => {
                let tab = args.amount("tab");
                f.add(&format!("vow.sin.{}", self.now), &tab);
            }
            "vow.flog" => {
                let era = args.amount("era");
                if era.clone() + self.params.wait > self.now.into() {
                    return refuse("the debt still waits");
                }
                f.put(&format!("vow.sin.{era}"), 0);
            }
            "vow.heal" => {
                let free = f.number("vat.sin.vow") - f.number("vow.Sin") - f.number("vow.Ash");
                if rad > free {
                    return refuse("more than the debt that is free");
                }
                shift(f, &format!("vat.sin.{VOW}"), &-&rad)?;
                shift(f, &format!("vat.dai.{VOW}"), &-&rad)?;
            }
            "vow.kiss" => {
                shift(f, "vow.Ash", &-&rad)?;
                shift(f, &format!("vat.sin.{VOW}"), &-&rad)?;
                shift(f, &format!("vat.dai.{VOW}"), &-&rad)?;
            }
            "clip.yank" => self.yank(f, by, name, &args.amount("id"))?,
            other => return Err(Stop::Broken(format!("unknown operation `{other}`"))),
        }
        self.rebuild(&figures, self.now).map_err(Stop::Broken)
    }

    /// Governance takes a lot out of its auction.
    fn yank(&self, f: &mut Figures, by: &str, name: &str, id: &BigInt) -> Result<(), Stop> {
        let sale = format!("clip.{name}.sales.{id}");
        let lot = f.number(&format!("{sale}.lot"));
        let number = u64::try_from(id).unwrap_or(0);
        if !self.folds.auctions.contains_key(&(name.to_owned(), number)) {
            return refuse("no such auction");
        }
        let mut after = self.clone();
        after.drop_active(name, number);
        for field in ["pos", "tab", "lot", "usr", "tic", "top"] {
            f.put(&format!("{sale}.{field}"), 0);
        }
        for (at, running) in after.folds.active.get(name).into_iter().flatten().enumerate() {
            f.put(&format!("clip.{name}.sales.{running}.pos"), at);
        }
        f.add(&format!("vat.gem.{name}.{by}"), &lot);
        Ok(())
    }
}

/// Adds to a figure that must not fall under zero.
fn shift(figures: &mut Figures, path: &str, change: &BigInt) -> Result<(), Stop> {
    let sum = figures.number(path) + change;
    if sum < BigInt::ZERO {
        return refuse(format!("{path} would be {sum}"));
    }
    figures.put(path, sum);
    Ok(())
}
