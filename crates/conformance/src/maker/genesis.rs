//! A genesis of figures: how a vector starts, and how it goes on where no command leads.

use std::collections::{BTreeMap, BTreeSet};

use ballast_num::{Amount, Decimals, Index, NormalizedDebt, Price, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    Asset, AssetId, AuctionId, AuctionSpec, BidSpec, Bounds, Breaker, Command, Curve, FeedId, FlowLimit, Genesis,
    GrowthSpec, KeeperPay, Limits, Opening, OpeningAuction, OpeningBalance, OpeningVault, PeerRules, Permission,
    PoolPrice, Seizure, Trigger, TypeId, TypeSpec,
};
use num_bigint::BigInt;

use super::params::{Ilk, Params, View, is_still, ray, ten, wad};
use super::{ADMIN, Folds, Maker, PURSE, Sale, VOW};
use crate::chain::{self, COIN, Chain, MOST};
use crate::figures::{Figure, Figures};
use crate::schema::Scenario;

/// Coins of the purse, in base units: more than any vector's roundings.
const PURSE_COINS: u128 = 1_000_000_000_000;

/// An integer as one of ours: what is more than [`MOST`] as the most.
pub(super) fn clamp(number: &BigInt) -> u128 {
    if *number < BigInt::ZERO {
        return 0;
    }
    u128::try_from(number).unwrap_or(MOST).min(MOST)
}

/// The quotient of two numbers above zero, rounded up.
pub(super) fn divide_up(number: &BigInt, divisor: &BigInt) -> BigInt {
    (number + divisor - 1_u8) / divisor
}

fn ratio(number: &BigInt) -> Ratio {
    Ratio::from_raw(clamp(number))
}

/// How an ilk's price, ratio and start factor are said in ours.
pub(super) struct Terms {
    pub(super) price: Option<Price>,
    pub(super) ratio: Ratio,
    pub(super) start_factor: Ratio,
    /// By how much the start price of an auction may differ, in ray.
    pub(super) top: BigInt,
}

impl Ilk {
    /// The vat judges by spot and the clipper by the oracle's price; we judge by price ÷ ratio. So the ratio is price ÷
    /// spot where that is a number of 18 digits, and the price the oracle's. Where it is not, the price is spot, the
    /// ratio 1, and the start factor the oracle's price × buf ÷ spot, which is off by at most 10⁻¹⁸ of itself.
    pub(super) fn terms(&self, params: &Params) -> Terms {
        let market = self.market(&params.par);
        let buf = ratio(&(&self.buf / ten(9)));
        let price = |value: &BigInt| {
            let price = Price::from_raw(clamp(&(value / ten(self.shift))));
            (!price.is_zero()).then_some(price)
        };
        let quotient = (&market * wad()).checked_div(&self.spot).unwrap_or_default();
        if market == BigInt::ZERO || self.spot == BigInt::ZERO {
            let (ratio, top) = (Ratio::ONE, BigInt::ZERO);
            return Terms {
                price: price(&self.spot),
                ratio,
                start_factor: buf,
                top,
            };
        }
        let is_joined = &quotient * &self.spot == &market * wad() && quotient > BigInt::ZERO;
        if is_joined || params.view == View::Clip {
            let top = ten(self.shift);
            return Terms {
                price: price(&market),
                ratio: ratio(&quotient),
                start_factor: buf,
                top,
            };
        }
        let factor = &self.buf * &market / &self.spot / ten(9);
        Terms {
            price: price(&self.spot),
            ratio: Ratio::ONE,
            start_factor: ratio(&factor),
            top: &self.spot / wad() + ten(self.shift) + 1,
        }
    }

    /// The start price of an auction at the peer, in our unit.
    pub(super) fn top(&self, params: &Params) -> Price {
        Price::from_raw(clamp(&(self.market(&params.par) * &self.buf / ray() / ten(self.shift))))
    }

    pub(super) fn kind(&self) -> TypeId {
        TypeId(self.number)
    }

    pub(super) fn asset(&self) -> AssetId {
        AssetId(self.number)
    }

    pub(super) fn feed(&self) -> FeedId {
        FeedId(self.number)
    }

