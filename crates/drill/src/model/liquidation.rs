//! Liquidation: all vaults of a type are looked at, those that are broken are sorted, and they go as far as work lasts.

use std::cmp::Ordering;

use ballast_num::{Price, Round, WAD};
use ballast_protocol::{AccountId, Breaker, FeedId, Module, PoolId, Rejected, TypeId, VaultId};
use num_bigint::BigUint;

use super::auction::Lot;
use super::number::{add, normalize, part, share, sub, value, worth};
use super::oracle::Quote;
use super::vault::{Type, Vault};
use super::{Done, Model};

use Round::{Down, Up};

/// Work units of a liquidation, and of a look at a vault that stays as it is.
const LIQUIDATION: u64 = 60;
const LOOK: u64 = 2;

/// How much of a vault is seized.
#[derive(Clone, Copy, Debug)]
struct Seizure {
    debt: u128,
    normalized: u128,
    collateral: u128,
    penalty: u128,
    loss: u128,
    /// It goes to the other vaults, since nobody can buy it.
    shared: bool,
}

/// A type as it stands, and the prices by which it is judged in this block.
struct Judge {
    kind: Type,
    quote: Quote,
    /// The best of two rounds and of the grace.
    kindest: u128,
}

impl Judge {
    fn under(&self, vault: &Vault, price: u128, ratio: u128) -> bool {
        vault.normalized > 0 && !self.kind.stands(vault, price, ratio)
    }

    fn under_par(&self, vault: &Vault) -> bool {
        self.under(vault, self.quote.judging, WAD)
    }

    /// Worth less than its debt and penalty.
    fn under_penalty(&self, vault: &Vault) -> bool {
        let ratio = WAD + self.kind.spec.penalty.raw();
        self.under(vault, self.quote.judging, ratio.min(self.kind.ratio))
    }

    /// Goes at once: under 1 + penalty + wick band.
    fn is_deep(&self, vault: &Vault) -> bool {
        let ratio = WAD + self.kind.spec.penalty.raw() + self.kind.spec.wick_band.raw();
        self.under(vault, self.quote.judging, ratio.min(self.kind.ratio))
    }

    /// Under its liquidation ratio: at once if deep, else at the kinder of two rounds; after a gap only under 1 + penalty.
    fn is_broken(&self, vault: &Vault) -> bool {
        if self.quote.quiet {
            self.under_penalty(vault)
        } else {
            self.is_deep(vault) || self.under(vault, self.kindest, self.kind.ratio)
        }
    }

    /// Already lost what one round may take.
    fn is_spared(&self, vault: &Vault) -> bool {
        !self.is_deep(vault) && vault.seized_in == self.quote.round
    }
}

impl Type {
    /// Whether a price that ceased to judge at `end` still counts: its 32nd of the grace, counted from the beginning of
    /// live time, comes after the one that lies a whole grace back.
    fn within_grace(&self, end: u64, now: u64) -> bool {
        let grace = self.spec.grace.0;
        let slice = grace.div_ceil(32);
        grace > 0 && (now < grace || end / slice > (now - grace) / slice)
    }

    fn kindest(&self, quote: &Quote) -> u128 {
        let ended = self
            .ended
            .iter()
            .filter(|(end, _)| self.within_grace(*end, quote.live_time));
        let best = ended.map(|(_, price)| *price).max().unwrap_or(0);
        best.max(quote.judging).max(quote.judging_before)
    }
}

/// A vault and, exactly, its debt and its collateral.
type Ranked = ((VaultId, Vault), (BigUint, BigUint));

/// Riskiest first: the larger debt for its collateral, then the elder.
fn riskier(left: &Ranked, right: &Ranked) -> Ordering {
    let ((left, (left_debt, left_holds)), (right, (right_debt, right_holds))) = (left, right);
    let (mine, theirs) = (left_debt * right_holds, right_debt * left_holds);
    theirs.cmp(&mine).then(left.0.cmp(&right.0))
}

impl Model {
    fn judge_of(&self, kind: TypeId) -> Result<Judge, Rejected> {
        let kind = self.kind(kind)?.clone();
        let quote = *self.quote(kind.spec.feed)?;
        quote.heard()?;
        let kindest = kind.kindest(&quote);
        Ok(Judge { kind, quote, kindest })
    }

