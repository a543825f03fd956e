//! The peer's figures, from our state and folds over our events.

use ballast_num::{Amount, Price, Round};
use ballast_protocol::{AuctionTaken, DrawSettled, Event, Holder, Module, WaterfallStep};
use num_bigint::BigInt;

use super::params::{ray, ten};
use super::{Maker, PURSE, Sale, VOW};
use crate::chain::COIN;
use crate::figures::{Figure, Figures};

impl Maker {
    /// All figures now.
    pub(super) fn count(&self) -> Result<Figures, String> {
        let mut figures = self.still.clone();
        self.count_coins(&mut figures);
        for (user, sin) in &self.folds.sin {
            figures.put(&format!("vat.sin.{user}"), sin.clone());
        }
        for (era, sin) in &self.folds.queue {
            figures.put(&format!("vow.sin.{era}"), sin.clone());
        }
        figures.put("vow.Sin", self.folds.queue.values().sum::<BigInt>());
        figures.put("vow.Ash", self.folds.ash.clone());
        figures.put("vat.debt", figures.sum("vat.dai."));
        figures.put("vat.vice", figures.sum("vat.sin."));
        for name in self.params.ilks.keys() {
            self.count_ilk(name, &mut figures)?;
        }
        figures.put("dog.Dirt", self.dirt());
        Ok(figures)
    }

    fn count_coins(&self, figures: &mut Figures) {
        let unit = self.params.unit();
        let ledger = self.chain.state.ledger();
        for (name, account) in self.names.iter().filter(|(name, _)| *name != PURSE) {
            figures.put(&format!("vat.dai.{name}"), ledger.balance(COIN, *account).raw() * &unit);
            for (ilk, params) in &self.params.ilks {
                let amount = BigInt::from(ledger.balance(params.asset(), *account).raw());
                let aside = self
                    .aside
                    .get(&(ilk.clone(), name.clone()))
                    .cloned()
                    .unwrap_or_default();
                figures.put(&format!("vat.gem.{ilk}.{name}"), amount + aside);
            }
        }
        // What the purse has paid for rounding is the vow's gain at the peer: nowhere, so it is left out of both.
        let own: u128 = ledger
            .balances()
            .filter(|(asset, holder, _)| {
                *asset == COIN && matches!(holder, Holder::Module(Module::SurplusBuffer | Module::FirstLoss(_)))
            })
            .map(|(_, _, amount)| amount.raw())
            .sum();
        figures.put(&format!("vat.dai.{VOW}"), own * unit + &self.folds.unhealed);
    }

    fn count_ilk(&self, name: &str, figures: &mut Figures) -> Result<(), String> {
        let Some(ilk) = self.params.ilks.get(name) else {
            return Ok(());
        };
        let (state, unit) = (&self.chain.state, self.params.unit());
        let totals = *state.vaults().totals(ilk.kind()).map_err(|error| error.to_string())?;
        for (_, vault) in state
            .vaults()
            .iter()
            .filter(|(_, vault)| vault.collateral_type == ilk.kind())
        {
            let user = self.name(vault.owner);
            figures.add(&format!("vat.urns.{name}.{user}.ink"), &vault.collateral.raw().into());
            figures.add(
                &format!("vat.urns.{name}.{user}.art"),
                &vault.normalized_debt.raw().into(),
            );
        }
        let mut put = |field: &str, number: BigInt| figures.put(&format!("vat.ilks.{name}.{field}"), number);
        put("Art", totals.normalized_debt.raw().into());
        put("rate", BigInt::from(totals.index.raw()) / ten(self.params.fine));
        put("spot", ilk.spot.clone());
        put("line", ilk.line.clone());
        put("dust", ilk.dust.clone());
        figures.put(&format!("jug.ilks.{name}.duty"), ilk.duty.clone());
        figures.put(&format!("jug.ilks.{name}.rho"), ilk.rho);
        let on_sale = state.auctions().on_sale(ilk.kind());
        figures.put(&format!("dog.ilks.{name}.dirt"), on_sale.to_raise.raw() * &unit);
        figures.put(&format!("clip.{name}.chost"), ilk.chost.clone());
        figures.put(
            &format!("clip.{name}.kicks"),
            self.folds.kicks.get(name).copied().unwrap_or(0),
        );
        let active = self.folds.active.get(name).map_or(&[][..], Vec::as_slice);
        figures.put(&format!("clip.{name}.count"), active.len());
        let lots = state.ledger().balance(ilk.asset(), Module::Auctions(ilk.kind()));
        figures.put(&format!("vat.gem.{name}.clip.{name}"), lots.raw());
        for (at, number) in active.iter().enumerate() {
            let Some(Sale { id, since, .. }) = self.folds.auctions.get(&(name.to_owned(), *number)) else {
                continue;
            };
            let auction = state.auctions().auction(*id).map_err(|error| error.to_string())?;
            let path = |field: &str| format!("clip.{name}.sales.{number}.{field}");
            figures.put(&path("pos"), at);
            figures.put(&path("tab"), auction.to_raise.raw() * &unit);
            figures.put(&path("lot"), auction.lot.raw());
            figures.set(&path("usr"), Figure::Text(self.name(auction.owner).to_owned()));
            figures.put(&path("tic"), *since);
            figures.put(&path("top"), auction.start_price.raw() * ten(ilk.shift));
        }
        Ok(())
    }