    pub(super) fn breaker(&self) -> Breaker {
        // Without a chop or a price no auction can start there.
        let least = u8::from(self.chop == BigInt::ZERO || self.price == BigInt::ZERO);
        match u8::try_from(&self.stopped).unwrap_or(3).max(least) {
            0 => Breaker::Open,
            1 => Breaker::NoStart,
            2 => Breaker::NoReset,
            _ => Breaker::NoTake,
        }
    }

    /// The share above the debt that an auction is to raise.
    pub(super) fn penalty(&self) -> Ratio {
        ratio(&(&self.chop - wad()))
    }

    fn spec(&self, name: &str, params: &Params) -> TypeSpec {
        let coins = |rad: &BigInt| Amount::from_raw(clamp(&(rad / params.unit())));
        let least = |rad: &BigInt| Amount::from_raw(clamp(&divide_up(rad, &params.unit())));
        let terms = self.terms(params);
        let standard = TypeSpec::standard(self.kind(), name, self.asset(), self.feed());
        TypeSpec {
            initial_ratio: terms.ratio,
            liquidation_ratio: terms.ratio,
            penalty: self.penalty(),
            slippage: Ratio::ZERO,
            restore_margin: Ratio::ZERO,
            wick_band: Ratio::ZERO,
            stability_fee: ballast_num::Rate::ONE,
            borrowing_fee: Ratio::ZERO,
            liquidation_deposit: Amount::ZERO,
            caller_share: Ratio::ZERO,
            debt_ceiling: coins(&self.line),
            // A floor rounds up: what is at least a part of a unit more is at least the next unit.
            debt_floor: least(&self.dust),
            growth: GrowthSpec::unlimited(),
            outflow: FlowLimit::NONE,
            flash_ceiling: Amount::MAX,
            warning_band: Ratio::ZERO,
            stress: Ratio::ZERO,
            line: Amount::from_raw(MOST),
            market: None,
            auction: AuctionSpec {
                start_factor: terms.start_factor,
                curve: self
                    .calc
                    .as_ref()
                    .and_then(super::params::Calc::curve)
                    .unwrap_or(Curve::Linear { duration: Seconds(0) }),
                duration: Seconds(u64::try_from(&self.tail).unwrap_or(u64::MAX)),
                reset_ratio: ratio(&(&self.cusp / ten(9))),
                keeper_flat: coins(&self.tip),
                keeper_share: ratio(&self.chip),
                ceiling: coins(&self.hole),
                breaker: self.breaker(),
            },
            bids: BidSpec::none(),
            peer: PeerRules {
                trigger: Trigger::CommandOnly,
                seizure: Seizure::UpToCeiling,
                pool_price: PoolPrice::Debt,
                reset: Trigger::CommandOnly,
                keeper_pay: KeeperPay::InFull,
                bounds: Bounds::Waived,
                floor: Bounds::Waived,
                ..PeerRules::default()
            },
            ..standard
        }
    }
}