    /// A round has closed: the price that judged until now is kept as long as the type's grace may still reach it.
    pub(super) fn remember_price(&mut self, kind: TypeId, feed: FeedId) -> Done {
        let quote = *self.quote(feed)?;
        let kind = self.kind_mut(kind)?;
        kind.ended.push((quote.live_time, quote.judging_before));
        let ended = std::mem::take(&mut kind.ended);
        kind.ended = ended
            .into_iter()
            .filter(|(end, _)| kind.within_grace(*end, quote.live_time))
            .collect();
        Ok(())
    }

    /// The vaults of a type that owe anything and pass a test, riskiest first.
    pub(super) fn riskiest(&self, kind: TypeId, test: impl Fn(&Vault) -> bool) -> Vec<(VaultId, Vault)> {
        let all = self.vaults.iter().map(|(id, vault)| (*id, *vault));
        let Ok(of_type) = self.kind(kind) else {
            return Vec::new();
        };
        let mut found: Vec<Ranked> = all
            .filter(|(_, vault)| vault.kind == kind && vault.normalized > 0 && test(vault))
            .map(|(id, vault)| ((id, vault), of_type.exact(&vault)))
            .collect();
        found.sort_by(riskier);
        found.into_iter().map(|(found, _)| found).collect()
    }

    /// Liquidates the broken vaults of a type as far as `budget` reaches; returns how many are left, not counting those
    /// that this round has to spare. Without a price nothing is broken.
    pub(super) fn liquidate_type(&mut self, kind: TypeId, budget: &mut u64) -> Result<u64, Rejected> {
        match self.judge_of(kind) {
            Err(Rejected::NoPrice(_)) => return Ok(0),
            judge => judge?,
        };
        // Waiting turns the penalty of the first band into a loss; that of the last has already happened.
        let first = |judge: &Judge, vault: &Vault| judge.under_penalty(vault) && !judge.under_par(vault);
        let second = |judge: &Judge, vault: &Vault| !judge.under_penalty(vault) && !judge.under_par(vault);
        let third = |judge: &Judge, vault: &Vault| judge.under_par(vault);
        self.liquidate_band(kind, &first, budget)?;
        self.liquidate_band(kind, &second, budget)?;
        self.liquidate_band(kind, &third, budget)?;
        let judge = self.judge_of(kind)?;
        let left = self.riskiest(kind, |vault| judge.is_broken(vault) && !judge.is_spared(vault));
        Ok(left.len() as u64)
    }

    /// Among the next few vaults of a band, the one that owes most goes first. Those that stay are passed by.
    fn liquidate_band(&mut self, kind: TypeId, in_band: &dyn Fn(&Judge, &Vault) -> bool, budget: &mut u64) -> Done {
        let window = self.limits.liquidation_window as usize;
        let mut passed = 0;
        while *budget >= LIQUIDATION {
            // What was shared out before changes what the vaults owe and hold.
            let judge = self.judge_of(kind)?;
            let mut next: Vec<_> = self
                .riskiest(kind, |vault| judge.is_broken(vault) && in_band(&judge, vault))
                .into_iter()
                .skip(passed)
                .take(window)
                .collect();
            if next.is_empty() {
                break;
            }
            next.sort_by_key(|(id, vault)| (u128::MAX - vault.normalized, *id));
            for (id, _) in next {
                if *budget < LIQUIDATION {
                    return Ok(());
                }
                let Ok(seizure) = self.decide(id) else {
                    *budget -= LOOK;
                    passed += 1;
                    continue;
                };
                *budget -= LIQUIDATION;
                // A vault that cannot be sold stays as it is.
                let mut trial = self.clone();
                match trial.seize(id, &seizure, None) {
                    Ok(()) => *self = trial,
                    Err(_) => passed += 1,
                }
            }
        }
        Ok(())
    }

    /// Liquidates one vault.
    pub(super) fn liquidate(&mut self, id: VaultId, caller: Option<AccountId>) -> Done {
        let seizure = self.decide(id)?;
        self.seize(id, &seizure, caller)
    }

    fn decide(&self, id: VaultId) -> Result<Seizure, Rejected> {
        let vault = self.vault(id)?;
        let judge = self.judge_of(vault.kind)?;
        if !judge.is_broken(&vault) {
            return Err(Rejected::NotLiquidatable {
                vault: id,
                price: Price::from_raw(judge.quote.judging),
            });
        }
        if judge.is_spared(&vault) {
            return Err(Rejected::RoundLimitReached { vault: id });
        }
        let seizure = self.cut_to_room((id, &vault), &judge, restoring(&vault, &judge)?)?;
        if seizure.collateral == 0 && vault.collateral > 0 {
            return Err(Rejected::NothingToSeize);
        }
        Ok(seizure)
    }