    fn dirt(&self) -> BigInt {
        let on_sale = |ilk: &super::params::Ilk| self.chain.state.auctions().on_sale(ilk.kind()).to_raise;
        self.params
            .ilks
            .values()
            .map(|ilk| on_sale(ilk).raw() * self.params.unit())
            .sum()
    }

    pub(super) fn name(&self, account: ballast_protocol::AccountId) -> &str {
        let found = self.names.iter().find(|(_, known)| **known == account);
        found.map_or("?", |(name, _)| name.as_str())
    }

    /// Dai that no vault's debt backs, in rad.
    pub(super) fn vice(&self) -> BigInt {
        self.folds.sin.values().sum()
    }

    /// Folds events of a block at `self.now` that belong to an ilk.
    pub(super) fn fold(&mut self, name: &str, events: &[Event]) -> Result<(), String> {
        let unit = self.params.unit();
        let top = self
            .params
            .ilks
            .get(name)
            .map_or(Price::ZERO, |ilk| ilk.top(&self.params));
        for event in events {
            match event {
                Event::VaultSeized(seized) => {
                    let totals = self.chain.state.vaults().totals(seized.collateral_type);
                    let index = totals.map_err(|error| error.to_string())?.index;
                    // Exactly the debt, not the coins that it rounds up to.
                    let rad = BigInt::from(seized.normalized.raw()) * index.raw() / ten(self.params.fine);
                    *self.folds.sin.entry(VOW.to_owned()).or_default() += &rad;
                    *self.folds.queue.entry(self.now).or_default() += rad;
                }
                Event::AuctionStarted { auction, .. } => {
                    let number = self.folds.kicks.entry(name.to_owned()).or_default();
                    *number += 1;
                    let sale = Sale {
                        id: *auction,
                        since: self.now,
                        top,
                    };
                    self.folds.auctions.insert((name.to_owned(), *number), sale);
                    self.folds.active.entry(name.to_owned()).or_default().push(*number);
                }
                Event::AuctionReset { auction, .. } => {
                    let now = self.now;
                    let sales = self.folds.auctions.iter_mut();
                    sales
                        .filter(|(_, sale)| sale.id == *auction)
                        .for_each(|(_, sale)| (sale.since, sale.top) = (now, top));
                }
                Event::KeeperPaid { amount, .. } => {
                    *self.folds.sin.entry(VOW.to_owned()).or_default() += amount.raw() * &unit;
                }
                Event::AuctionTaken(AuctionTaken { debt, .. }) => self.folds.unhealed += debt.raw() * &unit,
                Event::LossAbsorbed {
                    step: WaterfallStep::FirstLoss,
                    amount,
                    ..
                }
                | Event::DrawSettled(DrawSettled { surplus: amount, .. }) => {
                    self.folds.unhealed += amount.raw() * &unit;
                }
                Event::AuctionEnded { auction, .. } => self.end_sale(name, *auction),
                _ => {}
            }
        }
        Ok(())
    }

    fn end_sale(&mut self, name: &str, auction: ballast_protocol::AuctionId) {
        let found = self
            .folds
            .auctions
            .iter()
            .find(|((ilk, _), sale)| ilk == name && sale.id == auction);
        let Some(key) = found.map(|(key, _)| key.clone()) else {
            return;
        };
        self.folds.auctions.remove(&key);
        self.drop_active(name, key.1);
    }

    /// The last of the peer's list takes the place of the one that ends.
    pub(super) fn drop_active(&mut self, name: &str, number: u64) {
        if let Some(active) = self.folds.active.get_mut(name)
            && let Some(at) = active.iter().position(|running| *running == number)
        {
            active.swap_remove(at);
        }
    }

    /// Coins that debt is worth at an ilk's index.
    pub(super) fn coins_of(&self, name: &str, art: &BigInt, round: Round) -> Option<Amount> {
        let ilk = self.params.ilks.get(name)?;
        let index = self.chain.state.vaults().totals(ilk.kind()).ok()?.index;
        let exact = art * BigInt::from(index.raw());
        let floor = &exact / ray();
        let up = round == Round::Up && &floor * ray() != exact;
        u128::try_from(floor + u8::from(up)).ok().map(Amount::from_raw)
    }
}