impl Maker {
    /// A chain that starts from these figures.
    pub(super) fn at(params: Params, figures: &Figures, scenario: &Scenario) -> Result<Self, String> {
        let start = params.ilks.values().map(|ilk| ilk.rho).next();
        let now = start.unwrap_or(604_411_200);
        let genesis = empty(&params, now);
        let mut maker = Self {
            chain: Chain::new(&genesis)?,
            now,
            params,
            names: BTreeMap::new(),
            folds: Folds::default(),
            aside: BTreeMap::new(),
            rights: BTreeSet::new(),
            still: Figures::default(),
            slack: crate::bounds::MakerSlack::default(),
        };
        maker.account(ADMIN);
        maker.account(PURSE);
        let users = scenario.init.get("users").and_then(serde_json::Value::as_array);
        for user in users.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            maker.account(user);
        }
        maker.rebuild(figures, now)?;
        Ok(maker)
    }

    /// Starts anew from figures at a time; parameters and rights are kept.
    pub(super) fn rebuild(&mut self, figures: &Figures, time: u64) -> Result<(), String> {
        self.still = Figures::default();
        for (path, figure) in figures.iter().filter(|(path, _)| is_still(path)) {
            self.still.set(path, figure.clone());
        }
        self.folds = Folds {
            ash: figures.number("vow.Ash"),
            ..Folds::default()
        };
        for (user, figure) in figures.under("vat.sin.") {
            if let Figure::Number(sin) = figure {
                self.folds.sin.insert(user.to_owned(), sin.clone());
            }
        }
        for (era, figure) in figures.under("vow.sin.") {
            if let (Ok(era), Figure::Number(sin)) = (era.parse(), figure) {
                self.folds.queue.insert(era, sin.clone());
            }
        }
        let mut genesis = empty(&self.params, time);
        genesis.authority = self.account(ADMIN);
        self.aside.clear();
        let mut books = Books {
            unit: self.params.unit(),
            coins: BigInt::ZERO,
            backing: BigInt::ZERO,
        };
        let opening = &mut genesis.opening;
        for (user, figure) in figures.under("vat.dai.") {
            let Figure::Number(rad) = figure else { continue };
            let amount = books.mint(rad);
            if user == VOW {
                opening.surplus = amount;
            } else {
                opening.balances.push(OpeningBalance {
                    asset: COIN,
                    account: self.account(user),
                    amount,
                });
            }
        }
        let amount = Amount::from_raw(PURSE_COINS);
        books.coins += PURSE_COINS;
        opening.balances.push(OpeningBalance {
            asset: COIN,
            account: self.account(PURSE),
            amount,
        });
        let names: Vec<String> = self.params.ilks.keys().cloned().collect();
        for name in &names {
            self.open_ilk(name, figures, time, opening, &mut books)?;
        }
        // Each balance is rounded down to a base unit, and so each sum of them by as many.
        self.slack.coin += self.params.unit() * (self.names.len() + 1);
        let unbacked = &books.coins - &books.backing;
        opening.bad_debt = Amount::from_raw(clamp(&unbacked));
        self.chain = Chain::new(&genesis)?;
        for (owner, delegate) in self.rights.clone() {
            let (owner, delegate) = (self.account(&owner), self.account(&delegate));
            let grant = Command::SetDelegate {
                delegate,
                permission: Permission::Granted,
            };
            let granted = self.chain.transact(time, owner, vec![grant]);
            granted.map_err(|stop| format!("{stop:?}"))?;
        }
        Ok(())
    }

    fn open_ilk(
        &mut self,
        name: &str,
        figures: &Figures,
        time: u64,
        opening: &mut Opening,
        books: &mut Books,
    ) -> Result<(), String> {
        let ilk = self.params.ilks.get_mut(name).ok_or("no such ilk")?;
        let rate = figures.number(&format!("vat.ilks.{name}.rate"));
        if rate > BigInt::ZERO {
            ilk.rate = rate;
        }
        let ilk = ilk.clone();
        let kind = ilk.kind();
        let index = &ilk.rate * ten(self.params.fine);
        let index = u128::try_from(&index).map_err(|_| format!("rate of {name}"))?;
        opening.debt_indices.push((kind, Index::from_raw(index)));
        if let Some(price) = ilk.terms(&self.params).price {
            opening.prices.push((ilk.feed(), price));
        }
        for (user, figure) in figures.under(&format!("vat.gem.{name}.")) {
            let Figure::Number(wad) = figure else { continue };
            if user == format!("clip.{name}") {
                continue; // the lots
            }
            let amount = clamp(wad);
            if BigInt::from(amount) != *wad {
                self.aside.insert((name.to_owned(), user.to_owned()), wad - amount);
            }
            let (asset, account) = (ilk.asset(), self.account(user));
            opening.balances.push(OpeningBalance {
                asset,
                account,
                amount: Amount::from_raw(amount),
            });
        }
        let urns = format!("vat.urns.{name}.");
        let users: BTreeSet<String> = figures
            .under(&urns)
            .filter_map(|(rest, _)| Some(rest.rsplit_once('.')?.0.to_owned()))
            .collect();
        for user in users {
            let part = |part: &str| figures.number(&format!("{urns}{user}.{part}"));
            let art = part("art");
            books.backing += &art * index / ray();
            opening.vaults.push(OpeningVault {
                owner: self.account(&user),
                collateral_type: kind,
                collateral: Amount::from_raw(clamp(&part("ink"))),
                normalized_debt: NormalizedDebt::from_raw(clamp(&art)),
                deposit: Amount::ZERO,
            });
        }
        self.open_sales(name, &ilk, figures, time, opening, books)
    }

    fn open_sales(
        &mut self,
        name: &str,
        ilk: &Ilk,
        figures: &Figures,
        time: u64,
        opening: &mut Opening,
        books: &mut Books,
    ) -> Result<(), String> {
        let clip = format!("clip.{name}.");
        let whole = |path: String| u64::try_from(figures.number(&path)).map_err(|_| path);
        self.folds.kicks.insert(name.to_owned(), whole(format!("{clip}kicks"))?);
        let sales = format!("{clip}sales.");
        let ids = figures
            .under(&sales)
            .filter_map(|(rest, _)| rest.split_once('.')?.0.parse().ok());
        let ids: BTreeSet<u64> = ids.collect();
        let mut places = Vec::new();
        for number in ids {
            let part = |part: &str| figures.number(&format!("{sales}{number}.{part}"));
            let since = whole(format!("{sales}{number}.tic"))?;
            places.push((part("pos"), number));
            let top = Price::from_raw(clamp(&(part("top") / ten(ilk.shift))));
            let id = AuctionId(opening.auctions.len() as u64 + 1);
            self.folds
                .auctions
                .insert((name.to_owned(), number), Sale { id, since, top });
            let to_raise = books.part(&part("tab")).max(1);
            books.backing += to_raise;
            opening.auctions.push(OpeningAuction {
                id,
                collateral_type: ilk.kind(),
                owner: self.account(figures.text(&format!("{sales}{number}.usr"))),
                lot: Amount::from_raw(clamp(&part("lot"))),
                debt: Amount::from_raw(to_raise),
                to_raise: Amount::from_raw(to_raise),
                elapsed: Seconds(time.saturating_sub(since)),
                start_price: top,
            });
        }
        places.sort();
        self.folds
            .active
            .insert(name.to_owned(), places.into_iter().map(|(_, number)| number).collect());
        Ok(())
    }
}