    /// What neither pool nor auctions have room for stays, unless the rest would be dust.
    fn cut_to_room(&self, (id, vault): (VaultId, &Vault), judge: &Judge, whole: Seizure) -> Result<Seizure, Rejected> {
        let spec = &judge.kind.spec;
        let to_raise = add(whole.debt, whole.penalty)?;
        let mut pool = 0;
        for id in self.pools_of(spec.id)? {
            pool += self.pool(id).spendable(self.pool_terms(id)?.floor);
        }
        let stopped = spec.auction.breaker >= Breaker::NoStart;
        let room = add(pool, if stopped { 0 } else { self.auction_room(spec.id)? })?;
        if to_raise <= room {
            return Ok(whole);
        }
        // Where nobody can buy it a lot that is worth its debt goes to the others.
        let heirs = judge.kind.worth.is_some() && whole.loss == 0 && self.has_heirs(spec.id, id);
        let shared = Seizure { shared: true, ..whole };
        if stopped && !heirs {
            return Err(Rejected::Stopped(spec.id));
        }
        // A lot, and what of it goes to auction, is no crumb.
        let least = self.least_rest(spec.id)?;
        let room = if room - pool < least { pool } else { room };
        let debt = part(whole.debt, room, to_raise, Down)?;
        if debt == 0 || room < least {
            return if heirs {
                Ok(shared)
            } else {
                Err(Rejected::NoAuctionRoom)
            };
        }
        if judge.kind.owed(vault.normalized)?.saturating_sub(debt) < spec.debt_floor.raw() {
            return Ok(if stopped { shared } else { whole });
        }
        Ok(Seizure {
            shared: false,
            debt,
            normalized: normalize(debt, judge.kind.index, Down)?,
            collateral: part(whole.collateral, debt, whole.debt, Down)?,
            penalty: part(whole.penalty, debt, whole.debt, Down)?,
            loss: part(whole.loss, debt, whole.debt, Up)?,
        })
    }

    /// Takes debt and collateral off a vault, pays the caller, books the loss, and sells the lot.
    fn seize(&mut self, id: VaultId, seizure: &Seizure, caller: Option<AccountId>) -> Done {
        let vault = self.vault(id)?;
        let Judge { kind, quote, .. } = self.judge_of(vault.kind)?;
        let (spec, coin) = (&kind.spec, self.coin());
        let deposit = if seizure.normalized == vault.normalized {
            vault.deposit
        } else {
            0
        };
        let for_caller = match caller {
            None => 0,
            Some(_) => {
                let share = share(seizure.collateral, spec.caller_share.raw(), Down)?;
                let at_discount = part(seizure.debt, WAD, WAD - spec.pool.discount.raw(), Up)?;
                let spare = (seizure.debt + seizure.penalty).saturating_sub(at_discount);
                share.min(worth(spare, quote.low, kind.decimals, Down)?)
            }
        };
        let paid = value(for_caller, quote.low, kind.decimals, Down)?;
        let after = Vault {
            normalized: sub(vault.normalized, seizure.normalized)?,
            collateral: sub(vault.collateral, seizure.collateral)?,
            deposit: vault.deposit - deposit,
            seized_in: quote.round,
            ..vault
        };
        self.kind_mut(spec.id)?.settle_debt(seizure.normalized)?;
        if after.normalized == 0 && after.collateral == 0 {
            self.forget_vault(id);
        } else {
            self.keep(id, after)?;
        }
        let payee = caller.map_or(Module::SurplusBuffer.into(), ballast_protocol::Holder::Account);
        self.pay(coin, Module::LiquidationDeposits(spec.id), payee, deposit)?;
        self.pay(spec.collateral, Module::Vaults(spec.id), payee, for_caller)?;
        self.absorb(spec.id, seizure.loss)?;
        let lot = Lot {
            vault: id,
            owner: vault.owner,
            collateral: seizure.collateral - for_caller,
            debt: seizure.debt - seizure.loss,
            booked: seizure.loss,
            penalty: seizure.penalty.saturating_sub(paid),
        };
        if !seizure.shared {
            return self.sell(&kind, &quote, lot, caller);
        }
        if value(lot.collateral, quote.low, kind.decimals, Down)? < lot.debt {
            return Err(Rejected::NoAuctionRoom);
        }
        self.share_out(spec.id, id, lot.collateral, lot.debt)
    }