/// What the opening books add up to, in our base units.
struct Books {
    unit: BigInt,
    coins: BigInt,
    backing: BigInt,
}

impl Books {
    fn part(&self, rad: &BigInt) -> u128 {
        clamp(&(rad / &self.unit))
    }

    fn mint(&mut self, rad: &BigInt) -> Amount {
        let amount = self.part(rad);
        self.coins += amount;
        Amount::from_raw(amount)
    }
}

/// A genesis without balances.
fn empty(params: &Params, time: u64) -> Genesis {
    let coins = |rad: &BigInt| Amount::from_raw(clamp(&(rad / params.unit())));
    let mut assets = vec![Asset {
        id: COIN,
        symbol: "DAI".to_owned(),
        decimals: Decimals::MAX,
        feed: None,
    }];
    let (mut feeds, mut types) = (Vec::new(), Vec::new());
    for (name, ilk) in &params.ilks {
        let digits = 18_u32.saturating_sub(params.fine + ilk.shift);
        let decimals = u8::try_from(digits).ok().and_then(|digits| Decimals::new(digits).ok());
        let decimals = decimals.unwrap_or(Decimals::MAX);
        assets.push(Asset {
            id: ilk.asset(),
            symbol: name.clone(),
            decimals,
            feed: Some(ilk.feed()),
        });
        feeds.push(chain::feed(ilk.feed(), name));
        types.push(ilk.spec(name, params));
    }
    Genesis {
        chain_id: 1,
        time: Timestamp(time),
        authority: ballast_protocol::AccountId::numbered(1),
        limits: Limits {
            auction_ceiling: coins(&params.hole),
            debt_ceiling: coins(&params.line),
            ..chain::limits()
        },
        assets,
        feeds,
        sources: Vec::new(),
        types,
        markets: Vec::new(),
        opening: Opening::default(),
    }
}