    /// First to the bids and the pool, each at the low price less its discount; the rest by auction.
    fn sell(&mut self, kind: &Type, quote: &Quote, mut lot: Lot, keeper: Option<AccountId>) -> Done {
        let spec = &kind.spec;
        for pool in self.pools_of(spec.id)? {
            self.sell_to(pool, kind, quote, &mut lot)?;
        }
        if lot.collateral == 0 {
            self.absorb(spec.id, lot.debt)
        } else if lot.to_raise()? == 0 {
            self.pay(spec.collateral, Module::Vaults(spec.id), lot.owner, lot.collateral)
        } else {
            self.start(spec.id, &lot, keeper)
        }
    }

    /// What one pool buys of a lot.
    fn sell_to(&mut self, pool: PoolId, kind: &Type, quote: &Quote, lot: &mut Lot) -> Done {
        let (spec, coin) = (&kind.spec, self.coin());
        let terms = self.pool_terms(pool)?;
        let price = share(quote.low, WAD - terms.discount, Down)?;
        let all = value(lot.collateral, price, kind.decimals, Down)?;
        let to_raise = lot.to_raise()?;
        let mut coins = all.min(to_raise).min(self.pool(pool).spendable(terms.floor));
        // The pool leaves no crumb to the next buyer, unless it buys all.
        let least = self.least_rest(spec.id)?;
        if coins < all && coins < to_raise && to_raise - coins < least {
            coins = to_raise.saturating_sub(least);
        }
        let bought = if coins == all {
            lot.collateral
        } else {
            worth(coins, price, kind.decimals, Up)?.min(lot.collateral)
        };
        if coins == 0 || bought == 0 {
            return Ok(());
        }
        let debt = coins.min(lot.debt);
        let recovered = (coins - debt).min(lot.booked);
        let penalty = coins - debt - recovered;
        lot.collateral -= bought;
        lot.debt -= debt;
        lot.booked -= recovered;
        lot.penalty -= penalty;
        self.pools.entry(pool).or_default().absorb(coins, bought);
        self.burn(coin, pool.module(), debt + recovered)?;
        self.pay(coin, pool.module(), Module::SurplusBuffer, penalty)?;
        self.pay(spec.collateral, Module::Vaults(spec.id), pool.module(), bought)?;
        self.recover(spec.id, recovered)
    }
}

/// x = (m·D − V) ÷ (m − 1 − p), where that helps and leaves no dust; else the whole vault, its penalty cut to what is left.
fn restoring(vault: &Vault, judge: &Judge) -> Result<Seizure, Rejected> {
    let (kind, spec) = (&judge.kind, &judge.kind.spec);
    let owed = kind.owed(vault.normalized)?;
    let value = value(vault.collateral, judge.quote.low, kind.decimals, Down)?;
    let with_penalty = WAD + spec.penalty.raw();
    let whole = Seizure {
        debt: owed,
        normalized: vault.normalized,
        collateral: vault.collateral,
        penalty: share(owed, spec.penalty.raw(), Up)?.min(value.saturating_sub(owed)),
        loss: owed.saturating_sub(value),
        shared: false,
    };
    if judge.under(vault, judge.quote.low, with_penalty + spec.slippage.raw()) {
        return Ok(whole);
    }
    let target = kind.ratio + spec.restore_margin.raw();
    let missing = share(owed, target, Up)?.saturating_sub(value);
    let needed = part(missing, WAD, sub(target, with_penalty)?, Up)?;
    let limit = share(owed, spec.round_seizure.raw(), Down)?;
    let debt = if judge.is_deep(vault) {
        needed
    } else {
        needed.min(limit)
    };
    if debt == 0 || debt >= owed || owed - debt < spec.debt_floor.raw() {
        return Ok(whole);
    }
    let penalty = share(debt, spec.penalty.raw(), Up)?;
    let collateral = worth(add(debt, penalty)?, judge.quote.low, kind.decimals, Up)?;
    // Nothing would be left to cover the rest of the debt.
    if collateral >= vault.collateral {
        return Ok(whole);
    }
    Ok(Seizure {
        debt,
        normalized: normalize(debt, kind.index, Down)?,
        collateral,
        penalty,
        loss: 0,
        shared: false,
    })
}
